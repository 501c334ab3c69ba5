//! One usage point, address or node of a result folder in plain words: why it is listed, what speaks against, and what could not be tested.
//!
//! Everything is read back from the files of the folder, so that what is told here is what the list says.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader};

use super::cell::unguarded;
use super::explain_node::{blind_node_words, node_words};

/// Contributions smaller than this are not told.
const WORTH_TELLING: f64 = 0.05;

/// Why nothing could be told.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// A file of the folder cannot be read.
    #[error("failed to read `{path}`; give the folder that `darkload scan` wrote")]
    File {
        /// Which file.
        path: PathBuf,
        /// What happened.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder knows no such thing.
    #[error("`{id}` is no usage point, address or grid node of this result{near}; ids are compared letter by letter")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The nearest name, where there is one.
        near: String,
    },
}

/// A row of a csv file with its column names.
pub(super) struct Record {
    names: csv::StringRecord,
    cells: csv::StringRecord,
}

impl Record {
    /// A cell without the mark that keeps spreadsheets from taking it for a formula; empty where the column is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.names.iter().position(|column| column == name).and_then(|place| self.cells.get(place)).map_or("", unguarded)
    }

    /// `low to high`, or nothing where either is empty.
    pub(super) fn range(&self, name: &str) -> String {
        let (low, high) = (self.get(&format!("{name}_low")), self.get(&format!("{name}_high")));
        if low.is_empty() || high.is_empty() { String::new() } else { format!(" ({low} to {high})") }
    }

    /// The parts of a list inside a cell.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).split("; ").filter(|part| !part.is_empty()).collect()
    }
}

/// Tells what a result folder says of `id`: a usage point, a node, or (part of) an address.
///
/// # Errors
/// When the folder is no result, or does not know the id.
pub fn explain(folder: &Path, id: &str) -> Result<String, ExplainError> {
    let nodes = records(folder, "nodes.csv", |record| record.get("node") == id)?;
    if let Some(node) = nodes.first() {
        return node_words(folder, node);
    }
    if let Some(words) = blind_node_words(folder, id)? {
        return Ok(words);
    }
    let scores = scores(folder)?;
    if let Some(row) = row_of(&scores, id) {
        return usage_point_words(folder, id, &scores, row);
    }
    let wanted = id.trim().to_lowercase();
    let is_meant = |record: &Record| !wanted.is_empty() && record.get("address").to_lowercase().contains(&wanted);
    let addresses = records(folder, "addresses.csv", is_meant)?;
    if addresses.is_empty() {
        return Err(ExplainError::Unknown { id: id.to_owned(), near: near(&scores, id) });
    }
    Ok(addresses.iter().map(address_words).collect::<Vec<_>>().join("\n"))
}

/// Rows of a csv file of the folder that are wanted, in their order.
pub(super) fn records(folder: &Path, file: &str, wanted: impl Fn(&Record) -> bool) -> Result<Vec<Record>, ExplainError> {
    let path = folder.join(file);
    let failed = |source: csv::Error| ExplainError::File { path: path.clone(), source: Box::new(source) };
    let mut reader = csv::Reader::from_path(&path).map_err(failed)?;
    let names = reader.headers().map_err(failed)?.clone();
    let mut found = Vec::new();
    for cells in reader.records() {
        let record = Record { names: names.clone(), cells: cells.map_err(failed)? };
        if wanted(&record) {
            found.push(record);
        }
    }
    Ok(found)
}

fn scores(folder: &Path) -> Result<DataFrame, ExplainError> {
    let path = folder.join("scores.parquet");
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| ExplainError::File { path: path.clone(), source };
    let file = File::open(&path).map_err(|source| failed(Box::new(source)))?;
    ParquetReader::new(file).finish().map_err(|source| failed(Box::new(source)))
}

fn ids(scores: &DataFrame) -> impl Iterator<Item = (usize, &str)> {
    let column = scores.column("usage_point").and_then(|column| column.str());
    column.into_iter().flat_map(|column| column.iter().enumerate().filter_map(|(row, id)| Some((row, id?))))
}

fn row_of(scores: &DataFrame, id: &str) -> Option<usize> {
    ids(scores).find(|(_, other)| *other == id).map(|(row, _)| row)
}

/// The known id that shares the most letters from the front with `id`, in words.
fn near(scores: &DataFrame, id: &str) -> String {
    let shared = |other: &str| other.chars().zip(id.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let best = ids(scores).map(|(_, other)| (shared(other), other)).max_by_key(|(shared, other)| (*shared, std::cmp::Reverse(*other)));
    best.filter(|(shared, _)| *shared > 0).map_or(String::new(), |(_, other)| format!("; near it is `{other}`"))
}

fn real(scores: &DataFrame, name: &str, row: usize) -> Option<f64> {
    match scores.column(name).ok()?.get(row).ok()? {
        AnyValue::Float64(value) => Some(value),
        AnyValue::Float32(value) => Some(f64::from(value)),
        _ => None,
    }
}

fn usage_point_words(folder: &Path, id: &str, scores: &DataFrame, row: usize) -> Result<String, ExplainError> {
    let of_id = |record: &Record| record.get("usage_point") == id;
    let (suspects, cleared, faults) =
        (records(folder, "suspects.csv", of_id)?, records(folder, "cleared.csv", of_id)?, records(folder, "faults.csv", of_id)?);
    let mut text = String::new();
    let mut line = |words: String| {
        let _ = writeln!(text, "{words}");
    };
    if let Some(suspect) = suspects.first() {
        suspect_lines(id, suspect, &mut line);
    } else {
        line(format!("{id}: not listed"));
        line(real(scores, "probability", row).map_or_else(
            || "Nothing could be tested: see screening.csv and faults.csv".to_owned(),
            |probability| format!("Probability of a hidden farm under the stated prior: {probability:.6}"),
        ));
    }
    for look_alike in &cleared {
        line(format!("Cleared as {}: {}", look_alike.get("look_alike").replace('_', " "), look_alike.get("reason")));
    }
    line("What each family of evidence says:".to_owned());
    for (family, llr) in families(scores, row) {
        line(match llr {
            None => format!("  {family:<10} not testable"),
            Some(llr) if llr.abs() < WORTH_TELLING => format!("  {family:<10} nothing either way"),
            Some(llr) => {
                format!("  {family:<10} {llr:+.2}  ({:.1} times more usual {})", llr.abs().exp(), if llr > 0.0 { "with a farm" } else { "without" })
            }
        });
    }
    if let Some(log_odds) = real(scores, "log_odds", row) {
        line(format!(
            "Log-odds with the prior: {log_odds:+.2}; a line of +0.69 above doubles the odds. How lines add up is calibrated, so they need not sum to this."
        ));
    }
    for fault in &faults {
        line(format!("Data fault, {}: {}", fault.get("fault"), fault.get("detail")));
    }
    if let Some(suspect) = suspects.first() {
        line(format!("What would disprove it: {}", disproof(suspect.get("pattern"))));
    }
    Ok(text)
}

fn suspect_lines(id: &str, suspect: &Record, line: &mut impl FnMut(String)) {
    let place =
        ["tariff_class", "address", "city"].map(|name| suspect.get(name)).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    line(format!("{id} ({place}), fed by {}", if suspect.get("node").is_empty() { "an unknown node" } else { suspect.get("node") }));
    line(format!(
        "Listed as number {}: {}, {}; probability {}, expected share of innocents down to here {}",
        suspect.get("rank"),
        suspect.get("finding").replace('_', " "),
        suspect.get("pattern"),
        suspect.get("probability"),
        suspect.get("q_value")
    ));
    let since = if suspect.get("since").is_empty() {
        "from the first reading".to_owned()
    } else {
        format!("since {}{}", suspect.get("since"), suspect.range("since"))
    };
    line(format!(
        "Hidden load while it runs: {} kW{}, {since}; {} kWh in the period",
        suspect.get("hidden_kw"),
        suspect.range("hidden_kw"),
        suspect.get("hidden_kwh")
    ));
    for (title, column) in
        [("What speaks for it:", "evidence_for"), ("What speaks against it:", "evidence_against"), ("What could not be tested:", "tests_missing")]
    {
        let parts = suspect.list(column);
        if !parts.is_empty() {
            line(title.to_owned());
            for part in parts {
                line(format!("  {part}"));
            }
        }
    }
}

/// The families of evidence in the order of the file.
fn families(scores: &DataFrame, row: usize) -> Vec<(String, Option<f64>)> {
    let names = scores.get_column_names().into_iter().filter_map(|name| name.strip_prefix("llr_").map(str::to_owned));
    names.map(|family| (family.clone(), real(scores, &format!("llr_{family}"), row))).collect()
}

/// What an inspector should check before anybody is accused.
fn disproof(pattern: &str) -> &'static str {
    match pattern {
        "scheduled" => {
            "storage heating, a bakery oven, lamps or pumps on a timer with the power of this load; its hours on site against the hours named above"
        }
        "staircase" => "a business that grew: new machines, cold rooms or servers with invoices of the dates of the steps",
        "scaled" => {
            "a test of the meter against a reference meter on site; somebody with the same working hours whom the grid file does not place under this node"
        }
        "interrupted" => "a pump, compressor or charger that runs and rests; whether the pauses are power cuts of the whole street",
        _ => {
            "a lawful load of this power that never rests: server room, telecom site, cold store, direct electric heating, a pump; a meter that repeats one value; a wrong meter ratio"
        }
    }
}

fn address_words(address: &Record) -> String {
    let mut text = format!(
        "{} {}: {} usage points, probability of a farm {}, {} kW\n",
        address.get("address"),
        address.get("city"),
        address.get("usage_points"),
        address.get("probability"),
        address.get("hidden_kw")
    );
    for finding in address.list("findings") {
        let _ = writeln!(text, "  {finding}");
    }
    text
}
