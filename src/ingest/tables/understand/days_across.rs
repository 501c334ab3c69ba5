//! Tables with days across and the slots of a day down, as acts of hourly consumption are.

use super::date_form::date_form;
use super::settler::Settler;
use super::slot_name::{SlotName, slot_name};
use super::slots_down::{days_of, slots_down};
use super::stamps::slot_numbers;
use super::units::{set_unit, unit_beside};
use super::usage_point::id_column;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::tables::plan::{DayColumns, Plan, Shape};
use crate::ingest::text::columns;

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
