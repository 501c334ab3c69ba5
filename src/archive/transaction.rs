//! A change of an archive, which happens as a whole or not at all.
//!
//! New files are written beside the old ones under names of their own (`NAME.part-N`, N the number
//! of the change) and made to outlast a loss of power. The change happens in one step, when a new
//! `archive.toml` that lists them takes the place of the old one. Then they take their names. A run
//! that is ended before the step leaves the old archive and some parts, which the next run removes;
//! one that is ended after it leaves the new archive, whose parts the next run puts into place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::disk;

use super::ArchiveError;
use super::manifest::{KeptFile, MANIFEST, Manifest, Month};

/// What parts the name of a file from the number of its change.
const PART: &str = ".part-";

/// Name of a file on its way.
pub(super) fn part_name(name: &str, generation: u64) -> String {
    format!("{name}{PART}{generation}")
}

/// Names of files on their way, with the names that they are to take; sorted.
pub(super) fn parts(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut parts: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let part = entry.file_name().to_str()?.to_owned();
            let (name, number) = part.rsplit_once(PART)?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let name = name.to_owned();
            is_number.then_some((part, name))
        })
        .collect();
    parts.sort();
    parts
}

/// Ends what a run that was ended left: files of a change that happened take their names, files of
/// one that did not are removed, and so are files that the change did away with.
pub(super) fn put_into_place(folder: &Path, manifest: &Manifest) -> Result<(), ArchiveError> {
    let writing = ArchiveError::writing(folder);
    let mut is_changed = false;
    for (part, name) in parts(folder) {
        let path = folder.join(&part);
        is_changed = true;
        if manifest.files.contains_key(&name) && part == part_name(&name, manifest.generation) {
            disk::rename(&path, &folder.join(&name)).map_err(&writing)?;
        } else {
            disk::remove_file(&path).map_err(&writing)?;
        }
    }
    for name in unlisted_months(folder, manifest) {
        is_changed = true;
        disk::remove_file(&folder.join(name)).map_err(&writing)?;
    }
    if is_changed { disk::sync(folder).map_err(&writing) } else { Ok(()) }
}

/// Files of months that the archive no longer lists.
fn unlisted_months(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let is_month = |name: &str| name.ends_with(".readings") || name.ends_with(".registers");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().to_str().map(str::to_owned));
    let mut names: Vec<String> =
        names.filter(|name| is_month(name) && !manifest.files.contains_key(name.as_str())).collect();
    names.sort();
    names
}

/// A change that has not happened yet. Dropped without [`Transaction::commit`], it never does.
#[derive(Debug)]
pub struct Transaction {
    folder: PathBuf,
    manifest: Manifest,
    /// Names of files of the last change that this one does away with.
    removed: Vec<String>,
    is_done: bool,
}

impl Transaction {
    pub(super) fn begin(folder: &Path, manifest: &Manifest) -> Result<Self, ArchiveError> {
        put_into_place(folder, manifest)?;
        let mut manifest = manifest.clone();
        manifest.generation += 1;
        env!("CARGO_PKG_VERSION").clone_into(&mut manifest.made_by);
        Ok(Self { folder: folder.to_path_buf(), manifest, removed: Vec::new(), is_done: false })
    }

    /// Keeps a file, in the stead of one of the same name. Names are letters, digits, `-`, `_` and
    /// `.`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let path = self.new_part(name)?;
        disk::write(&path, bytes).map_err(ArchiveError::writing(&path))?;
        self.written(name)
    }

    /// Where a file is to be written piece by piece; then comes [`Transaction::written`].
    pub(super) fn new_part(&self, name: &str) -> Result<PathBuf, ArchiveError> {
        let path = self.folder.join(part_name(name, self.manifest.generation));
        if path.exists() {
            disk::remove_file(&path).map_err(ArchiveError::writing(&path))?;
        }
        Ok(path)
    }

    /// Takes up a file that is written.
    pub(super) fn written(&mut self, name: &str) -> Result<(), ArchiveError> {
        let path = self.folder.join(part_name(name, self.manifest.generation));
        let writing = ArchiveError::writing(&path);
        disk::sync(&path).map_err(&writing)?;
        let bytes = fs::metadata(&path).map_err(&writing)?.len();
        let sha256 = disk::digest_of(&path).map_err(&writing)?;
        self.removed.retain(|removed| removed != name);
        self.manifest.files.insert(name.to_owned(), KeptFile { bytes, sha256 });
        Ok(())
    }

    /// Does away with a file.
    pub fn remove(&mut self, name: &str) {
        if self.manifest.files.remove(name).is_some() {
            self.removed.push(name.to_owned());
        }
    }

    /// Says what is kept of a month; nothing takes it off the list.
    pub(super) fn set_month(&mut self, name: &str, month: Option<Month>) {
        match month {
            Some(month) => drop(self.manifest.months.insert(name.to_owned(), month)),
            None => drop(self.manifest.months.remove(name)),
        }
    }

    /// What the archive will say of itself.
    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Makes the change happen.
    ///
    /// # Errors
    /// When the system refuses; then it has not happened.
    pub fn commit(mut self) -> Result<(), ArchiveError> {
        let folder = &self.folder;
        let writing = ArchiveError::writing(folder);
        let part = self.new_part(MANIFEST)?;
        disk::write(&part, self.manifest.to_text()).map_err(&writing)?;
        disk::sync(&part).map_err(&writing)?;
        disk::sync(folder).map_err(&writing)?;
        disk::rename(&part, &folder.join(MANIFEST)).map_err(&writing)?;
        self.is_done = true;
        // The change has happened; what follows is repeated by the next run where it fails.
        let folder = &self.folder;
        let _ = disk::sync(folder);
        for name in &self.removed {
            let _ = disk::remove_file(&folder.join(name));
        }
        let _ = put_into_place(folder, &self.manifest);
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        let generation = format!("{PART}{}", self.manifest.generation);
        for (part, _) in parts(&self.folder).into_iter().filter(|(part, _)| part.ends_with(&generation)) {
            let _ = disk::remove_file(&self.folder.join(part));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{About, Archive, ArchiveError};
    use super::*;

    fn about() -> About {
        About { timezone: Some("Asia/Almaty".to_owned()), ..About::default() }
    }

    fn with(folder: &Path, name: &str, bytes: &[u8]) {
        let archive = Archive::open(folder, &about()).unwrap();
        let mut change = archive.begin().unwrap();
        change.write(name, bytes).unwrap();
        change.commit().unwrap();
    }

    fn held(folder: &Path, name: &str) -> Option<Vec<u8>> {
        Archive::look(folder).unwrap().read(name).unwrap()
    }

    #[test]
    fn what_is_committed_is_read_and_what_is_dropped_never_was() {
        let folder = tempfile::tempdir().unwrap();
        with(folder.path(), "cases.csv", b"one");
        let archive = Archive::open(folder.path(), &about()).unwrap();
        let mut change = archive.begin().unwrap();
        change.write("cases.csv", b"two").unwrap();
        change.write("more.csv", b"more").unwrap();
        drop(change);
        drop(archive);
        assert_eq!(held(folder.path(), "cases.csv").as_deref(), Some(&b"one"[..]));
        assert_eq!((held(folder.path(), "more.csv"), parts(folder.path()).len()), (None, 0));
    }

    #[test]
    fn a_run_that_was_ended_before_its_change_leaves_the_old_archive() {
        let folder = tempfile::tempdir().unwrap();
        with(folder.path(), "cases.csv", b"one");
        fs::write(folder.path().join("cases.csv.part-2"), b"tw").unwrap();
        fs::write(folder.path().join("archive.toml.part-2"), b"kind").unwrap();
        assert_eq!(held(folder.path(), "cases.csv").as_deref(), Some(&b"one"[..]));
        with(folder.path(), "more.csv", b"more");
        assert_eq!(held(folder.path(), "cases.csv").as_deref(), Some(&b"one"[..]));
        assert_eq!(parts(folder.path()).len(), 0, "what was left is removed");
    }

    #[test]
    fn a_run_that_was_ended_after_its_change_leaves_the_new_archive() {
        let folder = tempfile::tempdir().unwrap();
        with(folder.path(), "cases.csv", b"one");
        with(folder.path(), "cases.csv", b"two");
        // As if the last change had been ended right after its one step.
        fs::rename(folder.path().join("cases.csv"), folder.path().join("cases.csv.part-2")).unwrap();
        fs::write(folder.path().join("cases.csv"), b"one").unwrap();
        assert_eq!(held(folder.path(), "cases.csv").as_deref(), Some(&b"two"[..]));
        drop(Archive::open(folder.path(), &about()).unwrap());
        assert_eq!(fs::read(folder.path().join("cases.csv")).unwrap(), b"two");
    }

    #[test]
    fn one_run_at_a_time_may_use_an_archive() {
        let folder = tempfile::tempdir().unwrap();
        let first = Archive::open(folder.path(), &about()).unwrap();
        assert!(matches!(Archive::open(folder.path(), &about()), Err(ArchiveError::Held { .. })));
        drop(first);
        assert!(Archive::open(folder.path(), &about()).is_ok());
    }

    #[test]
    fn an_archive_of_somebody_else_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let of = |utility: &str, zone: Option<&str>| About {
            utility: utility.to_owned(),
            timezone: zone.map(str::to_owned),
        };
        Archive::open(folder.path(), &of("North", None)).unwrap().begin().unwrap().commit().unwrap();
        let open = |about: &About| Archive::open(folder.path(), about).map(drop).unwrap_err();
        assert!(matches!(open(&of("South", None)), ArchiveError::OtherUtility { kept, .. } if kept == "North"));
        assert!(matches!(open(&of("North", Some("Asia/Almaty"))), ArchiveError::OtherZone { .. }));
        let text = fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
        let newer = disk::sealed(&text.replace("version = 1", "version = 9"));
        fs::write(folder.path().join(MANIFEST), newer).unwrap();
        assert!(matches!(open(&of("", None)), ArchiveError::Newer { found: 9, .. }));
        fs::write(folder.path().join(MANIFEST), text.replace("North", "South")).unwrap();
        assert!(matches!(open(&of("", None)), ArchiveError::Damaged { .. }), "changed by hand");
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "x").unwrap();
        let refused = Archive::open(folder.path(), &about()).unwrap_err();
        assert!(refused.to_string().contains("letter.txt"), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_missing_or_changed_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        with(folder.path(), "cases.csv", b"one");
        fs::write(folder.path().join("cases.csv"), b"two").unwrap();
        let archive = Archive::look(folder.path()).unwrap();
        assert!(archive.check().unwrap_err().to_string().contains("cases.csv"));
        fs::remove_file(folder.path().join("cases.csv")).unwrap();
        assert!(archive.read("cases.csv").unwrap_err().to_string().contains("missing"));
    }
}
