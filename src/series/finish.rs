//! Where a usage point goes whose readings are all there.

use std::io;

use super::raw_reading::RawReading;
use super::stretch::{KeptStretch, Stretch};

/// Called once for every usage point, from many threads, with all its readings: stretches in no
/// particular order, and readings that lie apart. Its error ends the reading.
pub type FinishUsagePoint<'a> = &'a (dyn Fn(&str, &[Stretch], &[RawReading]) -> io::Result<()> + Sync);

/// Hands over a usage point whose stretches were kept.
pub(super) fn finish(finish: FinishUsagePoint, id: &str, stretches: &[KeptStretch]) -> io::Result<()> {
    let views: Vec<Stretch> = stretches.iter().map(KeptStretch::view).collect();
    finish(id, &views, &[])
}
