//! What a format of readings is to all others: how a file is recognised, opened and read, and where
//! what is read goes.

use std::path::Path;

use super::bytes::caps::Caps;
use super::error::IngestError;
use super::mapping::keys::Mapping;
use super::mapping::understanding::Understanding;
use crate::domain::{Calendar, FileIx, IdList, IntervalBlock, KeyRun, RegisterBlock, Reject};

/// A file to read, with its place in the sorted list of inputs.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// Path as given or found.
    pub path: &'a Path,
    /// Its place.
    pub ix: FileIx,
    /// What the file may ask of the machine.
    pub caps: Caps,
}

/// A format of readings.
pub trait Format: Sync {
    /// Name in messages and results.
    fn name(&self) -> &'static str;
    /// What users call it, in lists of all formats.
    fn what(&self) -> &'static str;
    /// Usual endings of its files, where the words do not say them.
    fn endings(&self) -> &'static [&'static str] {
        &[]
    }
    /// Whether the file's first bytes (decompressed) look like this format.
    fn recognises(&self, head: &[u8]) -> bool;
    /// Opens a file: finds its columns and its pieces.
    ///
    /// # Errors
    /// When the file as a whole cannot be used: its columns or its time format are not understood,
    /// or it cannot be read.
    fn open(&self, file: &Source) -> Result<Box<dyn ReadingsFile>, IngestError>;
    /// Reads the bytes of a whole file, without a file system, and gives the number of rows; `None`
    /// for formats that need a file.
    fn read_bytes(&self, _bytes: &[u8], _caps: Caps, _calendar: &Calendar, _sink: &dyn BlockSink) -> Option<u64> {
        None
    }

    /// Opens a file as a mapping says; formats that say everything themselves need none and
    /// open it as it is.
    ///
    /// # Errors
    /// As for [`Format::open`]; also when the mapping does not fit the file.
    fn open_as(&self, file: &Source, _mapping: Option<&Mapping>) -> Result<Box<dyn ReadingsFile>, IngestError> {
        self.open(file)
    }
}

/// An opened file of readings. Its pieces can be read in any order, at once, and again.
pub trait ReadingsFile: Send + Sync {
    /// Number of pieces.
    fn pieces(&self) -> usize;
    /// Number of rows as far as it can be told without reading.
    fn estimated_rows(&self) -> u64;
    /// Whose rows a piece holds, in file order; `None` where telling costs as much as reading.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn id_runs(&self, piece: usize) -> Result<Option<IdRuns>, IngestError>;
    /// Reads a piece into the sink and returns the number of rows.
    ///
    /// # Errors
    /// When the file cannot be read, or a column cannot be understood.
    fn read(&self, piece: usize, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError>;
    /// Hexadecimal SHA-256 of the file's bytes, after all pieces are read.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn sha256(&self) -> Result<String, IngestError>;
    /// Called when all pieces are read, for rejects that could not be numbered before.
    fn close(&self, _sink: &dyn BlockSink) {}
    /// What the file was taken for, and on what ground. Of a message most is known only when its
    /// piece was read.
    fn understanding(&self) -> Understanding {
        Understanding::default()
    }
    /// Whose clock the stamps are on. A message may tell it only while its piece is read.
    fn clock(&self) -> StampClock {
        StampClock::Utility
    }
}

/// Whose rows a piece holds, in file order.
#[derive(Debug, Clone, Default)]
pub struct IdRuns {
    /// The distinct usage points.
    pub ids: IdList,
    /// Runs over all rows, rejected ones included.
    pub keys: Vec<KeyRun>,
}

/// Whose clock the stamps of a file are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampClock {
    /// That of the utility, `--timezone`.
    Utility,
    /// One that the file or its mapping states: they are instants, whatever `--timezone` says.
    Own,
}

impl StampClock {
    /// Whether what is read are instants: a zone is given, or every file states its own clock
    /// (`clock`; `None` when files differ). `None` where nothing says how files relate.
    #[must_use]
    pub fn are_instants(clock: Option<Self>, calendar: &Calendar) -> Option<bool> {
        if calendar.zone_name().is_some() { Some(true) } else { clock.map(|clock| clock == Self::Own) }
    }
}

/// Where readers put what they read. Called from many threads at once, in any order.
pub trait BlockSink: Sync {
    /// Interval readings; the reader uses the block again.
    fn intervals(&self, block: &IntervalBlock);
    /// Register readings.
    fn registers(&self, block: &RegisterBlock);
    /// A record that was left out.
    fn reject(&self, reject: Reject);
    /// Whether the reader should stop, because the user interrupted the run.
    fn stopped(&self) -> bool;
}
