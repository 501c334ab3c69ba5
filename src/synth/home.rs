//! A home: who lives there, when they are in and awake, and what that does to the load.
//!
//! The load is a sum of standby, cycling cold appliances, lighting and entertainment while somebody
//! is awake and in, and appliance runs as single events (`appliances`), so that half-hourly values
//! are as rough as measured ones. Spreads were set so that coefficient of variation, load factor,
//! base-load ratio, mean step, level, night share and autocorrelation follow those of measured
//! half-hourly homes.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::appliances::Appliances;
use super::chance::{between, chance, log_normal, normal, pick_weighted, poisson};
use super::day_plan::DayPlan;
use super::scene::{Scene, SceneDay, add_run};

/// Who lives in a home; decides when somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Household {
    /// Out on working days.
    Workers,
    /// Adults and children: busy mornings and evenings, often somebody in.
    Family,
    /// In most of the day, early to bed.
    Pensioners,
    /// Working hours that change from week to week.
    Shift,
    /// Lives elsewhere half of the time.
    OftenAway,
}

const HOUSEHOLDS: [(f64, Household); 5] = [
    (0.34, Household::Workers),
    (0.33, Household::Family),
    (0.24, Household::Pensioners),
    (0.06, Household::Shift),
    (0.03, Household::OftenAway),
];

/// A home without its heating.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HomeModel {
    household: Household,
    standby_kw: f64,
    cold: Vec<ColdAppliance>,
    wake_min: f64,
    sleep_min: f64,
    media_kw: f64,
    light_kw: f64,
    long_kw: f64,
    long_a_day: f64,
    away_per_day: f64,
    appliances: Appliances,
}

/// A fridge or freezer: a compressor that runs in cycles.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ColdAppliance {
    kw: f64,
    on_min: f64,
    off_min: f64,
}

impl HomeModel {
    /// Draws a household for `persons` registered persons.
    pub(super) fn draw(rng: &mut ChaCha8Rng, persons: u32) -> Self {
        let household = pick_weighted(rng, &HOUSEHOLDS);
        let size = f64::from(persons).powf(0.35) * log_normal(rng, 0.95, 0.38);
        let cold_count = 1 + usize::from(chance(rng, 0.45));
        Self {
            household,
            standby_kw: log_normal(rng, 0.060 * size.sqrt(), 0.75),
            cold: (0..cold_count).map(|_| ColdAppliance::draw(rng)).collect(),
            wake_min: 60.0 * (usual_wake_h(household) + 0.7 * normal(rng)),
            sleep_min: 60.0 * (usual_sleep_h(household) + 0.9 * normal(rng)),
            media_kw: log_normal(rng, 0.10 * size, 0.5),
            light_kw: log_normal(rng, 0.12 * size, 0.5),
            long_kw: log_normal(rng, 0.22 * size, 0.6),
            long_a_day: if chance(rng, 0.6) { between(rng, 0.1, 0.9) } else { 0.0 },
            away_per_day: if household == Household::OftenAway { 0.05 } else { 0.003 },
            appliances: Appliances::draw(rng, size),
        }
    }

    /// Makes a flat of it in a block with district heating, hot water and gas, whose people keep
    /// hours of their own.
    pub(super) fn move_to_a_block(&mut self, rng: &mut ChaCha8Rng) {
        let later_min = 60.0 * 1.5 * normal(rng);
        self.wake_min += later_min.clamp(-150.0, 240.0);
        self.sleep_min += (later_min + 40.0 * normal(rng)).clamp(-120.0, 240.0);
        self.light_kw *= between(rng, 0.3, 0.9);
        self.media_kw *= between(rng, 0.7, 2.0);
        self.standby_kw *= between(rng, 0.5, 1.5);
        self.appliances.take_gas_and_district_heat(later_min);
    }

    /// Adds the home's load to `load`, mean kW per interval of the scene.
    pub(super) fn add_to(&self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        for kw in load.iter_mut() {
            *kw += self.standby_kw as f32;
        }
        for cold in &self.cold {
            cold.add_to(rng, scene, load);
        }
        let mut away_days = 0_u32;
        let mut late_shift = false;
        for (number, day) in scene.days.iter().enumerate() {
            if number % 7 == 0 {
                late_shift = chance(rng, 0.4);
            }
            if away_days == 0 && chance(rng, self.away_per_day) {
                away_days = 2 + poisson(rng, 4.0);
            }
            if away_days > 0 {
                away_days -= 1;
                continue;
            }
            let plan = self.day_plan(rng, day, late_shift);
            self.add_presence(rng, scene, day, &plan, load);
            let at_min = day.first as f64 * f64::from(scene.step_min);
            self.appliances.add_day(rng, day, &plan, at_min, f64::from(scene.step_min), load);
        }
    }

    fn day_plan(&self, rng: &mut ChaCha8Rng, day: &SceneDay, late_shift: bool) -> DayPlan {
        let working = !day.day_off();
        let lie_in = if working { 0.0 } else { between(rng, 0.0, 90.0) };
        let wake_min = self.wake_min + lie_in + 25.0 * normal(rng);
        let sleep_min = self.sleep_min + if working { 0.0 } else { 20.0 } + 35.0 * normal(rng);
        let (out_chance, from_h, to_h) = match (self.household, working) {
            (Household::Workers | Household::OftenAway, true) => (0.78, 8.2, 17.3),
            (Household::Family, true) => (0.45, 8.8, 14.5),
            (Household::Pensioners, _) => (0.45, 10.5, 12.5),
            (Household::Shift, _) if late_shift => (0.7, 13.5, 22.5),
            (Household::Shift, _) => (0.7, 5.8, 14.5),
            (_, false) => (0.45, 11.5, 15.0),
        };
        let out = chance(rng, out_chance).then(|| {
            let from = 60.0 * from_h + 40.0 * normal(rng);
            (from.max(wake_min), (60.0 * to_h + 55.0 * normal(rng)).max(from))
        });
        DayPlan { wake_min: wake_min.min(sleep_min), sleep_min, out }
    }

    /// Lights and entertainment while somebody is awake and in.
    fn add_presence(&self, rng: &mut ChaCha8Rng, scene: &Scene, day: &SceneDay, plan: &DayPlan, load: &mut [f32]) {
        let step = f64::from(scene.step_min);
        let first = (day.first as f64 + (plan.wake_min / step).max(0.0)) as usize;
        let last = ((day.first as f64 + plan.sleep_min / step).ceil() as usize).min(load.len());
        let (mut media, mut light) = (1.0, 1.0);
        for (i, kw) in load.iter_mut().enumerate().take(last).skip(first) {
            let minute = (i - day.first) as f64 * step;
            if !plan.active(minute) {
                continue;
            }
            // People move about every half hour or so: levels are held for a while, then redrawn.
            if chance(rng, step / 38.0) {
                media = between(rng, 0.3, 1.7);
            }
            if chance(rng, step / 35.0) {
                light = between(rng, 0.3, 1.7);
            }
            let dark = minute < day.sunrise_min + 20.0 || minute > day.sunset_min - 25.0;
            let light_now = if dark { self.light_kw * light } else { 0.3 * self.light_kw * light };
            let evening = if minute > 17.0 * 60.0 { 1.12 } else { 0.95 };
            *kw += (self.media_kw * media * evening + light_now) as f32;
        }
        if chance(rng, self.long_a_day) {
            // A heater in the bathroom, a computer at work, an ironing session: steady for hours,
            // not every day.
            let at = day.first as f64 * step + between(rng, plan.wake_min, plan.sleep_min);
            add_run(load, step, at, between(rng, 60.0, 420.0), self.long_kw);
        }
    }
}

fn usual_wake_h(household: Household) -> f64 {
    match household {
        Household::Workers | Household::OftenAway | Household::Family => 6.8,
        Household::Pensioners => 7.6,
        Household::Shift => 7.0,
    }
}

fn usual_sleep_h(household: Household) -> f64 {
    match household {
        Household::Workers | Household::Family => 23.2,
        Household::OftenAway => 23.5,
        Household::Pensioners => 22.8,
        Household::Shift => 23.8,
    }
}

impl ColdAppliance {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        Self { kw: between(rng, 0.07, 0.16), on_min: between(rng, 10.0, 30.0), off_min: between(rng, 20.0, 55.0) }
    }

    fn add_to(self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        let step = f64::from(scene.step_min);
        let end = load.len() as f64 * step;
        let mut at = -rng.random::<f64>() * (self.on_min + self.off_min);
        while at < end {
            let jitter = between(rng, 0.8, 1.2);
            add_run(load, step, at, self.on_min * jitter, self.kw);
            at += (self.on_min + self.off_min) * jitter;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::synth::SimulateSettings;

    fn loads(count: u64) -> Vec<Vec<f32>> {
        let scene = Scene::new(&SimulateSettings { days: 56, ..SimulateSettings::default() }.checked().unwrap());
        let load = |seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let home = HomeModel::draw(&mut rng, 1 + (seed % 4) as u32);
            let mut load = vec![0.0; scene.len()];
            home.add_to(&mut rng, &scene, &mut load);
            load
        };
        (0..count).map(load).collect()
    }

    fn mean(load: &[f32]) -> f64 {
        load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len() as f64
    }

    #[test]
    fn homes_use_a_few_hundred_watts_on_average() {
        let mut means: Vec<f64> = loads(100).iter().map(|load| mean(load)).collect();
        means.sort_by(f64::total_cmp);
        assert!((0.25..0.55).contains(&means[50]), "median {}", means[50]);
        assert!(means[5] < 0.27 && means[95] > 0.5, "{} to {}", means[5], means[95]);
    }

    #[test]
    fn homes_are_rough_and_rest_at_night() {
        for load in loads(30) {
            let night: f64 = load.chunks(48).map(|day| mean(&day[4..10])).sum::<f64>() / 56.0;
            let peak = f64::from(load.iter().copied().fold(0.0, f32::max));
            assert!(night < mean(&load) && peak > 4.0 * mean(&load));
        }
    }
}
