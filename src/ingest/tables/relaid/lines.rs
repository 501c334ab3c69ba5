//! Rewriting a table line by line.

use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::tables::rows::split_fields;
use crate::ingest::tables::sample::records;

/// What was done to a table, for `darkload inspect`.
pub(super) type Relaid = (String, &'static str, &'static str);

/// Rewrites a text line by line. `each` gets the place of a line and its cells, and gives the line
/// that stands for it; `None` leaves it as it is, an empty one leaves a blank.
pub(super) fn rewritten(
    text: &str,
    delimiter: Delimiter,
    mut each: impl FnMut(usize, &[String]) -> Option<String>,
) -> String {
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
pub(super) fn joined<'c>(cells: impl Iterator<Item = &'c str>, delimiter: Delimiter) -> String {
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
pub(super) fn filled(cells: &[String]) -> impl Iterator<Item = usize> {
    (0..cells.len()).filter(|&place| !cells[place].is_empty())
}
