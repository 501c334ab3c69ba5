//! The steps of a meter's display in a series of mean power: what a meter shows comes in whole steps, what was computed from it need not.

use super::LoadSeries;

/// Finest step of a display that is looked for, kWh, and the largest value that single precision holds to such a step, in steps.
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

/// Energy of an interval in steps of 1 Wh, not rounded.
fn exact_steps(series: &LoadSeries, index: usize) -> f64 {
    f64::from(series.kw[index]) * f64::from(series.step_min) / 60.0 / STEP_KWH
}

/// Energy of an interval in steps of the finest display, 1 Wh; `None` where it is missing or finer than that.
pub(super) fn steps_of(series: &LoadSeries, index: usize) -> Option<i64> {
    let steps = exact_steps(series, index);
    ((steps - steps.round()).abs() < 0.2 && steps.abs() < MOST_STEPS).then(|| steps.round() as i64)
}

/// The coarsest display whose steps nearly all values outside `without` are, in steps of 1 Wh; `None` where they are finer, or fewer than fifty.
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

/// Whether a display of this step cannot show the value.
pub(super) fn is_off_display(series: &LoadSeries, index: usize, display: i64) -> bool {
    let steps = exact_steps(series, index);
    let nearest = (steps / display as f64).round() * display as f64;
    // Single precision keeps 7 digits: beyond a thousand times the tolerance nothing can be said.
    steps.abs() < MOST_STEPS / 10.0 && (steps - nearest).abs() > NEAR.max(steps.abs() * 1e-6)
}

/// The greatest step, in steps of 1 Wh, of which all values of a stretch are multiples; `None` where some are finer than 1 Wh, or fewer than fifty are there.
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

/// The display's step, kWh, as the root of the mean of its squares where a meter was exchanged for one with another display; 0 where it is finer than 1 Wh or fewer than fifty
/// values are there. Zeros and missing values say nothing of it.
///
/// Values that are computed (corrected, estimated, divided) lie on no step; where they are few, they do not hide the display.
#[must_use]
pub fn rounding_step_kwh(series: &LoadSeries) -> f64 {
    let (mut squares, mut blocks, mut values, mut step, mut off) = (0.0, 0.0, 0, 0, false);
    for index in (0..series.kw.len()).filter(|&index| !series.kw[index].is_nan() && series.kw[index] != 0.0) {
        match steps_of(series, index) {
            Some(steps) => step = greatest_divisor(step, steps),
            None => off = true,
        }
        values += 1;
        if values % TOGETHER == 0 {
            // A block with a computed value in it says nothing; steps of single watt-hours are as good as none.
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
