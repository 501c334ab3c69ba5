//! Cells that name a slot of a day: `00:30`, `hour 1`, `H01`.

use crate::ingest::text::columns::plain;

/// How a row may name its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SlotName {
    /// Minutes after midnight.
    Clock(u32),
    /// A word and a number.
    Numbered(String, u32),
}

/// Whether a cell may name a slot of a day; a bare number may as well be a value and does not
/// count.
pub(crate) fn is_slot(cell: &str) -> bool {
    match slot_name(cell) {
        Some(SlotName::Numbered(word, _)) => !word.is_empty(),
        Some(SlotName::Clock(_)) => true,
        None => false,
    }
}

pub(crate) fn slot_name(cell: &str) -> Option<SlotName> {
    let first = cell.split(['-', '–']).next().unwrap_or(cell).trim();
    if let Some((hour, minute)) = first.split_once(':') {
        let minute = minute.split(':').next().unwrap_or(minute);
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        return (hour <= 24 && minute < 60).then(|| SlotName::Clock(hour * 60 + minute));
    }
    if let Some((number, word)) = cell.split_once(' ')
        && ["ч", "ч.", "час", "h"].contains(&word)
    {
        return number
            .parse()
            .ok()
            .filter(|number| (1..=25).contains(number))
            .map(|number| SlotName::Numbered("hour".to_owned(), number));
    }
    let word = cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = cell[word.len()..].parse().ok().filter(|number| *number <= 300)?;
    (word.len() <= 20 && !word.contains(['.', '/'])).then(|| SlotName::Numbered(plain(word), number))
}
