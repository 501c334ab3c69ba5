//! A customer whose metered load falls on one day, and a node where what no meter sees rises by it
//! on the same day.
//!
//! A meter that is stopped, slowed or bypassed shows less from one day on, while the customer goes
//! on as before: what was shown until then, by the hour of the day, is missing from then on. δ_h is
//! the customer's mean course before the fall less the course after it; each day's unmetered load
//! is projected on δ, once whole and once with its mean taken out. A steady load that begins has no
//! course of the day, so only the second projection names a customer; the first says how large all
//! is that began.
//! H0: the rise is chance, or somebody else's: the projections of days before and after differ by
//! no more than days vary.  Statistic: difference of medians over its standard error.  A customer
//! linked to the wrong node has been missing with the opposite sign all along, which hour-to-hour
//! changes before the fall show.
//! A large load that begins has a small course of its own (machines draw more where air is warmer):
//! it counts as error of the first projection, so that a small fall is not read in it.
//! Weak when: the load is the same at all hours; others leave or come on the same day.
//! Source: event-study contrasts; Yip et al. (2017), IJEPES 91, for customers' courses in a
//! residual.

use crate::domain::{Calendar, CivilDay, MEDIAN_ERROR, Timestamp, best_split, mad_sigma, median};
use crate::series::LoadSeries;

use super::missing::{Adrift, Changes};
use super::residual::Residual;

/// Days on either side of the fall that are compared, at most.
const MOST_DAYS: i32 = 28;
/// The fewest days on either side.
const FEWEST_DAYS: usize = 6;
/// Days on either side within which a sudden fall is done.
const NEAR_DAYS: i32 = 5;
/// Hours that make a day.
const DAY_HOURS: usize = 18;
/// Least fall as a share of the load before.
const LEAST_FALL: f64 = 0.1;
/// Least fall, kW.
const LEAST_FALL_KW: f64 = 0.05;
/// Least fall in standard deviations of the load's days.
const SHARP: f64 = 1.5;
/// Factor on errors of daily means: neighbouring days are alike, so they tell less than independent
/// ones.
const DAYS_ALIKE: f64 = 1.5;
/// Daily course of a load that begins, as a share of it: what machines draw goes by one to two per
/// cent with the warmth of the day.
const COURSE_OF_ITS_OWN: f64 = 0.01;
/// Hours of a day.
const HOURS: usize = 24;

/// A fall and what rose with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoTimed {
    /// First day after the fall.
    pub day: CivilDay,
    /// Mean of what the meter shows before and after, kW.
    pub shown_kw: (f64, f64),
    /// Rise of the unmetered load on that day, kW, and in standard errors.
    pub rise_kw: f64,
    /// The rise in standard errors.
    pub rise_z: f64,
    /// How much of the course that fell began to be missing: 1 = all of it, 0 = what began has no
    /// course of the day.
    pub course: f64,
    /// The same in standard errors.
    pub course_z: f64,
    /// Residual per kW of the customer before the fall: 0 where its meter showed what it used, near
    /// −1 where its load does not hang here.
    pub before: f64,
    /// Shares of the fall and of the rise that happened within ten days: a season takes weeks.
    pub abrupt: (f64, f64),
    /// Share of the fall that lies within the ten hours that fell most.
    pub in_window: f64,
}

/// Hourly values by local day; days that lack more than a quarter of their hours are left out.
struct Days(Vec<(CivilDay, Vec<(usize, f64)>)>);

impl Days {
    fn of(values: impl Iterator<Item = (Timestamp, f64)>, calendar: &Calendar) -> Self {
        let mut days: Vec<(CivilDay, Vec<(usize, f64)>)> = Vec::new();
        for (at, kw) in values.filter(|value| !value.1.is_nan()) {
            let local = calendar.local(at);
            let hour = (local.hour().min(HOURS - 1), kw);
            match days.last_mut().filter(|last| last.0 == local.day()) {
                Some(last) => last.1.push(hour),
                None => days.push((local.day(), vec![hour])),
            }
        }
        days.retain(|day| day.1.len() >= DAY_HOURS);
        Self(days)
    }

    fn of_series(series: &LoadSeries, calendar: &Calendar) -> Self {
        let step_s = i64::from(series.step_min) * 60;
        Self::of(
            series
                .kw
                .iter()
                .enumerate()
                .map(|(place, &kw)| (Timestamp(series.start.0 + place as i64 * step_s), f64::from(kw))),
            calendar,
        )
    }

    /// Means by hour of the day over the days that `keep` keeps; `None` when an hour has no value.
    fn course(&self, keep: impl Fn(CivilDay) -> bool) -> Option<[f64; HOURS]> {
        let mut sums = [(0.0, 0.0); HOURS];
        for &(hour, kw) in self.0.iter().filter(|day| keep(day.0)).flat_map(|day| &day.1) {
            sums[hour] = (sums[hour].0 + kw, sums[hour].1 + 1.0);
        }
        sums.iter().all(|sum| sum.1 > 0.0).then(|| sums.map(|(sum, count)| sum / count))
    }

    /// Difference of the means of the five days after and before a day; NaN without days.
    fn step(&self, day: CivilDay) -> f64 {
        let mean_of = |from: i32| {
            let near = self.0.iter().filter(|own| (from..from + NEAR_DAYS).contains(&(own.0.0 - day.0)));
            let (sum, count) = near.fold((0.0, 0.0), |(sum, count), own| (sum + mean(&own.1), count + 1.0));
            sum / count
        };
        mean_of(1) - mean_of(-NEAR_DAYS)
    }

    /// Difference of the medians of a daily value after and before a day, and the same in standard
    /// errors; `None` with too few days.
    fn contrast(&self, day: CivilDay, of: impl Fn(&[(usize, f64)]) -> f64) -> Option<(f64, f64)> {
        let values = |keep: fn(CivilDay, CivilDay) -> bool| -> Vec<f64> {
            self.0.iter().filter(|own| keep(own.0, day)).map(|own| of(&own.1)).collect()
        };
        let (before, after) = (values(is_before), values(is_after));
        if before.len() < FEWEST_DAYS || after.len() < FEWEST_DAYS {
            return None;
        }
        let (from, to) = (median(&before), median(&after));
        let off: Vec<f64> =
            before.iter().map(|value| value - from).chain(after.iter().map(|value| value - to)).collect();
        let error = MEDIAN_ERROR
            * DAYS_ALIKE
            * mad_sigma(&off, 0.0)
            * (1.0 / before.len() as f64 + 1.0 / after.len() as f64).sqrt();
        Some((to - from, (to - from) / error.max(1e-9)))
    }
}

fn is_before(at: CivilDay, day: CivilDay) -> bool {
    (1..=MOST_DAYS).contains(&(day.0 - at.0))
}

fn is_after(at: CivilDay, day: CivilDay) -> bool {
    (1..=MOST_DAYS).contains(&(at.0 - day.0))
}

/// The day from which on a load is lower for good, and its typical daily mean before and after, kW;
/// `None` where it does not fall sharply.
fn fall(days: &Days) -> Option<(CivilDay, f64, f64)> {
    let means: Vec<f64> = days.0.iter().map(|day| mean(&day.1)).collect();
    let split = best_split(&means, FEWEST_DAYS)?;
    let (before, after) = means.split_at(split.place);
    let (from, to) = (median(before), median(after));
    let spread = mad_sigma(before, from).max(mad_sigma(after, to));
    let sharp = from - to > (LEAST_FALL * from.abs()).max(LEAST_FALL_KW).max(SHARP * spread);
    sharp.then(|| (days.0[split.place].0, from, to))
}

/// What rises at a node when a customer falls. `series` is the customer's hourly load; `beside` is
/// what is neither metered nor lost at the node, hour by hour (see [`super::Decomposition`]).
/// `None` where the load does not fall, or too few days lie around the fall.
#[must_use]
pub fn co_timed(residual: &Residual, beside: &[f64], series: &LoadSeries, calendar: &Calendar) -> Option<CoTimed> {
    let own = Days::of_series(series, calendar);
    let (day, from_kw, to_kw) = fall(&own)?;
    let (before, after) = (own.course(|at| is_before(at, day))?, own.course(|at| is_after(at, day))?);
    let fell: Vec<f64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
    let level = fell.iter().sum::<f64>() / HOURS as f64;
    let uneven: Vec<f64> = fell.iter().map(|fell| fell - level).collect();
    let node = Days::of(residual.at.iter().copied().zip(beside.iter().copied()), calendar);
    let (rise_kw, rise_z) = node.contrast(day, mean)?;
    let (course, course_z) = node.contrast(day, |hours| projected(hours, &uneven))?;
    let swing_kw = (uneven.iter().map(|kw| kw * kw).sum::<f64>() / HOURS as f64).sqrt();
    let own_course = COURSE_OF_ITS_OWN * rise_kw.abs() / swing_kw.max(1e-9);
    let course_error = (course / course_z.abs().max(1e-9)).hypot(own_course);
    let course_z = course / course_error.max(1e-9);
    let before = slope_before(residual, series, day, calendar).unwrap_or(f64::NAN);
    let abrupt = (-own.step(day) / level, node.step(day) / rise_kw);
    Some(CoTimed {
        day,
        shown_kw: (from_kw, to_kw),
        rise_kw,
        rise_z,
        course,
        course_z,
        before,
        abrupt,
        in_window: in_window(&fell),
    })
}

fn mean(hours: &[(usize, f64)]) -> f64 {
    hours.iter().map(|hour| hour.1).sum::<f64>() / hours.len().max(1) as f64
}

/// A day's values on a course without its mean: 1 where they hold the course once.
fn projected(hours: &[(usize, f64)], uneven: &[f64]) -> f64 {
    let level = mean(hours);
    let (with, own) = hours
        .iter()
        .fold((0.0, 0.0), |(with, own), &(hour, kw)| (with + (kw - level) * uneven[hour], own + uneven[hour].powi(2)));
    with / own.max(1e-9)
}

/// How the residual followed the customer's changes before the fall.
fn slope_before(residual: &Residual, series: &LoadSeries, day: CivilDay, calendar: &Calendar) -> Option<f64> {
    let (first, last) = (residual.at.first()?, residual.at.last()?);
    let hours = ((last.0 - first.0) / 3600 + 1) as usize;
    let changes = Changes::of(residual, *first, hours)?;
    let until = residual.at.iter().find(|&&at| calendar.day(at) >= day).map(|at| ((at.0 - first.0) / 3600) as usize)?;
    let adrift = Adrift::of(std::slice::from_ref(series), *first, hours);
    changes.regress(adrift.changes_of(0), &changes.without_load(), |hour| hour < until).map(|fit| fit.slope)
}

/// Share of a course that lies within its ten consecutive hours with most of it.
fn in_window(fell: &[f64]) -> f64 {
    const WINDOW: usize = 10;
    let total: f64 = fell.iter().map(|kw| kw.max(0.0)).sum();
    let inside = |from: usize| (0..WINDOW).map(|step| fell[(from + step) % HOURS].max(0.0)).sum::<f64>();
    (0..HOURS).map(inside).fold(0.0, f64::max) / total.max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAYS: usize = 60;
    const FALLS_ON: usize = 33;

    /// A home with an evening peak, its own from day to day; from the day of the fall on its meter
    /// shows `share`.
    fn home(number: usize, share: f64) -> LoadSeries {
        let kw = |hour: usize| {
            let evening = if (18..22).contains(&(hour % 24)) { 2.0 } else { 0.0 };
            let own = 0.3 + evening + ((hour * (7919 + 2 * number)) % 101) as f64 / 100.0;
            (own * if hour / 24 >= FALLS_ON { share } else { 1.0 }) as f32
        };
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: (0..24 * DAYS).map(kw).collect() }
    }

    fn residual(beside: impl Fn(usize) -> f64) -> Residual {
        let mut residual = Residual::default();
        for hour in 0..24 * DAYS {
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push(40.0 + 10.0 * ((hour as f64) / 24.0 * std::f64::consts::TAU).sin());
            residual.assumed_kw.push(0.0);
            residual.residual_kw.push(beside(hour) + ((hour * 104_729) % 23) as f64 / 40.0);
        }
        residual
    }

    fn judge(beside: impl Fn(usize) -> f64, series: &LoadSeries) -> Option<CoTimed> {
        let residual = residual(beside);
        co_timed(&residual, &residual.residual_kw, series, &Calendar::new(None).unwrap())
    }

    #[test]
    fn a_stopped_meter_is_named_by_the_course_that_began_to_be_missing() {
        let (shown, used) = (home(7, 0.0), home(7, 1.0));
        let found = judge(|hour| f64::from(used.kw[hour] - shown.kw[hour]), &shown).unwrap();
        assert_eq!(found.day, CivilDay(FALLS_ON as i32));
        assert!((found.course - 1.0).abs() < 0.15 && found.course_z > 6.0 && found.before.abs() < 0.2, "{found:?}");
        assert!((found.rise_kw - found.shown_kw.0).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn a_steady_tap_that_begins_when_a_neighbour_leaves_names_nobody() {
        let found = judge(|hour| if hour / 24 >= FALLS_ON { 8.0 } else { 0.0 }, &home(7, 0.1)).unwrap();
        assert!(found.rise_z > 6.0 && found.course.abs() < 0.2 && found.course_z < 6.0, "{found:?}");
    }

    #[test]
    fn the_course_of_a_large_load_that_begins_is_not_read_as_what_a_small_home_lost() {
        let day_and_night = |hour: usize| (hour as f64 / 24.0 * std::f64::consts::TAU - 2.2).sin();
        let machines = |hour: usize| if hour / 24 >= FALLS_ON { 53.0 + 0.5 * day_and_night(hour) } else { 0.0 };
        let mut home = home(7, 0.6);
        home.kw.iter_mut().enumerate().for_each(|(hour, kw)| *kw *= 0.3 + 0.1 * day_and_night(hour) as f32);
        let found = judge(machines, &home).unwrap();
        assert!(found.rise_z > 6.0 && found.course_z < 3.0, "{found:?}");
    }

    #[test]
    fn a_home_on_holiday_that_hangs_elsewhere_was_missing_all_along() {
        let shown = home(7, 0.0);
        let found = judge(|hour| -f64::from(shown.kw[hour]), &shown).unwrap();
        assert!(found.course > 0.8 && found.before < -0.8, "{found:?}");
    }

    #[test]
    fn a_home_that_goes_on_as_before_has_not_fallen() {
        assert_eq!(judge(|_| 0.0, &home(7, 1.0)), None);
    }
}
