//! What all customers of a synthetic utility share: the time axis, the calendar with its holidays,
//! the weather and the sun.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::chance::between;
use super::local_time::LocalTimes;
use super::place::Place;
use super::settings::CheckedSettings;
use crate::domain::{Calendar, CivilDay, DayKind, Purpose, Timestamp, seed_of};

/// Public holidays by (month, day): those of Kazakhstan with a fixed date.
const HOLIDAYS: [(i8, i8); 13] =
    [(1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9), (7, 6), (8, 30), (12, 16)];
/// School holidays as (first, last) of (month, day).
const SCHOOL_HOLIDAYS: [((i8, i8), (i8, i8)); 4] =
    [((1, 1), (1, 10)), ((3, 19), (3, 29)), ((5, 26), (8, 31)), ((10, 27), (11, 2))];

/// How far a clock without a zone is ahead of UTC, for the sun only: UTC+5, that of Kazakhstan.
const NO_ZONE_OFFSET_MIN: f64 = 300.0;

/// One local day of the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SceneDay {
    /// First interval of the day.
    pub(super) first: usize,
    /// First interval after the day.
    pub(super) end: usize,
    /// Saturday or Sunday.
    pub(super) weekend: bool,
    /// Public holiday.
    pub(super) holiday: bool,
    /// Schools are closed.
    pub(super) school_holiday: bool,
    /// Sunrise, minutes of the local day.
    pub(super) sunrise_min: f64,
    /// Sunset, minutes of the local day.
    pub(super) sunset_min: f64,
    /// Mean temperature, °C.
    pub(super) mean_c: f64,
}

impl SceneDay {
    /// Weekend or holiday: a day on which offices are closed.
    pub(super) fn day_off(&self) -> bool {
        self.weekend || self.holiday
    }
}

/// Time axis, calendar, weather and sun of the utility.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) calendar: Calendar,
    pub(super) place: Place,
    pub(super) step_min: u32,
    /// Start of every interval.
    pub(super) start: Vec<Timestamp>,
    /// The local clock along the axis.
    pub(super) local: LocalTimes,
    /// Temperature in every interval, °C.
    pub(super) temperature_c: Vec<f32>,
    /// Temperature that a heavy building feels: the mean of about the last day, °C.
    pub(super) smooth_c: Vec<f32>,
    /// The local days, in order; together they cover the axis.
    pub(super) days: Vec<SceneDay>,
    /// Day on which the heating season begins, 0 = the first.
    pub(super) season_day: usize,
    /// Hourly weather samples as written to `weather.csv`.
    pub(super) weather: Vec<(Timestamp, f32)>,
}

impl Scene {
    /// Builds the axis and draws the weather.
    pub(super) fn new(settings: &CheckedSettings) -> Self {
        let step_s = i64::from(settings.step_min) * 60;
        let begin = settings.calendar.day_start(settings.first_day);
        let end = settings.calendar.day_start(CivilDay(settings.first_day.0 + settings.days as i32));
        let start: Vec<Timestamp> = (0..(end.0 - begin.0) / step_s).map(|i| Timestamp(begin.0 + i * step_s)).collect();
        let local = LocalTimes::new(&start, &settings.calendar);
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, "weather", Purpose::Synthesis, 0));
        let hours = ((end.0 - begin.0) / 3600) as usize + 1;
        let hourly = settings.place.hourly_c(&mut rng, settings.first_day.day_of_year(), hours);
        let temperature_c: Vec<f32> =
            start.iter().map(|at| interpolate(&hourly, (at.0 - begin.0) as f64 / 3600.0)).collect();
        let mut scene = Self {
            calendar: settings.calendar.clone(),
            place: settings.place,
            step_min: settings.step_min,
            smooth_c: exponential_mean(&temperature_c, f64::from(settings.step_min) / 1440.0),
            weather: hourly.iter().enumerate().map(|(hour, &t)| (Timestamp(begin.0 + hour as i64 * 3600), t)).collect(),
            start,
            local,
            temperature_c,
            days: Vec::new(),
            season_day: settings.oddities.season_day.unwrap_or(settings.days * 2 / 5) as usize,
        };
        scene.weather.pop();
        scene.days = scene.days_of_axis();
        scene.close_for_holidays(settings);
        scene
    }

    /// Number of intervals.
    pub(super) fn len(&self) -> usize {
        self.start.len()
    }

    /// Length of an interval, hours.
    pub(super) fn step_h(&self) -> f64 {
        f64::from(self.step_min) / 60.0
    }

    /// Makes holidays of some working days that no calendar knows.
    fn close_for_holidays(&mut self, settings: &CheckedSettings) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, "holidays", Purpose::Synthesis, 0));
        let mut working: Vec<usize> = (0..self.days.len()).filter(|&day| !self.days[day].day_off()).collect();
        working.shuffle(&mut rng);
        working.iter().take(settings.oddities.extra_holidays as usize).for_each(|&day| self.days[day].holiday = true);
    }

    fn days_of_axis(&self) -> Vec<SceneDay> {
        let mut days = Vec::new();
        let mut first = 0;
        for group in self.local.day.chunk_by(|a, b| a == b) {
            let (civil, end) = (group[0], first + group.len());
            let date = civil.date();
            let month_day = (date.month(), date.day());
            let offset_min = self
                .calendar
                .zone_name()
                .map_or(NO_ZONE_OFFSET_MIN, |_| self.calendar.offset_s(self.start[first]) as f64 / 60.0);
            let (sunrise_min, sunset_min) = self.place.sun_minutes(civil.day_of_year(), offset_min);
            let sum: f64 = self.temperature_c[first..end].iter().map(|&t| f64::from(t)).sum();
            days.push(SceneDay {
                first,
                end,
                weekend: civil.kind() == DayKind::Weekend,
                holiday: HOLIDAYS.contains(&month_day),
                school_holiday: SCHOOL_HOLIDAYS.iter().any(|(from, to)| (*from..=*to).contains(&month_day)),
                sunrise_min,
                sunset_min,
                mean_c: sum / group.len() as f64,
            });
            first = end;
        }
        days
    }
}

/// Adds an appliance run of `kw` over `minutes` from `at_min` minutes after the axis begins, split
/// over the intervals it touches.
///
/// `load` holds mean kW per interval; what lies outside the axis is dropped.
pub(super) fn add_run(load: &mut [f32], step_min: f64, at_min: f64, minutes: f64, kw: f64) {
    let (from, to) = ((at_min / step_min).max(0.0), ((at_min + minutes) / step_min).min(load.len() as f64));
    if to <= from {
        return;
    }
    let (first, last) = (from as usize, (to as usize).min(load.len() - 1));
    if first == last {
        load[first] += ((to - from) * kw) as f32;
        return;
    }
    load[first] += ((first as f64 + 1.0 - from) * kw) as f32;
    load[first + 1..last].iter_mut().for_each(|value| *value += kw as f32);
    load[last] += ((to - last as f64) * kw) as f32;
}

fn interpolate(hourly: &[f32], hour: f64) -> f32 {
    let i = (hour as usize).min(hourly.len() - 1);
    let next = (i + 1).min(hourly.len() - 1);
    hourly[i] + (hourly[next] - hourly[i]) * (hour - i as f64) as f32
}

/// Exponentially weighted mean of the past; `steps` is the interval in units of the time constant.
fn exponential_mean(values: &[f32], steps: f64) -> Vec<f32> {
    let keep = (-steps).exp() as f32;
    let mut state = values.first().copied().unwrap_or(f32::NAN);
    let next = |&value: &f32| {
        state = keep * state + (1.0 - keep) * value;
        state
    };
    values.iter().map(next).collect()
}

/// An instant in the middle three fifths of the axis, on an interval's start.
pub(super) fn some_onset(rng: &mut ChaCha8Rng, scene: &Scene) -> Timestamp {
    let n = scene.len() as f64;
    scene.start[(between(rng, 0.2, 0.8) * n) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::SimulateSettings;

    #[test]
    fn an_appliance_run_keeps_its_energy_wherever_it_falls() {
        for (at, minutes) in [(10.0, 5.0), (25.0, 10.0), (0.0, 120.0), (59.0, 90.0)] {
            let mut load = vec![0.0; 8];
            add_run(&mut load, 30.0, at, minutes, 2.0);
            let energy = f64::from(load.iter().sum::<f32>()) * 0.5;
            assert!((energy - 2.0 * minutes / 60.0).abs() < 1e-5, "{at} {minutes}: {energy}");
        }
    }

    #[test]
    fn an_appliance_run_over_the_end_of_the_axis_is_cut() {
        let mut load = vec![0.0; 2];
        add_run(&mut load, 30.0, 45.0, 600.0, 1.0);
        assert_eq!(load, [0.0, 0.5]);
    }

    #[test]
    fn the_days_of_a_zone_with_clock_changes_cover_the_axis() {
        let settings = SimulateSettings { timezone: "Europe/Berlin".into(), days: 60, ..SimulateSettings::default() };
        let scene = Scene::new(&settings.checked().unwrap());
        assert_eq!(scene.days.len(), 60);
        assert_eq!(scene.days.iter().map(|day| day.end - day.first).sum::<usize>(), scene.len());
        assert!(scene.days.iter().any(|day| day.end - day.first == 46));
    }
}
