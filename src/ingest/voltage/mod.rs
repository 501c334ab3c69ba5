//! Voltage files: what meters measured between phase and neutral, read row by row without being
//! held: three phases of a month of half-hours are thousands of values a meter.
//!
//! Long (`usage_point, timestamp, phase, volt`) or wide (`ua, ub, uc`), delimited text or Parquet,
//! with headings as static tables have them. `rows` knows the columns and makes readings of cells;
//! `text` and `parquet` bring the cells.

mod parquet;
mod reading;
mod rows;
mod text;

use std::path::Path;

use super::bytes::kind::is_workbook;
use super::bytes::{decompress, file_digest, other_kinds};
use super::error::IngestError;
use super::static_tables::table::Table;
use crate::domain::Calendar;

pub use reading::VoltReading;

/// Reads a voltage file and hands every reading to `take`, in the order of the file. Rows that say
/// no volts, or none that a mains has, are rejected.
///
/// # Errors
/// When the file cannot be used as a whole: it cannot be read, lacks a column, or none of its rows
/// can be used.
pub fn read_voltage(
    path: &Path,
    calendar: &Calendar,
    take: &mut dyn FnMut(&VoltReading),
) -> Result<Table<()>, IngestError> {
    let head = decompress::head(path)?;
    if head.is_empty() {
        return Err(IngestError::Empty { path: path.to_path_buf() });
    }
    if is_workbook(&head) {
        let detail = "a workbook is too small for volts; export them as csv or Parquet".to_owned();
        return Err(IngestError::Broken { path: path.to_path_buf(), row: 0, detail });
    }
    if other_kinds::is_no_table(&head) {
        return Err(other_kinds::unknown(path, &head, String::new));
    }
    let read = if head.starts_with(b"PAR1") {
        parquet::read(path, calendar, take)?
    } else {
        text::read(path, &head, calendar, take)?
    };
    Ok(Table { sha256: file_digest::sha256(path)?, ..read })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow_array::{ArrayRef, Float32Array, Int8Array, RecordBatch, StringArray, TimestampMicrosecondArray};

    use super::*;

    /// Readings as text, and rejects by row and code.
    fn read(bytes: &[u8]) -> (Vec<String>, Vec<(u64, &'static str)>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut told = Vec::new();
        let calendar = Calendar::new(Some("Etc/GMT-5")).unwrap();
        let table = read_voltage(file.path(), &calendar, &mut |reading| {
            told.push(format!("{} {} {} {}", reading.usage_point, reading.at.0, reading.phase, reading.volt));
        });
        let rejects = table.unwrap().rejects.iter().map(|reject| (reject.row, reject.code)).collect();
        (told, rejects)
    }

    #[test]
    fn long_and_wide_tables_and_parquet_say_the_same() {
        let expected = ["A 1740769200 1 231.5", "A 1740769200 2 229", "B 1740769200 1 220"];
        let long = "usage_point,timestamp,phase,volt\nA,2025-03-01 00:00,1,231.5\nA,2025-03-01 00:00,L2,229\n\
                    B,2025-03-01 00:00,,220\n";
        let wide = "Номер ПУ;Дата;Время;Ua;Ub;Uc\nA;01.03.2025;00:00;231,5;229;\nB;01.03.2025;00:00;220;;\n";
        assert_eq!(read(long.as_bytes()), (expected.map(str::to_owned).to_vec(), vec![]));
        assert_eq!(read(wide.as_bytes()), (expected.map(str::to_owned).to_vec(), vec![]));
        let columns: [(&str, ArrayRef); 4] = [
            ("usage_point", Arc::new(StringArray::from(vec!["A", "A", "B"]))),
            ("timestamp", Arc::new(TimestampMicrosecondArray::from(vec![1_740_787_200_000_000; 3]))),
            ("phase", Arc::new(Int8Array::from(vec![Some(1), Some(2), None]))),
            ("volt", Arc::new(Float32Array::from(vec![231.5, 229.0, 220.0]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        assert_eq!(read(&bytes), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn rows_without_volts_a_phase_a_meter_or_a_time_are_rejected_and_the_rest_is_read() {
        let text = "usage_point,timestamp,phase,volt\nA,2025-03-01 00:00,1,231.5\nA,2025-03-01 00:30,7,230\n\
                    ,2025-03-01 00:30,1,230\nA,soon,1,230\nA,2025-03-01 01:00,1,5800\nA,2025-03-01 01:30,1,high\n\
                    A,2025-03-01 02:00,1,\n";
        let (told, rejects) = read(text.as_bytes());
        assert_eq!(told.len(), 1);
        let codes = ["row.kind_unknown", "id.empty", "time.unreadable", "value.absurd", "value.not_a_number"];
        assert_eq!(rejects, [3, 4, 5, 6, 7].into_iter().zip(codes).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_without_volts_names_the_column() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "usage_point,timestamp,phase\nA,2025-03-01 00:00,1\n").unwrap();
        let error = read_voltage(file.path(), &Calendar::new(None).unwrap(), &mut |_| {}).unwrap_err();
        assert!(error.to_string().contains("volt"), "{error}");
    }
}
