//! The summary at the end of a run, as text for a terminal of 100 columns: findings first, then
//! what was read and what to know about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table};

use crate::findings::{CaseStatus, Findings};

use super::headline::{HeadCase, Headline};
use super::language::Language;
use super::words::tell;

/// What a case claims and what it does not.
const CLAIM: &str =
    "A case says that readings do not fit an ordinary customer of the kind, or that load is not metered.
It is a reason to check on site, not proof of guilt.";
/// Columns of the terminal, and letters of a place that the table shows.
const WIDTH: u16 = 100;
const PLACE: usize = 34;

/// The summary of a run whose result lies in `out`.
#[must_use]
pub fn summary(findings: &Findings, out: &Path) -> String {
    let mut text = String::new();
    changes(&mut text, findings);
    found(&mut text, findings);
    read(&mut text, findings);
    stages(&mut text, findings);
    let _ = writeln!(text, "\nResult: {}  (start with report.html or suspects.csv)", out.display());
    text
}

/// What has become of cases since the month before, where there is one.
fn changes(text: &mut String, findings: &Findings) {
    let Some(month) = findings.cases.iter().filter_map(|case| Some(&case.last()?.month)).max() else { return };
    if findings.cases.iter().all(|case| case.history.len() < 2) {
        return;
    }
    let count = |status: CaseStatus| {
        let cases = findings.cases.iter().filter(|case| case.status == status);
        cases.filter(|case| case.last().is_some_and(|last| last.month == *month)).count()
    };
    let told: Vec<String> = (CaseStatus::ALL.into_iter())
        .filter(|status| *status != CaseStatus::Continuing)
        .map(|status| (count(status), status.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, status)| format!("{count} {status}"))
        .collect();
    let told = if told.is_empty() { "nothing has changed".to_owned() } else { told.join(", ") };
    let _ = writeln!(text, "Cases in {month}, beside the month before: {told} (cases.csv).");
}

/// What was found, where, how much, how sure, and what is new.
fn found(text: &mut String, findings: &Findings) {
    let headline = Headline::of(findings);
    if headline.total == 0 {
        let _ = writeln!(text, "No usage point is likely enough to be listed, and no grid node to miss load.");
    } else {
        let at_stake: Vec<String> = (headline.at_stake.iter())
            .map(|sum| format!("{} {} ({} to {})", amount(sum.amount), sum.currency, amount(sum.low), amount(sum.high)))
            .collect();
        let Headline { total, kw, kwh, began, new, new_days, .. } = headline;
        let _ = writeln!(
            text,
            "{total} cases, {:.1} of them expected to be nothing: {kw:.1} kW, {} kWh in the period.",
            headline.innocents,
            amount(kwh)
        );
        if !at_stake.is_empty() {
            let _ = writeln!(text, "At stake: {}.", at_stake.join(", "));
        }
        let _ = writeln!(
            text,
            "{began} began within the period, {new} of them in its last {new_days} days (new).\n{CLAIM}"
        );
        let _ = writeln!(text, "{}", cases(&headline));
    }
    let innocents = findings.expected_innocents();
    let likely = findings.nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= 0.5)).count();
    let _ = write!(
        text,
        "{} usage points listed, {innocents:.1} of them expected to be innocent; ",
        findings.suspects.len()
    );
    let _ = writeln!(text, "{} grid nodes balanced, {likely} with likely unmetered load.", findings.nodes.len());
    let other: Vec<String> =
        findings.run.other_priors.iter().map(|other| format!("{} times: {}", other.factor, other.listed)).collect();
    if !other.is_empty() {
        let _ = writeln!(
            text,
            "Usage points listed if farms were more or less usual than the prior says: {}.",
            other.join(", ")
        );
    }
}

fn cases(headline: &Headline) -> Table {
    let mut table = Table::new();
    // With one currency its code stands once, in the heading.
    let currency = if let [sum] = &headline.at_stake[..] { Some(sum.currency) } else { None };
    let at_stake = currency.map_or_else(|| "at stake".to_owned(), |currency| format!("at stake, {currency}"));
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(["#", "where", "what", "kW (90 %)", at_stake.as_str(), "prob.", "since"]);
    for case in &headline.cases {
        table.add_row(cells(case, currency));
    }
    for index in [0, 3, 4, 5] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // Words may be broken, numbers and days not.
    for index in [3, 6] {
        if let Some(column) = table.column_mut(index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

fn cells(case: &HeadCase, currency: Option<&str>) -> [String; 7] {
    let place = match (case.members.first(), case.node) {
        (Some((id, _)), _) if *id != case.place => format!("{id}, {}", case.place),
        (None, Some((id, kind, _))) => format!("{kind} {id}"),
        _ => case.place.to_owned(),
    };
    let more = if case.members.len() > 1 { format!(" and {} more", case.members.len() - 1) } else { String::new() };
    let interval =
        case.kw_low.zip(case.kw_high).map_or(String::new(), |(low, high)| format!(" ({low:.1} to {high:.1})"));
    [
        case.rank.to_string(),
        place.chars().take(PLACE - more.len()).collect::<String>() + &more,
        [Some(case.what), case.pattern].into_iter().flatten().collect::<Vec<_>>().join(", ").replace('_', " "),
        case.kw.map_or(String::new(), |kw| format!("{kw:.1}{interval}")),
        case.amount.map_or(String::new(), |sum| {
            format!("{} {}", amount(sum), case.currency.filter(|own| Some(*own) != currency).unwrap_or(""))
                .trim()
                .to_owned()
        }),
        case.probability.map_or(String::new(), |p| if p > 0.999 { ">0.999".to_owned() } else { format!("{p:.3}") }),
        case.since
            .as_ref()
            .map_or_else(|| "start".to_owned(), |day| format!("{day}{}", if case.is_new { " new" } else { "" })),
    ]
}

/// A sum without its fractions.
fn amount(sum: f64) -> String {
    format!("{}{}", if sum <= -0.5 { "-" } else { "" }, grouped(sum.abs().round() as u64))
}

fn read(text: &mut String, findings: &Findings) {
    let run = &findings.run;
    let _ = writeln!(
        text,
        "\nRead {} interval and {} register readings of {} usage points; {} records rejected.",
        grouped(run.readings),
        grouped(run.register_readings),
        grouped(run.usage_points),
        grouped(run.rejects)
    );
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for fault in &findings.faults {
        *kinds.entry(fault.kind.as_str()).or_insert(0) += 1;
    }
    let words: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let _ = writeln!(text, "Data faults: {}.", if words.is_empty() { "none".to_owned() } else { words.join(", ") });
    for note in &findings.notes {
        let _ = writeln!(text, "Note: {}", tell(Language::English, note));
    }
}

fn stages(text: &mut String, findings: &Findings) {
    let run = &findings.run;
    let words: Vec<String> = run.stages.iter().map(|stage| format!("{} {:.2} s", stage.stage, stage.seconds)).collect();
    let total: f64 = run.stages.iter().map(|stage| stage.seconds).sum();
    let rate = run.readings as f64 / total.max(1e-6) / 1e6;
    let _ = writeln!(text, "\nTime: {}; {total:.2} s in all, {rate:.1} million readings a second.", words.join(", "));
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([grouped(7), grouped(1_000), grouped(7_606_822)], ["7", "1,000", "7,606,822"]);
    }

    #[test]
    fn an_empty_list_is_said_in_words() {
        assert!(summary(&Findings::default(), Path::new("out")).contains("No usage point is likely enough"));
    }
}
