//! Plants farms of known kind, size and start in kept series: what a farm looks like in this very
//! dump.
//!
//! Hosts are a sample of the user's own usage points (chosen by the hash of their id, so the choice
//! is stable). Sizes are log-uniform from the smallest farm worth the name, or half of the host's
//! own load where that is more (a smaller part is hard to tell in anything but a change, and would
//! blur what the others look like), up to three times the contracted power; half of the farms run
//! from the first reading, half start at an even chance anywhere in the middle nine tenths; two in
//! five run in premises that are hardly used otherwise. Sizes and kinds are assumptions, and the
//! README says so.
//! Source: models M1 to M4 of `synth::FarmModel`.

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::domain::{Calendar, FARM_UNITS, Purpose, Timestamp, Weather, seed_of};
use crate::series::LoadSeries;
use crate::synth::{FarmKind, FarmModel};

use super::stories::Story;

/// Kinds of farm with their share among the planted.
const KINDS: &[(FarmKind, f64)] = &[
    (FarmKind::Constant, 0.35),
    (FarmKind::Night, 0.15),
    (FarmKind::PeakShaved, 0.10),
    (FarmKind::Weekend, 0.05),
    (FarmKind::Interrupted, 0.10),
    (FarmKind::Staircase, 0.15),
    (FarmKind::Ramp, 0.10),
];
/// A farm smaller than this share of the host's own mean load is not asked for: nothing could tell
/// it.
const LEAST_SHARE: f64 = 0.5;
/// Largest farm as a multiple of contracted power.
const CONTRACT_MULTIPLE: f64 = 3.0;
/// Largest farm where no contracted power is known, as a multiple of the host's own mean load.
const MEAN_MULTIPLE: f64 = 30.0;
/// Largest planted farm of a host without contract and load, kW.
const LEAST_UPPER_KW: f64 = 10.0;

/// Share of farms that run in premises which are hardly used for anything else.
const VACANT: f64 = 0.4;
/// What is left there of the host's own load, even in the logarithm.
const VACANT_LOAD: std::ops::Range<f64> = 0.02..0.5;

/// How farms are planted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InjectionSettings {
    /// Seed of the run.
    pub seed: u64,
    /// Farms planted in each host, one at a time.
    pub per_host: u32,
}

/// A usage point whose whole series is kept.
#[derive(Debug, Clone, Copy)]
pub struct Host<'a> {
    /// Its series, behind the fault gate.
    pub series: &'a LoadSeries,
    /// Contracted power, kW.
    pub contracted_kw: Option<f64>,
    /// Farms planted in it, one at a time.
    pub farms: u32,
}

/// A host with a farm.
#[derive(Debug, Clone)]
pub struct Planted {
    /// Index of the host.
    pub host: usize,
    /// What was planted.
    pub kind: FarmKind,
    /// Mean power of the farm while it runs, kW.
    pub kw: f64,
    /// When it starts; `None` = before the first reading.
    pub onset: Option<Timestamp>,
    /// Whether the premises are hardly used for anything else.
    pub vacant: bool,
    /// The host's series with the farm.
    pub series: LoadSeries,
}

impl Planted {
    /// How the farm is there.
    #[must_use]
    pub fn story(&self) -> Story {
        let scheduled = matches!(self.kind, FarmKind::Night | FarmKind::PeakShaved | FarmKind::Weekend);
        Story { scheduled, vacant: self.vacant, begins: self.onset.is_some() }
    }
}

/// Plants farms in every host and hands each to `measure`, in parallel; results come in the order
/// of hosts.
#[must_use]
pub fn plant<T: Send>(
    hosts: &[Host],
    settings: InjectionSettings,
    calendar: &Calendar,
    weather: &Weather,
    measure: impl Fn(Planted) -> Option<T> + Sync,
) -> Vec<T> {
    hosts
        .par_iter()
        .enumerate()
        .flat_map_iter(|(index, host)| {
            let measure = &measure;
            (0..host.farms)
                .filter_map(move |turn| measure(plant_one(index, *host, settings.seed, turn, calendar, weather)?))
        })
        .collect()
}

fn plant_one(
    index: usize,
    host: Host,
    seed: u64,
    turn: u32,
    calendar: &Calendar,
    weather: &Weather,
) -> Option<Planted> {
    // Profiles fold readings to hours anyway; a farm drawn for whole hours costs a quarter of one
    // for quarters.
    let whole_hours = calendar.offset_s(host.series.start) % 3600 == 0;
    let mut hourly = if whole_hours { host.series.hourly() } else { host.series.clone() };
    if hourly.kw.is_empty() {
        return None;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed_of(seed, &hourly.usage_point, Purpose::Injection, u64::from(turn)));
    let kind = draw_kind(&mut rng);
    let left = draw_left(&mut rng);
    let vacant = left.is_some();
    if let Some(left) = left {
        hourly.kw.iter_mut().for_each(|kw| *kw *= left as f32);
    }
    let series = &hourly;
    let size_kw = draw_size_kw(&mut rng, mean_kw(series), host.contracted_kw);
    let model = FarmModel::draw(&mut rng, kind, size_kw);
    let onset =
        rng.random_bool(0.5).then(|| series.at((series.kw.len() as f64 * rng.random_range(0.05..0.95)) as usize));
    let start: Vec<Timestamp> = (0..series.kw.len()).map(|i| series.at(i)).collect();
    let temperature_c = weather.at_each(&start);
    let farm_kw = model.load_kw(&mut rng, &start, series.step_min, calendar, &temperature_c, onset);
    let kw = series.kw.iter().zip(&farm_kw).map(|(own, farm)| own + farm).collect();
    let planted =
        LoadSeries { usage_point: series.usage_point.clone(), start: series.start, step_min: series.step_min, kw };
    Some(Planted { host: index, kind, kw: model.running_kw(), onset, vacant, series: planted })
}

fn draw_kind(rng: &mut ChaCha8Rng) -> FarmKind {
    let mut left: f64 = rng.random_range(0.0..1.0);
    for &(kind, share) in KINDS {
        left -= share;
        if left <= 0.0 {
            return kind;
        }
    }
    FarmKind::Constant
}

/// What is left of the load of premises that are hardly used for anything else; `None` where they
/// are used as before.
pub(super) fn draw_left(rng: &mut ChaCha8Rng) -> Option<f64> {
    rng.random_bool(VACANT).then(|| rng.random_range(VACANT_LOAD.start.ln()..VACANT_LOAD.end.ln()).exp())
}

/// Size of a farm at a host whose mean load is `mean_kw`, kW.
pub(super) fn draw_size_kw(rng: &mut ChaCha8Rng, mean_kw: f64, contracted_kw: Option<f64>) -> f64 {
    let low = FARM_UNITS[0].unit_kw.max(LEAST_SHARE * mean_kw);
    let high =
        contracted_kw.map_or(MEAN_MULTIPLE * mean_kw, |kw| CONTRACT_MULTIPLE * kw).max(LEAST_UPPER_KW).max(2.0 * low);
    (rng.random_range(low.ln()..high.ln())).exp()
}

fn mean_kw(series: &LoadSeries) -> f64 {
    let valid: Vec<f64> = series.kw.iter().filter(|kw| !kw.is_nan()).map(|&kw| f64::from(kw)).collect();
    valid.iter().sum::<f64>() / valid.len().max(1) as f64
}
