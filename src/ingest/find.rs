//! Files, folders and patterns on the command line, to one sorted list of files.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{IngestError, archive};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path.
    pub path: PathBuf,
    /// Whether the user named it (or matched it by a pattern), rather than the folder it lies in.
    pub named: bool,
}

/// Finds the files meant by `args`: files as they are, folders with everything in them but hidden files, archives with their members, patterns with `*` and `?` in the last part of the path.
/// Each file comes once, in the natural order of paths (numbers in names count as numbers): where readings disagree, the later file counts.
///
/// # Errors
/// When an argument matches nothing, or a folder cannot be listed.
pub fn find_inputs(args: &[String]) -> Result<Vec<InputFile>, IngestError> {
    let mut found: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for arg in args {
        let path = Path::new(arg);
        if path.is_dir() {
            let mut inside = Vec::new();
            list_folder(path, &mut inside)?;
            if inside.is_empty() {
                return Err(IngestError::NoReadings { looked_at: format!("the empty folder `{arg}`") });
            }
            for file in inside {
                found.entry(file).or_insert(false);
            }
        } else if path.is_file() {
            found.insert(path.to_path_buf(), true);
        } else {
            let matched = match_pattern(path)?;
            if matched.is_empty() {
                return Err(IngestError::NotFound { given: arg.clone() });
            }
            found.extend(matched.into_iter().map(|file| (file, true)));
        }
    }
    let mut files = Vec::with_capacity(found.len());
    for (path, named) in found {
        if archive::is_archive(&path) {
            match archive::members(&path) {
                Ok(members) => files.extend(members.into_iter().map(|path| InputFile { path, named: false })),
                Err(fault) if named => return Err(IngestError::Archive { path, fault }),
                // Told with the other files of the folder that cannot be read.
                Err(_) => files.push(InputFile { path, named }),
            }
        } else {
            files.push(InputFile { path, named });
        }
    }
    files.sort_by(|a, b| natural(&a.path, &b.path));
    Ok(files)
}

/// Order of paths in which numbers count as numbers: a message that was sent again as number 1000 comes after number 999. Names that differ only in leading zeros keep the
/// order of their bytes.
fn natural(a: &Path, b: &Path) -> Ordering {
    let mut pairs = a.components().zip(b.components());
    let different = pairs.find_map(|(one, other)| {
        let order = natural_name(one.as_os_str().as_encoded_bytes(), other.as_os_str().as_encoded_bytes());
        order.is_ne().then_some(order)
    });
    different.unwrap_or_else(|| a.components().count().cmp(&b.components().count())).then_with(|| a.cmp(b))
}

/// The same of two names: runs of digits by their value, all else byte by byte.
fn natural_name(mut one: &[u8], mut other: &[u8]) -> Ordering {
    loop {
        let (first, second) = (digits(one), digits(other));
        let order = match (one.first(), other.first()) {
            (Some(_), Some(_)) if !first.is_empty() && !second.is_empty() => {
                (one, other) = (&one[first.len()..], &other[second.len()..]);
                let (first, second) = (without_zeros(first), without_zeros(second));
                first.len().cmp(&second.len()).then_with(|| first.cmp(second))
            }
            (Some(byte), Some(other_byte)) => {
                let order = byte.cmp(other_byte);
                (one, other) = (&one[1..], &other[1..]);
                order
            }
            (one, other) => return one.is_some().cmp(&other.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn digits(name: &[u8]) -> &[u8] {
    &name[..name.iter().take_while(|byte| byte.is_ascii_digit()).count()]
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|&&digit| digit == b'0').count()..]
}

/// Paths in a message: the first three, and how many more.
pub(super) fn list<'a>(paths: impl Iterator<Item = &'a Path>) -> String {
    let all: Vec<String> = paths.map(|path| format!("`{}`", path.display())).collect();
    let more = all.len().saturating_sub(3);
    let shown = all[..all.len().min(3)].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let io = |source| IngestError::Io { path: folder.to_path_buf(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn list_folder(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), IngestError> {
    for path in entries(folder)? {
        if path.is_dir() {
            list_folder(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn match_pattern(path: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let Some(pattern) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return Ok(Vec::new()) };
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !pattern.contains(['*', '?']) || !folder.is_dir() {
        return Ok(Vec::new());
    }
    let is_match =
        |file: &PathBuf| file.is_file() && file.file_name().is_some_and(|name| matches(pattern.as_bytes(), name.to_string_lossy().as_bytes()));
    Ok(entries(folder)?.into_iter().filter(is_match).collect())
}

/// Whether `name` fits a pattern of `*` (anything) and `?` (one byte).
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|skip| matches(rest, &name[skip..])),
        ([b'?', rest @ ..], [_, name @ ..]) => matches(rest, name),
        ([p, rest @ ..], [n, name @ ..]) => p == n && matches(rest, name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matches(b"2025-*.csv", b"2025-03.csv"));
        assert!(matches(b"part-?.parquet", b"part-7.parquet"));
        assert!(!matches(b"*.csv", b"a.parquet"));
    }

    #[test]
    fn each_file_comes_once_and_sorted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", ".hidden"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let text = |path: PathBuf| path.display().to_string();
        let args = [text(folder.path().to_path_buf()), text(folder.path().join("b.csv")), text(folder.path().join("*.csv"))];
        let found = find_inputs(&args).unwrap();
        let names: Vec<_> = found.iter().map(|file| file.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["a.csv", "b.csv"]);
    }

    #[test]
    fn a_message_sent_again_with_a_higher_number_is_the_later_file() {
        let mut paths =
            ["80020_1_20250301_1000.xml", "80020_1_20250301_999.xml", "b/2.csv", "b.csv", "80020_1_20250301_0999.xml", "80020_1_20250228_2000.xml"]
                .map(Path::new);
        paths.sort_by(|a, b| natural(a, b));
        let expected =
            ["80020_1_20250228_2000.xml", "80020_1_20250301_0999.xml", "80020_1_20250301_999.xml", "80020_1_20250301_1000.xml", "b/2.csv", "b.csv"];
        assert_eq!(paths, expected.map(Path::new));
    }

    #[test]
    fn a_path_with_nothing_at_it_is_named() {
        assert!(find_inputs(&["nowhere/at-all.csv".to_owned()]).unwrap_err().to_string().contains("nowhere/at-all.csv"));
    }
}
