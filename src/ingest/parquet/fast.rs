//! The fast lane of long Parquet: an id, a stamp and a number a row, read page by page into a
//! block.

use std::sync::PoisonError;

use parquet::errors::ParquetError;

use super::columns::{RawTimes, read_ids, read_times, read_values};
use super::layout::{FastColumns, Layout};
use super::naive_clock::NaiveClock;
use super::pages::{Column, Detour};
use crate::domain::{
    Calendar, Fact, IntervalBlock, Minute, NO_READING, Reject, RejectCode, TimeRun, is_no_reading, push_time,
};
use crate::ingest::error::IngestError;
use crate::ingest::format::BlockSink;
use crate::ingest::said;
use crate::ingest::text::columns::Value;
use crate::ingest::text::values::{ABSURD, is_absurd};

/// Why the fast lane ended.
pub(crate) enum FastError {
    File(IngestError),
    Detour(Detour),
}

impl From<Detour> for FastError {
    fn from(detour: Detour) -> Self {
        Self::Detour(detour)
    }
}

impl Layout {
    /// Reads a row group whose columns are usual ones.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or has pages of another kind.
    pub(crate) fn read_fast(
        &self,
        group: usize,
        columns: FastColumns,
        calendar: &Calendar,
        sink: &dyn BlockSink,
    ) -> Result<u64, FastError> {
        let open = self.open().map_err(FastError::File)?;
        let group_data = self.metadata.metadata().row_group(group);
        let column =
            |index| Column { file: &open, group: group_data, index, digest: Some(&self.digest), caps: self.caps };
        let unit = if let Value::Interval(_, unit) = self.columns.value { unit } else { crate::domain::Unit::Kwh };
        let mut block = self.used_blocks.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        block.clear();
        (block.file, block.unit) = (self.file, unit);
        let mut raw = Vec::new();
        read_ids(column(columns.id), &mut block.ids, &mut block.keys)?;
        read_times(column(columns.time), &mut raw)?;
        block.value.reserve(group_data.num_rows() as usize);
        read_values(column(columns.value), &mut block.value)?;
        let rows = block.value.len();
        let told = |rows: &mut dyn Iterator<Item = u32>| rows.map(|rows| rows as usize).sum::<usize>();
        let said = usize::try_from(group_data.num_rows()).unwrap_or(usize::MAX);
        if [told(&mut block.keys.iter().map(|run| run.rows)), told(&mut raw.iter().map(|run| run.rows)), rows]
            .iter()
            .any(|&rows| rows != said)
        {
            let error =
                ParquetError::General("the columns of a row group do not have as many rows as it says".to_owned());
            return Err(FastError::Detour(Detour::Damaged(error)));
        }
        let first_row = self.first_rows[group];
        let reject = |row: usize, code: RejectCode, detail: Fact| {
            sink.reject(Reject {
                file: self.path.display().to_string(),
                row: first_row + row as u64 + 1,
                code: code.0,
                detail,
                records: 1,
            });
        };
        check_ids(&mut block, &reject);
        place_times(&raw, columns, &mut NaiveClock::new(calendar, columns.exact), &mut block, &reject);
        check_values(&mut block, self.columns.value, &reject);
        sink.intervals(&block);
        self.used_blocks.lock().unwrap_or_else(PoisonError::into_inner).push(block);
        Ok(rows as u64)
    }
}

/// Turns stamps in the unit of the file into minutes of UTC; a run within one offset of the clock
/// stays a run.
fn place_times(
    raw: &[RawTimes],
    columns: FastColumns,
    clock: &mut NaiveClock,
    block: &mut IntervalBlock,
    reject: &dyn Fn(usize, RejectCode, Fact),
) {
    let per_minute = columns.per_second * 60;
    let mut row = 0;
    for run in raw {
        let last = run.first.saturating_add(run.step.saturating_mul(i64::from(run.rows) - 1));
        let whole_minutes = run.first % per_minute == 0 && run.step % per_minute == 0;
        // The clock is asked for every day of a run: one with more days than rows, or one that goes
        // backwards, is told row by row.
        let days = last.saturating_sub(run.first) / (per_minute * 24 * 60);
        let told_whole = whole_minutes && run.step >= 0 && days <= i64::from(run.rows);
        let offset = if told_whole {
            clock.common_offset(run.first.div_euclid(columns.per_second), last.div_euclid(columns.per_second))
        } else {
            None
        };
        if let Some(offset) = offset.filter(|offset| offset % 60 == 0) {
            let first = Minute((run.first / per_minute - offset / 60) as u32);
            push_time(&mut block.times, TimeRun { first, step: (run.step / per_minute) as u32, rows: run.rows });
            row += run.rows as usize;
            continue;
        }
        for place in 0..i64::from(run.rows) {
            let second = run.first.wrapping_add(run.step.wrapping_mul(place)).div_euclid(columns.per_second);
            let minute = clock.read(Some(second)).map_or_else(
                |code| {
                    if !is_no_reading(block.value[row]) {
                        reject(row, code, said::row_stamp(code));
                    }
                    block.value[row] = NO_READING;
                    block.times.last().map_or(Minute::default(), TimeRun::last)
                },
                Minute::from,
            );
            push_time(&mut block.times, TimeRun { first: minute, step: 0, rows: 1 });
            row += 1;
        }
    }
}

/// Rejects rows without an id.
fn check_ids(block: &mut IntervalBlock, reject: &dyn Fn(usize, RejectCode, Fact)) {
    if block.ids.iter().all(|id| !id.is_empty()) {
        return;
    }
    let mut row = 0;
    for run in &block.keys {
        let rows = row..row + run.rows as usize;
        row = rows.end;
        if block.ids.get(run.key).is_empty() {
            for row in rows {
                reject(row, RejectCode::ID_EMPTY, said::id_empty());
                block.value[row] = NO_READING;
            }
        }
    }
}

/// Rejects values that no meter records.
fn check_values(block: &mut IntervalBlock, value: Value, reject: &dyn Fn(usize, RejectCode, Fact)) {
    // A comparison with NaN is false. Without a branch for each value this costs next to nothing.
    let beyond = |values: &[f32]| values.iter().fold(false, |any, number| any | (number.abs() > ABSURD as f32));
    if block.value.chunks(1 << 12).any(beyond) {
        let absurd = |number: f32| !number.is_nan() && is_absurd(f64::from(number), value);
        for (row, number) in block.value.iter_mut().enumerate().filter(|(_, number)| absurd(**number)) {
            reject(row, RejectCode::VALUE_ABSURD, said::absurd(format!("{number:e}")));
            *number = NO_READING;
        }
    }
}
