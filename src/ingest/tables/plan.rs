//! What a parser needs to know of a table: a mapping and a header, put together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::Encoding;

use crate::domain::{Calendar, CivilDay, ReadingQuality, Unit};
use crate::ingest::mapping::keys::Kind;
use crate::ingest::text::stamp::StampForm;

/// How a table is read.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the table")]
pub(crate) struct Plan {
    /// Of the bytes that are parsed. Only words and new ids are decoded: digits and marks are the
    /// same in every page.
    pub(crate) encoding: &'static Encoding,
    pub(crate) delimiter: u8,
    pub(crate) decimal_comma: bool,
    /// Commas stand between thousands and nowhere else.
    pub(crate) comma_thousands: bool,
    /// Fields of a row as the header has them.
    pub(crate) fields: usize,
    /// Fields without which a row says nothing; those after them may be left off at its end.
    pub(crate) least_fields: usize,
    /// Lines before the first reading.
    pub(crate) head_lines: usize,
    pub(crate) footer: Footers,
    pub(crate) form: StampForm,
    /// Clock of the stamps where the mapping says one.
    pub(crate) calendar: Option<Calendar>,
    /// The stamps are instants: they carry an offset, count seconds, or the mapping names their
    /// clock.
    pub(crate) is_exact: bool,
    /// Stamps may also be in ISO form, as cells of a workbook that hold dates are.
    pub(crate) iso_too: bool,
    /// Seconds from the beginning of an interval to its stamp.
    pub(crate) shift_s: i64,
    /// Midnight is written as 00:00 of the day that it ends.
    pub(crate) is_midnight_late: bool,
    /// Cells of stamps hold a span, `01.03.2025 00:00-00:30`, and no offset.
    pub(crate) has_spans: bool,
    /// How the column of times counts the slots of the day, where it does.
    pub(crate) slots: Option<DaySlots>,
    pub(crate) unit: Unit,
    /// Makes a value kWh or kW.
    pub(crate) factor: f64,
    pub(crate) interval_min: Option<u16>,
    /// Words for missing beside the usual ones.
    pub(crate) missing: Vec<String>,
    /// Words of quality, in lower case.
    pub(crate) quality: BTreeMap<String, ReadingQuality>,
    pub(crate) id: IdColumn,
    pub(crate) pad_ids_to: usize,
    /// A workbook rounded long ids, under which several meters may stand.
    pub(crate) are_ids_rounded: bool,
    pub(crate) shape: Shape,
}

/// Slots of a day that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DaySlots {
    /// Minutes of a slot.
    pub(crate) step_min: u32,
    /// Number of the first slot of a day: 0 or 1.
    pub(crate) first: u32,
}

/// Words that lines without readings begin with, in the bytes of the file.
#[derive(Debug, Clone)]
pub(crate) struct Footers {
    words: Vec<Vec<u8>>,
    /// Whether a word begins with the byte: nearly all cells are denied by it.
    begins: [bool; 256],
}

impl Footers {
    pub(crate) fn new(words: Vec<Vec<u8>>) -> Self {
        let mut begins = [false; 256];
        words.iter().filter_map(|word| word.first()).for_each(|&byte| begins[usize::from(byte)] = true);
        Self { words, begins }
    }

    /// Whether a cell begins with one of the words.
    pub(crate) fn begin(&self, cell: &[u8]) -> bool {
        // A letter of any page, or a hyphen, goes on with the word; a wide space ends it.
        let goes_on = |next: &u8| {
            next.is_ascii_alphanumeric()
                || matches!(next, b'-' | b'_')
                || (*next >= 0x80 && !matches!(next, 0xa0 | 0xc2))
        };
        let is_word = |word: &Vec<u8>| cell.starts_with(word) && !cell.get(word.len()).is_some_and(goes_on);
        cell.first().is_some_and(|&byte| self.begins[usize::from(byte)]) && self.words.iter().any(is_word)
    }
}

/// Where the usage point is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdColumn {
    /// In a column.
    At(usize),
    /// Nowhere in the rows: all rows are of this one.
    Fixed(String),
}

/// How the rows lie.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// One reading a row.
    Long(LongColumns),
    /// One usage point and day a row.
    Slots(SlotColumns),
    /// One instant a row.
    Across(AcrossColumns),
    /// One usage point a row, one instant a column.
    ByTime(TimeColumns),
    /// One slot of the day a row, one day a column.
    DaysAcross(DayColumns),
    /// Counters.
    Counters(CounterColumns),
}

/// Columns of a long table.
#[derive(Debug, Clone)]
pub(crate) struct LongColumns {
    pub(crate) stamp: StampColumns,
    pub(crate) value: usize,
    /// Further columns of the same interval: other tariffs, which are added, and energy given back,
    /// which is taken off.
    pub(crate) added: Vec<usize>,
    pub(crate) given_back: Vec<usize>,
    /// Of value and added columns a row fills one: an empty one is no missing part.
    pub(crate) parts_alternate: bool,
    /// The energy of the value flows out.
    pub(crate) is_export: bool,
    /// The end of the interval, and the usual length of one in minutes: rows that are longer are
    /// sums of others.
    pub(crate) end: Option<(StampColumns, u32)>,
    pub(crate) quality: Option<usize>,
    pub(crate) channel: Option<usize>,
    pub(crate) duration_min: Option<usize>,
    /// Tells an hour from the one that the clock shows again in autumn.
    pub(crate) season: Option<usize>,
    pub(crate) ratio: Option<usize>,
    pub(crate) kind: Option<usize>,
    /// Kinds by their words in lower case.
    pub(crate) kinds: BTreeMap<String, Kind>,
    /// The part of a reading, 1 to 15, that all rows without a kind are; 0 for all of it.
    pub(crate) part: u8,
}

/// Where an instant stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StampColumns {
    /// In one cell.
    One(usize),
    /// Date and time of day.
    Two(usize, usize),
}

/// Columns of a table with the slots of a day.
#[derive(Debug, Clone)]
pub(crate) struct SlotColumns {
    pub(crate) date: usize,
    /// In the order of the day.
    pub(crate) slots: Vec<Slot>,
    pub(crate) step_min: u32,
    /// The headings are clocks, which count nothing.
    pub(crate) are_clocks: bool,
    pub(crate) quality: Option<usize>,
    pub(crate) channel: Option<usize>,
    pub(crate) ratio: Option<usize>,
}

/// A column of a slot of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) column: usize,
    /// Minutes from midnight to its beginning.
    pub(crate) begin_min: u32,
    /// Whether it is the second of an hour that the clock shows twice, where its heading says so.
    pub(crate) is_second: Option<bool>,
}

/// Columns of a table with usage points across.
#[derive(Debug, Clone)]
pub(crate) struct AcrossColumns {
    pub(crate) stamp: StampColumns,
    /// Column and usage point.
    pub(crate) meters: Vec<(usize, String)>,
    /// Columns of [`AcrossColumns::meters`] whose energy flows out.
    pub(crate) exports: Vec<usize>,
    /// The values are counters.
    pub(crate) are_counters: bool,
}

/// Columns of a table with instants across.
#[derive(Debug, Clone)]
pub(crate) struct TimeColumns {
    /// Column and stamp, as in the header.
    pub(crate) instants: Vec<(usize, String)>,
    pub(crate) ratio: Option<usize>,
}

/// Columns of a table with days across and the slots of a day down.
#[derive(Debug, Clone)]
pub(crate) struct DayColumns {
    pub(crate) slot: usize,
    /// Minutes of a slot.
    pub(crate) step_min: u32,
    /// Column and day, as in the header.
    pub(crate) days: Vec<(usize, String)>,
}

/// Columns of a table of counters.
#[derive(Debug, Clone)]
pub(crate) struct CounterColumns {
    /// Every counter of a row is multiplied by all of them.
    pub(crate) ratios: Vec<usize>,
    pub(crate) zone: Option<usize>,
    pub(crate) groups: Vec<CounterGroup>,
}

/// Counters read at one time.
#[derive(Debug, Clone, Default)]
pub(crate) struct CounterGroup {
    pub(crate) at: CounterDate,
    pub(crate) total: Option<usize>,
    pub(crate) tariffs: Vec<usize>,
}

/// When counters were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CounterDate {
    /// In the row.
    Stamp(StampOrder),
    /// The same for all rows.
    Day(CivilDay),
}

/// A stamp's columns with an order, to sort groups by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StampOrder {
    pub(crate) date: usize,
    pub(crate) time: Option<usize>,
}

impl Default for CounterDate {
    fn default() -> Self {
        Self::Day(CivilDay(0))
    }
}

impl StampOrder {
    pub(crate) fn columns(self) -> StampColumns {
        self.time.map_or(StampColumns::One(self.date), |time| StampColumns::Two(self.date, time))
    }
}

impl Shape {
    /// Fields that a row needs at the least, where columns at its end may be empty; `None` where
    /// all of them hold values.
    pub(crate) fn least_fields(&self) -> Option<usize> {
        let Self::Long(long) = self else { return None };
        let stamp = match long.stamp {
            StampColumns::One(column) => column,
            StampColumns::Two(date, time) => date.max(time),
        };
        let more = long
            .added
            .iter()
            .copied()
            .chain(long.given_back.iter().copied())
            .chain(long.end.and_then(|(end, _)| if let StampColumns::One(column) = end { Some(column) } else { None }))
            .chain([long.kind, long.channel, long.ratio].into_iter().flatten());
        Some(1 + more.chain([stamp, long.value]).max().unwrap_or(stamp))
    }

    /// Name in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Long(_) => "long: one reading a row",
            Self::Slots(_) => "wide by day: one usage point and day a row",
            Self::Across(_) => "wide by meter: one instant a row, one usage point a column",
            Self::ByTime(_) => "wide by time: one usage point a row, one instant a column",
            Self::DaysAcross(_) => "days across: one slot of the day a row, one day a column",
            Self::Counters(_) => "register: counters",
        }
    }

    /// Readings of every row of a usage point; `None` where rows have no usage point of their own.
    pub(crate) fn readings_by_row(&self) -> Option<u32> {
        match self {
            Self::Long(_) => Some(1),
            Self::Slots(slots) => Some(slots.slots.len() as u32),
            Self::ByTime(times) => Some(times.instants.len() as u32),
            Self::Across(_) | Self::DaysAcross(_) => None,
            Self::Counters(_) => Some(0),
        }
    }
}

impl Plan {
    /// The stamp of a cell, of a span its beginning.
    pub(crate) fn stamp_cell<'t>(&self, bytes: &'t [u8]) -> &'t [u8] {
        let end = if self.has_spans {
            memchr::memrchr_iter(b'-', bytes).find(|&at| bytes[..at].contains(&b':'))
        } else {
            None
        };
        end.map_or(bytes, |end| &bytes[..end])
    }

    /// A cell in words.
    pub(crate) fn text<'t>(&self, bytes: &'t [u8]) -> Cow<'t, str> {
        self.encoding.decode_without_bom_handling(bytes).0
    }
}
