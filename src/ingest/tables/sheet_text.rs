//! The cells of a sheet as lines of text, and what the cells alone do not say: merged ranges and
//! formulas.

use std::fmt::Write as _;

use calamine::{Data, Dimensions, ExcelDateTime, Range};

use crate::domain::CivilDay;

/// The separator of cells, as `Delimiter::Cell` has it.
const CELL_END: char = '\u{1f}';
/// Rows over which an id is merged at the least: a heading is merged over two or three.
const FEWEST_MERGED: u32 = 4;
/// Columns at the left in which ids stand.
const LEFT: usize = 8;

/// The sheet as lines, one for each row from row 1 on, so that rejects name the rows that people
/// see.
pub(crate) fn text_of(range: &Range<Data>) -> String {
    let mut text = String::new();
    let first_row = range.start().map_or(0, |start| start.0);
    let first_column = range.start().map_or(0, |start| start.1);
    (0..first_row).for_each(|_| text.push('\n'));
    for row in range.rows() {
        (0..first_column).for_each(|_| text.push(CELL_END));
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(CELL_END);
            }
            push_cell(&mut text, cell);
        }
        text.push('\n');
    }
    text
}

fn push_cell(text: &mut String, cell: &Data) {
    match cell {
        Data::Empty | Data::Error(_) => {}
        Data::String(words) | Data::DateTimeIso(words) | Data::DurationIso(words) => {
            text.extend(words.trim().chars().map(|c| if c.is_control() { ' ' } else { c }));
        }
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            let _ = write!(text, "{number:.0}");
        }
        Data::Float(number) if is_rounded(*number) => text.push_str(&rounded_text(*number)),
        Data::Float(number) => {
            let _ = write!(text, "{number}");
        }
        Data::Int(number) => {
            let _ = write!(text, "{number}");
        }
        Data::Bool(yes) => text.push_str(if *yes { "1" } else { "0" }),
        Data::DateTime(at) => text.push_str(&stamp_text(at)),
    }
}

/// Whether a whole number has more digits than a workbook keeps, which are 15: those beyond are
/// zeros, or there are more than the number can hold.
fn is_rounded(number: f64) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.fract() == 0.0 && (number.abs() >= EXACT || (number.abs() >= 1e15 && number % 10.0 == 0.0))
}

/// A rounded number as workbooks show it, so that no id is made of it: `5.71313E+17`.
fn rounded_text(number: f64) -> String {
    let text = format!("{number:E}");
    let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E+{exponent}")
}

/// A serial date as `YYYY-MM-DD HH:MM:SS`, without the time at midnight; a bare time as `HH:MM:SS`,
/// up to 24:00:00.
fn stamp_text(at: &ExcelDateTime) -> String {
    /// 1970-01-01 in both ways of counting, days.
    const UNIX_1900: f64 = 25_569.0;
    const UNIX_1904: f64 = 24_107.0;
    let serial = at.as_f64();
    let clock = |second: i64| format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if !(0.0..=2_958_466.0).contains(&serial) {
        return format!("{serial}");
    }
    if serial <= 1.0 || at.is_duration() {
        return clock((serial * 86_400.0).round() as i64);
    }
    // The flag of the epoch is not public; the parts that the crate computes show it.
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    let by_1900 = CivilDay((serial - UNIX_1900).floor() as i32);
    let is_1904 = CivilDay::from_ymd(year as i16, month as i8, day as i8).is_some_and(|day| day.0 - by_1900.0 > 1000);
    let second = ((serial - if is_1904 { UNIX_1904 } else { UNIX_1900 }) * 86_400.0).round() as i64;
    let day = CivilDay(second.div_euclid(86_400) as i32);
    match second.rem_euclid(86_400) {
        0 => day.to_string(),
        second => format!("{day} {}", clock(second)),
    }
}

fn is_blank(cell: &Data) -> bool {
    match cell {
        Data::Empty => true,
        Data::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether a column at the left is blank in most rows, as it is where ids are merged over their
/// rows.
pub(crate) fn may_be_merged(range: &Range<Data>) -> bool {
    let (rows, columns) = range.get_size();
    (0..columns.min(LEFT)).any(|column| {
        let filled = (0..rows).filter(|&row| range.get((row, column)).is_some_and(|cell| !is_blank(cell))).count();
        filled > 1 && filled * 2 < rows
    })
}

/// Writes the cell of a range that is merged over many rows of one column into all of them.
pub(crate) fn fill_merged(range: &mut Range<Data>, merged: &[Dimensions]) {
    fill_merged_over(range, merged, FEWEST_MERGED, LEFT);
}

/// The same for cells merged over `fewest` rows or more, of as many cells as `columns` have.
pub(crate) fn fill_merged_over(range: &mut Range<Data>, merged: &[Dimensions], fewest: u32, columns: usize) {
    // Regions of a damaged file may lie over one another, as often as they like.
    let mut left = range.get_size().0 * columns;
    for region in merged
        .iter()
        .filter(|region| region.start.1 == region.end.1 && region.end.0.saturating_sub(region.start.0) + 1 >= fewest)
    {
        let last = range.end().map_or(0, |end| end.0).min(region.end.0);
        let Some(first) = range.get_value(region.start).cloned() else { continue };
        for row in region.start.0 + 1..=last {
            left = left.saturating_sub(1);
            if left == 0 {
                return;
            }
            if matches!(range.get_value((row, region.start.1)), Some(Data::Empty)) {
                range.set_value((row, region.start.1), first.clone());
            }
        }
    }
}

/// Whether a column has a heading and next to nothing below it but zeros, as it has where formulas
/// were never calculated.
pub(crate) fn may_be_uncalculated(range: &Range<Data>) -> bool {
    let (rows, columns) = range.get_size();
    let says_something = |cell: &Data| !is_blank(cell) && *cell != Data::Float(0.0);
    rows > 1
        && (0..columns).any(|column| {
            let filled = (0..rows).filter(|&row| range.get((row, column)).is_some_and(says_something)).count();
            filled > 0 && filled * 10 <= rows.max(20)
        })
}

/// Formulas without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uncalculated {
    pub(crate) cells: u64,
    /// The first of them, counted from 1.
    pub(crate) row: u64,
    /// They have one, and it is 0 in all formulas of the sheet.
    pub(crate) are_zero: bool,
}

/// Of the places of formulas those without a value, or all where every one has 0.
pub(crate) fn uncalculated(range: &Range<Data>, formulas: &[(u32, u32)]) -> Option<Uncalculated> {
    let open: Vec<u32> =
        formulas.iter().filter(|&&place| range.get_value(place).is_none_or(is_blank)).map(|(row, _)| *row).collect();
    let are_zero = open.is_empty() && formulas.iter().all(|&place| range.get_value(place) == Some(&Data::Float(0.0)));
    let rows = if are_zero { formulas.iter().map(|(row, _)| *row).collect() } else { open };
    rows.first().map(|&row| Uncalculated { cells: rows.len() as u64, row: u64::from(row) + 1, are_zero })
}

#[cfg(test)]
mod tests {
    use calamine::{Cell, ExcelDateTimeType};

    use super::*;

    fn stamp(serial: f64, is_1904: bool) -> String {
        stamp_text(&ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, is_1904))
    }

    #[test]
    fn numbers_beyond_the_digits_of_a_workbook_are_shown_as_rounded() {
        let shown = |number: f64| {
            let mut text = String::new();
            push_cell(&mut text, &Data::Float(number));
            text
        };
        assert_eq!(shown(571_313_174_000_000_000.0), "5.71313174E+17");
        assert_eq!(shown(4e16), "4.0E+16");
        assert_eq!(shown(1_234_567_890_123_450.0), "1.23456789012345E+15");
        assert_eq!(shown(1_234_567_890_123_457.0), "1234567890123457", "all of its digits are there");
        assert_eq!(shown(123_456_789_012_345.0), "123456789012345");
    }

    #[test]
    fn serial_dates_of_both_epochs_are_iso_text() {
        // 1 March 2025 is day 45,717 from 1900 and 44,255 from 1904.
        assert_eq!(stamp(45_717.0, false), "2025-03-01");
        assert_eq!(stamp(45_717.0 + 0.5 / 24.0, false), "2025-03-01 00:30:00");
        assert_eq!(stamp(44_255.0 + 0.5 / 24.0, true), "2025-03-01 00:30:00");
        assert_eq!((stamp(1.0, false), stamp(0.5, false)), ("24:00:00".to_owned(), "12:00:00".to_owned()));
    }

    #[test]
    fn a_cell_merged_over_many_rows_fills_them_and_a_heading_over_two_does_not() {
        let words = |text: &str| Data::String(text.to_owned());
        let cells = [(0, "Прибор"), (2, "17"), (6, "18")].map(|(row, text)| Cell::new((row, 0), words(text)));
        let mut range = Range::from_sparse(cells.into_iter().chain([Cell::new((9, 1), words("x"))]).collect());
        let merged = [(0, 1), (2, 5), (6, 20)].map(|(from, to)| Dimensions { start: (from, 0), end: (to, 0) });
        assert!(may_be_merged(&range));
        fill_merged(&mut range, &merged);
        let column: Vec<String> =
            (0..10).map(|row| range.get((row, 0)).map_or_else(String::new, ToString::to_string)).collect();
        assert_eq!(column, ["Прибор", "", "17", "17", "17", "17", "18", "18", "18", "18"]);
    }

    #[test]
    fn formulas_without_a_value_are_counted() {
        let range = Range::from_sparse(vec![Cell::new((0, 0), Data::Float(1.0)), Cell::new((2, 0), Data::Float(2.0))]);
        let formulas: Vec<(u32, u32)> = (0..4).map(|row| (row, 0)).collect();
        assert_eq!(uncalculated(&range, &formulas), Some(Uncalculated { cells: 2, row: 2, are_zero: false }));
    }
}
