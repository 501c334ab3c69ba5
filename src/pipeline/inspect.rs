//! A dry run of the reader on one file: what it is taken for and on what ground, its first
//! readings, its months, its faults and rejects. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::domain::{
    Calendar, CivilDay, FaultKind, IntervalBlock, RegisterBlock, Reject, Timestamp, Unit, UsagePointId, is_no_reading,
};
use crate::ingest::{BlockSink, Caps, InputFile, Profile, Readings, StampClock, Survey, Understanding};
use crate::series::{FaultGate, Gatherer, LoadSeries, RawReading, RegisterRead, Stretch, register_load, series_of};

use super::inputs::{PipelineError, Watching};
use super::plan::{Interrupt, Progress};
use crate::digest::memory::{Demand, MemoryPlan};

/// Readings that are shown.
const SHOWN: usize = 10;

/// What a file holds.
#[derive(Debug)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// Name of its format.
    pub format: &'static str,
    /// What was decided about it.
    pub understanding: Understanding,
    /// Whose clock its stamps are on.
    pub clock: StampClock,
    /// The first readings.
    pub first: Vec<ShownReading>,
    /// Rows of data.
    pub rows: u64,
    /// Usage points with interval readings.
    pub usage_points: u64,
    /// Usage points by the length of their intervals, minutes.
    pub steps: BTreeMap<u32, u64>,
    /// What the file holds of every local month, by its first day.
    pub months: BTreeMap<CivilDay, MonthCover>,
    /// Least and largest mean power of any interval, kW; `None` without one.
    pub range_kw: Option<(f32, f32)>,
    /// Register readings, their usage points, and those from which a mean power follows.
    pub registers: RegisterCover,
    /// Usage points with a fault, by kind.
    pub faults: BTreeMap<FaultKind, u64>,
    /// Rejects by code: how many, and the first.
    pub rejects: BTreeMap<&'static str, (u64, Reject)>,
}

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

/// Counts what passes on its way to the gatherer, and keeps the first readings.
struct Looking<'a, 'g> {
    gatherer: &'a Gatherer<'g>,
    calendar: &'a Calendar,
    /// Readings of the blocks that came first, by the place of the block among those of one
    /// thread's piece.
    first: Mutex<Vec<ShownReading>>,
    interrupt: &'a Interrupt,
}

impl BlockSink for Looking<'_, '_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.show(|| shown_intervals(block, self.calendar));
        self.gatherer.add_intervals(block);
    }

    fn registers(&self, block: &RegisterBlock) {
        self.show(|| shown_registers(block, self.calendar));
        self.gatherer.add_registers(block);
    }

    fn reject(&self, reject: Reject) {
        self.gatherer.add_reject(reject);
    }

    fn stopped(&self) -> bool {
        self.interrupt.is_set()
    }
}

impl Looking<'_, '_> {
    fn show(&self, readings: impl Fn() -> Vec<ShownReading>) {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if first.len() < SHOWN {
            first.extend(readings());
            first.truncate(SHOWN);
        }
    }
}

fn shown_intervals(block: &IntervalBlock, calendar: &Calendar) -> Vec<ShownReading> {
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

fn shown_registers(block: &RegisterBlock, calendar: &Calendar) -> Vec<ShownReading> {
    (0..block.key.len().min(SHOWN))
        .map(|row| ShownReading {
            usage_point: block.ids.get(block.key[row]).to_owned(),
            at: calendar.format(block.at[row]),
            value: (!block.register_kwh[row].is_nan()).then_some(block.register_kwh[row]),
            unit: "kWh counter",
        })
        .collect()
}

/// What finished usage points add up to.
#[derive(Default)]
struct Tally {
    usage_points: u64,
    steps: BTreeMap<u32, u64>,
    months: BTreeMap<CivilDay, MonthCover>,
    range_kw: Option<(f32, f32)>,
    faults: BTreeMap<FaultKind, u64>,
}

impl Tally {
    /// One usage point; `None` without a reading. Faults are those that a scan would list of its
    /// readings, contracted power not known.
    fn of(id: &str, stretches: &[Stretch], apart: &[RawReading], calendar: &Calendar) -> Option<Self> {
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
    fn merge(&mut self, other: Self) {
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

/// Inspects one file.
///
/// # Errors
/// When it cannot be used, or the run is interrupted.
pub fn inspect(
    file: &InputFile,
    (profile, caps): (Option<&Profile>, Caps),
    calendar: &Calendar,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Inspection, PipelineError> {
    progress.stage("inspecting", None);
    let readings = Readings::open_as(&[InputFile { named: true, ..file.clone() }], caps, profile)?;
    let survey = Survey::of(&readings, &Watching(interrupt))?;
    let tally: Mutex<Tally> = Mutex::default();
    let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
        if let Some(one) = Tally::of(id, stretches, apart, calendar) {
            tally.lock().unwrap_or_else(PoisonError::into_inner).merge(one);
        }
    };
    // A dry run writes nothing beside the files: what does not fit goes to the system's folder for
    // such.
    let folder = std::env::temp_dir();
    let demand = Demand { rows: readings.estimated_rows(), named: 0, sample: 0 };
    let gatherer = Gatherer::new(MemoryPlan::of(None, &survey, demand)?.gather, &survey, Path::new(&folder), &finish);
    let looking = Looking { gatherer: &gatherer, calendar, first: Mutex::default(), interrupt };
    let pieces = readings.pieces();
    // The first piece comes alone, so that the readings shown are the first of the file.
    let (head, rest) = pieces.split_at(pieces.len().min(1));
    let mut rows = 0;
    for part in [head, rest] {
        rows += readings.read_pieces(part, calendar, &looking)?;
    }
    readings.close(&looking);
    // A message has told what it is only now.
    let (format, understanding) =
        readings.understandings().next().map(|(_, format, understanding)| (format, understanding)).unwrap_or_default();
    let clock = readings.clock().unwrap_or(StampClock::Utility);
    let gathered = gatherer.finish()?;
    if interrupt.is_set() {
        return Err(PipelineError::Interrupted);
    }
    let Tally { usage_points, steps, months, range_kw, mut faults } =
        std::mem::take(&mut *tally.lock().unwrap_or_else(PoisonError::into_inner));
    let registers = cover_registers(gathered.registers, calendar, &mut faults);
    let mut rejects: BTreeMap<&'static str, (u64, Reject)> = BTreeMap::new();
    for reject in gathered.rejects {
        let records = reject.records;
        rejects.entry(reject.code).or_insert_with(|| (0, reject)).0 += records;
    }
    let first = looking.first.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Inspection {
        path: file.path.clone(),
        format,
        understanding,
        clock,
        first,
        rows,
        usage_points,
        steps,
        months,
        range_kw,
        registers,
        faults,
        rejects,
    })
}

/// What register readings there are; their faults are added to those of the intervals.
fn cover_registers(
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
