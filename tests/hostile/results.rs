//! Results that somebody else made: `explain` and `verify` tell what they hold or say why they
//! cannot, and open nothing that the user did not name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use darkload::report::{LANGUAGES, explain};

use super::mutations::{Draws, damaged, most_memory, panics, tries};

const TOWN: &str = "samples/town/readings.parquet";

fn darkload(args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_darkload"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

/// A result of the sample town.
fn whole() -> &'static Path {
    static RESULT: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = RESULT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out").display().to_string();
        let tables = ["customers", "grid", "licences", "tariffs"]
            .map(|role| (format!("--{role}"), format!("samples/town/{role}.csv")));
        let tables: Vec<&str> = tables.iter().flat_map(|(option, path)| [option.as_str(), path.as_str()]).collect();
        let (code, said) =
            darkload(&[&["scan", TOWN, "--timezone", "Asia/Almaty", "--quiet", "--out", &out], &tables[..]].concat());
        assert_eq!(code, Some(0), "{said}");
        folder
    });
    Box::leak(folder.path().join("out").into_boxed_path())
}

fn copy() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    for entry in fs::read_dir(whole()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, out.join(path.file_name().unwrap())).unwrap();
    }
    (folder, out)
}

#[test]
fn no_damaged_result_makes_explain_panic_or_run_for_ever() {
    const FILES: [&str; 8] = [
        "scores.parquet",
        "suspects.csv",
        "nodes.csv",
        "coverage.csv",
        "node_days.csv",
        "addresses.csv",
        "cleared.csv",
        "faults.csv",
    ];
    let (_keep, out) = copy();
    let listed = fs::read_to_string(out.join("suspects.csv"))
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .to_owned();
    let node = fs::read_to_string(out.join("nodes.csv"))
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .to_owned();
    let (mut told, mut failed) = (0, Vec::new());
    for number in 0..tries(400) {
        let mut draws = Draws::new(number as u64 + 1);
        // Half of all tries are at the file that is not text.
        let file = FILES[if number % 2 == 0 { 0 } else { draws.below(FILES.len()) }];
        let bytes = fs::read(whole().join(file)).unwrap();
        fs::write(out.join(file), damaged(&bytes, &mut draws, file != "scores.parquet")).unwrap();
        let begun = Instant::now();
        let asked = [listed.as_str(), &node, "Abay", "nobody"][draws.below(4)];
        let language = LANGUAGES[draws.below(LANGUAGES.len())].0;
        if panics(|| told += usize::from(explain(&out, asked, language).is_ok()))
            || begun.elapsed() > Duration::from_secs(60)
        {
            failed.push((number, file));
        }
        fs::write(out.join(file), bytes).unwrap();
    }
    println!("tried {}, told {told}, failed {}; {} MB", tries(400), failed.len(), most_memory() >> 20);
    assert!(failed.is_empty(), "a panic, or more than a minute: {failed:?}");
    assert!(told > 0 && most_memory() < 2 << 30, "told {told}, held {} MB", most_memory() >> 20);
}

#[test]
fn no_damaged_result_makes_verify_panic() {
    const FILES: [&str; 5] = ["run.toml", "scores.parquet", "suspects.csv", "rejects.csv", "nodes.csv"];
    let (_keep, out) = copy();
    for number in 0..tries(6).min(2000) {
        let mut draws = Draws::new(number as u64 + 77);
        let file = FILES[number % FILES.len()];
        let bytes = fs::read(whole().join(file)).unwrap();
        fs::write(out.join(file), damaged(&bytes, &mut draws, file != "scores.parquet")).unwrap();
        let (code, said) = darkload(&["verify", out.to_str().unwrap(), TOWN, "--inputs", "samples/town", "--quiet"]);
        assert!(
            code.is_some_and(|code| [0, 2, 3].contains(&code)) && !said.contains("panicked"),
            "{file} {number}: {code:?} {said}"
        );
        fs::write(out.join(file), bytes).unwrap();
    }
}

#[test]
fn verify_opens_no_path_that_only_the_result_names_and_prints_nothing_of_it() {
    let (keep, out) = copy();
    let secret = keep.path().join("secret.txt");
    fs::write(&secret, "root:x:0:0:hunter2\nsecond line\n").unwrap();
    let record = fs::read_to_string(out.join("run.toml")).unwrap();
    let town = [
        "--customers",
        "samples/town/customers.csv",
        "--licences",
        "samples/town/licences.csv",
        "--tariffs",
        "samples/town/tariffs.csv",
    ];
    fs::write(out.join("run.toml"), record.replace("samples/town/grid.csv", secret.to_str().unwrap())).unwrap();
    let (code, said) = darkload(&[&["verify", out.to_str().unwrap(), TOWN], &town[..]].concat());
    assert!(
        code == Some(2) && said.contains("--grid FILE") && !said.contains("hunter2") && !said.contains("root"),
        "{said}"
    );
    let (code, said) =
        darkload(&[&["verify", out.to_str().unwrap(), TOWN, "--inputs", "samples/town"], &town[..]].concat());
    assert!(code == Some(2) && !said.contains("hunter2"), "it does not lie below the folder: {said}");
    // Rule packs and profiles are files as well.
    for (from, to) in [
        ("files = []", format!("files = [\"{}\"]", secret.display())),
        ("[options]", format!("[options]\nprofile = \"{}\"", secret.display())),
    ] {
        assert!(record.contains(from));
        fs::write(out.join("run.toml"), record.replace(from, &to)).unwrap();
        let (code, said) = darkload(
            &[&["verify", out.to_str().unwrap(), TOWN, "--grid", "samples/town/grid.csv"], &town[..]].concat(),
        );
        assert!(code == Some(2) && !said.contains("hunter2"), "{said}");
    }
    // A record that is another file altogether.
    fs::copy(&secret, out.join("run.toml")).unwrap();
    let (code, said) = darkload(&["verify", out.to_str().unwrap(), TOWN]);
    assert!(code == Some(3) && said.contains("line 1") && !said.contains("hunter2"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_result_whose_files_are_links_tells_nothing_of_where_they_lead() {
    let (keep, out) = copy();
    let secret = keep.path().join("secret.csv");
    fs::write(&secret, "usage_point,hunter2\nhunter2,hunter2\n").unwrap();
    for file in ["suspects.csv", "nodes.csv", "scores.parquet"] {
        fs::remove_file(out.join(file)).unwrap();
        std::os::unix::fs::symlink(&secret, out.join(file)).unwrap();
    }
    let (code, said) = darkload(&["explain", out.to_str().unwrap(), "hunter2"]);
    assert!(code == Some(3) && !said.replacen("hunter2", "", 1).contains("hunter2,"), "{said}");
    let (code, said) = darkload(&["verify", out.to_str().unwrap(), TOWN, "--inputs", "samples/town"]);
    assert!(code == Some(3) && said.contains("a link") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_result_is_the_same_again_with_the_folder_of_its_inputs_named() {
    let (code, said) = darkload(&["verify", whole().to_str().unwrap(), TOWN, "--inputs", "samples/town"]);
    assert_eq!(code, Some(0), "{said}");
}
