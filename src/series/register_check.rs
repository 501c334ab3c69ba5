//! Profile against register: what the intervals add up to between two counter readings, and what
//! the counter says.
//!
//! Statistic, for each period of a week or longer: mean power of the intervals' whole days over the
//! register's mean power; 1 where they agree. Tolerance: 3 %, and half of the share of the period
//! in no whole day that was read, because days differ. Assumes: four fifths of the period are read.
//! A quotient near a whole number is how a meter ratio looks that was applied to one of the two and
//! not to the other.
//! Source: interval-against-register test in validation of metering data (VEE), which "checks the
//! meter multiplier".

use super::registers::{RegisterLoad, RegisterPeriod};
use super::said;
use crate::domain::{Calendar, CivilDay, Fact, Fault, FaultKind};

/// Shortest period, days.
const LEAST_DAYS: f64 = 7.0;
/// Share of a period that must be read in whole days.
const LEAST_READ: f64 = 0.8;
/// Share by which the two may differ, and more by this part of what is not read.
const TOLERANCE: f64 = 0.03;
const FOR_UNREAD: f64 = 0.5;
/// Energy below which a difference is rounding, kWh.
const LEAST_KWH: f64 = 10.0;

/// A period in which both are known.
struct Compared {
    from: CivilDay,
    to: CivilDay,
    by_intervals_kwh: f64,
    by_register_kwh: f64,
    tolerance: f64,
}

impl Compared {
    fn of(period: &RegisterPeriod, days: &[(CivilDay, f32)], calendar: &Calendar) -> Option<Self> {
        let length = (period.to.0 - period.from.0) as f64 / 86_400.0;
        let inside = |day: CivilDay| {
            calendar.day_start(day) >= period.from && calendar.day_start(CivilDay(day.0 + 1)) <= period.to
        };
        let (from, to) = (calendar.day(period.from), calendar.day(period.to));
        let first = days.partition_point(|day| day.0 < from);
        let means = days[first..].iter().take_while(|day| day.0 <= to).filter(|day| inside(day.0) && !day.1.is_nan());
        let (count, sum) = means.fold((0_u32, 0.0), |(count, sum), day| (count + 1, sum + f64::from(day.1)));
        let read = f64::from(count) / length;
        if length < LEAST_DAYS || read < LEAST_READ {
            return None;
        }
        let by_intervals_kwh = sum / f64::from(count) * length * 24.0;
        Some(Self {
            from,
            to,
            by_intervals_kwh,
            by_register_kwh: period.energy_kwh,
            tolerance: TOLERANCE + FOR_UNREAD * (1.0 - read).max(0.0),
        })
    }

    fn differs(&self) -> bool {
        let apart = (self.by_intervals_kwh - self.by_register_kwh).abs();
        apart > LEAST_KWH && apart > self.tolerance * self.by_intervals_kwh.abs().max(self.by_register_kwh)
    }
}

/// Compares a usage point's register with the means of its days, in order; `None` where they agree,
/// or are never read together.
#[must_use]
pub fn register_fault(register: &RegisterLoad, days: &[(CivilDay, f32)], calendar: &Calendar) -> Option<Fault> {
    let compared: Vec<Compared> =
        register.periods.iter().filter_map(|period| Compared::of(period, days, calendar)).collect();
    let differing: Vec<&Compared> = compared.iter().filter(|compared| compared.differs()).collect();
    let (first, last) = (differing.first()?, differing.last()?);
    let sum = |of: fn(&Compared) -> f64| differing.iter().map(|compared| of(compared)).sum::<f64>();
    let (intervals, counted) = (sum(|c| c.by_intervals_kwh), sum(|c| c.by_register_kwh));
    let apart = said::register_apart(differing.len(), compared.len(), intervals, counted);
    let detail = with_ratio(apart, intervals, counted);
    Some(Fault {
        usage_point: register.usage_point.clone(),
        kind: FaultKind::ProfileRegister,
        from: Some(first.from),
        to: Some(last.to),
        share: Some(differing.len() as f64 / compared.len() as f64),
        detail,
    })
}

/// Adds what a quotient near a whole number means.
fn with_ratio(apart: Fact, intervals: f64, counted: f64) -> Fact {
    let (large, small) = (intervals.max(counted), intervals.min(counted));
    let quotient = large / small;
    let whole = quotient.round();
    if !quotient.is_finite() || !(2.0..=10_000.0).contains(&whole) || (quotient / whole - 1.0).abs() > TOLERANCE {
        return apart;
    }
    said::register_ratio(apart, whole, if intervals > counted { "intervals" } else { "register" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FileIx, Timestamp};
    use crate::series::register_load;

    /// Sixty days of 1 kW and a counter read every thirty days at noon, which counts `share` of it.
    fn fault(share: f64, days: &[(CivilDay, f32)]) -> Option<Fault> {
        let calendar = Calendar::new(None).unwrap();
        let reads = [0, 30, 60]
            .map(|day| (Timestamp(day * 86_400 + 43_200), 100.0 + share * day as f64 * 24.0, FileIx(0)))
            .to_vec();
        register_fault(&register_load(&"A".into(), reads, &calendar).0.unwrap(), days, &calendar)
    }

    fn days(kw: impl Fn(i32) -> f32) -> Vec<(CivilDay, f32)> {
        (0..61).map(|day| (CivilDay(day), kw(day))).collect()
    }

    #[test]
    fn a_register_that_counts_a_twentieth_says_which_side_has_the_ratio() {
        let found = fault(0.05, &days(|_| 1.0)).unwrap();
        assert_eq!((found.kind, found.share), (FaultKind::ProfileRegister, Some(1.0)));
        assert!(found.detail.to_string().contains("ratio=20 with=intervals"), "{}", found.detail);
        assert!(fault(40.0, &days(|_| 1.0)).unwrap().detail.to_string().contains("ratio=40 with=register"));
    }

    #[test]
    fn a_fifth_that_is_missing_from_the_profile_is_told_and_a_rough_month_is_not() {
        assert!(
            fault(1.25, &days(|_| 1.0)).unwrap().detail.to_string().contains("intervals_kwh=1440 register_kwh=1800")
        );
        // Days of 0.7 and 1.3 kW in turn, one of thirty not read.
        assert_eq!(fault(1.0, &days(|day| if day % 30 == 17 { f32::NAN } else { 0.7 + 0.6 * (day % 2) as f32 })), None);
    }

    #[test]
    fn a_profile_with_a_third_missing_is_not_compared() {
        assert_eq!(fault(2.0, &days(|day| if day % 3 == 0 { f32::NAN } else { 1.0 })), None);
    }
}
