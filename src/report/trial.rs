//! What a trial found: a table for the terminal, `trial.csv`, and a page with the curve of every
//! kind.

use std::fmt::Write as _;
use std::path::Path;

use askama::Template;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, Table};

use crate::disk::{self, Place, Written};
use crate::domain::Level;
use crate::findings::{RunRecord, TrialReport, TrialRow};

use super::folder::write_record;
use super::write_error::WriteError;

/// Size of the chart, and its margins.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const MARGIN: f64 = 48.0;
/// Colours that differ on light and dark paper and for most eyes (Okabe and Ito, 2008).
const COLOURS: [&str; 8] = ["#888888", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#b8a800"];

#[derive(Template)]
#[template(path = "trial.html")]
struct Page<'a> {
    report: &'a TrialReport,
    parts: Vec<Part<'a>>,
}

/// One level: usage points, or grid nodes of a kind.
struct Part<'a> {
    title: String,
    rows: &'a [TrialRow],
    curves: Vec<Curve>,
    ticks: Vec<(String, String)>,
}

/// One kind in the chart.
struct Curve {
    kind: &'static str,
    colour: &'static str,
    points: String,
    legend_y: String,
}

/// The table on the terminal.
#[must_use]
pub fn trial_summary(report: &TrialReport, out: &Path) -> String {
    let rows = report.rows();
    let planted = report.farms.iter().filter(|farm| farm.level == Level::UsagePoint).count();
    let mut text = format!(
        "Planted {planted} synthetic farms, one at a time, in {} usage points' own series; a scan of this dump lists \
         {}.\n",
        report.usage_points, report.listed
    );
    for part in levels(&rows) {
        if part[0].level != Level::UsagePoint {
            let planted = report.farms.iter().filter(|farm| farm.level == part[0].level).count();
            let level = part[0].level.as_str();
            let _ = writeln!(
                text,
                "\nPlanted {planted} synthetic loads that no meter sees, one at a time, in the balances of {level}s:"
            );
        }
        let _ = writeln!(text, "{}", table(part));
    }
    let _ = writeln!(text, "\nErrors are medians over found farms. Result: {}  (trial.html, trial.csv)", out.display());
    text
}

/// Rows of one level lie together.
fn levels(rows: &[TrialRow]) -> impl Iterator<Item = &[TrialRow]> {
    rows.chunk_by(|a, b| a.level == b.level)
}

fn table(rows: &[TrialRow]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header([
        "kind",
        "kW",
        "planted",
        "found",
        "share",
        "error kW",
        "error days",
    ]);
    for row in rows {
        table.add_row([
            row.kind.to_owned(),
            band(row),
            row.planted.to_string(),
            row.found.to_string(),
            share(row),
            percent(row.kw_error),
            days(row.days_error),
        ]);
    }
    for column in 1..7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Writes `trial.csv`, `trial.html` and `run.toml`, all or nothing.
///
/// # Errors
/// When anything cannot be written; the target is then as it was.
pub fn write_trial(out: &Path, report: &TrialReport, run: &RunRecord) -> Result<Written, WriteError> {
    let place = Place::of(out, &disk::TRIAL)?;
    let stage = place.stage()?;
    let folder = stage.folder();
    let rows = report.rows();
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        disk::write(&path, text).map_err(|source| WriteError::Io { path, source })
    };
    put("trial.csv", csv(&rows))?;
    let parts = levels(&rows)
        .map(|rows| Part { title: title(rows[0].level), rows, curves: curves(rows), ticks: ticks(rows) })
        .collect();
    let page = Page { report, parts }.render();
    put("trial.html", page.map_err(|source| WriteError::Page { path: folder.join("trial.html"), source })?)?;
    write_record(run, &folder, &disk::TRIAL)?;
    Ok(stage.put(&place)?)
}

fn title(level: Level) -> String {
    match level {
        Level::UsagePoint => "Farms behind meters".to_owned(),
        Level::Node(kind) => format!("Load that no meter sees, at {}s", kind.as_str()),
    }
}

fn csv(rows: &[TrialRow]) -> String {
    let mut text = "kind,kw_from,kw_to,planted,found,share,median_kw_error,median_days_error,level\n".to_owned();
    let real = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3}"));
    for row in rows {
        let (from, to) = (row.kw.0, row.kw.1.map_or(String::new(), |to| to.to_string()));
        let share = found_share(row);
        let _ = writeln!(
            text,
            "{},{from},{to},{},{},{share:.3},{},{},{}",
            row.kind,
            row.planted,
            row.found,
            real(row.kw_error),
            real(row.days_error),
            row.level.as_str()
        );
    }
    text
}

fn found_share(row: &TrialRow) -> f64 {
    row.found as f64 / row.planted.max(1) as f64
}

fn band(row: &TrialRow) -> String {
    row.kw.1.map_or_else(|| format!("{} and more", row.kw.0), |to| format!("{} to {to}", row.kw.0))
}

fn share(row: &TrialRow) -> String {
    format!("{:.0} %", 100.0 * found_share(row))
}

fn percent(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{:.1} %", 100.0 * value))
}

fn days(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.0}"))
}

/// Bands of all kinds together, in order: the places on the axis.
fn places(rows: &[TrialRow]) -> Vec<&TrialRow> {
    rows.iter().filter(|row| row.kind == "all").collect()
}

fn x_of(index: usize, count: usize) -> f64 {
    MARGIN + (WIDTH - 2.0 * MARGIN) * (index as f64 + 0.5) / count.max(1) as f64
}

fn ticks(rows: &[TrialRow]) -> Vec<(String, String)> {
    let places = places(rows);
    places
        .iter()
        .enumerate()
        .map(|(index, row)| (format!("{:.0}", x_of(index, places.len())), format!("{} kW", band(row))))
        .collect()
}

fn curves(rows: &[TrialRow]) -> Vec<Curve> {
    let places = places(rows);
    // Rows of one kind lie together.
    let kinds = rows.chunk_by(|a, b| a.kind == b.kind).map(|part| part[0].kind);
    let point = |row: &TrialRow| {
        let index = places.iter().position(|place| place.kw.0 == row.kw.0)?;
        Some(format!(
            "{:.0},{:.0}",
            x_of(index, places.len()),
            HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * found_share(row)
        ))
    };
    let curve = |(index, kind): (usize, &'static str)| Curve {
        kind,
        colour: COLOURS[index % COLOURS.len()],
        points: rows.iter().filter(|row| row.kind == kind).filter_map(point).collect::<Vec<_>>().join(" "),
        legend_y: format!("{:.0}", MARGIN + 18.0 * index as f64),
    };
    kinds.enumerate().map(curve).collect()
}
