//! Addresses: the building is what an auditor visits; flats are usage points of it.

use std::collections::BTreeMap;

use crate::findings::{AddressRow, Loss, SuspectRow};

/// Latin letters that look like Cyrillic ones, in lower case.
const LOOK_ALIKES: &[(char, char)] =
    &[('a', 'а'), ('b', 'в'), ('c', 'с'), ('e', 'е'), ('h', 'н'), ('k', 'к'), ('m', 'м'), ('o', 'о'), ('p', 'р'), ('t', 'т'), ('x', 'х'), ('y', 'у')];
/// Words that begin the part of an address inside the building.
const FLAT_WORDS: &[&str] = &["кв", "apt", "flat", "оф", "office", "пом"];

/// The building of an address, for comparing: lower case, single spaces, no flat, and Latin letters that look Cyrillic made Cyrillic where the address is mostly Cyrillic.
#[must_use]
pub fn building(address: &str) -> String {
    let lower = address.to_lowercase();
    let cyrillic = lower.chars().filter(|c| ('а'..='я').contains(c)).count();
    let latin = lower.chars().filter(char::is_ascii_alphabetic).count();
    let alike = |c: char| LOOK_ALIKES.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1);
    let letters: String = if cyrillic > latin { lower.chars().map(alike).collect() } else { lower };
    let kept: Vec<String> = letters
        .split(',')
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty() && !is_flat(part))
        .collect();
    kept.join(", ")
}

fn is_flat(part: &str) -> bool {
    FLAT_WORDS
        .iter()
        .any(|word| part.strip_prefix(word).is_some_and(|rest| rest.trim_start_matches(['.', ' ', '№']).starts_with(|c: char| c.is_ascii_digit())))
}

/// `addresses.csv` from the listed usage points, by probability and hidden power. `usage_points` gives the number of usage points of each building.
#[must_use]
pub fn address_rows(suspects: &[SuspectRow], usage_points: &BTreeMap<String, u64>) -> Vec<AddressRow> {
    let mut by_building: BTreeMap<(String, Option<String>), Vec<&SuspectRow>> = BTreeMap::new();
    for suspect in suspects {
        if let Some(address) = &suspect.address {
            by_building.entry((building(address), suspect.city.clone())).or_default().push(suspect);
        }
    }
    let mut rows: Vec<AddressRow> = by_building
        .into_iter()
        .map(|((building, city), members)| AddressRow {
            rank: 0,
            usage_points: usage_points.get(&building).copied().unwrap_or(members.len() as u64),
            probability: Some(1.0 - members.iter().map(|row| 1.0 - row.probability.unwrap_or(0.0)).product::<f64>()),
            hidden_kw: sum(members.iter().map(|row| row.hidden_kw)),
            hidden_kwh: sum(members.iter().map(|row| row.hidden_kwh)),
            loss: total_loss(&members.iter().map(|row| &row.loss).collect::<Vec<_>>()),
            licence: members.iter().find_map(|row| row.licence.clone()),
            findings: members.iter().map(|row| format!("{}: {}", row.usage_point, row.finding.as_str())).collect(),
            address: members[0].address.clone().unwrap_or(building),
            city,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flats_of_one_building_are_one_address() {
        assert_eq!(building("Street 0,  12, apt 7"), building("STREET 0, 12, Apt. 9"));
        assert_eq!(building("ул. Абая, 10, кв. 5"), building("ул. Абая, 10"));
    }

    #[test]
    fn a_latin_letter_in_a_cyrillic_name_makes_no_new_street() {
        assert_eq!(building("ул. Aбaя, 10"), building("ул. Абая, 10"));
    }

    #[test]
    fn other_houses_stay_apart() {
        assert_ne!(building("Street 0, 1"), building("Street 0, 2"));
    }
}
