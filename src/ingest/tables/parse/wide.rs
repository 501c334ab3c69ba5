//! Many readings a row: the slots of a day, instants across, or usage points across.

use std::collections::HashMap;

use super::day_places::{DayPlaces, places_of};
use super::parser::Parser;
use super::row_walk::each_row;
use crate::domain::{CivilDay, KeyRun, Minute, NO_READING, ReadingQuality, RejectCode, TimeRun, Timestamp, push_time};
use crate::ingest::rejects::Refused;
use crate::ingest::said;
use crate::ingest::tables::plan::{AcrossColumns, Slot, SlotColumns, TimeColumns};
use crate::ingest::text::channel_words::ChannelWord;
use crate::ingest::text::columns::Value;

/// Columns of instants in the order of time.
pub(crate) struct TimeAxis {
    /// Column, and whether its instant is one.
    columns: Vec<(usize, bool)>,
    times: Vec<TimeRun>,
}

impl<'a> Parser<'a> {
    /// Adds a row of values that one usage point has, or as many places without a reading.
    fn push_row(&mut self, key: u32, times: &[TimeRun], values: Result<Vec<f32>, u32>) {
        let rows = match values {
            Ok(values) => {
                self.intervals.value.extend_from_slice(&values);
                for &run in times {
                    push_time(&mut self.intervals.times, run);
                }
                values.len() as u32
            }
            Err(rows) => {
                let before = self.intervals.times.last().map_or(Minute::default(), TimeRun::last);
                self.intervals.value.extend(std::iter::repeat_n(NO_READING, rows as usize));
                push_time(&mut self.intervals.times, TimeRun { first: before, step: 0, rows });
                rows
            }
        };
        match self.intervals.keys.last_mut() {
            Some(run) if run.key == key => run.rows += rows,
            _ => self.intervals.keys.push(KeyRun { key, rows }),
        }
    }

    /// A row of the slots of a local day.
    pub(crate) fn slot_row(&mut self, index: usize, fields: &[&[u8]], columns: &SlotColumns) {
        let first = self.intervals.len();
        match self.slots(index, fields, columns) {
            Ok((key, times, values, quality)) => {
                self.push_row(key, &times, Ok(values));
                self.set_quality(first, quality);
            }
            Err(refused) => {
                self.refuse(index, refused);
                let key = self.keys.of_row(fields);
                self.push_row(key, &[], Err(columns.slots.len() as u32));
                self.fill_quality();
            }
        }
    }

    fn slots(
        &mut self,
        index: usize,
        fields: &[&[u8]],
        columns: &SlotColumns,
    ) -> Result<(u32, Vec<TimeRun>, Vec<f32>, ReadingQuality), Refused> {
        self.check_width(fields)?;
        let key = self.key(fields)?;
        let date = fields[columns.date];
        let day = self.plan.form.day(date).ok_or_else(|| {
            (RejectCode::TIME_UNREADABLE, said::stamp(RejectCode::TIME_UNREADABLE, &self.plan.text(date)))
        })?;
        let channel = columns.channel.map_or(Ok(ChannelWord::Import), |column| self.channel(fields[column]))?;
        let factor = self.factor_of_row(fields, columns.ratio)?;
        let mut values = Vec::with_capacity(columns.slots.len());
        for slot in &columns.slots {
            let value = match self.value(fields[slot.column], Value::Interval(slot.column, self.plan.unit), factor) {
                _ if channel == ChannelWord::Passed => NO_READING,
                Ok(value) => (if channel == ChannelWord::Export { -value.abs() } else { value }) as f32,
                Err(refused) => {
                    self.refuse(index, refused);
                    NO_READING
                }
            };
            values.push(value);
        }
        let mut quality = columns.quality.map_or(ReadingQuality::Actual, |column| self.quality(fields[column]));
        let start = self.calendar.day_start(day);
        let length_s = self.calendar.day_start(CivilDay(day.0 + 1)).0 - start.0;
        let is_even = |(place, slot): (usize, &Slot)| {
            slot.begin_min == place as u32 * columns.step_min && slot.begin_min < 1440 && slot.is_second.is_none()
        };
        if length_s == 86_400 && columns.slots.iter().enumerate().all(is_even) {
            let times = TimeRun { first: start.into(), step: columns.step_min, rows: values.len() as u32 };
            return Ok((key, vec![times], values, quality));
        }
        let DayPlaces { instants, is_sure } = places_of(self.calendar, day, columns, &values);
        if !is_sure {
            // Which of its hours a writer doubled or left out cannot be told.
            quality = quality.min(ReadingQuality::Estimated);
        }
        let mut times = Vec::new();
        let mut last = Minute::from(start);
        for (place, (instant, value)) in instants.into_iter().zip(&mut values).enumerate() {
            // Writers fill the hour that never was with blanks or zeros.
            let is_blank = value.is_nan() || *value == 0.0;
            if instant.is_none() && !is_blank {
                let held = (length_s / 60 / i64::from(columns.step_min)).max(0) as usize;
                self.refuse(index, (RejectCode::TIME_NEVER_WAS, said::slot_never_was(place + 1, day, held)));
            }
            if instant.is_none() {
                *value = NO_READING;
            }
            last = instant.map_or(last, Minute::from);
            push_time(&mut times, TimeRun { first: last, step: 0, rows: 1 });
        }
        Ok((key, times, values, quality))
    }

    /// What makes the values of a row kWh or kW, its ratio of transformers included.
    fn factor_of_row(&self, fields: &[&[u8]], ratio: Option<usize>) -> Result<f64, Refused> {
        Ok(self.plan.factor * ratio.map_or(Ok(1.0), |column| self.ratio(fields[column]))?)
    }

    /// The instants of the header, in the order of time.
    pub(crate) fn time_axis(&mut self, columns: &TimeColumns) -> TimeAxis {
        let mut axis: Vec<(usize, Result<Timestamp, RejectCode>)> = Vec::new();
        for (column, text) in &columns.instants {
            let read = self.stamps.read(text.as_bytes()).map(|at| Timestamp(at.0 - self.plan.shift_s));
            axis.push((*column, read));
        }
        axis.sort_by_key(|(column, read)| (read.map_or(i64::MAX, |at| at.0), *column));
        let mut times = Vec::new();
        let mut last = Minute::default();
        for (_, read) in &axis {
            last = read.map_or(last, Minute::from);
            push_time(&mut times, TimeRun { first: last, step: 0, rows: 1 });
        }
        TimeAxis { columns: axis.into_iter().map(|(column, read)| (column, read.is_ok())).collect(), times }
    }

    /// A row of one usage point at all instants.
    pub(crate) fn time_row(&mut self, index: usize, fields: &[&[u8]], axis: &TimeAxis, columns: &TimeColumns) {
        let key =
            self.check_width(fields).and_then(|()| Ok((self.key(fields)?, self.factor_of_row(fields, columns.ratio)?)));
        match key {
            Ok((key, factor)) => {
                let mut values = Vec::with_capacity(axis.columns.len());
                for &(column, is_instant) in &axis.columns {
                    let value = self.value(fields[column], Value::Interval(column, self.plan.unit), factor);
                    let value = value.unwrap_or_else(|refused| {
                        self.refuse(index, refused);
                        f64::from(NO_READING)
                    });
                    values.push(if is_instant && !crate::domain::is_no_reading(value as f32) {
                        value as f32
                    } else {
                        NO_READING
                    });
                }
                self.push_row(key, &axis.times, Ok(values));
            }
            Err(refused) => {
                self.refuse(index, refused);
                let key = self.keys.of_row(fields);
                self.push_row(key, &[], Err(axis.columns.len() as u32));
            }
        }
    }

    /// Rows of instants with usage points across, turned so that the readings of a usage point lie
    /// together. Returns the number of rows.
    pub(crate) fn across(&mut self, text: &'a [u8], has_head: bool, columns: &AcrossColumns) -> u64 {
        let mut times: Vec<TimeRun> = Vec::new();
        let mut instants: Vec<Timestamp> = Vec::new();
        let mut values: Vec<f64> = Vec::new();
        let rows = each_row(self, text, has_head, |parser, index, fields| {
            let at = parser.check_width(fields).and_then(|()| parser.instant(fields, columns.stamp));
            let at = match at {
                Ok(at) => at,
                Err(refused) => return parser.refuse(index, refused),
            };
            push_time(&mut times, TimeRun { first: at.into(), step: 0, rows: 1 });
            instants.push(at);
            for (column, id) in &columns.meters {
                let meaning = if columns.are_counters {
                    Value::Register(*column)
                } else {
                    Value::Interval(*column, parser.plan.unit)
                };
                let value = parser.value(fields[*column], meaning, parser.plan.factor);
                let value = value.unwrap_or_else(|(code, detail)| {
                    parser.refuse(index, (code, said::of_usage_point(id, detail)));
                    f64::from(NO_READING)
                });
                // Every reading of an export channel has a sign, missing ones too.
                values.push(if columns.exports.contains(column) { -value.abs() } else { value });
            }
        });
        let meters = columns.meters.len();
        let mut keys: HashMap<&str, u32> = HashMap::new();
        for (place, (column, id)) in columns.meters.iter().enumerate().filter(|_| !instants.is_empty()) {
            let key = *keys.entry(id).or_insert_with(|| self.keys.ids.push(id));
            let of_meter = (0..instants.len()).map(|instant| values[instant * meters + place]);
            if columns.are_counters {
                // What was given back is counted apart, and is no load.
                let read = instants.iter().zip(of_meter).filter(|(_, value)| value.is_finite());
                for (&at, value) in read.filter(|_| !columns.exports.contains(column)) {
                    self.registers.key.push(key);
                    self.registers.at.push(at);
                    self.registers.register_kwh.push(value);
                }
                continue;
            }
            self.intervals.keys.push(KeyRun { key, rows: instants.len() as u32 });
            for &run in &times {
                push_time(&mut self.intervals.times, run);
            }
            self.intervals.value.extend(of_meter.map(|value| value as f32));
        }
        rows
    }
}
