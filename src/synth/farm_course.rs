//! What happens to a farm within the period: it grows unit by unit, stops and moves away, or pauses
//! for days.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::Exp1;

use super::chance::between;
use super::farm::{FarmModel, Growth};
use super::scene::Scene;
use super::settings::CheckedSettings;
use crate::domain::{Purpose, Timestamp, seed_of};

/// The course of one farm.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FarmCourse {
    /// One unit after the other arrives: days after the start, share of the units.
    UnitByUnit,
    /// Nothing runs from this base interval on.
    Stops(usize),
    /// Nothing runs in these base intervals.
    Pauses(Vec<(usize, usize)>),
}

impl FarmCourse {
    /// Draws the course of the farm `id` that begins at `onset`, or has none of its own.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene, id: &str, onset: Option<Timestamp>) -> Option<Self> {
        let odd = &settings.oddities;
        if odd.none() {
            return None;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, id, Purpose::Synthesis, 15));
        let begin = onset.map_or(0, |onset| scene.start.partition_point(|at| *at < onset));
        let left = (scene.len() - begin.min(scene.len())) as f64;
        let place = between(&mut rng, 0.0, 1.0);
        let end = begin + (between(&mut rng, 0.3, 0.8) * left) as usize;
        if place < odd.farm_units_share {
            Some(Self::UnitByUnit)
        } else if place < odd.farm_units_share + odd.farm_stops_share {
            Some(Self::Stops(end))
        } else if place < odd.farm_units_share + odd.farm_stops_share + odd.farm_pauses_share {
            let per_day = scene.len() as f64 / scene.days.len().max(1) as f64;
            let pauses = rng.random_range(1..=3);
            let pause = |rng: &mut ChaCha8Rng| {
                let from = begin + (between(rng, 0.0, 0.9) * left) as usize;
                (from, from + (between(rng, 0.5, 8.0) * per_day) as usize)
            };
            Some(Self::Pauses((0..pauses).map(|_| pause(&mut rng)).collect()))
        } else {
            None
        }
    }

    /// The word used in `truth.csv`.
    pub(super) fn truth_kind(&self) -> &'static str {
        match self {
            Self::UnitByUnit => "unit_by_unit",
            Self::Stops(_) => "moved_away",
            Self::Pauses(_) => "paused",
        }
    }

    /// Lets the units of a farm that grows arrive one by one, the last within the period.
    pub(super) fn plan(&self, rng: &mut ChaCha8Rng, scene: &Scene, onset: Option<Timestamp>, model: &mut FarmModel) {
        if *self != Self::UnitByUnit || model.units < 2 {
            return;
        }
        let first = scene.start.first().copied().unwrap_or_default();
        let end = scene.start.last().copied().unwrap_or_default();
        let days = (end.0 - onset.unwrap_or(first).0) as f64 / 86_400.0;
        let gaps: Vec<f64> = (0..model.units).map(|_| rng.sample::<f64, _>(Exp1)).collect();
        let scale = between(rng, 0.6, 0.95) * days / gaps.iter().sum::<f64>();
        let mut day = 0.0;
        let batches = gaps.iter().enumerate().map(|(unit, gap)| {
            let batch = (day, (unit as f64 + 1.0) / f64::from(model.units));
            day += scale * gap;
            batch
        });
        model.growth = Growth::Batches(batches.collect());
    }

    /// Leaves no load where the farm has stopped or pauses.
    pub(super) fn cut(&self, load: &mut [f32]) {
        let n = load.len();
        match self {
            Self::UnitByUnit => {}
            Self::Stops(end) => load[(*end).min(n)..].fill(0.0),
            Self::Pauses(pauses) => pauses.iter().for_each(|&(from, to)| load[from.min(n)..to.min(n)].fill(0.0)),
        }
    }
}
