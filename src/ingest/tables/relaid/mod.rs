//! Tables that are laid out anew before they are understood, line for line, so that rows keep their
//! numbers: what is said once for many rows is said in each of them, blocks below one another lie
//! side by side, and bare days of a month have their year.

use super::rows::split_fields;
use super::sample::{Sample, records};
use crate::ingest::mapping::keys::{Delimiter, Mapping};
use crate::ingest::mapping::known::recognised;

mod bare_days;
mod day_rows;
mod filled_down;
mod stacked;

/// What was done to a table, for `darkload inspect`.
pub(crate) type Relaid = (String, &'static str, &'static str);

/// A way to lay a table out anew: its text, what separates cells, its beginning, what names it from
/// outside.
type Way = fn(&str, Delimiter, &Sample, &str) -> Option<Relaid>;

/// In the order in which they need one another.
const WAYS: [Way; 4] = [stacked::side_by_side, day_rows::with_days, bare_days::with_month, filled_down::filled_down];

/// Whether a table is laid out anew.
pub(crate) fn is_wanted(
    text: &str,
    delimiter: Delimiter,
    sample: &Sample,
    name: &str,
    mapping: Option<&Mapping>,
) -> bool {
    may_be(sample, mapping) && WAYS.iter().any(|way| way(text, delimiter, sample, name).is_some())
}

/// The table in its new layout, with what was done; nothing where it stays as it is.
pub(crate) fn relaid(
    text: &str,
    delimiter: Delimiter,
    name: &str,
    mapping: Option<&Mapping>,
) -> (Option<String>, Vec<(&'static str, &'static str)>) {
    let mut done = Vec::new();
    let mut current: Option<String> = None;
    for way in WAYS {
        let now = current.as_deref().unwrap_or(text);
        let sample = Sample::of(now, delimiter, true);
        if !may_be(&sample, mapping) {
            break;
        }
        if let Some((again, what, ground)) = way(now, delimiter, &sample, name) {
            done.push((what, ground));
            current = Some(again);
        }
    }
    (current, done)
}

/// Known exports are read as they are.
fn may_be(sample: &Sample, mapping: Option<&Mapping>) -> bool {
    mapping.is_none_or(|mapping| mapping.signature.is_empty()) && recognised(sample.top()).is_none()
}

/// Rewrites a text line by line. `each` gets the place of a line and its cells, and gives the line
/// that stands for it; `None` leaves it as it is, an empty one leaves a blank.
fn rewritten(text: &str, delimiter: Delimiter, mut each: impl FnMut(usize, &[String]) -> Option<String>) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 4);
    let mut fields = Vec::new();
    for (place, line) in records(text, true, delimiter.byte()).enumerate() {
        if place > 0 {
            written.push('\n');
        }
        split_fields(line.as_bytes(), delimiter.byte(), &mut fields);
        let cells: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        match each(place, &cells) {
            Some(again) => {
                written.push_str(&again);
                // A line that ran over several keeps their number.
                let breaks = line.matches('\n').count().saturating_sub(again.matches('\n').count());
                written.extend(std::iter::repeat_n('\n', breaks));
            }
            None => written.push_str(line),
        }
    }
    written
}

/// Cells as a line; those that hold the separator are quoted.
fn joined<'c>(cells: impl Iterator<Item = &'c str>, delimiter: Delimiter) -> String {
    let mark = char::from(delimiter.byte());
    let mut line = String::new();
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            line.push(mark);
        }
        if cell.contains([mark, '\n']) {
            line.extend(['"'].into_iter().chain(cell.chars().filter(|c| *c != '"')).chain(['"']));
        } else {
            line.push_str(cell);
        }
    }
    line
}

/// Places of the cells of a row that hold something.
fn filled(cells: &[String]) -> impl Iterator<Item = usize> {
    (0..cells.len()).filter(|&place| !cells[place].is_empty())
}
