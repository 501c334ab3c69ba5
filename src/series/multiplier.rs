//! Meter ratios that appear or disappear in mid-series: a current transformer's ratio applied
//! twice, or not at all.
//!
//! *By the display*: a meter shows whole steps, and a ratio is applied to what it shows. Where all
//! values are multiples of k steps from one day on, and the load is about k times as large, the
//! values were multiplied by k, whatever the household did on those days. A load that is added
//! lands on every step. One ratio in place of another shows too: multiples of 20 steps that become
//! multiples of 30 were multiplied by 20 and then by 30. This sign decides: such values are
//! divided.
//! *By the levels*: mean, floor and daily spread all change by one common factor within a day. An
//! added load raises the floor and leaves the spread, but who comes home, or opens after the
//! holidays, changes all three as well. This is a suspicion, and none where the larger values lie
//! on steps that no such ratio could leave; the balance settles it.
//! Assumes: readings in steps of 1 Wh or coarser for the first sign, written as the meter shows
//! them times the ratio. Weak when: the ratio changes within five days of either end.

use super::day_fold::DayFold;
use super::display::{coarsest_display, greatest_divisor, is_display, may_show_steps, steps_of};
use super::load_series::LoadSeries;
use crate::domain::{best_split, median_of};

/// A factor below this is not looked for.
const MULTIPLIER_MIN: f64 = 1.5;
/// How far the household may move the mean against the factor that the display shows, as a ratio.
const SLACK: f64 = 1.1;
/// A change of the mean logarithm of the daily mean below this is left alone.
const WORTH_A_LOOK: f64 = 0.25;
/// A factor that the levels alone can show: an added load that large would leave the spread far
/// behind.
const MULTIPLIER_LARGE: f64 = 5.0;
/// How far floor and spread may differ from the factor of the mean, as a ratio.
const MULTIPLIER_TOLERANCE: f64 = 2.0;
/// How far the ratio that the display shows may differ from those of mean and floor: the household
/// may have left on that day.
const AS_LARGE: f64 = 2.0;
/// The three days on either side must show this power of the factor: a ratio is changed in one day,
/// a season is not.
const MULTIPLIER_ABRUPT: f64 = 0.7;
/// Days that both sides of a multiplier step must have.
const MULTIPLIER_DAYS: usize = 5;
/// Share of values that must lie on multiples, and the share of the others that may.
const ON_MULTIPLES: f64 = 0.995;
const BY_CHANCE: f64 = 0.75;
/// Values asked at once whether they lie on multiples.
const ASKED_AT_ONCE: usize = 16;
/// Largest ratio that is looked for, and the multiples of a ratio that would show a coarser display
/// instead.
const MOST_RATIO: f64 = 2000.0;
const COARSER: i64 = 20;
/// Values that either side needs.
const MIN_VALUES: usize = 50;
/// Values that either side needs to speak against a ratio, and the share of them on multiples below
/// which they do: some values in ten may be estimates, which know no steps.
const VALUES_AGAINST: usize = 8;
const AGAINST: f64 = 0.9;
/// How far the levels around the change may be from the quotient of two ratios, as a ratio, and
/// from one that another display would show as well.
const PAIR_AS_LARGE: f64 = 1.35;
const DISPLAY_AS_LARGE: f64 = 1.5;

/// A stretch of values that a meter ratio makes too large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Multiplied {
    /// First interval and the one after the last.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The ratio, above 1.
    pub(super) factor: f64,
    /// Whether the display's steps show it; else it is a suspicion.
    pub(super) by_display: bool,
}

/// The days of a series with levels, and the place where their mean changes most; `None` where that
/// is not worth a look, or days are too few to say.
pub(super) fn split_days(series: &LoadSeries, fold: &DayFold) -> Option<(Vec<Levels>, usize)> {
    let days = if series.step_min > 60 { levels_of_totals(fold) } else { day_levels(fold) };
    if days.len() < 2 * MULTIPLIER_DAYS {
        return None;
    }
    let split = split_of(&days)?;
    Some((days, split))
}

/// Finds a meter ratio that appears or disappears at the split of the days, or the suspicion of
/// one; `None` where there is none.
pub(super) fn find(series: &LoadSeries, days: &[Levels], split: usize) -> Option<Multiplied> {
    let ratios = Ratios::of(&days[..split], &days[split..]);
    let suspected = || {
        by_levels(days, split, &ratios, series.kw.len())
            .filter(|found| !display_speaks_against(series, days, split, found))
    };
    by_display(series, days, split, &ratios).or_else(suspected)
}

/// The ratio whose multiples one side consists of; `None` also where steps are finer than is known,
/// or were rounded after the ratio was applied.
fn by_display(series: &LoadSeries, days: &[Levels], split: usize, ratios: &Ratios) -> Option<Multiplied> {
    let rises = ratios.mean > 1.0;
    let times = |ratio: f64| if rises { ratio } else { 1.0 / ratio };
    let (mean, floor) = (times(ratios.mean), times(ratios.floor));
    if mean.is_nan() || mean < MULTIPLIER_MIN / SLACK || split + 1 >= days.len() {
        return None;
    }
    // The day of the change is of both kinds; so may be its neighbours.
    let change = days[split - 1].first..days[split + 1].first;
    let (before, after) = (whole_steps(series, 0..change.start), whole_steps(series, change.end..series.kw.len()));
    let (low, high) = if rises { (before?, after?) } else { (after?, before?) };
    let step = low.iter().fold(0, |divisor, &steps| greatest_divisor(divisor, steps)).max(1);
    // The season may have moved the load since; the days around the change know better.
    let near = times(near(days, split).mean);
    let seen = [mean, floor, near].into_iter().filter(|ratio| ratio.is_finite() && *ratio > 1.0);
    let (least, largest) = seen.fold((mean, mean), |(least, largest), ratio| (least.min(ratio), largest.max(ratio)));
    let share = |values: &[i64], of: i64| on_multiples(values, of * step);
    let is_ratio = |&k: &i64| lie_on_multiples(&high, k * step) && share(&low, k) <= BY_CHANCE;
    let candidates = (least / AS_LARGE).max(2.0) as i64..=(largest * AS_LARGE).min(MOST_RATIO) as i64;
    let Some(factor) = candidates.rev().find(is_ratio) else {
        return pair_by_display(days, split, (&low, &high), (near, rises), series.kw.len());
    };
    // Where the values are multiples of more than that, the display became coarser, and the ratio
    // is none.
    if (2..=COARSER).any(|times| lie_on_multiples(&high, times * factor * step)) {
        return None;
    }
    // Where such multiples are the steps of a usual display, another meter shows them too: then the
    // days around the change must be that much larger.
    let apart = (factor as f64 / near).max(near / factor as f64);
    if is_display(factor * step) && (apart.is_nan() || apart > DISPLAY_AS_LARGE) {
        return None;
    }
    // The ratio begins after the last value that is no multiple, or ends at the first.
    let odd = |index: &usize| {
        series.kw[*index] != 0.0 && steps_of(series, *index).is_some_and(|steps| steps % (factor * step) != 0)
    };
    let (from, to) = if rises {
        (change.clone().rev().find(odd).map_or(change.start, |last| last + 1), series.kw.len())
    } else {
        (0, change.clone().find(odd).unwrap_or(change.end))
    };
    (from < to).then_some(Multiplied { from, to, factor: factor as f64, by_display: true })
}

/// One ratio in place of another: either side consists of multiples of its own, neither of which is
/// a display's step, and the levels around the change agree with their quotient.
fn pair_by_display(
    days: &[Levels],
    split: usize,
    (low, high): (&[i64], &[i64]),
    (near, rises): (f64, bool),
    end: usize,
) -> Option<Multiplied> {
    let common = |values: &[i64]| values.iter().fold(0, |divisor, &steps| greatest_divisor(divisor, steps));
    let (before, after) = (common(low), common(high));
    if [before, after].into_iter().any(|step| step == 0 || is_display(step))
        || after as f64 > MOST_RATIO
        || before as f64 > MOST_RATIO
    {
        return None;
    }
    let factor = after as f64 / before as f64;
    let agrees = factor >= MULTIPLIER_MIN && (factor / near).max(near / factor) <= PAIR_AS_LARGE;
    let (from, to) = if rises { (days[split].first, end) } else { (0, days[split].first) };
    (agrees && from < to).then_some(Multiplied { from, to, factor, by_display: true })
}

fn by_levels(days: &[Levels], split: usize, ratios: &Ratios, end: usize) -> Option<Multiplied> {
    let factor = common_factor(days, split, ratios)?;
    let (from, to, factor) =
        if factor > 1.0 { (days[split].first, end, factor) } else { (days[0].first, days[split].first, 1.0 / factor) };
    Some(Multiplied { from, to, factor, by_display: false })
}

/// Whether the larger side lies on steps that no ratio near the suspected one leaves: its values
/// would be multiples of the other side's steps. False also where steps are not seen.
fn display_speaks_against(series: &LoadSeries, days: &[Levels], split: usize, suspected: &Multiplied) -> bool {
    let change = days[split - 1].first..days.get(split + 1).map_or(series.kw.len(), |day| day.first);
    let (before, after) = (steps(series, 0..change.start), steps(series, change.end..series.kw.len()));
    let ((low, low_share), (high, high_share)) =
        if suspected.from > days[0].first { (before, after) } else { (after, before) };
    if low.len().min(high.len()) < VALUES_AGAINST || low_share.min(high_share) < AGAINST {
        return false;
    }
    let display = coarsest_display(&low, AGAINST);
    // Three decimals of a kWh are what files keep of finer displays, after the ratio: they tell
    // nothing.
    if display == 1 {
        return false;
    }
    let step =
        low.iter().filter(|&&steps| steps % display == 0).fold(0, |divisor, &steps| greatest_divisor(divisor, steps));
    let candidates = (suspected.factor / AS_LARGE).max(2.0) as i64..=(suspected.factor * AS_LARGE) as i64;
    !candidates.into_iter().any(|k| on_multiples(&high, k * step) >= AGAINST)
}

/// Whether nearly all values are multiples of so many steps: `on_multiples` is at least
/// `ON_MULTIPLES`. Hundreds of ratios are asked for and nearly all fail, so it stops at the part of
/// the values by which too many have missed.
fn lie_on_multiples(values: &[i64], of: i64) -> bool {
    let mut missed = 0;
    values.chunks(ASKED_AT_ONCE).all(|part| {
        missed += part.iter().filter(|&&steps| steps % of != 0).count();
        (values.len() - missed) as f64 / values.len() as f64 >= ON_MULTIPLES
    })
}

/// Share of values that are multiples of so many steps.
fn on_multiples(values: &[i64], of: i64) -> f64 {
    values.iter().filter(|&&steps| steps % of == 0).count() as f64 / values.len() as f64
}

/// Values of a stretch in steps, zeros and missing ones left out; `None` where they are too few, or
/// finer than a step.
fn whole_steps(series: &LoadSeries, stretch: std::ops::Range<usize>) -> Option<Vec<i64>> {
    let (whole, share) = steps(series, stretch);
    (whole.len() >= MIN_VALUES && share >= ON_MULTIPLES).then_some(whole)
}

/// Values of a stretch that are whole steps, and their share; zeros, missing ones and those too
/// large for single precision to show steps are left out.
fn steps(series: &LoadSeries, stretch: std::ops::Range<usize>) -> (Vec<i64>, f64) {
    let valid = stretch.filter(|&index| series.kw[index] != 0.0 && may_show_steps(series, index));
    let steps: Vec<Option<i64>> = valid.map(|index| steps_of(series, index)).collect();
    let whole: Vec<i64> = steps.iter().flatten().copied().filter(|&steps| steps != 0).collect();
    let share = whole.len() as f64 / steps.len().max(1) as f64;
    (whole, share)
}

/// Mean, floor and spread of one day, kW.
pub(super) struct Levels {
    /// Index of its first interval.
    pub(super) first: usize,
    mean: f64,
    floor: f64,
    spread: f64,
}

/// Levels of the days with enough intervals to have them.
fn day_levels(fold: &DayFold) -> Vec<Levels> {
    let enough = fold.days.iter().filter(|day| day.valid >= 12);
    enough
        .map(|day| Levels { first: day.from, mean: day.mean(), floor: f64::from(day.lowest), spread: day.spread() })
        .collect()
}

/// Levels of daily readings: floor and spread are those of five days around each.
fn levels_of_totals(fold: &DayFold) -> Vec<Levels> {
    let days: Vec<(usize, f64)> =
        fold.days.iter().filter(|day| day.valid > 0).map(|day| (day.from, day.mean())).collect();
    let around = |index: usize| days[index.saturating_sub(2)..days.len().min(index + 3)].iter().map(|day| day.1);
    let level = |(index, &(first, mean)): (usize, &(usize, f64))| {
        let (low, high) =
            (around(index).fold(f64::INFINITY, f64::min), around(index).fold(f64::NEG_INFINITY, f64::max));
        Levels { first, mean, floor: low, spread: high - low }
    };
    days.iter().enumerate().map(level).collect()
}

/// Ratios of the three levels between two stretches of days.
pub(super) struct Ratios {
    pub(super) mean: f64,
    pub(super) floor: f64,
    pub(super) spread: f64,
}

impl Ratios {
    pub(super) fn of(before: &[Levels], after: &[Levels]) -> Self {
        let ratio =
            |level: fn(&Levels) -> f64| median_of(after.iter().map(level)) / median_of(before.iter().map(level));
        Self { mean: ratio(|d| d.mean), floor: ratio(|d| d.floor), spread: ratio(|d| d.spread) }
    }

    /// The change of the mean as a factor above 1; NaN where it is not known.
    fn factor(&self) -> f64 {
        if self.mean > 1.0 { self.mean } else { 1.0 / self.mean }
    }

    /// Whether floor and spread change as the mean does.
    fn are_one(&self) -> bool {
        let close = |other: f64| {
            other.is_finite() && other > 0.0 && (other / self.mean).max(self.mean / other) <= MULTIPLIER_TOLERANCE
        };
        close(self.floor) && close(self.spread)
    }
}

/// The day where the mean changes most, if it changes enough to be worth a closer look.
fn split_of(days: &[Levels]) -> Option<usize> {
    let logs: Vec<f64> = days.iter().map(|day| day.mean.max(1e-6).ln()).collect();
    let split = best_split(&logs, MULTIPLIER_DAYS)?.place;
    let (before, after) = logs.split_at(split);
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    ((mean(after) - mean(before)).abs() > WORTH_A_LOOK).then_some(split)
}

/// Ratios of the days around the split, where the season has not moved the load.
fn near(days: &[Levels], split: usize) -> Ratios {
    let (before, after) = days.split_at(split);
    Ratios::of(&before[split - MULTIPLIER_DAYS..], &after[1..after.len().min(MULTIPLIER_DAYS + 1)])
}

/// The large factor by which all three levels change at `split`; `None` when they do not. A small
/// one is how a school looks after the holidays.
fn common_factor(days: &[Levels], split: usize, all: &Ratios) -> Option<f64> {
    let near = near(days, split);
    let is_one = |ratios: &Ratios| ratios.factor() >= MULTIPLIER_LARGE && ratios.are_one();
    if is_one(&near) {
        return Some(near.mean);
    }
    (is_one(all) && is_abrupt(days, split, all.factor())).then_some(all.mean)
}

/// Whether the three days before the split and the three after its first day already differ by most
/// of the factor.
fn is_abrupt(days: &[Levels], split: usize, factor: f64) -> bool {
    let typical = |part: &[Levels]| median_of(part.iter().map(|day| day.mean));
    let (before, after) = (typical(&days[split - 3..split]), typical(&days[split + 1..split + 4]));
    let step = (after / before).max(before / after);
    step >= factor.powf(MULTIPLIER_ABRUPT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};

    /// Whatever number of values miss, at whatever place, stopping early answers as counting all
    /// does.
    #[test]
    fn a_ratio_that_too_many_values_miss_is_given_up_early_and_no_other() {
        for missing in 0..8 {
            for place in [0, 17, 990] {
                let mut values = vec![40; 1_000];
                values[place..place + missing].fill(41);
                assert_eq!(lie_on_multiples(&values, 40), on_multiples(&values, 40) >= ON_MULTIPLES, "{missing}");
            }
        }
    }

    /// Hourly values of a home in Wh, with a display of 1 Wh.
    fn home(days: usize) -> Vec<i64> {
        (0..days as i64 * 24)
            .map(|i| 120 + (i * 7919 + 13) % 101 + if (18..22).contains(&(i % 24)) { 400 + (i * 31) % 173 } else { 0 })
            .collect()
    }

    /// What a display of so many Wh shows of `load`, which is given an hour and the usual load in
    /// it: the difference of what its counter shows.
    fn home_on(display: i64, days: usize, load: impl Fn(usize, i64) -> i64) -> Vec<i64> {
        let mut counter = 0;
        let shown = home(days).into_iter().enumerate().map(|(i, wh)| {
            let before = counter / display;
            counter += load(i, wh);
            (counter / display - before) * display
        });
        shown.collect()
    }

    fn found(wh: &[i64]) -> Option<Multiplied> {
        let kw = wh.iter().map(|&wh| wh as f32 / 1000.0).collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        found_in(&series)
    }

    fn found_in(series: &LoadSeries) -> Option<Multiplied> {
        let (days, split) = split_days(series, &DayFold::of(series, &Calendar::new(None).unwrap()))?;
        find(series, &days, split)
    }

    #[test]
    fn a_ratio_shows_in_the_steps_though_the_family_leaves_that_day() {
        // Away from day 20 on: the mean hardly shows the ratio of 30, the floor alone would look
        // like a farm.
        let wh: Vec<i64> =
            home(40).iter().enumerate().map(|(i, &wh)| if i < 20 * 24 + 9 { wh } else { 30 * (70 + wh % 7) }).collect();
        let ratio = found(&wh).unwrap();
        assert!(ratio.by_display && ratio.factor == 30.0, "{ratio:?}");
        assert!(ratio.from.abs_diff(20 * 24 + 9) <= 2 && ratio.to == wh.len(), "{ratio:?}");
    }

    #[test]
    fn a_ratio_that_ends_is_found_at_the_other_side() {
        let wh: Vec<i64> = home(40).iter().enumerate().map(|(i, &wh)| if i < 12 * 24 { 2 * wh } else { wh }).collect();
        let ratio = found(&wh).unwrap();
        assert!(
            ratio.by_display && ratio.factor == 2.0 && ratio.from == 0 && ratio.to.abs_diff(12 * 24) <= 2,
            "{ratio:?}"
        );
    }

    #[test]
    fn usual_ratios_are_found_by_their_steps_one_by_one() {
        for ratio in [2, 10, 20, 40] {
            let wh: Vec<i64> =
                home(40).iter().enumerate().map(|(i, &wh)| if i < 20 * 24 { wh } else { ratio * wh }).collect();
            let found = found(&wh).unwrap();
            assert!(found.by_display && found.factor == ratio as f64, "{ratio}: {found:?}");
        }
    }

    #[test]
    fn one_ratio_in_place_of_another_is_their_quotient() {
        for (before, after) in [(20, 40), (20, 30), (30, 20), (15, 40)] {
            let wh: Vec<i64> = home(40)
                .iter()
                .enumerate()
                .map(|(i, &wh)| if i < 20 * 24 { before * wh } else { after * wh })
                .collect();
            let found = found(&wh).unwrap();
            let larger = after.max(before) as f64 / after.min(before) as f64;
            assert!(found.by_display && (found.factor - larger).abs() < 1e-9, "{before} to {after}: {found:?}");
        }
    }

    #[test]
    fn a_business_behind_one_ratio_that_doubles_its_load_is_no_ratio() {
        // Twice as large after the holidays, in steps of the same 20 Wh as before.
        let wh: Vec<i64> = home(40)
            .iter()
            .enumerate()
            .map(|(i, &wh)| 20 * if i < 20 * 24 { wh } else { 2 * wh + (i as i64 * 31) % 3 })
            .collect();
        assert_eq!(found(&wh), None);
    }

    /// Daily mean of a home, kW.
    fn usual_day(day: usize) -> f32 {
        0.3 + 0.2 * ((day * 7919 + 13) % 101) as f32 / 101.0
    }

    #[test]
    fn a_ratio_shows_in_daily_totals_and_a_farm_does_not() {
        let daily = |level: fn(usize) -> f32| {
            let kw = (0..60).map(level).collect();
            let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 1440, kw };
            found_in(&series)
        };
        let ratio = daily(|day| usual_day(day) * if day < 33 { 1.0 } else { 10.0 }).unwrap();
        assert!((7.0..14.0).contains(&ratio.factor) && ratio.from == 33 && !ratio.by_display, "{ratio:?}");
        assert_eq!(daily(|day| usual_day(day) + if day < 33 { 0.0 } else { 4.0 }), None);
    }

    #[test]
    fn who_comes_home_or_opens_after_the_holidays_lands_on_every_step_and_is_no_ratio() {
        // Mean, floor and spread are twelve times those before.
        for display in [10, 100] {
            let home = |i: usize, wh: i64| if i < 20 * 24 { wh } else { 12 * wh + (i as i64 * 31) % 97 };
            let wh: Vec<i64> = home_on(display, 40, home);
            assert_eq!(found(&wh), None, "{display}");
        }
    }

    #[test]
    fn where_no_step_is_seen_levels_are_a_suspicion_and_not_shown() {
        // Computed values, finer than any display.
        let kw = home(40)
            .iter()
            .enumerate()
            .map(|(i, &wh)| (wh as f32 + 0.37) / 1000.0 * if i < 20 * 24 { 1.0 } else { 12.0 })
            .collect();
        let ratio = found_in(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }).unwrap();
        assert!(!ratio.by_display && (11.0..13.0).contains(&ratio.factor), "{ratio:?}");
    }

    #[test]
    fn a_meter_exchanged_for_a_coarser_one_is_no_ratio_though_the_family_comes_home_then() {
        // 10 Wh before, 100 Wh after; six times the load.
        let wh: Vec<i64> = home(40)
            .iter()
            .enumerate()
            .map(|(i, &wh)| if i < 20 * 24 { wh / 10 * 10 } else { 6 * wh / 100 * 100 })
            .collect();
        assert!(found(&wh).is_none_or(|found| !found.by_display));
    }

    #[test]
    fn a_coarser_display_and_a_larger_load_are_no_ratio() {
        let wh: Vec<i64> = home(40)
            .iter()
            .enumerate()
            .map(|(i, &wh)| if i < 20 * 24 { wh } else { (wh * 16 / 10 + 5) / 10 * 10 })
            .collect();
        assert_eq!(found(&wh), None);
    }

    #[test]
    fn a_farm_lands_on_every_step_of_the_display() {
        let wh: Vec<i64> = home(40)
            .iter()
            .enumerate()
            .map(|(i, &wh)| if i < 20 * 24 { wh } else { wh + 6480 + (i as i64 * 17) % 41 })
            .collect();
        assert_eq!(found(&wh), None);
    }
}
