//! Buildings: which usage points an auditor reaches behind one door.
//!
//! Addresses come in any spelling; two are one building when their keys (`address_key`) and cities
//! agree. What `12/5` means is decided by the file: the flat 5 where most addresses end so, where
//! another line names a flat of house 12 by a word, or where three numbers or more stand behind the
//! slash of house 12 (of most such houses: then everywhere); else a house of its own, as on the
//! corner of two streets.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{Customer, UsagePointId};

use super::address_key::{AddressKey, city_names};

/// Share of a file's addresses that must end in `house/number`, or of those that lie in houses with
/// many such numbers, for the number to be a flat everywhere.
const SLASH_IS_FLAT: f64 = 0.5;

/// Numbers behind the slash of one house from which on they are flats: no house stands on the
/// corner of so many streets.
const FLATS: usize = 3;

/// Building, and city in a fixed form; empty where the file gives none.
type Place = (String, String);

/// An address of the file.
struct Written<'c> {
    id: &'c UsagePointId,
    address: &'c str,
    city: String,
    key: AddressKey,
}

/// The buildings of a customer file.
#[derive(Debug, Clone, Default)]
pub struct Buildings {
    /// Most addresses of the file end in `house/flat`.
    slash_is_flat: bool,
    /// Houses that have flats named by a word.
    with_flats: BTreeSet<Place>,
    by_place: BTreeMap<Place, u32>,
    by_usage_point: BTreeMap<UsagePointId, u32>,
    /// Usage points and the address for people, by building.
    known: Vec<(usize, String)>,
}

impl Buildings {
    /// Finds the buildings of a customer file. Houses of one name in two cities are two.
    #[must_use]
    pub fn of(customers: &BTreeMap<UsagePointId, Customer>) -> Self {
        let cities: BTreeMap<&str, Vec<String>> = customers
            .values()
            .filter_map(|customer| customer.city.as_deref())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|city| (city, city_names(city)))
            .collect();
        let with_address: Vec<(&UsagePointId, &str, &[String])> = customers
            .iter()
            .filter_map(|(id, customer)| {
                let city = customer.city.as_deref().and_then(|city| cities.get(city));
                Some((id, customer.address.as_deref()?, city.map_or(&[] as &[String], Vec::as_slice)))
            })
            .collect();
        let keys: Vec<Written> = with_address
            .par_iter()
            .map(|&(id, address, city)| Written {
                id,
                address,
                city: city.join(" "),
                key: AddressKey::of(address, city),
            })
            .collect();
        let slashes: Vec<(Place, &str)> = (keys.iter().filter(|written| !written.key.has_flat))
            .filter_map(|written| Some((written.place(), written.key.after_slash.as_deref()?)))
            .collect();
        let mut behind: BTreeMap<&Place, BTreeSet<&str>> = BTreeMap::new();
        for (place, number) in &slashes {
            behind.entry(place).or_default().insert(number);
        }
        behind.retain(|_, numbers| numbers.len() >= FLATS);
        let in_blocks = slashes.iter().filter(|(place, _)| behind.contains_key(place)).count();
        let most = |part: usize, whole: usize| part as f64 > SLASH_IS_FLAT * whole as f64;
        let by_word =
            keys.iter().filter(|written| written.key.has_flat && written.key.after_slash.is_none()).map(Written::place);
        let mut buildings = Self {
            slash_is_flat: most(slashes.len(), keys.len()) || most(in_blocks, slashes.len()),
            with_flats: by_word.chain(behind.into_keys().cloned()).collect(),
            ..Self::default()
        };
        for written in &keys {
            let number = buildings.enter(written);
            buildings.known[number as usize].0 += 1;
            buildings.by_usage_point.insert(written.id.clone(), number);
        }
        buildings
    }

    /// The number of a building, which is new or known.
    fn enter(&mut self, written: &Written) -> u32 {
        let place = self.place(&written.key, &written.city);
        let next = self.known.len() as u32;
        let number = *self.by_place.entry(place).or_insert(next);
        if number == next {
            let shown = self.shown(written);
            self.known.push((0, shown));
        }
        number
    }

    fn place(&self, key: &AddressKey, city: &str) -> Place {
        let building = match &key.after_slash {
            Some(number) if !self.is_flat(key, city) => format!("{}/{number}", key.building),
            _ => key.building.clone(),
        };
        (building, city.to_owned())
    }

    /// Whether the number behind a slash is a flat.
    fn is_flat(&self, key: &AddressKey, city: &str) -> bool {
        // Where a word names the flat as well, the slash belongs to the house.
        !key.has_flat && (self.slash_is_flat || self.with_flats.contains(&(key.building.clone(), city.to_owned())))
    }

    /// An address without its flat, for people.
    fn shown(&self, written: &Written) -> String {
        let Written { key, address, city, .. } = written;
        let slash_at = key.slash_at.filter(|_| self.is_flat(key, city));
        let end = [key.flat_at, slash_at].into_iter().flatten().min().unwrap_or(address.len());
        let cut =
            address[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '№' | '#' | '-'));
        if cut.is_empty() { (*address).to_owned() } else { cut.to_owned() }
    }

    /// Number of the building of a usage point; `None` where no address is known.
    #[must_use]
    pub fn of_usage_point(&self, id: &str) -> Option<u32> {
        self.by_usage_point.get(id).copied()
    }

    /// Numbers of the buildings that an address may mean: one where its city is given, else one for
    /// each city that has it.
    #[must_use]
    pub fn at(&self, address: &str, city: Option<&str>) -> Vec<u32> {
        let names = city.map_or_else(Vec::new, city_names);
        let key = AddressKey::of(address, &names);
        if city.is_some() {
            return self.by_place.get(&self.place(&key, &names.join(" "))).copied().into_iter().collect();
        }
        let of_city = |(place, &number): (&Place, &u32)| (*place == self.place(&key, &place.1)).then_some(number);
        self.by_place
            .range((key.building.clone(), String::new())..)
            .take_while(|(place, _)| place.0.starts_with(&key.building))
            .filter_map(of_city)
            .collect()
    }

    /// Usage points of a building, read or not.
    #[must_use]
    pub fn usage_points(&self, building: u32) -> usize {
        self.known[building as usize].0
    }

    /// Address of a building as its first usage point writes it, without the flat.
    #[must_use]
    pub fn address(&self, building: u32) -> &str {
        &self.known[building as usize].1
    }

    /// The usage points of some buildings, by building.
    #[must_use]
    pub fn members(&self, wanted: &BTreeSet<u32>) -> BTreeMap<u32, Vec<UsagePointId>> {
        let mut members: BTreeMap<u32, Vec<UsagePointId>> = BTreeMap::new();
        if !wanted.is_empty() {
            for (id, building) in self.by_usage_point.iter().filter(|(_, building)| wanted.contains(building)) {
                members.entry(*building).or_default().push(id.clone());
            }
        }
        members
    }
}

impl Written<'_> {
    /// House and city, the number behind a slash left out.
    fn place(&self) -> Place {
        (self.key.building.clone(), self.city.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Buildings of these addresses, whose usage points are called 0, 1, 2...
    fn buildings(addresses: &[&str]) -> (Buildings, Vec<u32>) {
        let customer = |address: &&str| Customer { address: Some((*address).to_owned()), ..Customer::default() };
        let customers =
            addresses.iter().enumerate().map(|(n, address)| (n.to_string().into(), customer(address))).collect();
        let buildings = Buildings::of(&customers);
        let numbers = (0..addresses.len()).map(|n| buildings.of_usage_point(&n.to_string()).unwrap()).collect();
        (buildings, numbers)
    }

    #[test]
    fn flats_of_one_building_are_one_address() {
        let (found, numbers) =
            buildings(&["Street 0,  12, apt 7", "STREET 0, 12, Apt. 9", "Street 0, 12", "Street 0, 13"]);
        assert_eq!(numbers, [0, 0, 0, 1]);
        assert_eq!(found.usage_points(0), 3);
        assert_eq!(found.address(0), "Street 0,  12");
    }

    #[test]
    fn a_slash_separates_the_flat_where_most_addresses_have_one() {
        let (found, numbers) = buildings(&["Street 5, 4/46", "Street 5, 4/47", "Street 9, 1/3"]);
        assert_eq!(numbers, [0, 0, 1]);
        assert_eq!(found.address(0), "Street 5, 4");
    }

    #[test]
    fn a_slash_separates_the_flat_of_a_house_whose_flats_are_named_elsewhere() {
        let (_, numbers) = buildings(&["ул. Абая, д. 12, кв. 5", "Abay 12/7", "Abay 14", "Abay 16", "Abay 20/3"]);
        assert_eq!(numbers, [0, 0, 1, 2, 3]);
    }

    #[test]
    fn many_numbers_behind_one_slash_are_flats_and_make_those_of_small_houses_flats_too() {
        let (_, numbers) = buildings(&[
            "S 1, 3/1", "S 1, 3/2", "S 1, 3/9", "S 2, 5/1", "S 2, 5/2", "S 3, 1", "S 3, 2", "S 3, 3", "S 3, 4",
            "S 3, 5", "S 3, 6",
        ]);
        assert!(
            numbers[0] == numbers[1]
                && numbers[1] == numbers[2]
                && numbers[3] == numbers[4]
                && numbers[2] != numbers[3],
            "{numbers:?}"
        );
    }

    #[test]
    fn a_slash_on_a_corner_belongs_to_the_house() {
        let (found, numbers) = buildings(&["Abay 12/3", "Abay 14", "Abay 16", "Abay 12/5", "Abay 12/5, кв. 8"]);
        assert_eq!(numbers, [0, 1, 2, 3, 3]);
        assert_eq!(found.address(3), "Abay 12/5");
    }

    #[test]
    fn an_address_without_a_city_means_the_house_in_every_city() {
        let customer = |city: &str| Customer {
            address: Some("ул. Мира, 5".into()),
            city: Some(city.into()),
            ..Customer::default()
        };
        let customers = [("a".into(), customer("Алматы")), ("b".into(), customer("Астана"))].into_iter().collect();
        let buildings = Buildings::of(&customers);
        assert_eq!(buildings.at("Мира 5", Some("almaty")).len(), 1);
        assert_eq!(buildings.at("Мира, д. 5", None).len(), 2);
        assert!(buildings.at("Мира 7", None).is_empty());
    }
}
