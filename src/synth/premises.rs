//! Businesses, institutions, and lawful loads that look like a farm.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::domain::DayKind;

use super::home::{HomeHeating, add_event, around, home_kw, poisson};
use super::scene::Scene;

/// What stands on a usage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Premises {
    Home,
    Shop,
    Office,
    School,
    Workshop,
    RoundTheClock,
    StorageHeater,
    Ev,
    StreetLight,
    Telecom,
    ColdStore,
    Pump,
    Bakery,
    Greenhouse,
    CommonArea,
}

/// Businesses with their share.
const BUSINESSES: &[(Premises, f64)] =
    &[(Premises::Shop, 0.4), (Premises::Office, 0.25), (Premises::School, 0.12), (Premises::Workshop, 0.15), (Premises::RoundTheClock, 0.08)];

/// Lawful look-alikes, in turn.
pub(super) const LOOK_ALIKES: &[Premises] = &[
    Premises::StorageHeater,
    Premises::Ev,
    Premises::StreetLight,
    Premises::Telecom,
    Premises::ColdStore,
    Premises::Pump,
    Premises::Bakery,
    Premises::Greenhouse,
    Premises::CommonArea,
];

impl Premises {
    /// A business, by share.
    pub(super) fn draw_business(rng: &mut ChaCha8Rng) -> Self {
        let mut left: f64 = rng.random_range(0.0..1.0);
        for &(business, share) in BUSINESSES {
            left -= share;
            if left <= 0.0 {
                return business;
            }
        }
        Self::Shop
    }

    /// Kind in `truth.csv`.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Shop | Self::Office | Self::School | Self::Workshop | Self::RoundTheClock => "building",
            Self::StorageHeater => "look:storage_heater",
            Self::Ev => "look:ev",
            Self::StreetLight => "look:street_light",
            Self::Telecom => "look:telecom",
            Self::ColdStore => "look:cold_store",
            Self::Pump => "look:pump",
            Self::Bakery => "look:bakery",
            Self::Greenhouse => "look:greenhouse",
            Self::CommonArea => "look:common_area",
        }
    }

    /// Tariff class.
    pub(super) fn tariff_class(self) -> &'static str {
        match self {
            Self::Home | Self::StorageHeater | Self::Ev => "household",
            Self::School => "budget",
            Self::StreetLight => "street_lighting",
            _ => "business",
        }
    }

    /// Load, kW in each interval.
    pub(super) fn load_kw(self, rng: &mut ChaCha8Rng, scene: &Scene, heating: HomeHeating) -> Vec<f32> {
        match self {
            Self::Home => home_kw(rng, scene, heating),
            Self::StorageHeater => home_kw(rng, scene, HomeHeating::Storage),
            Self::Ev => with_car(rng, scene),
            Self::Shop => opening_hours(rng, scene, (9.0, 20.0), 0.9, 6.0),
            Self::Office => opening_hours(rng, scene, (8.0, 18.5), 0.15, 15.0),
            Self::School => opening_hours(rng, scene, (7.5, 16.0), 0.1, 25.0),
            Self::Workshop => opening_hours(rng, scene, (7.0, 17.0), 0.3, 20.0),
            Self::RoundTheClock => opening_hours(rng, scene, (0.0, 24.0), 1.0, 25.0),
            Self::StreetLight => street_light(rng, scene),
            Self::Telecom => telecom(rng, scene),
            Self::ColdStore => cold_store(rng, scene),
            Self::Pump => pump(rng, scene),
            Self::Bakery => windowed(rng, scene, 8.0, (1.0, 8.0), true),
            Self::Greenhouse => windowed(rng, scene, 10.0, (4.0, 22.0), false),
            Self::CommonArea => opening_hours(rng, scene, (6.0, 24.0), 1.0, 1.5),
        }
    }
}

/// A business with a base load, opening hours, a weekend factor, and a response to the weather. `size_kw` is the median of its daytime load.
fn opening_hours(rng: &mut ChaCha8Rng, scene: &Scene, (open, close): (f64, f64), weekend: f64, size_kw: f64) -> Vec<f32> {
    let day_kw = around(rng, size_kw, 0.9);
    let base_kw = day_kw * rng.random_range(0.12..0.6);
    let (open, close) = (open + rng.random_range(-0.7..0.7), close + rng.random_range(-1.0..1.0));
    let (heat, cool) = (around(rng, 0.006, 0.8), around(rng, 0.012, 0.8));
    let noise = rng.random_range(0.03..0.10);
    let mut drift = 0.0;
    let mut of_day = vec![1.0; scene.days.len()];
    for level in &mut of_day {
        *level = around(rng, 1.0, 0.08);
    }
    (0..scene.len())
        .map(|index| {
            let day = scene.day_of[index] as usize;
            let normal: f64 = StandardNormal.sample(rng);
            drift = 0.7 * drift + noise * normal;
            let hour = f64::from(scene.hour[index]);
            let ramp = ((hour - open).min(close - hour) / 0.75 + 0.5).clamp(0.0, 1.0);
            let today = if scene.days[day].kind == DayKind::Weekend { weekend } else { 1.0 };
            let temperature = f64::from(scene.temperature_c[index]);
            let weather = 1.0 + heat * (15.0 - temperature).max(0.0) + cool * (temperature - 20.0).max(0.0);
            ((base_kw + (day_kw - base_kw) * ramp * today * of_day[day]) * weather * (1.0 + drift)).max(0.0) as f32
        })
        .collect()
}

fn with_car(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<f32> {
    let mut load = home_kw(rng, scene, HomeHeating::None);
    let kw = [3.7, 7.4, 11.0][rng.random_range(0..3_usize)];
    for day in &scene.days {
        if rng.random_bool(0.6) {
            let hour = rng.random_range(18.0..23.9);
            let minutes = rng.random_range(60.0..400.0);
            add_event(&mut load, scene, day.first, hour, kw, minutes);
        }
    }
    load
}

fn street_light(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<f32> {
    let kw = around(rng, 4.0, 0.5);
    let noon = rng.random_range(12.8..13.4);
    (0..scene.len())
        .map(|index| {
            let day = &scene.days[scene.day_of[index] as usize];
            let from_noon = (f64::from(scene.hour[index]) + scene.step_h() / 2.0 - noon).abs();
            let lit = ((from_noon - (24.0 - day.night_h) / 2.0) / scene.step_h() + 0.5).clamp(0.0, 1.0);
            (kw * lit * rng.random_range(0.995..1.005)) as f32
        })
        .collect()
}

fn telecom(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<f32> {
    let kw = rng.random_range(1.5..5.0);
    let traffic = rng.random_range(0.05..0.18);
    (0..scene.len())
        .map(|index| {
            let hour = f64::from(scene.hour[index]);
            let busy = (std::f64::consts::TAU * (hour - 15.0) / 24.0).cos().max(-0.6);
            let cooling = 0.015 * f64::from(scene.temperature_c[index] - 18.0).max(0.0);
            (kw * (1.0 + traffic * busy + cooling) * rng.random_range(0.98..1.02)) as f32
        })
        .collect()
}

fn cold_store(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<f32> {
    let kw = around(rng, 8.0, 0.4);
    let slope = rng.random_range(0.012..0.03);
    let doors = rng.random_range(0.1..0.3);
    (0..scene.len())
        .map(|index| {
            let open = f64::from(u8::from((8.0..18.0).contains(&scene.hour[index])));
            let warm = 1.0 + slope * f64::from(scene.temperature_c[index] - 5.0);
            (kw * warm.max(0.3) * (1.0 + doors * open) * rng.random_range(0.85..1.15)) as f32
        })
        .collect()
}

fn pump(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<f32> {
    let kw = around(rng, 7.0, 0.4);
    let mut on = true;
    (0..scene.len())
        .map(|index| {
            let hour = scene.hour[index];
            let thirst = if (6.0..10.0).contains(&hour) || (18.0..22.0).contains(&hour) { 0.8 } else { 0.4 };
            if rng.random_bool(0.35) {
                on = rng.random_bool(thirst);
            }
            (if on { kw } else { 0.05 } * rng.random_range(0.98..1.02)) as f32
        })
        .collect()
}

/// A load in a daily window. A bakery rests one day a week and varies; a greenhouse keeps to its timer.
fn windowed(rng: &mut ChaCha8Rng, scene: &Scene, size_kw: f64, (from, to): (f64, f64), varies: bool) -> Vec<f32> {
    let kw = around(rng, size_kw, 0.5);
    let mut load: Vec<f32> = (0..scene.len()).map(|_| (kw * 0.06 * rng.random_range(0.7..1.3)) as f32).collect();
    for day in &scene.days {
        if varies && day.kind == DayKind::Weekend && rng.random_bool(0.5) {
            continue;
        }
        let (level, jitter) = if varies { (around(rng, kw, 0.15), rng.random_range(-0.6..0.6)) } else { (kw, 0.0) };
        add_event(&mut load, scene, day.first, from + jitter, level, 60.0 * (to - from));
        for _ in 0..poisson(rng, if varies { 4.0 } else { 0.0 }) {
            let hour = rng.random_range(from..to);
            add_event(&mut load, scene, day.first, hour, 0.3 * kw, 30.0);
        }
    }
    load
}
