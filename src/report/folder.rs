//! The result folder appears whole or not at all.
//!
//! Everything is written into a hidden folder beside the target and moved into place at the end. An older result of darkload is replaced whole; any other folder with
//! something in it is refused before the work begins.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::findings::{Findings, RunRecord};

use super::WRITERS;

/// The file by which a result of darkload is known.
const MARK: &str = "run.toml";

/// A result that could not be written. Nothing half-written is left.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The operating system refuses.
    #[error("`{path}` cannot be written; check free space and permissions, or give another --out", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table could not be written.
    #[error("`{path}` cannot be written; check free space and permissions, or give another --out", path = path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: polars::error::PolarsError,
    },
    /// The page could not be made.
    #[error("`{path}` could not be made from its template", path = path.display())]
    Page {
        /// The file.
        path: PathBuf,
        /// What the template engine said.
        source: askama::Error,
    },
    /// The workbook could not be made.
    #[error("`{path}` could not be made; check free space and permissions, or give another --out", path = path.display())]
    Workbook {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: rust_xlsxwriter::XlsxError,
    },
    /// The run record could not be turned into text.
    #[error("`{path}` could not be made", path = path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: toml::ser::Error,
    },
    /// The target holds something else.
    #[error("`{path}` exists and is no result of darkload; give an empty or new folder as --out", path = path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
}

/// Refuses a target that exists and is no result of darkload, and one that cannot be made.
///
/// # Errors
/// Names the folder and the remedy.
pub fn check_out_dir(out: &Path) -> Result<(), WriteError> {
    if out.exists() {
        let empty = out.is_dir() && fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_none());
        if !empty && !out.join(MARK).is_file() {
            return Err(WriteError::Foreign { path: out.to_path_buf() });
        }
    }
    staging(out).map(drop)
}

/// Writes the result; returns the files written. `before_commit` is asked last whether the result may appear (an interrupted run says no).
///
/// # Errors
/// When anything cannot be written; the target is then as it was.
pub fn write_result(out: &Path, findings: &Findings, before_commit: impl Fn() -> bool) -> Result<Vec<PathBuf>, WriteError> {
    let stage = staging(out)?;
    for writer in WRITERS {
        (writer.write)(findings, stage.path())?;
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(stage.path()).map_err(|source| io(stage.path(), source))? {
        let path = entry.map_err(|source| io(stage.path(), source))?.path();
        File::open(&path).and_then(|file| file.sync_all()).map_err(|source| io(&path, source))?;
        names.extend(path.file_name().map(PathBuf::from));
    }
    names.sort();
    if !before_commit() {
        return Ok(Vec::new());
    }
    replace(out, stage)?;
    Ok(names.into_iter().map(|name| out.join(name)).collect())
}

/// Moves the staged folder to `out`; an older result is moved aside first and deleted last.
pub(super) fn replace(out: &Path, stage: TempDir) -> Result<(), WriteError> {
    let aside = staging(out)?;
    let old = aside.path().join("old");
    if out.exists() {
        fs::rename(out, &old).map_err(|source| io(out, source))?;
    }
    let staged = stage.keep();
    if let Err(source) = fs::rename(&staged, out) {
        // Put the older result back: a failed move must not cost the user what was there. Nothing more can be done when that fails too.
        let _ = fs::rename(&old, out);
        let _ = fs::remove_dir_all(&staged);
        return Err(io(out, source));
    }
    Ok(())
}

/// A hidden folder beside the target, on the same file system, removed when dropped.
pub(super) fn staging(out: &Path) -> Result<TempDir, WriteError> {
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|source| io(parent, source))?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o755));
    }
    builder.prefix(".darkload-").tempdir_in(parent).map_err(|source| io(parent, source))
}

fn io(path: &Path, source: std::io::Error) -> WriteError {
    WriteError::Io { path: path.to_path_buf(), source }
}

/// Writes `run.toml`.
pub(super) fn write_run_record(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    write_record(&findings.run, folder)
}

/// Writes a run's record, which marks a folder as one of darkload's.
pub(super) fn write_record(run: &RunRecord, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join(MARK);
    let text = toml::to_string(run).map_err(|source| WriteError::Record { path: path.clone(), source })?;
    fs::write(&path, text).map_err(|source| io(&path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "x").unwrap();
        assert!(matches!(check_out_dir(folder.path()), Err(WriteError::Foreign { .. })));
    }

    #[test]
    fn an_older_result_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        write_result(&out, &Findings::default(), || true).unwrap();
        fs::write(out.join("left-over.csv"), "x").unwrap();
        write_result(&out, &Findings::default(), || true).unwrap();
        assert!(!out.join("left-over.csv").exists() && out.join("suspects.csv").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no staging folder stays behind");
    }

    #[test]
    fn an_interrupted_run_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        assert!(write_result(&out, &Findings::default(), || false).unwrap().is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_target_below_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "x").unwrap();
        assert!(check_out_dir(&folder.path().join("file").join("out")).is_err());
    }
}
