//! In what unit the values of a table are.

use std::collections::BTreeSet;

use super::headings::unit_in;
use super::row_columns::FEW;
use super::settler::{Settler, toml_word};
use crate::domain::Unit;
use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::said;
use crate::ingest::tables::plan::Plan;
use crate::ingest::text::columns::{UNIT, Value};

/// Unit from the mapping, else from the names of a column.
pub(crate) fn set_unit(table: &mut Settler<'_>, plan: &mut Plan, name: &str, fallback: Unit) {
    if table.mapping.unit.is_some() {
        return;
    }
    let (unit, ground) = match super::headings::unit_in(name) {
        Some(unit) => (unit, format!("the name `{name}`")),
        None if fallback == Unit::Kw => (ValueUnit::Kw, format!("the name `{name}`")),
        None => (ValueUnit::Kwh, "no unit is named; kWh is usual".to_owned()),
    };
    let (of_plan, factor) = unit.scale();
    plan.unit = of_plan;
    plan.factor = factor * table.mapping.multiplier.unwrap_or(1.0);
    if ground.starts_with("no unit") {
        table.notes.doubt("unit", toml_word(unit), ground, said::doubt_unit());
    } else {
        table.notes.note("unit", toml_word(unit), ground);
    }
    table.mapping.unit = Some(unit);
}

/// The cell above the readings that names a unit; empty where none does.
fn unit_in_title(table: &Settler<'_>) -> String {
    table
        .sample
        .rows
        .iter()
        .take(table.first_row)
        .flatten()
        .find(|cell| unit_in(cell).is_some())
        .cloned()
        .unwrap_or_default()
}

/// The unit: of the column's name, of a column of units, of a row of units below the header, of
/// the title.
pub(crate) fn settle_unit(table: &mut Settler<'_>, plan: &mut Plan, value: Value) {
    let column = value.column();
    let fallback = if let Value::Interval(_, unit) = value { unit } else { Unit::Kwh };
    let name = table.header[column].clone();
    if unit_in(&name).is_some() || fallback == Unit::Kw {
        return set_unit(table, plan, &name, fallback);
    }
    let below = table.cells(column).next().filter(|cell| unit_in(cell).is_some()).map(str::to_owned);
    let named = below.unwrap_or_else(|| unit_beside(table));
    set_unit(table, plan, &named, fallback);
}

/// The unit that a column of units or the title names; empty where neither does.
pub(crate) fn unit_beside(table: &mut Settler<'_>) -> String {
    let cells = table
        .usual(UNIT)
        .into_iter()
        .flat_map(|unit| table.cells(unit).take(FEW))
        .filter(|cell| unit_in(cell).is_some());
    let said: Vec<String> = cells.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect();
    if said.len() > 1 {
        let doubt = said::doubt_units();
        table.notes.doubt("units", said[0].clone(), format!("the column of units has {}", said.join(", ")), doubt);
    }
    said.into_iter().next().unwrap_or_else(|| unit_in_title(table))
}
