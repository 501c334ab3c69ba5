//! Headings in two rows: groups of columns under a heading that is merged over them, such as the
//! hours of a day or the channels of a meter.

use super::headings::unit_in;
use super::slot_name::is_slot;
use crate::ingest::text::number::{Cell, cell};
use crate::ingest::text::stamp::StampForm;

/// Columns of bare numbers that are the hours of a day.
const FEWEST_HOURS: usize = 23;

/// Whether the row below a row of headings belongs to them: its cells are words under blanks of the
/// row above, and the rows of data begin below it.
pub(crate) fn goes_on_below(rows: &[Vec<String>], upper: usize) -> bool {
    let (Some(above), Some(below), Some(data)) = (rows.get(upper), rows.get(upper + 1), rows.get(upper + 2)) else {
        return false;
    };
    let at = |row: &[String], column: usize| row.get(column).is_some_and(|cell| !cell.is_empty());
    let columns: Vec<usize> = (0..below.len()).filter(|&column| at(below, column)).collect();
    let are_hours = columns.len() >= FEWEST_HOURS && columns.iter().all(|&column| is_number(&below[column]));
    let is_word = |column: usize| !is_number(&below[column]) || are_hours;
    // A heading of its own stands above one column only; a merged one above several.
    let is_merged = |column: usize| !at(above, column) || (!at(above, column + 1) && at(below, column + 1));
    let under_blank = columns.iter().filter(|&&column| !at(above, column)).count();
    let of_rows =
        (0..above.len()).filter(|&column| at(above, column) && !at(below, column)).any(|column| at(data, column));
    let holds_values = columns.iter().any(|&column| data.get(column).is_some_and(|cell| is_number(cell)));
    columns.len() >= 2
        && under_blank > 0
        && columns.iter().all(|&column| is_word(column) && is_merged(column))
        && of_rows
        && holds_values
}

/// Whether a row of headings holds one unit again and again, under names that differ.
pub(crate) fn are_units_below(above: &[String], below: &[String]) -> bool {
    let columns: Vec<usize> = (0..below.len()).filter(|&column| unit_in(&below[column]).is_some()).collect();
    let names: std::collections::BTreeSet<&String> = columns.iter().filter_map(|&column| above.get(column)).collect();
    columns.len() >= 2
        && columns.iter().all(|&column| below[column] == below[columns[0]])
        && names.len() == columns.len()
        && names.iter().all(|name| !name.is_empty())
}

/// Whether a heading in the lowest row says all: the one above is merged over the slots or days.
fn stands_alone(name: &str, lowest: &[String]) -> bool {
    let hours = || lowest.iter().filter(|cell| is_number(cell)).count() >= FEWEST_HOURS;
    (name.contains(':') && is_slot(name)) || StampForm::of(name.as_bytes()).is_some() || (is_number(name) && hours())
}

/// Header rows, one below the other, as one: a heading holds for the columns to its right that have
/// none.
pub(crate) fn join_header(rows: &[&Vec<String>], width: usize) -> Vec<String> {
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0).max(width);
    let mut names = vec![String::new(); width];
    for (level, row) in rows.iter().enumerate() {
        let below =
            |column: usize| rows[level + 1..].iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let mut heading = "";
        for (column, name) in names.iter_mut().enumerate() {
            let cell = row.get(column).map_or("", String::as_str);
            if level > 0 && level + 1 == rows.len() && stands_alone(cell, row) {
                name.clear();
            }
            if !cell.is_empty() {
                heading = cell;
            } else if level + 1 == rows.len() || !below(column) {
                heading = "";
            }
            if !heading.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(heading);
            }
        }
    }
    names
}

pub(crate) fn is_number(text: &str) -> bool {
    matches!(cell(text.as_bytes(), true), Cell::Number(_)) || matches!(cell(text.as_bytes(), false), Cell::Number(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Vec<String>> {
        lines.iter().map(|line| line.split(';').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn headings_hold_for_the_columns_to_their_right() {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        let upper = row(&["№", "Счётчик", "Начало 01.03.2025", "", "Конец 01.04.2025", "", "ТП"]);
        let lower = row(&["", "", "Т1", "Общая", "Т1", "Общая", ""]);
        assert_eq!(
            join_header(&[&upper, &lower], 7),
            [
                "№",
                "Счётчик",
                "Начало 01.03.2025 Т1",
                "Начало 01.03.2025 Общая",
                "Конец 01.04.2025 Т1",
                "Конец 01.04.2025 Общая",
                "ТП"
            ]
        );
    }

    #[test]
    fn headings_merged_over_columns_go_on_below() {
        assert!(goes_on_below(
            &rows(&["№;ПУ;Дата;Интервалы;;", ";;;0:00-0:30;0:30-1:00;1:00-1:30", "1;17;01.03.2025;0,1;0,2;0,3"]),
            0
        ));
        assert!(goes_on_below(&rows(&["Дата;Время;17;;18;", ";;A+;A-;A+;A-", "01.03.2025;0:00;0,1;0;0,2;0"]), 0));
    }

    #[test]
    fn rows_of_units_numbers_and_data_do_not() {
        for below in [";;;кВт*ч", "1;2;3;4", "17;01.03.2025;0:00;0,1", ";;;", "Итого;;;0,1"] {
            assert!(!goes_on_below(&rows(&["ПУ;Дата;Время;Расход", below, "17;01.03.2025;0:30;0,2"]), 0), "{below}");
        }
    }
}
