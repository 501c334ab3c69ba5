//! Static tables and result tables in Parquet, as text cell by cell. What readings in Parquet pass,
//! every file passes: the walk of its headers, the caps, and containment of the crate's panics.
//!
//! Columns are read one after another, so that memory holds the pages of one. Texts stay in their
//! dictionaries until a cell is asked for: rows that name one long text again and again take no
//! room.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::CastOptions;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::footer::{check_lengths, check_rows, lies_inside, panicked};
use super::headers::{CheckedFile, check_footer};
use super::texts::check_texts;
use crate::ingest::bytes::caps::{Caps, unpacked_limit};
use crate::ingest::bytes::contained::contained;
use crate::ingest::error::IngestError;
use crate::ingest::text::cells::{Cells, Room};

/// Rows decoded at a time.
const BATCH: usize = 1 << 12;

/// An opened table.
pub struct ParquetTable {
    path: PathBuf,
    caps: Caps,
    metadata: ArrowReaderMetadata,
    length: u64,
    rows: usize,
    /// Columns of one value a row, by name, with their place in the file.
    columns: Vec<(String, usize)>,
}

/// Takes one cell: its row, and its text; `None` where it is empty.
type TakeCell<'t> = &'t mut dyn FnMut(usize, Option<&str>) -> Result<(), ParquetError>;

impl ParquetTable {
    /// Opens a table within the usual caps.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or meets a cap.
    pub fn open(path: &Path) -> Result<Self, IngestError> {
        Self::open_within(path, Caps::default())
    }

    /// The same within caps of the caller.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or meets a cap.
    pub(crate) fn open_within(path: &Path, caps: Caps) -> Result<Self, IngestError> {
        let io = |source| IngestError::Io { path: path.to_path_buf(), source };
        let damaged = |source| IngestError::Parquet { path: path.to_path_buf(), source };
        let file = File::open(path).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        check_footer(&file).map_err(damaged)?;
        // What the writer noted of its own types is not asked: it may say anything.
        let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let load = |options| {
            contained(|| ArrowReaderMetadata::load(&file, options)).unwrap_or_else(|| Err(panicked())).map_err(damaged)
        };
        let plain = load(options())?;
        if !lies_inside(plain.metadata(), length) {
            return Err(damaged(ParquetError::EOF("the footer names columns outside the file".to_owned())));
        }
        check_rows(plain.metadata(), length, &caps).map_err(damaged)?;
        let kept = |field: &Arc<Field>| {
            let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::Binary);
            let kept = DataType::Dictionary(Box::new(DataType::Int32), Box::new(field.data_type().clone()));
            if is_text { field.as_ref().clone().with_data_type(kept) } else { field.as_ref().clone() }
        };
        let fields: Vec<Field> = plain.schema().fields().iter().map(kept).collect();
        let metadata = load(options().with_schema(Arc::new(Schema::new(fields))))?;
        let rows = metadata.metadata().row_groups().iter().map(|group| group.num_rows().max(0) as usize).sum();
        let roots = metadata.parquet_schema().root_schema().get_fields();
        let columns = roots
            .iter()
            .enumerate()
            .filter(|(_, root)| root.is_primitive())
            .map(|(place, root)| (root.name().trim().to_owned(), place))
            .collect();
        Ok(Self { path: path.to_path_buf(), caps, metadata, length, rows, columns })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names of the columns that have one value a row, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Hands every value of a column to `row`, as text; no column of this name has no values.
    ///
    /// # Errors
    /// When the column is damaged, meets a cap, or is of a type that has no text.
    pub fn each(&self, name: &str, mut row: impl FnMut(usize, Option<&str>)) -> Result<(), IngestError> {
        self.walk(name, None, &mut |place, cell| {
            row(place, cell);
            Ok(())
        })
    }

    /// One value as text; `None` where it is missing, or there is no such column or row.
    ///
    /// # Errors
    /// As [`each`](Self::each).
    pub fn value(&self, name: &str, row: usize) -> Result<Option<String>, IngestError> {
        let mut value = None;
        self.walk(name, Some(row), &mut |_, cell| {
            value = cell.map(str::to_owned);
            Ok(())
        })?;
        Ok(value)
    }

    /// Hands all rows to `each`, some thousand at a time with the row of the first; columns are
    /// places among [`names`](Self::names).
    ///
    /// # Errors
    /// As [`each`](Self::each), and those of `each`.
    pub(crate) fn batches(
        &self,
        columns: &[usize],
        each: &mut dyn FnMut(usize, &RecordBatch) -> Result<(), IngestError>,
    ) -> Result<(), IngestError> {
        let damaged = |source| self.damaged(source);
        let roots: Vec<usize> = columns.iter().map(|&column| self.columns[column].1).collect();
        let mut reader = self.reader(&roots)?;
        let mut first = 0;
        while let Some(batch) = contained(|| reader.next()).ok_or_else(|| damaged(panicked()))? {
            let batch = batch.map_err(|error| damaged(ParquetError::General(error.to_string())))?;
            if first + batch.num_rows() > self.rows {
                return Err(damaged(ParquetError::General("a column holds more rows than it says".to_owned())));
            }
            each(first, &batch)?;
            first += batch.num_rows();
        }
        Ok(())
    }

    /// A reader of some columns, whose pages were walked.
    fn reader(&self, roots: &[usize]) -> Result<ParquetRecordBatchReader, IngestError> {
        let damaged = |source| self.damaged(source);
        let file = File::open(&self.path).map_err(|source| IngestError::Io { path: self.path.clone(), source })?;
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        check_lengths(&self.path, self.metadata.parquet_schema(), roots.iter().copied())?;
        for group in self.metadata.metadata().row_groups() {
            for index in (0..group.num_columns()).filter(|&index| mask.leaf_included(index)) {
                check_texts(&file, group, index, self.caps).map_err(damaged)?;
            }
        }
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
            CheckedFile { file, caps: self.caps },
            self.metadata.clone(),
        );
        let builder = builder.with_projection(mask).with_batch_size(BATCH);
        contained(|| builder.build()).unwrap_or_else(|| Err(panicked())).map_err(damaged)
    }

    /// All columns as cells.
    ///
    /// # Errors
    /// As [`each`](Self::each).
    pub(crate) fn cells(&self) -> Result<Vec<Cells>, IngestError> {
        let mut room = Room::new(unpacked_limit(self.length, &self.caps));
        let mut all = Vec::with_capacity(self.columns.len());
        for (name, _) in &self.columns {
            let mut cells = Cells::default();
            self.walk(name, None, &mut |_, cell| {
                cells.push(cell.unwrap_or_default(), &mut room).map_err(|met| ParquetError::External(Box::new(met)))
            })?;
            all.push(cells);
        }
        Ok(all)
    }

    fn damaged(&self, source: ParquetError) -> IngestError {
        IngestError::Parquet { path: self.path.clone(), source }
    }

    /// Reads a column, or one row of it.
    fn walk(&self, name: &str, only: Option<usize>, row: TakeCell) -> Result<(), IngestError> {
        let Some(&(_, root)) = self.columns.iter().find(|(column, _)| column == name) else { return Ok(()) };
        let damaged = |source| self.damaged(source);
        let mut reader = self.reader(&[root])?;
        let (mut first, most) = (0, self.rows);
        while let Some(batch) = contained(|| reader.next()).ok_or_else(|| damaged(panicked()))? {
            let batch = batch.map_err(|error| damaged(ParquetError::General(error.to_string())))?;
            let column = batch.columns().first().ok_or_else(|| damaged(panicked()))?;
            if first + column.len() > most {
                return Err(damaged(ParquetError::General("a column holds more rows than it says".to_owned())));
            }
            match only {
                // The crate's own way to skip rows asks for pages in ways that the walk of headers
                // does not know.
                Some(only) if first + column.len() <= only => {}
                Some(only) => return self.texts(name, &column.slice(only - first, 1), row),
                None => self.texts(name, column, &mut |place, cell| row(first + place, cell))?,
            }
            first += column.len();
        }
        if first == most || only.is_some() {
            Ok(())
        } else {
            Err(damaged(ParquetError::General("a column holds fewer rows than it says".to_owned())))
        }
    }

    fn texts(&self, name: &str, column: &ArrayRef, row: TakeCell) -> Result<(), IngestError> {
        let unusable = || IngestError::ColumnType {
            path: self.path.clone(),
            column: name.chars().take(60).collect(),
            found: column.data_type().to_string().chars().take(60).collect(),
            expected: "one text, number or time in a row",
        };
        let told = if let DataType::Dictionary(_, _) = column.data_type() {
            let dictionary = column.as_dictionary::<Int32Type>();
            let values = contained(|| as_bytes(dictionary.values())).flatten().ok_or_else(unusable)?;
            (0..column.len()).try_for_each(|place| {
                let key = (!dictionary.is_null(place)).then(|| dictionary.keys().value(place) as usize);
                let text = key.and_then(|key| bytes_at(&values, key)).map(String::from_utf8_lossy);
                row(place, text.as_deref())
            })
        } else {
            let options = CastOptions { safe: true, ..CastOptions::default() };
            let cast = contained(|| arrow_cast::cast_with_options(column, &DataType::Utf8, &options))
                .and_then(Result::ok)
                .ok_or_else(unusable)?;
            let texts = cast.as_string::<i32>();
            (0..column.len()).try_for_each(|place| row(place, (!texts.is_null(place)).then(|| texts.value(place))))
        };
        told.map_err(|source| self.damaged(source))
    }
}

/// Texts as bytes: the crate does not check that a damaged file's texts are UTF-8.
fn as_bytes(values: &ArrayRef) -> Option<arrow_array::BinaryArray> {
    let (offsets, bytes, nulls) = match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().clone().into_parts(),
        DataType::Binary => values.as_binary::<i32>().clone().into_parts(),
        _ => return None,
    };
    arrow_array::BinaryArray::try_new(offsets, bytes, nulls).ok()
}

fn bytes_at(values: &arrow_array::BinaryArray, key: usize) -> Option<&[u8]> {
    (key < values.len() && !values.is_null(key)).then(|| values.value(key))
}
