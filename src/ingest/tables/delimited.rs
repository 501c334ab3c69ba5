//! Delimited text in whatever dress: encodings, delimiters, decimal marks, long and wide layouts,
//! counters.
//!
//! `sample` splits the beginning of a file, `settle` makes a plan of it from a mapping and from
//! what the content shows, `parser` and its layouts (`long` with `usual_row`, `wide`, `counters`)
//! turn lines into blocks. Quoted fields are unwrapped and may run over some line breaks.

use std::io::{BufRead, BufReader};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;

use super::encoding::{self, Decoded};
use super::file::{Store, TextFile};
use super::footers::footers;
use super::held::HeldTable;
use super::relaid::ways;
use super::rows;
use super::sample::{self, Sample};
use super::understand::settle::settle;
use super::understand::settler::Settler;
use super::understand::{dates, outside_id};
use crate::ingest::bytes::decompress;
use crate::ingest::error::{IngestError, is_of_the_system};
use crate::ingest::format::{Format, ReadingsFile, Source};
use crate::ingest::mapping::keys::Mapping;
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::text::stamp::StampForm;

const DELIMITERS: [u8; 5] = [b';', b'\t', b'|', b',', b' '];

/// The format.
#[derive(Debug)]
pub(crate) struct DelimitedText;

impl Format for DelimitedText {
    fn name(&self) -> &'static str {
        "delimited text"
    }

    fn what(&self) -> &'static str {
        "delimited text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Markup and JSON are messages of other kinds, or a network model; their lines are no
        // table.
        let mark = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if mark.starts_with(b"<") || crate::ingest::bytes::markup::is_json(mark) {
            return false;
        }
        let is_wide = Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != UTF_8);
        is_wide
            || encoding::is_wide_without_mark(head)
            || (!head.iter().take(4096).any(|&byte| byte == 0)
                && head.iter().take(4096).any(|byte| DELIMITERS.contains(byte)))
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        self.open_as(file, None)
    }

    fn open_as(&self, file: &Source, mapping: Option<&Mapping>) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let head = decompress::head(file.path)?;
        let stored = decompress::stored_bytes(file.path)?;
        let mut notes = Understanding::default();
        let encoding = encoding_of(&head, mapping, &mut notes);
        let is_compressed = decompress::is_compressed(file.path)?;
        let is_whole = head.len() < decompress::HEAD as usize;
        let has_returns = ends_with_returns(&head);
        let text = encoding.decode_with_bom_removal(&head).0;
        let text = if has_returns { text.replace('\r', "\n").into() } else { text };
        let by_mapping = mapping.and_then(|mapping| mapping.delimiter);
        let delimiter = by_mapping.unwrap_or_else(|| sample::delimiter(&text, is_whole, &mut notes));
        let sample = Sample::of(&text, delimiter, is_whole);
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_held = has_returns
            || outside_id::is_named_by_rows(&sample, mapping)
            || ways::is_wanted(&text, delimiter, &sample, &name, mapping);
        if is_held && stored > outside_id::MOST_BYTES {
            return Err(too_large(file, stored));
        }
        if is_held {
            let mut table = HeldTable::cut_by(delimiter, file, whole_text(file, encoding)?, mapping, notes)?;
            return table.take_file().ok_or_else(|| IngestError::Empty { path: file.path.to_path_buf() });
        }
        let whole = |column: usize, delimiter: u8| whole_column(file, encoding, column, delimiter);
        let (mut plan, mut understanding) = settle(Settler::new(file.path, &sample, mapping, notes, &whole))?;
        if let Some(mapping) = &mut understanding.mapping {
            mapping.encoding = Some(encoding.name().to_lowercase());
            mapping.delimiter = Some(delimiter);
        }
        let line_bytes = (head.len() / memchr_iter(b'\n', &head).count().max(1)).max(1) as u64;
        let has_wide_letters = encoding == UTF_16LE || encoding == UTF_16BE;
        plan.encoding = if has_wide_letters { UTF_8 } else { encoding };
        plan.footer = footers(&understanding, plan.encoding);
        let store = if is_compressed || has_wide_letters { Store::Stream(stored) } else { Store::Plain(stored) };
        Ok(Box::new(TextFile::new(file, (plan, understanding), encoding, store, line_bytes)))
    }
}

fn encoding_of(head: &[u8], mapping: Option<&Mapping>, notes: &mut Understanding) -> &'static Encoding {
    let said =
        mapping.and_then(|mapping| mapping.encoding.as_deref()).and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = said {
        notes.note("encoding", encoding.name(), "the profile says so");
        return encoding;
    }
    let found = encoding::guess(head);
    match found.doubt {
        Some(doubt) => notes.doubt("encoding", found.encoding.name(), found.ground, doubt),
        None => notes.note("encoding", found.encoding.name(), found.ground),
    }
    found.encoding
}

/// Whether lines end with a carriage return and nothing else, as old programs write them.
fn ends_with_returns(head: &[u8]) -> bool {
    memchr::memchr(b'\n', head).is_none() && memchr_iter(b'\r', head).nth(1).is_some()
}

fn too_large(file: &Source, stored: u64) -> IngestError {
    IngestError::TooLarge {
        path: file.path.to_path_buf(),
        megabytes: stored >> 20,
        what: "a text that says once what holds for many rows, or whose lines end with a carriage return alone",
        cap: outside_id::MOST_BYTES >> 20,
        remedy: "split it, or write usage point and stamp into every row, with usual line ends",
    }
}

/// The text of the whole file, up to its cap; where it breaks off, what comes before.
fn whole_text(file: &Source, encoding: &'static Encoding) -> Result<String, IngestError> {
    let mut bytes = Vec::new();
    let reader = Decoded::new(decompress::open_within(file.path, None, &file.caps)?, encoding);
    match std::io::Read::read_to_end(&mut std::io::Read::take(reader, 4 * outside_id::MOST_BYTES), &mut bytes) {
        Err(source) if is_of_the_system(&source) => Err(IngestError::Io { path: file.path.to_path_buf(), source }),
        Ok(_) | Err(_) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(if ends_with_returns(&bytes) { text.replace('\r', "\n") } else { text })
        }
    }
}

/// Reads a column of the whole file up to the first date that can be read in one way only.
fn whole_column(
    file: &Source,
    encoding: &'static Encoding,
    column: usize,
    delimiter: u8,
) -> Result<Option<(StampForm, String)>, IngestError> {
    let mut lines = BufReader::new(Decoded::new(decompress::open_within(file.path, None, &file.caps)?, encoding));
    let mut line = Vec::new();
    loop {
        line.clear();
        match std::io::Read::take(&mut lines, file.caps.record_bytes).read_until(b'\n', &mut line) {
            Err(source) if is_of_the_system(&source) => {
                return Err(IngestError::Io { path: file.path.to_path_buf(), source });
            }
            // Where the file breaks off is told when it is read.
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
        let mut fields = Vec::new();
        rows::split_fields(line.strip_suffix(b"\n").unwrap_or(&line), delimiter, &mut fields);
        let cell = fields.get(column).map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).unwrap_or_default();
        if let Some(found) = dates::settled_by(&cell) {
            return Ok(Some(found));
        }
    }
}

/// The most frequent of the known delimiters in a header; the later in the list of equally frequent
/// ones.
pub(crate) fn delimiter_of(line: &[u8]) -> u8 {
    DELIMITERS[..4].iter().copied().max_by_key(|&delimiter| memchr_iter(delimiter, line).count()).unwrap_or(b',')
}
