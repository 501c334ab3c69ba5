//! Long Parquet: one reading a row. A piece is a row group; pieces are read in any order, at once.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{LogicalType, TimeUnit, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::domain::{
    Calendar, FileIx, IntervalBlock, Minute, NO_READING, Reject, RejectCode, TimeRun, is_no_reading, push_time,
};

use super::archive::ArchiveFault;
use super::caps::{Caps, unpacked_limit};
use super::columns::{ReadingColumns, Value, reading_columns};
use super::contained::contained;
use super::digest::FileDigest;
use super::naive_clock::NaiveClock;
use super::parquet_columns::{RawTimes, read_ids, read_times, read_values};
use super::parquet_headers::check_footer;
use super::parquet_pages::{Column, Detour};
use super::values::{ABSURD, is_absurd, stamp_detail};
use super::{BlockSink, Format, IdRuns, IngestError, ReadingsFile, Source, StampClock, decompress, parquet_batches};

/// Row groups beyond this many rows are read in batches, so that memory does not depend on how the
/// file was written.
const LARGEST_GROUP: i64 = 4 << 20;

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

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        Ok(Box::new(Layout::of(file)?))
    }
}

/// Where the columns are, and the schema with ids as dictionary.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) path: PathBuf,
    pub(super) file: FileIx,
    pub(super) metadata: ArrowReaderMetadata,
    pub(super) names: Vec<String>,
    pub(super) columns: ReadingColumns,
    pub(super) caps: Caps,
    first_rows: Vec<u64>,
    fast: Option<FastColumns>,
    digest: FileDigest,
    /// Blocks for the next row groups: one for each thread that reads.
    used_blocks: Mutex<Vec<IntervalBlock>>,
}

/// Leaf columns of the fast lane and how its stamps count.
#[derive(Debug, Clone, Copy)]
struct FastColumns {
    id: usize,
    time: usize,
    value: usize,
    per_second: i64,
    exact: bool,
}

pub(super) fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

impl Layout {
    fn of(file: &Source) -> Result<Self, IngestError> {
        if decompress::is_compressed(file.path)? {
            return Err(IngestError::Archive { path: file.path.to_path_buf(), fault: ArchiveFault::Parquet });
        }
        let open = File::open(file.path).map_err(|source| IngestError::Io { path: file.path.to_path_buf(), source })?;
        let damaged = |source| IngestError::Parquet { path: file.path.to_path_buf(), source };
        let load = |options| {
            contained(|| ArrowReaderMetadata::load(&open, options)).unwrap_or_else(|| Err(panicked())).map_err(damaged)
        };
        check_footer(&open).map_err(damaged)?;
        let plain = load(ArrowReaderOptions::new())?;
        let names: Vec<String> = plain.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns = reading_columns(file.path, &names)?;
        check_lengths(file.path, plain.parquet_schema(), columns.all())?;
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
        let length = open.metadata().map_err(|source| IngestError::Io { path: file.path.to_path_buf(), source })?.len();
        if !lies_inside(plain.metadata(), length) {
            return Err(damaged(ParquetError::EOF("the footer names columns outside the file".to_owned())));
        }
        check_rows(plain.metadata(), length, &file.caps).map_err(damaged)?;
        let metadata = load(options)?;
        let mut next = 0;
        let first_rows = (metadata.metadata().row_groups().iter())
            .map(|group| {
                let first = next;
                next += group.num_rows().max(0) as u64;
                first
            })
            .collect();
        let mut layout = Self {
            path: file.path.to_path_buf(),
            file: file.ix,
            metadata,
            names,
            columns,
            caps: file.caps,
            first_rows,
            fast: None,
            digest: FileDigest::new(file.path),
            used_blocks: Mutex::default(),
        };
        layout.fast = layout.fast_columns();
        Ok(layout)
    }

    /// The columns of the fast lane; `None` where the file has more to say (quality, channel,
    /// duration, registers) or stamps of another kind.
    fn fast_columns(&self) -> Option<FastColumns> {
        let c = &self.columns;
        let plain = c.quality.is_none()
            && c.channel.is_none()
            && c.duration_min.is_none()
            && matches!(c.value, Value::Interval(..));
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let leaf = |root: usize| (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == root);
        let (id, time, value) = (leaf(c.usage_point)?, leaf(c.timestamp)?, leaf(c.value.column())?);
        let Some(LogicalType::Timestamp(stamp)) = schema.column(time).logical_type_ref().cloned() else { return None };
        let per_second = match stamp.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        };
        plain.then_some(FastColumns { id, time, value, per_second, exact: stamp.is_adjusted_to_u_t_c })
    }

    fn damaged(&self, source: ParquetError) -> IngestError {
        IngestError::Parquet { path: self.path.clone(), source }
    }

    fn open(&self) -> Result<File, IngestError> {
        File::open(&self.path).map_err(|source| IngestError::Io { path: self.path.clone(), source })
    }

    fn read_fast(
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
        let reject = |row: usize, code: RejectCode, detail: String| {
            sink.reject(Reject {
                file: self.path.display().to_string(),
                row: first_row + row as u64 + 1,
                code: code.0,
                detail: detail.into(),
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

/// Why the fast lane ended.
enum FastError {
    File(IngestError),
    Detour(Detour),
}

impl From<Detour> for FastError {
    fn from(detour: Detour) -> Self {
        Self::Detour(detour)
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

/// Turns stamps in the unit of the file into minutes of UTC; a run within one offset of the clock
/// stays a run.
fn place_times(
    raw: &[RawTimes],
    columns: FastColumns,
    clock: &mut NaiveClock,
    block: &mut IntervalBlock,
    reject: &dyn Fn(usize, RejectCode, String),
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
                        reject(row, code, stamp_detail(code, b"the stamp of this row"));
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
fn check_ids(block: &mut IntervalBlock, reject: &dyn Fn(usize, RejectCode, String)) {
    if block.ids.iter().all(|id| !id.is_empty()) {
        return;
    }
    let mut row = 0;
    for run in &block.keys {
        let rows = row..row + run.rows as usize;
        row = rows.end;
        if block.ids.get(run.key).is_empty() {
            for row in rows {
                reject(row, RejectCode::ID_EMPTY, "no usage point; fill in the meter's id".to_owned());
                block.value[row] = NO_READING;
            }
        }
    }
}

/// Rejects values that no meter records.
fn check_values(block: &mut IntervalBlock, value: Value, reject: &dyn Fn(usize, RejectCode, String)) {
    // A comparison with NaN is false. Without a branch for each value this costs next to nothing.
    let beyond = |values: &[f32]| values.iter().fold(false, |any, number| any | (number.abs() > ABSURD as f32));
    if block.value.chunks(1 << 12).any(beyond) {
        let absurd = |number: f32| !number.is_nan() && is_absurd(f64::from(number), value);
        for (row, number) in block.value.iter_mut().enumerate().filter(|(_, number)| absurd(**number)) {
            reject(
                row,
                RejectCode::VALUE_ABSURD,
                format!("{number:e} is beyond anything a meter records; check the unit"),
            );
            *number = NO_READING;
        }
    }
}

/// What a panic of the crate is told as.
pub(super) fn panicked() -> ParquetError {
    ParquetError::General("it contradicts itself".to_owned())
}

/// Checks that the columns that are read have one value a row, of no length that no reading needs:
/// the crate makes room for whole batches of them.
pub(super) fn check_lengths(
    path: &Path,
    schema: &SchemaDescriptor,
    columns: impl Iterator<Item = usize>,
) -> Result<(), IngestError> {
    /// Bytes of one value of fixed length.
    const MOST: i32 = 256;
    for column in columns.filter_map(|index| schema.root_schema().get_fields().get(index)) {
        let found = match column.as_ref() {
            Type::PrimitiveType { physical_type: PhysicalType::FIXED_LEN_BYTE_ARRAY, type_length, .. }
                if *type_length > MOST =>
            {
                format!("{type_length} bytes in every row")
            }
            Type::PrimitiveType { .. } => continue,
            Type::GroupType { .. } => "list or group of columns".to_owned(),
        };
        let (path, column) = (path.to_path_buf(), column.name().to_owned());
        return Err(IngestError::ColumnType { path, column, found, expected: "one text, number or time in a row" });
    }
    Ok(())
}

/// Checks that a file does not say it holds more readings than the bytes that it may unpack to. A
/// reading counts as one byte: those of meters without load, in the order of time, pack to a
/// thirtieth of a byte.
pub(super) fn check_rows(metadata: &ParquetMetaData, length: u64, caps: &Caps) -> Result<(), ParquetError> {
    let rows =
        metadata.row_groups().iter().fold(0_u64, |rows, group| rows.saturating_add(group.num_rows().max(0) as u64));
    let (most, met) = unpacked_limit(length, caps);
    if rows > most { Err(ParquetError::External(Box::new(met))) } else { Ok(()) }
}

/// Whether all columns lie inside the file: a damaged footer may say anything.
pub(super) fn lies_inside(metadata: &ParquetMetaData, length: u64) -> bool {
    let inside = |column: &ColumnChunkMetaData| {
        // The crate begins with the dictionary where there is one, and panics at numbers below
        // zero.
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let end = u64::try_from(start)
            .ok()
            .zip(u64::try_from(column.compressed_size()).ok())
            .and_then(|(start, size)| start.checked_add(size));
        end.is_some_and(|end| end <= length) && column.num_values() >= 0
    };
    metadata.row_groups().iter().all(|group| group.num_rows() >= 0 && group.columns().iter().all(inside))
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        ArrayRef, FixedSizeBinaryArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    };
    use parquet::arrow::ArrowWriter;
    use parquet::basic::Encoding;
    use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
    use proptest::prelude::*;

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
            Layout::of(&Source { path: file.path(), ix: FileIx(0), caps: crate::ingest::Caps::default() }).unwrap();
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
