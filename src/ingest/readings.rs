//! All files of a run, opened: what they hold, and their pieces on demand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::bytes::caps::Caps;
use super::bytes::find::{InputFile, list};
use super::bytes::held::{HeldFile, metadata};
use super::bytes::{decompress, other_kinds};
use super::error::IngestError;
use super::format::{BlockSink, ReadingsFile, Source, StampClock};
use super::formats::{FORMATS, list_of_formats};
use super::mapping::keys::Mapping;
use super::mapping::understanding::{Decision, Understanding};
use super::messages::message_order;
use super::said;
use crate::domain::{Calendar, Fact, FileIx, IntervalBlock, RegisterBlock, Reject};

/// A piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PieceIx {
    /// Place of the file among the opened ones.
    pub file: u32,
    /// Place of the piece in the file.
    pub piece: u32,
}

/// What was read of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSummary {
    /// Path as given or found.
    pub path: PathBuf,
    /// Rows of data.
    pub rows: u64,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
    /// Name of the format.
    pub format: &'static str,
    /// Whose clock its stamps turned out to be on.
    pub clock: StampClock,
}

/// The opened files of a run, in the order of their paths.
pub struct Readings {
    pub(crate) files: Vec<Opened>,
    passed_over: Vec<Reject>,
    looked_at: String,
    /// All files that were given, passed over ones too, as they were when they were found.
    held: Vec<HeldFile>,
}

pub(crate) struct Opened {
    path: PathBuf,
    held: HeldFile,
    format: &'static str,
    pub(crate) file: Box<dyn ReadingsFile>,
}

impl Readings {
    /// Opens all files, in parallel.
    ///
    /// A file found in a folder that is no readings file (a customer list, a note) is passed over
    /// with a reject of row 0; one named by the user must be readable.
    ///
    /// # Errors
    /// When a named file cannot be used, or no file holds readings.
    pub fn open(files: &[InputFile]) -> Result<Self, IngestError> {
        Self::open_as(files, Caps::default(), None)
    }

    /// Opens all files within limits of the caller, and as a mapping says.
    ///
    /// # Errors
    /// As for [`Readings::open`]; also when the mapping does not fit a named file.
    pub fn open_as(files: &[InputFile], caps: Caps, mapping: Option<&Mapping>) -> Result<Self, IngestError> {
        let held = HeldFile::all(files.iter().map(|file| file.path.as_path()));
        let opened: Vec<Result<Result<Opened, Reject>, IngestError>> = files
            .par_iter()
            .zip(&held)
            .zip(message_order::ranks(files))
            .map(|((file, held), rank)| open_one(file, held, rank, caps, mapping))
            .collect();
        let mut readings = Self {
            files: Vec::new(),
            passed_over: Vec::new(),
            looked_at: list(files.iter().map(|file| file.path.as_path())),
            held,
        };
        for outcome in opened {
            match outcome? {
                Ok(file) => readings.files.push(file),
                Err(reject) => readings.passed_over.push(reject),
            }
        }
        if readings.files.is_empty() { Err(readings.nothing()) } else { Ok(readings) }
    }

    fn nothing(&self) -> IngestError {
        let because = self.passed_over.first().map(|reject| reject.clone().into());
        IngestError::NoReadings { looked_at: self.looked_at.clone(), because }
    }

    /// Whose clock the stamps are on; `None` when files differ.
    #[must_use]
    pub fn clock(&self) -> Option<StampClock> {
        let mut clocks = self.files.iter().map(|opened| opened.file.clock());
        let first = clocks.next()?;
        clocks.all(|clock| clock == first).then_some(first)
    }

    /// What every opened file was taken for: path, format, decisions.
    pub fn understandings(&self) -> impl Iterator<Item = (&Path, &'static str, Understanding)> {
        self.files.iter().map(|opened| (opened.path.as_path(), opened.format, opened.file.understanding()))
    }

    /// What some files may be read as instead, with what would settle it: a fact for each doubt,
    /// sorted. Files are counted, not named.
    #[must_use]
    pub fn doubts(&self) -> Vec<Fact> {
        let mut files: BTreeMap<(&'static str, String, Fact), u64> = BTreeMap::new();
        for (_, _, understanding) in self.understandings() {
            for Decision { what, value, doubt, .. } in understanding.decisions {
                let Some(doubt) = doubt else { continue };
                *files.entry((what, value, doubt)).or_insert(0) += 1;
            }
        }
        // What columns and words of a file are called may be anything, so the value is a name.
        files.into_iter().map(|((what, value, doubt), count)| said::doubt(count, what, &value, doubt)).collect()
    }

    /// Number of rows as far as it can be told without reading.
    #[must_use]
    pub fn estimated_rows(&self) -> u64 {
        self.files.iter().map(|file| file.file.estimated_rows()).sum()
    }

    /// All pieces, file after file.
    #[must_use]
    pub fn pieces(&self) -> Vec<PieceIx> {
        let of_file = |(index, opened): (usize, &Opened)| {
            (0..opened.file.pieces() as u32).map(move |piece| PieceIx { file: index as u32, piece })
        };
        self.files.iter().enumerate().flat_map(of_file).collect()
    }

    /// Reads `pieces`, all of them in this order as far as threads allow, and digests every file
    /// beside it.
    ///
    /// # Errors
    /// When a file cannot be read, or no readings were found in any.
    pub fn read(
        &self,
        pieces: &[PieceIx],
        calendar: &Calendar,
        sink: &dyn BlockSink,
    ) -> Result<Vec<FileSummary>, IngestError> {
        let watched = FirstReject { inner: sink, first: Mutex::new(None) };
        let sink: &dyn BlockSink = &watched;
        let rows: Vec<AtomicU64> = self.files.iter().map(|_| AtomicU64::new(0)).collect();
        in_turn(pieces.len(), sink, |turn| {
            let at = pieces[turn];
            let read = self.files[at.file as usize].read(at.piece as usize, calendar, sink)?;
            rows[at.file as usize].fetch_add(read, Ordering::Relaxed);
            Ok(())
        })?;
        self.close(sink);
        if sink.stopped() {
            return Ok(Vec::new());
        }
        if rows.iter().all(|rows| rows.load(Ordering::Relaxed) == 0) {
            let first = watched.first.into_inner().unwrap_or_else(PoisonError::into_inner);
            let Some(first) = first else { return Err(self.nothing()) };
            return Err(IngestError::NoReadings { looked_at: self.looked_at.clone(), because: Some(first.into()) });
        }
        let summary = |(opened, rows): (&Opened, AtomicU64)| {
            Ok(FileSummary {
                path: opened.path.clone(),
                rows: rows.into_inner(),
                sha256: opened.file.sha256()?,
                format: opened.format,
                clock: opened.file.clock(),
            })
        };
        let summaries: Result<Vec<FileSummary>, IngestError> = self.files.par_iter().zip(rows).map(summary).collect();
        self.check_unchanged()?;
        summaries
    }

    /// Refuses files that are not what they were when they were found.
    ///
    /// # Errors
    /// Names the first of them.
    pub fn check_unchanged(&self) -> Result<(), IngestError> {
        self.held.iter().try_for_each(HeldFile::check)
    }

    /// Reads `pieces` without digests and without what [`Readings::close`] tells; returns their
    /// rows.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_pieces(
        &self,
        pieces: &[PieceIx],
        calendar: &Calendar,
        sink: &dyn BlockSink,
    ) -> Result<u64, IngestError> {
        let rows = AtomicU64::new(0);
        in_turn(pieces.len(), sink, |turn| {
            let at = pieces[turn];
            rows.fetch_add(
                self.files[at.file as usize].file.read(at.piece as usize, calendar, sink)?,
                Ordering::Relaxed,
            );
            Ok(())
        })?;
        Ok(rows.into_inner())
    }

    /// Tells rejects that could not be numbered before all pieces were read.
    pub fn close(&self, sink: &dyn BlockSink) {
        self.passed_over.iter().for_each(|reject| sink.reject(reject.clone()));
        self.files.iter().for_each(|file| file.file.close(sink));
    }

    /// Reads `pieces` a second time, without digests; rejects that were told before come again.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read_again(&self, pieces: &[PieceIx], calendar: &Calendar, sink: &dyn BlockSink) -> Result<(), IngestError> {
        in_turn(pieces.len(), sink, |turn| {
            self.files[pieces[turn].file as usize].read(pieces[turn].piece as usize, calendar, sink).map(|_| ())
        })
    }
}

impl Opened {
    /// Reads a piece of a file that is still what it was, before and after.
    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError> {
        self.held.check()?;
        let read = self.file.read(piece, calendar, sink);
        // A file that is cut off while it is read is changed rather than damaged.
        self.held.check()?;
        read
    }
}

/// Remembers the first reject by file and row, which says best why there is nothing else.
struct FirstReject<'a> {
    inner: &'a dyn BlockSink,
    first: Mutex<Option<Reject>>,
}

impl BlockSink for FirstReject<'_> {
    fn intervals(&self, block: &IntervalBlock) {
        self.inner.intervals(block);
    }

    fn registers(&self, block: &RegisterBlock) {
        self.inner.registers(block);
    }

    fn reject(&self, reject: Reject) {
        {
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|first| reject < *first) {
                *first = Some(reject.clone());
            }
        }
        self.inner.reject(reject);
    }

    fn stopped(&self) -> bool {
        self.inner.stopped()
    }
}

/// Lets every thread take the next turn until all are taken, one fails, or the sink wants to stop.
/// The error of the earliest turn is told.
pub(crate) fn in_turn(
    turns: usize,
    sink: &dyn BlockSink,
    work: impl Fn(usize) -> Result<(), IngestError> + Sync,
) -> Result<(), IngestError> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<(usize, IngestError)>> = Mutex::new(None);
    let is_failed = || failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
    (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).for_each(|_| {
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= turns || sink.stopped() || is_failed() {
                return;
            }
            if let Err(error) = work(turn) {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                if failed.as_ref().is_none_or(|(earlier, _)| turn < *earlier) {
                    *failed = Some((turn, error));
                }
            }
        }
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), |(_, error)| Err(error))
}

fn open_one(
    file: &InputFile,
    held: &HeldFile,
    ix: FileIx,
    caps: Caps,
    mapping: Option<&Mapping>,
) -> Result<Result<Opened, Reject>, IngestError> {
    let path = &file.path;
    let is_empty = metadata(path).is_some_and(|metadata| metadata.is_file() && metadata.len() == 0);
    // A file without bytes is not opened: those of the kernel (`/proc`) say that they have none,
    // and some wait.
    let head = if is_empty { Err(IngestError::Empty { path: path.clone() }) } else { decompress::head(path) };
    let opened = head.and_then(|head| {
        if head.is_empty() && file.named {
            return Err(IngestError::Empty { path: path.clone() });
        }
        // A document may be text that looks like a table.
        let format = FORMATS.iter().find(|format| !other_kinds::is_known(&head) && format.recognises(&head));
        let format = format.ok_or_else(|| other_kinds::unknown(path, &head, list_of_formats))?;
        let opened = format.open_as(&Source { path, ix, caps }, mapping)?;
        Ok(Opened { path: path.clone(), held: held.clone(), format: format.name(), file: opened })
    });
    held.check()?;
    match opened {
        Ok(opened) => Ok(Ok(opened)),
        Err(error) if !file.named && error.is_other_kind_of_file() => Ok(Err(Reject {
            file: path.display().to_string(),
            row: 0,
            code: "file.passed_over",
            detail: said::passed_over(error.to_string()),
            records: 1,
        })),
        Err(error) => Err(error),
    }
}
