//! Usage points that have both a register and intervals: what is wrong between them.

use crate::digest::{Counted, DigestError};
use crate::domain::{Calendar, Fault, UsagePointId};
use crate::series::{RegisterLoad, register_fault};

use super::engine::Metered;

/// What is wrong between the registers and the intervals of usage points that have both.
pub(crate) fn against_intervals(
    registers: &[RegisterLoad],
    metered: &Metered,
    counted: &Counted,
    calendar: &Calendar,
) -> Result<Vec<Fault>, DigestError> {
    let both: Vec<&RegisterLoad> = registers
        .iter()
        .filter(|load| metered.is_read(&load.usage_point) && !counted.contains_key(&load.usage_point))
        .collect();
    let ids: Vec<&UsagePointId> = both.iter().map(|load| &load.usage_point).collect();
    let days = metered.day_means(&ids)?;
    Ok(both.iter().zip(days).filter_map(|(load, days)| register_fault(load, &days?, calendar)).collect())
}
