//! The order of the house: floors, file and function lengths, names, registries. Reads the sources
//! only.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::fs;
use std::path::{Path, PathBuf};

/// Floors from the lowest up; modules on one floor do not import each other.
const FLOORS: &[&[&str]] = &[
    &["domain", "disk"],
    &["ingest", "synth"],
    &["series"],
    &["digest"],
    &["population"],
    &["evidence"],
    &["findings"],
    &["metered", "unmetered"],
    &["judgement"],
    &["consequence"],
    &["config"],
    &["report"],
    &["pipeline"],
    &["cli"],
];
const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;
const FORBIDDEN_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// Lines before the tests.
fn program(text: &str) -> Vec<&str> {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect()
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn module_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    floor_of(first.trim_end_matches(".rs")).map(|_| first.trim_end_matches(".rs").to_owned())
}

/// Modules named after `crate::` in a line.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next())
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(module) = module_of(&path) else { continue };
        let floor = floor_of(&module).unwrap();
        for (number, line) in
            program(&text).into_iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for other in imports(line).filter(|other| *other != module) {
                if floor_of(other).is_some_and(|other_floor| other_floor >= floor) {
                    wrong.push(format!(
                        "{}:{}: {module} imports {other}, which is not below it",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.iter().all(|module| floor_of(module).is_some()), "{modules:?}");
    assert_eq!(modules.len(), FLOORS.iter().map(|floor| floor.len()).sum::<usize>());
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (path, text) in sources() {
        let lines = program(&text).len();
        assert!(lines <= LONGEST_FILE, "{}: {lines} lines before its tests", path.display());
        assert!(text.starts_with("//!"), "{}: no header", path.display());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!FORBIDDEN_NAMES.contains(&name.as_str()), "{}: name the thing by what it is", path.display());
    }
}

#[test]
fn functions_are_short() {
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (first, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            let is_function = ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn ", "const fn "]
                .iter()
                .any(|start| code.starts_with(start));
            if !is_function || code.ends_with(';') {
                continue;
            }
            let indent = &line[..line.len() - code.len()];
            let closing = format!("{indent}}}");
            let length = lines[first..].iter().position(|line| **line == closing).map_or(1, |end| end + 1);
            assert!(length <= LONGEST_FUNCTION, "{}:{}: a function of {length} lines", path.display(), first + 1);
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    for (path, text) in sources() {
        for word in ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "TODO"] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn everything_that_is_printed_passes_one_place() {
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.ends_with("cli/terminal.rs")) {
        for line in program(&text).into_iter().filter(|line| !line.trim_start().starts_with("//")) {
            for word in ["println!(", "eprintln!(", " print!(", " eprint!("] {
                assert!(
                    !line.contains(word),
                    "{}: print through cli::terminal, which keeps control letters from the terminal: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn results_are_written_through_one_place() {
    for (path, text) in sources()
        .into_iter()
        .filter(|(path, _)| module_of(path).is_some_and(|module| ["report", "synth", "pipeline"].contains(&&*module)))
    {
        for line in program(&text) {
            for word in ["fs::write(", "File::create(", "fs::rename(", "fs::remove", "Writer::from_path("] {
                assert!(
                    !line.contains(word),
                    "{}: write through `disk`, where any operation can be made to fail: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn registries_are_plain_slices() {
    for (file, registry) in [
        ("ingest/mod.rs", "pub const FORMATS: &["),
        ("evidence/mod.rs", "pub const TESTS: &["),
        ("report/mod.rs", "pub const WRITERS: &["),
    ] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)).unwrap();
        assert!(text.contains(registry), "{file} has no {registry}");
    }
}
