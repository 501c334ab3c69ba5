//! Every operation that writes, renames, syncs or removes, one by one, so that a test can make any
//! of them fail.
//!
//! A test sets `DARKLOAD_BREAK` to `MODE NUMBER FOLDER`. It counts only operations below FOLDER,
//! and only when FOLDER holds a file named `darkload-may-break-here`, so no environment breaks a
//! run by accident. Modes: `tell` names each operation on standard error; `fail` refuses operation
//! NUMBER; `fail-from` refuses it and all later ones, as a full disk does; `abort` ends the process
//! there, a write half done, as a kill does. With `apart-` before it, folders cannot be exchanged,
//! as on some file systems.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

const VARIABLE: &str = "DARKLOAD_BREAK";
const LEAVE: &str = "darkload-may-break-here";
/// ENOSPC, "no space left on device".
const NO_SPACE: i32 = 28;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Tell,
    Fail,
    FailFrom,
    Abort,
}

#[derive(Debug)]
struct Break {
    mode: Mode,
    number: u64,
    folder: PathBuf,
    has_exchange: bool,
    done: AtomicU64,
}

impl Break {
    fn asked() -> Option<Self> {
        Self::parse(&std::env::var(VARIABLE).ok()?)
    }

    fn parse(asked: &str) -> Option<Self> {
        let (mode, rest) = asked.split_once(' ')?;
        let (number, folder) = rest.split_once(' ')?;
        let has_exchange = !mode.starts_with("apart-");
        let mode = match mode.trim_start_matches("apart-") {
            "tell" => Mode::Tell,
            "fail" => Mode::Fail,
            "fail-from" => Mode::FailFrom,
            "abort" => Mode::Abort,
            _ => return None,
        };
        let folder = PathBuf::from(folder);
        let may = folder.is_absolute() && folder.join(LEAVE).is_file();
        may.then_some(Self { mode, number: number.parse().ok()?, folder, has_exchange, done: AtomicU64::new(0) })
    }

    /// Whether the operation is to be broken off by an abort; an error where it is to fail.
    fn meet(&self, what: &str, path: &Path) -> io::Result<bool> {
        if !path.starts_with(&self.folder) {
            return Ok(false);
        }
        let number = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        match self.mode {
            Mode::Tell => {
                let _ = writeln!(io::stderr(), "operation {number}: {what} {}", path.display());
            }
            Mode::Abort if number == self.number => return Ok(true),
            Mode::Fail if number == self.number => return Err(io::Error::from_raw_os_error(NO_SPACE)),
            Mode::FailFrom if number >= self.number => return Err(io::Error::from_raw_os_error(NO_SPACE)),
            _ => {}
        }
        Ok(false)
    }
}

fn asked() -> Option<&'static Break> {
    static BREAK: OnceLock<Option<Break>> = OnceLock::new();
    BREAK.get_or_init(Break::asked).as_ref()
}

/// Lets a test break the operation; `half` does what an aborted one leaves behind.
fn before(what: &str, path: &Path, half: impl FnOnce()) -> io::Result<()> {
    let Some(plan) = asked() else { return Ok(()) };
    if plan.meet(what, path)? {
        half();
        std::process::abort();
    }
    Ok(())
}

/// A file that is being written.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    file: File,
}

/// Creates a file that must not be there yet.
///
/// # Errors
/// What the system says.
pub fn create(path: &Path) -> io::Result<Output> {
    before("create", path, || {})?;
    let file = File::options().read(true).write(true).create_new(true).open(path)?;
    Ok(Output { path: path.to_path_buf(), file })
}

/// Writes a new file.
///
/// # Errors
/// What the system says.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    create(path)?.write_all(bytes.as_ref())
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Self { path, file } = self;
        before("write", path, || drop(file.write_all(&bytes[..bytes.len() / 2])))?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Gives a file or folder another name, in the stead of what bears it.
///
/// # Errors
/// What the system says.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    before("rename", to, || {})?;
    fs::rename(from, to)
}

/// Puts a file where nothing is, or fails.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    before("rename", to, || {})?;
    match rename_new_now(from, to) {
        Err(error) if is_unsupported(&error) && fs::symlink_metadata(to).is_err() => fs::rename(from, to),
        done => done,
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_new_now(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_new_now(_: &Path, to: &Path) -> io::Result<()> {
    Err(if fs::symlink_metadata(to).is_ok() { io::ErrorKind::AlreadyExists } else { io::ErrorKind::Unsupported }.into())
}

/// Exchanges two files or folders in one step.
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    before("exchange", other, || {})?;
    if asked().is_some_and(|plan| !plan.has_exchange) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    exchange_now(one, other)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange_now(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange_now(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the system, or the file system, knows no exchange.
pub(super) fn is_unsupported(error: &io::Error) -> bool {
    // EINVAL and ENOSYS are what old kernels and network file systems answer.
    error.kind() == io::ErrorKind::Unsupported || matches!(error.raw_os_error(), Some(22 | 38 | 95))
}

/// Makes a file's bytes, or a folder's names, outlast a loss of power.
///
/// # Errors
/// What the system says.
pub fn sync(path: &Path) -> io::Result<()> {
    before("sync", path, || {})?;
    let synced = File::open(path).and_then(|file| file.sync_all());
    // Some file systems (and Windows) cannot sync a folder, which costs durability and not the
    // result.
    match synced {
        Err(error) if path.is_dir() && (is_unsupported(&error) || error.kind() == io::ErrorKind::PermissionDenied) => {
            Ok(())
        }
        synced => synced,
    }
}

/// Makes a folder that is not there yet.
///
/// # Errors
/// What the system says.
pub fn create_folder(path: &Path) -> io::Result<()> {
    before("create folder", path, || {})?;
    fs::create_dir(path)
}

/// Removes a file.
///
/// # Errors
/// What the system says.
pub fn remove_file(path: &Path) -> io::Result<()> {
    before("remove", path, || {})?;
    fs::remove_file(path)
}

/// Removes an empty folder.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    before("remove folder", path, || {})?;
    fs::remove_dir(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_by_accident() {
        let folder = tempfile::tempdir().unwrap();
        let asked = format!("abort 1 {}", folder.path().display());
        assert!(Break::parse(&asked).is_none(), "the folder does not allow it");
        fs::write(folder.path().join(LEAVE), "").unwrap();
        assert!(Break::parse(&asked).is_some());
        for asked in ["abort", "abort 1", "abort 1 .", "1", "abort x /tmp", "maybe 1 /tmp"] {
            assert!(Break::parse(asked).is_none(), "{asked}");
        }
    }

    #[test]
    fn two_folders_change_places_in_one_step() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        for path in [&one, &other] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("name"), path.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
        match exchange(&one, &other) {
            Ok(()) => assert_eq!(fs::read_to_string(one.join("name")).unwrap(), "other"),
            Err(error) => assert!(is_unsupported(&error), "{error}"),
        }
    }
}
