//! `columns.csv`: every column of every table with its meaning, from the one table of columns and
//! the registry of tests.

use std::path::Path;

use crate::disk;
use crate::findings::Findings;

use super::scores;
use super::volt_columns::tables_of;
use super::write_error::WriteError;

/// Every column of every table: file, name, meaning.
pub(super) fn columns(findings: &Findings) -> Vec<(&'static str, String, &'static str)> {
    let of_csv = tables_of(findings)
        .into_iter()
        .flat_map(|table| (table.header)().into_iter().map(|(name, meaning)| (table.file, name.to_owned(), meaning)));
    let of_scores = scores::dictionary().into_iter().map(|(name, meaning)| ("scores.parquet", name, meaning));
    of_csv.chain(of_scores).collect()
}

/// Writes the dictionary.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join("columns.csv");
    let written = disk::create(&path).map_err(csv::Error::from).and_then(|file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["file", "column", "meaning"])?;
        columns(findings).iter().try_for_each(|(file, name, meaning)| writer.write_record([*file, name, *meaning]))?;
        Ok(writer.flush()?)
    });
    written.map_err(|source| WriteError::Io { path, source: source.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_explained_once() {
        let folder = tempfile::tempdir().unwrap();
        write(&Findings::default(), folder.path()).unwrap();
        let rows = std::fs::read_to_string(folder.path().join("columns.csv")).unwrap();
        assert_eq!(rows.lines().count() - 1, columns(&Findings::default()).len());
        assert!(rows.contains("suspects.csv,hidden_kw,\"mean power of the hidden load while it runs, kW\""), "{rows}");
    }
}
