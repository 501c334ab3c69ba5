//! Stuck meters and values filled in: one non-zero value repeated for longer than this meter ever
//! repeats a value.
//!
//! Two signs, either of which is enough for a run of a day or longer (a week of daily readings).
//! *A fine display*: a running load varies by 0.3 % and more, so where one step of the display is
//! at most a hundredth of the load, exact repetition is no load.
//! *The meter's own habit*: on a coarse display a steady load repeats honestly, and does so all the
//! time. The run is compared with the longest that the meter shows otherwise; the few that are many
//! times longer are no load, if the meter shows a life of its own beside them, and as much at
//! times: a farm that begins in empty premises repeats what was never there. A value of zero is no
//! sign: premises may be empty.
//! Assumes: displays that round a counter, not each value. Weak when: the meter is stuck for most
//! of the time and the rest is short.
//! Source of the variation of a real farm: makers' figures (wall power ±0.3 to 3 %); of exact
//! repetition as an artefact: field practice.

use super::load_series::LoadSeries;
use super::spread_out::runs_of_one_value;

/// A run of equal values shorter than this many hours is left alone, and of daily ones shorter than
/// so many days: these repeat honestly now and then.
const RUN_HOURS: usize = 24;
const RUN_DAYS: usize = 7;
/// Where one step of the meter's display is a larger share of the load than this, repetition alone
/// proves nothing.
const COARSE_SHARE: f64 = 0.01;
/// How many times longer than every other run a stuck one is. An honest steady load whose mean
/// drifts by 5 % a week through a whole number of steps repeats it some eight times longer than it
/// does a twentieth of a step beside it.
const BEYOND_HABIT: usize = 10;
/// A meter is stuck once or twice; what happens more often is a habit.
const MOST_TIMES: usize = 3;
/// Changes of the value outside such runs that show a habit.
const LEAST_CHANGES: usize = 10;

/// Runs `[first, end)` of one value that are no load, in order.
pub(super) fn find(series: &LoadSeries) -> Vec<(usize, usize)> {
    let kw = &series.kw;
    let shortest = if series.step_min > 60 { RUN_DAYS } else { RUN_HOURS * (60 / series.step_min.max(1)) as usize };
    if !may_repeat(kw, shortest) {
        return Vec::new();
    }
    let mut runs = runs_of_one_value(kw, shortest);
    runs.retain(|run| kw[run.0] != 0.0);
    let Some(step_kw) = display_step(kw).filter(|_| !runs.is_empty()) else { return Vec::new() };
    let is_fine = |run: &(usize, usize)| step_kw <= COARSE_SHARE * f64::from(kw[run.0]).abs();
    let (mut stuck, coarse): (Vec<_>, Vec<_>) = runs.into_iter().partition(is_fine);
    if !coarse.is_empty() {
        stuck.extend(beyond_habit(kw, coarse, &stuck));
        stuck.sort_unstable();
    }
    stuck
}

/// Of runs on a coarse display the few that are far longer than all others, `fine` ones left aside.
fn beyond_habit(kw: &[f32], mut runs: Vec<(usize, usize)>, fine: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let length = |run: &(usize, usize)| run.1 - run.0;
    runs.sort_by_key(|run| (std::cmp::Reverse(length(run)), run.0));
    let is_beyond = |&count: &usize| {
        let (candidates, rest) = runs.split_at(count);
        let habit = Habit::beside(kw, &[candidates, fine].concat());
        let longest = rest.first().map_or(habit.longest, |run| habit.longest.max(length(run)));
        habit.changes >= LEAST_CHANGES
            && length(&candidates[count - 1]) >= BEYOND_HABIT * longest
            && candidates.iter().all(|run| kw[run.0] <= habit.highest)
    };
    let count = (1..=runs.len().min(MOST_TIMES)).rev().find(is_beyond).unwrap_or(0);
    runs.truncate(count);
    runs
}

/// How a meter repeats its values.
#[derive(Default)]
struct Habit {
    /// Longest run of a value that is not zero, intervals.
    longest: usize,
    /// How often the value changes from one interval to the next.
    changes: usize,
    /// Highest value, kW.
    highest: f32,
}

impl Habit {
    /// The habit outside some runs.
    fn beside(kw: &[f32], without: &[(usize, usize)]) -> Self {
        let mut habit = Self::default();
        let mut length = 0;
        for (index, &value) in kw.iter().enumerate() {
            let is_left_out = without.iter().any(|run| (run.0..run.1).contains(&index));
            if is_left_out || value.is_nan() {
                length = 0;
                continue;
            }
            let repeats = length > 0 && kw[index - 1] == value;
            habit.changes += usize::from(length > 0 && !repeats);
            length = if repeats { length + 1 } else { 1 };
            habit.longest = if value == 0.0 { habit.longest } else { habit.longest.max(length) };
            habit.highest = habit.highest.max(value);
        }
        habit
    }
}

/// Whether a run of `shortest` equal values is possible: of every few intervals, as many in a row
/// would be equal as fit into it.
fn may_repeat(kw: &[f32], shortest: usize) -> bool {
    /// Two equal values come by chance where the display is coarse; six do not.
    const IN_A_ROW: usize = 6;
    let stride = (shortest / IN_A_ROW).max(1);
    let mut samples = kw.iter().step_by(stride);
    let Some(mut last) = samples.next() else { return false };
    let mut equal = 1;
    for sample in samples {
        equal = if sample == last { equal + 1 } else { 1 };
        if equal >= shortest / stride {
            return true;
        }
        last = sample;
    }
    false
}

/// The meter's display step in kW: the smallest distance between distinct values (1 % of them left
/// aside). `None` with fewer than two values.
fn display_step(kw: &[f32]) -> Option<f64> {
    let mut values: Vec<f32> = kw.iter().copied().filter(|kw| !kw.is_nan()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values.dedup();
    let mut steps: Vec<f64> = values.windows(2).map(|pair| f64::from(pair[1]) - f64::from(pair[0])).collect();
    if steps.is_empty() {
        // One value for the whole series: nothing is known about the display, and nothing real
        // repeats like that.
        return (!values.is_empty()).then_some(0.0);
    }
    steps.sort_unstable_by(f64::total_cmp);
    Some(steps[steps.len() / 100])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// What a counter with steps of `step_kwh` shows of a load, kW an interval of `step_min`.
    fn shown(step_kwh: f64, step_min: u32, intervals: usize, load_kw: impl Fn(usize) -> f64) -> LoadSeries {
        let hours = f64::from(step_min) / 60.0;
        let (mut energy, mut before) = (0.0, 0.0);
        let kw = (0..intervals).map(|i| {
            energy += load_kw(i) * hours / step_kwh;
            let steps = f64::floor(energy + 1e-9);
            let shown = (steps - before) * step_kwh / hours;
            before = steps;
            shown as f32
        });
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min, kw: kw.collect() }
    }

    /// A home of 0.3 kW on average, by the hour.
    fn home_kw(hour: usize) -> f64 {
        let rough = ((hour * 7919 + 13) % 101) as f64 / 101.0;
        0.1 + 0.2 * rough + if (17..22).contains(&(hour % 24)) { 0.6 * rough } else { 0.0 }
    }

    #[test]
    fn a_home_on_a_coarse_display_that_repeats_one_value_from_a_date_on_is_stuck() {
        let mut home = shown(0.1, 60, 60 * 24, home_kw);
        home.kw[900..].fill(0.3);
        assert_eq!(find(&home), [(home.kw[..900].iter().rposition(|kw| *kw != 0.3).unwrap() + 1, 60 * 24)]);
        // Half-hours of 1 Wh: 0.05 kW are 25 steps.
        let mut home = shown(0.001, 30, 60 * 48, |i| home_kw(i / 2) / 4.0);
        home.kw[2000..].fill(0.05);
        assert_eq!(find(&home).len(), 1);
    }

    #[test]
    fn a_meter_that_is_stuck_twice_is_found_twice() {
        let mut home = shown(0.1, 60, 60 * 24, home_kw);
        home.kw[300..420].fill(0.2);
        home.kw[900..1100].fill(0.3);
        assert_eq!(find(&home).len(), 2);
    }

    #[test]
    fn small_steady_loads_and_empty_homes_on_coarse_displays_are_not_stuck() {
        // A fridge of 0.1 kW, a lamp of 0.96 kW, an empty home with a tick now and then, on steps
        // of 1 kWh; a cabinet that is always near two steps of 0.1 kWh.
        let fridge = |i: usize| 0.08 + 0.04 * ((i * 7919) % 101) as f64 / 101.0;
        for (step_kwh, load) in [
            (1.0, &fridge as &dyn Fn(usize) -> f64),
            (1.0, &|_| 0.96),
            (1.0, &|_| 0.004),
            (0.1, &|i| 0.199 + 0.002 * fridge(i)),
        ] {
            assert_eq!(find(&shown(step_kwh, 60, 60 * 24, load)), [], "{step_kwh}");
        }
    }

    #[test]
    fn a_farm_that_begins_in_empty_premises_on_a_coarse_display_is_not_stuck() {
        for before_kw in [0.0, 0.05, 0.3] {
            let load = |i: usize| if i < 700 { before_kw * home_kw(i) / 0.3 } else { 3.0 };
            assert_eq!(find(&shown(1.0, 60, 60 * 24, load)), [], "{before_kw}");
        }
    }
}
