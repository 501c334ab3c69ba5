//! Usage points that are read but stand in no table.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Customer, Fault, FaultKind, Grid, UsagePointId};

/// Usage points that the grid or the customer file does not know, when there is one; each with the
/// first and last day of its readings.
pub(crate) fn unknown_points<'a>(
    usage_points: impl Iterator<Item = (&'a UsagePointId, (CivilDay, CivilDay))>,
    grid: &Grid,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut report = |usage_point: &UsagePointId, kind, detail: &str| {
        faults.push(Fault {
            usage_point: usage_point.clone(),
            kind,
            from: None,
            to: None,
            share: None,
            detail: detail.to_owned().into(),
        });
    };
    for (usage_point, (first, last)) in usage_points {
        if !grid.is_empty() && !grid.has_line(usage_point) {
            report(
                usage_point,
                FaultKind::Unlinked,
                "read, but not in the grid file: its energy is missing from every balance",
            );
        } else if grid.links(usage_point).is_some_and(|links| !links.iter().any(|link| link.overlaps(first, last))) {
            report(
                usage_point,
                FaultKind::Unlinked,
                "read, but its rows in the grid file hold on none of its days: its energy is missing from every balance",
            );
        }
        if !customers.is_empty() && !customers.contains_key(usage_point) {
            report(
                usage_point,
                FaultKind::UnknownCustomer,
                "read, but not in the customer file: judged without class and contracted power",
            );
        }
    }
    faults
}
