//! Static tables in delimited text: in the encodings of readings, lines ended in any way, quoted
//! cells over several lines.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use crate::ingest::bytes::caps::{CapMet, Caps, unpacked_limit};
use crate::ingest::bytes::decompress;
use crate::ingest::error::IngestError;
use crate::ingest::tables::delimited::delimiter_of;
use crate::ingest::tables::encoding::{Decoded, guess_encoding};
use crate::ingest::text::cells::{Cells, Room};

/// Columns of a table, at most: the widest that is known has 40.
const MOST_COLUMNS: usize = 4096;
/// A line of its own after the end of a file. Where it comes back as a part of a cell, a quotation
/// was not closed. It begins with a noncharacter, which no text has.
const END: &[u8] = "\n\u{fdd0}end\n".as_bytes();

/// What is said where it was not.
const NOT_CLOSED: &str = "a quotation that begins in this row is not closed before the end of the file; close it, or \
    write quotation marks inside a cell twice";

/// A table in text.
pub(crate) struct TextCells {
    pub(crate) header: Vec<String>,
    pub(crate) columns: Vec<Cells>,
    /// Line of each row.
    pub(crate) lines: Vec<u64>,
}

/// Reads a table; without a header its columns have no names.
///
/// # Errors
/// When the file cannot be read, a quotation is not closed, or a cap is met.
pub(crate) fn read(path: &Path, head: &[u8], has_header: bool, caps: &Caps) -> Result<TextCells, IngestError> {
    let encoding = guess_encoding(head);
    let (text, _, _) = encoding.decode(head);
    let line = text.as_bytes().split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let handed = Rc::new(Cell::new(0));
    let decoded = Decoded::new(decompress::open_within(path, None, caps)?, encoding).chain(END);
    let decoded = Rows { inner: decoded, handed: Rc::clone(&handed), cap: caps.record_bytes };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter_of(line)).has_headers(false).flexible(true).from_reader(decoded);
    let room = Room::new(unpacked_limit(decompress::stored_bytes(path)?, caps));
    let mut table =
        Building { path, room, cells: TextCells { header: Vec::new(), columns: Vec::new(), lines: Vec::new() } };
    let (mut record, mut line, mut begun, mut ended) = (csv::StringRecord::new(), 1, false, false);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(table.failed(error, line)),
        }
        handed.set(0);
        line = record.position().map_or(line, csv::Position::line);
        ended = record.get(0).is_some_and(|cell| cell.as_bytes() == &END[1..END.len() - 1]);
        if ended {
            break;
        }
        if !begun {
            table.begin(&record, has_header)?;
            if has_header {
                begun = true;
                continue;
            }
        }
        begun = true;
        table.row(&record, line)?;
    }
    if ended { Ok(table.cells) } else { Err(table.broken(line, NOT_CLOSED)) }
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

struct Building<'a> {
    path: &'a Path,
    room: Room,
    cells: TextCells,
}

impl Building<'_> {
    fn broken(&self, row: u64, detail: &str) -> IngestError {
        IngestError::Broken { path: self.path.to_path_buf(), row, detail: detail.to_owned() }
    }

    /// What the reader says, without what it read.
    fn failed(&self, error: csv::Error, line: u64) -> IngestError {
        match error.into_kind() {
            csv::ErrorKind::Io(source)
                if source.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<CapMet>) =>
            {
                self.broken(line, &format!("after this row: {source}. A quotation may not be closed"))
            }
            csv::ErrorKind::Io(source) => IngestError::Io { path: self.path.to_path_buf(), source },
            _ => self.broken(line, "it cannot be read as a line of a table; export the table again as csv in UTF-8"),
        }
    }

    fn begin(&mut self, first: &csv::StringRecord, has_header: bool) -> Result<(), IngestError> {
        if first.len() > MOST_COLUMNS {
            return Err(self.broken(1, "more than 4,096 columns; is it a table of this kind?"));
        }
        self.cells.header =
            first.iter().map(|name| if has_header { name.trim().to_owned() } else { String::new() }).collect();
        self.cells.columns = first.iter().map(|_| Cells::default()).collect();
        Ok(())
    }

    fn row(&mut self, record: &csv::StringRecord, line: u64) -> Result<(), IngestError> {
        for (place, column) in self.cells.columns.iter_mut().enumerate() {
            let pushed = column.push(record.get(place).unwrap_or_default(), &mut self.room);
            pushed.map_err(|met| IngestError::Io { path: self.path.to_path_buf(), source: met.into() })?;
        }
        self.cells.lines.push(line);
        Ok(())
    }
}
