//! Places that are not ours, inputs as outputs, and things that look like files and are none.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Outcome;
use super::ground::{Ground, run};

/// Every file below a folder with its bytes; links with where they lead.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_symlink() {
            found.insert(path.clone(), fs::read_link(&path).unwrap().as_os_str().as_encoded_bytes().to_vec());
        } else if kind.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.extend(tree(&path));
        } else if kind.is_fifo() || kind.is_socket() {
            found.insert(path, Vec::new());
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

/// A command that must be refused, and leave everything as it is.
fn is_refused(ground: &Ground, command: Command) -> Outcome {
    let words = format!("{:?}", command.get_args().collect::<Vec<_>>());
    let before = tree(&ground.path);
    let ended = run(command);
    ended.is_sane().map_err(|told| format!("{words}: {told}"))?;
    if !matches!(ended.code, Some(2 | 3 | 5)) || ended.err.trim().is_empty() {
        return Err(format!("{words}: code {:?}: {}", ended.code, ended.err));
    }
    if tree(&ground.path) == before { Ok(()) } else { Err(format!("{words}: something else is there than before")) }
}

pub(crate) fn not_ours(ground: &Ground, _: bool) -> Vec<Outcome> {
    let readings = ground.readings();
    let result = ground.result("result");
    let file = |name: &str, text: &str| {
        let path = ground.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    };
    file("marked/run.toml", "[x]\n");
    file("marked/thesis", "t");
    file("old/run.toml", "version = \"0.1.0\"\nseed = 1\n");
    file("old/photographs/1.jpg", "x");
    file("simulated/simulate.toml", "a = 1\n");
    file("simulated/thesis", "t");
    file("foreign.parquet", "mine");
    let with_input = ground.result("with-input");
    fs::copy(&readings, with_input.join("my.csv")).unwrap();
    let with_link = ground.result("with-link");
    symlink(&readings, with_link.join("my.csv")).unwrap();
    let edited = ground.result("edited");
    fs::write(edited.join("suspects.csv"), "mine").unwrap();
    let trial = ground.file("trial");
    let mut command = ground.darkload(&["trial", "--quiet", "--out", "trial"]);
    command.arg(&readings);
    assert_eq!(run(command).code, Some(0));
    symlink("nowhere", ground.file("dangling")).unwrap();
    symlink(&readings, ground.file("to-readings.csv")).unwrap();
    fs::hard_link(&readings, ground.file("same-readings.csv")).unwrap();
    symlink(&result, ground.file("to-result")).unwrap();
    file("rules.toml", "");

    let path = |path: &Path| path.display().to_string();
    let readings = path(&readings);
    let scans: Vec<Vec<String>> = [
        vec!["--out", "marked"],
        vec!["--out", "old"],
        vec!["--out", "with-input"],
        vec!["--out", "with-link"],
        vec!["--out", "edited"],
        vec!["--out", "trial"],
        vec!["--out", "."],
        vec!["--out", ".."],
        vec!["--out", "/"],
        vec!["--out", "/proc"],
        vec!["--out", "/dev/null"],
        vec!["--out", "dangling"],
        vec!["--out", "foreign.parquet"],
        vec!["--out", "foreign.parquet/below"],
        vec!["--out", "result", "result/scores.parquet"],
        vec!["--out", "to-result", "result/scores.parquet"],
        vec!["--out", "result", "to-result/suspects.csv"],
        vec!["--out", "result", "--customers", "result/suspects.csv"],
        vec!["--out", "to-result", "--config", "result/run.toml"],
        vec!["--out", "result", "--profile", "result/run.toml"],
        vec!["--out", "result", "--pseudonymise", "--pseudonym-key", "result/key"],
        vec!["--out", "new", "--pseudonymise", "--pseudonym-key", "new/key"],
    ]
    .into_iter()
    .map(|args| args.into_iter().map(str::to_owned).collect())
    .collect();
    let mut outcomes: Vec<Outcome> = scans
        .into_iter()
        .map(|args| {
            let mut command = ground.darkload(&["scan", &readings, "--quiet"]);
            command.args(args);
            is_refused(ground, command)
        })
        .collect();
    for args in [
        vec!["trial", &readings, "--out", "result"],
        vec!["simulate", "--out", "result"],
        vec!["simulate", "--out", "simulated"],
        vec!["simulate", "--out", "."],
        vec!["convert", &readings, "--out", &readings],
        vec!["convert", &readings, "--force", "--out", &readings],
        vec!["convert", &readings, "--force", "--out", "to-readings.csv"],
        vec!["convert", "to-readings.csv", "--force", "--out", &readings],
        vec!["convert", &readings, "--force", "--out", "same-readings.csv"],
        vec!["convert", &readings, "--out", "foreign.parquet"],
        vec!["convert", &readings, "--force", "--out", "dangling"],
        vec!["convert", &readings, "--force", "--out", "/dev/null"],
        vec!["convert", &readings, "--force", "--out", "result"],
        vec!["convert", &readings, "--config", "rules.toml", "--force", "--out", "rules.toml"],
    ] {
        outcomes.push(is_refused(ground, ground.darkload(&args)));
    }
    assert!(trial.join("trial.csv").exists());
    // What is right: a link to a result is followed, and the link stays.
    let mut linked = ground.darkload(&["scan", &readings, "--quiet", "--out", "to-result"]);
    linked.arg("--threads").arg("1");
    let ended = run(linked);
    let is_link = fs::symlink_metadata(ground.file("to-result")).is_ok_and(|metadata| metadata.is_symlink());
    outcomes.push(if ended.code == Some(0) && is_link {
        Ok(())
    } else {
        Err(format!("a link to a result: {:?}: {}", ended.code, ended.err))
    });
    outcomes
}

pub(crate) fn special_files(ground: &Ground, _: bool) -> Vec<Outcome> {
    let readings = ground.readings().display().to_string();
    let made = Command::new("mkfifo").arg(ground.file("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let mut outcomes = Vec::new();
    for what in ["pipe", "/dev/zero", "/dev/null", "/proc", "/proc/self", "/sys"] {
        outcomes.push(is_refused(ground, ground.darkload(&["scan", what, "--out", "out"])));
        outcomes.push(is_refused(ground, ground.darkload(&["inspect", what])));
        if !Path::new(what).is_dir() {
            for option in ["--customers", "--grid", "--weather", "--config", "--profile", "--registers"] {
                outcomes.push(is_refused(ground, ground.darkload(&["scan", &readings, option, what, "--out", "out"])));
            }
            outcomes.push(is_refused(
                ground,
                ground.darkload(&["scan", &readings, "--pseudonymise", "--pseudonym-key", what, "--out", "out"]),
            ));
        }
    }
    // A folder with all of it is scanned for the readings in it.
    let folder = ground.file("folder");
    for name in ["a", "b"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    for (link, to) in
        [("a/1", "../b"), ("a/2", "../b"), ("b/1", "../a"), ("b/2", "../a"), ("kernel", "/proc"), ("zero", "/dev/zero")]
    {
        symlink(to, folder.join(link)).unwrap();
    }
    fs::rename(ground.file("pipe"), folder.join("pipe")).unwrap();
    fs::copy(&readings, folder.join("a/readings.csv")).unwrap();
    let ended = run(ground.darkload(&["scan", "folder", "--quiet", "--max-rejects", "1", "--out", "out"]));
    outcomes.push(if ended.code == Some(0) { Ok(()) } else { Err(format!("folder: {:?}: {}", ended.code, ended.err)) });
    outcomes
}
