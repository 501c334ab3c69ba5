//! An input file as it was when it was found: size, time of change and identity are held, and a
//! file that is another one later ends the run. What was judged is then what the digests in
//! `run.toml` say.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::ingest::error::IngestError;

/// Time within which a file system may give two changes the same stamp: a tick of the slowest clock
/// in use (100 Hz), twice.
const TICK: Duration = Duration::from_millis(20);

/// A file, and what it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    path: PathBuf,
    state: Option<State>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    size: u64,
    changed: Option<SystemTime>,
    /// Device and number, where the system has them.
    identity: Option<(u64, u64)>,
}

impl State {
    fn of(path: &Path) -> Option<Self> {
        let metadata = metadata(path)?;
        Some(Self { size: metadata.len(), changed: metadata.modified().ok(), identity: identity(&metadata) })
    }

    /// Whether a change right now might not show in the time.
    fn is_young(&self) -> bool {
        self.changed.is_some_and(|changed| changed.elapsed().map_or(true, |age| age < TICK))
    }
}

/// What the system says of a file; of a member of an archive, of the archive.
pub(crate) fn metadata(path: &Path) -> Option<Metadata> {
    path.ancestors().filter(|above| !above.as_os_str().is_empty()).find_map(|above| fs::metadata(above).ok())
}

/// Device and number of a file, whatever path leads there.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
pub(crate) fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
pub(crate) fn identity(_: &Metadata) -> Option<(u64, u64)> {
    None
}

impl HeldFile {
    /// Holds files as they are now. Where one was changed a moment ago, a moment is waited, so that
    /// a later change shows in its time.
    pub fn all<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Vec<Self> {
        let mut held: Vec<Self> =
            paths.into_iter().map(|path| Self { path: path.to_path_buf(), state: State::of(path) }).collect();
        if held.iter().any(|file| file.state.as_ref().is_some_and(State::is_young)) {
            std::thread::sleep(TICK);
            for file in &mut held {
                file.state = State::of(&file.path);
            }
        }
        held
    }

    /// Refuses a file that is not what it was.
    ///
    /// # Errors
    /// Names the file.
    pub fn check(&self) -> Result<(), IngestError> {
        if self.state == State::of(&self.path) { Ok(()) } else { Err(IngestError::Changed { path: self.path.clone() }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_is_replaced_or_written_over_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let changes: [&dyn Fn(); 4] = [
            &|| fs::write(&path, "usage_point,timestamp,kwh\n").unwrap(),
            &|| fs::write(&path, "USAGE_POINT,timestamp,kwh").unwrap(),
            &|| {
                fs::write(folder.path().join("b.csv"), "usage_point,timestamp,kwh").unwrap();
                fs::rename(folder.path().join("b.csv"), &path).unwrap();
            },
            &|| fs::remove_file(&path).unwrap(),
        ];
        for change in changes {
            fs::write(&path, "usage_point,timestamp,kwh").unwrap();
            let held = HeldFile::all([path.as_path()]);
            assert!(held[0].check().is_ok());
            change();
            assert!(matches!(held[0].check(), Err(IngestError::Changed { .. })));
        }
    }
}
