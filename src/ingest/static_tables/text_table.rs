//! Static tables as text: delimited text or Parquet, every cell a string that we parse ourselves,
//! so a bad cell is a listed reject and not the end of the run.

use std::path::Path;

use super::delimited_cells as table_text;
use super::table::Table;
use crate::domain::{Calendar, CivilDay, Fact, Reject, RejectCode};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::kind::is_workbook;
use crate::ingest::bytes::{decompress, file_digest as digest};
use crate::ingest::error::IngestError;
use crate::ingest::parquet::table::ParquetTable;
use crate::ingest::said;
use crate::ingest::text::cells::Cells;
use crate::ingest::text::columns;
use crate::ingest::text::number::{self, Cell};

/// The cells of a table on their way into records.
pub(crate) struct TextTable<'a> {
    path: &'a Path,
    header: Vec<String>,
    columns: Vec<Cells>,
    /// Line of each row in the file; of a file without lines, none.
    lines: Vec<u64>,
    rejects: Vec<Reject>,
    rows: usize,
    sha256: String,
}

impl<'a> TextTable<'a> {
    /// Reads a table.
    ///
    /// # Errors
    /// When the file cannot be read as a table, or is empty.
    pub(crate) fn read(path: &'a Path) -> Result<Self, IngestError> {
        let caps = Caps::default();
        let head = decompress::head(path)?;
        if head.is_empty() {
            return Err(IngestError::Empty { path: path.to_path_buf() });
        }
        if !head.starts_with(b"PAR1") {
            return Self::of_text(path, &head, true);
        }
        let table = ParquetTable::open_within(path, caps)?;
        let (header, columns) = (table.names().map(str::to_owned).collect(), table.cells()?);
        Ok(Self {
            path,
            header,
            columns,
            lines: Vec::new(),
            rejects: Vec::new(),
            rows: table.rows(),
            sha256: digest::sha256(path)?,
        })
    }

    /// Reads a table without a header, whose columns are called `names`.
    ///
    /// # Errors
    /// When the file cannot be read as a table.
    pub(crate) fn read_bare(path: &'a Path, names: &[&str]) -> Result<Self, IngestError> {
        let mut table = Self::of_text(path, &decompress::head(path)?, false)?;
        table.header =
            names.iter().map(|&name| name.to_owned()).chain(table.header.drain(..).skip(names.len())).collect();
        Ok(table)
    }

    fn of_text(path: &'a Path, head: &[u8], has_header: bool) -> Result<Self, IngestError> {
        if is_workbook(head) {
            return Err(IngestError::OtherKind {
                path: path.to_path_buf(),
                what: "a workbook",
                remedy: "save its sheet as csv",
            });
        }
        let table_text::TextCells { header, columns, lines } =
            table_text::read(path, head, has_header, &Caps::default())?;
        let rows = columns.first().map_or(0, Cells::len);
        Ok(Self { path, header, columns, lines, rejects: Vec::new(), rows, sha256: digest::sha256(path)? })
    }

    /// A column that must be there.
    ///
    /// # Errors
    /// When it is not; the message lists what was found and the close match.
    pub(crate) fn require(&self, names: &[&str], meaning: &'static str) -> Result<usize, IngestError> {
        columns::require(self.path, &self.header, names, meaning)
    }

    /// A column that may be there.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        columns::find(&self.header, &[name])
    }

    /// A column of any of these names.
    pub(crate) fn find_any(&self, names: &[&str]) -> Option<usize> {
        columns::find(&self.header, names)
    }

    /// Row indices.
    pub(crate) fn rows(&self) -> std::ops::Range<usize> {
        0..self.rows
    }

    /// Row number in the file: its line, the header being row 1 where there are no lines.
    pub(crate) fn row_number(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(row as u64 + 2)
    }

    /// Text of a cell; `None` when the column is absent or the cell empty.
    pub(crate) fn text(&self, row: usize, column: Option<usize>) -> Option<String> {
        self.columns[column?].get(row).map(str::to_owned)
    }

    /// Number in a cell; a cell that is no number, or fails `check`, is rejected and counts as
    /// empty.
    pub(crate) fn number(&mut self, row: usize, column: Option<usize>, check: impl Fn(f64) -> bool) -> Option<f64> {
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

    /// Date in a cell (`YYYY-MM-DD`, a time of day after it is dropped); an unreadable one is
    /// rejected and counts as empty.
    pub(crate) fn date(&mut self, row: usize, column: Option<usize>, calendar: &Calendar) -> Option<CivilDay> {
        let text = self.text(row, column)?;
        let form = crate::ingest::text::stamp::StampForm::of(text.as_bytes());
        let at = form
            .and_then(|form| crate::ingest::text::stamp::StampReader::new(form, calendar).read(text.as_bytes()).ok());
        if at.is_none() {
            self.reject_cell(row, column, &text);
        }
        at.map(|at| calendar.day(at))
    }

    /// Rejects a whole row.
    pub(crate) fn reject_row(&mut self, row: usize, code: RejectCode, detail: Fact) {
        self.rejects.push(Reject {
            file: self.path.display().to_string(),
            row: self.row_number(row),
            code: code.0,
            detail,
            records: 1,
        });
    }

    /// Rejects one cell, which counts as empty.
    pub(crate) fn reject_cell(&mut self, row: usize, column: Option<usize>, text: &str) {
        let name = column.map_or("", |column| self.header[column].as_str()).to_owned();
        self.reject_row(row, RejectCode::CELL_UNREADABLE, said::cell_unusable(text, name));
    }

    /// The finished table.
    pub(crate) fn finish<T>(self, data: T) -> Table<T> {
        Table { data, rows: self.rows as u64, rejects: self.rejects, sha256: self.sha256 }
    }
}
