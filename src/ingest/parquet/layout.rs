//! Where the columns of readings lie in a Parquet file.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::ParquetError;

use super::footer::{check_lengths, check_rows, lies_inside, panicked};
use super::headers::check_footer;
use crate::domain::{FileIx, IntervalBlock};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::contained::contained;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::error::{ArchiveFault, IngestError};
use crate::ingest::format::Source;
use crate::ingest::text::columns::{ReadingColumns, Value, reading_columns};

/// Where the columns are, and the schema with ids as dictionary.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) path: PathBuf,
    pub(crate) file: FileIx,
    pub(crate) metadata: ArrowReaderMetadata,
    pub(crate) names: Vec<String>,
    pub(crate) columns: ReadingColumns,
    pub(crate) caps: Caps,
    pub(crate) first_rows: Vec<u64>,
    pub(crate) fast: Option<FastColumns>,
    pub(crate) digest: FileDigest,
    /// Blocks for the next row groups: one for each thread that reads.
    pub(crate) used_blocks: Mutex<Vec<IntervalBlock>>,
}

/// Leaf columns of the fast lane and how its stamps count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FastColumns {
    pub(crate) id: usize,
    pub(crate) time: usize,
    pub(crate) value: usize,
    pub(crate) per_second: i64,
    pub(crate) exact: bool,
}

pub(crate) fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

impl Layout {
    pub(crate) fn of(file: &Source) -> Result<Self, IngestError> {
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

    pub(crate) fn damaged(&self, source: ParquetError) -> IngestError {
        IngestError::Parquet { path: self.path.clone(), source }
    }

    pub(crate) fn open(&self) -> Result<File, IngestError> {
        File::open(&self.path).map_err(|source| IngestError::Io { path: self.path.clone(), source })
    }
}
