//! Who stands where: every usage point with its premises, customer data and part in the plot.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::domain::{Purpose, seed_of};

use super::home::{HomeHeating, around};
use super::premises::{LOOK_ALIKES, Premises};
use super::{FarmKind, SimulateSettings};

/// Fault planted in a usage point's readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlantedFault {
    Stuck,
    FlatFilled,
    Multiplier,
    Gaps,
    Duplicates,
    Spike,
    Export,
}

/// Faults in turn.
const FAULTS: &[PlantedFault] = &[
    PlantedFault::Stuck,
    PlantedFault::FlatFilled,
    PlantedFault::Multiplier,
    PlantedFault::Gaps,
    PlantedFault::Duplicates,
    PlantedFault::Spike,
    PlantedFault::Export,
];

/// Farms in turn: name in `truth.csv`, how it runs, share that bypasses the meter.
const FARMS: &[(&str, FarmKind, f64)] = &[
    ("flat", FarmKind::Constant, 0.0),
    ("night", FarmKind::Night, 0.0),
    ("stair", FarmKind::Staircase, 0.0),
    ("building_farm", FarmKind::Constant, 0.0),
    ("flat", FarmKind::Constant, 0.0),
    ("interrupted", FarmKind::Interrupted, 0.0),
    ("partial_bypass", FarmKind::Constant, 0.5),
    ("peak_shaved", FarmKind::PeakShaved, 0.0),
    ("split", FarmKind::Constant, 0.0),
    ("weekend", FarmKind::Weekend, 0.0),
    ("flat", FarmKind::Constant, 0.0),
    ("ramp", FarmKind::Ramp, 0.0),
    ("licensed", FarmKind::Constant, 0.0),
    ("licence_exceeded", FarmKind::Constant, 0.0),
];
/// Accounts that a split farm is spread over.
const SPLIT: usize = 3;

/// A farm planted in a usage point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlantedFarm {
    pub(super) kind: &'static str,
    pub(super) runs: FarmKind,
    pub(super) kw: f64,
    /// Share of the farm that the meter does not see.
    pub(super) bypassed: f64,
    /// When it starts as a share of the period; `None` = from the start.
    pub(super) onset: Option<f64>,
    /// Power on its licence, kW.
    pub(super) licensed_kw: Option<f64>,
}

/// One usage point as it will be simulated.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) premises: Premises,
    pub(super) heating: HomeHeating,
    pub(super) contracted_kw: f64,
    pub(super) address: String,
    pub(super) persons: Option<u32>,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) farm: Option<PlantedFarm>,
    pub(super) fault: Option<PlantedFault>,
    pub(super) register_only: bool,
    pub(super) in_grid: bool,
}

/// All usage points in the order of their ids.
pub(super) fn places(settings: &SimulateSettings) -> Vec<Place> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(settings.seed, "places", Purpose::Synthesis, 0));
    let count = settings.usage_points as usize;
    let mut places: Vec<Place> = (0..count).map(|index| ordinary(&mut rng, settings, index)).collect();
    let mut order: Vec<usize> = (0..count).collect();
    for index in (1..count).rev() {
        order.swap(index, rng.random_range(0..=index));
    }
    let number = |share: f64| (share * count as f64).round() as usize;
    let mut free = order.into_iter();
    plant_farms(&mut rng, &mut places, &mut free, number(settings.farm_share));
    for (turn, index) in free.by_ref().take(number(settings.look_alike_share)).enumerate() {
        places[index].premises = LOOK_ALIKES[turn % LOOK_ALIKES.len()];
        places[index].contracted_kw = 15.0;
        places[index].register_only = false;
    }
    for (turn, index) in free.take(number(settings.fault_share)).enumerate() {
        places[index].fault = Some(FAULTS[turn % FAULTS.len()]);
        places[index].register_only = false;
    }
    places
}

fn ordinary(rng: &mut ChaCha8Rng, settings: &SimulateSettings, index: usize) -> Place {
    let business = rng.random_bool(settings.business_share);
    let premises = if business { Premises::draw_business(rng) } else { Premises::Home };
    let electric = !business && rng.random_bool(settings.electric_heating_share);
    let heating = match (electric, rng.random_bool(0.25)) {
        (false, _) => HomeHeating::None,
        (true, true) => HomeHeating::Storage,
        (true, false) => HomeHeating::Direct,
    };
    let home_kw = [5.0, 7.0, 10.0, 15.0][rng.random_range(0..4_usize)];
    Place {
        id: format!("UP{index:07}"),
        premises,
        heating,
        contracted_kw: if business { around(rng, 60.0, 0.7).clamp(5.0, 2000.0).round() } else { home_kw },
        address: format!("Street {}, {}, apt {}", index / 60, index % 60 / 4 + 1, index % 4 + 1),
        persons: (!business).then(|| rng.random_range(1..6)),
        lat: 51.1 + rng.random_range(-0.08..0.08),
        lon: 71.4 + rng.random_range(-0.12..0.12),
        farm: None,
        fault: None,
        register_only: !business && rng.random_bool(settings.register_share),
        in_grid: !rng.random_bool(settings.unlinked_share),
    }
}

/// Plants `count` farms in free places; a split farm takes three of them.
fn plant_farms(rng: &mut ChaCha8Rng, places: &mut [Place], free: &mut impl Iterator<Item = usize>, count: usize) {
    let mut planted = 0;
    let mut turn = 0;
    while planted < count {
        let (kind, runs, bypassed) = FARMS[turn % FARMS.len()];
        turn += 1;
        let onset = rng.random_bool(0.5).then(|| rng.random_range(0.1..0.9));
        let accounts = if kind == "split" { SPLIT } else { 1 };
        let mut split_kw = None;
        for _ in 0..accounts {
            let Some(index) = free.next() else { return };
            let place = &mut places[index];
            place.register_only = false;
            if kind == "building_farm" {
                place.premises = Premises::draw_business(rng);
                place.contracted_kw = around(rng, 90.0, 0.6).max(20.0).round();
            }
            let largest = (1.3 * place.contracted_kw).max(2.6);
            let drawn = (1.35_f64.ln() + rng.random_range(0.0..1.0) * (largest / 1.35).ln()).exp();
            let kw = *split_kw.get_or_insert(if kind == "building_farm" { drawn.max(0.2 * place.contracted_kw) } else { drawn });
            let licensed_kw = match kind {
                "licensed" => Some(kw * 1.15),
                "licence_exceeded" => Some(kw * 0.5),
                _ => None,
            };
            let onset = if licensed_kw.is_some() { None } else { onset };
            place.farm = Some(PlantedFarm { kind, runs, kw, bypassed, onset, licensed_kw });
            planted += 1;
        }
    }
}
