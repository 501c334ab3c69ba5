//! Why a result could not be written.

use std::path::PathBuf;

use crate::disk::PlaceError;

/// A result that could not be written. Nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The operating system refuses.
    #[error(
        "`{path}` cannot be written; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table could not be written.
    #[error(
        "`{path}` cannot be written; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Table {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: polars::error::PolarsError,
    },
    /// The page could not be made.
    #[error("`{path}` could not be made from its template", path = path.display())]
    Page {
        /// The file.
        path: PathBuf,
        /// What the template engine said.
        source: askama::Error,
    },
    /// The workbook could not be made.
    #[error(
        "`{path}` could not be made; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: rust_xlsxwriter::XlsxError,
    },
    /// The run record could not be turned into text.
    #[error("`{path}` could not be made", path = path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: toml::ser::Error,
    },
    /// The place may not be written to.
    #[error(transparent)]
    Place(#[from] PlaceError),
}
