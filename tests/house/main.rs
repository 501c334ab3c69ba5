//! The order of the house, read off the sources: floors, circles, lengths, widths, registries; and
//! whether the rules see what they are to see.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod rules;
mod sources;

use std::fs;
use std::path::Path;

use rules::{FLOORS, RULES, floor_of};
use sources::{Source, sources};

#[test]
fn the_house_is_in_order() {
    let sources = sources();
    let offences: Vec<String> = RULES
        .iter()
        .flat_map(|(rule, offends)| offends(&sources).into_iter().map(move |told| format!("{rule}: {told}")))
        .collect();
    assert!(offences.is_empty(), "{} offences\n{}", offences.len(), offences.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rooms: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(rooms.iter().all(|room| floor_of(room).is_some()), "{rooms:?}");
    assert_eq!(rooms.len(), FLOORS.iter().map(|floor| floor.len()).sum::<usize>());
}

/// What the named rule tells of `files`, given by path and text.
fn told(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    let (_, offends) = RULES.iter().find(|(name, _)| *name == rule).unwrap();
    offends(&sources)
}

const DOMAIN: (&str, &str) = ("src/domain/mod.rs", "//! x\nmod day;\npub use day::Day;\n");
const DAY: (&str, &str) = ("src/domain/day.rs", "//! x\npub struct Day;\n");

#[test]
fn an_import_upwards_is_seen_in_groups_in_paths_and_behind_tests() {
    let rule = "imports point down";
    let seen = |text: &str| {
        let report = ("src/report/mod.rs", "//! x\npub struct Row;\n");
        told(rule, &[DOMAIN, DAY, report, ("src/ingest/mod.rs", text)]).len()
    };
    assert_eq!(seen("//! x\nuse crate::domain::Day;\n"), 0);
    assert_eq!(seen("//! x\nuse crate::report::Row;\n"), 1);
    assert_eq!(seen("//! x\nuse crate::{domain::Day, report::Row};\n"), 1);
    assert_eq!(seen("//! x\nuse crate::{\n    domain::Day,\n    report::{\n        Row,\n    },\n};\n"), 1);
    assert_eq!(seen("//! x\nfn f() -> crate::report::Row {\n    crate::report::Row\n}\n"), 1);
    let behind = "//! x\n#[cfg(test)]\nmod tests {\n    use crate::report::Row;\n}\n\nuse crate::report::Row;\n";
    assert_eq!(seen(behind), 1);
    assert_eq!(seen(behind.strip_suffix("use crate::report::Row;\n").unwrap()), 0);
}

#[test]
fn a_circle_of_files_is_seen_also_through_what_a_mod_hands_on() {
    let rule = "files do not import one another in a circle";
    let seen = |a: &str, b: &str| {
        let room = ("src/series/mod.rs", "//! x\nmod a;\nmod b;\npub use a::A;\npub use b::B;\n");
        told(rule, &[room, ("src/series/a.rs", a), ("src/series/b.rs", b)])
    };
    let (a, b) = ("//! x\nuse super::B;\npub struct A;\n", "//! x\npub struct B;\n");
    assert!(seen(a, b).is_empty());
    assert_eq!(seen(a, "//! x\nuse super::a::A;\npub struct B;\n"), ["series::a, series::b"]);
    assert_eq!(seen(a, "//! x\nuse crate::series::A;\npub struct B;\n"), ["series::a, series::b"]);
    // What a `mod.rs` defines itself, its children may not use while it uses them.
    let own = ("src/series/mod.rs", "//! x\nmod a;\npub struct Own;\nfn f() {\n    a::g();\n}\n");
    let child = ("src/series/a.rs", "//! x\nuse super::Own;\npub fn g() {}\n");
    assert_eq!(told(rule, &[own, child]), ["series, series::a"]);
}

#[test]
fn long_files_long_functions_and_wide_lines_are_seen_also_behind_tests() {
    let long = format!("//! x\n#[cfg(test)]\nmod tests {{\n}}\n{}", "struct A;\n".repeat(500));
    assert_eq!(told("files are short and say what they are", &[("src/series/a.rs", &long)]).len(), 1);
    assert_eq!(told("files are short and say what they are", &[("src/series/utils.rs", "use a;\n")]).len(), 2);
    let function = format!("//! x\npub(in crate::series) fn f() {{\n{}}}\n", "    g();\n".repeat(59));
    assert_eq!(told("functions are short", &[("src/series/a.rs", &function)]).len(), 1);
    let wide = |line: String| told("lines are narrow", &[("src/series/a.rs", &format!("//! x\n{line}\n"))]).len();
    let words = |count: usize| "word ".repeat(count);
    assert_eq!((wide(format!("// {}", words(19))), wide(format!("// {}", words(20)))), (0, 1));
    assert_eq!((wide(words(24).trim_end().to_owned()), wide(words(25))), (0, 1));
}

#[test]
fn other_offences_are_seen() {
    let seen = |rule: &str, path: &str, line: &str| told(rule, &[(path, &format!("//! x\n{line}\n"))]).len();
    assert_eq!(seen("nothing is left for later", "src/series/a.rs", "fn f() { todo!() }"), 1);
    assert_eq!(seen("what is printed passes one place", "src/cli/scan.rs", "    println!(\"x\");"), 1);
    assert_eq!(seen("what is printed passes one place", "src/cli/terminal.rs", "    println!(\"x\");"), 0);
    assert_eq!(seen("results are written through one place", "src/report/a.rs", "    fs::write(a, b);"), 1);
    let wiring = "the wiring is short and holds no constant of a method";
    assert_eq!(seen(wiring, "src/pipeline/a.rs", "const LEAST: f64 = 0.5;"), 1);
    assert_eq!(seen(wiring, "src/pipeline/a.rs", &"f();\n".repeat(1500)), 1);
}

#[test]
fn registries_are_plain_slices() {
    let all: String = sources().into_iter().map(|source| source.text).collect();
    for registry in ["const FORMATS: &[", "const TESTS: &[", "const WRITERS: &["] {
        assert!(all.contains(registry), "no {registry}");
    }
}
