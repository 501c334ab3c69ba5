//! A folder that a result is to be written to, checked before the work: nothing that is not ours is
//! replaced, and what cannot be exchanged as a whole is refused.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::said::names;
use super::{Kind, PlaceError, Said};

/// A folder to write a result to.
#[derive(Debug)]
pub struct Place {
    given: PathBuf,
    /// The folder itself, where a link leads to it.
    pub(super) real: PathBuf,
    pub(super) parent: PathBuf,
    pub(super) name: OsString,
    pub(super) kind: &'static Kind,
}

/// What stands in a place.
pub(super) enum Standing {
    Nothing,
    EmptyFolder,
    Result,
}

impl Place {
    /// Finds the folder that `given` means. Its parent is made when it is not there.
    ///
    /// # Errors
    /// When it is a mount point, the working folder or one above it, a link that leads nowhere, or
    /// no folder; or when its parent cannot be made.
    pub fn of(given: &Path, kind: &'static Kind) -> Result<Self, PlaceError> {
        let path = || given.to_path_buf();
        let real = match fs::symlink_metadata(given) {
            Ok(_) => existing(given)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (parent, name) = parent_and_name(given)?;
                fs::create_dir_all(&parent).map_err(PlaceError::io(&parent))?;
                fs::canonicalize(&parent).map_err(PlaceError::io(&parent))?.join(name)
            }
            Err(source) => return Err(PlaceError::Io { path: path(), source }),
        };
        let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
            return Err(PlaceError::WorkingFolder { path: path() });
        };
        Ok(Self { given: path(), parent: parent.to_path_buf(), name: name.to_owned(), real, kind })
    }

    /// What stands in the place.
    pub(super) fn standing(&self) -> Result<Standing, PlaceError> {
        let path = || self.given.clone();
        match fs::symlink_metadata(&self.real) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
            Err(source) => return Err(PlaceError::Io { path: path(), source }),
            Ok(metadata) if !metadata.is_dir() => return Err(PlaceError::NoFolder { path: path() }),
            Ok(_) => {}
        }
        let names = names(&self.real).map_err(PlaceError::io(&self.given))?;
        let Some(first) = names.iter().find(|name| *name != self.kind.mark).or(names.first()) else {
            return Ok(Standing::EmptyFolder);
        };
        let Some(said) = Said::of(&self.real) else {
            return Err(PlaceError::NotOurs { path: path(), name: first.clone() });
        };
        if said.kind != self.kind {
            return Err(PlaceError::OtherKind { path: path(), found: said.kind.word, wanted: self.kind.word });
        }
        said.check(&self.real).map(|()| Standing::Result)
    }

    /// Path as the user gave it.
    pub(super) fn given(&self) -> &Path {
        &self.given
    }
}

fn existing(given: &Path) -> Result<PathBuf, PlaceError> {
    let path = || given.to_path_buf();
    let real = fs::canonicalize(given).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => PlaceError::Dangling { path: path() },
        _ => PlaceError::Io { path: path(), source },
    })?;
    if !real.is_dir() {
        return Err(PlaceError::NoFolder { path: path() });
    }
    let working = std::env::current_dir().and_then(fs::canonicalize);
    if working.is_ok_and(|working| working.starts_with(&real)) {
        return Err(PlaceError::WorkingFolder { path: path() });
    }
    if is_mount_point(&real) { Err(PlaceError::MountPoint { path: path() }) } else { Ok(real) }
}

/// The folder that holds `path`, and the last part of its name.
pub(super) fn parent_and_name(path: &Path) -> Result<(PathBuf, OsString), PlaceError> {
    let name = path.file_name().ok_or_else(|| PlaceError::NoFolder { path: path.to_path_buf() })?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((parent.to_path_buf(), name.to_owned()))
}

/// Whether a file system begins at `folder`, a canonical path: it lies on another device than its
/// parent, or the system lists it among the mounts (as one folder that is mounted twice).
#[cfg(unix)]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    if folder.parent().is_some_and(|parent| device(parent) != device(folder)) {
        return true;
    }
    // Fields are parted by blanks; blanks in a path are written in octal (proc(5), mountinfo).
    let mut escaped = Vec::new();
    for &byte in folder.as_os_str().as_bytes() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' => escaped.extend(format!("\\{byte:03o}").bytes()),
            other => escaped.push(other),
        }
    }
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    mounts.split(|&byte| byte == b'\n').any(|line| line.split(|&byte| byte == b' ').nth(4) == Some(&escaped))
}

#[cfg(not(unix))]
fn is_mount_point(_: &Path) -> bool {
    false
}

/// Whether `path` is `folder` or lies in it, whatever links and mounts lead there. A path that does
/// not exist, such as a member of an archive, lies where its nearest folder does.
#[must_use]
pub fn lies_in(path: &Path, folder: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    if let (Some(path), Some(folder)) = (absolute(path), absolute(folder))
        && path.starts_with(folder)
    {
        return true;
    }
    let Some(folder) = identity(folder) else { return false };
    let real = path
        .ancestors()
        .chain([Path::new(".")])
        .filter(|above| !above.as_os_str().is_empty())
        .find_map(|above| fs::canonicalize(above).ok());
    real.is_some_and(|real| real.ancestors().any(|above| identity(above).as_ref() == Some(&folder)))
}

/// Whether two paths are one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let one = identity(one);
    one.is_some() && one == identity(other)
}

/// Device and number of a file, whatever path leads there.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
