//! Static tables as text: csv or Parquet through polars, every cell a string that we parse ourselves, so a bad cell is a listed reject and not the end of the run.

use std::fs::File;
use std::path::Path;

use polars::prelude::{CsvParseOptions, CsvReadOptions, DataFrame, DataType, ParquetReader, SerReader};

use crate::domain::{Calendar, CivilDay, Reject, RejectCode};

use super::number::{self, Cell};
use super::{IngestError, Table, columns, decompress, digest};

/// The cells of a table on their way into records.
pub(super) struct TextTable<'a> {
    path: &'a Path,
    header: Vec<String>,
    cells: Vec<Vec<Option<String>>>,
    rejects: Vec<Reject>,
    rows: usize,
    sha256: String,
}

impl<'a> TextTable<'a> {
    /// Reads a table.
    ///
    /// # Errors
    /// When the file cannot be read as a table, or is empty.
    pub(super) fn read(path: &'a Path) -> Result<Self, IngestError> {
        let head = decompress::head(path)?;
        if head.is_empty() {
            return Err(IngestError::Empty { path: path.to_path_buf() });
        }
        let frame = if head.starts_with(b"PAR1") { read_parquet(path)? } else { read_csv(path, &head, true)? };
        Self::of(path, &frame)
    }

    /// Reads a table without a header, whose columns are called `names`.
    ///
    /// # Errors
    /// When the file cannot be read as a table.
    pub(super) fn read_bare(path: &'a Path, names: &[&str]) -> Result<Self, IngestError> {
        let mut table = Self::of(path, &read_csv(path, &decompress::head(path)?, false)?)?;
        table.header = names.iter().map(|&name| name.to_owned()).chain(table.header.drain(..).skip(names.len())).collect();
        Ok(table)
    }

    fn of(path: &'a Path, frame: &DataFrame) -> Result<Self, IngestError> {
        let unreadable = |source| IngestError::Table { path: path.to_path_buf(), source };
        let mut cells = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let text = column.cast(&DataType::String).map_err(unreadable)?;
            let text = text.str().map_err(unreadable)?;
            cells.push(text.iter().map(|cell| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned)).collect());
        }
        let header = frame.get_column_names().iter().map(|name| name.trim().to_owned()).collect();
        Ok(Self { path, header, cells, rejects: Vec::new(), rows: frame.height(), sha256: digest::sha256(path)? })
    }

    /// A column that must be there.
    ///
    /// # Errors
    /// When it is not; the message lists what was found and the close match.
    pub(super) fn require(&self, names: &[&str], meaning: &'static str) -> Result<usize, IngestError> {
        columns::require(self.path, &self.header, names, meaning)
    }

    /// A column that may be there.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        columns::find(&self.header, &[name])
    }

    /// Row indices.
    pub(super) fn rows(&self) -> std::ops::Range<usize> {
        0..self.rows
    }

    /// Row number in the file, the header being row 1.
    pub(super) fn row_number(row: usize) -> u64 {
        row as u64 + 2
    }

    /// Text of a cell; `None` when the column is absent or the cell empty.
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> Option<String> {
        self.cells[column?][row].clone()
    }

    /// Number in a cell; a cell that is no number, or fails `check`, is rejected and counts as empty.
    pub(super) fn number(&mut self, row: usize, column: Option<usize>, check: impl Fn(f64) -> bool) -> Option<f64> {
        let text = self.text(row, column)?;
        match number::cell(text.as_bytes(), true) {
            Cell::Number(number) if number.is_finite() && check(number) => Some(number),
            Cell::Missing => None,
            _ => {
                self.reject_cell(row, column, &text);
                None
            }
        }
    }

    /// Date in a cell (`YYYY-MM-DD`, a time of day after it is dropped); an unreadable one is rejected and counts as empty.
    pub(super) fn date(&mut self, row: usize, column: Option<usize>, calendar: &Calendar) -> Option<CivilDay> {
        let text = self.text(row, column)?;
        let form = super::stamp::StampForm::of(text.as_bytes());
        let at = form.and_then(|form| super::stamp::StampReader::new(form, calendar).read(text.as_bytes()).ok());
        if at.is_none() {
            self.reject_cell(row, column, &text);
        }
        at.map(|at| calendar.day(at))
    }

    /// Rejects a whole row.
    pub(super) fn reject_row(&mut self, row: usize, code: RejectCode, detail: String) {
        self.rejects.push(Reject { file: self.path.display().to_string(), row: Self::row_number(row), code: code.0, detail, records: 1 });
    }

    /// Rejects one cell, which counts as empty.
    pub(super) fn reject_cell(&mut self, row: usize, column: Option<usize>, text: &str) {
        let name = column.map_or("", |column| self.header[column].as_str()).to_owned();
        self.reject_row(row, RejectCode::CELL_UNREADABLE, format!("`{text}` in column `{name}` cannot be used; the cell counts as empty"));
    }

    /// The finished table.
    pub(super) fn finish<T>(self, data: T) -> Table<T> {
        Table { data, rows: self.rows as u64, rejects: self.rejects, sha256: self.sha256 }
    }
}

fn read_parquet(path: &Path) -> Result<DataFrame, IngestError> {
    let file = File::open(path).map_err(|source| IngestError::Io { path: path.to_path_buf(), source })?;
    ParquetReader::new(file).finish().map_err(|source| IngestError::Table { path: path.to_path_buf(), source })
}

fn read_csv(path: &Path, head: &[u8], has_header: bool) -> Result<DataFrame, IngestError> {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
    let separator = super::delimited::delimiter_of(line);
    let options = CsvReadOptions::default()
        .with_has_header(has_header)
        .with_infer_schema_length(Some(0))
        .with_parse_options(CsvParseOptions::default().with_separator(separator).with_truncate_ragged_lines(true));
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut decompress::open(path, None)?, &mut bytes)
        .map_err(|source| IngestError::Io { path: path.to_path_buf(), source })?;
    options
        .into_reader_with_file_handle(std::io::Cursor::new(bytes))
        .finish()
        .map_err(|source| IngestError::Table { path: path.to_path_buf(), source })
}
