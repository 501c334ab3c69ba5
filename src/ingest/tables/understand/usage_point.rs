//! Where a table names the usage point: in a column, its title, or the name of the file or sheet.

use super::settler::Settler;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::IdSource;
use crate::ingest::said;
use crate::ingest::tables::plan::IdColumn;
use crate::ingest::text::columns::{self, USAGE_POINT, plain};
use crate::ingest::text::stamp::StampForm;

/// Digits of the name of a sheet that is an id; `Лист12` and years are none.
const FEWEST_SHEET_DIGITS: usize = 5;

/// Where the usage point is named; the mapping is filled in.
pub(crate) fn id_column(table: &mut Settler<'_>) -> Result<IdColumn, IngestError> {
    match &table.mapping.usage_point_from {
        Some(IdSource::FileName) => {
            let name = table.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let name = name.strip_suffix(".csv").or(name.strip_suffix(".txt")).unwrap_or(&name).to_owned();
            table.notes.note("usage_point", name.clone(), "the file's name");
            return Ok(IdColumn::Fixed(name));
        }
        Some(IdSource::SheetName) => {
            let name = table.sheet_name().unwrap_or_default();
            table.notes.doubt("usage_point", name.clone(), "the name of the sheet", said::doubt_sheet_name());
            return Ok(IdColumn::Fixed(name));
        }
        Some(IdSource::TitleAfter(word)) => {
            let title = table.sample.rows.iter().take(table.first_row).flatten();
            let found = title
                .filter_map(|cell| cell.split_once(word.as_str()))
                .map(|(_, rest)| rest.trim_matches([' ', ':', '№', '#']))
                .find(|rest| !rest.is_empty());
            let id = found.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default().to_owned();
            table.notes.note("usage_point", id.clone(), format!("after `{word}` in the title"));
            if !id.is_empty() {
                return Ok(IdColumn::Fixed(id));
            }
        }
        None => {}
    }
    let column = match table.named(&table.mapping.columns.usage_point, "usage_point")? {
        Some(column) => column,
        None => columns::require(table.path, &table.header, USAGE_POINT, "usage point")?,
    };
    let name = table.header[column].clone();
    let is_customer = columns::find(std::slice::from_ref(&name), columns::CUSTOMERS).is_some()
        && table.mapping.columns.usage_point.is_empty();
    let shown = format!("column `{name}`");
    if is_customer {
        table.notes.doubt("usage_point", shown, "its name", said::doubt_customer());
    } else {
        table.notes.note("usage_point", shown, "its name");
    }
    table.mapping.columns.usage_point = vec![name];
    Ok(IdColumn::At(column))
}

/// Takes the name of the sheet for the usage point where it looks like an id and no column
/// does.
pub(crate) fn find_id_of_the_sheet(table: &mut Settler<'_>) {
    let is_said = table.mapping.usage_point_from.is_some()
        || !table.mapping.columns.usage_point.is_empty()
        || table.mapping.layout.is_some();
    let has_values = columns::value_column(&table.header).is_some()
        || table.header.iter().any(|name| super::headings::unit_in(name).is_some())
        || super::slots_down::slots_down(table).is_some();
    if !table.is_sheet || is_said || table.usual(USAGE_POINT).is_some() || !has_values {
        return;
    }
    if table.sheet_name().is_some_and(|name| is_serial(&name)) {
        table.mapping.usage_point_from = Some(IdSource::SheetName);
    }
}

/// Whether a name is that of a meter rather than of a sheet, a day or a month.
fn is_serial(name: &str) -> bool {
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '№' | ' '));
    let is_day = StampForm::of(name.as_bytes())
        .is_some_and(|form| !matches!(form, StampForm::EpochSeconds | StampForm::EpochMillis));
    digits >= FEWEST_SHEET_DIGITS && is_word && !is_day && !plain(name).starts_with("sheet")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_of_days_and_numbers_are_no_meters() {
        assert!(is_serial("00012345") && is_serial("CE301-0112345"));
        for name in ["Лист1", "01.03.2025", "20250301", "2025", "2025-03-01", "Sheet12345"] {
            assert!(!is_serial(name), "{name}");
        }
    }
}
