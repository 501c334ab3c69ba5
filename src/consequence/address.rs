//! Addresses: the building is what an auditor visits; flats are usage points of it.

use std::collections::BTreeMap;

use crate::findings::{AddressRow, Loss, SuspectRow};

use super::Buildings;

/// `addresses.csv` from the listed usage points, by probability and hidden power.
#[must_use]
pub fn address_rows(suspects: &[SuspectRow], buildings: &Buildings) -> Vec<AddressRow> {
    let mut by_building: BTreeMap<u32, Vec<&SuspectRow>> = BTreeMap::new();
    for suspect in suspects {
        if let Some(building) = buildings.of_usage_point(&suspect.usage_point) {
            by_building.entry(building).or_default().push(suspect);
        }
    }
    let mut rows: Vec<AddressRow> = by_building
        .into_iter()
        .map(|(building, members)| AddressRow {
            rank: 0,
            usage_points: buildings.usage_points(building) as u64,
            probability: Some(1.0 - members.iter().map(|row| 1.0 - row.probability.unwrap_or(0.0)).product::<f64>()),
            hidden_kw: sum(members.iter().map(|row| row.hidden_kw)),
            hidden_kwh: sum(members.iter().map(|row| row.hidden_kwh)),
            loss: total_loss(&members.iter().map(|row| &row.loss).collect::<Vec<_>>()),
            licence: members.iter().find_map(|row| row.licence.clone()),
            findings: members.iter().map(|row| format!("{}: {}", row.usage_point, row.finding.as_str())).collect(),
            address: members[0].address.clone().unwrap_or_default(),
            city: members[0].city.clone(),
        })
        .collect();
    rows.sort_by(|a, b| {
        let key = |row: &AddressRow| row.probability.unwrap_or(0.0);
        key(b)
            .total_cmp(&key(a))
            .then_with(|| b.hidden_kw.unwrap_or(0.0).total_cmp(&a.hidden_kw.unwrap_or(0.0)))
            .then_with(|| a.address.cmp(&b.address))
    });
    for (index, row) in rows.iter_mut().enumerate() {
        row.rank = index as u64 + 1;
    }
    rows
}

fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |total, value| Some(total.unwrap_or(0.0) + value))
}

/// Sum of losses; the currency of the first that has one.
pub(super) fn total_loss(losses: &[&Loss]) -> Loss {
    let part = |pick: fn(&Loss) -> Option<f64>| sum(losses.iter().map(|loss| pick(loss)));
    Loss {
        loss_energy: part(|loss| loss.loss_energy),
        loss_fee: part(|loss| loss.loss_fee),
        loss_low: part(|loss| loss.loss_low),
        loss_high: part(|loss| loss.loss_high),
        currency: losses.iter().find_map(|loss| loss.currency.clone()),
    }
}
