//! Readings as rows, and the two files they are written to.
//!
//! A row is a meter's key, an interval and an energy; text and stamps are made while writing.
//! Parquet goes through the arrow writer with dictionary ids, delta-coded stamps and zstd; CSV is
//! formatted by hand, because a few hundred million rows pass here.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::meter_readings::{LOST_WH, MeterReadings};
use super::scene::Scene;
use crate::disk;

/// Rows per row group of a Parquet file.
const ROW_GROUP: usize = 1 << 20;

/// Rows of readings; columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    /// Index of the meter in the list given while writing.
    pub(super) key: Vec<u32>,
    /// Base interval at which the reading begins.
    pub(super) interval: Vec<u32>,
    /// Base intervals that it covers.
    pub(super) every: Vec<u16>,
    /// Energy, Wh; [`LOST_WH`] = a row without a value.
    pub(super) wh: Vec<i32>,
}

impl Rows {
    /// Rows of meter after meter; a repeated row follows its first writing.
    pub(super) fn by_meter(meters: &[MeterReadings]) -> Self {
        let mut rows = Self::default();
        let expected = meters.iter().map(|meter| meter.wh.len() + meter.repeats.len()).sum();
        rows.key.reserve_exact(expected);
        rows.interval.reserve_exact(expected);
        rows.every.reserve_exact(expected);
        rows.wh.reserve_exact(expected);
        for (key, meter) in meters.iter().enumerate() {
            let mut repeats = meter.repeats.iter().peekable();
            for (i, &wh) in meter.wh.iter().enumerate() {
                if wh != LOST_WH || meter.null_rows {
                    rows.push(key, i, meter.every, wh);
                }
                while let Some(&&(_, again)) = repeats.peek().filter(|repeat| repeat.0 == i) {
                    rows.push(key, i, meter.every, again);
                    repeats.next();
                }
            }
        }
        rows
    }

    /// Rows of instant after instant for the base intervals `from..to`, meters in their order at
    /// each.
    pub(super) fn by_time(meters: &[MeterReadings], from: usize, to: usize) -> Self {
        let mut rows = Self::default();
        for interval in from..to {
            for (key, meter) in meters.iter().enumerate().filter(|(_, meter)| interval % meter.every == 0) {
                let i = interval / meter.every;
                let Some(&wh) = meter.wh.get(i) else { continue };
                if wh != LOST_WH || meter.null_rows {
                    rows.push(key, i, meter.every, wh);
                }
                let first = meter.repeats.partition_point(|repeat| repeat.0 < i);
                for &(_, again) in meter.repeats[first..].iter().take_while(|repeat| repeat.0 == i) {
                    rows.push(key, i, meter.every, again);
                }
            }
        }
        rows
    }

    /// The rows of some base intervals.
    pub(super) fn between(&self, from: u32, to: u32) -> Self {
        let mut rows = Self::default();
        for (row, _) in self.interval.iter().enumerate().filter(|(_, interval)| (from..to).contains(*interval)) {
            rows.key.push(self.key[row]);
            rows.interval.push(self.interval[row]);
            rows.every.push(self.every[row]);
            rows.wh.push(self.wh[row]);
        }
        rows
    }

    fn push(&mut self, key: usize, reading: usize, every: usize, wh: i32) {
        self.key.push(key as u32);
        self.interval.push((reading * every) as u32);
        self.every.push(every as u16);
        self.wh.push(wh);
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.key.len()
    }
}

/// What cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReadingsError {
    /// The file system refused.
    #[error("write readings: {0}; check free space and rights of the output folder")]
    Io(#[from] std::io::Error),
    /// The Parquet writer refused.
    #[error("write readings as Parquet: {0}; check free space of the output folder")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Columns of unequal length or type.
    #[error("assemble a batch of readings: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
}

/// An open readings file.
pub(super) enum ReadingsWriter {
    /// `readings.parquet`.
    Parquet(Box<ParquetReadings>),
    /// `readings.csv`.
    Csv(CsvReadings),
}

impl ReadingsWriter {
    /// Writes rows whose keys are indices into `ids`.
    pub(super) fn append(&mut self, ids: &[&str], rows: &Rows) -> Result<(), ReadingsError> {
        match self {
            Self::Parquet(file) => file.append(ids, rows),
            Self::Csv(file) => file.append(ids, rows),
        }
    }

    /// Writes what is left and closes the file.
    pub(super) fn finish(self) -> Result<(), ReadingsError> {
        match self {
            Self::Parquet(file) => file.writer.close().map(|_| ()).map_err(Into::into),
            Self::Csv(mut file) => file.file.flush().map_err(Into::into),
        }
    }
}

/// `readings.parquet`: usage_point, timestamp (µs, local, no zone), kwh, and duration_min when
/// interval lengths differ.
pub(super) struct ParquetReadings {
    writer: ArrowWriter<BufWriter<disk::Output>>,
    schema: Arc<Schema>,
    local_us: Vec<i64>,
    step_min: u32,
    with_duration: bool,
}

impl ParquetReadings {
    /// Opens the file.
    pub(super) fn create(path: &Path, scene: &Scene, with_duration: bool) -> Result<Self, ReadingsError> {
        let ids = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let mut fields = vec![
            Field::new("usage_point", ids, false),
            Field::new("timestamp", DataType::Timestamp(TimeUnit::Microsecond, None), false),
            Field::new("kwh", DataType::Float64, true),
        ];
        if with_duration {
            fields.push(Field::new("duration_min", DataType::Int32, false));
        }
        let schema = Arc::new(Schema::new(fields));
        let stamps = ColumnPath::from("timestamp");
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_column_dictionary_enabled(stamps.clone(), false)
            .set_column_encoding(stamps, Encoding::DELTA_BINARY_PACKED)
            .build();
        // Without the arrow schema in the footer every reader sees plain text ids.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(BufWriter::new(disk::create(path)?), schema.clone(), options)?;
        let local_us = scene.local.day.iter().zip(&scene.local.minute);
        let local_us =
            local_us.map(|(day, &minute)| (i64::from(day.0) * 1440 + i64::from(minute)) * 60_000_000).collect();
        Ok(Self { writer, schema, local_us, step_min: scene.step_min, with_duration })
    }

    fn append(&mut self, ids: &[&str], rows: &Rows) -> Result<(), ReadingsError> {
        let keys = Int32Array::from_iter_values(rows.key.iter().map(|&key| key as i32));
        let stamps =
            TimestampMicrosecondArray::from_iter_values(rows.interval.iter().map(|&i| self.local_us[i as usize]));
        let mut kwh = Float64Builder::with_capacity(rows.len());
        for &wh in &rows.wh {
            kwh.append_option((wh != LOST_WH).then_some(f64::from(wh) / 1000.0));
        }
        let dictionary = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(StringArray::from(ids.to_vec())))?;
        let mut columns: Vec<ArrayRef> = vec![Arc::new(dictionary), Arc::new(stamps), Arc::new(kwh.finish())];
        if self.with_duration {
            let minutes = rows.every.iter().map(|&every| i32::from(every) * self.step_min as i32);
            columns.push(Arc::new(Int32Array::from_iter_values(minutes)));
        }
        self.writer.write(&RecordBatch::try_new(self.schema.clone(), columns)?)?;
        Ok(())
    }
}

/// `readings.csv`: usage_point, timestamp (local), kwh with three decimals, and duration_min when
/// interval lengths differ.
pub(super) struct CsvReadings {
    file: BufWriter<disk::Output>,
    stamps: Vec<String>,
    step_min: u32,
    with_duration: bool,
    line: Vec<u8>,
}

impl CsvReadings {
    /// Opens the file and writes the header.
    pub(super) fn create(path: &Path, scene: &Scene, with_duration: bool) -> Result<Self, ReadingsError> {
        let mut file = BufWriter::with_capacity(1 << 20, disk::create(path)?);
        file.write_all(b"usage_point,timestamp,kwh")?;
        file.write_all(if with_duration { b",duration_min\n" } else { b"\n" })?;
        let stamps = scene.start.iter().map(|&at| scene.calendar.format(at)).collect();
        Ok(Self { file, stamps, step_min: scene.step_min, with_duration, line: Vec::with_capacity(64) })
    }

    fn append(&mut self, ids: &[&str], rows: &Rows) -> Result<(), ReadingsError> {
        for (i, &wh) in rows.wh.iter().enumerate() {
            self.line.clear();
            self.line.extend_from_slice(ids[rows.key[i] as usize].as_bytes());
            self.line.push(b',');
            self.line.extend_from_slice(self.stamps[rows.interval[i] as usize].as_bytes());
            self.line.push(b',');
            if wh != LOST_WH {
                let sign = if wh < 0 { "-" } else { "" };
                let size = wh.unsigned_abs();
                write!(self.line, "{sign}{}.{:03}", size / 1000, size % 1000)?;
            }
            if self.with_duration {
                write!(self.line, ",{}", u32::from(rows.every[i]) * self.step_min)?;
            }
            self.line.push(b'\n');
            self.file.write_all(&self.line)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(id: &str, every: usize, wh: Vec<i32>, null_rows: bool) -> MeterReadings {
        MeterReadings { id: id.into(), every, wh, repeats: vec![(1, 7)], null_rows, registers: Vec::new() }
    }

    #[test]
    fn lost_readings_are_left_out_or_empty_and_repeats_follow() {
        let meters = [meter("a", 1, vec![1, LOST_WH, 3], false), meter("b", 1, vec![LOST_WH, 5], true)];
        let rows = Rows::by_meter(&meters);
        assert_eq!(rows.wh, [1, 7, 3, LOST_WH, 5, 7]);
        assert_eq!(rows.interval, [0, 1, 2, 0, 1, 1]);
    }

    #[test]
    fn both_orders_hold_the_same_rows() {
        let meters = [meter("a", 2, vec![1, 2, 3], false), meter("b", 1, vec![4, 5, 6, 7, 8, 9], false)];
        let sorted = |rows: Rows| {
            let mut list: Vec<_> = (0..rows.len()).map(|i| (rows.key[i], rows.interval[i], rows.wh[i])).collect();
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(Rows::by_meter(&meters)), sorted(Rows::by_time(&meters, 0, 6)));
    }
}
