//! The key of pseudonyms and the list of what stands for what: files beside a result, never in it.
//! Whoever has them can read the names; whoever has the result alone cannot.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::consequence::PseudonymKey;
use crate::disk;
use crate::findings::NameRow;

/// Bytes of a file with a key: 64 digits and the end of a line, and room for a mark of an editor.
const LONGEST_KEY: u64 = 256;
/// Rights of everybody in the mode of a file.
#[cfg(unix)]
const FOR_OTHERS: u32 = 0o007;

/// A key or list of names that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
    #[error("`{path}` cannot be read; check the path of --pseudonym-key", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is no key: a key is one line of 64 hexadecimal digits; give another --pseudonym-key, or a new \
             path to have one made", path = path.display())]
    NoKey { path: PathBuf },
    #[error("`{path}` is no key: one of zeros, or of a few bytes again and again, can be guessed; give another \
             --pseudonym-key, or a new path to have one made", path = path.display())]
    Guessable { path: PathBuf },
    #[error("everybody on this machine may read the key `{path}`, and with it all pseudonyms; `chmod 600` it, or have \
             a new one made where others could read it", path = path.display())]
    Open { path: PathBuf },
    #[error("no random key could be had from the system: {0}")]
    Random(getrandom::Error),
    #[error("`{path}` cannot be written; check free space and permissions", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

/// Path of the key beside a result, where none was given.
pub(super) fn key_path(given: Option<&Path>, out: &Path) -> PathBuf {
    given.map_or_else(|| beside(out, ".key"), Path::to_path_buf)
}

/// Path of the list of what stands for what.
pub(super) fn names_path(out: &Path) -> PathBuf {
    beside(out, ".names.csv")
}

fn beside(out: &Path, ending: &str) -> PathBuf {
    // A path such as `out/` ends in a separator that the name must not follow.
    let mut name: OsString = out.components().as_path().as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The key of a file; a new one, not yet written, where there is no such file.
///
/// # Errors
/// When the file is no key.
pub(super) fn read_or_make(path: &Path) -> Result<PseudonymKey, KeyError> {
    if path.exists() {
        return read(path);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
    Ok(PseudonymKey::new(bytes))
}

/// The key of a file.
///
/// # Errors
/// When the file cannot be read, is no key or one that can be guessed, or may be read by everybody.
pub(super) fn read(path: &Path) -> Result<PseudonymKey, KeyError> {
    let failed = |source| KeyError::Read { path: path.to_path_buf(), source };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() || metadata.len() > LONGEST_KEY {
        return Err(KeyError::NoKey { path: path.to_path_buf() });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & FOR_OTHERS != 0 {
            return Err(KeyError::Open { path: path.to_path_buf() });
        }
    }
    let text = disk::read_text(path).map_err(failed)?;
    let key = PseudonymKey::parse(&text).ok_or_else(|| KeyError::NoKey { path: path.to_path_buf() })?;
    if key.is_random() { Ok(key) } else { Err(KeyError::Guessable { path: path.to_path_buf() }) }
}

/// Writes a key that is new; only its owner may read it.
///
/// # Errors
/// When it cannot be written.
pub(super) fn keep(key: &PseudonymKey, path: &Path) -> Result<(), KeyError> {
    if path.exists() { Ok(()) } else { write_private(path, &format!("{}\n", key.to_hex())) }
}

/// Writes what stands for what beside the result; returns the path.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_names(names: &[NameRow], out: &Path) -> Result<PathBuf, KeyError> {
    let path = names_path(out);
    let failed = |source: csv::Error| KeyError::Write { path: path.clone(), source: source.into() };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["pseudonym", "kind", "name"]).map_err(failed)?;
    for name in names {
        writer.write_record([name.pseudonym.as_str(), name.kind, name.name.as_str()]).map_err(failed)?;
    }
    let bytes =
        writer.into_inner().map_err(|error| KeyError::Write { path: path.clone(), source: error.into_error() })?;
    if path.exists() {
        fs::remove_file(&path).map_err(|source| KeyError::Write { path: path.clone(), source })?;
    }
    write_private(&path, &String::from_utf8_lossy(&bytes))?;
    Ok(path)
}

fn write_private(path: &Path, text: &str) -> Result<(), KeyError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| KeyError::Write { path: path.to_path_buf(), source })
}
