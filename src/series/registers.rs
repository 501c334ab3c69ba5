//! Register readings to mean power: the difference of two counter readings over the time between
//! them.
//!
//! A counter that falls from nearly all nines to nearly nothing passed its last digit: the energy
//! goes on beyond it. One that falls by a little was corrected: the earlier reading is left out.
//! Any other fall is a replaced meter: the period is left out. All three are reported. Pairs closer
//! than a day are joined, unless a counter is read by the hour: then its differences are an hourly
//! load.

use std::collections::BTreeSet;

use super::raw_reading::RawReading;
use super::said;
use crate::domain::{
    Calendar, CivilDay, Fault, FaultKind, FileIx, Minute, ReadingQuality, Timestamp, Unit, UsagePointId,
};

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

/// Mean power from counter readings. `None` with fewer than two usable readings; faults are
/// returned in either case.
#[must_use]
pub fn register_load(
    usage_point: &UsagePointId,
    mut reads: Vec<RegisterRead>,
    calendar: &Calendar,
) -> (Option<RegisterLoad>, Vec<Fault>) {
    reads.retain(|read| read.1.is_finite());
    in_order(&mut reads);
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
            let fall = Fall::of(counter_before, counter);
            faults.push(fall.fault(usage_point, (calendar.day(before), calendar.day(at)), (counter_before, counter)));
            match fall {
                Fall::Rollover { energy_kwh } => periods.push(RegisterPeriod { from: before, to: at, energy_kwh }),
                // The period before ended with a reading that was too high.
                Fall::Correction => {
                    if let Some(corrected) = periods.pop_if(|period| period.to == before) {
                        let energy_kwh = corrected.energy_kwh + counter - counter_before;
                        periods.push(RegisterPeriod { to: at, energy_kwh, ..corrected });
                        if energy_kwh < 0.0 {
                            periods.pop();
                        }
                    }
                }
                Fall::Replacement => {}
            }
            continue;
        }
        periods.push(RegisterPeriod { from: before, to: at, energy_kwh: counter - counter_before });
    }
    let load = (!periods.is_empty()).then(|| of_periods(usage_point, &reads, periods));
    (load, faults)
}

/// Why a counter fell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fall {
    /// It passed its last digit.
    Rollover { energy_kwh: f64 },
    /// The reading before was too high.
    Correction,
    /// Another meter.
    Replacement,
}

impl Fall {
    /// Displays in use have four to eight digits before the point. A counter rolls over from the
    /// last twentieth of its range into the first; a correction takes back less than a hundredth.
    fn of(before: f64, after: f64) -> Self {
        const DIGITS: std::ops::RangeInclusive<i32> = 4..=8;
        const EDGE: f64 = 0.05;
        const CORRECTION: f64 = 0.01;
        let range = DIGITS
            .map(|digits| 10_f64.powi(digits))
            .find(|range| before < *range && before >= (1.0 - EDGE) * range && after < EDGE * range);
        match range {
            Some(range) => Self::Rollover { energy_kwh: range - before + after },
            None if before - after <= CORRECTION * before => Self::Correction,
            None => Self::Replacement,
        }
    }

    fn fault(self, usage_point: &UsagePointId, (from, to): (CivilDay, CivilDay), (before, after): (f64, f64)) -> Fault {
        let detail = match self {
            Self::Rollover { energy_kwh } => said::rolled_over(before, after, energy_kwh),
            Self::Correction => said::corrected(before, after),
            Self::Replacement => said::replaced(before, after),
        };
        Fault {
            usage_point: usage_point.clone(),
            kind: FaultKind::Rollover,
            from: Some(from),
            to: Some(to),
            share: None,
            detail,
        }
    }
}

/// The hourly load of a counter that is read by the hour or more often: differences of neighbouring
/// readings. `None` where it is read less often, or less than two days.
///
/// Readings of one instant count as in [`register_load`]; a fall leaves its interval out, and so
/// does a distance other than the usual one.
#[must_use]
pub fn counted_load(reads: &[RegisterRead]) -> Option<Vec<RawReading>> {
    const LEAST_READS: usize = 48;
    if reads.len() < LEAST_READS {
        return None;
    }
    let mut reads: Vec<RegisterRead> = reads.iter().copied().filter(|read| read.1.is_finite()).collect();
    in_order(&mut reads);
    // A reading below the one before it, after which the counter goes on as if nothing had been, is
    // a slip.
    let slip = |three: &[RegisterRead]| three[1].1 < three[0].1 && three[2].1 >= three[0].1;
    let slips: BTreeSet<Timestamp> = reads.windows(3).filter(|three| slip(three)).map(|three| three[1].0).collect();
    reads.retain(|read| !slips.contains(&read.0));
    let mut distances: Vec<i64> = reads.windows(2).map(|pair| pair[1].0.0 - pair[0].0.0).collect();
    if distances.len() + 1 < LEAST_READS {
        return None;
    }
    let middle = distances.len() / 2;
    let usual = *distances.select_nth_unstable(middle).1;
    if usual > 3600 || usual % 60 != 0 || 3600 % usual != 0 {
        return None;
    }
    let step_min = (usual / 60) as u16;
    let begins_anew = begins_anew(&reads);
    let load = |pair: &[RegisterRead]| {
        let (from, to) = (pair[0], pair[1]);
        let energy = match to.1 - from.1 {
            energy if energy >= 0.0 => Some(energy),
            // What was counted up to the new beginning is not known; where nothing is counted
            // since, the interval is open.
            _ if begins_anew && to.1 > 0.0 => Some(to.1),
            _ => None,
        };
        let usable = to.0.0 - from.0.0 == usual && from.0.0 % 60 == 0 && from.0.0 >= 0;
        let reading = |energy: f64| {
            RawReading::new(Minute::from(from.0), energy as f32, Unit::Kwh, ReadingQuality::Actual, step_min, to.2)
        };
        energy.filter(|_| usable).map(reading)
    };
    Some(reads.windows(2).filter_map(load).collect())
}

/// Whether a counter is a running total that begins anew every day, month or bill: it falls again
/// and again, to nearly nothing, most of a day apart at the least.
fn begins_anew(reads: &[RegisterRead]) -> bool {
    const NEARLY_NOTHING: f64 = 0.2;
    const APART_S: i64 = 20 * 3600;
    let falls: Vec<&[RegisterRead]> = reads.windows(2).filter(|pair| pair[1].1 < pair[0].1).collect();
    falls.len() >= 2
        && falls.iter().all(|pair| (0.0..=NEARLY_NOTHING * pair[0].1).contains(&pair[1].1))
        && falls.windows(2).all(|pair| pair[1][1].0.0 - pair[0][1].0.0 >= APART_S)
}

/// In the order of time, one reading an instant: the later file wins; of one file's readings the
/// larger counter does.
fn in_order(reads: &mut Vec<RegisterRead>) {
    reads.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.cmp(&a.2)).then(b.1.total_cmp(&a.1)));
    reads.dedup_by_key(|read| read.0);
}

fn of_periods(usage_point: &UsagePointId, reads: &[RegisterRead], periods: Vec<RegisterPeriod>) -> RegisterLoad {
    let (from, to) = (reads[0].0, reads[reads.len() - 1].0);
    let mut load = RegisterLoad {
        usage_point: usage_point.clone(),
        from,
        to,
        energy_kwh: 0.0,
        mean_kw: 0.0,
        lowest_kw: 0.0,
        periods,
    };
    load.add_up();
    load
}

impl RegisterLoad {
    /// Energy and powers from the periods.
    pub(super) fn add_up(&mut self) {
        let seconds: i64 = self.periods.iter().map(|period| period.to.0 - period.from.0).sum();
        self.energy_kwh = self.periods.iter().map(|period| period.energy_kwh).sum();
        self.mean_kw = self.energy_kwh / (seconds as f64 / 3600.0);
        self.lowest_kw = self.periods.iter().map(RegisterPeriod::mean_kw).fold(f64::INFINITY, f64::min);
    }
}

/// Register readings in the order of ids and times; of one instant the later file counts, then the
/// larger counter, as in a scan.
#[must_use]
pub fn in_order_of_ids(registers: Vec<(UsagePointId, Vec<RegisterRead>)>) -> Vec<(String, Vec<RegisterRead>)> {
    let tidy = |(id, mut reads): (UsagePointId, Vec<RegisterRead>)| {
        reads.sort_by(|a, b| a.0.cmp(&b.0).then(b.2.cmp(&a.2)).then(b.1.total_cmp(&a.1)));
        reads.dedup_by_key(|read| read.0);
        (id.as_ref().to_owned(), reads)
    };
    registers.into_iter().map(tidy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i64, counter: f64) -> RegisterRead {
        (Timestamp(n * 86_400), counter, FileIx(0))
    }

    #[test]
    fn two_readings_give_the_mean_power_between_them() {
        let (load, faults) =
            register_load(&"A".into(), vec![day(30, 820.0), day(0, 100.0)], &Calendar::new(None).unwrap());
        assert!((load.unwrap().mean_kw - 1.0).abs() < 1e-12);
        assert!(faults.is_empty());
    }

    fn load_of(reads: Vec<RegisterRead>) -> (RegisterLoad, Vec<Fault>) {
        let (load, faults) = register_load(&"A".into(), reads, &Calendar::new(None).unwrap());
        (load.unwrap(), faults)
    }

    #[test]
    fn a_replaced_meter_is_reported_and_its_period_left_out() {
        let (load, faults) = load_of(vec![day(0, 45_990.0), day(30, 50.0), day(60, 770.0)]);
        assert_eq!((faults[0].kind, load.periods.len()), (FaultKind::Rollover, 1));
        assert!((load.mean_kw - 1.0).abs() < 1e-12 && faults[0].detail.to_string().contains("replaced"));
    }

    #[test]
    fn a_counter_that_passes_its_last_digit_goes_on() {
        let (load, faults) = load_of(vec![day(0, 99_500.0), day(30, 220.0), day(60, 940.0)]);
        assert!((load.mean_kw - 1.0).abs() < 1e-12 && faults[0].detail.to_string().contains("kwh=720.0"), "{faults:?}");
    }

    #[test]
    fn a_corrected_reading_leaves_the_energy_of_both_periods() {
        // 1,500 was read for 1,400 by mistake after thirty days; sixty days are 1,440 - 100 in all.
        let (load, faults) = load_of(vec![day(0, 10_000.0), day(30, 11_500.0), day(60, 11_440.0), day(90, 12_160.0)]);
        assert!((load.energy_kwh - 2160.0).abs() < 1e-9 && load.periods[0].to == Timestamp(60 * 86_400), "{load:?}");
        assert!(faults[0].detail.to_string().contains("corrected"));
    }

    #[test]
    fn a_counter_read_by_the_hour_is_an_hourly_load_and_one_read_by_the_day_is_not() {
        let hourly: Vec<RegisterRead> =
            (0..100).map(|hour| (Timestamp(hour * 3600), 1000.0 + 0.5 * hour as f64, FileIx(0))).collect();
        let load = counted_load(&hourly).unwrap();
        assert_eq!((load.len(), load[7].kwh(60), load[7].minute()), (99, 0.5, Minute(7 * 60)));
        assert_eq!(counted_load(&(0..100).map(|n| day(n, 7.0 * n as f64)).collect::<Vec<_>>()), None);
        // A slip and a gap leave out the two intervals beside them.
        let mut broken = hourly;
        broken[50].1 = 3.0;
        broken.remove(20);
        assert_eq!(counted_load(&broken).unwrap().len(), 95);
    }

    #[test]
    fn a_total_of_the_day_is_an_hourly_load_but_for_the_hour_before_it_begins_anew() {
        // At the end of every hour: 1 to 24 times half a kilowatt-hour, then anew.
        let ends = |begins_with: i64| -> Vec<RegisterRead> {
            (0..96).map(|hour| (Timestamp(hour * 3600), 0.5 * ((hour + begins_with) % 24) as f64, FileIx(0))).collect()
        };
        let load = counted_load(&ends(0)).unwrap();
        assert_eq!((load.len(), load.iter().all(|reading| reading.kwh(60) == 0.5)), (92, true));
        let own: Vec<RegisterRead> = ends(0).into_iter().map(|(at, total, file)| (at, total + 0.5, file)).collect();
        let load = counted_load(&own).unwrap();
        assert_eq!((load.len(), load.iter().all(|reading| reading.kwh(60) == 0.5)), (95, true));
    }

    #[test]
    fn one_reading_says_nothing() {
        assert_eq!(register_load(&"A".into(), vec![day(0, 5.0)], &Calendar::new(None).unwrap()).0, None);
    }
}
