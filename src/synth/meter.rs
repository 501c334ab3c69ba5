//! What a meter reports of a load: whole pulses with a small gain error, and the faults that data
//! pick up on the way.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::chance::{chance, normal, pick};
use super::member::{DataFault, Member, Planted, ReadBy, Untidy};
use super::meter_readings::{LOST_WH, MeterReadings};
use super::odd_meter::OddMeter;
use super::scene::Scene;
use super::settings::{CheckedSettings, Registers};
use crate::domain::{Purpose, seed_of};

/// Standard deviation of a customer meter's gain error: class 1 meters (IEC 62053-21) lie well
/// within their ±1 %.
const GAIN_SD: f64 = 0.003;
/// Above this mean power meters are connected through current transformers and count whole 10 Wh.
const TRANSFORMER_METERED_KW: f64 = 30.0;

impl MeterReadings {
    /// Reads the load of a usage point and applies the faults planted there.
    pub(super) fn of_member(
        settings: &CheckedSettings,
        scene: &Scene,
        member: &Member,
        metered_kw: &[f32],
        odd: &OddMeter,
    ) -> Self {
        let id = member.id();
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &id, Purpose::Synthesis, 3));
        let pulse = if is_large(metered_kw) { 10 } else { 1 };
        let gain = 1.0 + GAIN_SD * normal(&mut rng);
        let tamper = if let Planted::Tampered(tamper) = member.planted { Some(tamper) } else { None };
        let shown = metered_kw
            .iter()
            .enumerate()
            .map(|(i, &kw)| f64::from(kw) * tamper.map_or(1.0, |tamper| tamper.shown(scene, i)));
        let wh = odd.count(scene, member.every, shown.collect(), pulse, gain);
        let counter_wh = 1000 * rng.random_range(200..60_000);
        let wanted = member.read == ReadBy::Register || settings.registers == Registers::Everywhere;
        let restart = odd.exchange.map(|exchange| exchange.from);
        let registers = if wanted {
            read_register(&register_days(settings, scene, &id), member.every, &wh, counter_wh, restart)
        } else {
            Vec::new()
        };
        let mut readings = Self { id, every: member.every, wh, repeats: Vec::new(), null_rows: false, registers };
        let per_day = 1440 / (scene.step_min as usize * member.every);
        match member.planted {
            Planted::Fault(fault) => readings.apply_fault(&mut rng, fault, per_day),
            Planted::Untidy(untidy) => readings.apply_untidy(&mut rng, untidy, per_day),
            Planted::Nothing | Planted::Farm(_) | Planted::Licensed { .. } | Planted::Tampered(_) => {}
        }
        readings
    }

    fn apply_fault(&mut self, rng: &mut ChaCha8Rng, fault: DataFault, per_day: usize) {
        let n = self.wh.len();
        match fault {
            DataFault::Stuck => {
                let from = rng.random_range(0..n.div_ceil(2));
                let to = if chance(rng, 0.5) { n } else { (from + rng.random_range(5..30) * per_day).min(n) };
                let level = self.wh[from..to].iter().map(|&wh| i64::from(wh)).sum::<i64>() / (to - from) as i64;
                self.wh[from..to].fill(level.max(1) as i32);
            }
            DataFault::FlatFilled => {
                let spread_days = if chance(rng, 0.5) { 1 } else { 7 };
                for _ in 0..rng.random_range(1..=3) {
                    let from = rng.random_range(0..n) / per_day * per_day;
                    let to = (from + rng.random_range(4..25) * per_day).min(n);
                    for piece in self.wh[from..to].chunks_mut(spread_days * per_day) {
                        let total: i64 = piece.iter().map(|&wh| i64::from(wh)).sum();
                        piece.fill((total / piece.len() as i64) as i32);
                    }
                }
            }
            DataFault::Multiplier => {
                let from = rng.random_range(n / 5..=n * 4 / 5);
                let factor = pick(rng, &[2, 10, 20, 30, 40]);
                self.wh[from..].iter_mut().for_each(|wh| *wh = wh.saturating_mul(factor));
            }
        }
    }

    fn apply_untidy(&mut self, rng: &mut ChaCha8Rng, untidy: Untidy, per_day: usize) {
        let n = self.wh.len();
        match untidy {
            Untidy::Gaps => {
                self.null_rows = chance(rng, 0.5);
                for wh in &mut self.wh {
                    if chance(rng, 0.01) {
                        *wh = LOST_WH;
                    }
                }
                for _ in 0..rng.random_range(1..=3) {
                    let from = rng.random_range(0..n);
                    let to = (from + rng.random_range(per_day / 12..=4 * per_day)).min(n);
                    self.wh[from..to].fill(LOST_WH);
                }
            }
            Untidy::Duplicates => {
                for (i, &wh) in self.wh.iter().enumerate() {
                    if chance(rng, 0.005) {
                        self.repeats.push((i, if chance(rng, 0.5) { wh } else { wh + rng.random_range(1..200) }));
                    }
                }
            }
            Untidy::Spikes => {
                for _ in 0..rng.random_range(1..=4) {
                    let at = rng.random_range(0..n);
                    self.wh[at] = pick(rng, &[9_999_999, 500_000, 6_553_500]);
                }
            }
            // The load itself is negative at noon; nothing more happens on the way.
            Untidy::Export => {}
        }
    }
}

impl MeterReadings {
    /// The register of a meter that counts all of its intervals, read as those of usage points are.
    pub(super) fn registers_of(&self, settings: &CheckedSettings, scene: &Scene) -> Vec<(usize, f64)> {
        read_register(&register_days(settings, scene, &self.id), self.every, &self.wh, 0, None)
    }
}

/// Base intervals at whose start a register is read: every `register_days` days. All registers are
/// read on the same days and at the end of the axis, or each usage point's own from one of the
/// first `register_spread_days` days on.
fn register_days(settings: &CheckedSettings, scene: &Scene, id: &str) -> Vec<usize> {
    let first = seed_of(settings.seed, id, Purpose::Synthesis, 7) % u64::from(settings.register_spread_days);
    let days = scene.days.iter().skip(first as usize).step_by(settings.register_days as usize).map(|day| day.first);
    let end = (settings.register_spread_days == 1).then(|| scene.len());
    days.chain(end).collect()
}

/// The counter at the start of these base intervals, kWh; `restart`: a new meter counts from nought
/// from this base interval on.
fn read_register(at: &[usize], every: usize, wh: &[i32], counter_wh: i64, restart: Option<usize>) -> Vec<(usize, f64)> {
    let counted = |from: usize, to: usize| wh[from..to].iter().map(|&wh| i64::from(wh)).sum::<i64>();
    let restart = restart.map(|interval| (interval / every).min(wh.len()));
    let read = |&interval: &usize| {
        let until = (interval / every).min(wh.len());
        let counter = match restart.filter(|&restart| until >= restart) {
            Some(restart) => counted(restart, until),
            None => counter_wh + counted(0, until),
        };
        (interval, counter as f64 / 1000.0)
    };
    at.iter().map(read).collect()
}

/// Whether a load is metered through current transformers.
pub(super) fn is_large(metered_kw: &[f32]) -> bool {
    metered_kw.iter().map(|&kw| f64::from(kw)).sum::<f64>() / metered_kw.len() as f64 > TRANSFORMER_METERED_KW
}
