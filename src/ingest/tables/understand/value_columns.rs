//! Which columns of a row hold its energy.

use super::headings::{is_export, is_no_reading, is_tariff, is_total, unit_in};
use super::settler::Settler;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, Plan, StampColumns};
use crate::ingest::text::channel_words::{ChannelWord, channel_word};
use crate::ingest::text::columns::{self, Value, plain};
use crate::ingest::text::number::{Cell, cell};

/// Where the energy of a row stands.
pub(crate) struct ValueColumns {
    pub(crate) value: Value,
    pub(crate) added: Vec<usize>,
    pub(crate) given_back: Option<usize>,
}

/// What is read as the value, and what is added to it or taken off.
pub(crate) fn values_of_row(
    table: &mut Settler<'_>,
    plan: &Plan,
    stamp: StampColumns,
) -> Result<ValueColumns, IngestError> {
    let names = table.mapping.columns.clone();
    if let Some(column) = table.named(&names.value, "value")? {
        let added = names.added.iter().filter_map(|name| table.place(name)).collect();
        return Ok(ValueColumns {
            value: Value::Interval(column, plan.unit),
            added,
            given_back: table.named(&names.given_back, "given_back")?,
        });
    }
    let free: Vec<usize> = (0..table.header.len()).filter(|&column| !is_used(column, &plan.id, stamp)).collect();
    let usual = columns::value_column(&table.header)
        .filter(|value| free.contains(&value.column()) && !is_no_reading(&table.header[value.column()]));
    if let Some(value) = usual {
        return Ok(ValueColumns { value, added: Vec::new(), given_back: given_back(table, &free, value) });
    }
    let mut best = with_unit(table, &free, &|name| !is_no_reading(name) && !is_tariff(name));
    best.sort_by_key(|&(column, _)| (rank(table, column), column));
    if let Some(&(_, value)) = best.first() {
        doubt_rivals(table, &best);
        return Ok(ValueColumns { value, added: Vec::new(), given_back: given_back(table, &free, value) });
    }
    match with_unit(table, &free, &is_tariff).split_first() {
        Some((&(_, value), others)) => {
            Ok(ValueColumns { value, added: others.iter().map(|(column, _)| *column).collect(), given_back: None })
        }
        None => Err(columns::no_value(table.path, &table.header)),
    }
}

/// The column of the energy given back beside the energy taken, in the same unit.
fn given_back(table: &Settler<'_>, free: &[usize], value: Value) -> Option<usize> {
    let taken = &table.header[value.column()];
    let is_other = |column: &usize| {
        let name = &table.header[*column];
        *column != value.column() && is_export(name) && unit_in(name) == unit_in(taken)
    };
    free.iter().copied().find(is_other).filter(|_| channel_word(taken) == Some(ChannelWord::Import))
}

/// Columns whose heading is `wanted` and names a unit, or energy taken above numbers.
fn with_unit(table: &Settler<'_>, free: &[usize], wanted: &dyn Fn(&str) -> bool) -> Vec<(usize, Value)> {
    let name = |column: usize| table.header[column].as_str();
    // Words such as `Энергия A+`; a bare number is the name of something else.
    let has_words = |column: usize| {
        name(column).contains(|c: char| c.is_alphabetic() || c == '+')
            && !name(column).starts_with(|c: char| c.is_ascii_digit())
    };
    let is_named = |column: usize| {
        has_words(column)
            && channel_word(name(column)) == Some(ChannelWord::Import)
            && table.cells(column).take(20).all(is_number)
    };
    let unit = |column: &usize| match unit_in(name(*column)) {
        Some(unit) => Some((*column, Value::Interval(*column, unit.scale().0))),
        None => is_named(*column).then_some((*column, Value::Interval(*column, Unit::Kwh))),
    };
    free.iter().filter(|column| wanted(name(**column))).filter_map(unit).collect()
}

/// Tells of a second column that suits the energy as well as the first.
fn doubt_rivals(table: &mut Settler<'_>, best: &[(usize, Value)]) {
    let [(column, _), (other, _), ..] = *best else { return };
    if rank(table, other) == rank(table, column) {
        let doubt = said::doubt_rival(&table.header[other]);
        table.notes.doubt(
            "energy",
            format!("column `{}`", table.header[column]),
            "the first column with a unit",
            doubt,
        );
    }
}

/// How well a heading with a unit suits the energy of a row, 0 best: a usual name beside its
/// unit, energy taken, anything, a sum of other columns.
fn rank(table: &Settler<'_>, column: usize) -> u8 {
    let name = &table.header[column];
    let bare: String = name.split([',', '(', '[']).next().unwrap_or(name).to_owned();
    match () {
        () if columns::value_names().any(|usual| plain(usual) == plain(&bare)) => 0,
        () if channel_word(name) == Some(ChannelWord::Import) => 1,
        () if is_total(name) => 3,
        () => 2,
    }
}

fn is_number(text: &str) -> bool {
    cell(text.as_bytes(), true) != Cell::Text
}

fn is_used(column: usize, id: &IdColumn, stamp: StampColumns) -> bool {
    let is_stamp = stamp == StampColumns::One(column)
        || matches!(stamp, StampColumns::Two(date, time) if date == column || time == column);
    *id == IdColumn::At(column) || is_stamp
}
