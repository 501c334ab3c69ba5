//! The beginning of a table, split into cells, from which its layout is found.

use std::collections::BTreeSet;

use super::rows::{line_end, split_fields};
use super::understand::headings::unit_in;
use crate::ingest::mapping::keys::{DecimalMark, Delimiter};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::said;
use crate::ingest::text::columns::plain;

/// Rows that are looked at.
const MOST_ROWS: usize = 2000;
/// Rows among which a header is looked for.
const MOST_TITLE: usize = 40;
/// Fields of a line that its delimiter cuts, and no mark of a number or stamp does.
const WIDE: usize = 3;
const DELIMITERS: [(Delimiter, &str); 5] = [
    (Delimiter::Semicolon, "semicolon"),
    (Delimiter::Tab, "tab"),
    (Delimiter::Pipe, "bar"),
    (Delimiter::Comma, "comma"),
    (Delimiter::Space, "space"),
];

/// The first rows of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// Cells, trimmed; a blank row is empty.
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) delimiter: u8,
    /// Whether the table ends within the sample.
    pub(crate) is_whole: bool,
}

impl Sample {
    /// Splits the beginning of a text. A last line that may be cut off is left out unless the text
    /// is whole.
    pub(crate) fn of(text: &str, delimiter: Delimiter, is_whole: bool) -> Self {
        let delimiter = delimiter.byte();
        let mut rows: Vec<Vec<String>> =
            records(text, is_whole, delimiter).take(MOST_ROWS).map(|line| cells(line, delimiter)).collect();
        let is_whole = is_whole && rows.len() < MOST_ROWS;
        while rows.last().is_some_and(Vec::is_empty) {
            rows.pop();
        }
        Self { rows, delimiter, is_whole }
    }

    /// Cells of a column below the header, empty ones included.
    pub(crate) fn column(&self, first_row: usize, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .skip(first_row)
            .filter(|row| !row.is_empty())
            .map(move |row| row.get(column).map_or("", String::as_str))
    }

    /// Rows in which a header may stand.
    pub(crate) fn top(&self) -> &[Vec<String>] {
        &self.rows[..self.rows.len().min(MOST_TITLE)]
    }

    /// Most cells of a row below `first_row`, as most rows have them.
    pub(crate) fn usual_width(&self, first_row: usize) -> usize {
        usual(self.rows.iter().skip(first_row).map(Vec::len).filter(|&width| width > 1)).map_or(0, |(width, _)| width)
    }

    /// The row that holds most of the wanted names, the earliest of several; `None` when no row
    /// holds any.
    pub(crate) fn row_with(&self, wanted: &[String]) -> Option<(usize, usize)> {
        let wanted: BTreeSet<String> = wanted.iter().map(|name| plain(name)).collect();
        let held = |row: &Vec<String>| {
            row.iter().map(|cell| plain(cell)).filter(|cell| wanted.contains(cell)).collect::<BTreeSet<_>>().len()
        };
        // A row of names above narrower rows is one of a title: the readings have a header of their
        // own.
        let is_of_title = |index: usize, row: &Vec<String>| {
            let below = self.rows[index + 1..].iter().filter(|row| !row.is_empty());
            let narrow = below.clone().filter(|below| 2 * below.len() <= row.len()).count();
            row.len() > 3 && narrow * 10 >= below.count() * 9 && narrow > 5
        };
        let scored = self
            .top()
            .iter()
            .enumerate()
            .filter(|(index, row)| !is_of_title(*index, row))
            .map(|(index, row)| (index, held(row)))
            .filter(|(_, score)| *score > 0);
        scored.max_by_key(|&(index, score)| (score, std::cmp::Reverse(index)))
    }
}

/// Lines, those that run over line breaks in quotes being one.
pub(crate) fn records(text: &str, is_whole: bool, delimiter: u8) -> impl Iterator<Item = &str> {
    let end = if is_whole { text.len() } else { text.rfind('\n').map_or(text.len(), |end| end + 1) };
    let mut rest = Some(&text[..end]);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(end) = line_end(text.as_bytes(), delimiter) else { return Some(text) };
        rest = text.get(end + 1..);
        Some(&text[..end])
    })
}

fn cells(line: &str, delimiter: u8) -> Vec<String> {
    if line.trim().is_empty() {
        return Vec::new();
    }
    let mut fields = Vec::new();
    split_fields(line.as_bytes(), delimiter, &mut fields);
    let cells: Vec<String> = fields.into_iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
    if cells.iter().all(String::is_empty) { Vec::new() } else { cells }
}

/// The most frequent number and how often it comes; the larger of two equally frequent.
fn usual(numbers: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for number in numbers {
        *counts.entry(number).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|&(number, count)| (count, number))
}

/// Finds what separates fields: the first of the known delimiters that cuts nearly all lines into
/// the same number of fields. Comes together with the decimal mark, since a comma between digits
/// cannot be both.
pub(crate) fn delimiter(text: &str, is_whole: bool, notes: &mut Understanding) -> Delimiter {
    let scored = DELIMITERS.map(|(delimiter, name)| {
        let lines: Vec<&str> =
            records(text, is_whole, delimiter.byte()).filter(|line| !line.trim().is_empty()).take(200).collect();
        let widths = lines.iter().map(|line| cells(line, delimiter.byte()).len()).filter(|&width| width > 1);
        let wide = widths.clone().filter(|&width| width >= WIDE).count();
        let (width, count) = usual(widths).unwrap_or_default();
        (delimiter, name, width, count.max(wide), lines.len())
    });
    // Rows may end early, so that no width is that of most lines.
    let first = scored.iter().find(|(_, _, _, count, lines)| *count > 0 && count * 10 >= lines * 8);
    let best = first.or_else(|| scored[..4].iter().filter(|score| score.3 > 0).max_by_key(|score| (score.3, score.2)));
    if let Some((delimiter, name, width, count, lines)) = best {
        notes.note("delimiter", *name, format!("cuts {count} of {lines} lines into {width} fields"));
        return *delimiter;
    }
    notes.note("delimiter", "comma", "no delimiter cuts the lines evenly");
    Delimiter::Comma
}

/// Finds the decimal mark from the cells of `columns` below the header. Numbers of a workbook come
/// with a point; only those typed as text can have a comma.
pub(crate) fn decimal(
    sample: &Sample,
    first_row: usize,
    columns: &[usize],
    is_sheet: bool,
    notes: &mut Understanding,
) -> DecimalMark {
    let cells =
        || sample.rows.iter().skip(first_row).flat_map(|row| columns.iter().filter_map(|&column| row.get(column)));
    let marked = |mark| cells().filter(|cell| mark_of(cell) == Some(mark)).count();
    let (commas, points) = (marked(DecimalMark::Comma), marked(DecimalMark::Point));
    // Cells whose mark may as well stand between thousands: 1,234 or 12.345, and never 0,380.
    let thousands = cells().filter(|cell| may_be_thousands(cell)).count();
    if sample.delimiter == b',' && commas > 0 && points == 0 && thousands == commas {
        notes.doubt(
            "decimal",
            "point",
            format!("commas stand before three digits in all {commas} cells"),
            said::doubt_decimal_comma(),
        );
        return DecimalMark::Point;
    }
    if commas.max(points) > 0 && commas.min(points) == 0 && thousands == commas.max(points) && !is_sheet {
        let mark = if commas > 0 { DecimalMark::Comma } else { DecimalMark::Point };
        let word = if commas > 0 { "comma" } else { "point" };
        let ground = format!("the mark of all {thousands} numbers that have one");
        notes.doubt("decimal", word, ground, said::doubt_thousands());
        return mark;
    }
    let ground = format!("{commas} numbers with a comma and {points} with a point");
    match (commas, points) {
        (0, 0) => notes.note("decimal", "point", "no number has decimals"),
        (1.., _) if is_sheet => {
            notes.note("decimal", "comma", format!("{commas} numbers typed with a comma"));
            return DecimalMark::Comma;
        }
        (_, 0) => notes.note("decimal", "comma", ground),
        (0, _) => notes.note("decimal", "point", ground),
        _ => notes.doubt("decimal", if commas > points { "comma" } else { "point" }, ground, said::doubt_two_marks()),
    }
    if commas > points { DecimalMark::Comma } else { DecimalMark::Point }
}

/// Whether a cell is a number with a decimal mark.
pub(crate) fn has_mark(cell: &str) -> bool {
    mark_of(cell).is_some()
}

/// Whether a number with one mark may be a whole one in thousands.
pub(crate) fn may_be_thousands(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let Some((whole, group)) = digits.split_once([',', '.']) else { return false };
    mark_of(cell).is_some() && group.len() == 3 && whole.len() <= 3 && !whole.starts_with('0')
}

/// The digits of a number with an exponent or with its unit behind it: `3,4E-01`, `0.35 kWh`.
pub(crate) fn number_of(cell: &str) -> &str {
    let end = cell.find(|c: char| c.is_alphabetic()).unwrap_or(cell.len());
    let (digits, rest) = cell.split_at(end);
    let exponent = rest.strip_prefix(['E', 'e']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    let is_exponent = exponent.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits.is_empty() && (is_exponent || unit_in(rest).is_some()) { digits.trim_end() } else { cell }
}

/// The decimal mark of a number; `None` for anything else and for whole numbers.
fn mark_of(cell: &str) -> Option<DecimalMark> {
    let cell = number_of(cell);
    let digits: String = cell.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let digits = digits.strip_prefix(['-', '−', '–']).unwrap_or(&digits);
    let place = digits.rfind([',', '.'])?;
    let (whole, decimals) = (&digits[..place], &digits[place + 1..]);
    let mark = if digits[place..].starts_with(',') { DecimalMark::Comma } else { DecimalMark::Point };
    let other = if mark == DecimalMark::Comma { '.' } else { ',' };
    // A second mark of the same kind is a date; one of the other kind separates thousands.
    let numeric = whole.chars().all(|c| c.is_ascii_digit() || c == other) && !whole.is_empty() && !decimals.is_empty();
    let groups = !whole.contains(other) || whole.split(other).skip(1).all(|group| group.len() == 3);
    (numeric && groups && decimals.bytes().all(|byte| byte.is_ascii_digit())).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter_of(text: &str) -> Delimiter {
        delimiter(text, true, &mut Understanding::default())
    }

    #[test]
    fn a_semicolon_beside_decimal_commas_separates_fields() {
        assert_eq!(
            delimiter_of("id;time;kwh\nA;2025-03-01 00:00;0,25\nA;2025-03-01 00:30;0,5\n"),
            Delimiter::Semicolon
        );
    }

    #[test]
    fn title_lines_and_a_lonely_comma_do_not_mislead() {
        let text = "Report, made on \
                    Monday\n\nid\ttime\tkwh\nA\t01.03.2025\t0,25\nA\t02.03.2025\t0,5\nB\t01.03.2025\t1,5\nB\t02.03.2025\t2,5\nC\t01.03.2025\t2,5\nC\t02.03.2025\t2,5\n";
        assert_eq!(delimiter_of(text), Delimiter::Tab);
    }

    #[test]
    fn decimal_marks_are_told_from_dates_and_thousands() {
        assert_eq!(mark_of("0,25"), Some(DecimalMark::Comma));
        assert_eq!(mark_of("1 234,5"), Some(DecimalMark::Comma));
        assert_eq!(mark_of("1,234.5"), Some(DecimalMark::Point));
        assert_eq!((mark_of("01.03.2025"), mark_of("12"), mark_of("A.5")), (None, None, None));
    }
}
