//! The summary at the end of a run, as text for a terminal of 100 columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};

use crate::findings::{Findings, SuspectRow};

/// Rows of the list that the summary shows.
const SHOWN: usize = 10;

/// The summary of a run whose result lies in `out`.
#[must_use]
pub fn summary(findings: &Findings, out: &Path) -> String {
    let mut text = String::new();
    read(&mut text, findings);
    listed(&mut text, findings);
    nodes(&mut text, findings);
    stages(&mut text, findings);
    let _ = writeln!(text, "\nResult: {}  (start with report.html or suspects.csv)", out.display());
    text
}

fn read(text: &mut String, findings: &Findings) {
    let run = &findings.run;
    let _ = writeln!(
        text,
        "Read {} interval and {} register readings of {} usage points; {} records rejected.",
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
    for note in &run.notes {
        let _ = writeln!(text, "Note: {note}");
    }
}

fn listed(text: &mut String, findings: &Findings) {
    if findings.suspects.is_empty() {
        let _ = writeln!(text, "\nNo usage point is likely enough to be listed.");
        return;
    }
    let innocents: f64 = findings.suspects.iter().map(|row| 1.0 - row.probability.unwrap_or(0.0)).sum();
    let _ = writeln!(text, "\n{} usage points listed, {innocents:.1} of them expected to be innocent. The best:", findings.suspects.len());
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["#", "usage point", "class", "finding", "prob.", "kW", "since", "address"]);
    for row in findings.suspects.iter().take(SHOWN) {
        table.add_row(cells(row));
    }
    for index in [0, 4, 5] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let _ = writeln!(text, "{table}");
    let other: Vec<String> = findings.run.other_priors.iter().map(|other| format!("{} times: {}", other.factor, other.listed)).collect();
    if !other.is_empty() {
        let _ = writeln!(text, "Usage points listed if farms were more or less usual than the prior says: {}.", other.join(", "));
    }
}

fn cells(row: &SuspectRow) -> [String; 8] {
    let short = |text: Option<&String>, most: usize| text.map_or(String::new(), |text| text.chars().take(most).collect());
    let probability = row.probability.map_or(String::new(), |p| if p > 0.999 { ">0.999".to_owned() } else { format!("{p:.3}") });
    [
        row.rank.to_string(),
        row.usage_point.chars().take(20).collect(),
        short(row.tariff_class.as_ref(), 12),
        row.pattern.map_or_else(|| row.finding.as_str().to_owned(), |pattern| pattern.as_str().to_owned()),
        probability,
        row.hidden_kw.map_or(String::new(), |kw| format!("{kw:.1}")),
        row.since.map_or_else(|| "start".to_owned(), |day| day.to_string()),
        short(row.address.as_ref(), 24),
    ]
}

fn nodes(text: &mut String, findings: &Findings) {
    if findings.nodes.is_empty() {
        return;
    }
    let likely: Vec<_> = findings.nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= 0.5)).collect();
    let _ = writeln!(text, "{} grid nodes balanced, {} with likely unmetered load:", findings.nodes.len(), likely.len());
    for node in likely.iter().take(SHOWN) {
        let _ = writeln!(
            text,
            "  {} {}: {:.1} kW ({:.1} to {:.1}), probability {:.3}",
            node.kind.as_str(),
            node.node,
            node.unmetered_kw.unwrap_or(f64::NAN),
            node.unmetered_kw_low.unwrap_or(f64::NAN),
            node.unmetered_kw_high.unwrap_or(f64::NAN),
            node.probability.unwrap_or(f64::NAN)
        );
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
