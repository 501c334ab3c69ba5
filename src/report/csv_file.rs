//! Result tables as csv, through polars: UTF-8, comma, `.`, empty for null.

use std::path::Path;

use polars::prelude::{Column, CsvWriter, DataFrame, SerWriter};

use crate::disk;
use crate::findings::Findings;

use super::columns::{TABLES, TableOf};
use super::write_error::WriteError;

/// Writes every table.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    TABLES.iter().try_for_each(|table| write_one(table, findings, &folder.join(table.file)))
}

fn write_one(table: &TableOf, findings: &Findings, path: &Path) -> Result<(), WriteError> {
    let columns: Vec<Column> = (table.header)()
        .into_iter()
        .zip((table.cells)(findings))
        .map(|((name, _), cells)| {
            Column::new(name.into(), cells.iter().map(super::cell::Cell::to_text).collect::<Vec<Option<String>>>())
        })
        .collect();
    let rows = columns.first().map_or(0, Column::len);
    let table_error = |source| WriteError::Table { path: path.to_path_buf(), source };
    let mut frame = DataFrame::new(rows, columns).map_err(table_error)?;
    let file = disk::create(path).map_err(|source| WriteError::Io { path: path.to_path_buf(), source })?;
    CsvWriter::new(file).include_header(true).finish(&mut frame).map_err(table_error)
}
