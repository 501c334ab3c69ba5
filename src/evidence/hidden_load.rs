//! The second look at a usage point that stands out: how many kW, since when, until when, in which
//! pattern.
//!
//! *Since* and *until*: the daily level (floor; mean for coarse readings) is cut into segments of
//! constant level; the load runs from the first segment that lies well above the lowest to the
//! last. *Kilowatts*: with days before the start or after the end, the rise of the daily level, or
//! of the energy over the window's hours; without, the steady level minus what is usual for the
//! peers' floor. *Interval*: 90 %, from the spread of daily values, of the premises' own level from
//! day to day, and of the part that had to be assumed.
//! *Pattern*: scheduled where a daily window stands out, staircase with two rises or more,
//! interrupted where the floor often collapses, else constant. A load that switches at hours of no
//! fixed window leaves floor and window alone: there the tops of the days tell its power.
//! Weak when: there is no day without the load and the premises have a large floor of their own;
//! the interval then says so. Hours tell more than days: see `running_hours`.

use crate::digest::{Day, DaySummary, HOURS, UsageProfile};
use crate::domain::{CivilDay, MEDIAN_ERROR, NINETY, mad_sigma, median, quantile, segments};

use super::Subject;
use super::window::Window;

/// Days that a segment needs.
const MARGIN_DAYS: usize = 3;
/// Most segments looked for.
const MOST_SEGMENTS: usize = 8;
/// Least rise that counts, as a share of the highest level.
const LEAST_RISE_SHARE: f64 = 0.2;
/// Least rise that counts, kW.
const LEAST_RISE_KW: f64 = 0.5;
/// A window shorter than this is a schedule rather than a constant load with a pause.
const LONGEST_WINDOW: usize = 21;
/// A scheduled load stands out by at least this share of what is drawn in its window.
const LEAST_WINDOW_SHARE: f64 = 0.25;
/// A scheduled load varies from day to day by at most this share of its level.
const LARGEST_WINDOW_SPREAD: f64 = 0.6;
/// A day whose floor is below this share of the upper floor was interrupted.
const COLLAPSED: f64 = 0.5;
/// Share of interrupted days that makes the pattern.
const OFTEN: f64 = 0.08;
/// Days on which the floor is this share of the mean are flat.
const FLAT: f64 = 0.8;
/// Floor and mean of a constant load rise by the same power, but for this share.
const UNEVEN: f64 = 0.3;
/// A constant load that begins lifts the mean of a day by at least this share of what it lifts the
/// floor, whatever the premises do besides.
const MEAN_WITH_FLOOR: f64 = 0.7;
/// It lifts the tops of the days by at least this share.
const TOP_WITH_FLOOR: f64 = 0.4;
/// What a farm's own power varies by, as a share: no interval is narrower. Units of one type differ
/// by 2 %, fail and come back, and leak more current when warm.
pub(super) const OWN_VARIATION: f64 = 0.03;
/// Days without the load that tell what the premises draw by themselves, where it also ran before
/// them: fewer may be a power cut.
const LEAST_REST: usize = 7;
/// Where floor or window explain less than this share of what the premises draw beyond their peers,
/// the load switches at hours of its own.
const EXPLAINED: f64 = 0.5;
/// Standard deviation of the logarithm of the own floor of premises around that of their peers,
/// where the dump does not tell.
const OWN_FLOOR_SPREAD: f64 = 0.7;

/// How a hidden load runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadCourse {
    /// Day and night.
    Constant,
    /// In a daily window.
    Scheduled,
    /// Grew in steps.
    Staircase,
    /// Constant with pauses.
    Interrupted,
}

/// A hidden load as far as the readings show it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HiddenLoad {
    /// Mean power while it runs, kW.
    pub kw: f64,
    /// Lower end of a 90 % interval, kW; not below 0.
    pub kw_low: f64,
    /// Upper end, kW.
    pub kw_high: f64,
    /// First day; `None` = from the first reading.
    pub since: Option<CivilDay>,
    /// Earliest and latest first day that fit.
    pub since_range: Option<(CivilDay, CivilDay)>,
    /// Last day; `None` = it runs on the last days judged.
    pub until: Option<CivilDay>,
    /// Its power in its first step, kW: that of the whole load, but where it grew.
    pub first_step_kw: f64,
    /// What the premises draw without it when they draw little, kW.
    pub own_kw: f64,
    /// Its energy over the days judged, kWh.
    pub kwh: f64,
    /// Hours in which it runs over the days judged.
    pub hours: f64,
    /// Its pattern.
    pub pattern: LoadCourse,
    /// What days told of its power, kW, where hours forbid so much; `None` where they do not.
    pub forbidden_kw: Option<f64>,
}

/// Where the days run with the load and where without.
struct Phases {
    /// Days before the load and after it; where it was there on the first day and on the last, a
    /// long rest between.
    off: Vec<Day>,
    on: Vec<Day>,
    rises: usize,
    since: Option<CivilDay>,
    since_range: Option<(CivilDay, CivilDay)>,
    until: Option<CivilDay>,
    /// Level of the first segment with the load, kW.
    first_level_kw: f64,
}

impl Phases {
    /// A load that was there from the first day to the last.
    fn standing(days: &[Day], rises: usize) -> Self {
        let first_level_kw = days.first().map_or(0.0, Day::level_kw);
        Self { off: Vec::new(), on: days.to_vec(), rises, since: None, since_range: None, until: None, first_level_kw }
    }
}

/// What part of a steady load that was always there belongs to the premises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFloor {
    /// As much as is usual for the peers.
    AsPeers,
    /// Nothing: the premises are known to be a farm.
    None,
}

/// Estimates the hidden load of a usage point; `None` with less than a week of days.
#[must_use]
pub fn hidden_load(subject: &Subject, own_floor: OwnFloor) -> Option<HiddenLoad> {
    let days = &subject.profile.days;
    if days.len() < Subject::MIN_DAYS {
        return None;
    }
    let mean_kw = subject.high_mean_kw().unwrap_or(0.0);
    let window = subject.window.filter(|window| is_schedule(window, mean_kw));
    // Premises with a working day of their own may hold a farm that runs day and night.
    let window = window.filter(|_| !rose_evenly(&phases(subject, false)));
    let mut phases = phases(subject, window.is_some());
    if window.is_none() && ran_before(&phases) {
        phases = Phases::standing(days, 0);
    }
    let first_run = if window.is_none() && phases.off.is_empty() { first_run(subject) } else { None };
    let pauses = first_run.is_some();
    phases = first_run.unwrap_or(phases);
    let rise = if phases.off.is_empty() || pauses {
        None
    } else {
        Some(risen(&phases, window.as_ref())).filter(|size| size.kw >= LEAST_RISE_KW)
    };
    if rise.is_none() && !pauses {
        // Days of another level that carry no less energy tell nothing.
        phases = Phases::standing(days, if phases.off.is_empty() { phases.rises } else { 0 });
    }
    let mut size = match (rise, &window) {
        (Some(size), _) => size,
        (None, Some(window)) => in_window(subject, window),
        (None, None) => standing(subject, &phases, own_floor),
    };
    let mut pattern = pattern(&phases, window.as_ref());
    let mut hours_a_day = window.as_ref().map_or(HOURS, |window| window.hours) as f64;
    let mut days = running_days(&phases, pattern, pauses);
    if let Some((switching, hours)) = switches(subject, &phases, &size, hours_a_day).filter(|_| window.is_none()) {
        (size, pattern, hours_a_day, days) = (switching, LoadCourse::Interrupted, hours, phases.on.len() as f64);
    }
    let hours = hours_a_day * days;
    let kwh = size.kw.max(0.0) * hours;
    let first_step_kw =
        if pattern == LoadCourse::Staircase { (phases.first_level_kw - size.own_kw).max(0.0) } else { size.kw };
    let (kw_low, kw_high) = size.interval();
    let Phases { since, since_range, until, .. } = phases;
    Some(HiddenLoad {
        kw: size.kw,
        kw_low,
        kw_high,
        since,
        since_range,
        until,
        first_step_kw,
        own_kw: size.own_kw,
        kwh,
        hours,
        pattern,
        forbidden_kw: None,
    })
}

/// Power of a load with its 90 % interval, and what the premises draw without it, kW.
struct Size {
    kw: f64,
    below_kw: f64,
    above_kw: f64,
    own_kw: f64,
}

impl Size {
    /// With a standard error that reaches alike to both sides.
    fn even(kw: f64, error_kw: f64) -> Self {
        Self { kw, below_kw: NINETY * error_kw, above_kw: NINETY * error_kw, own_kw: 0.0 }
    }

    fn interval(&self) -> (f64, f64) {
        let varies = NINETY * OWN_VARIATION * self.kw;
        ((self.kw - self.below_kw.hypot(varies)).max(0.0), self.kw + self.above_kw.hypot(varies))
    }
}

/// First hour and length of the daily window that stands out most: when a load with the pattern
/// `Scheduled` runs. `None` where no window stands out.
#[must_use]
pub fn scheduled_hours(subject: &Subject) -> Option<(usize, usize)> {
    subject.window.map(|window| (window.start, window.hours))
}

/// A window holds the load itself, rather than the evening peak of a home on top of it, when it
/// makes up most of what is drawn inside.
fn is_schedule(window: &Window, mean_kw: f64) -> bool {
    window.hours <= LONGEST_WINDOW
        && window.contrast_kw >= LEAST_RISE_KW.max(LEAST_WINDOW_SHARE * window.level_kw.max(mean_kw))
        && window.spread_share < LARGEST_WINDOW_SPREAD
}

/// Level that shows the load: the top of the day when it runs in a window, else the floor.
fn level(day: &Day, scheduled: bool) -> f64 {
    if scheduled && !day.summary.top_kw.is_nan() { f64::from(day.summary.top_kw) } else { day.level_kw() }
}

/// Cuts the days where the level rises to the load's and where it falls from it for good.
///
/// Without such a change, or where the lowest days were as a farm's already, the load was there
/// from the start to the end.
fn phases(subject: &Subject, scheduled: bool) -> Phases {
    let days = &subject.profile.days;
    let levels: Vec<f64> = days.iter().map(|day| level(day, scheduled)).collect();
    let standing = |rises| Phases::standing(days, rises);
    let Some(Segments { starts, medians, least_rise }) = Segments::of(&levels) else { return standing(0) };
    let end_of = |index: usize| starts.get(index + 1).copied().unwrap_or(levels.len());
    let lowest = medians.iter().copied().fold(f64::INFINITY, f64::min);
    let runs = |index: &usize| medians[*index] - lowest >= least_rise;
    let rises_within = |first: usize, last: usize| {
        let steps: Vec<f64> = (first + 1..=last).map(|index| medians[index] - medians[index - 1]).collect();
        // A staircase does not come down; what does has pauses.
        if steps.iter().any(|step| -step > least_rise) {
            0
        } else {
            steps.iter().filter(|step| **step > least_rise).count()
        }
    };
    let (Some(first), Some(last)) = ((0..starts.len()).find(runs), (0..starts.len()).rfind(runs)) else {
        return standing(0);
    };
    let low: Vec<Day> = (0..starts.len())
        .filter(|index| !runs(index))
        .flat_map(|index| days[starts[index]..end_of(index)].to_vec())
        .collect();
    if was_running(&low, subject, least_rise) {
        return standing(1 + rises_within(0, starts.len() - 1));
    }
    let (from, to) = (starts[first], end_of(last));
    // There on the first day and on the last: a long rest tells what the premises draw by
    // themselves, a holiday of a works does not.
    let rests = low.len() >= LEAST_REST && lowest < COLLAPSED * medians.iter().copied().fold(0.0, f64::max);
    if from == 0 && to == days.len() && !rests {
        return standing(0);
    }
    let off = if from == 0 && to == days.len() { low } else { [&days[..from], &days[to..]].concat() };
    Phases {
        off,
        on: days[from..to].to_vec(),
        rises: 1 + rises_within(first, last),
        since: (from > 0).then(|| days[from].day),
        // The change lies between the last day at the old level and the first at the new.
        since_range: (from > 0).then(|| (days[from - 1].day, days[(from + 1).min(days.len() - 1)].day)),
        until: (to < days.len()).then(|| days[to - 1].day),
        first_level_kw: medians[first],
    }
}

/// Days cut into segments of constant level.
struct Segments {
    /// First day of each.
    starts: Vec<usize>,
    /// Its median, kW.
    medians: Vec<f64>,
    /// What counts as a rise, kW.
    least_rise: f64,
}

impl Segments {
    /// `None` where the level does not change.
    fn of(levels: &[f64]) -> Option<Self> {
        let cut = |least_rise: f64| {
            let starts = segments(levels, MARGIN_DAYS, least_rise, MOST_SEGMENTS);
            let end = |index: usize| starts.get(index + 1).copied().unwrap_or(levels.len());
            let medians: Vec<f64> = (0..starts.len()).map(|index| median(&levels[starts[index]..end(index)])).collect();
            Self { starts, medians, least_rise }
        };
        let found = cut(LEAST_RISE_KW.max(LEAST_RISE_SHARE * quantile(levels, 0.9)));
        // A load of a few days does not reach into that quantile.
        let least_rise = LEAST_RISE_KW.max(LEAST_RISE_SHARE * found.medians.iter().copied().fold(0.0, f64::max));
        let found = if least_rise > found.least_rise { cut(least_rise) } else { found };
        (found.starts.len() > 1).then_some(found)
    }
}

/// Whether floor and mean rose by the same power.
fn rose_evenly(phases: &Phases) -> bool {
    let rise = |value: fn(&DaySummary) -> f32| {
        UsageProfile::typical(&phases.on, value) - UsageProfile::typical(&phases.off, value)
    };
    let (floor, mean) = (rise(|day| day.floor_kw), rise(|day| day.mean_kw));
    !phases.off.is_empty() && (mean - floor).abs() <= UNEVEN * floor
}

/// Whether the load ran before its floor rose as well: neither mean nor top of the days rise with
/// the floor, as where a load that followed a price runs through for some days.
fn ran_before(phases: &Phases) -> bool {
    let rise = |value: fn(&DaySummary) -> f32| {
        UsageProfile::typical(&phases.on, value) - UsageProfile::typical(&phases.off, value)
    };
    let (floor, mean, top) = (rise(|day| day.floor_kw), rise(|day| day.mean_kw), rise(|day| day.top_kw));
    !phases.off.is_empty() && mean < MEAN_WITH_FLOOR * floor && top < TOP_WITH_FLOOR * floor
}

/// Whether a farm ran on the days before a rise already: they are flat, at a floor well above the
/// peers'.
fn was_running(before: &[Day], subject: &Subject, least_kw: f64) -> bool {
    let floor = median(&before.iter().map(|day| f64::from(day.summary.floor_kw)).collect::<Vec<_>>());
    let flat = UsageProfile::typical(before, |day| day.floor_kw / day.mean_kw) >= FLAT;
    let usual = subject.peers.and_then(|peers| peers.ln_floor_kw).map_or(f64::INFINITY, f64::exp);
    flat && floor - usual >= least_kw
}

/// Where a load that pauses began: its floor returns to what it was, the tops of the days do not.
fn first_run(subject: &Subject) -> Option<Phases> {
    let begun = phases(subject, true);
    (!begun.off.is_empty() && collapsed_share(&begun.on) >= OFTEN).then_some(Phases { rises: 1, ..begun })
}

/// Rise of the level from the days without to the days with the load.
fn risen(phases: &Phases, window: Option<&Window>) -> Size {
    // Energy over hours, where it runs in a window: the top of a day without the load is the
    // premises' own peak, not what the load is added to.
    let of_day = |day: &Day| {
        window.map_or_else(
            || day.level_kw(),
            |window| f64::from(day.summary.mean_kw) * HOURS as f64 / window.hours as f64,
        )
    };
    let levels = |days: &[Day]| days.iter().map(of_day).collect::<Vec<f64>>();
    let (off, on) = (levels(&phases.off), levels(&phases.on));
    let off_kw = median(&off);
    // A staircase has no level that is typical of it: its mean is that over all steps.
    let on_kw = match phases.rises {
        2.. => mean(&on),
        _ if window.is_none() => steady_level(&on),
        _ => median(&on),
    };
    let error = |values: &[f64], centre: f64| MEDIAN_ERROR * mad_sigma(values, centre) / (values.len() as f64).sqrt();
    // What the premises draw by themselves changes from week to week as it does from day to day.
    let own_error = mad_sigma(&off, off_kw) / 2.0;
    let own_kw = phases.off.iter().map(Day::level_kw).fold((0.0, 0.0), |(sum, count), kw| (sum + kw, count + 1.0));
    Size {
        own_kw: own_kw.0 / f64::max(own_kw.1, 1.0),
        ..Size::even(on_kw - off_kw, error(&off, off_kw).hypot(error(&on, on_kw)).hypot(own_error))
    }
}

/// Power in the window over the quiet part of the other hours.
fn in_window(subject: &Subject, window: &Window) -> Size {
    let mids: Vec<&[f32; HOURS]> = subject.profile.halves(1).map(|half| &half.mid_kw).collect();
    let inside = |hour: usize| (hour + HOURS - window.start) % HOURS < window.hours;
    let pick = |wanted: bool| -> Vec<f64> {
        mids.iter()
            .flat_map(|mid| (0..HOURS).filter(|&hour| inside(hour) == wanted).map(|hour| f64::from(mid[hour])))
            .collect()
    };
    let own_kw = quantile(&pick(false), 0.25);
    Size { own_kw, ..Size::even(median(&pick(true)) - own_kw, window.spread_share * window.contrast_kw / 2.0) }
}

/// The steady level of a load that was always there, minus the floor that is usual for its peers;
/// what premises differ in their floor is the error.
fn standing(subject: &Subject, phases: &Phases, own_floor: OwnFloor) -> Size {
    let levels: Vec<f64> = phases.on.iter().map(Day::level_kw).collect();
    let steady = if phases.rises > 1 { mean(&levels) } else { steady_level(&levels) };
    let spread = mad_sigma(&levels, median(&levels)) / (levels.len() as f64).sqrt();
    if own_floor == OwnFloor::None {
        return Size::even(steady, spread);
    }
    let most = 0.5 * steady;
    let usual = usual_kw(subject).map_or(0.0, f64::exp).min(most);
    let reach = (NINETY * OWN_FLOOR_SPREAD).exp();
    let (least_own, most_own) =
        subject.floor_range.filter(|_| subject.profile.has_hours()).unwrap_or((usual / reach, usual * reach));
    Size {
        kw: steady - usual,
        below_kw: (most_own.min(most) - usual).max(0.0).hypot(NINETY * spread),
        above_kw: (usual - least_own).max(0.0).hypot(NINETY * spread),
        own_kw: usual,
    }
}

/// Logarithm of the level that is usual for the peers: their floor, or where readings do not show
/// one, their mean.
fn usual_kw(subject: &Subject) -> Option<f64> {
    subject.peers.and_then(|peers| if subject.profile.has_hours() { peers.ln_floor_kw } else { peers.ln_mean_kw })
}

/// Power, and hours a day, of a load that switches at hours of its own, where what was found
/// explains too little of what the premises draw: from the tops of the days to the floor.
fn switches(subject: &Subject, phases: &Phases, found: &Size, hours_a_day: f64) -> Option<(Size, f64)> {
    let typical = |value: fn(&DaySummary) -> f32| UsageProfile::typical(&phases.on, value);
    let own_kw = if phases.off.is_empty() {
        subject.peers.and_then(|peers| peers.ln_mean_kw).map_or(0.0, f64::exp)
    } else {
        UsageProfile::typical(&phases.off, |day| day.mean_kw)
    };
    let beyond = phases.on.iter().map(|day| f64::from(day.summary.mean_kw)).sum::<f64>()
        / phases.on.len().max(1) as f64
        - own_kw;
    let (floor, top) = (typical(|day| day.floor_kw), typical(|day| day.top_kw));
    if !subject.profile.has_hours()
        || beyond < LEAST_RISE_KW
        || found.kw * hours_a_day / HOURS as f64 >= EXPLAINED * beyond
    {
        return None;
    }
    let kw = (top - floor - own_kw).max(beyond);
    Some((
        Size { own_kw: floor, ..Size::even(kw, own_kw.hypot(0.1 * kw)) },
        (HOURS as f64 * beyond / kw).min(HOURS as f64),
    ))
}

fn pattern(phases: &Phases, window: Option<&Window>) -> LoadCourse {
    if window.is_some() {
        LoadCourse::Scheduled
    } else if phases.rises > 1 {
        LoadCourse::Staircase
    } else if collapsed_share(&phases.on) > OFTEN {
        LoadCourse::Interrupted
    } else {
        LoadCourse::Constant
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The level of days with a steady load; of one that pauses often, on the days without a pause.
fn steady_level(levels: &[f64]) -> f64 {
    quantile(levels, if share_collapsed(levels) >= OFTEN { 0.85 } else { 0.5 })
}

fn collapsed_share(on: &[Day]) -> f64 {
    share_collapsed(&on.iter().map(Day::level_kw).collect::<Vec<f64>>())
}

fn share_collapsed(levels: &[f64]) -> f64 {
    let upper = quantile(levels, 0.8);
    levels.iter().filter(|&&level| level < COLLAPSED * upper).count() as f64 / levels.len() as f64
}

/// Days of running, pauses counted in part.
fn running_days(phases: &Phases, pattern: LoadCourse, pauses: bool) -> f64 {
    let days = phases.on.len() as f64;
    match pattern {
        LoadCourse::Interrupted if pauses => days * (1.0 - collapsed_share(&phases.on)),
        LoadCourse::Interrupted => days * (1.0 - collapsed_share(&phases.on) / 2.0),
        LoadCourse::Constant | LoadCourse::Scheduled | LoadCourse::Staircase => days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::DayWeather;
    use crate::population::{CustomerFacts, PeerBaseline};
    use crate::series::LoadSeries;

    fn look(load: impl Fn(usize) -> f32) -> HiddenLoad {
        let calendar = Calendar::new(None).unwrap();
        // A home of 0.2 to 0.9 kW with an evening peak under the load.
        let home = |hour: usize| {
            0.2 + ((hour * 7919) % 11) as f32 / 110.0 + if (17..22).contains(&(hour % 24)) { 0.6 } else { 0.0 }
        };
        let kw = (0..60 * 24).map(|hour| home(hour) + load(hour)).collect();
        let profile =
            UsageProfile::of(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }, &calendar);
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(-1.0), ln_floor_kw: Some(0.2_f64.ln()) };
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        hidden_load(&Subject::new(&profile, Some(&peers), &facts, &weather), OwnFloor::AsPeers).unwrap()
    }

    #[test]
    fn a_farm_from_the_start_is_measured_within_a_tenth() {
        let found = look(|_| 3.3);
        assert!((found.kw - 3.3).abs() < 0.2, "{found:?}");
        assert_eq!((found.since, found.pattern), (None, LoadCourse::Constant));
        assert!(found.kw_low < 3.3 && found.kw_high > 3.2, "{found:?}");
    }

    #[test]
    fn the_energy_of_a_load_that_was_there_from_the_start_counts_every_day() {
        let found = look(|_| 3.3);
        assert!((found.kwh / (3.3 * 24.0 * 60.0) - 1.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn a_load_that_has_ended_says_when_and_counts_to_there() {
        let found = look(|hour| if hour < 24 * 40 { 6.5 } else { 0.0 });
        assert_eq!((found.since, found.until), (None, Some(CivilDay(39))), "{found:?}");
        assert!((found.kw - 6.5).abs() < 0.2 && (found.kwh / (6.5 * 24.0 * 40.0) - 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn a_load_that_came_and_went_has_both_dates() {
        let found = look(|hour| if (24 * 20..24 * 31).contains(&hour) { 6.5 } else { 0.0 });
        assert_eq!((found.since, found.until), (Some(CivilDay(20)), Some(CivilDay(30))), "{found:?}");
    }

    #[test]
    fn a_load_that_switches_at_hours_of_no_window_is_not_nothing() {
        // Ten hours a day, beginning at another hour each day: neither floor nor window moves.
        let found = look(|hour| if (hour + 24 - (hour / 24 * 7) % 24) % 24 < 10 { 5.0 } else { 0.0 });
        assert!(found.kw > 3.5 && found.kw < 6.5, "{found:?}");
        assert!((found.kwh / (5.0 * 10.0 * 60.0) - 1.0).abs() < 0.35, "{found:?}");
    }

    #[test]
    fn a_load_that_switches_and_runs_through_for_some_days_was_there_before_them() {
        let found = look(|hour| {
            if (24 * 20..24 * 25).contains(&hour) || (hour + 24 - (hour / 24 * 7) % 24) % 24 < 10 { 8.0 } else { 0.0 }
        });
        assert_eq!((found.since, found.until), (None, None), "{found:?}");
        assert!(found.kw > 6.0, "{found:?}");
    }

    #[test]
    fn where_the_own_floor_is_assumed_the_interval_says_so() {
        let found = look(|_| 1.5);
        assert!(found.kw_low < 1.35 && found.kw_high > 1.6, "{found:?}");
    }

    #[test]
    fn a_farm_that_starts_is_dated_to_the_day() {
        let found = look(|hour| if hour >= 24 * 33 { 6.5 } else { 0.0 });
        assert_eq!(found.since, Some(CivilDay(33)));
        assert!((found.kw - 6.5).abs() < 0.1, "{found:?}");
        assert!((found.kwh / (6.5 * 24.0 * 27.0) - 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn a_night_farm_is_scheduled_and_measured_in_its_window() {
        let found = look(|hour| if hour % 24 < 7 || hour % 24 == 23 { 9.0 } else { 0.0 });
        assert_eq!(found.pattern, LoadCourse::Scheduled);
        assert!((found.kw - 9.0).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn a_farm_that_grows_is_a_staircase_measured_by_its_mean() {
        // 0, 3.25, 6.5 and 9.75 kW for 15 days each: 6.5 kW on average while it runs.
        let found = look(|hour| 3.25 * (hour / (24 * 15)) as f32);
        assert_eq!(found.pattern, LoadCourse::Staircase);
        assert!((found.kw - 6.5).abs() < 0.4, "{found:?}");
    }

    #[test]
    fn a_farm_that_pauses_for_days_is_dated_by_its_first_run() {
        let found = look(|hour| if hour >= 24 * 32 && hour / 24 % 4 < 2 { 6.5 } else { 0.0 });
        assert_eq!((found.since, found.pattern), (Some(CivilDay(32)), LoadCourse::Interrupted), "{found:?}");
        assert!((found.kw - 6.5).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn a_working_day_does_not_hide_that_the_farm_runs_through() {
        let found = look(
            |hour| if (8..18).contains(&(hour % 24)) { 20.0 } else { 2.0 } + if hour >= 24 * 33 { 6.5 } else { 0.0 },
        );
        assert_eq!(found.pattern, LoadCourse::Constant);
        assert!((found.kw - 6.5).abs() < 0.5, "{found:?}");
    }
}
