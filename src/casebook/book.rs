//! The case book as it is kept: two tables, cases and their months.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Outcome};
use crate::findings::{CaseMonth, CaseRow, CaseStatus};

/// Names of the two tables where they are kept.
pub(crate) const CASES: &str = "cases.csv";
pub(crate) const HISTORY: &str = "case_history.csv";

const COLUMNS: [&str; 18] = [
    "case",
    "level",
    "id",
    "address",
    "status",
    "first_month",
    "last_month",
    "months",
    "probability",
    "probability_before",
    "kw",
    "kw_before",
    "since",
    "moved_from",
    "moved_to",
    "inspected",
    "outcome",
    "gone",
];
const HISTORY_COLUMNS: [&str; 5] = ["case", "month", "status", "probability", "kw"];

/// Every case that there ever was, in the order of numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    /// The cases.
    pub cases: Vec<CaseRow>,
}

/// A case book that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// A table is damaged.
    #[error("`{file}`, row {row}, is no line of a case book; take the file back from a copy of the archive")]
    Row {
        /// The table.
        file: &'static str,
        /// Its row.
        row: u64,
    },
    /// A table cannot be read as one.
    #[error("`{file}` cannot be read as a table; take the file back from a copy of the archive")]
    Table {
        /// The table.
        file: &'static str,
        /// Why.
        source: csv::Error,
    },
}

impl Book {
    /// Reads the two tables.
    ///
    /// # Errors
    /// When one of them is damaged.
    pub fn read(cases: &[u8], history: &[u8]) -> Result<Self, BookError> {
        let mut months: BTreeMap<String, Vec<CaseMonth>> = BTreeMap::new();
        each(history, HISTORY, |cells| {
            let [case, month, status, probability, kw] = cells else { return None };
            months.entry((*case).to_owned()).or_default().push(CaseMonth {
                month: (*month).to_owned(),
                status: CaseStatus::parse(status)?,
                probability: number(probability)?,
                kw: number(kw)?,
            });
            Some(())
        })?;
        let mut book = Self::default();
        each(cases, CASES, |cells| {
            // What lies between tells what the history holds.
            let [case, level, id, address, status, _, _, _, _, _, _, _, rest @ ..] = cells else { return None };
            let [since, moved_from, moved_to, inspected, outcome, gone] = rest else { return None };
            let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
            book.cases.push(CaseRow {
                case: (*case).to_owned(),
                level: ["usage_point", "node"].into_iter().find(|known| known == level)?,
                id: (*id).to_owned(),
                address: text(address),
                status: CaseStatus::parse(status)?,
                since: day(since)?,
                gone: day(gone)?,
                moved_from: text(moved_from),
                moved_to: text(moved_to),
                inspected: day(inspected)?,
                outcome: if outcome.is_empty() { None } else { Some(Outcome::parse(outcome)?) },
                notes: Vec::new(),
                history: months.remove(*case).filter(|months| !months.is_empty())?,
            });
            Some(())
        })?;
        Ok(book)
    }

    /// The two tables.
    ///
    /// # Errors
    /// When memory cannot be written to.
    pub fn write(&self) -> Result<(Vec<u8>, Vec<u8>), csv::Error> {
        let (mut cases, mut history) = (csv::Writer::from_writer(Vec::new()), csv::Writer::from_writer(Vec::new()));
        cases.write_record(COLUMNS)?;
        history.write_record(HISTORY_COLUMNS)?;
        for case in &self.cases {
            let day = |day: Option<CivilDay>| day.map_or(String::new(), |day| day.to_string());
            let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.6}"));
            let (last, before) = (case.last(), case.before());
            cases.write_record([
                case.case.as_str(),
                case.level,
                &case.id,
                case.address.as_deref().unwrap_or_default(),
                case.status.as_str(),
                case.history.first().map_or("", |first| &first.month),
                last.map_or("", |last| &last.month),
                &case.history.len().to_string(),
                &number(last.and_then(|last| last.probability)),
                &number(before.and_then(|before| before.probability)),
                &number(last.and_then(|last| last.kw)),
                &number(before.and_then(|before| before.kw)),
                &day(case.since),
                case.moved_from.as_deref().unwrap_or_default(),
                case.moved_to.as_deref().unwrap_or_default(),
                &day(case.inspected),
                case.outcome.map_or("", Outcome::as_str),
                &day(case.gone),
            ])?;
            for month in &case.history {
                let (probability, kw) = (number(month.probability), number(month.kw));
                history.write_record([&case.case, &month.month, month.status.as_str(), &probability, &kw])?;
            }
        }
        let bytes =
            |table: csv::Writer<Vec<u8>>| table.into_inner().map_err(|error| csv::Error::from(error.into_error()));
        Ok((bytes(cases)?, bytes(history)?))
    }

    /// The number of the next case.
    pub(super) fn next_number(&self) -> usize {
        let number = |case: &CaseRow| case.case.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
        self.cases.iter().filter_map(number).max().unwrap_or(0) + 1
    }
}

/// Shows the cells of every row to `take`; a row that it does not take is damage.
fn each(bytes: &[u8], file: &'static str, mut take: impl FnMut(&[&str]) -> Option<()>) -> Result<(), BookError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    for (place, record) in reader.records().enumerate() {
        let record = record.map_err(|source| BookError::Table { file, source })?;
        let cells: Vec<&str> = record.iter().collect();
        take(&cells).ok_or(BookError::Row { file, row: place as u64 + 2 })?;
    }
    Ok(())
}

/// A number, or an empty cell; `None` where it is neither.
fn number(cell: &str) -> Option<Option<f64>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().filter(|value: &f64| value.is_finite()).map(Some) }
}

/// A day, or an empty cell; `None` where it is neither.
fn day(cell: &str) -> Option<Option<CivilDay>> {
    if cell.is_empty() { Some(None) } else { CivilDay::parse(cell).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        let month = |month: &str, status, kw| CaseMonth {
            month: month.to_owned(),
            status,
            probability: Some(0.9),
            kw: Some(kw),
        };
        Book {
            cases: vec![CaseRow {
                case: "C00007".to_owned(),
                level: "usage_point",
                id: "UP, 1".to_owned(),
                address: Some("Abay \"1\"".to_owned()),
                status: CaseStatus::Grown,
                since: CivilDay::parse("2025-02-03"),
                gone: None,
                moved_from: None,
                moved_to: None,
                inspected: CivilDay::parse("2025-03-09"),
                outcome: Some(Outcome::Nothing),
                notes: Vec::new(),
                history: vec![month("2025-02", CaseStatus::New, 3.0), month("2025-03", CaseStatus::Grown, 6.5)],
            }],
        }
    }

    #[test]
    fn a_book_that_is_written_is_read_as_it_was() {
        let (cases, history) = book().write().unwrap();
        assert_eq!(Book::read(&cases, &history).unwrap(), book());
        assert_eq!((book().next_number(), Book::default().next_number()), (8, 1));
    }

    #[test]
    fn damage_is_told_by_its_row_and_never_read_as_something_else() {
        let (cases, history) = book().write().unwrap();
        let damaged = String::from_utf8(history).unwrap().replace("grown", "guilty");
        let error = Book::read(&cases, damaged.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("case_history.csv") && error.contains("row 3"), "{error}");
        assert!(Book::read(&cases, b"case,month,status,probability,kw\n").is_err(), "a case without a month");
        for end in 0..cases.len() {
            let _ = Book::read(&cases[..end], damaged.as_bytes());
        }
    }
}
