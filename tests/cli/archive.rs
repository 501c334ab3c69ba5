//! Earlier months kept in an archive: the same numbers as all months at once, a month sent again,
//! and every way in which an archive cannot be used.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use super::{darkload, text};

/// Simulates a small utility of three months in `folder`, its readings and registers a file a month
/// beside them; returns the months.
fn simulated_months(folder: &Path) -> Vec<String> {
    let out = folder.join("utility").display().to_string();
    let simulate = [
        "simulate",
        "--out",
        &out,
        "--usage-points",
        "150",
        "--days",
        "88",
        "--step",
        "60",
        "--format",
        "csv",
        "--start",
        "2025-01-02",
        "--registers-only",
        "0.2",
        "--register-days",
        "10",
        "--seed",
        "5",
    ];
    assert_eq!(darkload(&simulate).status.code(), Some(0));
    let mut months: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for (kind, name) in ["readings.csv", "registers.csv"].into_iter().enumerate() {
        let table = fs::read_to_string(folder.join("utility").join(name)).unwrap();
        let (heading, rows) = table.split_once('\n').unwrap();
        for row in rows.lines() {
            let month = row.split(',').nth(1).unwrap()[..7].to_owned();
            let part = &mut months.entry(month).or_default()[kind];
            if part.is_empty() {
                *part = format!("{heading}\n");
            }
            part.extend([row, "\n"]);
        }
    }
    for (month, [readings, registers]) in &months {
        fs::write(folder.join(format!("{month}.csv")), readings).unwrap();
        fs::write(folder.join(format!("{month}-registers.csv")), registers).unwrap();
    }
    months.into_keys().collect()
}

/// Scans readings and registers of the simulated utility to `folder/out`.
fn scan(folder: &Path, readings: &[&str], registers: &str, out: &str, more: &[&str]) -> std::process::Output {
    let path = |name: &str| folder.join(name).display().to_string();
    let mut args = vec!["scan".to_owned()];
    args.extend(readings.iter().map(|name| path(name)));
    args.extend(["--registers".into(), path(registers), "--out".into(), path(out)]);
    if !more.contains(&"--timezone") {
        args.extend(["--timezone".into(), "Asia/Almaty".into()]);
    }
    for table in ["customers", "grid", "weather", "tariffs"] {
        args.extend([format!("--{table}"), path(&format!("utility/{table}.csv"))]);
    }
    args.extend(more.iter().map(|&arg| arg.to_owned()));
    darkload(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A month of the simulated utility into the archive `folder/kept`.
fn scan_month(folder: &Path, month: &str, more: &[&str]) -> std::process::Output {
    let kept = folder.join("kept").display().to_string();
    let (readings, registers) = (format!("{month}.csv"), format!("{month}-registers.csv"));
    let more: Vec<&str> = ["--archive", &kept].into_iter().chain(more.iter().copied()).collect();
    scan(folder, &[&readings], &registers, month, &more)
}

fn archive(folder: &Path, more: &[&str]) -> std::process::Output {
    let kept = folder.join("kept").display().to_string();
    darkload(&["archive", &kept].into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

/// Tables of a result that hold numbers, by name.
fn tables(result: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = fs::read_dir(result).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_table = |name: &String| Path::new(name).extension().is_some_and(|kind| kind == "csv" || kind == "parquet");
    let tables = names.filter(is_table);
    tables.map(|name| (name.clone(), fs::read(result.join(name)).unwrap())).collect()
}

#[test]
fn months_one_after_the_other_give_the_numbers_of_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let months = simulated_months(folder);
    assert_eq!(months.len(), 3);
    let all = scan(folder, &["utility/readings.csv"], "utility/registers.csv", "all", &[]);
    assert_eq!(all.status.code(), Some(0), "{}", text(&all.stderr));
    for month in &months {
        let scanned = scan_month(folder, month, &[]);
        assert_eq!(scanned.status.code(), Some(0), "{}", text(&scanned.stderr));
    }
    let (all, last) = (tables(&folder.join("all")), tables(&folder.join(&months[2])));
    assert!(all.len() > 10 && all.keys().eq(last.keys()));
    for (name, bytes) in &all {
        assert!(last[name] == *bytes, "{name} differs");
    }
    let record = fs::read_to_string(folder.join(&months[2]).join("run.toml")).unwrap();
    assert!(record.contains("2 earlier months come from the archive"), "{record}");

    let repeated = |more: &[&str]| {
        let path = |name: &str| folder.join(name).display().to_string();
        let utility = path("utility");
        let (result, readings) = (path(&months[2]), path(&format!("{}.csv", months[2])));
        let registers = path(&format!("{}-registers.csv", months[2]));
        let mut args = vec!["verify", &result, &readings, &registers, "--inputs", &utility];
        args.extend(more);
        darkload(&args)
    };
    let kept = folder.join("kept").display().to_string();
    let verified = repeated(&["--archive", &kept]);
    assert_eq!(verified.status.code(), Some(0), "{}{}", text(&verified.stdout), text(&verified.stderr));
    assert!(text(&repeated(&[]).stderr).contains("--archive"));

    a_month_sent_again_replaces_the_earlier(folder, &months);
    an_archive_is_listed_checked_and_changed(folder, &months);
}

fn a_month_sent_again_replaces_the_earlier(folder: &Path, months: &[String]) {
    let again = scan_month(folder, &months[1], &[]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let record = fs::read_to_string(folder.join(&months[1]).join("run.toml")).unwrap();
    assert!(record.contains("was sent again"), "{record}");
    let (again, last) = (tables(&folder.join(&months[1])), tables(&folder.join(&months[2])));
    assert!(again == last, "the same three months are judged, whichever came last");
}

fn an_archive_is_listed_checked_and_changed(folder: &Path, months: &[String]) {
    let listed = archive(folder, &[]);
    assert!(months.iter().all(|month| text(&listed.stdout).contains(&**month)), "{}", text(&listed.stdout));
    assert_eq!(archive(folder, &["check"]).status.code(), Some(0));
    let forgotten = archive(folder, &["forget", "UP000001"]);
    assert!(text(&forgotten.stdout).contains("3 months"), "{}{}", text(&forgotten.stdout), text(&forgotten.stderr));
    assert_eq!(archive(folder, &["forget", "UP000001"]).status.code(), Some(3));
    assert_eq!(archive(folder, &["drop", &months[1]]).status.code(), Some(0));
    let gone = archive(folder, &["drop", &months[1]]);
    assert_eq!(gone.status.code(), Some(3));
    assert!(text(&gone.stderr).contains(&*months[0]), "{}", text(&gone.stderr));
    let gap = scan_month(folder, &months[2], &[]);
    assert_eq!(gap.status.code(), Some(0));
    let record = fs::read_to_string(folder.join(&months[2]).join("run.toml")).unwrap();
    assert!(record.contains("one month has no readings"), "{record}");
}

#[test]
fn an_archive_that_cannot_be_used_is_told_with_what_helps_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let months = simulated_months(folder);
    assert_eq!(scan_month(folder, &months[0], &[]).status.code(), Some(0));
    let kept = folder.join("kept");
    let before = all_bytes(&kept);
    let refused = |more: &[&str], code: i32, words: &str| {
        let scanned = scan_month(folder, &months[1], more);
        let told = text(&scanned.stderr);
        assert_eq!(scanned.status.code(), Some(code), "{told}");
        assert!(told.contains(words), "{told}");
    };
    refused(&["--timezone", "Asia/Tashkent"], 3, "Asia/Tashkent");

    let lock = File::options().write(true).open(kept.join("lock")).unwrap();
    lock.lock().unwrap();
    refused(&[], 5, "another run");
    drop(lock);

    let readings = kept.join(format!("{}.readings", months[0]));
    let whole = fs::read(&readings).unwrap();
    fs::write(&readings, &whole[..whole.len() / 2]).unwrap();
    refused(&[], 3, "copied by half");
    assert_eq!(archive(folder, &["check"]).status.code(), Some(3));
    fs::write(&readings, &whole).unwrap();

    let manifest = fs::read_to_string(kept.join("archive.toml")).unwrap();
    fs::write(kept.join("archive.toml"), manifest.replace("version = 1", "version = 7")).unwrap();
    refused(&[], 3, "version 7");
    fs::write(kept.join("archive.toml"), &manifest).unwrap();

    // Readings of other usage points.
    let others = fs::read_to_string(folder.join(format!("{}.csv", months[1]))).unwrap();
    fs::write(folder.join("others.csv"), others.replace("UP", "XX").replace("M-", "Y-")).unwrap();
    fs::write(folder.join("others-registers.csv"), "usage_point,timestamp,register_kwh\n").unwrap();
    let strangers = scan_month(folder, "others", &[]);
    assert_eq!(strangers.status.code(), Some(3));
    assert!(text(&strangers.stderr).contains("another utility"), "{}", text(&strangers.stderr));

    assert_eq!(all_bytes(&kept), before, "nothing was changed");
    fs::write(folder.join("letter.txt"), "x").unwrap();
    let here = folder.display().to_string();
    let not_ours = scan(folder, &["others.csv"], "others-registers.csv", "out", &["--archive", &here]);
    assert_eq!(not_ours.status.code(), Some(3));
    assert!(text(&not_ours.stderr).contains("no archive of darkload"), "{}", text(&not_ours.stderr));
}

fn all_bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.map(|name| (name.clone(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn readings_before_the_period_are_history_and_energies_are_those_of_its_days() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let months = simulated_months(folder);
    let period = ["--period", "2025-03-01..2025-03-31"];
    let both = scan(folder, &["utility/readings.csv"], "utility/registers.csv", "both", &period);
    assert_eq!(both.status.code(), Some(0), "{}", text(&both.stderr));
    let (readings, registers) = (format!("{}.csv", months[2]), format!("{}-registers.csv", months[2]));
    let alone = scan(folder, &[&readings], &registers, "alone", &period);
    assert_eq!(alone.status.code(), Some(0), "{}", text(&alone.stderr));
    let energies = |out: &str| -> BTreeMap<String, String> {
        let table = fs::read_to_string(folder.join(out).join("nodes.csv")).unwrap();
        let mut rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
        let heading = rows.next().unwrap();
        let place = |name: &str| heading.iter().position(|column| *column == name).unwrap();
        let (node, supplied) = (place("node"), place("supplied_kwh"));
        rows.map(|row| (row[node].to_owned(), row[supplied].to_owned())).collect()
    };
    assert!(!energies("both").is_empty());
    assert_eq!(energies("both"), energies("alone"), "what flowed in before the period is not counted");
    let record = |out: &str| fs::read_to_string(folder.join(out).join("run.toml")).unwrap();
    let judged = |record: &str| record.lines().find(|line| line.starts_with("period")).map(str::to_owned);
    assert_eq!(judged(&record("both")), judged(&record("alone")));
}
