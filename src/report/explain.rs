//! One usage point, address or node of a result folder in plain words: why it is listed, what
//! speaks against, and what could not be tested.
//!
//! Everything is read back from the files of the folder, so that what is told here is what the list
//! says.

use std::path::{Path, PathBuf};

use crate::domain::STEPS;
use crate::findings::LEAST_CLAIM;
use crate::ingest::ParquetTable;

use super::explain_node::{blind_node_words, node_words};
use super::given;
use super::language::Language;
use super::records::{Record, RecordError, records};
use super::words::tell;

/// Contributions smaller than this are not told.
const WORTH_TELLING: f64 = 0.05;

/// Why nothing could be told.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// A file of the folder cannot be read.
    #[error(transparent)]
    File(#[from] RecordError),
    /// The folder knows no such thing.
    #[error("`{id}` is no usage point, address or grid node of this result{near}; ids are compared letter by letter")]
    Unknown {
        /// What was asked for.
        id: String,
        /// The nearest name, where there is one.
        near: String,
    },
}

/// Tells what a result folder says of `id`: a usage point, a node, or (part of) an address.
///
/// # Errors
/// When the folder is no result, or does not know the id.
pub fn explain(folder: &Path, id: &str, language: Language) -> Result<String, ExplainError> {
    let nodes = records(folder, "nodes.csv", |record| record.get("node") == id)?;
    if let Some(node) = nodes.first() {
        return Ok(node_words(folder, node, language)?);
    }
    if let Some(words) = blind_node_words(folder, id, language)? {
        return Ok(words);
    }
    let scores = Scores::of(folder, id)?;
    if scores.row.is_some() {
        return usage_point_words(folder, id, &scores, language);
    }
    let wanted = id.trim().to_lowercase();
    let is_meant = |record: &Record| !wanted.is_empty() && record.get("address").to_lowercase().contains(&wanted);
    let addresses = records(folder, "addresses.csv", is_meant)?;
    if addresses.is_empty() {
        return Err(ExplainError::Unknown {
            id: id.to_owned(),
            near: scores.near.map_or(String::new(), |near| format!("; near it is `{near}`")),
        });
    }
    Ok(addresses.iter().map(|address| address_words(address, language)).collect::<Vec<_>>().join("\n"))
}

/// The scores of a result: which usage points it holds, and in which row what is asked for stands.
struct Scores {
    path: PathBuf,
    table: ParquetTable,
    row: Option<usize>,
    /// The known id that shares the most letters from the front with what is asked for.
    near: Option<String>,
}

impl Scores {
    fn of(folder: &Path, id: &str) -> Result<Self, ExplainError> {
        let path = folder.join("scores.parquet");
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| RecordError { path: path.clone(), source };
        given::open(&path).map_err(|source| failed(Box::new(source)))?;
        let table = ParquetTable::open(&path).map_err(|source| failed(Box::new(source)))?;
        let shared = |other: &str| other.chars().zip(id.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        let (mut row, mut near) = (None, (0, String::new()));
        table
            .each("usage_point", |place, other| {
                let Some(other) = other else { return };
                if other == id {
                    row = row.or(Some(place));
                }
                let shared = shared(other);
                if shared > near.0 || (shared == near.0 && shared > 0 && *other < *near.1) {
                    near = (shared, other.to_owned());
                }
            })
            .map_err(|source| failed(Box::new(source)))?;
        Ok(Self { path, table, row, near: Some(near.1).filter(|near| !near.is_empty()) })
    }

    /// A number of the row that was found; `None` where it is missing.
    fn real(&self, name: &str) -> Result<Option<f64>, ExplainError> {
        let Some(row) = self.row else { return Ok(None) };
        let value = self
            .table
            .value(name, row)
            .map_err(|source| RecordError { path: self.path.clone(), source: Box::new(source) })?;
        Ok(value.and_then(|text| text.parse().ok()).filter(|value: &f64| value.is_finite()))
    }

    /// The families of evidence in the order of the file.
    fn families(&self) -> Result<Vec<(String, Option<f64>)>, ExplainError> {
        let names: Vec<String> =
            self.table.names().filter_map(|name| name.strip_prefix("llr_").map(str::to_owned)).collect();
        names
            .into_iter()
            .map(|family| {
                let llr = self.real(&format!("llr_{family}"))?;
                Ok((family, llr))
            })
            .collect()
    }
}

fn usage_point_words(folder: &Path, id: &str, scores: &Scores, language: Language) -> Result<String, ExplainError> {
    let of_id = |record: &Record| record.get("usage_point") == id;
    let (suspects, cleared, faults) = (
        records(folder, "suspects.csv", of_id)?,
        records(folder, "cleared.csv", of_id)?,
        records(folder, "faults.csv", of_id)?,
    );
    let mut lines = Vec::new();
    if let Some(suspect) = suspects.first() {
        suspect_lines(id, suspect, language, &mut lines);
    } else {
        lines.push(language.tell("not_listed", &[("id", id)]));
        lines.push(scores.real("probability")?.map_or_else(
            || language.tell("nothing_tested", &[]),
            |probability| language.tell("probability", &[("p", &format!("{probability:.6}"))]),
        ));
    }
    for look_alike in &cleared {
        let (what, reason) = (language.word(look_alike.get("look_alike")), told(look_alike, "reason", language));
        lines.push(language.tell("cleared", &[("what", &what), ("reason", &reason)]));
    }
    lines.push(language.tell("families", &[]));
    let mut families = scores.families()?;
    // A step that had nothing to say is no test that the data did not allow.
    families.retain(|(family, llr)| llr.is_some() || !STEPS.iter().any(|step| step.as_str() == family));
    let width = families.iter().map(|(family, _)| language.entry(family).chars().count()).max().unwrap_or(0);
    lines.extend(families.iter().map(|(family, llr)| family_line(family, *llr, width, language)));
    if let Some(log_odds) = scores.real("log_odds")? {
        lines.push(language.tell("log_odds", &[("odds", &format!("{log_odds:+.2}"))]));
    }
    for fault in &faults {
        let (kind, detail) = (language.word(fault.get("fault")), told(fault, "detail", language));
        lines.push(language.tell("fault", &[("fault", &kind), ("detail", &detail)]));
    }
    if let Some(suspect) = suspects.first() {
        lines.push(language.tell("disproof", &[("what", &language.tell(disproof(suspect.get("pattern")), &[]))]));
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// What a cell with one thing said says.
fn told(record: &Record, column: &str, language: Language) -> String {
    record.facts(column).iter().map(|fact| tell(language, fact)).collect::<Vec<_>>().join("; ")
}

/// What one family of evidence says, its name taking so many letters.
fn family_line(family: &str, llr: Option<f64>, width: usize, language: Language) -> String {
    let name = language.entry(family);
    let Some(llr) = llr else { return format!("  {name:<width$} {}", language.tell("not_testable", &[])) };
    if llr.abs() < WORTH_TELLING {
        return format!("  {name:<width$} {}", language.tell("neither", &[]));
    }
    let times = language
        .tell(if llr > 0.0 { "times_with" } else { "times_without" }, &[("times", &format!("{:.1}", llr.abs().exp()))]);
    format!("  {name:<width$} {}  ({times})", language.number(&format!("{llr:+.2}")))
}

fn suspect_lines(id: &str, suspect: &Record, language: Language, lines: &mut Vec<String>) {
    let place = ["tariff_class", "address", "city"]
        .map(|name| suspect.get(name))
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let node = if suspect.get("node").is_empty() {
        language.tell("unknown_node", &[])
    } else {
        suspect.get("node").to_owned()
    };
    lines.push(language.tell("place", &[("id", id), ("place", &place), ("node", &node)]));
    let (finding, pattern) = (language.word(suspect.get("finding")), language.word(suspect.get("pattern")));
    lines.push(language.tell(
        "listed_as",
        &[
            ("rank", suspect.get("rank")),
            ("finding", &finding),
            ("pattern", &pattern),
            ("p", suspect.get("probability")),
            ("q", suspect.get("q_value")),
        ],
    ));
    let since = if suspect.get("since").is_empty() {
        language.tell("from_the_first_reading", &[])
    } else {
        language.tell("since", &[("day", suspect.get("since")), ("range", &suspect.range("since", language))])
    };
    let until = if suspect.get("until").is_empty() {
        String::new()
    } else {
        language.tell("until", &[("day", suspect.get("until"))])
    };
    let since = since + &until;
    let parts = [
        ("kw", suspect.get("hidden_kw")),
        ("range", &suspect.range("hidden_kw", language)),
        ("since", &since),
        ("kwh", suspect.get("hidden_kwh")),
    ];
    let is_claimed = suspect.get("probability").parse().map_or(true, |p: f64| p >= LEAST_CLAIM);
    if is_claimed {
        lines.push(language.tell("hidden", &parts));
    } else {
        let unit = |kw: &str| format!("{kw} {}", language.tell("kw", &[]));
        let range = suspect.range("hidden_kw", language).trim_matches([' ', '(', ')']).to_owned();
        let parts = [("p", suspect.get("probability")), ("kw", &*unit(suspect.get("hidden_kw"))), ("range", &*range)];
        lines.push(language.tell("claim_unlikely", &parts));
    }
    for (title, column) in [("for", "evidence_for"), ("against", "evidence_against"), ("missing", "tests_missing")] {
        let facts = suspect.facts(column);
        if !facts.is_empty() {
            lines.push(language.tell(title, &[]));
            lines.extend(facts.iter().map(|fact| format!("  {}", tell(language, fact))));
        }
    }
}

/// What an inspector should check before anybody is accused: the text of the page that says so.
fn disproof(pattern: &str) -> &'static str {
    match pattern {
        "scheduled" => "disproof_scheduled",
        "staircase" => "disproof_staircase",
        "scaled" => "disproof_scaled",
        "interrupted" => "disproof_interrupted",
        "drop" | "zero" | "window" => "disproof_meter",
        _ => "disproof_constant",
    }
}

fn address_words(address: &Record, language: Language) -> String {
    let head = [
        ("address", address.get("address")),
        ("city", address.get("city")),
        ("n", address.get("usage_points")),
        ("p", address.get("probability")),
        ("kw", address.get("hidden_kw")),
    ];
    let findings = address.facts("findings");
    let told = findings.iter().map(|finding| format!("  {}", tell(language, finding)));
    let lines: Vec<String> = std::iter::once(language.tell("address", &head)).chain(told).collect();
    lines.join("\n") + "\n"
}
