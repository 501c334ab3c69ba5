//! Blocks of the slots of a day, or of the days of a month, below one another: hours 1 to 12, and
//! 13 to 24 in the next block.

use super::lines::{Relaid, filled, joined, rewritten};
use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::tables::sample::Sample;
use crate::ingest::tables::understand::slot_name::{SlotName, slot_name};
use crate::ingest::text::stamp::StampForm;

/// Fewest columns of a block.
const FEWEST: usize = 4;
/// Fewest columns of all blocks: a day of 23 hours.
const FEWEST_IN_ALL: usize = 23;

/// The heading of a block.
#[derive(Debug, PartialEq, Eq)]
struct Heading {
    /// Cells before the first slot.
    leading: Vec<String>,
    /// Number of the first slot, or its minutes.
    first: u32,
    step: u32,
    slots: Vec<String>,
}

/// The table with its blocks side by side.
pub(super) fn side_by_side(text: &str, delimiter: Delimiter, sample: &Sample, _: &str) -> Option<Relaid> {
    let mut blocks: Vec<Heading> = Vec::new();
    for heading in sample.rows.iter().filter_map(|row| heading_of(row)) {
        // The same blocks may come again for the next meter.
        if !blocks.iter().any(|known| known.first == heading.first) {
            blocks.push(heading);
        }
    }
    let (first, last) = (blocks.first()?, blocks.last()?);
    let goes_on = |pair: &[Heading]| {
        pair[1].first == pair[0].first + pair[0].slots.len() as u32 * pair[0].step && pair[1].step == pair[0].step
    };
    let count: usize = blocks.iter().map(|block| block.slots.len()).sum();
    let are_blocks = blocks.len() >= 2
        && first != last
        && count >= FEWEST_IN_ALL
        && blocks.windows(2).all(goes_on)
        && blocks.iter().all(|block| block.leading == first.leading);
    if !are_blocks {
        return None;
    }
    let width = first.leading.len();
    let names = names_of(&blocks, sample);
    let mut current: Option<usize> = None;
    let mut is_first = true;
    let again = rewritten(text, delimiter, |_, cells| {
        if let Some(heading) = heading_of(cells).filter(|heading| heading.leading == first.leading) {
            current = blocks.iter().position(|block| block.first == heading.first);
            let line = if is_first { joined(names.iter().map(String::as_str), delimiter) } else { String::new() };
            is_first = false;
            return Some(line);
        }
        let block = current?;
        if filled(cells).next().is_none_or(|place| place >= width) || filled(cells).all(|place| place < width) {
            return None;
        }
        let before: usize = blocks[..block].iter().map(|block| block.slots.len()).sum();
        let own = (0..blocks[block].slots.len()).map(|slot| cells.get(width + slot).map_or("", String::as_str));
        let blank = |count: usize| std::iter::repeat_n("", count);
        let line = cells[..width].iter().map(String::as_str).chain(blank(before)).chain(own);
        Some(joined(line.chain(blank(count - before - blocks[block].slots.len())), delimiter))
    });
    Some((again, "blocks", "blocks of slots below one another are put side by side"))
}

/// The headings of all columns. Bare numbers of the hours of a day are called hours, and the column
/// of days is called so, whatever the language: the layout has shown what they are.
fn names_of(blocks: &[Heading], sample: &Sample) -> Vec<String> {
    const MOST_HOURS: usize = 25;
    let leading = blocks[0].leading.iter().enumerate().map(|(column, name)| {
        let cells = || sample.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        let days = cells().filter(|cell| StampForm::of(cell.as_bytes()).is_some()).count();
        if days * 2 > cells().count() { "date".to_owned() } else { name.clone() }
    });
    let count: usize = blocks.iter().map(|block| block.slots.len()).sum();
    let slots = blocks.iter().flat_map(|block| &block.slots).map(|name| match name.parse::<u32>() {
        Ok(number) if count <= MOST_HOURS => format!("h{number}"),
        _ => name.clone(),
    });
    leading.chain(slots).collect()
}

/// The heading of a block: words, then slots that follow one another.
fn heading_of(row: &[String]) -> Option<Heading> {
    let number = |cell: &String| match slot_name(cell)? {
        SlotName::Clock(minute) => Some(minute),
        SlotName::Numbered(_, number) => Some(number),
    };
    let begin = (1..row.len()).find(|&place| number(&row[place]).is_some())?;
    let first = number(&row[begin])?;
    let step = number(row.get(begin + 1)?)?.checked_sub(first).filter(|step| *step > 0)?;
    let slots: Vec<String> = row[begin..]
        .iter()
        .enumerate()
        .take_while(|(place, cell)| number(cell) == Some(first + *place as u32 * step))
        .map(|(_, cell)| cell.clone())
        .collect();
    let is_word = |cell: &String| cell.contains(char::is_alphabetic);
    let leading = row[..begin].to_vec();
    let is_step = slots.iter().all(|slot| slot.contains(':')) || step == 1;
    (slots.len() >= FEWEST && is_step && leading.iter().any(is_word)).then_some(Heading { leading, first, step, slots })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Option<String> {
        let sample = Sample::of(text, Delimiter::Semicolon, true);
        side_by_side(text, Delimiter::Semicolon, &sample, "").map(|(again, ..)| again)
    }

    fn block(from: usize, to: usize) -> String {
        let numbers: Vec<String> = (from..=to).map(|hour| hour.to_string()).collect();
        let values: Vec<String> = (from..=to).map(|hour| format!("0,{hour}")).collect();
        format!("Day;{}\n2025-03-01;{}\n", numbers.join(";"), values.join(";"))
    }

    #[test]
    fn blocks_of_eight_hours_make_one_day_and_rows_keep_their_places() {
        let text = format!("Title\n{}\n{}\n{}", block(1, 8), block(9, 16), block(17, 24));
        let lines: Vec<String> = again(&text).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), text.lines().count());
        assert_eq!(lines[1].split(';').count(), 25);
        let cells: Vec<&str> = lines[5].split(';').collect();
        assert_eq!((cells[0], cells[8], cells[9], cells[16], cells[17]), ("2025-03-01", "", "0,9", "0,16", ""));
        assert_eq!(lines[4], "");
    }

    #[test]
    fn one_block_or_blocks_with_a_gap_stay_as_they_are() {
        assert_eq!(again(&block(1, 24)), None);
        assert_eq!(again(&format!("{}\n{}", block(1, 12), block(14, 24))), None);
    }
}
