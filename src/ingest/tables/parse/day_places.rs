//! The instants of the slots of a day that stand in one row.
//!
//! On a day on which the clock changes a writer counts 23 or 25 hours, or leaves blanks or zeros
//! where the clock jumps: what fits the filled slots is taken.

use crate::domain::{Calendar, CivilDay, Timestamp, is_no_reading};
use crate::ingest::tables::plan::{Slot, SlotColumns};
use crate::ingest::text::odd_day::{Numbering, OddDay};

/// Instants of a row.
pub(crate) struct DayPlaces {
    /// One for each slot; `None` for a slot that the day does not have.
    pub(crate) instants: Vec<Option<Timestamp>>,
    /// Whether the row shows which of its hours are which.
    pub(crate) is_sure: bool,
}

/// The instants of the slots of a day. `values` are those of the slots, missing and zero ones among
/// them.
pub(crate) fn places_of(calendar: &Calendar, day: CivilDay, columns: &SlotColumns, values: &[f32]) -> DayPlaces {
    let second = |slot: &Slot| i64::from(slot.begin_min) * 60;
    let Some(odd) = OddDay::of(calendar, day) else {
        let start = calendar.day_start(day);
        let at = |slot: &Slot| {
            (slot.begin_min < 1440 && slot.is_second != Some(true)).then(|| Timestamp(start.0 + second(slot)))
        };
        return DayPlaces { instants: columns.slots.iter().map(at).collect(), is_sure: true };
    };
    let is_filled = |value: f32| !value.is_nan() && value != 0.0 && !is_no_reading(value);
    let any = |wanted: &dyn Fn(&Slot) -> bool| {
        columns.slots.iter().zip(values).any(|(slot, &value)| is_filled(value) && wanted(slot))
    };
    let has_letters = columns.slots.iter().any(|slot| slot.is_second.is_some());
    let by_habit = if columns.are_clocks { Numbering::ByBegin } else { Numbering::Counted };
    let (numbering, is_sure) = if has_letters {
        (Numbering::ByBegin, true)
    } else if odd.length_s() > 86_400 {
        // Twenty-four slots of a day of twenty-five hours: one holds two hours, or one is lost.
        let has_more = any(&|slot| slot.begin_min >= 1440);
        (if has_more { Numbering::Counted } else { Numbering::ByBegin }, has_more)
    } else {
        let tail = any(&|slot| second(slot) >= odd.length_s() && slot.begin_min < 1440);
        match (any(&|slot| odd.never_shows(second(slot))), tail) {
            (true, false) => (Numbering::Counted, true),
            (false, true) => (Numbering::ByBegin, true),
            (false, false) => (by_habit, columns.are_clocks),
            (true, true) => (by_habit, false),
        }
    };
    let at = |slot: &Slot| odd.begin_of(calendar, (second(slot), 0), numbering, slot.is_second == Some(true));
    DayPlaces { instants: columns.slots.iter().map(at).collect(), is_sure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(zone: &str, day: &str, are_clocks: bool, values: &[f32]) -> (Vec<Option<i64>>, bool) {
        let slot = |place: usize| Slot { column: place, begin_min: 60 * place as u32, is_second: None };
        let columns = SlotColumns {
            date: 0,
            slots: (0..values.len()).map(slot).collect(),
            step_min: 60,
            are_clocks,
            quality: None,
            channel: None,
            ratio: None,
        };
        let (calendar, day) = (Calendar::new(Some(zone)).unwrap(), CivilDay::parse(day).unwrap());
        let DayPlaces { instants, is_sure } = places_of(&calendar, day, &columns, values);
        let start = calendar.day_start(day).0;
        (instants.into_iter().map(|at| at.map(|at| (at.0 - start) / 3600)).collect(), is_sure)
    }

    fn without(place: usize) -> Vec<f32> {
        (0..24).map(|hour| if hour == place { 0.0 } else { 1.0 }).collect()
    }

    #[test]
    fn the_hour_without_a_value_is_the_one_that_never_was() {
        // Denver sets its clock forward from 02:00 to 03:00.
        let (instants, is_sure) = hours("America/Denver", "2025-03-09", true, &without(2));
        assert_eq!(
            (instants[1], instants[2], instants[3], instants[23], is_sure),
            (Some(1), None, Some(2), Some(22), true)
        );
        let (instants, is_sure) = hours("America/Denver", "2025-03-09", true, &without(23));
        assert_eq!((instants[2], instants[22], instants[23], is_sure), (Some(2), Some(22), None, true));
        assert!(!hours("America/Denver", "2025-03-09", false, &[1.0; 24]).1);
    }

    #[test]
    fn twenty_five_slots_are_counted_and_twenty_four_are_read_off_the_clock() {
        let (instants, is_sure) = hours("America/Denver", "2025-11-02", false, &[1.0; 25]);
        assert_eq!((instants[24], is_sure), (Some(24), true));
        let (instants, is_sure) = hours("America/Denver", "2025-11-02", false, &[1.0; 24]);
        assert_eq!((instants[1], instants[2], instants[23], is_sure), (Some(1), Some(3), Some(24), false));
    }
}
