//! Usage points that are in the grid file, but of which nothing was read: their most likely load,
//! node by node, for the balance.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{Grid, NodeId, Timestamp, UsagePointId};
use crate::population::{CustomerFacts, LoadShapes, UsualLoads};
use crate::series::LoadSeries;

/// Three years: a balance meter may have stray stamps far away.
const MOST_HOURS: i64 = 3 * 366 * 24;

/// The most likely load of the unread usage points that a node feeds directly.
pub(crate) struct Unread {
    /// Start of the first hour.
    pub(crate) start: Timestamp,
    /// Hour by hour, kW.
    pub(crate) kw: Vec<f32>,
    /// Squared standard error of their mean, kW².
    pub(crate) variance: f64,
    /// Standard error of their sum at the hour of the day at which members of their classes differ
    /// most, kW: as for customers with registers, of whom the mean alone is known.
    pub(crate) hour_kw: f64,
}

/// By the node that feeds them.
pub(crate) type UnreadLoads = BTreeMap<NodeId, Unread>;

/// Expects of every unread usage point what its stratum uses, in the course of its class, over the
/// time of the balance meters.
pub(crate) fn unread_loads(
    grid: &Grid,
    is_known: impl Fn(&str) -> bool + Sync,
    facts: impl Fn(&str) -> CustomerFacts + Sync,
    (usual, shapes): (&UsualLoads, &LoadShapes),
    supplies: &BTreeMap<UsagePointId, LoadSeries>,
) -> UnreadLoads {
    let span = |series: &LoadSeries| (series.start.0.div_euclid(3600), series.end().0.div_euclid(3600));
    let Some((first, end)) = supplies.values().map(span).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return BTreeMap::new();
    };
    let hours = (end - first).clamp(0, MOST_HOURS) as usize;
    let nodes: Vec<&NodeId> = grid.nodes().map(|node| &node.node).collect();
    let of_node = |node: &&NodeId| {
        let is_unread = |id: &&UsagePointId| !grid.is_balance_meter(id) && !is_known(id);
        let unread: Vec<CustomerFacts> =
            grid.usage_points_at(node).iter().filter(is_unread).map(|id| facts(id)).collect();
        if unread.is_empty() {
            return None;
        }
        let (mut kw, mut variance, mut hour_sq, mut of_kinds_kw) = (vec![0.0_f32; hours], 0.0, 0.0, 0.0);
        for facts in &unread {
            let load = usual.of_member(facts);
            variance += load.sd_kw.powi(2);
            let shape = shapes.shape(facts);
            let hour_kw = load.mean_kw * shape.differ();
            if shape.has_kinds() {
                of_kinds_kw += hour_kw;
            } else {
                hour_sq += hour_kw * hour_kw;
            }
            kw.iter_mut().zip(shape.course(first, hours)).for_each(|(kw, ratio)| *kw += (load.mean_kw * ratio) as f32);
        }
        Some((
            (*node).clone(),
            Unread { start: Timestamp(first * 3600), kw, variance, hour_kw: of_kinds_kw.hypot(f64::sqrt(hour_sq)) },
        ))
    };
    nodes.par_iter().filter_map(of_node).collect()
}
