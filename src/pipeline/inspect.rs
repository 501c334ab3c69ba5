//! A dry run of the reader on one file: what it is taken for and on what ground, its first
//! readings, its months, its faults and rejects. Writes nothing.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::domain::{Calendar, CivilDay, FaultKind, Interrupt, IntervalBlock, Progress, RegisterBlock, Reject};
use crate::ingest::{BlockSink, Caps, InputFile, Mapping, Readings, StampClock, Survey, Understanding, Watching};
use crate::series::cover::{FirstReadings, Tally, cover_registers, shown_intervals, shown_registers};
use crate::series::{
    FinishUsagePoint, Gathered, Gatherer, MonthCover, PerWorker, RawReading, RegisterCover, ShownReading, Stretch,
};

use super::inputs::PipelineError;
use crate::digest::memory::{Demand, MemoryPlan};

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

/// Counts what passes on its way to the gatherer, and keeps the first readings.
struct Looking<'a, 'g> {
    gatherer: &'a Gatherer<'g>,
    finish: FinishUsagePoint<'a>,
    /// Why no more is read: what does not fit into memory could not be put away.
    failed: OnceLock<io::Error>,
    calendar: &'a Calendar,
    /// Readings of the blocks that came first, by the place of the block among those of one
    /// thread's piece.
    first: FirstReadings,
    interrupt: &'a Interrupt,
}

impl BlockSink for Looking<'_, '_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.first.show(|| shown_intervals(block, self.calendar));
        if let Err(error) = self.gatherer.add_intervals(block, self.finish) {
            let _ = self.failed.set(error);
        }
    }

    fn registers(&self, block: &RegisterBlock) {
        self.first.show(|| shown_registers(block, self.calendar));
        self.gatherer.add_registers(block);
    }

    fn reject(&self, reject: Reject) {
        self.gatherer.add_reject(reject);
    }

    fn stopped(&self) -> bool {
        self.failed.get().is_some() || self.interrupt.is_set()
    }
}

/// Inspects one file.
///
/// # Errors
/// When it cannot be used, or the run is interrupted.
pub fn inspect(
    file: &InputFile,
    (profile, caps): (Option<&Mapping>, Caps),
    calendar: &Calendar,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<Inspection, PipelineError> {
    progress.stage("inspecting", None);
    let readings = Readings::open_as(&[InputFile { named: true, ..file.clone() }], caps, profile)?;
    let survey = Survey::of(&readings, &Watching(interrupt))?;
    let Read { tally, gathered, first, rows } = read(&readings, &survey, calendar, interrupt)?;
    let Tally { usage_points, steps, months, range_kw, mut faults } = tally;
    // A message has told what it is only now.
    let (format, understanding) =
        readings.understandings().next().map(|(_, format, understanding)| (format, understanding)).unwrap_or_default();
    let clock = readings.clock().unwrap_or(StampClock::Utility);
    let registers = cover_registers(gathered.registers, calendar, &mut faults);
    let rejects = Reject::by_code(gathered.rejects);
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

/// What reading a file came to.
struct Read {
    tally: Tally,
    gathered: Gathered,
    first: Vec<ShownReading>,
    rows: u64,
}

fn read(
    readings: &Readings,
    survey: &Survey,
    calendar: &Calendar,
    interrupt: &Interrupt,
) -> Result<Read, PipelineError> {
    let tally: PerWorker<Tally> = PerWorker::new();
    let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
        if let Some(one) = Tally::of(id, stretches, apart, calendar) {
            tally.with(|tally| tally.merge(one));
        }
        Ok(())
    };
    // A dry run writes nothing beside the files: what does not fit goes to the system's folder for
    // such.
    let folder = std::env::temp_dir();
    let demand = Demand::of_rows(readings.estimated_rows());
    let gatherer = Gatherer::new(MemoryPlan::of(None, survey, demand)?.gather, survey, Path::new(&folder));
    let looking = Looking {
        gatherer: &gatherer,
        finish: &finish,
        failed: OnceLock::new(),
        calendar,
        first: FirstReadings::default(),
        interrupt,
    };
    let pieces = readings.pieces();
    // The first piece comes alone, so that the readings shown are the first of the file.
    let (head, rest) = pieces.split_at(pieces.len().min(1));
    let mut rows = 0;
    for part in [head, rest] {
        rows += readings.read_pieces(part, calendar, &looking)?;
    }
    readings.close(&looking);
    if let Some(error) = looking.failed.into_inner() {
        return Err(error.into());
    }
    let gathered = gatherer.finish(&finish)?;
    if interrupt.is_set() {
        return Err(PipelineError::Interrupted);
    }
    let first = looking.first.kept();
    let tally = tally.folded(|mut one, other| {
        one.merge(other);
        one
    });
    Ok(Read { tally, gathered, first, rows })
}
