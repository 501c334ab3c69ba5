//! What the hours themselves tell of a hidden load: which of them it ran in, how much it drew in
//! them, how much energy that is.
//!
//! Days tell when a load began and about how large it is (`hidden_load`). Here every hour from its
//! first to its last day is held against what the premises draw at that hour without the load (the
//! median of the days before it and after it; without such days what was taken off the level): it
//! runs where at least half of its power stands above that. Its power is the median over days of
//! the median over those hours, by the same hours before and after, so that evening peaks of the
//! premises cancel. Its energy is the sum over the hours in which it runs: pauses and power cuts
//! add nothing, a load that grows adds what it drew on each day, hours without a reading add what
//! the same hour adds on other days. Power cuts say nothing about levels: `without_cuts` takes them
//! out before a level is asked for.
//! A constant load is bounded by the lower edge of what its running hours show: physics forbids
//! more.
//! Weak when: the load is no larger than what the premises switch on in the evening; hours outside
//! a window count only where five in a row are full.

use crate::digest::HOURS;
use crate::domain::{CivilDay, MEDIAN_ERROR, NINETY, mad_sigma, median, quantile};
use crate::series::{DayFold, LoadSeries};

use super::hidden_load::{HiddenLoad, LoadCourse, OWN_VARIATION};

/// The load runs in an hour that holds at least this share of its power above the premises' own.
const RUNS: f64 = 0.5;
/// An hour is full from this share on.
const FULL: f64 = 0.7;
/// Share of an hour on the edge of a window that is told apart from nothing.
const LEAST_PART: f64 = 0.3;
/// Days without the load from which its own hours are learned.
const LEAST_OFF: usize = 5;
/// Running hours that a day needs to say how large the load is.
const LEAST_HOURS: usize = 3;
/// Days in a row that are alike: the errors of neighbouring days are one.
const ALIKE_DAYS: f64 = 3.0;
/// Hours in a row outside its window in which a scheduled load must be full: a weekend is, a dinner
/// is not.
const LEAST_ROW: usize = 5;
/// So many full hours in a row are the load's: premises do not draw its power for so long.
const LONG_RUN_H: usize = 8;
/// Days that seemed to be without the load hold it after all when it ran in this share of their
/// hours, in rows so long.
const LEAST_RUNNING: f64 = 0.1;
/// Hours between this share of its power and a full one are half full: many of them are heating.
const HALF_POWER: f64 = 0.35;
/// A load with pauses that runs within so many first days of the readings may have been there from
/// the start.
const FIRST_DAYS: i32 = 3;
/// A display is coarse where its steps are at least this share of the load.
const COARSE: f64 = 0.1;
/// Values closer than this are one, kW.
const SAME_KW: f64 = 1e-4;
/// Days without a running hour at either end of the readings after which the load is said to begin
/// later or to have ended.
const SILENT_DAYS: i32 = 7;
/// Share of its running hours that a constant load may lie below its power, for meters and miners
/// vary.
const EDGE: f64 = 0.1;
/// A meter shows nothing below this power, kW.
const NOTHING_KW: f32 = 0.001;
/// Power cuts are rare: a larger share of readings without load is how the premises are used.
const MOST_CUT: f64 = 0.1;
/// Power cuts are short: a longer row of readings without load is how the premises are used.
const LONGEST_CUT_H: u32 = 24;

/// One hour from the first to the last day of the load.
struct Hour {
    day: CivilDay,
    of_day: usize,
    /// Power above what the premises draw without the load, kW; NaN without a reading.
    above_kw: f64,
}

/// The series with power cuts as missing readings; the same where the premises often draw nothing.
#[must_use]
pub fn without_cuts(series: &LoadSeries) -> LoadSeries {
    let nothing = |kw: &f32| *kw < NOTHING_KW;
    let valid = series.kw.iter().filter(|kw| !kw.is_nan()).count();
    let mut cut = series.clone();
    if series.kw.iter().filter(|kw| nothing(kw)).count() as f64 > MOST_CUT * valid as f64 {
        return cut;
    }
    let longest = (LONGEST_CUT_H * 60).div_ceil(series.step_min.max(1)) as usize;
    for row in cut.kw.chunk_by_mut(|a, b| nothing(a) == nothing(b)) {
        if row.len() <= longest && row.first().is_some_and(nothing) {
            row.fill(f32::NAN);
        }
    }
    cut
}

/// The load as its hours tell it. `fold` holds hourly means, power cuts included; `window` is first
/// hour and length of a scheduled load. Its energy is counted from the day `judged_from` on, where
/// there is one.
#[must_use]
pub fn by_hours(
    load: &HiddenLoad,
    fold: &DayFold,
    window: Option<(usize, usize)>,
    judged_from: Option<CivilDay>,
) -> HiddenLoad {
    let Some(first_day) = fold.first_day.filter(|_| load.kw > 0.0) else { return *load };
    let window = window.filter(|_| load.pattern == LoadCourse::Scheduled);
    let mut load = *load;
    if window.is_none() {
        widen(&mut load, fold, first_day);
    }
    let (on, off) = days_of(&load, fold, first_day);
    let own = own_hours(fold, &off, load.own_kw);
    let mut hours = hours_of(fold, &on, first_day, &own);
    let begins = off.len() >= LEAST_OFF;
    let coarse = is_coarse(fold, &on, load.kw);
    if begins {
        resize(&mut load, &hours, window, own_error(fold, &off, &own), coarse);
    } else if load.pattern == LoadCourse::Interrupted {
        part_levels(&mut load, &mut hours, coarse);
    } else if coarse && load.pattern == LoadCourse::Constant {
        quiet_level(&mut load, &hours);
    }
    if window.is_none() && !coarse {
        keep_below_edge(&mut load, fold, &on);
    }
    let parts = parts(&load, &hours, window);
    let history = hours.partition_point(|hour| judged_from.is_some_and(|from| hour.day < from));
    (load.kwh, load.hours) = energy(&load, &hours[history..], &parts[history..], begins);
    bound(&mut load, &hours, &parts);
    load
}

/// Indices of the days from its first to its last, and of all others.
fn days_of(load: &HiddenLoad, fold: &DayFold, first_day: CivilDay) -> (Vec<usize>, Vec<usize>) {
    let is_on = |index: &usize| {
        let day = CivilDay(first_day.0 + *index as i32);
        load.since.is_none_or(|since| day >= since) && load.until.is_none_or(|until| day <= until)
    };
    (0..fold.hours.len()).partition(is_on)
}

fn hours_of(fold: &DayFold, days: &[usize], first_day: CivilDay, own: &[f64; HOURS]) -> Vec<Hour> {
    (days.iter())
        .flat_map(|&index| (0..HOURS).map(move |hour| (index, hour)))
        .map(|(index, hour)| Hour {
            day: CivilDay(first_day.0 + index as i32),
            of_day: hour,
            above_kw: f64::from(fold.hours[index][hour]) - own[hour],
        })
        .collect()
}

/// Puts first and last day where the load really ran: days of many pauses look like days without
/// it, hours in a row at its power do not.
fn widen(load: &mut HiddenLoad, fold: &DayFold, first_day: CivilDay) {
    let (on, off) = days_of(load, fold, first_day);
    let (Some(&first_on), Some(&last_on)) = (on.first(), on.last()) else { return };
    let own = own_hours(fold, &off, load.own_kw);
    let (before, after): (Vec<usize>, Vec<usize>) =
        ((0..first_on).collect(), (last_on + 1..fold.hours.len()).collect());
    if let Some((first, _)) = long_runs(&hours_of(fold, &before, first_day, &own), load.kw) {
        let begins = first.0 - first_day.0 >= FIRST_DAYS;
        load.since = begins.then_some(first);
        load.since_range = begins.then_some((CivilDay(first.0 - 1), first));
    }
    if let Some((_, last)) = long_runs(&hours_of(fold, &after, first_day, &own), load.kw) {
        load.until = Some(last).filter(|last| first_day.0 + fold.hours.len() as i32 - 1 - last.0 >= SILENT_DAYS);
    }
}

/// First and last day of hours in a row at the power of a load of `kw`; `None` where they are few,
/// or where hours of half its power are many: what varies by degrees is heating.
fn long_runs(hours: &[Hour], kw: f64) -> Option<(CivilDay, CivilDay)> {
    let full = |hour: &Hour| hour.above_kw >= FULL * kw;
    let rows = hours.chunk_by(|a, b| full(a) == full(b)).filter(|row| row.len() >= LONG_RUN_H && full(&row[0]));
    let days: Vec<CivilDay> = rows.flatten().map(|hour| hour.day).collect();
    let between = hours.iter().filter(|hour| (HALF_POWER * kw..FULL * kw).contains(&hour.above_kw)).count();
    let least = (HOURS as f64).max(LEAST_RUNNING * hours.len() as f64);
    (days.len() as f64 >= least && days.len() >= 2 * between).then(|| (days[0], days[days.len() - 1]))
}

/// Whether the meter shows steps so large that medians and lowest hours are those of its display.
fn is_coarse(fold: &DayFold, days: &[usize], kw: f64) -> bool {
    let mut shown: Vec<f64> =
        days.iter().flat_map(|&index| fold.hours[index]).filter(|kw| !kw.is_nan()).map(f64::from).collect();
    shown.sort_by(f64::total_cmp);
    let steps = shown.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > SAME_KW);
    steps.fold(f64::INFINITY, f64::min) >= COARSE * kw
}

/// Median; of values that a display rounds, the mean of their middle four fifths.
fn middle(values: &[f64], coarse: bool) -> f64 {
    if !coarse {
        return median(values);
    }
    let (low, high) = (quantile(values, 0.1), quantile(values, 0.9));
    let kept: Vec<f64> = values.iter().copied().filter(|value| (low..=high).contains(value)).collect();
    kept.iter().sum::<f64>() / kept.len().max(1) as f64
}

/// The level of a load that was always there by the hours in which least is drawn: their mean,
/// where the lowest hour of a day is what the display rounds down.
fn quiet_level(load: &mut HiddenLoad, hours: &[Hour]) {
    let of_hour = |wanted: usize| {
        let kw: Vec<f64> = hours
            .iter()
            .filter(|hour| hour.of_day == wanted && !hour.above_kw.is_nan())
            .map(|hour| hour.above_kw)
            .collect();
        middle(&kw, true)
    };
    let by_hour: Vec<f64> = (0..HOURS).map(of_hour).collect();
    let least = quantile(&by_hour, 0.25);
    let quiet: Vec<f64> = by_hour.into_iter().filter(|kw| *kw <= least).collect();
    let kw = quiet.iter().sum::<f64>() / quiet.len().max(1) as f64;
    if kw > 0.0 {
        let shift = kw - load.kw;
        (load.kw, load.kw_low, load.kw_high, load.first_step_kw) =
            (kw, (load.kw_low + shift).max(0.0), load.kw_high + shift, kw);
    }
}

/// What the premises draw without the load at every hour of the day, kW.
fn own_hours(fold: &DayFold, off: &[usize], own_kw: f64) -> [f64; HOURS] {
    let usual = |hour: usize| median(&off.iter().map(|&index| f64::from(fold.hours[index][hour])).collect::<Vec<_>>());
    std::array::from_fn(|hour| {
        if off.len() < LEAST_OFF { own_kw } else { Some(usual(hour)).filter(|kw| !kw.is_nan()).unwrap_or(own_kw) }
    })
}

/// How much days without the load differ from one another, kW.
fn own_error(fold: &DayFold, off: &[usize], own: &[f64; HOURS]) -> f64 {
    let of_day = |&index: &usize| {
        median(&(0..HOURS).map(|hour| f64::from(fold.hours[index][hour]) - own[hour]).collect::<Vec<_>>())
    };
    mad_sigma(&off.iter().map(of_day).collect::<Vec<_>>(), 0.0)
}

/// First hour and length: does the load run at this hour when it keeps to its window?
fn inside((start, length): (usize, usize), hour: usize) -> bool {
    (hour + HOURS - start) % HOURS < length
}

/// Power above the premises' own in the running hours of each day that has some; medians.
fn day_levels(load: &HiddenLoad, hours: &[Hour], window: Option<(usize, usize)>, coarse: bool) -> Vec<(CivilDay, f64)> {
    let least = RUNS * load.first_step_kw.min(load.kw);
    let runs = |hour: &&Hour| hour.above_kw >= least && window.is_none_or(|window| inside(window, hour.of_day));
    let level = |day: &[Hour]| {
        let above: Vec<f64> = day.iter().filter(runs).map(|hour| hour.above_kw).collect();
        (above.len() >= LEAST_HOURS).then(|| (day[0].day, middle(&above, coarse)))
    };
    hours.chunk_by(|a, b| a.day == b.day).filter_map(level).collect()
}

/// Power and interval from the days before and after.
fn resize(load: &mut HiddenLoad, hours: &[Hour], window: Option<(usize, usize)>, own_error_kw: f64, coarse: bool) {
    let levels: Vec<f64> = day_levels(load, hours, window, coarse).into_iter().map(|(_, kw)| kw).collect();
    if levels.len() < LEAST_HOURS {
        return;
    }
    let usual = median(&levels);
    let kw =
        if load.pattern == LoadCourse::Staircase { levels.iter().sum::<f64>() / levels.len() as f64 } else { usual };
    let chance = MEDIAN_ERROR * mad_sigma(&levels, usual) / (levels.len() as f64 / ALIKE_DAYS).max(1.0).sqrt();
    let half_width = NINETY * chance.hypot(own_error_kw / 2.0).hypot(OWN_VARIATION * kw);
    (load.kw, load.kw_low, load.kw_high) = (kw, (kw - half_width).max(0.0), kw + half_width);
}

/// The two levels of a load that switches on and off: the medians of the hours above and below the
/// middle between them.
fn part_levels(load: &mut HiddenLoad, hours: &mut [Hour], coarse: bool) {
    const ROUNDS: usize = 5;
    let valid: Vec<f64> = hours.iter().map(|hour| hour.above_kw).filter(|kw| !kw.is_nan()).collect();
    let (mut low, mut high) = (0.0, load.kw);
    for _ in 0..ROUNDS {
        let between = f64::midpoint(low, high);
        let (above, below): (Vec<f64>, Vec<f64>) = valid.iter().partition(|kw| **kw > between);
        if above.is_empty() || below.is_empty() {
            return;
        }
        (low, high) = (middle(&below, coarse), middle(&above, coarse));
    }
    let above: Vec<f64> = valid.iter().copied().filter(|kw| *kw > f64::midpoint(low, high)).collect();
    let half_width = NINETY * (mad_sigma(&above, high) / 2.0).hypot(OWN_VARIATION * (high - low));
    (load.kw, load.first_step_kw) = (high - low, high - low);
    (load.kw_low, load.kw_high) = ((load.kw - half_width).max(0.0), load.kw + half_width);
    load.own_kw += low;
    for hour in hours {
        hour.above_kw -= low;
    }
}

/// A sum of loads is never below one of them: where one running hour in ten lies below a constant
/// load, there is no load of that power, and no more is claimed than those hours allow. Hours
/// below half of it are its pauses.
fn keep_below_edge(load: &mut HiddenLoad, fold: &DayFold, on: &[usize]) {
    if load.pattern != LoadCourse::Constant {
        return;
    }
    let running: Vec<f64> =
        on.iter().flat_map(|&index| fold.hours[index]).map(f64::from).filter(|kw| *kw >= RUNS * load.kw).collect();
    let edge = quantile(&running, EDGE) / (1.0 - 2.0 * OWN_VARIATION);
    if edge < load.kw {
        load.forbidden_kw = Some(load.kw);
        (load.kw, load.first_step_kw) = (edge, load.first_step_kw.min(edge));
        load.kw_low = load.kw_low.min(edge * (1.0 - NINETY * OWN_VARIATION));
    }
}

/// Share of every hour in which the load runs; NaN without a reading.
fn parts(load: &HiddenLoad, hours: &[Hour], window: Option<(usize, usize)>) -> Vec<f64> {
    let least = if load.pattern == LoadCourse::Staircase { load.first_step_kw.min(load.kw) } else { load.kw };
    let share: Vec<f64> = hours.iter().map(|hour| hour.above_kw / least.max(1e-9)).collect();
    let Some(window) = window else {
        return share
            .iter()
            .map(|&share| if share.is_nan() { share } else { f64::from(u8::from(share >= RUNS)) })
            .collect();
    };
    let mut parts: Vec<f64> = (hours.iter().zip(&share))
        .map(|(hour, &share)| match share {
            share if share.is_nan() => share,
            // The load may begin or end within the first and the last hour.
            share
                if inside(window, hour.of_day)
                    || inside(window, (hour.of_day + 1) % HOURS)
                    || inside(window, (hour.of_day + HOURS - 1) % HOURS) =>
            {
                if share >= FULL {
                    1.0
                } else if share >= LEAST_PART {
                    share
                } else {
                    0.0
                }
            }
            _ => 0.0,
        })
        .collect();
    let mut from = 0;
    for row in share.chunk_by(|a, b| (*a >= FULL) == (*b >= FULL)) {
        if row.len() >= LEAST_ROW && row[0] >= FULL {
            parts[from..from + row.len()].fill(1.0);
        }
        from += row.len();
    }
    parts
}

/// Energy of all hours, kWh, and the hours in which the load runs: the mean of every hour of the
/// day over its readings, times the days.
fn energy(load: &HiddenLoad, hours: &[Hour], parts: &[f64], begins: bool) -> (f64, f64) {
    let grows = load.pattern == LoadCourse::Staircase;
    let (mut sum, mut ran, mut read) = ([0.0; HOURS], [0.0; HOURS], [0.0; HOURS]);
    for (day, parts) in hours.chunk_by(|a, b| a.day == b.day).zip(parts.chunks(HOURS)) {
        let running: Vec<f64> =
            day.iter().zip(parts).filter(|(_, part)| **part > 0.0).map(|(hour, _)| hour.above_kw).collect();
        // Where nothing is known of the premises' own hours, the low ones are those in which they
        // draw least.
        let level = quantile(&running, if begins { 0.5 } else { 0.2 });
        let kw = if grows && !level.is_nan() { level } else { load.kw };
        for (hour, &part) in day.iter().zip(parts).filter(|(_, part)| !part.is_nan()) {
            sum[hour.of_day] += part * kw;
            ran[hour.of_day] += part;
            read[hour.of_day] += 1.0;
        }
    }
    let days = (hours.len() / HOURS) as f64;
    let whole = |held: &[f64; HOURS]| -> f64 {
        (0..HOURS).filter(|&hour| read[hour] > 0.0).map(|hour| days * held[hour] / read[hour]).sum()
    };
    (whole(&sum), whole(&ran))
}

/// First and last day, where the load was silent for long at either end.
fn bound(load: &mut HiddenLoad, hours: &[Hour], parts: &[f64]) {
    let runs = |(_, part): &(&Hour, &f64)| **part > 0.0;
    let mut running = hours.iter().zip(parts).filter(runs).map(|(hour, _)| hour.day);
    let (Some(first), Some(start), Some(end)) = (running.next(), hours.first(), hours.last()) else { return };
    let last = running.next_back().unwrap_or(first);
    if load.since.is_none() && first.0 - start.day.0 >= SILENT_DAYS {
        (load.since, load.since_range) = (Some(first), Some((CivilDay(first.0 - 1), first)));
    }
    if load.until.is_some() || end.day.0 - last.0 >= SILENT_DAYS {
        load.until = Some(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::UsageProfile;
    use crate::domain::{Calendar, Timestamp};
    use crate::evidence::{DayWeather, OwnFloor, Subject, hidden_load, scheduled_hours};
    use crate::population::{CustomerFacts, PeerBaseline};

    /// The load of 60 days as hours tell it, beside a home of 0.2 to 0.9 kW with an evening peak;
    /// where `cut`, nothing is drawn at all.
    fn look(load: impl Fn(usize) -> f32, cut: impl Fn(usize) -> bool) -> HiddenLoad {
        let calendar = Calendar::new(None).unwrap();
        let home = |hour: usize| {
            0.2 + ((hour * 7919) % 11) as f32 / 110.0 + if (17..22).contains(&(hour % 24)) { 0.6 } else { 0.0 }
        };
        let kw = (0..60 * 24).map(|hour| if cut(hour) { 0.0 } else { home(hour) + load(hour) }).collect();
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw };
        let profile = UsageProfile::of(&without_cuts(&series), &calendar);
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(-1.0), ln_floor_kw: Some(0.2_f64.ln()) };
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let subject = Subject::new(&profile, Some(&peers), &facts, &weather);
        by_hours(
            &hidden_load(&subject, OwnFloor::AsPeers).unwrap(),
            &DayFold::of(&series, &calendar),
            scheduled_hours(&subject),
            None,
        )
    }

    fn is_about(kwh: f64, true_kwh: f64) -> bool {
        (kwh / true_kwh - 1.0).abs() < 0.06
    }

    #[test]
    fn pauses_add_no_energy() {
        // Runs two days of four from the 33rd day on: 14 days in all.
        let found = look(|hour| if hour >= 24 * 32 && hour / 24 % 4 < 2 { 6.5 } else { 0.0 }, |_| false);
        assert!(is_about(found.kwh, 6.5 * 24.0 * 14.0), "{found:?}");
    }

    #[test]
    fn a_load_that_grows_unit_by_unit_is_counted_by_its_steps() {
        let found = look(|hour| 3.25 * (hour / (24 * 15)) as f32, |_| false);
        assert!(is_about(found.kwh, 3.25 * 24.0 * 15.0 * 6.0), "{found:?}");
        assert_eq!(found.since, Some(CivilDay(15)), "{found:?}");
    }

    #[test]
    fn power_cuts_of_some_hours_invent_no_date() {
        // Cut for four hours a day from the 20th to the 25th day.
        let cut = |hour: usize| (20..25).contains(&(hour / 24)) && (10..14).contains(&(hour % 24));
        let found = look(|_| 3.3, cut);
        assert_eq!((found.since, found.until), (None, None), "{found:?}");
        assert!(is_about(found.kwh, 3.3 * (24.0 * 60.0 - 20.0)), "{found:?}");
    }

    #[test]
    fn a_load_of_long_pauses_is_followed_through_days_that_look_like_days_without_it() {
        // Two days of running, then four of rest, from the first day to the last; in the middle
        // five days without a pause.
        let runs = |hour: usize| hour / 24 % 6 < 2 || (24 * 24..24 * 29).contains(&hour);
        let found = look(|hour| if runs(hour) { 5.0 } else { 0.0 }, |_| false);
        let hours = (0..60 * 24).filter(|&hour| runs(hour)).count();
        assert_eq!((found.since, found.until), (None, None), "{found:?}");
        assert!(is_about(found.kwh, 5.0 * hours as f64), "{found:?}");
    }

    #[test]
    fn a_display_of_whole_kilowatt_hours_does_not_shrink_a_load() {
        let calendar = Calendar::new(None).unwrap();
        // 4.65 kW beside a home of 0.2 kW and more, counted in whole kWh.
        let mut counter = 0.0_f64;
        let kw = (0..60 * 24).map(|hour: usize| {
            let before = counter.floor();
            counter += 4.85 + if (17..22).contains(&(hour % 24)) { 0.6 } else { 0.0 };
            (counter.floor() - before) as f32
        });
        let series = LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: kw.collect() };
        let profile = UsageProfile::of(&series, &calendar);
        let peers = PeerBaseline { members: 100, ln_mean_kw: Some(-1.0), ln_floor_kw: Some(0.2_f64.ln()) };
        let (facts, weather) = (CustomerFacts::of(None), DayWeather::default());
        let subject = Subject::new(&profile, Some(&peers), &facts, &weather);
        let found =
            by_hours(&hidden_load(&subject, OwnFloor::AsPeers).unwrap(), &DayFold::of(&series, &calendar), None, None);
        assert!((found.kw / 4.65 - 1.0).abs() < 0.05 && is_about(found.kwh, 4.65 * 24.0 * 60.0), "{found:?}");
    }

    #[test]
    fn a_constant_load_is_not_claimed_to_draw_more_than_the_meter_shows() {
        // One hour in six lies at 1.7 kW: no constant load of 2.5 kW can be there.
        let home = |hour: usize| if hour % 6 == 3 { 1.4 } else { 2.6 };
        let mut load = look(|_| 2.5, |_| false);
        assert_eq!(load.forbidden_kw, None, "{load:?}");
        let fold = DayFold::of(
            &LoadSeries {
                usage_point: "A".into(),
                start: Timestamp(0),
                step_min: 60,
                kw: (0..60 * 24).map(home).collect(),
            },
            &Calendar::new(None).unwrap(),
        );
        keep_below_edge(&mut load, &fold, &(0..60).collect::<Vec<_>>());
        assert!(load.kw < 1.5 && load.forbidden_kw.is_some_and(|kw| kw > 2.3), "{load:?}");
    }

    #[test]
    fn a_home_that_often_draws_nothing_has_no_power_cuts() {
        let series = LoadSeries {
            usage_point: "A".into(),
            start: Timestamp(0),
            step_min: 60,
            kw: (0..240).map(|hour| (hour % 3) as f32).collect(),
        };
        assert_eq!(without_cuts(&series), series);
    }
}
