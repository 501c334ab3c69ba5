//! A trial of the balance engine: which load that no meter sees would be found at which level of
//! this very grid, by size and kind?
//!
//! Taps are planted, one at a time, in the balances of nodes without a finding: their power is
//! added to what is supplied and to what is left over. The balance is then taken apart and judged
//! anew, against the other nodes of its level as they are. A tap is found when its node would stand
//! on the work list.
//! Assumes: losses that a tap adds on its way are those that are computed. Weak when: a level has
//! few nodes, for each is then judged by few others.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::domain::{Level, NodeKind, Purpose, Timestamp, Weather, seed_of};
use crate::findings::TrialFarm;
use crate::synth::{FarmKind, FarmModel};

use super::balanced::{Balanced, level, level_of, reserve, since};
use super::decomposition::decompose;
use super::grid_setting::GridSetting;
use super::null::{NodeLevel, Null};

/// Kinds of tap and the word for each.
const KINDS: [(FarmKind, &str); 3] =
    [(FarmKind::Constant, "constant"), (FarmKind::Night, "night"), (FarmKind::PeakShaved, "scheduled")];
/// Size bands in which one tap of each kind is planted at each transformer, kW.
const SIZES_KW: [f64; 7] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// The same at feeders and substations, kW.
const UPPER_SIZES_KW: [f64; 7] = [4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// Nodes of a level that are planted in; of more, a sample by their ids.
const MOST_HOSTS: usize = 40;
/// Half of the taps begin within this share of the hours.
const BEGINS_WITHIN: std::ops::Range<f64> = 0.15..0.85;

/// What a trial plants with.
#[derive(Clone, Copy)]
pub(crate) struct TapSetting<'a> {
    pub(crate) grid: &'a GridSetting<'a>,
    pub(crate) weather: &'a Weather,
    pub(crate) seed: u64,
}

/// One tap to be planted.
struct Tap {
    kind: (FarmKind, &'static str),
    /// Mean power while it runs, kW.
    kw: f64,
    onset: Option<Timestamp>,
    /// Power in every hour of the balance, kW.
    load_kw: Vec<f64>,
}

/// Plants and judges taps at every level; in the order of levels and nodes.
pub(crate) fn tap_trial(balanced: &[Balanced], setting: &TapSetting) -> Vec<TrialFarm> {
    let mut levels: BTreeMap<NodeKind, Vec<(&Balanced, NodeLevel)>> = BTreeMap::new();
    for node in balanced {
        if let Some(own) = level(node) {
            levels.entry(node.node.kind).or_default().push((node, own));
        }
    }
    levels.values().flat_map(|nodes| at_level(nodes, setting)).collect()
}

fn at_level(nodes: &[(&Balanced, NodeLevel)], setting: &TapSetting) -> Vec<TrialFarm> {
    let is_clean = |index: &usize| nodes[*index].0.odds.is_some_and(|odds| odds.log_odds < 0.0);
    let mut hosts: Vec<usize> = (0..nodes.len()).filter(is_clean).collect();
    hosts.sort_by_key(|&index| seed_of(setting.seed, &nodes[index].0.node.node, Purpose::Sample, 0));
    hosts.truncate(MOST_HOSTS);
    hosts.sort_unstable();
    let at_host = |&host: &usize| {
        let others: Vec<NodeLevel> =
            nodes.iter().enumerate().filter(|(index, _)| *index != host).map(|(_, (_, level))| *level).collect();
        let (null, node) = (Null::of(&others), nodes[host].0);
        taps(node, setting).into_iter().filter_map(|tap| judge(node, &null, &tap, setting.grid)).collect::<Vec<_>>()
    };
    hosts.par_iter().flat_map_iter(at_host).collect()
}

/// A tap of every size and kind, drawn for a node.
fn taps(node: &Balanced, setting: &TapSetting) -> Vec<Tap> {
    let at = &node.residual.at;
    let temperature_c = setting.weather.at_each(at);
    let sizes_kw = if node.node.kind == NodeKind::Transformer { SIZES_KW } else { UPPER_SIZES_KW };
    let mut taps = Vec::with_capacity(KINDS.len() * (sizes_kw.len() - 1));
    for (turn, (size, kind)) in sizes_kw.windows(2).flat_map(|size| KINDS.map(|kind| (size, kind))).enumerate() {
        let mut rng =
            ChaCha8Rng::seed_from_u64(seed_of(setting.seed, &node.node.node, Purpose::Injection, turn as u64));
        let kw = rng.random_range(size[0].ln()..size[1].ln()).exp();
        let onset = rng.random_bool(0.5).then(|| at[(at.len() as f64 * rng.random_range(BEGINS_WITHIN)) as usize]);
        let model = FarmModel::draw(&mut rng, kind.0, kw);
        // A farm has whole units; a tap of any size has its shape.
        let scale = kw / model.running_kw();
        let load = model.load_kw(&mut rng, at, 60, setting.grid.calendar, &temperature_c, onset);
        taps.push(Tap { kind, kw, onset, load_kw: load.iter().map(|&load| scale * f64::from(load)).collect() });
    }
    taps
}

fn judge(node: &Balanced, null: &Null, tap: &Tap, setting: &GridSetting) -> Option<TrialFarm> {
    let mut residual = node.residual.clone();
    residual.supplied_kw.iter_mut().zip(&tap.load_kw).for_each(|(kw, tap)| *kw += tap);
    residual.residual_kw.iter_mut().zip(&tap.load_kw).for_each(|(kw, tap)| *kw += tap);
    let residual = residual.averaged();
    let found = decompose(&residual, &setting.locality(node.node), node.line_loss)?;
    let odds = null.judge(&level_of(&residual, &found, node.own_loss), &found, reserve(node), setting.prior);
    let dated = since(&odds, &found);
    Some(TrialFarm {
        level: Level::Node(node.node.kind),
        kind: tap.kind.1,
        kw: tap.kw,
        found: odds.log_odds >= 0.0,
        kw_error: Some((odds.kw / tap.kw - 1.0).abs()),
        days_error: tap
            .onset
            .map(|onset| dated.map_or(f64::NAN, |day| f64::from((day.0 - setting.calendar.day(onset).0).abs()))),
    })
}
