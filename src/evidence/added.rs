//! Added load, judged on its own: where the daily mean rises and stays up, what was added?
//!
//! H0: the premises themselves grew: more of what they do, when they do it.  H1: a farm was added,
//! which draws the same at every hour of every day. The premises' own days before are the baseline,
//! so that size and class drop out and the null is the whole dump.
//! Statistic: ln(mean after / mean before); minus the spread over the hours of the day of what was
//! added, over its mean; minus the day-to-day spread of the floor after over what was added; minus
//! the difference between what was added on working days and at weekends, over it; the share of it
//! that was there within three days; and the share of it that the tenth lowest daily floor after
//! still stands above the typical floor before: a load that never pauses survives every night.
//! Null: the same maxima in the un-injected population; a rise that its crowds share counts by the
//! share that is its own (`population::rises`).
//! Assumes: two weeks of days; hours for all but the first and the fourth. Weak when: the farm runs
//! in a window, or was there from the first reading.
//! Source: event study with the own past as control (MacKinlay 1997, Event studies in economics and
//! finance), each figure by medians.

use crate::digest::{Day, DaySummary, HOURS, HourBand};
use crate::domain::{CivilDay, DayKind, Fact, mad_sigma, median_of, quantile};

use super::onset::SHARED;
use super::said;
use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};

/// Days that the test needs.
const MIN_DAYS: usize = 14;
/// Rises below this are not asked about, kW.
const LEAST_RISE_KW: f64 = 0.3;
/// The same as a share of the mean before.
const LEAST_RISE_SHARE: f64 = 0.1;
/// Means below this are not told apart, kW.
const LEAST_KW: f64 = 0.05;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "added",
    question: "Where load was added: is it the same at every hour of every day?",
    statistic: "Logarithm of the daily mean after the rise over that before; minus the spread of what was added over \
                the hours, over days and between working days and weekends, over its mean; share of it that was there \
                within three days; share of it that the tenth lowest daily floor stands above the floor before.",
    null: "The same figures of all usage points of the dump before anything is planted; a rise that a crowd shares \
           counts by what is its own.",
    source: "Event study with the own past as control (MacKinlay 1997).",
    needs: said::needs_two_weeks,
    statistics: &[
        Statistic {
            name: "added_ln_ratio",
            meaning: "logarithm of the daily mean after over that before the rise",
            measure: |s| {
                let rise = rise(s)?;
                Some((rise.after_kw.max(LEAST_KW) / rise.before_kw.max(LEAST_KW)).ln() * s.alone.mean)
            },
        },
        Statistic {
            name: "added_flatness",
            meaning: "minus the spread over the hours of the day of what was added, over its mean",
            measure: flatness,
        },
        Statistic {
            name: "added_steadiness",
            meaning: "minus the day-to-day spread of the daily floor after the rise, over what was added",
            measure: |s| {
                let rise = asked(s)?;
                let floors = values(rise.after, |day| day.floor_kw);
                (floors.len() >= 4).then(|| -mad_sigma(&floors, median_of(floors.iter().copied())) / rise.kw())
            },
        },
        Statistic {
            name: "added_evenness_of_week",
            meaning: "minus the difference between working days and weekends in what was added, over it",
            measure: evenness_of_week,
        },
        Statistic {
            name: "added_abruptness",
            meaning: "share of the rise that was there within three days",
            measure: |s| {
                let rise = asked(s)?;
                let near = |days: &[Day]| median_of(days.iter().map(|day| f64::from(day.summary.mean_kw)));
                let step = near(&rise.after[..rise.after.len().min(3)])
                    - near(&rise.before[rise.before.len().saturating_sub(3)..]);
                Some((step / rise.kw()).min(1.0))
            },
        },
        Statistic {
            name: "added_lower_edge",
            meaning: "share of the rise by which the tenth lowest daily floor after it is above the floor before",
            measure: |s| {
                let rise = asked(s)?;
                let after = values(rise.after, |day| day.floor_kw);
                let before = median_of(values(rise.before, |day| day.floor_kw).into_iter());
                (after.len() >= 4).then(|| ((quantile(&after, 0.1) - before) / rise.kw()).clamp(-1.0, 1.2))
            },
        },
    ],
    finding,
};

/// A lasting rise of the daily mean.
struct Rise<'a> {
    before: &'a [Day],
    after: &'a [Day],
    before_kw: f64,
    after_kw: f64,
}

impl Rise<'_> {
    fn kw(&self) -> f64 {
        self.after_kw - self.before_kw
    }
}

fn rise<'a>(s: &'a Subject) -> Option<Rise<'a>> {
    let regimes = &s.profile.mean_regimes;
    if regimes.place == 0 || s.profile.days.len() < MIN_DAYS || regimes.after_kw <= regimes.before_kw {
        return None;
    }
    let (before, after) = s.profile.days.split_at_checked(regimes.place)?;
    Some(Rise { before, after, before_kw: regimes.before_kw, after_kw: regimes.after_kw })
}

/// The rise, where it is large enough to be asked about and not its crowds'.
fn asked<'a>(s: &'a Subject) -> Option<Rise<'a>> {
    rise(s).filter(|rise| rise.kw() >= LEAST_RISE_KW.max(LEAST_RISE_SHARE * rise.before_kw) && s.alone.mean >= SHARED)
}

fn values(days: &[Day], value: fn(&DaySummary) -> f32) -> Vec<f64> {
    days.iter().map(|day| f64::from(value(&day.summary))).filter(|kw| kw.is_finite()).collect()
}

/// Typical hours of the halves of months that lie wholly before or after `day`.
fn typical_hours(s: &Subject, day: CivilDay, after: bool) -> Option<[f64; HOURS]> {
    let mut bands: Vec<&HourBand> = Vec::new();
    for month in &s.profile.months {
        let mut first = month.first_day.0;
        for half in &month.halves {
            let next = first + i32::from(half.days);
            if (half.days >= 4) && (if after { first >= day.0 } else { next <= day.0 }) {
                bands.push(half);
            }
            first = next;
        }
    }
    (!bands.is_empty())
        .then(|| std::array::from_fn(|hour| median_of(bands.iter().map(|band| f64::from(band.mid_kw[hour])))))
}

fn flatness(s: &Subject) -> Option<f64> {
    let day = asked(s)?.after.first()?.day;
    let (before, after) = (typical_hours(s, day, false)?, typical_hours(s, day, true)?);
    let added: Vec<f64> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
    let mean = added.iter().sum::<f64>() / HOURS as f64;
    let spread = added.iter().map(|kw| (kw - mean).abs()).sum::<f64>() / HOURS as f64;
    (mean > LEAST_KW).then_some(-spread / mean)
}

fn evenness_of_week(s: &Subject) -> Option<f64> {
    let rise = asked(s)?;
    let typical = |days: &[Day], weekend: bool| {
        let kind = days.iter().filter(|day| (day.day.kind() == DayKind::Weekend) == weekend);
        (kind.clone().count() >= 2).then(|| median_of(kind.map(|day| f64::from(day.summary.mean_kw))))
    };
    let added = |weekend: bool| Some(typical(rise.after, weekend)? - typical(rise.before, weekend)?);
    Some(-((added(true)? - added(false)?).abs() / rise.kw()).min(3.0))
}

fn finding(s: &Subject) -> Fact {
    let Some(rise) = asked(s) else { return said::added_none() };
    let (kw, before_kw, day) = (rise.kw(), rise.before_kw, rise.after[0].day);
    match flatness(s) {
        Some(flat) => said::added(kw, before_kw, day, -100.0 * flat),
        None => said::added_days(kw, before_kw, day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::UsageProfile;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::DayWeather;
    use crate::population::CustomerFacts;
    use crate::series::LoadSeries;

    /// The statistics of a shop of sixty days that draws `added` kW more from the 30th day on, by
    /// the hour of the day.
    fn statistics(added: impl Fn(usize) -> f32) -> Vec<f64> {
        let shop = |hour: usize| if (9..20).contains(&(hour % 24)) { 6.0 } else { 2.0 };
        let noise = |hour: usize| ((hour * 7919) % 11) as f32 / 50.0;
        let kw = (0..60 * 24)
            .map(|hour| shop(hour) + noise(hour) + if hour < 30 * 24 { 0.0 } else { added(hour % 24) })
            .collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let profile = UsageProfile::of(&series, &Calendar::new(None).unwrap());
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let subject = Subject::new(&profile, None, &facts, &weather);
        TEST.statistics.iter().map(|statistic| (statistic.measure)(&subject).unwrap_or(f64::NAN)).collect()
    }

    #[test]
    fn a_farm_adds_the_same_at_every_hour_and_a_longer_working_day_does_not() {
        let farm = statistics(|_| 20.0);
        let work = statistics(|hour| if (9..20).contains(&hour) { 40.0 } else { 0.0 });
        let [ratio, flat, steady, _, abrupt, edge] = farm[..] else { panic!("six statistics") };
        assert!(ratio > 1.5 && flat > -0.05 && steady > -0.05 && abrupt > 0.95 && edge > 0.9, "{farm:?}");
        assert!(work[1] < -0.8 && work[5] < 0.1, "{work:?}");
    }

    #[test]
    fn without_a_rise_nothing_is_asked() {
        assert!(statistics(|_| 0.0)[1..].iter().all(|value| value.is_nan()));
    }
}
