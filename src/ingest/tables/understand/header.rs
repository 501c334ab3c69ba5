//! Where the header of a table is, and what its columns are called.

use super::bare_exchange::names_of;
use super::heading_rows::{are_units_below, goes_on_below, join_header};
use super::settler::Settler;
use crate::ingest::mapping::keys::{Columns, Layout};
use crate::ingest::text::columns::{self, DATE, TIMESTAMP, USAGE_POINT, plain};
use crate::ingest::text::stamp::StampForm;

/// Finds the rows of the header and joins them.
pub(crate) fn find_header(table: &mut Settler<'_>) {
    if table.mapping.header_rows.is_none_or(|rows| rows == 0)
        && let Some(names) = names_of(table.sample)
    {
        return take_names(table, &names);
    }
    let height = table.mapping.header_rows.unwrap_or(1);
    if table.mapping.layout == Some(Layout::Transposed) && table.mapping.skip_rows.is_none() {
        return find_labels(table);
    }
    let skip = table.mapping.skip_rows.or(if height == 0 { Some(0) } else { None });
    let (skip, ground) = match skip {
        Some(skip) => (skip, "the profile says so".to_owned()),
        None => header_row(table, height),
    };
    let goes_on = table.mapping.header_rows.is_none() && goes_on_below(&table.sample.rows, skip);
    let (skip, goes_on) = match skip.checked_sub(1).filter(|_| table.mapping.header_rows.is_none()) {
        Some(above) if are_units_below(&table.sample.rows[above], &table.sample.rows[skip]) => (above, true),
        _ => (skip, goes_on),
    };
    let (height, ground) = if goes_on {
        (2, format!("{ground}; headings are merged over the cells of the row below"))
    } else {
        (height, ground)
    };
    table.first_row = skip + height;
    let width = table
        .sample
        .usual_width(table.first_row)
        .max(table.sample.rows.get(skip + height.max(1) - 1).map_or(0, Vec::len));
    if height == 0 {
        table.header = (1..=width.max(1)).map(|column| column.to_string()).collect();
    } else {
        let rows: Vec<&Vec<String>> = (skip..skip + height).filter_map(|row| table.sample.rows.get(row)).collect();
        table.header = join_header(&rows, width);
    }
    table.mapping.skip_rows = Some(skip);
    table.mapping.header_rows = Some(height);
    let place = if height == 0 { "none".to_owned() } else { format!("row {}", skip + 1) };
    table.notes.note("header", place, ground);
}

/// Takes names that are known without a header.
fn take_names(table: &mut Settler<'_>, names: &[&str]) {
    let width = table.sample.usual_width(0).max(names.len());
    let known = names.iter().map(|name| (*name).to_owned());
    table.header = known.chain((names.len() + 1..=width).map(|column| column.to_string())).collect();
    (table.mapping.skip_rows, table.mapping.header_rows) = (Some(0), Some(0));
    table.notes.note("header", "none", "rows of the Spanish exchange of measurements");
}

/// The row whose label names the usage points; the labelled rows below it end with the first
/// stamp.
fn find_labels(table: &mut Settler<'_>) {
    let names = &table.mapping.columns.usage_point;
    let names: Vec<String> =
        if names.is_empty() { USAGE_POINT.iter().map(|&name| name.to_owned()).collect() } else { names.clone() };
    let is_label =
        |row: &Vec<String>| row.first().is_some_and(|cell| names.iter().any(|name| plain(name) == plain(cell)));
    let row = table.sample.top().iter().position(is_label).unwrap_or(0);
    let is_stamp = |row: &Vec<String>| row.first().is_some_and(|cell| StampForm::of(cell.as_bytes()).is_some());
    let rest = table.sample.rows.get(row + 1..).unwrap_or_default();
    table.first_row = row + 1 + rest.iter().position(is_stamp).unwrap_or(0);
    table.header = table.sample.rows.get(row).cloned().unwrap_or_default();
    table.mapping.columns.usage_point = table.header.first().cloned().into_iter().collect();
    table.notes.note(
        "header",
        format!("row {}", row + 1),
        format!("its label; readings begin in row {}", table.first_row + 1),
    );
}

fn header_row(table: &Settler<'_>, height: usize) -> (usize, String) {
    let names = if table.mapping.signature.is_empty() {
        all_names(&table.mapping.columns)
    } else {
        table.mapping.signature.clone()
    };
    let usual = [USAGE_POINT, TIMESTAMP, DATE, columns::TIME].into_iter().flatten().chain(columns::value_names());
    let usual: Vec<String> = usual.map(|&name| name.to_owned()).collect();
    let by_name = table.sample.row_with(&names).or_else(|| most_named(table, &usual));
    if let Some(row) = row_above_stamps(table).filter(|_| names.is_empty()) {
        return (row, "it names the column of stamps that begins below it".to_owned());
    }
    // A header of dates or slots has hardly any names.
    let many = |row: &Vec<String>| {
        row.iter().filter(|cell| super::slot_name::is_slot(cell) || StampForm::of(cell.as_bytes()).is_some()).count()
            >= 5
    };
    let by_axis = table.sample.top().iter().position(many);
    match (by_name, by_axis) {
        // One name alone may stand in a row of data: the word of a kind, a class of customers.
        // So may a unit above the table.
        (Some((row, 1)), _) if full_row(table).is_some_and(|first| first < row || is_lonely(table, row)) => {
            (full_row(table).unwrap_or(row), "the first row with as many cells as the rows below".to_owned())
        }
        (Some((row, names)), _) => (upper_row(table, row, height), format!("{names} of its names are known")),
        (None, Some(row)) => (row, "it holds dates or slots of a day".to_owned()),
        (None, None) => (
            table.sample.rows.iter().position(|row| !row.is_empty()).unwrap_or(0),
            "the first row that is not blank".to_owned(),
        ),
    }
}

/// The row whose name for stamps stands right above a column of them; a title with names of its own
/// may lie above it.
fn row_above_stamps(table: &Settler<'_>) -> Option<usize> {
    /// Rows of stamps by which their column is known.
    const KNOWN_BY: usize = 3;
    let rows: Vec<(usize, &Vec<String>)> =
        table.sample.rows.iter().enumerate().filter(|(_, row)| row.iter().any(|cell| !cell.is_empty())).collect();
    let is_name = |cell: &String| columns::find(std::slice::from_ref(cell), &[TIMESTAMP, DATE].concat()).is_some();
    let is_stamp = |row: &Vec<String>, column: usize| {
        row.get(column).is_some_and(|cell| {
            cell.contains(|c: char| !c.is_ascii_digit()) && StampForm::of(cell.as_bytes()).is_some()
        })
    };
    let top = rows.len().saturating_sub(KNOWN_BY).min(60);
    (0..top).find_map(|place| {
        let (row, cells) = rows[place];
        let below = &rows[place + 1..=place + KNOWN_BY];
        let names = |column: &usize| is_name(&cells[*column]) && below.iter().all(|(_, row)| is_stamp(row, *column));
        (0..cells.len()).any(|column| names(&column)).then_some(row)
    })
}

/// The row with most headings: usual names, alone or before a unit.
fn most_named(table: &Settler<'_>, usual: &[String]) -> Option<(usize, usize)> {
    let by_name = table.sample.row_with(usual);
    // A unit behind words is as good as a name, and a title holds none beside a name.
    let wanted: Vec<String> = usual.iter().map(|name| plain(name)).collect();
    let headings = |row: &Vec<String>| {
        let is_heading = |cell: &&String| {
            let bare = cell.split(['(', '[', ',']).next().unwrap_or(cell);
            let has_unit = super::headings::unit_in(cell).is_some() && !cell.starts_with(|c: char| c.is_ascii_digit());
            !cell.is_empty() && (has_unit || [cell.as_str(), bare].iter().any(|name| wanted.contains(&plain(name))))
        };
        row.iter().filter(is_heading).count()
    };
    match by_name {
        Some((first, 1)) => {
            let better = |(row, cells): (usize, &Vec<String>)| {
                let count = headings(cells);
                (count >= 2 && count > headings(&table.sample.rows[first])).then_some((row, count))
            };
            table.sample.top().iter().enumerate().skip(first + 1).find_map(better).or(by_name)
        }
        other => other,
    }
}

/// Whether a row has few filled cells where most have many, as a title with an id or a unit has.
fn is_lonely(table: &Settler<'_>, row: usize) -> bool {
    let filled = table.sample.rows.get(row).map_or(0, |row| row.iter().filter(|cell| !cell.is_empty()).count());
    filled * 3 < table.sample.usual_width(0)
}

/// The first row with as many filled cells as most rows have.
fn full_row(table: &Settler<'_>) -> Option<usize> {
    let width = table.sample.usual_width(0);
    table.sample.top().iter().position(|row| {
        width > 1 && row.len() == width && row.iter().filter(|cell| !cell.is_empty()).count() * 2 > width
    })
}

/// The upper of two header rows, one of which holds names: the lower one where readings begin
/// below it.
fn upper_row(table: &Settler<'_>, row: usize, height: usize) -> usize {
    let number = |cell: &String| {
        !cell.is_empty()
            && matches!(
                crate::ingest::text::number::cell(cell.as_bytes(), true),
                crate::ingest::text::number::Cell::Number(_)
            )
    };
    let readings_below = table.sample.rows.get(row + 1).is_some_and(|below| below.iter().any(number));
    if height == 2 && readings_below { row.saturating_sub(1) } else { row }
}

fn all_names(columns: &Columns) -> Vec<String> {
    let Columns {
        usage_point, timestamp, date, time, value, kind, zone, total, tariffs, period_begin, period_end, ..
    } = columns;
    [usage_point, timestamp, date, time, value, kind, zone, total, tariffs, period_begin, period_end]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}
