//! Where a usage point goes whose readings are all there.

use super::raw_reading::RawReading;
use super::stretch::{KeptStretch, Stretch};

/// Called once for every usage point, from many threads, with all its readings: stretches in no
/// particular order, and readings that lie apart.
pub type FinishUsagePoint<'a> = &'a (dyn Fn(&str, &[Stretch], &[RawReading]) + Sync);

/// Hands over a usage point whose stretches were kept.
pub(super) fn finish(finish: FinishUsagePoint, id: &str, stretches: &[KeptStretch]) {
    let views: Vec<Stretch> = stretches.iter().map(KeptStretch::view).collect();
    finish(id, &views, &[]);
}
