//! Voltage files in delimited text.

use std::path::Path;

use crate::domain::{Calendar, RejectCode, Timestamp};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::decompress;
use crate::ingest::error::IngestError;
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::static_tables::delimited_cells::{delimiter_in, failed, first_rows};
use crate::ingest::static_tables::headings::VOLTAGE;
use crate::ingest::static_tables::table::Table;
use crate::ingest::static_tables::table_cells::header_row;
use crate::ingest::static_tables::text_table::number_in;
use crate::ingest::tables::encoding::{Decoded, guess_encoding};
use crate::ingest::tables::understand::dates::{DateOrder, order_of};
use crate::ingest::text::number::Cell;
use crate::ingest::text::stamp::{StampForm, StampReader};

use super::reading::VoltReading;
use super::rows::{VoltColumns, VoltRows, phase_of};

/// Rows of the beginning among which header and dates are looked for.
const TOP: usize = 400;

/// Reads the file and hands every reading to `take`.
pub(super) fn read(
    path: &Path,
    head: &[u8],
    calendar: &Calendar,
    take: &mut dyn FnMut(&VoltReading),
) -> Result<Table<()>, IngestError> {
    let caps = Caps::default();
    let first = first_rows(head, TOP);
    let place = header_row(first.iter().map(Vec::as_slice), &VOLTAGE).map_or(0, |found| found.0);
    let header = first.get(place).cloned().unwrap_or_default();
    let columns = VoltColumns::of(path, &header)?;
    let encoding = guess_encoding(head);
    let delimiter = delimiter_in(&encoding.decode(head).0, (head.len() as u64) < decompress::HEAD);
    let decoded = Decoded::new(decompress::open_within(path, None, &caps)?, encoding);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(decoded);
    let mut rows = VoltRows::new(path, caps, take);
    let form = form_of(&first[(place + 1).min(first.len())..], &columns);
    let mut stamps = Stamps { reader: form.map(|form| StampReader::new(form, calendar)), text: String::new() };
    let (mut record, mut line) = (csv::StringRecord::new(), 1);
    let mut seen = 0;
    while reader.read_record(&mut record).map_err(|error| failed(path, error, line))? {
        line = record.position().map_or(line, csv::Position::line);
        seen += 1;
        if seen > place + 1 && record.iter().any(|cell| !cell.trim().is_empty()) {
            one(&mut rows, line, &record, &columns, &mut stamps);
        }
    }
    rows.finish(&header)
}

/// How the dates of the first rows are written; `None` where none is a date.
fn form_of(rows: &[Vec<String>], columns: &VoltColumns) -> Option<StampForm> {
    let cells = rows.iter().filter_map(|row| row.get(columns.at)).map(String::as_str);
    match order_of(cells.clone().filter(|cell| StampForm::of(cell.as_bytes()).is_some())) {
        DateOrder::Form(form, _) => Some(form),
        _ => cells.into_iter().find_map(|cell| StampForm::of(cell.as_bytes())),
    }
}

/// Reads stamps whose time of day may stand apart.
struct Stamps<'a> {
    reader: Option<StampReader<'a>>,
    text: String,
}

impl Stamps<'_> {
    fn read(&mut self, date: &str, time: Option<&str>) -> Result<Timestamp, Refused> {
        let text = match time.map(str::trim).filter(|time| !time.is_empty()) {
            Some(time) => {
                self.text.clear();
                let is_hour = time.parse::<u8>().is_ok_and(|hour| hour < 24);
                self.text.push_str(date.trim());
                self.text.push_str(if is_hour && time.len() < 2 { " 0" } else { " " });
                self.text.push_str(time);
                self.text.push_str(if is_hour { ":00" } else { "" });
                self.text.as_str()
            }
            None => date,
        };
        let read = self.reader.as_mut().map_or(Err(RejectCode::TIME_UNREADABLE), |reader| reader.read(text.as_bytes()));
        read.map_err(|code| (code, said::stamp_unusable(text)))
    }
}

/// One row on its way.
fn one(rows: &mut VoltRows, line: u64, record: &csv::StringRecord, columns: &VoltColumns, stamps: &mut Stamps) {
    let cell = |column: usize| record.get(column).unwrap_or_default();
    let mut volts = [f32::NAN; 3];
    for (volt, &column) in volts.iter_mut().zip(&columns.volts) {
        *volt = match number_in(cell(column)) {
            Cell::Number(number) => number as f32,
            Cell::Missing => f32::NAN,
            Cell::Text => {
                let detail = said::number_expected(cell(column));
                return rows.refuse(line, (RejectCode::VALUE_NOT_A_NUMBER, detail));
            }
        };
    }
    let at = match stamps.read(cell(columns.at), columns.time.map(cell)) {
        Ok(at) => at,
        Err(refused) => return rows.refuse(line, refused),
    };
    let kvarh = match columns.kvarh.map(|column| number_in(cell(column))) {
        Some(Cell::Number(number)) => number as f32,
        _ => f32::NAN,
    };
    let phase = columns.phase.map_or(Some(1), |column| phase_of(cell(column)));
    rows.row(line, (cell(columns.usage_point), at, phase, kvarh), &volts[..columns.volts.len()]);
}
