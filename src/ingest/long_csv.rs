//! Long delimited text: one reading a line.
//!
//! The file is read in chunks that end at a line end; chunks are parsed in parallel. Delimiter and decimal mark are guessed from the header: with `,` between fields the
//! decimal mark is a point, else either is understood. Quoted fields are unwrapped; a field with a line break inside is not supported and is rejected.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use memchr::{memchr, memchr_iter};
use rayon::prelude::*;

use crate::domain::{Calendar, IntervalBlock, ReadingQuality, RegisterBlock, Reject, RejectCode, Timestamp, Unit, UsagePointId};

use super::columns::{ReadingColumns, Value, reading_columns};
use super::number::{Cell, cell};
use super::stamp::{StampForm, StampReader};
use super::{BlockSink, Format, IngestError, Source, decompress};

/// Bytes parsed as one piece.
const CHUNK: usize = 4 << 20;
/// Chunks in memory at once.
const IN_FLIGHT: usize = 8;
/// A line longer than this ends the file's reading: it is no table.
const LONGEST_LINE: usize = 1 << 20;
/// Energy of one reading beyond this is no reading, kWh.
const ABSURD: f64 = 1e7;
const DELIMITERS: [u8; 4] = [b';', b'\t', b'|', b','];

/// The format.
#[derive(Debug)]
pub(super) struct LongCsv;

/// How a file is written.
#[derive(Debug)]
struct Dialect {
    delimiter: u8,
    columns: ReadingColumns,
    fields: usize,
    form: StampForm,
}

impl Format for LongCsv {
    fn name(&self) -> &'static str {
        "long csv"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        let line = first_line(head);
        !line.contains(&0) && DELIMITERS.iter().any(|delimiter| line.contains(delimiter))
    }

    fn read(&self, file: &Source, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let head = decompress::head(file.path)?;
        let dialect = dialect(file, &head)?;
        let mut reader = decompress::open(file.path)?;
        let mut pending: Vec<u8> = Vec::new();
        let (mut row, mut rows, mut first) = (1_u64, 0_u64, true);
        loop {
            let mut chunks: Vec<(u64, Vec<u8>)> = Vec::new();
            let mut ended = false;
            while chunks.len() < IN_FLIGHT && !ended {
                let (chunk, end) = next_chunk(file, reader.as_mut(), &mut pending)?;
                ended = end;
                let lines = memchr_iter(b'\n', &chunk).count() as u64;
                chunks.push((row, chunk));
                row += lines;
            }
            let counts: Vec<u64> = chunks
                .par_iter()
                .enumerate()
                .map(|(index, (row, chunk))| Chunk::new(file, &dialect, calendar, sink).parse(chunk, *row, first && index == 0))
                .collect();
            rows += counts.iter().sum::<u64>();
            first = false;
            if ended || sink.stopped() {
                return Ok(rows);
            }
        }
    }
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

/// Reads up to the last line end of the next `CHUNK` bytes; the rest waits in `pending`.
fn next_chunk(file: &Source, reader: &mut dyn Read, pending: &mut Vec<u8>) -> Result<(Vec<u8>, bool), IngestError> {
    let mut chunk = std::mem::take(pending);
    loop {
        let before = chunk.len();
        Read::take(&mut *reader, (CHUNK - before.min(CHUNK)).max(LONGEST_LINE) as u64)
            .read_to_end(&mut chunk)
            .map_err(|source| IngestError::Io { path: file.path.to_path_buf(), source })?;
        if chunk.len() == before {
            return Ok((chunk, true));
        }
        if let Some(end) = chunk.iter().rposition(|&byte| byte == b'\n') {
            *pending = chunk.split_off(end + 1);
            return Ok((chunk, false));
        }
        if chunk.len() > LONGEST_LINE {
            return Err(IngestError::UnknownFormat { path: file.path.to_path_buf() });
        }
    }
}

/// Splits a line at `delimiter`, outside double quotes; quotes around a field are dropped.
fn split_fields<'a>(line: &'a [u8], delimiter: u8, fields: &mut Vec<&'a [u8]>) {
    fields.clear();
    let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
    loop {
        if let [b'"', quoted @ ..] = rest
            && let Some(end) = quoted.iter().position(|&byte| byte == b'"')
        {
            fields.push(&quoted[..end]);
            rest = &quoted[end + 1..];
            match rest.iter().position(|&byte| byte == delimiter) {
                Some(place) => rest = &rest[place + 1..],
                None => return,
            }
            continue;
        }
        let Some(place) = memchr(delimiter, rest) else {
            fields.push(rest);
            return;
        };
        fields.push(&rest[..place]);
        rest = &rest[place + 1..];
    }
}

/// One piece of a file on its way into a block.
struct Chunk<'a> {
    file: &'a Source<'a>,
    dialect: &'a Dialect,
    sink: &'a dyn BlockSink,
    stamps: StampReader<'a>,
    ids: HashMap<Vec<u8>, u32>,
    names: Vec<UsagePointId>,
    last: (Vec<u8>, u32),
    intervals: IntervalBlock,
    registers: RegisterBlock,
}

impl<'a> Chunk<'a> {
    fn new(file: &'a Source<'a>, dialect: &'a Dialect, calendar: &'a Calendar, sink: &'a dyn BlockSink) -> Self {
        let unit = match dialect.columns.value {
            Value::Interval(_, unit) => unit,
            Value::Register(_) => Unit::Kwh,
        };
        Self {
            file,
            dialect,
            sink,
            stamps: StampReader::new(dialect.form, calendar),
            ids: HashMap::new(),
            names: Vec::new(),
            last: (Vec::new(), 0),
            intervals: IntervalBlock { file: Some(file.ix), unit, ..IntervalBlock::default() },
            registers: RegisterBlock { file: Some(file.ix), ..RegisterBlock::default() },
        }
    }

    /// Parses all lines; `row` is the row number of the first. Returns the number of data rows.
    fn parse(mut self, bytes: &[u8], row: u64, skip_header: bool) -> u64 {
        let mut fields = Vec::with_capacity(self.dialect.fields);
        let mut rows = 0;
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() || (skip_header && index == 0) {
                continue;
            }
            rows += 1;
            split_fields(line, self.dialect.delimiter, &mut fields);
            if let Err((code, detail)) = self.record(&fields) {
                let row = row + index as u64;
                self.sink.reject(Reject { file: self.file.path.display().to_string(), row, code: code.0, detail });
            }
        }
        self.deliver();
        rows
    }

    fn deliver(mut self) {
        if !self.intervals.is_empty() {
            self.intervals.ids.clone_from(&self.names);
            self.sink.progress(self.intervals.len() as u64);
            self.sink.intervals(self.intervals);
        }
        if !self.registers.key.is_empty() {
            self.registers.ids = self.names;
            self.sink.progress(self.registers.key.len() as u64);
            self.sink.registers(self.registers);
        }
    }

    fn record(&mut self, fields: &[&[u8]]) -> Result<(), (RejectCode, String)> {
        if fields.len() != self.dialect.fields {
            let detail = format!("{} fields where the header has {}; correct the row", fields.len(), self.dialect.fields);
            return Err((RejectCode::ROW_FIELDS, detail));
        }
        let columns = &self.dialect.columns;
        let value = self.value(fields[columns.value.column()])?;
        let key = self.key(fields[columns.usage_point].trim_ascii())?;
        let at = self.stamps.read(fields[columns.timestamp]).map_err(|code| (code, stamp_detail(code, fields[columns.timestamp])))?;
        match columns.value {
            Value::Register(_) => {
                self.registers.key.push(key);
                self.registers.at.push(at);
                self.registers.register_kwh.push(value);
            }
            Value::Interval(..) => self.interval(fields, key, at, value),
        }
        Ok(())
    }

    fn interval(&mut self, fields: &[&[u8]], key: u32, at: Timestamp, value: f64) {
        let columns = &self.dialect.columns;
        let exported = columns.channel.is_some_and(|column| is_export(&String::from_utf8_lossy(fields[column])));
        self.intervals.key.push(key);
        self.intervals.start.push(at);
        self.intervals.value.push(if exported { -value.abs() } else { value } as f32);
        if let Some(column) = columns.quality {
            self.intervals.quality.push(quality(&String::from_utf8_lossy(fields[column])));
        }
        if let Some(column) = columns.duration_min {
            let minutes = match cell(fields[column], true) {
                Cell::Number(minutes) if (1.0..=10_080.0).contains(&minutes) => minutes as u16,
                _ => 0,
            };
            self.intervals.duration_min.push(minutes);
        }
    }

    fn value(&self, bytes: &[u8]) -> Result<f64, (RejectCode, String)> {
        match cell(bytes, self.dialect.delimiter != b',') {
            Cell::Missing => Ok(f64::NAN),
            Cell::Number(number) if is_absurd(number, self.dialect.columns.value) => {
                Err((RejectCode::VALUE_ABSURD, format!("{number:e} is beyond anything a meter records; check the unit")))
            }
            Cell::Number(number) => Ok(number),
            Cell::Text => {
                let text = String::from_utf8_lossy(bytes);
                Err((
                    RejectCode::VALUE_NOT_A_NUMBER,
                    format!("`{}` where a number is expected; leave the cell empty for a missing reading", text.trim()),
                ))
            }
        }
    }

    fn key(&mut self, id: &[u8]) -> Result<u32, (RejectCode, String)> {
        if id.is_empty() {
            return Err((RejectCode::ID_EMPTY, "no usage point; fill in the meter's id".to_owned()));
        }
        if !self.names.is_empty() && self.last.0 == id {
            return Ok(self.last.1);
        }
        let key = if let Some(&key) = self.ids.get(id) {
            key
        } else {
            let name = std::str::from_utf8(id).map_err(|_| (RejectCode::ROW_ENCODING, "the id is not UTF-8; export the file as UTF-8".to_owned()))?;
            let key = self.names.len() as u32;
            self.names.push(Arc::from(name));
            self.ids.insert(id.to_vec(), key);
            key
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(id);
        self.last.1 = key;
        Ok(key)
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
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::FileIx;

    /// Keeps everything it is given, as (id, second, value).
    #[derive(Default)]
    struct Kept {
        readings: Mutex<Vec<(String, i64, f32)>>,
        rejects: Mutex<Vec<Reject>>,
    }

    impl BlockSink for Kept {
        fn intervals(&self, block: IntervalBlock) {
            let mut kept = self.readings.lock().unwrap();
            for row in 0..block.len() {
                kept.push((block.ids[block.key[row] as usize].to_string(), block.start[row].0, block.value[row]));
            }
        }
        fn registers(&self, _: RegisterBlock) {}
        fn reject(&self, reject: Reject) {
            self.rejects.lock().unwrap().push(reject);
        }
        fn progress(&self, _: u64) {}
        fn stopped(&self) -> bool {
            false
        }
    }

    fn read(bytes: &[u8]) -> Result<Kept, IngestError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let kept = Kept::default();
        let calendar = Calendar::new(None).unwrap();
        LongCsv.read(&Source { path: file.path(), ix: FileIx(0) }, &calendar, &kept).map(|_| kept)
    }

    #[test]
    fn semicolons_decimal_commas_quotes_and_a_byte_order_mark_are_read() {
        let kept = read("\u{feff}meter_id;start;kwh\r\n\"A 1\";01.03.2025 00:30;0,25\r\n".as_bytes()).unwrap();
        assert_eq!(*kept.readings.lock().unwrap(), [("A 1".to_owned(), 1_740_789_000, 0.25)]);
    }

    #[test]
    fn each_bad_row_is_rejected_with_its_number_and_the_rest_is_read() {
        let kept = read(b"usage_point,timestamp,kwh\nA,2025-03-01 00:00,1\nA,2025-03-01 00:30,oops\n,2025-03-01 01:00,1\nA,noon,1\nA,2025-03-01 01:30\nA,2025-03-01 02:00,9e99\nA,2025-03-01 02:30,2\n").unwrap();
        let mut rejects = kept.rejects.into_inner().unwrap();
        rejects.sort();
        let codes: Vec<_> = rejects.iter().map(|reject| (reject.row, reject.code)).collect();
        assert_eq!(codes, [(3, "value.not_a_number"), (4, "id.empty"), (5, "time.unreadable"), (6, "row.fields"), (7, "value.absurd")]);
        assert_eq!(kept.readings.into_inner().unwrap().len(), 2);
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
        assert_eq!(kept.rejects.into_inner().unwrap()[0].row, last);
        assert_eq!(kept.readings.into_inner().unwrap().len() as u64, last - 2);
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
            prop_assert_eq!(kept.readings.into_inner().unwrap(), expected);
        }
    }

    #[test]
    fn a_missing_path_is_an_error_and_no_panic() {
        let kept = Kept::default();
        let calendar = Calendar::new(None).unwrap();
        assert!(LongCsv.read(&Source { path: Path::new("nowhere.csv"), ix: FileIx(0) }, &calendar, &kept).is_err());
    }
}
