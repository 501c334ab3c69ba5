//! CMEP, the California Metering Exchange Protocol: what head-ends of American makers send.
//!
//! One record a line: `MEPMD01` holds a channel of a meter, 14 fields and then three for each
//! reading: time, flag, value. A time that is left out follows the one before by the record's
//! interval. Times are UTC. The protocol does not say which side of its interval a time is, and
//! senders differ: where records begin with midnight times are beginnings, where they begin one
//! interval after it they are ends. A unit that ends in `REG` is a counter. Other records carry no
//! readings of intervals.
//!
//! Source: California Metering Exchange Protocol, version 4.1, record `MEPMD01`.

use std::io::BufRead;

use super::channels::Flow;
use super::halt::Halt;
use super::message::MessageFormat;
use super::message_notes::Subject;
use super::meter_points::{Interval, MeterPoints};
use super::register_part::RegisterPart;
use crate::domain::{ReadingQuality, RejectCode, Timestamp};
use crate::ingest::bytes::caps::Records;
use crate::ingest::format::StampClock;
use crate::ingest::said;
use crate::ingest::text::digit_stamp::{digit_stamp, kwh_per};
use crate::ingest::text::number::{Cell, cell};

/// The format.
pub(crate) const CMEP: MessageFormat = MessageFormat {
    name: "CMEP",
    what: "CMEP",
    recognises,
    bytes_a_reading: 24,
    clock: StampClock::Own,
    facts: &[("clock", "UTC"), ("usage_point", "the meter of the record"), ("unit", "that of the record")],
    parse,
};

/// Fields before the first reading.
const HEAD: usize = 14;
/// Records that wait until one shows which side its times are on, at most.
const MOST_WAITING: usize = 4096;

fn recognises(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    ["MEPMD", "MEPEC", "MLA01", "MEPRD"].iter().any(|record| head.starts_with(record.as_bytes()))
}

/// A record of readings.
struct Record {
    row: u64,
    id: String,
    unit: String,
    factor: f64,
    step_s: i64,
    /// Time, quality, value.
    readings: Vec<(i64, ReadingQuality, f64)>,
}

struct Reader<'p, 'a> {
    points: &'p mut MeterPoints<'a>,
    /// Whether times are ends of intervals, once a record has shown it.
    ends: Option<bool>,
    waiting: Vec<Record>,
}

fn parse(input: Box<dyn BufRead + '_>, points: &mut MeterPoints) -> Result<(), Halt> {
    let mut records = Records::new(input, points.caps());
    let mut reader = Reader { points, ends: None, waiting: Vec::new() };
    let walked = reader.walk(&mut records);
    if reader.ends.is_none() && !reader.waiting.is_empty() {
        reader.points.notes.doubt(Subject::Length, said::doubt_side());
    }
    let handed = reader.hand_over();
    walked.and(handed)
}

impl Reader<'_, '_> {
    fn walk(&mut self, records: &mut Records<Box<dyn BufRead + '_>>) -> Result<(), Halt> {
        let (mut line, mut row) = (Vec::new(), 0);
        while records.until(b'\n', &mut line)? {
            row += 1;
            self.points.at_row(row)?;
            let text = String::from_utf8_lossy(&line);
            let fields: Vec<&str> = text
                .trim()
                .trim_start_matches('\u{feff}')
                .split(',')
                .map(|field| field.trim().trim_matches('"'))
                .collect();
            if fields[0] == "MEPMD01"
                && let Some(record) = self.record(row, &fields)
            {
                self.take(record)?;
            }
        }
        Ok(())
    }

    /// A record of interval data; what it lacks is rejected.
    fn record(&mut self, row: u64, fields: &[&str]) -> Option<Record> {
        if fields.len() <= HEAD {
            self.points.reject(RejectCode::ROW_FIELDS, said::fields(fields.len(), HEAD + 3));
            return None;
        }
        let (id, commodity, unit, interval) = (fields[7], fields[9], fields[10].to_ascii_uppercase(), fields[12]);
        let readings = fields[HEAD..].chunks(3).filter(|reading| reading.len() == 3);
        if !matches!(commodity, "" | "E" | "e") {
            let words = || format!("passed over, commodity `{commodity}`");
            self.points.notes.see(Subject::Channel, words, readings.count() as u64);
            return None;
        }
        let step_s = step_of(interval);
        let mut record = Record { row, id: id.to_owned(), unit, factor: 1.0, step_s, readings: Vec::new() };
        // Displays of meters behind transformers: the constant makes them energy.
        if let Cell::Number(constant) = cell(fields[11].as_bytes(), false)
            && constant > 0.0
        {
            record.factor = constant;
        }
        for reading in readings {
            if reading.iter().all(|field| field.is_empty()) {
                continue;
            }
            let before = record.readings.last().map(|(at, _, _)| at + step_s);
            let told = if reading[0].is_empty() { before } else { digit_stamp(reading[0]) };
            let Some(at_s) = told else {
                self.points.reject(RejectCode::TIME_UNREADABLE, said::stamp_iso(reading[0]));
                continue;
            };
            let quality = quality_of(reading[1]);
            match cell(reading[2].as_bytes(), false) {
                Cell::Number(value) => record.readings.push((at_s, quality, value)),
                Cell::Missing => record.readings.push((at_s, ReadingQuality::Missing, f64::NAN)),
                Cell::Text => self.points.reject(RejectCode::VALUE_NOT_A_NUMBER, said::number_missing(reading[2])),
            }
        }
        Some(record)
    }

    /// Takes a record, and the ones that waited once it shows which side times are on.
    fn take(&mut self, record: Record) -> Result<(), Halt> {
        if self.ends.is_none() {
            self.ends = self.side_of(&record);
        }
        self.waiting.push(record);
        if self.ends.is_some() || self.waiting.len() >= MOST_WAITING { self.hand_over() } else { Ok(()) }
    }

    /// Whether a record begins with midnight, by the utility's clock or that of UTC, or one
    /// interval after it; `None` where it does neither.
    fn side_of(&self, record: &Record) -> Option<bool> {
        let (first, _, _) = record.readings.first()?;
        if record.step_s <= 0 || record.step_s >= 86_400 || record.readings.len() < 4 {
            return None;
        }
        let calendar = self.points.calendar;
        let local = first - calendar.day_start(calendar.day(Timestamp(*first))).0;
        let utc = first.rem_euclid(86_400);
        let is = |second: i64| local == second || utc == second;
        if is(0) { Some(false) } else { is(record.step_s).then_some(true) }
    }

    fn hand_over(&mut self) -> Result<(), Halt> {
        let ends = self.ends.unwrap_or(false);
        for record in std::mem::take(&mut self.waiting) {
            self.points.at_row(record.row)?;
            self.deliver(&record, ends);
        }
        Ok(())
    }

    fn deliver(&mut self, record: &Record, ends: bool) {
        let counter = record.unit.strip_suffix("REG");
        let count = record.readings.len() as u64;
        let Some(kwh_per_unit) = kwh_per(counter.unwrap_or(&record.unit)) else {
            let words = || format!("passed over, unit `{}`", record.unit);
            return self.points.notes.see(Subject::Channel, words, count);
        };
        let side = if ends { "times are the ends of intervals" } else { "times are the beginnings of intervals" };
        self.points.notes.see(Subject::Length, || side.to_owned(), count);
        for &(at_s, quality, value) in &record.readings {
            let kwh = value * kwh_per_unit * record.factor;
            if counter.is_some() {
                self.points.register(&record.id, RegisterPart::Total, at_s, kwh);
                continue;
            }
            let start_s = if ends { at_s - record.step_s } else { at_s };
            let interval = Interval { start_s, length_s: record.step_s, kwh, quality };
            self.points.energy(&record.id, Flow::Import, "", interval);
        }
    }
}

/// Seconds of an interval as the protocol writes them, `MMDDhhmm`; 0 where it is none.
fn step_of(text: &str) -> i64 {
    let part = |from: usize| text.get(from..from + 2).and_then(|digits| digits.parse::<i64>().ok());
    match (text.len(), part(0), part(2), part(4), part(6)) {
        (8, Some(0), Some(days), Some(hours), Some(minutes)) => (days * 24 + hours) * 3600 + minutes * 60,
        _ => 0,
    }
}

/// Quality from the letter that a flag begins with: raw, adjusted, estimated, none.
fn quality_of(flag: &str) -> ReadingQuality {
    match flag.bytes().next().map(|letter| letter.to_ascii_uppercase()) {
        None | Some(b'R') => ReadingQuality::Actual,
        Some(b'A') => ReadingQuality::Substituted,
        Some(b'N') => ReadingQuality::Missing,
        _ => ReadingQuality::Estimated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::kept::read_text;

    /// A record of one meter with these readings.
    fn record(unit: &str, commodity: &str, readings: &str) -> String {
        format!("MEPMD01,19970819,U,,U,C|1,202503020000,0017,OK,{commodity},{unit},2.0,00000030,3,{readings}\n")
    }

    const MIDNIGHT: i64 = 1_740_787_200; // date -u -d 2025-03-01T00:00Z +%s

    #[test]
    fn readings_in_one_record_follow_one_another_and_times_may_be_left_out() {
        let text = record("WH", "E", "202503010000,R0,500,,E0,250,,N0,,202503010130,R0,1000");
        let kept = read_text(&CMEP, &text);
        let values: Vec<(i64, f32)> = kept.readings().iter().map(|(_, at, value)| (at - MIDNIGHT, *value)).collect();
        assert_eq!(values.len(), 4);
        assert_eq!((values[0], values[1], values[3]), ((0, 1.0), (1800, 0.5), (5400, 2.0)));
        assert!(values[2].1.is_nan() && kept.rejects().is_empty());
    }

    #[test]
    fn records_that_begin_one_interval_after_midnight_have_times_at_the_end() {
        let text = record("KWH", "E", "202503010030,R0,1,202503010100,R0,2,202503010130,R0,3,202503010200,R0,4");
        assert_eq!(read_text(&CMEP, &text).readings()[0], ("0017".to_owned(), MIDNIGHT, 2.0));
    }

    #[test]
    fn counters_are_registers_and_gas_and_reactive_energy_are_passed_over() {
        let one = "202503010000,R0,500";
        let text = [record("KWHREG", "E", one), record("KVARH", "E", one), record("M3", "G", one)].concat();
        let kept = read_text(&CMEP, &text);
        assert_eq!((kept.readings().len(), kept.rejects().len()), (0, 0));
        assert_eq!(kept.registers(), [("0017".to_owned(), MIDNIGHT, 1000.0)]);
    }
}
