//! Static tables in delimited text: in the encodings of readings, lines ended in any way, quoted
//! cells over several lines.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use super::table_cells::{Header, TableCells, TableRows};
use crate::ingest::bytes::caps::{CapMet, Caps};
use crate::ingest::bytes::decompress;
use crate::ingest::error::IngestError;
use crate::ingest::mapping::keys::Delimiter;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::tables::delimited::delimiter_of;
use crate::ingest::tables::encoding::{Decoded, guess_encoding};
use crate::ingest::tables::sample;

/// A line of its own after the end of a file. Where it comes back as a part of a cell, a quotation
/// was not closed. It begins with a noncharacter, which no text has.
const END: &[u8] = "\n\u{fdd0}end\n".as_bytes();

/// What is said where it was not.
const NOT_CLOSED: &str = "a quotation that begins in this row is not closed before the end of the file; close it, or \
    write quotation marks inside a cell twice";

/// Reads a table; without a header its columns have no names.
///
/// # Errors
/// When the file cannot be read, a quotation is not closed, or a cap is met.
pub(crate) fn read(path: &Path, head: &[u8], header: Header, caps: &Caps) -> Result<TableCells, IngestError> {
    let encoding = guess_encoding(head);
    let delimiter = delimiter_in(&encoding.decode(head).0, (head.len() as u64) < decompress::HEAD);
    let handed = Rc::new(Cell::new(0));
    let decoded = Decoded::new(decompress::open_within(path, None, caps)?, encoding).chain(END);
    let decoded = Rows { inner: decoded, handed: Rc::clone(&handed), cap: caps.record_bytes };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(decoded);
    let mut table = TableRows::new(path, header, decompress::stored_bytes(path)?, caps);
    let (mut record, mut line, mut ended) = (csv::StringRecord::new(), 1, false);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(failed(path, error, line)),
        }
        handed.set(0);
        line = record.position().map_or(line, csv::Position::line);
        ended = record.get(0).is_some_and(|cell| cell.as_bytes() == &END[1..END.len() - 1]);
        if ended {
            break;
        }
        table.row(line, record.iter())?;
    }
    if ended { table.finish() } else { Err(broken(path, line, NOT_CLOSED)) }
}

/// The first rows of a table in text, for a look at its headings.
pub(crate) fn first_rows(head: &[u8], most: usize) -> Vec<Vec<String>> {
    let text = guess_encoding(head).decode(head).0;
    let delimiter = delimiter_in(&text, (head.len() as u64) < decompress::HEAD);
    let reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.into_records().map_while(Result::ok).take(most);
    rows.map(|record| record.iter().map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What cuts the lines of a text evenly; spaces never do, for addresses have them.
pub(crate) fn delimiter_in(text: &str, is_whole: bool) -> u8 {
    let lines = if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") };
    let text = lines.as_str();
    match sample::delimiter(text, is_whole, &mut Understanding::default()) {
        Delimiter::Space => {
            let most = |line: &&str| line.bytes().filter(|byte| matches!(byte, b';' | b'\t' | b'|' | b',')).count();
            delimiter_of(text.lines().take(100).max_by_key(most).unwrap_or_default().as_bytes())
        }
        other => other.byte(),
    }
}

/// Counts what was handed out since the last row, so that one row cannot take all memory.
struct Rows<R> {
    inner: R,
    handed: Rc<Cell<u64>>,
    cap: u64,
}

impl<R: Read> Read for Rows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.handed.get() > self.cap {
            return Err(CapMet::Record(self.cap).into());
        }
        let read = self.inner.read(buffer)?;
        self.handed.set(self.handed.get() + read as u64);
        Ok(read)
    }
}

fn broken(path: &Path, row: u64, detail: &str) -> IngestError {
    IngestError::Broken { path: path.to_path_buf(), row, detail: detail.to_owned() }
}

/// What the reader says, without what it read.
pub(crate) fn failed(path: &Path, error: csv::Error, line: u64) -> IngestError {
    match error.into_kind() {
        csv::ErrorKind::Io(source)
            if source.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<CapMet>) =>
        {
            broken(path, line, &format!("after this row: {source}. A quotation may not be closed"))
        }
        csv::ErrorKind::Io(source) => IngestError::Io { path: path.to_path_buf(), source },
        _ => broken(path, line, "it cannot be read as a line of a table; export the table again as csv in UTF-8"),
    }
}
