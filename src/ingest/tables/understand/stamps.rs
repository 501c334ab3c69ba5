//! Which columns hold the stamps of rows, how far apart these are, and which side of an interval
//! they stand on.

use super::date_form::date_form;
use super::period::days_in;
use super::settler::{Settler, toml_word};
use super::sides::StampSample;
use super::slot_name::{SlotName, slot_name};
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::{Layout, StampSide};
use crate::ingest::tables::plan::{Plan, StampColumns};
use crate::ingest::text::columns::{self, DATE, TIME, TIMESTAMP, plain};

/// Puts the side of the stamps into plan and mapping.
fn set_side(table: &mut Settler<'_>, plan: &mut Plan, side: StampSide, step_min: u32) {
    table.mapping.stamp = Some(side);
    plan.shift_s = if side == StampSide::End { i64::from(step_min) * 60 } else { 0 };
}

/// Columns of a stamp; the mapping is filled in.
pub(crate) fn stamp_columns(table: &mut Settler<'_>) -> Result<StampColumns, IngestError> {
    let named = &table.mapping.columns;
    let (one, date, time) = (
        table.named(&named.timestamp, "timestamp")?,
        table.named(&named.date, "date")?,
        table.named(&named.time, "time")?,
    );
    let found = match (one, date, time) {
        (Some(one), _, _) => StampColumns::One(one),
        (None, Some(date), Some(time)) => StampColumns::Two(date, time),
        (None, Some(date), None) => StampColumns::One(date),
        (None, None, _) => match (table.usual(TIMESTAMP), table.usual(DATE), table.usual(TIME)) {
            (stamp, Some(date), Some(time)) if date != time && stamp.is_none_or(|stamp| stamp == time) => {
                StampColumns::Two(date, time)
            }
            // `Конец интервала` may hold an instant or, beside a date, a time of day.
            (Some(stamp), Some(date), _) if holds_times(table, stamp) => StampColumns::Two(date, stamp),
            (Some(stamp), _, _) => StampColumns::One(stamp),
            (None, Some(date), _) => StampColumns::One(date),
            (None, None, _) => return Err(no_stamp(table)),
        },
    };
    let found = with_time_of_day(table, found);
    let names = &mut table.mapping.columns;
    match found {
        StampColumns::One(column) => names.timestamp = vec![table.header[column].clone()],
        StampColumns::Two(date, time) => {
            (names.date, names.time) = (vec![table.header[date].clone()], vec![table.header[time].clone()]);
        }
    }
    table.notes.note("time stamp", stamp_name(table, found), "names of the columns");
    Ok(found)
}

/// A column of bare dates together with the column of times beside it, whatever that is called:
/// without it all readings of a day would be of one instant.
fn with_time_of_day(table: &Settler<'_>, found: StampColumns) -> StampColumns {
    let StampColumns::One(date) = found else { return found };
    let has_time =
        table.cells(date).filter(|cell| !cell.is_empty()).take(200).any(|cell| cell.contains(':') || cell.len() > 10);
    match (0..table.header.len()).find(|&column| column != date && holds_times(table, column)) {
        Some(time) if !has_time && table.mapping.layout.is_none_or(|layout| layout == Layout::Long) => {
            StampColumns::Two(date, time)
        }
        _ => found,
    }
}

/// Whether a column holds times of day and nothing else.
fn holds_times(table: &Settler<'_>, column: usize) -> bool {
    let filled = || table.cells(column).filter(|cell| !cell.is_empty()).take(200);
    filled().next().is_some()
        && filled().all(|cell| cell.contains(':') && matches!(slot_name(cell), Some(SlotName::Clock(_))))
}

fn stamp_name(table: &Settler<'_>, columns: StampColumns) -> String {
    match columns {
        StampColumns::One(column) => table.header[column].clone(),
        StampColumns::Two(date, time) => format!("{} {}", table.header[date], table.header[time]),
    }
}

/// Finds form, distance and side of the stamps in rows.
pub(crate) fn settle_stamps(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    stamp: StampColumns,
    id: Option<usize>,
) -> Result<(), IngestError> {
    let (date, time) = match stamp {
        StampColumns::One(date) => (date, None),
        StampColumns::Two(date, time) => (date, Some(time)),
    };
    plan.form = date_form(table, Some(date), &[])?;
    let name = stamp_name(table, stamp);
    let first = table.first_row;
    let cell = |row: &'_ Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let rows: Vec<(String, String, Option<String>)> = table
        .sample
        .rows
        .iter()
        .skip(first)
        .filter(|row| !row.is_empty())
        .map(|row| (id.map(|id| cell(row, id)).unwrap_or_default(), cell(row, date), time.map(|time| cell(row, time))))
        .collect();
    if let Some(step) = time.and_then(|time| slot_numbers(table, time)) {
        table.notes.note(
            "interval",
            format!("{step} min"),
            format!("`{}` counts the slots of a day", table.header[time.unwrap_or(date)]),
        );
        plan.slot_min = Some(step);
        set_side(table, plan, StampSide::Begin, step);
        return Ok(());
    }
    let spans = time.is_some() && rows.iter().any(|row| row.2.as_deref().is_some_and(|time| time.contains('-')));
    let sample = StampSample::of(
        rows.iter().map(|(id, date, time)| (id.as_str(), date.as_str(), time.as_deref())),
        plan.form,
        (table.is_sheet, table.sample.is_whole),
    );
    settle_side(table, plan, &sample, &name, spans);
    Ok(())
}

/// Minutes of the slots that a column counts from 1 on: more of them than a day has hours, or
/// half-hours by the column's name. `None` for hours and times of day.
fn slot_numbers(table: &Settler<'_>, column: usize) -> Option<u32> {
    let cells: Vec<&str> = table.cells(column).filter(|cell| !cell.is_empty()).collect();
    let numbers: Option<Vec<u32>> =
        cells.iter().map(|cell| cell.parse().ok().filter(|number| (1..=300).contains(number))).collect();
    let most = numbers?.into_iter().max()?;
    let name = plain(&table.header[column]);
    let says_halves = ["получас", "halfhour", "settlementperiod"].iter().any(|word| name.contains(&plain(word)));
    match most {
        0..=24 => says_halves.then_some(30),
        25 => None,
        26..=50 => Some(30),
        51..=100 => Some(15),
        _ => Some(5),
    }
}

/// Puts distance and side of stamps into plan and mapping.
pub(crate) fn settle_side(table: &mut Settler<'_>, plan: &mut Plan, sample: &StampSample, name: &str, spans: bool) {
    let step = table.mapping.interval_min.map(u32::from).or_else(|| sample.step_min());
    if let Some(step) = step {
        let ground =
            if table.mapping.interval_min.is_some() { "the profile says so" } else { "the usual distance of stamps" };
        table.notes.note("interval", format!("{step} min"), ground);
    }
    let step = step.unwrap_or(60);
    if let Some(side) = table.mapping.stamp {
        table.notes.note("stamp", toml_word(side), "the profile says so");
        return set_side(table, plan, side, step);
    }
    if spans {
        table.notes.note("stamp", "begin", "the time is a span, whose beginning counts");
        return set_side(table, plan, StampSide::Begin, step);
    }
    let found = sample.side(name, step);
    let word = toml_word(found.of);
    match found.doubt {
        Some(doubt) => table.notes.doubt("stamp", word, found.ground, doubt),
        None => table.notes.note("stamp", word, found.ground),
    }
    set_side(table, plan, found.of, step);
}

/// What is missed when no column holds stamps. Days in the header may be those of counters or
/// of energy.
fn no_stamp(table: &Settler<'_>) -> IngestError {
    let error = columns::no_timestamp(table.path, &table.header);
    let days = table.header.iter().filter(|name| !days_in(name).is_empty()).count();
    match error {
        IngestError::MissingColumn { path, meaning, found, .. } if days >= 2 => {
            let hint = "; days stand in the header: say `layout = \"register\"` in a profile if counters stand below \
                        them, `layout = \"wide_by_time\"` if energy does";
            IngestError::MissingColumn { path, meaning, found, hint: hint.to_owned() }
        }
        error => error,
    }
}
