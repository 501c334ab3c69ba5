//! Sums by city and by feeder.

use std::collections::BTreeMap;

use crate::domain::{Grid, NodeKind};
use crate::findings::{NodeRow, RegionRow, SuspectRow};

use super::address::total_loss;

/// Nodes below this probability are no case.
const LEAST_PROBABILITY: f64 = 0.5;

/// `regions.csv`: listed usage points by city, and with unmetered load of transformers by feeder; largest power first within each level.
#[must_use]
pub fn region_rows(suspects: &[SuspectRow], nodes: &[NodeRow], grid: &Grid) -> Vec<RegionRow> {
    let mut regions: BTreeMap<(&'static str, String), RegionRow> = BTreeMap::new();
    let mut add = |level: &'static str, region: String, kw: Option<f64>, kwh: Option<f64>, loss| {
        let entry = regions.entry((level, region.clone()));
        let row = entry.or_insert_with(|| RegionRow { level, region, cases: 0, kw: 0.0, kwh: 0.0, loss: crate::findings::Loss::default() });
        row.cases += 1;
        row.kw += kw.unwrap_or(0.0);
        row.kwh += kwh.unwrap_or(0.0);
        row.loss = total_loss(&[&row.loss, loss]);
    };
    for suspect in suspects {
        if let Some(city) = &suspect.city {
            add("city", city.clone(), suspect.hidden_kw, suspect.hidden_kwh, &suspect.loss);
        }
        if let Some(feeder) = grid.ancestor(&suspect.usage_point, NodeKind::Feeder) {
            add("feeder", feeder.node.to_string(), suspect.hidden_kw, suspect.hidden_kwh, &suspect.loss);
        }
    }
    let tapped = |node: &&NodeRow| node.kind == NodeKind::Transformer && node.probability.is_some_and(|p| p >= LEAST_PROBABILITY);
    for node in nodes.iter().filter(tapped) {
        if let Some(feeder) = grid.ancestor(&node.node, NodeKind::Feeder) {
            add("feeder", feeder.node.to_string(), node.unmetered_kw, node.unmetered_kwh, &node.loss);
        }
    }
    let mut rows: Vec<RegionRow> = regions.into_values().collect();
    rows.sort_by(|a, b| a.level.cmp(b.level).then_with(|| b.kw.total_cmp(&a.kw)).then_with(|| a.region.cmp(&b.region)));
    rows
}
