//! The tiles of a partition laid side by side, so that each usage point's readings are one row.

use std::borrow::Cow;

use super::stretch::{EMPTY_CELL, KeptStretch, Stretch, stretch_of_row};
use crate::domain::{FileIx, Minute, TimeRun, Unit, push_time};

/// Cells of a partition's matrix at most; where stamps are too uneven for that, its usage points
/// are put together stretch by stretch.
const MOST_CELLS: usize = 64 << 20;

/// Dense tile as it is read back.
pub(super) struct Loaded<'a> {
    pub(super) file: FileIx,
    pub(super) unit: Unit,
    pub(super) registers: u16,
    pub(super) first: usize,
    pub(super) stamps: &'a [Minute],
    pub(super) cells: Cow<'a, [u32]>,
}

impl Loaded<'_> {
    /// Usage points of the tile.
    fn members(&self) -> usize {
        self.cells.len() / self.stamps.len()
    }

    fn row(&self, within: usize) -> Option<Vec<f32>> {
        let place = within.checked_sub(self.first).filter(|&place| place < self.members())?;
        Some(self.cells[place..].iter().step_by(self.members()).map(|&cell| f32::from_bits(cell)).collect())
    }

    /// The row as a stretch of its own, for the general way.
    pub(super) fn stretch(&self, within: usize) -> Option<KeptStretch> {
        let row = self.row(within)?;
        let mut times = Vec::new();
        self.stamps.iter().for_each(|&first| push_time(&mut times, TimeRun { first, step: 0, rows: 1 }));
        let (file, unit, registers) = (self.file, self.unit, self.registers);
        Some(Stretch { file, unit, registers, times: &times, value: &row, quality: &[], duration_min: &[] }.keep())
    }
}

/// Tiles of one unit side by side on one even axis.
pub(super) struct Matrix {
    start: Minute,
    step: u32,
    columns: usize,
    unit: Unit,
    cells: Vec<u32>,
    /// Usage points with two readings for one interval.
    pub(super) twice: Vec<bool>,
}

impl Matrix {
    /// `None` when tiles differ in unit, or stamps are too uneven for one axis.
    pub(super) fn of(tiles: &[Loaded], rows: usize) -> Option<Self> {
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

    /// Writes a tile, which lies stamp by stamp, into the rows.
    fn place(&mut self, tile: &Loaded) {
        let columns: Vec<usize> =
            tile.stamps.iter().map(|stamp| ((stamp.0 - self.start.0) / self.step) as usize).collect();
        for index in 0..tile.members() {
            let within = tile.first + index;
            let row = &mut self.cells[within * self.columns..(within + 1) * self.columns];
            let strip = tile.cells[index..].iter().step_by(tile.members());
            let mut twice = false;
            for (&column, &told) in columns.iter().zip(strip) {
                let cell = &mut row[column];
                twice |= told != EMPTY_CELL && *cell != EMPTY_CELL;
                *cell = if told == EMPTY_CELL { *cell } else { told };
            }
            self.twice[within] |= twice;
        }
    }

    /// File numbers matter only where readings disagree, and none do here.
    pub(super) fn stretch(&self, within: usize) -> Option<KeptStretch> {
        let row = &self.cells[within * self.columns..(within + 1) * self.columns];
        stretch_of_row(FileIx::default(), self.unit, self.start, self.step, row)
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
