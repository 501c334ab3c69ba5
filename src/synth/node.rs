//! Grid nodes: what flows into a transformer, a feeder and a substation, and the plan turned into
//! readings transformer by transformer.
//!
//! Transformer inflow = load + unmetered load + line loss + transformer loss. Line loss is
//! quadratic, 3 % at 40 % of the rated power (low-voltage lines lose 2 to 6 %). Feeders lose 1.5 %
//! at their peak, substations 0.1 % always and 0.4 % more at their peak.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::balance_meter;
use super::bills::{BillRow, Bills};
use super::details::DetailRow;
use super::farm::FarmModel;
use super::member::{Member, ReadBy};
use super::meter::is_large;
use super::meter_readings::MeterReadings;
use super::odd_meter::OddMeter;
use super::readings::Rows;
use super::scene::Scene;
use super::settings::{CheckedSettings, ReadingsOrder};
use super::street_lighting::StreetLighting;
use super::tables::{CustomerRow, RegisterRow, TruthRow};
use super::town::{Tap, TransformerPlan};
use super::turn::Supply;
use super::usage::{FarmUse, Usage, mean_while_running};
use super::visits::{InspectionRow, visit};
use super::wires::{Wired, Wires};
use crate::domain::{Purpose, TransformerRating, seed_of, transformer_loss_kw};

/// Power factor of the load at a transformer.
const POWER_FACTOR: f64 = 0.95;
/// Line loss at the reference load, as a share of it, and that load as a share of the rated power.
const LINE_LOSS: f64 = 0.03;
const LINE_LOSS_AT: f64 = 0.4;
/// Loss of a feeder at its peak.
const FEEDER_LOSS: f64 = 0.015;
/// Constant and load loss of a substation, as shares of its peak.
const SUBSTATION_LOSS: (f64, f64) = (0.001, 0.004);
/// Ratings on offer, kVA.
const RATINGS_KVA: [f64; 14] =
    [25.0, 40.0, 63.0, 100.0, 160.0, 250.0, 400.0, 630.0, 1000.0, 1600.0, 2500.0, 4000.0, 6300.0, 10_000.0];

/// Everything that one transformer leaves behind.
#[derive(Debug, Default)]
pub(super) struct TransformerOutput {
    /// Meters with interval readings, the balance meter last.
    pub(super) meters: Vec<MeterReadings>,
    /// The readings as rows, when they are written meter by meter.
    pub(super) rows: Rows,
    pub(super) registers: Vec<RegisterRow>,
    pub(super) bills: Vec<BillRow>,
    pub(super) inspections: Vec<InspectionRow>,
    pub(super) customers: Vec<CustomerRow>,
    pub(super) truth: Vec<TruthRow>,
    pub(super) details: Vec<DetailRow>,
    /// Volts, where they are asked for.
    pub(super) wired: Wired,
    pub(super) rated_kva: f64,
    /// Flow into the transformer, mean kW per interval.
    pub(super) flow_kw: Vec<f64>,
}

/// Draws every load under a transformer and reads its meters.
pub(super) fn run_transformer(settings: &CheckedSettings, scene: &Scene, plan: &TransformerPlan) -> TransformerOutput {
    let mut load = vec![0.0_f64; scene.len()];
    let mut output = TransformerOutput::default();
    let supply = Supply::draw(settings, scene, &format!("feeder {}", plan.feeder));
    let (mut bills, mut wires) = (Bills::new(settings, scene, plan), Wires::draw(settings, scene, plan));
    for member in &plan.members {
        let usage = Usage::draw(settings, scene, member, &supply);
        load.iter_mut().zip(&usage.metered_kw).for_each(|(total, &kw)| *total += f64::from(kw));
        load.iter_mut().zip(&usage.unmetered_kw).for_each(|(total, &kw)| *total += f64::from(kw));
        if let Some(wires) = &mut wires {
            wires.hang(member, &usage);
        }
        let odd = OddMeter::draw(settings, scene, &plan.id, member, is_large(&usage.metered_kw));
        let readings = MeterReadings::of_member(settings, scene, member, &usage.metered_kw, &odd);
        output.tell(scene, plan, member, &usage, &odd, &readings);
        if let Some(bills) = &mut bills {
            bills.add(member, &usage, &readings);
        }
        output.inspections.extend(visit(settings, scene, member, &usage));
        let registers = if member.read == ReadBy::Nobody { &[] } else { readings.registers.as_slice() };
        output
            .registers
            .extend(registers.iter().map(|&(interval, kwh)| RegisterRow::new(scene, &readings.id, interval, kwh)));
        output.customers.push(CustomerRow::new(settings, plan, member, &usage));
        if member.read == ReadBy::Intervals {
            output.meters.push(readings);
        }
    }
    if let Some((bills, truth)) = bills.map(Bills::finish) {
        output.bills = bills;
        output.truth.extend(truth);
    }
    if let Some(lighting) = StreetLighting::draw(settings, &plan.id) {
        output.truth.extend(lighting.add(scene, &plan.id, &mut load));
    }
    output.rated_kva = rating_for(&load);
    if let Some(tap) = &plan.tap {
        let before = load.clone();
        let (truth, detail) = add_tap(settings, scene, &plan.id, plan.metered, tap, &supply, &mut load);
        if let Some(wires) = &mut wires {
            wires.tap(load.iter().zip(&before).map(|(with, without)| (with - without) as f32).collect());
        }
        output.truth.push(truth);
        output.details.push(detail);
    }
    output.wired = wires.map(|wires| wires.finish(output.rated_kva)).unwrap_or_default();
    supply.cut(&mut load);
    let mut sent_kw = sent_kw(output.rated_kva, &load);
    output.flow_kw = transformer_flow_kw(output.rated_kva, &sent_kw);
    supply.cut(&mut output.flow_kw);
    supply.cut(&mut sent_kw);
    if plan.metered {
        output.measure(settings, scene, &plan.id, &sent_kw);
    }
    if settings.order == ReadingsOrder::Meter {
        output.rows = Rows::by_meter(&output.meters);
        output.meters.iter_mut().for_each(|meter| meter.wh = Vec::new());
    }
    output
}

impl TransformerOutput {
    /// Reads the balance meter: before the transformer, or behind it, where `sent_kw` flows.
    fn measure(&mut self, settings: &CheckedSettings, scene: &Scene, id: &str, sent_kw: &[f64]) {
        let is_behind = balance_meter::is_at_low_voltage(settings, id);
        if is_behind {
            self.truth.push(TruthRow::of_low_voltage(id));
        }
        let measured_kw = if is_behind { sent_kw } else { &self.flow_kw };
        let (readings, fault) = balance_meter::read(settings, scene, id, measured_kw);
        self.truth.extend(fault);
        if balance_meter::has_register_only(settings, id) {
            let registers = readings.registers_of(settings, scene);
            let row = |(interval, kwh)| RegisterRow::new(scene, &readings.id, interval, kwh);
            self.registers.extend(registers.into_iter().map(row));
        } else {
            self.meters.push(readings);
        }
    }

    /// Adds the truth about a member to the tables: what it is, what its farm used, what its meter
    /// does not show.
    fn tell(
        &mut self,
        scene: &Scene,
        plan: &TransformerPlan,
        member: &Member,
        usage: &Usage,
        odd: &OddMeter,
        readings: &MeterReadings,
    ) {
        let mut truth = TruthRow::of_member(scene, plan, member, usage);
        self.details.push(DetailRow::of_member(scene, member, usage, odd));
        if let (Some(fault), Some((kw, from))) = (odd.fault, odd.not_shown(scene, &usage.metered_kw, readings)) {
            // Whoever lists a meter that shows too little is not wrong, and whoever does not has
            // missed no farm.
            for row in &mut truth {
                row.label = -1;
            }
            truth.push(TruthRow::of_faulty_meter(scene, &plan.id, fault, kw, from, member.id()));
        }
        self.truth.extend(truth);
    }
}

/// Adds an unmetered load to a node's load and returns its line of the truth, and of the details.
pub(super) fn add_tap(
    settings: &CheckedSettings,
    scene: &Scene,
    node: &str,
    metered: bool,
    tap: &Tap,
    supply: &Supply,
    load: &mut [f64],
) -> (TruthRow, DetailRow) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, node, Purpose::Synthesis, 1));
    let model = FarmModel::draw(&mut rng, tap.kind, tap.target_kw);
    let mut taken =
        model.load_on_local_kw(&mut rng, &scene.start, scene.step_min, &scene.local, &scene.temperature_c, tap.onset);
    supply.cut(&mut taken);
    load.iter_mut().zip(&taken).for_each(|(total, &kw)| *total += f64::from(kw));
    let truth = TruthRow::of_node(scene, node, tap.truth_kind, metered, mean_while_running(&taken), tap.onset, None);
    (truth, DetailRow::of_tap(scene, node, FarmUse::of(&model, scene.step_h(), 1.0, &taken)))
}

/// The smallest rating that carries the peak with a quarter to spare.
fn rating_for(load_kw: &[f64]) -> f64 {
    let peak = load_kw.iter().copied().fold(0.0, f64::max);
    let needed = 1.25 * peak / POWER_FACTOR;
    RATINGS_KVA.iter().copied().find(|&kva| kva >= needed).unwrap_or(needed)
}

/// Flow out of a transformer to lines that carry `load_kw`, with their losses.
fn sent_kw(rated_kva: f64, load_kw: &[f64]) -> Vec<f64> {
    let reference = LINE_LOSS_AT * rated_kva;
    load_kw.iter().map(|load| load + LINE_LOSS * load * load / reference).collect()
}

/// Flow into a transformer that sends out `sent_kw`, with its own losses.
fn transformer_flow_kw(rated_kva: f64, sent_kw: &[f64]) -> Vec<f64> {
    let rating = TransformerRating::from_kva(rated_kva);
    let lost = |sent: f64| rating.map_or(0.0, |rating| transformer_loss_kw(rating, sent, POWER_FACTOR));
    sent_kw.iter().map(|&sent| sent + lost(sent)).collect()
}

/// Flow into a feeder whose transformers take `load_kw`.
pub(super) fn feeder_flow_kw(load_kw: &[f64]) -> Vec<f64> {
    let peak = load_kw.iter().copied().fold(1.0, f64::max);
    load_kw.iter().map(|load| load + FEEDER_LOSS * load * load / peak).collect()
}

/// Flow into a substation whose feeders take `load_kw`.
pub(super) fn substation_flow_kw(load_kw: &[f64]) -> Vec<f64> {
    let peak = load_kw.iter().copied().fold(1.0, f64::max);
    load_kw.iter().map(|load| load + SUBSTATION_LOSS.0 * peak + SUBSTATION_LOSS.1 * load * load / peak).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::SimulateSettings;
    use crate::synth::meter_readings::LOST_WH;
    use crate::synth::town::Town;

    #[test]
    fn the_balance_of_a_clean_transformer_closes_to_within_meter_noise() {
        let settings = SimulateSettings {
            usage_points: 150,
            days: 14,
            prevalence: 0.0,
            fault_share: 0.0,
            untidy_share: 0.0,
            balance_share: 1.0,
            order: ReadingsOrder::Time,
            ..SimulateSettings::default()
        };
        let settings = settings.checked().unwrap();
        let scene = Scene::new(&settings);
        let town = Town::draw(&settings, &scene);
        let output = run_transformer(&settings, &scene, &town.transformers[0]);
        let (balance, customers) = output.meters.split_last().unwrap();
        let total = |readings: &MeterReadings| {
            readings.wh.iter().filter(|&&wh| wh != LOST_WH).map(|&wh| i64::from(wh)).sum::<i64>() as f64
        };
        let supplied = total(balance);
        let metered: f64 = customers.iter().map(total).sum();
        let hours = scene.len() as f64 * scene.step_h();
        let rating = TransformerRating::from_kva(output.rated_kva).unwrap();
        let load_kw = metered / 1000.0 / hours;
        let loss_kw = transformer_loss_kw(rating, load_kw, POWER_FACTOR)
            + LINE_LOSS * load_kw * load_kw / (LINE_LOSS_AT * output.rated_kva);
        let residual = supplied / 1000.0 / hours - load_kw - loss_kw;
        assert!(residual.abs() < 0.012 * load_kw, "{residual} of {load_kw} kW");
    }
}
