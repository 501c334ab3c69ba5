//! Homes: standby, fridge, lights and screens while people are up, and appliances as events, so that half-hours are as rough as real ones.
//!
//! The free numbers (how often, how much) were set so that half-hourly homes resemble metered ones in variation, load factor, base-load ratio and roughness;
//! the README of a simulated utility says what it is and what not.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, StandardNormal};

use crate::domain::DayKind;

use super::scene::Scene;

/// How the electric heating of a home works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HomeHeating {
    /// No electric heating.
    None,
    /// Direct heaters with a thermostat, at their limit in deep cold.
    Direct,
    /// Storage heaters charged at night.
    Storage,
}

/// A log-normal draw with this median and this spread of the logarithm.
pub(super) fn around(rng: &mut ChaCha8Rng, median: f64, spread: f64) -> f64 {
    LogNormal::new(median.ln(), spread).map_or(median, |distribution| distribution.sample(rng))
}

/// Appliance events of a kind: how often, when, how strong, how long.
struct Appliance {
    per_day: f64,
    /// Hours around which it is used, with a spread in hours.
    hours: &'static [f64],
    spread_h: f64,
    kw: (f64, f64),
    minutes: (f64, f64),
}

/// Load of one home, kW in each interval.
pub(super) fn home_kw(rng: &mut ChaCha8Rng, scene: &Scene, heating: HomeHeating) -> Vec<f32> {
    let size = around(rng, 1.36, 0.44);
    let mut load = quiet_kw(rng, scene, size);
    let appliances = appliances(rng, size);
    let away = away_days(rng, scene);
    for (index, day) in scene.days.iter().enumerate() {
        let busy = if away[index] { 0.0 } else { around(rng, 1.0, 0.35) * if day.kind == DayKind::Weekend { 1.2 } else { 1.0 } };
        for appliance in &appliances {
            for _ in 0..poisson(rng, appliance.per_day * busy) {
                let centre = appliance.hours[rng.random_range(0..appliance.hours.len())];
                let normal: f64 = StandardNormal.sample(rng);
                let hour = (centre + appliance.spread_h * normal).rem_euclid(24.0);
                let kw = rng.random_range(appliance.kw.0..appliance.kw.1);
                let minutes = rng.random_range(appliance.minutes.0..appliance.minutes.1);
                add_event(&mut load, scene, day.first, hour, kw, minutes);
            }
        }
    }
    match heating {
        HomeHeating::None => {}
        HomeHeating::Direct => add_direct_heating(rng, scene, &mut load, size),
        HomeHeating::Storage => add_storage_heating(rng, scene, &mut load, size),
    }
    load
}

/// Standby, fridge, lights and screens.
fn quiet_kw(rng: &mut ChaCha8Rng, scene: &Scene, size: f64) -> Vec<f32> {
    let standby = around(rng, 0.043, 0.8) * size;
    let fridge_kw = rng.random_range(0.04..0.13);
    let (cycle_h, duty) = (rng.random_range(0.8..2.2), rng.random_range(0.25..0.5));
    let phase = rng.random_range(0.0..cycle_h);
    let activity = around(rng, 0.19, 0.5) * size;
    let (wake, sleep, at_home) = (rng.random_range(5.5..8.5), rng.random_range(21.5..24.5), rng.random_range(0.35..1.0));
    let mut drift = 0.0_f64;
    (0..scene.len())
        .map(|index| {
            let hour = f64::from(scene.hour[index]);
            let normal: f64 = StandardNormal.sample(rng);
            drift = 0.5 * drift + 0.38 * normal;
            let up = if hour < wake || hour > sleep {
                0.12
            } else if (9.0..16.0).contains(&hour) {
                at_home
            } else {
                0.9 + 0.65 * f64::from(u8::from((17.5..22.5).contains(&hour)))
            };
            let turn = ((index as f64 * scene.step_h() + phase) % cycle_h) / cycle_h;
            let fridge = fridge_kw * share_on(turn, scene.step_h() / cycle_h, duty);
            (standby + fridge + activity * up * drift.exp() * 0.8) as f32
        })
        .collect()
}

/// Share of an interval in which a cycle that is `turn` of its way and advances by `advance` is in its first `duty` part.
fn share_on(turn: f64, advance: f64, duty: f64) -> f64 {
    if advance >= 1.0 {
        return duty;
    }
    let end = turn + advance;
    let on = (duty - turn).max(0.0).min(advance) + (end.min(1.0 + duty) - 1.0).max(0.0);
    on / advance
}

fn appliances(rng: &mut ChaCha8Rng, size: f64) -> Vec<Appliance> {
    let habit = around(rng, 0.48, 0.5);
    let mut rate = |per_day: f64| per_day * habit * size.powf(0.5) * rng.random_range(0.6..1.4);
    let mut list = vec![
        Appliance { per_day: rate(4.5), hours: &[7.0, 9.0, 13.0, 17.0, 20.0], spread_h: 1.5, kw: (2.0, 3.0), minutes: (2.0, 4.0) },
        Appliance { per_day: rate(1.1), hours: &[12.5, 17.5, 18.5], spread_h: 1.2, kw: (1.0, 2.1), minutes: (15.0, 55.0) },
        Appliance { per_day: rate(0.7), hours: &[9.0, 11.0, 15.0, 19.0], spread_h: 2.5, kw: (1.5, 2.1), minutes: (15.0, 40.0) },
        Appliance { per_day: rate(0.35), hours: &[10.0, 16.0, 20.0], spread_h: 2.0, kw: (1.5, 2.2), minutes: (35.0, 75.0) },
    ];
    if rng.random_bool(0.15) {
        let per_day = rng.random_range(0.2..1.0);
        list.push(Appliance { per_day, hours: &[7.0, 8.0, 19.0, 22.0], spread_h: 1.2, kw: (7.0, 8.5), minutes: (4.0, 8.0) });
    }
    if rng.random_bool(0.12) {
        let per_day = rng.random_range(0.3..1.2);
        list.push(Appliance { per_day, hours: &[6.5, 17.0], spread_h: 1.0, kw: (2.7, 3.1), minutes: (25.0, 80.0) });
    }
    list
}

/// Days on which nobody is at home: some homes travel.
fn away_days(rng: &mut ChaCha8Rng, scene: &Scene) -> Vec<bool> {
    let mut away = vec![false; scene.days.len()];
    if rng.random_bool(0.35) {
        let length = rng.random_range(2..15_usize);
        let first = rng.random_range(0..scene.days.len());
        let end = (first + length).min(away.len());
        away[first..end].fill(true);
    }
    away
}

/// Adds an event that begins at `hour` of the day whose first interval is `first`; it may run into the next day.
pub(super) fn add_event(load: &mut [f32], scene: &Scene, first: usize, hour: f64, kw: f64, minutes: f64) {
    let step_h = scene.step_h();
    let (begin, end) = (hour / step_h, (hour + minutes / 60.0) / step_h);
    let mut slot = begin.floor();
    while slot < end {
        let share = (end.min(slot + 1.0) - begin.max(slot)).max(0.0);
        if let Some(value) = load.get_mut(first + slot as usize) {
            *value += (kw * share) as f32;
        }
        slot += 1.0;
    }
}

/// Number of events of a mean.
pub(super) fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    let (mut count, mut product, limit) = (0, 1.0, (-mean).exp());
    loop {
        product *= rng.random_range(0.0..1.0);
        if product <= limit || count > 200 {
            return count;
        }
        count += 1;
    }
}

/// Heaters that hold a room at temperature: proportional to the cold, cut at what is installed, lower at night in some homes.
fn add_direct_heating(rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32], size: f64) {
    let loss_kw_per_k = around(rng, 0.10, 0.3) * size.sqrt();
    let installed_kw = loss_kw_per_k * rng.random_range(22.0..40.0);
    let setback = rng.random_range(0.6..1.0);
    let mut drift = 0.0_f64;
    for (index, value) in load.iter_mut().enumerate() {
        let normal: f64 = StandardNormal.sample(rng);
        drift = 0.8 * drift + 0.09 * normal;
        let night = f64::from(u8::from(scene.hour[index] < 5.5)) * (1.0 - setback);
        let wanted = loss_kw_per_k * (16.0 - f64::from(scene.temperature_c[index])).max(0.0) * (1.0 - night) * (1.0 + drift);
        *value += wanted.clamp(0.0, installed_kw) as f32;
    }
}

/// Heaters charged from 23:00 to 07:00 for as long as the day before was cold.
fn add_storage_heating(rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32], size: f64) {
    let charge_kw = around(rng, 5.0, 0.3) * size.sqrt();
    let kwh_per_k = around(rng, 2.0, 0.2) * size.sqrt();
    for day in &scene.days {
        let hours = (kwh_per_k * f64::from(15.0 - day.mean_c).max(0.0) / charge_kw).min(8.0);
        add_event(load, scene, day.first, 23.0, charge_kw, 60.0 * hours);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_keeps_its_energy() {
        let settings = crate::synth::tests::small();
        let scene = Scene::new(&settings).unwrap();
        let mut load = vec![0.0; scene.len()];
        add_event(&mut load, &scene, scene.days[1].first, 23.75, 3.0, 50.0);
        let kwh: f64 = load.iter().map(|&kw| f64::from(kw) * scene.step_h()).sum();
        assert!((kwh - 2.5).abs() < 1e-6, "{kwh}");
    }

    #[test]
    fn a_fridge_runs_its_duty() {
        let mean = (0..1000).map(|i| share_on(f64::from(i) / 1000.0, 0.3, 0.4)).sum::<f64>() / 1000.0;
        assert!((mean - 0.4).abs() < 0.01, "{mean}");
    }
}
