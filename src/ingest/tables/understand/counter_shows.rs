//! Whether columns are counters, by their names and by what stands in them.

use super::counter_headings::{CounterHeading, PeriodSide, heading_of};
use super::period::days_in;
use super::settler::Settler;
use crate::domain::CivilDay;
use crate::ingest::tables::plan::CounterGroup;
use crate::ingest::text::columns::{self, DATE, REGISTER, TIMESTAMP, plain};
use crate::ingest::text::number::{Cell, cell};

/// Names of counters by tariff.
pub(crate) const TARIFFS: &[&str] = &[
    "Т1",
    "Т2",
    "Т3",
    "Т4",
    "Тариф1",
    "Тариф2",
    "Тариф3",
    "Тариф4",
    "tariff1",
    "tariff2",
    "tariff3",
    "tariff4",
    "rate1",
    "rate2",
    "rate3",
];

/// Whether names show counters rather than intervals.
pub(crate) fn has_counters(table: &Settler<'_>) -> bool {
    let tariffs = TARIFFS.iter().filter(|name| table.usual(&[name]).is_some()).count();
    let said = table.header.iter().any(|name| plain(name).contains(&plain("показани")));
    let interval =
        columns::value_column(&table.header).is_some_and(|value| matches!(value, columns::Value::Interval(..)));
    let has_stamp = table.usual(DATE).is_some() || table.usual(TIMESTAMP).is_some();
    if counters_of_sides(table).is_some() && !(interval && has_stamp) {
        return true;
    }
    let holds_numbers = |column: &usize| {
        let mut cells = table.cells(*column).filter(|cell| !cell.is_empty()).take(50).peekable();
        cells.peek().is_some()
            && cells.all(|text| [true, false].iter().any(|&comma| cell(text.as_bytes(), comma) != Cell::Text))
    };
    tariffs >= 2 || (said && !interval) || (!interval && table.usual(REGISTER).as_ref().is_some_and(holds_numbers))
}

/// Whether columns are counters of the days in their headings: `Показания на 01.03.2025`, or
/// bare days above values that never fall from a high level.
pub(crate) fn has_dated_counters(table: &Settler<'_>) -> bool {
    let dated = |name: &String| -> Option<String> {
        let (bare, day) = without_day(name);
        day.map(|_| bare)
    };
    let bare: Vec<(usize, String)> =
        table.header.iter().enumerate().filter_map(|(column, name)| Some((column, dated(name)?))).collect();
    if bare.iter().any(|(_, bare)| heading_of(bare).is_some()) {
        return true;
    }
    let days: Vec<usize> = bare
        .iter()
        .filter(|(column, bare)| bare.is_empty() && !table.header[*column].contains('/'))
        .map(|(column, _)| *column)
        .collect();
    let has_stamp = table.usual(DATE).is_some() || table.usual(TIMESTAMP).is_some();
    days.len() >= 2 && !has_stamp && (title_says_counters(table) || rows_grow(table, &days))
}

pub(crate) fn title_says_counters(table: &Settler<'_>) -> bool {
    let above = table.sample.rows.iter().take(table.mapping.skip_rows.unwrap_or(0)).flatten();
    above.map(|cell| plain(cell)).any(|cell| cell.contains(&plain("показани")) || cell.contains(&plain("көрсеткіш")))
}

/// Whether values never fall from one column to the next in nearly all rows, and stand high
/// above their growth.
fn rows_grow(table: &Settler<'_>, columns: &[usize]) -> bool {
    let decimal_comma = table.mapping.decimal == Some(crate::ingest::mapping::keys::DecimalMark::Comma);
    let number = |row: &Vec<String>, column: usize| match cell(row.get(column)?.as_bytes(), decimal_comma) {
        Cell::Number(number) => Some(number),
        Cell::Missing | Cell::Text => None,
    };
    let series = table
        .sample
        .rows
        .iter()
        .skip(table.first_row)
        .map(|row| columns.iter().filter_map(|&column| number(row, column)).collect::<Vec<f64>>());
    let series: Vec<Vec<f64>> = series.filter(|values| values.len() >= 2).collect();
    let is_counter = |values: &&Vec<f64>| {
        let growth = (values[values.len() - 1] - values[0]) / (values.len() - 1) as f64;
        values.windows(2).all(|pair| pair[1] >= pair[0]) && values[0] > 20.0 * growth && values[0] > 100.0
    };
    let moves = series.iter().any(|values| values[values.len() - 1] > values[0]);
    // Energy that rises by less than a twentieth from month to month, in nine of ten rows, is
    // hardly there.
    series.len() >= 3 && moves && series.iter().filter(is_counter).count() * 10 >= series.len() * 9
}

/// Columns of the counters at both ends of a period by their headings; `None` unless there are
/// both.
pub(crate) fn counters_of_sides(table: &Settler<'_>) -> Option<[CounterGroup; 2]> {
    let of = |side: PeriodSide| {
        let headings = table
            .header
            .iter()
            .enumerate()
            .filter_map(|(column, name)| Some((column, heading_of(&without_day(name).0)?)));
        let of_side: Vec<(usize, CounterHeading)> =
            headings.filter(|(_, heading)| heading.side == Some(side)).collect();
        let total = of_side.iter().find(|(_, heading)| !heading.is_tariff).map(|(column, _)| *column);
        let tariffs: Vec<usize> =
            of_side.iter().filter(|(_, heading)| heading.is_tariff).map(|(column, _)| *column).collect();
        (total.is_some() || !tariffs.is_empty()).then(|| CounterGroup { total, tariffs, ..CounterGroup::default() })
    };
    Some([of(PeriodSide::Begin)?, of(PeriodSide::End)?])
}

/// A name without the date in it, and the date.
pub(crate) fn without_day(name: &str) -> (String, Option<CivilDay>) {
    let day = days_in(name).first().copied();
    if day.is_none() {
        return (name.to_owned(), None);
    }
    let words = name.split_whitespace().filter(|word| days_in(word).is_empty());
    (words.collect::<Vec<_>>().join(" "), day)
}
