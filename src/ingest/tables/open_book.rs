//! A workbook in memory, and the cells of its sheets.

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{
    Cell, Data, DataRef, Dimensions, Range, Reader, SheetVisible, Sheets, Xlsx, XlsxError, open_workbook_auto_from_rs,
};

use super::sheet_text::{Uncalculated, fill_merged, fill_merged_over, may_be_merged, text_of, uncalculated};
use crate::ingest::bytes::compound_file::{chains_end, is_encrypted};
use crate::ingest::bytes::contained::contained;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::bytes::kind::holds_sheets;
use crate::ingest::error::IngestError;
use crate::ingest::format::Source;

/// Largest workbook that is read, MB: a sheet of a million rows of ten columns is about 40.
const CAP_MB: u64 = 64;
/// Cells of the rectangle around a sheet, blank ones included, that are held: a million rows of
/// thirty columns.
const MOST_CELLS: u64 = 1 << 25;
/// Columns of a static table in which a cell may be merged over rows.
const MERGED_COLUMNS: usize = 64;

/// A workbook in memory.
pub(crate) struct OpenBook {
    path: PathBuf,
    book: Sheets<Cursor<Vec<u8>>>,
}

impl OpenBook {
    /// Reads the whole file, or the member of an archive, with its digest.
    ///
    /// # Errors
    /// When it cannot be read, is too large, damaged, protected by a password, or no workbook.
    pub(crate) fn open(file: &Source) -> Result<(Self, Arc<FileDigest>), IngestError> {
        let path = file.path;
        let too_large = |bytes: u64| IngestError::TooLarge {
            path: path.to_path_buf(),
            megabytes: bytes >> 20,
            what: "a workbook",
            cap: CAP_MB,
            remedy: "save its sheets as csv, or split it by month",
        };
        let stored = decompress::stored_bytes(path)?;
        if stored >> 20 > CAP_MB {
            return Err(too_large(stored));
        }
        let digest = Arc::new(FileDigest::new(path));
        let mut bytes = Vec::new();
        let most = (CAP_MB + 1) << 20;
        let read = decompress::open_within(path, Some(digest.clone()), &file.caps)?.take(most).read_to_end(&mut bytes);
        read.map_err(|source| IngestError::Io { path: path.to_path_buf(), source })?;
        if bytes.len() as u64 >= most {
            return Err(too_large(most));
        }
        let unusable = |message: &str| IngestError::Workbook { path: path.to_path_buf(), message: message.to_owned() };
        if is_encrypted(&bytes) {
            return Err(unusable("it needs a password; take the password off"));
        }
        if !holds_sheets(&bytes) {
            return Err(IngestError::OtherKind {
                path: path.to_path_buf(),
                what: "an office file without sheets",
                remedy: "give the tables as xlsx or csv",
            });
        }
        if !chains_end(&bytes) {
            return Err(unusable("it is damaged"));
        }
        let book = unharmed(path, || open_workbook_auto_from_rs(Cursor::new(bytes)))?;
        Ok((Self { path: path.to_path_buf(), book }, digest))
    }

    /// Names of all sheets, and whether each is visible.
    pub(crate) fn sheets(&self) -> Vec<(String, bool)> {
        let sheets = self.book.sheets_metadata().iter();
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible)).collect()
    }

    /// Names of the visible sheets.
    pub(crate) fn visible_sheets(&self) -> Vec<String> {
        self.sheets().into_iter().filter(|(_, is_visible)| *is_visible).map(|(name, _)| name).collect()
    }

    /// Cells of a sheet; an id that is merged over its rows stands in each of them.
    ///
    /// # Errors
    /// When they cannot be read, or are too many.
    pub(crate) fn cells(&mut self, name: &str) -> Result<Range<Data>, IngestError> {
        let mut range = self.written(name, u32::MAX)?;
        if may_be_merged(&range) {
            fill_merged(&mut range, &self.merged(name));
        }
        Ok(range)
    }

    /// A sheet of a static table as lines of text; a cell that is merged over rows stands in each
    /// of them, as a substation does over its feeders.
    ///
    /// # Errors
    /// As [`cells`](Self::cells).
    pub(crate) fn text(&mut self, name: &str) -> Result<String, IngestError> {
        let mut range = self.written(name, u32::MAX)?;
        fill_merged_over(&mut range, &self.merged(name), 2, MERGED_COLUMNS);
        Ok(text_of(&range))
    }

    /// The first rows of a sheet as lines of text.
    ///
    /// # Errors
    /// As [`cells`](Self::cells).
    pub(crate) fn top_text(&mut self, name: &str, rows: u32) -> Result<String, IngestError> {
        let range = self.written(name, rows)?;
        let Some(((first, left), (last, right))) = range.start().zip(range.end()) else { return Ok(String::new()) };
        Ok(text_of(&range.range((first, left), (last.min(first.saturating_add(rows)), right))))
    }

    /// Cells of a sheet that hold a formula and no value, and the row of the first.
    pub(crate) fn open_formulas(&mut self, name: &str, range: &Range<Data>) -> Option<Uncalculated> {
        // Other formats keep the value beside the formula.
        let Sheets::Xlsx(book) = &mut self.book else { return None };
        let mut places = Vec::new();
        unharmed(Path::new(""), || {
            let mut cells = book.worksheet_cells_reader(name)?;
            while let Some(cell) = cells.next_formula()? {
                places.extend((!cell.get_value().is_empty()).then(|| cell.get_position()));
            }
            Ok(())
        })
        .ok()?;
        uncalculated(range, &places)
    }

    /// The cells of a sheet as they are written, up to so many rows where they can be read one by
    /// one.
    fn written(&mut self, name: &str, rows: u32) -> Result<Range<Data>, IngestError> {
        let path = &self.path;
        let Sheets::Xlsx(sheets) = &mut self.book else { return unharmed(path, || self.book.worksheet_range(name)) };
        let cells = unharmed(path, || Ok(written_cells(sheets, name, rows)?))?;
        bounded(cells).ok_or_else(|| IngestError::Workbook {
            path: path.clone(),
            message: format!(
                "sheet `{name}` has a cell far from its table, so that more than {MOST_CELLS} cells would be held; \
                 delete that cell"
            ),
        })
    }

    /// Merged ranges; those that cannot be read leave the cells as they stand.
    fn merged(&mut self, name: &str) -> Vec<Dimensions> {
        let (path, book) = (&self.path, &mut self.book);
        let mut merged = || match book {
            Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
            Sheets::Xls(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
            Sheets::Xlsb(_) | Sheets::Ods(_) => Vec::new(),
        };
        unharmed(path, || Ok(merged())).unwrap_or_default()
    }
}

/// The cells of a sheet that hold something, in its first `rows` rows.
fn written_cells(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, rows: u32) -> Result<Vec<Cell<Data>>, XlsxError> {
    let mut cells = Vec::new();
    let mut reader = book.worksheet_cells_reader(name)?;
    while let Some(cell) = reader.next_cell()? {
        if cell.get_position().0 >= rows {
            break;
        }
        if !matches!(cell.get_value(), DataRef::Empty) {
            cells.push(Cell::new(cell.get_position(), Data::from(cell.get_value().clone())));
        }
    }
    Ok(cells)
}

/// The rectangle that cells lie in; `None` when it is too large to be held.
fn bounded(cells: Vec<Cell<Data>>) -> Option<Range<Data>> {
    let span = |places: &dyn Fn(&Cell<Data>) -> u32| -> u64 {
        let (low, high) =
            cells.iter().map(places).fold((u32::MAX, 0), |(low, high), place| (low.min(place), high.max(place)));
        u64::from(high.saturating_sub(low)) + 1
    };
    let held = span(&|cell| cell.get_position().0) * span(&|cell| cell.get_position().1);
    (cells.is_empty() || held <= MOST_CELLS).then(|| Range::from_sparse(cells))
}

/// Reads with the crate, whose panics on damaged files become errors here.
fn unharmed<T>(path: &Path, read: impl FnOnce() -> Result<T, calamine::Error>) -> Result<T, IngestError> {
    let message = match contained(read) {
        Some(Ok(read)) => return Ok(read),
        Some(Err(error)) => error.to_string(),
        None => "it is damaged".to_owned(),
    };
    Err(IngestError::Workbook { path: path.to_path_buf(), message })
}
