//! From blocks of readings, in any order and from many threads, to finished usage points.
//!
//! What lies together is finished while it is read (`streaming`); what does not is parted first
//! (`scattered`). Both hand a usage point over with the same readings, so that nothing later can
//! tell the order of the files.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::finish::FinishUsagePoint;
use super::registers::RegisterRead;
use super::scattered::Scattered;
use super::streaming::Streaming;
use crate::domain::{IntervalBlock, RegisterBlock, Reject, UsagePointId};
use crate::ingest::Survey;

/// Bytes that a waiting reading takes, with what belongs to it.
pub const WAITING_BYTES: u64 = 5;

/// How readings are gathered, decided before they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatherPlan {
    /// Each usage point is finished as soon as it is complete.
    Streaming,
    /// Readings are parted by usage point; what is beyond this many bytes goes to disk.
    Parted {
        /// Bytes kept in memory.
        budget: u64,
    },
}

/// Where readings go.
pub struct Gatherer<'a> {
    way: Way<'a>,
    others: Mutex<Others>,
}

enum Way<'a> {
    Streaming(Streaming<'a>),
    Scattered(Scattered),
}

#[derive(Default)]
struct Others {
    registers: HashMap<UsagePointId, Vec<RegisterRead>>,
    rejects: Vec<Reject>,
}

/// What is left when all interval readings are finished.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Register readings in the order of the ids.
    pub registers: Vec<(UsagePointId, Vec<RegisterRead>)>,
    /// Records left out by the readers, by file and row.
    pub rejects: Vec<Reject>,
}

impl GatherPlan {
    /// The plan for readings that lie as `survey` found, with `budget` bytes for those that wait.
    #[must_use]
    pub fn of(survey: &Survey, budget: u64) -> Self {
        match survey {
            Survey::Together(roster) if roster.most_held_rows().saturating_mul(WAITING_BYTES) <= budget => {
                Self::Streaming
            }
            _ => Self::Parted { budget },
        }
    }
}

impl<'a> Gatherer<'a> {
    /// A gatherer for `plan`; parted readings that do not fit go to a file without a name in
    /// `folder`.
    pub fn new(plan: GatherPlan, survey: &'a Survey, folder: &Path) -> Self {
        let way = match (plan, survey) {
            (GatherPlan::Streaming, Survey::Together(roster)) => Way::Streaming(Streaming::new(roster)),
            (GatherPlan::Streaming, Survey::Scattered) => Way::Scattered(Scattered::new(0, folder)),
            (GatherPlan::Parted { budget }, _) => Way::Scattered(Scattered::new(budget, folder)),
        };
        Self { way, others: Mutex::default() }
    }

    /// Takes a block of interval readings; `finish` is called for usage points that are complete
    /// with it.
    ///
    /// # Errors
    /// When the file for what does not fit into memory fails, or `finish` does.
    pub fn add_intervals(&self, block: &IntervalBlock, finish: FinishUsagePoint) -> io::Result<()> {
        match &self.way {
            Way::Streaming(streaming) => streaming.add(block, finish),
            Way::Scattered(parted) => parted.add(block),
        }
    }

    /// Takes a block of register readings.
    pub fn add_registers(&self, block: &RegisterBlock) {
        let ids: Vec<UsagePointId> = block.ids.iter().map(UsagePointId::from).collect();
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        for row in 0..block.key.len() {
            let reading = (block.at[row], block.register_kwh[row], block.file);
            others.registers.entry(ids[block.key[row] as usize].clone()).or_default().push(reading);
        }
    }

    /// Takes a record that a reader left out.
    pub fn add_reject(&self, reject: Reject) {
        self.others.lock().unwrap_or_else(PoisonError::into_inner).rejects.push(reject);
    }

    /// Finishes what is left, after the last block.
    ///
    /// # Errors
    /// When the file for what does not fit into memory fails, or `finish` does.
    pub fn finish(&self, finish: FinishUsagePoint) -> io::Result<Gathered> {
        if let Way::Scattered(parted) = &self.way {
            parted.finish(&|_| true, finish)?;
        }
        let Others { registers, mut rejects } =
            std::mem::take(&mut *self.others.lock().unwrap_or_else(PoisonError::into_inner));
        let mut registers: Vec<_> = registers.into_iter().collect();
        registers.sort_by(|a, b| a.0.cmp(&b.0));
        rejects.sort();
        Ok(Gathered { registers, rejects })
    }

    /// Finishes `wanted` usage points once more from what was parted; `false` when nothing was kept
    /// and they must be read again.
    ///
    /// # Errors
    /// When the file for what did not fit into memory fails, or `finish` does.
    pub fn finish_again(&self, wanted: &(dyn Fn(&str) -> bool + Sync), finish: FinishUsagePoint) -> io::Result<bool> {
        match &self.way {
            Way::Streaming(_) => Ok(false),
            Way::Scattered(parted) => parted.finish(wanted, finish).map(|()| true),
        }
    }

    /// Bytes that went to disk.
    #[must_use]
    pub fn spilled(&self) -> u64 {
        match &self.way {
            Way::Streaming(_) => 0,
            Way::Scattered(parted) => parted.spilled(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Calendar, FileIx, Minute};
    use crate::series::raw_reading::RawReading;
    use crate::series::series_of;
    use crate::series::stretch::Stretch;

    /// (usage point, quarter of an hour, file, value)
    type Row = (u8, u32, u16, u16);

    fn blocks(rows: &[Row]) -> Vec<IntervalBlock> {
        let mut blocks: Vec<IntervalBlock> = Vec::new();
        for part in rows.chunk_by(|a, b| a.2 == b.2).flat_map(|file| file.chunks(40)) {
            let mut block = IntervalBlock { file: FileIx(part[0].2.into()), ..IntervalBlock::default() };
            let mut keys: BTreeMap<u8, u32> = BTreeMap::new();
            for &(id, quarter, _, value) in part {
                let key = *keys.entry(id).or_insert_with(|| block.ids.push(&format!("UP{id}")));
                block.push(key, Minute(29_000_000 / 15 * 15 + 15 * quarter), f32::from(value) / 8.0);
            }
            blocks.push(block);
        }
        blocks
    }

    /// Every series, as text so that NaN equals NaN, after gathering `blocks` in a parted way with
    /// `budget` bytes in memory.
    fn parted(blocks: &[IntervalBlock], budget: u64) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let calendar = Calendar::new(None).unwrap();
        let found = Mutex::new(BTreeMap::new());
        let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
            let regular = series_of(&id.into(), stretches, apart, &calendar).map(|regular| format!("{regular:?}"));
            assert!(
                found.lock().unwrap().insert(id.to_owned(), regular.unwrap_or_default()).is_none(),
                "each usage point is finished once"
            );
            Ok(())
        };
        let survey = Survey::Scattered;
        let gatherer = Gatherer::new(GatherPlan::Parted { budget }, &survey, folder.path());
        for block in blocks {
            gatherer.add_intervals(block, &finish).unwrap();
        }
        gatherer.finish(&finish).unwrap();
        assert_eq!(gatherer.spilled() > 0, budget == 0);
        found.into_inner().unwrap()
    }

    /// The same, reading by reading.
    fn one_by_one(rows: &[Row]) -> BTreeMap<String, String> {
        let mut by_id: BTreeMap<String, Vec<RawReading>> = BTreeMap::new();
        for block in blocks(rows) {
            super::super::stretch::each_stretch(&block, |key, stretch| {
                by_id.entry(block.ids.get(key).to_owned()).or_default().extend(stretch.raw());
            });
        }
        let calendar = Calendar::new(None).unwrap();
        let build = |(id, raw): (String, Vec<RawReading>)| {
            let regular = crate::series::regular_series(&id.as_str().into(), raw, &calendar)
                .map(|regular| format!("{regular:?}"));
            (id, regular.unwrap_or_default())
        };
        by_id.into_iter().map(build).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn any_order_and_any_memory_give_the_series_that_readings_one_by_one_give(
            rows in proptest::collection::vec((0_u8..5, 0_u32..40, 0_u16..3, 0_u16..40), 1..400), by_time in any::<bool>(), tidy in any::<bool>(),
        ) {
            let mut rows: Vec<Row> = rows;
            if tidy {
                rows = (0..200).map(|i| ((i % 5) as u8, i / 5, 0, (i * 7 % 40) as u16)).collect();
            }
            rows.sort_by_key(|row| if by_time { (row.2, row.1, u32::from(row.0)) } else { (row.2, u32::from(row.0), row.1) });
            let expected = one_by_one(&rows);
            let mut parts = blocks(&rows);
            prop_assert_eq!(&parted(&parts, u64::MAX), &expected);
            parts.reverse();
            prop_assert_eq!(&parted(&parts, 0), &expected);
        }
    }
}
