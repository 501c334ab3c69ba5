//! Finds, in what a fit leaves, one load that starts, stops or runs in a window of the day.
//!
//! Every hour of the day has a sequence of days with its best split. Hours that change on the same
//! day by far more than they vary belong to one event: nearly all of them to a load that starts or
//! stops, a run of them to one that runs in a window. Without such an event, the usual course of
//! the day is compared with the best rectangle: a window that was there from the start. A season,
//! or the shape of homes, changes all hours slowly or has no edges, and is left alone.
//! Source: Hawkins (1977) for the split; science of farms: plateaus with sharp edges.

use crate::domain::{Calendar, CivilDay, Timestamp, best_split, mad_sigma, median};

use super::components::TapHours;

/// Hours of a day.
const HOURS: usize = 24;
/// Days on either side of a change.
const MARGIN_DAYS: usize = 3;
/// The smallest part, kW: half an old mining unit.
const LEAST_KW: f64 = 0.5;
/// The smallest part as a share of the metered load: below it meter gains make such things.
const LEAST_SHARE: f64 = 0.003;
/// A change of an hour, or the height of a window, in standard deviations of its days.
const SHARP: f64 = 4.0;
/// Hours of the day that must change together for a load that runs day and night.
const WHOLE_DAY: usize = 18;
/// Fewest hours of a load that runs in a window.
const SHORTEST_WINDOW: usize = 3;
/// Most hours of a load that runs in a window.
const LONGEST_WINDOW: usize = 16;
/// Share of the hours of a run that must have changed, and of the variation of a day's course that
/// a rectangle must explain.
const SOLID: f64 = 0.75;
/// A change need not keep all of its height: share of the median change that an hour must show.
const LIKE: f64 = 0.5;

/// Days and hours of the local clock along a residual.
pub(super) struct Clock {
    /// Number of the day of each hour, from 0.
    pub(super) day: Vec<usize>,
    /// The days by number.
    pub(super) days: Vec<CivilDay>,
    hour: Vec<usize>,
}

/// A load of unknown size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// 1 while it runs, 0 otherwise, one value an hour.
    pub(super) runs: Vec<f64>,
    pub(super) pattern: TapHours,
    /// Number of its first day; `None` = from the start.
    pub(super) since: Option<usize>,
}

impl Clock {
    pub(super) fn of(at: &[Timestamp], calendar: &Calendar) -> Self {
        let (mut day, mut days, mut hour): (Vec<usize>, Vec<CivilDay>, Vec<usize>) =
            (Vec::new(), Vec::new(), Vec::new());
        for &at in at {
            let local = calendar.local(at);
            if days.last() != Some(&local.day()) {
                days.push(local.day());
            }
            day.push(days.len() - 1);
            hour.push(local.hour().min(HOURS - 1));
        }
        Self { day, days, hour }
    }

    /// The smallest part that is looked for beside so much metered load, kW.
    pub(super) fn least_part_kw(metered_kw: f64) -> f64 {
        LEAST_KW.max(LEAST_SHARE * metered_kw)
    }

    fn shape(&self, pattern: TapHours, since: Option<usize>, runs: impl Fn(usize, usize) -> bool) -> Shape {
        let runs = self.day.iter().zip(&self.hour).map(|(&day, &hour)| f64::from(u8::from(runs(day, hour)))).collect();
        Shape { runs, pattern, since }
    }
}

/// The change of one hour of the day.
#[derive(Debug, Clone, Copy)]
struct Change {
    day: usize,
    shift_kw: f64,
}

/// Values of every hour of the day, with the number of their day.
type Courses = Vec<Vec<(usize, f64)>>;

fn courses(values: &[f64], clock: &Clock) -> Courses {
    let mut courses: Courses = vec![Vec::new(); HOURS];
    for (index, &kw) in values.iter().enumerate() {
        courses[clock.hour[index]].push((clock.day[index], kw));
    }
    courses
}

/// The most striking part in a residual; `None` when there is none. `off` is what a fit leaves,
/// `residual` what it was made from, and `metered` the load that pays for losses, all in kW.
pub(super) fn find_shape(
    off: &[f64],
    residual: &[f64],
    metered: &[f64],
    clock: &Clock,
    least_kw: f64,
) -> Option<Shape> {
    let off = courses(off, clock);
    event(&off, clock, least_kw).or_else(|| {
        window(&off, &levels(&courses(residual, clock))?, &levels(&courses(metered, clock))?, clock, least_kw)
    })
}

/// Median of every hour of the day; `None` when an hour has no value.
fn levels(courses: &Courses) -> Option<[f64; HOURS]> {
    let mut levels = [0.0; HOURS];
    for (level, course) in levels.iter_mut().zip(courses) {
        *level = median(&course.iter().map(|(_, kw)| *kw).collect::<Vec<_>>());
    }
    levels.iter().all(|level| level.is_finite()).then_some(levels)
}

/// A load that starts or stops.
fn event(courses: &Courses, clock: &Clock, least_kw: f64) -> Option<Shape> {
    let changes: Vec<Option<Change>> = courses.iter().map(|course| own_change(course, least_kw)).collect();
    let rises = changes.iter().flatten().map(|change| change.shift_kw).sum::<f64>() > 0.0;
    let days: Vec<usize> =
        changes.iter().flatten().filter(|change| (change.shift_kw > 0.0) == rises).map(|change| change.day).collect();
    let day = commonest(&days)?;
    // Hours that the change cut through show it a day later or earlier.
    let height = median(
        &changes
            .iter()
            .flatten()
            .filter(|change| change.day.abs_diff(day) <= 1)
            .map(|change| change.shift_kw.abs())
            .collect::<Vec<_>>(),
    );
    let shift = |hour: usize| change_at(&courses[hour], day).map_or(0.0, |(shift, _)| shift);
    let hot: Vec<bool> = (0..HOURS)
        .map(|hour| {
            changes[hour].is_some_and(|change| (change.shift_kw > 0.0) == rises) && shift(hour).abs() > LIKE * height
        })
        .collect();
    let count = hot.iter().filter(|&&hot| hot).count();
    let runs_on = move |at: usize| (at >= day) == rises;
    let since = rises.then_some(day);
    if count >= WHOLE_DAY {
        return Some(clock.shape(TapHours::Constant, since, move |at, _| runs_on(at)));
    }
    let (from, length) = run_of(&hot)?;
    let inside = move |hour: usize| (hour + HOURS - from) % HOURS < length;
    Some(clock.shape(TapHours::Night, since, move |at, hour| runs_on(at) && inside(hour)))
}

/// The split of one hour's days, if it is sharp.
fn own_change(course: &[(usize, f64)], least_kw: f64) -> Option<Change> {
    let values: Vec<f64> = course.iter().map(|(_, kw)| *kw).collect();
    let place = best_split(&values, MARGIN_DAYS)?.place;
    let day = course[place].0;
    let (shift_kw, noise_kw) = change_at(course, day)?;
    (shift_kw.abs() > least_kw.max(SHARP * noise_kw)).then_some(Change { day, shift_kw })
}

/// Change of the median at a day, and the spread of days around both medians; `None` when one side
/// has no value.
fn change_at(course: &[(usize, f64)], day: usize) -> Option<(f64, f64)> {
    let values: Vec<f64> = course.iter().map(|(_, kw)| *kw).collect();
    let (before, after) = values.split_at(course.partition_point(|(at, _)| *at < day));
    let (low, high) = (median(before), median(after));
    let off: Vec<f64> = before.iter().map(|kw| kw - low).chain(after.iter().map(|kw| kw - high)).collect();
    let shift = high - low;
    shift.is_finite().then(|| (shift, mad_sigma(&off, 0.0)))
}

/// The value met most often, the earliest of equals.
fn commonest(days: &[usize]) -> Option<usize> {
    let met = |day: usize| days.iter().filter(|&&other| other == day).count();
    days.iter().copied().max_by_key(|&day| (met(day), std::cmp::Reverse(day)))
}

/// The run of hours around the clock that holds what is hot: first hour and length. `None` when it
/// is no window, or has too many cold hours.
fn run_of(hot: &[bool]) -> Option<(usize, usize)> {
    let count = hot.iter().filter(|&&hot| hot).count();
    // The run lies opposite the longest pause.
    let starts = (0..HOURS).filter(|&hour| hot[hour] && !hot[(hour + HOURS - 1) % HOURS]);
    let pause_before = |hour: usize| (1..HOURS).take_while(|back| !hot[(hour + HOURS - back) % HOURS]).count();
    let from = starts.max_by_key(|&hour| (pause_before(hour), std::cmp::Reverse(hour)))?;
    let length = HOURS - pause_before(from);
    ((SHORTEST_WINDOW..=LONGEST_WINDOW).contains(&length) && count as f64 >= SOLID * length as f64)
        .then_some((from, length))
}

/// A load that has run in one window of the day from the start: the usual course of the residual is
/// a level, a loss that goes with the square of the load, and a rectangle. All three are fitted
/// together, since a loss bends to a night load when it stands alone.
fn window(
    off: &Courses,
    residual: &[f64; HOURS],
    metered: &[f64; HOURS],
    clock: &Clock,
    least_kw: f64,
) -> Option<Shape> {
    let mean = metered.iter().sum::<f64>() / HOURS as f64;
    let squares = metered.map(|kw| kw * kw / mean.abs().max(1e-3));
    let plain = left_over(residual, &squares, None);
    let candidates =
        (0..HOURS).flat_map(|from| (SHORTEST_WINDOW + 1..=LONGEST_WINDOW).map(move |length| (from, length)));
    let fits = candidates.map(|(from, length)| (left_over(residual, &squares, Some((from, length))), from, length));
    let (best, from, length) =
        fits.filter(|fit| fit.0.height_kw > least_kw).min_by(|a, b| a.0.variation.total_cmp(&b.0.variation))?;
    let spread: Vec<f64> = (off.iter())
        .map(|course| {
            let values: Vec<f64> = course.iter().map(|(_, kw)| *kw).collect();
            mad_sigma(&values, median(&values))
        })
        .collect();
    let stands_out = best.height_kw > median(&spread) && best.variation < (1.0 - SOLID) * plain.variation;
    let inside = move |hour: usize| (hour + HOURS - from) % HOURS < length;
    stands_out.then(|| clock.shape(TapHours::Night, None, move |_, hour| inside(hour)))
}

/// What a fit of a course of the day leaves.
#[derive(Debug, Clone, Copy)]
struct LeftOver {
    /// Sum of squares.
    variation: f64,
    /// Height of the rectangle, kW.
    height_kw: f64,
}

/// Least squares of a day's course on a level, a loss of at least nothing, and a rectangle of
/// `window` (first hour, length).
fn left_over(course: &[f64; HOURS], squares: &[f64; HOURS], window: Option<(usize, usize)>) -> LeftOver {
    let centred = |values: [f64; HOURS]| {
        let mean = values.iter().sum::<f64>() / HOURS as f64;
        values.map(|value| value - mean)
    };
    let dot = |a: &[f64; HOURS], b: &[f64; HOURS]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let inside = |hour: usize| window.is_some_and(|(from, length)| (hour + HOURS - from) % HOURS < length);
    let (y, q) = (centred(*course), centred(*squares));
    let w = centred(std::array::from_fn(|hour| f64::from(u8::from(inside(hour)))));
    let (qq, qw, ww, qy, wy) = (dot(&q, &q), dot(&q, &w), dot(&w, &w), dot(&q, &y), dot(&w, &y));
    let determinant = qq * ww - qw * qw;
    let slope_alone = if qq > 0.0 { (qy / qq).max(0.0) } else { 0.0 };
    let height_alone = if ww > 0.0 { wy / ww } else { 0.0 };
    let (slope, height_kw) = if determinant > 1e-9 * qq * ww {
        let slope = (qy * ww - wy * qw) / determinant;
        if slope < 0.0 { (0.0, height_alone) } else { (slope, (wy * qq - qy * qw) / determinant) }
    } else {
        (slope_alone, 0.0)
    };
    let variation = (0..HOURS).map(|hour| (y[hour] - slope * q[hour] - height_kw * w[hour]).powi(2)).sum();
    LeftOver { variation, height_kw }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_hours_passes_midnight() {
        let hot: Vec<bool> = (0..HOURS).map(|hour| !(7..22).contains(&hour)).collect();
        assert_eq!(run_of(&hot), Some((22, 9)));
    }

    #[test]
    fn hours_scattered_over_the_day_are_no_window() {
        let hot: Vec<bool> = (0..HOURS).map(|hour| hour % 4 == 0).collect();
        assert_eq!(run_of(&hot), None);
    }

    #[test]
    fn an_evening_peak_of_homes_that_nobody_reads_is_no_window() {
        let at: Vec<Timestamp> = (0..24 * 30).map(|hour| Timestamp(hour * 3600)).collect();
        let clock = Clock::of(&at, &Calendar::new(None).unwrap());
        let homes: Vec<f64> = (0..24 * 30)
            .map(|hour| {
                3.0 * (-((f64::from(hour % 24) - 19.0) / 4.0).powi(2)).exp() + f64::from((hour * 31) % 7) / 10.0
            })
            .collect();
        assert_eq!(find_shape(&homes, &homes, &vec![20.0; homes.len()], &clock, 0.5), None);
    }
}
