//! Blocks of readings, as readers deliver them to the series floor.

use super::{Timestamp, UsagePointId};

/// A file's place in the run's list of inputs, which is sorted by path; the later file wins where readings disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileIx(pub u16);

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

/// Interval readings of one piece of one file, in file order. Columns have equal length unless said otherwise.
///
/// Ids are dictionary-coded, so that a reading costs an index and never a string; a block may hold many usage points.
#[derive(Debug, Clone, Default)]
pub struct IntervalBlock {
    /// The file, for the rule "the later file name wins"; `None` only in tests.
    pub file: Option<FileIx>,
    /// The distinct usage points of this block.
    pub ids: Vec<UsagePointId>,
    /// Index into `ids`, one a reading.
    pub key: Vec<u32>,
    /// Start of the interval. A stamp that the local clock shows twice is given as the earlier instant.
    pub start: Vec<Timestamp>,
    /// Energy (kWh) or mean power (kW) of the interval, see `unit`; NaN = missing, negative = export.
    pub value: Vec<f32>,
    /// Unit of `value`.
    pub unit: Unit,
    /// One a reading, or empty when every reading is `Actual` (and `Missing` where the value is NaN).
    pub quality: Vec<ReadingQuality>,
    /// Length of the interval in minutes, one a reading, or empty when the file does not say; 0 = not said here.
    pub duration_min: Vec<u16>,
}

/// Register readings (a meter's counter) of one piece of one file, in file order, columns of equal length.
#[derive(Debug, Clone, Default)]
pub struct RegisterBlock {
    /// The file they come from.
    pub file: Option<FileIx>,
    /// The distinct usage points of this block.
    pub ids: Vec<UsagePointId>,
    /// Index into `ids`, one a reading.
    pub key: Vec<u32>,
    /// When the counter was read.
    pub at: Vec<Timestamp>,
    /// The counter, kWh; NaN = missing.
    pub register_kwh: Vec<f64>,
}

impl IntervalBlock {
    /// Number of readings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.key.len()
    }

    /// Whether the block holds no reading.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.key.is_empty()
    }
}
