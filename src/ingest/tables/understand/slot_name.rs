//! Cells that name a slot of a day: `00:30`, `12:30 AM`, `hour 1`, `HE01`, `0-1`, `2B`, `HR0130`.

use crate::ingest::text::columns::plain;
use crate::ingest::text::dress::clock;
use crate::ingest::text::time_of_day::without_repeat;

/// How a row may name its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SlotName {
    /// Minutes after midnight.
    Clock(u32),
    /// A word and a number.
    Numbered(String, u32),
}

/// Largest number of a slot: five minutes of a day of 25 hours, or hours and minutes as in `2500`.
const MOST: u32 = 2500;

/// Whether a cell may name a slot of a day; a bare number may as well be a value and does not
/// count, nor does one with a word behind it.
pub(crate) fn is_slot(cell: &str) -> bool {
    match slot_name(cell) {
        Some(SlotName::Numbered(word, number)) => {
            number <= 300
                && !word.is_empty()
                && (cell.ends_with(|c: char| c.is_ascii_digit()) || hours_after(cell).is_some())
        }
        Some(SlotName::Clock(_)) => true,
        None => false,
    }
}

/// The name of a slot that a cell or heading holds.
pub(crate) fn slot_name(cell: &str) -> Option<SlotName> {
    if let Some(minute) = clock_in(cell) {
        return Some(SlotName::Clock(minute));
    }
    if cell.contains([':', '.', '/']) {
        return None;
    }
    if let Some(number) = hours_after(cell) {
        return (1..=25).contains(&number).then(|| SlotName::Numbered("hour".to_owned(), number));
    }
    let (word, number) = numbered(cell)?;
    (word.len() <= 40).then(|| SlotName::Numbered(plain(&word), number))
}

/// The number of a slot in a column of them, and whether it is the second of an hour that the clock
/// shows twice, where a letter says so. The words around it do not matter.
pub(crate) fn slot_number(cell: &str) -> Option<(u32, Option<bool>)> {
    let cell = cell.trim();
    if let Ok(number) = cell.parse::<u32>() {
        return (number <= 300).then_some((number, None));
    }
    if cell.len() > 40 || cell.contains([':', ',']) {
        return None;
    }
    let cell = cell.strip_suffix(".0").unwrap_or(cell);
    let (bare, is_second) = without_repeat(cell.as_bytes());
    let (_, number) = numbered(cell.get(..bare.len())?)?;
    (number <= 300).then_some((number, is_second))
}

/// Minutes of the one clock that a cell holds, or of the first where the second ends the slot.
fn clock_in(cell: &str) -> Option<u32> {
    let begin = cell.find(|c: char| c.is_ascii_digit())?;
    let (minute, rest) = clock(&cell[begin..].to_lowercase())?;
    // A date has more digits, before the clock or behind it.
    let end = rest.trim_start_matches([' ', '-', '–', '—']);
    let rest = if end.len() < rest.len() { clock(end).map_or(end.to_owned(), |(_, rest)| rest) } else { rest };
    (!rest.contains(|c: char| c.is_ascii_digit())).then_some(minute)
}

/// The number of `7 ч` and `7 h`.
fn hours_after(cell: &str) -> Option<u32> {
    let (number, word) = cell.split_once(' ')?;
    ["ч", "ч.", "час", "h"].contains(&word).then(|| number.parse().ok())?
}

/// The one number of a cell and the words around it; of `0-1` the first, with the end of a slot
/// behind it.
fn numbered(cell: &str) -> Option<(String, u32)> {
    let is_digit = |c: char| c.is_ascii_digit();
    let begin = cell.find(is_digit)?;
    let end = begin + cell[begin..].find(|c| !is_digit(c)).unwrap_or(cell.len() - begin);
    let number: u32 = cell[begin..end].parse().ok().filter(|number| *number <= MOST)?;
    let rest = &cell[end..];
    let after = rest.trim_start_matches(['-', '–', '—', ' ']);
    // `H00-H01`.
    let after = after.strip_prefix(cell[..begin].trim()).unwrap_or(after);
    let digits = after.find(|c| !is_digit(c)).unwrap_or(after.len());
    let rest = if digits > 0 {
        // A span of one hour, the last of which may end with 0.
        let next: u32 = after[..digits].parse().ok()?;
        let is_span = after.len() < rest.len() && (next == number + 1 || (number == 23 && next == 0));
        is_span.then_some(&after[digits..])?
    } else {
        rest
    };
    (!rest.contains(is_digit)).then(|| (format!("{}{rest}", &cell[..begin]), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_stand_alone_in_words_or_before_the_end_of_their_slot() {
        for (name, minute) in [
            ("00:30", 30),
            ("24:00", 1440),
            ("7:00-8:00", 420),
            ("kWh 13:45", 825),
            ("12:00 AM", 0),
            ("12:30 am", 30),
            ("1:00 PM", 780),
            ("Ora 00:15 – 00:30", 15),
            ("02h30", 150),
        ] {
            assert_eq!(slot_name(name), Some(SlotName::Clock(minute)), "{name}");
        }
        for name in ["2025-03-01 00:30", "01.03.2025 00:30", "00:30 01.03.2025", "4040409030:00", "27:00", "7:75"] {
            assert!(!matches!(slot_name(name), Some(SlotName::Clock(_))), "{name}");
        }
    }

    #[test]
    fn numbers_stand_before_behind_or_between_words() {
        let number = |name: &str| match slot_name(name) {
            Some(SlotName::Numbered(_, number)) => Some(number),
            _ => None,
        };
        let names = ["H01", "HE7", "3 ч", "0-1", "23-24", "23-0", "QTY_HR0130_KWH", "V24 kWh", "17", "H00-H01"];
        assert_eq!(names.map(number), [1, 7, 3, 0, 23, 23, 130, 24, 17, 0].map(Some));
        assert_eq!(["1.8.0", "A1 B2", "0-7", "kWh", "99999"].map(number), [None; 5]);
        assert!(is_slot("hour 1") && !is_slot("12") && !is_slot("5 kWh"));
    }

    #[test]
    fn a_letter_tells_hours_apart_that_come_twice() {
        let read = ["2", "2A", "HE02B", "02X", "02*", "Q17", "7.0"].map(|cell| slot_number(cell).unwrap());
        let expected =
            [(2, None), (2, Some(false)), (2, Some(true)), (2, Some(true)), (2, Some(true)), (17, None), (7, None)];
        assert_eq!(read, expected);
        assert_eq!(slot_number("301"), None);
    }
}
