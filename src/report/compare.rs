//! Two result folders side by side: the same bytes or not, and if not, in which row and column they
//! part.
//!
//! `run.toml` is compared without the times of its stages, `rejects.csv` without the numbers of
//! rows (readings may be given in another order), everything else byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::domain::shortened;
use crate::ingest::ParquetTable;

use super::given as given_file;

/// Bytes by which a file of the result may be longer than ours and is read all the same, beside as
/// many times its length.
const FREE_BYTES: u64 = 64 << 20;
const TIMES_OURS: u64 = 4;
/// Characters of a column's name that are told.
const MOST_OF_NAME: usize = 60;

/// A file of one of the folders that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be read", path = path.display())]
pub struct CompareError {
    path: PathBuf,
    source: std::io::Error,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub file: String,
    /// Where the two part; `None` when they are the same.
    pub parts: Option<String>,
}

/// Compares every file of `given` with that of `again`, in the order of names.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn compare(given: &Path, again: &Path) -> Result<Vec<Compared>, CompareError> {
    let (a, b) = (names(given)?, names(again)?);
    let all: BTreeSet<&String> = a.union(&b).collect();
    let of_file = |file: &String| {
        let parts = match (a.contains(file), b.contains(file)) {
            (true, true) => compare_file(&given.join(file), &again.join(file))?,
            (true, false) => Some("no run writes this file: it was added to the result".to_owned()),
            (false, _) => Some("missing in the result".to_owned()),
        };
        Ok(Compared { file: file.clone(), parts })
    };
    all.into_iter().map(of_file).collect()
}

fn names(folder: &Path) -> Result<BTreeSet<String>, CompareError> {
    let failed = |source| CompareError { path: folder.to_path_buf(), source };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.insert(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>, CompareError> {
    let mut bytes = Vec::new();
    let read = given_file::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|source| CompareError { path: path.to_path_buf(), source })
}

/// Why a file of the result is not read at all.
fn not_read(given: &Path, again: &Path) -> Result<Option<String>, CompareError> {
    let look =
        |path: &Path| fs::symlink_metadata(path).map_err(|source| CompareError { path: path.to_path_buf(), source });
    let (a, b) = (look(given)?, look(again)?);
    if !a.is_file() {
        return Ok(Some("it is no file of its own but a link, a folder or a device".to_owned()));
    }
    let is_longer = a.len() > b.len().saturating_mul(TIMES_OURS).saturating_add(FREE_BYTES);
    Ok(is_longer.then(|| format!("{} bytes in the result, {} now", a.len(), b.len())))
}

fn compare_file(given: &Path, again: &Path) -> Result<Option<String>, CompareError> {
    if let Some(words) = not_read(given, again)? {
        return Ok(Some(words));
    }
    let (a, b) = (read(given)?, read(again)?);
    if a == b {
        return Ok(None);
    }
    let name = given.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = given.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let parts = match (name, extension) {
        ("run.toml", _) => run_parts(&a, &b),
        ("rejects.csv", _) => rejects_part(&a, &b),
        (_, "csv") => Some(csv_part(&a, &b).unwrap_or_else(|| byte_part(&a, &b))),
        (_, "parquet") => Some(parquet_part(given, again).unwrap_or_else(|| byte_part(&a, &b))),
        _ => Some(byte_part(&a, &b)),
    };
    Ok(parts.map(|words| shortened(&words)))
}

fn byte_part(a: &[u8], b: &[u8]) -> String {
    let place = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    let line = memchr::memchr_iter(b'\n', &a[..place.min(a.len())]).count() + 1;
    format!("other bytes from byte {place} (line {line}) on: {} bytes in the result, {} now", a.len(), b.len())
}

fn table(bytes: &[u8]) -> Option<Vec<csv::StringRecord>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
        .records()
        .collect::<Result<_, _>>()
        .ok()
}

/// The first cell in which two tables differ; row 1 is the header.
fn csv_part(a: &[u8], b: &[u8]) -> Option<String> {
    let (a, b) = (table(a)?, table(b)?);
    let header = a.first().cloned().unwrap_or_default();
    if let Some(row) = a.iter().zip(&b).position(|(a, b)| a != b) {
        let column = (0..a[row].len().max(b[row].len())).find(|&column| a[row].get(column) != b[row].get(column))?;
        let cell = |record: &csv::StringRecord| {
            record.get(column).map_or_else(|| "no cell".to_owned(), |cell| format!("`{cell}`"))
        };
        let named: String = header.get(column).unwrap_or("beyond the header").chars().take(MOST_OF_NAME).collect();
        return Some(format!(
            "row {}, column {named}: {} in the result, {} now",
            row + 1,
            cell(&a[row]),
            cell(&b[row])
        ));
    }
    (a.len() != b.len())
        .then(|| format!("{} rows in the result, {} now; the shorter is the beginning of the longer", a.len(), b.len()))
}

fn rejects_part(a: &[u8], b: &[u8]) -> Option<String> {
    let count = |bytes: &[u8]| -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for record in table(bytes).unwrap_or_default() {
            let cells: Vec<&str> =
                record.iter().enumerate().filter(|(column, _)| *column != 1).map(|(_, cell)| cell).collect();
            *counts.entry(cells.join(", ")).or_insert(0) += 1;
        }
        counts
    };
    let (a, b) = (count(a), count(b));
    let differs = a.keys().chain(b.keys()).find(|key| a.get(*key) != b.get(*key))?;
    let times = |counts: &BTreeMap<String, usize>| counts.get(differs).copied().unwrap_or(0);
    Some(format!("`{differs}`: {} times in the result, {} times now", times(&a), times(&b)))
}

fn parquet_part(given: &Path, again: &Path) -> Option<String> {
    let (a, b) = (ParquetTable::open(given).ok()?, ParquetTable::open(again).ok()?);
    if !a.names().eq(b.names()) {
        return Some("other columns".to_owned());
    }
    if a.rows() != b.rows() {
        return Some(format!("{} rows in the result, {} now", a.rows(), b.rows()));
    }
    // Of several columns that differ the one that does so in the first row.
    let mut first: Option<(usize, String)> = None;
    for name in a.names() {
        let mut ours: Vec<Option<String>> = Vec::new();
        b.each(name, |_, cell| ours.push(cell.map(str::to_owned))).ok()?;
        a.each(name, |row, cell| {
            let ours = ours.get(row).and_then(Option::as_deref);
            if cell != ours && first.as_ref().is_none_or(|(before, _)| row < *before) {
                let told = |cell: Option<&str>| cell.map_or_else(|| "null".to_owned(), |cell| format!("`{cell}`"));
                let column: String = name.chars().take(MOST_OF_NAME).collect();
                first = Some((
                    row,
                    format!("row {}, column {column}: {} in the result, {} now", row + 1, told(cell), told(ours)),
                ));
            }
        })
        .ok()?;
    }
    first.map(|(_, words)| words)
}

/// Where two run records part, times left out.
fn run_parts(a: &[u8], b: &[u8]) -> Option<String> {
    let parse = |bytes: &[u8]| -> Option<toml::Table> {
        let mut table: toml::Table = toml::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
        // The files themselves are compared.
        table.remove("stages");
        table.remove("files");
        Some(table)
    };
    let (Some(a), Some(b)) = (parse(a), parse(b)) else { return Some("no run record that can be read".to_owned()) };
    table_part("", &a, &b)
}

fn table_part(path: &str, a: &toml::Table, b: &toml::Table) -> Option<String> {
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter().find_map(|key| {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (a.get(key), b.get(key)) {
            (Some(toml::Value::Table(a)), Some(toml::Value::Table(b))) => table_part(&name, a, b),
            (a, b) if a == b => None,
            (a, b) => {
                let words = |value: Option<&toml::Value>| {
                    value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"))
                };
                Some(format!("{name}: {} in the result, {} now", words(a), words(b)))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cell_that_differs_is_named() {
        let (a, b) = (b"id,p\nA,0.5\nB,0.4\n", b"id,p\nA,0.5\nB,0.3\n");
        assert_eq!(csv_part(a, b).unwrap(), "row 3, column p: `0.4` in the result, `0.3` now");
        assert!(csv_part(a, b"id,p\nA,0.5\n").unwrap().starts_with("3 rows in the result, 2 now"));
    }

    #[test]
    fn times_of_a_run_make_no_difference_and_its_seed_does() {
        let a = b"seed = 1\n[[stages]]\nseconds = 1.0\n";
        assert_eq!(run_parts(a, b"seed = 1\n[[stages]]\nseconds = 2.0\n"), None);
        assert_eq!(run_parts(a, b"seed = 2\n").unwrap(), "seed: `1` in the result, `2` now");
    }

    #[test]
    fn rejects_are_compared_without_their_rows() {
        let a = b"file,row,code,detail\nx,2,c,d\nx,3,c,e\n";
        assert_eq!(rejects_part(a, b"file,row,code,detail\nx,9,c,e\nx,7,c,d\n"), None);
        assert!(
            rejects_part(a, b"file,row,code,detail\nx,2,c,d\n").unwrap().contains("1 times in the result, 0 times now")
        );
    }
}
