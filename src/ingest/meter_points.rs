//! The usage points of one message file while it is read: channels put together, registers added up, blocks handed over.
//!
//! Messages tell one channel after the other, so readings of a usage point wait until its other channels can no longer come: until the end of the file,
//! or until [`MOST_WAITING`] readings wait and all usage points but the present one are handed over. Memory is bounded, and the usual order (all channels of a
//! usage point one after the other) is put together whatever the size of the file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::domain::{Calendar, FileIx, IntervalBlock, Minute, ReadingQuality, RegisterBlock, RejectCode, Timestamp};

use super::BlockSink;
use super::caps::{CapMet, Caps};
use super::channels::{ChannelReading, Flow, net};
use super::message::{Halt, reject};
use super::values::ABSURD;

/// Readings that wait for other channels at most: 32 MB.
const MOST_WAITING: usize = 2 << 20;
/// What a usage point without a reading counts as among those that wait.
const POINT_WAITS: usize = 16;
/// Rows of a block.
const BLOCK_ROWS: usize = 1 << 16;
/// Channels of one usage point at most.
const MOST_CHANNELS: usize = 255;
/// Bytes of an id, and of the name of a channel, at most.
const LONGEST_ID: usize = 256;
/// Longest interval, minutes: what a packed reading can hold.
const LONGEST_MIN: i64 = 8191;
/// 1990-01-01 and 2101-01-01, seconds.
const YEARS: std::ops::Range<i64> = 631_152_000..4_133_980_800;

/// One interval as a format tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interval {
    /// Its start, seconds of UTC.
    pub(super) start_s: i64,
    /// Its length, seconds.
    pub(super) length_s: i64,
    /// Energy, kWh; NaN = missing.
    pub(super) kwh: f64,
    /// How far it can be trusted.
    pub(super) quality: ReadingQuality,
}

/// What is gathered of a file.
pub(super) struct MeterPoints<'a> {
    path: &'a Path,
    caps: Caps,
    pub(super) calendar: &'a Calendar,
    sink: &'a dyn BlockSink,
    numbers: HashMap<String, usize>,
    points: Vec<Point>,
    waiting: usize,
    block: IntervalBlock,
    /// Whether every row of the block lies one interval after the row before, so that lengths need not be told.
    evident: bool,
    registers: RegisterBlock,
    row: u64,
    rows: u64,
    rejects: u64,
}

#[derive(Default)]
struct Point {
    id: String,
    channels: Vec<(Flow, String)>,
    readings: Vec<ChannelReading>,
    registers: Vec<(Timestamp, String, f64)>,
}

/// Bits of the registers that these channels are, where all of them have names that mean the same in every file: suffixes of NEM12, such as E1 and B1. 0 where some do not.
fn register_bits(channels: &[(Flow, String)]) -> u16 {
    let bit = |name: &str| match name.as_bytes() {
        [letter, number @ b'1'..=b'9'] if letter.is_ascii_alphabetic() => Some(1 << (number - b'0')),
        _ => None,
    };
    channels.iter().map(|(_, name)| bit(name)).try_fold(0_u16, |bits, bit| Some(bits | bit?)).unwrap_or(0)
}

impl<'a> MeterPoints<'a> {
    pub(super) fn new(file: FileIx, path: &'a Path, caps: Caps, calendar: &'a Calendar, sink: &'a dyn BlockSink) -> Self {
        Self {
            path,
            caps,
            calendar,
            sink,
            numbers: HashMap::new(),
            points: Vec::new(),
            waiting: 0,
            block: IntervalBlock { file, ..IntervalBlock::default() },
            evident: true,
            registers: RegisterBlock { file, ..RegisterBlock::default() },
            row: 0,
            rows: 0,
            rejects: 0,
        }
    }

    /// The limits of this file.
    pub(super) fn caps(&self) -> &Caps {
        &self.caps
    }

    /// The file's name without folder and ending: a last resort for the id of a usage point.
    pub(super) fn file_stem(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Says in which row (line, segment) the walk is.
    ///
    /// # Errors
    /// When the walk should end: the user wants it, or too many records were left out.
    pub(super) fn at_row(&mut self, row: u64) -> Result<(), Halt> {
        self.row = row;
        if self.rejects > self.caps.rejects {
            return Err(Halt::Cap(CapMet::Rejects(self.caps.rejects)));
        }
        if self.sink.stopped() { Err(Halt::Stopped) } else { Ok(()) }
    }

    /// Leaves out a record.
    pub(super) fn reject(&mut self, code: RejectCode, detail: String) {
        self.rejects += 1;
        if self.rejects <= self.caps.rejects {
            self.sink.reject(reject(self.path, self.row, code, detail));
        }
    }

    /// Leaves out the rest of the file.
    pub(super) fn reject_last(&mut self, code: RejectCode, detail: String) {
        self.rejects += 1;
        self.sink.reject(reject(self.path, self.row, code, detail));
    }

    /// Whether the file told nothing at all.
    pub(super) fn is_barren(&self) -> bool {
        self.rows == 0 && self.rejects == 0
    }

    /// Takes the energy of one interval of the channel `part` of a usage point; what cannot be is rejected. Parts of one direction of flow are added up.
    pub(super) fn energy(&mut self, id: &str, flow: Flow, part: &str, interval: Interval) {
        self.rows += 1;
        let Some(id) = self.checked_id(id) else { return };
        let Interval { start_s, length_s, kwh, quality } = interval;
        let end_s = start_s.saturating_add(length_s);
        if !YEARS.contains(&start_s) || !YEARS.contains(&end_s.saturating_sub(1)) {
            self.reject(RejectCode::TIME_OUT_OF_RANGE, format!("an interval of `{id}` lies outside the years 1990 to 2100"));
            return;
        }
        if length_s <= 0 || length_s % 60 != 0 || start_s % 60 != 0 || length_s / 60 > LONGEST_MIN {
            let detail = format!("an interval of `{id}` of {length_s} s from second {start_s} on; whole minutes from 1 to {LONGEST_MIN} can be used");
            self.reject(RejectCode::TIME_DURATION, detail);
            return;
        }
        if kwh.is_infinite() || kwh.abs() > ABSURD {
            self.reject(RejectCode::VALUE_ABSURD, format!("{kwh:e} kWh of `{id}` is beyond anything a meter records; check the unit"));
            return;
        }
        let part = part.get(..LONGEST_ID).unwrap_or(part);
        let number = self.number(&id);
        let point = &mut self.points[number];
        let known = point.channels.iter().position(|(known, name)| *known == flow && name == part);
        let channel = known.unwrap_or_else(|| {
            point.channels.push((flow, part.to_owned()));
            point.channels.len() - 1
        });
        if channel >= MOST_CHANNELS {
            point.channels.truncate(MOST_CHANNELS);
            self.reject(RejectCode::CHANNEL_UNKNOWN, format!("`{id}` has more than {MOST_CHANNELS} channels; `{part}` is left out"));
            return;
        }
        let quality = if kwh.is_nan() { ReadingQuality::Missing } else { quality };
        let kwh = if quality == ReadingQuality::Missing { f32::NAN } else { kwh as f32 };
        let (start, minutes) = (Minute::from(Timestamp(start_s)), (length_s / 60) as u16);
        point.readings.push(ChannelReading { start, minutes, channel: channel as u8, quality, kwh });
        self.waiting += 1;
        if self.waiting >= MOST_WAITING {
            self.hand_over_all_but(number);
        }
    }

    /// Takes a counter reading of a usage point's import; `tariff` is empty for the total, else counters of all tariffs are added up.
    pub(super) fn register(&mut self, id: &str, tariff: &str, at_s: i64, kwh: f64) {
        self.rows += 1;
        let Some(id) = self.checked_id(id) else { return };
        if !YEARS.contains(&at_s) {
            self.reject(RejectCode::TIME_OUT_OF_RANGE, format!("a register reading of `{id}` lies outside the years 1990 to 2100"));
            return;
        }
        if kwh.is_infinite() || kwh.abs() > 1e3 * ABSURD {
            self.reject(RejectCode::VALUE_ABSURD, format!("a register of `{id}` at {kwh:e} kWh; check the unit"));
            return;
        }
        let number = self.number(&id);
        self.points[number].registers.push((Timestamp(at_s), tariff.to_owned(), kwh));
        self.waiting += 4;
        if self.waiting >= MOST_WAITING {
            self.hand_over_all_but(number);
        }
    }

    fn checked_id(&mut self, id: &str) -> Option<String> {
        let id = id.trim();
        if id.is_empty() {
            self.reject(RejectCode::ID_EMPTY, "a reading without a usage point".to_owned());
            return None;
        }
        if id.len() > LONGEST_ID {
            self.reject(RejectCode::ID_TOO_LONG, format!("a usage point with a name of {} bytes; {LONGEST_ID} can be used", id.len()));
            return None;
        }
        Some(id.to_owned())
    }

    fn number(&mut self, id: &str) -> usize {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        let number = self.points.len();
        self.waiting += POINT_WAITS;
        self.points.push(Point { id: id.to_owned(), ..Point::default() });
        self.numbers.insert(id.to_owned(), number);
        number
    }

    /// Makes room. When the present usage point alone is too large, it is handed over too.
    fn hand_over_all_but(&mut self, present: usize) {
        let mut points = std::mem::take(&mut self.points);
        self.numbers.clear();
        self.waiting = 0;
        let kept = points.swap_remove(present);
        for point in points {
            self.hand_over(point);
        }
        if kept.readings.len() + 4 * kept.registers.len() > MOST_WAITING / 2 {
            self.hand_over(kept);
        } else {
            self.waiting = kept.readings.len() + 4 * kept.registers.len();
            self.numbers.insert(kept.id.clone(), 0);
            self.points.push(kept);
        }
    }

    fn hand_over(&mut self, point: Point) {
        let flows: Vec<Flow> = point.channels.iter().map(|(flow, _)| *flow).collect();
        let registers = register_bits(&point.channels);
        if registers != self.block.registers && !self.block.is_empty() {
            self.flush();
        }
        self.block.registers = registers;
        let readings = net(point.readings, &flows);
        if !readings.is_empty() {
            let key = self.block.ids.push(&point.id);
            self.evident &= lie_side_by_side(&readings);
            for reading in readings {
                self.block.push(key, reading.start, reading.kwh);
                self.block.quality.push(reading.quality);
                self.block.duration_min.push(reading.minutes);
            }
        }
        if !point.registers.is_empty() {
            let key = self.registers.ids.push(&point.id);
            for (at, kwh) in totals(point.registers) {
                self.registers.key.push(key);
                self.registers.at.push(at);
                self.registers.register_kwh.push(kwh);
            }
        }
        if self.block.len() + self.registers.key.len() >= BLOCK_ROWS {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let same = self.block.duration_min.windows(2).all(|pair| pair[0] == pair[1]);
        if self.evident && same {
            self.block.duration_min.clear();
        }
        if self.block.quality.iter().zip(&self.block.value).all(|(quality, value)| *quality == ReadingQuality::Actual || value.is_nan()) {
            self.block.quality.clear();
        }
        if !self.block.is_empty() {
            self.sink.intervals(&self.block);
        }
        self.block.clear();
        self.evident = true;
        if !self.registers.key.is_empty() {
            self.sink.registers(&self.registers);
            self.registers = RegisterBlock { file: self.block.file, ..RegisterBlock::default() };
        }
    }

    /// Hands over all that waits, and gives the number of rows.
    pub(super) fn finish(mut self) -> u64 {
        let points = std::mem::take(&mut self.points);
        for point in points {
            self.hand_over(point);
        }
        self.flush();
        self.rows
    }
}

/// Whether the length of the intervals shows in the distance of the stamps.
fn lie_side_by_side(readings: &[ChannelReading]) -> bool {
    let beside = readings.windows(2).filter(|pair| pair[0].start.0 + u32::from(pair[0].minutes) == pair[1].start.0).count();
    beside >= 2 && 2 * beside > readings.len()
}

/// Counters of all tariffs at one time added up; where a total is read beside them, it counts. An hour with fewer tariffs than the others is left out.
fn totals(registers: Vec<(Timestamp, String, f64)>) -> Vec<(Timestamp, f64)> {
    let mut hours: BTreeMap<i64, BTreeMap<String, (Timestamp, f64)>> = BTreeMap::new();
    for (at, tariff, kwh) in registers {
        hours.entry(at.0.div_euclid(3600)).or_default().insert(tariff, (at, kwh));
    }
    let tariffs = hours.values().map(|hour| hour.keys().filter(|tariff| !tariff.is_empty()).count()).max().unwrap_or(0);
    let mut totals = Vec::with_capacity(hours.len());
    for hour in hours.values() {
        if let Some(&total) = hour.get("") {
            totals.push(total);
        } else if hour.len() == tariffs {
            let at = hour.values().map(|read| read.0).max().unwrap_or_default();
            totals.push((at, hour.values().map(|read| read.1).sum()));
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, tariff: &str, kwh: f64) -> (Timestamp, String, f64) {
        (Timestamp(hour * 3600), tariff.to_owned(), kwh)
    }

    #[test]
    fn counters_of_tariffs_are_added_up_and_a_total_beside_them_counts() {
        assert_eq!(
            totals(vec![at(1, "1", 10.0), at(1, "2", 5.0), at(9, "1", 11.0), at(9, "2", 6.0)]),
            [(Timestamp(3600), 15.0), (Timestamp(32_400), 17.0)]
        );
        assert_eq!(totals(vec![at(1, "1", 10.0), at(1, "", 15.5), at(1, "2", 5.0)]), [(Timestamp(3600), 15.5)]);
    }

    #[test]
    fn a_time_at_which_a_tariff_is_missing_gives_no_total() {
        assert_eq!(totals(vec![at(1, "1", 10.0), at(1, "2", 5.0), at(9, "1", 11.0)]), [(Timestamp(3600), 15.0)]);
    }
}
