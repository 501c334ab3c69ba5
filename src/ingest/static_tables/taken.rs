//! What each column of a static table is taken for, by its heading.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::headings::{KINDS, TableKind};
use crate::ingest::text::columns::plain;

/// Cells of a row that may be headings; tables of readings have a column for every day.
const MOST_HEADINGS: usize = 300;

/// Units that may stand behind a heading: `Договорная мощность, кВт`.
const UNITS: [&str; 22] = [
    "кВт",
    "кВА",
    "МВт",
    "МВА",
    "Вт",
    "ВА",
    "kW",
    "kVA",
    "MW",
    "MVA",
    "°C",
    "C",
    "тенге",
    "тг",
    "руб",
    "KZT",
    "чел",
    "шт",
    "кВт·ч",
    "kWh",
    "теңге",
    "№",
];

/// Fields of a kind that a name stands for, the earlier name first.
type Names = HashMap<String, Vec<(usize, usize)>>;

static NAMES: LazyLock<HashMap<&'static str, Names>> = LazyLock::new(|| {
    let of = |kind: &TableKind| {
        let mut names = Names::new();
        for (field, known) in kind.fields.iter().enumerate() {
            for (rank, name) in known.names().enumerate().filter(|(_, name)| !name.ends_with('*')) {
                names.entry(plain(name)).or_default().push((field, rank));
            }
        }
        names
    };
    KINDS.iter().map(|kind| (kind.name, of(kind))).collect()
});

/// The field that every heading of a row stands for; a field has one column, and a column one
/// field.
pub(crate) fn taken(row: &[String], kind: &TableKind) -> Vec<Option<usize>> {
    let mut taken = vec![None; row.len()];
    let Some(names) = NAMES.get(kind.name) else { return taken };
    for said in [plain, bare] {
        // Of several headings for a field the one whose name comes first in its list.
        let mut found: Vec<(usize, usize, usize)> = Vec::new();
        for (column, heading) in row.iter().enumerate().take(MOST_HEADINGS) {
            let known = names.get(&said(heading)).into_iter().flatten();
            found.extend(known.map(|&(field, rank)| (field, rank, column)));
            found.extend(by_beginning(heading, kind).map(|field| (field, usize::MAX, column)));
        }
        found.sort_unstable();
        for (field, _, column) in found {
            if taken[column].is_none() && !taken.contains(&Some(field)) {
                taken[column] = Some(field);
            }
        }
    }
    taken
}

/// How many fields of a kind a row of headings names.
pub(crate) fn named(row: &[String], kind: &TableKind) -> usize {
    taken(row, kind).iter().flatten().count()
}

fn by_beginning(heading: &str, kind: &TableKind) -> Option<usize> {
    let heading = plain(heading);
    kind.fields.iter().position(|field| {
        field.names().filter_map(|name| name.strip_suffix('*')).any(|start| heading.starts_with(&plain(start)))
    })
}

/// A heading without what stands in brackets, behind a comma, or as a unit at its end.
fn bare(heading: &str) -> String {
    let heading = heading.split(['(', '[']).next().unwrap_or(heading);
    let heading = heading.rsplit_once(',').map_or(heading, |(before, _)| before);
    let mut words: Vec<&str> = heading.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_unit(word)) {
        words.pop();
    }
    plain(&words.concat())
}

fn is_unit(word: &str) -> bool {
    let word = plain(word);
    UNITS.iter().any(|unit| plain(unit) == word)
}

/// How many kilowatts or kilovolt-amperes one of the unit is that a heading names; 1 where it names
/// none.
pub(crate) fn kilo(heading: &str) -> f64 {
    let words: Vec<String> = heading.split(|c: char| !c.is_alphanumeric()).map(plain).collect();
    let has = |units: &[&str]| units.iter().any(|unit| words.contains(&plain(unit)));
    if has(&["МВт", "МВА", "MW", "MVA"]) {
        1000.0
    } else if has(&["Вт", "ВА", "W", "VA"]) {
        0.001
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::static_tables::headings::{CUSTOMERS, GRID, WEATHER};

    fn fields(kind: &'static TableKind, headings: &[&str]) -> Vec<Option<&'static str>> {
        let row: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
        taken(&row, kind).into_iter().map(|field| field.map(|field| kind.fields[field].name())).collect()
    }

    #[test]
    fn headings_are_known_in_three_languages_and_with_units() {
        let canonical = [Some("usage_point"), Some("address"), Some("tariff_class"), Some("contracted_kw")];
        for headings in [
            ["usage_point", "address", "tariff_class", "contracted_kw"],
            ["Номер ПУ", "Адрес", "Тарифная группа", "Договорная мощность, кВт"],
            ["№ счётчика", "АДРЕС АБОНЕНТА", "Категория (группа)", "Разрешенная мощность (кВт)"],
            ["Есептеуіш нөмірі", "Мекенжайы", "Тарифтік топ", "Шарттық қуат, кВт"],
        ] {
            assert_eq!(fields(&CUSTOMERS, &headings), canonical, "{headings:?}");
        }
    }

    #[test]
    fn of_two_names_of_a_customer_the_meter_is_the_key_and_the_person_the_owner() {
        assert_eq!(
            fields(&CUSTOMERS, &["Абонент", "Лицевой счёт", "Номер ПУ", "Телефон"]),
            [Some("owner"), None, Some("usage_point"), None]
        );
        assert_eq!(fields(&CUSTOMERS, &["Абонент", "Адрес"]), [Some("usage_point"), Some("address")]);
    }

    #[test]
    fn places_of_a_grid_are_columns() {
        assert_eq!(
            fields(&GRID, &["ПС", "Фидер", "ТП", "Абонент"]),
            ["substation", "feeder", "transformer", "usage_point"].map(Some)
        );
    }

    #[test]
    fn a_heading_may_be_known_by_its_beginning() {
        assert_eq!(
            fields(&WEATHER, &["Местное время в Алматы", "T", "Po"]),
            [Some("timestamp"), Some("temperature_c"), None]
        );
    }

    #[test]
    fn megawatts_are_a_thousand_kilowatts() {
        assert!((kilo("Мощность, МВт") - 1000.0).abs() < 1e-9 && (kilo("contracted_kw") - 1.0).abs() < 1e-9);
    }
}
