//! Which files `verify` opens: those on its command line, and those below the folder that the user
//! names. A result is somebody else's word, and paths in it lead anywhere.

use std::path::{Component, Path, PathBuf};

use crate::findings::RunRecord;
use crate::ingest::MAPPINGS;

/// A file of the run that is not there, or was not allowed.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    #[error(
        "the run read a file of {role}, `{recorded}`, and what a result names is not opened unasked; give --{role} \
         FILE, or with --inputs DIR the folder below which it lies"
    )]
    NotGiven { role: String, recorded: String },
    #[error("`{path}` is not there, or no file; give --{role} FILE", path = path.display())]
    Moved { role: String, path: PathBuf },
    #[error(
        "`{path}` is no folder; give with --inputs the folder below which the files of the run lie",
        path = path.display()
    )]
    NoFolder { path: PathBuf },
}

/// The record of a run, and the folder below which its files may be looked for.
pub(super) struct Inputs<'a> {
    record: &'a RunRecord,
    folder: Option<PathBuf>,
}

impl<'a> Inputs<'a> {
    /// The inputs of a record.
    ///
    /// # Errors
    /// When the folder is none.
    pub(super) fn of(folder: Option<&Path>, record: &'a RunRecord) -> Result<Self, InputError> {
        let real = |path: &Path| {
            path.canonicalize()
                .ok()
                .filter(|path| path.is_dir())
                .ok_or_else(|| InputError::NoFolder { path: path.to_path_buf() })
        };
        Ok(Self { record, folder: folder.map(real).transpose()? })
    }

    /// Path of a static table: as given, or found; `None` where the run read none.
    ///
    /// # Errors
    /// When the run read one and it is neither given nor found.
    pub(super) fn table(&self, role: &str, given: Option<&Path>) -> Result<Option<PathBuf>, InputError> {
        if let Some(path) = given {
            return is_there(role, path).map(Some);
        }
        let recorded = self.record.inputs.iter().find(|input| input.role == role);
        recorded.map(|input| self.find(role, &input.path)).transpose()
    }

    /// The mapping profile: as given, one of the program, or found.
    ///
    /// # Errors
    /// When it was a file that is neither given nor found.
    pub(super) fn profile(&self, given: Option<&str>) -> Result<Option<String>, InputError> {
        let Some(profile) = given.or(self.record.options.profile.as_deref()) else { return Ok(None) };
        if given.is_some() || MAPPINGS.iter().any(|known| known.name == profile) {
            return Ok(Some(profile.to_owned()));
        }
        self.find("profile", profile).map(|path| Some(path.display().to_string()))
    }

    /// Rule packs that are files: as given, or found one by one.
    ///
    /// # Errors
    /// When one is neither given nor found.
    pub(super) fn rules(&self, given: &[PathBuf], recorded: &[PathBuf]) -> Result<Vec<PathBuf>, InputError> {
        if given.is_empty() {
            return recorded.iter().map(|path| self.find("rules", &path.display().to_string())).collect();
        }
        given.iter().map(|path| is_there("rules", path)).collect()
    }

    /// The file below the folder that the longest end of a recorded path leads to.
    fn find(&self, role: &str, recorded: &str) -> Result<PathBuf, InputError> {
        let not_given = || InputError::NotGiven { role: role.to_owned(), recorded: recorded.to_owned() };
        let folder = self.folder.as_ref().ok_or_else(not_given)?;
        // A record made under another system may use its separator.
        let recorded = recorded.replace('\\', "/");
        let parts: Vec<_> =
            Path::new(&recorded).components().filter(|part| matches!(part, Component::Normal(_))).collect();
        let mut ends = (0..parts.len()).map(|from| folder.join(parts[from..].iter().collect::<PathBuf>()));
        // A link must not lead out of the folder.
        let inside = |path: PathBuf| path.canonicalize().ok().filter(|path| path.starts_with(folder) && path.is_file());
        ends.find_map(inside).ok_or_else(not_given)
    }
}

fn is_there(role: &str, path: &Path) -> Result<PathBuf, InputError> {
    if path.is_file() {
        Ok(path.to_path_buf())
    } else {
        Err(InputError::Moved { role: role.to_owned(), path: path.to_path_buf() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::InputDigest;

    #[test]
    fn only_what_lies_below_the_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("in");
        std::fs::create_dir_all(below.join("static")).unwrap();
        for name in ["static/grid.csv", "grid.csv"] {
            std::fs::write(below.join(name), "x").unwrap();
        }
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let input = |path: &str| InputDigest { role: "grid".into(), path: path.into(), sha256: String::new(), rows: 0 };
        let found = |path: &str, inputs: Option<&Path>| {
            let record = RunRecord { inputs: vec![input(path)], ..RunRecord::default() };
            Inputs::of(inputs, &record).unwrap().table("grid", None).ok().flatten()
        };
        let real = below.canonicalize().unwrap();
        assert_eq!(found("/elsewhere/static/grid.csv", Some(&below)), Some(real.join("static/grid.csv")));
        assert_eq!(found("grid.csv", Some(&below)), Some(real.join("grid.csv")));
        assert_eq!(found(&below.join("grid.csv").display().to_string(), None), None, "nobody named a folder");
        assert_eq!(found("../secret", Some(&below)), None);
        assert_eq!(found("/etc/passwd", Some(&below)), None);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path().join("secret"), below.join("link")).unwrap();
            assert_eq!(found("link", Some(&below)), None, "a link leads out");
        }
    }
}
