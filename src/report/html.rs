//! `report.html`: one self-contained page that opens offline, in its first form: summary, tables and the daily balance of likely nodes.

use std::fs;
use std::path::Path;

use askama::Template;

use crate::findings::Findings;

use super::columns::SUSPECTS;
use super::node_chart::{NodeChart, charts};
use super::{TABLES, WriteError};

/// Columns of the list that the page shows; the csv file has all.
const SHOWN: &[&str] = &[
    "rank",
    "usage_point",
    "address",
    "city",
    "tariff_class",
    "finding",
    "pattern",
    "probability",
    "q_value",
    "hidden_kw",
    "since",
    "evidence_for",
    "evidence_against",
];
const NODE_COLUMNS: &[&str] =
    &["rank", "node", "kind", "probability", "unmetered_kw", "unmetered_kw_low", "unmetered_kw_high", "pattern", "since", "coverage", "remarks"];
/// Nodes shown.
const MOST_NODES: usize = 100;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    findings: &'a Findings,
    expected_innocents: String,
    suspects: Grid,
    nodes: Grid,
    charts: Vec<NodeChart>,
}

struct Grid {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Writes the page.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("report.html");
    let innocents: f64 = findings.suspects.iter().map(|row| 1.0 - row.probability.unwrap_or(0.0)).sum();
    let page = Page {
        findings,
        expected_innocents: format!("{innocents:.1}"),
        suspects: suspects(findings),
        nodes: nodes(findings),
        charts: charts(&findings.nodes, &findings.node_days),
    };
    let text = page.render().map_err(|source| WriteError::Page { path: path.clone(), source })?;
    fs::write(&path, text).map_err(|source| WriteError::Io { path, source })
}

fn suspects(findings: &Findings) -> Grid {
    let columns: Vec<_> = SUSPECTS.iter().filter(|column| SHOWN.contains(&column.name)).collect();
    let header = columns.iter().map(|column| column.name.replace('_', " ")).collect();
    let text = |row: &_| columns.iter().map(|column| (column.cell)(row).to_text().unwrap_or_default()).collect();
    Grid { header, rows: findings.suspects.iter().map(text).collect() }
}

fn nodes(findings: &Findings) -> Grid {
    let Some(table) = TABLES.iter().find(|table| table.file == "nodes.csv") else { return Grid { header: Vec::new(), rows: Vec::new() } };
    let wanted: Vec<usize> =
        (table.header)().iter().enumerate().filter(|(_, column)| NODE_COLUMNS.contains(&column.0)).map(|(index, _)| index).collect();
    let (header, cells) = ((table.header)(), (table.cells)(findings));
    let rows = (0..findings.nodes.len().min(MOST_NODES))
        .map(|row| wanted.iter().map(|&column| cells[column][row].to_text().unwrap_or_default()).collect())
        .collect();
    Grid { header: wanted.iter().map(|&column| header[column].0.replace('_', " ")).collect(), rows }
}
