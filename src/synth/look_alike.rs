//! Lawful loads that share something with a farm: flat, or rectangular at night, or strong and new.
//!
//! Each has what tells it apart: street lamps follow the sun, cold stores and telecom huts the
//! temperature, pumps the water demand, bakeries the weekday, greenhouses their photoperiod in lamp
//! steps, dormitories their people. A server room has nothing of the kind: only a register knows
//! it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::business::{BusinessKind, BusinessModel};
use super::chance::{AutoRegression, between, chance, log_uniform, normal, pick, poisson};
use super::heating::{HeatingKind, HeatingModel};
use super::home::HomeModel;
use super::scene::{Scene, SceneDay, add_run};

/// Minute of the day at which dimmed street lamps go back to full power.
const FULL_AGAIN_MIN: f64 = 300.0;

/// A kind of lawful look-alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LookAlike {
    /// Home with storage heaters.
    StorageHeater,
    /// Home with direct heaters.
    DirectHeater,
    /// Home that charges a car.
    Ev,
    /// Street lighting.
    StreetLight,
    /// Telecom station.
    Telecom,
    /// Cold store.
    ColdStore,
    /// Water pumping.
    Pump,
    /// Bakery.
    Bakery,
    /// Greenhouse with lamps.
    Greenhouse,
    /// Lifts, stair lights and pumps of an apartment house.
    CommonArea,
    /// Dormitory.
    Dormitory,
    /// Server room.
    ServerRoom,
    /// Boiler house: pumps and fans that start with the heating season; only where asked for.
    BoilerHouse,
}

impl LookAlike {
    /// The kinds that every utility has, in a fixed order; a small one gets them in this order.
    pub(super) const ALL: [Self; 12] = [
        Self::StreetLight,
        Self::StorageHeater,
        Self::Telecom,
        Self::Bakery,
        Self::ColdStore,
        Self::DirectHeater,
        Self::Ev,
        Self::Pump,
        Self::Greenhouse,
        Self::CommonArea,
        Self::Dormitory,
        Self::ServerRoom,
    ];

    /// The kind written to `truth.csv`.
    pub(super) fn truth_kind(self) -> &'static str {
        match self {
            Self::StorageHeater => "look:storage_heater",
            Self::DirectHeater => "look:direct_heater",
            Self::Ev => "look:ev",
            Self::StreetLight => "look:street_light",
            Self::Telecom => "look:telecom",
            Self::ColdStore => "look:cold_store",
            Self::Pump => "look:pump",
            Self::Bakery => "look:bakery",
            Self::Greenhouse => "look:greenhouse",
            Self::CommonArea => "look:common_area",
            Self::Dormitory => "look:dormitory",
            Self::ServerRoom => "look:server_room",
            Self::BoilerHouse => "look:boiler_house",
        }
    }

    /// Whether it is a home with something more.
    pub(super) fn is_home(self) -> bool {
        matches!(self, Self::StorageHeater | Self::DirectHeater | Self::Ev)
    }

    /// Draws a rated power, kW: the number that its contract follows.
    pub(super) fn draw_kw(self, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Self::StorageHeater | Self::DirectHeater => between(rng, 4.0, 10.0),
            Self::Ev => pick(rng, &[3.7, 7.4, 7.4, 11.0]),
            Self::StreetLight => log_uniform(rng, 1.5, 40.0),
            Self::Telecom => log_uniform(rng, 1.0, 7.0),
            Self::ColdStore => log_uniform(rng, 5.0, 80.0),
            Self::Pump => log_uniform(rng, 2.0, 60.0),
            Self::Bakery => log_uniform(rng, 8.0, 60.0),
            Self::Greenhouse => log_uniform(rng, 8.0, 120.0),
            Self::CommonArea => log_uniform(rng, 0.5, 5.0),
            Self::Dormitory => log_uniform(rng, 10.0, 80.0),
            Self::ServerRoom => log_uniform(rng, 3.0, 50.0),
            Self::BoilerHouse => log_uniform(rng, 2.0, 40.0),
        }
    }

    /// Adds its load of rated power `kw` to `load`, mean kW per interval of the scene. Homes get a
    /// household as well.
    pub(super) fn add_to(self, rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, persons: u32, load: &mut [f32]) {
        if self.is_home() {
            HomeModel::draw(rng, persons).add_to(rng, scene, load);
        }
        match self {
            Self::StorageHeater => add_heating(rng, scene, HeatingKind::Storage, kw, load),
            Self::DirectHeater => add_heating(rng, scene, HeatingKind::Direct, kw, load),
            Self::Ev => add_ev(rng, scene, kw, load),
            Self::StreetLight => add_street_light(rng, scene, kw, load),
            Self::Telecom => add_telecom(rng, scene, kw, load),
            Self::ColdStore => add_cold_store(rng, scene, kw, load),
            Self::Pump => add_pump(rng, scene, kw, load),
            Self::Bakery => add_bakery(rng, scene, kw, load),
            Self::Greenhouse => add_greenhouse(rng, scene, kw, load),
            Self::CommonArea => add_common_area(rng, scene, kw, load),
            Self::Dormitory => add_dormitory(rng, scene, kw, load),
            Self::ServerRoom => add_server_room(rng, scene, kw, load),
            Self::BoilerHouse => add_boiler_house(rng, scene, kw, load),
        }
    }
}

/// Adds `kw` times what `level` says of each interval, with fast noise; `level` gets the interval,
/// its hour and its day.
fn add_level(
    rng: &mut ChaCha8Rng,
    scene: &Scene,
    kw: f64,
    noise_sd: f64,
    load: &mut [f32],
    level: impl Fn(usize, f64, &SceneDay) -> f64,
) {
    let mut noise = AutoRegression::new(rng, noise_sd, scene.step_h());
    for day in &scene.days {
        for (i, value) in load.iter_mut().enumerate().take(day.end).skip(day.first) {
            let hour = f64::from(scene.local.minute[i]) / 60.0;
            *value += (kw * level(i, hour, day) * (1.0 + noise.next(rng))).max(0.0) as f32;
        }
    }
}

/// A smooth daily wave, 1 at `top_h` and −1 twelve hours away.
fn wave(hour: f64, top_h: f64) -> f64 {
    (std::f64::consts::TAU * (hour - top_h) / 24.0).cos()
}

fn add_heating(rng: &mut ChaCha8Rng, scene: &Scene, kind: HeatingKind, kw: f64, load: &mut [f32]) {
    let mut model = HeatingModel::draw_of(rng, kind);
    model.installed_kw = kw;
    model.add_to(rng, scene, load);
}

fn add_ev(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let (a_day, at_h) = (between(rng, 0.35, 0.8), pick(rng, &[19.0, 22.0, 23.0, 1.0]));
    let step = f64::from(scene.step_min);
    for day in &scene.days {
        if chance(rng, a_day) {
            let at = day.first as f64 * step + 60.0 * (at_h + 0.7 * normal(rng));
            add_run(load, step, at, between(rng, 60.0, 1800.0 / kw), kw);
        }
    }
}

/// Lamps from a little after sunset to a little before sunrise; a third of the installations dim at
/// midnight.
fn add_street_light(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let (late, early) = (between(rng, 5.0, 25.0), between(rng, 5.0, 25.0));
    let dimmed = if chance(rng, 0.33) { between(rng, 0.4, 0.7) } else { 1.0 };
    let standby = between(rng, 0.0, 0.01);
    let step = f64::from(scene.step_min);
    for (number, day) in scene.days.iter().enumerate() {
        let midnight = day.first as f64 * step;
        let level = kw * (1.0 + 0.01 * normal(rng));
        if number == 0 {
            add_run(load, step, 0.0, day.sunrise_min - early, level * dimmed);
        }
        let on = day.sunset_min + late;
        add_run(load, step, midnight + on, 1440.0 - on, level);
        let off = scene.days.get(number + 1).map_or(day.sunrise_min, |next| next.sunrise_min) - early;
        add_run(load, step, midnight + 1440.0, off.min(FULL_AGAIN_MIN), level * dimmed);
        add_run(load, step, midnight + 1440.0 + FULL_AGAIN_MIN, off - FULL_AGAIN_MIN, level);
    }
    for value in load.iter_mut() {
        *value += (standby * kw) as f32;
    }
}

fn add_telecom(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let (traffic, cooling) = (between(rng, 0.03, 0.10), between(rng, 0.008, 0.02));
    let level = |i: usize, hour: f64, _: &SceneDay| {
        let warm = (f64::from(scene.temperature_c[i]) - 12.0).max(0.0);
        0.7 * (1.0 + traffic * wave(hour, 20.0) + cooling * warm)
    };
    add_level(rng, scene, kw, 0.012, load, level);
}

fn add_cold_store(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let (slope, doors) = (between(rng, 0.008, 0.02), between(rng, 0.08, 0.3));
    let level = |i: usize, hour: f64, day: &SceneDay| {
        let open = if (8.0..19.0).contains(&hour) && !day.weekend { doors } else { 0.0 };
        0.5 * (1.0 + slope * f64::from(scene.smooth_c[i]) + open)
    };
    add_level(rng, scene, kw, 0.06, load, level);
}

fn add_pump(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    if chance(rng, 0.5) {
        // Two levels: a base pump always, a second one when demand is high.
        let shift = between(rng, -1.0, 1.0);
        let high = |hour: f64| (6.0..10.0).contains(&(hour + shift)) || (17.0..22.5).contains(&(hour + shift));
        add_level(rng, scene, kw, 0.015, load, |_, hour, _| if high(hour) { 1.0 } else { 0.5 });
        return;
    }
    let level = |_: usize, hour: f64, _: &SceneDay| 0.6 + 0.25 * wave(hour, 19.5) * 0.5 + 0.2 * wave(2.0 * hour, 15.0);
    add_level(rng, scene, kw, 0.05, load, level);
}

fn add_bakery(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let (from_h, hours) = (between(rng, 21.0, 24.0), between(rng, 6.0, 9.0));
    let step = f64::from(scene.step_min);
    let base = between(rng, 0.05, 0.15);
    for day in &scene.days {
        // Less is baked for a day off, and amounts differ from night to night.
        let amount = if day.day_off() { 0.7 } else { 1.0 } * between(rng, 0.9, 1.05);
        let from = day.first as f64 * step + 60.0 * from_h + 8.0 * normal(rng);
        add_run(load, step, from, 60.0 * hours * amount, 0.6 * kw * amount);
        for _ in 0..poisson(rng, 1.8 * hours) {
            add_run(load, step, from + 60.0 * between(rng, 0.2, hours), between(rng, 10.0, 35.0), 0.2 * kw);
        }
    }
    add_level(rng, scene, kw, 0.1, load, |_, hour, _| if (8.0..18.0).contains(&hour) { 2.0 * base } else { base });
}

/// Lamps in whole banks through a photoperiod of 12 or 18 hours that is never changed in the
/// window, and pumps; off between two crops.
fn add_greenhouse(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let hours = pick(rng, &[12.0, 16.0, 18.0]);
    let from_h = between(rng, 15.0, 23.0);
    let change = rng.random_range(0..scene.days.len().max(2) * 2);
    let lit = |hour: f64| (hour - from_h).rem_euclid(24.0) < hours;
    let first_of_gap = scene.days.get(change).map_or(usize::MAX, |day| day.first);
    let end_of_gap = scene.days.get(change + 10).map_or(usize::MAX, |day| day.first);
    let level = |i: usize, hour: f64, _: &SceneDay| {
        let lamps = if lit(hour) && !(first_of_gap..end_of_gap).contains(&i) { 0.85 } else { 0.0 };
        lamps + 0.06 + 0.03 * wave(hour, 14.0)
    };
    add_level(rng, scene, kw, 0.008, load, level);
}

fn add_common_area(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let evening = between(rng, 0.15, 0.5);
    let level =
        |_: usize, hour: f64, _: &SceneDay| 0.6 + evening * wave(hour, 20.5).max(0.0) - 0.1 * wave(hour, 3.5).max(0.0);
    add_level(rng, scene, kw, 0.08, load, level);
}

fn add_dormitory(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let base = between(rng, 0.3, 0.5);
    let level = |i: usize, hour: f64, day: &SceneDay| {
        let people = if day.weekend { 0.85 } else { 1.0 };
        let cold = 0.008 * (14.0 - f64::from(scene.smooth_c[i])).max(0.0);
        base + cold + people * (0.18 + 0.16 * wave(hour, 20.5) + 0.04 * wave(2.0 * hour, 16.0))
    };
    add_level(rng, scene, kw, 0.04, load, level);
}

/// A light and a guard until the season, then a pump day and night, and fans that follow the cold;
/// tried out for some hours in the week before.
fn add_boiler_house(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let per_day = scene.len() as f64 / scene.days.len().max(1) as f64;
    let from = ((scene.season_day as f64 + between(rng, -3.0, 3.0)) * per_day).max(0.0) as usize;
    let trial = from.saturating_sub((between(rng, 1.0, 7.0) * per_day) as usize);
    let trial_end = trial + (between(rng, 0.1, 0.4) * per_day) as usize;
    let (fans, light) = (between(rng, 0.0, 0.35), between(rng, 0.01, 0.05));
    let level = |i: usize, _: f64, _: &SceneDay| {
        let cold = ((10.0 - f64::from(scene.smooth_c[i])) / 30.0).clamp(0.0, 1.0);
        let pumps = if i >= from || (trial..trial_end).contains(&i) { 0.65 + fans * cold } else { 0.0 };
        light + pumps
    };
    add_level(rng, scene, kw, 0.01, load, level);
}

fn add_server_room(rng: &mut ChaCha8Rng, scene: &Scene, kw: f64, load: &mut [f32]) {
    let mut office = BusinessModel::draw(rng, BusinessKind::Office);
    office.size_kw = office.size_kw.min(0.5 * kw);
    office.add_to(rng, scene, load);
    let (cooling, growth) = (between(rng, 0.002, 0.008), between(rng, 0.0, 0.06));
    let intervals = scene.len() as f64;
    let level = |i: usize, _: f64, _: &SceneDay| {
        let warm = (f64::from(scene.temperature_c[i]) - 10.0).max(0.0);
        0.75 * (1.0 + cooling * warm + growth * i as f64 / intervals)
    };
    add_level(rng, scene, kw, 0.012, load, level);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::synth::SimulateSettings;

    fn scene(start: &str) -> Scene {
        Scene::new(
            &SimulateSettings { start: start.into(), days: 28, step_min: 15, ..SimulateSettings::default() }
                .checked()
                .unwrap(),
        )
    }

    fn load(scene: &Scene, kind: LookAlike, seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut load = vec![0.0; scene.len()];
        kind.add_to(&mut rng, scene, 10.0, 2, &mut load);
        load
    }

    /// Quarter hour after noon at which the load first passes half its highest value.
    fn switch_on(day: &[f32]) -> usize {
        let half = day.iter().copied().fold(0.0, f32::max) / 2.0;
        48 + day[48..].iter().position(|&kw| kw > half).unwrap()
    }

    #[test]
    fn a_street_lamp_switches_on_later_in_summer() {
        let hour = |start| switch_on(&load(&scene(start), LookAlike::StreetLight, 4)[96..192]) as f64 / 4.0;
        let (winter, summer) = (hour("2025-01-01"), hour("2025-06-10"));
        assert!((1.5..4.5).contains(&(summer - winter)), "{winter} {summer}");
    }

    #[test]
    fn street_lamps_are_dark_at_noon() {
        let load = load(&scene("2025-03-01"), LookAlike::StreetLight, 5);
        assert!(load.chunks(96).all(|day| day[48] < 0.2 && day[2] > 3.0));
    }

    #[test]
    fn every_look_alike_draws_power_and_none_is_negative() {
        let scene = scene("2025-01-10");
        for kind in LookAlike::ALL {
            let load = load(&scene, kind, 9);
            let mean = load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len() as f64;
            assert!((0.3..14.0).contains(&mean), "{kind:?}: {mean}");
            assert!(load.iter().all(|&kw| kw >= 0.0), "{kind:?}");
        }
    }

    #[test]
    fn a_cold_store_works_harder_in_summer() {
        let total = |start| load(&scene(start), LookAlike::ColdStore, 2).iter().sum::<f32>();
        assert!(total("2025-07-01") > 1.15 * total("2025-01-10"));
    }
}
