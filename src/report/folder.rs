//! The result folder appears whole or not at all.
//!
//! Everything is written into a hidden folder beside the target, and the two are exchanged at the
//! end (`disk`). An older result is replaced whole; a folder with anything else in it is refused
//! before the work begins.

use std::path::Path;

use crate::disk::{self, Kind, Place, Written};
use crate::findings::{Findings, RunRecord};

use super::language::Language;
use super::words::tell;
use super::write_error::WriteError;
use super::writers::WRITERS;

/// Refuses a folder that a result of this kind may not replace, before the work; returns what there
/// is to say about runs that were ended.
///
/// # Errors
/// Names the folder, what is in the way, and the remedy.
pub fn check_out_dir(out: &Path, kind: &'static Kind) -> Result<Vec<String>, WriteError> {
    Ok(Place::of(out, kind)?.prepare()?)
}

/// Writes the result of a scan; `None` where `before_commit`, asked last, says that it may not
/// appear (the run was interrupted).
///
/// # Errors
/// When anything cannot be written; what stood in the place is then still there.
pub fn write_result(
    out: &Path,
    findings: &Findings,
    before_commit: impl Fn() -> bool,
) -> Result<Option<Written>, WriteError> {
    let place = Place::of(out, &disk::SCAN)?;
    let stage = place.stage()?;
    for writer in WRITERS {
        writer(findings, &stage.folder())?;
    }
    let notes = findings.notes.iter().map(|note| tell(Language::English, note)).collect();
    write_record(&RunRecord { notes, ..findings.run.clone() }, &stage.folder(), &disk::SCAN)?;
    if before_commit() { Ok(Some(stage.put(&place)?)) } else { Ok(None) }
}

/// Writes a run's record, last of all files: it lists them, and a folder is known by it.
pub(super) fn write_record(run: &RunRecord, folder: &Path, kind: &Kind) -> Result<(), WriteError> {
    let run = RunRecord { kind: kind.word.to_owned(), files: disk::digests(folder)?, ..run.clone() };
    let text = toml::to_string(&run).map_err(|source| WriteError::Record { path: folder.join(kind.mark), source })?;
    Ok(disk::seal(folder, kind, &text)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn scan_into(out: &Path) -> Result<Option<Written>, WriteError> {
        write_result(
            out,
            &Findings { run: RunRecord { version: "1".to_owned(), ..RunRecord::default() }, ..Findings::default() },
            || true,
        )
    }

    fn is_refused(out: &Path, words: &[&str]) {
        for error in [check_out_dir(out, &disk::SCAN).err().unwrap(), scan_into(out).err().unwrap()] {
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let told = format!("{error}: {source}");
            assert!(words.iter().all(|word| told.contains(word)), "{told}");
        }
    }

    /// Removes results that were finished and found no place.
    fn clear(folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_name().to_string_lossy().starts_with(".darkload-") {
                fs::remove_dir_all(entry.path()).unwrap();
            }
        }
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("p");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("run.toml"), "[x]").unwrap();
        fs::write(out.join("thesis"), "t").unwrap();
        is_refused(&out, &["thesis", "is no result of darkload"]);
        assert_eq!(fs::read_to_string(out.join("thesis")).unwrap(), "t");
    }

    #[test]
    fn a_result_that_holds_a_foreign_file_or_folder_is_refused_and_the_foreign_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        scan_into(&out).unwrap();
        fs::create_dir(out.join("photographs")).unwrap();
        is_refused(&out, &["photographs"]);
        fs::remove_dir(out.join("photographs")).unwrap();
        fs::write(out.join("notes.txt"), "x").unwrap();
        is_refused(&out, &["notes.txt"]);
    }

    #[test]
    fn a_result_file_that_was_edited_is_not_lost_and_one_that_was_deleted_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        scan_into(&out).unwrap();
        for name in ["suspects.csv", "run.toml"] {
            let written = fs::read_to_string(out.join(name)).unwrap();
            fs::write(out.join(name), format!("# visited\n{written}")).unwrap();
            is_refused(&out, &[name, "was changed"]);
            fs::write(out.join(name), written).unwrap();
        }
        fs::remove_file(out.join("suspects.csv")).unwrap();
        scan_into(&out).unwrap();
        assert!(out.join("suspects.csv").exists());
        clear(folder.path());
    }

    #[test]
    fn an_older_result_is_replaced_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        scan_into(&out).unwrap();
        let before = fs::read(out.join("run.toml")).unwrap();
        scan_into(&out).unwrap();
        assert_eq!(fs::read(out.join("run.toml")).unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no stage stays behind");
    }

    #[test]
    fn a_result_of_a_version_without_a_list_is_replaced_where_every_name_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("run.toml"), "version = \"0.1.0\"\nseed = 1\n").unwrap();
        fs::write(out.join("suspects.csv"), "rank\n").unwrap();
        scan_into(&out).unwrap();
        assert!(out.join("scores.parquet").exists());
        fs::remove_dir_all(&out).unwrap();
        fs::create_dir(&out).unwrap();
        fs::write(out.join("run.toml"), "version = \"0.1.0\"\nseed = 1\n").unwrap();
        fs::write(out.join("mine.csv"), "rank\n").unwrap();
        is_refused(&out, &["mine.csv"]);
    }

    #[test]
    fn an_interrupted_run_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        assert!(write_result(&out, &Findings::default(), || false).unwrap().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_target_below_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "x").unwrap();
        assert!(check_out_dir(&folder.path().join("file").join("out"), &disk::SCAN).is_err());
    }

    #[test]
    fn what_the_writers_write_is_what_a_scan_is_known_by() {
        let folder = tempfile::tempdir().unwrap();
        for writer in WRITERS {
            writer(&Findings::default(), folder.path()).unwrap();
        }
        let written: Vec<String> =
            disk::digests(folder.path()).unwrap().into_keys().chain(["run.toml".to_owned()]).collect();
        // One table comes with volts only.
        let known = disk::SCAN.files.iter().copied().filter(|file| *file != "phases.csv");
        let known: std::collections::BTreeSet<&str> = known.collect();
        assert_eq!(written.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), known);
    }
}
