//! Tables of a synthetic utility while they are written, and what may go wrong with the folder.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::readings::ReadingsError;
use crate::disk::{self, PlaceError};

/// A utility that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The folder may not be written to.
    #[error("write the utility: {0}")]
    Place(#[from] PlaceError),
    /// The user interrupted the run.
    #[error("finish: interrupted; nothing was written")]
    Interrupted,
    /// The file system refused.
    #[error("write `{path}`: {source}; check free space and rights of the folder")]
    Io {
        /// What was written.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A table could not be written.
    #[error("write `{path}`: {source}; check free space of the folder")]
    Table {
        /// The table.
        path: PathBuf,
        /// Why it failed.
        source: csv::Error,
    },
    /// The readings could not be written.
    #[error(transparent)]
    Readings(#[from] ReadingsError),
    /// The settings could not be written down.
    #[error("write the settings: {0}")]
    Settings(#[from] toml::ser::Error),
}

/// One table being written.
pub(super) struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<disk::Output>>,
}

impl Table {
    pub(super) fn create(folder: &Path, name: &str) -> Result<Self, SimulateError> {
        let path = folder.join(name);
        let file = disk::create(&path).map_err(|source| SimulateError::Io { path: path.clone(), source })?;
        Ok(Self { path, writer: csv::Writer::from_writer(BufWriter::new(file)) })
    }

    /// A table whose header is written even when no row follows.
    pub(super) fn with_header(folder: &Path, name: &str, header: &[&str]) -> Result<Self, SimulateError> {
        let mut table = Self::create(folder, name)?;
        let file = table
            .writer
            .into_inner()
            .map_err(|error| SimulateError::Io { path: table.path.clone(), source: error.into_error() })?;
        table.writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        table
            .writer
            .write_record(header)
            .map_err(|source| SimulateError::Table { path: table.path.clone(), source })?;
        Ok(table)
    }

    pub(super) fn write<T: Serialize>(&mut self, rows: &[T]) -> Result<(), SimulateError> {
        rows.iter()
            .try_for_each(|row| self.writer.serialize(row))
            .map_err(|source| SimulateError::Table { path: self.path.clone(), source })
    }

    pub(super) fn finish(mut self) -> Result<(), SimulateError> {
        self.writer.flush().map_err(|source| SimulateError::Io { path: self.path, source })
    }
}
