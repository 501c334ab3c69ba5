//! One transformer with everything under it: true load, what its meters record, what they are made to say, and the balance.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::domain::{Purpose, TransformerRating, seed_of, transformer_loss_kw};

use super::place::{Place, PlantedFault};
use super::scene::Scene;
use super::{FarmKind, FarmModel, SimulateSettings};

/// Standard ratings, kVA.
const RATINGS: &[f64] = &[25.0, 40.0, 63.0, 100.0, 160.0, 250.0, 400.0, 630.0, 1000.0, 1600.0, 2500.0];
const POWER_FACTOR: f64 = 0.95;
/// Line loss at mean load, as a share.
const LINE_LOSS: f64 = 0.025;

/// What one meter delivers.
#[derive(Debug)]
pub(super) struct MeterReadings {
    pub(super) id: String,
    /// Intervals of the scene that make one reading.
    pub(super) every: usize,
    /// Energy of each reading, kWh; NaN = no row.
    pub(super) kwh: Vec<f64>,
    /// Readings that are delivered a second time, with another value.
    pub(super) twice: Vec<(usize, f64)>,
}

/// A line of `truth.csv`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Truth {
    pub(super) level: &'static str,
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) label: i8,
    pub(super) kw: f64,
    pub(super) onset: Option<String>,
    pub(super) customer: Option<String>,
}

/// One transformer, simulated.
#[derive(Debug)]
pub(super) struct Street {
    pub(super) meters: Vec<MeterReadings>,
    /// Register readings: id, day and counter in kWh.
    pub(super) registers: Vec<(String, Vec<(usize, f64)>)>,
    pub(super) truth: Vec<Truth>,
    pub(super) rated_kva: f64,
    /// What flows into the transformer, kW.
    pub(super) supplied_kw: Vec<f64>,
}

impl Street {
    /// Simulates transformer number `index` with its `places`.
    pub(super) fn simulate(settings: &SimulateSettings, scene: &Scene, index: usize, places: &[Place]) -> Self {
        let name = transformer_name(index);
        let mut street = Self { meters: Vec::new(), registers: Vec::new(), truth: Vec::new(), rated_kva: 0.0, supplied_kw: Vec::new() };
        let mut total_kw = vec![0.0_f64; scene.len()];
        for place in places {
            street.add_place(settings, scene, &name, place, &mut total_kw);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &name, Purpose::Synthesis, 1));
        if rng.random_bool(settings.tap_share) {
            street.add_tap(scene, &name, index, &mut rng, &mut total_kw);
        }
        street.supply(&total_kw);
        street
    }

    fn add_place(&mut self, settings: &SimulateSettings, scene: &Scene, transformer: &str, place: &Place, total_kw: &mut [f64]) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, &place.id, Purpose::Synthesis, 0));
        let mut kw = place.premises.load_kw(&mut rng, scene, place.heating);
        let label = if place.farm.as_ref().is_some_and(|farm| farm.kind == "licensed") { -1 } else { i8::from(place.farm.is_some()) };
        let mut truth = Truth {
            level: "usage_point",
            id: place.id.clone(),
            kind: place.fault.map_or(place.premises.kind(), fault_kind),
            label,
            kw: 0.0,
            onset: None,
            customer: None,
        };
        if let Some(farm) = &place.farm {
            let model = FarmModel::draw(&mut rng, farm.runs, farm.kw);
            let onset = farm.onset.map(|share| scene.start[(share * scene.len() as f64) as usize]);
            let load = model.load_kw(&mut rng, &scene.start, scene.step_min, &scene.calendar, &scene.temperature_c, onset);
            for (index, farm_kw) in load.iter().enumerate() {
                kw[index] += farm_kw * (1.0 - farm.bypassed) as f32;
                total_kw[index] += f64::from(*farm_kw) * farm.bypassed;
            }
            let onset = onset.map(|at| scene.calendar.format(at));
            truth = Truth { kind: farm.kind, kw: model.running_kw() * (1.0 - farm.bypassed), onset: onset.clone(), ..truth };
            if farm.bypassed > 0.0 {
                let customer = Some(place.id.clone());
                let kw = model.running_kw() * farm.bypassed;
                self.truth.push(Truth { level: "node", id: transformer.to_owned(), kind: farm.kind, label: 1, kw, onset, customer });
            }
        }
        for (total, kw) in total_kw.iter_mut().zip(&kw) {
            *total += f64::from(*kw);
        }
        self.truth.push(truth);
        if place.register_only {
            self.registers.push((place.id.clone(), register_reads(&mut rng, scene, &kw)));
            return;
        }
        let hourly = settings.mixed_steps && !matches!(place.premises.tariff_class(), "household");
        let every = if hourly { (60 / settings.step_min) as usize } else { 1 };
        self.meters.push(record(&mut rng, scene, place, &kw, every));
    }

    /// A load between two and sixty kilowatts that no meter under the transformer sees.
    fn add_tap(&mut self, scene: &Scene, name: &str, index: usize, rng: &mut ChaCha8Rng, total_kw: &mut [f64]) {
        let (kind, runs) = if index.is_multiple_of(2) { ("tap", FarmKind::Constant) } else { ("night_tap", FarmKind::Night) };
        let size_kw = 2.0 * 30_f64.powf(rng.random_range(0.0..1.0));
        let model = FarmModel::draw(rng, runs, size_kw);
        let onset = rng.random_bool(0.5).then(|| scene.start[rng.random_range(scene.len() / 10..scene.len() * 9 / 10)]);
        let load = model.load_kw(rng, &scene.start, scene.step_min, &scene.calendar, &scene.temperature_c, onset);
        for (total, kw) in total_kw.iter_mut().zip(load) {
            *total += f64::from(kw);
        }
        let onset = onset.map(|at| scene.calendar.format(at));
        self.truth.push(Truth { level: "node", id: name.to_owned(), kind, label: 1, kw: model.running_kw(), onset, customer: None });
    }

    /// Adds technical loss to the load: what the balance meter sees.
    fn supply(&mut self, total_kw: &[f64]) {
        let peak = total_kw.iter().copied().fold(1.0, f64::max);
        let mean = total_kw.iter().sum::<f64>() / total_kw.len().max(1) as f64;
        self.rated_kva = RATINGS.iter().copied().find(|&kva| kva * POWER_FACTOR >= 1.1 * peak).unwrap_or(2500.0);
        let rating = TransformerRating::from_kva(self.rated_kva);
        self.supplied_kw = total_kw
            .iter()
            .map(|&kw| {
                let lines = if mean > 0.0 { LINE_LOSS * kw * kw / mean } else { 0.0 };
                kw + lines + rating.map_or(0.0, |rating| transformer_loss_kw(rating, kw, POWER_FACTOR))
            })
            .collect();
    }
}

/// Name of transformer number `index`.
pub(super) fn transformer_name(index: usize) -> String {
    format!("T{index:05}")
}

/// A balance meter's readings of a flow, with an error of 0.3 %.
pub(super) fn balance_readings(settings: &SimulateSettings, scene: &Scene, node: &str, supplied_kw: &[f64]) -> MeterReadings {
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, node, Purpose::Synthesis, 2));
    let kwh = supplied_kw
        .iter()
        .map(|kw| {
            let normal: f64 = StandardNormal.sample(&mut rng);
            milli(kw * scene.step_h() * (1.0 + 0.003 * normal))
        })
        .collect();
    MeterReadings { id: format!("M-{node}"), every: 1, kwh, twice: Vec::new() }
}

/// To whole watt-hours.
fn milli(kwh: f64) -> f64 {
    (kwh * 1000.0).round() / 1000.0
}

fn fault_kind(fault: PlantedFault) -> &'static str {
    match fault {
        PlantedFault::Stuck => "look:stuck",
        PlantedFault::FlatFilled => "look:flat_filled",
        PlantedFault::Multiplier => "look:multiplier",
        PlantedFault::Gaps => "look:gaps",
        PlantedFault::Duplicates => "look:duplicates",
        PlantedFault::Spike => "look:spike",
        PlantedFault::Export => "look:export",
    }
}

/// What the meter delivers of the load behind it.
fn record(rng: &mut ChaCha8Rng, scene: &Scene, place: &Place, kw: &[f32], every: usize) -> MeterReadings {
    let kwh: Vec<f64> = kw.chunks_exact(every).map(|part| milli(part.iter().map(|&kw| f64::from(kw)).sum::<f64>() * scene.step_h())).collect();
    let mut readings = MeterReadings { id: place.id.clone(), every, kwh, twice: Vec::new() };
    if let Some(fault) = place.fault {
        spoil(rng, scene, fault, &mut readings);
    }
    readings
}

fn spoil(rng: &mut ChaCha8Rng, scene: &Scene, fault: PlantedFault, readings: &mut MeterReadings) {
    let n = readings.kwh.len();
    let at = rng.random_range(n / 10..n * 6 / 10 + 1).min(n - 1);
    let per_day = (24.0 / (scene.step_h() * readings.every as f64)) as usize;
    let rest = &mut readings.kwh[at..];
    match fault {
        PlantedFault::Stuck => {
            let value = rest[0].max(0.05);
            rest.fill(value);
        }
        PlantedFault::FlatFilled => {
            let midnight = (at / per_day * per_day).min(n - 1);
            let end = (midnight + 10 * per_day).min(n);
            let mean = milli(readings.kwh[midnight..end].iter().sum::<f64>() / (end - midnight) as f64).max(0.02);
            readings.kwh[midnight..end].fill(mean);
        }
        PlantedFault::Multiplier => rest.iter_mut().for_each(|kwh| *kwh *= 20.0),
        PlantedFault::Gaps => {
            for _ in 0..4 {
                let first = rng.random_range(0..n);
                let end = (first + rng.random_range(1..3 * per_day)).min(n);
                readings.kwh[first..end].fill(f64::NAN);
            }
        }
        PlantedFault::Duplicates => {
            for _ in 0..20 {
                let index = rng.random_range(0..n);
                readings.twice.push((index, milli(readings.kwh[index] * 1.5 + 0.01)));
            }
        }
        PlantedFault::Spike => readings.kwh[at] = 9_999.999,
        PlantedFault::Export => rest.iter_mut().step_by(per_day).for_each(|kwh| *kwh = -kwh.abs() - 0.1),
    }
}

/// A counter read about monthly, first on some day of the first month.
fn register_reads(rng: &mut ChaCha8Rng, scene: &Scene, kw: &[f32]) -> Vec<(usize, f64)> {
    let mut counter = rng.random_range(100.0..60_000.0);
    let mut next = rng.random_range(0..28_usize.min(scene.days.len().max(1)));
    let mut reads = Vec::new();
    for (index, day) in scene.days.iter().enumerate() {
        if index == next {
            reads.push((index, (counter * 10.0_f64).round() / 10.0));
            next += rng.random_range(28..34);
        }
        counter += kw[day.first..day.end].iter().map(|&kw| f64::from(kw)).sum::<f64>() * scene.step_h();
    }
    // A last reading makes at least one pair.
    if reads.len() == 1 && scene.days.len() > reads[0].0 + 1 {
        reads.push((scene.days.len() - 1, (counter * 10.0).round() / 10.0));
    }
    reads
}
