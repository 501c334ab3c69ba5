//! Usage points that are read but stand in no table.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Customer, Fact, Fault, FaultKind, Grid, UsagePointId};

use super::said;

/// Usage points that the grid or the customer file does not know, when there is one; each with the
/// first and last day of its readings.
pub(crate) fn unknown_points<'a>(
    usage_points: impl Iterator<Item = (&'a UsagePointId, (CivilDay, CivilDay))>,
    grid: &Grid,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut report = |usage_point: &UsagePointId, kind, detail: Fact| {
        faults.push(Fault { usage_point: usage_point.clone(), kind, from: None, to: None, share: None, detail });
    };
    for (usage_point, (first, last)) in usage_points {
        if !grid.is_empty() && !grid.has_line(usage_point) {
            report(usage_point, FaultKind::Unlinked, said::not_in_grid());
        } else if grid.links(usage_point).is_some_and(|links| !links.iter().any(|link| link.overlaps(first, last))) {
            report(usage_point, FaultKind::Unlinked, said::not_in_grid_then());
        }
        if !customers.is_empty() && !customers.contains_key(usage_point) {
            report(usage_point, FaultKind::UnknownCustomer, said::not_a_customer());
        }
    }
    faults
}
