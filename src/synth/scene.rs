//! The stage on which all load plays: one time axis, one clock, one weather.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::domain::{Calendar, CalendarError, CivilDay, DayKind, Purpose, Timestamp, seed_of};

use super::SimulateSettings;

/// Latitude of the synthetic city, degrees north.
pub(super) const LATITUDE: f64 = 50.0;

/// Axis, clock and weather of a synthetic utility.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) calendar: Calendar,
    pub(super) step_min: u32,
    /// Start of every interval.
    pub(super) start: Vec<Timestamp>,
    /// Local hour of every interval, with fractions.
    pub(super) hour: Vec<f32>,
    /// Index into `days` of every interval.
    pub(super) day_of: Vec<u32>,
    /// Days with their first interval.
    pub(super) days: Vec<SceneDay>,
    /// Temperature of every interval, °C.
    pub(super) temperature_c: Vec<f32>,
}

/// One day of the scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct SceneDay {
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) kind: DayKind,
    /// Hours from sunset to sunrise.
    pub(super) night_h: f64,
    /// Mean temperature, °C.
    pub(super) mean_c: f32,
}

impl Scene {
    /// Lays out the axis and draws the weather.
    ///
    /// # Errors
    /// When the time zone is unknown.
    pub(super) fn new(settings: &SimulateSettings) -> Result<Self, CalendarError> {
        let calendar = Calendar::new(Some(&settings.timezone))?;
        let first_day = CivilDay::parse(&settings.start).unwrap_or(CivilDay(0));
        let step_s = i64::from(settings.step_min) * 60;
        let mut scene = Self {
            calendar,
            step_min: settings.step_min,
            start: Vec::new(),
            hour: Vec::new(),
            day_of: Vec::new(),
            days: Vec::new(),
            temperature_c: Vec::new(),
        };
        let mut weather = WeatherDraw::new(settings.seed);
        for index in 0..settings.days {
            let day = CivilDay(first_day.0 + index as i32);
            let (from, to) = (scene.calendar.day_start(day), scene.calendar.day_start(CivilDay(day.0 + 1)));
            let first = scene.start.len();
            let mut at = from;
            while at < to {
                let hour = (at.0 - from.0) as f32 / 3600.0;
                scene.start.push(at);
                scene.hour.push(hour);
                scene.day_of.push(index);
                scene.temperature_c.push(weather.next(day, f64::from(hour), f64::from(settings.step_min) / 60.0) as f32);
                at = Timestamp(at.0 + step_s);
            }
            let of_day = &scene.temperature_c[first..];
            let mean_c = of_day.iter().sum::<f32>() / of_day.len().max(1) as f32;
            scene.days.push(SceneDay { first, end: scene.start.len(), kind: day.kind(), night_h: night_hours(day), mean_c });
        }
        Ok(scene)
    }

    /// Number of intervals.
    pub(super) fn len(&self) -> usize {
        self.start.len()
    }

    /// Length of an interval, hours.
    pub(super) fn step_h(&self) -> f64 {
        f64::from(self.step_min) / 60.0
    }
}

/// Continental weather: a yearly and a daily wave, and fronts that pass in days.
struct WeatherDraw {
    rng: ChaCha8Rng,
    front_c: f64,
}

impl WeatherDraw {
    fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed_of(seed, "weather", Purpose::Synthesis, 0)), front_c: 0.0 }
    }

    fn next(&mut self, day: CivilDay, hour: f64, step_h: f64) -> f64 {
        const FRONT_C: f64 = 4.5;
        const FRONT_HOURS: f64 = 60.0;
        let memory = (-step_h / FRONT_HOURS).exp();
        let normal: f64 = StandardNormal.sample(&mut self.rng);
        self.front_c = memory * self.front_c + FRONT_C * (1.0 - memory * memory).sqrt() * normal;
        let year = std::f64::consts::TAU * (f64::from(day.day_of_year()) - 20.0) / 365.0;
        let daily = 4.0 * (std::f64::consts::TAU * (hour - 9.0) / 24.0).sin();
        4.0 - 17.0 * year.cos() + daily + self.front_c
    }
}

/// Hours from sunset to sunrise. Source: sunrise equation with declination after Cooper (1969).
fn night_hours(day: CivilDay) -> f64 {
    let declination = (23.45 * (std::f64::consts::TAU * (284.0 + f64::from(day.day_of_year())) / 365.0).sin()).to_radians();
    let half_day = (-LATITUDE.to_radians().tan() * declination.tan()).clamp(-1.0, 1.0).acos();
    24.0 - 24.0 * half_day / std::f64::consts::PI
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_long_in_december_and_short_in_june() {
        let night = |text: &str| night_hours(CivilDay::parse(text).unwrap());
        assert!(night("2025-12-21") > 15.0 && night("2025-06-21") < 9.0);
        assert!((night("2025-03-21") - 12.0).abs() < 0.3);
    }
}
