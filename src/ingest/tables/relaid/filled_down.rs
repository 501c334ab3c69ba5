//! Usage points and days that stand in the first row of their block only.

use super::lines::{Relaid, filled, joined, rewritten};
use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::tables::sample::Sample;
use crate::ingest::tables::understand::settler::FOOTERS;
use crate::ingest::text::columns::{self, DATE, TIME, TIMESTAMP, USAGE_POINT};

/// The table with what is left off in the rows below written into each of them.
pub(super) fn filled_down(text: &str, delimiter: Delimiter, sample: &Sample, _: &str) -> Option<Relaid> {
    let usual: Vec<String> = [USAGE_POINT, TIMESTAMP, DATE, TIME]
        .into_iter()
        .flatten()
        .chain(columns::value_names())
        .map(|&name| name.to_owned())
        .collect();
    let (header, _) = sample.row_with(&usual)?;
    let names = &sample.rows[header];
    let id = columns::find(names, USAGE_POINT);
    // Without a column of times a day that is left off would be one of another kind.
    let time = columns::find(names, TIME);
    let day = columns::find(names, DATE).filter(|day| time.is_some_and(|time| time != *day));
    let wanted: Vec<usize> =
        [id, day].into_iter().flatten().filter(|&column| is_left_off(sample, header, column)).collect();
    if wanted.is_empty() {
        return None;
    }
    let mut held: Vec<String> = vec![String::new(); wanted.len()];
    let again = rewritten(text, delimiter, |place, cells| {
        if place <= header || filled(cells).next().is_none() {
            return None;
        }
        let is_footer = filled(cells).next().is_some_and(|first| is_footer(&cells[first]));
        if is_footer {
            return None;
        }
        let mut again = cells.to_vec();
        for (&column, held) in wanted.iter().zip(&mut held) {
            let Some(cell) = again.get_mut(column) else { continue };
            if cell.is_empty() { cell.clone_from(held) } else { held.clone_from(cell) }
        }
        let only_names = filled(cells).all(|place| wanted.contains(&place));
        if only_names {
            return Some(String::new());
        }
        (again != cells).then(|| joined(again.iter().map(String::as_str), delimiter))
    });
    Some((again, "blanks", "a usage point or day that is left off is that of the row above"))
}

/// Whether most rows leave a column off, and the first does not.
fn is_left_off(sample: &Sample, header: usize, column: usize) -> bool {
    let rows = || sample.rows.iter().skip(header + 1).filter(|row| filled(row).count() >= 1);
    let has = |row: &&Vec<String>| row.get(column).is_some_and(|cell| !cell.is_empty());
    let (named, all) = (rows().filter(has).count(), rows().count());
    named > 0 && named * 2 < all && rows().next().is_some_and(|row| has(&row))
}

fn is_footer(cell: &str) -> bool {
    let lower = cell.to_lowercase();
    FOOTERS.iter().any(|word| lower.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Option<String> {
        let sample = Sample::of(text, Delimiter::Semicolon, true);
        filled_down(text, Delimiter::Semicolon, &sample, "").map(|(again, ..)| again)
    }

    #[test]
    fn a_usage_point_and_a_day_hold_for_the_rows_below_them() {
        let text = "meter;date;time;kwh\n17;01.03.2025;00:00;1\n;;01:00;2\n;;02:00;3\n;02.03.2025;00:00;4\n;;01:00;5\n\
                    Total;;;15\n18;;;\n;01.03.2025;00:00;6\n;;01:00;7\n";
        let again = again(text).unwrap();
        let lines: Vec<&str> = again.lines().collect();
        assert_eq!(lines[3], "17;01.03.2025;02:00;3");
        assert_eq!(lines[5], "17;02.03.2025;01:00;5");
        assert_eq!((lines[6], lines[7], lines[9]), ("Total;;;15", "", "18;01.03.2025;01:00;7"));
    }

    #[test]
    fn a_few_rows_without_a_usage_point_are_not_given_one() {
        assert_eq!(again("meter;time;kwh\n17;2025-03-01 00:00;1\n;2025-03-01 01:00;2\n17;2025-03-01 02:00;3\n"), None);
    }
}
