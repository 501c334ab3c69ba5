//! Weather: does the load follow the temperature, as heating and cooling do?
//!
//! H0: part of the load is heating or cooling, as usual for its kind.  H1: it is not; a farm
//! dilutes the response.
//! Statistic: minus the swing of daily mean power that a robust line over temperature explains, as
//! a share of the mean (heating slope over the central 80 % of temperatures, Theil-Sen); and the
//! same for the daily floor in kW, since electric heating at its limit lifts the floor only while
//! it is cold; and the signed swing over all days, since storage heating is steady until it is
//! switched off for the summer, of the mean and of what runs above the daily floor.
//! Null: the same figures of the un-injected population.
//! Assumes: a weather file. Weak when: temperatures hardly change in the window.
//! Source: Sen (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63;
//! CalTRACK 2.0 for temperature response as the baseline of buildings.

use crate::digest::{Day, DaySummary};
use crate::domain::{Fact, median, quantile};

use super::said;
use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};

/// Days with a temperature that the test needs.
const MIN_DAYS: usize = 12;
/// Spread of temperature (10 % to 90 %) that the test needs, K.
const MIN_SPREAD_K: f64 = 4.0;

/// A larger share that comes with warmth is not told apart.
const MOST_WARM: f64 = 0.2;

/// Name of the family.
pub const WEATHER: &str = "weather";

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: WEATHER,
    question: "Does the load follow the temperature, as heating and cooling do?",
    statistic: "Minus the share of mean power, and of the daily floor, that a robust line over temperature explains; \
                and the share by which warmer days draw more over all days, of the mean and of what runs above the \
                floor.",
    null: "The same figures of all usage points of the dump before anything is planted.",
    source: "Sen (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63; CalTRACK 2.0 for \
             temperature response as the baseline of buildings.",
    needs: said::needs_weather,
    statistics: &[
        Statistic {
            name: "weather_mean_independence",
            meaning: "minus the share of mean power that follows the temperature",
            measure: |s| Some(-response(s, |day| day.mean_kw)?.swing_kw.abs() / s.high_mean_kw()?.max(0.02)),
        },
        Statistic {
            name: "weather_floor_independence",
            meaning: "minus the share of the daily floor that follows the temperature",
            measure: |s| Some(-response(s, |day| day.floor_kw)?.swing_kw.abs() / s.high_floor_kw()?.max(0.02)),
        },
        Statistic {
            name: "weather_season",
            meaning: "share of mean power by which warmer days draw more (negative: less), over all days, so that \
                      a load which ends with the cold shows",
            measure: |s| season_of_mean(s).map(|share| share.clamp(-1.0, MOST_WARM)),
        },
        Statistic {
            name: "weather_season_above_floor",
            meaning: "share by which what runs above the daily floor grows on warmer days (negative: shrinks), so \
                      that heating which charges at night shows",
            measure: |s| season_above_floor(s).map(|share| share.clamp(-1.0, MOST_WARM)),
        },
    ],
    finding,
};

struct Response {
    slope_kw_per_k: f64,
    swing_kw: f64,
}

/// Robust line of a daily value over temperature within the higher regime.
fn response(s: &Subject, value: fn(&DaySummary) -> f32) -> Option<Response> {
    response_over(s, s.high_days()?, value)
}

/// Swing of the daily mean over all days with the temperature, as a share of the mean of the higher
/// regime.
pub(super) fn season_of_mean(s: &Subject) -> Option<f64> {
    Some(response_over(s, &s.profile.days, |day| day.mean_kw)?.swing_kw / s.high_mean_kw()?.max(0.02))
}

/// The same over the days of the higher regime only, as where a load began within the days.
pub(super) fn season_since(s: &Subject) -> Option<f64> {
    Some(response(s, |day| day.mean_kw)?.swing_kw / s.high_mean_kw()?.max(0.02))
}

/// Swing of what runs above the daily floor with the temperature, as a share of what runs there on
/// one day in five.
pub(super) fn season_above_floor(s: &Subject) -> Option<f64> {
    Some(response_over(s, &s.profile.days, above_floor)?.swing_kw / high_above_floor_kw(s)?)
}

fn above_floor(day: &DaySummary) -> f32 {
    day.mean_kw - day.floor_kw
}

/// What runs above the daily floor on one day in five, kW.
fn high_above_floor_kw(s: &Subject) -> Option<f64> {
    let above: Vec<f64> =
        s.profile.days.iter().map(|day| f64::from(above_floor(&day.summary))).filter(|kw| kw.is_finite()).collect();
    (!above.is_empty()).then(|| quantile(&above, 0.8).max(0.02))
}

fn response_over(s: &Subject, days: &[Day], value: fn(&DaySummary) -> f32) -> Option<Response> {
    let points = points(s, days, value);
    if points.len() < MIN_DAYS {
        return None;
    }
    let temperatures: Vec<f64> = points.iter().map(|point| point.0).collect();
    let spread = quantile(&temperatures, 0.9) - quantile(&temperatures, 0.1);
    if spread < MIN_SPREAD_K {
        return None;
    }
    let slope = theil_sen(&points);
    slope.is_finite().then_some(Response { slope_kw_per_k: slope, swing_kw: slope * spread })
}

fn points(s: &Subject, days: &[Day], value: fn(&DaySummary) -> f32) -> Vec<(f64, f64)> {
    days.iter()
        .filter_map(|day| Some((s.weather.on(day.day)?, f64::from(value(&day.summary)))))
        .filter(|point| point.1.is_finite())
        .collect()
}

/// Median slope between pairs half the sample apart in temperature: as robust as all pairs, at
/// linear cost.
fn theil_sen(points: &[(f64, f64)]) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = sorted.len() / 2;
    let slopes: Vec<f64> = (0..sorted.len() - half)
        .map(|i| (sorted[i + half].1 - sorted[i].1) / (sorted[i + half].0 - sorted[i].0))
        .filter(|s| s.is_finite())
        .collect();
    median(&slopes)
}

fn finding(s: &Subject) -> Fact {
    response(s, |day| day.mean_kw).zip(s.high_mean_kw()).map_or_else(said::weather_unknown, |(response, mean_kw)| {
        said::weather(100.0 * response.swing_kw.abs() / mean_kw, response.slope_kw_per_k)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_survives_a_third_of_wild_points() {
        let points: Vec<(f64, f64)> = (0..60)
            .map(|i| (f64::from(i) / 3.0, if i % 7 == 0 { 900.0 } else { 5.0 - 0.2 * f64::from(i) / 3.0 }))
            .collect();
        assert!((theil_sen(&points) + 0.2).abs() < 0.02);
    }
}
