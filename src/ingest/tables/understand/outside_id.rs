//! Usage points that have no column: named in the rows above the header or between the rows of data
//! (`Прибор учета: 00012345`), or by the name of the sheet.
//!
//! A table with such rows is held in memory and given a first column with the id of the last such
//! row, which itself becomes blank, as do headers that are repeated, so that rows keep their
//! numbers.

use super::settler::FOOTERS;
use crate::ingest::mapping::keys::{Delimiter, Mapping};
use crate::ingest::mapping::known::recognised;
use crate::ingest::tables::rows::split_fields;
use crate::ingest::tables::sample::{Sample, records};
use crate::ingest::text::columns::{self, DATE, TIME, TIMESTAMP, USAGE_POINT, plain};
use crate::ingest::text::stamp::StampForm;

/// Largest file that is held for it, bytes: years of a few hundred meters.
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// Heading of the column.
const HEADING: &str = "Прибор учета";

/// What stands before an id, longer words first.
const LABELS: [&str; 24] = [
    "номер прибора учета",
    "заводской номер",
    "серийный номер",
    "есептеуіш нөмірі",
    "есептегіш нөмірі",
    "номер счетчика",
    "прибор учета",
    "заводской №",
    "серийный №",
    "№ счетчика",
    "есептеуіш",
    "есептегіш",
    "зав. номер",
    "номер пу",
    "счетчик",
    "зав. №",
    "№ пу",
    "пу",
    "meter serial number",
    "serial number",
    "meter number",
    "meter id",
    "serial",
    "meter",
];

/// Digits that an id has at the least; models of meters have three.
const FEWEST_DIGITS: usize = 4;

/// Whether the beginning of a table has rows that name usage points, and a header without a column
/// for them.
pub(crate) fn is_named_by_rows(sample: &Sample, mapping: Option<&Mapping>) -> bool {
    let is_said = mapping.is_some_and(|mapping| mapping.usage_point_from.is_some());
    if is_said || recognised(sample.top()).is_some() {
        return false;
    }
    let Some(header) = row_of_names(sample) else { return false };
    let has_column = columns::find(&sample.rows[header], USAGE_POINT).is_some();
    let names = &sample.rows[header];
    let slots = names.iter().filter(|name| name.contains(':') && super::slot_name::is_slot(name)).count();
    // Without a heading for values their columns may be those of meters.
    if columns::value_column(names).is_none()
        && slots < 23
        && !names.iter().any(|name| super::headings::unit_in(name).is_some())
    {
        return false;
    }
    let labels = sample.rows.iter().filter(|row| label_id(row).is_some()).count();
    !has_column && labels > 0 && labels * 3 < sample.rows.len()
}

/// The text with a first column for the usage point.
pub(crate) fn with_ids(text: &str, delimiter: Delimiter, sample: &Sample) -> Option<String> {
    let header = row_of_names(sample)?;
    let header_line = records(text, true, delimiter.byte()).nth(header)?.trim_end();
    let mark = char::from(delimiter.byte());
    let mut named = String::with_capacity(text.len() + text.len() / 4);
    let mut current = String::new();
    let mut fields = Vec::new();
    for (place, line) in records(text, true, delimiter.byte()).enumerate() {
        if place > 0 {
            named.push('\n');
        }
        split_fields(line.as_bytes(), delimiter.byte(), &mut fields);
        let filled: Vec<String> = fields
            .iter()
            .map(|field| String::from_utf8_lossy(field).trim().to_owned())
            .filter(|cell| !cell.is_empty())
            .collect();
        if let Some(id) = label_id(&filled) {
            current = id;
            named.extend(line.chars().filter(|c| *c == '\n'));
            continue;
        }
        if place > header && line.trim_end() == header_line {
            named.extend(line.chars().filter(|c| *c == '\n'));
            continue;
        }
        let is_footer =
            filled.first().is_some_and(|cell| FOOTERS.iter().any(|word| cell.to_lowercase().starts_with(word)));
        if !filled.is_empty() && !is_footer && place >= header {
            named.push_str(if place == header { HEADING } else { &current });
            named.push(mark);
        }
        named.push_str(line);
    }
    Some(named)
}

/// The row that has most of the usual names of stamps and values.
fn row_of_names(sample: &Sample) -> Option<usize> {
    let usual: Vec<String> = [TIMESTAMP, DATE, TIME]
        .into_iter()
        .flatten()
        .chain(columns::value_names())
        .map(|&name| name.to_owned())
        .collect();
    sample.row_with(&usual).map(|(row, _)| row)
}

/// The id in a row that names a usage point and nothing else.
fn label_id(row: &[String]) -> Option<String> {
    let filled: Vec<&String> = row.iter().filter(|cell| !cell.is_empty()).collect();
    let (first, second) = match filled.as_slice() {
        [first] => (*first, None),
        [first, second] => (*first, Some(*second)),
        _ => return None,
    };
    let lower = first.to_lowercase().replace('ё', "е");
    let rest = LABELS
        .iter()
        .find_map(|label| lower.strip_prefix(label))
        .filter(|rest| !rest.starts_with(char::is_alphanumeric))?;
    // Letters keep their case: what is left is the end of the cell.
    let length = rest.chars().count();
    let rest: String = first.chars().skip(first.chars().count() - length).collect();
    let rest = rest.trim_matches([' ', ':', '#', '-', '–', '"']);
    match second {
        Some(second) if rest.is_empty() || rest == "№" => id_in(second),
        Some(_) => None,
        None => id_in(rest),
    }
}

/// The label and the id of the one usage point that rows above a header name: in one cell, in two
/// cells side by side, or one below the other.
pub(crate) fn title_id(rows: &[Vec<String>]) -> Option<(String, String)> {
    let labels = rows.iter().flatten().filter(|cell| is_label(cell));
    labels.filter_map(|label| Some((label.clone(), beside_label(rows, label)?))).min_by_key(|(label, _)| {
        columns::USAGE_POINT.iter().position(|name| plain(name) == plain(label)).unwrap_or(usize::MAX)
    })
}

/// Whether a cell is the name of a usage point and nothing else.
fn is_label(cell: &str) -> bool {
    let is_name = |name: &str| {
        let name = plain(name);
        !name.is_empty() && columns::USAGE_POINT.iter().any(|usual| plain(usual) == name)
    };
    let in_brackets = cell.split_once('(').map(|(bare, rest)| [bare, rest.trim_end_matches([')', ' ', ':'])]);
    is_name(cell) || in_brackets.is_some_and(|names| names.into_iter().any(is_name))
}

/// The id in the cell to the right of a label, or else in the one below it.
pub(crate) fn beside_label(rows: &[Vec<String>], label: &str) -> Option<String> {
    let places = rows.iter().enumerate().flat_map(|(row, cells)| {
        cells.iter().enumerate().filter(|(_, cell)| plain(cell) == plain(label)).map(move |(column, _)| (row, column))
    });
    let id = |row: usize, column: usize| {
        let cell = rows.get(row)?.get(column)?;
        id_in(cell).or_else(|| cell.contains(|c: char| c.is_ascii_digit()).then(|| id_in(&cell.replace(' ', "")))?)
    };
    places.into_iter().find_map(|(row, column)| id(row, column + 1).or_else(|| id(row + 1, column)))
}

/// The one word of a text that may be an id; the one after `№` where several may.
fn id_in(text: &str) -> Option<String> {
    let text = text.rsplit('№').next().unwrap_or(text);
    let is_id = |word: &&str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_date = !word.bytes().all(|byte| byte.is_ascii_digit()) && StampForm::of(word.as_bytes()).is_some();
        digits >= FEWEST_DIGITS
            && word.len() <= 40
            && !is_date
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'))
    };
    let mut words = text.split([' ', ',', ';', '(', ')']).filter(is_id);
    let id = words.next()?;
    words.next().is_none().then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(cells: &[&str]) -> Option<String> {
        label_id(&cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn rows_that_name_a_meter_are_told_from_data_and_headers() {
        for row in [
            &["Прибор учета: 00012345"][..],
            &["Счётчик № 00012345", ""],
            &["Номер счетчика:", "00012345"],
            &["Счетчик Меркурий 230 № 00012345"],
            &["Meter 00012345"],
        ] {
            assert_eq!(id(row).as_deref(), Some("00012345"), "{row:?}");
        }
        let none: [&[&str]; 7] = [
            &["Прибор учета", "Дата", "Расход"],
            &["Счетчик 00012345", "01.03.2025", "1,5"],
            &["Счетчик 00012345", "5"],
            &["Показания счетчиков за 2025"],
            &["Прибор учета: 00012345 и 00012346"],
            &["Meters read on 01.03.2025"],
            &["ПУ от 01.03.2025"],
        ];
        for row in none {
            assert_eq!(id(row), None, "{row:?}");
        }
    }
}
