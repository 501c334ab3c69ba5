//! The folder of an archive: opened, checked against its own list of files, read.
//!
//! | file | holds |
//! |---|---|
//! | `archive.toml` | whose archive it is, its months, every file with size and SHA-256 |
//! | `YYYY-MM.readings`, `YYYY-MM.registers` | readings of a month, packed |
//! | others, such as `cases.csv` | what higher rooms keep beside them |
//! | `lock` | held by the run that writes |
//! | `NAME.part-N` | a file of change N on its way (`transaction`) |

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::disk::{self, HeldFolder, LOCK_FILE};

use super::ArchiveError;
use super::manifest::{About, MANIFEST, Manifest};
use super::transaction::{Transaction, part_name, parts, put_into_place};

/// An archive, held against other runs.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    manifest: Manifest,
    /// Whether the run and the archive both name the utility.
    is_named: bool,
    is_as_of: bool,
    _held: Option<HeldFolder>,
}

impl Archive {
    /// Opens an archive to add to it; a folder that is empty or not there begins one. What a run
    /// that was ended left on its way is put into place or removed.
    ///
    /// # Errors
    /// When the folder is not ours, is of another utility, time zone or version, is held by another
    /// run, or cannot be written to.
    pub fn open(folder: &Path, about: &About) -> Result<Self, ArchiveError> {
        let writing = ArchiveError::writing(folder);
        if folder.is_dir() {
            refuse_others(folder)?;
            // Who may not use it is told so before it is touched.
            Manifest::read(folder)?.map_or(Ok(()), |manifest| manifest.agree(folder, about))?;
        } else {
            fs::create_dir_all(folder).map_err(&writing)?;
        }
        let held = HeldFolder::hold(folder).map_err(&writing)?;
        let held = held.ok_or_else(|| ArchiveError::Held { path: folder.to_path_buf() })?;
        let mut manifest = Manifest::read(folder)?.unwrap_or_else(|| Manifest::new(about));
        manifest.agree(folder, about)?;
        if manifest.utility.is_empty() {
            manifest.utility.clone_from(&about.utility);
        }
        put_into_place(folder, &manifest)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            manifest,
            is_named: !about.utility.is_empty(),
            is_as_of: false,
            _held: Some(held),
        })
    }

    /// Opens an archive that is there, to change what it holds.
    ///
    /// # Errors
    /// As for [`Archive::open`], and when there is none.
    pub fn open_any(folder: &Path) -> Result<Self, ArchiveError> {
        let manifest = Self::look(folder)?.manifest;
        let about = About { utility: manifest.utility.clone(), timezone: Some(manifest.timezone.clone()) };
        Self::open(folder, &about)
    }

    /// Opens an archive to look at it; one that cannot be written to will do.
    ///
    /// # Errors
    /// When there is none, it is of a version that is not known, or another run writes to it.
    pub fn look(folder: &Path) -> Result<Self, ArchiveError> {
        if !folder.exists() {
            return Err(ArchiveError::Missing { path: folder.to_path_buf() });
        }
        refuse_others(folder)?;
        let held = match HeldFolder::hold(folder) {
            Ok(None) => return Err(ArchiveError::Held { path: folder.to_path_buf() }),
            held => held.ok().flatten(),
        };
        let manifest = Manifest::read(folder)?.ok_or_else(|| ArchiveError::Missing { path: folder.to_path_buf() })?;
        Ok(Self { folder: folder.to_path_buf(), manifest, is_named: false, is_as_of: false, _held: held })
    }

    /// An archive without anything in it, of no folder.
    #[must_use]
    pub fn empty(about: &About) -> Self {
        let is_named = !about.utility.is_empty();
        Self { folder: PathBuf::new(), manifest: Manifest::new(about), is_named, is_as_of: false, _held: None }
    }

    /// The archive as it was when a result was made with these files of it, by name and SHA-256.
    ///
    /// # Errors
    /// When one of them is not there any more, or was changed since.
    pub fn as_of(mut self, files: &BTreeMap<String, String>) -> Result<Self, ArchiveError> {
        for (name, sha256) in files {
            if self.manifest.files.get(name).is_none_or(|kept| kept.sha256 != *sha256) {
                let words = "is not what it was when the result was made, for a later scan changed it".to_owned();
                return Err(ArchiveError::Damaged { path: self.folder.clone(), name: name.clone(), words });
            }
        }
        // Lists that others keep are as they are now: who keeps them knows how to go back a month.
        let is_month = |name: &str| name.ends_with(".readings") || name.ends_with(".registers");
        self.manifest.files.retain(|name, _| files.contains_key(name) || !is_month(name));
        let names: Vec<&String> = self.manifest.files.keys().collect();
        self.manifest.months.retain(|month, _| names.iter().any(|name| name.starts_with(&**month)));
        self.is_as_of = true;
        Ok(self)
    }

    /// Whether it shows itself as it was when an earlier result was made.
    #[must_use]
    pub fn is_as_of(&self) -> bool {
        self.is_as_of
    }

    /// What the archive says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether the run and the archive both say that they are of one utility.
    pub(super) fn is_named(&self) -> bool {
        self.is_named
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Refuses a run that has readings of somebody else.
    ///
    /// # Errors
    /// When utility, time zone or names are others.
    pub fn agree(&self, about: &About) -> Result<(), ArchiveError> {
        self.manifest.agree(&self.folder, about)
    }

    /// Where a file of the archive lies.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        // A run that was ended after its change happened may have left files under the names that
        // they had on their way.
        let part = self.folder.join(part_name(name, self.manifest.generation));
        if part.is_file() { part } else { self.folder.join(name) }
    }

    /// The bytes of a file that was kept, checked by their digest; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was written.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        if !self.manifest.files.contains_key(name) {
            return Ok(None);
        }
        self.check_file(name)?;
        let path = self.path(name);
        fs::read(&path).map(Some).map_err(ArchiveError::reading(&path))
    }

    /// Checks every file by its digest, in parallel.
    ///
    /// # Errors
    /// The first file, by name, that is missing or not what was written.
    pub fn check(&self) -> Result<(), ArchiveError> {
        self.damages().into_iter().next().map_or(Ok(()), Err)
    }

    /// Every file that is missing or not what was written, by name.
    #[must_use]
    pub fn damages(&self) -> Vec<ArchiveError> {
        let names: Vec<&String> = self.manifest.files.keys().collect();
        names.par_iter().filter_map(|name| self.check_file(name).err()).collect()
    }

    pub(super) fn check_file(&self, name: &str) -> Result<(), ArchiveError> {
        let path = self.path(name);
        let damaged = |words: &str| {
            Err(ArchiveError::Damaged { path: self.folder.clone(), name: name.to_owned(), words: words.to_owned() })
        };
        let expected = &self.manifest.files[name];
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() != expected.bytes => damaged("has another size than it was written with"),
            Ok(_) if disk::digest_of(&path).map_err(ArchiveError::reading(&path))? != expected.sha256 => {
                damaged("has other bytes than it was written with")
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => damaged("is missing"),
            Err(error) => Err(ArchiveError::reading(&path)(error)),
        }
    }

    /// Begins a change. Nothing happens until it is committed.
    ///
    /// # Errors
    /// When the archive cannot be written to.
    pub fn begin(&self) -> Result<Transaction, ArchiveError> {
        Transaction::begin(&self.folder, &self.manifest)
    }
}

/// Refuses a folder without `archive.toml` that holds anything but what a first run that was ended
/// leaves.
fn refuse_others(folder: &Path) -> Result<(), ArchiveError> {
    let not_ours = |words: String| ArchiveError::NotOurs { path: folder.to_path_buf(), words };
    if !folder.is_dir() {
        return Err(not_ours("is no folder".to_owned()));
    }
    let entries = fs::read_dir(folder).map_err(ArchiveError::reading(folder))?;
    let names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    if names.iter().any(|name| name == MANIFEST) {
        return Ok(());
    }
    let ours: Vec<String> = parts(folder).into_iter().map(|(name, _)| name).collect();
    let mut others: Vec<&String> = names.iter().filter(|name| *name != LOCK_FILE && !ours.contains(name)).collect();
    others.sort();
    others.first().map_or(Ok(()), |other| Err(not_ours(format!("holds `{other}` and no `{MANIFEST}`"))))
}
