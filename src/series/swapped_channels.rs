//! Import and export exchanged: energy flows out at night, where no sun can have made it, about as
//! much as flowed in on nights before.
//!
//! Statistic: signs of the mean power of the local nights (0 to 4 o'clock), split in two where they
//! agree best. From the first reading on, noons must flow the other way as well: a small power
//! plant feeds in by day and by night, a prosumer with exchanged channels does not.
//! Assumes: five nights on either side. Weak when: a battery is emptied into the grid at night.

use super::day_fold::DayFold;
use crate::domain::median_of;

/// Hours of the night and of noon, local.
const NIGHT: std::ops::Range<usize> = 0..4;
const NOON: std::ops::Range<usize> = 11..14;
/// Nights that either side needs, and share of them that must agree.
const LEAST_NIGHTS: usize = 5;
const AGREE: f64 = 0.9;
/// How much the nights may differ in size, as a ratio.
const AS_LARGE: f64 = 2.0;

/// A night: place of its day, and its mean power, kW.
type Night = (usize, f64);

/// Intervals `[first, end)` whose channels look exchanged.
pub(super) fn find(fold: &DayFold, end: usize) -> Option<(usize, usize)> {
    if fold.days.iter().all(|day| day.lowest >= 0.0) {
        return None;
    }
    let nights: Vec<Night> =
        fold.hours.iter().enumerate().filter_map(|(day, hours)| Some((day, mean(&hours[NIGHT])?))).collect();
    if nights.len() < 2 * LEAST_NIGHTS {
        return None;
    }
    let outward = |nights: &[Night]| nights.iter().filter(|night| night.1 < 0.0).count() as f64 / nights.len() as f64;
    if outward(&nights) >= AGREE {
        let noons: Vec<f64> = fold.hours.iter().filter_map(|hours| mean(&hours[NOON])).collect();
        let inward = noons.iter().filter(|kw| **kw > 0.0).count() as f64;
        return (inward > noons.len() as f64 / 2.0).then_some((0, end));
    }
    let split = best_split(&nights)?;
    let (before, after) = nights.split_at(split);
    let typical = |nights: &[Night]| median_of(nights.iter().map(|night| night.1.abs()));
    let ratio = typical(after) / typical(before);
    if !(1.0 / AS_LARGE..=AS_LARGE).contains(&ratio) {
        return None;
    }
    let change = fold.days[after[0].0].from;
    match (outward(before), outward(after)) {
        (before, after) if before <= 1.0 - AGREE && after >= AGREE => Some((change, end)),
        (before, after) if before >= AGREE && after <= 1.0 - AGREE => Some((0, change)),
        _ => None,
    }
}

/// The split after which signs differ most from those before.
fn best_split(nights: &[Night]) -> Option<usize> {
    let signs: Vec<i64> = nights.iter().map(|night| if night.1 < 0.0 { -1 } else { 1 }).collect();
    let total: i64 = signs.iter().sum();
    let mut before = signs[..LEAST_NIGHTS - 1].iter().sum::<i64>();
    let agreement = |place: usize| {
        before += signs[place - 1];
        ((2 * before - total).abs(), std::cmp::Reverse(place))
    };
    let scored: Vec<_> = (LEAST_NIGHTS..=nights.len() - LEAST_NIGHTS).map(agreement).collect();
    scored.into_iter().max().map(|(_, std::cmp::Reverse(place))| place)
}

fn mean(hours: &[f32]) -> Option<f64> {
    let valid: Vec<f64> = hours.iter().filter(|kw| !kw.is_nan()).map(|kw| f64::from(*kw)).collect();
    (valid.len() * 2 >= hours.len()).then(|| valid.iter().sum::<f64>() / valid.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    /// Half-hours of a home of 0.3 kW with sun of up to 4 kW, kW net.
    fn prosumer(days: usize) -> Vec<f32> {
        (0..days * 48)
            .map(|i| {
                let rough = ((i * 7919 + 13) % 101) as f32 / 101.0;
                let sun = if (14..36).contains(&(i % 48)) {
                    4.0 * rough * (1.0 - ((i % 48) as f32 - 25.0).abs() / 11.0)
                } else {
                    0.0
                };
                0.2 + 0.2 * rough - sun
            })
            .collect()
    }

    fn found(kw: Vec<f32>) -> Option<(usize, usize)> {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 30, kw };
        find(&DayFold::of(&series, &Calendar::new(None).unwrap()), series.kw.len())
    }

    #[test]
    fn channels_exchanged_from_a_day_on_until_a_day_or_from_the_start_are_found() {
        let exchanged = |stretch: std::ops::Range<usize>| {
            let mut kw = prosumer(40);
            kw[stretch].iter_mut().for_each(|kw| *kw = -*kw);
            found(kw)
        };
        assert_eq!(exchanged(20 * 48..40 * 48), Some((20 * 48, 40 * 48)));
        assert_eq!(exchanged(0..15 * 48), Some((0, 15 * 48)));
        assert_eq!(exchanged(0..40 * 48), Some((0, 40 * 48)));
    }

    #[test]
    fn a_prosumer_a_power_plant_and_a_home_without_sun_are_not_exchanged() {
        assert_eq!(found(prosumer(40)), None);
        // Runs by day and by night.
        assert_eq!(found((0..40 * 48).map(|i| -5.0 - ((i * 31) % 7) as f32 / 7.0).collect()), None);
        assert_eq!(found((0..40 * 48).map(|i| 0.2 + ((i * 31) % 7) as f32 / 7.0).collect()), None);
    }

    #[test]
    fn panels_that_are_mounted_in_mid_series_exchange_nothing() {
        let mut kw = prosumer(40);
        kw[..20 * 48].iter_mut().for_each(|kw| *kw = kw.abs());
        assert_eq!(found(kw), None);
    }
}
