//! Street lamps that no meter counts, fed from transformers: in the grid file, or forgotten by
//! everybody.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance};
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::tables::TruthRow;
use crate::domain::{Purpose, seed_of};

/// Lamps of one transformer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StreetLighting {
    /// What is in the books, kW; `None` where nobody has declared them.
    pub(super) declared_kw: Option<f64>,
    /// What burns, kW: some lamps are out.
    burning_kw: f64,
}

impl StreetLighting {
    /// The lamps of a transformer, if it has any.
    pub(super) fn draw(settings: &CheckedSettings, node: &str) -> Option<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, node, Purpose::Synthesis, 8));
        let place = between(&mut rng, 0.0, 1.0);
        let installed_kw = (between(&mut rng, 1.0, 8.0) * 10.0).round() / 10.0;
        let burning_kw = installed_kw * between(&mut rng, 0.8, 1.0);
        let is_declared = !chance(&mut rng, settings.undeclared_lighting_share);
        (place < settings.lighting_share)
            .then_some(Self { declared_kw: is_declared.then_some(installed_kw), burning_kw })
    }

    /// Adds the lamps to the load of their transformer, kW per interval. Lamps that nobody declared
    /// get a line in the truth, as innocents.
    pub(super) fn add(self, scene: &Scene, node: &str, load: &mut [f64]) -> Option<TruthRow> {
        for (kw, &at) in load.iter_mut().zip(&scene.start) {
            *kw += self.burning_kw * scene.place.position().dark_share(at);
        }
        self.declared_kw.is_none().then(|| TruthRow::of_undeclared_lighting(node))
    }
}
