//! Static tables in workbooks: of the visible sheets the one whose headings fit the kind best.

use std::path::Path;
use std::sync::Arc;

use super::headings::TableKind;
use super::table_cells::{Header, TableCells, TableRows, header_row};
use crate::domain::FileIx;
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::error::IngestError;
use crate::ingest::format::Source;
use crate::ingest::tables::open_book::OpenBook;

/// What separates the cells of a sheet that is held as text.
const CELL_END: char = '\u{1f}';

/// Reads the sheet of a workbook that fits `kind` best, the first of several; also the digest of
/// the file's bytes.
///
/// # Errors
/// When the workbook cannot be read, or has no sheet with anything on it.
pub(crate) fn read(path: &Path, kind: &TableKind, caps: &Caps) -> Result<(TableCells, String), IngestError> {
    let (mut book, digest) = open(path, caps)?;
    let mut best: Option<(usize, String, String)> = None;
    for name in book.visible_sheets() {
        let text = book.text(&name)?;
        let named = header_row(rows_of(&text).map(|(_, row)| row).collect::<Vec<_>>().iter().map(Vec::as_slice), kind)
            .map_or(0, |(_, named)| named);
        let is_empty = text.chars().all(|c| c == CELL_END || c.is_whitespace());
        if !is_empty && best.as_ref().is_none_or(|(most, ..)| named > *most) {
            best = Some((named, name, text));
        }
    }
    let Some((_, name, text)) = best else { return Err(IngestError::Empty { path: path.to_path_buf() }) };
    let mut table = TableRows::new(path, Header::Found(kind), decompress::stored_bytes(path)?, caps);
    for (line, row) in text.lines().enumerate() {
        table.row(line as u64 + 1, row.split(CELL_END))?;
    }
    Ok((TableCells { sheet: Some(name), ..table.finish()? }, digest.finish()?))
}

/// The first rows of every visible sheet, for a look at their headings.
///
/// # Errors
/// When the workbook cannot be read.
pub(crate) fn first_rows(path: &Path, most: usize) -> Result<Vec<Vec<Vec<String>>>, IngestError> {
    let (mut book, _) = open(path, &Caps::default())?;
    let names = book.visible_sheets();
    let of_sheet = |name: String| Ok(rows_of(&book.top_text(&name, most as u32)?).map(|(_, row)| row).collect());
    names.into_iter().map(of_sheet).collect()
}

fn open(path: &Path, caps: &Caps) -> Result<(OpenBook, Arc<FileDigest>), IngestError> {
    OpenBook::open(&Source { path, ix: FileIx(0), caps: *caps })
}

/// The first rows of a sheet with their numbers, blank ones left out.
fn rows_of(text: &str) -> impl Iterator<Item = (usize, Vec<String>)> {
    let rows = text.lines().take(200).enumerate();
    rows.map(|(line, row)| (line + 1, row.split(CELL_END).map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()))
        .filter(|(_, row)| row.iter().any(|cell| !cell.is_empty()))
}
