//! Workbooks (xlsx, xlsm, xlsb, xls, ods): every visible sheet that holds readings is read as a
//! table of text, so mappings serve both.
//!
//! A sheet without a header whose cells are those of the rows of the sheet before goes on with its
//! table. A sheet that holds numbers and cannot be read is told as a reject.
//!
//! A sheet is held in memory whole; files beyond a cap are refused. Dates become ISO text,
//! whichever epoch the workbook counts from; a time of 1.0 is 24:00. Numbers keep the digits that
//! they have, so an id stored as a number has lost its leading zeros; `pad_ids_to` of a mapping
//! gives them back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{Data, Range};

use super::held::HeldTable;
use super::open_book::OpenBook;
use super::sheet_text::{Uncalculated, may_be_uncalculated, text_of};
use crate::domain::{Calendar, Reject, RejectCode};
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::bytes::kind::is_workbook;
use crate::ingest::error::IngestError;
use crate::ingest::format::{BlockSink, Format, IdRuns, ReadingsFile, Source};
use crate::ingest::mapping::keys::Mapping;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::said;
use crate::ingest::text::values::minutes_of;

/// The format.
#[derive(Debug)]
pub(crate) struct Workbook;

/// An opened workbook: its sheets of readings, one piece each.
struct OpenedWorkbook {
    digest: Arc<FileDigest>,
    sheets: Vec<Box<dyn ReadingsFile>>,
    /// What is told when all is read: sheets that were left out, formulas without values.
    told: Vec<Reject>,
}

impl Format for Workbook {
    fn name(&self) -> &'static str {
        "workbook"
    }

    fn what(&self) -> &'static str {
        "workbooks"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xlsx", "xls", "xlsb", "ods"]
    }

    fn recognises(&self, head: &[u8]) -> bool {
        is_workbook(head)
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        self.open_as(file, None)
    }

    fn open_as(&self, file: &Source, mapping: Option<&Mapping>) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let (mut book, digest) = OpenBook::open(file)?;
        let wanted = mapping.and_then(|mapping| mapping.sheet.as_deref());
        let names = book.sheets();
        let mut sheets: Vec<Box<dyn ReadingsFile>> = Vec::new();
        let mut refused: Option<IngestError> = None;
        let mut told = Vec::new();
        let mut before: Option<HeldTable> = None;
        for (name, _) in names.iter().filter(|(name, is_visible)| wanted.map_or(*is_visible, |wanted| wanted == name)) {
            let range = book.cells(name)?;
            if range.is_empty() {
                continue;
            }
            let shown = PathBuf::from(format!("{} [{name}]", file.path.display()));
            let mut notes = Understanding::default();
            notes.note(
                "sheet",
                name.clone(),
                if wanted.is_some() { "the profile says so" } else { "visible, and it holds readings" },
            );
            let source = Source { path: &shown, ix: file.ix, caps: file.caps };
            let open = if may_be_uncalculated(&range) { book.open_formulas(name, &range) } else { None };
            told.extend(open.map(|open| tell_open(&shown, open, &mut notes)));
            let text = text_of(&range);
            if let Some(sheet) = before.as_ref().and_then(|before| before.continued(&source, &text, notes.clone())) {
                sheets.push(sheet);
                continue;
            }
            match HeldTable::of(&source, text, mapping, notes) {
                Ok(table) => sheets.extend(before.insert(table).take_file()),
                Err(error) => {
                    told.extend(has_numbers(&range).then(|| left_out(&shown, &error)));
                    refused = refused.or(Some(error));
                }
            }
        }
        for (name, beside) in take_sums(&mut sheets)? {
            let detail = said::sheet_of_sums(&name, &beside);
            let file = file.path.display().to_string();
            told.push(Reject { file, row: 0, code: "file.passed_over", detail, records: 1 });
        }
        if !sheets.is_empty() {
            return Ok(Box::new(OpenedWorkbook { digest, sheets, told }));
        }
        let none = || IngestError::Workbook {
            path: file.path.to_path_buf(),
            message: format!(
                "no sheet {}; it has {}",
                wanted.unwrap_or("holds anything"),
                names.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        Err(refused.unwrap_or_else(none))
    }
}

/// Takes out sheets of longer intervals whose usage points another sheet holds in shorter ones, as
/// sheets of days beside sheets of hours, and gives the names of each and of the other.
fn take_sums(sheets: &mut Vec<Box<dyn ReadingsFile>>) -> Result<Vec<(String, String)>, IngestError> {
    let mut known: Vec<(u16, String, BTreeSet<String>)> = Vec::new();
    for sheet in sheets.iter() {
        let told = sheet.understanding();
        let said =
            |what: &str| told.decisions.iter().find(|decision| decision.what == what).map(|one| one.value.clone());
        let minutes = said("interval").and_then(|interval| minutes_of(&interval)).unwrap_or(0);
        let name = said("sheet");
        let ids = sheet
            .id_runs(0)?
            .map(|runs| (0..runs.ids.len() as u32).map(|place| runs.ids.get(place).to_owned()).collect())
            .unwrap_or_default();
        known.push((minutes, name.unwrap_or_default(), ids));
    }
    let shorter = |(minutes, _, ids): &(u16, String, BTreeSet<String>)| {
        let mut others = known.iter().filter(|(other, _, all)| *other > 0 && other < minutes && all.is_superset(ids));
        others.next().filter(|_| !ids.is_empty()).map(|(_, name, _)| name.clone())
    };
    let beside: Vec<Option<String>> = known.iter().map(shorter).collect();
    let mut places = beside.iter();
    sheets.retain(|_| places.next().is_none_or(Option::is_none));
    Ok(known.iter().zip(beside).filter_map(|((_, name, _), beside)| Some((name.clone(), beside?))).collect())
}

fn tell_open(shown: &Path, open: Uncalculated, notes: &mut Understanding) -> Reject {
    let Uncalculated { cells, row, are_zero } = open;
    let value = if are_zero { "all of them 0" } else { "without a value" };
    notes.doubt("formulas", format!("{cells} {value}"), format!("from row {row} on"), said::doubt_formulas());
    let detail = if are_zero { said::formulas_zero(cells) } else { said::formulas_open(cells) };
    Reject { file: shown.display().to_string(), row, code: RejectCode::CELL_UNREADABLE.0, detail, records: cells }
}

fn left_out(shown: &Path, error: &IngestError) -> Reject {
    Reject {
        file: shown.display().to_string(),
        row: 0,
        code: "file.passed_over",
        detail: said::sheet_passed_over(error.to_string()),
        records: 1,
    }
}

/// Whether a sheet holds numbers or dates in two rows; without, it is a note.
fn has_numbers(range: &Range<Data>) -> bool {
    let is_number = |cell: &Data| match cell {
        Data::Float(_) | Data::Int(_) | Data::DateTime(_) | Data::DateTimeIso(_) => true,
        Data::String(text) => text.trim().starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    };
    range.rows().filter(|row| row.iter().filter(|cell| is_number(cell)).count() >= 2).count() >= 2
}

impl ReadingsFile for OpenedWorkbook {
    fn pieces(&self) -> usize {
        self.sheets.len()
    }

    fn estimated_rows(&self) -> u64 {
        self.sheets.iter().map(|sheet| sheet.estimated_rows()).sum()
    }

    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError> {
        self.sheets[piece].id_runs(0)
    }

    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        self.sheets[piece].read(0, calendar, sink)
    }

    fn sha256(&self) -> Result<String, IngestError> {
        self.digest.finish()
    }

    fn close(&self, sink: &dyn BlockSink) {
        self.told.iter().for_each(|reject| sink.reject(reject.clone()));
        self.sheets.iter().for_each(|sheet| sheet.close(sink));
    }

    fn understanding(&self) -> Understanding {
        // Of further sheets only what differs from the first is told.
        let mut sheets = self.sheets.iter().map(|sheet| sheet.understanding());
        let mut all = sheets.next().unwrap_or_default();
        let first = all.decisions.clone();
        for sheet in sheets {
            all.decisions.extend(
                sheet.decisions.into_iter().filter(|decision| decision.what == "sheet" || !first.contains(decision)),
            );
        }
        all
    }

    fn clock(&self) -> crate::ingest::format::StampClock {
        self.sheets.first().map_or(crate::ingest::format::StampClock::Utility, |sheet| sheet.clock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::{Kept, read_file};

    fn book(name: &str) -> Kept {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks").join(name);
        read_file(&Workbook, &path, &Calendar::new(None).unwrap()).unwrap()
    }

    #[test]
    fn typed_and_real_dates_and_numbers_in_one_column_are_read_and_totals_and_hidden_sheets_are_not() {
        let kept = book("profile.xlsx");
        assert!(kept.rejects().is_empty(), "{:?}", kept.rejects());
        let readings = kept.readings();
        // Stamps run from 00:30 to midnight: they are the ends of their intervals.
        let first = 1_740_787_200; // 2025-03-01T00:00Z
        assert_eq!(readings.len(), 96);
        for (sheet, id) in ["17", "18"].iter().enumerate() {
            for slot in 0..48 {
                let expected = ((*id).to_owned(), first + slot as i64 * 1800, (slot + 1) as f32 / 4.0);
                assert_eq!(readings[sheet * 48 + slot], expected);
            }
        }
    }

    #[test]
    fn merged_headings_name_the_counters_below_them() {
        let kept = book("tariffs.xlsx");
        let calendar = Calendar::new(None).unwrap();
        let found: Vec<_> = kept
            .registers()
            .into_iter()
            .map(|(id, at, value)| (id, calendar.format(crate::domain::Timestamp(at))[..10].to_owned(), value))
            .collect();
        let row = |id: &str, day: &str, value: f64| (id.to_owned(), day.to_owned(), value);
        assert_eq!(
            found,
            [row("00000017", "2025-03-01", 3.0), row("00000017", "2025-04-01", 30.5), row("18", "2025-04-01", 6.0)]
        );
    }

    #[test]
    fn old_workbooks_with_the_epoch_of_1904_and_open_document_are_read() {
        let first = 1_740_787_200;
        let readings: Vec<_> = (0..4).map(|i| ("A".to_owned(), first + i * 1800, 0.5 * (i + 1) as f32)).collect();
        assert_eq!(book("epoch1904.xls").readings(), readings);
        assert_eq!(book("readings.ods").readings(), readings[..2]);
    }

    /// A workbook of sheets, each with its rows; a cell that is a number in text is one.
    fn written(
        sheets: &[(&str, &[&[&str]])],
        shape: impl Fn(&mut rust_xlsxwriter::Worksheet),
    ) -> tempfile::NamedTempFile {
        let mut book = rust_xlsxwriter::Workbook::new();
        for (name, rows) in sheets {
            let sheet = book.add_worksheet().set_name(*name).unwrap();
            for (row, cells) in rows.iter().enumerate() {
                for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    let (row, column) = (row as u32, column as u16);
                    match cell.parse::<f64>() {
                        Ok(number) if !cell.starts_with('0') || cell.contains('.') => {
                            sheet.write(row, column, number).unwrap()
                        }
                        _ => sheet.write(row, column, *cell).unwrap(),
                    };
                }
            }
            shape(sheet);
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        book.save(file.path()).unwrap();
        file
    }

    fn of_written(file: &tempfile::NamedTempFile) -> Kept {
        read_file(&Workbook, file.path(), &Calendar::new(None).unwrap()).unwrap()
    }

    fn understood(file: &tempfile::NamedTempFile) -> Vec<(String, String)> {
        let source = Source {
            path: file.path(),
            ix: crate::domain::FileIx(0),
            caps: crate::ingest::bytes::caps::Caps::default(),
        };
        let decisions = Workbook.open(&source).unwrap().understanding().decisions;
        decisions.into_iter().map(|decision| (decision.what.to_owned(), decision.value)).collect()
    }

    const HEAD: &[&str] = &["Прибор учета", "Дата и время", "A+, кВт*ч"];

    #[test]
    fn a_sheet_without_a_header_goes_on_with_the_table_before_and_one_that_cannot_be_read_is_told() {
        let file = written(
            &[
                ("1", &[HEAD, &["00012345", "2025-03-01 00:00", "0.5"], &["00012345", "2025-03-01 00:30", "1.5"]]),
                ("2", &[&["00012346", "2025-03-01 00:00", "2.5"], &["00012346", "2025-03-01 00:30", ""]]),
                ("Баланс", &[&["Фидер", "Отпуск", "Потери"], &["1", "200", "10"], &["2", "300", "20"]]),
                ("Примечание", &[&["Данные не окончательные"]]),
            ],
            |_| {},
        );
        let kept = of_written(&file);
        let found: Vec<(String, f32)> = kept
            .readings()
            .into_iter()
            .filter(|reading| !reading.2.is_nan())
            .map(|(id, _, value)| (id, value))
            .collect();
        assert_eq!(
            found,
            [("00012345", 0.5), ("00012345", 1.5), ("00012346", 2.5)].map(|(id, value)| (id.to_owned(), value))
        );
        let told: Vec<_> =
            kept.rejects().into_iter().map(|reject| (reject.code, reject.file.ends_with("[Баланс]"))).collect();
        assert_eq!(told, [("file.passed_over", true)]);
        let sheets: Vec<_> =
            understood(&file).into_iter().filter(|(what, _)| what == "sheet").map(|(_, name)| name).collect();
        assert_eq!(sheets, ["1", "2"]);
    }

    #[test]
    fn a_cell_far_from_the_table_is_an_error_and_takes_no_memory() {
        let file = written(&[("1", &[HEAD, &["17", "2025-03-01 00:00", "0.5"]])], |sheet| {
            sheet.write(1_048_575, 16_383, "x").unwrap();
        });
        let error = read_file(&Workbook, file.path(), &Calendar::new(None).unwrap()).err().unwrap().to_string();
        assert!(error.contains("far from its table"), "{error}");
    }

    #[test]
    fn what_differs_between_sheets_is_shown() {
        let (first, second): (&[&str], &[&str]) = (&["2025-03-01 00:00", "0.5"], &["2025-03-01 00:30", "1.5"]);
        let energy: &[&[&str]] = &[&["Дата и время", "A+, кВт*ч"], first, second];
        let power: &[&[&str]] = &[&["Дата и время", "A+, кВт"], first, second];
        let file = written(&[("00012345", energy), ("00012346", power)], |_| {});
        let ids: std::collections::BTreeSet<String> =
            of_written(&file).readings().into_iter().map(|reading| reading.0).collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["00012345", "00012346"], "the sheets name their meters");
        let units: Vec<_> =
            understood(&file).into_iter().filter(|(what, _)| what == "unit").map(|(_, unit)| unit).collect();
        assert_eq!(units, ["kWh", "kW"]);
    }

    #[test]
    fn an_id_that_is_merged_over_its_rows_holds_for_all_of_them() {
        let row = |at: &'static str| ["", at, "0.5"];
        let times = ["2025-03-01 00:30", "2025-03-01 01:00", "2025-03-01 01:30", "2025-03-01 02:00"].map(row);
        let mut rows: Vec<&[&str]> = vec![HEAD, &["00012345", "2025-03-01 00:00", "0.5"]];
        rows.extend(times.iter().map(<[&str; 3]>::as_slice));
        let file = written(&[("1", &rows)], |sheet| {
            sheet.merge_range(1, 0, 5, 0, "00012345", &rust_xlsxwriter::Format::new()).unwrap();
        });
        let kept = of_written(&file);
        assert_eq!((kept.readings().len(), kept.rejects().len()), (5, 0));
    }

    #[test]
    fn formulas_that_were_never_calculated_are_told() {
        // Programs that write workbooks without calculating them leave 0 for the value.
        let row = |at: &'static str| ["17", at, ""];
        let times = ["2025-03-01 00:00", "2025-03-01 00:30", "2025-03-01 01:00", "2025-03-01 01:30"].map(row);
        let rows: Vec<&[&str]> = std::iter::once(HEAD).chain(times.iter().map(<[&str; 3]>::as_slice)).collect();
        let file = written(&[("1", &rows)], |sheet| {
            for row in 1..5 {
                sheet.write_formula(row, 2, rust_xlsxwriter::Formula::new("=0.1*2")).unwrap();
            }
        });
        let told = of_written(&file).rejects();
        assert_eq!((told[0].code, told[0].row, told[0].records), ("cell.unreadable", 2, 4));
    }

    #[test]
    fn a_cut_workbook_is_an_error_and_no_panic() {
        for name in ["profile.xlsx", "epoch1904.xls", "readings.ods"] {
            let bytes =
                std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks").join(name)).unwrap();
            let file = tempfile::NamedTempFile::new().unwrap();
            for part in 1..20 {
                std::fs::write(file.path(), &bytes[..bytes.len() * part / 20]).unwrap();
                let _ = read_file(&Workbook, file.path(), &Calendar::new(None).unwrap());
            }
        }
    }

    #[test]
    fn a_zip_of_something_else_is_no_workbook() {
        let mut head = b"PK\x03\x04".to_vec();
        head.resize(26, 0);
        head.extend_from_slice(&[7, 0, 0, 0]);
        assert!(!is_workbook(&[&head[..], b"a01.csv"].concat()));
        head[26] = 19;
        assert!(is_workbook(&[&head[..], b"[Content_Types].xml"].concat()));
    }
}
