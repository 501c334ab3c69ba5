//! A folder that one run at a time may write to: an archive of earlier months.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

/// The file by which an archive of earlier months is known.
pub const ARCHIVE_MARK: &str = "archive.toml";
/// What that file says that it is.
pub const ARCHIVE_KIND: &str = "archive";

/// Whether a folder says that it is an archive of earlier months.
#[must_use]
pub fn is_archive(folder: &Path) -> bool {
    #[derive(serde::Deserialize)]
    struct Mark {
        kind: String,
    }
    let text = std::fs::read_to_string(folder.join(ARCHIVE_MARK)).unwrap_or_default();
    toml::from_str::<Mark>(&text).is_ok_and(|mark| mark.kind == ARCHIVE_KIND)
}

/// The file by which a folder is held. It stays when the folder is let go of.
pub const LOCK_FILE: &str = "lock";

/// A folder held against other runs, until this is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct HeldFolder {
    _lock: File,
}

impl HeldFolder {
    /// Holds `folder`; `None` when another run does. A file system without locks holds off nobody.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn hold(folder: &Path) -> io::Result<Option<Self>> {
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK_FILE))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self { _lock: lock })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time_and_let_go_of() {
        let folder = tempfile::tempdir().unwrap();
        let first = HeldFolder::hold(folder.path()).unwrap();
        assert!(first.is_some() && HeldFolder::hold(folder.path()).unwrap().is_none());
        drop(first);
        assert!(HeldFolder::hold(folder.path()).unwrap().is_some());
    }
}
