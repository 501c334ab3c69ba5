//! The case book as it is kept in an archive: cases, their months, and what inspectors found.

use std::collections::BTreeMap;

use crate::archive::{Archive, ArchiveError, Transaction};
use crate::domain::{CivilDay, Inspection, Outcome, Visited};
use crate::findings::{CaseMonth, CaseRow, CaseStatus};
use crate::metered::{Said, VisitSettings, Visits};

/// Names of the tables in an archive.
const CASES: &str = "cases.csv";
const HISTORY: &str = "case_history.csv";
const VISITS: &str = "inspections.csv";

const COLUMNS: [&str; 19] = [
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
    "moved_month",
];
const HISTORY_COLUMNS: [&str; 6] = ["case", "month", "status", "probability", "kw", "own_log_odds"];
const VISIT_COLUMNS: [&str; 8] = ["usage_point", "node", "date", "outcome", "kw", "cause", "note", "heard_after"];

/// Every case that there ever was, in the order of numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Book {
    /// The cases.
    pub cases: Vec<CaseRow>,
    /// Every inspection that was ever heard of.
    pub visits: Vec<KeptVisit>,
    /// Last month of the archive that it lies in; empty = none.
    last_month: String,
}

/// An inspection, and when it was heard of.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptVisit {
    /// The inspection.
    pub visit: Inspection,
    /// Last month that the archive held then; empty = none.
    pub after: String,
}

/// A case book that cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The archive refuses.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
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
    /// The book of an archive; an empty one where there is none.
    ///
    /// # Errors
    /// When a table of it is damaged.
    pub fn of(archive: Option<&Archive>) -> Result<Self, BookError> {
        let read = |name: &str| archive.map_or(Ok(None), |archive| archive.read(name)).map(Option::unwrap_or_default);
        let mut book = Self::read([&read(CASES)?, &read(HISTORY)?, &read(VISITS)?])?;
        let Some(archive) = archive else { return Ok(book) };
        book.last_month = archive.manifest().months.keys().next_back().cloned().unwrap_or_default();
        if archive.is_as_of() {
            // What later months heard was not known then.
            let last = &book.last_month;
            book.visits.retain(|kept| kept.after < *last);
        }
        Ok(book)
    }

    /// Keeps the book with a change of its archive.
    ///
    /// # Errors
    /// When the archive cannot be written to.
    pub fn keep(&self, change: &mut Transaction) -> Result<(), BookError> {
        let tables = self.write().map_err(|source| BookError::Table { file: CASES, source })?;
        for (name, bytes) in [CASES, HISTORY, VISITS].into_iter().zip(tables) {
            change.write(name, &bytes)?;
        }
        Ok(())
    }

    /// Adds inspections that the book does not have, and returns all with what was said before
    /// them.
    pub fn hear(&mut self, inspections: &[Inspection], settings: VisitSettings) -> Visits {
        let is_same = |a: &Inspection, b: &Inspection| (&a.visited, a.day, a.outcome) == (&b.visited, b.day, b.outcome);
        for visit in inspections {
            if !self.visits.iter().any(|known| is_same(&known.visit, visit)) {
                self.visits.push(KeptVisit { visit: visit.clone(), after: self.last_month.clone() });
            }
        }
        Visits::new(&self.inspections(), settings).remembering(self.said())
    }

    /// Every inspection that was heard of.
    pub(super) fn inspections(&self) -> Vec<Inspection> {
        self.visits.iter().map(|kept| kept.visit.clone()).collect()
    }

    /// What was said of every place in every month.
    fn said(&self) -> BTreeMap<String, Vec<Said>> {
        let mut said: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for case in &self.cases {
            let months = case.history.iter().filter_map(|entry| {
                let day = CivilDay::parse(&format!("{}-01", entry.month))?.month_end();
                Some(Said { day, probability: entry.probability?, own: entry.own })
            });
            said.entry(case.id.clone()).or_default().extend(months);
        }
        said
    }

    /// Reads the three tables.
    fn read([cases, history, visits]: [&[u8]; 3]) -> Result<Self, BookError> {
        let mut months: BTreeMap<String, Vec<CaseMonth>> = BTreeMap::new();
        each(history, HISTORY, |cells| {
            let [case, month, status, probability, kw, own @ ..] = cells else { return None };
            months.entry((*case).to_owned()).or_default().push(CaseMonth {
                month: (*month).to_owned(),
                status: CaseStatus::parse(status)?,
                probability: number(probability).ok()?,
                kw: number(kw).ok()?,
                own: own.first().map_or(Ok(None), |own| number(own)).ok()?,
            });
            Some(())
        })?;
        let mut book = Self::default();
        each(cases, CASES, |cells| {
            // What lies between tells what the history holds.
            let [case, level, id, address, status, _, _, _, _, _, _, _, rest @ ..] = cells else { return None };
            let [since, moved_from, moved_to, inspected, outcome, gone, moved_month @ ..] = rest else { return None };
            let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
            book.cases.push(CaseRow {
                case: (*case).to_owned(),
                level: ["usage_point", "node"].into_iter().find(|known| known == level)?,
                id: (*id).to_owned(),
                address: text(address),
                status: CaseStatus::parse(status)?,
                since: day(since).ok()?,
                gone: day(gone).ok()?,
                moved_from: text(moved_from),
                moved_to: text(moved_to),
                moved_month: moved_month.first().and_then(|month| text(month)),
                inspected: day(inspected).ok()?,
                outcome: if outcome.is_empty() { None } else { Some(Outcome::parse(outcome)?) },
                notes: Vec::new(),
                history: months.remove(*case).filter(|months| !months.is_empty())?,
            });
            Some(())
        })?;
        each(visits, VISITS, |cells| {
            let [point, node, date, outcome, kw, cause, note, after @ ..] = cells else { return None };
            let text = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
            let visit = Inspection {
                visited: if point.is_empty() {
                    Visited::Node((*node).into())
                } else {
                    Visited::UsagePoint((*point).into())
                },
                day: CivilDay::parse(date)?,
                outcome: Outcome::parse(outcome)?,
                kw: number(kw).ok()?,
                cause: text(cause),
                note: text(note),
                row: 0,
            };
            book.visits.push(KeptVisit { visit, after: after.first().copied().unwrap_or_default().to_owned() });
            Some(())
        })?;
        Ok(book)
    }

    /// The three tables.
    fn write(&self) -> Result<[Vec<u8>; 3], csv::Error> {
        let table = || csv::Writer::from_writer(Vec::new());
        let (mut cases, mut history) = (table(), table());
        cases.write_record(COLUMNS)?;
        history.write_record(HISTORY_COLUMNS)?;
        for case in &self.cases {
            let day = |day: Option<CivilDay>| day.map_or(String::new(), |day| day.to_string());
            let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
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
                case.moved_month.as_deref().unwrap_or_default(),
            ])?;
            for month in &case.history {
                let (probability, kw) = (number(month.probability), number(month.kw));
                let own = number(month.own);
                history.write_record([&case.case, &month.month, month.status.as_str(), &probability, &kw, &own])?;
            }
        }
        Ok([bytes(cases)?, bytes(history)?, self.write_visits()?])
    }

    fn write_visits(&self) -> Result<Vec<u8>, csv::Error> {
        let mut visits = csv::Writer::from_writer(Vec::new());
        visits.write_record(VISIT_COLUMNS)?;
        for KeptVisit { visit, after } in &self.visits {
            let (point, node) = match &visit.visited {
                Visited::UsagePoint(id) => (&**id, ""),
                Visited::Node(node) => ("", &**node),
            };
            let kw = visit.kw.map_or(String::new(), |kw| kw.to_string());
            let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
            let (date, outcome) = (visit.day.to_string(), visit.outcome.as_str());
            let (cause, note) = (text(&visit.cause), text(&visit.note));
            visits.write_record([point, node, &date, outcome, &kw, &cause, &note, after])?;
        }
        bytes(visits)
    }

    /// The number of the next case.
    pub(super) fn next_number(&self) -> usize {
        let number = |case: &CaseRow| case.case.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok();
        self.cases.iter().filter_map(number).max().unwrap_or(0) + 1
    }
}

fn bytes(table: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
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

/// A number, or an empty cell; an error where it is neither.
fn number(cell: &str) -> Result<Option<f64>, ()> {
    match cell.parse() {
        _ if cell.is_empty() => Ok(None),
        Ok(value) if f64::is_finite(value) => Ok(Some(value)),
        _ => Err(()),
    }
}

/// A day, or an empty cell; an error where it is neither.
fn day(cell: &str) -> Result<Option<CivilDay>, ()> {
    if cell.is_empty() { Ok(None) } else { CivilDay::parse(cell).map(Some).ok_or(()) }
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
            own: Some(2.5),
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
                moved_month: Some("2025-03".to_owned()),
                inspected: CivilDay::parse("2025-03-09"),
                outcome: Some(Outcome::Nothing),
                notes: Vec::new(),
                history: vec![month("2025-02", CaseStatus::New, 3.0), month("2025-03", CaseStatus::Grown, 6.5)],
            }],
            visits: vec![kept(Inspection {
                visited: Visited::UsagePoint("UP, 1".into()),
                day: CivilDay::parse("2025-03-09").unwrap(),
                outcome: Outcome::Nothing,
                kw: None,
                cause: None,
                note: Some("dog\nin the yard".to_owned()),
                row: 0,
            })],
            last_month: String::new(),
        }
    }

    fn kept(visit: Inspection) -> KeptVisit {
        KeptVisit { visit, after: "2025-02".to_owned() }
    }

    #[test]
    fn an_inspection_that_is_sent_again_is_heard_once() {
        let (mut known, visits) = (book(), book().inspections());
        let settings = VisitSettings { missed: 0.2, missed_at_node: 0.5, valid_days: 365, recalibrate_from: 200 };
        known.hear(&visits, settings);
        assert_eq!(known.visits.len(), 1);
    }

    #[test]
    fn a_book_that_is_written_is_read_as_it_was() {
        let [cases, history, visits] = book().write().unwrap();
        assert_eq!(Book::read([&cases, &history, &visits]).unwrap(), book());
        assert_eq!(Book::of(None).unwrap(), Book::default());
        assert_eq!((book().next_number(), Book::default().next_number()), (8, 1));
    }

    #[test]
    fn damage_is_told_by_its_row_and_never_read_as_something_else() {
        let [cases, history, visits] = book().write().unwrap();
        let damaged = String::from_utf8(history).unwrap().replace("grown", "guilty");
        let error = Book::read([&cases, damaged.as_bytes(), &visits]).unwrap_err().to_string();
        assert!(error.contains("case_history.csv") && error.contains("row 3"), "{error}");
        assert!(
            Book::read([&cases, b"case,month,status,probability,kw\n", &visits]).is_err(),
            "a case without a month"
        );
        for end in 0..cases.len() {
            let _ = Book::read([&cases[..end], damaged.as_bytes(), &visits]);
        }
    }
}
