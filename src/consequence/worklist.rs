//! Addresses and grid nodes in one order of expected recovery: probability times energy.

use crate::findings::{AddressRow, NodeRow, WorklistRow};

/// Nodes below this probability are not on the list.
const LEAST_PROBABILITY: f64 = 0.5;

/// `worklist.csv`, best first.
#[must_use]
pub fn worklist_rows(addresses: &[AddressRow], nodes: &[NodeRow]) -> Vec<WorklistRow> {
    let mut rows: Vec<WorklistRow> = addresses.iter().map(of_address).collect();
    rows.extend(nodes.iter().filter(|node| node.probability.is_some_and(|p| p >= LEAST_PROBABILITY)).map(of_node));
    rows.sort_by(|a, b| b.expected_kwh.unwrap_or(0.0).total_cmp(&a.expected_kwh.unwrap_or(0.0)).then_with(|| a.id.cmp(&b.id)));
    for (index, row) in rows.iter_mut().enumerate() {
        row.rank = index as u64 + 1;
    }
    rows
}

fn of_address(row: &AddressRow) -> WorklistRow {
    WorklistRow {
        rank: 0,
        level: "address",
        id: row.address.clone(),
        city: row.city.clone(),
        probability: row.probability,
        kw: row.hidden_kw,
        kwh: row.hidden_kwh,
        expected_kwh: row.probability.zip(row.hidden_kwh).map(|(p, kwh)| p * kwh),
        loss: row.loss.clone(),
        findings: row.findings.clone(),
    }
}

fn of_node(row: &NodeRow) -> WorklistRow {
    WorklistRow {
        rank: 0,
        level: "node",
        id: row.node.to_string(),
        city: None,
        probability: row.probability,
        kw: row.unmetered_kw,
        kwh: row.unmetered_kwh,
        expected_kwh: row.probability.zip(row.unmetered_kwh).map(|(p, kwh)| p * kwh),
        loss: row.loss.clone(),
        findings: vec![format!("{} {}: unmetered load", row.kind.as_str(), row.node)],
    }
}
