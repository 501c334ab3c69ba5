//! In what unit the values of a table are.

use std::collections::BTreeSet;

use super::category::is_no_unit;
use super::headings::unit_in;
use super::row_columns::FEW;
use super::settler::{Settler, toml_word};
use super::unit_column::unit_column;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::ValueUnit;
use crate::ingest::said;
use crate::ingest::tables::plan::Plan;
use crate::ingest::text::columns::Value;

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
///
/// # Errors
/// When the column of units names something else than energy in all rows.
pub(crate) fn settle_unit(table: &mut Settler<'_>, plan: &mut Plan, value: Value) -> Result<(), IngestError> {
    let column = value.column();
    let fallback = if let Value::Interval(_, unit) = value { unit } else { Unit::Kwh };
    let name = table.header[column].clone();
    // Kinds of rows say their units themselves.
    if table.mapping.unit.is_none() && table.mapping.kinds.is_empty() {
        refuse_other_units(table)?;
    }
    if unit_in(&name).is_some() || fallback == Unit::Kw {
        set_unit(table, plan, &name, fallback);
        return Ok(());
    }
    let below = table.cells(column).next().filter(|cell| is_unit_alone(cell)).map(str::to_owned);
    let named = below.unwrap_or_else(|| unit_beside(table));
    set_unit(table, plan, &named, fallback);
    Ok(())
}

/// Whether a cell is a unit and no number with one.
fn is_unit_alone(cell: &str) -> bool {
    unit_in(cell).is_some() && !cell.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

/// Refuses rows all of which are in a unit of something else; tells of a unit that nobody knows.
fn refuse_other_units(table: &mut Settler<'_>) -> Result<(), IngestError> {
    let Some(column) = unit_column(table) else { return Ok(()) };
    let words: BTreeSet<String> =
        table.cells(column).filter(|cell| !cell.is_empty()).take(FEW).map(str::to_owned).collect();
    let unknown: Vec<&String> = words.iter().filter(|word| unit_in(word).is_none()).collect();
    if !words.is_empty() && words.iter().all(|word| is_no_unit(word)) {
        let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        return Err(IngestError::NoEnergy { path: table.path.to_path_buf(), words });
    }
    if let Some(word) = unknown.into_iter().find(|word| !is_no_unit(word)) {
        let doubt = said::doubt_unit_unknown(word.as_str());
        table.notes.doubt("units", format!("`{word}` is energy"), "the column of units has it", doubt);
    }
    Ok(())
}

/// The unit that a column of units or the title names; empty where neither does.
pub(crate) fn unit_beside(table: &mut Settler<'_>) -> String {
    let cells = unit_column(table)
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
