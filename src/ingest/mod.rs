//! Reading what utilities export: files found, formats recognised by content, columns by name,
//! blocks of readings out.
//!
//! `FORMATS` is the registry of readings formats, one file each. Static tables (customers, grid,
//! weather, licences, tariffs) are read by `static_tables`. A record that cannot be used becomes a
//! `Reject` with file, row and remedy; a file that cannot be used is an `IngestError`.
//!
//! Fuzz targets (`fuzz/`) compile this folder in by path.

mod archive;
mod bit_packed;
mod caps;
mod cells;
mod channel_words;
mod channels;
mod cim_grid;
mod cim_json;
mod cim_rdf;
mod cim_readings;
mod cim_xml;
mod columns;
mod compound_file;
mod contained;
mod decompress;
mod delimited;
mod digest;
mod digit_stamp;
mod edifact;
mod error;
mod espi;
mod find;
mod held;
mod json_stream;
#[cfg(test)]
mod kept;
mod long_parquet;
mod mapping;
mod message;
mod message_notes;
mod meter_points;
mod meter_table;
mod mscons;
mod naive_clock;
mod nem12;
mod number;
mod other_kinds;
mod parquet_batches;
mod parquet_columns;
mod parquet_headers;
mod parquet_pages;
mod read_buffer;
mod reading_type;
mod reading_type_words;
mod readings;
mod reject_list;
#[cfg(test)]
mod round_trip;
mod sheet_text;
mod stamp;
mod static_tables;
mod survey;
mod table;
mod table_parquet;
mod table_text;
mod thrift;
mod values;
mod weather_files;
mod workbook;
#[cfg(test)]
mod written;
mod xml80020;
mod xml_stream;

use std::path::Path;

use crate::domain::{Calendar, FileIx, IdList, IntervalBlock, KeyRun, RegisterBlock, Reject};

pub use archive::ArchiveFault;
pub use caps::Caps;
pub use error::IngestError;
pub use find::{InputFile, find_inputs, find_inputs_until};
pub use held::HeldFile;
pub use mapping::{Decision, KnownProfile, PROFILES, Profile, ProfileError, Understanding};
pub use meter_table::read_meters;
pub use readings::{FileSummary, PieceIx, Readings};
pub use static_tables::{read_customers, read_grid, read_licences, read_tariffs, read_weather};
pub use survey::{Roster, Survey};
pub use table_parquet::ParquetTable;

/// A static table that was read.
#[derive(Debug, Clone, Default)]
pub struct Table<T> {
    /// Its content.
    pub data: T,
    /// Rows of data in the file.
    pub rows: u64,
    /// Records and cells that were left out.
    pub rejects: Vec<Reject>,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
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

/// A format of readings.
pub trait Format: Sync {
    /// Name in messages.
    fn name(&self) -> &'static str;
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

    /// Opens a file as a mapping profile says; formats that say everything themselves need none and
    /// open it as it is.
    ///
    /// # Errors
    /// As for [`Format::open`]; also when the profile does not fit the file.
    fn open_as(&self, file: &Source, _profile: Option<&Profile>) -> Result<Box<dyn ReadingsFile>, IngestError> {
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

/// Whose clock the stamps of a file are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampClock {
    /// That of the utility, `--timezone`.
    Utility,
    /// One that the file or its profile states: they are instants, whatever `--timezone` says.
    Own,
}

/// Whose rows a piece holds, in file order.
#[derive(Debug, Clone, Default)]
pub struct IdRuns {
    /// The distinct usage points.
    pub ids: IdList,
    /// Runs over all rows, rejected ones included.
    pub keys: Vec<KeyRun>,
}

/// Every readings format, tried in order.
pub const FORMATS: &[&dyn Format] = &[
    &long_parquet::LongParquet,
    &nem12::NEM12,
    &mscons::MSCONS,
    &xml80020::XML80020,
    &espi::ESPI,
    &cim_xml::CIM_XML,
    &cim_json::CIM_JSON,
    &workbook::Workbook,
    &delimited::DelimitedText,
];

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

/// Reads a network model, for its fuzz target; a run reads one as a static table.
///
/// # Errors
/// When the file cannot be read, or holds no grid.
#[cfg(fuzzing)]
pub fn read_network_model(path: &Path) -> Result<Table<crate::domain::Grid>, IngestError> {
    cim_grid::read(path)
}
