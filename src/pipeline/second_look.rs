//! The second look at listed usage points: their readings once more, in full, for what daily levels
//! cannot tell.
//!
//! Only the pieces of files that hold their rows are read; where readings were parted, their
//! partitions are taken from memory or disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::digest::UsageProfile;
use crate::domain::{Calendar, IntervalBlock, RegisterBlock, Reject, UsagePointId};
use crate::evidence::{
    HiddenLoad, LoadCourse, OwnFloor, Subject, by_hours, hidden_load, onset_day, scheduled_hours, without_cuts,
};
use crate::findings::{FindingKind, LoadPicture, SuspectRow};
use crate::ingest::{BlockSink, Readings, Survey};
use crate::judgement::LicenceVerdict;
use crate::series::{Gatherer, LoadSeries, Picker, RawReading, Stretch};

use super::dossiers::MOST_DRAWN;
use super::inputs::PipelineError;
use super::plan::{Interrupt, Progress};
use crate::digest::counted::Counted;
use crate::digest::first_pass::{Prepared, Setting};
use crate::judgement::listing::Listing;
use crate::judgement::suspect_rows::tell_load;
use crate::metered::Metered;
use crate::unmetered::Places;

/// Where readings are found again.
pub(crate) struct SecondLook<'a> {
    pub(crate) readings: &'a Readings,
    pub(crate) survey: &'a Survey,
    pub(crate) gatherer: &'a Gatherer<'a>,
    /// Hourly loads that were made of counters.
    pub(crate) counted: &'a Counted,
    pub(crate) setting: Setting<'a>,
    pub(crate) interrupt: &'a Interrupt,
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
    /// The series of `wanted` usage points behind the fault gate, and the number of pieces that
    /// were read for them.
    pub(crate) fn series(
        &self,
        wanted: &BTreeSet<UsagePointId>,
    ) -> Result<(BTreeMap<UsagePointId, LoadSeries>, usize), PipelineError> {
        self.each(wanted, |_, prepared| Some(prepared.series))
    }

    /// What `make` makes of each of the `wanted` usage points the moment it is read again, and the
    /// number of pieces that were read for them.
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
        if let (false, Survey::Together(roster)) =
            (self.gatherer.finish_again(&|id| wanted.contains(id), &finish), self.survey)
        {
            let order = roster.pieces_of(|id| wanted.contains(id));
            pieces = order.len();
            let sink = Picking { picker: Picker::new(wanted), interrupt: self.interrupt };
            self.readings.read_again(&order, self.setting.calendar, &sink)?;
            sink.picker.finish(&finish);
        }
        self.gatherer.failure().map_or(Ok(()), Err)?;
        Ok((found.into_inner().unwrap_or_else(PoisonError::into_inner), pieces))
    }

    /// Measures every listed load from its own intervals: power, start, end, energy; counts the
    /// hours in which one exceeds its licence, draws the first of the list, and remarks how much
    /// was read for it. A balance has shown the series of those `otherwise` to be not what the
    /// fault gate made of it.
    pub(crate) fn refine(
        &self,
        listing: &mut Listing,
        (metered, otherwise): (&Metered, &Places),
        least_kw: f64,
        progress: &dyn Progress,
    ) -> Result<BTreeMap<UsagePointId, LoadPicture>, PipelineError> {
        let Listing { suspects, licensed, .. } = &*listing;
        let rows: BTreeMap<UsagePointId, (usize, &SuspectRow)> =
            suspects.iter().enumerate().map(|(place, row)| (row.usage_point.clone(), (place, row))).collect();
        let is_asked =
            |(place, row): &(usize, &SuspectRow)| *place < MOST_DRAWN || is_measured(row) || exceeds_licence(row);
        let wanted: BTreeSet<UsagePointId> =
            rows.iter().filter(|(_, listed)| is_asked(listed)).map(|(id, _)| id.clone()).collect();
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let look = |id: &UsagePointId, prepared: Prepared| {
            let &(place, row) = rows.get(id)?;
            let prepared =
                if otherwise.contains_key(id) { prepared.otherwise(self.setting.calendar) } else { prepared };
            let picture =
                if place < MOST_DRAWN { LoadPicture::of(&prepared.fold, prepared.series.step_min <= 60) } else { None };
            let load = if is_measured(row) { measured(row, &prepared, metered, self.setting.calendar) } else { None };
            let verdict =
                licensed.get(id).map(|verdict| verdict.clone().counted(&prepared.series, self.setting.calendar));
            Some((load, picture, verdict))
        };
        let (mut looked, pieces) = self.each(&wanted, look)?;
        drop(rows);
        let mut pictures = BTreeMap::new();
        for row in &mut listing.suspects {
            let Some((load, picture, verdict)) = looked.remove(&row.usage_point) else { continue };
            if let Some(load) = load {
                tell_load(row, &load);
                if let Ok(place) = listing.scores.binary_search_by(|score| score.usage_point.cmp(&row.usage_point)) {
                    let score = &mut listing.scores[place];
                    (score.hidden_kw, score.since, score.until) = (row.hidden_kw, row.since, row.until);
                }
            }
            pictures.extend(picture.map(|picture| (row.usage_point.clone(), picture)));
            listing.licensed.extend(verdict.map(|verdict| (row.usage_point.clone(), verdict)));
        }
        tell_licences(&mut listing.suspects, &listing.licensed);
        listing.drop_small(least_kw);
        progress.remark(&format!(
            "second look at {} listed usage points: {pieces} pieces of files read again",
            wanted.len()
        ));
        Ok(pictures)
    }
}

fn exceeds_licence(row: &SuspectRow) -> bool {
    row.finding == FindingKind::LicenceExceeded
}

/// What a licence that is exceeded says stands first of what speaks for a finding.
fn tell_licences(suspects: &mut [SuspectRow], licensed: &BTreeMap<UsagePointId, LicenceVerdict>) {
    for row in suspects.iter_mut().filter(|row| exceeds_licence(row)) {
        row.evidence_for.splice(0..0, licensed.get(&row.usage_point).map(LicenceVerdict::reason));
    }
}

/// Whether the row is about load that its own meter shows.
fn is_measured(row: &SuspectRow) -> bool {
    row.finding != FindingKind::UnderRegistration && row.hidden_kw.is_some()
}

/// The load of a row from its own intervals: days without power cuts first, then every hour; `None`
/// where too little is left.
fn measured(row: &SuspectRow, prepared: &Prepared, metered: &Metered, calendar: &Calendar) -> Option<HiddenLoad> {
    let own_floor = if row.finding == FindingKind::LicenceExceeded { OwnFloor::None } else { OwnFloor::AsPeers };
    let series = without_cuts(&prepared.series);
    let profile = UsageProfile::of(&series, calendar);
    let look = |subject: &Subject| Some((hidden_load(subject, own_floor)?, scheduled_hours(subject)));
    let (mut load, window) = metered.bench.with_subject(&row.usage_point, &profile, look)?;
    if let Some(range) = load.since_range.filter(|_| load.pattern != LoadCourse::Scheduled) {
        // A load that runs day and night steps up at one instant; one that runs in a window does
        // not.
        if let Some(day) = onset_day(&series, calendar, range, load.first_step_kw) {
            (load.since, load.since_range) = (Some(day), Some((day, day)));
        }
    }
    Some(if profile.has_hours() { by_hours(&load, &prepared.fold, window) } else { load })
}
