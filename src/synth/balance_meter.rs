//! The meters that measure what flows into grid nodes, and what goes wrong with them: a clock that
//! is fast or slow, a wrong ratio, one value over and over, gaps.
//!
//! Every meter's fault comes from a stream of its own, so no other meter changes with the share of
//! faults.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance, normal, pick};
use super::meter_readings::{LOST_WH, MeterReadings, count_pulses, shifted};
use super::scene::{Scene, some_onset};
use super::settings::CheckedSettings;
use super::tables::TruthRow;
use crate::domain::{Purpose, Timestamp, seed_of};

/// Standard deviation of the gain error: class 0.5 with transformers.
const GAIN_SD: f64 = 0.002;
/// Minutes by which a clock is wrong.
const CLOCK_MIN: [i32; 6] = [15, 20, 30, 30, 45, 60];
/// Wrong ratios: current transformers of half or twice the size, and steps of their usual series.
const RATIOS: [f64; 6] = [0.5, 2.0, 0.75, 1.5, 20.0, 0.1];

/// What is wrong with a balance meter.
#[derive(Debug, Clone, Copy, PartialEq)]
enum BalanceFault {
    /// Its clock is so many minutes ahead of the true time; negative = behind.
    Clock { ahead_min: i32 },
    /// It counts so many times the energy.
    Ratio { factor: f64 },
    /// It repeats one value for some days.
    Stuck,
    /// Days are missing.
    Gaps,
}

/// Id of the meter that measures what flows into a node.
pub(super) fn balance_meter_id(node: &str) -> String {
    format!("M-{node}")
}

/// Whether the balance meter of a transformer is read by hand, its register only.
pub(super) fn has_register_only(settings: &CheckedSettings, node: &str) -> bool {
    let draw = seed_of(settings.seed, &balance_meter_id(node), Purpose::Synthesis, 9) as f64 / u64::MAX as f64;
    draw < settings.balance_register_share
}

/// Whether the balance meter of a transformer sits behind it, at 0.4 kV.
pub(super) fn is_at_low_voltage(settings: &CheckedSettings, node: &str) -> bool {
    let draw = seed_of(settings.seed, &balance_meter_id(node), Purpose::Synthesis, 10) as f64 / u64::MAX as f64;
    draw < settings.lv_balance_share
}

/// Reads the flow into a node, mean kW per base interval, and says what is wrong with its meter.
pub(super) fn read(
    settings: &CheckedSettings,
    scene: &Scene,
    node: &str,
    flow_kw: &[f64],
) -> (MeterReadings, Option<TruthRow>) {
    let id = balance_meter_id(node);
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 3));
    let gain = 1.0 + GAIN_SD * normal(&mut rng);
    let count = |flow_kw: &[f64]| count_pulses(flow_kw.iter().copied(), scene.step_h(), 1, 10, gain);
    let of = |wh: Vec<i32>| MeterReadings {
        id: id.clone(),
        every: 1,
        wh,
        repeats: Vec::new(),
        null_rows: false,
        registers: Vec::new(),
    };
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 4));
    let Some(fault) = BalanceFault::draw(&mut rng, settings) else { return (of(count(flow_kw)), None) };
    let truth = |onset: Option<Timestamp>| Some(TruthRow::of_balance_meter(scene, node, fault.truth_kind(), onset));
    match fault {
        BalanceFault::Clock { ahead_min } => {
            (of(count(&shifted(flow_kw, f64::from(ahead_min) / f64::from(scene.step_min)))), truth(None))
        }
        BalanceFault::Ratio { factor } => {
            let onset = chance(&mut rng, 0.5).then(|| some_onset(&mut rng, scene));
            let counted =
                |(&at, &kw): (&Timestamp, &f64)| if onset.is_none_or(|onset| at >= onset) { factor * kw } else { kw };
            (of(count(&scene.start.iter().zip(flow_kw).map(counted).collect::<Vec<_>>())), truth(onset))
        }
        BalanceFault::Stuck | BalanceFault::Gaps => {
            let mut wh = count(flow_kw);
            let per_day = wh.len().div_ceil(scene.days.len().max(1));
            for _ in 0..rng.random_range(1..=3) {
                let from = rng.random_range(0..wh.len());
                let to = (from + (between(&mut rng, 1.0, 8.0) * per_day as f64) as usize).min(wh.len());
                let level = if fault == BalanceFault::Gaps { LOST_WH } else { wh[from] };
                wh[from..to].fill(level);
            }
            (of(wh), truth(None))
        }
    }
}

impl BalanceFault {
    fn draw(rng: &mut ChaCha8Rng, settings: &CheckedSettings) -> Option<Self> {
        let place = between(rng, 0.0, 1.0);
        let ahead_min = pick(rng, &CLOCK_MIN) * if chance(rng, 0.5) { 1 } else { -1 };
        let factor = pick(rng, &RATIOS);
        let faults = [
            (settings.balance_clock_share, Self::Clock { ahead_min }),
            (settings.balance_ratio_share, Self::Ratio { factor }),
            (settings.balance_stuck_share, Self::Stuck),
            (settings.balance_gap_share, Self::Gaps),
        ];
        let mut end = 0.0;
        faults.into_iter().find_map(|(share, fault)| {
            end += share;
            (place < end).then_some(fault)
        })
    }

    /// The word used in `truth.csv`, with the size after a colon: minutes ahead, or the factor.
    fn truth_kind(self) -> String {
        match self {
            Self::Clock { ahead_min } => format!("balance_clock:{ahead_min:+}"),
            Self::Ratio { factor } => format!("balance_ratio:{factor}"),
            Self::Stuck => "balance_stuck".to_owned(),
            Self::Gaps => "balance_gaps".to_owned(),
        }
    }
}
