//! Is the balance meter itself right? A wrong ratio and a wrong clock, found before its balance is
//! believed.
//!
//! *Ratio*: supplied = a + b·metered over the hours; where everybody under the node is read, b is a
//! little above 1. b near another ratio of current transformers, with little noise and next to no
//! level, says that the meter shows b times what flows: a tap moves the level and leaves b. Days
//! before and after a jump of supplied over metered are asked apart, since ratios are mistaken when
//! meters are changed.
//! *Clock*: a meter that is late by s hours shows supplied(t − s), so the residual holds −s times
//! the slope of the load. Fitted beside level and losses.
//! H0: ratio 1 and s = 0.  Weak when: many customers are not in the grid file.
//! Source: first-order expansion of a shifted series; ratios of current transformers as in IEC
//! 61869-2.

use crate::domain::{Calendar, CivilDay, best_split, mad_sigma, median};

use super::missing::Changes;
use super::regression::{Fit, MOST_COLUMNS, Prior, Rows, robust_fit};
use super::residual::Residual;

/// Ratios between current transformers of usual sizes (IEC 61869-2): a meter that was entered with
/// the wrong one shows that multiple of what flows, or one over it.
const RATIOS: [f64; 20] =
    [1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 16.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 120.0];
/// A ratio that is asked for only as too little: a third too much may be customers that nobody
/// knows.
const TOO_LITTLE: f64 = 0.75;
/// b of a right meter: losses make it a little larger than 1.
const LOSS: f64 = 1.04;
/// Difference of logarithms within which b is one of the ratios.
const NEAR: f64 = 0.07;
/// Noise that a ratio may leave, as a share of what is supplied.
const MOST_NOISE: f64 = 0.05;
/// Ratios that a large customer under the wrong node makes as well, but less evenly.
const NEAR_ONE: std::ops::Range<f64> = 0.66..1.51;
/// Noise that such a ratio may leave.
const MOST_NOISE_NEAR_ONE: f64 = 0.025;
/// Level that a ratio may leave, as a share of what is supplied: a tap leaves more.
const MOST_LEVEL: f64 = 0.2;
/// Days on either side of a jump of the ratio.
const MARGIN_DAYS: usize = 5;
/// Least height of a jump, as a difference of logarithms.
const JUMP: f64 = 0.25;
/// Hours of balance that a judgement needs: a week.
const MIN_HOURS: usize = 168;
/// A clock is wrong from thirteen minutes on, hours.
const LEAST_SHIFT_H: f64 = 0.21;
/// Standard errors of the shift.
const SURE: f64 = 8.0;
/// Standard deviations by which changes must go with those of the load's slope.
const MAY_BE_LATE: f64 = 4.0;
/// Share of the noise that may be left once the clock is set right.
const QUIETER: f64 = 0.85;
/// Parts of the day that must agree on the shift.
const QUARTERS: usize = 4;
/// A quarter of the day tells when its own error is below this share of the shift.
const TELLING: f64 = 0.2;
/// A quarter agrees when its shift is so many times that of the day.
const ALIKE: std::ops::Range<f64> = 0.35..2.0;
/// Prior standard deviation of line loss, as a share of the load.
const LOSS_SIGMA: f64 = 0.05;
/// Prior standard deviation of meter gains.
const GAIN_SIGMA: f64 = 0.1;

/// A ratio by which a balance meter shows too much (above 1) or too little, between two days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WrongRatio {
    /// Shown over supplied.
    pub ratio: f64,
    /// First day.
    pub from: CivilDay,
    /// Last day.
    pub to: CivilDay,
}

/// The wrong ratios of a node's balance meter: none, one, or one on either side of a jump.
#[must_use]
pub fn wrong_ratios(residual: &Residual, calendar: &Calendar) -> Vec<WrongRatio> {
    let day: Vec<CivilDay> = residual.at.iter().map(|&at| calendar.day(at)).collect();
    if day.len() < MIN_HOURS {
        return Vec::new();
    }
    let (mut days, mut logs): (Vec<usize>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut first = 0;
    for group in day.chunk_by(|a, b| a == b) {
        let hours = first..first + group.len();
        let sum = |kw: &[f64]| kw[hours.clone()].iter().sum::<f64>();
        let (supplied, metered) = (sum(&residual.supplied_kw), sum(&residual.metered_kw));
        if supplied > 0.0 && metered > 0.0 {
            days.push(first);
            logs.push((supplied / metered).ln());
        }
        first = hours.end;
    }
    let jump = best_split(&logs, MARGIN_DAYS).filter(|split| (split.after - split.before).abs() > JUMP);
    let cut = jump.map_or(day.len(), |split| days[split.place]);
    let of_part = |hours: std::ops::Range<usize>| {
        let ratio = ratio(&residual.supplied_kw[hours.clone()], &residual.metered_kw[hours.clone()])?;
        Some(WrongRatio { ratio, from: day[hours.start], to: day[hours.end - 1] })
    };
    [0..cut, cut..day.len()].into_iter().filter(|hours| hours.len() >= MIN_HOURS).filter_map(of_part).collect()
}

/// A ratio other than 1 that supplied and metered load show, if any.
fn ratio(supplied: &[f64], metered: &[f64]) -> Option<f64> {
    let (ones, assumed, day) = (
        vec![1.0; metered.len()],
        vec![0.0; metered.len()],
        (0..metered.len()).map(|hour| hour / 24).collect::<Vec<_>>(),
    );
    let rows = Rows { y: supplied, assumed: &assumed, day: &day };
    let fit = robust_fit(&[&ones, metered], &rows, &[Prior::Free, Prior::Free])?;
    let usual = median(supplied);
    let slope = fit.coefficients[1] / LOSS;
    let most_noise = if NEAR_ONE.contains(&slope) { MOST_NOISE_NEAR_ONE } else { MOST_NOISE };
    let follows = fit.scale < most_noise * usual
        && fit.coefficients[0].abs() < MOST_LEVEL * usual
        && mad_sigma(metered, median(metered)) > fit.scale;
    let candidates = RATIOS.iter().flat_map(|&ratio| [ratio, 1.0 / ratio]).chain([TOO_LITTLE]);
    let nearest = candidates.min_by(|a, b| (slope / a).ln().abs().total_cmp(&(slope / b).ln().abs()))?;
    (follows && slope > 0.0 && (slope / nearest).ln().abs() < NEAR).then_some(nearest)
}

/// Hours by which a balance meter's stamps are late (negative: early); `None` where its clock is
/// right or nothing can be said.
#[must_use]
pub fn late_by_hours(residual: &Residual, calendar: &Calendar) -> Option<f64> {
    let n = residual.at.len();
    let follows = |index: usize| residual.at[index + 1].0 - residual.at[index - 1].0 == 7200;
    let inner: Vec<usize> = (1..n.max(1) - 1).filter(|&index| follows(index)).collect();
    if inner.len() < MIN_HOURS {
        return None;
    }
    if !may_be_late(residual) {
        return None;
    }
    let pick = |kw: &[f64]| -> Vec<f64> { inner.iter().map(|&index| kw[index]).collect() };
    let (metered, y, assumed) = (pick(&residual.metered_kw), pick(&residual.residual_kw), pick(&residual.assumed_kw));
    let slope: Vec<f64> =
        inner.iter().map(|&index| 0.5 * (residual.metered_kw[index + 1] - residual.metered_kw[index - 1])).collect();
    let mean_kw = (metered.iter().sum::<f64>() / metered.len() as f64).abs().max(1e-3);
    let squares: Vec<f64> = metered.iter().map(|kw| kw * kw / mean_kw).collect();
    let (ones, day) = (
        vec![1.0; metered.len()],
        inner.iter().map(|&index| calendar.day(residual.at[index]).0 as usize).collect::<Vec<_>>(),
    );
    let rows = Rows { y: &y, assumed: &assumed, day: &day };
    let priors = [Prior::Free, Prior::Normal(GAIN_SIGMA), Prior::Normal(LOSS_SIGMA), Prior::Free];
    let late = robust_fit(&[&ones, &metered, &squares, &slope], &rows, &priors)?;
    let mut own = [0.0; MOST_COLUMNS];
    own[3] = 1.0;
    let (hours, error) = (-late.coefficients[3], late.error_of(&own));
    if hours.abs() <= LEAST_SHIFT_H.max(SURE * error) {
        return None;
    }
    let right = robust_fit(&[&ones, &metered, &squares], &rows, &priors[..3])?;
    let is_late = late.scale < QUIETER * right.scale;
    // A clock is as wrong in the morning as in the evening; a customer who is not counted here has
    // hours of his own.
    let quarters: Vec<Vec<f64>> =
        (0..QUARTERS).map(|quarter| of_quarter(&slope, &inner, quarter, residual, calendar)).collect();
    let columns: Vec<&[f64]> = [&ones, &metered, &squares].into_iter().chain(&quarters).map(Vec::as_slice).collect();
    let by_quarter = || robust_fit(&columns, &rows, &[&priors[..3], &[Prior::Free; QUARTERS]].concat());
    (is_late && by_quarter().is_some_and(|fit| agree(&fit, hours))).then_some(hours)
}

/// Whether the residual's changes from hour to hour go with those of the load's slope at all: quick
/// to ask, and far below what names a clock.
fn may_be_late(residual: &Residual) -> bool {
    let (Some(&first), Some(&last)) = (residual.at.first(), residual.at.last()) else { return false };
    let hours = ((last.0 - first.0) / 3600 + 1) as usize;
    let Some(changes) = Changes::of(residual, first, hours) else { return false };
    let mut metered = vec![f32::NAN; hours];
    for (at, kw) in residual.at.iter().zip(&residual.metered_kw) {
        metered[((at.0 - first.0) / 3600) as usize] = *kw as f32;
    }
    // Change of the slope into an hour: half of what the load two hours apart changes by.
    let at = |hour: Option<usize>| hour.and_then(|hour| metered.get(hour)).copied().unwrap_or(f32::NAN);
    let change = |hour: usize| {
        0.5 * ((at(Some(hour + 1)) - at(Some(hour))) - (at(hour.checked_sub(1)) - at(hour.checked_sub(2))))
    };
    let slope: Vec<f32> = (0..hours).map(change).map(|kw| if kw.is_finite() { kw } else { 0.0 }).collect();
    let fit = changes.regress(&slope, &changes.without_load(), |_| true);
    fit.is_some_and(|fit| fit.strength.abs() > MAY_BE_LATE)
}

/// The slope of the load in one quarter of the local day, 0 in the others.
fn of_quarter(slope: &[f64], inner: &[usize], quarter: usize, residual: &Residual, calendar: &Calendar) -> Vec<f64> {
    let is_in = |index: usize| calendar.local(residual.at[index]).hour() * QUARTERS / 24 == quarter;
    slope.iter().zip(inner).map(|(slope, &index)| if is_in(index) { *slope } else { 0.0 }).collect()
}

/// Whether all quarters of the day that tell anything tell of about the same lateness, and two do.
fn agree(fit: &Fit, hours: f64) -> bool {
    let mut telling = 0;
    for column in 3..3 + QUARTERS {
        let mut own = [0.0; MOST_COLUMNS];
        own[column] = 1.0;
        let (share, error) = (-fit.coefficients[column] / hours, fit.error_of(&own) / hours.abs());
        if error < TELLING {
            telling += 1;
            if !ALIKE.contains(&share) {
                return false;
            }
        }
    }
    telling >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn load(hour: f64) -> f64 {
        40.0 + 20.0 * (hour / 24.0 * std::f64::consts::TAU).sin() + 8.0 * (hour / 11.3 * std::f64::consts::TAU).cos()
    }

    /// Sixty days of a node; `shown` is what the balance meter shows in an hour.
    fn node(shown: impl Fn(f64) -> f64) -> Residual {
        let mut residual = Residual { coverage: 1.0, ..Residual::default() };
        for hour in 0..24 * 60 {
            let (supplied, metered) =
                (shown(f64::from(hour)) + f64::from((hour * 7919) % 13) / 400.0, load(f64::from(hour)));
            residual.at.push(Timestamp(i64::from(hour) * 3600));
            residual.supplied_kw.push(supplied);
            residual.metered_kw.push(metered);
            residual.assumed_kw.push(0.0);
            residual.residual_kw.push(supplied - metered);
        }
        residual
    }

    fn calendar() -> Calendar {
        Calendar::new(None).unwrap()
    }

    #[test]
    fn a_meter_that_shows_twice_what_flows_is_told_from_a_tap_as_large() {
        let ratios = wrong_ratios(&node(|hour| 2.0 * 1.03 * load(hour)), &calendar());
        assert_eq!(ratios.iter().map(|wrong| wrong.ratio).collect::<Vec<_>>(), [2.0]);
        assert!(wrong_ratios(&node(|hour| 1.03 * load(hour) + 42.0), &calendar()).is_empty());
        assert!(wrong_ratios(&node(|hour| 1.03 * load(hour)), &calendar()).is_empty());
    }

    #[test]
    fn a_ratio_mistaken_from_some_day_on_is_dated() {
        let ratios =
            wrong_ratios(&node(|hour| load(hour) * if hour < 24.0 * 31.0 { 1.03 } else { 1.03 / 20.0 }), &calendar());
        assert_eq!(ratios, [WrongRatio { ratio: 1.0 / 20.0, from: CivilDay(31), to: CivilDay(59) }]);
    }

    #[test]
    fn a_tap_that_begins_is_no_ratio() {
        assert!(
            wrong_ratios(&node(|hour| 1.03 * load(hour) + if hour < 24.0 * 31.0 { 0.0 } else { 30.0 }), &calendar())
                .is_empty()
        );
    }

    #[test]
    fn a_late_clock_is_measured_in_hours_and_a_right_one_is_left_alone() {
        let late = late_by_hours(&node(|hour| 1.03 * load(hour - 0.5)), &calendar()).unwrap();
        assert!((late - 0.5).abs() < 0.05, "{late}");
        let early = late_by_hours(&node(|hour| 1.03 * load(hour + 0.25)), &calendar()).unwrap();
        assert!((early + 0.25).abs() < 0.05, "{early}");
        assert_eq!(late_by_hours(&node(|hour| 1.03 * load(hour) + 12.0), &calendar()), None);
    }

    #[test]
    fn a_customer_of_evening_hours_who_is_not_counted_here_is_no_wrong_clock() {
        let evening = |hour: f64| if (14.0..20.0).contains(&(hour % 24.0)) { 18.0 } else { 0.0 };
        assert_eq!(late_by_hours(&node(|hour| 1.03 * load(hour) + evening(hour)), &calendar()), None);
    }
}
