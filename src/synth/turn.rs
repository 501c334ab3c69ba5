//! Lawful turns in a customer's life within the period: the heating season begins, people come
//! back, a stove nobody booked; and hours without supply.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::chance::{AutoRegression, between, chance, log_uniform};
use super::heating::HeatingModel;
use super::member::{Base, Member, Planted};
use super::scene::Scene;
use super::settings::CheckedSettings;
use crate::domain::{Purpose, seed_of};

/// Days before and after the season's first within which everybody follows it.
const SEASON_SPREAD_DAYS: f64 = 3.0;

/// What happens to the load of an ordinary customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    /// Some electric heating (pumps, a warm floor, panels) runs from this base interval on.
    Season {
        /// First base interval.
        from: usize,
        /// Power at 0 °C, kW, or for businesses the share of their mean load.
        size: f64,
        /// Share of it that follows the temperature.
        follows: f64,
    },
    /// Nobody is in before this base interval.
    Return {
        /// First base interval with somebody in.
        from: usize,
        /// Share of the load that runs in an empty house.
        left: f64,
    },
    /// Heated by electricity, booked as heated otherwise.
    UnbookedHeating,
}

impl Turn {
    /// The word used in `details.csv`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Season { .. } => "season",
            Self::Return { .. } => "return",
            Self::UnbookedHeating => "unbooked_heating",
        }
    }

    /// Base interval at which it comes; `None` = it was there from the start.
    pub(super) fn from(self) -> Option<usize> {
        match self {
            Self::Season { from, .. } | Self::Return { from, .. } => Some(from),
            Self::UnbookedHeating => None,
        }
    }

    /// Draws what happens to an ordinary home or business; nothing to anybody else.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene, member: &Member) -> Option<Self> {
        let odd = &settings.oddities;
        let (home, electric) = match member.base {
            Base::Home { electric, .. } => (true, electric),
            Base::Business(_) => (false, false),
            Base::LookAlike(..) | Base::Site(_) => return None,
        };
        if odd.none() || member.planted != Planted::Nothing {
            return None;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &member.id(), Purpose::Synthesis, 12));
        let place = between(&mut rng, 0.0, 1.0);
        let size = if home { log_uniform(&mut rng, 0.15, 3.0) } else { between(&mut rng, 0.1, 0.6) };
        let follows = between(&mut rng, 0.0, 0.8);
        let days = scene.season_day as f64 + between(&mut rng, -SEASON_SPREAD_DAYS, SEASON_SPREAD_DAYS);
        let per_day = scene.len() as f64 / scene.days.len().max(1) as f64;
        let season = ((days * per_day).max(0.0) as usize).min(scene.len());
        let back = (between(&mut rng, 0.15, 0.85) * scene.len() as f64) as usize;
        let left = between(&mut rng, 0.02, 0.25);
        if place < odd.season_share {
            Some(Self::Season { from: season, size, follows })
        } else if place < odd.season_share + odd.return_share {
            Some(Self::Return { from: back, left })
        } else if home && !electric && place < odd.season_share + odd.return_share + odd.unbooked_heating_share {
            Some(Self::UnbookedHeating)
        } else {
            None
        }
    }

    /// Changes the load, mean kW per base interval.
    pub(super) fn apply(self, seed: u64, scene: &Scene, member: &Member, load: &mut [f32]) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(seed, &member.id(), Purpose::Synthesis, 13));
        match self {
            Self::Season { from, size, follows } => {
                let mean = load.iter().map(|&kw| f64::from(kw)).sum::<f64>() / load.len().max(1) as f64;
                let kw = if matches!(member.base, Base::Home { .. }) { size } else { size * mean };
                let noise_sd = between(&mut rng, 0.01, 0.15);
                let mut noise = AutoRegression::new(&mut rng, noise_sd, scene.step_h());
                for (i, value) in load.iter_mut().enumerate().skip(from) {
                    let cold = ((15.0 - f64::from(scene.smooth_c[i])) / 15.0).clamp(0.0, 2.5);
                    *value += (kw * (1.0 - follows + follows * cold) * (1.0 + noise.next(&mut rng))).max(0.0) as f32;
                }
            }
            Self::Return { from, left } => load.iter_mut().take(from).for_each(|kw| *kw *= left as f32),
            Self::UnbookedHeating => HeatingModel::draw(&mut rng).add_to(&mut rng, scene, load),
        }
    }
}

/// The hours in which a part of the grid has no power: base intervals, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Supply {
    /// Base intervals without power.
    dark: Vec<usize>,
}

impl Supply {
    /// Draws when what `part` names is switched off.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene, part: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, part, Purpose::Synthesis, 14));
        let per_hour = 60.0 / f64::from(scene.step_min);
        let mut dark = Vec::new();
        for _ in 0..settings.oddities.load_sheddings {
            let day = &scene.days[(between(&mut rng, 0.0, scene.days.len() as f64) as usize).min(scene.days.len() - 1)];
            let from = day.first + (between(&mut rng, 6.0, 21.0) * per_hour) as usize;
            let to = from + (between(&mut rng, 1.0, 4.0) * per_hour).round() as usize;
            dark.extend(from.min(scene.len())..to.min(scene.len()));
        }
        dark.sort_unstable();
        dark.dedup();
        Self { dark }
    }

    /// First and last base interval of every spell without power.
    pub(super) fn spells(&self) -> Vec<(usize, usize)> {
        self.dark.chunk_by(|a, b| a + 1 == *b).map(|spell| (spell[0], spell[spell.len() - 1])).collect()
    }

    /// Leaves no load in the hours without power.
    pub(super) fn cut<T: Copy + Default>(&self, load: &mut [T]) {
        for &i in &self.dark {
            if let Some(value) = load.get_mut(i) {
                *value = T::default();
            }
        }
    }
}

/// Whether a draw of its own, for this purpose, falls into `share`.
pub(super) fn falls_into(settings: &CheckedSettings, id: &str, stream: u64, share: f64) -> bool {
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, id, Purpose::Synthesis, stream));
    chance(&mut rng, share)
}
