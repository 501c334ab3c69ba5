//! Long delimited text: one reading a line.
//!
//! A plain file is cut into pieces at line ends, which are read in any order; a compressed one is a single piece. Delimiter and decimal mark are guessed from the
//! header: with `,` between fields the decimal mark is a point, else either is understood. Quoted fields are unwrapped; a field with a line break inside
//! is not supported and is rejected.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use memchr::{memchr, memchr_iter, memrchr};
use rayon::prelude::*;

use crate::domain::{Calendar, FileIx, ReadingQuality, Reject, RejectCode};

use super::caps::Caps;
use super::columns::{ReadingColumns, Value, reading_columns};
use super::csv_lines::{Lines, split_fields};
use super::digest::FileDigest;
use super::read_buffer::{buffer, shared};
use super::stamp::StampForm;
use super::{BlockSink, Format, IdRuns, IngestError, ReadingsFile, Source, decompress};

/// Bytes parsed as one piece.
const CHUNK: usize = 4 << 20;
/// Pieces of a compressed file in memory at once.
const IN_FLIGHT: usize = 8;
/// A line longer than this ends the file's reading: it is no table.
const LONGEST_LINE: usize = 1 << 20;
/// Energy of one reading beyond this is no reading, kWh.
pub(super) const ABSURD: f64 = 1e7;
const DELIMITERS: [u8; 4] = [b';', b'\t', b'|', b','];

/// The format.
#[derive(Debug)]
pub(super) struct LongCsv;

/// How a file is written.
#[derive(Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) columns: ReadingColumns,
    pub(super) fields: usize,
    pub(super) form: StampForm,
}

/// An opened file.
#[derive(Debug)]
struct CsvFile {
    path: PathBuf,
    file: FileIx,
    dialect: Dialect,
    /// Length of a plain file; `None` for a compressed one.
    length: Option<u64>,
    stored: u64,
    line_bytes: u64,
    pieces: Vec<Piece>,
    digest: Arc<FileDigest>,
    caps: Caps,
}

/// What is known of a piece once it was read: its lines, and its rejects with rows counted from its own first line.
#[derive(Debug, Default)]
struct Piece {
    lines: OnceLock<u64>,
    rejects: Mutex<Vec<Reject>>,
}

impl Format for LongCsv {
    fn name(&self) -> &'static str {
        "long csv"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        let line = first_line(head);
        !line.contains(&0) && DELIMITERS.iter().any(|delimiter| line.contains(delimiter))
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let head = decompress::head(file.path)?;
        let dialect = dialect(file, &head)?;
        let stored = decompress::stored_bytes(file.path)?;
        let length = (!decompress::is_compressed(file.path)?).then_some(stored);
        let count = length.map_or(1, |length| length.div_ceil(CHUNK as u64).max(1));
        let lines = memchr_iter(b'\n', &head).count().max(1);
        Ok(Box::new(CsvFile {
            path: file.path.to_path_buf(),
            file: file.ix,
            dialect,
            length,
            stored,
            line_bytes: (head.len() / lines).max(1) as u64,
            pieces: (0..count).map(|_| Piece::default()).collect(),
            digest: Arc::new(FileDigest::new(file.path)),
            caps: file.caps,
        }))
    }
}

impl ReadingsFile for CsvFile {
    fn pieces(&self) -> usize {
        self.pieces.len()
    }

    fn estimated_rows(&self) -> u64 {
        /// Readings as text compress to a tenth or so.
        const COMPRESSED: u64 = 12;
        self.length.unwrap_or(self.stored * COMPRESSED) / self.line_bytes
    }

    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError> {
        let Some(length) = self.length else { return Ok(None) };
        let text = self.piece_text(piece, length, None)?;
        let text = if piece == 0 { after_line(&text) } else { &text[..] };
        Ok(Some(super::csv_lines::id_runs(text, &self.dialect)))
    }

    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let Some(length) = self.length else { return self.read_compressed(calendar, sink) };
        let text = self.piece_text(piece, length, Some(&self.digest))?;
        let state = &self.pieces[piece];
        let _ = state.lines.set(memchr_iter(b'\n', &text).count() as u64);
        let (rows, rejects) = self.parse(&text, piece == 0, calendar, sink);
        *state.rejects.lock().unwrap_or_else(PoisonError::into_inner) = rejects;
        Ok(rows)
    }

    fn sha256(&self) -> Result<String, IngestError> {
        self.digest.finish()
    }

    fn close(&self, sink: &dyn BlockSink) {
        let mut row = 1;
        for piece in &self.pieces {
            for reject in std::mem::take(&mut *piece.rejects.lock().unwrap_or_else(PoisonError::into_inner)) {
                sink.reject(Reject { row: reject.row + row, ..reject });
            }
            row += piece.lines.get().copied().unwrap_or(0);
        }
    }
}

impl CsvFile {
    fn io(&self, source: std::io::Error) -> IngestError {
        IngestError::Io { path: self.path.clone(), source }
    }

    /// The lines that begin in the piece's bytes; the first piece begins with the header. What is read is offered to `digest`.
    fn piece_text(&self, piece: usize, length: u64, digest: Option<&FileDigest>) -> Result<Bytes, IngestError> {
        let start = piece as u64 * CHUNK as u64;
        let end = (start + CHUNK as u64).min(length);
        // One byte before the piece tells whether it begins with a line.
        let from = start.saturating_sub(1);
        let mut file = File::open(&self.path).map_err(|error| self.io(error))?;
        file.seek(SeekFrom::Start(from)).map_err(|error| self.io(error))?;
        let mut text = buffer();
        text.reserve(CHUNK + 4096);
        Read::take(&mut file, end - from).read_to_end(&mut text).map_err(|error| self.io(error))?;
        let mut line_end = text.len();
        while end < length && text.last() != Some(&b'\n') && text.len() < CHUNK + LONGEST_LINE {
            let before = text.len();
            Read::take(&mut file, 4096).read_to_end(&mut text).map_err(|error| self.io(error))?;
            line_end = text.len();
            if text.len() == before {
                break;
            }
            if let Some(place) = memchr(b'\n', &text[before..]) {
                line_end = before + place + 1;
                break;
            }
        }
        let begins = if start > 0 { memchr(b'\n', &text).map_or(line_end, |place| (place + 1).min(line_end)) } else { 0 };
        let text = shared(text);
        if let Some(digest) = digest {
            digest.offer(from, text.clone());
        }
        Ok(text.slice(begins..line_end))
    }

    /// Parses lines into one block; rejects have rows counted from the first line.
    fn parse(&self, text: &[u8], has_header: bool, calendar: &Calendar, sink: &dyn BlockSink) -> (u64, Vec<Reject>) {
        let lines = Lines::new(self.file, &self.path, &self.dialect, calendar);
        let (rows, intervals, registers, rejects) = lines.parse(text, has_header);
        if !intervals.is_empty() {
            sink.intervals(&intervals);
        }
        if !registers.key.is_empty() {
            sink.registers(&registers);
        }
        (rows, rejects)
    }

    /// Reads a compressed file from its beginning to its end; what is decompressed is parsed in parallel.
    fn read_compressed(&self, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let mut reader = decompress::open_within(&self.path, Some(self.digest.clone()), &self.caps)?;
        let mut pending: Vec<u8> = Vec::new();
        let (mut row, mut rows, mut first) = (1_u64, 0_u64, true);
        loop {
            let mut chunks: Vec<(u64, Vec<u8>)> = Vec::new();
            let mut ended = false;
            while chunks.len() < IN_FLIGHT && !ended {
                let (chunk, end) = self.next_chunk(reader.as_mut(), &mut pending)?;
                ended = end;
                let lines = memchr_iter(b'\n', &chunk).count() as u64;
                chunks.push((row, chunk));
                row += lines;
            }
            let counts: Vec<u64> = chunks
                .par_iter()
                .enumerate()
                .map(|(index, (row, chunk))| {
                    let (rows, rejects) = self.parse(chunk, first && index == 0, calendar, sink);
                    for reject in rejects {
                        sink.reject(Reject { row: reject.row + row, ..reject });
                    }
                    rows
                })
                .collect();
            rows += counts.iter().sum::<u64>();
            first = false;
            if ended || sink.stopped() {
                return Ok(rows);
            }
        }
    }

    /// Reads up to the last line end of the next `CHUNK` bytes; the rest waits in `pending`.
    fn next_chunk(&self, reader: &mut dyn Read, pending: &mut Vec<u8>) -> Result<(Vec<u8>, bool), IngestError> {
        let mut chunk = std::mem::take(pending);
        loop {
            let before = chunk.len();
            Read::take(&mut *reader, (CHUNK - before.min(CHUNK)).max(LONGEST_LINE) as u64).read_to_end(&mut chunk).map_err(|error| self.io(error))?;
            if chunk.len() == before {
                return Ok((chunk, true));
            }
            if let Some(end) = memrchr(b'\n', &chunk) {
                *pending = chunk.split_off(end + 1);
                return Ok((chunk, false));
            }
            if chunk.len() > LONGEST_LINE {
                return Err(IngestError::UnknownFormat { path: self.path.clone() });
            }
        }
    }
}

fn after_line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).map_or(&[], |place| &text[place + 1..])
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(|&byte| byte == b'\n').next().unwrap_or(bytes)
}

/// The most frequent of the known delimiters; the later in the list of equally frequent ones.
pub(super) fn delimiter_of(line: &[u8]) -> u8 {
    DELIMITERS.into_iter().max_by_key(|&delimiter| memchr_iter(delimiter, line).count()).unwrap_or(b',')
}

fn dialect(file: &Source, head: &[u8]) -> Result<Dialect, IngestError> {
    let line = first_line(head);
    let delimiter = delimiter_of(line);
    let mut fields = Vec::new();
    split_fields(line, delimiter, &mut fields);
    let header: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
    let columns = reading_columns(file.path, &header)?;
    let form = stamp_form(file, head, delimiter, &columns)?;
    Ok(Dialect { delimiter, columns, fields: header.len(), form })
}

/// The form that the first stamps have; rows without a readable stamp are passed over, unless all are such.
fn stamp_form(file: &Source, head: &[u8], delimiter: u8, columns: &ReadingColumns) -> Result<StampForm, IngestError> {
    let mut fields = Vec::new();
    let mut unknown: Option<(u64, String)> = None;
    for (index, line) in head.split(|&byte| byte == b'\n').enumerate().skip(1).take(200) {
        split_fields(line, delimiter, &mut fields);
        let Some(text) = fields.get(columns.timestamp).filter(|text| !text.trim_ascii().is_empty()) else { continue };
        if let Some(form) = StampForm::of(text) {
            return Ok(form);
        }
        unknown = unknown.or_else(|| Some((index as u64 + 1, String::from_utf8_lossy(text).trim().to_owned())));
    }
    match unknown {
        Some((row, text)) => Err(IngestError::TimeFormat { path: file.path.to_path_buf(), row, text }),
        // No data row at all: any form will do, there is nothing to read.
        None => Ok(StampForm::YearFirst),
    }
}

/// Whether a value is beyond anything a meter records. Counters run higher than intervals.
pub(super) fn is_absurd(number: f64, value: Value) -> bool {
    let limit = if matches!(value, Value::Register(_)) { 1e3 * ABSURD } else { ABSURD };
    !number.is_finite() || number.abs() > limit
}

/// Words for a reject of a time stamp.
pub(super) fn stamp_detail(code: RejectCode, text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    match code {
        RejectCode::TIME_NEVER_WAS => {
            format!("the clock was set forward over `{text}`; give --timezone as the file was written, or stamps with an offset")
        }
        RejectCode::TIME_OUT_OF_RANGE => format!("`{text}` lies outside the years 1990 to 2100"),
        _ => format!("time stamp `{text}` is not of the form of the rows before it"),
    }
}

/// Whether a channel means energy that flows out.
pub(super) fn is_export(channel: &str) -> bool {
    matches!(channel.trim().to_lowercase().as_str(), "export" | "out" | "generation" | "b1" | "e-" | "a-")
}

/// Quality of a reading from the word in the file; an unknown word counts as estimated, the careful choice.
pub(super) fn quality(word: &str) -> ReadingQuality {
    match word.trim().to_lowercase().as_str() {
        "" | "actual" | "a" | "measured" | "valid" | "ok" | "good" => ReadingQuality::Actual,
        "substituted" | "substitute" | "s" | "f" => ReadingQuality::Substituted,
        "missing" | "n" | "null" => ReadingQuality::Missing,
        _ => ReadingQuality::Estimated,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::Timestamp;
    use crate::ingest::kept::{Kept, read_file};

    fn read(bytes: &[u8]) -> Result<Kept, IngestError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        read_file(&LongCsv, file.path(), &Calendar::new(None).unwrap())
    }

    #[test]
    fn semicolons_decimal_commas_quotes_and_a_byte_order_mark_are_read() {
        let kept = read("\u{feff}meter_id;start;kwh\r\n\"A 1\";01.03.2025 00:30;0,25\r\n".as_bytes()).unwrap();
        assert_eq!(kept.readings(), [("A 1".to_owned(), 1_740_789_000, 0.25)]);
    }

    #[test]
    fn each_bad_row_is_rejected_with_its_number_and_the_rest_is_read() {
        let kept = read(b"usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\nA,2025-03-01 00:30,oops\n,2025-03-01 01:00,1\nA,noon,1\nA,2025-03-01 01:30\nA,2025-03-01 02:00,9e99\nA,2025-03-01 02:30,2\n").unwrap();
        let codes: Vec<_> = kept.rejects().iter().map(|reject| (reject.row, reject.code)).collect();
        assert_eq!(codes, [(3, "value.not_a_number"), (4, "id.empty"), (5, "time.unreadable"), (6, "row.fields"), (7, "value.absurd")]);
        assert_eq!(kept.readings().len(), 2);
    }

    #[test]
    fn an_unknown_time_format_is_shown() {
        let error = read(b"usage_point,timestamp,kwh\nA,Saturday,1\n").err().unwrap().to_string();
        assert!(error.contains("row 2") && error.contains("Saturday"), "{error}");
    }

    #[test]
    fn rows_keep_their_numbers_across_chunks() {
        let mut text = String::from("usage_point,timestamp,kwh\n");
        while text.len() < 3 * CHUNK {
            text.push_str("SOME_LONG_USAGE_POINT_NAME,2025-03-01 00:00,1\n");
        }
        let last = text.lines().count() as u64 + 1;
        text.push_str("A,2025-03-01 00:00,oops\n");
        let kept = read(text.as_bytes()).unwrap();
        assert_eq!(kept.rejects()[0].row, last);
        assert_eq!(kept.readings().len() as u64, last - 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&[b"usage_point,timestamp,kwh\nA,2025-03-01,1\n".as_slice(), &bytes].concat());
        }

        #[test]
        fn a_written_table_is_read_back(rows in proptest::collection::vec((0_u8..5, 0_i64..10_000, 0_u32..100_000), 1..60), delimiter in prop_oneof![Just(','), Just(';'), Just('\t')]) {
            let calendar = Calendar::new(None).unwrap();
            let mut text = format!("usage_point{delimiter}timestamp{delimiter}kwh\n");
            let mut expected = Vec::new();
            for (id, half_hour, milli) in rows {
                let at = Timestamp(1_740_789_000 + half_hour * 1800);
                let value = f64::from(milli) / 1000.0;
                text += &[format!("UP{id}"), calendar.format(at), format!("{value:.3}\n")].join(&delimiter.to_string());
                expected.push((format!("UP{id}"), at.0, value as f32));
            }
            let kept = read(text.as_bytes()).unwrap();
            prop_assert_eq!(kept.readings(), expected);
        }
    }

    #[test]
    fn a_missing_path_is_an_error_and_no_panic() {
        assert!(read_file(&LongCsv, Path::new("nowhere.csv"), &Calendar::new(None).unwrap()).is_err());
    }
}
