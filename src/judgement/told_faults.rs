//! What balances add to the faults that the gate has told, and the order in which faults are
//! written.

use std::collections::BTreeMap;

use crate::domain::{Fault, FaultKind, NodeId, UsagePointId};
use crate::series::suspected_by_levels;

use crate::unmetered::Settled;

use super::said;

/// Faults lie in the order of usage points and kinds.
pub(crate) fn fault_order(a: &Fault, b: &Fault) -> std::cmp::Ordering {
    (&a.usage_point, a.kind, a.from, &a.detail).cmp(&(&b.usage_point, b.kind, b.from, &b.detail))
}

/// Says of usage points that the grid file forgot where their load is missing.
pub(crate) fn propose_links(faults: &mut [Fault], placed: &BTreeMap<UsagePointId, NodeId>) {
    for fault in faults.iter_mut().filter(|fault| fault.kind == FaultKind::Unlinked) {
        if let Some(node) = placed.get(&fault.usage_point) {
            fault.detail = said::link_it(node);
        }
    }
}

/// Says of meter ratios what the balance knows better: one that was divided out may have been load,
/// one that was suspected is a ratio, or is dropped.
pub(crate) fn tell_ratios(faults: &mut Vec<Fault>, ratios: &Settled) {
    let is_suspicion =
        |fault: &Fault| fault.kind == FaultKind::RatioDoubt && suspected_by_levels(&fault.detail).is_some();
    faults.retain(|fault| !(ratios.refuted.contains(&fault.usage_point) && is_suspicion(fault)));
    for fault in faults {
        let Some(node) = ratios.otherwise.get(&fault.usage_point) else { continue };
        if fault.kind == FaultKind::Multiplier {
            fault.detail = said::was_load(fault.detail.clone(), node);
        } else if let Some(levels) = suspected_by_levels(&fault.detail).filter(|_| fault.kind == FaultKind::RatioDoubt)
        {
            fault.detail = said::ratio_confirmed(levels.clone(), node);
            fault.kind = FaultKind::Multiplier;
        }
    }
}
