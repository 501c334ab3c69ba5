//! Edge: does the load keep above its floor, as it must with a constant load under it?
//!
//! H0: the floor is what happens to run on a quiet night, another every night.  H1: a constant load
//! of M kW: no hour but in a pause lies below M, so that the floor is a sharp edge which varies by
//! 1 to 3 % from day to day.
//! Statistic: −ln of the robust spread of daily floors over their median; tenth lowest daily floor
//! over the median floor; −ln of what an hour varies by over days (80 % less 20 % quantile, mean of
//! the hours), over the mean load. All in the higher regime or the steadiest half of a month.
//! Null: the same figures of the un-injected population.
//! Assumes: readings of an hour or finer. Weak when: the farm pauses.
//! Source: a sum of loads is never below one of them.

use crate::digest::{HOURS, HourBand};
use crate::domain::{Fact, mad_sigma, median, quantile};

use super::said;
use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};

/// Spreads below this share are not told apart: miners themselves vary as much.
const LEAST_SPREAD: f64 = 0.01;
/// Floors below this are not asked about, kW.
const LEAST_KW: f64 = 0.05;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "edge",
    question: "Does the load keep above its floor, hour by hour and day by day?",
    statistic: "Minus the logarithm of the robust spread of daily floors over their median; tenth lowest daily floor \
                over the median; minus the logarithm of what an hour varies by over days, over the mean.",
    null: "The same figures of all usage points of the dump before anything is planted.",
    source: "A sum of loads is never below one of them.",
    needs: said::needs_hours,
    statistics: &[
        Statistic {
            name: "edge_sharpness",
            meaning: "minus the logarithm of the robust spread of daily floors over their median",
            measure: |s| {
                let floors = floors(s)?;
                let centre = median(&floors);
                let spread = mad_sigma(&floors, centre).max(s.profile.rounding.of_hour_kw()) / centre;
                (centre > LEAST_KW).then(|| -spread.max(LEAST_SPREAD).ln())
            },
        },
        Statistic {
            name: "edge_low_floor",
            meaning: "tenth lowest daily floor over the typical one",
            measure: |s| {
                let floors = floors(s)?;
                let centre = median(&floors);
                (centre > LEAST_KW).then(|| quantile(&floors, 0.1) / centre)
            },
        },
        Statistic {
            name: "edge_quiet_hour",
            meaning: "minus the logarithm of the spread of an hour over days, over the mean load",
            measure: |s| {
                let best = s.profile.halves(Subject::MIN_DAYS).filter_map(quiet_hour).min_by(f64::total_cmp)?;
                Some(-best.max(LEAST_SPREAD).ln())
            },
        },
    ],
    finding,
};

fn floors(s: &Subject) -> Option<Vec<f64>> {
    let floors: Vec<f64> =
        s.high_days()?.iter().map(|day| f64::from(day.summary.floor_kw)).filter(|kw| kw.is_finite()).collect();
    (floors.len() >= 4).then_some(floors)
}

/// Mean over the hours of what an hour varies by over days, over the mean load.
fn quiet_hour(half: &HourBand) -> Option<f64> {
    let mean = f64::from(half.mid_kw.iter().sum::<f32>()) / HOURS as f64;
    let spread: f64 = (0..HOURS).map(|hour| f64::from(half.high_kw[hour] - half.low_kw[hour])).sum();
    (mean > LEAST_KW).then(|| spread / HOURS as f64 / mean).filter(|value| value.is_finite())
}

fn finding(s: &Subject) -> Fact {
    floors(s).map_or_else(said::edge_unknown, |floors| said::edge(median(&floors), quantile(&floors, 0.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::UsageProfile;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::DayWeather;
    use crate::population::CustomerFacts;
    use crate::series::LoadSeries;

    /// The statistics of forty days of `kw`, by day and hour of the day.
    fn statistics(kw: impl Fn(usize, usize) -> f32) -> Vec<f64> {
        let kw = (0..40 * 24).map(|hour| kw(hour / 24, hour % 24)).collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let profile = UsageProfile::of(&series, &Calendar::new(None).unwrap());
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let subject = Subject::new(&profile, None, &facts, &weather);
        TEST.statistics.iter().map(|statistic| (statistic.measure)(&subject).unwrap_or(f64::NAN)).collect()
    }

    #[test]
    fn floors_over_a_constant_load_are_sharp_and_floors_of_heating_are_not() {
        let farm = statistics(|day, hour| 3.0 + ((day * 31 + hour * 7) % 13) as f32 / 400.0);
        let heated = statistics(|day, hour| 2.0 + ((day * 31 + hour / 6) % 13) as f32 / 6.0);
        assert!(farm.iter().zip(&heated).all(|(farm, heated)| farm > heated), "{farm:?} {heated:?}");
    }
}
