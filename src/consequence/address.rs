//! Addresses: the building is what an auditor visits; flats are usage points of it.

use std::collections::BTreeMap;

use crate::domain::{Fact, NameKind, named};
use crate::findings::{AddressRow, Loss, SuspectRow};

use super::case::probability_of_any;
use super::worklist::Visits;
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
        findings: members
            .iter()
            .map(|row| format!("{}: {}", named(NameKind::UsagePoint, &row.usage_point), row.finding.as_str()).into())
            .collect(),
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

/// Probability times an amount, summed over usage points.
pub(super) fn expected(members: &[&SuspectRow], amount: impl Fn(&SuspectRow) -> Option<f64>) -> Option<f64> {
    sum(members.iter().map(|row| row.probability.zip(amount(row)).map(|(probability, amount)| probability * amount)))
}

/// Criteria of all members, those of each named once with the usage point where there are several.
pub(super) fn criteria(members: &[&SuspectRow]) -> Vec<Fact> {
    let with_id = members.len() > 1;
    let of_member =
        |row: &&SuspectRow| -> Vec<Fact> {
            let id = row.usage_point.clone();
            row.criteria
                .iter()
                .map(|words| {
                    if with_id {
                        format!("{}: {words}", named(NameKind::UsagePoint, &id)).into()
                    } else {
                        words.clone()
                    }
                })
                .collect()
        };
    members.iter().flat_map(of_member).collect()
}

/// Sum of what is known; `None` when nothing is.
pub(super) fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().fold(None, |total, value| Some(total.unwrap_or(0.0) + value))
}

/// Whether all amounts are in one currency, so that they can be compared.
pub(super) fn has_one_currency<'a>(losses: impl Iterator<Item = &'a Loss>) -> bool {
    let mut currencies = losses.filter_map(|loss| loss.currency.as_deref());
    let Some(first) = currencies.next() else { return false };
    !first.contains(';') && currencies.all(|currency| currency == first)
}

/// Sum of losses in one currency; of several currencies the codes only.
pub(super) fn total_loss(losses: &[&Loss]) -> Loss {
    let mut currencies: Vec<&str> =
        losses.iter().filter_map(|loss| loss.currency.as_deref()).flat_map(|codes| codes.split("; ")).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let currency = (!currencies.is_empty()).then(|| currencies.join("; "));
    if currencies.len() > 1 {
        return Loss { currency, ..Loss::default() };
    }
    let part = |pick: fn(&Loss) -> Option<f64>| sum(losses.iter().map(|loss| pick(loss)));
    let range = |pick: fn(&Loss) -> Option<(f64, f64)>| {
        losses.iter().filter_map(|loss| pick(loss)).reduce(|a, b| (a.0 + b.0, a.1 + b.1))
    };
    Loss {
        loss_energy: part(|loss| loss.loss_energy),
        loss_fee: part(|loss| loss.loss_fee),
        loss_low: part(|loss| loss.loss_low),
        loss_high: part(|loss| loss.loss_high),
        energy_range: range(|loss| loss.energy_range),
        fee_range: range(|loss| loss.fee_range),
        currency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(amount: f64, currency: &str) -> Loss {
        Loss {
            loss_energy: Some(amount),
            loss_low: Some(amount),
            loss_high: Some(amount),
            currency: Some(currency.into()),
            ..Loss::default()
        }
    }

    #[test]
    fn amounts_of_one_currency_add_up_and_others_do_not() {
        assert_eq!(total_loss(&[&loss(2.0, "KZT"), &loss(3.0, "KZT")]).loss_energy, Some(5.0));
        let mixed = total_loss(&[&loss(2.0, "KZT"), &loss(3.0, "RUB")]);
        assert_eq!((mixed.loss_energy, mixed.currency.as_deref()), (None, Some("KZT; RUB")));
    }
}
