//! From the beginning of a table to a plan: what a mapping says is taken, what it leaves out is
//! found.

use std::collections::BTreeSet;

use super::days_across::plan_days_across;
use super::header::find_header;
use super::layout::guess_layout;
use super::long_layout::plan_long;
use super::register_layout::plan_counters;
use super::settler::{FOOTERS, Settler};
use super::usage_point::find_id_of_the_sheet;
use super::wide_layouts::{plan_by_day, plan_by_meter, plan_by_time};
use crate::domain::{ReadingQuality, Unit};
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::{DecimalMark, Layout, ValueUnit};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::tables::id_cell::are_rounded;
use crate::ingest::tables::plan::{Footers, IdColumn, Plan, Shape};
use crate::ingest::tables::sample::decimal;
use crate::ingest::text::columns::{self, USAGE_POINT, plain};
use crate::ingest::text::dress::undressed;
use crate::ingest::text::stamp::StampForm;

/// Names of coordinates, whose numbers say nothing of how readings are written.
const PLACES: &[&str] = &["lat", "latitude", "lon", "lng", "longitude", "Широта", "Долгота"];

/// The plan of a table, with everything that was decided.
///
/// # Errors
/// When columns are missing, or stamps cannot be understood.
pub(crate) fn settle(mut table: Settler<'_>) -> Result<(Plan, Understanding), IngestError> {
    let plan = plan_of(&mut table).map_err(with_mapping_lines)?;
    // What is printed is for this file and need not be told from others.
    table.mapping.signature.clear();
    table.notes.mapping = Some(table.mapping);
    Ok((plan, table.notes))
}

fn plan_of(table: &mut Settler<'_>) -> Result<Plan, IngestError> {
    find_header(table);
    find_id_of_the_sheet(table);
    let mark = table.mapping.decimal.unwrap_or_else(|| {
        decimal(table.sample, table.first_row, &number_columns(table), table.is_sheet, &mut table.notes)
    });
    table.mapping.decimal = Some(mark);
    let mut plan = bare_plan(table, mark);
    let layout = table.mapping.layout.map_or_else(|| guess_layout(table), Ok)?;
    match layout {
        Layout::Long => plan_long(table, &mut plan)?,
        Layout::WideByDay => plan_by_day(table, &mut plan)?,
        Layout::WideByMeter | Layout::Transposed => plan_by_meter(table, &mut plan)?,
        Layout::WideByTime => plan_by_time(table, &mut plan)?,
        Layout::DaysAcross => plan_days_across(table, &mut plan)?,
        Layout::Register => plan_counters(table, &mut plan)?,
    }
    check_widths(table)?;
    table.notes.note(
        "layout",
        plan.shape.name(),
        if table.mapping.layout.is_some() { "the profile says so" } else { "the names and cells of the header" },
    );
    if let Shape::Counters(_) = plan.shape {
        table.mapping.layout = Some(Layout::Register);
    } else {
        table.mapping.layout.get_or_insert(layout);
    }
    // The canonical name promises ids, which may be any words.
    let is_canonical = table.mapping.columns.usage_point.first().is_some_and(|name| name == USAGE_POINT[0]);
    if table.mapping.footer.is_empty() && !is_canonical {
        table.mapping.footer = FOOTERS.map(str::to_owned).to_vec();
    }
    plan.is_exact |= matches!(plan.form, StampForm::EpochSeconds | StampForm::EpochMillis) || has_offsets(table);
    if let IdColumn::At(column) = plan.id {
        plan.are_ids_rounded = are_rounded(table.cells(column));
    }
    plan.fields = table.header.len();
    plan.least_fields = plan.shape.least_fields().unwrap_or(plan.fields);
    plan.head_lines = table.first_row;
    Ok(plan)
}

/// Rows that are all wider than the header, with a comma between fields: the decimal comma is
/// taken for one too, and no reading can be told from its decimals.
fn check_widths(table: &Settler<'_>) -> Result<(), IngestError> {
    let (Some(named), true) = (table.header.iter().rposition(|name| !name.is_empty()), table.sample.delimiter == b',')
    else {
        return Ok(());
    };
    let rows: Vec<&Vec<String>> =
        table.sample.rows.iter().skip(table.first_row).filter(|row| !row.is_empty()).collect();
    let is_wider = |row: &&&Vec<String>| {
        row.get(named + 1).is_some_and(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if table.mapping.header_rows == Some(0)
        || rows.is_empty()
        || rows.iter().filter(is_wider).count() * 10 < rows.len() * 9
    {
        return Ok(());
    }
    let fields = rows.iter().map(|row| row.len()).max().unwrap_or_default();
    let detail = format!(
        "{fields} fields below a header of {}: the comma separates fields and decimals alike; export with another \
         delimiter, or with quotes around numbers",
        named + 1
    );
    Err(IngestError::Broken { path: table.path.to_path_buf(), row: table.first_row as u64 + 1, detail })
}

fn bare_plan(table: &Settler<'_>, mark: DecimalMark) -> Plan {
    let mapping = &table.mapping;
    let (unit, factor) = mapping.unit.map_or((Unit::Kwh, 1.0), ValueUnit::scale);
    Plan {
        encoding: encoding_rs::UTF_8,
        delimiter: table.sample.delimiter,
        decimal_comma: mark == DecimalMark::Comma,
        comma_thousands: mark == DecimalMark::Point && table.sample.delimiter == b',' && has_thousands(table),
        fields: table.header.len(),
        least_fields: 0,
        head_lines: table.first_row,
        footer: Footers::new(Vec::new()),
        form: mapping.dates.unwrap_or(StampForm::YearFirst),
        calendar: mapping.calendar(),
        is_exact: mapping.time_zone.is_some(),
        iso_too: table.is_sheet,
        shift_s: 0,
        is_midnight_late: false,
        has_spans: false,
        slots: None,
        unit,
        factor: factor * mapping.multiplier.unwrap_or(1.0),
        interval_min: mapping.interval_min,
        missing: mapping.missing.clone(),
        quality: mapping
            .quality
            .iter()
            .map(|(word, &quality)| (word.trim().to_lowercase(), ReadingQuality::from(quality)))
            .collect(),
        id: IdColumn::At(0),
        pad_ids_to: mapping.pad_ids_to.unwrap_or(0),
        are_ids_rounded: false,
        shape: Shape::ByTime(crate::ingest::tables::plan::TimeColumns { instants: Vec::new(), ratio: None }),
    }
}

/// Columns whose numbers show the decimal mark: those with the name of a value, a counter or a
/// unit, a slot of a day or an instant; where there is none, all but ids and places.
fn number_columns(table: &Settler<'_>) -> Vec<usize> {
    let (values, others) = (columns::value_names().copied(), USAGE_POINT.iter().chain(PLACES).copied());
    let (values, others): (BTreeSet<String>, BTreeSet<String>) =
        (values.map(plain).collect(), others.map(plain).collect());
    let is_value = |name: &String| {
        let named = values.contains(&plain(name)) || super::headings::unit_in(name).is_some();
        let is_counter = super::counter_headings::heading_of(name).is_some();
        named || is_counter || super::slot_name::is_slot(name) || StampForm::of(name.as_bytes()).is_some()
    };
    let is_other = |name: &String| others.contains(&plain(name));
    let with = |wanted: &dyn Fn(&String) -> bool| -> Vec<usize> {
        (0..table.header.len()).filter(|&column| wanted(&table.header[column])).collect()
    };
    let values = with(&|name| is_value(name) && !is_other(name));
    let has_mark = values.iter().any(|&column| table.cells(column).any(crate::ingest::tables::sample::has_mark));
    if has_mark { values } else { with(&|name| !is_other(name)) }
}

/// Whether some number has commas before three digits, and no number has others.
fn has_thousands(table: &Settler<'_>) -> bool {
    let columns = number_columns(table);
    let cells = || {
        table
            .sample
            .rows
            .iter()
            .skip(table.first_row)
            .flat_map(|row| columns.iter().filter_map(|&column| row.get(column)))
    };
    let with_comma = || cells().filter(|cell| cell.contains(','));
    with_comma().next().is_some() && with_comma().all(|cell| crate::ingest::tables::sample::may_be_thousands(cell))
}

/// Whether stamps carry an offset from UTC.
fn has_offsets(table: &Settler<'_>) -> bool {
    let cells = table
        .mapping
        .columns
        .timestamp
        .iter()
        .filter_map(|name| table.place(name))
        .flat_map(|column| table.cells(column).take(20));
    let offset =
        |cell: &str| cell.ends_with(['Z', 'z']) || cell.get(11..).is_some_and(|time| time.contains(['+', '-']));
    let is_told = |cell: &str| {
        let plain = undressed(cell.as_bytes()).and_then(|plain| String::from_utf8(plain).ok());
        offset(plain.as_deref().unwrap_or(cell))
    };
    cells.filter(|cell| !cell.is_empty()).any(is_told)
}

/// A column that is missed, with the lines of a mapping that would name it: exports of head-ends
/// are seldom edited by hand.
fn with_mapping_lines(error: IngestError) -> IngestError {
    let IngestError::MissingColumn { path, meaning, found, hint } = error else { return error };
    let lines = match meaning {
        "usage point" => {
            "usage_point = [\"…\"]` below `[columns]`, or `usage_point_from = \"file_name\"` where no column names it"
        }
        "time stamp" => "timestamp = [\"…\"]` below `[columns]`",
        "energy" => "value = [\"…\"]` below `[columns]`, or `total = [\"…\"]` for a counter",
        _ => return IngestError::MissingColumn { path, meaning, found, hint },
    };
    // A hint that speaks of mappings already says it better.
    let hint = if hint.contains("profile") {
        hint
    } else {
        format!("{hint}, or leave the file as it is and write into a profile `{lines}")
    };
    IngestError::MissingColumn { path, meaning, found, hint }
}
