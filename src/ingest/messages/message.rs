//! Files that are read as one stream from beginning to end: market messages and head-end exports in
//! XML, EDIFACT, JSON and the like.
//!
//! A format of this kind is a name, a look at the first bytes, and one function that walks the
//! stream and hands over readings by name of channel. All else is done here once: decompression,
//! limits, rejects, and keeping what was read before a file breaks off.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::message_notes::MessageNotes;
use super::meter_points::MeterPoints;
use crate::domain::{Calendar, FileIx, RejectCode};
use crate::ingest::bytes::caps::Caps;
use crate::ingest::bytes::decompress;
use crate::ingest::bytes::file_digest::FileDigest;
use crate::ingest::error::{IngestError, is_of_the_system};
use crate::ingest::format::{BlockSink, Format, IdRuns, ReadingsFile, Source, StampClock};
use crate::ingest::mapping::understanding::Understanding;
use crate::ingest::messages::halt::Halt;
use crate::ingest::said;

/// A format whose files are read as one stream.
pub(crate) struct MessageFormat {
    /// Name in messages.
    pub(crate) name: &'static str,
    /// What users call it.
    pub(crate) what: &'static str,
    /// Whether the first bytes look like it.
    pub(crate) recognises: fn(&[u8]) -> bool,
    /// Bytes that a reading takes in the usual file of this format, to tell how large a dump is
    /// before it is read.
    pub(crate) bytes_a_reading: u64,
    /// Whose clock the stamps are on.
    pub(crate) clock: StampClock,
    /// What holds for every file of the format: subject and fact.
    pub(crate) facts: &'static [(&'static str, &'static str)],
    /// Walks the stream.
    pub(crate) parse: Parse,
}

/// Walks a stream and hands over what it holds.
pub(crate) type Parse = fn(Box<dyn BufRead + '_>, &mut MeterPoints) -> Result<(), Halt>;

impl Format for MessageFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn what(&self) -> &'static str {
        self.what
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

/// Hands over what was read, with a reject for what was not. Gives the number of rows, and what was
/// found out.
fn conclude(mut points: MeterPoints, halt: Option<Halt>, path: &Path) -> Result<(u64, MessageNotes), IngestError> {
    match halt {
        Some(Halt::Stopped) => return Ok((0, MessageNotes::default())),
        Some(Halt::Io(source)) if is_of_the_system(&source) => {
            return Err(IngestError::Io { path: path.to_path_buf(), source });
        }
        Some(Halt::Io(source)) => points.reject_last(RejectCode::FILE_BROKEN, said::breaks_off(source.to_string())),
        Some(Halt::Broken(detail)) => points.reject_last(RejectCode::FILE_BROKEN, said::broken(detail)),
        Some(Halt::Cap(met)) => points.reject_last(RejectCode::FILE_CAP, said::cap(met)),
        None if points.is_barren() => {
            let detail = said::no_readings();
            points.reject_last(RejectCode::FILE_NO_READINGS, detail);
        }
        None => {}
    }
    Ok(points.finish())
}
