//! The balance engine over the grid: every node with a balance meter, and what the tool can and cannot see at every node.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::balance::{BalanceSettings, NodeMeters, Residual, Unmetered, UnmeteredPattern, common_spread_kw, decompose, node_odds, residual};
use crate::domain::{Calendar, Grid, GridNode, NodeKind, TransformerRating, UsagePointId};
use crate::findings::{CoverageRow, Loss, NodeRow, Pattern};
use crate::fusion::{logistic, q_values};
use crate::series::{GridSums, LoadSeries};

/// Coverage below which a node is not judged.
const LEAST_COVERAGE: f64 = 0.5;
/// Coverage below which a node is judged with reserve.
const GOOD_COVERAGE: f64 = 0.95;
/// A proportional part beyond this share of the metered load is worth a remark.
const LARGE_PROPORTION: f64 = 0.05;
/// Half-width of a 90 % interval in standard errors.
const NINETY: f64 = 1.645;
/// A load of this many errors is found more often than not.
const DETECTABLE: f64 = 3.5;

/// What the balance engine works with.
#[derive(Clone, Copy)]
pub(super) struct GridSetting<'a> {
    pub(super) grid: &'a Grid,
    /// Series of balance meters.
    pub(super) supplies: &'a BTreeMap<UsagePointId, LoadSeries>,
    /// Sums of usage points by the node that feeds them.
    pub(super) sums: &'a GridSums,
    /// Whether a usage point was read.
    pub(super) is_read: &'a (dyn Fn(&str) -> bool + Sync),
    pub(super) calendar: &'a Calendar,
    pub(super) settings: BalanceSettings,
    /// Prior share of nodes with unmetered load.
    pub(super) prior: f64,
}

struct Balanced<'a> {
    node: &'a GridNode,
    residual: Residual,
    unmetered: Option<Unmetered>,
    unread: usize,
}

/// `nodes.csv`: balances of all nodes with a balance meter that was read, best first.
pub(super) fn node_rows(setting: &GridSetting) -> Vec<NodeRow> {
    let metered: Vec<&GridNode> = setting.grid.nodes().filter(|node| node.kind != NodeKind::UsagePoint && node.balance_meter.is_some()).collect();
    let balanced: Vec<Balanced> = metered.par_iter().map(|node| balance(node, setting)).collect();
    let constant: Vec<f64> = balanced.iter().filter_map(|b| b.unmetered.map(|u| u.kw)).collect();
    let spread_kw = common_spread_kw(&constant);
    let mut rows: Vec<(f64, NodeRow)> = balanced.iter().map(|balanced| row(balanced, spread_kw, setting)).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.node.cmp(&b.1.node)));
    let probability: Vec<f64> = rows.iter().map_while(|(_, row)| row.probability).collect();
    let q = q_values(&probability);
    rows.into_iter().enumerate().map(|(index, (_, row))| NodeRow { rank: index as u64 + 1, q_value: q.get(index).copied(), ..row }).collect()
}

fn balance<'a>(node: &'a GridNode, setting: &GridSetting) -> Balanced<'a> {
    let usage_points = children(node, setting.grid);
    let read = usage_points.iter().filter(|id| (setting.is_read)(id)).count();
    let unread = usage_points.len() - read;
    let supply = node.balance_meter.as_ref().and_then(|meter| setting.supplies.get(meter));
    let Some(supply) = supply else { return Balanced { node, residual: Residual::default(), unmetered: None, unread } };
    let meters = NodeMeters { supply, read, usage_points: usage_points.len(), transformers: transformers(node, setting.grid) };
    let nodes = nodes_from(node, setting.grid);
    let residual = residual(&meters, &setting.settings, |start, hours| setting.sums.sum(nodes.iter().map(|node| &*node.node), start, hours));
    let unmetered = if residual.coverage >= LEAST_COVERAGE { decompose(&residual, setting.calendar) } else { None };
    Balanced { node, residual, unmetered, unread }
}

/// Usage points under a node, without the balance meters of other nodes.
fn children(node: &GridNode, grid: &Grid) -> Vec<UsagePointId> {
    grid.usage_points_under(&node.node).into_iter().filter(|id| grid.measured_by(id).is_none()).collect()
}

/// A node and every node below it but usage points.
fn nodes_from<'a>(node: &'a GridNode, grid: &'a Grid) -> Vec<&'a GridNode> {
    let (mut found, mut open) = (Vec::new(), vec![node]);
    while let Some(at) = open.pop() {
        found.push(at);
        let below = grid.children(&at.node).iter().filter_map(|child| grid.node(child));
        open.extend(below.filter(|child| child.kind != NodeKind::UsagePoint));
    }
    found
}

fn transformers(node: &GridNode, grid: &Grid) -> Vec<TransformerRating> {
    let transformers = nodes_from(node, grid).into_iter().filter(|node| node.kind == NodeKind::Transformer);
    transformers.filter_map(|node| node.rated_kva.and_then(TransformerRating::from_kva)).collect()
}

/// The line of one node with the key it is ranked by.
fn row(balanced: &Balanced, spread_kw: f64, setting: &GridSetting) -> (f64, NodeRow) {
    let Balanced { node, residual, unmetered, unread } = balanced;
    let hours = residual.at.len() as f64;
    let sum = |values: &[f64]| (hours > 0.0).then(|| values.iter().sum::<f64>());
    let odds = unmetered.map(|u| node_odds(u.kw, u.se_kw, spread_kw, setting.prior));
    let interval = unmetered.zip(odds).map(|(u, odds)| (u.kw - NINETY * odds.error_kw, u.kw + NINETY * odds.error_kw));
    let running_hours = unmetered.map(|u| u.running_share * hours);
    let found = odds.is_some_and(|odds| odds.log_odds > 0.0);
    let row = NodeRow {
        rank: 0,
        node: node.node.clone(),
        kind: node.kind,
        parent: node.parent.clone(),
        probability: odds.map(|odds| logistic(odds.log_odds)),
        q_value: None,
        supplied_kwh: sum(&residual.supplied_kw),
        metered_kwh: sum(&residual.metered_kw),
        technical_loss_kwh: sum(&residual.technical_kw),
        unmetered_kwh: unmetered.zip(running_hours).map(|(u, hours)| u.kw * hours),
        unmetered_kwh_low: interval.zip(running_hours).map(|((low, _), hours)| low * hours),
        unmetered_kwh_high: interval.zip(running_hours).map(|((_, high), hours)| high * hours),
        unmetered_kw: unmetered.map(|u| u.kw),
        unmetered_kw_low: interval.map(|(low, _)| low),
        unmetered_kw_high: interval.map(|(_, high)| high),
        pattern: unmetered.filter(|_| found).map(|u| match u.pattern {
            UnmeteredPattern::Constant => Pattern::Constant,
            UnmeteredPattern::Night => Pattern::Scheduled,
        }),
        since: unmetered.filter(|_| found).and_then(|u| u.since),
        coverage: residual.coverage,
        loss: Loss::default(),
        shortlist: Vec::new(),
        remarks: remarks(balanced, *unread, *unmetered),
    };
    (odds.map_or(f64::NEG_INFINITY, |odds| odds.log_odds), row)
}

fn remarks(balanced: &Balanced, unread: usize, unmetered: Option<Unmetered>) -> Vec<String> {
    let mut remarks = Vec::new();
    let coverage = balanced.residual.coverage;
    if balanced.residual.at.is_empty() {
        remarks.push("the balance meter was not read, or no usage point under it: no balance".to_owned());
    } else if coverage < LEAST_COVERAGE {
        remarks.push(format!("only {:.0} % of the balance can be made: not judged", 100.0 * coverage));
    } else if coverage < GOOD_COVERAGE {
        remarks.push(format!("{:.0} % of the balance can be made: judged with reserve", 100.0 * coverage));
    }
    if unread > 0 {
        remarks.push(format!("{unread} usage points under it were not read; their load counts as unmetered"));
    }
    if balanced.node.kind == NodeKind::Transformer && balanced.node.rated_kva.is_none() {
        remarks.push("no rating: transformer loss is taken as zero".to_owned());
    }
    if let Some(proportional) = unmetered.map(|u| u.proportional).filter(|p| p.abs() > LARGE_PROPORTION) {
        remarks.push(format!(
            "{:+.0} % of the metered load is left over in proportion to it: customers missing from the grid file, or a meter that under-registers",
            100.0 * proportional
        ));
    }
    remarks
}

/// `coverage.csv`: every grid node that is not a usage point, in the order of ids.
pub(super) fn coverage_rows(setting: &GridSetting, nodes: &[NodeRow], register_only: impl Fn(&str) -> bool) -> Vec<CoverageRow> {
    let judged: BTreeMap<&UsagePointId, &NodeRow> = nodes.iter().map(|row| (&row.node, row)).collect();
    let grid_nodes = setting.grid.nodes().filter(|node| node.kind != NodeKind::UsagePoint);
    grid_nodes.map(|node| coverage_row(node, setting, judged.get(&node.node).copied(), &register_only)).collect()
}

fn coverage_row(node: &GridNode, setting: &GridSetting, judged: Option<&NodeRow>, register_only: impl Fn(&str) -> bool) -> CoverageRow {
    let usage_points = children(node, setting.grid);
    let count = usage_points.len();
    let share = |n: usize| (count > 0).then(|| n as f64 / count as f64);
    let interval = usage_points.iter().filter(|id| (setting.is_read)(id)).count();
    let register = usage_points.iter().filter(|id| !(setting.is_read)(id) && register_only(id)).count();
    let supply_read = node.balance_meter.as_ref().is_some_and(|meter| setting.supplies.contains_key(meter));
    let smallest = judged.and_then(|row| Some((row.unmetered_kw_high? - row.unmetered_kw?) / NINETY * DETECTABLE));
    let remark = match (node.balance_meter.is_some(), supply_read, smallest) {
        (false, _, _) => format!("no balance meter: unmetered load here is seen only higher up, if there; a meter would test {count} usage points"),
        (true, false, _) => "the balance meter was not read".to_owned(),
        (true, true, None) => "the balance cannot be judged: too little of it was read".to_owned(),
        (true, true, Some(_)) => String::new(),
    };
    CoverageRow {
        node: node.node.clone(),
        kind: node.kind,
        parent: node.parent.clone(),
        usage_points: count as u64,
        share_interval: share(interval),
        share_register: share(register),
        share_unread: share(count - interval - register),
        balance_metered: supply_read,
        smallest_detectable_kw: smallest,
        remarks: if remark.is_empty() { Vec::new() } else { vec![remark] },
    }
}
