//! Readings whose usage points do not lie together, as in a file sorted by time: parted by usage
//! point first, finished part by part.
//!
//! A block becomes one dense tile (usage points × stamps) for every partition it touches, or a list
//! where it would be mostly empty. When all blocks are read, a partition's tiles are laid side by
//! side into a matrix whose rows are whole series. Tiles are kept in memory or on disk by `spill`.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rayon::prelude::*;

use super::finish::FinishUsagePoint;
use super::matrix::{Loaded, Matrix};
use super::raw_reading::RawReading;
use super::spill::SpillStore;
use super::stretch::{KeptStretch, Stretch};
use super::tiles::{ENTRY, PARTITION, Shape, Tile, Tiles};
use crate::domain::{IdList, IntervalBlock};

/// Usage points parted by number.
pub(super) struct Scattered {
    names: RwLock<Names>,
    partitions: RwLock<Vec<Arc<Mutex<Vec<Tile>>>>>,
    store: SpillStore,
}

/// Usage points in the order in which they were met.
#[derive(Default)]
struct Names {
    ids: IdList,
    numbers: HashMap<Box<str>, u32>,
}

impl Names {
    /// Number of an id; the one after `before` is tried first, because most files keep one order.
    fn number(&self, ids: &IdList, key: u32, before: u32) -> Option<u32> {
        let next = before.wrapping_add(1);
        if (next as usize) < self.ids.len() && self.ids.bytes(next) == ids.bytes(key) {
            return Some(next);
        }
        self.numbers.get(ids.get(key)).copied()
    }

    fn intern(&mut self, id: &str) -> u32 {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        let number = self.ids.push(id);
        self.numbers.insert(id.into(), number);
        number
    }
}

impl Scattered {
    /// Keeps tiles of up to `budget` bytes in memory, the rest in a file in `folder`.
    pub(super) fn new(budget: u64, folder: &Path) -> Self {
        Self { names: RwLock::default(), partitions: RwLock::default(), store: SpillStore::new(budget, folder) }
    }

    /// Takes a block.
    pub(super) fn add(&self, block: &IntervalBlock) -> io::Result<()> {
        let numbers = self.numbers(&block.ids);
        let tiles = Tiles::of(block, &numbers);
        for (partition, tile) in tiles.finish(&self.store)? {
            self.partition(partition).lock().unwrap_or_else(PoisonError::into_inner).push(tile);
        }
        Ok(())
    }

    fn numbers(&self, ids: &IdList) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(ids.len());
        let mut unknown = false;
        {
            let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
            let mut before = u32::MAX;
            for key in 0..ids.len() as u32 {
                let number = names.number(ids, key, before);
                unknown |= number.is_none();
                before = number.unwrap_or(before);
                numbers.push(before);
            }
        }
        if unknown {
            let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
            numbers = ids.iter().map(|id| names.intern(id)).collect();
        }
        numbers
    }

    fn partition(&self, index: usize) -> Arc<Mutex<Vec<Tile>>> {
        if let Some(partition) = self.partitions.read().unwrap_or_else(PoisonError::into_inner).get(index) {
            return partition.clone();
        }
        let mut partitions = self.partitions.write().unwrap_or_else(PoisonError::into_inner);
        while partitions.len() <= index {
            partitions.push(Arc::default());
        }
        partitions[index].clone()
    }

    /// Finishes all usage points that are `wanted`, partitions in parallel. Tiles stay for another
    /// time.
    pub(super) fn finish(&self, wanted: &(dyn Fn(&str) -> bool + Sync), finish: FinishUsagePoint) -> io::Result<()> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        let partitions = self.partitions.read().unwrap_or_else(PoisonError::into_inner);
        partitions.par_iter().enumerate().with_max_len(1).try_for_each(|(index, tiles)| {
            let first = (index * PARTITION) as u32;
            let members = (first..(first + PARTITION as u32).min(names.ids.len() as u32))
                .map(|number| names.ids.get(number))
                .collect::<Vec<_>>();
            if !members.iter().any(|id| !id.is_empty() && wanted(id)) {
                return Ok(());
            }
            let tiles = tiles.lock().unwrap_or_else(PoisonError::into_inner);
            finish_partition(&tiles, &self.store, &members, wanted, finish)
        })
    }

    /// Bytes that did not fit into memory.
    pub(super) fn spilled(&self) -> u64 {
        self.store.spilled()
    }
}

fn finish_partition(
    tiles: &[Tile],
    store: &SpillStore,
    members: &[&str],
    wanted: &(dyn Fn(&str) -> bool + Sync),
    finish: FinishUsagePoint,
) -> io::Result<()> {
    let mut apart: Vec<Vec<RawReading>> = vec![Vec::new(); members.len()];
    let mut loaded: Vec<Loaded> = Vec::with_capacity(tiles.len());
    for tile in tiles {
        let words = store.get(&tile.words)?;
        match &tile.shape {
            Shape::Dense { first, stamps } => {
                let (file, unit, registers) = (tile.file, tile.unit, tile.registers);
                loaded.push(Loaded { file, unit, registers, first: *first as usize, stamps, cells: words });
            }
            Shape::List => {
                for entry in words.chunks_exact(ENTRY) {
                    apart[entry[0] as usize].push(RawReading::from_words([entry[1], entry[2], entry[3], entry[4]]));
                }
            }
        }
    }
    let matrix = Matrix::of(&loaded, members.len());
    for (within, id) in members.iter().enumerate().filter(|(_, id)| !id.is_empty() && wanted(id)) {
        let whole = matrix.as_ref().filter(|matrix| apart[within].is_empty() && !matrix.twice[within]);
        if let Some(matrix) = whole {
            if let Some(stretch) = matrix.stretch(within) {
                finish(id, &[stretch.view()], &[])?;
            }
            continue;
        }
        let stretches: Vec<KeptStretch> = loaded.iter().filter_map(|tile| tile.stretch(within)).collect();
        let views: Vec<Stretch> = stretches.iter().map(KeptStretch::view).collect();
        finish(id, &views, &apart[within])?;
    }
    Ok(())
}
