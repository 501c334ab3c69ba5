//! Low-voltage lines of a transformer and the volts that its meters see on them.
//!
//! Each transformer feeds some lines with poles along them; a customer hangs at a pole by a service
//! of his own, on one phase or on three. Volts between phase and neutral fall along the way by what
//! flows there: own phase by (1 + κ) P + 2 χ Q times the resistance of the phase conductor, the
//! other two by the neutral's share, which turns with the phase, κ and χ being resistance and
//! reactance of the neutral over that resistance. Linear in power about 230 V (no loss flows back);
//! means of an interval are those of mean powers.
//! The busbar moves with the 10 kV side, which all transformers of a substation share, and falls
//! with the transformer's own load. Meters err by a quarter of a per cent for good and show 0.1 V.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::balance_meter::balance_meter_id;
use super::chance::{AutoRegression, between, chance, log_normal, normal};
use super::member::{Base, Member};
use super::scene::Scene;
use super::settings::CheckedSettings;
use super::town::TransformerPlan;
use super::usage::Usage;
use crate::domain::{Purpose, seed_of};

/// What flows through every span of a line by phase and instant, kW and kvar.
type LineFlows = Vec<[Vec<[f64; 2]>; 3]>;

/// Nominal volts between phase and neutral.
const VOLTS: f64 = 230.0;
/// Ohm of a span of line and of a service: 35 m of 35 to 70 mm², 20 m of 16 mm² aluminium.
const SPAN_OHM: (f64, f64) = (0.015, 0.035);
const SERVICE_OHM: (f64, f64) = (0.02, 0.06);
/// Resistance of the neutral over that of a phase, and reactance of either over it.
const NEUTRAL: (f64, f64) = (0.9, 1.4);
const REACTANCE: f64 = 0.25;
/// Largest mean drop along a line, volts; lines of larger ones are thicker.
const MOST_DROP: f64 = 8.0;
/// Standard deviation of a meter's own error, as a share, and its noise, volts.
const GAIN_SD: f64 = 0.0025;
const NOISE: f64 = 0.05;
/// Customers of a pole, and of a line, on average.
const AT_POLE: f64 = 3.0;
const AT_LINE: f64 = 24.0;
/// Loads of at least so many kW have three phases as a rule.
const THREE_PHASES_KW: f64 = 10.0;
/// Drop of a transformer at its rated load, as a share.
const TRANSFORMER_DROP: f64 = 0.025;

/// Where something hangs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    line: usize,
    pole: usize,
    /// Share of the load on each phase.
    phases: [f64; 3],
    /// Ohm between pole and premises; 0 at the pole.
    service_ohm: f64,
}

/// A load at a place.
struct Load {
    place: Place,
    kw: Vec<f32>,
    /// Reactive over active power.
    tan: f64,
}

/// Volts and reactive energy of one phase of one meter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct VoltSeries {
    pub(super) id: String,
    /// As the meter calls it: a meter of one phase calls that 1.
    pub(super) phase: u8,
    /// Mean volts of each interval.
    pub(super) volt: Vec<f32>,
    /// Reactive energy of each interval, kvarh.
    pub(super) kvarh: Vec<f32>,
}

/// A line of `network.csv`: where a usage point, or the load that no meter of a transformer sees,
/// truly hangs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PlaceRow {
    level: &'static str,
    id: String,
    transformer: String,
    line: usize,
    pole: usize,
    phases: String,
    at: &'static str,
    /// Usage points that hang at the same place.
    beside: String,
}

/// What a transformer's lines leave behind.
#[derive(Debug, Default)]
pub(super) struct Wired {
    pub(super) volts: Vec<VoltSeries>,
    pub(super) places: Vec<PlaceRow>,
}

/// The lines of a transformer while loads are hung up.
pub(super) struct Wires<'a> {
    settings: &'a CheckedSettings,
    scene: &'a Scene,
    plan: &'a TransformerPlan,
    rng: ChaCha8Rng,
    neutral: f64,
    /// Ohm of each span of each line.
    spans: Vec<Vec<f64>>,
    members: Vec<(String, Place)>,
    loads: Vec<Load>,
    rows: Vec<PlaceRow>,
}

impl<'a> Wires<'a> {
    /// Draws the lines, where volts are asked for.
    pub(super) fn draw(settings: &'a CheckedSettings, scene: &'a Scene, plan: &'a TransformerPlan) -> Option<Self> {
        settings.volts?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &plan.id, Purpose::Synthesis, 20));
        let lines = ((plan.members.len() as f64 / AT_LINE).round() as usize).clamp(2, 8);
        let poles = (plan.members.len() as f64 / lines as f64 / AT_POLE).ceil().max(2.0) as usize;
        let ohm = between(&mut rng, SPAN_OHM.0, SPAN_OHM.1);
        let spans = (0..lines).map(|_| (0..poles).map(|_| ohm * between(&mut rng, 0.6, 1.4)).collect()).collect();
        let neutral = between(&mut rng, NEUTRAL.0, NEUTRAL.1);
        let (members, loads, rows) = (Vec::new(), Vec::new(), Vec::new());
        Some(Self { settings, scene, plan, rng, neutral, spans, members, loads, rows })
    }

    /// Hangs up a customer with what flows through his meter and past it.
    pub(super) fn hang(&mut self, member: &Member, usage: &Usage) {
        let place = self.place(usage.contracted_kw >= THREE_PHASES_KW && !matches!(member.base, Base::Home { .. }));
        let past = |i: usize| usage.unmetered_kw.get(i).copied().unwrap_or(0.0);
        let kw = usage.metered_kw.iter().enumerate().map(|(i, kw)| kw + past(i)).collect();
        let tan = log_normal(&mut self.rng, 0.2, 0.5).min(0.9);
        self.rows.push(self.row(
            "usage_point",
            member.id(),
            place,
            if place.service_ohm > 0.0 { "service" } else { "pole" },
        ));
        self.members.push((member.id(), place));
        self.loads.push(Load { place, kw, tan });
    }

    /// Hangs up a load that no meter sees: at a customer's premises, or at a pole.
    pub(super) fn tap(&mut self, kw: Vec<f32>) {
        let most = kw.iter().copied().fold(0.0, f32::max);
        let has_three = f64::from(most) > THREE_PHASES_KW && chance(&mut self.rng, 0.7);
        let own = self.place(has_three);
        let host = self.members[self.rng.random_range(0..self.members.len())].1;
        let is_inside = chance(&mut self.rng, 0.6);
        let service_ohm = if is_inside { host.service_ohm } else { 0.0 };
        let phases = if is_inside && !has_three { host.phases } else { own.phases };
        let place = Place { line: host.line, pole: host.pole, phases, service_ohm };
        let row = self.row("node", self.plan.id.clone(), place, if is_inside { "service" } else { "pole" });
        let beside = |(_, other): &&(String, Place)| {
            let is_host = other.service_ohm.to_bits() == host.service_ohm.to_bits();
            (other.line, other.pole) == (host.line, host.pole) && (is_host || !is_inside)
        };
        let beside: Vec<&str> = self.members.iter().filter(beside).map(|(id, _)| id.as_str()).collect();
        self.rows.push(PlaceRow { beside: beside.join(" "), ..row });
        self.loads.push(Load { place, kw, tan: 0.03 });
    }

    fn place(&mut self, has_three: bool) -> Place {
        let rng = &mut self.rng;
        let (line, phase) = (rng.random_range(0..self.spans.len()), rng.random_range(0..3));
        let pole = rng.random_range(0..self.spans[line].len());
        let mut phases = [0.0; 3];
        if has_three {
            phases = [0, 1, 2].map(|_| between(rng, 0.8, 1.2));
            let sum: f64 = phases.iter().sum();
            phases = phases.map(|share| share / sum);
        } else {
            phases[phase] = 1.0;
        }
        Place { line, pole, phases, service_ohm: between(rng, SERVICE_OHM.0, SERVICE_OHM.1) }
    }

    fn row(&self, level: &'static str, id: String, place: Place, at: &'static str) -> PlaceRow {
        let letters = ["a", "b", "c"].into_iter().zip(place.phases).filter(|(_, share)| *share > 0.0);
        PlaceRow {
            level,
            id,
            transformer: self.plan.id.clone(),
            line: place.line,
            pole: place.pole,
            phases: letters.map(|(letter, _)| letter).collect(),
            at,
            beside: String::new(),
        }
    }

    /// Volts of every meter, those of the balance meter last.
    pub(super) fn finish(mut self, rated_kva: f64) -> Wired {
        let flows = self.flows();
        self.thicken(&flows);
        let busbar = self.busbar(rated_kva);
        let mut volts = Vec::new();
        for index in 0..self.members.len() {
            let (id, place) = self.members[index].clone();
            let draw = seed_of(self.settings.seed, &id, Purpose::Synthesis, 21) as f64 / u64::MAX as f64;
            if draw >= self.settings.volts.unwrap_or(0.0) {
                continue;
            }
            let three = place.phases.iter().filter(|share| **share > 0.0).count() == 3;
            for phase in (0..3).filter(|&phase| place.phases[phase] > 0.0) {
                let true_volts = self.volts_at(place, phase, (&self.loads[index], &flows), &busbar);
                let label = if three { phase as u8 + 1 } else { 1 };
                let load = &self.loads[index];
                let share = place.phases[phase] * load.tan * self.scene.step_h();
                let kvarh = load.kw.iter().map(|kw| (f64::from(*kw) * share * 1000.0).round() as f32 / 1000.0);
                let kvarh = kvarh.collect();
                volts.push(VoltSeries { id: id.clone(), phase: label, volt: self.shown(&true_volts), kvarh });
            }
        }
        if self.plan.metered {
            for (phase, true_volts) in busbar.iter().enumerate() {
                let (id, kvarh) = (balance_meter_id(&self.plan.id), vec![f32::NAN; true_volts.len()]);
                volts.push(VoltSeries { id, phase: phase as u8 + 1, volt: self.shown(true_volts), kvarh });
            }
        }
        Wired { volts, places: self.rows }
    }

    /// What flows through each span of each line by phase, kW and kvar, the span before pole 0
    /// first.
    fn flows(&self) -> Vec<LineFlows> {
        let none = || [0, 1, 2].map(|_| vec![[0.0; 2]; self.scene.len()]);
        let mut flows: Vec<LineFlows> = self.spans.iter().map(|spans| spans.iter().map(|_| none()).collect()).collect();
        for load in &self.loads {
            let line = &mut flows[load.place.line];
            for span in &mut line[..=load.place.pole] {
                for phase in (0..3).filter(|&phase| load.place.phases[phase] > 0.0) {
                    for (flow, kw) in span[phase].iter_mut().zip(&load.kw) {
                        let kw = load.place.phases[phase] * f64::from(*kw);
                        *flow = [flow[0] + kw, flow[1] + load.tan * kw];
                    }
                }
            }
        }
        flows
    }

    /// Takes thicker conductors where lines would drop too much.
    fn thicken(&mut self, flows: &[LineFlows]) {
        for (spans, line) in self.spans.iter_mut().zip(flows) {
            let mean = |span: &[Vec<[f64; 2]>; 3]| {
                span.iter()
                    .map(|phase| phase.iter().map(|flow| flow[0]).sum::<f64>() / phase.len() as f64)
                    .fold(0.0, f64::max)
            };
            let drop: f64 = spans.iter().zip(line).map(|(ohm, span)| 2.0 * ohm * mean(span) * 1000.0 / VOLTS).sum();
            let thicker = (MOST_DROP / drop.max(1e-9)).min(1.0);
            for ohm in spans.iter_mut() {
                *ohm *= thicker;
            }
        }
    }

    /// True volts of the busbar by phase.
    fn busbar(&mut self, rated_kva: f64) -> [Vec<f64>; 3] {
        let seed = |name: &str| ChaCha8Rng::seed_from_u64(seed_of(self.settings.seed, name, Purpose::Synthesis, 22));
        let hours = self.scene.step_h();
        let (mut above, mut feeder) = (seed("10 kV"), seed(&format!("feeder volts {}", self.plan.feeder)));
        let mut of_all = AutoRegression::new(&mut above, 2.0, hours / 6.0);
        let mut of_feeder = AutoRegression::new(&mut feeder, 1.0, hours / 2.0);
        let own = |rng: &mut ChaCha8Rng| AutoRegression::new(rng, 0.2, hours);
        let mut of_phase = [0, 1, 2].map(|_| own(&mut self.rng));
        let mut busbar = [0, 1, 2].map(|_| Vec::with_capacity(self.scene.len()));
        for i in 0..self.scene.len() {
            let common = 236.0 + of_all.next(&mut above) + of_feeder.next(&mut feeder);
            for phase in 0..3 {
                let kw = |load: &Load| load.place.phases[phase] * f64::from(load.kw[i]);
                let drop = self.loads.iter().map(kw).sum::<f64>() * 3.0 / rated_kva * TRANSFORMER_DROP * VOLTS;
                busbar[phase].push(common + of_phase[phase].next(&mut self.rng) - drop);
            }
        }
        busbar
    }

    /// True volts of a phase at a customer's premises, with his own load.
    fn volts_at(
        &self,
        place: Place,
        phase: usize,
        (own, flows): (&Load, &[LineFlows]),
        busbar: &[Vec<f64>; 3],
    ) -> Vec<f64> {
        let spans = &self.spans[place.line][..=place.pole];
        (0..self.scene.len())
            .map(|i| {
                let along: f64 = spans
                    .iter()
                    .zip(&flows[place.line])
                    .map(|(ohm, span)| ohm * self.ohmic(phase, |other| span[other][i]))
                    .sum();
                let kw = |other: usize| place.phases[other] * f64::from(own.kw[i]);
                let service = place.service_ohm * self.ohmic(phase, |other| [kw(other), own.tan * kw(other)]);
                busbar[phase][i] - (along + service) * 1000.0 / busbar[phase][i]
            })
            .collect()
    }

    /// Drop of a phase for one ohm of its conductor, in kW: see the header.
    fn ohmic(&self, phase: usize, flow: impl Fn(usize) -> [f64; 2]) -> f64 {
        let (kappa, chi) = (self.neutral, REACTANCE * self.neutral);
        (0..3)
            .map(|other| {
                let [kw, kvar] = flow(other);
                let turn = ((phase + 3 - other) % 3) as f64 * std::f64::consts::TAU / 3.0;
                let own = if other == phase { kw + REACTANCE * kvar } else { 0.0 };
                let (cos, sin) = (turn.cos(), turn.sin());
                own + (kappa * cos - chi * sin) * kw + (kappa * sin + chi * cos) * kvar
            })
            .sum()
    }

    /// What a meter shows of true volts.
    fn shown(&mut self, true_volts: &[f64]) -> Vec<f32> {
        let gain = 1.0 + GAIN_SD * normal(&mut self.rng);
        let rng = &mut self.rng;
        true_volts
            .iter()
            .map(|volt| ((volt * gain + NOISE * normal(rng)).max(0.0) * 10.0).round() as f32 / 10.0)
            .collect()
    }
}
