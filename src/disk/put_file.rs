//! Single files into place: never over what is read, a link, a device or, unless the user says so,
//! another file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::operation;
use super::place::{is_same, parent_and_name};
use super::{PlaceError, leftover};

/// Refuses a file that may not be written, before the work; returns what there is to say about runs
/// that were ended.
///
/// # Errors
/// Names what is in the way.
pub fn check_file(out: &Path, force: bool, read: &[PathBuf]) -> Result<Vec<String>, PlaceError> {
    refuse_read(out, read)?;
    is_there(out, force)?;
    let (parent, name) = parent_and_name(out)?;
    if parent.is_dir() { leftover::clear(&parent, &name, None) } else { Ok(Vec::new()) }
}

/// Refuses to write a file that is read, whatever link leads there.
///
/// # Errors
/// Names the file.
pub fn refuse_read(out: &Path, read: &[PathBuf]) -> Result<(), PlaceError> {
    let same = read.iter().find(|read| is_same(read, out));
    same.map_or(Ok(()), |read| Err(PlaceError::Read { read: read.clone(), path: out.to_path_buf() }))
}

/// Whether a regular file that may be replaced stands at `out`.
fn is_there(out: &Path, force: bool) -> Result<bool, PlaceError> {
    let path = || out.to_path_buf();
    let metadata = match fs::symlink_metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        found => found.map_err(PlaceError::io(out))?,
    };
    let kind = metadata.file_type();
    let what = if kind.is_symlink() {
        "a link"
    } else if kind.is_dir() {
        "a folder"
    } else if !kind.is_file() {
        "a device or pipe"
    } else if !force {
        return Err(PlaceError::Exists { path: path() });
    } else {
        return Ok(true);
    };
    Err(PlaceError::NoFile { path: path(), what })
}

/// How a file came into its place, and so how it is taken back.
enum Put {
    Moved,
    Exchanged,
    Over,
}

/// Puts finished files into place, each from its first path to its second: all of them, or none.
///
/// # Errors
/// When a file that may not be replaced has appeared, or the system refuses.
pub fn put_files(files: &[(PathBuf, PathBuf)], force: bool) -> Result<(), PlaceError> {
    for (from, _) in files {
        operation::sync(from).map_err(PlaceError::io(from))?;
    }
    let mut done: Vec<(&Path, &Path, Put)> = Vec::new();
    for (from, to) in files {
        match put(from, to, force) {
            Ok(put) => done.push((from, to, put)),
            Err(error) => {
                for (from, to, put) in done.into_iter().rev() {
                    take_back(from, to, &put).map_err(PlaceError::io(to))?;
                }
                return Err(error);
            }
        }
    }
    for (_, to) in files {
        let parent = parent_and_name(to)?.0;
        operation::sync(&parent).map_err(PlaceError::io(to))?;
    }
    Ok(())
}

fn put(from: &Path, to: &Path, force: bool) -> Result<Put, PlaceError> {
    if !is_there(to, force)? {
        return operation::rename_new(from, to).map(|()| Put::Moved).map_err(PlaceError::io(to));
    }
    match operation::exchange(from, to) {
        Ok(()) => Ok(Put::Exchanged),
        Err(error) if operation::is_unsupported(&error) => {
            operation::rename(from, to).map(|()| Put::Over).map_err(PlaceError::io(to))
        }
        Err(source) => Err(PlaceError::Io { path: to.to_path_buf(), source }),
    }
}

fn take_back(from: &Path, to: &Path, put: &Put) -> io::Result<()> {
    match put {
        Put::Moved => operation::rename(to, from),
        Put::Exchanged => operation::exchange(from, to),
        Put::Over => Ok(()),
    }
}
