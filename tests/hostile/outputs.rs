//! Standard output and error that are closed, full or left by their reader, and control letters on
//! their way to a terminal.

use std::fs;
use std::process::Command;

use super::Outcome;
use super::ground::{Ground, is_whole, run};

/// Ways in which nobody reads: of standard output, and of both.
const NOBODY: [&str; 7] =
    [">&-", "> /dev/full", "| true", "2>&-", "2> /dev/full", ">&- 2>&-", "> /dev/full 2> /dev/full"];

pub(crate) fn closed_and_full(ground: &Ground, _: bool) -> Vec<Outcome> {
    let readings = ground.readings().display().to_string();
    let result = ground.result("result").display().to_string();
    // With the exit code where the command's product is not what is printed.
    let commands = [
        ("config".to_owned(), None),
        ("--help".to_owned(), None),
        ("scan --help".to_owned(), None),
        ("scan --no-such-option".to_owned(), Some(2)),
        (format!("explain {result} UP000001"), None),
        (format!("explain {result} nobody"), Some(3)),
        (format!("inspect {readings}"), None),
        (format!("scan {readings} --out scanned"), Some(0)),
        (format!("scan {readings} --verbose --out scanned"), Some(0)),
        (format!("convert {readings} --force --out converted.parquet"), Some(0)),
        ("simulate --usage-points 20 --days 2 --step 60 --out simulated".to_owned(), Some(0)),
        ("scan nowhere.csv --out scanned".to_owned(), Some(3)),
    ];
    let mut outcomes = Vec::new();
    for (command, expected) in &commands {
        for nobody in NOBODY {
            let mut shell = Command::new("bash");
            let line = format!("set -o pipefail; {} {command} {nobody}", env!("CARGO_BIN_EXE_darkload"));
            shell.args(["-c", &line]).current_dir(&ground.path);
            let ended = run(shell);
            let is_right =
                expected.map_or(matches!(ended.code, Some(0 | 3 | 5)), |expected| ended.code == Some(expected));
            let outcome = ended.is_sane().and(if is_right {
                Ok(())
            } else {
                Err(format!("code {:?}: {}", ended.code, ended.err))
            });
            outcomes.push(outcome.map_err(|words| format!("{command} {nobody}: {words}")));
        }
    }
    outcomes.push(if is_whole(&ground.file("scanned")) {
        Ok(())
    } else {
        Err("a scan that nobody listened to left no result".to_owned())
    });
    outcomes
}

pub(crate) fn control_letters(ground: &Ground, _: bool) -> Vec<Outcome> {
    const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{8}\u{202e}";
    let text = fs::read_to_string(ground.readings()).unwrap();
    let put = |name: String, text: String| {
        fs::write(ground.file(&name), text).unwrap();
        name
    };
    let ids = put("ids.csv".to_owned(), text.replace("UP0000", &format!("UP{EVIL}00")));
    let named = put(format!("name{EVIL}.csv"), text.clone());
    let heading = put("heading.csv".to_owned(), text.replacen("kwh", &format!("kwh{EVIL}"), 1));
    let stamps = put("stamps.csv".to_owned(), text.replace(" 00:00", &format!(" 00:00{EVIL}")));
    let config = put("config.toml".to_owned(), format!("[run{EVIL}]\nx = 1\n"));
    let customers =
        put("customers.csv".to_owned(), format!("usage_point,address,contracted_kw\nUP000001,{EVIL} street,{EVIL}\n"));
    let missing = format!("missing{EVIL}.csv");
    let mut outcomes = Vec::new();
    for file in [&ids, &named, &heading, &stamps, &missing] {
        for args in [
            vec!["scan", file, "--verbose", "--out", "out"],
            vec!["inspect", file],
            vec!["inspect", "--only-profile", file],
            vec!["convert", file, "--force", "--out", "out.parquet"],
            vec!["scan", file, "--config", &config, "--out", "out"],
            vec!["scan", file, "--customers", &customers, "--out", "out"],
            vec!["scan", file, "--timezone", EVIL, "--out", "out"],
            vec!["scan", file, EVIL, "--out", "out"],
            vec!["explain", "out", EVIL],
        ] {
            let ended = run(ground.darkload(&args));
            let told = format!("{}{}", ended.out, ended.err);
            let raw = told.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
            let outcome = raw.map_or(Ok(()), |c| Err(format!("{c:?} is printed raw")));
            outcomes.push(ended.is_sane().and(outcome).map_err(|words| format!("{args:?}: {words}")));
        }
    }
    outcomes
}
