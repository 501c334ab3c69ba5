//! Buildings: which usage points an auditor reaches behind one door.
//!
//! Addresses come in any spelling; two are one building when their keys (`address_key`) and cities agree. What `12/5` means is decided by the file: the flat 5 where most addresses end so, or where
//! another line names a flat of house 12 by a word; else a house of its own, as on the corner of two streets.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Customer, UsagePointId};

use super::address_key::AddressKey;

/// Share of a file's addresses that must end in `house/number` for the number to be a flat everywhere.
const SLASH_IS_FLAT: f64 = 0.5;

/// Building and city.
type Place = (String, Option<String>);

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
    buildings: Vec<(usize, String)>,
}

impl Buildings {
    /// Finds the buildings of a customer file. Houses of one name in two cities are two.
    #[must_use]
    pub fn of(customers: &BTreeMap<UsagePointId, Customer>) -> Self {
        let keys: Vec<(&UsagePointId, &str, Option<&str>, AddressKey)> = customers
            .iter()
            .filter_map(|(id, customer)| Some((id, customer.address.as_deref()?, customer.city.as_deref())))
            .map(|(id, address, city)| (id, address, city, AddressKey::of(address, city)))
            .collect();
        let slashes = keys.iter().filter(|(_, _, _, key)| key.after_slash.is_some() && !key.has_flat).count();
        let with_flats = keys.iter().filter(|(_, _, _, key)| key.has_flat && key.after_slash.is_none());
        let mut buildings = Self {
            slash_is_flat: slashes as f64 > SLASH_IS_FLAT * keys.len() as f64,
            with_flats: with_flats.map(|(_, _, city, key)| (key.building.clone(), city_key(*city))).collect(),
            ..Self::default()
        };
        for (id, address, city, key) in &keys {
            let number = buildings.enter(key, address, *city);
            buildings.buildings[number as usize].0 += 1;
            buildings.by_usage_point.insert((*id).clone(), number);
        }
        buildings
    }

    /// The number of a building, which is new or known.
    fn enter(&mut self, key: &AddressKey, address: &str, city: Option<&str>) -> u32 {
        let place = self.place(key, city);
        let next = self.buildings.len() as u32;
        let number = *self.by_place.entry(place).or_insert(next);
        if number == next {
            let shown = self.shown(key, address, city);
            self.buildings.push((0, shown));
        }
        number
    }

    fn place(&self, key: &AddressKey, city: Option<&str>) -> Place {
        let building = match &key.after_slash {
            Some(number) if !self.is_flat(key, city) => format!("{}/{number}", key.building),
            _ => key.building.clone(),
        };
        (building, city_key(city))
    }

    /// Whether the number behind a slash is a flat.
    fn is_flat(&self, key: &AddressKey, city: Option<&str>) -> bool {
        // Where a word names the flat as well, the slash belongs to the house.
        !key.has_flat && (self.slash_is_flat || self.with_flats.contains(&(key.building.clone(), city_key(city))))
    }

    /// An address without its flat, for people.
    fn shown(&self, key: &AddressKey, address: &str, city: Option<&str>) -> String {
        let slash_at = key.slash_at.filter(|_| self.is_flat(key, city));
        let end = [key.flat_at, slash_at].into_iter().flatten().min().unwrap_or(address.len());
        let cut = address[..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '№' | '#' | '-'));
        if cut.is_empty() { address.to_owned() } else { cut.to_owned() }
    }

    /// Number of the building of a usage point; `None` where no address is known.
    #[must_use]
    pub fn of_usage_point(&self, id: &str) -> Option<u32> {
        self.by_usage_point.get(id).copied()
    }

    /// Numbers of the buildings that an address may mean: one where its city is known, else one for each city that has it.
    #[must_use]
    pub fn at(&self, address: &str, city: Option<&str>) -> Vec<u32> {
        let (building, in_city) = self.place(&AddressKey::of(address, city), city);
        if city.is_some() {
            return self.by_place.get(&(building, in_city)).copied().into_iter().collect();
        }
        // Without a city the flat's notation is that of any city.
        self.by_place.range((building.clone(), None)..).take_while(|(place, _)| place.0 == building).map(|(_, &number)| number).collect()
    }

    /// Usage points of a building, read or not.
    #[must_use]
    pub fn usage_points(&self, building: u32) -> usize {
        self.buildings[building as usize].0
    }

    /// Address of a building as its first usage point writes it, without the flat.
    #[must_use]
    pub fn address(&self, building: u32) -> &str {
        &self.buildings[building as usize].1
    }

    /// The usage points of some buildings.
    #[must_use]
    pub fn members(&self, buildings: &[u32]) -> Vec<UsagePointId> {
        self.by_usage_point.iter().filter(|(_, building)| buildings.contains(building)).map(|(id, _)| id.clone()).collect()
    }
}

fn city_key(city: Option<&str>) -> Option<String> {
    city.map(|city| AddressKey::of(city, None).building)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Buildings of these addresses, whose usage points are called 0, 1, 2...
    fn buildings(addresses: &[&str]) -> (Buildings, Vec<u32>) {
        let customer = |address: &&str| Customer { address: Some((*address).to_owned()), ..Customer::default() };
        let customers = addresses.iter().enumerate().map(|(n, address)| (n.to_string().into(), customer(address))).collect();
        let buildings = Buildings::of(&customers);
        let numbers = (0..addresses.len()).map(|n| buildings.of_usage_point(&n.to_string()).unwrap()).collect();
        (buildings, numbers)
    }

    #[test]
    fn flats_of_one_building_are_one_address() {
        let (found, numbers) = buildings(&["Street 0,  12, apt 7", "STREET 0, 12, Apt. 9", "Street 0, 12", "Street 0, 13"]);
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
    fn a_slash_on_a_corner_belongs_to_the_house() {
        let (found, numbers) = buildings(&["Abay 12/3", "Abay 14", "Abay 16", "Abay 12/5", "Abay 12/5, кв. 8"]);
        assert_eq!(numbers, [0, 1, 2, 3, 3]);
        assert_eq!(found.address(3), "Abay 12/5");
    }

    #[test]
    fn an_address_without_a_city_means_the_house_in_every_city() {
        let customer = |city: &str| Customer { address: Some("ул. Мира, 5".into()), city: Some(city.into()), ..Customer::default() };
        let customers = [("a".into(), customer("Алматы")), ("b".into(), customer("Астана"))].into_iter().collect();
        let buildings = Buildings::of(&customers);
        assert_eq!(buildings.at("Мира 5", Some("almaty")).len(), 1);
        assert_eq!(buildings.at("Мира, д. 5", None).len(), 2);
        assert!(buildings.at("Мира 7", None).is_empty());
    }
}
