//! A hidden folder beside a place, in which a result is made, and its way into the place.
//!
//! The stage `.darkload-NAME-xxxxxx` holds `lock`, which the run holds locked; `result`, the new
//! files; and `replaces`, by which a result that was exchanged into `result` is known. Folders are
//! exchanged in one step where the system can. Where it cannot, the older result is moved to
//! `replaced` in the stage and the new one into the place; a run that is ended between the two
//! leaves both whole, and the next one puts the new one into place.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::operation;
use super::place::Standing;
use super::said::{digest_of, names, remove};
use super::{Place, PlaceError};

pub(super) const RESULT: &str = "result";
pub(super) const REPLACED: &str = "replaced";
pub(super) const REPLACES: &str = "replaces";
pub(super) const LOCK: &str = "lock";

/// Time that another run may take to put its result into place.
const PATIENCE: Duration = Duration::from_secs(10);

/// A result in the making; dropped, it is removed.
#[derive(Debug)]
pub struct Stage {
    folder: PathBuf,
    _lock: File,
    is_kept: bool,
}

/// A result in its place.
#[derive(Debug)]
pub struct Written {
    /// Names of its files, sorted.
    pub names: Vec<String>,
    /// What there is to say about it.
    pub words: Vec<String>,
}

impl Stage {
    /// A stage beside what is, or will be, called `name` in `parent`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn beside(parent: &Path, name: &OsStr) -> Result<Self, PlaceError> {
        let refused = PlaceError::io(parent);
        // Whoever clears up holds the parent as well, and takes no stage without a lock for one
        // that was left behind.
        let _held = hold(parent);
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o755));
        }
        let folder = builder.prefix(&prefix(name)).tempdir_in(parent).map_err(&refused)?;
        let lock = File::create(folder.path().join(LOCK)).map_err(&refused)?;
        // A file system without locks cannot tell a live run from one that was ended; then stages
        // are only cleared up by hand.
        let _ = lock.try_lock();
        operation::create_folder(&folder.path().join(RESULT)).map_err(&refused)?;
        Ok(Self { folder: folder.keep(), _lock: lock, is_kept: false })
    }

    /// Where the files are to be written.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.join(RESULT)
    }

    /// Puts the finished files into place, in the stead of what stands there.
    ///
    /// # Errors
    /// When they cannot be written to the disk, what stands there may not be replaced, or the
    /// system refuses. What stood there stays, and a finished result is kept.
    pub fn put(mut self, place: &Place) -> Result<Written, PlaceError> {
        let names = self.sync()?;
        let _held = hold(&place.parent);
        let put = place.standing().and_then(|standing| self.exchange(place, &standing));
        match put {
            Ok(words) => Ok(Written { names, words }),
            Err(error @ (PlaceError::BothKept { .. } | PlaceError::Unsure { .. })) => {
                self.is_kept = true;
                Err(error)
            }
            Err(source) => {
                self.is_kept = true;
                Err(PlaceError::Kept { kept: self.folder(), source: Box::new(source) })
            }
        }
    }

    /// Makes all files outlast a loss of power; returns their names.
    fn sync(&self) -> Result<Vec<String>, PlaceError> {
        let folder = self.folder();
        let names = names(&folder).map_err(PlaceError::io(&folder))?;
        for path in names.iter().map(|name| folder.join(name)).chain([folder.clone(), self.folder.clone()]) {
            operation::sync(&path).map_err(PlaceError::io(&path))?;
        }
        Ok(names)
    }

    fn exchange(&mut self, place: &Place, standing: &Standing) -> Result<Vec<String>, PlaceError> {
        let (new, real) = (self.folder(), &place.real);
        let refused = PlaceError::io(place.given());
        let older = match standing {
            Standing::Nothing | Standing::EmptyFolder => {
                operation::rename(&new, real).map_err(refused)?;
                None
            }
            Standing::Result => {
                self.note_replaced(place).map_err(&refused)?;
                match operation::exchange(&new, real) {
                    Ok(()) => Some(new),
                    Err(error) if operation::is_unsupported(&error) => Some(self.move_apart(place)?),
                    Err(source) => return Err(refused(source)),
                }
            }
        };
        if let Err(source) = operation::sync(&place.parent) {
            let older =
                older.map_or_else(String::new, |older| format!("; the older result is kept in `{}`", older.display()));
            return Err(PlaceError::Unsure { path: place.given().to_path_buf(), older, source });
        }
        let Some(older) = older else { return Ok(Vec::new()) };
        Ok(match remove(&older) {
            Ok(()) => Vec::new(),
            Err(error) => {
                self.is_kept = true;
                vec![format!(
                    "the result that was replaced could not be removed ({error}); it is `{}`",
                    older.display()
                )]
            }
        })
    }

    /// Notes which result is replaced, so that it is not taken for a new one where the run is
    /// ended.
    fn note_replaced(&self, place: &Place) -> io::Result<()> {
        let note = self.folder.join(REPLACES);
        operation::write(&note, digest_of(&place.real.join(place.kind.mark))?)?;
        operation::sync(&note)?;
        operation::sync(&self.folder)
    }

    /// Where folders cannot be exchanged: the older result out of the way, then the new one into
    /// place. Returns where the older one lies.
    fn move_apart(&self, place: &Place) -> Result<PathBuf, PlaceError> {
        let (older, new) = (self.folder.join(REPLACED), self.folder());
        operation::rename(&place.real, &older).map_err(PlaceError::io(place.given()))?;
        if let Err(source) = operation::rename(&new, &place.real) {
            return Err(match operation::rename(&older, &place.real) {
                Ok(()) => PlaceError::Io { path: place.given().to_path_buf(), source },
                Err(_) => PlaceError::BothKept { older, newer: new, source },
            });
        }
        Ok(older)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // What cannot be removed is left to the next run, which says so.
        let _ = fs::remove_dir_all(self.folder.join(RESULT));
        clear_stage(&self.folder);
    }
}

/// Removes a stage whose results are gone.
pub(super) fn clear_stage(stage: &Path) {
    for name in [REPLACES, LOCK] {
        let _ = fs::remove_file(stage.join(name));
    }
    let _ = fs::remove_dir(stage);
}

/// What the names of stages beside `name` begin with; six letters follow.
pub(super) fn prefix(name: &OsStr) -> String {
    // Names may have 255 bytes; of a long one the beginning must do.
    let short: String = name.to_string_lossy().chars().take(40).collect();
    format!(".darkload-{short}-")
}

/// Holds a folder against other runs for as long as the file lives; `None` where the file system
/// has no locks, or somebody holds it for too long.
pub(super) fn hold(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(_) => return None,
        }
    }
}
