//! Lengths of texts in Parquet pages, checked before the crate makes room for them.

use std::fs::File;

use parquet::basic::{Encoding, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;

use super::bit_packed::{Truncated, delta_total, deltas};
use super::pages::{Column, DataPage, Detour, Pages};
use crate::ingest::bytes::caps::Caps;

/// Refuses texts whose lengths claim to be more than their page has values: the crate makes room
/// for as many as they say.
pub(crate) fn check_texts(file: &File, group: &RowGroupMetaData, index: usize, caps: Caps) -> Result<(), ParquetError> {
    let column = Column { file, group, index, digest: None, caps };
    if !matches!(column.column_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) {
        return Ok(());
    }
    let lengths = |(): &mut (), page: DataPage| {
        if !matches!(page.encoding, Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY) {
            return Ok(());
        }
        let told = |bytes: &[u8]| {
            delta_total(bytes).and_then(|total| if total > page.rows { Err(Truncated) } else { Ok(total) })
        };
        let total = told(&page.values)?;
        if page.encoding == Encoding::DELTA_BYTE_ARRAY {
            told(deltas(&page.values, total, |_, _, _| {})?)?;
        }
        Ok(())
    };
    match Pages::open(column).and_then(|pages| pages.each(&mut (), |(), _, _| Ok(()), lengths)) {
        Err(Detour::Damaged(error)) => Err(error),
        Ok(()) | Err(Detour::Unusual) => Ok(()),
    }
}
