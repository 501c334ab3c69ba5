//! Long Parquet: one reading a row. A piece is a row group; pieces are read in any order, at once.

use arrow_schema::DataType;

use super::batches as parquet_batches;
use super::columns::read_ids;
use super::pages::{Column, Detour};
use crate::domain::Calendar;
use crate::ingest::error::IngestError;
use crate::ingest::format::{BlockSink, Format, IdRuns, ReadingsFile, Source, StampClock};
use crate::ingest::parquet::fast::FastError;
use crate::ingest::parquet::layout::Layout;

/// Row groups beyond this many rows are read in batches, so that memory does not depend on how the
/// file was written.
const LARGEST_GROUP: i64 = 4 << 20;

/// The format.
#[derive(Debug)]
pub(crate) struct LongParquet;

impl Format for LongParquet {
    fn name(&self) -> &'static str {
        "long parquet"
    }

    fn what(&self) -> &'static str {
        "Parquet"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        head.starts_with(b"PAR1")
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        Ok(Box::new(Layout::of(file)?))
    }
}

impl ReadingsFile for Layout {
    fn clock(&self) -> StampClock {
        let field = self.metadata.schema().field(self.columns.timestamp);
        if matches!(field.data_type(), DataType::Timestamp(_, Some(_))) { StampClock::Own } else { StampClock::Utility }
    }

    fn pieces(&self) -> usize {
        self.first_rows.len()
    }

    fn estimated_rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().max(0) as u64
    }

    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError> {
        let Some(columns) = self.fast else { return Ok(None) };
        let open = self.open()?;
        let mut runs = IdRuns::default();
        let group = self.metadata.metadata().row_group(piece);
        let column = Column { file: &open, group, index: columns.id, digest: None, caps: self.caps };
        match read_ids(column, &mut runs.ids, &mut runs.keys) {
            Ok(()) => Ok(Some(runs)),
            Err(Detour::Unusual) => Ok(None),
            Err(Detour::Damaged(source)) => Err(self.damaged(source)),
        }
    }

    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let small = self.metadata.metadata().row_group(piece).num_rows() <= LARGEST_GROUP;
        if let Some(columns) = self.fast.filter(|_| small) {
            match self.read_fast(piece, columns, calendar, sink) {
                Ok(rows) => return Ok(rows),
                Err(FastError::File(error)) => return Err(error),
                Err(FastError::Detour(Detour::Damaged(source))) => return Err(self.damaged(source)),
                Err(FastError::Detour(Detour::Unusual)) => {}
            }
        }
        parquet_batches::read_group(self, piece, self.first_rows[piece], calendar, sink)
    }

    fn sha256(&self) -> Result<String, IngestError> {
        self.digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::FileIx;
    use crate::ingest::bytes::caps::Caps;
    use arrow_array::{
        ArrayRef, FixedSizeBinaryArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    };
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Encoding;
    use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
    use proptest::prelude::*;
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::ingest::kept::{Kept, read_file};

    type Row = (Option<String>, i64, Option<f64>);

    fn write(rows: &[Row], properties: WriterProperties) -> tempfile::NamedTempFile {
        let ids: ArrayRef = Arc::new(rows.iter().map(|row| row.0.clone()).collect::<StringArray>());
        let stamps: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| row.1 * 60_000_000)));
        let values: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<Float64Array>());
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("usage_point", ids, true),
            ("timestamp", stamps, false),
            ("kwh", values, true),
        ])
        .unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    }

    /// Every reading and reject through the fast lane where it can be taken, and through the
    /// general one.
    fn both_lanes(file: &tempfile::NamedTempFile, zone: &str) -> [Kept; 2] {
        let calendar = Calendar::new(Some(zone)).unwrap();
        let fast = read_file(&LongParquet, file.path(), &calendar).unwrap();
        let layout =
            Layout::of(&Source { path: file.path(), ix: FileIx(0), caps: crate::ingest::bytes::caps::Caps::default() })
                .unwrap();
        let general = Kept::default();
        (0..layout.pieces()).for_each(|group| {
            parquet_batches::read_group(&layout, group, layout.first_rows[group], &calendar, &general).unwrap();
        });
        [fast, general]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn both_lanes_read_the_same(
            rows in proptest::collection::vec((prop_oneof![8 => (0_u8..6).prop_map(|i| Some(format!("UP{i}"))), 1 => Just(Some(" ".to_owned()))],
                prop_oneof![9 => (28_990_000_i64..29_200_000).prop_map(|m| m / 15 * 15), 1 => Just(99_999_999_i64)],
                prop_oneof![8 => (0_i32..900).prop_map(|w| Some(f64::from(w) / 1000.0)), 1 => Just(None), 1 => Just(Some(1e9))]), 1..300),
            sorted in any::<bool>(), dictionary in any::<bool>(), second in any::<bool>(), group in 1_usize..200,
        ) {
            let mut rows: Vec<Row> = rows;
            if sorted {
                rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
            }
            let version = if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
            let properties = WriterProperties::builder().set_writer_version(version).set_dictionary_enabled(dictionary)
                .set_max_row_group_row_count(Some(group)).set_data_page_row_count_limit(16).set_write_batch_size(8).set_statistics_enabled(EnabledStatistics::None).build();
            let [fast, general] = both_lanes(&write(&rows, properties), "Europe/Berlin");
            prop_assert_eq!(format!("{:?}", fast.readings()), format!("{:?}", general.readings()));
            prop_assert_eq!(fast.rejects(), general.rejects());
        }
    }

    #[test]
    fn a_damaged_page_is_an_error_and_no_panic() {
        let rows: Vec<Row> = (0..5000)
            .map(|i| (Some(format!("UP{}", i / 96)), 28_990_000 + i * 15, Some((i % 97) as f64 / 100.0)))
            .collect();
        let whole = std::fs::read(write(&rows, WriterProperties::default()).path()).unwrap();
        let calendar = Calendar::new(None).unwrap();
        for place in (4..whole.len() - 8).step_by(7) {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x55;
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            let _ = read_file(&LongParquet, file.path(), &calendar);
        }
    }

    fn regular(rows: usize, step_min: i64) -> Vec<Row> {
        (0..rows as i64).map(|row| (Some("UP1".to_owned()), 29_050_000 / 15 * 15 + row * step_min, Some(0.5))).collect()
    }

    #[test]
    fn stamps_that_go_backwards_over_a_change_of_the_clock_are_read() {
        // From 1 April 2025 back to 25 March: Germany's clock changes on 30 March. Deltas of one
        // width make one run of all.
        let rows: Vec<Row> = (0..600).map(|row| (Some("UP1".to_owned()), 29_057_760 - row * 15, Some(0.5))).collect();
        let delta = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_column_encoding("timestamp".into(), Encoding::DELTA_BINARY_PACKED);
        let [fast, general] = both_lanes(&write(&rows, delta.build()), "Europe/Berlin");
        assert_eq!(fast.readings(), general.readings());
        assert_eq!(fast.rejects(), general.rejects());
        // The last stamp is 18:15 on 25 March, one hour ahead of UTC still.
        assert_eq!(fast.readings().last().map(|reading| reading.1), Some((29_057_760 - 599 * 15 - 60) * 60));
    }

    #[test]
    fn pages_cannot_hold_more_rows_than_their_row_group() {
        // 100 rows of one meter at one instant: in pages, 100 is written as 200 in two bytes, as
        // the number of rows and as the length of a run. They become 8191.
        let file = write(
            &regular(100, 0),
            WriterProperties::builder().set_statistics_enabled(EnabledStatistics::None).build(),
        );
        let mut bytes = std::fs::read(file.path()).unwrap();
        let footer =
            bytes.len() - 8 - u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk::<4>().unwrap()) as usize;
        let mut changed = 0;
        for place in 4..footer - 1 {
            if bytes[place..place + 2] == [0xc8, 0x01] {
                bytes[place..place + 2].copy_from_slice(&[0xfe, 0x7f]);
                changed += 1;
            }
        }
        assert!(changed >= 6, "only {changed} numbers were found in the pages");
        std::fs::write(file.path(), bytes).unwrap();
        let calendar = Calendar::new(None).unwrap();
        assert!(matches!(read_file(&LongParquet, file.path(), &calendar), Err(IngestError::Parquet { .. })));
        let layout = Layout::of(&Source { path: file.path(), ix: FileIx(0), caps: Caps::default() }).unwrap();
        let general = Kept::default();
        let _ = parquet_batches::read_group(&layout, 0, 0, &calendar, &general);
        assert!(general.readings().len() <= 100);
    }

    #[test]
    fn a_row_group_with_fewer_rows_than_it_says_is_damaged() {
        let file = write(
            &regular(100, 0),
            WriterProperties::builder().set_statistics_enabled(EnabledStatistics::None).build(),
        );
        let mut bytes = std::fs::read(file.path()).unwrap();
        // In the footer 100 is 200 in two bytes, as the rows of the file, of the group and of each
        // column.
        let footer =
            bytes.len() - 8 - u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk::<4>().unwrap()) as usize;
        for place in footer..bytes.len() - 8 {
            if bytes[place..place + 2] == [0xc8, 0x01] {
                bytes[place] = 0xca;
            }
        }
        std::fs::write(file.path(), bytes).unwrap();
        let calendar = Calendar::new(None).unwrap();
        assert!(matches!(read_file(&LongParquet, file.path(), &calendar), Err(IngestError::Parquet { .. })));
        let layout = Layout::of(&Source { path: file.path(), ix: FileIx(0), caps: Caps::default() }).unwrap();
        assert!(parquet_batches::read_group(&layout, 0, 0, &calendar, &Kept::default()).is_err());
    }

    #[test]
    fn a_list_is_no_reading() {
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/parquet/nested")).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let error = read_file(&LongParquet, file.path(), &Calendar::new(None).unwrap()).unwrap_err().to_string();
        assert!(error.contains("column `kwh`") && error.contains("list or group of columns"), "{error}");
    }

    #[test]
    fn a_file_that_claims_more_readings_than_it_can_hold_is_refused() {
        let file = write(&regular(100, 15), WriterProperties::default());
        let caps = Caps { unpacked_bytes: 99, ..Caps::default() };
        let error = Layout::of(&Source { path: file.path(), ix: FileIx(0), caps }).unwrap_err();
        let IngestError::Parquet { source, .. } = error else { panic!("another error: {error}") };
        assert!(source.to_string().contains("raise `unpacked_bytes` in [caps]"), "{source}");
    }

    #[test]
    fn ids_of_a_thousand_bytes_each_are_refused_by_name() {
        let ids: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[b'A'; 1000]].into_iter()).unwrap());
        let stamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values([1_740_787_200_000_000]));
        let values: ArrayRef = Arc::new(Float64Array::from_iter_values([0.5]));
        let batch = RecordBatch::try_from_iter([("usage_point", ids), ("timestamp", stamps), ("kwh", values)]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let error = read_file(&LongParquet, file.path(), &Calendar::new(None).unwrap()).unwrap_err().to_string();
        assert!(error.contains("`usage_point`") && error.contains("1000 bytes in every row"), "{error}");
    }

    /// Files of every encoding that people's writers make, and those that once made a reader panic
    /// or run for ever.
    fn seeds() -> Vec<Vec<u8>> {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/parquet")).unwrap();
        let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
    }

    #[test]
    fn no_seed_cut_off_or_changed_makes_the_reader_panic() {
        let calendar = Calendar::new(Some("Europe/Berlin")).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut read = 0;
        let mut attempt = |bytes: &[u8]| {
            std::fs::write(file.path(), bytes).unwrap();
            read += u32::from(read_file(&LongParquet, file.path(), &calendar).is_ok());
        };
        for seed in seeds() {
            attempt(&seed);
            for place in (4..seed.len()).step_by(3) {
                attempt(&[&seed[..place], b"PAR1"].concat());
                for flip in [0x01, 0x55, 0x80] {
                    let mut bytes = seed.clone();
                    bytes[place] ^= flip;
                    attempt(&bytes);
                }
            }
        }
        assert!(read > 1000, "only {read} files were read");
    }
}
