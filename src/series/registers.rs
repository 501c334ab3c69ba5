//! Register readings to mean power: the difference of two counter readings over the time between them.
//!
//! A falling counter is a roll-over, a replacement or an error: the pair is left out and reported. Pairs closer than a day are joined.

use crate::domain::{Calendar, Fault, FaultKind, FileIx, Timestamp, UsagePointId};

/// One counter reading: instant, counter in kWh (NaN = missing), file it came from.
pub type RegisterRead = (Timestamp, f64, FileIx);

/// Energy between two counter readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegisterPeriod {
    /// The earlier reading.
    pub from: Timestamp,
    /// The later one.
    pub to: Timestamp,
    /// Energy between them, kWh.
    pub energy_kwh: f64,
}

impl RegisterPeriod {
    /// Mean power, kW.
    #[must_use]
    pub fn mean_kw(&self) -> f64 {
        self.energy_kwh / ((self.to.0 - self.from.0) as f64 / 3600.0)
    }
}

/// What register readings say of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterLoad {
    /// The meter.
    pub usage_point: UsagePointId,
    /// First reading used.
    pub from: Timestamp,
    /// Last reading used.
    pub to: Timestamp,
    /// Energy between them over usable pairs, kWh.
    pub energy_kwh: f64,
    /// Mean power over usable pairs, kW.
    pub mean_kw: f64,
    /// Lowest mean power of any pair, kW.
    pub lowest_kw: f64,
    /// Usable pairs of readings, in order.
    pub periods: Vec<RegisterPeriod>,
}

/// Mean power from counter readings. `None` with fewer than two usable readings; faults are returned in either case.
#[must_use]
pub fn register_load(usage_point: &UsagePointId, mut reads: Vec<RegisterRead>, calendar: &Calendar) -> (Option<RegisterLoad>, Vec<Fault>) {
    reads.retain(|read| read.1.is_finite());
    // The later file wins for one instant; of one file's readings the larger counter does.
    reads.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.cmp(&a.2)).then(b.1.total_cmp(&a.1)));
    reads.dedup_by_key(|read| read.0);
    let mut faults = Vec::new();
    let mut periods: Vec<RegisterPeriod> = Vec::new();
    let mut previous: Option<(Timestamp, f64)> = None;
    for &(at, counter, _) in &reads {
        let Some((before, counter_before)) = previous else {
            previous = Some((at, counter));
            continue;
        };
        if at.0 - before.0 < 86_400 {
            continue;
        }
        previous = Some((at, counter));
        if counter < counter_before {
            faults.push(Fault {
                usage_point: usage_point.clone(),
                kind: FaultKind::Rollover,
                from: Some(calendar.day(before)),
                to: Some(calendar.day(at)),
                share: None,
                detail: format!("the register fell from {counter_before:.1} to {counter:.1} kWh: rolled over or replaced; the period is left out"),
            });
            continue;
        }
        periods.push(RegisterPeriod { from: before, to: at, energy_kwh: counter - counter_before });
    }
    let load = (!periods.is_empty()).then(|| of_periods(usage_point, &reads, periods));
    (load, faults)
}

fn of_periods(usage_point: &UsagePointId, reads: &[RegisterRead], periods: Vec<RegisterPeriod>) -> RegisterLoad {
    let energy_kwh: f64 = periods.iter().map(|period| period.energy_kwh).sum();
    let seconds: i64 = periods.iter().map(|period| period.to.0 - period.from.0).sum();
    RegisterLoad {
        usage_point: usage_point.clone(),
        from: reads[0].0,
        to: reads[reads.len() - 1].0,
        energy_kwh,
        mean_kw: energy_kwh / (seconds as f64 / 3600.0),
        lowest_kw: periods.iter().map(RegisterPeriod::mean_kw).fold(f64::INFINITY, f64::min),
        periods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64, counter: f64) -> RegisterRead {
        (Timestamp(n * 86_400), counter, FileIx(0))
    }

    #[test]
    fn two_readings_give_the_mean_power_between_them() {
        let (load, faults) = register_load(&"A".into(), vec![day(30, 820.0), day(0, 100.0)], &Calendar::new(None).unwrap());
        assert!((load.unwrap().mean_kw - 1.0).abs() < 1e-12);
        assert!(faults.is_empty());
    }

    #[test]
    fn a_replaced_meter_is_reported_and_its_period_left_out() {
        let (load, faults) = register_load(&"A".into(), vec![day(0, 99_990.0), day(30, 50.0), day(60, 770.0)], &Calendar::new(None).unwrap());
        assert_eq!(faults[0].kind, FaultKind::Rollover);
        assert!((load.unwrap().mean_kw - 1.0).abs() < 1e-12);
    }

    #[test]
    fn one_reading_says_nothing() {
        assert_eq!(register_load(&"A".into(), vec![day(0, 5.0)], &Calendar::new(None).unwrap()).0, None);
    }
}
