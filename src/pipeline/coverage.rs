//! `coverage.csv`: what the balance engine can and cannot see at every node.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::balance::smallest_detectable_kw;
use crate::domain::{GridNode, NodeKind, UsagePointId};
use crate::findings::{CoverageRow, NodeRow};

use super::nodes::{GridSetting, NINETY, children};

/// `coverage.csv`: every grid node that is not a usage point, in the order of ids.
pub(super) fn coverage_rows(setting: &GridSetting, nodes: &[NodeRow], register_only: impl Fn(&str) -> bool + Sync) -> Vec<CoverageRow> {
    let judged: BTreeMap<&UsagePointId, &NodeRow> = nodes.iter().map(|row| (&row.node, row)).collect();
    let grid_nodes: Vec<&GridNode> = setting.grid.nodes().filter(|node| node.kind != NodeKind::UsagePoint).collect();
    grid_nodes.par_iter().map(|node| coverage_row(node, setting, judged.get(&node.node).copied(), &register_only)).collect()
}

fn coverage_row(node: &GridNode, setting: &GridSetting, judged: Option<&NodeRow>, register_only: impl Fn(&str) -> bool) -> CoverageRow {
    let usage_points = children(node, setting.grid);
    let count = usage_points.len();
    let share = |n: usize| (count > 0).then(|| n as f64 / count as f64);
    let interval = usage_points.iter().filter(|id| (setting.is_read)(id)).count();
    let register = usage_points.iter().filter(|id| !(setting.is_read)(id) && register_only(id)).count();
    let supply_read = node.balance_meter.as_ref().is_some_and(|meter| setting.series.supplies.contains_key(meter));
    let smallest = judged.and_then(|row| {
        let kw = row.unmetered_kw?;
        Some(smallest_detectable_kw((row.unmetered_kw_high? - kw) / NINETY, kw, setting.prior)).filter(|kw| kw.is_finite())
    });
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
