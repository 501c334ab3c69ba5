//! Tables of the page: columns of the one table of columns, cut to what a page can hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Number, Value};

use crate::findings::Findings;
use crate::report::cell::Cell;
use crate::report::columns::TableOf;
use crate::report::volt_columns::tables_of;
use crate::report::words::page_fact;

/// Tables that the page shows.
const SHOWN: &[&str] = &[
    "suspects",
    "addresses",
    "worklist",
    "nodes",
    "money",
    "regions",
    "cleared",
    "hitrate",
    "trends",
    "cases",
    "billing",
    "coverage",
    "screening",
    "faults",
];
/// Lines of a table that a page holds, at most; the csv file has all.
pub(super) const MOST_LINES: usize = 5000;

/// A table as the page holds it: its cells column by column.
#[derive(Serialize)]
pub(super) struct PageTable {
    columns: Vec<&'static str>,
    kinds: Vec<&'static str>,
    cells: Vec<Vec<Value>>,
    /// Lines of the csv file.
    total: usize,
}

/// Every table that is shown, by the name of its file.
pub(super) fn tables(findings: &Findings) -> BTreeMap<&'static str, PageTable> {
    let named = |table: &'static TableOf| {
        let name = table.file.trim_end_matches(".csv");
        SHOWN.contains(&name).then(|| (name, page_table(table, findings, &lines(name, findings))))
    };
    tables_of(findings).into_iter().filter_map(named).collect()
}

/// English meanings of the columns, for those who hover over a title.
pub(super) fn meanings(findings: &Findings) -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let of = |table: &'static TableOf| (table.file.trim_end_matches(".csv"), (table.header)().into_iter().collect());
    tables_of(findings)
        .into_iter()
        .filter(|table| SHOWN.contains(&table.file.trim_end_matches(".csv")))
        .map(of)
        .collect()
}

/// The lines of a table that the page holds: the first, of nodes and faults also those that
/// dossiers refer to, and of the derivation of amounts what dossiers show.
pub(super) fn lines(name: &str, findings: &Findings) -> Vec<usize> {
    let listed = || findings.suspects.iter().take(MOST_LINES);
    let wanted: BTreeSet<&str> = match name {
        "nodes" if findings.nodes.len() > MOST_LINES => listed().filter_map(|row| row.node.as_deref()).collect(),
        "faults" if findings.faults.len() > MOST_LINES => listed().map(|row| &*row.usage_point).collect(),
        "money" => listed()
            .map(|row| &*row.usage_point)
            .chain(findings.nodes.iter().take(MOST_LINES).map(|row| &*row.node))
            .collect(),
        _ => BTreeSet::new(),
    };
    match name {
        "nodes" => (0..findings.nodes.len())
            .filter(|&row| row < MOST_LINES || wanted.contains(&*findings.nodes[row].node))
            .collect(),
        "money" => (0..findings.money.len()).filter(|&row| wanted.contains(findings.money[row].id.as_str())).collect(),
        "faults" => {
            let is_wanted = |row: &usize| wanted.contains(&*findings.faults[*row].usage_point);
            let others = (0..findings.faults.len()).filter(|row| !is_wanted(row)).take(MOST_LINES);
            let mut lines: Vec<usize> = (0..findings.faults.len()).filter(is_wanted).chain(others).collect();
            lines.sort_unstable();
            lines
        }
        _ => (0..MOST_LINES).collect(),
    }
}

fn page_table(table: &TableOf, findings: &Findings, lines: &[usize]) -> PageTable {
    let (columns, cells): (Vec<&'static str>, Vec<Vec<Cell<'_>>>) =
        ((table.header)().into_iter().map(|(name, _)| name).collect(), (table.cells)(findings));
    let total = cells.first().map_or(0, Vec::len);
    let kinds = cells.iter().map(|cells| kind(cells)).collect();
    let held = |cells: &Vec<Cell<'_>>| lines.iter().filter_map(|&line| cells.get(line)).map(value).collect();
    PageTable { cells: cells.iter().map(held).collect(), columns, kinds, total }
}

/// What a column holds, by its first cell with something in it.
fn kind(cells: &[Cell]) -> &'static str {
    match cells.iter().find(|cell| **cell != Cell::Empty) {
        Some(Cell::Said(_) | Cell::Facts(_)) => "words",
        Some(Cell::Word(_)) => "word",
        Some(Cell::Integer(_)) => "integer",
        Some(Cell::Real(..)) => "real",
        Some(Cell::Share(_)) => "share",
        Some(Cell::Day(_)) => "day",
        Some(Cell::Flag(_)) => "flag",
        _ => "text",
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Said(_) | Cell::Facts(_) => Value::Array(cell.facts().iter().map(page_fact).collect()),
        Cell::Word(word) => Value::from(&**word),
        Cell::Text(text) | Cell::Id(text) => Value::from(text.as_str()),
        Cell::Integer(number) => Value::from(*number),
        Cell::Real(value, digits) => real(*value, *digits),
        Cell::Share(_) => cell
            .to_text()
            .and_then(|text| text.parse().ok())
            .and_then(Number::from_f64)
            .map_or(Value::Null, Value::Number),
        Cell::Day(day) => Value::from(day.to_string()),
        Cell::Flag(flag) => Value::from(*flag),
        Cell::Empty => Value::Null,
    }
}

/// A number cut to its digits; null where it is none.
pub(super) fn real(value: f64, digits: usize) -> Value {
    format!("{value:.digits$}").parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, FaultKind};
    use crate::findings::{FindingKind, SuspectRow};

    #[test]
    fn faults_of_listed_usage_points_are_always_there() {
        let fault = |id: String| Fault {
            usage_point: id.as_str().into(),
            kind: FaultKind::Gap,
            from: None,
            to: None,
            share: None,
            detail: crate::domain::Fact::said(""),
        };
        let faults: Vec<Fault> = (0..MOST_LINES + 500).map(|row| fault(format!("UP{row:06}"))).collect();
        let last = faults[MOST_LINES + 499].usage_point.clone();
        let suspects = vec![SuspectRow::nothing_found(last, FindingKind::MeteredHiddenLoad)];
        let findings = Findings { suspects, faults, ..Findings::default() };
        let held = lines("faults", &findings);
        assert_eq!((held.len(), held[held.len() - 1]), (MOST_LINES + 1, MOST_LINES + 499));
    }
}
