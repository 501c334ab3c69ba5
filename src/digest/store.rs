//! Profiles of millions of usage points, packed, in memory as long as they fit and then on disk.
//!
//! Profiles are appended to chunks as usage points are finished, in no particular order;
//! `ProfilePlace` says where one is. A chunk is read as a whole, so that going through all profiles
//! reads the file once from its beginning to its end.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::CivilDay;
use crate::series::{HOURS, Rounding, SpillStore, Stored};

use super::node::Known;
use super::{DaySummary, HourBand, Profile, Regimes, UsageProfile};

/// Words of a chunk.
const CHUNK: usize = 1 << 20;

/// Where a profile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProfilePlace {
    chunk: u32,
    offset: u32,
}

/// Packed profiles.
#[derive(Debug)]
pub struct ProfileStore {
    store: SpillStore,
    chunks: Mutex<Chunks>,
}

#[derive(Debug, Default)]
struct Chunks {
    closed: Vec<Option<Arc<Stored>>>,
    /// Chunks that are still filled; threads take one each.
    open: Vec<(u32, Vec<u32>)>,
}

impl ProfileStore {
    /// A store that keeps up to `budget` bytes in memory and the rest in a file without a name in
    /// `folder`.
    #[must_use]
    pub fn new(budget: u64, folder: &Path) -> Self {
        Self { store: SpillStore::new(budget, folder), chunks: Mutex::default() }
    }

    /// Appends a profile.
    pub fn put(&self, profile: &UsageProfile) -> ProfilePlace {
        let lock = || self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = {
            let mut chunks = lock();
            chunks.open.pop().unwrap_or_else(|| {
                chunks.closed.push(None);
                (chunks.closed.len() as u32 - 1, Vec::with_capacity(CHUNK + (CHUNK >> 4)))
            })
        };
        let (chunk, mut words) = taken;
        let place = ProfilePlace { chunk, offset: words.len() as u32 };
        pack(profile, &mut words);
        if words.len() >= CHUNK {
            let stored = self.store.put(words);
            lock().closed[chunk as usize] = Some(Arc::new(stored));
        } else {
            lock().open.push((chunk, words));
        }
        place
    }

    /// Closes the chunks that are still filled, after the last profile.
    ///
    /// # Errors
    /// When the file for what did not fit into memory failed.
    pub fn close(&self) -> Result<(), io::Error> {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        for (chunk, mut words) in std::mem::take(&mut chunks.open) {
            words.shrink_to_fit();
            chunks.closed[chunk as usize] = Some(Arc::new(self.store.put(words)));
        }
        self.store.failure().map_or(Ok(()), Err)
    }

    /// Unpacks the profiles at `places`, which must be sorted and of one chunk, and hands each over
    /// with its position among them.
    pub fn each(&self, places: &[ProfilePlace], mut take: impl FnMut(usize, UsageProfile)) {
        let Some(first) = places.first() else { return };
        let stored = self.chunks.lock().unwrap_or_else(PoisonError::into_inner).closed[first.chunk as usize].clone();
        let Some(stored) = stored else { return };
        let words = self.store.get(&stored);
        for (index, place) in places.iter().enumerate() {
            if let Some(profile) = words.get(place.offset as usize..).and_then(unpack) {
                take(index, profile);
            }
        }
    }

    /// One profile; `None` when the file failed.
    #[must_use]
    pub fn get(&self, place: ProfilePlace) -> Option<UsageProfile> {
        let mut found = None;
        self.each(&[place], |_, profile| found = Some(profile));
        found
    }

    /// The first failure of the file, once.
    pub fn failure(&self) -> Option<io::Error> {
        self.store.failure()
    }

    /// Bytes that went to disk.
    #[must_use]
    pub fn spilled(&self) -> u64 {
        self.store.spilled()
    }
}

impl ProfilePlace {
    /// The chunk; profiles of one chunk are read together.
    #[must_use]
    pub fn chunk(&self) -> u32 {
        self.chunk
    }
}

/// Words of the profile: step, months, rounding; regimes and typical levels; for each month its
/// first day, days and number of halves; summaries; bands.
fn pack(profile: &UsageProfile, words: &mut Vec<u32>) {
    words.extend([profile.step_min, profile.months.len() as u32, profile.rounding.step_kw.to_bits()]);
    for regimes in [&profile.regimes, &profile.mean_regimes] {
        words.push((regimes.place as u32) << 1 | u32::from(regimes.rises));
        push_real(words, regimes.before_kw);
        push_real(words, regimes.after_kw);
    }
    push_real(words, profile.high_mean_kw);
    push_real(words, profile.high_floor_kw);
    for month in &profile.months {
        words.extend([month.first_day.0 as u32, (month.days.len() as u32) << 2 | month.halves.len() as u32]);
        for day in &month.days {
            words.extend([day.mean_kw, day.floor_kw, day.top_kw, day.two_level].map(f32::to_bits));
            words.push(u32::from(day.valid_hours));
        }
        for band in &month.halves {
            words.push(u32::from(band.days));
            words.extend([band.low_kw, band.mid_kw, band.high_kw].into_iter().flatten().map(f32::to_bits));
        }
    }
}

fn unpack(words: &[u32]) -> Option<UsageProfile> {
    let mut rest = words;
    let [step_min, months, step_kw] = take(&mut rest)?;
    let rounding = Rounding { step_kw: f32::from_bits(step_kw) };
    let (regimes, mean_regimes) = (take_regimes(&mut rest)?, take_regimes(&mut rest)?);
    let known =
        Known { regimes, mean_regimes, high_mean_kw: take_real(&mut rest)?, high_floor_kw: take_real(&mut rest)? };
    let mut profile = Vec::with_capacity(months.min(64) as usize);
    for _ in 0..months {
        let [first_day, shape] = take(&mut rest)?;
        let mut days = Vec::with_capacity((shape >> 2).min(31) as usize);
        for _ in 0..shape >> 2 {
            let [mean_kw, floor_kw, top_kw, two_level, valid_hours] = take(&mut rest)?;
            let [mean_kw, floor_kw, top_kw, two_level] = [mean_kw, floor_kw, top_kw, two_level].map(f32::from_bits);
            days.push(DaySummary { mean_kw, floor_kw, top_kw, two_level, valid_hours: valid_hours as u8 });
        }
        let mut halves = Vec::with_capacity(2);
        for _ in 0..shape & 3 {
            let [days] = take(&mut rest)?;
            let mut band = || Some(take::<HOURS>(&mut rest)?.map(f32::from_bits));
            halves.push(HourBand { days: days as u8, low_kw: band()?, mid_kw: band()?, high_kw: band()? });
        }
        profile.push(Profile { first_day: CivilDay(first_day as i32), days, halves });
    }
    Some(UsageProfile::of_known(profile, step_min, rounding, &known))
}

fn push_real(words: &mut Vec<u32>, value: f64) {
    words.extend([(value.to_bits() >> 32) as u32, value.to_bits() as u32]);
}

fn take_real(words: &mut &[u32]) -> Option<f64> {
    take::<2>(words).map(|[high, low]| f64::from_bits(u64::from(high) << 32 | u64::from(low)))
}

fn take_regimes(words: &mut &[u32]) -> Option<Regimes> {
    let [place] = take(words)?;
    Some(Regimes {
        place: (place >> 1) as usize,
        rises: place & 1 == 1,
        before_kw: take_real(words)?,
        after_kw: take_real(words)?,
    })
}

fn take<const N: usize>(words: &mut &[u32]) -> Option<[u32; N]> {
    let (taken, rest) = words.split_first_chunk::<N>()?;
    *words = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    #[test]
    fn profiles_come_back_as_they_were_from_memory_and_from_disk() {
        let calendar = Calendar::new(None).unwrap();
        let profile = |i: u32, step_min: u32| {
            let kw = (0..40 * 24 * 60 / step_min).map(|h| ((h * 7919 + i) % 101) as f32 / 50.0).collect();
            UsageProfile::of(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw }, &calendar)
        };
        let folder = tempfile::tempdir().unwrap();
        for budget in [0, 1 << 30] {
            let store = ProfileStore::new(budget, folder.path());
            let kept: Vec<UsageProfile> = (0..5).map(|i| profile(i, [15, 60, 1440][i as usize % 3])).collect();
            let places: Vec<ProfilePlace> = kept.iter().map(|profile| store.put(profile)).collect();
            store.close().unwrap();
            let mut back = Vec::new();
            store.each(&places, |_, profile| back.push(profile));
            assert_eq!(format!("{back:?}"), format!("{kept:?}"));
            assert_eq!(store.spilled() > 0, budget == 0);
        }
    }
}
