//! What a trial found: a table for the terminal, `trial.csv`, and a page with the curve of every
//! kind.

use std::fmt::Write as _;
use std::path::Path;

use askama::Template;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::disk::{self, Place, Written};
use crate::domain::Level;
use crate::findings::{RunRecord, TrialReport, TrialRow};

use super::folder::write_record;
use super::language::Language;
use super::write_error::WriteError;

/// Columns of the terminal.
const COLUMNS: u16 = 80;
/// Size of the chart, and its margins.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const MARGIN: f64 = 48.0;
/// Colours that differ on light and dark paper and for most eyes (Okabe and Ito, 2008).
const COLOURS: [&str; 8] = ["#888888", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#b8a800"];

#[derive(Template)]
#[template(path = "trial.html")]
struct Page {
    language: &'static str,
    title: String,
    says: [String; 2],
    chart: String,
    heads: Vec<String>,
    parts: Vec<Part>,
}

/// One level: usage points, or grid nodes of a kind.
struct Part {
    title: String,
    rows: Vec<[String; 7]>,
    curves: Vec<Curve>,
    ticks: Vec<(String, String)>,
}

/// One kind in the chart.
struct Curve {
    kind: String,
    colour: &'static str,
    is_all: bool,
    points: String,
    legend_y: String,
}

/// Titles of the columns, in their order.
const HEADS: [&str; 7] = ["kind", "kw", "planted", "found", "share", "error_kw", "error_days"];

/// The table on the terminal.
#[must_use]
pub fn trial_summary(report: &TrialReport, out: &Path, language: Language) -> String {
    let rows = report.rows();
    let mut text = language.try_out("farms", &counts(report, Level::UsagePoint).each()) + "\n";
    for part in levels(&rows) {
        if let Level::Node(kind) = part[0].level {
            let (counts, kind) = (counts(report, part[0].level), language.word(kind.as_str()));
            let _ = writeln!(text, "\n{}", language.try_out("loads", &[("planted", &*counts.0[0]), ("kind", &kind)]));
        }
        let _ = writeln!(text, "{}", table(part, language));
    }
    let _ = writeln!(text, "\n{}", language.try_out("errors", &[("folder", &out.display().to_string())]));
    text
}

/// What was planted at a level, usage points, and listed ones of them, as words.
struct Counts([String; 3]);

fn counts(report: &TrialReport, level: Level) -> Counts {
    let planted = report.farms.iter().filter(|farm| farm.level == level).count();
    Counts([planted, report.usage_points, report.listed].map(|count| count.to_string()))
}

impl Counts {
    fn each(&self) -> [(&'static str, &str); 3] {
        [("planted", &self.0[0]), ("points", &self.0[1]), ("listed", &self.0[2])]
    }
}

/// Rows of one level lie together.
fn levels(rows: &[TrialRow]) -> impl Iterator<Item = &[TrialRow]> {
    rows.chunk_by(|a, b| a.level == b.level)
}

fn table(rows: &[TrialRow], language: Language) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic).set_width(COLUMNS);
    table.set_header(HEADS.map(|head| language.try_out(head, &[])));
    for row in rows {
        table.add_row(cells(row, language));
    }
    for column in 1..7 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A line of the table in words of the language.
fn cells(row: &TrialRow, language: Language) -> [String; 7] {
    let number = |text: String| text.split(' ').map(|word| language.number(word)).collect::<Vec<_>>().join(" ");
    [
        language.word(row.kind),
        band(row, language),
        row.planted.to_string(),
        row.found.to_string(),
        share(row),
        number(percent(row.kw_error)),
        days(row.days_error),
    ]
}

/// Writes `trial.csv`, `trial.html` and `run.toml`, all or nothing.
///
/// # Errors
/// When anything cannot be written; the target is then as it was.
pub fn write_trial(
    out: &Path,
    report: &TrialReport,
    run: &RunRecord,
    language: Language,
) -> Result<Written, WriteError> {
    let place = Place::of(out, &disk::TRIAL)?;
    let stage = place.stage()?;
    let folder = stage.folder();
    let rows = report.rows();
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        disk::write(&path, text).map_err(|source| WriteError::Io { path, source })
    };
    put("trial.csv", csv(&rows))?;
    let page = page(report, &rows, language).render();
    put("trial.html", page.map_err(|source| WriteError::Page { path: folder.join("trial.html"), source })?)?;
    write_record(run, &folder, &disk::TRIAL)?;
    Ok(stage.put(&place)?)
}

fn page(report: &TrialReport, rows: &[TrialRow], language: Language) -> Page {
    let part = |rows: &[TrialRow]| Part {
        title: title(rows[0].level, language),
        rows: rows.iter().map(|row| cells(row, language)).collect(),
        curves: curves(rows, language),
        ticks: ticks(rows, language),
    };
    let planted = report.farms.len().to_string();
    let [points, listed, nodes, listed_nodes] =
        [report.usage_points, report.listed, report.nodes, report.listed_nodes].map(|count| count.to_string());
    let mut says = language.try_out("says", &[("planted", &*planted), ("points", &points), ("listed", &listed)]);
    if report.nodes > 0 {
        says += " ";
        says += &language.try_out("says_nodes", &[("nodes", &*nodes), ("listed", &listed_nodes)]);
    }
    Page {
        language: language.code(),
        title: language.try_out("title", &[]),
        says: [says, language.try_out("shares_hold", &[])],
        chart: language.try_out("chart", &[]),
        heads: HEADS.map(|head| language.try_out(head, &[])).to_vec(),
        parts: levels(rows).map(part).collect(),
    }
}

fn title(level: Level, language: Language) -> String {
    match level {
        Level::UsagePoint => language.try_out("behind", &[]),
        Level::Node(kind) => language.try_out("at_nodes", &[("kind", &language.word(kind.as_str()))]),
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

fn band(row: &TrialRow, language: Language) -> String {
    let from = row.kw.0.to_string();
    match row.kw.1 {
        None => language.try_out("and_more", &[("from", &from)]),
        Some(to) => language.try_out("to", &[("from", &*from), ("to", &to.to_string())]),
    }
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

fn ticks(rows: &[TrialRow], language: Language) -> Vec<(String, String)> {
    let places = places(rows);
    places
        .iter()
        .enumerate()
        .map(|(index, row)| {
            (
                format!("{:.0}", x_of(index, places.len())),
                format!("{} {}", band(row, language), language.try_out("kw", &[])),
            )
        })
        .collect()
}

fn curves(rows: &[TrialRow], language: Language) -> Vec<Curve> {
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
        kind: language.word(kind),
        is_all: kind == "all",
        colour: COLOURS[index % COLOURS.len()],
        points: rows.iter().filter(|row| row.kind == kind).filter_map(point).collect::<Vec<_>>().join(" "),
        legend_y: format!("{:.0}", MARGIN + 18.0 * index as f64),
    };
    kinds.enumerate().map(curve).collect()
}
