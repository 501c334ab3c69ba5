//! Writes the readings file, Parquet or text, as streets are finished.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::scene::Scene;
use super::street::MeterReadings;
use super::{FileFormat, SimulateError};

/// Rows of a row group.
const ROW_GROUP: usize = 1 << 20;

/// The readings file while it is written.
pub(super) struct ReadingsFile {
    path: PathBuf,
    sink: Sink,
    /// Rows written.
    pub(super) rows: u64,
}

enum Sink {
    Parquet(Box<ArrowWriter<File>>),
    Text(BufWriter<File>),
}

/// One row: meter, local second, energy.
type Row<'a> = (&'a str, i64, f64);

impl ReadingsFile {
    /// Creates the file in `folder`.
    pub(super) fn create(folder: &Path, format: FileFormat) -> Result<Self, SimulateError> {
        let path = folder.join(match format {
            FileFormat::Parquet => "readings.parquet",
            FileFormat::Csv => "readings.csv",
        });
        let io = |source| SimulateError::Io { path: path.clone(), source };
        let file = File::create(&path).map_err(io)?;
        let sink = match format {
            FileFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .build();
                let schema = batch(&[]).map_err(|source| damaged(&path, &source))?.schema();
                // Without Arrow's own schema every reader sees plain strings rather than a dictionary type.
                let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
                let writer = ArrowWriter::try_new_with_options(file, schema, options);
                Sink::Parquet(Box::new(writer.map_err(|source| SimulateError::Parquet { path: path.clone(), source })?))
            }
            FileFormat::Csv => {
                let mut text = BufWriter::with_capacity(1 << 20, file);
                text.write_all(b"usage_point,timestamp,kwh\n").map_err(io)?;
                Sink::Text(text)
            }
        };
        Ok(Self { path, sink, rows: 0 })
    }

    /// Writes all readings of some meters, one meter after the other.
    pub(super) fn by_meter(&mut self, scene: &Scene, local: &[i64], meters: &[MeterReadings]) -> Result<(), SimulateError> {
        let mut rows: Vec<Row> = Vec::with_capacity(meters.len() * scene.len());
        for meter in meters {
            rows.extend((0..meter.kwh.len()).flat_map(|index| rows_of(meter, index, local)));
        }
        self.write(&rows)
    }

    /// Writes all readings of all meters, one instant after the other.
    pub(super) fn by_time(&mut self, local: &[i64], meters: &[MeterReadings]) -> Result<(), SimulateError> {
        let mut rows: Vec<Row> = Vec::with_capacity(ROW_GROUP);
        for index in 0..local.len() {
            for meter in meters.iter().filter(|meter| index.is_multiple_of(meter.every)) {
                rows.extend(rows_of(meter, index / meter.every, local));
            }
            if rows.len() >= ROW_GROUP || index + 1 == local.len() {
                self.write(&rows)?;
                rows.clear();
            }
        }
        Ok(())
    }

    fn write(&mut self, rows: &[Row]) -> Result<(), SimulateError> {
        self.rows += rows.len() as u64;
        match &mut self.sink {
            Sink::Parquet(writer) => {
                let batch = batch(rows).map_err(|source| damaged(&self.path, &source))?;
                writer.write(&batch).map_err(|source| SimulateError::Parquet { path: self.path.clone(), source })
            }
            Sink::Text(text) => write_text(text, rows).map_err(|source| SimulateError::Io { path: self.path.clone(), source }),
        }
    }

    /// Finishes the file.
    pub(super) fn finish(self) -> Result<(), SimulateError> {
        let path = self.path;
        match self.sink {
            Sink::Parquet(writer) => writer.close().map(drop).map_err(|source| SimulateError::Parquet { path, source }),
            Sink::Text(mut text) => text.flush().map_err(|source| SimulateError::Io { path, source }),
        }
    }
}

fn rows_of<'a>(meter: &'a MeterReadings, index: usize, local: &[i64]) -> impl Iterator<Item = Row<'a>> {
    let at = local[index * meter.every];
    let first = Some(meter.kwh[index]).filter(|kwh| !kwh.is_nan()).map(|kwh| (meter.id.as_str(), at, kwh));
    let again = meter.twice.iter().filter(move |twice| twice.0 == index).map(move |twice| (meter.id.as_str(), at, twice.1));
    first.into_iter().chain(again)
}

fn batch(rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let mut ids = StringDictionaryBuilder::<Int32Type>::new();
    for row in rows {
        ids.append(row.0)?;
    }
    let columns: [(&str, ArrayRef); 3] = [
        ("usage_point", Arc::new(ids.finish())),
        ("timestamp", Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| row.1 * 1_000_000)))),
        ("kwh", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2)))),
    ];
    RecordBatch::try_from_iter(columns)
}

fn damaged(path: &Path, source: &ArrowError) -> SimulateError {
    SimulateError::Parquet { path: path.to_path_buf(), source: ParquetError::General(source.to_string()) }
}

fn write_text(text: &mut impl Write, rows: &[Row]) -> std::io::Result<()> {
    let mut last = (i64::MIN, String::new());
    for &(id, local, kwh) in rows {
        if local != last.0 {
            last = (local, stamp(local));
        }
        writeln!(text, "{id},{},{kwh:.3}", last.1)?;
    }
    Ok(())
}

/// `YYYY-MM-DD HH:MM` of a local second.
pub(super) fn stamp(local: i64) -> String {
    let stamp = crate::domain::LocalStamp(local);
    let minute = local.rem_euclid(86_400) / 60;
    format!("{} {:02}:{:02}", stamp.day(), minute / 60, minute % 60)
}
