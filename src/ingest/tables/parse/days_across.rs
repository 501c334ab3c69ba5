//! Days across, and the slots of a day down: turned so that the readings of a usage point follow
//! one another in time.

use std::collections::BTreeMap;

use super::parser::Parser;
use super::row_walk::each_row;
use crate::domain::{CivilDay, KeyRun, Minute, NO_READING, RejectCode, TimeRun, Timestamp, push_time};
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::DayColumns;
use crate::ingest::tables::understand::slot_name::{SlotName, slot_name, slot_number};
use crate::ingest::text::columns::Value;
use crate::ingest::text::odd_day::{Numbering, OddDay, Seen};

/// A row: its place, seconds from midnight to its beginning, whether it is the second of its hour,
/// and the values of the days.
struct SlotRow {
    index: usize,
    second: i64,
    is_second: Option<bool>,
    values: Vec<f32>,
}

impl<'a> Parser<'a> {
    /// Reads rows of slots. Returns their number.
    pub(crate) fn days_across(&mut self, text: &'a [u8], has_head: bool, columns: &DayColumns) -> u64 {
        let mut points: BTreeMap<u32, Vec<SlotRow>> = BTreeMap::new();
        let rows = each_row(self, text, has_head, |parser, index, fields| {
            let row =
                parser.check_width(fields).and_then(|()| Ok((parser.key(fields)?, parser.begin(fields, columns)?)));
            let (key, (second, is_second)) = match row {
                Ok(row) => row,
                Err(refused) => return parser.refuse(index, refused),
            };
            let values = columns.days.iter().map(|&(column, _)| {
                let value = parser.value(fields[column], Value::Interval(column, parser.plan.unit), parser.plan.factor);
                value.map_or_else(
                    |refused| {
                        parser.refuse(index, refused);
                        NO_READING
                    },
                    |value| value as f32,
                )
            });
            let values = values.collect();
            points.entry(key).or_default().push(SlotRow { index, second, is_second, values });
        });
        for (key, slots) in &points {
            let before = self.intervals.value.len();
            for (place, (_, name)) in columns.days.iter().enumerate() {
                if let Some(day) = self.plan.form.day(name.as_bytes()) {
                    self.push_day(day, (place, slots), i64::from(columns.step_min.max(1)) * 60);
                }
            }
            let rows = (self.intervals.value.len() - before) as u32;
            self.intervals.keys.push(KeyRun { key: *key, rows });
        }
        rows
    }

    /// Seconds from midnight to the beginning of a row's slot, and whether it is the second of an
    /// hour that the clock shows twice.
    fn begin(&self, fields: &[&[u8]], columns: &DayColumns) -> Result<(i64, Option<bool>), Refused> {
        let text = self.plan.text(fields[columns.slot]);
        let step_s = i64::from(columns.step_min) * 60;
        let found = match self.plan.slots {
            Some(slots) => slot_number(&text)
                .map(|(number, is_second)| ((i64::from(number) - i64::from(slots.first)) * step_s, is_second)),
            None => match slot_name(&text) {
                // Midnight where stamps are ends is that of the end of the day.
                Some(SlotName::Clock(0)) if self.plan.shift_s > 0 => Some((86_400 - self.plan.shift_s, None)),
                Some(SlotName::Clock(minute)) => Some((i64::from(minute) * 60 - self.plan.shift_s, None)),
                _ => None,
            },
        };
        let unreadable = || (RejectCode::TIME_UNREADABLE, said::stamp(RejectCode::TIME_UNREADABLE, &text));
        found.filter(|(second, _)| *second >= 0).ok_or_else(unreadable)
    }

    /// Adds the readings of one day.
    fn push_day(&mut self, day: CivilDay, (place, slots): (usize, &[SlotRow]), step_s: i64) {
        let start = self.calendar.day_start(day);
        let odd = OddDay::of(self.calendar, day);
        let numbering = odd.as_ref().map(|odd| {
            let is_filled = |value: f32| !value.is_nan() && value != 0.0;
            let seen: Vec<Seen> = slots
                .iter()
                .map(|slot| Seen { second: slot.second, is_filled: is_filled(slot.values[place]) })
                .collect();
            let by_habit = match self.plan.slots {
                Some(slots) if slots.first == 1 => Numbering::Counted,
                _ => Numbering::ByBegin,
            };
            let has_letters = slots.iter().any(|slot| slot.is_second.is_some());
            if has_letters { Numbering::ByBegin } else { odd.numbering_of(&seen, 0).unwrap_or(by_habit) }
        });
        let mut last = Minute::from(start);
        for slot in slots {
            let at = match (&odd, numbering) {
                (Some(odd), Some(numbering)) => {
                    odd.begin_of(self.calendar, (slot.second, 0), numbering, slot.is_second == Some(true))
                }
                _ => (slot.second < 86_400 && slot.is_second != Some(true)).then_some(Timestamp(start.0 + slot.second)),
            };
            let value = slot.values[place];
            // Writers fill the hour that never was with blanks or zeros.
            let is_blank = value.is_nan() || value == 0.0;
            if at.is_none() && !is_blank && !crate::domain::is_no_reading(value) {
                let held = odd.as_ref().map_or(86_400, OddDay::length_s) / step_s;
                let number = (slot.second / step_s) as usize + 1;
                let detail = said::slot_never_was(number, day, held as usize);
                self.refuse(slot.index, (RejectCode::TIME_NEVER_WAS, detail));
            }
            last = at.map_or(last, Minute::from);
            push_time(&mut self.intervals.times, TimeRun { first: last, step: 0, rows: 1 });
            self.intervals.value.push(if at.is_some() { value } else { NO_READING });
        }
    }
}
