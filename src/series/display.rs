//! The steps of a meter's display in a series of mean power: what a meter shows comes in whole
//! steps, what was computed from it need not.

use super::day_fold::HOURS;
use super::load_series::LoadSeries;

/// Finest step of a display that is looked for, kWh, and the largest value that single precision
/// holds to such a step, in steps.
const STEP_KWH: f64 = 0.001;
const MOST_STEPS: f64 = 2e6;
/// Displays in use, in steps of 1 Wh: 1 kWh, 100 Wh, 10 Wh, 1 Wh.
const DISPLAYS: [i64; 4] = [1000, 100, 10, 1];
/// Share of values that lie on the display's steps.
const ON_STEPS: f64 = 0.995;
/// Values that are needed to say anything.
const MIN_VALUES: usize = 50;
/// Distance from a whole step that single precision may make, in steps.
const NEAR: f64 = 0.02;

/// Values that a first look samples, and those of them that must not be zero.
const SAMPLED: usize = 64;
const LEAST_SAMPLED: usize = 16;
/// Share of the samples that lie on the display's steps: some values in a hundred may be estimates,
/// which know no steps.
const SAMPLES_ON_STEPS: f64 = 0.95;
/// The rounding of a display that shows whole steps of a counter: each value is the difference of
/// two readings, either of which is off by anything up to a step. It alternates and does not add
/// up, so the mean of so many hours is off by one step over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rounding {
    /// One step of the display in an hour, kW; 0 where it is finer than 10 Wh, or not seen.
    pub step_kw: f32,
}

impl Rounding {
    /// The rounding in a series.
    #[must_use]
    pub fn of(series: &LoadSeries) -> Self {
        Self { step_kw: coarse_step_kwh(series).map_or(0.0, |step_kwh| step_kwh as f32) }
    }

    /// What it leaves in the mean of an hour, kW: no difference below is told apart.
    #[must_use]
    pub fn of_hour_kw(self) -> f64 {
        f64::from(self.step_kw)
    }

    /// The same of the mean of a day.
    #[must_use]
    pub fn of_day_kw(self) -> f64 {
        self.of_hour_kw() / HOURS as f64
    }
}

/// The step of a display of 10 Wh or coarser, kWh; `None` where it is finer or cannot be seen. A
/// sample of the values tells, and where most are zero all of them.
pub(super) fn coarse_step_kwh(series: &LoadSeries) -> Option<f64> {
    let of_every = |stride: usize| {
        let (mut values, mut on) = (0_usize, [0_usize; DISPLAYS.len()]);
        for index in
            (0..series.kw.len()).step_by(stride).filter(|&index| !series.kw[index].is_nan() && series.kw[index] != 0.0)
        {
            values += 1;
            let Some(steps) = steps_of(series, index) else { continue };
            DISPLAYS.iter().zip(&mut on).filter(|(display, _)| steps % **display == 0).for_each(|(_, on)| *on += 1);
        }
        (values, on)
    };
    let stride = (series.kw.len() / SAMPLED).max(1);
    let mut seen = of_every(stride);
    if seen.0 < LEAST_SAMPLED && stride > 1 {
        seen = of_every(1);
    }
    let (values, on) = seen;
    let display = DISPLAYS.iter().zip(on).find(|(_, on)| *on as f64 >= SAMPLES_ON_STEPS * values as f64)?.0;
    (values >= LEAST_SAMPLED && *display > 1).then_some(*display as f64 * STEP_KWH)
}

/// What a counter with steps of `step_kwh` shows of a series, for tests: differences of whole
/// steps, which lose no energy. Missing intervals stay missing and are not counted.
#[cfg(test)]
pub(crate) fn as_shown(series: &LoadSeries, step_kwh: f64) -> LoadSeries {
    let hours = f64::from(series.step_min) / 60.0;
    // Begins in mid-step, so that whole steps in single precision stay what they are.
    let mut steps = 0.5_f64;
    let shown = |&kw: &f32| {
        if kw.is_nan() {
            return kw;
        }
        let before = steps.floor();
        steps += f64::from(kw) * hours / step_kwh;
        ((steps.floor() - before) * step_kwh / hours) as f32
    };
    LoadSeries { kw: series.kw.iter().map(shown).collect(), ..series.clone() }
}

/// Energy of an interval in steps of 1 Wh, not rounded.
fn exact_steps(series: &LoadSeries, index: usize) -> f64 {
    f64::from(series.kw[index]) * f64::from(series.step_min) / 60.0 / STEP_KWH
}

/// Whether an interval has a value, and one that single precision holds to the finest step.
pub(super) fn may_show_steps(series: &LoadSeries, index: usize) -> bool {
    exact_steps(series, index).abs() < MOST_STEPS
}

/// Energy of an interval in steps of the finest display, 1 Wh; `None` where it is missing or finer
/// than that.
pub(super) fn steps_of(series: &LoadSeries, index: usize) -> Option<i64> {
    let steps = exact_steps(series, index);
    ((steps - steps.round()).abs() < 0.2 && steps.abs() < MOST_STEPS).then(|| steps.round() as i64)
}

/// The coarsest display whose steps nearly all values outside `without` are, in steps of 1 Wh;
/// `None` where they are finer, or fewer than fifty.
pub(super) fn display_of(series: &LoadSeries, without: &[(usize, usize)]) -> Option<i64> {
    let mut skipped = without.iter().peekable();
    let (mut values, mut on) = (0_usize, [0_usize; DISPLAYS.len()]);
    for index in 0..series.kw.len() {
        while skipped.next_if(|run| run.1 <= index).is_some() {}
        if skipped.peek().is_some_and(|run| run.0 <= index) || series.kw[index].is_nan() || series.kw[index] == 0.0 {
            continue;
        }
        values += 1;
        if let Some(steps) = steps_of(series, index) {
            DISPLAYS.iter().zip(&mut on).filter(|(display, _)| steps % **display == 0).for_each(|(_, on)| *on += 1);
        }
    }
    if values < MIN_VALUES {
        return None;
    }
    DISPLAYS.iter().zip(on).find(|(_, on)| *on as f64 >= ON_STEPS * values as f64).map(|(display, _)| *display)
}

/// Whether meters show steps of so many Wh.
pub(super) fn is_display(steps: i64) -> bool {
    DISPLAYS.contains(&steps)
}

/// The coarsest display that at least `share` of values, in steps of 1 Wh, lie on.
pub(super) fn coarsest_display(values: &[i64], share: f64) -> i64 {
    let on = |display: i64| values.iter().filter(|&&steps| steps % display == 0).count() as f64;
    DISPLAYS.into_iter().find(|&display| on(display) >= share * values.len() as f64).unwrap_or(1)
}

/// Whether a display of this step cannot show the value.
pub(super) fn is_off_display(series: &LoadSeries, index: usize, display: i64) -> bool {
    let steps = exact_steps(series, index);
    let nearest = (steps / display as f64).round() * display as f64;
    // Single precision keeps 7 digits: beyond a thousand times the tolerance nothing can be said.
    steps.abs() < MOST_STEPS / 10.0 && (steps - nearest).abs() > NEAR.max(steps.abs() * 1e-6)
}

/// The greatest step, in steps of 1 Wh, of which all values of a stretch are multiples; `None`
/// where some are finer than 1 Wh, or fewer than fifty are there.
pub(super) fn common_step(series: &LoadSeries, stretch: std::ops::Range<usize>) -> Option<i64> {
    let (mut values, mut step) = (0, 0);
    for index in stretch.filter(|&index| !series.kw[index].is_nan() && series.kw[index] != 0.0) {
        step = greatest_divisor(step, steps_of(series, index)?);
        values += 1;
    }
    (values >= MIN_VALUES).then_some(step)
}

/// Values that are looked at together for the step they share.
const TOGETHER: usize = 24;

/// The display's step, kWh, as the root of the mean of its squares where a meter was exchanged for
/// one with another display; 0 where it is finer than 1 Wh or fewer than fifty values are there.
/// Zeros and missing values say nothing of it.
///
/// Values that are computed (corrected, estimated, divided) lie on no step; where they are few,
/// they do not hide the display.
#[must_use]
pub fn rounding_step_kwh(series: &LoadSeries) -> f64 {
    let (mut squares, mut blocks, mut values, mut step, mut off) = (0.0, 0.0, 0, 0, false);
    for index in (0..series.kw.len()).filter(|&index| !series.kw[index].is_nan() && series.kw[index] != 0.0) {
        match steps_of(series, index) {
            // A divisor of one stays one.
            Some(steps) if step != 1 => step = greatest_divisor(step, steps),
            Some(_) => {}
            None => off = true,
        }
        values += 1;
        if values % TOGETHER == 0 {
            // A block with a computed value in it says nothing; steps of single watt-hours are as
            // good as none.
            squares += if off || step == 1 { 0.0 } else { (step as f64).powi(2) };
            blocks += if off { 0.0 } else { 1.0 };
            (step, off) = (0, false);
        }
    }
    if values < MIN_VALUES || blocks == 0.0 { 0.0 } else { (squares / blocks).sqrt() * STEP_KWH }
}

/// Greatest common divisor; that of 0 and a number is the number.
pub(super) fn greatest_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// Sixty days of a load by the hour, as a display of `step_kwh` shows it.
    fn shown(step_kwh: f64, load_kw: impl Fn(usize) -> f64) -> LoadSeries {
        let kw = (0..60 * 24).map(|hour| load_kw(hour) as f32).collect();
        as_shown(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }, step_kwh)
    }

    fn rough(hour: usize) -> f64 {
        ((hour * 7919 + 13) % 101) as f64 / 101.0
    }

    #[test]
    fn displays_of_ten_watt_hours_and_more_are_seen_and_finer_ones_are_not() {
        for (step, seen) in [(1.0, Some(1.0)), (0.1, Some(0.1)), (0.01, Some(0.01)), (0.001, None)] {
            let found = coarse_step_kwh(&shown(step, |hour| 0.2 + rough(hour)));
            assert!(found.zip(seen).is_some_and(|(a, b)| (a - b).abs() < 1e-9) || found == seen, "{step}: {found:?}");
        }
        // A load that moves its display every other day.
        assert_eq!(coarse_step_kwh(&shown(1.0, |_| 0.02)), Some(1.0));
    }

    #[test]
    fn a_display_loses_no_energy_and_shows_whole_steps_as_they_are() {
        let load = shown(0.1, |hour| 0.2 + rough(hour));
        assert_eq!(as_shown(&load, 0.1), load);
        let sum = |series: &LoadSeries| series.kw.iter().map(|kw| f64::from(*kw)).sum::<f64>();
        assert!((sum(&as_shown(&load, 1.0)) - sum(&load)).abs() <= 1.0);
    }
}
