//! Where a table names the usage point: in a column, its title, or the name of the file or sheet.

use std::collections::BTreeSet;

use super::outside_id::{beside_label, title_id};
use super::settler::Settler;
use super::stamps::find_stamp;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::IdSource;
use crate::ingest::said;
use crate::ingest::tables::plan::{IdColumn, StampColumns};
use crate::ingest::text::columns::{self, USAGE_POINT, plain};
use crate::ingest::text::stamp::StampForm;

/// Digits of the name of a sheet that is an id; `Лист12` and years are none.
const FEWEST_SHEET_DIGITS: usize = 5;

/// Where the usage point is named; the mapping is filled in.
pub(crate) fn id_column(table: &mut Settler<'_>) -> Result<IdColumn, IngestError> {
    match &table.mapping.usage_point_from {
        Some(IdSource::FileName) => {
            let name = file_id(table);
            table.is_id_told = true;
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
            let inside = found.and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
            let rows = &table.sample.rows[..table.first_row.min(table.sample.rows.len())];
            let id = inside.or_else(|| beside_label(rows, word)).unwrap_or_default();
            table.is_id_told = true;
            table.notes.note("usage_point", id.clone(), format!("after `{word}` in the title"));
            if !id.is_empty() {
                return Ok(IdColumn::Fixed(id));
            }
        }
        None => {}
    }
    let named = table.named(&table.mapping.columns.usage_point, "usage_point")?;
    let Some(column) = named.or_else(|| table.usual(USAGE_POINT)) else { return id_elsewhere(table) };
    let name = table.header[column].clone();
    let is_customer = columns::find(std::slice::from_ref(&name), columns::CUSTOMERS).is_some()
        && table.mapping.columns.usage_point.is_empty();
    let shown = format!("column `{name}`");
    if is_customer {
        table.notes.doubt("usage_point", shown, "its name", said::doubt_customer());
    } else {
        table.notes.note("usage_point", shown, "its name");
    }
    table.is_id_told = true;
    table.mapping.columns.usage_point = vec![table.name_of(column)];
    Ok(IdColumn::At(column))
}

/// The usage point where no column has the name of one: named above the header, in the only column
/// that can hold ids, or by the file where all rows are of one.
fn id_elsewhere(table: &mut Settler<'_>) -> Result<IdColumn, IngestError> {
    if let Some((label, id)) = title_id(&table.sample.rows[..table.header_row().min(table.sample.rows.len())]) {
        table.notes.note("usage_point", id.clone(), format!("after `{label}` above the header"));
        table.mapping.usage_point_from = Some(IdSource::TitleAfter(label));
        table.is_id_told = true;
        return Ok(IdColumn::Fixed(id));
    }
    let missing = columns::require(table.path, &table.header, USAGE_POINT, "usage point");
    let Ok((stamp, _)) = find_stamp(table) else { return missing.map(IdColumn::At) };
    let ids = OtherColumns::of(table, stamp);
    if let Some(column) = ids.only_id() {
        let name = table.name_of(column);
        let ground = "the only column that tells rows of one stamp apart";
        table.notes.doubt("usage_point", format!("column `{name}`"), ground, said::doubt_id_unnamed());
        table.mapping.columns.usage_point = vec![name];
        table.is_id_told = true;
        return Ok(IdColumn::At(column));
    }
    if !ids.are_of_one() || columns::meant(&table.header, USAGE_POINT).is_some() {
        return missing.map(IdColumn::At);
    }
    let name = file_id(table);
    // The name itself may not get out of a pseudonymised result, and doubts are told there.
    table.notes.doubt("usage_point", "the name of the file", "no column names one", said::doubt_id_of_file());
    table.mapping.usage_point_from = Some(IdSource::FileName);
    Ok(IdColumn::Fixed(name))
}

/// The name of the file without its endings.
fn file_id(table: &Settler<'_>) -> String {
    let name = table.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.strip_suffix(".csv").or(name.strip_suffix(".txt")).unwrap_or(&name).to_owned()
}

/// Rows by their stamps, and columns that may hold ids.
struct OtherColumns<'t> {
    rows: usize,
    stamps: Vec<String>,
    columns: Vec<(usize, Vec<&'t str>)>,
    is_whole: bool,
}

impl<'t> OtherColumns<'t> {
    fn of(table: &'t Settler<'_>, stamp: StampColumns) -> Self {
        let (date, time) = match stamp {
            StampColumns::One(date) => (date, None),
            StampColumns::Two(date, time) => (date, Some(time)),
        };
        let stamps: Vec<String> = match time {
            Some(time) => {
                table.cells(date).zip(table.cells(time)).map(|(date, time)| format!("{date} {time}")).collect()
            }
            None => table.cells(date).map(str::to_owned).collect(),
        };
        let holds_kinds = |column: &usize| super::category::are_words_of_kinds(table, *column);
        let mut stamps = stamps;
        // Rows of several kinds of one stamp are no rows of several usage points.
        for column in (0..table.header.len()).filter(holds_kinds) {
            stamps.iter_mut().zip(table.cells(column)).for_each(|(stamp, word)| stamp.push_str(word));
        }
        let may_be_id = |column: &usize| {
            let name = [table.header[*column].clone()];
            let others = [columns::QUALITY, columns::DURATION, columns::UNIT, columns::CHANNEL];
            *column != date
                && Some(*column) != time
                && !others.iter().any(|names| columns::find(&name, names).is_some())
                && columns::value_column(&name).is_none()
                && super::headings::unit_in(&name[0]).is_none()
                && !super::headings::is_no_reading(&name[0])
        };
        let columns = (0..table.header.len())
            .filter(may_be_id)
            .filter(|column| !holds_kinds(column))
            .map(|column| (column, table.cells(column).collect::<Vec<_>>()))
            .filter(|(_, cells)| cells.iter().filter(|cell| !cell.is_empty()).count() * 20 >= cells.len() * 19)
            .collect();
        Self { rows: stamps.len(), stamps, columns, is_whole: table.sample.is_whole }
    }

    fn stamps_repeat(&self) -> bool {
        let distinct: BTreeSet<&String> = self.stamps.iter().collect();
        // An hour that the clock shows twice is in both.
        (self.rows - distinct.len()) * 20 > self.rows
    }

    /// The only column that can hold ids: it tells rows of one stamp apart, or it is the same in
    /// all rows and looks like an id.
    fn only_id(&self) -> Option<usize> {
        let repeat = self.stamps_repeat();
        let is_id = |(_, cells): &&(usize, Vec<&str>)| {
            let distinct: BTreeSet<&&str> = cells.iter().collect();
            if !repeat {
                return distinct.len() == 1 && self.rows > 1 && cells.first().is_some_and(|cell| looks_like_id(cell));
            }
            let pairs: BTreeSet<(&&str, &String)> = cells.iter().zip(&self.stamps).collect();
            let is_fraction = |cell: &&&str| cell.contains([',', '.']) && cell.parse::<f64>().is_ok();
            distinct.len() > 1
                && distinct.len() * 3 <= self.rows
                && !cells.iter().any(|cell| is_fraction(&cell))
                && (self.rows - pairs.len()) * 50 <= self.rows
        };
        let mut found = self.columns.iter().filter(is_id);
        let (column, _) = found.next()?;
        found.next().is_none().then_some(*column)
    }

    /// Whether all rows are of one usage point: no two have one stamp, and no column might tell it
    /// where the end of the file is out of sight.
    fn are_of_one(&self) -> bool {
        let is_constant = |(_, cells): &(usize, Vec<&str>)| {
            cells.first().is_some_and(|first| {
                first.contains(char::is_alphanumeric)
                    && first.parse::<f64>().is_err()
                    && cells.iter().all(|c| c == first)
            })
        };
        self.rows > 0 && !self.stamps_repeat() && (self.is_whole || !self.columns.iter().any(is_constant))
    }
}

/// Whether a text is a number of a meter rather than a word or an amount.
fn looks_like_id(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
    digits >= FEWEST_SHEET_DIGITS && is_plain && StampForm::of(text.as_bytes()).is_none_or(is_count)
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
    let is_day = StampForm::of(name.as_bytes()).is_some_and(|form| !is_count(form));
    digits >= FEWEST_SHEET_DIGITS && is_word && !is_day && !plain(name).starts_with("sheet")
}

/// Whether a form of stamps is a count, which may be any number.
fn is_count(form: StampForm) -> bool {
    matches!(form, StampForm::EpochSeconds | StampForm::EpochMillis)
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
