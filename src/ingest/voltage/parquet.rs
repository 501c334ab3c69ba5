//! Voltage files in Parquet.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int32Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use crate::domain::{Calendar, RejectCode, Timestamp};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::contained::contained;
use crate::ingest::error::IngestError;
use crate::ingest::parquet::naive_clock::NaiveClock;
use crate::ingest::parquet::table::ParquetTable;
use crate::ingest::said;
use crate::ingest::static_tables::table::Table;
use crate::ingest::text::stamp::{StampForm, StampReader};

use super::reading::VoltReading;
use super::rows::{VoltColumns, VoltRows, phase_of};

/// Reads the file and hands every reading to `take`.
pub(super) fn read(
    path: &Path,
    calendar: &Calendar,
    take: &mut dyn FnMut(&VoltReading),
) -> Result<Table<()>, IngestError> {
    let caps = Caps::default();
    let table = ParquetTable::open_within(path, caps)?;
    let header: Vec<String> = table.names().map(str::to_owned).collect();
    let columns = VoltColumns::of(path, &header)?;
    let mut rows = VoltRows::new(path, caps, take);
    let mut batch_of = Batches { path, header: &header, columns: &columns, calendar };
    table.batches(&columns.all(), &mut |first, batch| batch_of.batch(&mut rows, first, batch))?;
    rows.finish(&header)
}

/// Batches on their way to readings.
struct Batches<'a> {
    path: &'a Path,
    header: &'a [String],
    columns: &'a VoltColumns,
    calendar: &'a Calendar,
}

impl Batches<'_> {
    fn batch(&mut self, rows: &mut VoltRows, first: usize, batch: &RecordBatch) -> Result<(), IngestError> {
        let (columns, count) = (self.columns, batch.num_rows());
        let texts = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let ids = self.cast(batch, columns.usage_point, &texts, "text")?;
        let ids = ids.as_dictionary::<Int32Type>();
        let names = contained(|| arrow_cast::cast(ids.values(), &DataType::Utf8)).and_then(Result::ok);
        let names = names.ok_or_else(|| self.wrong_type(columns.usage_point, "text"))?;
        let names = names.as_string::<i32>();
        let at = self.stamps(batch)?;
        let numbers = |column: usize| -> Result<Vec<f32>, IngestError> {
            let cast = self.cast(batch, column, &DataType::Float32, "a number")?;
            let cast = cast.as_primitive::<Float32Type>();
            Ok((0..cast.len()).map(|row| if cast.is_null(row) { f32::NAN } else { cast.value(row) }).collect())
        };
        let volts = columns.volts.iter().map(|&column| numbers(column)).collect::<Result<Vec<_>, _>>()?;
        let kvarh = columns.kvarh.map(numbers).transpose()?;
        let phase = columns.phase.map(|column| self.cast(batch, column, &DataType::Utf8, "a phase")).transpose()?;
        for row in 0..count {
            let number = (first + row) as u64 + 2;
            let id = if ids.is_null(row) { "" } else { names.value(ids.keys().value(row) as usize) };
            let at = match at[row] {
                Ok(at) => at,
                Err(code) => {
                    rows.refuse(number, (code, said::row_stamp(code)));
                    continue;
                }
            };
            let phase = phase.as_ref().map_or(Some(1), |phase| {
                let phase = phase.as_string::<i32>();
                if phase.is_null(row) { Some(1) } else { phase_of(phase.value(row)) }
            });
            let mut of_row = [f32::NAN; 3];
            of_row.iter_mut().zip(&volts).for_each(|(volt, column)| *volt = column[row]);
            let kvarh = kvarh.as_ref().map_or(f32::NAN, |kvarh| kvarh[row]);
            rows.row(number, (id, at, phase, kvarh), &of_row[..volts.len()]);
        }
        Ok(())
    }

    /// The instant of every row, or why there is none.
    fn stamps(&self, batch: &RecordBatch) -> Result<Vec<Result<Timestamp, RejectCode>>, IngestError> {
        let column = self.columns.at;
        let found = self.column(batch, column)?;
        if let DataType::Timestamp(_, zone) = found.data_type() {
            let seconds = DataType::Timestamp(TimeUnit::Second, zone.clone());
            let seconds = self.cast(batch, column, &seconds, "a time stamp")?;
            let mut clock = NaiveClock::new(self.calendar, zone.is_some());
            return Ok(seconds.as_primitive::<TimestampSecondType>().iter().map(|at| clock.read(at)).collect());
        }
        let texts = self.cast(batch, column, &DataType::Utf8, "a time stamp")?;
        let texts = texts.as_string::<i32>();
        let text = |row: usize| if texts.is_null(row) { "" } else { texts.value(row) };
        let form = (0..texts.len()).find_map(|row| StampForm::of(text(row).as_bytes()));
        let form = form.ok_or_else(|| self.wrong_type(column, "a time stamp"))?;
        let mut reader = StampReader::new(form, self.calendar);
        Ok((0..texts.len()).map(|row| reader.read(text(row).as_bytes())).collect())
    }

    fn column(&self, batch: &RecordBatch, column: usize) -> Result<ArrayRef, IngestError> {
        batch.column_by_name(&self.header[column]).cloned().ok_or_else(|| self.wrong_type(column, "one value in a row"))
    }

    fn cast(
        &self,
        batch: &RecordBatch,
        column: usize,
        to: &DataType,
        expected: &'static str,
    ) -> Result<ArrayRef, IngestError> {
        let found = self.column(batch, column)?;
        if found.data_type() == to {
            return Ok(found);
        }
        let cast = contained(|| arrow_cast::cast(&found, to)).and_then(Result::ok);
        cast.ok_or_else(|| self.wrong_type(column, expected))
    }

    fn wrong_type(&self, column: usize, expected: &'static str) -> IngestError {
        IngestError::ColumnType {
            path: self.path.to_path_buf(),
            column: self.header[column].chars().take(60).collect(),
            found: "another type".to_owned(),
            expected,
        }
    }
}
