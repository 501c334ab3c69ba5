//! The canonical long Parquet: `usage_point, timestamp, kwh`, and `duration_min`, `quality`,
//! `channel` where some reading has more to say than the usual; registers as `usage_point,
//! timestamp, register_kwh`.
//!
//! Usage points come in the order of their ids, readings in the order of time, in row groups of
//! fixed size, so the bytes depend on the readings alone.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Float32Builder, UInt16Builder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::disk;
use crate::domain::{ReadingQuality, Timestamp};
use crate::series::{CanonicalReading, RegisterRead};

/// Rows of a row group.
const ROW_GROUP: usize = 1 << 20;

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// The operating system refuses.
    #[error(
        "`{path}` cannot be written; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Parquet writer refuses.
    #[error(
        "`{path}` cannot be written as Parquet; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: ParquetError,
    },
}

/// Optional columns and the clock of the stamps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each optional column; none excludes another")]
pub struct CanonicalColumns {
    /// Stamps are instants in UTC; else they are on the utility's clock.
    pub is_utc: bool,
    /// Some source states the length of its intervals.
    pub duration_min: bool,
    /// Some reading is estimated or substituted.
    pub quality: bool,
    /// Some reading is export.
    pub channel: bool,
}

/// An open file of readings.
pub struct CanonicalWriter {
    path: PathBuf,
    writer: ArrowWriter<BufWriter<disk::Output>>,
    schema: Arc<Schema>,
    columns: CanonicalColumns,
    ids: Vec<String>,
    keys: Vec<i32>,
    readings: Vec<CanonicalReading>,
}

fn file_of(
    path: &Path,
    fields: Vec<Field>,
) -> Result<(ArrowWriter<BufWriter<disk::Output>>, Arc<Schema>), CanonicalError> {
    let schema = Arc::new(Schema::new(fields));
    let refused = |source| CanonicalError::Parquet { path: path.to_path_buf(), source };
    let stamps = ColumnPath::from("timestamp");
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(refused)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_column_dictionary_enabled(stamps.clone(), false)
        .set_column_encoding(stamps, Encoding::DELTA_BINARY_PACKED)
        .set_created_by(concat!("darkload ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    // Without the arrow schema in the footer every reader sees plain text ids.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let file = disk::create(path).map_err(|source| CanonicalError::Io { path: path.to_path_buf(), source })?;
    let writer = ArrowWriter::try_new_with_options(BufWriter::new(file), schema.clone(), options).map_err(refused)?;
    Ok((writer, schema))
}

fn id_field() -> Field {
    Field::new("usage_point", DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), false)
}

fn stamp_field(is_utc: bool) -> Field {
    Field::new("timestamp", DataType::Timestamp(TimeUnit::Millisecond, is_utc.then(|| "UTC".into())), false)
}

fn stamps(seconds: impl Iterator<Item = i64>, is_utc: bool) -> ArrayRef {
    let array = TimestampMillisecondArray::from_iter_values(seconds.map(|second| second * 1000));
    Arc::new(if is_utc { array.with_timezone("UTC") } else { array })
}

fn batch(path: &Path, schema: &Arc<Schema>, columns: Vec<ArrayRef>) -> Result<RecordBatch, CanonicalError> {
    RecordBatch::try_new(schema.clone(), columns)
        .map_err(|source| CanonicalError::Parquet { path: path.to_path_buf(), source: source.into() })
}

fn ids(path: &Path, ids: &[String], keys: Vec<i32>) -> Result<ArrayRef, CanonicalError> {
    let names = Arc::new(StringArray::from_iter_values(ids));
    let dictionary = DictionaryArray::<Int32Type>::try_new(Int32Array::from(keys), names);
    dictionary
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|source| CanonicalError::Parquet { path: path.to_path_buf(), source: source.into() })
}

impl CanonicalWriter {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path, columns: CanonicalColumns) -> Result<Self, CanonicalError> {
        let mut fields = vec![id_field(), stamp_field(columns.is_utc), Field::new("kwh", DataType::Float32, true)];
        let optional = [
            ("duration_min", DataType::UInt16, columns.duration_min),
            ("quality", DataType::Utf8, columns.quality),
            ("channel", DataType::Utf8, columns.channel),
        ];
        fields
            .extend(optional.into_iter().filter(|column| column.2).map(|(name, kind, _)| Field::new(name, kind, true)));
        let (writer, schema) = file_of(path, fields)?;
        Ok(Self {
            path: path.to_path_buf(),
            writer,
            schema,
            columns,
            ids: Vec::new(),
            keys: Vec::new(),
            readings: Vec::new(),
        })
    }

    /// Adds all readings of a usage point, which must come in the order of ids.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append(&mut self, id: &str, readings: &[CanonicalReading]) -> Result<(), CanonicalError> {
        let mut rest = readings;
        while !rest.is_empty() {
            if self.ids.last().is_none_or(|last| last != id) {
                self.ids.push(id.to_owned());
            }
            let (now, later) = rest.split_at(rest.len().min(ROW_GROUP - self.readings.len()));
            self.readings.extend_from_slice(now);
            self.keys.extend(std::iter::repeat_n(self.ids.len() as i32 - 1, now.len()));
            rest = later;
            if self.readings.len() == ROW_GROUP {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), CanonicalError> {
        let readings = std::mem::take(&mut self.readings);
        let mut kwh = Float32Builder::with_capacity(readings.len());
        for reading in &readings {
            kwh.append_option((!reading.kwh.is_nan()).then_some(reading.kwh));
        }
        let seconds = readings.iter().map(|reading| Timestamp::from(reading.start).0);
        let mut columns: Vec<ArrayRef> = vec![
            ids(&self.path, &self.ids, std::mem::take(&mut self.keys))?,
            stamps(seconds, self.columns.is_utc),
            Arc::new(kwh.finish()),
        ];
        self.ids.clear();
        if self.columns.duration_min {
            let mut minutes = UInt16Builder::with_capacity(readings.len());
            for reading in &readings {
                minutes.append_option((reading.duration_min > 0).then_some(reading.duration_min));
            }
            columns.push(Arc::new(minutes.finish()));
        }
        if self.columns.quality {
            columns.push(Arc::new(StringArray::from_iter_values(
                readings.iter().map(|reading| quality_word(reading.quality)),
            )));
        }
        if self.columns.channel {
            columns.push(Arc::new(StringArray::from_iter_values(
                readings.iter().map(|reading| if reading.kwh < 0.0 { "export" } else { "import" }),
            )));
        }
        let batch = batch(&self.path, &self.schema, columns)?;
        self.writer
            .write(&batch)
            .and_then(|()| self.writer.flush())
            .map_err(|source| CanonicalError::Parquet { path: self.path.clone(), source })
    }

    /// Writes what is left and closes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(), CanonicalError> {
        if !self.readings.is_empty() {
            self.flush()?;
        }
        let path = self.path;
        self.writer.close().map(|_| ()).map_err(|source| CanonicalError::Parquet { path, source })
    }
}

/// Word of a quality in the file.
#[must_use]
pub fn quality_word(quality: ReadingQuality) -> &'static str {
    match quality {
        ReadingQuality::Missing => "missing",
        ReadingQuality::Substituted => "substituted",
        ReadingQuality::Estimated => "estimated",
        ReadingQuality::Actual => "actual",
    }
}

/// Writes register readings, in the order of ids and times.
///
/// # Errors
/// When the file cannot be written.
pub fn write_registers(
    path: &Path,
    registers: &[(String, Vec<RegisterRead>)],
    is_utc: bool,
) -> Result<(), CanonicalError> {
    let (mut writer, schema) =
        file_of(path, vec![id_field(), stamp_field(is_utc), Field::new("register_kwh", DataType::Float64, true)])?;
    let refused = |source| CanonicalError::Parquet { path: path.to_path_buf(), source };
    for part in registers.chunks(1 << 16) {
        let names: Vec<String> = part.iter().map(|(id, _)| id.clone()).collect();
        let keys = part
            .iter()
            .enumerate()
            .flat_map(|(key, (_, reads))| std::iter::repeat_n(key as i32, reads.len()))
            .collect();
        let reads = || part.iter().flat_map(|(_, reads)| reads);
        let counters = reads().map(|read| (!read.1.is_nan()).then_some(read.1)).collect::<Float64Array>();
        let columns: Vec<ArrayRef> =
            vec![ids(path, &names, keys)?, stamps(reads().map(|read| read.0.0), is_utc), Arc::new(counters)];
        writer.write(&batch(path, &schema, columns)?).map_err(refused)?;
    }
    writer.close().map(|_| ()).map_err(refused)
}
