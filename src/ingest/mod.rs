//! Reading what utilities export: files found, formats recognised by content, columns by name, blocks of readings out.
//!
//! `FORMATS` is the registry of readings formats, one file each. Static tables (customers, grid, weather, licences, tariffs) are read by `static_tables`. A
//! record that cannot be used becomes a `Reject` with file, row and remedy; a file that cannot be used is an `IngestError`.

mod columns;
mod decompress;
mod digest;
mod error;
mod find;
mod long_csv;
mod long_parquet;
mod number;
mod stamp;
mod static_tables;
mod table;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::domain::{Calendar, FileIx, IntervalBlock, RegisterBlock, Reject};

pub use error::IngestError;
pub use find::{InputFile, find_inputs};
pub use static_tables::{read_customers, read_grid, read_licences, read_tariffs, read_weather};
pub use table::Table;

/// Where readers put what they read. Called from many threads at once, in any order.
pub trait BlockSink: Sync {
    /// Interval readings.
    fn intervals(&self, block: IntervalBlock);
    /// Register readings.
    fn registers(&self, block: RegisterBlock);
    /// A record that was left out.
    fn reject(&self, reject: Reject);
    /// Readings done since the last call.
    fn progress(&self, readings: u64);
    /// Whether the reader should stop, because the user interrupted the run.
    fn stopped(&self) -> bool;
}

/// A format of readings.
pub trait Format: Sync {
    /// Name in messages.
    fn name(&self) -> &'static str;
    /// Whether the file's first bytes (decompressed) look like this format.
    fn recognises(&self, head: &[u8]) -> bool;
    /// Reads one file into the sink and returns the number of rows.
    ///
    /// # Errors
    /// When the file as a whole cannot be used: its columns or its time format are not understood, or it cannot be read.
    fn read(&self, file: &Source, calendar: &Calendar, sink: &dyn BlockSink) -> Result<u64, IngestError>;
}

/// Every readings format, tried in order.
pub const FORMATS: &[&dyn Format] = &[&long_parquet::LongParquet, &long_csv::LongCsv];

/// A file to read, with its place in the sorted list of inputs.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// Path as given or found.
    pub path: &'a Path,
    /// Its place.
    pub ix: FileIx,
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
    /// Name of the format; `None` for a file of a folder that was passed over.
    pub format: Option<&'static str>,
}

/// Reads all files into the sink, in parallel; summaries come in the order of `files`.
///
/// A file found in a folder that is no readings file (a customer list, a note) is passed over with a reject of row 0; one named by the user must be readable.
///
/// # Errors
/// When a file cannot be used, or no readings were found in any.
pub fn read_readings(files: &[InputFile], calendar: &Calendar, sink: &dyn BlockSink) -> Result<Vec<FileSummary>, IngestError> {
    let read: Vec<Result<FileSummary, IngestError>> =
        files.par_iter().enumerate().map(|(index, file)| read_one(file, FileIx(index as u16), calendar, sink)).collect();
    let summaries = read.into_iter().collect::<Result<Vec<_>, _>>()?;
    if summaries.iter().all(|summary| summary.rows == 0) {
        return Err(IngestError::NoReadings { looked_at: find::list(files.iter().map(|file| file.path.as_path())) });
    }
    Ok(summaries)
}

fn read_one(file: &InputFile, ix: FileIx, calendar: &Calendar, sink: &dyn BlockSink) -> Result<FileSummary, IngestError> {
    let path = &file.path;
    let head = decompress::head(path)?;
    let sha256 = digest::sha256(path)?;
    if head.is_empty() && file.named {
        return Err(IngestError::Empty { path: path.clone() });
    }
    let format = FORMATS.iter().find(|format| format.recognises(&head));
    let outcome = match format {
        Some(format) => format.read(&Source { path, ix }, calendar, sink).map(|rows| (rows, Some(format.name()))),
        None => Err(IngestError::UnknownFormat { path: path.clone() }),
    };
    match outcome {
        Ok((rows, format)) => Ok(FileSummary { path: path.clone(), rows, sha256, format }),
        Err(error) if !file.named && error.is_other_kind_of_file() => {
            sink.reject(Reject {
                file: path.display().to_string(),
                row: 0,
                code: "file.passed_over",
                detail: format!("not a readings file: {error}"),
            });
            Ok(FileSummary { path: path.clone(), rows: 0, sha256, format: None })
        }
        Err(error) => Err(error),
    }
}
