//! Counters: by tariff or over all, at one date a row or at both ends of a period.
//!
//! The counter over all tariffs wins; where there is none the tariffs are added. Where tariffs
//! stand in rows of their own, rows of one meter follow one another.

use std::collections::BTreeMap;

use super::parser::Parser;
use super::row_walk::each_row;
use crate::domain::{RejectCode, Timestamp};
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::{CounterColumns, CounterDate, CounterGroup};
use crate::ingest::text::columns::Value;

/// Words for the zone of all tariffs.
const ALL_ZONES: [&str; 9] = ["общая", "общий", "всего", "сумма", "т сумм", "сумма тарифов", "total", "sum", "все"];

/// Counters of one meter, by time, on their way: over all, and by tariff.
#[derive(Default)]
struct Waiting {
    key: Option<u32>,
    at: BTreeMap<Timestamp, (Option<f64>, Option<f64>)>,
}

impl<'a> Parser<'a> {
    /// Reads rows of counters. Returns their number.
    pub(crate) fn counters(&mut self, text: &'a [u8], has_head: bool, columns: &CounterColumns) -> u64 {
        let mut waiting = Waiting::default();
        let rows = each_row(self, text, has_head, |parser, index, fields| {
            if let Err(refused) = parser.counter_row(index, fields, columns, &mut waiting) {
                parser.refuse(index, refused);
            }
        });
        self.flush(&mut waiting);
        rows
    }

    fn counter_row(
        &mut self,
        index: usize,
        fields: &[&[u8]],
        columns: &CounterColumns,
        waiting: &mut Waiting,
    ) -> Result<(), Refused> {
        self.check_width(fields)?;
        let key = self.key(fields)?;
        let ratio = columns
            .ratios
            .iter()
            .try_fold(1.0, |ratio, &column| Ok::<f64, Refused>(ratio * self.ratio(fields[column])?))?;
        let is_all = columns.zone.is_none_or(|zone| {
            let word = self.plan.text(fields[zone]).trim().to_lowercase();
            ALL_ZONES.contains(&word.as_str())
        });
        if waiting.key != Some(key) || columns.zone.is_none() {
            self.flush(waiting);
            waiting.key = Some(key);
        }
        for group in &columns.groups {
            let Some(counter) = self.counter(index, fields, group, ratio)? else { continue };
            let at = self.counter_date(fields, group)?;
            let held = waiting.at.entry(at).or_default();
            if is_all {
                held.0 = Some(counter);
            } else {
                held.1 = Some(held.1.unwrap_or(0.0) + counter);
            }
        }
        Ok(())
    }

    /// The counter of a group; `None` when no cell holds one.
    fn counter(
        &mut self,
        index: usize,
        fields: &[&[u8]],
        group: &CounterGroup,
        ratio: f64,
    ) -> Result<Option<f64>, Refused> {
        let factor = self.plan.factor * ratio;
        let read = |parser: &Self, column: usize| parser.value(fields[column], Value::Register(column), factor);
        if let Some(column) = group.total {
            match read(self, column) {
                Ok(total) if !total.is_nan() => return Ok(Some(total)),
                Ok(_) => {}
                Err(refused) if group.tariffs.is_empty() => return Err(refused),
                Err(refused) => self.refuse(index, refused),
            }
        }
        let mut sum = None;
        for &column in &group.tariffs {
            let tariff = read(self, column)?;
            if !tariff.is_nan() {
                sum = Some(sum.unwrap_or(0.0) + tariff);
            }
        }
        Ok(sum)
    }

    fn counter_date(&mut self, fields: &[&[u8]], group: &CounterGroup) -> Result<Timestamp, Refused> {
        match group.at {
            CounterDate::Day(day) => Ok(self.calendar.day_start(day)),
            CounterDate::Stamp(stamp) if fields[stamp.date].trim_ascii().is_empty() => {
                Err((RejectCode::TIME_UNREADABLE, said::counter_without_date()))
            }
            CounterDate::Stamp(stamp) => self.instant(fields, stamp.columns()),
        }
    }

    fn flush(&mut self, waiting: &mut Waiting) {
        let Some(key) = waiting.key.take() else { return };
        for (at, (all, by_tariff)) in std::mem::take(&mut waiting.at) {
            if let Some(counter) = all.or(by_tariff) {
                self.registers.key.push(key);
                self.registers.at.push(at);
                self.registers.register_kwh.push(counter);
            }
        }
    }
}
