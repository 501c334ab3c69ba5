//! Which static tables a file holds, by its headings: how the files of a folder are told apart from
//! readings and from one another.

use std::path::Path;

use super::headings::{
    BILLING, COMPLAINTS, CUSTOMERS, EVENTS, GRID, INSPECTIONS, KINDS, LICENCES, METERS, TARIFFS, TableKind, VOLTAGE,
    WEATHER,
};
use super::table::Table;
use super::table_cells::header_row;
use super::taken::taken;
use super::text_table::TextTable;
use super::weather_files::{WeatherKind, kind_of};
use super::{cim_rdf, delimited_cells, sheet_cells};
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::kind::is_workbook;
use crate::ingest::error::IngestError;
use crate::ingest::parquet::table::ParquetTable;
use crate::ingest::tables::understand::headings::unit_in;
use crate::ingest::tables::understand::slot_name::is_slot;
use crate::ingest::text::columns::{DATE, TIME, TIMESTAMP, plain, value_names};
use crate::ingest::text::part_words::is_numbered_tariff;
use crate::ingest::text::stamp::StampForm;

/// Rows of a file that are looked at.
const TOP: usize = 60;
/// Headings that are dates or slots of a day, by which readings across are known.
const FEWEST_SLOTS: usize = 5;

/// Beginnings of headings of readings, whose day may stand in a title.
const READINGS: [&str; 8] =
    ["Показани", "Текущие показания", "Потребление", "Расход", "Көрсеткіш", "Тұтынылған", "register", "reading"];

/// What a file of a folder is taken for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ToldApart {
    /// The static table that it is first of all, by the name of its option.
    pub(crate) table: Option<&'static str>,
    /// A second that it may serve as, where no other file is one first of all: customers that name
    /// their transformers are a grid.
    pub(crate) also: Option<&'static str>,
    /// Whether it may hold readings.
    pub(crate) readings: bool,
}

/// Tells what a file is by its headings. A file that no static table is told of may be readings.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn tell_apart(path: &Path) -> Result<ToldApart, IngestError> {
    let head = decompress::head(path)?;
    let only = |table: &TableKind| ToldApart { table: Some(table.name), ..ToldApart::default() };
    if cim_rdf::recognises(&head) {
        return Ok(only(&GRID));
    }
    if is_workbook(&head) {
        let sheets = sheet_cells::first_rows(path, TOP)?;
        let told = sheets.iter().map(|rows| tell_rows(rows));
        // Each sheet may be another table.
        return Ok(told.fold(ToldApart::default(), |all, one| ToldApart {
            also: all.also.or(if all.table.is_some() {
                one.table.filter(|table| Some(*table) != all.table)
            } else {
                one.also
            }),
            table: all.table.or(one.table),
            readings: all.readings || one.readings,
        }));
    }
    if head.starts_with(b"PAR1") {
        let names = ParquetTable::open(path)?.names().map(str::to_owned).collect::<Vec<_>>();
        return Ok(tell_rows(&[names]));
    }
    if head.trim_ascii_start().starts_with(b"<") || head.iter().take(4096).filter(|byte| **byte == 0).count() > 2048 {
        return Ok(ToldApart { readings: true, ..ToldApart::default() });
    }
    match kind_of(&head) {
        WeatherKind::Own => Ok(tell_rows(&delimited_cells::first_rows(&head, TOP))),
        _ => Ok(only(&WEATHER)),
    }
}

/// A file that is a static table, looked at.
#[derive(Debug)]
pub struct LookedAt {
    /// The table, by the name of its option.
    pub table: &'static str,
    /// What was read of it.
    pub read: Table<()>,
}

/// Looks at a file that is a static table and holds no readings; `None` for any other.
#[must_use]
pub fn look_at_table(path: &Path) -> Option<LookedAt> {
    let told = tell_apart(path).ok().filter(|told| !told.readings && told.table != Some(VOLTAGE.name))?;
    let kind: &'static TableKind = KINDS.iter().find(|kind| Some(kind.name) == told.table)?;
    Some(LookedAt { table: kind.name, read: TextTable::read(path, kind).ok()?.finish(()).ok()? })
}

/// The same of the first rows of a table.
fn tell_rows(rows: &[Vec<String>]) -> ToldApart {
    let fits = |kind: &'static TableKind, has: &dyn Fn(&[&str]) -> bool| -> bool {
        match kind.name {
            "licences" => has(&["licence"]) && (has(&["usage_point"]) || has(&["node"]) || has(&["address"])),
            "tariffs" => has(&["tariff_class", "price_per_kwh"]) && !has(&["usage_point"]),
            "inspections" => has(&["date", "outcome"]) && (has(&["usage_point"]) || has(&["node"])),
            "billing" => has(&["usage_point", "from", "to", "billed_kwh"]),
            "events" => has(&["start", "end", "kind"]),
            "complaints" => has(&["date", "kind"]) && (has(&["usage_point"]) || has(&["address"])),
            "weather" => has(&["temperature_c"]) && (has(&["timestamp"]) || has(&["date"]) || has(&["day"])),
            "meters" => has(&["usage_point", "ct_ratio"]),
            "customers" => {
                let told = ["address", "street", "tariff_class", "contracted_kw", "heating", "persons", "city"];
                has(&["usage_point"]) && told.iter().any(|name| has(&[name]))
            }
            "grid" => {
                let places = ["substation", "feeder", "transformer"].iter().filter(|name| has(&[name])).count();
                has(&["node", "kind", "parent"]) || places >= 2
            }
            _ => false,
        }
    };
    let is_kind = |kind: &'static TableKind| {
        let Some((row, _)) = header_row(rows.iter().map(Vec::as_slice), kind) else { return false };
        let taken = taken(&rows[row], kind);
        let has = |names: &[&str]| {
            names.iter().all(|name| taken.iter().flatten().any(|&field| kind.fields[field].name() == *name))
        };
        fits(kind, &has)
    };
    let is_readings = rows.iter().take(TOP).any(|row| looks_like_readings(row));
    let table = |kind: &TableKind| ToldApart { table: Some(kind.name), ..ToldApart::default() };
    if let Some(kind) = [&LICENCES, &TARIFFS, &INSPECTIONS, &BILLING].into_iter().find(|kind| is_kind(kind)) {
        return table(kind);
    }
    if rows.iter().any(|row| is_voltage(row)) {
        return ToldApart { table: Some(VOLTAGE.name), ..ToldApart::default() };
    }
    if is_readings {
        return ToldApart { readings: true, ..ToldApart::default() };
    }
    if let Some(kind) = [&WEATHER, &EVENTS, &COMPLAINTS].into_iter().find(|kind| is_kind(kind)) {
        return table(kind);
    }
    let is_placed = rows.iter().any(|row| places_usage_points(row));
    match (is_kind(&CUSTOMERS), is_kind(&GRID), is_kind(&METERS)) {
        (true, is_grid, _) => ToldApart { also: (is_grid || is_placed).then_some(GRID.name), ..table(&CUSTOMERS) },
        (false, true, _) => table(&GRID),
        (false, false, true) => table(&METERS),
        _ if is_placed => ToldApart { also: Some(GRID.name), ..ToldApart::default() },
        _ => ToldApart { readings: true, ..ToldApart::default() },
    }
}

/// Whether a row of headings is one of voltages, be they in a column a phase or in one for all.
fn is_voltage(row: &[String]) -> bool {
    let has = |name: &str| row.iter().any(|cell| plain(cell) == plain(name));
    has("volt") || has("voltage") || ["ua", "ub", "uc"].iter().all(|phase| has(phase))
}

/// Whether a row of headings names one place above each usage point, as a grid of one level does.
fn places_usage_points(row: &[String]) -> bool {
    let taken = taken(row, &GRID);
    let has = |name: &str| taken.iter().flatten().any(|&field| GRID.fields[field].name() == name);
    has("usage_point") && ["substation", "feeder", "transformer"].iter().any(|place| has(place))
}

/// Whether a row of headings is one of readings: a time and a value, the days or slots of a day, or
/// a word for readings.
fn looks_like_readings(row: &[String]) -> bool {
    let is_one = |cell: &str, names: &[&str]| names.iter().any(|name| plain(name) == plain(cell));
    let row = &row[..row.len().min(200)];
    let has_time = row.iter().any(|cell| [TIMESTAMP, DATE, TIME].iter().any(|names| is_one(cell, names)));
    let is_value = |cell: &String| {
        value_names().any(|name| plain(name) == plain(cell)) || is_numbered_tariff(cell) || unit_in(cell).is_some()
    };
    let slots = row.iter().filter(|cell| is_slot(cell) || StampForm::of(cell.as_bytes()).is_some()).count();
    let begins = |cell: &String| READINGS.iter().any(|start| plain(cell).starts_with(&plain(start)));
    (has_time && row.iter().any(is_value)) || slots >= FEWEST_SLOTS || row.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str) -> (Option<&'static str>, Option<&'static str>, bool) {
        let rows: Vec<Vec<String>> =
            [header, "x;1;2"].iter().map(|row| row.split(';').map(str::to_owned).collect()).collect();
        let ToldApart { table, also, readings } = tell_rows(&rows);
        (table, also, readings)
    }

    #[test]
    fn tables_are_told_apart_by_their_headings() {
        for (header, table) in [
            ("usage_point;address;city;tariff_class;contracted_kw;status;heating", "customers"),
            ("№ п/п;Номер ПУ;Лицевой счёт;Адрес;Тарифная группа", "customers"),
            ("node;kind;parent;balance_meter;rated_kva", "grid"),
            ("ПС;Фидер;ТП;Абонент", "grid"),
            ("timestamp;temperature_c", "weather"),
            ("Местное время в Алматы;T;Po", "weather"),
            ("licence;usage_point;licensed_kw;valid_from;valid_to;status", "licences"),
            ("tariff_class;price_per_kwh;currency;from_kwh;to_kwh", "tariffs"),
            ("Тарифная группа;Цена за кВт·ч;Валюта", "tariffs"),
            ("usage_point;ct_ratio;vt_ratio;valid_from", "meters"),
            ("usage_point;date;outcome;kw;note", "inspections"),
            ("usage_point;from;to;billed_kwh;tariff_class;amount;currency", "billing"),
            ("start;end;kind;node", "events"),
            ("address;date;kind;note", "complaints"),
        ] {
            assert_eq!(told(header), (Some(table), None, false), "{header}");
        }
    }

    #[test]
    fn readings_stay_readings_whatever_stands_beside_them() {
        for header in [
            "usage_point;timestamp;kwh",
            "Л/С;Номер_ПУ;Дата;Т1;Т2;Т сумм;Адрес;ФИО абонента;ТП",
            "Номер ПУ;Адрес;00:00;00:30;01:00;01:30;02:00;02:30",
            "usage_point;timestamp;register_kwh",
            "Номер ПУ;Адрес;Показания на 01.03.2025;Показания на 01.04.2025",
            "timestamp;A1;A2",
            "level;id;kind;label;kw;onset;customer",
        ] {
            assert_eq!(told(header), (None, None, true), "{header}");
        }
    }

    #[test]
    fn customers_that_name_their_transformers_may_serve_as_a_grid() {
        assert_eq!(told("Номер ПУ;Адрес;ТП;Фидер"), (Some("customers"), Some("grid"), false));
        assert_eq!(told("usage_point;transformer;pole"), (None, Some("grid"), false), "where nothing else is one");
    }

    #[test]
    fn voltages_are_no_readings_of_energy() {
        assert_eq!(told("usage_point;timestamp;phase;volt;kwh_phase"), (Some("voltage"), None, false));
        assert_eq!(told("usage_point;timestamp;ua;ub;uc"), (Some("voltage"), None, false));
    }
}
