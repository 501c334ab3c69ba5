//! Pages of one column of a Parquet row group: read in one go, found and decompressed by the
//! `parquet` crate, with nulls told apart from values.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use super::bit_packed::{Hybrid, HybridRun, Truncated};
use super::headers::check_page;
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::contained::contained;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::bytes::read_buffer::{buffer, shared};

/// Why the fast lane does not take a row group.
#[derive(Debug)]
pub(crate) enum Detour {
    /// An encoding or a null that it does not know: the other lane does.
    Unusual,
    /// The file is damaged.
    Damaged(ParquetError),
}

impl From<ParquetError> for Detour {
    fn from(error: ParquetError) -> Self {
        Self::Damaged(error)
    }
}

impl From<Truncated> for Detour {
    fn from(_: Truncated) -> Self {
        Self::Damaged(ParquetError::EOF("a page is shorter than its header says".to_owned()))
    }
}

/// Bytes of one column of one row group, read in one go, at their place in the file.
struct ColumnBytes {
    start: u64,
    bytes: Bytes,
    caps: Caps,
}

impl Length for ColumnBytes {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for ColumnBytes {
    type T = bytes::buf::Reader<Bytes>;

    /// The page header at `start`, and nothing after it: the crate asks for the page itself by its
    /// size.
    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let bytes = self.slice(start, None)?;
        let length = check_page(&bytes, &self.caps)?
            .ok_or_else(|| ParquetError::EOF("a page header runs over the end of its column".to_owned()))?;
        Ok(bytes.slice(..length).reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.slice(start, Some(length))
    }
}

impl ColumnBytes {
    fn slice(&self, start: u64, length: Option<usize>) -> ParquetResult<Bytes> {
        let from = start
            .checked_sub(self.start)
            .and_then(|from| usize::try_from(from).ok())
            .filter(|&from| from <= self.bytes.len());
        let from = from.ok_or_else(|| ParquetError::EOF("a page lies outside its column".to_owned()))?;
        let to = length
            .map_or(Some(self.bytes.len()), |length| from.checked_add(length))
            .filter(|&to| to <= self.bytes.len());
        to.map(|to| self.bytes.slice(from..to))
            .ok_or_else(|| ParquetError::EOF("a page runs over the end of its column".to_owned()))
    }
}

/// A data page with its nulls told apart from its values.
pub(crate) struct DataPage {
    pub(crate) encoding: Encoding,
    pub(crate) rows: usize,
    /// Definition levels in the hybrid encoding; `None` where no value is null.
    pub(crate) levels: Option<Bytes>,
    pub(crate) values: Bytes,
}

/// One column of one row group of an opened file.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a> {
    pub(crate) file: &'a File,
    pub(crate) group: &'a RowGroupMetaData,
    pub(crate) index: usize,
    /// Where the file is digested while it is read.
    pub(crate) digest: Option<&'a FileDigest>,
    pub(crate) caps: Caps,
}

impl Column<'_> {
    pub(crate) fn column_type(&self) -> Type {
        self.group.column(self.index).column_type()
    }
}

/// The pages of one column of one row group.
pub(crate) struct Pages {
    reader: SerializedPageReader<ColumnBytes>,
    nullable: bool,
    rows: usize,
}

impl Pages {
    /// Reads the column; its bytes are offered to the digest, where the file is digested on the
    /// way.
    pub(crate) fn open(column: Column) -> Result<Self, Detour> {
        let chunk_data = column.group.column(column.index);
        let rows = usize::try_from(column.group.num_rows()).map_err(|_| Detour::Unusual)?;
        let descriptor = chunk_data.column_descr();
        if descriptor.max_rep_level() > 0 || descriptor.max_def_level() > 1 {
            return Err(Detour::Unusual);
        }
        let (start, length) = chunk_data.byte_range();
        let mut file = column.file;
        let mut bytes = buffer();
        file.seek(SeekFrom::Start(start))
            .and_then(|_| file.take(length).read_to_end(&mut bytes))
            .map_err(|error| ParquetError::External(Box::new(error)))?;
        let bytes = shared(bytes);
        if let Some(digest) = column.digest {
            digest.offer(start, bytes.clone());
        }
        let chunk = Arc::new(ColumnBytes { start, bytes, caps: column.caps });
        let reader = SerializedPageReader::new(chunk, chunk_data, rows, None)?;
        Ok(Self { reader, nullable: descriptor.max_def_level() == 1, rows })
    }

    /// Hands all pages to `dictionary` and `data`, in order.
    pub(crate) fn each<S>(
        mut self,
        state: &mut S,
        dictionary: impl Fn(&mut S, &[u8], usize) -> Result<(), Detour>,
        data: impl Fn(&mut S, DataPage) -> Result<(), Detour>,
    ) -> Result<(), Detour> {
        // Pages may say any number of rows, each of which would take room; a column has as many as
        // its row group.
        let mut left = self.rows;
        let mut rows_of = |rows: u32| {
            left = left.checked_sub(rows as usize).ok_or(Truncated)?;
            Ok::<usize, Truncated>(rows as usize)
        };
        let mut bytes = 0_u32;
        while let Some(page) = contained(|| self.reader.get_next_page()).ok_or(Truncated)?? {
            // Ends of texts are counted in 32 bits.
            bytes = u32::try_from(page.buffer().len())
                .ok()
                .and_then(|more| bytes.checked_add(more))
                .ok_or(Detour::Unusual)?;
            match page {
                Page::DictionaryPage { buf, num_values, .. } => dictionary(state, &buf, num_values as usize)?,
                Page::DataPage { buf, num_values, encoding, .. } => {
                    data(state, self.first_version(&buf, rows_of(num_values)?, encoding)?)?;
                }
                Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding,
                    num_nulls,
                    def_levels_byte_len,
                    rep_levels_byte_len,
                    ..
                } => {
                    let levels_end = def_levels_byte_len as usize + rep_levels_byte_len as usize;
                    if levels_end > buf.len() {
                        return Err(Truncated.into());
                    }
                    let levels = (num_nulls > 0).then(|| buf.slice(rep_levels_byte_len as usize..levels_end));
                    data(
                        state,
                        DataPage { encoding, rows: rows_of(num_values)?, levels, values: buf.slice(levels_end..) },
                    )?;
                }
            }
        }
        Ok(())
    }

    fn first_version(&self, buf: &Bytes, rows: usize, encoding: Encoding) -> Result<DataPage, Detour> {
        if !self.nullable {
            return Ok(DataPage { encoding, rows, levels: None, values: buf.clone() });
        }
        let length = buf.get(..4).ok_or(Truncated)?;
        let end = 4 + u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        if end > buf.len() {
            return Err(Truncated.into());
        }
        let levels = buf.slice(4..end);
        let first = Hybrid::new(&levels, 1, rows).next_run()?;
        let full = matches!(first, Some(HybridRun::Same { value: 1, rows: all }) if all == rows);
        Ok(DataPage { encoding, rows, levels: (!full).then_some(levels), values: buf.slice(end..) })
    }
}

/// Splits the bit width off a dictionary-coded page.
pub(crate) fn indices(page: &DataPage, rows: usize) -> Result<(Hybrid<'_>, u32), Detour> {
    let (&width, bytes) = page.values.split_first().ok_or(Truncated)?;
    if width > 32 {
        return Err(Truncated.into());
    }
    Ok((Hybrid::new(bytes, u32::from(width), rows), u32::from(width)))
}

pub(crate) fn is_dictionary(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
}
