//! Readings of a few usage points out of many, for a second look.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use super::finish::{FinishUsagePoint, finish};
use super::stretch::{KeptStretch, each_stretch};
use crate::domain::{Interrupt, IntervalBlock, RegisterBlock, Reject, UsagePointId};
use crate::ingest::BlockSink;

/// Keeps the readings of the wanted usage points and passes over all others.
pub struct Picker<'a> {
    wanted: &'a BTreeSet<UsagePointId>,
    interrupt: &'a Interrupt,
    kept: Mutex<BTreeMap<UsagePointId, Vec<KeptStretch>>>,
}

impl<'a> Picker<'a> {
    /// A picker for `wanted`.
    #[must_use]
    pub fn new(wanted: &'a BTreeSet<UsagePointId>, interrupt: &'a Interrupt) -> Self {
        Self { wanted, interrupt, kept: Mutex::default() }
    }

    /// Hands over all readings, after the last block.
    ///
    /// # Errors
    /// What `finish_one` fails with.
    pub fn finish(self, finish_one: FinishUsagePoint) -> io::Result<()> {
        for (id, stretches) in self.kept.into_inner().unwrap_or_else(PoisonError::into_inner) {
            finish(finish_one, &id, &stretches)?;
        }
        Ok(())
    }
}

impl BlockSink for Picker<'_> {
    fn intervals(&self, block: &IntervalBlock) {
        let known: Vec<Option<&UsagePointId>> = block.ids.iter().map(|id| self.wanted.get(id)).collect();
        if known.iter().all(Option::is_none) {
            return;
        }
        each_stretch(block, |key, stretch| {
            if let Some(id) = known[key as usize] {
                self.kept
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .entry(id.clone())
                    .or_default()
                    .push(stretch.keep());
            }
        });
    }

    // Registers are kept from the first time, and rejects were listed then.
    fn registers(&self, _: &RegisterBlock) {}
    fn reject(&self, _: Reject) {}

    fn stopped(&self) -> bool {
        self.interrupt.is_set()
    }
}
