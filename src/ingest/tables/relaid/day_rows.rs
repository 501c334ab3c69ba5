//! Days that stand in rows of their own above the times of day.

use super::lines::{Relaid, filled, joined, rewritten};
use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::tables::sample::Sample;
use crate::ingest::tables::understand::slot_name::{SlotName, slot_name};
use crate::ingest::text::stamp::StampForm;

/// Heading of the column that is added.
const HEADING: &str = "date";
/// Fewest times of day in sight.
const FEWEST_TIMES: usize = 4;

/// The table with a first column for the day.
pub(super) fn with_days(text: &str, delimiter: Delimiter, sample: &Sample, _: &str) -> Option<Relaid> {
    let days: Vec<usize> = (0..sample.rows.len()).filter(|&row| day_of(&sample.rows[row]).is_some()).collect();
    let header = (0..*days.first()?).rev().find(|&row| filled(&sample.rows[row]).count() >= 2)?;
    let below = || sample.rows.iter().skip(days[0]).filter(|row| filled(row).count() >= 2);
    let has_time = |row: &&Vec<String>| row.iter().any(|cell| is_time(cell)) && !row.iter().any(|cell| is_date(cell));
    let (times, all) = (below().filter(has_time).count(), below().count());
    if times < FEWEST_TIMES || times * 10 < all * 9 || days.len() * 3 > times.max(3) {
        return None;
    }
    let mut day = String::new();
    let again = rewritten(text, delimiter, |place, cells| {
        if place < header {
            return None;
        }
        if let Some(next) = day_of(cells).filter(|_| place > header) {
            day = next;
            return Some(String::new());
        }
        if filled(cells).count() < 2 {
            return None;
        }
        let first = if place == header { HEADING } else { &day };
        Some(joined(std::iter::once(first).chain(cells.iter().map(String::as_str)), delimiter))
    });
    Some((again, "dates", "rows that hold a day hold for the times below them"))
}

/// The day in a row that holds nothing else.
fn day_of(row: &[String]) -> Option<String> {
    let mut places = filled(row);
    let place = places.next()?;
    (places.next().is_none() && is_date(&row[place]) && !row[place].contains(':')).then(|| row[place].clone())
}

fn is_date(cell: &str) -> bool {
    cell.contains(|c: char| !c.is_ascii_digit())
        && !is_number(cell)
        && StampForm::of(cell.as_bytes()).is_some_and(|form| form.day(cell.as_bytes()).is_some())
}

fn is_number(cell: &str) -> bool {
    cell.replace(',', ".").parse::<f64>().is_ok()
}

fn is_time(cell: &str) -> bool {
    matches!(slot_name(cell), Some(SlotName::Clock(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_above_its_times_is_written_beside_each_of_them() {
        let text = "Fogyasztás\n\nIdő;kWh\n2025.03.01.;\n00:15;0,1\n00:30;0,2\n00:45;0,3\n2025.03.02.;\n00:15;0,4\n\
                    00:30;0,5\n00:45;0,6\nÖsszesen\n";
        let sample = Sample::of(text, Delimiter::Semicolon, true);
        let (again, ..) = with_days(text, Delimiter::Semicolon, &sample, "").unwrap();
        let lines: Vec<&str> = again.lines().collect();
        assert_eq!((lines[2], lines[3], lines[4]), ("date;Idő;kWh", "", "2025.03.01.;00:15;0,1"));
        assert_eq!((lines[10], lines[11]), ("2025.03.02.;00:45;0,6", "Összesen"));
    }

    #[test]
    fn a_title_with_a_day_and_rows_with_stamps_of_their_own_stay_as_they_are() {
        for text in [
            "Report\n01.03.2025\nid;time;kwh\nA;01.03.2025 00:00;1\nA;01.03.2025 01:00;1\nA;01.03.2025 02:00;1\n\
             A;01.03.2025 03:00;1\n",
            "date;kwh\n01.03.2025;1\n02.03.2025;2\n",
        ] {
            let sample = Sample::of(text, Delimiter::Semicolon, true);
            assert_eq!(with_days(text, Delimiter::Semicolon, &sample, ""), None);
        }
    }
}
