//! Each operation on files made to end the process or to fail, and disks that fill up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::Outcome;
use super::ground::{Ended, Ground, is_whole, run};

const VARIABLE: &str = "DARKLOAD_BREAK";
/// Sizes of disks that are tried.
const SIZES: u32 = 20;

/// Breaks a command at an operation.
fn broken(mut command: Command, ground: &Ground, mode: &str, number: usize) -> Ended {
    command.env(VARIABLE, format!("{mode} {number} {}", ground.path.display()));
    run(command)
}

/// The operations of a command, in order.
fn operations(command: Command, ground: &Ground) -> Vec<String> {
    let ended = broken(command, ground, "tell", 0);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let told: Vec<String> =
        ended.err.lines().filter(|line| line.starts_with("operation ")).map(str::to_owned).collect();
    assert!(told.len() > 3, "{}", ended.err);
    told
}

/// The numbers of the operations that are broken: of many writes of one file after the other the
/// first and the last; in the short form every operation that moves or notes, and each fifth other.
fn numbers(operations: &[String], long: bool) -> Vec<usize> {
    let what = |line: &String| line.split_once(": ").map(|(_, what)| what.to_owned());
    let is_edge = |place: usize| {
        place == 0
            || what(&operations[place - 1]) != what(&operations[place])
            || operations.get(place + 1).map(what) != Some(what(&operations[place]))
    };
    let edges: Vec<usize> = (0..operations.len()).filter(|&place| is_edge(place)).collect();
    let moves = |line: &str| {
        [": rename", ": exchange", ": create folder", ": remove folder", "replaces"]
            .iter()
            .any(|word| line.contains(word))
    };
    let asked = edges.iter().enumerate().filter(|(order, place)| long || order % 5 == 3 || moves(&operations[**place]));
    asked.map(|(_, place)| place + 1).collect()
}

/// The bytes of every file of a folder.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    };
    fs::read_dir(folder).map(|entries| entries.map(file).collect()).unwrap_or_default()
}

/// After a broken run: a whole result is in place, the older one where the run says that it failed;
/// then an unbroken run ends well.
fn survives(ground: &Ground, out: &Path, before: &BTreeMap<String, Vec<u8>>, ended: &Ended, again: Command) -> Outcome {
    ended.is_sane()?;
    // Where folders cannot be exchanged, there is a moment in which both results lie in the stage.
    let is_kept = !out.exists()
        && ground.stages().iter().any(|(_, is_whole)| *is_whole)
        && (ended.code.is_none() || ended.err.contains("both are kept"));
    if !is_whole(out) && !is_kept {
        return Err(format!("no whole result in place; code {:?}: {}", ended.code, ended.err));
    }
    // A failure after the exchange says that the result is in place.
    if ended.code == Some(5) && !ended.err.contains("is in its place") && !is_kept && bytes(out) != *before {
        return Err(format!("the run failed and the older result is not in place: {}", ended.err));
    }
    if !matches!(ended.code, Some(0 | 5) | None) {
        return Err(format!("code {:?}: {}", ended.code, ended.err));
    }
    let again = run(again);
    if again.code != Some(0) || !is_whole(out) {
        return Err(format!("the next run ends with {:?}: {}", again.code, again.err));
    }
    match ground.stages().into_iter().find(|(_, is_whole)| !is_whole) {
        Some((stage, _)) => Err(format!("{} stays behind", stage.display())),
        None => Ok(()),
    }
}

pub(crate) fn scan(ground: &Ground, long: bool, mode: &str) -> Vec<Outcome> {
    let out = ground.result("out");
    let operations = operations(ground.scan(&out), ground);
    let try_one = |number: usize| {
        let before = bytes(&out);
        let ended = broken(ground.scan(&out), ground, mode, number);
        let outcome = survives(ground, &out, &before, &ended, ground.scan(&out));
        ground.sweep();
        // An attack that does not reach its aim proves nothing.
        let is_met = mode != "abort" || ended.code.is_none();
        let outcome =
            outcome.and(if is_met { Ok(()) } else { Err(format!("the run was not ended: {:?}", ended.code)) });
        outcome.map_err(|words| format!("{}: {words}", operations[number - 1]))
    };
    numbers(&operations, long).into_iter().map(try_one).collect()
}

/// The same where folders cannot be exchanged, of the operations after the last file.
pub(crate) fn scan_apart(ground: &Ground, _: bool) -> Vec<Outcome> {
    let out = ground.result("out");
    let ended = broken(ground.scan(&out), ground, "apart-tell", 0);
    let operations: Vec<String> =
        ended.err.lines().filter(|line| line.starts_with("operation ")).map(str::to_owned).collect();
    let note = operations.iter().position(|line| line.contains("replaces")).unwrap();
    let mut outcomes = Vec::new();
    for mode in ["apart-abort", "apart-fail", "apart-fail-from"] {
        for (number, operation) in operations.iter().enumerate().skip(note).take(12) {
            let before = bytes(&out);
            let ended = broken(ground.scan(&out), ground, mode, number + 1);
            let outcome = survives(ground, &out, &before, &ended, ground.scan(&out));
            ground.sweep();
            outcomes.push(outcome.map_err(|words| format!("{mode} {operation}: {words}")));
        }
    }
    outcomes
}

pub(crate) fn simulate(ground: &Ground, long: bool) -> Vec<Outcome> {
    let out = ground.file("utility");
    let command = || {
        let mut command =
            ground.darkload(&["simulate", "--usage-points", "40", "--days", "3", "--step", "60", "--out"]);
        command.arg(&out);
        command
    };
    assert_eq!(run(command()).code, Some(0));
    let operations = operations(command(), ground);
    let mut outcomes = Vec::new();
    for mode in ["abort", "fail", "fail-from"] {
        for number in numbers(&operations, long) {
            let before = bytes(&out);
            let ended = broken(command(), ground, mode, number);
            let outcome = survives(ground, &out, &before, &ended, command());
            ground.sweep();
            outcomes.push(outcome.map_err(|words| format!("{mode} {}: {words}", operations[number - 1])));
        }
    }
    outcomes
}

pub(crate) fn convert(ground: &Ground, long: bool) -> Vec<Outcome> {
    let out = ground.file("canonical.parquet");
    let command = || {
        let mut command = ground.darkload(&["convert", "--quiet", "--force", "--out"]);
        command.arg(&out).arg(ground.readings());
        command
    };
    assert_eq!(run(command()).code, Some(0));
    let (whole, operations) = (fs::read(&out).unwrap(), operations(command(), ground));
    let mut outcomes = Vec::new();
    for mode in ["abort", "fail", "fail-from"] {
        for number in numbers(&operations, long) {
            let ended = broken(command(), ground, mode, number);
            let is_there = fs::read(&out).is_ok_and(|bytes| bytes == whole);
            let again = run(command());
            let left = ground.stages();
            let outcome = if !is_there {
                Err(format!("the file is not whole; code {:?}: {}", ended.code, ended.err))
            } else if again.code != Some(0) || !left.is_empty() {
                Err(format!("the next run ends with {:?}, {left:?} left: {}", again.code, again.err))
            } else {
                ended.is_sane()
            };
            outcomes.push(outcome.map_err(|words| format!("{mode} {}: {words}", operations[number - 1])));
        }
    }
    outcomes
}

/// A run is killed at an operation that matters; the run that would clear up is killed at each of
/// its own; the one after it ends well.
pub(crate) fn recovery(ground: &Ground, long: bool) -> Vec<Outcome> {
    let out = ground.result("out");
    let operations = operations(ground.scan(&out), ground);
    let exchange = operations.iter().position(|line| line.contains(": exchange")).map_or(1, |place| place + 1);
    let mut outcomes = Vec::new();
    for first in [exchange - 1, exchange, exchange + 1, exchange + 3] {
        for second in
            (1..=if long { 30 } else { 3 }).map(|number| number * if long { 1 } else { 5 } - usize::from(!long) * 4)
        {
            broken(ground.scan(&out), ground, "abort", first);
            let before = bytes(&out);
            let ended = broken(ground.scan(&out), ground, "abort", second);
            let outcome = survives(ground, &out, &before, &ended, ground.scan(&out));
            ground.sweep();
            outcomes.push(outcome.map_err(|words| format!("killed at {first}, then at {second}: {words}")));
        }
    }
    outcomes
}

/// A limit on the size of files stands in for a full disk: a larger file fails to be written.
pub(crate) fn file_limits(ground: &Ground, _: bool) -> Vec<Outcome> {
    let out = ground.result("out");
    let largest = bytes(&out).values().map(Vec::len).max().unwrap_or(0) as f64 / 1024.0;
    let try_one = |step: u32| {
        let blocks = (1.3 * largest).powf(f64::from(step) / f64::from(SIZES - 1)).ceil();
        let before = bytes(&out);
        let scan = ground.scan(&out);
        let mut limited = Command::new("bash");
        limited
            .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "limited"])
            .arg(scan.get_program())
            .args(scan.get_args());
        limited.current_dir(&ground.path);
        let ended = run(limited);
        survives(ground, &out, &before, &ended, ground.scan(&out)).map_err(|words| format!("{blocks} blocks: {words}"))
    };
    (0..SIZES).map(try_one).collect()
}

/// Real full disks, where file systems may be mounted: the result lies on one that has room for a
/// part of it.
pub(crate) fn small_file_systems(ground: &Ground, _: bool) -> Vec<Outcome> {
    let needed: usize = bytes(&ground.result("out")).values().map(Vec::len).sum::<usize>() / 1024;
    let mount = ground.file("disk");
    fs::create_dir(&mount).unwrap();
    let mut outcomes = Vec::new();
    for step in 1..=SIZES as usize {
        let kilobytes = needed + needed * 13 * step / 10 / SIZES as usize;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "darkload"])
            .arg(&mount)
            .output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            return outcomes;
        }
        outcomes.push(on_a_small_disk(ground, &mount.join("out")).map_err(|words| format!("{kilobytes} kB: {words}")));
        let _ = Command::new("umount").arg(&mount).status();
    }
    outcomes
}

fn on_a_small_disk(ground: &Ground, out: &Path) -> Outcome {
    let first = run(ground.scan(out));
    if first.code != Some(0) {
        first.is_sane()?;
        return if first.code == Some(5) && !out.exists() {
            Ok(())
        } else {
            Err(format!("code {:?}: {}", first.code, first.err))
        };
    }
    let before = bytes(out);
    let ended = run(ground.scan(out));
    ended.is_sane()?;
    if !is_whole(out) || (ended.code == Some(5) && bytes(out) != before) {
        return Err(format!("no whole result in place; code {:?}: {}", ended.code, ended.err));
    }
    Ok(())
}
