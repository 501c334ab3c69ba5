//! The second look at listed usage points: their readings once more, in full, for what daily levels cannot tell.
//!
//! Only the pieces of files that hold their rows are read; where readings were parted, their partitions are taken from memory or disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::domain::{Calendar, CivilDay, IntervalBlock, RegisterBlock, Reject, UsagePointId};
use crate::evidence::onset_day;
use crate::findings::{LoadPicture, Pattern, SuspectRow};
use crate::ingest::{BlockSink, Readings, Survey};
use crate::series::{Gatherer, LoadSeries, Picker, RawReading, Stretch};

use super::dossiers::MOST_DRAWN;
use super::first_pass::{Prepared, Setting};
use super::nodes::Places;
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
        self.each(wanted, |_, prepared| Some(prepared.series))
    }

    /// What `make` makes of each of the `wanted` usage points the moment it is read again, and the number of pieces that were read for them.
    fn each<T: Send>(
        &self,
        wanted: &BTreeSet<UsagePointId>,
        make: impl Fn(&UsagePointId, Prepared) -> Option<T> + Sync,
    ) -> Result<(BTreeMap<UsagePointId, T>, usize), PipelineError> {
        let found = Mutex::new(BTreeMap::new());
        let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
            let id: UsagePointId = id.into();
            let made = self.setting.prepare(&id, stretches, apart).and_then(|prepared| make(&id, prepared));
            if let Some(made) = made {
                found.lock().unwrap_or_else(PoisonError::into_inner).insert(id, made);
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

    /// Dates the start of every listed load from its own intervals, draws the first of the list, and remarks how much was read for it. A balance has shown
    /// the series of those `otherwise` to be not what the fault gate made of it.
    pub(super) fn refine(
        &self,
        suspects: &mut [SuspectRow],
        otherwise: &Places,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<UsagePointId, LoadPicture>, PipelineError> {
        let rows: BTreeMap<UsagePointId, (usize, &SuspectRow)> =
            suspects.iter().enumerate().map(|(place, row)| (row.usage_point.clone(), (place, row))).collect();
        let is_asked = |(place, row): &(usize, &SuspectRow)| *place < MOST_DRAWN || has_datable_start(row);
        let wanted: BTreeSet<UsagePointId> = rows.iter().filter(|(_, listed)| is_asked(listed)).map(|(id, _)| id.clone()).collect();
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let look = |id: &UsagePointId, prepared: Prepared| {
            let &(place, row) = rows.get(id)?;
            let prepared = if otherwise.contains_key(id) { prepared.otherwise(self.setting.calendar) } else { prepared };
            let picture = if place < MOST_DRAWN { LoadPicture::of(&prepared.fold, prepared.series.step_min <= 60) } else { None };
            Some((start_of(row, &prepared.series, self.setting.calendar), picture))
        };
        let (mut looked, pieces) = self.each(&wanted, look)?;
        drop(rows);
        let mut pictures = BTreeMap::new();
        for row in suspects {
            let Some((start, picture)) = looked.remove(&row.usage_point) else { continue };
            if start.is_some() {
                (row.since, row.since_low, row.since_high) = (start, start, start);
            }
            pictures.extend(picture.map(|picture| (row.usage_point.clone(), picture)));
        }
        progress.remark(&format!("second look at {} listed usage points: {pieces} pieces of files read again", wanted.len()));
        Ok(pictures)
    }
}

/// A load that runs day and night steps up at one instant; one that runs in a window does not.
fn has_datable_start(row: &SuspectRow) -> bool {
    row.since.is_some() && row.pattern != Some(Pattern::Scheduled)
}

/// The day on which a datable load starts, from its own intervals.
fn start_of(row: &SuspectRow, series: &LoadSeries, calendar: &Calendar) -> Option<CivilDay> {
    let (low, high, kw) = (row.since_low?, row.since_high?, row.hidden_kw?);
    if has_datable_start(row) { onset_day(series, calendar, (low, high), kw) } else { None }
}
