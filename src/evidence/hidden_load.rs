//! The second look at a usage point that stands out: how many kW, since when, in which pattern.
//!
//! *Since*: the daily level (floor; mean for coarse readings) is cut into segments of constant level; the load starts where the first lasting rise leads to the level it has
//! at its highest. *Kilowatts*: with days before the start, the rise of the daily level, or of the energy over the window's hours; without, the steady level minus what is
//! usual for the peers' floor. *Interval*: 90 %, from the spread of daily values and of the part that had to be assumed.
//! *Pattern*: scheduled where a daily window stands out, staircase with two rises or more, interrupted where the floor often collapses, else constant.
//! Weak when: there is no day before the start and the premises have a large floor of their own; the interval then says so.

use crate::domain::{CivilDay, mad_sigma, median, quantile, segments};
use crate::profile::{Day, DaySummary, HOURS, NodeProfile};

use super::Subject;
use super::schedule::Window;

/// Days that a segment needs.
const MARGIN_DAYS: usize = 3;
/// Most segments looked for.
const MOST_SEGMENTS: usize = 8;
/// A rise counts when it is this share of the highest level, and this large in kW.
const LEAST_RISE_SHARE: f64 = 0.2;
const LEAST_RISE_KW: f64 = 0.5;
/// A window shorter than this is a schedule rather than a constant load with a pause.
const LONGEST_WINDOW: usize = 21;
/// A scheduled load stands out by at least this share of what is drawn in its window, and varies by at most this share.
const LEAST_WINDOW_SHARE: f64 = 0.25;
const LARGEST_WINDOW_SPREAD: f64 = 0.6;
/// A day whose floor is below this share of the upper floor was interrupted.
const COLLAPSED: f64 = 0.5;
/// Share of interrupted days that makes the pattern.
const OFTEN: f64 = 0.08;
/// Days on which the floor is this share of the mean are flat.
const FLAT: f64 = 0.8;
/// Floor and mean of a constant load rise by the same power, but for this share.
const UNEVEN: f64 = 0.3;
/// Half-width of a 90 % interval in standard errors.
const NINETY: f64 = 1.645;
/// What a farm's own power varies by, as a share: no interval is narrower.
const OWN_VARIATION: f64 = 0.02;

/// How a hidden load runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadPattern {
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
    /// Its energy over the days judged, kWh.
    pub kwh: f64,
    /// Its pattern.
    pub pattern: LoadPattern,
}

/// Where the days run with the load and where without.
struct Phases<'a> {
    off: &'a [Day],
    on: &'a [Day],
    rises: usize,
    since_range: Option<(CivilDay, CivilDay)>,
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
    let first_run = if window.is_none() && phases.off.is_empty() { first_run(subject) } else { None };
    let pauses = first_run.is_some();
    phases = first_run.unwrap_or(phases);
    let (kw, error_kw) = match (&window, phases.off.is_empty() || pauses) {
        (_, false) => risen_kw(&phases, window.as_ref()),
        (Some(window), true) => (window_kw(subject, window), window.spread_share * window.contrast_kw / 2.0),
        (None, true) => standing_kw(subject, &phases, own_floor),
    };
    let pattern = pattern(&phases, window.as_ref());
    let hours_a_day = window.as_ref().map_or(HOURS, |window| window.hours) as f64;
    let kwh = kw.max(0.0) * hours_a_day * running_days(&phases, pattern);
    let half_width = NINETY * error_kw.hypot(OWN_VARIATION * kw);
    let since = (!phases.off.is_empty()).then(|| phases.on[0].day);
    let since_range = phases.since_range;
    Some(HiddenLoad { kw, kw_low: (kw - half_width).max(0.0), kw_high: kw + half_width, since, since_range, kwh, pattern })
}

/// First hour and length of the daily window that stands out most: when a load with the pattern `Scheduled` runs. `None` where no window stands out.
#[must_use]
pub fn scheduled_hours(subject: &Subject) -> Option<(usize, usize)> {
    subject.window.map(|window| (window.start, window.hours))
}

/// A window holds the load itself, rather than the evening peak of a home on top of it, when it makes up most of what is drawn inside.
fn is_schedule(window: &Window, mean_kw: f64) -> bool {
    window.hours <= LONGEST_WINDOW
        && window.contrast_kw >= LEAST_RISE_KW.max(LEAST_WINDOW_SHARE * window.level_kw.max(mean_kw))
        && window.spread_share < LARGEST_WINDOW_SPREAD
}

/// Level that shows the load: the top of the day when it runs in a window, else the floor.
fn level(day: &Day, scheduled: bool) -> f64 {
    if scheduled && !day.summary.top_kw.is_nan() { f64::from(day.summary.top_kw) } else { day.level_kw() }
}

/// Cuts the days at the first rise that leads to the highest level.
///
/// Without such a rise, or where the days before it were as high, the load was there from the start and runs on the days of the higher regime.
fn phases<'a>(subject: &Subject<'a>, scheduled: bool) -> Phases<'a> {
    let days = &subject.profile.days;
    let standing = Phases { off: &[], on: subject.profile.high_days(), rises: 0, since_range: None };
    let levels: Vec<f64> = days.iter().map(|day| level(day, scheduled)).collect();
    let highest = quantile(&levels, 0.9);
    let least_rise = LEAST_RISE_KW.max(LEAST_RISE_SHARE * highest);
    let starts = segments(&levels, MARGIN_DAYS, least_rise, MOST_SEGMENTS);
    let of_segment = |index: usize| median(&levels[starts[index]..starts.get(index + 1).copied().unwrap_or(levels.len())]);
    let rises: Vec<usize> = (1..starts.len()).filter(|&index| of_segment(index) - of_segment(index - 1) > least_rise).collect();
    let Some(&first) = rises.first() else { return standing };
    // A staircase does not come down; what does has pauses.
    let falls = (first + 1..starts.len()).any(|index| of_segment(index - 1) - of_segment(index) > least_rise);
    let place = starts[first];
    if median(&levels[place..]) - median(&levels[..place]) < LEAST_RISE_KW {
        return standing;
    }
    if was_running(&days[..place], subject, least_rise) {
        return Phases { off: &[], on: days, rises: rises.len() + 1, since_range: None };
    }
    // The change lies between the last day at the old level and the first at the new.
    let since_range = Some((days[place - 1].day, days[(place + 1).min(days.len() - 1)].day));
    Phases { off: &days[..place], on: &days[place..], rises: if falls { 1 } else { rises.len() }, since_range }
}

/// Whether floor and mean rose by the same power.
fn rose_evenly(phases: &Phases) -> bool {
    let rise = |value: fn(&DaySummary) -> f32| NodeProfile::typical(phases.on, value) - NodeProfile::typical(phases.off, value);
    let (floor, mean) = (rise(|day| day.floor_kw), rise(|day| day.mean_kw));
    !phases.off.is_empty() && (mean - floor).abs() <= UNEVEN * floor
}

/// Whether a farm ran on the days before a rise already: they are flat, at a floor well above the peers'.
fn was_running(before: &[Day], subject: &Subject, least_kw: f64) -> bool {
    let floor = median(&before.iter().map(|day| f64::from(day.summary.floor_kw)).collect::<Vec<_>>());
    let flat = NodeProfile::typical(before, |day| day.floor_kw / day.mean_kw) >= FLAT;
    let usual = subject.peers.and_then(|peers| peers.ln_floor_kw).map_or(f64::INFINITY, f64::exp);
    flat && floor - usual >= least_kw
}

/// Where a load that pauses began: its floor returns to what it was, the tops of the days do not.
fn first_run<'a>(subject: &Subject<'a>) -> Option<Phases<'a>> {
    let begun = phases(subject, true);
    (!begun.off.is_empty() && collapsed_share(begun.on) >= OFTEN).then_some(Phases { rises: 1, ..begun })
}

/// Rise of the level from the days without to the days with the load, and its standard error.
fn risen_kw(phases: &Phases, window: Option<&Window>) -> (f64, f64) {
    // Energy over hours, where it runs in a window: the top of a day without the load is the premises' own peak, not what the load is added to.
    let of_day = |day: &Day| window.map_or_else(|| day.level_kw(), |window| f64::from(day.summary.mean_kw) * HOURS as f64 / window.hours as f64);
    let levels = |days: &[Day]| days.iter().map(of_day).collect::<Vec<f64>>();
    let (off, on) = (levels(phases.off), levels(phases.on));
    let off_kw = median(&off);
    // A staircase has no level that is typical of it: its mean is that over all steps.
    let on_kw = match phases.rises {
        2.. => mean(&on),
        _ if window.is_none() => steady_level(&on),
        _ => median(&on),
    };
    let error = |values: &[f64], centre: f64| mad_sigma(values, centre) / (values.len() as f64).sqrt();
    (on_kw - off_kw, 1.2533 * error(&off, off_kw).hypot(error(&on, on_kw)))
}

/// Power in the window over the quiet part of the other hours.
fn window_kw(subject: &Subject, window: &Window) -> f64 {
    let mids: Vec<&[f32; HOURS]> = subject.profile.halves(1).map(|half| &half.mid_kw).collect();
    let inside = |hour: usize| (hour + HOURS - window.start) % HOURS < window.hours;
    let pick = |wanted: bool| -> Vec<f64> {
        mids.iter().flat_map(|mid| (0..HOURS).filter(|&hour| inside(hour) == wanted).map(|hour| f64::from(mid[hour]))).collect()
    };
    median(&pick(true)) - quantile(&pick(false), 0.25)
}

/// The steady level of a load that was always there, minus the floor that is usual for its peers; the error is what the peers' floor leaves open.
fn standing_kw(subject: &Subject, phases: &Phases, own_floor: OwnFloor) -> (f64, f64) {
    let (on, rises) = (phases.on, if phases.off.is_empty() { phases.rises } else { 0 });
    let levels: Vec<f64> = on.iter().map(Day::level_kw).collect();
    let steady = if rises > 0 { mean(&levels) } else { steady_level(&levels) };
    let usual = subject.peers.and_then(|peers| peers.ln_floor_kw).map_or(0.0, f64::exp).min(0.5 * steady);
    let peers = if own_floor == OwnFloor::None { 0.0 } else { usual };
    let own = mad_sigma(&levels, median(&levels)) / (levels.len() as f64).sqrt();
    (steady - peers, own.hypot(peers / 2.0))
}

fn pattern(phases: &Phases, window: Option<&Window>) -> LoadPattern {
    if window.is_some() {
        LoadPattern::Scheduled
    } else if phases.rises > 1 {
        LoadPattern::Staircase
    } else if collapsed_share(phases.on) > OFTEN {
        LoadPattern::Interrupted
    } else {
        LoadPattern::Constant
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
fn running_days(phases: &Phases, pattern: LoadPattern) -> f64 {
    let days = phases.on.len() as f64;
    match pattern {
        LoadPattern::Interrupted => days * (1.0 - collapsed_share(phases.on) / 2.0),
        LoadPattern::Constant | LoadPattern::Scheduled | LoadPattern::Staircase => days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::DayWeather;
    use crate::population::{NodeFacts, PeerBaseline};
    use crate::series::LoadSeries;

    fn look(load: impl Fn(usize) -> f32) -> HiddenLoad {
        let calendar = Calendar::new(None).unwrap();
        // A home of 0.2 to 0.9 kW with an evening peak under the load.
        let home = |hour: usize| 0.2 + ((hour * 7919) % 11) as f32 / 110.0 + if (17..22).contains(&(hour % 24)) { 0.6 } else { 0.0 };
        let kw = (0..60 * 24).map(|hour| home(hour) + load(hour)).collect();
        let profile = NodeProfile::of(&LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }, &calendar);
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(-1.0), ln_floor_kw: Some(0.2_f64.ln()) };
        let (facts, weather) = (NodeFacts::of(None), DayWeather::default());
        hidden_load(&Subject::new(&profile, Some(&peers), &facts, &weather), OwnFloor::AsPeers).unwrap()
    }

    #[test]
    fn a_farm_from_the_start_is_measured_within_a_tenth() {
        let found = look(|_| 3.3);
        assert!((found.kw - 3.3).abs() < 0.2, "{found:?}");
        assert_eq!((found.since, found.pattern), (None, LoadPattern::Constant));
        assert!(found.kw_low < 3.3 && found.kw_high > 3.2, "{found:?}");
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
        assert_eq!(found.pattern, LoadPattern::Scheduled);
        assert!((found.kw - 9.0).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn a_farm_that_grows_is_a_staircase_measured_by_its_mean() {
        // 0, 3.25, 6.5 and 9.75 kW for 15 days each: 6.5 kW on average while it runs.
        let found = look(|hour| 3.25 * (hour / (24 * 15)) as f32);
        assert_eq!(found.pattern, LoadPattern::Staircase);
        assert!((found.kw - 6.5).abs() < 0.4, "{found:?}");
    }

    #[test]
    fn a_farm_that_pauses_for_days_is_dated_by_its_first_run() {
        let found = look(|hour| if hour >= 24 * 32 && hour / 24 % 4 < 2 { 6.5 } else { 0.0 });
        assert_eq!((found.since, found.pattern), (Some(CivilDay(32)), LoadPattern::Interrupted), "{found:?}");
        assert!((found.kw - 6.5).abs() < 0.3, "{found:?}");
    }

    #[test]
    fn a_working_day_does_not_hide_that_the_farm_runs_through() {
        let found = look(|hour| if (8..18).contains(&(hour % 24)) { 20.0 } else { 2.0 } + if hour >= 24 * 33 { 6.5 } else { 0.0 });
        assert_eq!(found.pattern, LoadPattern::Constant);
        assert!((found.kw - 6.5).abs() < 0.5, "{found:?}");
    }
}
