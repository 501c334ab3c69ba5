//! Buildings: which usage points an auditor reaches behind one door.
//!
//! Addresses come in any spelling; two are one building when they are alike after `building` has taken case, spaces, look-alike letters and the flat away.

use std::collections::BTreeMap;

use crate::domain::{Customer, UsagePointId};

/// Latin letters that look like Cyrillic ones, in lower case.
const LOOK_ALIKES: &[(char, char)] =
    &[('a', 'а'), ('b', 'в'), ('c', 'с'), ('e', 'е'), ('h', 'н'), ('k', 'к'), ('m', 'м'), ('o', 'о'), ('p', 'р'), ('t', 'т'), ('x', 'х'), ('y', 'у')];
/// Words that begin the part of an address inside the building.
const FLAT_WORDS: &[&str] = &["кв", "apt", "flat", "оф", "office", "пом"];

/// Share of a file's addresses that must end in `house/number` for the number to be a flat: elsewhere a slash is part of the house number, as on street corners.
const SLASH_IS_FLAT: f64 = 0.5;

/// How a customer file writes addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlatNotation {
    /// The flat is a part of its own (`Abay street 12, apt 4`), or not written.
    Part,
    /// Also behind a slash (`Abay street 12/4`).
    Slash,
}

impl FlatNotation {
    /// The notation of a file, from all its addresses.
    #[must_use]
    pub fn of<'a>(addresses: impl Iterator<Item = &'a str>) -> Self {
        let (mut all, mut slashes) = (0_usize, 0_usize);
        for address in addresses {
            all += 1;
            slashes += usize::from(split_slash(address.trim()).is_some());
        }
        if slashes as f64 > SLASH_IS_FLAT * all as f64 { Self::Slash } else { Self::Part }
    }
}

/// `house` and flat of `house/flat`, where both end and begin in digits.
fn split_slash(address: &str) -> Option<&str> {
    let (house, flat) = address.rsplit_once('/')?;
    (house.ends_with(|c: char| c.is_ascii_digit()) && !flat.is_empty() && flat.chars().all(|c| c.is_ascii_digit())).then_some(house)
}

/// The building of an address, for comparing: lower case, single spaces, no flat, and Latin letters that look Cyrillic made Cyrillic where the address is mostly Cyrillic.
#[must_use]
pub fn building(address: &str, notation: FlatNotation) -> String {
    let house = if notation == FlatNotation::Slash { split_slash(address.trim()).unwrap_or(address) } else { address };
    let lower = house.to_lowercase();
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

/// The buildings of a customer file.
#[derive(Debug, Clone)]
pub struct Buildings {
    notation: FlatNotation,
    by_usage_point: BTreeMap<UsagePointId, u32>,
    usage_points: Vec<usize>,
}

impl Buildings {
    /// Finds the buildings of a customer file. Houses of one name in two cities are two.
    #[must_use]
    pub fn of(customers: &BTreeMap<UsagePointId, Customer>) -> Self {
        let notation = FlatNotation::of(customers.values().filter_map(|customer| customer.address.as_deref()));
        let mut numbers: BTreeMap<(String, Option<&str>), u32> = BTreeMap::new();
        let mut buildings = Self { notation, by_usage_point: BTreeMap::new(), usage_points: Vec::new() };
        for (id, customer) in customers {
            let Some(address) = customer.address.as_deref() else { continue };
            let number = *numbers.entry((building(address, notation), customer.city.as_deref())).or_insert_with(|| {
                buildings.usage_points.push(0);
                buildings.usage_points.len() as u32 - 1
            });
            buildings.usage_points[number as usize] += 1;
            buildings.by_usage_point.insert(id.clone(), number);
        }
        buildings
    }

    /// How the file writes flats.
    #[must_use]
    pub fn notation(&self) -> FlatNotation {
        self.notation
    }

    /// Number of the building of a usage point; `None` where no address is known.
    #[must_use]
    pub fn of_usage_point(&self, id: &str) -> Option<u32> {
        self.by_usage_point.get(id).copied()
    }

    /// Usage points of a building, read or not.
    #[must_use]
    pub fn usage_points(&self, building: u32) -> usize {
        self.usage_points[building as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flats_of_one_building_are_one_address() {
        assert_eq!(building("Street 0,  12, apt 7", FlatNotation::Part), building("STREET 0, 12, Apt. 9", FlatNotation::Part));
        assert_eq!(building("ул. Абая, 10, кв. 5", FlatNotation::Part), building("ул. Абая, 10", FlatNotation::Part));
    }

    #[test]
    fn a_latin_letter_in_a_cyrillic_name_makes_no_new_street() {
        assert_eq!(building("ул. Aбaя, 10", FlatNotation::Part), building("ул. Абая, 10", FlatNotation::Part));
    }

    #[test]
    fn other_houses_stay_apart() {
        assert_ne!(building("Street 0, 1", FlatNotation::Part), building("Street 0, 2", FlatNotation::Part));
    }

    #[test]
    fn a_slash_separates_the_flat_only_where_most_addresses_have_one() {
        let flats = ["Street 5, 4/46", "Street 5, 4/47", "Street 9, 1/3"];
        assert_eq!(FlatNotation::of(flats.into_iter()), FlatNotation::Slash);
        assert_eq!(building(flats[0], FlatNotation::Slash), building(flats[1], FlatNotation::Slash));
        let corners = ["Abay 12/3", "Abay 14", "Abay 16", "Abay 12/5"];
        let notation = FlatNotation::of(corners.into_iter());
        assert_ne!(building(corners[0], notation), building(corners[3], notation));
    }
}
