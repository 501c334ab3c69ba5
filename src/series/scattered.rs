//! Readings whose usage points do not lie together, as in a file sorted by time: parted by usage
//! point first, finished part by part.
//!
//! A block becomes one dense tile (usage points × stamps) for every partition it touches, or a list
//! where it would be mostly empty. When all blocks are read, a partition's tiles are laid side by
//! side into a matrix whose rows are whole series. Tiles are kept in memory or on disk by `spill`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rayon::prelude::*;

use super::finish::FinishUsagePoint;
use super::raw_reading::RawReading;
use super::spill::{SpillStore, Stored};
use super::stretch::{EMPTY_CELL, KeptStretch, Stretch, each_stretch, stretch_of_row};
use crate::domain::{FileIx, IdList, IntervalBlock, Minute, TimeRun, Unit, is_no_reading, push_time};

/// Usage points of one partition.
const PARTITION: usize = 1024;
/// Stamps of one tile at most, and minutes from its first to its last.
const MOST_STAMPS: usize = 4096;
const LONGEST_SPAN: u32 = 1 << 17;
/// A tile with fewer cells filled than this share is kept as a list.
const LEAST_FILLED: f64 = 0.4;
/// Cells of a partition's matrix at most; where stamps are too uneven for that, its usage points
/// are put together stretch by stretch.
const MOST_CELLS: usize = 64 << 20;

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

/// Part of a block, for one partition.
struct Tile {
    file: FileIx,
    unit: Unit,
    registers: u16,
    shape: Shape,
    words: Stored,
}

enum Shape {
    /// Values of usage points `first..`, row by row, one column a stamp.
    Dense { first: u32, stamps: Arc<[Minute]> },
    /// (usage point within the partition, reading).
    List,
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

/// Tiles while a block is parted, by partition.
struct Tiles<'a> {
    block: &'a IntervalBlock,
    numbers: &'a [u32],
    stamps: Arc<[Minute]>,
    dense: Vec<DenseTile>,
    lists: HashMap<usize, Vec<u32>>,
}

/// Cells of the usage points `first..=last` of a partition, as bits of single-precision numbers;
/// nothing where none was met.
struct DenseTile {
    first: u32,
    last: u32,
    cells: Vec<u32>,
}

impl<'a> Tiles<'a> {
    fn of(block: &'a IntervalBlock, numbers: &'a [u32]) -> Self {
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
        self.dense.resize_with(partitions, || DenseTile { first: u32::MAX, last: 0, cells: Vec::new() });
        for &number in self.numbers {
            let (tile, within) = (&mut self.dense[number as usize / PARTITION], number % PARTITION as u32);
            (tile.first, tile.last) = (tile.first.min(within), tile.last.max(within));
        }
        let size =
            |tile: &DenseTile| if tile.first > tile.last { 0 } else { (tile.last - tile.first + 1) as usize * columns };
        let cells: usize = self.dense.iter().map(size).sum();
        if cells as f64 * LEAST_FILLED > self.block.len() as f64 {
            self.dense.clear();
            return false;
        }
        self.dense.iter_mut().for_each(|tile| tile.cells = vec![EMPTY_CELL; size(tile)]);
        true
    }

    /// Writes every reading into its cell; a second reading for a cell goes to the list.
    fn fill(&mut self) {
        let (columns, origin) = (self.stamps.len(), self.stamps[0].0);
        let span = self.stamps[columns - 1].0 - origin;
        let mut column_of = vec![0_u16; span as usize + 1];
        for (column, stamp) in self.stamps.iter().enumerate() {
            column_of[(stamp.0 - origin) as usize] = column as u16;
        }
        let mut times = self.block.times.iter().copied();
        let mut time = TimeRun { first: Minute(origin), step: 0, rows: 0 };
        let mut values = self.block.value.iter();
        for run in &self.block.keys {
            let number = self.numbers[run.key as usize];
            let (partition, within) = (number as usize / PARTITION, number % PARTITION as u32);
            let tile = &mut self.dense[partition];
            let row = within.wrapping_sub(tile.first) as usize * columns;
            let mut cells = tile.cells.get_mut(row..row + columns);
            for &value in values.by_ref().take(run.rows as usize) {
                while time.rows == 0 {
                    let Some(next) = times.next() else { return };
                    time = next;
                }
                let minute = time.first;
                (time.first, time.rows) = (Minute(minute.0.wrapping_add(time.step)), time.rows - 1);
                let Some(cells) = cells.as_mut().filter(|_| !is_no_reading(value)) else { continue };
                let cell = &mut cells[usize::from(column_of[(minute.0 - origin) as usize])];
                if *cell == EMPTY_CELL {
                    *cell = value.to_bits();
                } else {
                    let times = [TimeRun { first: minute, step: 0, rows: 1 }];
                    let (file, unit, registers) = (self.block.file, self.block.unit, self.block.registers);
                    let again = Stretch {
                        file,
                        unit,
                        registers,
                        times: &times,
                        value: &[value],
                        quality: &[],
                        duration_min: &[],
                    };
                    push_list(self.lists.entry(partition).or_default(), within, &again);
                }
            }
        }
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
    fn finish(self, store: &SpillStore) -> io::Result<Vec<(usize, Tile)>> {
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
const ENTRY: usize = 1 + RawReading::WORDS;

fn push_list(list: &mut Vec<u32>, within: u32, stretch: &Stretch) {
    for reading in stretch.raw() {
        list.push(within);
        list.extend(reading.to_words());
    }
}

/// Dense tile as it is read back.
struct Loaded<'a> {
    file: FileIx,
    unit: Unit,
    registers: u16,
    first: usize,
    stamps: &'a [Minute],
    cells: Cow<'a, [u32]>,
}

impl Loaded<'_> {
    fn row(&self, within: usize) -> Option<Vec<f32>> {
        let row = within.checked_sub(self.first)? * self.stamps.len();
        Some(self.cells.get(row..row + self.stamps.len())?.iter().map(|&cell| f32::from_bits(cell)).collect())
    }

    /// The row as a stretch of its own, for the general way.
    fn stretch(&self, within: usize) -> Option<KeptStretch> {
        let row = self.row(within)?;
        let mut times = Vec::new();
        self.stamps.iter().for_each(|&first| push_time(&mut times, TimeRun { first, step: 0, rows: 1 }));
        let (file, unit, registers) = (self.file, self.unit, self.registers);
        Some(Stretch { file, unit, registers, times: &times, value: &row, quality: &[], duration_min: &[] }.keep())
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

/// Tiles of one unit side by side on one even axis.
struct Matrix {
    start: Minute,
    step: u32,
    columns: usize,
    unit: Unit,
    cells: Vec<u32>,
    /// Usage points with two readings for one interval.
    twice: Vec<bool>,
}

impl Matrix {
    /// `None` when tiles differ in unit, or stamps are too uneven for one axis.
    fn of(tiles: &[Loaded], rows: usize) -> Option<Self> {
        let unit = tiles.first()?.unit;
        let start = tiles.iter().map(|tile| tile.stamps[0]).min()?;
        let end = tiles.iter().map(|tile| tile.stamps[tile.stamps.len() - 1]).max()?;
        let step = tiles
            .iter()
            .flat_map(|tile| tile.stamps)
            .fold(0, |step, stamp| greatest_common_divisor(step, stamp.0 - start.0))
            .max(1);
        let columns = ((end.0 - start.0) / step) as usize + 1;
        if tiles.iter().any(|tile| tile.unit != unit)
            || columns.checked_mul(rows).is_none_or(|cells| cells > MOST_CELLS)
        {
            return None;
        }
        let mut matrix =
            Self { start, step, columns, unit, cells: vec![EMPTY_CELL; columns * rows], twice: vec![false; rows] };
        for tile in tiles {
            matrix.place(tile);
        }
        Some(matrix)
    }

    fn place(&mut self, tile: &Loaded) {
        let place = |stamp: Minute| ((stamp.0 - self.start.0) / self.step) as usize;
        let (first, width) = (place(tile.stamps[0]), tile.stamps.len());
        let side_by_side = place(tile.stamps[width - 1]) - first + 1 == width;
        for (index, strip) in tile.cells.chunks_exact(width).enumerate() {
            let within = tile.first + index;
            let row = &mut self.cells[within * self.columns..(within + 1) * self.columns];
            if side_by_side && row[first..first + width].iter().all(|&cell| cell == EMPTY_CELL) {
                row[first..first + width].copy_from_slice(strip);
                continue;
            }
            for (stamp, &told) in tile.stamps.iter().zip(strip).filter(|(_, told)| **told != EMPTY_CELL) {
                let cell = &mut row[((stamp.0 - self.start.0) / self.step) as usize];
                self.twice[within] |= *cell != EMPTY_CELL;
                *cell = told;
            }
        }
    }

    /// File numbers matter only where readings disagree, and none do here.
    fn stretch(&self, within: usize) -> Option<KeptStretch> {
        let row = &self.cells[within * self.columns..(within + 1) * self.columns];
        stretch_of_row(FileIx::default(), self.unit, self.start, self.step, row)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
