//! What the footer of a Parquet file promises, checked before the crate believes it.

use std::path::Path;

use parquet::basic::Type as PhysicalType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::ingest::bytes::caps::{Caps, unpacked_limit};
use crate::ingest::error::IngestError;

/// What a panic of the crate is told as.
pub(crate) fn panicked() -> ParquetError {
    ParquetError::General("it contradicts itself".to_owned())
}

/// Checks that the columns that are read have one value a row, of no length that no reading needs:
/// the crate makes room for whole batches of them.
pub(crate) fn check_lengths(
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
pub(crate) fn check_rows(metadata: &ParquetMetaData, length: u64, caps: &Caps) -> Result<(), ParquetError> {
    let rows =
        metadata.row_groups().iter().fold(0_u64, |rows, group| rows.saturating_add(group.num_rows().max(0) as u64));
    let (most, met) = unpacked_limit(length, caps);
    if rows > most { Err(ParquetError::External(Box::new(met))) } else { Ok(()) }
}

/// Whether all columns lie inside the file: a damaged footer may say anything.
pub(crate) fn lies_inside(metadata: &ParquetMetaData, length: u64) -> bool {
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
