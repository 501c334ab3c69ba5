//! A three-phase meter that loses a phase: from one moment on it shows two thirds or a third of the
//! load, in the same shape.
//!
//! Sign: mean, floor and spread of the days all fall by the same 2/3 or 1/3 within a day, and the
//! hours of the day keep their proportions. Holidays leave the floor and take the spread; a season
//! does not come in a day; a closed shop changes its shape. A phase that is bypassed on purpose
//! looks the same, so this fault takes nobody out of any test.
//! Assumes: phases that carry about the same load; ten days on either side. Weak when: one phase
//! carries most of it.
//! Source: test of lost voltage and current circuits in validation of metering data (VEE).

use super::day_fold::{DayFold, HOURS};
use super::multiplier::{Levels, Ratios};

/// Shares that are left with one phase and with two phases gone.
const SHARES: [(f64, &str); 2] = [(2.0 / 3.0, "two_thirds"), (1.0 / 3.0, "third")];
/// How far the ratios of mean, floor and spread may be from the share, as a ratio: in the days
/// around, and over the whole series, in which seasons move.
const NEAR: f64 = 1.10;
const OVER_ALL: f64 = 1.25;
/// Contracted power below which a connection has one phase, kW: 50 A at 230 V.
const ONE_PHASE_KW: f64 = 11.0;
/// Days on either side that show the shape.
const SHAPE_DAYS: usize = 10;
/// Cosine of the angle between the mean days before and after.
const SAME_SHAPE: f64 = 0.985;

/// A phase that went, or came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LostPhase {
    /// First interval and the one after the last of the time without it.
    pub(super) from: usize,
    pub(super) to: usize,
    /// What is left of the load, a word.
    pub(super) left: &'static str,
}

/// Finds a lost phase at the best split of the days; `None` where there is none.
pub(super) fn find(
    days: &[Levels],
    split: usize,
    end: usize,
    fold: &DayFold,
    contracted_kw: Option<f64>,
) -> Option<LostPhase> {
    if contracted_kw.is_some_and(|kw| kw < ONE_PHASE_KW) || split < SHAPE_DAYS || days.len() < split + 1 + SHAPE_DAYS {
        return None;
    }
    let all = Ratios::of(&days[..split], &days[split..]);
    let near = Ratios::of(&days[split - SHAPE_DAYS..split], &days[split + 1..split + 1 + SHAPE_DAYS]);
    let falls = near.mean < 1.0;
    let share_of = |ratio: f64| if falls { ratio } else { 1.0 / ratio };
    let within = |ratio: f64, share: f64, most: f64| (share_of(ratio) / share).max(share / share_of(ratio)) <= most;
    let (_, left) = SHARES.into_iter().find(|&(share, _)| {
        [near.mean, near.floor, near.spread].iter().all(|&ratio| within(ratio, share, NEAR))
            && [all.mean, all.floor, all.spread].iter().all(|&ratio| within(ratio, share, OVER_ALL))
    })?;
    let (before, after) =
        (mean_day(fold, &days[split - SHAPE_DAYS..split]), mean_day(fold, &days[split + 1..split + 1 + SHAPE_DAYS]));
    if cosine(&before, &after) < SAME_SHAPE {
        return None;
    }
    Some(if falls {
        LostPhase { from: days[split].first, to: end, left }
    } else {
        LostPhase { from: days[0].first, to: days[split].first, left }
    })
}

/// Mean of every hour of the day over these days, less the mean of the day; zeros without hours.
fn mean_day(fold: &DayFold, days: &[Levels]) -> [f64; HOURS] {
    let (mut sums, mut counts) = ([0.0; HOURS], [0_u32; HOURS]);
    for level in days {
        let Ok(place) = fold.days.binary_search_by(|day| day.from.cmp(&level.first)) else { continue };
        for (hour, kw) in fold.hours[place].iter().enumerate().filter(|(_, kw)| !kw.is_nan()) {
            sums[hour] += f64::from(*kw);
            counts[hour] += 1;
        }
    }
    let hours: Vec<f64> =
        sums.iter().zip(counts).map(|(sum, count)| if count > 0 { sum / f64::from(count) } else { 0.0 }).collect();
    let mean = hours.iter().sum::<f64>() / HOURS as f64;
    std::array::from_fn(|hour| hours[hour] - mean)
}

fn cosine(a: &[f64; HOURS], b: &[f64; HOURS]) -> f64 {
    let dot = |a: &[f64; HOURS], b: &[f64; HOURS]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    /// Half-hours of a workshop with three phases, kW.
    fn workshop(days: usize) -> Vec<f32> {
        (0..days * 48)
            .map(|i| {
                let rough = ((i * 7919 + 13) % 101) as f32 / 101.0;
                2.0 + 0.4 * rough + if (16..34).contains(&(i % 48)) { 9.0 + 3.0 * rough } else { 0.0 }
            })
            .collect()
    }

    fn found(kw: Vec<f32>, contracted_kw: Option<f64>) -> Option<LostPhase> {
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 30, kw };
        let fold = DayFold::of(&series, &Calendar::new(None).unwrap());
        let (days, split) = super::super::multiplier::split_days(&series, &fold)?;
        find(&days, split, series.kw.len(), &fold, contracted_kw)
    }

    #[test]
    fn a_phase_that_goes_leaves_two_thirds_and_two_that_go_a_third() {
        for (share, left) in [(2.0 / 3.0, "two_thirds"), (1.0 / 3.0, "third")] {
            let mut kw = workshop(60);
            kw[31 * 48 + 20..].iter_mut().for_each(|kw| *kw *= share);
            let lost = found(kw, Some(30.0)).unwrap();
            assert!(lost.left == left && lost.from.abs_diff(31 * 48) <= 48 && lost.to == 60 * 48, "{lost:?}");
        }
    }

    #[test]
    fn a_phase_that_comes_back_was_lost_before() {
        let mut kw = workshop(60);
        kw[..25 * 48].iter_mut().for_each(|kw| *kw *= 1.0 / 3.0);
        let lost = found(kw, None).unwrap();
        assert!(lost.from == 0 && lost.to.abs_diff(25 * 48) <= 48, "{lost:?}");
    }

    #[test]
    fn a_holiday_a_season_and_a_closed_shift_are_no_lost_phase() {
        // The machines rest and the floor stays.
        let mut holiday = workshop(60);
        holiday[30 * 48..].iter_mut().for_each(|kw| *kw = (*kw - 2.0) * 0.5 + 2.0);
        assert_eq!(found(holiday, Some(30.0)), None);
        // The load fades by a half over sixty days.
        let season = workshop(60).iter().enumerate().map(|(i, kw)| kw * (1.0 - 0.5 * i as f32 / 2880.0)).collect();
        assert_eq!(found(season, Some(30.0)), None);
        // Work ends at noon from one day on, and a cooler is switched off: all levels fall, in
        // another shape.
        let mut shift = workshop(60);
        shift[30 * 48..]
            .iter_mut()
            .enumerate()
            .for_each(|(i, kw)| *kw *= if (25..34).contains(&(i % 48)) { 0.2 } else { 0.667 });
        assert_eq!(found(shift, Some(30.0)), None);
    }

    #[test]
    fn a_home_with_one_phase_has_none_to_lose() {
        let mut kw = workshop(60);
        kw[30 * 48..].iter_mut().for_each(|kw| *kw *= 2.0 / 3.0);
        assert_eq!(found(kw, Some(5.0)), None);
    }
}
