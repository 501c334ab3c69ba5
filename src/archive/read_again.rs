//! Readings once more, for usage points that somebody asks about: the listed, and those that a
//! balance may name.
//!
//! Only the pieces of files that hold their rows are read; where readings were parted, their
//! partitions are taken from memory or disk. Earlier months come from the archive.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::digest::{Counted, PassSetting, Prepared};
use crate::domain::{Interrupt, UsagePointId};
use crate::ingest::{IngestError, Readings, Survey};
use crate::series::{Gatherer, LoadSeries, PerWorker, Picker, RawReading, Stretch};

use super::history::History;

/// Why readings could not be read once more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadAgainError {
    /// A file of readings, which was read before, fails.
    #[error(transparent)]
    Readings(#[from] IngestError),
    /// A file of what was put away, or of the archive, fails.
    #[error(transparent)]
    File(#[from] io::Error),
}

/// Where readings are found again.
pub(crate) struct ReadAgain<'a> {
    pub(crate) readings: &'a Readings,
    pub(crate) survey: &'a Survey,
    pub(crate) gatherer: &'a Gatherer<'a>,
    /// Hourly loads that were made of counters.
    pub(crate) counted: &'a Counted,
    pub(crate) history: Option<&'a History<'a>>,
    pub(crate) setting: PassSetting<'a>,
    pub(crate) interrupt: &'a Interrupt,
}

impl ReadAgain<'_> {
    /// The series of `wanted` usage points behind the fault gate, in the days judged.
    pub(crate) fn judged(
        &self,
        wanted: &BTreeSet<UsagePointId>,
    ) -> Result<BTreeMap<UsagePointId, LoadSeries>, ReadAgainError> {
        let judged = |_: &UsagePointId, prepared: Prepared| Some(self.setting.judged(&prepared.series).into_owned());
        self.each(wanted, judged).map(|(series, _)| series)
    }

    /// What `make` makes of each of the `wanted` usage points the moment it is read again, and the
    /// number of pieces that were read for them.
    pub(crate) fn each<T: Send>(
        &self,
        wanted: &BTreeSet<UsagePointId>,
        make: impl Fn(&UsagePointId, Prepared) -> Option<T> + Sync,
    ) -> Result<(BTreeMap<UsagePointId, T>, usize), ReadAgainError> {
        let found: PerWorker<BTreeMap<UsagePointId, T>> = PerWorker::new();
        let make_one = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
            let id: UsagePointId = id.into();
            let made = self.setting.prepare(&id, stretches, apart).and_then(|prepared| make(&id, prepared));
            if let Some(made) = made {
                found.with(|found| found.insert(id, made));
            }
            Ok(())
        };
        let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| match self.history {
            Some(history) => history.again(id, stretches, apart, &make_one),
            None => make_one(id, stretches, apart),
        };
        self.history.map_or(Ok(()), |history| history.others(&|id| wanted.contains(id), &make_one))?;
        for (id, readings) in self.counted.iter().filter(|(id, _)| wanted.contains(*id)) {
            make_one(id.as_ref(), &[], readings)?;
        }
        let mut pieces = 0;
        if let (false, Survey::Together(roster)) =
            (self.gatherer.finish_again(&|id| wanted.contains(id), &finish)?, self.survey)
        {
            let order = roster.pieces_of(|id| wanted.contains(id));
            pieces = order.len();
            let picker = Picker::new(wanted, self.interrupt);
            self.readings.read_again(&order, self.setting.calendar, &picker)?;
            picker.finish(&finish)?;
        }
        let both = |mut one: BTreeMap<_, _>, mut other: BTreeMap<_, _>| {
            one.append(&mut other);
            one
        };
        Ok((found.folded(both), pieces))
    }
}
