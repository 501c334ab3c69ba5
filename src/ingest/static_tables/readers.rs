//! Customers, licences and tariffs.

use std::collections::BTreeMap;
use std::path::Path;

use super::headings::{CUSTOMERS, LICENCES, TARIFFS};
use super::node_cells::is_power;
use super::table::Table;
use super::text_table::TextTable;
use crate::domain::{
    Calendar, Customer, CustomerStatus, Heating, Licence, LicenceStatus, LicenceTarget, RejectCode, Tariff,
    UsagePointId, Zone,
};
use crate::ingest::error::IngestError;
use crate::ingest::said;

/// Energies, prices and persons beyond these are no customer's or tariff's.
const LARGEST_KWH: f64 = 1e12;
const LARGEST_PRICE: f64 = 1e9;
const MOST_PERSONS: f64 = 1e6;

/// Words for a contract in use.
const ACTIVE: [&str; 14] = [
    "active",
    "open",
    "connected",
    "in use",
    "действующий",
    "действует",
    "активен",
    "активный",
    "подключён",
    "подключен",
    "открыт",
    "заключён",
    "белсенді",
    "қосылған",
];
/// Beginnings of words for one that is not.
const INACTIVE: [&str; 16] = [
    "inactive",
    "closed",
    "disconnect",
    "vacant",
    "terminated",
    "откл",
    "расторг",
    "закры",
    "неактив",
    "недейств",
    "не действ",
    "пустует",
    "приостан",
    "ажырат",
    "белсенді емес",
    "жабы",
];

fn is_price(price: f64) -> bool {
    (0.0..=LARGEST_PRICE).contains(&price)
}

/// Reads the customer file. Of repeated usage points the first row is kept.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_customers(path: &Path) -> Result<Table<BTreeMap<UsagePointId, Customer>>, IngestError> {
    let mut table = TextTable::read(path, &CUSTOMERS)?;
    let id = table.require("usage_point")?;
    let [address, street, house, flat] = ["address", "street", "house", "flat"].map(|name| table.find(name));
    let [city, class, contracted, status] =
        ["city", "tariff_class", "contracted_kw", "status"].map(|name| table.find(name));
    let [heating, persons, owner, lat, lon] =
        ["heating", "persons", "owner", "lat", "lon"].map(|name| table.find(name));
    let mut customers = BTreeMap::new();
    for row in table.rows() {
        let Some(usage_point) = table.text(row, Some(id)) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::id_empty());
            continue;
        };
        let customer = Customer {
            address: table.text(row, address).or_else(|| address_of(&table, row, [street, house, flat])),
            city: table.text(row, city),
            tariff_class: table.text(row, class),
            contracted_kw: table.power(row, contracted, is_power),
            status: status_of(&mut table, row, status),
            heating: heating_of(table.text(row, heating).as_deref()),
            persons: table.number(row, persons, |n| (0.0..=MOST_PERSONS).contains(&n)),
            owner: table.text(row, owner),
            lat: table.number(row, lat, |degrees| degrees.abs() <= 90.0),
            lon: table.number(row, lon, |degrees| degrees.abs() <= 180.0),
        };
        if customers.contains_key(usage_point.as_str()) {
            table.reject_row(row, RejectCode::ROW_REPEATED, said::row_repeated(&usage_point));
        } else {
            customers.insert(UsagePointId::from(usage_point), customer);
        }
    }
    table.finish(customers)
}

/// An address whose parts stand in columns of their own.
fn address_of(table: &TextTable, row: usize, [street, house, flat]: [Option<usize>; 3]) -> Option<String> {
    let house = table.text(row, house).map_or(String::new(), |house| format!(", {house}"));
    let flat = table.text(row, flat).map_or(String::new(), |flat| format!(", кв. {flat}"));
    Some(format!("{}{house}{flat}", table.text(row, street)?))
}

/// Whether the contract is in use; a word that says neither is rejected and counts as in use.
fn status_of(table: &mut TextTable, row: usize, column: Option<usize>) -> CustomerStatus {
    let Some(text) = table.text(row, column) else { return CustomerStatus::Active };
    let word = text.to_lowercase();
    if INACTIVE.iter().any(|start| word.starts_with(start)) {
        return CustomerStatus::Inactive;
    }
    if !ACTIVE.contains(&word.as_str()) {
        table.reject_cell(row, column, &text);
    }
    CustomerStatus::Active
}

fn heating_of(word: Option<&str>) -> Heating {
    let Some(word) = word.map(str::to_lowercase) else { return Heating::Unknown };
    match word.as_str() {
        "none" | "no" | "нет" | "отсутствует" | "жоқ" => Heating::None,
        _ if word.starts_with("electr") || word.starts_with("электр") => Heating::Electric,
        _ => Heating::Other,
    }
}

/// Reads the licence register.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_licences(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Licence>>, IngestError> {
    let mut table = TextTable::read(path, &LICENCES)?;
    let number = table.require("licence")?;
    let [usage_point, node, address, licensed] =
        ["usage_point", "node", "address", "licensed_kw"].map(|name| table.find(name));
    let [from, to, status, holder] = ["valid_from", "valid_to", "status", "holder"].map(|name| table.find(name));
    let [bin, verified, contract] = ["bin", "verified_kw", "contract_until"].map(|name| table.find(name));
    let mut licences = Vec::new();
    for row in table.rows() {
        let point = table.text(row, usage_point).map(|id| LicenceTarget::UsagePoint(id.into()));
        let target = point
            .or_else(|| table.text(row, node).map(|id| LicenceTarget::Node(id.into())))
            .or_else(|| table.text(row, address).map(LicenceTarget::Address));
        let (Some(licence), Some(target)) = (table.text(row, Some(number)), target) else {
            let detail = said::licence_row();
            table.reject_row(row, RejectCode::ID_EMPTY, detail);
            continue;
        };
        licences.push(Licence {
            licence,
            address: table.text(row, address).filter(|_| !matches!(target, LicenceTarget::Address(_))),
            target,
            licensed_kw: table.power(row, licensed, is_power),
            valid_from: table.date(row, from, calendar),
            valid_to: table.date(row, to, calendar),
            status: LicenceStatus::parse(table.text(row, status).as_deref().unwrap_or_default()),
            status_word: table.text(row, status),
            holder: table.text(row, holder),
            bin: table.text(row, bin),
            verified_kw: table.power(row, verified, is_power),
            contract_until: table.date(row, contract, calendar),
        });
    }
    table.finish(licences)
}

/// Reads the tariff table.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_tariffs(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Tariff>>, IngestError> {
    let mut table = TextTable::read(path, &TARIFFS)?;
    let class = table.require("tariff_class")?;
    let price = table.require("price_per_kwh")?;
    let in_heading = currency_in(table.heading(price));
    let currency = if in_heading.is_some() { table.find("currency") } else { Some(table.require("currency")?) };
    let [from_kwh, to_kwh, fee, from, to] =
        ["from_kwh", "to_kwh", "fee_per_kwh", "valid_from", "valid_to"].map(|name| table.find(name));
    let [per_person, zone, tax_share] = ["per_person", "zone", "tax_share"].map(|name| table.find(name));
    let mut tariffs = Vec::new();
    for row in table.rows() {
        let price = table.number(row, Some(price), is_price);
        let currency = table.text(row, currency).or_else(|| in_heading.map(str::to_owned));
        let (Some(tariff_class), Some(price_per_kwh), Some(currency)) = (table.text(row, Some(class)), price, currency)
        else {
            table.reject_row(row, RejectCode::CELL_UNREADABLE, said::tariff_row());
            continue;
        };
        let Ok(zone) = zone_of(&mut table, row, zone) else { continue };
        tariffs.push(Tariff {
            tariff_class: tariff_class.to_lowercase(),
            price_per_kwh,
            currency,
            from_kwh: table.number(row, from_kwh, |kwh| (0.0..=LARGEST_KWH).contains(&kwh)),
            to_kwh: table.number(row, to_kwh, |kwh| (0.0..=LARGEST_KWH).contains(&kwh)),
            per_person: flag(&mut table, row, per_person),
            zone,
            tax_share: table.number(row, tax_share, |share| (0.0..1.0).contains(&share)),
            fee_per_kwh: table.number(row, fee, is_price),
            valid_from: table.date(row, from, calendar),
            valid_to: table.date(row, to, calendar),
        });
    }
    table.finish(tariffs)
}

/// The currency that the heading of a price names.
fn currency_in(heading: &str) -> Option<&'static str> {
    let heading = heading.to_lowercase();
    let words = [
        ("тенге", "KZT"),
        ("теңге", "KZT"),
        ("тг", "KZT"),
        ("kzt", "KZT"),
        ("₸", "KZT"),
        ("руб", "RUB"),
        ("₽", "RUB"),
        ("сом", "KGS"),
        ("сум", "UZS"),
    ];
    words.iter().find(|(word, _)| heading.contains(word)).map(|(_, currency)| *currency)
}

/// The zone of a tariff line; a zone without hours rejects the line, since its price would go to
/// other hours.
fn zone_of(table: &mut TextTable, row: usize, column: Option<usize>) -> Result<Option<Zone>, ()> {
    let Some(text) = table.text(row, column) else { return Ok(None) };
    Zone::parse(&text).map(Some).ok_or_else(|| {
        let detail = said::zone_hours(text);
        table.reject_row(row, RejectCode::CELL_UNREADABLE, detail);
    })
}

/// A yes or no; an empty cell is no, another word is rejected and counts as no.
fn flag(table: &mut TextTable, row: usize, column: Option<usize>) -> bool {
    let Some(text) = table.text(row, column) else { return false };
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" | "да" | "иә" => true,
        "false" | "no" | "0" | "нет" | "жоқ" => false,
        _ => {
            table.reject_cell(row, column, &text);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tariff_line_has_steps_per_person_zones_and_tax() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "tariff_class,price_per_kwh,currency,from_kwh,to_kwh,per_person,zone,tax_share\n\
                    Household,20,KZT,0,100,yes,,0.12\nbusiness,30,KZT,,,,night 23-07,\nbusiness,40,KZT,,,,day,\nbudget,50,KZT,,,maybe,,\n";
        std::fs::write(file.path(), text).unwrap();
        let table = read_tariffs(file.path(), &Calendar::new(None).unwrap()).unwrap();
        let [household, night, budget] = &table.data[..] else { panic!("three lines are kept: {:?}", table.data) };
        assert!(
            household.per_person && household.tax_share == Some(0.12) && (household.taxed_price() - 22.4).abs() < 1e-12
        );
        assert!(night.zone.as_ref().is_some_and(|zone| zone.hours.holds(23) && !zone.hours.holds(7)));
        assert!(!budget.per_person);
        let rejected: Vec<u64> = table.rejects.iter().map(|reject| reject.row).collect();
        assert_eq!(rejected, [4, 5], "a zone without hours, and a word that is neither yes nor no");
    }

    fn customers(text: &str) -> Table<BTreeMap<UsagePointId, Customer>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_customers(file.path()).unwrap()
    }

    #[test]
    fn customers_are_read_as_a_utility_writes_them() {
        let table = customers(
            "Реестр потребителей;;;;;;;;\nНомер ПУ;Лицевой счёт;Улица;Дом;Квартира;Тарифная группа;Договорная мощность, \
             кВт;Статус;Отопление\n00017;900;Абая;12;5;Население;7,5;Отключён;Электрическое\n",
        );
        let customer = &table.data["00017"];
        assert_eq!(customer.address.as_deref(), Some("Абая, 12, кв. 5"));
        assert_eq!((customer.contracted_kw, customer.status), (Some(7.5), CustomerStatus::Inactive));
        assert_eq!((customer.heating, customer.tariff_class.as_deref()), (Heating::Electric, Some("Население")));
        let alone: Vec<&str> =
            table.columns.iter().filter(|column| column.taken_for.is_none()).map(|column| &*column.heading).collect();
        assert_eq!(alone, ["Лицевой счёт"]);
        assert_eq!((table.rows, table.used), (1, 1));
    }

    #[test]
    fn a_word_that_is_no_status_is_told_and_counts_as_in_use() {
        let table = customers("usage_point,status\nA,inactive\nB,purple\n");
        assert_eq!(table.data["A"].status, CustomerStatus::Inactive);
        assert_eq!((table.data["B"].status, table.rejects.len()), (CustomerStatus::Active, 1));
    }

    #[test]
    fn the_heading_of_a_price_may_name_the_currency() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "Тарифная группа;Тариф, тенге/кВт·ч\nНаселение;26,5\n").unwrap();
        let table = read_tariffs(file.path(), &Calendar::new(None).unwrap()).unwrap();
        assert_eq!((table.data[0].price_per_kwh, table.data[0].currency.as_str()), (26.5, "KZT"));
    }
}
