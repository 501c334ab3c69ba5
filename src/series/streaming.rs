//! Readings whose usage points lie together: each usage point is finished the moment its last row
//! is read.
//!
//! A usage point within one block is finished straight from the reader's memory. Only those at the
//! borders of pieces, or spread over several files, are kept until their last row comes.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::finish::{FinishUsagePoint, finish};
use super::stretch::{KeptStretch, Stretch, each_stretch};
use crate::domain::IntervalBlock;
use crate::ingest::Roster;

/// Locks that waiting usage points are spread over.
const SHARDS: usize = 64;

/// Usage points on their way.
pub(super) struct Streaming<'a> {
    roster: &'a Roster,
    waiting: Vec<Mutex<HashMap<u32, Waiting>>>,
}

#[derive(Default)]
struct Waiting {
    rows: u64,
    stretches: Vec<KeptStretch>,
}

impl<'a> Streaming<'a> {
    pub(super) fn new(roster: &'a Roster) -> Self {
        Self { roster, waiting: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// Takes a block and finishes every usage point that is complete with it.
    pub(super) fn add(&self, block: &IntervalBlock, finish_one: FinishUsagePoint) -> io::Result<()> {
        let mut done = Ok(());
        each_stretch(block, |key, stretch| {
            if done.is_err() {
                return;
            }
            let id = block.ids.get(key);
            // Rows without an id are rejected already; an id that the survey has not met cannot
            // come from the same file.
            let Some(number) = self.roster.number(id).filter(|_| !id.is_empty()) else { return };
            if stretch.value.len() as u64 == self.roster.rows(number) {
                done = finish_one(id, &[stretch], &[]);
            } else if let Some(complete) = self.wait(number, &stretch) {
                done = finish(finish_one, id, &complete);
            }
        });
        done
    }

    /// Keeps a stretch; gives all stretches of its usage point when it was the last.
    fn wait(&self, number: u32, stretch: &Stretch) -> Option<Vec<KeptStretch>> {
        let mut shard = self.waiting[number as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = shard.entry(number).or_default();
        waiting.rows += stretch.value.len() as u64;
        waiting.stretches.push(stretch.keep());
        if waiting.rows < self.roster.rows(number) {
            return None;
        }
        shard.remove(&number).map(|complete| complete.stretches)
    }
}
