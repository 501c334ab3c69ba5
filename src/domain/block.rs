//! Blocks of readings, as readers deliver them to the series floor.
//!
//! Ids and time stamps are kept as runs: in a file that is sorted by meter a run covers a month of
//! readings, in one sorted by time a run of equal stamps covers all meters. Only values cost memory
//! for each reading.

use super::Timestamp;

/// A file's place in the run's list of inputs, which is sorted by path; the later file wins where
/// readings disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileIx(pub u32);

/// How far a reading can be trusted. Ordered from worst to best, so `max` keeps the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum ReadingQuality {
    /// No value was read.
    Missing = 0,
    /// Computed from something else, such as an old profile.
    Substituted = 1,
    /// Estimated by the head-end or the billing system.
    Estimated = 2,
    /// Measured.
    #[default]
    Actual = 3,
}

/// What the number in a block's value column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Energy in the interval, kWh.
    #[default]
    Kwh,
    /// Mean power over the interval, kW.
    Kw,
}

/// Minutes since 1970-01-01T00:00Z: as fine as interval readings are stamped. Good until the year
/// 10136.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Minute(pub u32);

impl From<Timestamp> for Minute {
    /// Seconds are dropped; instants before 1970 become 1970.
    fn from(at: Timestamp) -> Self {
        Self(at.0.div_euclid(60).clamp(0, i64::from(u32::MAX)) as u32)
    }
}

impl From<Minute> for Timestamp {
    fn from(minute: Minute) -> Self {
        Self(i64::from(minute.0) * 60)
    }
}

/// Stands where there is no reading: a row that a reader rejected, or an interval that no row
/// names. A NaN of its own, so that it differs from a reading without a value, which is any other
/// NaN.
pub const NO_READING: f32 = f32::from_bits(0x7fc0_d0d0);

/// Whether a value is [`NO_READING`].
#[must_use]
pub fn is_no_reading(value: f32) -> bool {
    value.to_bits() == NO_READING.to_bits()
}

/// Distinct texts without an allocation for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdList {
    text: String,
    ends: Vec<u32>,
}

impl IdList {
    /// Adds an id and gives its index.
    pub fn push(&mut self, id: &str) -> u32 {
        self.text.push_str(id);
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// The id at `index`, which must have come from [`IdList::push`].
    #[must_use]
    pub fn get(&self, index: u32) -> &str {
        let index = index as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// The bytes of the id at `index`: cheaper to compare than the text.
    #[must_use]
    pub fn bytes(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text.as_bytes()[start as usize..self.ends[index] as usize]
    }

    /// Number of ids.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All ids in the order of their indices.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|index| self.get(index))
    }

    /// Forgets all ids and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// Whether two ids are the same: two comparisons of eight bytes where a general one would be a
/// call.
#[must_use]
pub fn same_id(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a0), Some(b0), Some(a1), Some(b1)) if a.len() <= 16 => a0 == b0 && a1 == b1,
        _ => a == b,
    }
}

/// Rows of one usage point, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRun {
    /// Index into the block's ids.
    pub key: u32,
    /// Number of rows.
    pub rows: u32,
}

/// Rows whose stamps follow one another at an even distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRun {
    /// Stamp of the first row.
    pub first: Minute,
    /// Minutes from row to row; 0 = all rows have one stamp.
    pub step: u32,
    /// Number of rows.
    pub rows: u32,
}

impl TimeRun {
    /// Stamp of row `row` of the run.
    #[must_use]
    pub fn minute(&self, row: u32) -> Minute {
        Minute(self.first.0 + row * self.step)
    }

    /// Stamp of the last row.
    #[must_use]
    pub fn last(&self) -> Minute {
        self.minute(self.rows - 1)
    }
}

/// Adds rows at an even distance to the runs, lengthening the last run where they continue it.
pub fn push_time(runs: &mut Vec<TimeRun>, added: TimeRun) {
    if let Some(last) = runs.last_mut() {
        let distance = added.first.0.wrapping_sub(last.last().0);
        let goes_on = if last.rows == 1 { added.first >= last.first } else { distance == last.step };
        if goes_on && (added.rows == 1 || added.step == distance) {
            last.step = distance;
            last.rows += added.rows;
            return;
        }
    }
    runs.push(added);
}

/// Interval readings of one piece of one file, in file order. A rejected row keeps its place with
/// the value [`NO_READING`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IntervalBlock {
    /// The file, for the rule "the later file name wins".
    pub file: FileIx,
    /// The distinct usage points of this block; an empty id stands for rows without one, which are
    /// rejected.
    pub ids: IdList,
    /// Whose row it is, as runs over all rows.
    pub keys: Vec<KeyRun>,
    /// Start of the interval, as runs over all rows. A stamp that the local clock shows twice is
    /// given as the earlier instant.
    pub times: Vec<TimeRun>,
    /// Energy (kWh) or mean power (kW) of the interval, see `unit`; NaN = missing, negative =
    /// export.
    pub value: Vec<f32>,
    /// Unit of `value`.
    pub unit: Unit,
    /// Which registers of the meter the values are the sum of, one bit each; 0 where the file does
    /// not tell. Readings of one interval from files that share no register are added up.
    pub registers: u16,
    /// One a row, or empty when every reading is `Actual` (and `Missing` where the value is NaN).
    pub quality: Vec<ReadingQuality>,
    /// Length of the interval in minutes, one a row, or empty when the file does not say; 0 = not
    /// said here.
    pub duration_min: Vec<u16>,
}

/// Register readings (a meter's counter) of one piece of one file, in file order, columns of equal
/// length.
#[derive(Debug, Clone, Default)]
pub struct RegisterBlock {
    /// The file they come from.
    pub file: FileIx,
    /// The distinct usage points of this block.
    pub ids: IdList,
    /// Index into `ids`, one a reading.
    pub key: Vec<u32>,
    /// When the counter was read.
    pub at: Vec<Timestamp>,
    /// The counter, kWh; NaN = missing.
    pub register_kwh: Vec<f64>,
}

impl IntervalBlock {
    /// Number of rows, rejected ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether the block holds no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// Forgets the rows and keeps the memory; file and unit stay.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.keys.clear();
        self.times.clear();
        self.value.clear();
        self.quality.clear();
        self.duration_min.clear();
    }

    /// Adds a row that was rejected: it keeps its place, with the stamp of the row before.
    pub fn push_rejected(&mut self, key: u32) {
        let before = self.times.last().map_or(Minute::default(), TimeRun::last);
        self.push(key, before, NO_READING);
    }

    /// Adds one row to the runs.
    pub fn push(&mut self, key: u32, minute: Minute, value: f32) {
        match self.keys.last_mut() {
            Some(run) if run.key == key => run.rows += 1,
            _ => self.keys.push(KeyRun { key, rows: 1 }),
        }
        push_time(&mut self.times, TimeRun { first: minute, step: 0, rows: 1 });
        self.value.push(value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_reading_differs_from_a_reading_without_a_value() {
        assert!(is_no_reading(NO_READING) && !is_no_reading(f32::NAN) && NO_READING.is_nan());
    }

    #[test]
    fn ids_come_back_by_index() {
        let mut ids = IdList::default();
        let keys: Vec<u32> = ["A", "", "Бишкек"].iter().map(|id| ids.push(id)).collect();
        assert_eq!(keys.iter().map(|&key| ids.get(key)).collect::<Vec<_>>(), ["A", "", "Бишкек"]);
    }

    proptest! {
        #[test]
        fn runs_hold_every_stamp_in_order(steps in proptest::collection::vec(0_u32..4, 1..60), cut in 0_usize..60) {
            let minutes: Vec<u32> = steps.iter().scan(100, |at, step| { *at += step * 15; Some(*at) }).collect();
            let (mut one, mut two) = (Vec::new(), Vec::new());
            let push = |runs: &mut Vec<TimeRun>, minutes: &[u32]| minutes.iter().for_each(|&m| push_time(runs, TimeRun { first: Minute(m), step: 0, rows: 1 }));
            push(&mut one, &minutes);
            let cut = cut.min(minutes.len());
            push(&mut two, &minutes[..cut]);
            let mut rest = Vec::new();
            push(&mut rest, &minutes[cut..]);
            for run in rest {
                push_time(&mut two, run);
            }
            for runs in [one, two] {
                let told: Vec<u32> = runs.iter().flat_map(|run| (0..run.rows).map(|row| run.minute(row).0)).collect();
                prop_assert_eq!(&told, &minutes);
            }
        }
    }
}
