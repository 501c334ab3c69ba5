//! What a file holds: its first readings, its months, its registers, its faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::{
    Calendar, CivilDay, FaultKind, IntervalBlock, RegisterBlock, Timestamp, Unit, UsagePointId, is_no_reading,
};

use super::{FaultGate, LoadSeries, RawReading, RegisterRead, Stretch, register_load, series_of};

/// Readings that are shown.
const SHOWN: usize = 10;

/// One canonical reading as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownReading {
    /// The usage point.
    pub usage_point: String,
    /// Start of the interval, or when the counter was read, on the utility's clock.
    pub at: String,
    /// The value; `None` = missing.
    pub value: Option<f64>,
    /// What it is: kWh, kW or a counter in kWh.
    pub unit: &'static str,
}

/// What a file holds of a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthCover {
    /// Usage points with a value in it.
    pub usage_points: u64,
    /// Intervals with a value.
    pub held: u64,
    /// Intervals that these usage points would have with none missing, from the file's first day to
    /// its last.
    pub expected: u64,
}

/// Register readings of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RegisterCover {
    /// Readings.
    pub readings: u64,
    /// Usage points.
    pub usage_points: u64,
    /// Usage points with two readings or more that make a mean power.
    pub with_power: u64,
}

pub(crate) fn shown_intervals(block: &IntervalBlock, calendar: &Calendar) -> Vec<ShownReading> {
    let keys = block.keys.iter().flat_map(|run| std::iter::repeat_n(run.key, run.rows as usize));
    let minutes = block.times.iter().flat_map(|run| (0..run.rows).map(|row| run.minute(row)));
    let unit = if block.unit == Unit::Kw { "kW" } else { "kWh" };
    let rows = keys.zip(minutes).zip(&block.value).filter(|(_, value)| !is_no_reading(**value));
    rows.take(SHOWN)
        .map(|((key, minute), &value)| ShownReading {
            usage_point: block.ids.get(key).to_owned(),
            at: calendar.format(minute.into()),
            value: (!value.is_nan()).then_some(f64::from(value)),
            unit,
        })
        .collect()
}

pub(crate) fn shown_registers(block: &RegisterBlock, calendar: &Calendar) -> Vec<ShownReading> {
    (0..block.key.len().min(SHOWN))
        .map(|row| ShownReading {
            usage_point: block.ids.get(block.key[row]).to_owned(),
            at: calendar.format(block.at[row]),
            value: (!block.register_kwh[row].is_nan()).then_some(block.register_kwh[row]),
            unit: "kWh counter",
        })
        .collect()
}

/// The first readings of a file, kept as blocks come.
#[derive(Debug, Default)]
pub(crate) struct FirstReadings(Mutex<Vec<ShownReading>>);

impl FirstReadings {
    /// Takes more readings while there are too few.
    pub(crate) fn show(&self, readings: impl Fn() -> Vec<ShownReading>) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if first.len() < SHOWN {
            first.extend(readings());
            first.truncate(SHOWN);
        }
    }

    /// What was kept.
    pub(crate) fn kept(self) -> Vec<ShownReading> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What finished usage points add up to.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) usage_points: u64,
    pub(crate) steps: BTreeMap<u32, u64>,
    pub(crate) months: BTreeMap<CivilDay, MonthCover>,
    pub(crate) range_kw: Option<(f32, f32)>,
    pub(crate) faults: BTreeMap<FaultKind, u64>,
}

impl Tally {
    /// One usage point; `None` without a reading. Faults are those that a scan would list of its
    /// readings, contracted power not known.
    pub(crate) fn of(id: &str, stretches: &[Stretch], apart: &[RawReading], calendar: &Calendar) -> Option<Self> {
        let regular = series_of(&id.into(), stretches, apart, calendar)?;
        let mut tally = Self { usage_points: 1, ..Self::default() };
        tally.steps.insert(regular.series.step_min, 1);
        tally.cover(&regular.series, calendar);
        let gated = FaultGate { calendar, ratios_known: false }.pass(regular.series, None);
        let kinds: BTreeSet<FaultKind> = regular.faults.iter().chain(&gated.faults).map(|fault| fault.kind).collect();
        tally.faults = kinds.into_iter().map(|kind| (kind, 1)).collect();
        Some(tally)
    }

    /// What a series holds of every month.
    fn cover(&mut self, series: &LoadSeries, calendar: &Calendar) {
        let (mut until, mut month) = (Timestamp(i64::MIN), CivilDay(0));
        for (index, &kw) in series.kw.iter().enumerate() {
            let at = series.at(index);
            if at >= until {
                let day = calendar.day(at);
                until = calendar.day_start(CivilDay(day.0 + 1));
                month = CivilDay(day.0 - i32::from(day.date().day()) + 1);
            }
            let cover = self.months.entry(month).or_default();
            cover.expected += 1;
            if !kw.is_nan() {
                cover.held += 1;
                self.range_kw = Some(self.range_kw.map_or((kw, kw), |(low, high)| (low.min(kw), high.max(kw))));
            }
        }
        self.months.retain(|_, cover| cover.held > 0);
        self.months.values_mut().for_each(|cover| cover.usage_points = 1);
    }

    /// Adds what other usage points add up to.
    pub(crate) fn merge(&mut self, other: Self) {
        self.usage_points += other.usage_points;
        other.steps.into_iter().for_each(|(step, count)| *self.steps.entry(step).or_insert(0) += count);
        other.faults.into_iter().for_each(|(kind, count)| *self.faults.entry(kind).or_insert(0) += count);
        for (month, cover) in other.months {
            let of_month = self.months.entry(month).or_default();
            of_month.usage_points += cover.usage_points;
            of_month.held += cover.held;
            of_month.expected += cover.expected;
        }
        self.range_kw = match (self.range_kw, other.range_kw) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }
}

/// What register readings there are; their faults are added to those of the intervals.
pub(crate) fn cover_registers(
    gathered: Vec<(UsagePointId, Vec<RegisterRead>)>,
    calendar: &Calendar,
    faults: &mut BTreeMap<FaultKind, u64>,
) -> RegisterCover {
    let mut registers = RegisterCover { usage_points: gathered.len() as u64, ..RegisterCover::default() };
    for (id, reads) in gathered {
        registers.readings += reads.len() as u64;
        let (load, found) = register_load(&id, reads, calendar);
        registers.with_power += u64::from(load.is_some());
        let kinds: BTreeSet<FaultKind> = found.iter().map(|fault| fault.kind).collect();
        for kind in kinds {
            *faults.entry(kind).or_insert(0) += 1;
        }
    }
    registers
}
