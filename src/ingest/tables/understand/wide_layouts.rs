//! Tables with many values a row: slots of a day, meters, or instants across.

use super::category::category_column;
use super::date_form::date_form;
use super::day_columns::{DayColumns, slots_of_day};
use super::growth::only_grow;
use super::headings::unit_in;
use super::long_doubts::settle_sentinels;
use super::meter_channels::by_channel;
use super::ratios::tell_of_ratios;
use super::row_columns::find_channel;
use super::settler::Settler;
use super::sides::StampSample;
use super::stamps::{settle_side, settle_stamps, stamp_columns};
use super::units::{set_unit, unit_beside};
use super::usage_point::id_column;
use crate::domain::Unit;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::Layout;
use crate::ingest::said;
use crate::ingest::tables::id_cell::unwrapped;
use crate::ingest::tables::plan::{AcrossColumns, IdColumn, Plan, Shape, SlotColumns, StampColumns, TimeColumns};
use crate::ingest::text::channel_words::channel_word;
use crate::ingest::text::columns::{self, DATE, QUALITY, TIMESTAMP, plain};
use crate::ingest::text::part_words::is_total;
use crate::ingest::text::stamp::StampForm;

/// Fewest dates in a header that make instants across.
pub(crate) const FEWEST_INSTANTS: usize = 5;

pub(crate) fn instants_across(table: &Settler<'_>) -> Vec<(usize, String)> {
    let named = |(column, name): (usize, &String)| StampForm::of(name.as_bytes()).map(|_| (column, name.clone()));
    table.header.iter().enumerate().filter(|(_, name)| !table.is_ignored(name)).filter_map(named).collect()
}

/// Columns with a name that is neither ignored nor that of a sum or of the number of the row.
pub(crate) fn across_columns(table: &Settler<'_>) -> Vec<usize> {
    let is_number = |name: &str| ["п/п", "№ п/п", "№", "n", "no"].iter().any(|number| plain(number) == plain(name));
    // `17 Status` beside `17`.
    let is_state = |name: &String| {
        name.rsplit([' ', '_', '/']).next().is_some_and(|last| {
            columns::find(&[last.to_owned()], QUALITY).is_some()
                && table
                    .header
                    .iter()
                    .any(|other| other != name && name.starts_with(other.as_str()) && !other.is_empty())
        })
    };
    let is_meter = |name: &String| {
        !name.is_empty() && !table.is_ignored(name) && !is_total(name) && !is_number(name) && !is_state(name)
    };
    (0..table.header.len()).filter(|&column| is_meter(&table.header[column])).collect()
}

/// Whether the values of nearly all series only grow.
fn grow<'c>(plan: &Plan, series: impl Iterator<Item = Vec<&'c String>>) -> bool {
    let number = |text: &String| match crate::ingest::text::number::cell(text.as_bytes(), plan.decimal_comma) {
        crate::ingest::text::number::Cell::Number(number) => Some(number),
        _ => None,
    };
    let series: Vec<Vec<f64>> = series.map(|cells| cells.into_iter().filter_map(number).collect()).collect();
    only_grow(series.iter().map(Vec::as_slice)).is_some()
}

/// Refuses values that only grow, which are counters and no energy of intervals, unless a
/// mapping says what they are.
fn refuse_counters<'c>(
    table: &Settler<'_>,
    plan: &Plan,
    series: impl Iterator<Item = Vec<&'c String>>,
) -> Result<(), IngestError> {
    if table.mapping.layout.is_some() || !grow(plan, series) {
        return Ok(());
    }
    let detail = "the values of nearly all usage points only grow, from a high level: they look like counters, which \
                  are read from tables with one date a row or two in \
                  the header; export those, or say `layout` in a profile if it is energy after all";
    Err(IngestError::Broken {
        path: table.path.to_path_buf(),
        row: table.first_row as u64 + 1,
        detail: detail.to_owned(),
    })
}

/// Layout `wide_by_day`.
pub(crate) fn plan_by_day(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    plan.id = id_column(table)?;
    let StampColumns::One(date) = stamp_columns(table)? else {
        return Err(columns::no_timestamp(table.path, &table.header));
    };
    plan.form = date_form(table, Some(date), &[])?;
    let Some(DayColumns { slots, step_min, are_clocks }) = slots_of_day(table) else {
        return Err(columns::no_value(table.path, &table.header));
    };
    let (first, last) = (table.header[slots[0].column].clone(), table.header[slots[slots.len() - 1].column].clone());
    table.notes.note(
        "value",
        format!("{} columns from `{first}` to `{last}`, {step_min} min each", slots.len()),
        "slots of the local day",
    );
    refuse_counters(
        table,
        plan,
        table
            .sample
            .rows
            .iter()
            .skip(table.first_row)
            .map(|row| slots.iter().filter_map(|slot| row.get(slot.column)).collect()),
    )?;
    let unit_name = unit_beside(table);
    set_unit(table, plan, &unit_name, Unit::Kwh);
    table.mapping.interval_min = Some(step_min as u16);
    let names = table.mapping.columns.clone();
    let quality = table.named(&names.quality, "quality")?.or_else(|| table.usual(QUALITY));
    let channel = match find_channel(table, &names.channel)? {
        None => {
            // A column that tells rows of one day apart by words for channels.
            let first = slots.first().map_or(date, |slot| slot.column);
            let found = category_column(table, plan, StampColumns::One(date), first, false);
            let found = found.filter(|(_, words)| words.iter().all(|word| channel_word(word).is_some()));
            found.map(|(column, _)| {
                table.mapping.columns.channel = vec![table.name_of(column)];
                column
            })
        }
        found => found,
    };
    let ratio = table.named(&names.ratio, "ratio")?;
    tell_of_ratios(table, plan.decimal_comma);
    settle_sentinels(table, plan, &slots.iter().map(|slot| slot.column).collect::<Vec<_>>());
    plan.shape = Shape::Slots(SlotColumns { date, slots, step_min, are_clocks, quality, channel, ratio });
    Ok(())
}

/// Layouts `wide_by_meter` and `transposed`.
pub(crate) fn plan_by_meter(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    let stamp = if table.mapping.layout == Some(Layout::Transposed) && table.mapping.columns.timestamp.is_empty() {
        StampColumns::One(0)
    } else if table.mapping.columns.timestamp.is_empty()
        && table.usual(TIMESTAMP).is_none()
        && table.usual(DATE).is_none()
    {
        table.mapping.columns.timestamp = vec!["1".to_owned()];
        StampColumns::One(0)
    } else {
        stamp_columns(table)?
    };
    let is_stamp = |column: usize| {
        stamp == StampColumns::One(column)
            || matches!(stamp, StampColumns::Two(date, time) if date == column || time == column)
    };
    let named = across_columns(table).into_iter().filter(|column| !is_stamp(*column));
    let meters: Vec<(usize, String)> =
        named.map(|column| (column, unwrapped(&table.header[column]).to_owned())).collect();
    let (meters, unit_of_all) = without_common_unit(meters);
    let (meters, exports) = by_channel(&meters).unwrap_or((meters, Vec::new()));
    if meters.is_empty() {
        return Err(columns::no_value(table.path, &table.header));
    }
    table.notes.note(
        "usage_point",
        format!("{} columns from `{}` to `{}`", meters.len(), meters[0].1, meters[meters.len() - 1].1),
        "names of the columns",
    );
    let unit_name = unit_of_all.unwrap_or_else(|| unit_beside(table));
    set_unit(table, plan, &unit_name, Unit::Kwh);
    let down =
        |column: usize| table.sample.rows.iter().skip(table.first_row).filter_map(move |row| row.get(column)).collect();
    // A mapping names the columns of counters; without one the values show what they are.
    let grows = table.mapping.layout.is_none() && grow(plan, meters.iter().map(|(column, _)| down(*column)));
    let are_counters = grows || !table.mapping.columns.total.is_empty();
    if grows {
        let ground = "the values of nearly all usage points only grow";
        table.notes.doubt("values", "counters", ground, said::doubt_counters());
        table.mapping.columns.total = meters.iter().map(|(column, _)| table.header[*column].clone()).collect();
    }
    settle_stamps(table, plan, stamp, None)?;
    if are_counters {
        plan.shift_s = 0;
    }
    plan.id = IdColumn::Fixed(String::new());
    settle_sentinels(table, plan, &meters.iter().map(|(column, _)| *column).collect::<Vec<_>>());
    plan.shape = Shape::Across(AcrossColumns { stamp, meters, exports, are_counters });
    Ok(())
}

/// Meters without the unit that stands behind each of them, and the unit.
fn without_common_unit(meters: Vec<(usize, String)>) -> (Vec<(usize, String)>, Option<String>) {
    let split = |(column, name): &(usize, String)| {
        let (id, unit) = name.rsplit_once([' ', '_'])?;
        unit_in(unit).filter(|_| id.chars().any(|c| c.is_ascii_digit()))?;
        Some((*column, id.trim().to_owned(), unit.to_owned()))
    };
    let parts: Option<Vec<(usize, String, String)>> = meters.iter().map(split).collect();
    match parts {
        Some(parts) if parts.len() > 1 && parts.iter().all(|(_, _, unit)| *unit == parts[0].2) => {
            let unit = parts[0].2.clone();
            (parts.into_iter().map(|(column, id, _)| (column, id)).collect(), Some(unit))
        }
        _ => (meters, None),
    }
}

/// Layout `wide_by_time`.
pub(crate) fn plan_by_time(table: &mut Settler<'_>, plan: &mut Plan) -> Result<(), IngestError> {
    plan.id = id_column(table)?;
    let instants = instants_across(table);
    if instants.is_empty() {
        return Err(columns::no_timestamp(table.path, &table.header));
    }
    let cells: Vec<String> = instants.iter().map(|(_, name)| name.clone()).collect();
    plan.form = date_form(table, None, &cells)?;
    table.notes.note(
        "time stamp",
        format!("{} columns from `{}` to `{}`", cells.len(), cells[0], cells[cells.len() - 1]),
        "dates in the header",
    );
    refuse_counters(
        table,
        plan,
        table
            .sample
            .rows
            .iter()
            .skip(table.first_row)
            .map(|row| instants.iter().filter_map(|(column, _)| row.get(*column)).collect()),
    )?;
    let unit_name = unit_beside(table);
    set_unit(table, plan, &unit_name, Unit::Kwh);
    let mut sorted: Vec<&String> = cells.iter().collect();
    sorted.sort_by_key(|cell| plan.form.day(cell.as_bytes()));
    let sample = StampSample::of(sorted.iter().map(|cell| ("", cell.as_str(), None)), plan.form, (false, true));
    settle_side(table, plan, &sample, "", false);
    let ratio = table.named(&table.mapping.columns.ratio, "ratio")?;
    tell_of_ratios(table, plan.decimal_comma);
    settle_sentinels(table, plan, &instants.iter().map(|(column, _)| *column).collect::<Vec<_>>());
    plan.shape = Shape::ByTime(TimeColumns { instants, ratio });
    Ok(())
}
