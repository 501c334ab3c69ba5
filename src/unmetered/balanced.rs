//! The balance of one node: what flows in, what its meters and those of the nodes below record, and
//! what was found in the rest.

use std::collections::BTreeMap;

use crate::domain::{
    CivilDay, Fact, Grid, GridNode, Lighting, MeterSide, NodeKind, Position, Timestamp, TransformerRating, UsagePointId,
};
use crate::series::LoadSeries;

use super::components::{Decomposition, LineLoss};
use super::grid_setting::GridSetting;
use super::null::{NodeLevel, NodeOdds};
use super::own_loss::OwnLoss;
use super::residual::{NodeMeters, Residual, residual};
use super::said;

/// Coverage below which a node is not judged.
pub(crate) const LEAST_COVERAGE: f64 = 0.5;
/// Added to the usual error for each share of the balance that is missing: at 95 % coverage a node
/// errs twice as much.
const RESERVE: f64 = 20.0;
/// A node is balanced by the day when more than this share of its load is known by the day or by
/// registers only.
pub(crate) const MUCH_COARSE: f64 = 0.2;
/// Factor on the error of a node whose balance meter was put right.
const CORRECTED: f64 = 2.0;
/// More metered and lost than supplied is told from this share of the supply on: the errors of
/// meters together stay below it.
const SURPLUS: f64 = 0.03;
/// A load has a date when more than this share of it has one.
const DATED: f64 = 0.1;

/// Energies of a node with everything under it, kWh.
#[derive(Clone, Copy)]
pub(crate) struct Energies {
    pub(crate) supplied: f64,
    pub(crate) metered: f64,
    pub(crate) technical: f64,
    pub(crate) declared: f64,
}

pub(crate) struct Balanced<'a> {
    pub(crate) node: &'a GridNode,
    /// What is left beside the balance meters below it.
    pub(crate) residual: Residual,
    /// `None` when the balance meter was not read.
    pub(crate) energies: Option<Energies>,
    /// The balance meter had a wrong ratio or clock.
    pub(crate) is_corrected: bool,
    /// What is known of its line loss from the nodes of its level.
    pub(crate) line_loss: LineLoss,
    pub(crate) found: Option<Decomposition>,
    pub(crate) odds: Option<NodeOdds>,
    /// Loss of transformers of which the balance does not know whether it holds it.
    pub(crate) own_loss: OwnLoss,
    pub(crate) unread: usize,
    /// What unread usage points are expected to use on average, kW.
    pub(crate) expected_kw: f64,
    /// Nodes below whose balance meters stand for what is under them.
    pub(crate) below: Vec<&'a GridNode>,
    /// Customers of nodes without balance meters whose steady load the finding may be.
    pub(crate) could_be: Vec<UsagePointId>,
    /// Usage points that the grid file forgot here.
    pub(crate) placed: Vec<UsagePointId>,
}

pub(crate) fn balance<'a>(node: &'a GridNode, setting: &GridSetting<'a>) -> Balanced<'a> {
    balance_with(node, &setting.corrected, setting)
}

/// The balance of a node with balance meters as they are `corrected`.
pub(crate) fn balance_with<'a>(
    node: &'a GridNode,
    corrected: &BTreeMap<UsagePointId, LoadSeries>,
    setting: &GridSetting<'a>,
) -> Balanced<'a> {
    let supply_of = |node: &GridNode| {
        node.balance_meter
            .as_ref()
            .and_then(|meter| corrected.get(meter).or_else(|| setting.series.supplies.get(meter)))
    };
    let (own, below) = frontier(node, setting.grid, |node| supply_of(node).is_some());
    let unread = children(node, setting.grid).iter().filter(|id| !setting.reads.in_balance(id)).count();
    let mut balanced = Balanced {
        node,
        residual: Residual::default(),
        energies: None,
        is_corrected: false,
        line_loss: LineLoss::UNKNOWN,
        found: None,
        odds: None,
        own_loss: OwnLoss::default(),
        unread,
        expected_kw: 0.0,
        below,
        could_be: Vec::new(),
        placed: Vec::new(),
    };
    let Some(supply) = supply_of(node) else { return balanced };
    balanced.is_corrected = corrected.contains_key(&supply.usage_point);
    balanced.residual =
        residual_of(&own, (supply, balanced.below.iter().filter_map(|node| supply_of(node)).collect()), setting);
    let whole = (!balanced.below.is_empty())
        .then(|| residual_of(&frontier(node, setting.grid, |_| false).0, (supply, Vec::new()), setting));
    balanced.energies = Some(Energies::of(whole.as_ref().unwrap_or(&balanced.residual)));
    for unread in own.iter().filter_map(|node| setting.unread.get(&node.node)) {
        balanced.residual.add_expected(unread.start, &unread.kw);
        balanced.expected_kw += unread.kw.iter().map(|&kw| f64::from(kw)).sum::<f64>() / unread.kw.len().max(1) as f64;
        balanced.residual.unread_kw = balanced.residual.unread_kw.hypot(unread.variance.sqrt());
        balanced.residual.profiled_hour_kw = balanced.residual.profiled_hour_kw.hypot(unread.hour_kw);
    }
    balanced.residual = std::mem::take(&mut balanced.residual).averaged();
    balanced
}

/// What flows through the balance meter `supply` of `nodes` and is measured neither there nor by
/// the meters `below`.
fn residual_of(
    nodes: &[&GridNode],
    (supply, below): (&LoadSeries, Vec<&LoadSeries>),
    setting: &GridSetting,
) -> Residual {
    let usage_points = || nodes.iter().flat_map(|node| fed_directly(node, setting.grid));
    let read = usage_points().filter(|id| setting.reads.in_balance(id)).count();
    let profiled = || nodes.iter().filter_map(|node| setting.profiled.get(&node.node));
    let profiled_kw = profiled().map(|profiled| profiled.mean_sq).sum::<f64>().sqrt();
    let profiled_hour_kw = profiled().map(|profiled| profiled.hour_sq).sum::<f64>().sqrt();
    let meters = NodeMeters {
        supply,
        below,
        read,
        usage_points: usage_points().count(),
        transformers: transformers(nodes, supply),
        profiled_kw,
        profiled_hour_kw,
    };
    let metered = |start, hours| setting.sums.sum(nodes.iter().map(|node| &*node.node), start, hours);
    let residual = residual(&meters, &setting.settings, metered, |at| declared_kw(nodes, at, setting));
    match setting.series.registers.get(&supply.usage_point) {
        Some(periods) => residual.by_register(periods),
        None if supply.step_min > 60 => residual.by_day(setting.calendar),
        None => residual,
    }
}

impl Energies {
    fn of(residual: &Residual) -> Self {
        let sum = |kw: &[f64]| kw.iter().sum();
        Self {
            supplied: sum(&residual.supplied_kw),
            metered: sum(&residual.metered_kw),
            technical: sum(&residual.technical_kw),
            declared: sum(&residual.declared_kw),
        }
    }

    /// Says that more is metered and lost than supplied, where meters alone do not explain it.
    pub(crate) fn surplus(&self) -> Option<Fact> {
        let surplus_kwh = self.metered + self.technical + self.declared - self.supplied;
        (surplus_kwh > SURPLUS * self.supplied).then(|| said::surplus(surplus_kwh))
    }
}

pub(crate) fn is_measured(node: &GridNode, setting: &GridSetting) -> bool {
    node.balance_meter.as_ref().is_some_and(|meter| setting.series.supplies.contains_key(meter))
}

pub(crate) fn level(balanced: &Balanced) -> Option<NodeLevel> {
    Some(level_of(&balanced.residual, balanced.found.as_ref()?, balanced.own_loss))
}

pub(crate) fn level_of(residual: &Residual, found: &Decomposition, own_loss: OwnLoss) -> NodeLevel {
    NodeLevel {
        kw: found.level_kw,
        se_kw: found.level_se_kw,
        no_load_kw: residual.no_load_kw,
        own_loss,
        metered_kw: residual.mean_metered_kw(),
        assumed_kw: residual.mean_assumed_kw(),
        profiled_kw: residual.profiled_kw,
        unread_kw: residual.unread_kw,
    }
}

/// By how much more than usual a node may err: hours that could not be balanced may hold anything.
pub(crate) fn reserve(balanced: &Balanced) -> f64 {
    let corrected = if balanced.is_corrected { CORRECTED } else { 1.0 };
    corrected + RESERVE * (1.0 - balanced.residual.hours_share).clamp(0.0, 1.0)
}

/// Usage points under a node, without the balance meters of other nodes.
pub(crate) fn children(node: &GridNode, grid: &Grid) -> Vec<UsagePointId> {
    grid.usage_points_under(&node.node).into_iter().filter(|id| !grid.is_balance_meter(id)).collect()
}

/// Usage points whose way to the top meets no other node before `node`.
pub(crate) fn fed_directly<'a>(node: &GridNode, grid: &'a Grid) -> impl Iterator<Item = &'a UsagePointId> {
    grid.usage_points_at(&node.node).iter().filter(|id| !grid.is_balance_meter(id))
}

/// A node and the nodes below it down to those that are measured, and these; usage points are in
/// neither.
pub(crate) fn frontier<'a>(
    node: &'a GridNode,
    grid: &'a Grid,
    is_measured: impl Fn(&GridNode) -> bool,
) -> (Vec<&'a GridNode>, Vec<&'a GridNode>) {
    let (mut own, mut measured, mut open) = (Vec::new(), Vec::new(), vec![node]);
    while let Some(at) = open.pop() {
        own.push(at);
        for child in grid.nodes_below(&at.node).iter().filter_map(|child| grid.node(child)) {
            if is_measured(child) { measured.push(child) } else { open.push(child) }
        }
    }
    (own, measured)
}

/// Street lighting that the grid file declares at `nodes`, kW; empty where it declares none.
fn declared_kw(nodes: &[&GridNode], at: &[Timestamp], setting: &GridSetting) -> Vec<f64> {
    let lights: Vec<(Lighting, Position)> =
        nodes.iter().filter_map(|node| Some((node.lighting?, setting.positions.of(&node.node)))).collect();
    if lights.is_empty() {
        return Vec::new();
    }
    at.iter()
        .map(|&at| lights.iter().map(|(lighting, position)| lighting.kw_at(at, *position, setting.calendar)).sum())
        .collect()
}

/// Transformers whose loss flows through the meter `supply`: one whose own meter that is only where
/// it is known to sit before the transformer.
fn transformers(nodes: &[&GridNode], supply: &LoadSeries) -> Vec<TransformerRating> {
    let is_before = |node: &&&GridNode| {
        node.balance_meter.as_ref() != Some(&supply.usage_point) || node.meter_side == Some(MeterSide::Mv)
    };
    let transformers = nodes.iter().filter(|node| node.kind == NodeKind::Transformer).filter(is_before);
    transformers.filter_map(|node| node.rated_kva.and_then(TransformerRating::from_kva)).collect()
}

/// The first day of the load, or of as much of it as has one; `None` where next to all of it was
/// there from the start.
pub(crate) fn since(odds: &NodeOdds, found: &Decomposition) -> Option<CivilDay> {
    let dated = || found.parts.iter().filter(|part| part.since.is_some());
    let dated_kw: f64 = dated().map(|part| part.kw).sum();
    dated().filter_map(|part| part.since).min().filter(|_| dated_kw > DATED * odds.kw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_metered_than_supplied_is_said_and_the_error_of_meters_is_not() {
        let surplus = |metered: f64| Energies { supplied: 1000.0, metered, technical: 30.0, declared: 0.0 }.surplus();
        assert!(surplus(990.0).is_none() && surplus(400.0).is_none());
        assert_eq!(surplus(1200.0), Some(said::surplus(230.0)));
    }
}
