//! SHA-256 of an input file, so that a run can say exactly what it read.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::IngestError;

/// Hexadecimal SHA-256 of the file's bytes as they lie on disk.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn sha256(path: &Path) -> Result<String, IngestError> {
    let io = |source| IngestError::Io { path: path.to_path_buf(), source };
    let mut file = File::open(path).map_err(io)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer).map_err(io)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
