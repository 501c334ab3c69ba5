//! Why an archive cannot be used: what is wrong, where, and what helps.

use std::io;
use std::path::{Path, PathBuf};

/// An archive that cannot be used. It stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The operating system refuses to read.
    #[error("`{path}` of the archive cannot be read; check the path and permissions", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The operating system refuses to write.
    #[error(
        "the archive `{path}` cannot be written to; check free space and permissions, or copy it to a place that can \
         be written and give that as --archive",
        path = path.display()
    )]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such folder.
    #[error("there is no archive `{path}`; `darkload scan --archive {path}` begins one", path = path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// A folder of somebody else, or a file.
    #[error(
        "`{path}` is no archive of darkload: it {words}; give an empty or new folder as --archive",
        path = path.display()
    )]
    NotOurs {
        /// The path.
        path: PathBuf,
        /// What speaks against it.
        words: String,
    },
    /// Another run writes to it.
    #[error(
        "the archive `{path}` is in use by another run of darkload; wait until it has ended",
        path = path.display()
    )]
    Held {
        /// The archive.
        path: PathBuf,
    },
    /// Written by a later version of the program.
    #[error(
        "the archive `{path}` is of version {found}, made by darkload {made_by}, and this program knows version \
         {known}; use that darkload or a newer one",
        path = path.display()
    )]
    Newer {
        /// The archive.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this program writes.
        known: u32,
        /// The program that wrote it.
        made_by: String,
    },
    /// Written by a version of the program whose archives are not known any more.
    #[error(
        "the archive `{path}` is of version {found}, made by darkload {made_by}, which this program (version \
         {known}) does not read; begin a new archive and scan the months into it again",
        path = path.display()
    )]
    Older {
        /// The archive.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this program writes.
        known: u32,
        /// The program that wrote it.
        made_by: String,
    },
    /// Of another utility, as both say.
    #[error(
        "the archive `{path}` is of the utility `{kept}`, and the configuration says `{given}` (run.utility); give \
         that utility's own archive",
        path = path.display()
    )]
    OtherUtility {
        /// The archive.
        path: PathBuf,
        /// The utility of the archive.
        kept: String,
        /// The utility of the run.
        given: String,
    },
    /// None of its usage points was read.
    #[error(
        "the archive `{path}` seems to be of another utility: of the {read} usage points that were read it knows \
         {known}, of {kept} in all; give that utility's own archive, or, where they are of one utility, set \
         run.utility to one name in the configuration of every scan",
        path = path.display()
    )]
    Strangers {
        /// The archive.
        path: PathBuf,
        /// Usage points read.
        read: usize,
        /// Those of them that the archive knows.
        known: usize,
        /// Usage points in the archive.
        kept: usize,
    },
    /// Kept in another time zone.
    #[error(
        "the archive `{path}` is kept in the time zone {kept}, and this run is in {given}; its months would begin at \
         other hours: give the same --timezone, or begin a new archive",
        path = path.display()
    )]
    OtherZone {
        /// The archive.
        path: PathBuf,
        /// The zone of the archive.
        kept: String,
        /// The zone of the run.
        given: String,
    },
    /// A file is missing, or is not what it was when it was written.
    #[error(
        "`{name}` of the archive `{path}` {words}: the archive was copied by half, or changed; copy it anew as a \
         whole, or take the month out (`darkload archive {path} drop MONTH`) and scan it again",
        path = path.display()
    )]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// The file.
        name: String,
        /// What is wrong with it.
        words: String,
    },
    /// No month of this name.
    #[error("the archive `{path}` holds no month {month}; it holds {held}", path = path.display())]
    NoMonth {
        /// The archive.
        path: PathBuf,
        /// The month that was asked for.
        month: String,
        /// Those that are there.
        held: String,
    },
    /// No usage point of this name.
    #[error("the archive `{path}` knows no usage point `{id}`; ids match byte for byte", path = path.display())]
    NoUsagePoint {
        /// The archive.
        path: PathBuf,
        /// The id that was asked for.
        id: String,
    },
}

impl ArchiveError {
    pub(super) fn reading(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |source| Self::Read { path: path.to_path_buf(), source }
    }

    pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |source| Self::Write { path: path.to_path_buf(), source }
    }

    /// Whether it is the place that cannot be written to, rather than what is there that cannot be
    /// used.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Held { .. })
    }
}
