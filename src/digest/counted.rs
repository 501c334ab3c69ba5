//! Counters that are read by the hour, taken as hourly loads.

use std::collections::BTreeMap;
use std::io;

use rayon::prelude::*;

use crate::domain::UsagePointId;
use crate::series::{RawReading, RegisterRead, counted_load};

use super::first_pass::FirstPass;

/// Hourly loads that were made of counters, by usage point.
pub(crate) type Counted = BTreeMap<UsagePointId, Vec<RawReading>>;

/// Takes counters that are read by the hour as hourly loads, where nothing else gives the load by
/// intervals.
///
/// # Errors
/// As for [`FirstPass::usage_point`].
pub(crate) fn finish_counted<T: Send>(
    reads: &[(UsagePointId, Vec<RegisterRead>)],
    first: &mut FirstPass<T>,
) -> io::Result<Counted> {
    let loads: Vec<(&UsagePointId, Vec<RawReading>)> =
        reads.par_iter().filter_map(|(id, reads)| Some((id, counted_load(reads)?))).collect();
    if loads.is_empty() {
        return Ok(Counted::new());
    }
    let known = first.finished();
    let counted: Counted =
        loads.into_iter().filter(|(id, _)| !known.contains(*id)).map(|(id, load)| (id.clone(), load)).collect();
    let first = &*first;
    counted.par_iter().try_for_each(|(id, load)| first.usage_point(id.as_ref(), &[], load))?;
    Ok(counted)
}
