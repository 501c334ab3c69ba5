//! Columns of the slots of a day: clocks, numbers, or hours and minutes as one number, at their
//! beginnings or ends.

use std::collections::BTreeMap;

use super::settler::Settler;
use super::slot_name::{SlotName, slot_name};
use crate::ingest::tables::plan::Slot;
use crate::ingest::text::time_of_day::without_repeat;

/// Fewest columns of one kind that make slots of a day: an hourly day on which the clock is set
/// forward.
pub(crate) const FEWEST_SLOTS: usize = 23;

const DAY_MIN: u32 = 1440;

/// The columns of the slots of a day.
pub(crate) struct DayColumns {
    /// In the order of the day.
    pub(crate) slots: Vec<Slot>,
    pub(crate) step_min: u32,
    /// Named by a clock, not by numbers.
    pub(crate) are_clocks: bool,
}

/// A column on its way: minutes or number, place, whether it is the second of its hour.
type Named = (u32, usize, Option<bool>);

/// Columns of the slots of a day; `None` where there are none.
pub(crate) fn slots_of_day(table: &Settler<'_>) -> Option<DayColumns> {
    let mut clock: Vec<Named> = Vec::new();
    let mut numbered: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for (column, name) in table.header.iter().enumerate().filter(|(_, name)| !table.is_ignored(name)) {
        let (bare, is_second) = without_repeat(name.as_bytes());
        let bare = name.get(..bare.len()).unwrap_or(name);
        match slot_name(bare) {
            // Midnight after other slots is the end of the last one.
            Some(SlotName::Clock(0)) if !clock.is_empty() => clock.push((DAY_MIN, column, is_second)),
            Some(SlotName::Clock(minute)) => clock.push((minute, column, is_second)),
            Some(SlotName::Numbered(word, number)) => {
                numbered.entry(word).or_default().push((number, column, is_second));
            }
            None => {}
        }
    }
    let longest = numbered.into_values().max_by_key(Vec::len).unwrap_or_default();
    if clock.len() >= longest.len() { of_clocks(clock) } else { of_digits(&longest).or_else(|| of_numbers(longest)) }
}

/// Slots named by a clock, at their ends where the first does not begin the day.
fn of_clocks(mut clock: Vec<Named>) -> Option<DayColumns> {
    clock.sort_unstable();
    let step_min = step_of(&clock)?;
    let ends = if clock[0].0 == 0 { 0 } else { step_min };
    let begins = clock.iter().all(|(minute, _, _)| minute % step_min == clock[0].0 % step_min);
    (begins && clock[0].0 == ends).then(|| DayColumns { slots: slots(&clock, ends), step_min, are_clocks: true })
}

/// Hours and minutes as one number, such as 0030 to 2400.
fn of_digits(numbers: &[Named]) -> Option<DayColumns> {
    let is_clock = numbers.iter().all(|(number, _, _)| number % 100 < 60)
        && numbers.iter().map(|(number, _, _)| *number).max()? >= 2300;
    let clock =
        numbers.iter().map(|&(number, column, is_second)| (number / 100 * 60 + number % 100, column, is_second));
    if is_clock { of_clocks(clock.collect()) } else { None }
}

/// Numbered slots, from 0 or 1 on; of numbers from elsewhere on the places count.
fn of_numbers(mut numbers: Vec<Named>) -> Option<DayColumns> {
    numbers.sort_unstable();
    let distinct = numbers.iter().filter(|(_, _, is_second)| *is_second != Some(true)).count();
    let step_min = step_of_count(distinct)?;
    let first = numbers[0].0;
    let last = numbers[numbers.len() - 1].0;
    let is_row = first <= 1 && (last - first) as usize + 1 == distinct;
    let named: Vec<Named> = if is_row {
        numbers.iter().map(|&(number, column, is_second)| ((number - first) * step_min, column, is_second)).collect()
    } else {
        let place = |(place, &(_, column, _)): (usize, &Named)| (place as u32 * step_min, column, None);
        numbers.iter().enumerate().map(place).collect()
    };
    Some(DayColumns { slots: slots(&named, 0), step_min, are_clocks: false })
}

fn slots(named: &[Named], ends: u32) -> Vec<Slot> {
    let slot = |&(minute, column, is_second): &Named| Slot { column, begin_min: minute - ends, is_second };
    named.iter().map(slot).collect()
}

/// Minutes of slots that are so many.
fn step_of_count(count: usize) -> Option<u32> {
    match count {
        0..FEWEST_SLOTS => None,
        23..=25 => Some(60),
        46..=50 => Some(30),
        92..=100 => Some(15),
        276..=300 => Some(5),
        count => Some(DAY_MIN / count.min(DAY_MIN as usize) as u32),
    }
}

/// The usual distance of clocks in order; `None` of fewer than a day has.
fn step_of(clock: &[Named]) -> Option<u32> {
    let count = clock.iter().filter(|(_, _, is_second)| *is_second != Some(true)).count();
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for pair in clock.windows(2).filter(|pair| pair[0].0 < pair[1].0) {
        *counts.entry(pair[1].0 - pair[0].0).or_insert(0) += 1;
    }
    let (step, _) = counts.into_iter().max_by_key(|&(_, count)| count)?;
    let fits = DAY_MIN.is_multiple_of(step) && count >= FEWEST_SLOTS && count * step as usize >= 23 * 60;
    fits.then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(numbers: impl Iterator<Item = u32>) -> Vec<Named> {
        numbers.enumerate().map(|(column, number)| (number, column, None)).collect()
    }

    fn begins(columns: Option<DayColumns>) -> Option<(u32, u32, u32)> {
        columns.map(|day| (day.step_min, day.slots[0].begin_min, day.slots[day.slots.len() - 1].begin_min))
    }

    #[test]
    fn clocks_at_beginnings_and_ends_are_the_same_slots() {
        assert_eq!(begins(of_clocks(named((0..48).map(|slot| slot * 30)))), Some((30, 0, 1410)));
        assert_eq!(begins(of_clocks(named((1..=96).map(|slot| slot * 15)))), Some((15, 0, 1425)));
        assert_eq!(begins(of_clocks(named((5..17).map(|slot| slot * 60)))), None, "half a day");
    }

    #[test]
    fn hours_and_minutes_as_one_number_are_clocks_and_may_have_a_hundredth_half_hour() {
        let ends = (1..=50).map(|slot| slot * 30 / 60 * 100 + slot * 30 % 60);
        assert_eq!(begins(of_digits(&named(ends))), Some((30, 0, 1470)));
        assert_eq!(begins(of_digits(&named((1..=24).map(|hour| hour * 100)))), Some((60, 0, 1380)));
        assert_eq!(begins(of_digits(&named(1..=96))), None);
    }

    #[test]
    fn numbers_count_from_0_or_1_and_an_hour_may_be_there_twice() {
        assert_eq!(begins(of_numbers(named(0..50))), Some((30, 0, 1470)));
        assert_eq!(begins(of_numbers(named(1..=25))), Some((60, 0, 1440)));
        let mut twice = named(1..=24);
        twice[2].2 = Some(false);
        twice.push((3, 24, Some(true)));
        let day = of_numbers(twice).unwrap();
        let third: Vec<_> = day.slots.iter().filter(|slot| slot.begin_min == 120).map(|slot| slot.is_second).collect();
        assert_eq!((day.slots.len(), third), (25, vec![Some(false), Some(true)]));
    }
}
