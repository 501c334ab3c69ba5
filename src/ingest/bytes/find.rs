//! Files, folders and patterns on the command line, to one sorted list of files.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{archive, held};
use crate::ingest::error::IngestError;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Its path.
    pub path: PathBuf,
    /// Whether the user named it (or matched it by a pattern), rather than the folder it lies in.
    pub named: bool,
}

/// Finds the files meant by `args`: files as they are, folders with everything in them but hidden
/// files, archives with their members, patterns with `*` and `?` in the last part of the path. Each
/// file comes once, whatever links lead to it, in the natural order of paths (numbers in names
/// count as numbers): where readings disagree, the later file counts.
///
/// # Errors
/// When an argument matches nothing or is neither file nor folder, or a folder cannot be listed.
pub fn find_inputs(args: &[String]) -> Result<Vec<InputFile>, IngestError> {
    find_inputs_until(args, &|| false)
}

/// The same; ends early with what was found when `stopped` says so.
///
/// # Errors
/// As for [`find_inputs`].
pub fn find_inputs_until(args: &[String], stopped: &dyn Fn() -> bool) -> Result<Vec<InputFile>, IngestError> {
    let mut found: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut folders = Folders { entered: BTreeSet::new(), kernel: kernel_devices(), stopped };
    for arg in args {
        let path = Path::new(arg);
        if path.is_dir() {
            let (mut inside, entered) = (Vec::new(), folders.entered.len());
            folders.list(path, &mut inside)?;
            if folders.is_kernel(path) {
                return Err(IngestError::NotRegular { path: path.to_path_buf() });
            }
            // A folder that was listed below another argument has given its files already.
            if inside.is_empty() && folders.entered.len() > entered && !stopped() {
                return Err(IngestError::NoReadings { looked_at: format!("the empty folder `{arg}`"), because: None });
            }
            for file in inside {
                found.entry(file).or_insert(false);
            }
        } else if path.is_file() {
            found.insert(path.to_path_buf(), true);
        } else if path.exists() {
            return Err(IngestError::NotRegular { path: path.to_path_buf() });
        } else {
            let matched = match_pattern(path)?;
            if matched.is_empty() {
                return Err(IngestError::NotFound { given: arg.clone() });
            }
            found.extend(matched.into_iter().map(|file| (file, true)));
        }
    }
    let mut files = Vec::with_capacity(found.len());
    for (path, named) in each_once(found) {
        if stopped() {
            break;
        }
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

/// Of paths that lead to one file the first; it is named when any of them is.
fn each_once(found: BTreeMap<PathBuf, bool>) -> Vec<(PathBuf, bool)> {
    let mut files: Vec<(PathBuf, bool)> = Vec::with_capacity(found.len());
    let mut places: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    for (path, named) in found {
        match identity(&path).map(|known| *places.entry(known).or_insert(files.len())) {
            Some(place) if place < files.len() => files[place].1 |= named,
            _ => files.push((path, named)),
        }
    }
    files
}

/// Order of paths in which numbers count as numbers: a message that was sent again as number 1000
/// comes after number 999. Names that differ only in leading zeros keep the order of their bytes.
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
pub(crate) fn list<'a>(paths: impl Iterator<Item = &'a Path>) -> String {
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

/// Folders on their way to be listed, each once: links may lead in circles.
struct Folders<'a> {
    entered: BTreeSet<(u64, u64)>,
    kernel: Vec<u64>,
    stopped: &'a dyn Fn() -> bool,
}

impl Folders<'_> {
    fn is_kernel(&self, folder: &Path) -> bool {
        identity(folder).is_some_and(|identity| self.kernel.contains(&identity.0))
    }

    fn list(&mut self, folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), IngestError> {
        if (self.stopped)()
            || self.is_kernel(folder)
            || identity(folder).is_some_and(|identity| !self.entered.insert(identity))
        {
            return Ok(());
        }
        for path in entries(folder)? {
            if path.is_dir() {
                self.list(&path, found)?;
            } else {
                found.push(path);
            }
        }
        Ok(())
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    held::identity(&std::fs::metadata(path).ok()?)
}

/// Devices of the file systems in which the kernel shows itself: what looks like a file there is
/// none, and links in them lead everywhere.
fn kernel_devices() -> Vec<u64> {
    ["/proc/self", "/sys/kernel"].into_iter().filter_map(|path| Some(identity(Path::new(path))?.0)).collect()
}

fn match_pattern(path: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let Some(pattern) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { return Ok(Vec::new()) };
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !pattern.contains(['*', '?']) || !folder.is_dir() {
        return Ok(Vec::new());
    }
    let is_match = |file: &PathBuf| {
        file.is_file()
            && file.file_name().is_some_and(|name| matches(pattern.as_bytes(), name.to_string_lossy().as_bytes()))
    };
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
        let args =
            [text(folder.path().to_path_buf()), text(folder.path().join("b.csv")), text(folder.path().join("*.csv"))];
        let found = find_inputs(&args).unwrap();
        let names: Vec<_> =
            found.iter().map(|file| file.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["a.csv", "b.csv"]);
    }

    #[test]
    fn a_message_sent_again_with_a_higher_number_is_the_later_file() {
        let mut paths = [
            "80020_1_20250301_1000.xml",
            "80020_1_20250301_999.xml",
            "b/2.csv",
            "b.csv",
            "80020_1_20250301_0999.xml",
            "80020_1_20250228_2000.xml",
        ]
        .map(Path::new);
        paths.sort_by(|a, b| natural(a, b));
        let expected = [
            "80020_1_20250228_2000.xml",
            "80020_1_20250301_0999.xml",
            "80020_1_20250301_999.xml",
            "80020_1_20250301_1000.xml",
            "b/2.csv",
            "b.csv",
        ];
        assert_eq!(paths, expected.map(Path::new));
    }

    #[test]
    #[cfg(unix)]
    fn folders_that_are_linked_in_a_circle_are_listed_once_and_so_is_a_file_with_two_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a", "b"] {
            std::fs::create_dir(path(name)).unwrap();
            std::fs::write(path(name).join("x.csv"), name).unwrap();
        }
        for (link, to) in [("a/one", "b"), ("a/two", "b"), ("b/one", "a"), ("b/two", "a"), ("link.csv", "a/x.csv")] {
            std::os::unix::fs::symlink(path(to), path(link)).unwrap();
        }
        std::fs::hard_link(path("b/x.csv"), path("b/y.csv")).unwrap();
        let found = find_inputs(&[folder.path().display().to_string()]).unwrap();
        let contents: Vec<String> = found.iter().map(|file| std::fs::read_to_string(&file.path).unwrap()).collect();
        assert_eq!(contents.len(), 2, "{found:?}");
    }

    #[test]
    fn a_path_with_nothing_at_it_is_named() {
        assert!(
            find_inputs(&["nowhere/at-all.csv".to_owned()]).unwrap_err().to_string().contains("nowhere/at-all.csv")
        );
    }
}
