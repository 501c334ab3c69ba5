//! Tables with days across and the slots of a day down, as acts of hourly consumption are.

use std::collections::BTreeSet;

use super::date_form::date_form;
use super::period::days_in;
use super::settler::Settler;
use super::slot_name::{SlotName, slot_name};
use super::stamps::slot_numbers;
use super::units::{set_unit, unit_beside};
use super::usage_point::id_column;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::tables::plan::{DayColumns, Plan, Shape};
use crate::ingest::text::columns::{self, TIME, USAGE_POINT};

/// Fewest days across.
const FEWEST_DAYS: usize = 2;

/// The column of slots; `None` where days do not stand across.
pub(crate) fn slots_down(table: &Settler<'_>) -> Option<usize> {
    let days = days_of(table);
    if days.len() < FEWEST_DAYS {
        return None;
    }
    let first = days.iter().map(|(column, _)| *column).min()?;
    (0..first).find(|&column| holds_slots(table, column))
}

/// Whether the cells of a column are the slots of a day, but for a few that are words. Bare numbers
/// may be those of meters: their heading says that they are not, or is blank.
fn holds_slots(table: &Settler<'_>, column: usize) -> bool {
    let cells: Vec<&str> = table.cells(column).filter(|cell| !cell.is_empty()).take(400).collect();
    let names: Vec<SlotName> = cells.iter().filter_map(|cell| slot_name(cell)).collect();
    let distinct = names.iter().map(|name| format!("{name:?}")).collect::<BTreeSet<_>>().len();
    let is_bare = cells.iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()));
    let heading = &table.header[column];
    let is_named = heading.is_empty() || columns::find(std::slice::from_ref(heading), TIME).is_some();
    let begins_day = match names.first() {
        Some(SlotName::Numbered(_, number)) => *number <= 1,
        Some(SlotName::Clock(minute)) => *minute <= 60,
        None => false,
    };
    table.usual(USAGE_POINT) != Some(column)
        && names.len() * 10 >= cells.len() * 9
        && matches!(distinct, 23..=25 | 46..=50 | 92..=100)
        && begins_day
        && (is_named || !is_bare)
}

/// Columns whose headings are days and nothing else.
fn days_of(table: &Settler<'_>) -> Vec<(usize, String)> {
    let is_day = |name: &str| days_in(name).len() == 1 && !name.contains(':') && !name.contains(char::is_alphabetic);
    table.header.iter().cloned().enumerate().filter(|(_, name)| is_day(name) && !table.is_ignored(name)).collect()
}

/// Layout `days_across`.
pub(crate) fn plan_days_across(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    let Some(slot) = slots_down(table) else { return Err(columns::no_timestamp(table.path, &table.header)) };
    plan.id = id_column(table)?;
    let days = days_of(table);
    let names: Vec<String> = days.iter().map(|(_, name)| name.clone()).collect();
    plan.form = date_form(table, None, &names)?;
    table.notes.note(
        "time stamp",
        format!(
            "`{}` down, {} days from `{}` to `{}`",
            table.header[slot],
            days.len(),
            names[0],
            names[names.len() - 1]
        ),
        "days in the header, slots of a day in the rows",
    );
    let clocks: Vec<u32> = table
        .cells(slot)
        .filter_map(|cell| match slot_name(cell) {
            Some(SlotName::Clock(minute)) => Some(minute),
            _ => None,
        })
        .collect();
    let step_min = if clocks.is_empty() {
        plan.slots = slot_numbers(table, slot);
        plan.slots.map_or(60, |slots| slots.step_min)
    } else {
        let step = clocks.windows(2).find_map(|pair| pair[1].checked_sub(pair[0]).filter(|step| *step > 0));
        let step = step.unwrap_or(60);
        plan.shift_s = if clocks[0] == 0 { 0 } else { i64::from(step) * 60 };
        step
    };
    table.notes.note("interval", format!("{step_min} min"), "the slots of a day");
    table.mapping.interval_min = u16::try_from(step_min).ok();
    let unit_name = unit_beside(table);
    set_unit(table, plan, &unit_name, Unit::Kwh);
    plan.shape = Shape::DaysAcross(DayColumns { slot, step_min, days });
    Ok(())
}
