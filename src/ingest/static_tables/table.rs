//! What is read of a static table.

use crate::domain::Reject;

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
