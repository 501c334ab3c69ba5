//! What the register readings of all usage points say, with the ratios of their meters.

use super::meter_ratios::{MeterRatios, apply_ratios_to_register};
use super::registers::{RegisterLoad, RegisterRead, register_load};
use crate::domain::{Calendar, Fault, UsagePointId};

/// What all register readings say, in the order of usage points, and what is wrong with them.
#[must_use]
pub fn register_loads(
    reads: Vec<(UsagePointId, Vec<RegisterRead>)>,
    meters: &MeterRatios,
    calendar: &Calendar,
) -> (Vec<RegisterLoad>, Vec<Fault>) {
    let (mut loads, mut faults) = (Vec::new(), Vec::new());
    for (usage_point, reads) in reads {
        let (mut load, found) = register_load(&usage_point, reads, calendar);
        if let Some(load) = &mut load {
            apply_ratios_to_register(load, meters, calendar);
        }
        let load = load.filter(|load| !load.periods.is_empty());
        loads.extend(load);
        faults.extend(found);
    }
    (loads, faults)
}
