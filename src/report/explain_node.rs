//! One grid node of a result folder in plain words: its balance, what was found in it, what was not seen, who else sees the load, and which measurement would settle it.

use std::fmt::Write as _;
use std::path::Path;

use super::explain::{ExplainError, Record, records};

/// Nodes from this probability on see a load.
const SEES: f64 = 0.5;
/// Customers and nodes named, at most.
const MOST_NAMED: usize = 8;
/// Heights of a day in a line of text, and days in a line.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const DAYS_IN_A_LINE: usize = 70;

/// Tells what a result folder says of a node.
///
/// # Errors
/// When a file of the folder cannot be read.
pub(super) fn node_words(folder: &Path, node: &Record) -> Result<String, ExplainError> {
    let id = node.get("node");
    let tree = Tree(records(folder, "coverage.csv", |_| true)?);
    let days = records(folder, "node_days.csv", |record| record.get("node") == id)?;
    let mut text = String::new();
    let parent = if node.get("parent").is_empty() { "at the top of the grid".to_owned() } else { format!("under {}", node.get("parent")) };
    let _ = writeln!(text, "{id} ({}, {parent}), rank {} of the nodes", node.get("kind"), node.get("rank"));
    balance(&mut text, node);
    found(&mut text, node);
    day_line(&mut text, &days);
    not_seen(&mut text, tree.row(id), node);
    let nodes = records(folder, "nodes.csv", |_| true)?;
    above_and_below(&mut text, id, &tree, &nodes);
    let suspects = records(folder, "suspects.csv", |record| record.get("node") == id || tree.is_above(id, record.get("node")))?;
    customers(&mut text, node, &suspects);
    for remark in node.list("remarks") {
        let _ = writeln!(text, "Remark: {remark}");
    }
    let _ = writeln!(text, "What would settle it: {}", settles(node, tree.row(id)));
    Ok(text)
}

/// Tells what a result folder says of a node without a balance; `None` where the grid has no such node.
///
/// # Errors
/// When a file of the folder cannot be read.
pub(super) fn blind_node_words(folder: &Path, id: &str) -> Result<Option<String>, ExplainError> {
    let tree = Tree(records(folder, "coverage.csv", |_| true)?);
    let Some(row) = tree.row(id) else { return Ok(None) };
    let mut text = format!("{id} ({}, under {}): its balance meter is missing or was not read\n", row.get("kind"), row.get("parent"));
    let _ = writeln!(text, "{} usage points lie under it.", row.get("usage_points"));
    above_and_below(&mut text, id, &tree, &records(folder, "nodes.csv", |_| true)?);
    let suspects = records(folder, "suspects.csv", |record| record.get("node") == id || tree.is_above(id, record.get("node")))?;
    customers(&mut text, row, &suspects);
    for remark in row.list("remarks") {
        let _ = writeln!(text, "Remark: {remark}");
    }
    Ok(Some(text))
}

/// The grid without usage points, as `coverage.csv` holds it.
struct Tree(Vec<Record>);

impl Tree {
    fn row(&self, id: &str) -> Option<&Record> {
        self.0.iter().find(|record| record.get("node") == id)
    }

    /// Nodes above `id`, the nearest first.
    fn above<'a>(&'a self, id: &str) -> Vec<&'a str> {
        let mut path = Vec::new();
        let mut parent = self.row(id).map_or("", |record| record.get("parent"));
        // A grid of a result has no circles; the length of the path is bounded all the same.
        while !parent.is_empty() && path.len() < 32 {
            path.push(parent);
            parent = self.row(parent).map_or("", |record| record.get("parent"));
        }
        path
    }

    /// Whether `id` lies above `other`.
    fn is_above(&self, id: &str, other: &str) -> bool {
        !other.is_empty() && self.above(other).contains(&id)
    }
}

fn number(record: &Record, name: &str) -> Option<f64> {
    record.get(name).parse().ok()
}

/// A power with its unit.
fn kw(record: &Record, name: &str) -> String {
    number(record, name).map_or_else(|| "unknown".to_owned(), |kw| format!("{kw:.1} kW"))
}

/// A probability or share with three digits.
fn share(record: &Record, name: &str) -> String {
    number(record, name).map_or_else(|| "unknown".to_owned(), |share| if share > 0.999 { ">0.999".to_owned() } else { format!("{share:.3}") })
}

/// Energies and their shares of what was supplied.
fn balance(text: &mut String, node: &Record) {
    let Some(supplied) = number(node, "supplied_kwh").filter(|kwh| *kwh > 0.0) else {
        let _ = writeln!(text, "No balance could be made.");
        return;
    };
    let _ = writeln!(text, "Balance of everything under it, over the hours in which it could be made:");
    let left = supplied - number(node, "metered_kwh").unwrap_or(0.0) - number(node, "technical_loss_kwh").unwrap_or(0.0);
    let left = left - number(node, "declared_kwh").unwrap_or(0.0);
    let lines = [
        ("flowed in", Some(supplied)),
        ("metered", number(node, "metered_kwh")),
        ("lost by calculation", number(node, "technical_loss_kwh")),
        ("declared street lighting", number(node, "declared_kwh").filter(|kwh| *kwh > 0.0)),
        ("left over", Some(left)),
        ("of it taken for load that no meter sees", number(node, "unmetered_kwh")),
    ];
    for (what, kwh) in lines {
        if let Some(kwh) = kwh {
            let _ = writeln!(text, "  {what:<40} {kwh:>12.0} kWh {:>6.1} %", 100.0 * kwh / supplied);
        }
    }
}

fn found(text: &mut String, node: &Record) {
    if node.get("unmetered_kw").is_empty() {
        let _ = writeln!(text, "Not judged: see the remarks.");
        return;
    }
    let energy = match (number(node, "unmetered_kwh_low"), number(node, "unmetered_kwh_high")) {
        (Some(low), Some(high)) => format!(" ({low:.0} to {high:.0})"),
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "Load that no meter sees: {}{} while it runs, {:.0} kWh{energy}; probability {}, expected share of healthy nodes down to here {}",
        kw(node, "unmetered_kw"),
        match (number(node, "unmetered_kw_low"), number(node, "unmetered_kw_high")) {
            (Some(low), Some(high)) => format!(" ({low:.1} to {high:.1})"),
            _ => String::new(),
        },
        number(node, "unmetered_kwh").unwrap_or(0.0),
        share(node, "probability"),
        share(node, "q_value")
    );
    let parts = node.list("parts");
    if parts.is_empty() {
        let _ = writeln!(text, "That is no finding: it does not stand out from what healthy nodes of its level leave over.");
    }
    for part in parts {
        let _ = writeln!(text, "  {part}");
    }
}

/// The days as lines of bars, from nothing (or the lowest day, where that is less) to the highest.
fn day_line(text: &mut String, days: &[Record]) {
    let kw: Vec<f64> = days.iter().filter_map(|day| number(day, "unmetered_kw")).collect();
    let top = kw.iter().copied().fold(0.0, f64::max);
    if kw.len() < days.len() || top <= 0.0 {
        return;
    }
    let bottom = kw.iter().copied().fold(0.0, f64::min);
    let _ = writeln!(text, "Left over day by day, beside the balance meters below it, from {bottom:.1} kW (lowest bar) to {top:.1} kW (full bar):");
    for (line, kw) in days.chunks(DAYS_IN_A_LINE).zip(kw.chunks(DAYS_IN_A_LINE)) {
        let bars: String = kw.iter().map(|kw| HEIGHTS[(((kw - bottom) / (top - bottom)).clamp(0.0, 1.0) * 7.0).round() as usize]).collect();
        let _ = writeln!(text, "  {} {bars} {}", line[0].get("day"), line[line.len() - 1].get("day"));
    }
}

fn not_seen(text: &mut String, coverage: Option<&Record>, node: &Record) {
    let percent = |share: Option<f64>| share.map_or_else(|| "none".to_owned(), |share| format!("{:.0} %", 100.0 * share));
    let _ = writeln!(text, "{} of the balance could be made.", percent(number(node, "coverage")));
    let Some(coverage) = coverage else { return };
    let share = |name| percent(number(coverage, name));
    let _ = writeln!(
        text,
        "Of {} usage points under it {} have interval readings, {} registers only, {} nothing: what is not read hourly counts as left over.",
        coverage.get("usage_points"),
        share("share_interval"),
        share("share_register"),
        share("share_unread")
    );
    if let Some(kw) = number(coverage, "smallest_detectable_kw") {
        let _ = writeln!(text, "A steady load of {kw:.1} kW or more would be found here more often than not.");
    }
}

/// Which nodes above and below see a load, and which cannot say.
fn above_and_below(text: &mut String, id: &str, tree: &Tree, nodes: &[Record]) {
    let of = |id: &str| nodes.iter().find(|node| node.get("node") == id);
    for above in tree.above(id) {
        let words = match of(above) {
            None => "has no balance meter, so it cannot confirm this".to_owned(),
            Some(node) if node.list("remarks").iter().any(|remark| remark.starts_with("explained by") && names(remark, id)) => {
                "sees it too, and counts it here".to_owned()
            }
            Some(node) if number(node, "probability").is_some_and(|p| p >= SEES) => {
                format!("sees {} of its own beside this, probability {}", kw(node, "unmetered_kw"), share(node, "probability"))
            }
            Some(_) => "finds nothing of its own beside the balance meters below it".to_owned(),
        };
        let _ = writeln!(text, "Above: {above} {words}.");
    }
    let below: Vec<&Record> =
        nodes.iter().filter(|node| number(node, "probability").is_some_and(|p| p >= SEES) && tree.is_above(id, node.get("node"))).collect();
    for node in below.iter().take(MOST_NAMED) {
        let _ =
            writeln!(text, "Below: {} sees {}, probability {}: told there.", node.get("node"), kw(node, "unmetered_kw"), share(node, "probability"));
    }
    if below.len() > MOST_NAMED {
        let _ = writeln!(text, "Below: {} more nodes see load.", below.len() - MOST_NAMED);
    }
}

/// Whether a remark names a node, as a whole word.
fn names(remark: &str, id: &str) -> bool {
    remark.split([' ', ',', ':', '(']).any(|word| word == id)
}

fn customers(text: &mut String, node: &Record, suspects: &[Record]) {
    for ground in node.list("shortlist") {
        let _ = writeln!(text, "Its balance names {ground}");
    }
    if !suspects.is_empty() {
        let _ = writeln!(text, "Usage points listed under it, best first (what their own meters show is no part of the load above):");
    }
    for suspect in suspects.iter().take(MOST_NAMED) {
        let _ = writeln!(
            text,
            "  {}: {}, {}, probability {}",
            suspect.get("usage_point"),
            suspect.get("finding").replace('_', " "),
            kw(suspect, "hidden_kw"),
            share(suspect, "probability")
        );
    }
    if suspects.len() > MOST_NAMED {
        let _ = writeln!(text, "  and {} more", suspects.len() - MOST_NAMED);
    }
}

/// What to measure next, by level and pattern.
fn settles(node: &Record, coverage: Option<&Record>) -> String {
    if node.get("unmetered_kw").is_empty() {
        return "a balance: read the balance meter and the customers under it over the same hours".to_owned();
    }
    if node.list("parts").is_empty() {
        return "nothing, for nothing was found; a smaller load than the one named above could still be there".to_owned();
    }
    let when = if node.get("pattern") == "scheduled" { "for three nights and days" } else { "for a day" };
    let place = match node.get("kind") {
        "transformer" => format!(
            "log current on each line that leaves the transformer {when}, and compare it hour by hour with the meters on that line; go along the line where they part. Energy data cannot name who draws a steady load"
        ),
        _ => format!(
            "balance meters on the transformers under it that have none, or a portable one halfway along {when}: the half in which the load stays is halved again. A tap at this level has a transformer of its own"
        ),
    };
    let unread = coverage.and_then(|row| Some(number(row, "share_unread")? + number(row, "share_register")?)).filter(|share| *share > 0.0);
    match unread {
        Some(share) => format!("first read the {:.0} % of usage points under it without hourly readings; then {place}", 100.0 * share),
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_named_by_whole_words_only() {
        assert!(names("explained by T1 (3.0 kW), T12 (4.0 kW): told there", "T12"));
        assert!(!names("explained by T12 (4.0 kW): told there", "T1"));
    }
}
