//! Meters that have been made to show less than is used.
//!
//! What is shown is a share of the load that depends on the time: a part or nothing from some day
//! on, nothing in a window of the night, or the load with its sign turned. The load itself, and so
//! the balance of the transformer, stays what it is.

use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance, pick};
use super::farm::DailyWindow;
use super::scene::{Scene, some_onset};
use super::settings::TamperKind;
use crate::domain::Timestamp;

/// Windows in which a meter is stopped at night, minutes of the local day.
const NIGHTS: [DailyWindow; 3] = [
    DailyWindow { from_min: 22 * 60, to_min: 6 * 60 },
    DailyWindow { from_min: 23 * 60, to_min: 7 * 60 },
    DailyWindow { from_min: 0, to_min: 5 * 60 },
];

/// The ways in turn.
const IN_TURN: [TamperKind; 5] =
    [TamperKind::Drop, TamperKind::Zero, TamperKind::Scaled, TamperKind::NightZero, TamperKind::Reversed];

/// What has been done to a meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tamper {
    /// How; never `Mixed`.
    kind: TamperKind,
    /// Share of the load that the meter shows, -1 to 1.
    share: f64,
    /// Only in this window of the day.
    window: Option<DailyWindow>,
    /// First instant; `None` = from the first reading.
    pub(super) from: Option<Timestamp>,
}

impl Tamper {
    /// A meter that shows `share` of the load from the first reading to the last.
    pub(super) fn scaled(share: f64) -> Self {
        Self { kind: TamperKind::Scaled, share, window: None, from: None }
    }

    /// Draws what was done to the meter number `number` of those that are tampered with.
    pub(super) fn draw(rng: &mut ChaCha8Rng, scene: &Scene, kind: TamperKind, number: usize) -> Self {
        let kind = if kind == TamperKind::Mixed { IN_TURN[number % IN_TURN.len()] } else { kind };
        let from_the_start = match kind {
            TamperKind::Scaled | TamperKind::NightZero => chance(rng, 0.5),
            _ => false,
        };
        let from = (!from_the_start).then(|| some_onset(rng, scene));
        let share = match kind {
            TamperKind::Zero | TamperKind::NightZero => 0.0,
            TamperKind::Reversed => -1.0,
            _ => between(rng, 0.2, 0.7),
        };
        let window = (kind == TamperKind::NightZero).then(|| pick(rng, &NIGHTS));
        Self { kind, share, window, from }
    }

    /// The word used in `truth.csv`.
    pub(super) fn truth_kind(self) -> &'static str {
        match self.kind {
            TamperKind::Drop => "drop",
            TamperKind::Zero => "zero",
            TamperKind::Mixed | TamperKind::Scaled => "scaled",
            TamperKind::NightZero => "night_zero",
            TamperKind::Reversed => "reversed",
        }
    }

    /// Share of the load that the meter shows in a base interval; 1 = all of it.
    pub(super) fn shown(self, scene: &Scene, interval: usize) -> f64 {
        if self.from.is_some_and(|from| scene.start[interval] < from) {
            return 1.0;
        }
        let inside = self.window.map_or(1.0, |window| window.share(scene.local.minute[interval], scene.step_min));
        1.0 - inside * (1.0 - self.share)
    }

    /// Mean of what is used and not shown, over the intervals in which the meter does not show all,
    /// kW; 0 when there is none.
    pub(super) fn not_shown_kw(self, scene: &Scene, load_kw: &[f32]) -> f64 {
        let hidden: Vec<f64> = load_kw
            .iter()
            .enumerate()
            .map(|(i, &kw)| (1.0 - self.shown(scene, i), f64::from(kw)))
            .filter(|(share, _)| *share > 0.0)
            .map(|(share, kw)| share * kw)
            .collect();
        if hidden.is_empty() { 0.0 } else { hidden.iter().sum::<f64>() / hidden.len() as f64 }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::synth::SimulateSettings;

    fn scene() -> Scene {
        Scene::new(&SimulateSettings { days: 20, step_min: 60, ..SimulateSettings::default() }.checked().unwrap())
    }

    #[test]
    fn every_way_hides_load_from_its_day_on() {
        let scene = scene();
        let load = vec![2.0_f32; scene.len()];
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let hidden: Vec<(&str, f64)> = (0..5)
            .map(|number| {
                let tamper = Tamper::draw(&mut rng, &scene, TamperKind::Mixed, number);
                assert!(tamper.from.is_none_or(|_| tamper.shown(&scene, 0) == 1.0));
                (tamper.truth_kind(), tamper.not_shown_kw(&scene, &load))
            })
            .collect();
        assert_eq!(
            hidden.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
            ["drop", "zero", "scaled", "night_zero", "reversed"]
        );
        assert_eq!((hidden[1].1, hidden[3].1, hidden[4].1), (2.0, 2.0, 4.0), "{hidden:?}");
        assert!(hidden.iter().all(|(_, kw)| *kw > 0.5), "{hidden:?}");
    }

    #[test]
    fn at_night_a_stopped_meter_shows_nothing_and_by_day_everything() {
        let scene = scene();
        let tamper = Tamper { window: Some(NIGHTS[0]), kind: TamperKind::NightZero, share: 0.0, from: None };
        assert_eq!([3, 12, 23].map(|hour| tamper.shown(&scene, 24 + hour)), [0.0, 1.0, 0.0]);
    }
}
