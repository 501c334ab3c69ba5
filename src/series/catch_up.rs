//! A gap's energy booked into the interval after it: after hours without readings, or with zeros,
//! one value holds about what the gap would have held.
//!
//! Statistic: the value over (intervals of the gap + 1) × the mean of the days around; about 1 for
//! a catch-up. It must stand out from all that the meter shows at other times, and the next
//! interval must be back to usual: heating after an outage runs for hours, and who comes home from
//! a journey does not use a week's energy in half an hour.
//! Source: the day's energy in the first hour after a lost connection is a fault that users of
//! head-ends report again and again.

use super::day_fold::DayFold;
use super::load_series::LoadSeries;
use crate::domain::median_of;

/// Shortest gap, hours.
const LEAST_HOURS: usize = 3;
/// The value over what the gap would have held, and over the usual highest of a day.
const ABOUT: std::ops::RangeInclusive<f64> = 0.5..=2.0;
const STANDS_OUT: f64 = 1.5;
/// The next value is below this share of it.
const BACK_TO_USUAL: f32 = 0.4;
/// Share of other values that may be zero where zeros are taken for a gap: a small load on a coarse
/// display shows zeros, then a step that stands for all of them.
const ZEROS: f64 = 0.02;
/// Days that tell what is usual.
const LEAST_DAYS: usize = 7;

/// The gap and the value after it, `[first, place of the value]`, in order.
pub(super) fn find(series: &LoadSeries, fold: &DayFold) -> Vec<(usize, usize)> {
    if !series.folds_to_hours() {
        return Vec::new();
    }
    let highs: Vec<f64> = fold.days.iter().filter(|day| day.valid > 0).map(|day| f64::from(day.highest)).collect();
    if highs.len() < LEAST_DAYS {
        return Vec::new();
    }
    let highest = highs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let usual = median_of(highs.into_iter());
    if highest <= STANDS_OUT * usual || usual <= 0.0 {
        return Vec::new();
    }
    let shortest = LEAST_HOURS * 60 / series.step_min as usize;
    let usual_mean = median_of(fold.days.iter().filter(|day| day.valid > 0).map(super::DayLevel::mean));
    let days = fold.days.iter().filter(|day| f64::from(day.highest) > STANDS_OUT * usual);
    let found: Vec<(usize, usize)> = days
        .filter_map(|day| {
            let place = (day.from..day.to).find(|&index| series.kw[index] == day.highest)?;
            let gap = series.kw[..place].iter().rev().take_while(|kw| kw.is_nan() || **kw == 0.0).count();
            let held = f64::from(series.kw[place]) / (usual_mean * (gap + 1) as f64);
            let next_is_usual =
                series.kw.get(place + 1).is_none_or(|next| next.is_nan() || *next <= BACK_TO_USUAL * series.kw[place]);
            (gap >= shortest && gap < place && ABOUT.contains(&held) && next_is_usual).then_some((place - gap, place))
        })
        .collect();
    if found.is_empty() || !shows_zeros(series, &found) { found } else { Vec::new() }
}

/// Whether zeros are usual outside these gaps.
fn shows_zeros(series: &LoadSeries, gaps: &[(usize, usize)]) -> bool {
    let zeros = |values: &[f32]| values.iter().filter(|kw| **kw == 0.0).count();
    let inside: usize = gaps.iter().map(|&(first, place)| zeros(&series.kw[first..place])).sum();
    (zeros(&series.kw) - inside) as f64 > ZEROS * series.kw.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};

    fn found(kw: Vec<f32>) -> Vec<(usize, usize)> {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 30, kw };
        find(&series, &DayFold::of(&series, &Calendar::new(None).unwrap()))
    }

    /// Half-hours of a home: 0.2 kW, five times that in the evening, rough.
    fn home(days: usize) -> Vec<f32> {
        (0..days * 48)
            .map(|i| {
                let rough = ((i * 7919 + 13) % 101) as f32 / 101.0;
                0.15 + 0.1 * rough + if (36..44).contains(&(i % 48)) { 0.8 * rough } else { 0.0 }
            })
            .collect()
    }

    #[test]
    fn a_day_booked_into_the_half_hour_after_it_is_a_catch_up() {
        for gap in [f32::NAN, 0.0] {
            let mut kw = home(30);
            let energy: f32 = kw[500..549].iter().sum();
            kw[500..548].fill(gap);
            kw[548] = energy;
            assert_eq!(found(kw), [(500, 548)], "{gap}");
        }
    }

    #[test]
    fn who_comes_home_from_a_journey_books_no_week() {
        let mut kw = home(30);
        kw[480..816].fill(0.0);
        kw[816] = 3.0;
        assert_eq!(found(kw), []);
    }

    #[test]
    fn heating_after_an_outage_runs_on_and_is_no_catch_up() {
        let mut kw = home(30);
        kw[480..494].fill(0.0);
        kw[494..500].fill(3.5);
        assert_eq!(found(kw), []);
    }

    #[test]
    fn a_peak_without_a_gap_is_no_catch_up() {
        let mut kw = home(30);
        kw[700] = 9.0;
        assert_eq!(found(kw), []);
    }

    #[test]
    fn a_load_of_a_few_watts_that_moves_its_display_twice_a_day_is_no_catch_up() {
        // 0.7 Wh in half an hour on a display of 5 Wh.
        let kw = (0..30 * 48).map(|i| if (i * 7 + i / 100) % 50 < 7 { 0.01 } else { 0.0 }).collect();
        assert_eq!(found(kw), []);
        // Such a home with one larger step after ten hours.
        let mut one: Vec<f32> = (0..30 * 48).map(|i| if i % 4 == 0 { 0.0 } else { 0.01 }).collect();
        one[480..500].fill(0.0);
        one[500] = 0.17;
        assert_eq!(found(one), []);
    }
}
