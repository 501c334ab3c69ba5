//! How the dates of a table are written.

use std::path::Path;

use super::dates::{DateOrder, order_of};
use super::settler::{Settler, toml_word};
use crate::ingest::error::IngestError;
use crate::ingest::said;
use crate::ingest::text::stamp::StampForm;

/// The form of the dates in a column or among `cells`; the mapping is filled in.
pub(crate) fn date_form(
    table: &mut Settler<'_>,
    column: Option<usize>,
    cells: &[String],
) -> Result<StampForm, IngestError> {
    if let Some(form) = table.mapping.dates {
        return Ok(form);
    }
    let order = match column {
        // Real dates of a workbook are ISO text here and say nothing of those typed as text.
        Some(column)
            if table.is_sheet
                && table.cells(column).any(|cell| !cell.is_empty() && !StampForm::YearFirst.fits(cell.as_bytes())) =>
        {
            order_of(table.cells(column).filter(|cell| !StampForm::YearFirst.fits(cell.as_bytes())))
        }
        Some(column) => order_of(table.cells(column)),
        None => order_of(cells.iter().map(String::as_str)),
    };
    let (form, ground) = match (order, column) {
        (DateOrder::Form(form, ground), _) => (form, ground),
        (DateOrder::Unknown(..), Some(column)) if counts_days(table, column) => {
            (StampForm::SpreadsheetSerial, "days since 30 December 1899, as spreadsheets count them".to_owned())
        }
        (DateOrder::Unknown(place, text), _) => {
            return Err(IngestError::TimeFormat {
                path: table.path.to_path_buf(),
                row: (table.first_row + place + 1) as u64,
                text,
            });
        }
        // No data row at all: any form will do, there is nothing to read.
        (DateOrder::NoStamp, _) => (StampForm::YearFirst, "no date".to_owned()),
        (DateOrder::Either(text), Some(column)) => match (table.whole)(column, table.sample.delimiter)? {
            Some(found) => found,
            None => return Err(either(table.path, text)),
        },
        (DateOrder::Either(text), None) => return Err(either(table.path, text)),
    };
    match column.filter(|&column| may_be_swapped(table, column, form)) {
        Some(_) => table.notes.doubt("dates", toml_word(form), ground, said::doubt_swapped()),
        None => table.notes.note("dates", toml_word(form), ground),
    }
    table.mapping.dates = Some(form);
    Ok(form)
}

/// Whether all real dates of a sheet's column have days up to 12, and all dates typed as text
/// later ones: so it is where a program took the first for month and day.
fn may_be_swapped(table: &Settler<'_>, column: usize, form: StampForm) -> bool {
    let days = |form: StampForm| {
        table
            .cells(column)
            .filter_map(move |cell| form.day(cell.as_bytes()))
            .map(|day| day.date().day())
            .collect::<Vec<_>>()
    };
    let (real, typed) = (days(StampForm::YearFirst), days(form));
    let is_mixed = table.is_sheet && form != StampForm::YearFirst && real.len() >= 3 && typed.len() >= 3;
    is_mixed && real.iter().all(|day| *day <= 12) && typed.iter().all(|day| *day > 12)
}

/// Whether a column's cells are days in the count of spreadsheets.
fn counts_days(table: &Settler<'_>, column: usize) -> bool {
    let filled = || table.cells(column).filter(|cell| !cell.is_empty());
    filled().next().is_some()
        && filled().all(|cell| crate::ingest::text::stamp::spreadsheet_days(cell.as_bytes()).is_some())
}

pub(crate) fn either(path: &Path, text: String) -> IngestError {
    let day = |form: StampForm| form.day(text.as_bytes()).map(|day| day.to_string()).unwrap_or_default();
    let (day_first, month_first) = (day(StampForm::DayFirst), day(StampForm::MonthFirst));
    IngestError::DateOrder { path: path.to_path_buf(), text, day_first, month_first }
}
