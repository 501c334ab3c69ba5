//! Daylight: do the hours of running follow the length of the night, as lighting does?
//!
//! H0: the load is switched by the sun (street lighting, signs, some greenhouses).  H1: it is not;
//! a farm keeps its hours or runs through.
//! Statistic: minus the squared correlation between the share of the day spent at the upper level
//! and the length of the night, over days that keep to two levels; the share is (mean − floor) /
//! (top − floor), exact for a rectangle.
//! Null: the same figure of the un-injected population; not testable for loads without two levels.
//! Assumes: three weeks of days; the place matters little, since every place off the equator has
//! nights that lengthen and shorten together within its hemisphere.
//! Source: declination of the sun after Cooper (1969), δ = 23.45°·sin(360°·(284 + n)/365).

use crate::digest::Day;
use crate::domain::Fact;

use super::said;
use super::subject::Subject;
use super::test::{EvidenceTest, Statistic};

/// Days that the test needs.
const MIN_DAYS: usize = 21;
/// How two-levelled a day must be: 1 is exactly.
const TWO_LEVELLED: f32 = 0.8;
/// How far apart its levels must be, kW.
const LEAST_RANGE_KW: f32 = 0.3;

pub(super) const TEST: EvidenceTest = EvidenceTest {
    family: "daylight",
    question: "Do the hours of running follow the length of the night, as lighting does?",
    statistic: "Minus the squared correlation between the share of the day at the upper level and the length of the \
                night, over days that keep to two levels.",
    null: "The same figure of all usage points of the dump before anything is planted; loads without two levels cannot \
           be tested.",
    source: "Declination of the sun after Cooper (1969), δ = 23.45°·sin(360°·(284 + n)/365).",
    needs: said::needs_levels,
    statistics: &[Statistic {
        name: "daylight_independence",
        meaning: "minus the share of the variation of daily running hours that the length of the night explains",
        measure: |s| Some(-follows_night(s)?),
    }],
    finding,
};

/// Squared correlation of running hours with the sun's declination; `None` when too few days keep
/// to two levels.
pub(super) fn follows_night(s: &Subject) -> Option<f64> {
    let points: Vec<(f64, f64)> = s
        .profile
        .days
        .iter()
        .filter(|day| is_rectangle(day))
        .map(|day| (declination(day), running_share(day)))
        .collect();
    if points.len() < MIN_DAYS.max(s.profile.days.len() / 2) {
        return None;
    }
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
        xy += (x - mx) * (y - my);
    }
    // A window that never moves at all explains nothing.
    if yy / n < 1e-6 || xx <= 0.0 { Some(0.0) } else { Some(xy * xy / (xx * yy)) }
}

fn is_rectangle(day: &Day) -> bool {
    day.summary.two_level >= TWO_LEVELLED && day.summary.top_kw - day.summary.floor_kw >= LEAST_RANGE_KW
}

fn running_share(day: &Day) -> f64 {
    let summary = &day.summary;
    f64::from((summary.mean_kw - summary.floor_kw) / (summary.top_kw - summary.floor_kw))
}

/// Declination of the sun, degrees: the length of the night falls with it in the northern
/// hemisphere and rises in the southern.
fn declination(day: &Day) -> f64 {
    23.45 * (std::f64::consts::TAU * (284.0 + f64::from(day.day.day_of_year())) / 365.0).sin()
}

fn finding(s: &Subject) -> Fact {
    follows_night(s).map_or_else(said::night_unknown, |share| said::night(100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::UsageProfile;
    use crate::domain::{Calendar, CivilDay, Customer};
    use crate::evidence::DayWeather;
    use crate::population::CustomerFacts;
    use crate::series::LoadSeries;

    fn share_explained(on: impl Fn(i64, f64) -> bool) -> Option<f64> {
        let calendar = Calendar::new(None).unwrap();
        let start = calendar.day_start(CivilDay::from_ymd(2025, 3, 1).unwrap());
        let kw = (0..92 * 96).map(|i| if on(i / 96, (i % 96) as f64 / 4.0) { 2.0 } else { 0.0 }).collect();
        let profile = UsageProfile::of(&LoadSeries { usage_point: "A".into(), start, step_min: 15, kw }, &calendar);
        let (facts, weather) = (CustomerFacts::of(Some(&Customer::default())), DayWeather::default());
        follows_night(&Subject::new(&profile, None, &facts, &weather))
    }

    #[test]
    fn a_street_lamp_follows_the_sun() {
        // Nights shorten from 13.2 to 8.4 hours between March and May at 50 degrees north.
        let share = share_explained(|day, hour| {
            let half_night = (13.2 - 4.8 * day as f64 / 91.0) / 2.0;
            hour < half_night || hour > 24.0 - half_night
        });
        assert!(share.unwrap() > 0.95, "{share:?}");
    }

    #[test]
    fn a_farm_on_the_night_tariff_does_not() {
        let share = share_explained(|day, hour| hour >= 23.0 || hour < if day % 5 == 0 { 6.75 } else { 7.0 });
        assert!(share.unwrap() < 0.1, "{share:?}");
    }
}
