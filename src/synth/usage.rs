//! From plan to load: what one usage point truly draws, through its meter and past it.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::business::BusinessModel;
use super::chance::{between, chance};
use super::farm::FarmModel;
use super::farm_course::FarmCourse;
use super::heating::HeatingModel;
use super::home::HomeModel;
use super::look_alike::LookAlike;
use super::member::{Base, Member, Planted, PlantedFarm, Untidy, contract_for};
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::turn::{Supply, Turn, falls_into};
use crate::domain::{Purpose, seed_of};

/// Intervals below this share of a farm's highest load do not count as running when its power is
/// stated.
const RUNNING_SHARE: f64 = 0.05;

/// The true load of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Usage {
    /// Load through the meter, mean kW per interval; negative = export.
    pub(super) metered_kw: Vec<f32>,
    /// Load past the meter, mean kW per interval; empty = none.
    pub(super) unmetered_kw: Vec<f32>,
    /// Mean power of the farm's metered part while it runs, kW; 0 without a farm.
    pub(super) farm_metered_kw: f64,
    /// Mean power of the farm's unmetered part while it runs, kW.
    pub(super) farm_unmetered_kw: f64,
    /// Contracted power, kW.
    pub(super) contracted_kw: f64,
    /// What happens to the lawful load in the period.
    pub(super) turn: Option<Turn>,
    /// Kind of the farm where its course has a name of its own.
    pub(super) farm_kind: Option<&'static str>,
    /// What the farm used through the meter.
    pub(super) farm: Option<FarmUse>,
}

/// What a farm used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FarmUse {
    /// Units when complete.
    pub(super) units: u32,
    /// Power of one, kW.
    pub(super) unit_kw: f64,
    /// Energy in the period, kWh.
    pub(super) kwh: f64,
    /// Hours in which it ran.
    pub(super) hours: f64,
    /// First and last base interval in which it ran.
    pub(super) first: Option<usize>,
    pub(super) last: Option<usize>,
}

impl FarmUse {
    /// What `share` of a farm's load used, mean kW per base interval.
    pub(super) fn of(model: &FarmModel, step_h: f64, share: f64, load_kw: &[f32]) -> Self {
        let top = f64::from(load_kw.iter().copied().fold(0.0, f32::max));
        let runs = |kw: &f32| f64::from(*kw) > RUNNING_SHARE * top;
        Self {
            units: model.units,
            unit_kw: model.unit_kw,
            kwh: share * step_h * load_kw.iter().map(|&kw| f64::from(kw)).sum::<f64>(),
            hours: step_h * load_kw.iter().filter(|kw| runs(kw)).count() as f64,
            first: load_kw.iter().position(runs),
            last: load_kw.iter().rposition(runs),
        }
    }
}

impl Usage {
    /// Draws the load of `member`, who has power where `supply` has.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene, member: &Member, supply: &Supply) -> Self {
        let id = member.id();
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 0));
        let mut usage = Self {
            metered_kw: vec![0.0; scene.len()],
            unmetered_kw: Vec::new(),
            farm_metered_kw: 0.0,
            farm_unmetered_kw: 0.0,
            contracted_kw: member.contracted_kw,
            turn: Turn::draw(settings, scene, member),
            farm_kind: None,
            farm: None,
        };
        usage.add_base(settings, &mut rng, scene, member);
        if let Some(turn) = usage.turn {
            turn.apply(settings.seed, scene, member, &mut usage.metered_kw);
        }
        match member.planted {
            Planted::Farm(farm) | Planted::Licensed { farm, .. } => usage.add_farm(settings, scene, &id, &farm, supply),
            Planted::Untidy(Untidy::Export) => add_solar(&mut rng, scene, &mut usage.metered_kw),
            Planted::Nothing | Planted::Tampered(_) | Planted::Fault(_) | Planted::Untidy(_) => {}
        }
        supply.cut(&mut usage.metered_kw);
        supply.cut(&mut usage.unmetered_kw);
        usage
    }

    fn add_base(&mut self, settings: &CheckedSettings, rng: &mut ChaCha8Rng, scene: &Scene, member: &Member) {
        match member.base {
            Base::Home { persons, electric } => {
                let mut home = HomeModel::draw(rng, persons);
                if !electric && falls_into(settings, &member.id(), 18, settings.oddities.other_homes_share) {
                    home.move_to_a_block(&mut ChaCha8Rng::seed_from_u64(seed_of(
                        settings.seed,
                        &member.id(),
                        Purpose::Synthesis,
                        19,
                    )));
                }
                home.add_to(rng, scene, &mut self.metered_kw);
                if electric {
                    HeatingModel::draw(rng).add_to(rng, scene, &mut self.metered_kw);
                }
            }
            Base::Business(kind) => {
                let mut model = BusinessModel::draw(rng, kind);
                let spread_h = settings.oddities.business_hours_spread;
                if spread_h > 0.0 {
                    let mut own =
                        ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &member.id(), Purpose::Synthesis, 19));
                    model.open_later(between(&mut own, -spread_h, spread_h));
                }
                self.contracted_kw = contract_for(model.contracted_kw());
                if let Planted::Farm(farm) = member.planted {
                    self.contracted_kw = self.contracted_kw.max(contract_for(0.8 * farm.target_kw));
                }
                model.add_to(rng, scene, &mut self.metered_kw);
            }
            Base::LookAlike(kind, kw) => {
                kind.add_to(rng, scene, kw, persons_of(kind, member.number), &mut self.metered_kw);
            }
            Base::Site(kw) => {
                for value in &mut self.metered_kw {
                    *value += (kw * between(rng, 0.8, 1.2)) as f32;
                }
            }
        }
    }

    fn add_farm(&mut self, settings: &CheckedSettings, scene: &Scene, id: &str, farm: &PlantedFarm, supply: &Supply) {
        // Accounts of one split farm share its hardware and schedule, but not its noise.
        let model_of = farm.group.map_or_else(|| id.to_owned(), |number| format!("UP{number:06}"));
        let mut model_rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &model_of, Purpose::Synthesis, 1));
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, id, Purpose::Synthesis, 2));
        let mut model = FarmModel::draw(&mut model_rng, farm.kind, farm.target_kw);
        let course = FarmCourse::draw(settings, scene, &model_of, farm.onset);
        if let Some(course) = &course {
            course.plan(&mut model_rng, scene, farm.onset, &mut model);
            self.farm_kind = Some(course.truth_kind());
        }
        let mut load = model.load_on_local_kw(
            &mut rng,
            &scene.start,
            scene.step_min,
            &scene.local,
            &scene.temperature_c,
            farm.onset,
        );
        if let Some(course) = &course {
            course.cut(&mut load);
        }
        if let Some(until) = farm.until {
            let end = scene.start.partition_point(|at| *at < until);
            load[end..].fill(0.0);
        }
        supply.cut(&mut load);
        let running = mean_while_running(&load);
        self.farm = Some(FarmUse::of(&model, scene.step_h(), 1.0 - farm.unmetered, &load));
        self.farm_metered_kw = running * (1.0 - farm.unmetered);
        self.farm_unmetered_kw = running * farm.unmetered;
        let through = (1.0 - farm.unmetered) as f32;
        self.metered_kw.iter_mut().zip(&load).for_each(|(total, kw)| *total += through * kw);
        if farm.unmetered > 0.0 {
            self.unmetered_kw = load.iter().map(|kw| farm.unmetered as f32 * kw).collect();
        }
        if farm.moved > 0.0 {
            self.move_past_meter(scene, farm);
        }
    }
}

impl Usage {
    /// Leads a part of the customer's other load past the meter too.
    fn move_past_meter(&mut self, scene: &Scene, farm: &PlantedFarm) {
        let begin = farm.onset.map_or(0, |onset| scene.start.partition_point(|at| *at < onset));
        for (metered, unmetered) in self.metered_kw.iter_mut().zip(&mut self.unmetered_kw).skip(begin) {
            let moved = farm.moved as f32 * *metered;
            *metered -= moved;
            *unmetered += moved;
        }
        self.farm_unmetered_kw = mean_while_running(&self.unmetered_kw);
    }
}

/// Mean power over the intervals in which a farm runs, kW; 0 when it never does.
pub(super) fn mean_while_running(load_kw: &[f32]) -> f64 {
    let top = f64::from(load_kw.iter().copied().fold(0.0, f32::max));
    let running: Vec<f64> = load_kw.iter().map(|&kw| f64::from(kw)).filter(|&kw| kw > RUNNING_SHARE * top).collect();
    if running.is_empty() { 0.0 } else { running.iter().sum::<f64>() / running.len() as f64 }
}

/// Registered persons of a look-alike; only homes have any.
pub(super) fn persons_of(kind: LookAlike, number: u32) -> u32 {
    if kind.is_home() { 2 + number % 3 } else { 0 }
}

/// Solar panels: a bell between sunrise and sunset, scaled by each day's clouds.
fn add_solar(rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
    let peak_kw = between(rng, 2.5, 7.0);
    for day in &scene.days {
        let clear = if chance(rng, 0.6) { between(rng, 0.75, 1.0) } else { between(rng, 0.1, 0.6) };
        for (i, value) in load.iter_mut().enumerate().take(day.end).skip(day.first) {
            let share = (f64::from(scene.local.minute[i]) - day.sunrise_min) / (day.sunset_min - day.sunrise_min);
            if (0.0..1.0).contains(&share) {
                *value -=
                    (peak_kw * clear * (std::f64::consts::PI * share).sin().powi(2) * between(rng, 0.9, 1.0)) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_does_not_lower_the_running_power() {
        assert_eq!(mean_while_running(&[0.0, 4.0, 0.0, 4.0]), 4.0);
        assert_eq!(mean_while_running(&[0.0, 0.0]), 0.0);
    }
}
