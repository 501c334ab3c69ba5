//! One grid node of a result folder in plain words: its balance, what was found in it, what was not
//! seen, who else sees the load, and which measurement would settle it.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::{Fact, NameKind};

use super::language::Language;
use super::records::{Record, RecordError, records};
use super::words::tell;
use crate::judgement::is_place;

/// Code of the remark that names the nodes below which see a node's load.
const EXPLAINED: &str = "node.explained";
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
pub(super) fn node_words(folder: &Path, node: &Record, language: Language) -> Result<String, RecordError> {
    let id = node.get("node");
    let tree = Tree::of(records(folder, "coverage.csv", |_| true)?);
    let days = records(folder, "node_days.csv", |record| record.get("node") == id)?;
    let mut text = Told { language, text: String::new() };
    let place = where_in_grid(node, language);
    text.line(
        "node",
        &[("id", id), ("kind", &language.word(node.get("kind"))), ("where", &place), ("rank", node.get("rank"))],
    );
    balance(&mut text, node);
    found(&mut text, node);
    day_line(&mut text, &days);
    not_seen(&mut text, tree.row(id), node);
    let nodes = records(folder, "nodes.csv", |_| true)?;
    above_and_below(&mut text, id, &tree, &nodes);
    let suspects =
        records(folder, "suspects.csv", |record| record.get("node") == id || tree.is_above(id, record.get("node")))?;
    customers(&mut text, node, &suspects);
    remarks(&mut text, node);
    let what = settles(node, tree.row(id), language);
    text.line("settles", &[("what", &what)]);
    Ok(text.text)
}

/// Tells what a result folder says of a node without a balance; `None` where the grid has no such
/// node.
///
/// # Errors
/// When a file of the folder cannot be read.
pub(super) fn blind_node_words(folder: &Path, id: &str, language: Language) -> Result<Option<String>, RecordError> {
    let tree = Tree::of(records(folder, "coverage.csv", |_| true)?);
    let Some(row) = tree.row(id) else { return Ok(None) };
    let mut text = Told { language, text: String::new() };
    text.line(
        "blind",
        &[("id", id), ("kind", &language.word(row.get("kind"))), ("where", &where_in_grid(row, language))],
    );
    text.line("lie_under", &[("n", row.get("usage_points"))]);
    above_and_below(&mut text, id, &tree, &records(folder, "nodes.csv", |_| true)?);
    let suspects =
        records(folder, "suspects.csv", |record| record.get("node") == id || tree.is_above(id, record.get("node")))?;
    customers(&mut text, row, &suspects);
    remarks(&mut text, row);
    Ok(Some(text.text))
}

/// What has been told so far, and the language it is told in.
struct Told {
    language: Language,
    text: String,
}

impl Told {
    fn line(&mut self, key: &str, parts: &[(&str, &str)]) {
        self.plain(&self.language.tell(key, parts));
    }

    fn plain(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

fn where_in_grid(node: &Record, language: Language) -> String {
    if node.get("parent").is_empty() {
        language.tell("top", &[])
    } else {
        language.tell("under", &[("node", node.get("parent"))])
    }
}

fn remarks(text: &mut Told, node: &Record) {
    for remark in node.facts("remarks") {
        let remark = tell(text.language, &remark);
        text.line("remark", &[("remark", &remark)]);
    }
}

/// The grid without usage points, as `coverage.csv` holds it.
struct Tree {
    rows: Vec<Record>,
    /// Place of each node; of a node that stands twice the first.
    places: HashMap<String, usize>,
}

impl Tree {
    fn of(rows: Vec<Record>) -> Self {
        let mut places = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            places.entry(row.get("node").to_owned()).or_insert(place);
        }
        Self { rows, places }
    }

    fn row(&self, id: &str) -> Option<&Record> {
        self.places.get(id).map(|&place| &self.rows[place])
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
fn kw(record: &Record, name: &str, language: Language) -> String {
    let unit = language.tell("kw", &[]);
    number(record, name)
        .map_or_else(|| language.tell("unknown", &[]), |kw| format!("{} {unit}", language.number(&format!("{kw:.1}"))))
}

/// A probability or share with three digits.
fn share(record: &Record, name: &str, language: Language) -> String {
    let told = |share: f64| if share > 0.999 { ">0.999".to_owned() } else { format!("{share:.3}") };
    number(record, name).map_or_else(|| language.tell("unknown", &[]), |share| language.number(&told(share)))
}

/// Energies and their shares of what was supplied.
fn balance(text: &mut Told, node: &Record) {
    let Some(supplied) = number(node, "supplied_kwh").filter(|kwh| *kwh > 0.0) else {
        return text.line("no_balance", &[]);
    };
    text.line("balance", &[]);
    let left =
        supplied - number(node, "metered_kwh").unwrap_or(0.0) - number(node, "technical_loss_kwh").unwrap_or(0.0);
    let left = left - number(node, "declared_kwh").unwrap_or(0.0);
    let lines = [
        ("flowed_in", Some(supplied)),
        ("metered", number(node, "metered_kwh")),
        ("lost", number(node, "technical_loss_kwh")),
        ("declared", number(node, "declared_kwh").filter(|kwh| *kwh > 0.0)),
        ("left_over", Some(left)),
        ("taken", number(node, "unmetered_kwh")),
    ];
    let unit = text.language.tell("kwh", &[]);
    for (what, kwh) in lines {
        if let Some(kwh) = kwh {
            let share = text.language.number(&format!("{:.1}", 100.0 * kwh / supplied));
            let what = text.language.tell(what, &[]);
            text.plain(&format!("  {what:<42} {kwh:>12.0} {unit} {share:>6} %"));
        }
    }
}

fn found(text: &mut Told, node: &Record) {
    if node.get("unmetered_kw").is_empty() {
        return text.line("not_judged", &[]);
    }
    let language = text.language;
    let range =
        |name: &str, digits: usize| match (number(node, &format!("{name}_low")), number(node, &format!("{name}_high")))
        {
            (Some(low), Some(high)) => {
                language.tell("range", &[("low", &format!("{low:.digits$}")), ("high", &format!("{high:.digits$}"))])
            }
            _ => String::new(),
        };
    let parts = [
        ("kw", kw(node, "unmetered_kw", language)),
        ("range", range("unmetered_kw", 1)),
        ("kwh", format!("{:.0}", number(node, "unmetered_kwh").unwrap_or(0.0))),
        ("kwh_range", range("unmetered_kwh", 0)),
        ("p", share(node, "probability", language)),
        ("q", share(node, "q_value", language)),
    ];
    text.line("unmetered", &parts.each_ref().map(|(name, value)| (*name, value.as_str())));
    let parts = node.facts("parts");
    if parts.is_empty() {
        text.line("no_finding", &[]);
    }
    for part in parts {
        text.plain(&format!("  {}", tell(language, &part)));
    }
}

/// The days as lines of bars, from nothing (or the lowest day, where that is less) to the highest.
fn day_line(text: &mut Told, days: &[Record]) {
    let kw: Vec<f64> = days.iter().filter_map(|day| number(day, "unmetered_kw")).collect();
    let top = kw.iter().copied().fold(0.0, f64::max);
    if kw.len() < days.len() || top <= 0.0 {
        return;
    }
    let bottom = kw.iter().copied().fold(0.0, f64::min);
    text.line("days", &[("low", &format!("{bottom:.1}")), ("high", &format!("{top:.1}"))]);
    let day = |record: &Record| text.language.number(record.get("day"));
    let mut lines = Vec::new();
    for (line, kw) in days.chunks(DAYS_IN_A_LINE).zip(kw.chunks(DAYS_IN_A_LINE)) {
        let bars: String = kw
            .iter()
            .map(|kw| HEIGHTS[(((kw - bottom) / (top - bottom)).clamp(0.0, 1.0) * 7.0).round() as usize])
            .collect();
        lines.push(format!("  {} {bars} {}", day(&line[0]), day(&line[line.len() - 1])));
    }
    for line in lines {
        text.plain(&line);
    }
}

fn not_seen(text: &mut Told, coverage: Option<&Record>, node: &Record) {
    let language = text.language;
    let percent = |share: Option<f64>| {
        share.map_or_else(|| language.tell("none", &[]), |share| format!("{:.0} %", 100.0 * share))
    };
    text.line("coverage", &[("share", &percent(number(node, "coverage")))]);
    let Some(coverage) = coverage else { return };
    let share = |name| percent(number(coverage, name));
    let (interval, register, unread) = (share("share_interval"), share("share_register"), share("share_unread"));
    text.line(
        "readings",
        &[("n", coverage.get("usage_points")), ("interval", &interval), ("register", &register), ("unread", &unread)],
    );
    if let Some(kw) = number(coverage, "smallest_detectable_kw") {
        text.plain(&language.tell("smallest", &[("kw", &format!("{kw:.1}"))]));
    }
}

/// Which nodes above and below see a load, and which cannot say.
fn above_and_below(text: &mut Told, id: &str, tree: &Tree, nodes: &[Record]) {
    let language = text.language;
    let of = |id: &str| nodes.iter().find(|node| node.get("node") == id);
    let told = |node: &Record| [kw(node, "unmetered_kw", language), share(node, "probability", language)];
    for above in tree.above(id) {
        let explains =
            |node: &Record| node.facts("remarks").iter().any(|remark| remark.code == EXPLAINED && names(remark, id));
        match of(above) {
            None => text.line("above_blind", &[("node", above)]),
            Some(node) if explains(node) => text.line("above_too", &[("node", above)]),
            Some(node) if number(node, "probability").is_some_and(|p| p >= SEES) => {
                let [kw, p] = told(node);
                text.line("above_own", &[("node", above), ("kw", &kw), ("p", &p)]);
            }
            Some(_) => text.line("above_nothing", &[("node", above)]),
        }
    }
    let below: Vec<&Record> = nodes
        .iter()
        .filter(|node| number(node, "probability").is_some_and(|p| p >= SEES) && tree.is_above(id, node.get("node")))
        .collect();
    for node in below.iter().take(MOST_NAMED) {
        let [kw, p] = told(node);
        text.line("below", &[("node", node.get("node")), ("kw", &kw), ("p", &p)]);
    }
    if below.len() > MOST_NAMED {
        text.line("below_more", &[("n", &(below.len() - MOST_NAMED).to_string())]);
    }
}

/// Whether a fact names a node.
fn names(fact: &Fact, id: &str) -> bool {
    let mut found = false;
    fact.clone().each_name(&mut |kind, name| found |= kind == NameKind::Node && name == id);
    found
}

fn customers(text: &mut Told, node: &Record, suspects: &[Record]) {
    let language = text.language;
    if !node.get("line").is_empty() {
        let count = node.get("line").split("; ").count().to_string();
        let phase = Some(node.get("phase")).filter(|phase| !phase.is_empty());
        let phase = phase.map_or_else(|| language.tell("unknown", &[]), str::to_owned);
        text.line("by_volts", &[("phase", &phase), ("n", &count)]);
    }
    for ground in node.facts("shortlist") {
        let told = tell(language, &ground);
        if is_place(&ground) {
            text.plain(&format!("  {told}"));
        } else {
            text.line("names", &[("ground", &told)]);
        }
    }
    if !suspects.is_empty() {
        text.line("listed_under", &[]);
    }
    for suspect in suspects.iter().take(MOST_NAMED) {
        let finding = language.word(suspect.get("finding"));
        let (kw, p) = (kw(suspect, "hidden_kw", language), share(suspect, "probability", language));
        let line = language
            .tell("listed_line", &[("id", suspect.get("usage_point")), ("finding", &finding), ("kw", &kw), ("p", &p)]);
        text.plain(&format!("  {line}"));
    }
    if suspects.len() > MOST_NAMED {
        let more = language.tell("more", &[("n", &(suspects.len() - MOST_NAMED).to_string())]);
        text.plain(&format!("  {more}"));
    }
}

/// What to measure next, by level and pattern.
fn settles(node: &Record, coverage: Option<&Record>, language: Language) -> String {
    if node.get("unmetered_kw").is_empty() {
        return language.tell("settles_balance", &[]);
    }
    if node.get("parts").is_empty() {
        return language.tell("settles_nothing", &[]);
    }
    let when = language.tell(if node.get("pattern") == "scheduled" { "three_nights" } else { "a_day" }, &[]);
    let place = language.tell(
        if node.get("kind") == "transformer" { "settles_transformer" } else { "settles_upper" },
        &[("when", &when)],
    );
    let unread = coverage
        .and_then(|row| Some(number(row, "share_unread")? + number(row, "share_register")?))
        .filter(|share| *share > 0.0);
    match unread {
        Some(share) => language.tell("settles_first", &[("share", &format!("{:.0}", 100.0 * share)), ("then", &place)]),
        None => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Part;

    #[test]
    fn a_remark_names_the_nodes_that_explain_a_load() {
        let node = |id: &str| Part::List(vec![Part::Name(NameKind::Node, id.to_owned()), Part::Count(3)]);
        let remark =
            Fact { code: EXPLAINED.into(), parts: vec![("nodes".into(), Part::List(vec![node("T1"), node("T12")]))] };
        assert!(names(&remark, "T12") && !names(&remark, "T2"));
        assert!(crate::judgement::SAID.iter().any(|fact| remark.is(fact)));
    }
}
