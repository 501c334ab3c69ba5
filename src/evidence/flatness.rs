//! Flatness: is the load diluted by something that never changes?
//!
//! H0: base-load ratio, variation of daily totals and amplitude of the daily shape are those of its
//! kind.  H1: a constant load with share s of the mean dilutes them: B' = s + (1 − s)·B, CV' = (1 −
//! s)·CV, A' = (1 − s)·A.
//! Statistic: median of floor / mean over days; −ln of the robust CV of daily means; −ln of the
//! amplitude of the mean daily shape over its mean; −ln of the difference between working days and
//! weekends.
//! Null: the same figures of the un-injected population. Stuck and filled-in values are masked
//! before, so they cannot count as flat.
//! Weak when: the premises are flat by themselves (server rooms, cold stores, hospitals).
//! Source: mixing law for a constant load, exact by definition of the ratios.

use crate::digest::{HOURS, HourBand, UsageProfile};
use crate::domain::{DayKind, Fact, mad_sigma, median, median_of};

use super::said;
use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};

/// Variation below this share is not told apart: meters and miners themselves vary as much. Nor is
/// what a display rounds off.
const LEAST_VARIATION: f64 = 0.005;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "flatness",
    question: "Is the load flat over the day and from day to day?",
    statistic: "Median over days of floor over mean; minus the logarithm of the robust variation of daily means, of \
                the amplitude of the mean daily shape, and of the difference between working days and weekends.",
    null: "The same figures of all usage points of the dump before anything is planted. Stuck and filled-in values are \
           masked before, so they cannot count as flat.",
    source: "The mixing law for a constant load, exact by the definition of the ratios: a share s of the mean that \
             never changes makes every variation (1 − s) times as large.",
    needs: said::needs_course,
    statistics: &[
        Statistic {
            name: "flatness_floor_to_mean",
            meaning: "typical daily floor over daily mean, in the regime with the higher level",
            measure: |s| typical_ratio(s),
        },
        Statistic {
            name: "flatness_day_to_day",
            meaning: "minus the logarithm of the robust coefficient of variation of daily means, in the regime \
                      with the higher level",
            measure: |s| Some(-daily_variation(s)?.max(least_variation(s, s.profile.rounding.of_day_kw())).ln()),
        },
        Statistic {
            name: "flatness_of_daily_shape",
            meaning: "minus the logarithm of the amplitude of the mean daily shape over its mean, in the flattest \
                      half of a month",
            measure: |s| Some(-shape_amplitude(s)?.max(least_variation(s, s.profile.rounding.of_hour_kw())).ln()),
        },
        Statistic {
            name: "flatness_of_week",
            meaning: "minus the logarithm of the difference between the typical means of working days and of \
                      weekends, over the larger, in the regime with the higher level",
            measure: |s| Some(-weekly_difference(s)?.max(least_variation(s, s.profile.rounding.of_day_kw())).ln()),
        },
    ],
    finding,
};

/// The least variation that is told apart, as a share of the load, where the display rounds off
/// `rounding_kw`.
fn least_variation(s: &Subject, rounding_kw: f64) -> f64 {
    s.high_mean_kw().filter(|kw| *kw > 0.0).map_or(LEAST_VARIATION, |kw| (rounding_kw / kw).max(LEAST_VARIATION))
}

/// Typical daily floor over daily mean in the regime with the higher level.
pub(super) fn typical_ratio(s: &Subject) -> Option<f64> {
    let ratio =
        UsageProfile::typical(
            s.high_days()?,
            |day| if day.mean_kw > 0.0 { day.floor_kw / day.mean_kw } else { f32::NAN },
        );
    ratio.is_finite().then_some(ratio)
}

pub(super) fn daily_variation(s: &Subject) -> Option<f64> {
    let means: Vec<f64> = s.high_days()?.iter().map(|day| f64::from(day.summary.mean_kw)).collect();
    let centre = median(&means);
    (means.len() >= 4 && centre > 0.0).then(|| mad_sigma(&means, centre) / centre)
}

fn weekly_difference(s: &Subject) -> Option<f64> {
    working_day_excess(s).map(f64::abs)
}

/// Excess of the typical mean of working days over that of weekends, as a share of the larger;
/// `None` with fewer than two of either.
pub(super) fn working_day_excess(s: &Subject) -> Option<f64> {
    let typical = |weekend: bool| {
        let days = s.high_days()?.iter().filter(|day| (day.day.kind() == DayKind::Weekend) == weekend);
        (days.clone().count() >= 2).then(|| median_of(days.map(|day| f64::from(day.summary.mean_kw))))
    };
    let (work, weekend) = (typical(false)?, typical(true)?);
    (work.max(weekend) > 0.0).then(|| (work - weekend) / work.max(weekend))
}

/// Smallest over halves of months of (highest − lowest hour) / mean of the median day.
fn shape_amplitude(s: &Subject) -> Option<f64> {
    s.profile.halves(Subject::MIN_DAYS).filter_map(amplitude).min_by(f64::total_cmp)
}

fn amplitude(half: &HourBand) -> Option<f64> {
    let mid = half.mid_kw;
    let (low, high) =
        mid.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &kw| (low.min(kw), high.max(kw)));
    let mean = mid.iter().sum::<f32>() / HOURS as f32;
    (mean > 0.0 && low.is_finite()).then(|| f64::from((high - low) / mean))
}

fn finding(s: &Subject) -> Fact {
    match (typical_ratio(s), daily_variation(s)) {
        (Some(floor), Some(daily)) => said::flat(100.0 * floor, 100.0 * daily),
        (Some(floor), None) => said::flat_floor(100.0 * floor),
        (None, Some(daily)) => said::flat_daily(100.0 * daily),
        (None, None) => said::flat_unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::DayWeather;
    use crate::population::CustomerFacts;
    use crate::series::{LoadSeries, as_shown};

    /// How flat the daily shape of a load of sixty days looks by the hour, as a display of
    /// `step_kwh` shows it.
    fn shown(step_kwh: f64, load_kw: impl Fn(usize) -> f64) -> f64 {
        let kw = (0..60 * 24).map(|hour| load_kw(hour) as f32).collect();
        let series = as_shown(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }, step_kwh);
        let profile = UsageProfile::of(&series, &Calendar::new(None).unwrap());
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let shape = TEST.statistics.iter().find(|statistic| statistic.name == "flatness_of_daily_shape").unwrap();
        (shape.measure)(&Subject::new(&profile, None, &facts, &weather)).unwrap()
    }

    #[test]
    fn a_display_of_whole_kilowatt_hours_makes_no_load_flatter_than_it_is() {
        // 3.1 kW, a little more by day: every median hour is 3 kWh on the coarse display.
        let load = |hour: usize| {
            3.0 + if (8..20).contains(&(hour % 24)) { 0.2 } else { 0.0 }
                + 0.1 * ((hour * 7919 + 13) % 101) as f64 / 101.0
        };
        assert!(shown(1.0, load) <= shown(0.001, load));
    }
}
