//! The cells of a static table on their way from a file: the rows above its header are passed over,
//! and so are blank rows, a row that numbers the columns, and totals.

use std::path::Path;

use super::headings::TableKind;
use super::taken::named;
use crate::ingest::bytes::caps::{Caps, unpacked_limit};
use crate::ingest::error::IngestError;
use crate::ingest::text::cells::{Cells, Room};

/// Columns of a table, at most: the widest that is known has 40.
const MOST_COLUMNS: usize = 4096;
/// Rows among which a header is looked for.
const MOST_TITLE: usize = 40;
/// Words that a row of totals begins with.
const TOTALS: [&str; 9] = ["итого", "всего", "total", "totals", "sum", "барлығы", "жиыны", "жалпы", "қорытынды"];

/// A table as cells.
#[derive(Debug, Default)]
pub(crate) struct TableCells {
    pub(crate) header: Vec<String>,
    pub(crate) columns: Vec<Cells>,
    /// Row of each row of data in the file, the first being 1.
    pub(crate) lines: Vec<u64>,
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
}

/// Where the names of columns come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Header<'a> {
    /// The row that names most columns of a kind.
    Found(&'a TableKind),
    /// The table has none.
    None,
}

/// Takes the rows of a file and makes a table of them.
pub(crate) struct TableRows<'a> {
    path: &'a Path,
    header: Header<'a>,
    room: Room,
    /// The first rows, among which the header is.
    first: Vec<(u64, Vec<String>)>,
    has_begun: bool,
    table: TableCells,
}

impl<'a> TableRows<'a> {
    /// A table of a file with `stored` bytes.
    pub(crate) fn new(path: &'a Path, header: Header<'a>, stored: u64, caps: &Caps) -> Self {
        let room = Room::new(unpacked_limit(stored, caps));
        Self { path, header, room, first: Vec::new(), has_begun: false, table: TableCells::default() }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// When the table has too many columns or cells.
    pub(crate) fn row<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c str>) -> Result<(), IngestError> {
        let cells: Vec<String> = cells.map(|cell| cell.trim().to_owned()).collect();
        if cells.len() > MOST_COLUMNS {
            return Err(self.broken(line, "more than 4,096 columns; is it a table of this kind?"));
        }
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        if self.has_begun {
            return self.data(line, &cells);
        }
        self.first.push((line, cells));
        if self.first.len() < MOST_TITLE { Ok(()) } else { self.begin() }
    }

    /// The table, when all rows are taken.
    ///
    /// # Errors
    /// As [`row`](Self::row).
    pub(crate) fn finish(mut self) -> Result<TableCells, IngestError> {
        if !self.has_begun {
            self.begin()?;
        }
        Ok(self.table)
    }

    fn broken(&self, row: u64, detail: &str) -> IngestError {
        IngestError::Broken { path: self.path.to_path_buf(), row, detail: detail.to_owned() }
    }

    fn begin(&mut self) -> Result<(), IngestError> {
        self.has_begun = true;
        let mut rows = std::mem::take(&mut self.first);
        let rows = match self.header {
            Header::Found(kind) => {
                let place = header_row(rows.iter().map(|(_, cells)| cells.as_slice()), kind).map_or(0, |found| found.0);
                let mut rest = rows.split_off(place.min(rows.len()));
                if !rest.is_empty() {
                    self.table.header = rest.remove(0).1;
                }
                rest
            }
            Header::None => {
                self.table.header = vec![String::new(); rows.first().map_or(0, |(_, cells)| cells.len())];
                rows
            }
        };
        self.table.columns = self.table.header.iter().map(|_| Cells::default()).collect();
        rows.iter().try_for_each(|(line, cells)| self.data(*line, cells))
    }

    fn data(&mut self, line: u64, cells: &[String]) -> Result<(), IngestError> {
        let numbers_columns = self.table.lines.is_empty() && is_numbering(cells);
        if matches!(self.header, Header::Found(_)) && (numbers_columns || is_total(cells)) {
            return Ok(());
        }
        for (place, column) in self.table.columns.iter_mut().enumerate() {
            let pushed = column.push(cells.get(place).map_or("", String::as_str), &mut self.room);
            pushed.map_err(|met| IngestError::Io { path: self.path.to_path_buf(), source: met.into() })?;
        }
        self.table.lines.push(line);
        Ok(())
    }
}

/// The row among the first that names most columns of a kind, the earliest of several, and how many
/// it names; `None` where none names any. A heading is said once: a word that the next row repeats
/// in its column, as the kind of a node is, is none; the last row is held against the one before.
pub(crate) fn header_row<'r>(rows: impl Iterator<Item = &'r [String]>, kind: &TableKind) -> Option<(usize, usize)> {
    let rows: Vec<&[String]> = rows.take(MOST_TITLE + 1).collect();
    let once = |place: usize| -> Vec<String> {
        let next = rows.get(place + 1).or_else(|| rows.get(place.checked_sub(1)?)).copied().unwrap_or_default();
        let cell = |(column, cell): (usize, &String)| {
            if next.get(column) == Some(cell) { String::new() } else { cell.clone() }
        };
        rows[place].iter().enumerate().map(cell).collect()
    };
    let named = (0..rows.len().min(MOST_TITLE)).map(|place| (place, named(&once(place), kind)));
    named.filter(|(_, named)| *named > 0).max_by_key(|&(place, named)| (named, std::cmp::Reverse(place)))
}

/// Whether a row below a header numbers its columns: 1, 2, 3...
fn is_numbering(cells: &[String]) -> bool {
    let filled = cells.iter().take_while(|cell| !cell.is_empty()).count();
    filled >= 3
        && cells[filled..].iter().all(String::is_empty)
        && cells[..filled].iter().enumerate().all(|(place, cell)| cell.parse() == Ok(place + 1))
}

/// Whether a row begins with a word for totals, and names nothing beside it.
fn is_total(cells: &[String]) -> bool {
    let Some(first) = cells.iter().find(|cell| !cell.is_empty()) else { return false };
    let word = first.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    let is_figure = |cell: &String| cell.chars().all(|c| !c.is_alphabetic());
    TOTALS.contains(&word.as_str()) && cells.iter().filter(|cell| !cell.is_empty()).skip(1).all(is_figure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::static_tables::headings::CUSTOMERS;

    fn table(rows: &[&str]) -> TableCells {
        let mut table = TableRows::new(Path::new("x"), Header::Found(&CUSTOMERS), 1000, &Caps::default());
        for (line, row) in rows.iter().enumerate() {
            table.row(line as u64 + 1, row.split(';')).unwrap();
        }
        table.finish().unwrap()
    }

    #[test]
    fn a_word_that_every_row_repeats_is_no_heading() {
        let rows = ["node,kind,parent", "A1,usage_point,T1", "A2,usage_point,T1", "A3,usage_point,T2"];
        let rows: Vec<Vec<String>> = rows.map(|row| row.split(',').map(str::to_owned).collect()).to_vec();
        let repeated: Vec<&[String]> = rows.iter().chain(std::iter::repeat_n(&rows[3], 3)).map(Vec::as_slice).collect();
        assert_eq!(header_row(repeated.into_iter(), &CUSTOMERS), None);
    }

    #[test]
    fn titles_numbers_of_columns_blank_rows_and_totals_are_no_data() {
        let table = table(&[
            "Реестр абонентов на 01.03.2025;;",
            "",
            "№ п/п;Номер ПУ;Адрес",
            "1;2;3",
            "1;00012;Абая 5",
            ";;",
            "2;00013;Абая 7",
            "Итого;2;",
        ]);
        assert_eq!(table.header, ["№ п/п", "Номер ПУ", "Адрес"]);
        assert_eq!(table.lines, [5, 7]);
        assert_eq!((table.columns[1].get(0), table.columns[2].get(1)), (Some("00012"), Some("Абая 7")));
    }

    #[test]
    fn a_table_without_a_known_heading_begins_with_its_first_row() {
        assert_eq!(table(&["a;b", "1;2"]).header, ["a", "b"]);
    }
}
