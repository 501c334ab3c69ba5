//! Delimited text in whatever dress: encodings, delimiters, decimal marks, long and wide layouts,
//! counters.
//!
//! `sample` splits the beginning of a file, `settle` makes a plan of it from a profile and from
//! what the content shows, `parser` and its layouts (`long` with `usual_row`, `wide`, `counters`)
//! turn lines into blocks. Quoted fields are unwrapped and may run over some line breaks.

mod counter_headings;
mod counters;
mod dates;
mod encoding;
mod file;
mod heading_rows;
mod headings;
mod held;
mod id_cell;
mod layout;
mod long;
mod long_layout;
mod meter_channels;
mod outside_id;
mod parser;
mod period;
mod plan;
mod ratios;
mod register_layout;
mod rows;
mod sample;
mod settle;
mod sides;
#[cfg(test)]
mod tests;
mod usual_row;
mod wide;

use std::io::{BufRead, BufReader};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;

use super::mapping::{Profile, Understanding};
use super::message::is_of_the_system;
use super::stamp::StampForm;
use super::{Format, IngestError, ReadingsFile, Source, decompress};
pub(in crate::ingest) use encoding::Decoded;
use file::{Store, TextFile};
pub(in crate::ingest) use held::HeldTable;
use plan::Footers;
use sample::Sample;
use settle::Settler;

const DELIMITERS: [u8; 5] = [b';', b'\t', b'|', b',', b' '];

/// The format.
#[derive(Debug)]
pub(super) struct DelimitedText;

impl Format for DelimitedText {
    fn name(&self) -> &'static str {
        "delimited text"
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Markup is a message of another kind, or a network model; its lines are no table.
        let mark = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if mark.starts_with(b"<") {
            return false;
        }
        let is_wide = Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != UTF_8);
        is_wide
            || (!head.iter().take(4096).any(|&byte| byte == 0)
                && head.iter().take(4096).any(|byte| DELIMITERS.contains(byte)))
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        self.open_as(file, None)
    }

    fn open_as(&self, file: &Source, profile: Option<&Profile>) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let head = decompress::head(file.path)?;
        let stored = decompress::stored_bytes(file.path)?;
        let mut notes = Understanding::default();
        let encoding = encoding_of(&head, profile, &mut notes);
        let is_compressed = decompress::is_compressed(file.path)?;
        let is_whole = head.len() < decompress::HEAD as usize;
        let text = encoding.decode_with_bom_removal(&head).0;
        let by_profile = profile.and_then(|profile| profile.delimiter);
        let delimiter = by_profile.unwrap_or_else(|| sample::delimiter(&text, is_whole, &mut notes));
        let sample = Sample::of(&text, delimiter, is_whole);
        if stored <= outside_id::MOST_BYTES && outside_id::is_named_by_rows(&sample, profile) {
            let mut table = HeldTable::cut_by(delimiter, file, whole_text(file, encoding)?, profile, notes)?;
            return table.take_file().ok_or_else(|| IngestError::Empty { path: file.path.to_path_buf() });
        }
        let whole = |column: usize, delimiter: u8| whole_column(file, encoding, column, delimiter);
        let (mut plan, mut understanding) = Settler::new(file.path, &sample, profile, notes, &whole).settle()?;
        if let Some(profile) = &mut understanding.profile {
            profile.encoding = Some(encoding.name().to_lowercase());
            profile.delimiter = Some(delimiter);
        }
        let line_bytes = (head.len() / memchr_iter(b'\n', &head).count().max(1)).max(1) as u64;
        let has_wide_letters = encoding == UTF_16LE || encoding == UTF_16BE;
        plan.encoding = if has_wide_letters { UTF_8 } else { encoding };
        plan.footer = footers(&understanding, plan.encoding);
        let store = if is_compressed || has_wide_letters { Store::Stream(stored) } else { Store::Plain(stored) };
        Ok(Box::new(TextFile::new(file, (plan, understanding), encoding, store, line_bytes)))
    }
}

/// The words of footers as a file may write them: as the profile does, with a capital, in capitals,
/// and in small letters.
fn footers(understanding: &Understanding, encoding: &'static Encoding) -> Footers {
    let words = understanding.profile.iter().flat_map(|profile| &profile.footer);
    let dresses = words.flat_map(|word| {
        let lower = word.to_lowercase();
        let capital: String = lower.chars().take(1).flat_map(char::to_uppercase).chain(lower.chars().skip(1)).collect();
        [word.clone(), word.to_uppercase(), capital, lower]
    });
    let mut bytes: Vec<Vec<u8>> =
        dresses.map(|word| encoding.encode(&word).0.into_owned()).filter(|word| !word.is_empty()).collect();
    bytes.sort();
    bytes.dedup();
    Footers::new(bytes)
}

fn encoding_of(head: &[u8], profile: Option<&Profile>, notes: &mut Understanding) -> &'static Encoding {
    let said =
        profile.and_then(|profile| profile.encoding.as_deref()).and_then(|label| Encoding::for_label(label.as_bytes()));
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

/// The text of the whole file, up to its cap; where it breaks off, what comes before.
fn whole_text(file: &Source, encoding: &'static Encoding) -> Result<String, IngestError> {
    let mut bytes = Vec::new();
    let reader = Decoded::new(decompress::open_within(file.path, None, &file.caps)?, encoding);
    match std::io::Read::read_to_end(&mut std::io::Read::take(reader, 4 * outside_id::MOST_BYTES), &mut bytes) {
        Err(source) if is_of_the_system(&source) => Err(IngestError::Io { path: file.path.to_path_buf(), source }),
        Ok(_) | Err(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
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

/// The encoding of a text, from its first bytes.
pub(super) fn guess_encoding(head: &[u8]) -> &'static encoding_rs::Encoding {
    encoding::guess(head).encoding
}

/// The most frequent of the known delimiters in a header; the later in the list of equally frequent
/// ones.
pub(super) fn delimiter_of(line: &[u8]) -> u8 {
    DELIMITERS[..4].iter().copied().max_by_key(|&delimiter| memchr_iter(delimiter, line).count()).unwrap_or(b',')
}
