//! Result tables as csv, through polars: UTF-8, comma, `.`, empty for null; or as the Excel of a
//! country with decimal commas opens them in columns: a byte order mark, semicolons, `,`.

use std::path::Path;

use polars::prelude::{Column, CsvWriter, DataFrame, SerWriter};

use crate::disk;
use crate::findings::Findings;

use super::cell::Cell;
use super::columns::TableOf;
use super::volt_columns::tables_of;
use super::write_error::WriteError;

/// Value of `--csv` for tables that Excel opens.
pub const FOR_EXCEL: &str = "excel";

/// Writes every table.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    tables_of(findings).into_iter().try_for_each(|table| write_one(table, findings, &folder.join(table.file)))
}

/// A cell with a decimal comma where it is a number.
fn with_comma(cell: &Cell) -> Option<String> {
    let text = cell.to_text();
    if matches!(cell, Cell::Real(..) | Cell::Share(_)) { text.map(|text| text.replace('.', ",")) } else { text }
}

fn write_one(table: &TableOf, findings: &Findings, path: &Path) -> Result<(), WriteError> {
    let for_excel = findings.run.options.csv.as_deref() == Some(FOR_EXCEL);
    let text = |cell: &Cell| if for_excel { with_comma(cell) } else { cell.to_text() };
    let columns: Vec<Column> = (table.header)()
        .into_iter()
        .zip((table.cells)(findings))
        .map(|((name, _), cells)| Column::new(name.into(), cells.iter().map(text).collect::<Vec<Option<String>>>()))
        .collect();
    let rows = columns.first().map_or(0, Column::len);
    let table_error = |source| WriteError::Table { path: path.to_path_buf(), source };
    let mut frame = DataFrame::new(rows, columns).map_err(table_error)?;
    let file = disk::create(path).map_err(|source| WriteError::Io { path: path.to_path_buf(), source })?;
    let writer = CsvWriter::new(file).include_header(true).include_bom(for_excel);
    writer.with_separator(if for_excel { b';' } else { b',' }).finish(&mut frame).map_err(table_error)
}
