//! `coverage.csv`: what the balance engine can and cannot see at every node.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{GridNode, NodeId};
use crate::findings::{CoverageRow, NodeRow};
use crate::judgement::said;
use crate::unmetered::smallest_detectable_kw;

use crate::unmetered::{GridSetting, children};

/// `coverage.csv`: every grid node that is not a usage point, in the order of ids.
pub(crate) fn coverage_rows(setting: &GridSetting, nodes: &[NodeRow]) -> Vec<CoverageRow> {
    let judged: BTreeMap<&NodeId, &NodeRow> = nodes.iter().map(|row| (&row.node, row)).collect();
    let grid_nodes: Vec<&GridNode> = setting.grid.nodes().collect();
    let mut rows: Vec<CoverageRow> =
        grid_nodes.par_iter().map(|node| coverage_row(node, setting, judged.get(&node.node).copied())).collect();
    name_best_places(&mut rows, &grid_nodes);
    rows
}

/// Says under every parent at which node without a balance meter one more would test most usage
/// points; of equals, the first id.
fn name_best_places(rows: &mut [CoverageRow], nodes: &[&GridNode]) {
    let mut best: BTreeMap<Option<NodeId>, usize> = BTreeMap::new();
    for (index, row) in
        rows.iter().enumerate().filter(|(index, row)| nodes[*index].balance_meter.is_none() && row.usage_points > 0)
    {
        let place = best.entry(row.parent.clone()).or_insert(index);
        if rows[*place].usage_points < row.usage_points {
            *place = index;
        }
    }
    for (parent, index) in best {
        let told = parent.map_or_else(said::best_place_top, |parent| said::best_place(&parent));
        rows[index].remarks.push(told);
    }
}

fn coverage_row(node: &GridNode, setting: &GridSetting, judged: Option<&NodeRow>) -> CoverageRow {
    let usage_points = children(node, setting.grid);
    let count = usage_points.len();
    let share = |n: usize| (count > 0).then(|| n as f64 / count as f64);
    let interval = usage_points.iter().filter(|id| setting.reads.has_intervals(id)).count();
    let register = usage_points.iter().filter(|id| setting.reads.has_register_only(id)).count();
    let supply_read = node.balance_meter.as_ref().is_some_and(|meter| setting.series.supplies.contains_key(meter));
    let smallest = judged
        .and_then(|row| row.bare_error_kw)
        .map(|error_kw| smallest_detectable_kw(error_kw, setting.prior))
        .filter(|kw| kw.is_finite());
    let remark = match (node.balance_meter.is_some(), supply_read, smallest) {
        (false, _, _) => Some(said::no_meter(count)),
        (true, false, _) => Some(said::meter_unread()),
        (true, true, None) => Some(said::too_little()),
        (true, true, Some(_)) => None,
    };
    CoverageRow {
        node: node.node.clone(),
        kind: node.kind,
        parent: node.parent().cloned(),
        usage_points: count as u64,
        share_interval: share(interval),
        share_register: share(register),
        share_unread: share(count - interval - register),
        balance_metered: supply_read,
        smallest_detectable_kw: smallest,
        remarks: remark.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NodeKind;

    fn row(node: &str, usage_points: u64) -> CoverageRow {
        CoverageRow {
            node: node.into(),
            kind: NodeKind::Transformer,
            parent: Some("F1".into()),
            usage_points,
            share_interval: None,
            share_register: None,
            share_unread: None,
            balance_metered: false,
            smallest_detectable_kw: None,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn one_more_balance_meter_helps_most_where_most_customers_are_untested() {
        let node = |id: &str, balance_meter: Option<&str>| GridNode {
            balance_meter: balance_meter.map(Into::into),
            ..GridNode::new(id.into(), NodeKind::Transformer, None)
        };
        let nodes = [node("T1", None), node("T2", None), node("T3", Some("BM3"))];
        let mut rows = [row("T1", 40), row("T2", 90), row("T3", 200)];
        name_best_places(&mut rows, &nodes.iter().collect::<Vec<_>>());
        let named: Vec<bool> = rows.iter().map(|row| !row.remarks.is_empty()).collect();
        assert_eq!(named, [false, true, false]);
    }
}
