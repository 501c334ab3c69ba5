//! What a result says of itself: its kind, the version that wrote it, and its files with their
//! digests.
//!
//! The file by which a result is known (`run.toml`, `simulate.toml`) holds `version`, `kind` and a
//! table `[files]` of name and SHA-256, and ends in a comment with the digest of the lines above.
//! Results of older versions hold no list; of those every file must bear a name that such a result
//! has.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::operation::{self, write};
use super::{PlaceError, read_text};

/// A kind of result.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name, in the file by which it is known and in messages.
    pub word: &'static str,
    /// The file by which it is known.
    pub mark: &'static str,
    /// Names of all files that it may have.
    pub files: &'static [&'static str],
}

/// The result of a scan.
pub const SCAN: Kind = Kind {
    word: "scan",
    mark: "run.toml",
    files: &[
        "addresses.csv",
        "billing.csv",
        "cases.csv",
        "cleared.csv",
        "columns.csv",
        "coverage.csv",
        "facts.jsonl",
        "faults.csv",
        "hitrate.csv",
        "money.csv",
        "node_days.csv",
        "nodes.csv",
        "phases.csv",
        "regions.csv",
        "rejects.csv",
        "report.html",
        "report.xlsx",
        "run.toml",
        "scores.parquet",
        "screening.csv",
        "suspects.csv",
        "suspects.geojson",
        "trends.csv",
        "worklist.csv",
    ],
};

/// The result of a trial.
pub const TRIAL: Kind = Kind { word: "trial", mark: "run.toml", files: &["run.toml", "trial.csv", "trial.html"] };

/// A synthetic utility.
pub const SIMULATED: Kind = Kind {
    word: "simulation",
    mark: "simulate.toml",
    files: &[
        "README.md",
        "billing.csv",
        "customers.csv",
        "details.csv",
        "events.csv",
        "grid.csv",
        "licences.csv",
        "network.csv",
        "readings.csv",
        "readings.parquet",
        "registers.csv",
        "simulate.toml",
        "tariffs.csv",
        "truth.csv",
        "voltage.csv",
        "voltage.parquet",
        "weather.csv",
    ],
};

/// Files of a conversion while they are written; it is no folder in the end.
pub const CONVERTED: Kind = Kind { word: "conversion", mark: "", files: &["readings.parquet", "registers.parquet"] };

/// Whether `darkload simulate` left its settings beside a file.
#[must_use]
pub fn is_simulated(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.join(SIMULATED.mark).is_file())
}

const KINDS: [&Kind; 3] = [&SCAN, &TRIAL, &SIMULATED];

/// What begins the last line of a mark.
const SEAL: &str = "# sha256 of the lines above: ";

/// What a folder says of itself.
#[derive(Debug)]
pub struct Said {
    /// Its kind.
    pub kind: &'static Kind,
    /// SHA-256 of each file but the mark, by name; `None` of a result whose version wrote no list.
    files: Option<BTreeMap<String, String>>,
    is_sealed: bool,
}

#[derive(serde::Deserialize)]
struct Mark {
    version: Option<String>,
    kind: Option<String>,
    seed: Option<toml::Value>,
    files: Option<BTreeMap<String, String>>,
}

impl Said {
    /// What `folder` says of itself; `None` when it says nothing, or nothing that darkload writes.
    #[must_use]
    pub fn of(folder: &Path) -> Option<Self> {
        [SCAN.mark, SIMULATED.mark].into_iter().find_map(|mark| Self::by(folder, mark))
    }

    fn by(folder: &Path, mark: &str) -> Option<Self> {
        let path = folder.join(mark);
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            return None;
        }
        let text = read_text(&path).ok()?;
        let said: Mark = toml::from_str(&text).ok()?;
        let kind = match &said.kind {
            Some(word) => *KINDS.iter().find(|kind| kind.word == word && kind.mark == mark)?,
            None => older_kind(folder, mark, &said)?,
        };
        if said.files.as_ref().is_some_and(|files| !files.keys().all(|name| kind.files.contains(&name.as_str()))) {
            return None;
        }
        Some(Self { kind, files: said.files, is_sealed: is_sealed(&text) })
    }

    /// Whether the result lists a file of this name as its own.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        self.files.as_ref().is_some_and(|files| files.contains_key(name) || name == self.kind.mark)
    }

    /// Whether its version wrote a list of files.
    pub(super) fn has_list(&self) -> bool {
        self.files.is_some()
    }

    /// Whether all files are there as they were written.
    #[must_use]
    pub fn is_whole(&self, folder: &Path) -> bool {
        let Some(files) = &self.files else { return false };
        self.is_sealed
            && files.iter().all(|(name, digest)| digest_of(&folder.join(name)).is_ok_and(|found| found == *digest))
    }

    /// Refuses a folder with anything in it that would be lost with the result.
    pub(super) fn check(&self, folder: &Path) -> Result<(), PlaceError> {
        let path = || folder.to_path_buf();
        for name in names(folder).map_err(PlaceError::io(folder))? {
            let file = folder.join(&name);
            let is_file = fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_file());
            let is_ours = name == self.kind.mark
                || self
                    .files
                    .as_ref()
                    .map_or_else(|| self.kind.files.contains(&&*name), |files| files.contains_key(&name));
            if !is_file || !is_ours {
                return Err(PlaceError::Foreign { path: path(), name });
            }
            let expected = self.files.as_ref().and_then(|files| files.get(&name));
            let is_changed = match expected {
                Some(digest) => digest_of(&file).map_err(PlaceError::io(&file))? != *digest,
                None => self.files.is_some() && !self.is_sealed,
            };
            if is_changed {
                return Err(PlaceError::Changed { path: path(), name });
            }
        }
        Ok(())
    }
}

/// The kind of a result whose version did not write it.
fn older_kind(folder: &Path, mark: &str, said: &Mark) -> Option<&'static Kind> {
    if said.files.is_some() || said.seed.is_none() {
        return None;
    }
    match mark {
        "simulate.toml" => Some(&SIMULATED),
        _ if said.version.is_none() => None,
        _ if folder.join("trial.csv").exists() => Some(&TRIAL),
        _ => Some(&SCAN),
    }
}

/// Names of what lies in a folder, sorted.
pub(super) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

/// SHA-256 of every file of a finished folder, by name.
///
/// # Errors
/// When a file cannot be read.
pub fn digests(folder: &Path) -> Result<BTreeMap<String, String>, PlaceError> {
    let of = |name: String| {
        let path = folder.join(&name);
        Ok((name, digest_of(&path).map_err(PlaceError::io(&path))?))
    };
    names(folder).map_err(PlaceError::io(folder))?.into_iter().map(of).collect()
}

/// Writes the file by which a result is known, last of all files; `text` holds version, kind and
/// files already.
///
/// # Errors
/// When it cannot be written.
pub fn seal(folder: &Path, kind: &Kind, text: &str) -> Result<(), PlaceError> {
    let path = folder.join(kind.mark);
    write(&path, sealed(text)).map_err(PlaceError::io(&path))
}

/// A text with the digest of its lines as the last one.
#[must_use]
pub fn sealed(text: &str) -> String {
    format!("{text}{SEAL}{}\n", hex(&Sha256::digest(text)))
}

/// Whether the last line of a text is the digest of those above.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    let Some((above, digest)) = text.rsplit_once(SEAL) else { return false };
    digest.strip_suffix('\n') == Some(&hex(&Sha256::digest(above)))
}

/// Hexadecimal SHA-256 of a file.
///
/// # Errors
/// When it cannot be read.
pub fn digest_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 17]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Removes a folder of ours: the files that a result has, then the folder, which stays when
/// anything else is in it. The mark goes last, so that what is left after a kill says what it is.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    let all =
        KINDS.into_iter().chain([&CONVERTED]).flat_map(|kind| kind.files.iter().filter(|name| **name != kind.mark));
    let marks = KINDS.into_iter().map(|kind| &kind.mark);
    for name in all.chain(marks) {
        let path = folder.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            operation::remove_file(&path)?;
        }
    }
    operation::remove_folder(folder)
}
