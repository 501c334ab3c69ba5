//! Addresses: the building is what an auditor visits; flats are usage points of it.

use std::collections::BTreeMap;

use crate::findings::{AddressRow, Loss, SuspectRow};

use super::case::probability_of_any;
use super::criteria::criteria;
use super::loss_sum::{expected, has_one_currency, sum, total_loss};
use super::said;
use super::visits::Visits;
use crate::population::Buildings;

/// `addresses.csv` from the listed usage points with a known address, with the number of each
/// building: by probability and hidden power, or by expected recovery where the cost of visits or
/// the number of crews is given.
#[must_use]
pub fn address_rows(suspects: &[SuspectRow], buildings: &Buildings, visits: &Visits) -> Vec<(u32, AddressRow)> {
    let mut by_building: BTreeMap<u32, Vec<&SuspectRow>> = BTreeMap::new();
    for suspect in suspects {
        if let Some(building) = buildings.of_usage_point(&suspect.usage_point) {
            by_building.entry(building).or_default().push(suspect);
        }
    }
    let has_money = has_one_currency(suspects.iter().map(|row| &row.loss));
    let mut rows: Vec<(u32, AddressRow)> = by_building
        .into_iter()
        .map(|(building, members)| (building, address_row(building, &members, buildings, visits, has_money)))
        .collect();
    rows.sort_by(|(_, a), (_, b)| {
        let recovery = |row: &AddressRow| row.expected_recovery.unwrap_or(f64::NEG_INFINITY);
        let by_recovery =
            if visits.are_limited() { recovery(b).total_cmp(&recovery(a)) } else { std::cmp::Ordering::Equal };
        by_recovery
            .then_with(|| b.probability.unwrap_or(0.0).total_cmp(&a.probability.unwrap_or(0.0)))
            .then_with(|| b.hidden_kw.unwrap_or(0.0).total_cmp(&a.hidden_kw.unwrap_or(0.0)))
            .then_with(|| a.address.cmp(&b.address))
            .then_with(|| a.city.cmp(&b.city))
    });
    for (index, (_, row)) in rows.iter_mut().enumerate() {
        row.rank = index as u64 + 1;
    }
    rows
}

fn address_row(
    building: u32,
    members: &[&SuspectRow],
    buildings: &Buildings,
    visits: &Visits,
    has_money: bool,
) -> AddressRow {
    let mean = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let losses: Vec<&Loss> = members.iter().map(|row| &row.loss).collect();
    AddressRow {
        rank: 0,
        address: buildings.address(building).to_owned(),
        city: members[0].city.clone(),
        usage_points: buildings.usage_points(building) as u64,
        members: members.iter().map(|row| row.usage_point.clone()).collect(),
        probability: probability_of_any(members),
        hidden_kw: sum(members.iter().map(|row| row.hidden_kw)),
        hidden_kwh: sum(members.iter().map(|row| row.hidden_kwh)),
        loss: total_loss(&losses),
        licence: members.iter().find_map(|row| row.licence.clone()),
        findings: members.iter().map(|row| said::claim(&row.usage_point, row.finding.as_str())).collect(),
        criteria: criteria(members),
        expected_kwh: expected(members, |row| row.hidden_kwh),
        expected_recovery: expected(members, |row| row.loss.total())
            .filter(|_| has_money)
            .map(|money| money - visits.cost),
        crew: None,
        lat: mean(members.iter().filter_map(|row| row.lat).collect()),
        lon: mean(members.iter().filter_map(|row| row.lon).collect()),
    }
}
