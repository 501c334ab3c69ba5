//! Rows of the tables of a result folder, read back with what they say.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::Fact;

use super::cell::unguarded;
use super::language::Language;
use super::{facts_file, given};

/// A file of the folder that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read `{path}`; give the folder that `darkload scan` wrote")]
pub struct RecordError {
    /// Which file.
    pub path: PathBuf,
    /// What happened.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A row of a csv file with its column names, and what its cells say.
pub(super) struct Record {
    names: Arc<csv::StringRecord>,
    cells: csv::StringRecord,
    /// `None` where the result keeps no facts.
    facts: Option<BTreeMap<String, Vec<Fact>>>,
}

impl Record {
    /// A cell without the mark that keeps spreadsheets from taking it for a formula; empty where
    /// the column is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.names
            .iter()
            .position(|column| column == name)
            .and_then(|place| self.cells.get(place))
            .map_or("", unguarded)
    }

    /// `low to high`, or nothing where either is empty or both are one.
    pub(super) fn range(&self, name: &str, language: Language) -> String {
        let (low, high) = (self.get(&format!("{name}_low")), self.get(&format!("{name}_high")));
        if low.is_empty() || high.is_empty() || low == high {
            String::new()
        } else {
            language.tell("range", &[("low", low), ("high", high)])
        }
    }

    /// What a cell says; of a result without facts the English words of the cell.
    pub(super) fn facts(&self, name: &str) -> Vec<Fact> {
        match &self.facts {
            Some(facts) => facts.get(name).cloned().unwrap_or_default(),
            None => self.get(name).split("; ").filter(|part| !part.is_empty()).map(Fact::said).collect(),
        }
    }
}

/// A number with a decimal point in place of a comma; any other cell as it is.
fn with_point(cell: &str) -> Cow<'_, str> {
    let is_number = cell.matches(',').count() == 1 && cell.chars().all(|c| c.is_ascii_digit() || ",-e+".contains(c));
    if is_number { cell.replace(',', ".").into() } else { cell.into() }
}

/// Rows of a table of the folder that are wanted, in their order.
///
/// # Errors
/// When the table or the facts cannot be read.
pub(super) fn records(folder: &Path, file: &str, wanted: impl Fn(&Record) -> bool) -> Result<Vec<Record>, RecordError> {
    let path = folder.join(file);
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| RecordError { path: path.clone(), source };
    let no_table = |error: csv::Error| failed(given::csv_words(error).into());
    let mut table = BufReader::new(given::open(&path).map_err(|source| failed(Box::new(source)))?);
    let head = table.fill_buf().map_err(|source| failed(Box::new(source)))?;
    // With a byte order mark it was written for Excel.
    let for_excel = head.starts_with("\u{feff}".as_bytes());
    if for_excel {
        table.consume("\u{feff}".len());
    }
    let delimiter = if for_excel { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(table);
    let names = Arc::new(reader.headers().map_err(no_table)?.clone());
    let mut found = BTreeMap::new();
    for (row, cells) in reader.records().enumerate() {
        let cells = cells.map_err(no_table)?;
        let cells = if for_excel {
            cells.iter().map(with_point).collect::<Vec<_>>().iter().map(|cell| &**cell).collect()
        } else {
            cells
        };
        let record = Record { names: Arc::clone(&names), cells, facts: None };
        if wanted(&record) {
            found.insert(row, record);
        }
    }
    let said = facts_file::read(folder, file.trim_end_matches(".csv"), |row| found.contains_key(&row))
        .map_err(|source| RecordError { path: folder.join(facts_file::FILE), source: Box::new(source) })?;
    if let Some(said) = said {
        for record in found.values_mut() {
            record.facts = Some(BTreeMap::new());
        }
        for cell in said {
            if let Some(facts) = found.get_mut(&cell.row).and_then(|record| record.facts.as_mut()) {
                facts.insert(cell.column, cell.facts);
            }
        }
    }
    Ok(found.into_values().collect())
}
