//! Load profiles: how the load of a tariff class runs hour by hour, learned from its members with
//! interval readings.
//!
//! The ratio of a member's hour to its own mean, averaged over the members, tells when a
//! kilowatt-hour of the class is used: by the hour of the day, by weekday and by weather. The
//! energy between two register readings, spread by it, is the member's most likely course; sums
//! over many members are far better than one of them, and the energy of every period is exact.
//! Missing hours take no part; an hour without any member has the usual ratio of its hour of the
//! day.
//! Weak when: a class has few members with intervals, or those with registers live otherwise
//! (meters are often replaced street by street).
//! Source: standard load profiles of settlement; Elexon, Load profiles and their use in electricity
//! settlement (2018); VDEW, Repräsentative Lastprofile (1999).

use std::collections::BTreeMap;

use crate::domain::Heating;
use crate::series::{LoadSeries, RegisterPeriod, mean_by_hour};

use super::CustomerFacts;

/// Members that a class needs for a profile of its own.
const MIN_MEMBERS: usize = 20;
/// Ratio of an hour to the mean beyond which a member counts no further: a fault of the data, or a
/// holiday home on its one weekend.
const HIGHEST_RATIO: f32 = 20.0;
/// Mean power below which premises are not used, kW.
const UNUSED_KW: f64 = 0.02;
/// Members of a class that differ by more than this ratio at some hour are of several kinds.
const KINDS: f64 = 1.5;
/// Hours before the first reading and after the last for which the nearest period speaks.
const EXTRAPOLATED_HOURS: i64 = 31 * 24;

/// The course of a class: mean ratio of an hour to the own mean, from an hour counted from 1970 on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadShape {
    first_hour: i64,
    ratio: Vec<f64>,
    /// Standard deviation between members of the mean ratio at the hour of the day at which they
    /// differ most: where some heat at night and others do not, 3 and more.
    differ: f64,
}

/// Load profiles of classes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadShapes {
    by_class: BTreeMap<(String, bool), LoadShape>,
    all: LoadShape,
}

/// Sums on the way to a profile.
#[derive(Default)]
struct Adding {
    members: usize,
    hours: BTreeMap<i64, (f64, u32)>,
    /// Mean ratios by hour of the day, one row a member.
    courses: Vec<[f64; 24]>,
}

impl LoadShapes {
    /// Profiles from hourly or finer series; `facts` tells the class of a usage point.
    #[must_use]
    pub fn of(series: &[LoadSeries], facts: impl Fn(&str) -> CustomerFacts) -> Self {
        let (mut by_class, mut all): (BTreeMap<(String, bool), Adding>, Adding) = (BTreeMap::new(), Adding::default());
        for series in series.iter().filter(|series| series.folds_to_hours()) {
            let hourly = series.hourly();
            by_class.entry(class_of(&facts(&series.usage_point))).or_default().add(&hourly);
            all.add(&hourly);
        }
        let own = by_class.into_iter().filter(|(_, adding)| adding.members >= MIN_MEMBERS);
        Self { by_class: own.map(|(class, adding)| (class, adding.shape())).collect(), all: all.shape() }
    }

    /// The profile of a usage point's class; that of everybody where the class has too few members
    /// with intervals.
    #[must_use]
    pub fn shape(&self, facts: &CustomerFacts) -> &LoadShape {
        self.by_class.get(&class_of(facts)).unwrap_or(&self.all)
    }
}

/// Tariff class, and whether electricity heats.
fn class_of(facts: &CustomerFacts) -> (String, bool) {
    (facts.tariff_class.clone(), facts.heating == Heating::Electric)
}

impl Adding {
    fn add(&mut self, hourly: &LoadSeries) {
        let valid = || hourly.kw.iter().filter(|kw| !kw.is_nan());
        let mean_kw = valid().map(|&kw| f64::from(kw)).sum::<f64>() / valid().count().max(1) as f64;
        if mean_kw < UNUSED_KW {
            return;
        }
        self.members += 1;
        let first_hour = hourly.start.0.div_euclid(3600);
        self.courses.push(mean_by_hour(&hourly.kw, first_hour).map(|kw| kw / mean_kw));
        for (hour, &kw) in hourly.kw.iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
            let ratio = (kw / mean_kw as f32).clamp(0.0, HIGHEST_RATIO);
            let sum = self.hours.entry(first_hour + hour as i64).or_insert((0.0, 0));
            *sum = (sum.0 + f64::from(ratio), sum.1 + 1);
        }
    }

    fn shape(&self) -> LoadShape {
        let (Some((&first, _)), Some((&last, _))) = (self.hours.first_key_value(), self.hours.last_key_value()) else {
            return LoadShape::default();
        };
        let ratio: Vec<f32> = (first..=last)
            .map(|hour| self.hours.get(&hour).map_or(f32::NAN, |(sum, count)| (sum / f64::from(*count)) as f32))
            .collect();
        let usual = mean_by_hour(&ratio, first);
        let filled = ratio
            .iter()
            .zip(first..)
            .map(|(&ratio, hour)| if ratio.is_nan() { usual[hour.rem_euclid(24) as usize] } else { f64::from(ratio) });
        LoadShape { first_hour: first, ratio: filled.collect(), differ: self.differ() }
    }

    fn differ(&self) -> f64 {
        let of_hour = |hour: usize| {
            let mean = self.courses.iter().map(|course| course[hour]).sum::<f64>() / self.courses.len() as f64;
            self.courses.iter().map(|course| (course[hour] - mean).powi(2)).sum::<f64>() / self.courses.len() as f64
        };
        (0..24).map(of_hour).fold(0.0, f64::max).sqrt()
    }
}

impl LoadShape {
    /// Standard deviation between members of what they use at the hour of the day at which they
    /// differ most, as a ratio to their own mean.
    #[must_use]
    pub fn differ(&self) -> f64 {
        self.differ
    }

    /// Whether the class falls into kinds, such as homes that heat at night and others: neighbours
    /// are then of one kind, and their errors add up.
    #[must_use]
    pub fn has_kinds(&self) -> bool {
        self.differ > KINDS
    }

    /// Ratios to the mean for `hours` hours from `first_hour`, counted from 1970; 1 outside of what
    /// was seen.
    pub fn course(&self, first_hour: i64, hours: usize) -> impl Iterator<Item = f64> {
        (first_hour..).take(hours).map(|hour| self.at(hour))
    }

    /// Ratio of an hour counted from 1970; 1 outside of what was seen.
    fn at(&self, hour: i64) -> f64 {
        usize::try_from(hour - self.first_hour).ok().and_then(|place| self.ratio.get(place)).copied().unwrap_or(1.0)
    }

    /// Hourly mean power over `hours` hours from `first_hour` (counted from 1970), kW: the energy
    /// of each period spread by this profile. Hours outside all periods follow the nearest one, up
    /// to 31 days from it; further ones are NaN. `periods` are in order and do not overlap.
    #[must_use]
    pub fn spread(&self, periods: &[RegisterPeriod], first_hour: i64, hours: usize) -> Vec<f32> {
        let spans: Vec<(i64, i64, f64)> = periods.iter().map(|period| self.rate(period)).collect();
        let mut kw = vec![f32::NAN; hours];
        let mut next = 0;
        for (place, kw) in kw.iter_mut().enumerate() {
            let hour = first_hour + place as i64;
            while spans.get(next).is_some_and(|span| span.1 <= hour) {
                next += 1;
            }
            let distance =
                |&&(from, to, _): &&(i64, i64, f64)| if hour < from { from - hour } else { (hour - to + 1).max(0) };
            let nearest = spans[next.saturating_sub(1)..spans.len().min(next + 1)].iter().min_by_key(distance);
            if let Some((_, _, rate)) = nearest.filter(|span| distance(span) <= EXTRAPOLATED_HOURS) {
                *kw = (rate * self.at(hour)) as f32;
            }
        }
        kw
    }

    /// First hour of a period, the hour after its last, and its power per unit of the profile, kW.
    fn rate(&self, period: &RegisterPeriod) -> (i64, i64, f64) {
        let from = (period.from.0 + 1800).div_euclid(3600);
        let to = (period.to.0 + 1800).div_euclid(3600).max(from + 1);
        let units: f64 = (from..to).map(|hour| self.at(hour)).sum();
        (from, to, if units > 0.0 { period.energy_kwh / units } else { period.energy_kwh / (to - from) as f64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn home(number: usize) -> LoadSeries {
        let kw =
            (0..24 * 40).map(|hour| (1 + number % 3) as f32 * if (18..22).contains(&(hour % 24)) { 3.0 } else { 0.6 });
        LoadSeries {
            usage_point: format!("A{number}").as_str().into(),
            start: Timestamp(0),
            step_min: 60,
            kw: kw.collect(),
        }
    }

    fn period(from_day: i64, to_day: i64, energy_kwh: f64) -> RegisterPeriod {
        RegisterPeriod { from: Timestamp(from_day * 86_400), to: Timestamp(to_day * 86_400), energy_kwh }
    }

    #[test]
    fn the_energy_of_a_period_is_kept_and_follows_the_class() {
        let homes: Vec<LoadSeries> = (0..30).map(home).collect();
        let shapes = LoadShapes::of(&homes, |_| CustomerFacts::of(None));
        let kw = shapes.shape(&CustomerFacts::of(None)).spread(&[period(0, 30, 720.0)], 0, 24 * 30);
        assert!((kw.iter().map(|&kw| f64::from(kw)).sum::<f64>() - 720.0).abs() < 1e-3);
        assert!((kw[19] / kw[3] - 5.0).abs() < 1e-4);
    }

    #[test]
    fn hours_beside_the_readings_follow_the_nearest_period_for_a_month() {
        let shape = LoadShape::default();
        let kw = shape.spread(&[period(10, 40, 720.0), period(40, 70, 1440.0)], 0, 24 * 120);
        assert_eq!((kw[0], kw[24 * 39], kw[24 * 40], kw[24 * 100]), (1.0, 1.0, 2.0, 2.0));
        assert!(kw[24 * 119].is_nan());
    }

    #[test]
    fn without_anybody_a_period_is_flat() {
        let shapes = LoadShapes::of(&[], |_| CustomerFacts::of(None));
        assert_eq!(shapes.shape(&CustomerFacts::of(None)).spread(&[period(0, 10, 240.0)], 0, 24), vec![1.0; 24]);
    }
}
