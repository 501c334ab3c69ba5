//! What the program is made of: licences and crates as `deny.toml` says, no function of the system
//! that opens a connection, and the list of parts that goes with a release.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Functions by which a program comes to a connection, or asks who is at the other end.
const SOCKET_FUNCTIONS: [&str; 22] = [
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "getaddrinfo",
    "gethostbyname",
    "getnameinfo",
    "getpeername",
    "getsockname",
    "setsockopt",
    "getsockopt",
];

fn project(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn deny() -> toml::Table {
    toml::from_str(&project("deny.toml")).unwrap()
}

/// A crate of `Cargo.lock`: name, version, source, digest, and what it needs.
type Locked = (String, String, Option<String>, Option<String>, Vec<String>);

/// Crates of `Cargo.lock`.
fn locked() -> Vec<Locked> {
    let lock: toml::Table = toml::from_str(&project("Cargo.lock")).unwrap();
    let text = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let needs = |package: &toml::Value| -> Vec<String> {
        let list = package.get("dependencies").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|name| name.as_str()?.split(' ').next().map(str::to_owned)).collect()
    };
    let packages = lock["package"].as_array().unwrap();
    packages
        .iter()
        .map(|p| {
            (text(p, "name").unwrap(), text(p, "version").unwrap(), text(p, "source"), text(p, "checksum"), needs(p))
        })
        .collect()
}

/// Crates of the program with their licences, as cargo tells them.
fn licences() -> BTreeMap<(String, String), String> {
    let target = Command::new(env!("CARGO")).args(["-vV"]).output().unwrap();
    let host = String::from_utf8(target.stdout)
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .unwrap();
    let args = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &host];
    let output = Command::new(env!("CARGO")).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| ((text(p, "name"), text(p, "version")), text(p, "license")))
        .collect()
}

/// Whether a licence expression can be kept with the licences allowed: any side of `OR` (formerly
/// `/`), both of `AND`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.trim();
    let (mut depth, mut parts, mut from) = (0, Vec::new(), 0);
    for operator in [" OR ", "/", " AND "] {
        for (at, c) in expression.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 && at >= from && expression[at..].starts_with(operator) => {
                    parts.push(&expression[from..at]);
                    from = at + operator.len();
                }
                _ => {}
            }
        }
        if !parts.is_empty() {
            parts.push(&expression[from..]);
            let mut each = parts.into_iter().map(|part| is_allowed(part, allowed));
            return if operator == " AND " { each.all(|is| is) } else { each.any(|is| is) };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_allowed(inner, allowed),
        None => allowed.contains(expression),
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_says() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for (expression, is) in [
        ("MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), is, "{expression}");
    }
}

#[test]
fn every_crate_has_a_licence_that_deny_toml_allows() {
    let allowed =
        deny()["licenses"]["allow"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let licences = licences();
    assert!(licences.len() > 50);
    let wrong: Vec<_> = licences.iter().filter(|(_, licence)| !is_allowed(licence, &allowed)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_crate_comes_in_that_deny_toml_keeps_out_and_every_one_comes_from_the_registry() {
    // The lock file also names what crates could need under features that nobody asks for.
    let tree = |more: &[&str]| -> Vec<String> {
        let args = ["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
        let output =
            Command::new(env!("CARGO")).args(args).args(more).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| line.split(' ').next().map(str::to_owned))
            .collect()
    };
    let built: BTreeSet<String> = tree(&[]).into_iter().collect();
    let packages: Vec<_> = locked().into_iter().filter(|package| built.contains(package.0.as_str())).collect();
    assert!(packages.len() > 50);
    for denied in deny()["bans"]["deny"].as_array().unwrap() {
        let name = denied.as_str().or_else(|| denied.get("crate").and_then(toml::Value::as_str)).unwrap();
        let wrappers: Vec<&str> = denied
            .get("wrappers")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .collect();
        // What a crate could need under a feature that nobody asks for is in the lock file and not
        // in the program.
        if !built.contains(name) {
            continue;
        }
        // The first line is the crate itself.
        let users: Vec<String> = tree(&["--invert", name, "--depth", "1"]).into_iter().skip(1).collect();
        if wrappers.is_empty() {
            assert!(
                packages.iter().all(|package| package.0 != name),
                "{name} is kept out by deny.toml, and comes in by {users:?}"
            );
        }
        assert!(
            users.iter().all(|user| wrappers.contains(&user.as_str())),
            "{name} comes in by {users:?}; deny.toml lets it in by {wrappers:?} alone"
        );
    }
    for (name, version, source, digest, _) in &packages {
        let is_own = name == env!("CARGO_PKG_NAME");
        let is_registered = source.as_deref().is_some_and(|source| source.starts_with("registry+")) && digest.is_some();
        assert!(is_own || is_registered, "{name} {version} comes from {source:?}");
    }
}

/// Names that a program asks the system for: the undefined symbols of an ELF file's dynamic table.
/// Source: System V ABI, chapters 4 and 5.
fn imported(elf: &[u8]) -> Option<BTreeSet<String>> {
    let number = |at: usize, length: usize| {
        Some(elf.get(at..at + length)?.iter().rev().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte)) as usize)
    };
    // 64 bits, the lowest byte first: what Linux runs on today.
    if !elf.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let (sections, size, count) = (number(0x28, 8)?, number(0x3a, 2)?, number(0x3c, 2)?);
    let section = |index: usize| {
        Some((
            number(sections + index * size + 4, 4)?,
            number(sections + index * size + 24, 8)?,
            number(sections + index * size + 32, 8)?,
            number(sections + index * size + 40, 4)?,
        ))
    };
    let dynamic = (0..count).filter_map(section).find(|(kind, ..)| *kind == 11)?;
    let texts = section(dynamic.3)?;
    let mut names = BTreeSet::new();
    for symbol in (dynamic.1..dynamic.1 + dynamic.2).step_by(24) {
        if number(symbol + 6, 2)? == 0 {
            let from = texts.1 + number(symbol, 4)?;
            let name = elf.get(from..)?.split(|&byte| byte == 0).next()?;
            names.insert(String::from_utf8_lossy(name).into_owned());
        }
    }
    Some(names)
}

#[cfg(target_os = "linux")]
#[test]
fn the_program_imports_no_function_that_opens_a_connection() {
    let names = imported(&fs::read(env!("CARGO_BIN_EXE_darkload")).unwrap()).unwrap();
    assert!(names.contains("read") || names.contains("read64"), "the table of imports was read: {names:?}");
    let found: Vec<&str> = SOCKET_FUNCTIONS.into_iter().filter(|name| names.contains(*name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

/// Writes `darkload.cdx.json` beside the program: every crate of `Cargo.lock` with version, digest
/// and licence, in the form of CycloneDX 1.5.
#[test]
fn the_list_of_parts_names_every_crate_with_its_digest() {
    let licences = licences();
    let mut components = Vec::new();
    for (name, version, _, digest, _) in locked().into_iter().filter(|package| package.2.is_some()) {
        let mut component = serde_json::json!({ "type": "library", "name": name, "version": version, "purl": format!("pkg:cargo/{name}@{version}") });
        component["hashes"] = serde_json::json!([{ "alg": "SHA-256", "content": digest.unwrap_or_default() }]);
        if let Some(licence) = licences.get(&(name, version)).filter(|licence| !licence.is_empty()) {
            component["licenses"] = serde_json::json!([{ "expression": licence.replace('/', " OR ") }]);
        }
        components.push(component);
    }
    assert!(components.iter().all(|component| component["hashes"][0]["content"].as_str().unwrap().len() == 64));
    let own = serde_json::json!({ "type": "application", "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    let list = serde_json::json!({ "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": { "component": own }, "components": components });
    let mut text = serde_json::to_string_pretty(&list).unwrap();
    let _ = writeln!(text);
    let folder = Path::new(env!("CARGO_BIN_EXE_darkload")).parent().unwrap();
    fs::write(folder.join("darkload.cdx.json"), text).unwrap();
}
