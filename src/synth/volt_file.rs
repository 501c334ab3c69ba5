//! `voltage.parquet` or `voltage.csv`: volts and reactive energy of every phase, meter by meter.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::Float32Builder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int8Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::readings::ReadingsError;
use super::scene::Scene;
use super::settings::ReadingsFormat;
use super::wires::VoltSeries;
use crate::disk;

/// An open file of volts.
pub(super) enum VoltFile {
    /// `voltage.parquet`.
    Parquet(Box<ArrowWriter<BufWriter<disk::Output>>>, Arc<Schema>, Vec<i64>),
    /// `voltage.csv`.
    Csv(BufWriter<disk::Output>, Vec<String>),
}

impl VoltFile {
    /// Opens the file.
    pub(super) fn begin(folder: &Path, scene: &Scene, format: ReadingsFormat) -> Result<Self, ReadingsError> {
        if format == ReadingsFormat::Csv {
            let mut file = BufWriter::with_capacity(1 << 20, disk::create(&folder.join("voltage.csv"))?);
            file.write_all(b"usage_point,timestamp,phase,volt,kvarh\n")?;
            return Ok(Self::Csv(file, scene.start.iter().map(|&at| scene.calendar.format(at)).collect()));
        }
        let ids = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let schema = Arc::new(Schema::new(vec![
            Field::new("usage_point", ids, false),
            Field::new("timestamp", DataType::Timestamp(TimeUnit::Microsecond, None), false),
            Field::new("phase", DataType::Int8, false),
            Field::new("volt", DataType::Float32, true),
            Field::new("kvarh", DataType::Float32, true),
        ]));
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?)).build();
        let file = BufWriter::new(disk::create(&folder.join("voltage.parquet"))?);
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))?;
        let local_us = scene.local.day.iter().zip(&scene.local.minute);
        let local_us = local_us.map(|(day, &minute)| (i64::from(day.0) * 1440 + i64::from(minute)) * 60_000_000);
        Ok(Self::Parquet(Box::new(writer), schema, local_us.collect()))
    }

    /// Writes the volts of some meters.
    pub(super) fn append(&mut self, all: &[VoltSeries]) -> Result<(), ReadingsError> {
        match self {
            Self::Csv(file, stamps) => {
                for series in all {
                    for ((stamp, volt), kvarh) in stamps.iter().zip(&series.volt).zip(&series.kvarh) {
                        write!(file, "{},{stamp},{},{volt:.1},", series.id, series.phase)?;
                        if kvarh.is_nan() { writeln!(file)? } else { writeln!(file, "{kvarh:.3}")? }
                    }
                }
                Ok(())
            }
            Self::Parquet(writer, schema, local_us) => {
                for series in all {
                    let rows = local_us.len();
                    let ids = StringArray::from(vec![series.id.as_str()]);
                    let keys = Int32Array::from(vec![0; rows]);
                    let mut kvarh = Float32Builder::with_capacity(rows);
                    series
                        .kvarh
                        .iter()
                        .for_each(|value| kvarh.append_option(Some(*value).filter(|value| !value.is_nan())));
                    let columns: Vec<ArrayRef> = vec![
                        Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(ids))?),
                        Arc::new(TimestampMicrosecondArray::from(local_us.clone())),
                        Arc::new(Int8Array::from(vec![series.phase as i8; rows])),
                        Arc::new(arrow_array::Float32Array::from(series.volt.clone())),
                        Arc::new(kvarh.finish()),
                    ];
                    writer.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
                }
                Ok(())
            }
        }
    }

    /// Writes what is left and closes the file.
    pub(super) fn finish(self) -> Result<(), ReadingsError> {
        match self {
            Self::Parquet(writer, ..) => writer.close().map(|_| ()).map_err(Into::into),
            Self::Csv(mut file, _) => file.flush().map_err(Into::into),
        }
    }
}
