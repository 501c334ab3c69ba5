//! `archive.toml`: whose archive it is, what it holds, and by which digests its files are known.
//!
//! It is the one file that decides: what it does not list is no part of the archive, and putting a
//! new one in its place is what makes a change happen. Its last line is the digest of those above.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::domain::toml_words;

use super::ArchiveError;

/// Version of the folder's layout and of everything in the months' files.
pub const VERSION: u32 = 1;

/// Name of the file.
pub const MANIFEST: &str = disk::ARCHIVE_MARK;

const KIND: &str = disk::ARCHIVE_KIND;
/// What stands for no time zone.
const NO_ZONE: &str = "none";

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    kind: String,
    /// Version of the layout.
    pub version: u32,
    /// Version of the program that wrote it last.
    pub made_by: String,
    /// Changes so far.
    pub generation: u64,
    /// The utility, as the configuration names it; empty where it does not.
    pub utility: String,
    /// Time zone in which its months begin, or `none`.
    pub timezone: String,
    /// What is kept of every month, by `YYYY-MM`.
    #[serde(default)]
    pub months: BTreeMap<String, Month>,
    /// Every file, by name.
    #[serde(default)]
    pub files: BTreeMap<String, KeptFile>,
}

/// What is kept of a month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Usage points with interval readings.
    pub usage_points: u64,
    /// Interval readings.
    pub readings: u64,
    /// Usage points with register readings.
    pub register_points: u64,
    /// Register readings.
    pub register_readings: u64,
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Its size.
    pub bytes: u64,
    /// Hexadecimal SHA-256 of its bytes.
    pub sha256: String,
}

/// Whose readings a run has: what an archive is asked to agree with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The utility's name; empty where nobody says it.
    pub utility: String,
    /// The utility's time zone.
    pub timezone: Option<String>,
}

/// As much as is read of any version.
#[derive(Deserialize)]
struct Any {
    kind: String,
    version: u32,
    #[serde(default)]
    made_by: String,
}

impl Manifest {
    /// An archive without anything in it.
    #[must_use]
    pub fn new(about: &About) -> Self {
        Self {
            kind: KIND.to_owned(),
            version: VERSION,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            generation: 0,
            utility: about.utility.clone(),
            timezone: about.timezone.clone().unwrap_or_else(|| NO_ZONE.to_owned()),
            months: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// What the folder says of itself; `None` without the file.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, ArchiveError> {
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ArchiveError::reading(&path)(error)),
        };
        let not_ours = |words: String| ArchiveError::NotOurs { path: folder.to_path_buf(), words };
        let no_toml = || not_ours(format!("holds an `{MANIFEST}` that darkload did not write"));
        let text = String::from_utf8(bytes).map_err(|_| no_toml())?;
        let any: Any = toml::from_str(&text).map_err(|_| no_toml())?;
        if any.kind != KIND {
            return Err(no_toml());
        }
        let (path, found, known, made_by) = (folder.to_path_buf(), any.version, VERSION, any.made_by);
        if found > VERSION {
            return Err(ArchiveError::Newer { path, found, known, made_by });
        }
        if found < VERSION {
            return Err(ArchiveError::Older { path, found, known, made_by });
        }
        let damaged = |words: String| ArchiveError::Damaged { path: path.clone(), name: MANIFEST.to_owned(), words };
        if !disk::is_sealed(&text) {
            return Err(damaged("was changed after darkload wrote it".to_owned()));
        }
        toml::from_str(&text).map(Some).map_err(|error| damaged(toml_words(&error, &text)))
    }

    /// The file's text.
    pub(super) fn to_text(&self) -> String {
        const OPENING: &str = "# An archive of darkload: readings of earlier months, and what is kept beside them.\n\
                               # `darkload archive` lists and changes it; a change by hand makes it unusable.\n\n";
        disk::sealed(&format!("{OPENING}{}", toml::to_string(self).unwrap_or_default()))
    }

    /// Refuses an archive of somebody else.
    pub(super) fn agree(&self, folder: &Path, about: &About) -> Result<(), ArchiveError> {
        let path = || folder.to_path_buf();
        let given = about.timezone.as_deref().unwrap_or(NO_ZONE);
        if self.timezone != given {
            let (kept, given) = (self.timezone.clone(), given.to_owned());
            return Err(ArchiveError::OtherZone { path: path(), kept, given });
        }
        let (kept, given) = (&self.utility, &about.utility);
        if !kept.is_empty() && !given.is_empty() && kept != given {
            return Err(ArchiveError::OtherUtility { path: path(), kept: kept.clone(), given: given.clone() });
        }
        Ok(())
    }
}
