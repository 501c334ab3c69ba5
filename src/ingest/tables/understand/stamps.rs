//! Which columns hold the stamps of rows, how far apart these are, and which side of an interval
//! they stand on.

use super::date_form::date_form;
use super::period::days_in;
use super::settler::{FOOTERS, Settler, toml_word};
use super::sides::{StampSample, side_in_name};
use super::slot_name::{SlotName, slot_name, slot_number};
use super::zone_in_heading::zone_in_heading;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::{Layout, StampSide};
use crate::ingest::said;
use crate::ingest::tables::plan::{DaySlots, Plan, StampColumns};
use crate::ingest::text::columns::{self, DATE, TIME, TIMESTAMP, plain};
use crate::ingest::text::dress::clock;
use crate::ingest::text::stamp::StampForm;

/// Puts the side of the stamps into plan and mapping.
fn set_side(table: &mut Settler<'_>, plan: &mut Plan, side: StampSide, step_min: u32) {
    table.mapping.stamp = Some(side);
    plan.shift_s = if side == StampSide::End { i64::from(step_min) * 60 } else { 0 };
}

/// Columns of a stamp; the mapping is filled in.
pub(crate) fn stamp_columns(table: &mut Settler<'_>) -> Result<StampColumns, IngestError> {
    let (found, is_named) = find_stamp(table)?;
    let named = |column: usize| table.name_of(column);
    match found {
        StampColumns::One(column) => table.mapping.columns.timestamp = vec![named(column)],
        StampColumns::Two(date, time) => {
            let (date, time) = (vec![named(date)], vec![named(time)]);
            (table.mapping.columns.date, table.mapping.columns.time) = (date, time);
        }
    }
    let name = stamp_name(table, found);
    if is_named {
        table.notes.note("time stamp", name, "names of the columns");
    } else {
        table.notes.doubt("dates", format!("column `{name}`"), "it holds stamps", said::doubt_stamp_unnamed());
    }
    Ok(found)
}

/// Columns of a stamp, and whether their names say so.
pub(crate) fn find_stamp(table: &Settler<'_>) -> Result<(StampColumns, bool), IngestError> {
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
            (None, None, _) => match column_of_stamps(table) {
                Some(column) => return Ok((with_time_of_day(table, StampColumns::One(column)), false)),
                None => return Err(no_stamp(table)),
            },
        },
    };
    Ok((with_time_of_day(table, found), true))
}

/// The column whose cells are stamps, where no name says which it is: the earlier of two. Bare
/// numbers may be anything.
fn column_of_stamps(table: &Settler<'_>) -> Option<usize> {
    let is_stamp = |cell: &str| {
        StampForm::of(cell.as_bytes()).is_some() && cell.contains(|c: char| !c.is_ascii_digit() && c != '.')
            || cell.matches('.').count() == 2 && StampForm::of(cell.as_bytes()).is_some()
    };
    let holds = |column: &usize| {
        let cells: Vec<&str> = table.cells(*column).filter(|cell| !cell.is_empty()).take(200).collect();
        cells.len() >= 2 && cells.iter().filter(|cell| is_stamp(cell)).count() * 10 >= cells.len() * 9
    };
    let found: Vec<usize> = (0..table.header.len()).filter(holds).take(3).collect();
    match found[..] {
        [only] => Some(only),
        [one, other] => {
            let first = |column: usize| table.cells(column).find(|cell| !cell.is_empty()).unwrap_or("").to_owned();
            let day = |column: usize| {
                let cell = first(column);
                StampForm::of(cell.as_bytes()).and_then(|form| Some((form.day(cell.as_bytes())?, cell.clone())))
            };
            Some(if day(other) < day(one) { other } else { one })
        }
        _ => None,
    }
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

/// Finds form, distance and side of the stamps in rows. Returns the minutes of an interval.
pub(crate) fn settle_stamps(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    stamp: StampColumns,
    id: Option<usize>,
) -> Result<u32, IngestError> {
    let (date, time) = match stamp {
        StampColumns::One(date) => (date, None),
        StampColumns::Two(date, time) => (date, Some(time)),
    };
    plan.form = date_form(table, Some(date), &[])?;
    let name = stamp_name(table, stamp);
    take_zone_of_heading(table, plan, &name);
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
    if let Some(slots) = time.and_then(|time| slot_numbers(table, time)) {
        table.notes.note(
            "interval",
            format!("{} min", slots.step_min),
            format!("`{}` counts the slots of a day from {}", table.header[time.unwrap_or(date)], slots.first),
        );
        plan.slots = Some(slots);
        set_side(table, plan, StampSide::Begin, slots.step_min);
        return Ok(slots.step_min);
    }
    plan.has_spans = time.is_none() && holds_spans(table, date);
    if plan.has_spans {
        table.notes.note("time stamp", "spans", "what stands behind the hyphen ends the interval");
    }
    let spans = time.is_some() && rows.iter().any(|row| row.2.as_deref().is_some_and(|time| time.contains('-')));
    let begin = |cell| std::str::from_utf8(plan.stamp_cell(cell)).unwrap_or_default();
    let sample = StampSample::of(
        rows.iter().map(|(id, date, time)| (id.as_str(), begin(date.as_bytes()), time.as_deref())),
        plan.form,
        (table.is_sheet, table.sample.is_whole),
    );
    let spans = spans || plan.has_spans;
    let is_begin = table.mapping.stamp == Some(StampSide::Begin) || side_in_name(&name) == Some(StampSide::Begin);
    plan.is_midnight_late = !spans && !is_begin && sample.is_midnight_late();
    Ok(settle_side(table, plan, &sample, &name, spans))
}

/// Takes the clock that the heading of stamps names, unless the mapping says one.
fn take_zone_of_heading(table: &mut Settler<'_>, plan: &mut Plan, name: &str) {
    let Some((_, zone)) = zone_in_heading(name).filter(|_| table.mapping.time_zone.is_none()) else { return };
    table.notes.note("clock", zone.clone(), format!("the heading `{name}`"));
    table.mapping.time_zone = Some(zone);
    plan.calendar = table.mapping.calendar();
    plan.is_exact = plan.calendar.is_some();
}

/// Whether cells hold a stamp and behind a hyphen the time that ends the interval, which looks like
/// an offset: other than offsets they are many.
fn holds_spans(table: &Settler<'_>, column: usize) -> bool {
    let ends = |cell: &str| -> Option<String> {
        let (begin, last) = cell.rsplit_once('-')?;
        let (begin, _) = clock(begin.trim().get(begin.trim().len().checked_sub(5)?..)?)?;
        let (end, rest) = clock(last.trim())?;
        let length = (end + 1440 - begin) % 1440;
        (rest.is_empty() && (5..=60).contains(&length)).then(|| last.trim().to_owned())
    };
    let cells: Vec<&str> = table.cells(column).filter(|cell| !cell.is_empty()).take(500).collect();
    let ends: Option<std::collections::BTreeSet<String>> = cells.iter().map(|cell| ends(cell)).collect();
    ends.is_some_and(|ends| ends.len() > 3)
}

/// How a column counts the slots of a day: more of them than a day has hours, half-hours by the
/// column's name, or hours that begin with 0 or end with 24. `None` for times of day.
pub(crate) fn slot_numbers(table: &Settler<'_>, column: usize) -> Option<DaySlots> {
    let is_row = |cell: &&str| !cell.is_empty() && !FOOTERS.contains(&cell.to_lowercase().as_str());
    let numbers: Option<Vec<u32>> = table.cells(column).filter(is_row).map(|cell| Some(slot_number(cell)?.0)).collect();
    let numbers = numbers?;
    let (least, most) = (numbers.iter().copied().min()?, numbers.iter().copied().max()?);
    let name = plain(&table.header[column]);
    let says = |words: &[&str]| words.iter().any(|word| name.contains(&plain(word)));
    let has_word = table.cells(column).any(|cell| cell.starts_with(char::is_alphabetic));
    let first = u32::from(least > 0);
    let step_min = match most {
        0..=25 if says(&["получас", "halfhour", "settlementperiod"]) => Some(30),
        // Neither midnight shows: as a clock does, unless a word says that hours are counted.
        0..=23 if least > 0 => (has_word || says(&["ending", "endhour"])).then_some(60),
        0..=25 => Some(60),
        26..=50 => Some(30),
        51..=100 => Some(15),
        _ => Some(5),
    };
    step_min.map(|step_min| DaySlots { step_min, first })
}

/// Puts distance and side of stamps into plan and mapping. Returns the minutes of an interval.
pub(crate) fn settle_side(
    table: &mut Settler<'_>,
    plan: &mut Plan,
    sample: &StampSample,
    name: &str,
    spans: bool,
) -> u32 {
    let step = table.mapping.interval_min.map(u32::from).or_else(|| sample.step_min());
    if let Some(step) = step {
        let ground =
            if table.mapping.interval_min.is_some() { "the profile says so" } else { "the usual distance of stamps" };
        table.notes.note("interval", format!("{step} min"), ground);
    }
    let step = step.unwrap_or(60);
    let (side, ground, doubt) = match table.mapping.stamp {
        Some(side) => (side, "the profile says so".to_owned(), None),
        None if spans => (StampSide::Begin, "the time is a span, whose beginning counts".to_owned(), None),
        None if plan.is_midnight_late => {
            (StampSide::End, "00:00 ends the day that it is written with".to_owned(), None)
        }
        None => {
            let found = sample.side(name, step);
            (found.of, found.ground, found.doubt)
        }
    };
    match doubt {
        Some(doubt) => table.notes.doubt("stamp", toml_word(side), ground, doubt),
        None => table.notes.note("stamp", toml_word(side), ground),
    }
    set_side(table, plan, side, step);
    step
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
