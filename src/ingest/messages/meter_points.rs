//! The usage points of one message file while it is read: channels put together, registers added
//! up, blocks handed over.
//!
//! Messages tell one channel after the other, so readings of a usage point wait until its other
//! channels can no longer come: until the end of the file, or until [`MOST_WAITING`] readings wait
//! and all usage points but the present one are handed over. Memory is bounded, and the usual order
//! (all channels of a usage point one after the other) is put together whatever the size of the
//! file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::channels::{ChannelReading, LONGEST_PERIOD_MIN, Phase, Stream, are_whole, net};
use super::halt::Halt;
use super::message_notes::{MessageNotes, Subject, sum_words};
use crate::domain::{
    Calendar, Fact, FileIx, IntervalBlock, Minute, ReadingQuality, RegisterBlock, Reject, RejectCode, Timestamp,
};
use crate::ingest::bytes::caps::{CapMet, Caps};
use crate::ingest::format::BlockSink;
use crate::ingest::messages::register_part::RegisterPart;
use crate::ingest::rejects::reject;
use crate::ingest::said;
use crate::ingest::text::values::ABSURD;

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
/// 1990-01-01 and 2101-01-01, seconds.
const YEARS: std::ops::Range<i64> = 631_152_000..4_133_980_800;

/// One interval as a format tells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interval {
    /// Its start, seconds of UTC.
    pub(crate) start_s: i64,
    /// Its length, seconds.
    pub(crate) length_s: i64,
    /// Energy, kWh; NaN = missing.
    pub(crate) kwh: f64,
    /// How far it can be trusted.
    pub(crate) quality: ReadingQuality,
}

/// What is gathered of a file.
pub(crate) struct MeterPoints<'a> {
    path: &'a Path,
    caps: Caps,
    pub(crate) calendar: &'a Calendar,
    sink: &'a dyn BlockSink,
    numbers: HashMap<String, usize>,
    points: Vec<Point>,
    waiting: usize,
    block: IntervalBlock,
    /// Whether every row of the block lies one interval after the row before, so that lengths need
    /// not be told.
    evident: bool,
    registers: RegisterBlock,
    /// What the file turned out to be.
    pub(crate) notes: MessageNotes,
    row: u64,
    rows: u64,
    rejects: u64,
}

#[derive(Default)]
struct Point {
    id: String,
    channels: Vec<(Stream, String)>,
    readings: Vec<ChannelReading>,
    registers: Vec<(Timestamp, RegisterPart, f64)>,
}

/// Bits of the registers that these channels are, where all of them have names that mean the same
/// in every file: suffixes of NEM12, such as E1 and B1. 0 where some do not.
fn register_bits(channels: &[(Stream, String)]) -> u16 {
    let bit = |name: &str| match name.as_bytes() {
        [letter, number @ b'1'..=b'9'] if letter.is_ascii_alphabetic() => Some(1 << (number - b'0')),
        _ => None,
    };
    channels.iter().map(|(_, name)| bit(name)).try_fold(0_u16, |bits, bit| Some(bits | bit?)).unwrap_or(0)
}

impl<'a> MeterPoints<'a> {
    pub(crate) fn new(
        file: FileIx,
        path: &'a Path,
        caps: Caps,
        calendar: &'a Calendar,
        sink: &'a dyn BlockSink,
    ) -> Self {
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
            notes: MessageNotes::default(),
            row: 0,
            rows: 0,
            rejects: 0,
        }
    }

    /// The limits of this file.
    pub(crate) fn caps(&self) -> &Caps {
        &self.caps
    }

    /// The file's name without folder and ending: a last resort for the id of a usage point.
    pub(crate) fn file_stem(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Says in which row (line, segment) the walk is.
    ///
    /// # Errors
    /// When the walk should end: the user wants it, or too many records were left out.
    pub(crate) fn at_row(&mut self, row: u64) -> Result<(), Halt> {
        self.row = row;
        if self.rejects > self.caps.rejects {
            return Err(Halt::Cap(CapMet::Rejects(self.caps.rejects)));
        }
        if self.sink.stopped() { Err(Halt::Stopped) } else { Ok(()) }
    }

    /// The row that the walk is in.
    pub(crate) fn row(&self) -> u64 {
        self.row
    }

    /// Leaves out a record.
    pub(crate) fn reject(&mut self, code: RejectCode, detail: Fact) {
        self.reject_all(code, 1, detail);
    }

    /// Leaves out records together.
    pub(crate) fn reject_all(&mut self, code: RejectCode, records: usize, detail: Fact) {
        self.rejects += 1;
        if self.rejects <= self.caps.rejects {
            self.sink.reject(Reject { records: records as u64, ..reject(self.path, self.row, code, detail) });
        }
    }

    /// Leaves out the rest of the file.
    pub(crate) fn reject_last(&mut self, code: RejectCode, detail: Fact) {
        self.rejects += 1;
        self.sink.reject(reject(self.path, self.row, code, detail));
    }

    /// Whether the file told nothing at all.
    pub(crate) fn is_barren(&self) -> bool {
        self.rows == 0 && self.rejects == 0
    }

    /// Takes the energy of one interval of the channel `part` of a usage point; what cannot be is
    /// rejected. Parts of one direction of flow are added up.
    pub(crate) fn energy(&mut self, id: &str, stream: impl Into<Stream>, part: &str, interval: Interval) {
        self.rows += 1;
        let stream = stream.into();
        let Some(id) = self.checked_id(id) else { return };
        let Interval { start_s, length_s, kwh, quality } = interval;
        let end_s = start_s.saturating_add(length_s);
        if !YEARS.contains(&start_s) || !YEARS.contains(&end_s.saturating_sub(1)) {
            self.reject(RejectCode::TIME_OUT_OF_RANGE, said::interval_out_of_range(&id));
            return;
        }
        if length_s <= 0 || length_s % 60 != 0 || start_s % 60 != 0 || length_s / 60 > LONGEST_PERIOD_MIN {
            let detail = said::interval_length(&id, length_s, start_s, LONGEST_PERIOD_MIN);
            self.reject(RejectCode::TIME_DURATION, detail);
            return;
        }
        if kwh.is_infinite() || kwh.abs() > ABSURD {
            self.reject(RejectCode::VALUE_ABSURD, said::absurd_of(&id, format!("{kwh:e}")));
            return;
        }
        let part = part.get(..LONGEST_ID).unwrap_or(part);
        let number = self.number(&id);
        let point = &mut self.points[number];
        let known = point.channels.iter().position(|(known, name)| *known == stream && name == part);
        let channel = known.unwrap_or_else(|| {
            point.channels.push((stream, part.to_owned()));
            point.channels.len() - 1
        });
        if channel >= MOST_CHANNELS {
            point.channels.truncate(MOST_CHANNELS);
            self.reject(RejectCode::CHANNEL_UNKNOWN, said::too_many_channels(&id, MOST_CHANNELS, part));
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

    /// Takes a counter reading of a usage point.
    pub(crate) fn register(&mut self, id: &str, part: RegisterPart, at_s: i64, kwh: f64) {
        self.rows += 1;
        let Some(id) = self.checked_id(id) else { return };
        if !YEARS.contains(&at_s) {
            self.reject(RejectCode::TIME_OUT_OF_RANGE, said::register_out_of_range(&id));
            return;
        }
        if kwh.is_infinite() || kwh.abs() > 1e3 * ABSURD {
            self.reject(RejectCode::VALUE_ABSURD, said::register_absurd(&id, format!("{kwh:e}")));
            return;
        }
        let number = self.number(&id);
        self.points[number].registers.push((Timestamp(at_s), part, kwh));
        self.waiting += 4;
        if self.waiting >= MOST_WAITING {
            self.hand_over_all_but(number);
        }
    }

    fn checked_id(&mut self, id: &str) -> Option<String> {
        let id = id.trim();
        if id.is_empty() {
            self.reject(RejectCode::ID_EMPTY, said::reading_of_nobody());
            return None;
        }
        if id.len() > LONGEST_ID {
            self.reject(RejectCode::ID_TOO_LONG, said::id_too_long(id.len(), LONGEST_ID));
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

    fn hand_over(&mut self, mut point: Point) {
        self.leave_out_lone_phases(&mut point);
        self.note_channels(&point);
        let streams: Vec<Stream> = point.channels.iter().map(|(stream, _)| *stream).collect();
        let registers = register_bits(&point.channels);
        if registers != self.block.registers && !self.block.is_empty() {
            self.flush();
        }
        self.block.registers = registers;
        let netted = net(point.readings, &streams);
        self.tell_left_out(&point.id, &netted.left_out);
        let readings = netted.readings;
        if let Some(words) = sum_words(&streams) {
            self.notes.see(Subject::Sum, || words.to_owned(), readings.len() as u64);
        }
        for alike in readings.chunk_by(|a, b| a.minutes == b.minutes) {
            self.notes.see(Subject::Step, || format!("{} min", alike[0].minutes), alike.len() as u64);
        }
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

    /// Leaves out phases that are not all of a connection where there is no total of the same flow.
    fn leave_out_lone_phases(&mut self, point: &mut Point) {
        let mut phases: BTreeMap<_, BTreeSet<Phase>> = BTreeMap::new();
        for (stream, _) in &point.channels {
            phases.entry(stream.flow).or_default().extend(stream.phase);
        }
        let has_total = |flow| point.channels.iter().any(|(stream, _)| stream.flow == flow && stream.phase.is_none());
        let is_lone =
            |stream: Stream| stream.phase.is_some() && !has_total(stream.flow) && !are_whole(&phases[&stream.flow]);
        let lone: Vec<bool> = point.channels.iter().map(|(stream, _)| is_lone(*stream)).collect();
        let before = point.readings.len() + point.registers.len();
        if lone.contains(&true) {
            point.readings.retain(|reading| !lone.get(usize::from(reading.channel)).copied().unwrap_or(false));
        }
        let counters = point
            .registers
            .iter()
            .map(|(_, part, _)| if let RegisterPart::Phase(phase) = part { Some(*phase) } else { None });
        if counters.collect::<Option<BTreeSet<Phase>>>().is_some_and(|phases| !phases.is_empty() && !are_whole(&phases))
        {
            point.registers.clear();
        }
        let left_out = before - point.readings.len() - point.registers.len();
        if left_out > 0 {
            let detail = said::phases_only(&point.id, left_out);
            self.reject_many(RejectCode::CHANNEL_UNKNOWN, left_out, detail);
        }
    }

    fn note_channels(&mut self, point: &Point) {
        let mut counts = vec![0; point.channels.len()];
        for reading in &point.readings {
            counts.get_mut(usize::from(reading.channel)).into_iter().for_each(|count| *count += 1);
        }
        for ((stream, name), count) in point.channels.iter().zip(counts) {
            self.notes.see(Subject::Channel, || stream.words(name), count);
        }
        for alike in point.registers.chunk_by(|a, b| a.1 == b.1) {
            self.notes.see(Subject::Channel, || alike[0].1.words(), alike.len() as u64);
        }
    }

    fn tell_left_out(&mut self, id: &str, left_out: &[ChannelReading]) {
        let Some(first) = left_out.first() else { return };
        let at = self.calendar.format(first.start.into());
        let detail = said::overlap(id, left_out.len(), first.minutes, at);
        self.reject_many(RejectCode::TIME_OVERLAP, left_out.len(), detail);
    }

    /// Leaves out records that are known to be useless only when all of a usage point is read, so
    /// that no row can be named.
    fn reject_many(&mut self, code: RejectCode, records: usize, detail: Fact) {
        let row = std::mem::take(&mut self.row);
        self.reject_all(code, records, detail);
        self.row = row;
    }

    fn flush(&mut self) {
        let same = self.block.duration_min.windows(2).all(|pair| pair[0] == pair[1]);
        if self.evident && same {
            self.block.duration_min.clear();
        }
        if self
            .block
            .quality
            .iter()
            .zip(&self.block.value)
            .all(|(quality, value)| *quality == ReadingQuality::Actual || value.is_nan())
        {
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

    /// Hands over all that waits, and gives the number of rows and what the file turned out to be.
    pub(crate) fn finish(mut self) -> (u64, MessageNotes) {
        let points = std::mem::take(&mut self.points);
        for point in points {
            self.hand_over(point);
        }
        self.flush();
        (self.rows, self.notes)
    }
}

/// Whether the length of the intervals shows in the distance of the stamps.
fn lie_side_by_side(readings: &[ChannelReading]) -> bool {
    let beside =
        readings.windows(2).filter(|pair| pair[0].start.0 + u32::from(pair[0].minutes) == pair[1].start.0).count();
    beside >= 2 && 2 * beside > readings.len()
}

/// The register at every time: the total, or else the counters of all tariffs or all phases added
/// up. An hour with fewer of them than the others is left out.
fn totals(registers: Vec<(Timestamp, RegisterPart, f64)>) -> Vec<(Timestamp, f64)> {
    let mut hours: BTreeMap<i64, BTreeMap<RegisterPart, (Timestamp, f64)>> = BTreeMap::new();
    for (at, part, kwh) in registers {
        hours.entry(at.0.div_euclid(3600)).or_default().insert(part, (at, kwh));
    }
    let is_net_alone = hours.values().flat_map(BTreeMap::keys).all(|part| *part == RegisterPart::Net);
    let kinds: [fn(&RegisterPart) -> bool; 4] = [
        |part| *part == RegisterPart::Total,
        |part| matches!(part, RegisterPart::Tariff(_)),
        |part| matches!(part, RegisterPart::Phase(_)),
        |part| *part == RegisterPart::Net,
    ];
    let of_kind = |hour: &BTreeMap<RegisterPart, _>, is_kind: &fn(&RegisterPart) -> bool| {
        hour.keys().filter(|part| is_kind(part)).count()
    };
    let mut all = kinds.map(|is_kind| hours.values().map(|hour| of_kind(hour, &is_kind)).max().unwrap_or(0));
    // Counters that count different things must not follow one another.
    all[3] *= usize::from(is_net_alone);
    let mut totals = Vec::with_capacity(hours.len());
    for hour in hours.values() {
        let kind = kinds.iter().zip(all).find(|(is_kind, all)| *all > 0 && of_kind(hour, is_kind) == *all);
        let Some((is_kind, _)) = kind else { continue };
        let reads = || hour.iter().filter(|(part, _)| is_kind(part)).map(|(_, read)| *read);
        totals.push((reads().map(|read| read.0).max().unwrap_or_default(), reads().map(|read| read.1).sum()));
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, tariff: &str, kwh: f64) -> (Timestamp, RegisterPart, f64) {
        (Timestamp(hour * 3600), RegisterPart::of_tariff(tariff), kwh)
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

    #[test]
    fn counters_of_phases_make_a_register_and_a_net_one_only_alone() {
        let phase = |hour: i64, phase, kwh| (Timestamp(hour * 3600), RegisterPart::Phase(phase), kwh);
        let of_phases =
            vec![phase(1, Phase::A, 1.0), phase(1, Phase::B, 2.0), phase(1, Phase::C, 4.0), phase(9, Phase::A, 3.0)];
        assert_eq!(totals(of_phases.clone()), [(Timestamp(3600), 7.0)]);
        assert_eq!(totals([of_phases, vec![at(1, "", 7.5)]].concat()), [(Timestamp(3600), 7.5)]);
        let net = (Timestamp(3600), RegisterPart::Net, 5.0);
        assert_eq!(totals(vec![net.clone()]), [(Timestamp(3600), 5.0)]);
        assert_eq!(totals(vec![net, at(1, "", 9.0)]), [(Timestamp(3600), 9.0)]);
    }
}
