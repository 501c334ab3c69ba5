//! Days 1 to 31 or months across, whose month or year stands in the title or in the name of the
//! file.

use super::lines::{Relaid, joined, rewritten};
use crate::domain::CivilDay;
use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::tables::sample::Sample;
use crate::ingest::tables::understand::period::{month_in, month_of, years_in};

/// Fewest days of a month, and fewest months that make a heading.
const FEWEST_DAYS: usize = 28;
const FEWEST_MONTHS: usize = 3;

/// The table with whole dates in its heading.
pub(super) fn with_month(text: &str, delimiter: Delimiter, sample: &Sample, name: &str) -> Option<Relaid> {
    let (row, columns, is_month) = sample.top().iter().enumerate().find_map(|(row, cells)| {
        let days = days_across(cells).map(|columns| (row, columns, false));
        days.or_else(|| Some((row, months_across(cells)?, true)))
    })?;
    let title: Vec<String> = sample.rows[..row].iter().map(|row| row.join(" ")).collect();
    let title = title.join("\n");
    let dates: Vec<Option<CivilDay>> = if is_month {
        let year = [&title, name].into_iter().find_map(one_year);
        columns
            .iter()
            .map(|&column| {
                let cell = &sample.rows[row][column];
                let year = years_in(cell).first().copied().or(year)?;
                CivilDay::from_ymd(year, month_of(cell)? as i8, 1)
            })
            .collect()
    } else {
        let (first, _) = month_in(&title).or_else(|| month_in(name))?;
        let of_day =
            |place: usize| Some(CivilDay(first.0 + place as i32)).filter(|day| day.month_end() == first.month_end());
        (0..columns.len()).map(of_day).collect()
    };
    if dates.iter().flatten().count() < FEWEST_MONTHS {
        return None;
    }
    let again = rewritten(text, delimiter, |place, cells| {
        (place == row).then(|| {
            let named = |(column, cell): (usize, &String)| {
                let date = columns.iter().position(|&known| known == column).and_then(|known| dates[known]);
                date.map_or_else(|| cell.clone(), |date| date.to_string())
            };
            let names: Vec<String> = cells.iter().enumerate().map(named).collect();
            joined(names.iter().map(String::as_str), delimiter)
        })
    });
    Some((again, "dates", "days or months across, of the month or year in the title or the name"))
}

/// Columns of the days of a month, 1 and so on.
fn days_across(row: &[String]) -> Option<Vec<usize>> {
    let number = |place: usize| row[place].trim_end_matches('.').parse::<usize>().ok();
    let first = (1..row.len()).find(|&place| number(place) == Some(1))?;
    let columns: Vec<usize> =
        (first..row.len()).take_while(|&place| number(place) == Some(place - first + 1)).collect();
    (FEWEST_DAYS..=31).contains(&columns.len()).then_some(columns)
}

/// Columns of months by their names, in the order of the year.
fn months_across(row: &[String]) -> Option<Vec<usize>> {
    let columns: Vec<usize> = (1..row.len()).filter(|&place| month_of(&row[place]).is_some()).collect();
    let numbers: Vec<usize> = columns.iter().filter_map(|&place| month_of(&row[place])).collect();
    let follows = |pair: &[usize]| pair[1] == pair[0] % 12 + 1;
    (columns.len() >= FEWEST_MONTHS && numbers.windows(2).all(follows)).then_some(columns)
}

/// The one year that a text names.
fn one_year(text: &str) -> Option<i16> {
    let mut years = years_in(text);
    years.dedup();
    let &[year] = years.as_slice() else { return None };
    Some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str, name: &str) -> Option<String> {
        let sample = Sample::of(text, Delimiter::Semicolon, true);
        let (again, ..) = with_month(text, Delimiter::Semicolon, &sample, name)?;
        again.lines().find(|line| line.starts_with("Meter")).map(str::to_owned)
    }

    fn days(count: usize) -> String {
        (1..=count).map(|day| day.to_string()).collect::<Vec<_>>().join(";")
    }

    #[test]
    fn days_of_a_month_take_it_from_the_title_or_the_name() {
        let text = format!("Readings, February 2025\nMeter;{}\n17;{}\n", days(31), days(31));
        let found = header(&text, "").unwrap();
        assert!(
            found.starts_with("Meter;2025-02-01;2025-02-02;") && found.ends_with(";2025-02-28;29;30;31"),
            "{found}"
        );
        let text = format!("Meter;{}\n17;{}\n", days(30), days(30));
        assert!(header(&text, "апрель 2025.csv").unwrap().ends_with(";2025-04-30"));
        assert_eq!(header(&text, "dump.csv"), None, "nothing names the month");
        assert_eq!(header(&format!("March 2025\nMeter;{}\n17;1\n", days(24)), ""), None, "hours");
    }

    #[test]
    fn months_across_take_their_year_from_themselves_or_the_title() {
        let text = "Ведомость за 2024 год\nMeter;Январь;Февраль;Март;Итого\n17;1;2;3;6\n";
        assert_eq!(header(text, "").unwrap(), "Meter;2024-01-01;2024-02-01;2024-03-01;Итого");
        let text = "Meter;November 2024;December 2024;January 2025\n17;1;2;3\n";
        assert_eq!(header(text, "").unwrap(), "Meter;2024-11-01;2024-12-01;2025-01-01");
    }
}
