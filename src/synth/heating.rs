//! Electric heating of a home: direct heaters, heat pumps and storage heaters.
//!
//! Demand = UA · max(T_base − T_building, 0), with the building's temperature lagging the outdoor
//! one by a day, limited by what is installed: in deep cold a small heater runs at its limit for
//! weeks, as flat as a farm. Thermostats switch, so that part load is rough. A heat pump divides
//! the demand by its coefficient of performance, 1.8 at −15 °C to 4 at +10 °C (EN 14511 data
//! sheets). A storage heater takes the day's demand between 23 and 7 hours.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance, log_normal, pick_weighted};
use super::scene::Scene;

/// Minutes of the local day in which storage heaters charge.
const NIGHT_TARIFF: (u16, u16) = (23 * 60, 7 * 60);

/// How a home is heated by electricity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeatingKind {
    /// Panels, cables, fan heaters, electric boilers.
    Direct,
    /// Heat pump.
    HeatPump,
    /// Storage heaters on the night tariff.
    Storage,
}

/// The electric heating of one home.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeatingModel {
    pub(super) kind: HeatingKind,
    /// Installed electric power, kW.
    pub(super) installed_kw: f64,
    loss_kw_per_k: f64,
    base_c: f64,
    night_setback: f64,
}

impl HeatingModel {
    /// Draws a heating system of any kind.
    pub(super) fn draw(rng: &mut ChaCha8Rng) -> Self {
        let kind = pick_weighted(
            rng,
            &[(0.55, HeatingKind::Direct), (0.2, HeatingKind::HeatPump), (0.25, HeatingKind::Storage)],
        );
        Self::draw_of(rng, kind)
    }

    /// Draws a heating system of this kind. A third of the direct heaters are too small for deep
    /// cold.
    pub(super) fn draw_of(rng: &mut ChaCha8Rng, kind: HeatingKind) -> Self {
        let loss_kw_per_k = log_normal(rng, 0.12, 0.45);
        let design_k = 35.0;
        let full = loss_kw_per_k * design_k;
        let installed_kw = match kind {
            HeatingKind::Direct if chance(rng, 0.35) => full * between(rng, 0.3, 0.6),
            HeatingKind::Direct => full * between(rng, 0.8, 1.3),
            HeatingKind::HeatPump => full / 2.2,
            HeatingKind::Storage => full * 2.6,
        };
        Self {
            kind,
            installed_kw,
            loss_kw_per_k,
            base_c: between(rng, 13.0, 17.0),
            night_setback: between(rng, 0.6, 1.0),
        }
    }

    /// Adds the heating's load to `load`, mean kW per interval of the scene.
    pub(super) fn add_to(&self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        match self.kind {
            HeatingKind::Storage => self.add_storage(rng, scene, load),
            HeatingKind::Direct | HeatingKind::HeatPump => self.add_thermostat(rng, scene, load),
        }
    }

    fn add_thermostat(&self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        // Three or four heaters each switch twice an hour: the share of an interval they are on
        // spreads as a mean of that many on-off draws.
        let cycles = (7.0 * scene.step_h()).max(1.0);
        for (i, kw) in load.iter_mut().enumerate() {
            let heat = self.loss_kw_per_k * (self.base_c - f64::from(scene.smooth_c[i])).max(0.0);
            let night = !(360..1380).contains(&scene.local.minute[i]);
            let wanted = heat * if night { self.night_setback } else { 1.0 }
                / self.performance(f64::from(scene.temperature_c[i]));
            let duty = (wanted / self.installed_kw).min(1.0);
            if duty <= 0.0 {
                continue;
            }
            let spread = (3.0 * duty * (1.0 - duty) / cycles).sqrt();
            let share = (duty + spread * (rng.random::<f64>() - 0.5)).clamp(0.0, 1.0);
            *kw += (self.installed_kw * share) as f32;
        }
    }

    fn add_storage(&self, rng: &mut ChaCha8Rng, scene: &Scene, load: &mut [f32]) {
        let step = f64::from(scene.step_min);
        let night_h = f64::from(1440 - NIGHT_TARIFF.0 + NIGHT_TARIFF.1) / 60.0;
        for day in &scene.days {
            let kwh = 24.0 * self.loss_kw_per_k * (self.base_c - day.mean_c).max(0.0) * between(rng, 0.85, 1.15);
            let hours = (kwh / self.installed_kw).min(night_h);
            let from = day.first as f64 * step + f64::from(NIGHT_TARIFF.0);
            super::scene::add_run(load, step, from, 60.0 * hours, self.installed_kw);
        }
    }

    /// Heat delivered per unit of electricity.
    fn performance(&self, outdoor_c: f64) -> f64 {
        match self.kind {
            HeatingKind::HeatPump => (3.1 + 0.088 * outdoor_c).clamp(1.3, 4.5),
            HeatingKind::Direct | HeatingKind::Storage => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::synth::{Place, SimulateSettings};

    fn load(start: &str, kind: HeatingKind, seed: u64) -> (HeatingModel, Vec<f32>) {
        let settings =
            SimulateSettings { start: start.into(), days: 42, place: Place::Astana, ..SimulateSettings::default() };
        let scene = Scene::new(&settings.checked().unwrap());
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let model = HeatingModel::draw_of(&mut rng, kind);
        let mut load = vec![0.0; scene.len()];
        model.add_to(&mut rng, &scene, &mut load);
        (model, load)
    }

    #[test]
    fn nobody_heats_in_july() {
        for kind in [HeatingKind::Direct, HeatingKind::HeatPump, HeatingKind::Storage] {
            let (_, july) = load("2025-07-01", kind, 1);
            let (_, january) = load("2025-01-05", kind, 1);
            assert!(july.iter().sum::<f32>() < 0.02 * january.iter().sum::<f32>(), "{kind:?}");
        }
    }

    #[test]
    fn some_direct_heaters_stay_at_their_limit_through_deep_cold() {
        let at_limit = (0..20).filter(|&seed| {
            let (model, january) = load("2025-01-05", HeatingKind::Direct, seed);
            let full = january.iter().filter(|&&kw| f64::from(kw) > 0.98 * model.installed_kw).count();
            full as f64 > 0.8 * january.len() as f64
        });
        assert!((2..=16).contains(&at_limit.count()));
    }

    #[test]
    fn storage_heaters_rest_by_day() {
        let (_, january) = load("2025-01-05", HeatingKind::Storage, 3);
        assert!(january.chunks(48).all(|day| day[16..44].iter().all(|&kw| kw == 0.0)));
    }
}
