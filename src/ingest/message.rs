//! Files that are read as one stream from beginning to end: market messages and head-end exports in
//! XML, EDIFACT, JSON and the like.
//!
//! A format of this kind is a name, a look at the first bytes, and one function that walks the
//! stream and hands over readings by name of channel. All else is done here once: decompression,
//! limits, rejects, and keeping what was read before a file breaks off.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Calendar, FileIx, Reject, RejectCode};

use super::caps::{CapMet, Caps};
use super::digest::FileDigest;
use super::message_notes::MessageNotes;
use super::meter_points::MeterPoints;
use super::{BlockSink, Format, IdRuns, IngestError, ReadingsFile, Source, StampClock, Understanding, decompress};

/// A format whose files are read as one stream.
pub(super) struct MessageFormat {
    /// Name in messages.
    pub(super) name: &'static str,
    /// Whether the first bytes look like it.
    pub(super) recognises: fn(&[u8]) -> bool,
    /// Bytes that a reading takes in the usual file of this format, to tell how large a dump is
    /// before it is read.
    pub(super) bytes_a_reading: u64,
    /// Whose clock the stamps are on.
    pub(super) clock: StampClock,
    /// What holds for every file of the format: subject and fact.
    pub(super) facts: &'static [(&'static str, &'static str)],
    /// Walks the stream.
    pub(super) parse: Parse,
}

/// Walks a stream and hands over what it holds.
pub(super) type Parse = fn(Box<dyn BufRead + '_>, &mut MeterPoints) -> Result<(), Halt>;

/// Why the walk ended before the end of the stream.
#[derive(Debug)]
pub(super) enum Halt {
    /// The stream cannot be read further.
    Io(io::Error),
    /// What follows cannot be understood.
    Broken(String),
    /// A limit was met.
    Cap(CapMet),
    /// The user wants to stop.
    Stopped,
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<CapMet>()) {
            Some(&met) => Self::Cap(met),
            None => Self::Io(error),
        }
    }
}

impl Format for MessageFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn recognises(&self, head: &[u8]) -> bool {
        (self.recognises)(head)
    }

    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError> {
        let stored = decompress::stored_bytes(file.path)?;
        let compressed = decompress::is_compressed(file.path)?;
        Ok(Box::new(MessageFile {
            path: file.path.to_path_buf(),
            file: file.ix,
            caps: file.caps,
            parse: self.parse,
            clock: self.clock,
            facts: self.facts,
            told: Mutex::default(),
            rows: (if compressed { stored.saturating_mul(12) } else { stored }) / self.bytes_a_reading,
            digest: Arc::new(FileDigest::new(file.path)),
        }))
    }

    fn read_bytes(&self, bytes: &[u8], caps: Caps, calendar: &Calendar, sink: &dyn BlockSink) -> Option<u64> {
        let mut points = MeterPoints::new(FileIx::default(), Path::new("bytes"), caps, calendar, sink);
        let halt = (self.parse)(Box::new(bytes), &mut points).err();
        Some(conclude(points, halt, Path::new("bytes")).map_or(0, |(rows, _)| rows))
    }
}

/// An opened message file; it has one piece.
struct MessageFile {
    path: PathBuf,
    file: FileIx,
    caps: Caps,
    parse: Parse,
    clock: StampClock,
    facts: &'static [(&'static str, &'static str)],
    /// What was found out while it was read.
    told: Mutex<(Understanding, Option<StampClock>)>,
    rows: u64,
    digest: Arc<FileDigest>,
}

impl ReadingsFile for MessageFile {
    fn pieces(&self) -> usize {
        1
    }

    fn estimated_rows(&self) -> u64 {
        self.rows
    }

    fn id_runs(&self, _: usize) -> Result<Option<IdRuns>, IngestError> {
        Ok(None)
    }

    fn read(&self, _: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        let stream = decompress::open_within(&self.path, Some(self.digest.clone()), &self.caps)?;
        let mut points = MeterPoints::new(self.file, &self.path, self.caps, calendar, sink);
        let halt = (self.parse)(Box::new(BufReader::with_capacity(1 << 16, stream)), &mut points).err();
        let (rows, notes) = conclude(points, halt, &self.path)?;
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) =
            (notes.understanding(calendar, self.facts), notes.clock());
        Ok(rows)
    }

    fn sha256(&self) -> Result<String, IngestError> {
        self.digest.finish()
    }

    fn clock(&self) -> StampClock {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).1.unwrap_or(self.clock)
    }

    fn understanding(&self) -> Understanding {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

/// What is done with a file that breaks off.
pub(super) const KEPT: &str = "what comes before it is read; export the file again";

/// Hands over what was read, with a reject for what was not. Gives the number of rows, and what was
/// found out.
fn conclude(mut points: MeterPoints, halt: Option<Halt>, path: &Path) -> Result<(u64, MessageNotes), IngestError> {
    match halt {
        Some(Halt::Stopped) => return Ok((0, MessageNotes::default())),
        Some(Halt::Io(source)) if is_of_the_system(&source) => {
            return Err(IngestError::Io { path: path.to_path_buf(), source });
        }
        Some(Halt::Io(source)) => {
            points.reject_last(RejectCode::FILE_BROKEN, format!("the file breaks off here: {source}; {KEPT}"))
        }
        Some(Halt::Broken(detail)) => points.reject_last(RejectCode::FILE_BROKEN, format!("{detail}; {KEPT}")),
        Some(Halt::Cap(met)) => points.reject_last(RejectCode::FILE_CAP, met.to_string()),
        None if points.is_barren() => {
            let detail = "the format is known, but there is no reading of active energy in the file".to_owned();
            points.reject_last(RejectCode::FILE_NO_READINGS, detail);
        }
        None => {}
    }
    Ok(points.finish())
}

/// Whether the system refused, rather than the contents being damaged.
pub(super) fn is_of_the_system(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    !matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof)
}

/// Characters of a detail at most: what a file says is quoted, but not at any length.
const LONGEST_DETAIL: usize = 400;

/// A reject of this file.
pub(super) fn reject(path: &Path, row: u64, code: RejectCode, mut detail: String) -> Reject {
    if let Some((end, _)) = detail.char_indices().nth(LONGEST_DETAIL) {
        detail.truncate(end);
        detail.push('…');
    }
    Reject { file: path.display().to_string(), row, code: code.0, detail: detail.into(), records: 1 }
}
