//! Values spread evenly over a gap: the head-end knows the energy of some hours, not their course,
//! and divides it.
//!
//! Sign: one value repeated for hours that the meter's own display cannot show, because the
//! quotient does not fall on its steps. A load that really is steady shows whole steps.
//! Assumes: steps of 1 Wh or coarser, three hours or more. Weak when: the quotient falls on a step
//! by chance (one in so many as the gap has intervals).

use super::day_fold::{DayFold, HOURS};
use super::display::{display_of, is_off_display};
use super::load_series::LoadSeries;

/// Shortest gap that is looked for, hours, and its fewest intervals.
const LEAST_HOURS: usize = 3;
const LEAST_INTERVALS: usize = 3;
/// Hours between the samples that tell whether a closer look is worth it, so that four hours of one
/// value cannot hide.
const STRIDE: usize = 2;

/// Runs `[first, end)` of spread-out values, in order.
pub(super) fn find(series: &LoadSeries, fold: &DayFold) -> Vec<(usize, usize)> {
    if !series.folds_to_hours() || !may_be_spread(fold) {
        return Vec::new();
    }
    let shortest = (LEAST_HOURS * 60 / series.step_min as usize).max(LEAST_INTERVALS);
    let runs: Vec<(usize, usize)> =
        runs_of_one_value(&series.kw, shortest).into_iter().filter(|run| series.kw[run.0] != 0.0).collect();
    if runs.is_empty() {
        return runs;
    }
    let Some(display) = display_of(series, &runs) else { return Vec::new() };
    runs.into_iter().filter(|run| is_off_display(series, run.0, display)).collect()
}

/// Whether neighbouring samples of the hours are equal anywhere, and not zero.
fn may_be_spread(fold: &DayFold) -> bool {
    let equal = |a: f32, b: f32| a == b && a != 0.0;
    fold.hours.iter().any(|hours| (STRIDE..HOURS).step_by(STRIDE).any(|hour| equal(hours[hour], hours[hour - STRIDE])))
}

/// Runs `[first, end)` of equal values that are at least `shortest` long; missing values make none.
///
/// A run that long holds one of every `shortest` places, so only these are looked at and the values
/// around them.
pub(super) fn runs_of_one_value(kw: &[f32], shortest: usize) -> Vec<(usize, usize)> {
    let stride = shortest.max(1);
    let mut runs = Vec::new();
    let mut place = 0;
    while place < kw.len() {
        let differs = |value: &f32| *value != kw[place];
        let first = kw[..place].iter().rposition(differs).map_or(0, |before| before + 1);
        let end = kw[place..].iter().position(differs).map_or(kw.len(), |length| place + length);
        if end >= first + stride {
            runs.push((first, end));
        }
        place = end.max(place + stride);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};

    fn found(kw: Vec<f32>, step_min: u32) -> Vec<(usize, usize)> {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw };
        find(&series, &DayFold::of(&series, &Calendar::new(None).unwrap()))
    }

    /// Half-hours of a home on a display of 1 Wh, kW.
    fn home(days: usize) -> Vec<f32> {
        (0..days * 48)
            .map(|i| (60 + (i * 7919 + 13) % 101 + if (34..44).contains(&(i % 48)) { 300 } else { 0 }) as f32 / 500.0)
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn runs_are_those_that_a_look_at_every_value_finds(values in proptest::collection::vec(0_u8..4, 0..200), shortest in 1_usize..12) {
            let kw: Vec<f32> = values.iter().map(|&value| if value == 3 { f32::NAN } else { f32::from(value / 2) }).collect();
            let mut expected = Vec::new();
            let mut first = 0;
            for end in 1..=kw.len() {
                if end == kw.len() || kw[end] != kw[first] {
                    if end - first >= shortest && !kw[first].is_nan() {
                        expected.push((first, end));
                    }
                    first = end;
                }
            }
            proptest::prop_assert_eq!(runs_of_one_value(&kw, shortest), expected);
        }
    }

    #[test]
    fn five_hours_of_a_quotient_are_spread_out() {
        let mut kw = home(20);
        // 1.237 kWh over ten half-hours are 123.7 Wh each, which the display cannot show.
        kw[483..493].fill(1.237 / 10.0 * 2.0);
        assert_eq!(found(kw, 30), [(483, 493)]);
    }

    #[test]
    fn a_gap_across_midnight_and_longer_than_a_day_is_found_too() {
        let mut kw = home(20);
        kw[470..540].fill(0.123_45);
        assert_eq!(found(kw, 30), [(470, 540)]);
    }

    #[test]
    fn a_street_lamp_and_an_empty_home_repeat_what_their_display_shows() {
        // 124 W all night, and nothing by day, on a display of 1 Wh.
        let lamp = (0..20 * 48).map(|i| if (12..38).contains(&(i % 48)) { 0.0 } else { 0.124 }).collect();
        assert_eq!(found(lamp, 30), []);
        let mut empty = home(20);
        empty[300..700].fill(0.06);
        assert_eq!(found(empty, 30), []);
        // A workshop in steps of 100 Wh.
        let coarse = (0..40 * 24)
            .map(|i| if (8..17).contains(&(i % 24)) { 2.1 } else { 0.1 + ((i * 31 + i / 24) % 3) as f32 / 10.0 })
            .collect();
        assert_eq!(found(coarse, 60), []);
    }

    #[test]
    fn where_the_display_is_finer_than_is_known_nothing_is_said() {
        let mut kw: Vec<f32> = home(20).iter().enumerate().map(|(i, kw)| kw + 0.000_37 * (i % 13) as f32).collect();
        kw[483..493].fill(0.247_4);
        assert_eq!(found(kw, 30), []);
    }
}
