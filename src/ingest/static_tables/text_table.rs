//! Static tables as text: delimited text, workbooks or Parquet, every cell a string that we parse
//! ourselves, so a bad cell is a listed reject and not the end of the run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::delimited_cells;
use super::headings::TableKind;
use super::sheet_cells;
use super::table::{Table, TakenColumn};
use super::table_cells::{Header, TableCells};
use super::taken::{kilo, taken};
use crate::domain::{Calendar, CivilDay, Fact, Reject, RejectCode, Timestamp};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::kind::is_workbook;
use crate::ingest::bytes::{decompress, file_digest as digest, other_kinds};
use crate::ingest::error::IngestError;
use crate::ingest::parquet::table::ParquetTable;
use crate::ingest::said;
use crate::ingest::tables::understand::dates::{DateOrder, order_of};
use crate::ingest::text::cells::Cells;
use crate::ingest::text::columns;
use crate::ingest::text::number::{self, Cell};
use crate::ingest::text::stamp::{StampForm, StampReader};

/// The cells of a table on their way into records.
pub(crate) struct TextTable<'a> {
    path: &'a Path,
    kind: &'static TableKind,
    header: Vec<String>,
    columns: Vec<Cells>,
    /// Row of each row in the file; of a file without lines, none.
    lines: Vec<u64>,
    sheet: Option<String>,
    rejects: Vec<Reject>,
    /// Rows that were left out whole.
    left_out: BTreeSet<usize>,
    rows: usize,
    sha256: String,
    /// Place of the field of each column.
    taken: Vec<Option<usize>>,
    /// Whether day or month comes first in a column, where that was asked; `None` where it may be
    /// either.
    forms: BTreeMap<usize, Option<StampForm>>,
}

impl<'a> TextTable<'a> {
    /// Reads a table of a kind, in whatever dress.
    ///
    /// # Errors
    /// When the file cannot be read as a table, or is empty.
    pub(crate) fn read(path: &'a Path, kind: &'static TableKind) -> Result<Self, IngestError> {
        let head = decompress::head(path)?;
        if head.is_empty() {
            return Err(IngestError::Empty { path: path.to_path_buf() });
        }
        if other_kinds::is_no_table(&head) {
            return Err(other_kinds::unknown(path, &head, String::new));
        }
        if is_workbook(&head) {
            let (cells, sha256) = sheet_cells::read(path, kind, &Caps::default())?;
            return Ok(Self::of_cells((path, kind), cells, sha256));
        }
        if !head.starts_with(b"PAR1") {
            let cells = delimited_cells::read(path, &head, Header::Found(kind), &Caps::default())?;
            return Ok(Self::of_cells((path, kind), cells, digest::sha256(path)?));
        }
        let table = ParquetTable::open_within(path, Caps::default())?;
        let cells = TableCells {
            header: table.names().map(str::to_owned).collect(),
            columns: table.cells()?,
            ..TableCells::default()
        };
        let rows = table.rows();
        Ok(Self { rows, ..Self::of_cells((path, kind), cells, digest::sha256(path)?) })
    }

    /// Reads a table without a header, whose columns are called `names`.
    ///
    /// # Errors
    /// When the file cannot be read as a table.
    pub(crate) fn read_bare(path: &'a Path, kind: &'static TableKind, names: &[&str]) -> Result<Self, IngestError> {
        let mut cells = delimited_cells::read(path, &decompress::head(path)?, Header::None, &Caps::default())?;
        cells.header =
            names.iter().map(|&name| name.to_owned()).chain(cells.header.drain(..).skip(names.len())).collect();
        Ok(Self::of_cells((path, kind), cells, digest::sha256(path)?))
    }

    fn of_cells((path, kind): (&'a Path, &'static TableKind), cells: TableCells, sha256: String) -> Self {
        let TableCells { header, columns, lines, sheet } = cells;
        let rows = columns.first().map_or(0, Cells::len);
        let taken = taken(&header, kind);
        let (rejects, left_out, forms) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { path, kind, header, columns, lines, sheet, rejects, left_out, rows, sha256, taken, forms }
    }

    /// The column of a field, by its canonical name, that must be there.
    ///
    /// # Errors
    /// When it is not; the message lists what was found and the close match.
    pub(crate) fn require(&self, name: &str) -> Result<usize, IngestError> {
        self.find(name).map_or_else(|| Err(self.missing(name)), Ok)
    }

    /// The error that a field has no column.
    pub(crate) fn missing(&self, name: &str) -> IngestError {
        let (mut names, mut meaning) = (vec![name], "data");
        if let Some(field) = self.kind.field(name) {
            (names, meaning) = (field.names().collect(), field.meaning);
        }
        columns::missing(self.path, &self.header, &names, meaning)
    }

    /// The column of a field, by its canonical name, that may be there.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let field = self.kind.fields.iter().position(|field| field.name() == name)?;
        self.taken.iter().position(|taken| *taken == Some(field))
    }

    /// Leaves a column alone that was taken for a field.
    pub(crate) fn leave(&mut self, name: &str) {
        if let Some(column) = self.find(name) {
            self.taken[column] = None;
        }
    }

    /// Heading of a column.
    pub(crate) fn heading(&self, column: usize) -> &str {
        &self.header[column]
    }

    /// Headings with all cells below them.
    pub(crate) fn all_columns(&self) -> impl Iterator<Item = (&str, &Cells)> {
        self.header.iter().map(String::as_str).zip(&self.columns)
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
        match number_in(&text) {
            Cell::Number(number) if number.is_finite() && check(number) => Some(number),
            Cell::Missing => None,
            _ => {
                self.reject_cell(row, column, &text);
                None
            }
        }
    }

    /// Power in a cell, kW or kVA whatever unit the heading names.
    pub(crate) fn power(&mut self, row: usize, column: Option<usize>, check: impl Fn(f64) -> bool) -> Option<f64> {
        let kilo = kilo(&self.header[column?]);
        self.number(row, column, |number| check(number * kilo)).map(|number| number * kilo)
    }

    /// Date in a cell (a time of day after it is dropped); an unreadable one, or one that may as
    /// well be another day, is rejected and counts as empty.
    pub(crate) fn date(&mut self, row: usize, column: Option<usize>, calendar: &Calendar) -> Option<CivilDay> {
        let text = self.text(row, column)?;
        let at = self.form(column?, &text).and_then(|form| StampReader::new(form, calendar).read(text.as_bytes()).ok());
        if at.is_none() {
            self.reject_cell(row, column, &text);
        }
        at.map(|at| calendar.day(at))
    }

    /// Instant of a stamp, of which `time` holds the time of day where it stands apart. One that
    /// cannot be read rejects the row.
    pub(crate) fn instant(
        &mut self,
        row: usize,
        (column, time): (usize, Option<usize>),
        calendar: &Calendar,
    ) -> Option<Timestamp> {
        let mut text = self.text(row, Some(column)).unwrap_or_default();
        let form = self.form(column, &text).ok_or(RejectCode::TIME_UNREADABLE);
        if let Some(time) = self.text(row, time) {
            let is_hour = time.parse::<u8>().is_ok_and(|hour| hour < 24);
            text = if is_hour { format!("{text} {time:0>2}:00") } else { format!("{text} {time}") };
        }
        let read = form.and_then(|form| StampReader::new(form, calendar).read(text.as_bytes()));
        read.map_err(|code| self.reject_row(row, code, said::stamp_unusable(text))).ok()
    }

    /// Whether the first cell of a column that is not empty begins with a date.
    pub(crate) fn holds_dates(&self, column: usize) -> bool {
        let first = self.rows().find_map(|row| self.columns[column].get(row));
        first.is_some_and(|text| StampForm::of(text.as_bytes()).is_some())
    }

    /// How a date of a column is written; `None` for no date, and where day and month may be
    /// either.
    fn form(&mut self, column: usize, text: &str) -> Option<StampForm> {
        let own = StampForm::of(text.as_bytes())?;
        if !is_either(own) || (text.contains('.') && StampForm::DayFirst.fits(text.as_bytes())) {
            return Some(own);
        }
        let (cells, rows) = (&self.columns[column], self.rows);
        *self.forms.entry(column).or_insert_with(|| {
            let cells = (0..rows).filter_map(|row| cells.get(row));
            match order_of(cells.filter(|cell| StampForm::of(cell.as_bytes()).is_some_and(is_either))) {
                DateOrder::Form(form, _) => Some(form),
                _ => None,
            }
        })
    }

    /// Rejects a whole row.
    pub(crate) fn reject_row(&mut self, row: usize, code: RejectCode, detail: Fact) {
        self.leave_out(row);
        self.reject(row, code, detail);
    }

    /// Counts a row as left out whole, for what was rejected of it.
    pub(crate) fn leave_out(&mut self, row: usize) {
        self.left_out.insert(row);
    }

    /// Rejects a part of a row, the rest of which is used.
    pub(crate) fn reject(&mut self, row: usize, code: RejectCode, detail: Fact) {
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
        self.reject(row, RejectCode::CELL_UNREADABLE, said::cell_unusable(text, name));
    }

    /// The finished table.
    ///
    /// # Errors
    /// When it has rows and none can be used.
    pub(crate) fn finish<T>(self, data: T) -> Result<Table<T>, IngestError> {
        let (rows, used) = (self.rows as u64, (self.rows - self.left_out.len()) as u64);
        if let Some(first) = self.rejects.first().filter(|_| used == 0 && rows > 0) {
            return Err(IngestError::NoUsableRow {
                path: self.path.to_path_buf(),
                table: self.kind.name,
                rows,
                because: Box::new(first.clone()),
            });
        }
        let taken_for = |field: &Option<usize>| field.map(|field| self.kind.fields[field].name());
        let columns = self.header.iter().zip(&self.taken);
        let columns = columns.filter(|(heading, field)| !heading.is_empty() || field.is_some());
        Ok(Table {
            data,
            rows,
            used,
            columns: columns
                .map(|(heading, field)| TakenColumn { heading: heading.clone(), taken_for: taken_for(field) })
                .collect(),
            sheet: self.sheet,
            rejects: self.rejects,
            sha256: self.sha256,
        })
    }
}

/// Whether day or month may come first in dates of a form.
fn is_either(form: StampForm) -> bool {
    matches!(form, StampForm::DayFirst | StampForm::MonthFirst)
}

/// The number in a cell, with its unit or without; of a comma and a point the later one is the
/// decimal mark.
pub(crate) fn number_in(text: &str) -> Cell {
    if number::cell(text.as_bytes(), true) == Cell::Missing {
        return Cell::Missing;
    }
    let text =
        text.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, ' ' | '\u{a0}' | '.' | '%' | '*' | '·'));
    let decimal_comma = text.rfind(',') > text.rfind('.');
    match number::cell(text.as_bytes(), decimal_comma || !text.contains(',')) {
        // What is left of a word is no number.
        Cell::Missing => Cell::Text,
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::static_tables::headings::CUSTOMERS;

    fn table(text: &str) -> (tempfile::NamedTempFile, &'static TableKind) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        (file, &CUSTOMERS)
    }

    #[test]
    fn numbers_are_read_with_either_mark_and_with_their_unit() {
        for (text, number) in
            [("15,5", 15.5), ("15.5", 15.5), ("1 234,5 кВт", 1234.5), ("1,234.5", 1234.5), ("7 kW", 7.0)]
        {
            assert_eq!(number_in(text), Cell::Number(number), "{text}");
        }
        assert_eq!(number_in("много"), Cell::Text);
    }

    #[test]
    fn a_power_in_megawatts_is_one_in_kilowatts() {
        let (file, kind) = table("Номер ПУ;Договорная мощность, МВт\n17;0,25\n");
        let mut table = TextTable::read(file.path(), kind).unwrap();
        let column = table.find("contracted_kw");
        assert_eq!(table.power(0, column, |_| true), Some(250.0));
    }

    #[test]
    fn a_table_of_which_no_row_is_usable_is_an_error() {
        let (file, kind) = table("usage_point,address\n,Abay 5\n");
        let mut table = TextTable::read(file.path(), kind).unwrap();
        table.reject_row(0, RejectCode::ID_EMPTY, said::id_empty());
        assert!(matches!(table.finish(()), Err(IngestError::NoUsableRow { rows: 1, .. })));
    }

    #[test]
    fn a_day_that_may_be_a_month_is_left_out() {
        let (file, kind) = table("usage_point,address\n1,03/04/2025\n2,05/06/2026\n");
        let mut table = TextTable::read(file.path(), kind).unwrap();
        let calendar = Calendar::new(None).unwrap();
        assert_eq!(table.date(0, Some(1), &calendar), None);
        let (file, kind) = table_of_dots();
        let mut table = TextTable::read(file.path(), kind).unwrap();
        assert_eq!(table.date(0, Some(1), &calendar), CivilDay::from_ymd(2025, 4, 3));
    }

    fn table_of_dots() -> (tempfile::NamedTempFile, &'static TableKind) {
        table("usage_point;address\n1;03.04.2025\n2;05.06.2026\n")
    }
}
