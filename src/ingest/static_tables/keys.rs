//! By which column of a table, and in which spelling, its ids would be those of the readings.

use std::collections::BTreeSet;
use std::path::Path;

use super::headings::{CUSTOMERS, GRID, KINDS, TableKind};
use super::text_table::TextTable;
use crate::ingest::error::IngestError;

/// A column whose cells are ids of the readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundKey {
    /// Its heading.
    pub(crate) heading: String,
    /// Rows whose cell is an id of the readings.
    pub(crate) matched: u64,
    /// Whether they are so only with zeros in front that the table lacks, or has too many.
    pub(crate) but_for_zeros: bool,
    /// A cell and the id that it stands for, where they differ by zeros.
    pub(crate) example: Option<(String, String)>,
}

/// The column of a customers or grid table that holds most ids of the readings, in the ids' own
/// spelling before any other; `None` where none holds any.
///
/// # Errors
/// When the file cannot be read as a table.
pub(crate) fn find_key(path: &Path, table: &str, ids: &BTreeSet<&str>) -> Result<Option<FoundKey>, IngestError> {
    let kind: &'static TableKind = KINDS.iter().find(|kind| kind.name == table).copied().unwrap_or(&CUSTOMERS);
    let table = TextTable::read(path, kind)?;
    let bare: BTreeSet<&str> = ids.iter().map(|id| without_zeros(id)).collect();
    let mut found: Vec<FoundKey> = Vec::new();
    for (heading, cells) in table.all_columns() {
        let texts = || (0..cells.len()).filter_map(|row| cells.get(row));
        let exact = texts().filter(|cell| ids.contains(cell)).count() as u64;
        let alike = texts().filter(|cell| bare.contains(without_zeros(cell))).count() as u64;
        let but_for_zeros = alike > 2 * exact;
        let example = texts().find(|cell| !ids.contains(cell) && bare.contains(without_zeros(cell)));
        let meant =
            |cell: &str| ids.iter().find(|id| without_zeros(id) == without_zeros(cell)).map(|id| (*id).to_owned());
        found.push(FoundKey {
            heading: heading.to_owned(),
            matched: if but_for_zeros { alike } else { exact },
            but_for_zeros,
            example: example.filter(|_| but_for_zeros).and_then(|cell| Some((cell.to_owned(), meant(cell)?))),
        });
    }
    // Of several the first.
    found.reverse();
    Ok(found.into_iter().filter(|key| key.matched > 0).max_by_key(|key| (!key.but_for_zeros, key.matched)))
}

/// Heading of the column that holds the usage points of a table, where it has headings.
///
/// # Errors
/// When the file cannot be read as a table.
pub(crate) fn key_heading(path: &Path, table: &str) -> Result<Option<String>, IngestError> {
    let kind = if table == GRID.name { &GRID } else { &CUSTOMERS };
    let table = TextTable::read(path, kind)?;
    let is_list = kind.name == GRID.name && table.find("parent").is_some();
    let column = if is_list { table.find("node") } else { table.find("usage_point") };
    Ok(column.map(|column| table.heading(column).to_owned()))
}

fn without_zeros(id: &str) -> &str {
    let bare = id.trim_start_matches('0');
    if bare.is_empty() { id } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str, ids: &[&str]) -> Option<(String, u64, bool)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let ids = ids.iter().copied().collect();
        find_key(file.path(), "customers", &ids).unwrap().map(|key| (key.heading, key.matched, key.but_for_zeros))
    }

    #[test]
    fn another_column_that_holds_the_ids_is_found() {
        let text = "Лицевой счёт;Код;Адрес\n900;m1;Абая 5\n901;m2;Абая 7\n";
        assert_eq!(key(text, &["m1", "m2", "m3"]), Some(("Код".to_owned(), 2, false)));
        assert_eq!(key(text, &["x1"]), None);
    }

    #[test]
    fn zeros_that_a_spreadsheet_has_taken_off_are_seen() {
        let text = "Номер ПУ;Адрес\n12;Абая 5\n13;Абая 7\n";
        assert_eq!(key(text, &["00000012", "00000013"]), Some(("Номер ПУ".to_owned(), 2, true)));
    }
}
