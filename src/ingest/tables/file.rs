//! An opened table of text and its pieces.
//!
//! A plain file is cut into pieces at line ends, which are read in any order; a compressed one, one
//! in UTF-16 and the text of a workbook are single pieces.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter, memrchr};
use rayon::prelude::*;

use super::encoding::{Decoded, without_mark};
use super::parse::parser::Parser;
use super::parse::piece::{Parsed, parse};
use super::plan::Plan;
use super::rows;
use crate::domain::{Calendar, Fact, FileIx, Reject, RejectCode};
use crate::ingest::bytes::caps::{CapMet, Caps};
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::bytes::read_buffer::{buffer, shared};
use crate::ingest::error::{IngestError, is_of_the_system};
use crate::ingest::format::{BlockSink, IdRuns, ReadingsFile, Source, StampClock};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::rejects::{RejectList, reject};
use crate::ingest::said;

/// Bytes parsed as one piece.
pub(crate) const CHUNK: usize = 4 << 20;
/// Pieces of a compressed file in memory at once.
const IN_FLIGHT: usize = 8;
/// Bytes that are read at a time to find the end of a line: a year of quarter-hours across takes
/// half of it.
const LINE_BYTES: usize = 1 << 20;
/// Readings as text compress to a tenth or so.
const COMPRESSED: u64 = 12;

/// Where the text is.
#[derive(Debug)]
pub(crate) enum Store {
    /// In a file that can be entered anywhere, of this many bytes.
    Plain(u64),
    /// In a file that is read from its beginning; its bytes on disk.
    Stream(u64),
    /// In memory.
    Held(Bytes),
}

/// An opened table.
#[derive(Debug)]
pub(crate) struct TextFile {
    path: PathBuf,
    file: FileIx,
    caps: Caps,
    plan: Plan,
    understanding: Understanding,
    encoding: &'static Encoding,
    store: Store,
    line_bytes: u64,
    pieces: Vec<Piece>,
    digest: Arc<FileDigest>,
}

/// What is known of a piece once it was read: its lines, and its rejects with rows counted from its
/// own first line.
#[derive(Debug, Default)]
struct Piece {
    lines: OnceLock<u64>,
    rejects: Mutex<Vec<Reject>>,
}

impl TextFile {
    /// A table that is understood. `line_bytes` is the mean length of its lines.
    pub(crate) fn new(
        file: &Source,
        (plan, understanding): (Plan, Understanding),
        encoding: &'static Encoding,
        store: Store,
        line_bytes: u64,
    ) -> Self {
        let count = if let Store::Plain(length) = store { length.div_ceil(CHUNK as u64).max(1) } else { 1 };
        let digest = Arc::new(FileDigest::new(file.path));
        Self {
            path: file.path.to_path_buf(),
            file: file.ix,
            caps: file.caps,
            plan,
            understanding,
            encoding,
            store,
            line_bytes,
            pieces: (0..count).map(|_| Piece::default()).collect(),
            digest,
        }
    }
}

impl ReadingsFile for TextFile {
    fn pieces(&self) -> usize {
        self.pieces.len()
    }

    fn estimated_rows(&self) -> u64 {
        let bytes = match &self.store {
            Store::Plain(length) => *length,
            Store::Stream(stored) => stored * COMPRESSED,
            Store::Held(text) => text.len() as u64,
        };
        let by_row = match &self.plan.shape {
            super::plan::Shape::Across(across) => across.meters.len() as u64,
            other => u64::from(other.readings_by_row().unwrap_or(1).max(1)),
        };
        bytes / self.line_bytes.max(1) * by_row
    }

    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError> {
        let text = match &self.store {
            Store::Plain(length) => self.piece_text(piece, *length, None)?.0,
            Store::Held(text) => text.clone(),
            Store::Stream(_) => return Ok(None),
        };
        Ok(rows::id_runs(&text, &self.plan, piece == 0))
    }

    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let (text, met) = match &self.store {
            Store::Plain(length) => self.piece_text(piece, *length, Some(&self.digest))?,
            Store::Held(text) => (text.clone(), None),
            Store::Stream(_) => return self.read_stream(calendar, sink),
        };
        let state = &self.pieces[piece];
        let mut parsed = self.parse(&text, piece == 0, calendar, sink);
        let _ = state.lines.set(parsed.lines);
        parsed.rejects.extend(met.map(|met| reject(&self.path, parsed.lines, RejectCode::FILE_CAP, said::cap(met))));
        *state.rejects.lock().unwrap_or_else(PoisonError::into_inner) = parsed.rejects;
        Ok(parsed.rows)
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

    fn understanding(&self) -> Understanding {
        self.understanding.clone()
    }

    fn clock(&self) -> StampClock {
        if self.plan.is_exact { StampClock::Own } else { StampClock::Utility }
    }
}

impl TextFile {
    fn io(&self, source: std::io::Error) -> IngestError {
        IngestError::Io { path: self.path.clone(), source }
    }

    /// The lines that begin in the piece's bytes; the first piece begins with the head of the
    /// table. What is read is offered to `digest`. A line beyond the cap is left out, and all that
    /// follows in it.
    fn piece_text(
        &self,
        piece: usize,
        length: u64,
        digest: Option<&FileDigest>,
    ) -> Result<(Bytes, Option<CapMet>), IngestError> {
        let start = piece as u64 * CHUNK as u64;
        let end = (start + CHUNK as u64).min(length);
        // One byte before the piece tells whether it begins with a line.
        let from = start.saturating_sub(1);
        let mut file = File::open(&self.path).map_err(|error| self.io(error))?;
        file.seek(SeekFrom::Start(from)).map_err(|error| self.io(error))?;
        let mut text = buffer();
        text.reserve(CHUNK + 4096);
        Read::take(&mut file, end - from).read_to_end(&mut text).map_err(|error| self.io(error))?;
        let own = text.len();
        let begins = if start > 0 { memchr(b'\n', &text).map_or(own, |place| place + 1) } else { 0 };
        let last_begins = memrchr(b'\n', &text).map_or(begins, |place| place + 1);
        let mut line_end = own;
        let mut met = None;
        while begins < own && end < length && last_begins < line_end {
            let before = text.len();
            Read::take(&mut file, 4096.max(before as u64 - own as u64).min(LINE_BYTES as u64))
                .read_to_end(&mut text)
                .map_err(|error| self.io(error))?;
            line_end = text.len();
            if text.len() == before {
                break;
            }
            if let Some(place) = memchr(b'\n', &text[before..]) {
                line_end = before + place + 1;
                break;
            }
            if (line_end - last_begins) as u64 > self.caps.record_bytes {
                (line_end, met) = (last_begins, Some(CapMet::Record(self.caps.record_bytes)));
            }
        }
        let text = shared(text);
        if let Some(digest) = digest {
            digest.offer(from, text.clone());
        }
        let lines = text.slice(begins.min(line_end)..line_end);
        Ok((if piece == 0 { lines.slice_ref(without_mark(&lines)) } else { lines }, met))
    }

    /// Pieces of the file, as far as can be told before it is unpacked.
    fn about_pieces(&self) -> u64 {
        match self.store {
            Store::Stream(stored) => (stored * COMPRESSED).div_ceil(CHUNK as u64),
            Store::Plain(_) | Store::Held(_) => self.pieces.len() as u64,
        }
    }

    /// Parses lines into one block; rejects have rows counted from the first line.
    fn parse(&self, text: &[u8], has_head: bool, calendar: &Calendar, sink: &dyn BlockSink) -> Parsed {
        let rejects = RejectList::of_share(self.caps.rejects, self.about_pieces());
        let parser = Parser::new(self.file, &self.path, &self.plan, calendar, rejects);
        let parsed = parse(parser, text, has_head);
        for block in std::iter::once(&parsed.intervals).chain(&parsed.parts).filter(|block| !block.is_empty()) {
            sink.intervals(block);
        }
        if !parsed.registers.key.is_empty() {
            sink.registers(&parsed.registers);
        }
        parsed
    }

    /// Reads a file from its beginning to its end; what is decompressed is parsed in parallel.
    fn read_stream(&self, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let mut reader = decompress::open_within(&self.path, Some(self.digest.clone()), &self.caps)?;
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            reader = Box::new(Decoded::new(reader, self.encoding));
        }
        let mut pending: Vec<u8> = Vec::new();
        let (mut row, mut rows, mut first) = (1_u64, 0_u64, true);
        loop {
            let mut chunks: Vec<(u64, Vec<u8>)> = Vec::new();
            let mut end = End::More;
            while chunks.len() < IN_FLIGHT && matches!(end, End::More) {
                let (chunk, then) = self.next_chunk(reader.as_mut(), &mut pending)?;
                end = then;
                let lines = memchr_iter(b'\n', &chunk).count() as u64;
                chunks.push((row, chunk));
                row += lines;
            }
            let counts: Vec<u64> = chunks
                .par_iter()
                .enumerate()
                .map(|(index, (row, chunk))| {
                    let is_head = first && index == 0;
                    let parsed = self.parse(if is_head { without_mark(chunk) } else { chunk }, is_head, calendar, sink);
                    for reject in parsed.rejects {
                        sink.reject(Reject { row: reject.row + row, ..reject });
                    }
                    parsed.rows
                })
                .collect();
            rows += counts.iter().sum::<u64>();
            first = false;
            if let End::Broken(code, detail) = &end {
                sink.reject(reject(&self.path, row, *code, detail.clone()));
            }
            if !matches!(end, End::More) || sink.stopped() {
                return Ok(rows);
            }
        }
    }

    /// Reads up to the last line end of the next `CHUNK` bytes; the rest waits in `pending`. Where
    /// the file breaks off, the lines before it are kept.
    fn next_chunk(&self, reader: &mut dyn Read, pending: &mut Vec<u8>) -> Result<(Vec<u8>, End), IngestError> {
        let mut chunk = std::mem::take(pending);
        loop {
            let before = chunk.len();
            let read =
                Read::take(&mut *reader, (CHUNK - before.min(CHUNK)).max(LINE_BYTES) as u64).read_to_end(&mut chunk);
            let line_end = memrchr(b'\n', &chunk).map_or(0, |place| place + 1);
            if let Err(source) = read {
                if is_of_the_system(&source) {
                    return Err(self.io(source));
                }
                chunk.truncate(line_end);
                return Ok((chunk, End::broken(&source)));
            }
            if chunk.len() == before {
                return Ok((chunk, End::Whole));
            }
            if line_end > 0 {
                *pending = chunk.split_off(line_end);
                return Ok((chunk, End::More));
            }
            if chunk.len() as u64 > self.caps.record_bytes {
                return Ok((Vec::new(), End::Broken(RejectCode::FILE_CAP, said::cap_record(self.caps.record_bytes))));
            }
        }
    }
}

/// What comes after a part of a stream.
enum End {
    More,
    Whole,
    Broken(RejectCode, Fact),
}

impl End {
    fn broken(source: &std::io::Error) -> Self {
        match source.get_ref().and_then(|inner| inner.downcast_ref::<CapMet>()) {
            Some(met) => Self::Broken(RejectCode::FILE_CAP, said::cap(*met)),
            None => Self::Broken(RejectCode::FILE_BROKEN, said::breaks_off(source.to_string())),
        }
    }
}
