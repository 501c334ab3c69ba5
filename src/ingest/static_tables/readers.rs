//! Customers, grid, weather, licences and tariffs.

use std::collections::BTreeMap;
use std::path::Path;

use super::table::Table;
use super::text_table::TextTable;
use super::weather_files::{self, WeatherKind};
use super::{cim_grid, cim_rdf};
use crate::domain::{
    Calendar, CivilDay, Customer, CustomerStatus, Grid, GridLine, Heating, Level, Licence, LicenceStatus,
    LicenceTarget, Lighting, Reject, RejectCode, Tariff, Timestamp, UsagePointId, Weather, Zone,
};
use crate::ingest::bytes::decompress;
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::text::columns::{TIMESTAMP, USAGE_POINT};
use crate::ingest::text::stamp::{StampForm, StampReader};

/// Powers, energies, prices and persons beyond these are no customer's, node's or tariff's: the
/// largest power station has 22,500,000 kW. Sums of larger ones lose all that is small.
const LARGEST_KW: f64 = 1e8;
const LARGEST_KWH: f64 = 1e12;
const LARGEST_PRICE: f64 = 1e9;
const MOST_PERSONS: f64 = 1e6;
/// The least power that is one, kW.
const LEAST_KW: f64 = 1e-3;

fn is_power(kw: f64) -> bool {
    (LEAST_KW..=LARGEST_KW).contains(&kw)
}

fn is_price(price: f64) -> bool {
    (0.0..=LARGEST_PRICE).contains(&price)
}

/// Reads the customer file. Of repeated usage points the first row is kept.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_customers(path: &Path) -> Result<Table<BTreeMap<UsagePointId, Customer>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let id = table.require(USAGE_POINT, "usage point")?;
    let [address, city, class, contracted, status] =
        ["address", "city", "tariff_class", "contracted_kw", "status"].map(|name| table.find(name));
    let [heating, persons, owner, lat, lon] =
        ["heating", "persons", "owner", "lat", "lon"].map(|name| table.find(name));
    let mut customers = BTreeMap::new();
    for row in table.rows() {
        let Some(usage_point) = table.text(row, Some(id)) else {
            table.reject_row(row, RejectCode::ID_EMPTY, said::id_empty());
            continue;
        };
        let customer = Customer {
            address: table.text(row, address),
            city: table.text(row, city),
            tariff_class: table.text(row, class),
            contracted_kw: table.number(row, contracted, is_power),
            status: if table.text(row, status).is_some_and(|s| s.eq_ignore_ascii_case("inactive")) {
                CustomerStatus::Inactive
            } else {
                CustomerStatus::Active
            },
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
    Ok(table.finish(customers))
}

fn heating_of(word: Option<&str>) -> Heating {
    match word.map(str::to_lowercase).as_deref() {
        None => Heating::Unknown,
        Some("none") => Heating::None,
        Some("electric") => Heating::Electric,
        Some(_) => Heating::Other,
    }
}

/// Reads the grid file (a table, or a CIM network model in RDF/XML) and checks it. A row that names
/// no time holds always.
///
/// # Errors
/// When the file cannot be used, or the grid has a loop, an unknown parent or a node twice at one
/// time.
pub fn read_grid(path: &Path, calendar: &Calendar) -> Result<Table<Grid>, IngestError> {
    if cim_rdf::recognises(&decompress::head(path)?) {
        return cim_grid::read(path);
    }
    let mut table = TextTable::read(path)?;
    let node = table.require(&["node", "id"], "node")?;
    let kind = table.require(&["kind", "level", "type"], "kind of node")?;
    let parent = table.require(&["parent"], "parent of a node")?;
    let [balance_meter, rated_kva, from, to] =
        ["balance_meter", "rated_kva", "valid_from", "valid_to"].map(|name| table.find(name));
    let mut lines = Vec::new();
    for row in table.rows() {
        let word = table.text(row, Some(kind)).unwrap_or_default();
        let (Some(id), Some(level)) = (table.text(row, Some(node)), Level::parse(&word)) else {
            let detail = said::node_row(word);
            table.reject_row(row, RejectCode::CELL_UNREADABLE, detail);
            continue;
        };
        lines.push(GridLine {
            id: id.into(),
            level,
            parent: table.text(row, Some(parent)).map(Into::into),
            balance_meter: table.text(row, balance_meter).map(Into::into),
            rated_kva: table.number(row, rated_kva, is_power),
            lighting: lighting(&mut table, row),
            valid: (table.date(row, from, calendar), table.date(row, to, calendar)),
            row: table.row_number(row),
        });
    }
    let grid = Grid::new(lines).map_err(|source| IngestError::Grid { path: path.to_path_buf(), source })?;
    Ok(table.finish(grid))
}

/// Declared unmetered street lighting: `lighting_kw`, and `lighting_hours` where it does not burn
/// all night.
fn lighting(table: &mut TextTable, row: usize) -> Option<Lighting> {
    let kw =
        table.number(row, table.find("lighting_kw"), |kw| (0.0..=LARGEST_KW).contains(&kw)).filter(|kw| *kw > 0.0)?;
    let Some(text) = table.text(row, table.find("lighting_hours")) else {
        return Some(Lighting { kw, hours: Lighting::ALL_NIGHT });
    };
    let hours = Lighting::parse_hours(&text);
    if hours.is_none() {
        let detail = said::burning(text);
        table.reject_row(row, RejectCode::CELL_UNREADABLE, detail);
    }
    Some(Lighting { kw, hours: hours.unwrap_or(Lighting::ALL_NIGHT) })
}

/// Reads the weather file. A typical year (EPW, TMY3) belongs to no date: it gives no weather and a
/// reject that says so.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_weather(path: &Path, calendar: &Calendar) -> Result<Table<Weather>, IngestError> {
    match weather_files::kind_of(&crate::ingest::bytes::decompress::head(path)?) {
        WeatherKind::Own => own_weather(path, calendar),
        WeatherKind::Meteostat => meteostat(TextTable::read(path)?),
        WeatherKind::BareMeteostat => meteostat(TextTable::read_bare(path, &weather_files::BARE_METEOSTAT)?),
        WeatherKind::TypicalYear(format) => {
            let detail = said::typical_year(format);
            let reject =
                Reject { file: path.display().to_string(), row: 0, code: "weather.typical_year", detail, records: 1 };
            Ok(Table {
                rejects: vec![reject],
                sha256: crate::ingest::bytes::file_digest::sha256(path)?,
                ..Table::default()
            })
        }
    }
}

fn own_weather(path: &Path, calendar: &Calendar) -> Result<Table<Weather>, IngestError> {
    let mut table = TextTable::read(path)?;
    let at = table.require(TIMESTAMP, "time stamp")?;
    let temperature = table.require(&["temperature_c", "temperature", "temp_c", "temp"], "temperature")?;
    let mut samples = Vec::new();
    for row in table.rows() {
        let Some(instant) = instant(&mut table, row, at, calendar) else { continue };
        if let Some(celsius) = table.number(row, Some(temperature), is_celsius) {
            samples.push((instant, celsius as f32));
        }
    }
    Ok(table.finish(Weather::from_samples(samples)))
}

fn is_celsius(celsius: f64) -> bool {
    (-90.0..=60.0).contains(&celsius)
}

/// Hours of Meteostat, which are in UTC whatever the utility's clock is.
fn meteostat(mut table: TextTable) -> Result<Table<Weather>, IngestError> {
    let temperature = table.require(&["temp"], "temperature")?;
    let hour = table.require(&["hour"], "hour")?;
    let [date, year, month, day] = ["date", "year", "month", "day"].map(|name| table.find(name));
    let mut samples = Vec::new();
    for row in table.rows() {
        let whole = table.text(row, date).and_then(|text| CivilDay::parse(&text));
        let mut part =
            |column| table.number(row, column, |number| number.fract() == 0.0 && (0.0..=9999.0).contains(&number));
        let parts = || CivilDay::from_ymd(part(year)? as i16, part(month)? as i8, part(day)? as i8);
        let civil = whole.or_else(parts);
        let Some((civil, hour)) = civil.zip(table.number(row, Some(hour), |hour| (0.0..24.0).contains(&hour))) else {
            table.reject_row(row, RejectCode::TIME_UNREADABLE, said::no_date());
            continue;
        };
        if let Some(celsius) = table.number(row, Some(temperature), is_celsius) {
            samples.push((Timestamp(i64::from(civil.0) * 86_400 + hour as i64 * 3600), celsius as f32));
        }
    }
    Ok(table.finish(Weather::from_samples(samples)))
}

/// An instant in a cell; one that cannot be read rejects the row.
pub(super) fn instant(table: &mut TextTable, row: usize, column: usize, calendar: &Calendar) -> Option<Timestamp> {
    let text = table.text(row, Some(column)).unwrap_or_default();
    let read = StampForm::of(text.as_bytes())
        .ok_or(RejectCode::TIME_UNREADABLE)
        .and_then(|form| StampReader::new(form, calendar).read(text.as_bytes()));
    read.map_err(|code| table.reject_row(row, code, said::stamp_unusable(text))).ok()
}

/// Reads the licence register.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_licences(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Licence>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let number = table.require(&["licence", "license", "licence_number"], "licence")?;
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
            licensed_kw: table.number(row, licensed, is_power),
            valid_from: table.date(row, from, calendar),
            valid_to: table.date(row, to, calendar),
            status: LicenceStatus::parse(table.text(row, status).as_deref().unwrap_or_default()),
            status_word: table.text(row, status),
            holder: table.text(row, holder),
            bin: table.text(row, bin),
            verified_kw: table.number(row, verified, is_power),
            contract_until: table.date(row, contract, calendar),
        });
    }
    Ok(table.finish(licences))
}

/// Reads the tariff table.
///
/// # Errors
/// When the file cannot be used as a whole.
pub fn read_tariffs(path: &Path, calendar: &Calendar) -> Result<Table<Vec<Tariff>>, IngestError> {
    let mut table = TextTable::read(path)?;
    let class = table.require(&["tariff_class"], "tariff class")?;
    let price = table.require(&["price_per_kwh"], "price per kWh")?;
    let currency = table.require(&["currency"], "currency")?;
    let [from_kwh, to_kwh, fee, from, to] =
        ["from_kwh", "to_kwh", "fee_per_kwh", "valid_from", "valid_to"].map(|name| table.find(name));
    let [per_person, zone, tax_share] = ["per_person", "zone", "tax_share"].map(|name| table.find(name));
    let mut tariffs = Vec::new();
    for row in table.rows() {
        let price = table.number(row, Some(price), is_price);
        let (Some(tariff_class), Some(price_per_kwh), Some(currency)) =
            (table.text(row, Some(class)), price, table.text(row, Some(currency)))
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
    Ok(table.finish(tariffs))
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

    fn weather(text: &str) -> Table<Weather> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_weather(file.path(), &Calendar::new(Some("Asia/Almaty")).unwrap()).unwrap()
    }

    #[test]
    fn meteostat_is_utc_with_and_without_a_header() {
        let bare = weather("2025-03-01,0,1.5,,,,,,,,,,\n2025-03-01,1,2.5,,,,,,,,,,\n");
        let headed = weather("date,hour,temp,temp_source\n2025-03-01,0,1.5,isd\n2025-03-01,1,2.5,isd\n");
        let parted = weather("year,month,day,hour,temp\n2025,3,1,0,1.5\n2025,3,1,1,2.5\n");
        for table in [&bare, &headed, &parted] {
            assert_eq!(table.rows, 2);
            assert_eq!(table.data.at_each(&[Timestamp(1_740_787_200)]), [1.5]);
        }
    }

    #[test]
    fn a_typical_year_gives_no_weather_and_says_why() {
        let table = weather(
            "LOCATION,Almaty,-,KAZ,IWEC,368700,43.23,76.93,6.0,847.0\nDESIGN CONDITIONS,0\n1986,1,1,1,0,?9?9,-5.0\n",
        );
        assert_eq!((table.rejects[0].code, table.rows), ("weather.typical_year", 0));
        assert!(table.data.is_empty());
    }

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
}
