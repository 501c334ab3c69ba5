//! Usage points that wait for their place in a canonical file: finished in any order, written in
//! that of their ids.

use std::collections::BTreeMap;
use std::io;

use crate::domain::{Minute, ReadingQuality, UsagePointId};
use crate::series::{
    CanonicalReading, PerWorker, RawReading, RegisterRead, SpillStore, Stored, Stretch, canonical_readings,
    counted_load,
};

use super::canonical::CanonicalColumns;

/// Words of a reading that is put away.
const WORDS: usize = 3;

/// Usage points that are finished.
pub struct FinishedPoints<'a> {
    store: &'a SpillStore,
    kept: PerWorker<StoredPoints>,
}

/// What is known of points that were put away.
#[derive(Debug, Default)]
pub struct StoredPoints {
    /// Where each lies.
    pub points: BTreeMap<UsagePointId, Stored>,
    /// Columns that say something.
    pub columns: CanonicalColumns,
    /// Readings put away.
    pub readings: u64,
    /// Readings that gave way to a better or later one.
    pub given_way: u64,
}

impl<'a> FinishedPoints<'a> {
    /// Points that are put away in `store`.
    #[must_use]
    pub fn new(store: &'a SpillStore) -> Self {
        Self { store, kept: PerWorker::new() }
    }

    /// Takes the readings of one usage point.
    ///
    /// # Errors
    /// When the file for what does not fit into memory fails.
    pub fn usage_point(&self, id: &str, stretches: &[Stretch], apart: &[RawReading]) -> io::Result<()> {
        let (readings, given_way) = canonical_readings(stretches, apart);
        if readings.is_empty() {
            return Ok(());
        }
        let said = |reading: &CanonicalReading| {
            matches!(reading.quality, ReadingQuality::Estimated | ReadingQuality::Substituted)
        };
        let (quality, duration) = (readings.iter().any(said), readings.iter().any(|reading| reading.duration_min > 0));
        let channel = readings.iter().any(|reading| reading.kwh < 0.0);
        let words = readings
            .iter()
            .flat_map(|r| [r.start.0, r.kwh.to_bits(), u32::from(r.duration_min) << 8 | r.quality as u32])
            .collect();
        let stored = self.store.put(words)?;
        self.kept.with(|kept| {
            kept.readings += readings.len() as u64;
            kept.given_way += given_way;
            kept.columns.quality |= quality;
            kept.columns.duration_min |= duration;
            kept.columns.channel |= channel;
            kept.points.insert(id.into(), stored);
        });
        Ok(())
    }

    /// All points that every thread has finished.
    #[must_use]
    pub fn stored(self) -> StoredPoints {
        self.kept.folded(StoredPoints::merge)
    }
}

/// Counters and their readings.
type Registers = Vec<(UsagePointId, Vec<RegisterRead>)>;

impl StoredPoints {
    /// Takes up counters that are read by the hour, as the energy between their readings, as a scan
    /// does; returns the others.
    ///
    /// # Errors
    /// When the file for what does not fit into memory fails.
    pub fn take_counted(&mut self, registers: Registers, store: &SpillStore) -> io::Result<Registers> {
        let counted = FinishedPoints::new(store);
        let mut others = Registers::new();
        for (id, reads) in registers {
            match counted_load(&reads).filter(|_| !self.points.contains_key(&id)) {
                Some(load) => counted.usage_point(id.as_ref(), &[], &load)?,
                None => others.push((id, reads)),
            }
        }
        *self = std::mem::take(self).merge(counted.stored());
        Ok(others)
    }

    /// What two threads have finished. Every usage point was with one of them.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.points.append(&mut other.points);
        let of = other.columns;
        self.columns.quality |= of.quality;
        self.columns.duration_min |= of.duration_min;
        self.columns.channel |= of.channel;
        Self { readings: self.readings + other.readings, given_way: self.given_way + other.given_way, ..self }
    }
}

/// The readings of a point that was put away.
#[must_use]
pub fn unpacked(words: &[u32]) -> Vec<CanonicalReading> {
    let quality = |bits: u32| match bits & 0xff {
        0 => ReadingQuality::Missing,
        1 => ReadingQuality::Substituted,
        2 => ReadingQuality::Estimated,
        _ => ReadingQuality::Actual,
    };
    let reading = |w: &[u32]| CanonicalReading {
        start: Minute(w[0]),
        kwh: f32::from_bits(w[1]),
        duration_min: (w[2] >> 8) as u16,
        quality: quality(w[2]),
    };
    words.chunks_exact(WORDS).map(reading).collect()
}
