//! Digests of millions of usage points, in memory as long as they fit and then on disk.
//!
//! Digests are appended to chunks as usage points are finished, in no particular order;
//! `DigestPlace` says where one is. A chunk is read as a whole, so that going through all digests
//! reads the file once from its beginning to its end. Memory and file hold the words of
//! [`Digest::encode`].

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::series::{SpillStore, Stored};

use super::encoding::DigestError;
use super::{Content, Digest, UsageProfile};

/// Words of a chunk.
const CHUNK: usize = 1 << 20;

/// Where a digest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestPlace {
    chunk: u32,
    offset: u32,
}

/// Encoded digests.
#[derive(Debug)]
pub struct DigestStore {
    store: SpillStore,
    chunks: Mutex<Chunks>,
}

#[derive(Debug, Default)]
struct Chunks {
    closed: Vec<Option<Arc<Stored>>>,
    /// Chunks that are still filled; threads take one each.
    open: Vec<(u32, Vec<u32>)>,
}

impl DigestStore {
    /// A store that keeps up to `budget` bytes in memory and the rest in a file without a name in
    /// `folder`.
    #[must_use]
    pub fn new(budget: u64, folder: &Path) -> Self {
        Self { store: SpillStore::new(budget, folder), chunks: Mutex::default() }
    }

    /// Appends a digest.
    ///
    /// # Errors
    /// When the file for what does not fit into memory cannot take it.
    pub fn put(&self, digest: &Digest) -> io::Result<DigestPlace> {
        let lock = || self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = {
            let mut chunks = lock();
            chunks.open.pop().unwrap_or_else(|| {
                chunks.closed.push(None);
                (chunks.closed.len() as u32 - 1, Vec::with_capacity(CHUNK + (CHUNK >> 4)))
            })
        };
        let (chunk, mut words) = taken;
        let place = DigestPlace { chunk, offset: words.len() as u32 };
        digest.encode(&mut words);
        if words.len() >= CHUNK {
            let stored = self.store.put(words)?;
            lock().closed[chunk as usize] = Some(Arc::new(stored));
        } else {
            lock().open.push((chunk, words));
        }
        Ok(place)
    }

    /// Closes the chunks that are still filled, after the last digest.
    ///
    /// # Errors
    /// When the file for what does not fit into memory cannot take them.
    pub fn close(&self) -> io::Result<()> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        for (chunk, mut words) in std::mem::take(&mut chunks.open) {
            words.shrink_to_fit();
            chunks.closed[chunk as usize] = Some(Arc::new(self.store.put(words)?));
        }
        Ok(())
    }

    /// Takes the profiles out of the usage points' digests at `places`, which must be sorted and of
    /// one chunk, and hands each over with its position among them.
    ///
    /// # Errors
    /// When the file failed, or no usage point's digest is there.
    pub fn each(&self, places: &[DigestPlace], mut take: impl FnMut(usize, UsageProfile)) -> Result<(), DigestError> {
        let Some(first) = places.first() else { return Ok(()) };
        let stored = self.chunks.lock().unwrap_or_else(PoisonError::into_inner).closed[first.chunk as usize].clone();
        let stored = stored.ok_or(DigestError::NoDigest)?;
        let words = self.store.get(&stored)?;
        for (index, place) in places.iter().enumerate() {
            take(index, profile(words.get(place.offset as usize..).unwrap_or_default())?);
        }
        Ok(())
    }

    /// One profile.
    ///
    /// # Errors
    /// As for [`DigestStore::each`].
    pub fn get(&self, place: DigestPlace) -> Result<UsageProfile, DigestError> {
        let mut found = None;
        self.each(&[place], |_, profile| found = Some(profile))?;
        found.ok_or(DigestError::NoDigest)
    }

    /// Bytes that went to disk.
    #[must_use]
    pub fn spilled(&self) -> u64 {
        self.store.spilled()
    }
}

impl DigestPlace {
    /// The chunk; digests of one chunk are read together.
    #[must_use]
    pub fn chunk(&self) -> u32 {
        self.chunk
    }
}

/// The profile in a usage point's digest.
fn profile(words: &[u32]) -> Result<UsageProfile, DigestError> {
    match Digest::decode(words)?.0.content {
        Content::UsagePoint(point) | Content::Otherwise(point) => Ok(point.into_profile()),
        _ => Err(DigestError::NoDigest),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hours;
    use super::super::point::{PointDigest, Span};
    use super::*;
    use crate::domain::{Calendar, CivilDay, Timestamp};
    use crate::series::LoadSeries;

    #[test]
    fn profiles_come_back_as_they_were_from_memory_and_from_disk() {
        let calendar = Calendar::new(None).unwrap();
        let profile = |i: u32, step_min: u32| {
            let kw = (0..40 * 24 * 60 / step_min).map(|h| ((h * 7919 + i) % 101) as f32 / 50.0).collect();
            let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw };
            UsageProfile::of(&series, &calendar)
        };
        let digest = |profile: &UsageProfile| {
            let (step_min, rounding) = (profile.step_min, profile.rounding);
            let days = (CivilDay(0), CivilDay(39));
            let span = Span { days, step_min, rounding, mean_kw: None, valid: 0, faults: Vec::new() };
            let point = PointDigest::new(profile.clone(), span, None);
            Digest { id: "A".into(), content: Content::UsagePoint(point) }
        };
        let folder = tempfile::tempdir().unwrap();
        for budget in [0, 1 << 30] {
            let store = DigestStore::new(budget, folder.path());
            let kept: Vec<UsageProfile> = (0..5).map(|i| profile(i, [15, 60, 1440][i as usize % 3])).collect();
            let places: Vec<DigestPlace> = kept.iter().map(|profile| store.put(&digest(profile)).unwrap()).collect();
            store.close().unwrap();
            let mut back = Vec::new();
            store.each(&places, |_, profile| back.push(profile)).unwrap();
            assert_eq!(format!("{back:?}"), format!("{kept:?}"));
            assert_eq!(store.spilled() > 0, budget == 0);
        }
    }

    #[test]
    fn a_file_that_cannot_be_made_is_an_error_where_it_is_needed() {
        let store = DigestStore::new(0, Path::new("nowhere/at/all"));
        let digest = Digest { id: "A".into(), content: Content::Sample(Hours::default()) };
        store.put(&digest).unwrap();
        assert!(store.close().is_err(), "the chunk does not fit into memory");
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        let store = DigestStore::new(1 << 30, Path::new("."));
        let place = store.put(&Digest { id: "A".into(), content: Content::Sample(Hours::default()) }).unwrap();
        store.close().unwrap();
        assert!(matches!(store.get(place), Err(DigestError::NoDigest)));
    }
}
