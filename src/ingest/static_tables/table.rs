//! What is read of a static table.

use crate::domain::Reject;

/// A static table that was read.
#[derive(Debug, Clone, Default)]
pub struct Table<T> {
    /// Its content.
    pub data: T,
    /// Rows of data in the file.
    pub rows: u64,
    /// Rows of data that were used, in part or whole.
    pub used: u64,
    /// Its columns in the order of the file; empty for files that have none.
    pub columns: Vec<TakenColumn>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Records and cells that were left out.
    pub rejects: Vec<Reject>,
    /// SHA-256 of the file's bytes, hexadecimal.
    pub sha256: String,
}

/// A column of a static table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenColumn {
    /// Its heading as written.
    pub heading: String,
    /// The canonical name of what it was taken for; `None` where it was left alone.
    pub taken_for: Option<&'static str>,
}
