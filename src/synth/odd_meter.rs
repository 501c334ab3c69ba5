//! What is strange about one customer's meter: a coarse display, a clock that is wrong, an
//! exchange, a wrong ratio, one value over and over.
//!
//! A display cuts the register off, so an interval's energy is the difference of two cut readings:
//! errors of one step alternate and never add up. A clock that is fast stamps the past. A ratio
//! multiplies what the register shows, so its readings keep to multiples of the step times the
//! ratio.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::chance::{between, chance, pick};
use super::member::{Base, Member, Planted};
use super::meter_readings::shifted;
use super::meter_readings::{MeterReadings, count_pulses};
use super::oddities::Oddities;
use super::scene::Scene;
use super::settings::CheckedSettings;
use crate::domain::{Purpose, seed_of};

/// Ratios of the current transformers of large customers whose display shows hundredths: the step
/// they see is that many times as large.
const LARGE_RATIOS: [i64; 4] = [20, 30, 40, 60];
/// Wrong ratios of homes, which have no transformers, and of businesses, where theirs is forgotten,
/// counted twice or taken for the next of the series.
const HOME_RATIOS: [f64; 6] = [10.0, 20.0, 30.0, 40.0, 60.0, 2.0];
const BUSINESS_RATIOS: [f64; 9] = [20.0, 30.0, 40.0, 60.0, 0.05, 0.1, 0.5, 2.0, 1.5];
/// Minutes by which a clock is wrong where intervals are an hour long, and intervals by which it is
/// where they are shorter.
const HOURS_MIN: [i32; 4] = [60, 60, 60, -60];
const STEPS: [i32; 6] = [1, 1, 2, -1, -1, -2];

/// The least mean power that is told as missing, kW.
const LEAST_MISSING_KW: f64 = 0.05;

/// What is strange about one meter.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct OddMeter {
    /// One step of the display, Wh; `None` = as fine as the meter was built.
    pub(super) display_wh: Option<i64>,
    /// Minutes by which its clock is fast; negative = slow.
    pub(super) ahead_min: i32,
    /// Another meter takes its place.
    pub(super) exchange: Option<Exchange>,
    /// It shows something else than was used.
    pub(super) fault: Option<ShownFault>,
}

/// A meter that takes the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exchange {
    /// First base interval that it counts.
    pub(super) from: usize,
    /// One step of its display, Wh; `None` = as the old one was built.
    pub(super) display_wh: Option<i64>,
}

/// A meter that shows something else than was used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ShownFault {
    /// So many times the energy from this base interval on.
    Ratio {
        /// What is multiplied by.
        factor: f64,
        /// First base interval; 0 = from the first reading.
        from: usize,
    },
    /// One value over and over in these base intervals.
    Stuck {
        /// One step of the display, not the last value.
        tiny: bool,
        /// First base interval.
        from: usize,
        /// First base interval after them.
        to: usize,
    },
}

impl OddMeter {
    /// Draws what is strange about the meter of `member` under the transformer `node`; `large`
    /// where it sits behind current transformers.
    pub(super) fn draw(settings: &CheckedSettings, scene: &Scene, node: &str, member: &Member, large: bool) -> Self {
        let odd = &settings.oddities;
        if odd.none() {
            return Self::default();
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &member.id(), Purpose::Synthesis, 10));
        let display_wh = draw_display(&mut rng, odd, large);
        let own_clock = chance(&mut rng, odd.customer_clock_share);
        let own_min = draw_ahead(&mut rng, scene);
        let zone_min = concentrator_min(settings, node);
        let exchanged = chance(&mut rng, odd.exchanged_share);
        let exchange =
            Exchange { from: some_interval(&mut rng, scene, member), display_wh: draw_display(&mut rng, odd, large) };
        let ahead_min = if zone_min != 0 { zone_min } else { own_min * i32::from(own_clock) };
        let fault =
            if member.planted == Planted::Nothing { ShownFault::draw(&mut rng, odd, scene, member) } else { None };
        Self { display_wh, ahead_min, exchange: exchanged.then_some(exchange), fault }
    }

    /// Energy per reading, Wh, of a load (mean kW per base interval) on a meter that was built for
    /// steps of `pulse_wh` and gains `gain`.
    pub(super) fn count(
        &self,
        scene: &Scene,
        every: usize,
        mut load_kw: Vec<f64>,
        pulse_wh: i64,
        gain: f64,
    ) -> Vec<i32> {
        if self.ahead_min != 0 {
            load_kw = shifted(&load_kw, f64::from(self.ahead_min) / f64::from(scene.step_min));
        }
        let until = self.exchange.map_or(load_kw.len(), |exchange| exchange.from.min(load_kw.len()));
        let (old, new) = load_kw.split_at(until);
        let step_wh = self.display_wh.unwrap_or(pulse_wh);
        let mut wh = count_pulses(old.iter().copied(), scene.step_h(), every, step_wh, gain);
        if let Some(exchange) = self.exchange {
            let step_wh = exchange.display_wh.unwrap_or(pulse_wh);
            wh.extend(count_pulses(new.iter().copied(), scene.step_h(), every, step_wh, gain));
        }
        self.apply_fault(&mut wh, every, step_wh);
        wh
    }

    fn apply_fault(&self, wh: &mut [i32], every: usize, step_wh: i64) {
        match self.fault {
            None => {}
            Some(ShownFault::Ratio { factor, from }) => {
                let from = (from / every).min(wh.len());
                wh[from..].iter_mut().for_each(|wh| *wh = (f64::from(*wh) * factor).round() as i32);
            }
            Some(ShownFault::Stuck { tiny, from, to }) => {
                let (from, to) = ((from / every).min(wh.len()), (to / every).min(wh.len()));
                let value = if tiny { step_wh as i32 } else { wh.get(from).copied().unwrap_or(0).max(step_wh as i32) };
                wh[from..to].fill(value);
            }
        }
    }

    /// Mean of what was used and is not shown while the fault lasts, kW, and since which base
    /// interval; `None` where nothing to speak of is missing.
    ///
    /// Below 50 W, what a home leaves on at night, nothing is told: no balance of a transformer
    /// hears it.
    pub(super) fn not_shown(&self, scene: &Scene, load_kw: &[f32], readings: &MeterReadings) -> Option<(f64, usize)> {
        let (from, to) = match self.fault? {
            ShownFault::Ratio { from, .. } => (from, load_kw.len()),
            ShownFault::Stuck { from, to, .. } => (from, to.min(load_kw.len())),
        };
        let hours = (to.saturating_sub(from)) as f64 * scene.step_h();
        let used_kwh: f64 = load_kw[from..to].iter().map(|&kw| f64::from(kw)).sum::<f64>() * scene.step_h();
        let last = (to / readings.every).min(readings.wh.len());
        let shown_kwh: f64 =
            readings.wh[(from / readings.every).min(last)..last].iter().map(|&wh| f64::from(wh) / 1000.0).sum();
        let missing_kw = (used_kwh - shown_kwh) / hours.max(scene.step_h());
        (missing_kw > LEAST_MISSING_KW).then_some((missing_kw, from))
    }
}

impl ShownFault {
    fn draw(rng: &mut ChaCha8Rng, odd: &Oddities, scene: &Scene, member: &Member) -> Option<Self> {
        let place = between(rng, 0.0, 1.0);
        let (begins, tiny, for_days) = (chance(rng, 0.5), chance(rng, 0.5), chance(rng, 0.5));
        let from = some_interval(rng, scene, member);
        let home = matches!(member.base, Base::Home { .. });
        let factor = if home { pick(rng, &HOME_RATIOS) } else { pick(rng, &BUSINESS_RATIOS) };
        let lasting =
            (between(rng, 5.0, 30.0) * 1440.0) as usize / scene.step_min as usize / member.every * member.every;
        if place < odd.customer_ratio_share {
            Some(Self::Ratio { factor, from: if begins { from } else { 0 } })
        } else if place < odd.customer_ratio_share + odd.customer_stuck_share {
            Some(Self::Stuck { tiny, from, to: if for_days { (from + lasting).min(scene.len()) } else { scene.len() } })
        } else {
            None
        }
    }
}

/// One step of the display, Wh.
fn draw_display(rng: &mut ChaCha8Rng, odd: &Oddities, large: bool) -> Option<i64> {
    let (place, ratio) = (between(rng, 0.0, 1.0), pick(rng, &LARGE_RATIOS));
    if place < odd.whole_kwh_share {
        Some(1000)
    } else if place < odd.whole_kwh_share + odd.tenths_share {
        Some(100)
    } else if place < odd.whole_kwh_share + odd.tenths_share + odd.hundredths_share {
        Some(if large { 10 * ratio } else { 10 })
    } else {
        None
    }
}

/// Minutes by which a clock is wrong: an hour, or some intervals where they are shorter.
fn draw_ahead(rng: &mut ChaCha8Rng, scene: &Scene) -> i32 {
    let (hour_min, steps, by_steps) = (pick(rng, &HOURS_MIN), pick(rng, &STEPS), chance(rng, 0.5));
    if by_steps && scene.step_min < 60 { steps * scene.step_min as i32 } else { hour_min }
}

/// Minutes by which the data concentrator of a transformer is wrong; 0 = it is right.
fn concentrator_min(settings: &CheckedSettings, node: &str) -> i32 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, node, Purpose::Synthesis, 11));
    let wrong = chance(&mut rng, settings.oddities.concentrator_clock_share);
    pick(&mut rng, &HOURS_MIN) * i32::from(wrong)
}

/// A base interval in the middle four fifths at which a reading of `member` begins.
fn some_interval(rng: &mut ChaCha8Rng, scene: &Scene, member: &Member) -> usize {
    (between(rng, 0.1, 0.9) * scene.len() as f64) as usize / member.every * member.every
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::SimulateSettings;

    fn scene() -> Scene {
        Scene::new(&SimulateSettings { days: 20, step_min: 60, ..SimulateSettings::default() }.checked().unwrap())
    }

    #[test]
    fn rounding_errors_of_a_coarse_display_alternate_and_never_add_up() {
        let scene = scene();
        let odd = OddMeter { display_wh: Some(1000), ..OddMeter::default() };
        let wh = odd.count(&scene, 1, vec![0.37; scene.len()], 1, 1.0);
        let total: i64 = wh.iter().map(|&wh| i64::from(wh)).sum();
        assert!(
            wh.iter().all(|wh| [0, 1000].contains(wh)) && (total as f64 - 370.0 * scene.len() as f64).abs() < 1000.0,
            "{total}"
        );
    }

    #[test]
    fn a_new_meter_shows_steps_of_its_own_and_a_ratio_multiplies_what_is_shown() {
        let scene = scene();
        let exchange = Exchange { from: 240, display_wh: Some(100) };
        let odd = OddMeter { display_wh: Some(10), exchange: Some(exchange), ..OddMeter::default() };
        let wh = odd.count(&scene, 1, vec![0.333; scene.len()], 1, 1.0);
        assert!(
            wh[..240].iter().all(|wh| wh % 10 == 0)
                && wh[..240].iter().any(|wh| wh % 100 != 0)
                && wh[240..].iter().all(|wh| wh % 100 == 0)
        );
        let odd = OddMeter {
            display_wh: Some(10),
            fault: Some(ShownFault::Ratio { factor: 30.0, from: 240 }),
            ..OddMeter::default()
        };
        let wh = odd.count(&scene, 1, vec![0.333; scene.len()], 1, 1.0);
        assert!(wh[239] < 400 && wh[240..].iter().all(|wh| wh % 300 == 0 && *wh > 9000));
    }

    #[test]
    fn a_stuck_meter_repeats_one_value_and_leaves_the_rest_of_the_load_to_the_balance() {
        let scene = scene();
        let odd = OddMeter { fault: Some(ShownFault::Stuck { tiny: true, from: 100, to: 480 }), ..OddMeter::default() };
        let load = vec![2.0_f32; scene.len()];
        let wh = odd.count(&scene, 1, load.iter().map(|&kw| f64::from(kw)).collect(), 1, 1.0);
        assert!(wh[100..].iter().all(|&wh| wh == 1) && wh[99] == 2000);
        let readings = MeterReadings {
            id: "a".into(),
            every: 1,
            wh,
            repeats: Vec::new(),
            null_rows: false,
            registers: Vec::new(),
        };
        let (kw, from) = odd.not_shown(&scene, &load, &readings).unwrap();
        assert!((kw - 1.999).abs() < 1e-6 && from == 100, "{kw}");
    }
}
