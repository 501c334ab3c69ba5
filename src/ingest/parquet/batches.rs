//! The general lane through a Parquet row group: any column type that can be read as text, a time
//! or a number, in batches through Arrow.

use std::borrow::Cow;
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType, UInt16Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::footer::panicked;
use super::headers::CheckedFile;
use super::layout::{Layout, dictionary};
use super::naive_clock::NaiveClock;
use crate::domain::{Calendar, Fact, IdList, IntervalBlock, RegisterBlock, Reject, RejectCode, Timestamp};
use crate::ingest::bytes::contained::contained;
use crate::ingest::error::IngestError;
use crate::ingest::format::BlockSink;
use crate::ingest::parquet::texts::check_texts;
use crate::ingest::said;
use crate::ingest::text::columns::Value;
use crate::ingest::text::stamp::{StampForm, StampReader};
use crate::ingest::text::values::{is_absurd, is_export, quality};

/// Characters of a stamp that a message shows.
const MOST_SHOWN: usize = 60;

/// Rows decoded at a time.
const BATCH: usize = 1 << 16;

/// Reads row group `group`, whose first row has the number `first_row`, and returns the number of
/// rows.
pub(crate) fn read_group(
    layout: &Layout,
    group: usize,
    first_row: u64,
    calendar: &Calendar,
    sink: &dyn BlockSink,
) -> Result<u64, IngestError> {
    let open = File::open(&layout.path).map_err(|source| IngestError::Io { path: layout.path.clone(), source })?;
    let mask = ProjectionMask::roots(layout.metadata.parquet_schema(), layout.columns.all());
    let damaged = |source| IngestError::Parquet { path: layout.path.clone(), source };
    for index in 0..layout.metadata.metadata().row_group(group).num_columns() {
        if mask.leaf_included(index) {
            check_texts(&open, layout.metadata.metadata().row_group(group), index, layout.caps).map_err(damaged)?;
        }
    }
    let open = CheckedFile { file: open, caps: layout.caps };
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open, layout.metadata.clone());
    let builder = builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(BATCH);
    let mut reader = contained(|| builder.build()).unwrap_or_else(|| Err(panicked())).map_err(damaged)?;
    let said = layout.metadata.metadata().row_group(group).num_rows().max(0) as u64;
    let mut rows = 0;
    while let Some(batch) = contained(|| reader.next()).ok_or_else(|| damaged(panicked()))? {
        let batch = batch.map_err(|error| damaged(ParquetError::General(error.to_string())))?;
        if rows + batch.num_rows() as u64 > said {
            return Err(damaged(ParquetError::General("a row group holds more rows than it says".to_owned())));
        }
        Batch { layout, calendar, sink, first_row: first_row + rows }.deliver(&batch)?;
        rows += batch.num_rows() as u64;
        if sink.stopped() {
            return Ok(rows);
        }
    }
    if rows == said {
        Ok(rows)
    } else {
        Err(damaged(ParquetError::General("a row group holds fewer rows than it says".to_owned())))
    }
}

/// The text of a row; the crate does not check that a damaged file's texts are UTF-8.
fn text_at(texts: &StringArray, row: usize) -> Cow<'_, str> {
    let ends = texts.value_offsets();
    let bytes =
        if texts.is_null(row) { None } else { texts.value_data().get(ends[row] as usize..ends[row + 1] as usize) };
    String::from_utf8_lossy(bytes.unwrap_or_default())
}

/// One decoded batch on its way into a block.
struct Batch<'a> {
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
        let number = |row: usize| if value.is_null(row) { f64::NAN } else { value.value(row) };
        let usable = |row: usize| self.usable(&ids, keys[row], at[row], number(row), row);
        match c.value {
            Value::Register(_) => {
                let mut block = RegisterBlock { file: self.layout.file, ..RegisterBlock::default() };
                for (row, &key) in keys.iter().enumerate() {
                    let Some(at) = usable(row) else { continue };
                    block.key.push(key);
                    block.at.push(at);
                    block.register_kwh.push(number(row));
                }
                block.ids = ids;
                self.sink.registers(&block);
            }
            Value::Interval(_, unit) => {
                let mut block = IntervalBlock { file: self.layout.file, unit, ..IntervalBlock::default() };
                self.more_columns(batch, &mut block)?;
                let channel = c.channel.map(|column| self.words(batch, column)).transpose()?;
                for row in 0..batch.num_rows() {
                    let exported = channel.as_ref().is_some_and(|words| is_export(&words[row]));
                    let value = if exported { -number(row).abs() } else { number(row) } as f32;
                    match usable(row) {
                        Some(at) => block.push(keys[row], at.into(), value),
                        None => block.push_rejected(keys[row]),
                    }
                }
                block.ids = ids;
                self.sink.intervals(&block);
            }
        }
        Ok(())
    }

    /// Quality and duration, where the file has them.
    fn more_columns(&self, batch: &RecordBatch, block: &mut IntervalBlock) -> Result<(), IngestError> {
        if let Some(column) = self.layout.columns.quality {
            block.quality = self.words(batch, column)?.iter().map(|word| quality(word)).collect();
        }
        if let Some(column) = self.layout.columns.duration_min {
            let minutes = self.cast(batch, column, &DataType::UInt16, "whole minutes")?;
            let minutes = minutes.as_primitive::<UInt16Type>();
            block.duration_min =
                (0..batch.num_rows()).map(|row| if minutes.is_null(row) { 0 } else { minutes.value(row) }).collect();
        }
        Ok(())
    }

    /// The instant of a row that can be used; a row that cannot is rejected.
    fn usable(
        &self,
        ids: &IdList,
        key: u32,
        at: Result<Timestamp, RejectCode>,
        number: f64,
        row: usize,
    ) -> Option<Timestamp> {
        if ids.get(key).is_empty() {
            self.reject(row, RejectCode::ID_EMPTY, said::id_empty());
            return None;
        }
        let at = at.map_err(|code| self.reject(row, code, said::row_stamp(code))).ok()?;
        if !number.is_nan() && is_absurd(number, self.layout.columns.value) {
            self.reject(row, RejectCode::VALUE_ABSURD, said::absurd(format!("{number:e}")));
            return None;
        }
        Some(at)
    }

    /// The distinct ids of the batch and a key for every row; a row without an id has that of the
    /// empty text.
    fn ids(&self, batch: &RecordBatch) -> Result<(IdList, Vec<u32>), IngestError> {
        let column = self.column(batch, self.layout.columns.usage_point)?;
        let column = if matches!(column.data_type(), DataType::Dictionary(..)) {
            column
        } else {
            self.converted(&column, self.layout.columns.usage_point, &DataType::Utf8, "text")?
        };
        let coded = if column.data_type() == &dictionary() {
            column
        } else {
            self.converted(&column, self.layout.columns.usage_point, &dictionary(), "text")?
        };
        let coded = coded.as_dictionary::<Int32Type>();
        let values = coded.values().as_string::<i32>();
        // Only ids that occur are made: a batch can carry the dictionary of a whole row group.
        let mut place: Vec<Option<u32>> = vec![None; values.len()];
        let mut ids = IdList::default();
        let mut none = None;
        let keys = coded
            .keys()
            .iter()
            .map(|key| match key.and_then(|key| usize::try_from(key).ok()).filter(|&key| !values.is_null(key)) {
                Some(key) => *place[key].get_or_insert_with(|| ids.push(text_at(values, key).trim())),
                None => *none.get_or_insert_with(|| ids.push("")),
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
                let seconds = self.converted(
                    &column,
                    index,
                    &DataType::Timestamp(TimeUnit::Second, zone.clone()),
                    "a time stamp",
                )?;
                let seconds = seconds.as_primitive::<TimestampSecondType>();
                let mut clock = NaiveClock::new(self.calendar, zone.is_some());
                Ok(seconds.iter().map(|second| clock.read(second)).collect())
            }
            DataType::Date32 | DataType::Date64 => {
                let days = self.cast(batch, index, &DataType::Date32, "a date")?;
                let mut clock = NaiveClock::new(self.calendar, false);
                let days = self.converted(&days, index, &DataType::Int32, "a date")?;
                Ok(days
                    .as_primitive::<Int32Type>()
                    .iter()
                    .map(|day| clock.read(day.map(|day| i64::from(day) * 86_400)))
                    .collect())
            }
            other => self.text_stamps(batch, index, &other),
        }
    }

    fn text_stamps(
        &self,
        batch: &RecordBatch,
        index: usize,
        found: &DataType,
    ) -> Result<Vec<Result<Timestamp, RejectCode>>, IngestError> {
        let words = if found.is_integer() {
            let numbers = self.cast(batch, index, &DataType::Int64, "a time stamp")?;
            numbers
                .as_primitive::<Int64Type>()
                .iter()
                .map(|number| number.map_or(String::new(), |n| n.to_string()))
                .collect()
        } else {
            self.words(batch, index)?
        };
        let Some(form) = words.iter().find_map(|text| StampForm::of(text.as_bytes())) else {
            let text = words
                .iter()
                .find(|text| !text.is_empty())
                .map(|text| text.chars().take(MOST_SHOWN).collect())
                .unwrap_or_default();
            return Err(IngestError::TimeFormat { path: self.layout.path.clone(), row: self.first_row + 1, text });
        };
        let mut reader = StampReader::new(form, self.calendar);
        Ok(words.iter().map(|text| reader.read(text.as_bytes())).collect())
    }

    fn reject(&self, row: usize, code: RejectCode, detail: Fact) {
        let row = self.first_row + row as u64 + 1;
        self.sink.reject(Reject {
            file: self.layout.path.display().to_string(),
            row,
            code: code.0,
            detail,
            records: 1,
        });
    }

    fn column(&self, batch: &RecordBatch, index: usize) -> Result<ArrayRef, IngestError> {
        let name = &self.layout.names[index];
        batch.column_by_name(name).cloned().ok_or_else(|| self.wrong_type(index, &DataType::Null, "a plain column"))
    }

    fn cast(
        &self,
        batch: &RecordBatch,
        index: usize,
        to: &DataType,
        expected: &'static str,
    ) -> Result<ArrayRef, IngestError> {
        self.converted(&self.column(batch, index)?, index, to, expected)
    }

    fn converted(
        &self,
        column: &ArrayRef,
        index: usize,
        to: &DataType,
        expected: &'static str,
    ) -> Result<ArrayRef, IngestError> {
        if column.data_type() == to {
            return Ok(column.clone());
        }
        let converted = contained(|| arrow_cast::cast(column, to)).and_then(Result::ok);
        converted.ok_or_else(|| self.wrong_type(index, column.data_type(), expected))
    }

    fn words(&self, batch: &RecordBatch, index: usize) -> Result<Vec<String>, IngestError> {
        let text = self.cast(batch, index, &DataType::Utf8, "text")?;
        let text = text.as_string::<i32>();
        Ok((0..text.len()).map(|row| text_at(text, row).into_owned()).collect())
    }

    fn wrong_type(&self, index: usize, found: &DataType, expected: &'static str) -> IngestError {
        let column = self.layout.names[index].clone();
        IngestError::ColumnType { path: self.layout.path.clone(), column, found: found.to_string(), expected }
    }
}
