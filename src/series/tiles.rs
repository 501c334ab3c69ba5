//! Parts of a block, one for each partition of usage points that it touches: a dense tile (stamps ×
//! usage points), or a list where it would be mostly empty.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use super::raw_reading::RawReading;
use super::spill::{SpillStore, Stored};
use super::stretch::{EMPTY_CELL, Stretch, each_stretch};
use crate::domain::{FileIx, IntervalBlock, KeyRun, Minute, TimeRun, Unit, is_no_reading};

/// Usage points of one partition.
pub(super) const PARTITION: usize = 1024;
/// Stamps of one tile at most, and minutes from its first to its last.
const MOST_STAMPS: usize = 4096;
const LONGEST_SPAN: u32 = 1 << 17;
/// A tile with fewer cells filled than this share is kept as a list.
const LEAST_FILLED: f64 = 0.4;

/// Part of a block, for one partition.
pub(super) struct Tile {
    pub(super) file: FileIx,
    pub(super) unit: Unit,
    pub(super) registers: u16,
    pub(super) shape: Shape,
    pub(super) words: Stored,
}

pub(super) enum Shape {
    /// Values of usage points `first..`, stamp by stamp, as a file sorted by time has them.
    Dense { first: u32, stamps: Arc<[Minute]> },
    /// (usage point within the partition, reading).
    List,
}

/// Tiles while a block is parted, by partition.
pub(super) struct Tiles<'a> {
    block: &'a IntervalBlock,
    numbers: &'a [u32],
    stamps: Arc<[Minute]>,
    dense: Vec<DenseTile>,
    lists: HashMap<usize, Vec<u32>>,
}

/// Cells of the usage points `first..=last` of a partition, stamp by stamp, as bits of
/// single-precision numbers; nothing where none was met.
struct DenseTile {
    first: u32,
    last: u32,
    cells: Vec<u32>,
}

impl DenseTile {
    const EMPTY: Self = Self { first: u32::MAX, last: 0, cells: Vec::new() };

    /// Usage points that it has room for.
    fn members(&self) -> usize {
        if self.first > self.last { 0 } else { (self.last - self.first + 1) as usize }
    }

    /// Where the cell of a usage point of the partition lies.
    fn place(&self, within: u32, column: usize) -> usize {
        column * self.members() + within.wrapping_sub(self.first) as usize
    }
}

impl<'a> Tiles<'a> {
    pub(super) fn of(block: &'a IntervalBlock, numbers: &'a [u32]) -> Self {
        let plain = block.quality.is_empty() && block.duration_min.is_empty();
        let stamps = if plain { distinct_stamps(block) } else { None };
        let mut tiles =
            Self { block, numbers, stamps: stamps.unwrap_or_default(), dense: Vec::new(), lists: HashMap::new() };
        if tiles.lay_out() {
            tiles.fill();
        } else {
            tiles.list();
        }
        tiles
    }

    /// Makes an empty tile for every partition; `false` when they would be mostly empty.
    fn lay_out(&mut self) -> bool {
        let columns = self.stamps.len();
        let partitions = self.numbers.iter().max().map_or(0, |most| *most as usize / PARTITION + 1);
        if columns == 0 {
            return false;
        }
        self.dense.resize_with(partitions, || DenseTile::EMPTY);
        for &number in self.numbers {
            let (tile, within) = (&mut self.dense[number as usize / PARTITION], number % PARTITION as u32);
            (tile.first, tile.last) = (tile.first.min(within), tile.last.max(within));
        }
        let size = |tile: &DenseTile| tile.members() * columns;
        let cells: usize = self.dense.iter().map(size).sum();
        if cells as f64 * LEAST_FILLED > self.block.len() as f64 {
            self.dense.clear();
            return false;
        }
        self.dense.iter_mut().for_each(|tile| tile.cells = vec![EMPTY_CELL; size(tile)]);
        true
    }

    /// Writes every reading into its cell; a second reading for a cell goes to the list. Where
    /// usage points follow one another in the order of their numbers at one stamp, they are written
    /// at once.
    fn fill(&mut self) {
        let (columns, origin) = (self.stamps.len(), self.stamps[0].0);
        let span = self.stamps[columns - 1].0 - origin;
        let mut column_of = vec![0_u16; span as usize + 1];
        for (column, stamp) in self.stamps.iter().enumerate() {
            column_of[(stamp.0 - origin) as usize] = column as u16;
        }
        let chains = chains(self.numbers);
        let block = self.block;
        let mut times = block.times.iter().copied();
        let mut time = TimeRun { first: Minute(origin), step: 0, rows: 0 };
        let (mut keys, mut values) = (&block.keys[..], &block.value[..]);
        while let Some((run, later)) = keys.split_first() {
            while time.rows == 0 {
                let Some(next) = times.next() else { return };
                time = next;
            }
            let column = usize::from(column_of[(time.first.0 - origin) as usize]);
            if time.step == 0 || time.rows == 1 {
                let most = (chains[run.key as usize] as usize).min(time.rows as usize);
                let rows = follow_one_another(&keys[..most.min(keys.len())]).min(values.len());
                if rows > 1 && self.write_at_once(run.key, column, &values[..rows]) {
                    time.rows -= rows as u32;
                    (keys, values) = (&keys[rows..], &values[rows..]);
                    continue;
                }
            }
            keys = later;
            for _ in 0..run.rows {
                while time.rows == 0 {
                    let Some(next) = times.next() else { return };
                    time = next;
                }
                let Some((&value, after)) = values.split_first() else { return };
                values = after;
                let minute = time.first;
                (time.first, time.rows) = (Minute(minute.0.wrapping_add(time.step)), time.rows - 1);
                if !is_no_reading(value) {
                    self.write(run.key, usize::from(column_of[(minute.0 - origin) as usize]), minute, value);
                }
            }
        }
    }

    /// Writes readings of usage points whose numbers follow one another within a partition, all
    /// at one stamp; `false`, and nothing is written, where a cell is taken.
    fn write_at_once(&mut self, first_key: u32, column: usize, values: &[f32]) -> bool {
        let number = self.numbers[first_key as usize];
        let tile = &mut self.dense[number as usize / PARTITION];
        let place = tile.place(number % PARTITION as u32, column);
        let Some(cells) = tile.cells.get_mut(place..place + values.len()) else { return false };
        let free = cells.iter().filter(|&&cell| cell != EMPTY_CELL).count() == 0;
        if free {
            // A row without a reading has the bits of an empty cell.
            cells.iter_mut().zip(values).for_each(|(cell, value)| *cell = value.to_bits());
        }
        free
    }

    fn write(&mut self, key: u32, column: usize, minute: Minute, value: f32) {
        let number = self.numbers[key as usize];
        let (partition, within) = (number as usize / PARTITION, number % PARTITION as u32);
        let tile = &mut self.dense[partition];
        let place = tile.place(within, column);
        let Some(cell) = tile.cells.get_mut(place) else { return };
        if *cell == EMPTY_CELL {
            *cell = value.to_bits();
            return;
        }
        let times = [TimeRun { first: minute, step: 0, rows: 1 }];
        let (file, unit, registers) = (self.block.file, self.block.unit, self.block.registers);
        let again = Stretch { file, unit, registers, times: &times, value: &[value], quality: &[], duration_min: &[] };
        push_list(self.lists.entry(partition).or_default(), within, &again);
    }

    fn list(&mut self) {
        let (block, lists) = (self.block, &mut self.lists);
        each_stretch(block, |key, stretch| {
            if !block.ids.get(key).is_empty() {
                let number = self.numbers[key as usize];
                push_list(lists.entry(number as usize / PARTITION).or_default(), number % PARTITION as u32, &stretch);
            }
        });
    }

    /// Puts all tiles away.
    pub(super) fn finish(self, store: &SpillStore) -> io::Result<Vec<(usize, Tile)>> {
        let (file, unit, registers) = (self.block.file, self.block.unit, self.block.registers);
        let mut tiles = Vec::with_capacity(self.dense.len() + self.lists.len());
        for (partition, tile) in self.dense.into_iter().enumerate().filter(|(_, tile)| !tile.cells.is_empty()) {
            let shape = Shape::Dense { first: tile.first, stamps: self.stamps.clone() };
            tiles.push((partition, Tile { file, unit, registers, shape, words: store.put(tile.cells)? }));
        }
        for (partition, words) in self.lists {
            tiles.push((partition, Tile { file, unit, registers, shape: Shape::List, words: store.put(words)? }));
        }
        Ok(tiles)
    }
}

/// How many keys from each on have numbers that follow one another within a partition.
fn chains(numbers: &[u32]) -> Vec<u32> {
    let mut chains = vec![1_u32; numbers.len()];
    for key in (1..numbers.len()).rev() {
        let (before, number) = (numbers[key - 1], numbers[key]);
        if number == before.wrapping_add(1) && !number.is_multiple_of(PARTITION as u32) {
            chains[key - 1] = chains[key] + 1;
        }
    }
    chains
}

/// How many of the runs at the start are of one row and of one key after the other.
fn follow_one_another(runs: &[KeyRun]) -> usize {
    let first = runs.first().map_or(0, |run| run.key);
    runs.iter().zip(first..).take_while(|(run, key)| run.key == *key && run.rows == 1).count()
}

/// Distinct stamps, ascending; `None` when there are too many or they lie too far apart.
fn distinct_stamps(block: &IntervalBlock) -> Option<Arc<[Minute]>> {
    let mut stamps: Vec<Minute> = Vec::new();
    for run in &block.times {
        let rows = if run.step == 0 { 1 } else { run.rows };
        if rows as usize > MOST_STAMPS {
            return None;
        }
        stamps.extend((0..rows).map(|row| run.minute(row)));
        if stamps.len() > 8 * MOST_STAMPS {
            stamps.sort_unstable();
            stamps.dedup();
        }
    }
    stamps.sort_unstable();
    stamps.dedup();
    let span = stamps.last()?.0 - stamps.first()?.0;
    (stamps.len() <= MOST_STAMPS && span < LONGEST_SPAN).then(|| stamps.into())
}

/// Words of a list's entry: usage point within the partition, then the reading.
pub(super) const ENTRY: usize = 1 + RawReading::WORDS;

fn push_list(list: &mut Vec<u32>, within: u32, stretch: &Stretch) {
    for reading in stretch.raw() {
        list.push(within);
        list.extend(reading.to_words());
    }
}
