//! Long Parquet: one reading a row.
//!
//! Row groups are read in parallel, only the needed columns, ids as dictionary keys, so that no string is made per row.

use std::fs::File;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType, UInt16Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use crate::domain::{Calendar, IntervalBlock, LocalStamp, RegisterBlock, Reject, RejectCode, Resolved, Timestamp, Unit, UsagePointId};

use super::columns::{ReadingColumns, Value, reading_columns};
use super::long_csv::{is_absurd, is_export, quality, stamp_detail};
use super::stamp::{StampForm, StampReader};
use super::{BlockSink, Format, IngestError, Source};

/// Rows decoded at a time.
const BATCH: usize = 1 << 16;

/// The format.
#[derive(Debug)]
pub(super) struct LongParquet;

impl Format for LongParquet {
    fn name(&self) -> &'static str {
        "long parquet"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn read(&self, file: &Source, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let layout = Layout::of(file)?;
        let groups = layout.metadata.metadata().num_row_groups();
        let first_rows: Vec<u64> = (0..groups)
            .scan(0, |next, group| {
                let first = *next;
                *next += layout.metadata.metadata().row_group(group).num_rows() as u64;
                Some(first)
            })
            .collect();
        let counts: Vec<Result<u64, IngestError>> =
            first_rows.par_iter().enumerate().map(|(group, &first)| layout.read_group(file, group, first, calendar, sink)).collect();
        counts.into_iter().sum()
    }
}

/// Where the columns are, and the schema with ids as dictionary.
struct Layout {
    metadata: ArrowReaderMetadata,
    names: Vec<String>,
    columns: ReadingColumns,
}

impl Layout {
    fn of(file: &Source) -> Result<Self, IngestError> {
        let open = File::open(file.path).map_err(|source| IngestError::Io { path: file.path.to_path_buf(), source })?;
        let damaged = |source| IngestError::Parquet { path: file.path.to_path_buf(), source };
        let plain = ArrowReaderMetadata::load(&open, ArrowReaderOptions::new()).map_err(damaged)?;
        let names: Vec<String> = plain.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns = reading_columns(file.path, &names)?;
        let fields: Vec<Field> = plain
            .schema()
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let field = field.as_ref().clone();
                let text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
                if index == columns.usage_point && text { field.with_data_type(dictionary()) } else { field }
            })
            .collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::load(&open, options).map_err(damaged)?;
        Ok(Self { metadata, names, columns })
    }

    fn read_group(&self, file: &Source, group: usize, first_row: u64, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let path = file.path.to_path_buf();
        let open = File::open(file.path).map_err(|source| IngestError::Io { path: path.clone(), source })?;
        let c = &self.columns;
        let wanted = [Some(c.usage_point), Some(c.timestamp), Some(c.value.column()), c.duration_min, c.quality, c.channel];
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), wanted.into_iter().flatten());
        let damaged = |source| IngestError::Parquet { path: path.clone(), source };
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(open, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(BATCH)
            .build()
            .map_err(damaged)?;
        let mut rows = 0;
        for batch in reader {
            let batch = batch.map_err(|error| damaged(parquet::errors::ParquetError::General(error.to_string())))?;
            Batch { file, layout: self, calendar, sink, first_row: first_row + rows }.deliver(&batch)?;
            rows += batch.num_rows() as u64;
            if sink.stopped() {
                break;
            }
        }
        Ok(rows)
    }
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// One decoded batch on its way into a block.
struct Batch<'a> {
    file: &'a Source<'a>,
    layout: &'a Layout,
    calendar: &'a Calendar,
    sink: &'a dyn BlockSink,
    first_row: u64,
}

impl Batch<'_> {
    fn deliver(&self, batch: &RecordBatch) -> Result<(), IngestError> {
        let c = &self.layout.columns;
        let (ids, keys) = self.ids(batch)?;
        let at = self.stamps(batch)?;
        let value = self.cast(batch, c.value.column(), &DataType::Float64, "a number")?;
        let value = value.as_primitive::<Float64Type>();
        let quality = c.quality.map(|column| self.words(batch, column)).transpose()?;
        let channel = c.channel.map(|column| self.words(batch, column)).transpose()?;
        let duration = c.duration_min.map(|column| self.cast(batch, column, &DataType::UInt16, "whole minutes")).transpose()?;
        let unit = if let Value::Interval(_, unit) = c.value { unit } else { Unit::Kwh };
        let mut intervals = IntervalBlock { file: Some(self.file.ix), unit, ..IntervalBlock::default() };
        let mut registers = RegisterBlock { file: Some(self.file.ix), ..RegisterBlock::default() };
        for row in 0..batch.num_rows() {
            let number = if value.is_null(row) { f64::NAN } else { value.value(row) };
            let (Some(key), Some(at)) = (self.checked_key(keys[row], row), self.checked(at[row], row)) else { continue };
            if !number.is_nan() && is_absurd(number, c.value) {
                self.reject(row, RejectCode::VALUE_ABSURD, format!("{number:e} is beyond anything a meter records; check the unit"));
                continue;
            }
            if matches!(c.value, Value::Register(_)) {
                registers.key.push(key);
                registers.at.push(at);
                registers.register_kwh.push(number);
                continue;
            }
            let exported = channel.as_ref().is_some_and(|words| is_export(&words[row]));
            intervals.key.push(key);
            intervals.start.push(at);
            intervals.value.push(if exported { -number.abs() } else { number } as f32);
            if let Some(words) = &quality {
                intervals.quality.push(self::quality(&words[row]));
            }
            if let Some(duration) = &duration {
                let minutes = duration.as_primitive::<UInt16Type>();
                intervals.duration_min.push(if minutes.is_null(row) { 0 } else { minutes.value(row) });
            }
        }
        self.send(ids, intervals, registers);
        Ok(())
    }

    fn send(&self, ids: Vec<UsagePointId>, mut intervals: IntervalBlock, mut registers: RegisterBlock) {
        self.sink.progress((intervals.len() + registers.key.len()) as u64);
        if !registers.key.is_empty() {
            registers.ids.clone_from(&ids);
            self.sink.registers(registers);
        }
        if !intervals.is_empty() {
            intervals.ids = ids;
            self.sink.intervals(intervals);
        }
    }

    /// The distinct ids of the batch and a key for every row; `None` where there is no id.
    fn ids(&self, batch: &RecordBatch) -> Result<(Vec<UsagePointId>, Vec<Option<u32>>), IngestError> {
        let column = self.column(batch, self.layout.columns.usage_point)?;
        let column = if matches!(column.data_type(), DataType::Dictionary(..)) { column } else { self.as_text(&column)? };
        let coded = if column.data_type() == &dictionary() {
            column
        } else {
            arrow_cast::cast(&column, &dictionary()).map_err(|_| self.wrong_type(self.layout.columns.usage_point, column.data_type(), "text"))?
        };
        let coded = coded.as_dictionary::<Int32Type>();
        let values = coded.values().as_string::<i32>();
        // Only ids that occur are made: a batch can carry the dictionary of a whole row group.
        let mut place: Vec<Option<u32>> = vec![None; values.len()];
        let mut ids: Vec<UsagePointId> = Vec::new();
        let keys = coded
            .keys()
            .iter()
            .map(|key| {
                let key = usize::try_from(key?).ok()?;
                let text = if values.is_null(key) { "" } else { values.value(key).trim() };
                if text.is_empty() {
                    return None;
                }
                Some(*place[key].get_or_insert_with(|| {
                    ids.push(Arc::from(text));
                    ids.len() as u32 - 1
                }))
            })
            .collect();
        Ok((ids, keys))
    }

    /// The instant of every row, or why there is none.
    fn stamps(&self, batch: &RecordBatch) -> Result<Vec<Result<Timestamp, RejectCode>>, IngestError> {
        let index = self.layout.columns.timestamp;
        let column = self.column(batch, index)?;
        match column.data_type().clone() {
            DataType::Timestamp(_, zone) => {
                let seconds = arrow_cast::cast(&column, &DataType::Timestamp(TimeUnit::Second, zone.clone()))
                    .map_err(|_| self.wrong_type(index, column.data_type(), "a time stamp"))?;
                let seconds = seconds.as_primitive::<TimestampSecondType>();
                let mut clock = NaiveClock::new(self.calendar, zone.is_some());
                Ok(seconds.iter().map(|second| clock.read(second)).collect())
            }
            DataType::Date32 | DataType::Date64 => {
                let days = self.cast(batch, index, &DataType::Date32, "a date")?;
                let mut clock = NaiveClock::new(self.calendar, false);
                let days = arrow_cast::cast(&days, &DataType::Int32).map_err(|_| self.wrong_type(index, days.data_type(), "a date"))?;
                Ok(days.as_primitive::<Int32Type>().iter().map(|day| clock.read(day.map(|day| i64::from(day) * 86_400))).collect())
            }
            other => self.text_stamps(batch, index, &other),
        }
    }

    fn text_stamps(&self, batch: &RecordBatch, index: usize, found: &DataType) -> Result<Vec<Result<Timestamp, RejectCode>>, IngestError> {
        let words = if found.is_integer() {
            let numbers = self.cast(batch, index, &DataType::Int64, "a time stamp")?;
            numbers.as_primitive::<Int64Type>().iter().map(|number| number.map_or(String::new(), |n| n.to_string())).collect()
        } else {
            self.words(batch, index)?
        };
        let Some(form) = words.iter().find_map(|text| StampForm::of(text.as_bytes())) else {
            let text = words.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            return Err(IngestError::TimeFormat { path: self.file.path.to_path_buf(), row: self.first_row + 1, text });
        };
        let mut reader = StampReader::new(form, self.calendar);
        Ok(words.iter().map(|text| reader.read(text.as_bytes())).collect())
    }

    fn checked_key(&self, key: Option<u32>, row: usize) -> Option<u32> {
        if key.is_none() {
            self.reject(row, RejectCode::ID_EMPTY, "no usage point; fill in the meter's id".to_owned());
        }
        key
    }

    fn checked(&self, at: Result<Timestamp, RejectCode>, row: usize) -> Option<Timestamp> {
        at.map_err(|code| self.reject(row, code, stamp_detail(code, b"the stamp of this row"))).ok()
    }

    fn reject(&self, row: usize, code: RejectCode, detail: String) {
        let row = self.first_row + row as u64 + 1;
        self.sink.reject(Reject { file: self.file.path.display().to_string(), row, code: code.0, detail });
    }

    fn column(&self, batch: &RecordBatch, index: usize) -> Result<ArrayRef, IngestError> {
        let name = &self.layout.names[index];
        batch.column_by_name(name).cloned().ok_or_else(|| self.wrong_type(index, &DataType::Null, "a plain column"))
    }

    fn cast(&self, batch: &RecordBatch, index: usize, to: &DataType, expected: &'static str) -> Result<ArrayRef, IngestError> {
        let column = self.column(batch, index)?;
        if column.data_type() == to {
            return Ok(column);
        }
        arrow_cast::cast(&column, to).map_err(|_| self.wrong_type(index, column.data_type(), expected))
    }

    fn as_text(&self, column: &ArrayRef) -> Result<ArrayRef, IngestError> {
        arrow_cast::cast(column, &DataType::Utf8).map_err(|_| self.wrong_type(self.layout.columns.usage_point, column.data_type(), "text"))
    }

    fn words(&self, batch: &RecordBatch, index: usize) -> Result<Vec<String>, IngestError> {
        let text = self.cast(batch, index, &DataType::Utf8, "text")?;
        Ok(text.as_string::<i32>().iter().map(|word| word.unwrap_or_default().to_owned()).collect())
    }

    fn wrong_type(&self, index: usize, found: &DataType, expected: &'static str) -> IngestError {
        let column = self.layout.names[index].clone();
        IngestError::ColumnType { path: self.file.path.to_path_buf(), column, found: found.to_string(), expected }
    }
}

/// Naive seconds to UTC, with the clock asked once a day except on days on which it changes.
struct NaiveClock<'a> {
    calendar: &'a Calendar,
    exact: bool,
    day: Option<(i64, Option<i64>)>,
}

impl<'a> NaiveClock<'a> {
    fn new(calendar: &'a Calendar, exact: bool) -> Self {
        Self { calendar, exact, day: None }
    }

    fn read(&mut self, second: Option<i64>) -> Result<Timestamp, RejectCode> {
        /// 1990-01-01 and 2101-01-01.
        const RANGE: std::ops::Range<i64> = 631_152_000..4_133_980_800;
        let second = second.ok_or(RejectCode::TIME_UNREADABLE)?;
        if !RANGE.contains(&second) {
            return Err(RejectCode::TIME_OUT_OF_RANGE);
        }
        if self.exact {
            return Ok(Timestamp(second));
        }
        let day = second.div_euclid(86_400);
        let offset = match self.day {
            Some((known, offset)) if known == day => offset,
            _ => {
                let civil = LocalStamp(second).day();
                let (start, next) = (self.calendar.day_start(civil), self.calendar.day_start(crate::domain::CivilDay(civil.0 + 1)));
                let offset = (next.0 - start.0 == 86_400).then_some(day * 86_400 - start.0);
                self.day = Some((day, offset));
                offset
            }
        };
        match offset {
            Some(offset) => Ok(Timestamp(second - offset)),
            None => match self.calendar.resolve(LocalStamp(second)) {
                Resolved::Exact(at) | Resolved::Twice(at, _) => Ok(at),
                Resolved::Never => Err(RejectCode::TIME_NEVER_WAS),
            },
        }
    }
}
