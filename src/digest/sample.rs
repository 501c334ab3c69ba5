//! The usage points with the smallest hashes of their ids: a sample that does not change when
//! others are added, whatever the number of threads and the order of readings.
//!
//! Every thread keeps its own part. So that all parts together hold little more than the sample,
//! threads share counts of the hashes that were offered, by their upper bits: once enough lie
//! below a bound, nothing above it can be in the sample.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::domain::UsagePointId;
use crate::series::LoadSeries;

/// Upper bits of a hash that are counted by: at ten million usage points 150 share a count.
const COUNTED_BITS: u32 = 16;
/// Series taken into a part between two looks at the bound.
const BETWEEN_LOOKS: usize = 32;

/// Hash and id.
pub(crate) type SampleKey = (u64, UsagePointId);

/// One thread's part of a sample.
#[derive(Debug, Default)]
pub(crate) struct SamplePart {
    series: BTreeMap<SampleKey, LoadSeries>,
    since_look: usize,
}

/// How many series a sample has, and which hashes may still be in it.
#[derive(Debug)]
pub(crate) struct SampleBound {
    most: usize,
    offered: Box<[AtomicU32]>,
    /// The last count that may hold a part of the sample.
    last: AtomicUsize,
}

impl SampleBound {
    /// A sample of `most` series.
    pub(crate) fn new(most: usize) -> Self {
        let counts = 1_usize << COUNTED_BITS;
        Self { most, offered: (0..counts).map(|_| AtomicU32::new(0)).collect(), last: AtomicUsize::new(counts - 1) }
    }

    /// Offers a series to a thread's part.
    pub(crate) fn offer(&self, part: &mut SamplePart, key: SampleKey, series: impl FnOnce() -> LoadSeries) {
        let place = place(&key);
        if self.most == 0 || place > self.last.load(Ordering::Relaxed) {
            return;
        }
        self.offered[place].fetch_add(1, Ordering::Relaxed);
        part.series.insert(key, series());
        part.since_look += 1;
        if part.since_look >= BETWEEN_LOOKS {
            part.since_look = 0;
            self.look(part);
        }
    }

    /// Lowers the bound as far as it goes, and drops what lies above it.
    fn look(&self, part: &mut SamplePart) {
        let mut below = 0_usize;
        let bound = self.offered.iter().position(|count| {
            below += count.load(Ordering::Relaxed) as usize;
            below >= self.most
        });
        if let Some(bound) = bound {
            self.last.fetch_min(bound, Ordering::Relaxed);
        }
        let last = self.last.load(Ordering::Relaxed);
        while part.series.last_key_value().is_some_and(|(key, _)| place(key) > last) || part.series.len() > self.most {
            part.series.pop_last();
        }
    }

    /// The sample: what of all parts has the smallest hashes, in the order of ids.
    pub(crate) fn chosen(&self, part: SamplePart) -> Vec<LoadSeries> {
        let mut chosen: Vec<LoadSeries> = part.series.into_values().take(self.most).collect();
        chosen.sort_unstable_by(|a, b| a.usage_point.cmp(&b.usage_point));
        chosen
    }
}

fn place(key: &SampleKey) -> usize {
    (key.0 >> (u64::BITS - COUNTED_BITS)) as usize
}

impl SamplePart {
    /// Both parts.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.series.extend(other.series);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Purpose, Timestamp, seed_of};

    #[test]
    fn parts_of_several_threads_make_the_sample_of_one_and_hold_little_more() {
        let chosen = |threads: usize| {
            let bound = SampleBound::new(100);
            let mut parts: Vec<SamplePart> = (0..threads).map(|_| SamplePart::default()).collect();
            for number in 0..20_000 {
                let id: UsagePointId = format!("P{number}").as_str().into();
                let key = (seed_of(7, &id, Purpose::Sample, 0), id.clone());
                let series =
                    || LoadSeries { usage_point: id.clone(), start: Timestamp(0), step_min: 60, kw: vec![1.0] };
                bound.offer(&mut parts[number % threads], key, series);
            }
            let held: usize = parts.iter().map(|part| part.series.len()).sum();
            assert!(held < 100 + threads * 2 * BETWEEN_LOOKS, "{held}");
            let all = parts.into_iter().reduce(SamplePart::merge).unwrap_or_default();
            bound.chosen(all).into_iter().map(|series| series.usage_point).collect::<Vec<_>>()
        };
        let one = chosen(1);
        assert_eq!((one.len(), &chosen(2), &chosen(5)), (100, &one, &one));
    }
}
