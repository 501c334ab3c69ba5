//! How a column writes its dates, decided on the whole column: one date whose day is above 12
//! settles it, so do dots, and so do neighbours that are one day apart in one reading and nothing
//! even in the other. Firsts of months are as even a series as days that follow one another.

use std::collections::BTreeSet;

use crate::domain::CivilDay;
use crate::ingest::text::stamp::StampForm;

/// What a column's dates say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// One form, and the ground.
    Form(StampForm, String),
    /// Day and month may be either; an example.
    Either(String),
    /// A stamp of no known form, and its place among the cells.
    Unknown(usize, String),
    /// No stamp at all.
    NoStamp,
}

/// Finds the form of the dates in a column's cells.
pub(crate) fn order_of<'a>(cells: impl Iterator<Item = &'a str>) -> DateOrder {
    let cells: Vec<(usize, &str)> = cells.enumerate().filter(|(_, cell)| !cell.is_empty()).collect();
    let Some((example, form)) = cells.iter().find_map(|(_, cell)| Some((*cell, StampForm::of(cell.as_bytes())?)))
    else {
        return cells
            .first()
            .map_or(DateOrder::NoStamp, |(place, cell)| DateOrder::Unknown(*place, (*cell).to_owned()));
    };
    match form {
        StampForm::DayFirst | StampForm::MonthFirst => day_or_month(&cells, example),
        other => DateOrder::Form(other, format!("as in `{example}`")),
    }
}

fn day_or_month(cells: &[(usize, &str)], example: &str) -> DateOrder {
    if let Some((form, ground)) = cells.iter().find_map(|(_, cell)| settled_by(cell)) {
        return DateOrder::Form(form, ground);
    }
    if example.contains('.') {
        return DateOrder::Form(
            StampForm::DayFirst,
            format!("dates with dots, as in `{example}`, are written day first"),
        );
    }
    let neighbours = |form: StampForm| {
        let days: Vec<CivilDay> = cells.iter().filter_map(|(_, cell)| form.day(cell.as_bytes())).collect();
        let distinct: BTreeSet<CivilDay> = days.iter().copied().collect();
        // Many stamps a day go on with the next day, and not with the next month.
        let are_days_full = days.len() >= MANY_A_DAY * distinct.len();
        let follows = |pair: &&[CivilDay]| are_neighbours(pair[0], pair[1], are_days_full);
        days.windows(2).filter(follows).count()
    };
    let (day_first, month_first) = (neighbours(StampForm::DayFirst), neighbours(StampForm::MonthFirst));
    if day_first != month_first {
        let form = if day_first > month_first { StampForm::DayFirst } else { StampForm::MonthFirst };
        return DateOrder::Form(
            form,
            format!(
                "read so, {} neighbouring rows are one day or one month apart, else {}",
                day_first.max(month_first),
                day_first.min(month_first)
            ),
        );
    }
    // An example that shows the difference.
    let differs = |cell: &&str| StampForm::DayFirst.day(cell.as_bytes()) != StampForm::MonthFirst.day(cell.as_bytes());
    DateOrder::Either(cells.iter().map(|(_, cell)| *cell).find(differs).unwrap_or(example).to_owned())
}

/// Stamps of a day, on average, that make it one of intervals.
const MANY_A_DAY: usize = 12;

/// Whether two days follow one another, or, where days alone are told, are the firsts of months
/// that do.
fn are_neighbours(a: CivilDay, b: CivilDay, are_days_full: bool) -> bool {
    let distance = (b.0 - a.0).abs();
    let are_months = (28..=31).contains(&distance) && a.date().day() == 1 && b.date().day() == 1;
    distance == 1 || (are_months && !are_days_full)
}

/// The form of a date that can be read in one way only, because one of its numbers is above 12.
pub(crate) fn settled_by(cell: &str) -> Option<(StampForm, String)> {
    let fits = |form: StampForm| form.fits(cell.as_bytes());
    match (fits(StampForm::DayFirst), fits(StampForm::MonthFirst)) {
        (true, false) => Some((StampForm::DayFirst, format!("`{cell}` is no date with the month first"))),
        (false, true) => Some((StampForm::MonthFirst, format!("`{cell}` is no date with the day first"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(cells: &[&str]) -> Option<StampForm> {
        match order_of(cells.iter().copied()) {
            DateOrder::Form(form, _) => Some(form),
            _ => None,
        }
    }

    #[test]
    fn one_day_above_twelve_settles_the_column() {
        assert_eq!(form(&["01/02/2025", "03/04/2025", "13/04/2025"]), Some(StampForm::DayFirst));
        assert_eq!(form(&["01/02/2025", "03/04/2025", "04/13/2025"]), Some(StampForm::MonthFirst));
    }

    #[test]
    fn neighbours_settle_what_no_number_does() {
        assert_eq!(form(&["01/02/2025 23:30", "02/02/2025 00:00"]), Some(StampForm::DayFirst));
        assert_eq!(form(&["02/01/2025 23:30", "02/02/2025 00:00"]), Some(StampForm::MonthFirst));
    }

    #[test]
    fn dots_are_day_first_and_firsts_of_months_are_no_days_in_a_row() {
        assert_eq!(form(&["01.01.2025", "01.02.2025", "01.03.2025"]), Some(StampForm::DayFirst));
        // Three days in January, or three months.
        assert_eq!(
            order_of(["01/01/2025", "01/02/2025", "01/03/2025"].into_iter()),
            DateOrder::Either("01/02/2025".to_owned())
        );
    }

    #[test]
    fn hours_of_the_first_days_of_a_year_are_no_firsts_of_months() {
        let stamps: Vec<String> =
            (0..72).map(|hour| format!("{:02}-01-2025 {:02}:00", 1 + hour / 24, hour % 24)).collect();
        assert_eq!(form(&stamps.iter().map(String::as_str).collect::<Vec<_>>()), Some(StampForm::DayFirst));
    }

    #[test]
    fn what_may_be_either_is_said_to_be() {
        assert_eq!(order_of(["01/02/2025", "05/07/2025"].into_iter()), DateOrder::Either("01/02/2025".to_owned()));
    }
}
