//! Why something cannot be written where it was asked for.

use std::io;
use std::path::{Path, PathBuf};

/// A place that cannot be written to, or may not be. What was there stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The operating system refuses.
    #[error(
        "`{path}` cannot be written; check free space and permissions, or give another --out",
        path = path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder of somebody else.
    #[error(
        "`{path}` is no result of darkload: it holds `{name}`; give an empty or new folder as --out",
        path = path.display()
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// The first thing in it.
        name: String,
    },
    /// A result with something else beside its files.
    #[error("`{path}` holds `{name}`, which is no file of the result there and would be lost; move it away, or give \
             another --out", path = path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is foreign.
        name: String,
    },
    /// A file of a result that somebody edited.
    #[error("`{name}` in `{path}` was changed after darkload wrote it, and the change would be lost; move or delete \
             the file, or give another --out", path = path.display())]
    Changed {
        /// The folder.
        path: PathBuf,
        /// The file.
        name: String,
    },
    /// A result of another command.
    #[error("`{path}` holds a {found}, which a {wanted} does not replace; give another --out", path = path.display())]
    OtherKind {
        /// The folder.
        path: PathBuf,
        /// What is there.
        found: &'static str,
        /// What was to be written.
        wanted: &'static str,
    },
    /// Something that is no folder.
    #[error("`{path}` is no folder; give an empty or new folder as --out", path = path.display())]
    NoFolder {
        /// The path.
        path: PathBuf,
    },
    /// A link that leads nowhere.
    #[error("`{path}` is a link that leads nowhere; give another --out", path = path.display())]
    Dangling {
        /// The link.
        path: PathBuf,
    },
    /// A folder that cannot be exchanged, because a file system begins there.
    #[error("`{path}` is a mount point, and a result is exchanged as a whole folder; give a folder below it, such as \
             `{below}`", path = path.display(), below = path.join("darkload-out").display())]
    MountPoint {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that somebody stands in.
    #[error("`{path}` is the folder that you are in, or one above it, and a result is exchanged as a whole folder; \
             give a folder below it, such as `--out darkload-out`", path = path.display())]
    WorkingFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is read and would be written over or deleted.
    #[error(
        "`{read}` is read, and writing `{path}` would replace or delete it; give another --out",
        read = read.display(),
        path = path.display()
    )]
    Read {
        /// What is read.
        read: PathBuf,
        /// What is to be written.
        path: PathBuf,
    },
    /// A file that is there already.
    #[error("`{path}` exists; give --force to replace it, or another --out", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A device, link or folder where a file is to be written.
    #[error("`{path}` is {what}; only a regular file is replaced: give another --out", path = path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The result is finished and could not be put into place.
    #[error("the result is finished but is not in its place; it is kept in `{kept}`", kept = kept.display())]
    Kept {
        /// Where it lies.
        kept: PathBuf,
        /// Why.
        source: Box<PlaceError>,
    },
    /// The result is in its place, and the system does not say that it will outlast a loss of
    /// power.
    #[error(
        "`{path}` is in its place, but the system could not confirm that it is on the disk{older}",
        path = path.display()
    )]
    Unsure {
        /// The result.
        path: PathBuf,
        /// Words on where the older result is kept, or none.
        older: String,
        /// What the system said.
        source: io::Error,
    },
    /// The new result could not be put into place, and the older one not back.
    #[error("neither the new result could be put into place nor the older one back; both are kept: the older is \
             `{older}`, the new one `{newer}`", older = older.display(), newer = newer.display())]
    BothKept {
        /// Where the older one lies.
        older: PathBuf,
        /// Where the new one lies.
        newer: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PlaceError {
    /// An error of the system at a path.
    pub(super) fn io(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_path_buf(), source }
    }
}
