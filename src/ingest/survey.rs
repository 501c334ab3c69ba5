//! Which usage point is in which piece: found out from the id columns alone, before the readings
//! are read.
//!
//! Where rows of a usage point lie together, the id column is a few runs, and knowing them lets the
//! run finish a usage point as soon as its last row is read. Where they do not (readings sorted by
//! time, or not at all), the first piece shows it and the survey ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::IngestError;
use super::format::{BlockSink, IdRuns};
use super::readings::{PieceIx, Readings, in_turn};
use crate::domain::{IdList, Interrupt, IntervalBlock, RegisterBlock, Reject};

/// Rows that runs of one usage point must have on average for the rows to count as lying together.
const LEAST_RUN: u64 = 8;

/// Asks nothing of what it is given but whether to stop: what a survey is made with.
pub struct Watching<'a>(pub &'a Interrupt);

impl BlockSink for Watching<'_> {
    fn intervals(&self, _: &IntervalBlock) {}
    fn registers(&self, _: &RegisterBlock) {}
    fn reject(&self, _: Reject) {}
    fn stopped(&self) -> bool {
        self.0.is_set()
    }
}

/// How the readings lie in the files.
#[derive(Debug)]
pub enum Survey {
    /// Rows of a usage point lie together in every piece.
    Together(Roster),
    /// They do not, or it could not be told.
    Scattered,
}

/// Every usage point with the number of its rows and the pieces they are in.
#[derive(Debug, Default)]
pub struct Roster {
    index: HashMap<Box<str>, u32>,
    ids: IdList,
    rows: Vec<u64>,
    /// (usage point, piece by its place in `order`), in the order of pieces.
    held_in: Vec<(u32, u32)>,
    order: Vec<PieceIx>,
    total: u64,
    most_held: u64,
}

impl Roster {
    /// Number of a usage point; `None` for one that the survey has not met.
    #[must_use]
    pub fn number(&self, id: &str) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// Rows of a usage point, rejected ones included.
    #[must_use]
    pub fn rows(&self, number: u32) -> u64 {
        self.rows[number as usize]
    }

    /// Number of usage points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no usage point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows of all usage points.
    #[must_use]
    pub fn total_rows(&self) -> u64 {
        self.total
    }

    /// The order of pieces in which usage points are complete soonest.
    #[must_use]
    pub fn order(&self) -> &[PieceIx] {
        &self.order
    }

    /// Most rows that wait for the rest of their usage point at any time when pieces are read in
    /// that order, one at a time.
    #[must_use]
    pub fn most_held_rows(&self) -> u64 {
        self.most_held
    }

    /// The pieces that hold rows of `wanted` usage points, in order.
    #[must_use]
    pub fn pieces_of(&self, wanted: impl Fn(&str) -> bool) -> Vec<PieceIx> {
        let wanted: Vec<bool> = self.ids.iter().map(wanted).collect();
        let mut places: Vec<u32> =
            self.held_in.iter().filter(|(number, _)| wanted[*number as usize]).map(|(_, place)| *place).collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| self.order[place as usize]).collect()
    }

    /// Puts the runs of all pieces together.
    fn of(pieces: Vec<(PieceIx, IdRuns)>) -> Self {
        let mut roster = Self::default();
        let mut numbered: Vec<(PieceIx, Vec<(u32, u64)>)> = Vec::with_capacity(pieces.len());
        for (piece, runs) in pieces {
            let numbers: Vec<u32> = runs.ids.iter().map(|id| roster.intern(id)).collect();
            let mut inside: Vec<(u32, u64)> = Vec::with_capacity(numbers.len());
            for run in &runs.keys {
                let number = numbers[run.key as usize];
                roster.rows[number as usize] += u64::from(run.rows);
                inside.push((number, u64::from(run.rows)));
            }
            inside.sort_unstable();
            inside.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                earlier.1 += if same { later.1 } else { 0 };
                same
            });
            numbered.push((piece, inside));
        }
        roster.total = roster.rows.iter().sum();
        // Pieces that begin with early usage points come first, so that several sorted files are
        // swept side by side.
        numbered.sort_by_key(|(piece, inside)| (inside.first().map(|first| first.0), *piece));
        let mut left = roster.rows.clone();
        let (mut held, mut begun) = (0_u64, vec![false; left.len()]);
        for (place, (piece, inside)) in numbered.into_iter().enumerate() {
            roster.order.push(piece);
            for (number, rows) in inside {
                let index = number as usize;
                left[index] -= rows;
                roster.held_in.push((number, place as u32));
                if left[index] > 0 {
                    held += rows;
                    begun[index] = true;
                } else if begun[index] {
                    held -= roster.rows[index] - rows;
                }
            }
            roster.most_held = roster.most_held.max(held);
        }
        roster
    }

    fn intern(&mut self, id: &str) -> u32 {
        if let Some(&number) = self.index.get(id) {
            return number;
        }
        let number = self.ids.push(id);
        self.index.insert(id.into(), number);
        self.rows.push(0);
        number
    }
}

impl Survey {
    /// Surveys all pieces, in parallel.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(readings: &Readings, sink: &dyn BlockSink) -> Result<Self, IngestError> {
        let pieces = readings.pieces();
        let scattered = AtomicBool::new(false);
        let found: Mutex<Vec<(PieceIx, IdRuns)>> = Mutex::new(Vec::with_capacity(pieces.len()));
        in_turn(pieces.len(), sink, |turn| {
            if scattered.load(Ordering::Relaxed) {
                return Ok(());
            }
            let piece = pieces[turn];
            match readings.files[piece.file as usize].file.id_runs(piece.piece as usize)? {
                Some(runs) if lies_together(&runs) => {
                    found.lock().unwrap_or_else(PoisonError::into_inner).push((piece, runs));
                }
                _ => scattered.store(true, Ordering::Relaxed),
            }
            Ok(())
        })?;
        if scattered.into_inner() {
            return Ok(Self::Scattered);
        }
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(|(piece, _)| *piece);
        Ok(Self::Together(Roster::of(found)))
    }
}

fn lies_together(runs: &IdRuns) -> bool {
    let rows: u64 = runs.keys.iter().map(|run| u64::from(run.rows)).sum();
    rows >= LEAST_RUN * runs.keys.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KeyRun;

    fn piece(place: u32, runs: &[(&str, u32)]) -> (PieceIx, IdRuns) {
        let mut found = IdRuns::default();
        for &(id, rows) in runs {
            let key = found.ids.push(id);
            found.keys.push(KeyRun { key, rows });
        }
        (PieceIx { file: 0, piece: place }, found)
    }

    #[test]
    fn in_a_file_sorted_by_meter_only_those_at_the_borders_wait() {
        let roster = Roster::of(vec![
            piece(0, &[("A", 96), ("B", 40)]),
            piece(1, &[("B", 56), ("C", 96), ("D", 10)]),
            piece(2, &[("D", 86)]),
        ]);
        assert_eq!((roster.total_rows(), roster.most_held_rows()), (384, 40));
        assert_eq!(roster.pieces_of(|id| id == "D").len(), 2);
    }

    #[test]
    fn files_of_two_months_are_swept_side_by_side() {
        let month = |first: u32| (0..4).map(move |i| (first + i, format!("M{i}")));
        let pieces = month(0).chain(month(4)).map(|(place, id)| piece(place, &[(&id, 100)])).collect();
        let roster = Roster::of(pieces);
        assert_eq!(roster.order().iter().map(|at| at.piece).collect::<Vec<_>>(), [0, 4, 1, 5, 2, 6, 3, 7]);
        assert_eq!(roster.most_held_rows(), 100);
    }

    #[test]
    fn readings_sorted_by_time_do_not_lie_together() {
        let mut found = IdRuns::default();
        (0..50).for_each(|i| {
            found.ids.push(&format!("M{i}"));
        });
        found.keys = (0..200).map(|i| KeyRun { key: i % 50, rows: 1 }).collect();
        assert!(!lies_together(&found));
    }
}
