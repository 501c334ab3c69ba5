//! Nothing of the user's is lost, whatever a run is asked to write over, and nothing is read that
//! may change or never end.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use darkload::disk::Said;

use super::{darkload, folder_with, scan_sample, text};

const READINGS: &str = "usage_point,timestamp,kwh\nA,2025-03-01 00:00,0.5\nA,2025-03-01 01:00,0.6\n";

/// Runs darkload in `folder`; its exit code and standard error.
fn run_in(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_darkload"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stderr))
}

#[track_caller]
fn refused(folder: &Path, args: &[&str], code: i32, words: &[&str]) {
    let (got, told) = run_in(folder, args);
    assert_eq!(got, code, "{told}");
    assert!(words.iter().all(|word| told.contains(word)), "{told}");
}

/// A folder with readings and a result `res` of them.
fn with_result() -> (tempfile::TempDir, std::path::PathBuf) {
    let (keep, folder) = folder_with(&[("a.csv", READINGS)]);
    assert_eq!(run_in(&folder, &["scan", "a.csv", "--quiet", "--out", "res"]).0, 0);
    (keep, folder)
}

#[test]
fn a_folder_that_bears_the_mark_of_a_result_and_is_none_keeps_everything_in_it() {
    let (_keep, folder) = folder_with(&[("a.csv", READINGS)]);
    for (mark, args) in
        [("run.toml", ["scan", "a.csv", "--out", "p"].as_slice()), ("simulate.toml", &["simulate", "--out", "p"])]
    {
        fs::create_dir_all(folder.join("p/below")).unwrap();
        fs::write(folder.join("p").join(mark), "[x]\n").unwrap();
        fs::write(folder.join("p/thesis"), "t").unwrap();
        refused(&folder, args, 5, &["`below`", "is no result of darkload"]);
        assert!(
            folder.join("p/below").is_dir()
                && folder.join("p/thesis").is_file()
                && folder.join("p").join(mark).is_file()
        );
        fs::remove_dir_all(folder.join("p")).unwrap();
    }
}

#[test]
fn a_result_with_something_else_in_it_is_refused_and_the_foreign_thing_is_named() {
    let (_keep, folder) = with_result();
    fs::write(folder.join("res/letter.txt"), "dear").unwrap();
    refused(&folder, &["scan", "a.csv", "--out", "res"], 5, &["`letter.txt`"]);
    assert_eq!(fs::read_to_string(folder.join("res/letter.txt")).unwrap(), "dear");
}

#[test]
fn a_scan_a_trial_and_a_simulation_do_not_replace_each_other() {
    let (_keep, folder) = with_result();
    refused(&folder, &["trial", "a.csv", "--out", "res"], 5, &["holds a scan", "trial"]);
    refused(&folder, &["simulate", "--out", "res"], 5, &["holds a scan", "simulation"]);
    assert_eq!(run_in(&folder, &["trial", "a.csv", "--quiet", "--out", "tried"]).0, 0);
    refused(&folder, &["scan", "a.csv", "--out", "tried"], 5, &["holds a trial"]);
    assert_eq!(run_in(&folder, &["trial", "a.csv", "--quiet", "--out", "tried"]).0, 0);
}

#[test]
fn a_result_says_what_it_is_and_lists_its_files_with_their_digests() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert_eq!(scan_sample("town", &out, &["--quiet"]).status.code(), Some(0));
    let record: toml::Table = toml::from_str(&fs::read_to_string(out.join("run.toml")).unwrap()).unwrap();
    assert_eq!(record["kind"].as_str(), Some("scan"));
    assert_eq!(record["files"].as_table().unwrap().len(), fs::read_dir(&out).unwrap().count() - 1);
    assert!(Said::of(&out).unwrap().is_whole(&out));
    fs::write(out.join("nodes.csv"), "edited").unwrap();
    assert!(!Said::of(&out).unwrap().is_whole(&out));
    let again = scan_sample("town", &out, &["--quiet"]);
    assert_eq!(again.status.code(), Some(5));
    assert!(
        text(&again.stderr).contains("`nodes.csv`") && text(&again.stderr).contains("was changed"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(fs::read_to_string(out.join("nodes.csv")).unwrap(), "edited");
}

#[test]
fn no_input_is_written_over_or_deleted_whatever_leads_to_it() {
    let (_keep, folder) = with_result();
    fs::copy(folder.join("res/scores.parquet"), folder.join("my.parquet")).unwrap();
    refused(&folder, &["scan", "res/suspects.csv", "--out", "res"], 5, &["suspects.csv", "is read"]);
    refused(&folder, &["scan", "a.csv", "--customers", "res/suspects.csv", "--out", "res"], 5, &["is read"]);
    refused(&folder, &["convert", "a.csv", "--force", "--out", "a.csv"], 5, &["is read"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("res"), folder.join("link")).unwrap();
        refused(&folder, &["scan", "link/suspects.csv", "--out", "res"], 5, &["is read"]);
        refused(&folder, &["scan", "a.csv", "--config", "res/run.toml", "--out", "link"], 2, &[]);
    }
    assert_eq!(fs::read_to_string(folder.join("a.csv")).unwrap(), READINGS);
    assert!(Said::of(&folder.join("res")).unwrap().is_whole(&folder.join("res")));
}

#[test]
fn a_conversion_replaces_a_file_only_when_asked_to_and_only_a_regular_one() {
    let (_keep, folder) = folder_with(&[("a.csv", READINGS), ("mine.parquet", "mine")]);
    refused(&folder, &["convert", "a.csv", "--out", "mine.parquet"], 5, &["--force"]);
    assert_eq!(fs::read_to_string(folder.join("mine.parquet")).unwrap(), "mine");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("mine.parquet", folder.join("link.parquet")).unwrap();
        refused(&folder, &["convert", "a.csv", "--force", "--out", "link.parquet"], 5, &["a link"]);
        refused(&folder, &["convert", "a.csv", "--force", "--out", "/dev/null"], 5, &["a device"]);
    }
    refused(&folder, &["convert", "a.csv", "--force", "--out", "."], 5, &[]);
    assert_eq!(run_in(&folder, &["convert", "a.csv", "--force", "--out", "mine.parquet"]).0, 0);
    assert!(fs::read(folder.join("mine.parquet")).unwrap().starts_with(b"PAR1"));
    assert_eq!(
        fs::read_dir(&folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
            .count(),
        0
    );
}

#[test]
fn a_folder_of_readings_is_scanned_again_although_the_first_result_lies_in_it() {
    let (_keep, folder) = folder_with(&[("a.csv", READINGS)]);
    for _ in 0..2 {
        let (code, told) = run_in(&folder, &["scan", ".", "--quiet"]);
        assert_eq!(code, 0, "{told}");
    }
    let rejects = fs::read_to_string(folder.join("darkload-out/rejects.csv")).unwrap();
    assert!(!rejects.contains("darkload-out"), "{rejects}");
}

#[cfg(unix)]
#[test]
fn places_that_cannot_be_exchanged_whole_are_refused_before_the_work_and_links_are_followed() {
    let (_keep, folder) = with_result();
    for (out, word) in [
        (".", "the folder that you are in"),
        ("..", "the folder that you are in"),
        ("/", "the folder that you are in"),
        ("/proc", "a mount point"),
    ] {
        // The readings are not even looked for.
        refused(&folder, &["scan", "nowhere.csv", "--out", out], 5, &[word]);
    }
    std::os::unix::fs::symlink("nowhere", folder.join("dangling")).unwrap();
    refused(&folder, &["scan", "nowhere.csv", "--out", "dangling"], 5, &["leads nowhere"]);
    std::os::unix::fs::symlink("res", folder.join("link")).unwrap();
    let before = fs::read(folder.join("res/run.toml")).unwrap();
    assert_eq!(run_in(&folder, &["scan", "a.csv", "--quiet", "--out", "link"]).0, 0);
    assert!(fs::symlink_metadata(folder.join("link")).unwrap().is_symlink());
    assert_ne!(fs::read(folder.join("res/run.toml")).unwrap(), before);
}

#[test]
fn a_finished_result_of_a_run_that_was_ended_comes_into_its_place_and_anything_else_is_cleared_up_with_a_word() {
    let (_keep, folder) = with_result();
    let stage = |letters: &str| folder.join(format!(".darkload-res-{letters}"));
    fs::create_dir_all(stage("aaaaaa")).unwrap();
    fs::rename(folder.join("res"), stage("aaaaaa").join("result")).unwrap();
    fs::create_dir_all(stage("bbbbbb").join("result")).unwrap();
    fs::write(stage("bbbbbb").join("result/nodes.csv"), "half").unwrap();
    // Another folder whose name begins alike is nobody's business.
    fs::create_dir_all(stage("of-my-own")).unwrap();
    refused(
        &folder,
        &["scan", "nowhere.csv", "--out", "res"],
        3,
        &["it is there now", "left behind by a run that was ended, is removed"],
    );
    assert!(Said::of(&folder.join("res")).unwrap().is_whole(&folder.join("res")));
    assert!(!stage("aaaaaa").exists() && !stage("bbbbbb").exists() && stage("of-my-own").exists());
}

#[test]
fn a_finished_result_beside_one_that_is_in_place_is_offered_and_not_removed() {
    let (_keep, folder) = with_result();
    let kept = folder.join(".darkload-res-aaaaaa/result");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    assert_eq!(run_in(&folder, &["scan", "a.csv", "--quiet", "--out", "other"]).0, 0);
    fs::rename(folder.join("other"), &kept).unwrap();
    let (code, told) = run_in(&folder, &["scan", "a.csv", "--quiet", "--out", "res"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("move it where you want it") && Said::of(&kept).unwrap().is_whole(&kept), "{told}");
}

#[cfg(unix)]
#[test]
fn only_files_and_folders_are_opened_and_linked_folders_once() {
    let (_keep, folder) = folder_with(&[("a.csv", READINGS)]);
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    for what in ["pipe", "/dev/zero", "/proc"] {
        refused(&folder, &["scan", what, "--out", "res"], 3, &["is no regular file"]);
    }
    refused(&folder, &["scan", "a.csv", "--customers", "pipe", "--out", "res"], 3, &["is no regular file"]);
    refused(&folder, &["scan", "a.csv", "--config", "/dev/zero", "--out", "res"], 2, &["no regular file"]);
    for (link, to) in [("one", "."), ("two", "."), ("kernel", "/proc")] {
        std::os::unix::fs::symlink(to, folder.join(link)).unwrap();
    }
    let (code, told) = run_in(&folder, &["scan", ".", "--quiet", "--max-rejects", "1", "--out", "res"]);
    assert_eq!(code, 0, "{told}");
    let record: toml::Table = toml::from_str(&fs::read_to_string(folder.join("res/run.toml")).unwrap()).unwrap();
    assert_eq!((record["readings"].as_integer(), record["inputs"].as_array().map(Vec::len)), (Some(2), Some(1)));
}

#[cfg(unix)]
#[test]
fn a_closed_or_full_output_changes_neither_the_result_nor_the_exit_code_of_a_scan() {
    let (_keep, folder) = folder_with(&[("a.csv", READINGS)]);
    let shell = |line: &str| {
        let line = format!("set -o pipefail; {line}").replace("darkload", env!("CARGO_BIN_EXE_darkload"));
        let output = Command::new("bash").args(["-c", &line]).current_dir(&folder).output().unwrap();
        assert!(!text(&output.stderr).contains("panicked"), "{line}: {}", text(&output.stderr));
        output.status.code().unwrap()
    };
    for nobody in ["| true", "> /dev/full", ">&-", "> /dev/full 2> /dev/full"] {
        assert_eq!(shell(&format!("darkload scan a.csv --out res {nobody}")), 0, "{nobody}");
    }
    assert_eq!(shell("darkload config | true"), 0, "the reader has what it wanted");
    assert_eq!(shell("darkload config > /dev/full"), 5, "what was asked for is lost");
}

#[test]
fn control_letters_of_inputs_reach_no_terminal() {
    const EVIL: &str = "\u{1b}[2J\u{9b}31m\u{7}";
    let rows = READINGS.replace("A,", &format!("A{EVIL},"));
    let (_keep, folder) = folder_with(&[("a.csv", &rows), ("b.csv", &READINGS.replace("kwh", &format!("kw{EVIL}")))]);
    for args in [
        vec!["inspect", "a.csv"],
        vec!["scan", "b.csv"],
        vec!["scan", EVIL],
        vec!["scan", "a.csv", "--timezone", EVIL],
        vec!["explain", EVIL, EVIL],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_darkload")).args(&args).current_dir(&folder).output().unwrap();
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{args:?}: {told:?}");
    }
}

#[test]
fn an_input_that_changes_while_it_is_read_ends_the_run_with_its_name_or_leaves_the_result_of_one_state() {
    let folder = tempfile::tempdir().unwrap();
    let readings = folder.path().join("readings.parquet");
    let (sample, other) = ("samples/town/readings.parquet", "samples/registers/readings.parquet");
    let mut codes = Vec::new();
    for wait in [30, 80, 200, 500] {
        fs::copy(sample, &readings).unwrap();
        let out = folder.path().join("out");
        let mut scan = Command::new(env!("CARGO_BIN_EXE_darkload"));
        scan.args(["scan", &readings.display().to_string(), "--quiet", "--out", &out.display().to_string()])
            .stderr(Stdio::piped());
        let child = scan.spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        fs::copy(other, &readings).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = text(&output.stderr);
        match output.status.code() {
            Some(3) => assert!(told.contains("readings.parquet"), "{told}"),
            code => assert_eq!(code, Some(0), "{told}"),
        }
        codes.push(output.status.code());
    }
    let unknown = darkload(&["scan", &folder.path().join("gone.csv").display().to_string()]);
    assert_eq!(unknown.status.code(), Some(3), "{codes:?}");
}
