//! The second look at listed usage points: their readings once more, in full, for what daily levels cannot tell.
//!
//! Only the pieces of files that hold their rows are read; where readings were parted, their partitions are taken from memory or disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::{Calendar, IntervalBlock, RegisterBlock, Reject, UsagePointId};
use crate::evidence::onset_day;
use crate::findings::{Pattern, SuspectRow};
use crate::ingest::{BlockSink, Readings, Survey};
use crate::series::{Gatherer, LoadSeries, Picker, RawReading, Stretch};

use super::first_pass::Setting;
use super::registers::Counted;
use super::{Interrupt, PipelineError, Progress};

/// Where readings are found again.
pub(super) struct SecondLook<'a> {
    pub(super) readings: &'a Readings,
    pub(super) survey: &'a Survey,
    pub(super) gatherer: &'a Gatherer<'a>,
    /// Hourly loads that were made of counters.
    pub(super) counted: &'a Counted,
    pub(super) setting: Setting<'a>,
    pub(super) interrupt: &'a Interrupt,
}

/// Passes blocks to the picker; rejects were listed the first time.
struct Picking<'a> {
    picker: Picker<'a>,
    interrupt: &'a Interrupt,
}

impl BlockSink for Picking<'_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.picker.add(block);
    }
    fn registers(&self, _: &RegisterBlock) {}
    fn reject(&self, _: Reject) {}
    fn stopped(&self) -> bool {
        self.interrupt.is_set()
    }
}

impl SecondLook<'_> {
    /// The series of `wanted` usage points behind the fault gate, and the number of pieces that were read for them.
    pub(super) fn series(&self, wanted: &BTreeSet<UsagePointId>) -> Result<(BTreeMap<UsagePointId, LoadSeries>, usize), PipelineError> {
        let found = Mutex::new(BTreeMap::new());
        let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
            let id: UsagePointId = id.into();
            if let Some(prepared) = self.setting.prepare(&id, stretches, apart) {
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(id, prepared.series);
            }
        };
        for (id, readings) in self.counted.iter().filter(|(id, _)| wanted.contains(*id)) {
            finish(id.as_ref(), &[], readings);
        }
        let mut pieces = 0;
        if let (false, Survey::Together(roster)) = (self.gatherer.finish_again(&|id| wanted.contains(id), &finish), self.survey) {
            let order = roster.pieces_of(|id| wanted.contains(id));
            pieces = order.len();
            let sink = Picking { picker: Picker::new(wanted), interrupt: self.interrupt };
            self.readings.read_again(&order, self.setting.calendar, &sink)?;
            sink.picker.finish(&finish);
        }
        self.gatherer.failure().map_or(Ok(()), Err)?;
        Ok((found.into_inner().unwrap_or_else(PoisonError::into_inner), pieces))
    }

    /// Dates the start of every listed load from its own intervals, and remarks how much was read for it.
    pub(super) fn refine(&self, suspects: &mut [SuspectRow], progress: &dyn Progress) -> Result<(), PipelineError> {
        let wanted: BTreeSet<UsagePointId> = suspects.iter().filter(|row| has_datable_start(row)).map(|row| row.usage_point.clone()).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let (series, pieces) = self.series(&wanted)?;
        for row in suspects.iter_mut().filter(|row| has_datable_start(row)) {
            if let Some(series) = series.get(&row.usage_point) {
                date_start(row, series, self.setting.calendar);
            }
        }
        progress.remark(&format!("second look at {} listed usage points: {pieces} pieces of files read again", wanted.len()));
        Ok(())
    }
}

/// A load that runs day and night steps up at one instant; one that runs in a window does not.
fn has_datable_start(row: &SuspectRow) -> bool {
    row.since.is_some() && row.pattern != Some(Pattern::Scheduled)
}

fn date_start(row: &mut SuspectRow, series: &LoadSeries, calendar: &Calendar) {
    let (Some(low), Some(high), Some(kw)) = (row.since_low, row.since_high, row.hidden_kw) else { return };
    if let Some(day) = onset_day(series, calendar, (low, high), kw) {
        (row.since, row.since_low, row.since_high) = (Some(day), Some(day), Some(day));
    }
}
