//! Gathers blocks of readings from any number of readers at once, in any order.
//!
//! Readings are kept packed (12 bytes each) by usage point until all files are read; the order in which blocks arrive leaves no trace,
//! because `regular` sorts and its rules for duplicates are symmetric.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::{IntervalBlock, ReadingQuality, RegisterBlock, Reject, UsagePointId};

use super::{RawReading, RegisterRead};

/// Readings of all usage points as they arrive.
#[derive(Debug, Default)]
pub struct Collector {
    gathered: Mutex<Gathered>,
}

#[derive(Debug, Default)]
struct Gathered {
    index: HashMap<UsagePointId, usize>,
    intervals: Vec<Vec<RawReading>>,
    registers: HashMap<UsagePointId, Vec<RegisterRead>>,
    rejects: Vec<Reject>,
}

/// All readings of a run, by usage point in the order of the ids.
#[derive(Debug, Default)]
pub struct Collected {
    /// Interval readings.
    pub intervals: Vec<(UsagePointId, Vec<RawReading>)>,
    /// Register readings.
    pub registers: Vec<(UsagePointId, Vec<RegisterRead>)>,
    /// Records left out by the readers, by file and row.
    pub rejects: Vec<Reject>,
}

impl Collector {
    /// Takes a block of interval readings.
    pub fn add_intervals(&self, block: &IntervalBlock) {
        let mut guard = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let gathered = &mut *guard;
        let slots: Vec<usize> = block
            .ids
            .iter()
            .map(|id| {
                *gathered.index.entry(id.clone()).or_insert_with(|| {
                    gathered.intervals.push(Vec::new());
                    gathered.intervals.len() - 1
                })
            })
            .collect();
        let file = block.file.unwrap_or_default();
        for row in 0..block.len() {
            let value = block.value[row];
            let quality = match block.quality.get(row) {
                _ if value.is_nan() => ReadingQuality::Missing,
                Some(quality) => *quality,
                None => ReadingQuality::Actual,
            };
            let duration_min = block.duration_min.get(row).copied().unwrap_or(0);
            let reading = RawReading::new(block.start[row], value, block.unit, quality, duration_min, file);
            gathered.intervals[slots[block.key[row] as usize]].push(reading);
        }
    }

    /// Takes a block of register readings.
    pub fn add_registers(&self, block: &RegisterBlock) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let file = block.file.unwrap_or_default();
        for row in 0..block.key.len() {
            let id = &block.ids[block.key[row] as usize];
            let reading = (block.at[row], block.register_kwh[row], file);
            gathered.registers.entry(id.clone()).or_default().push(reading);
        }
    }

    /// Takes a record that a reader left out.
    pub fn add_reject(&self, reject: Reject) {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner).rejects.push(reject);
    }

    /// Hands over what was gathered, in the order of the ids, and rejects by file and row.
    #[must_use]
    pub fn finish(self) -> Collected {
        let Gathered { index, mut intervals, registers, mut rejects } = self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut by_id: Vec<(UsagePointId, Vec<RawReading>)> =
            index.into_iter().map(|(id, slot)| (id, std::mem::take(&mut intervals[slot]))).collect();
        by_id.sort_by(|a, b| a.0.cmp(&b.0));
        let mut registers: Vec<_> = registers.into_iter().collect();
        registers.sort_by(|a, b| a.0.cmp(&b.0));
        rejects.sort();
        Collected { intervals: by_id, registers, rejects }
    }
}
