//! The program as people run it: commands, messages, exit codes, files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod archive;
mod bad_input;
mod consequences;
mod first_hour;
mod formats;
mod grid_theft;
mod guide;
mod languages;
mod month_to_month;
mod nothing_lost;
mod readers;
mod result_folder;
mod snapshots;
mod volts;
#[path = "../../src/ingest/written.rs"]
#[expect(dead_code, reason = "what only property tests of the readers use")]
mod written;

use darkload::domain;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs darkload with the project's root as the working folder.
fn darkload(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkload"));
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).env("LC_ALL", "C").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A row of a table by column name.
type Row = BTreeMap<String, String>;

/// Rows of a table in csv.
fn rows(file: &Path) -> Vec<Row> {
    let content = std::fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(content.as_bytes());
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| header.iter().map(str::to_owned).zip(record.unwrap().iter().map(str::to_owned)).collect())
        .collect()
}

/// Scans `samples/<case>` with every static table it has.
fn scan_sample(case: &str, out: &Path, more: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(case);
    let path = |name: &str| folder.join(name).display().to_string();
    let readings = ["readings.parquet", "readings.csv"].into_iter().find(|name| folder.join(name).exists()).unwrap();
    let mut args = vec![
        "scan".to_owned(),
        path(readings),
        "--timezone".into(),
        "Asia/Almaty".into(),
        "--out".into(),
        out.display().to_string(),
    ];
    for table in ["customers", "grid", "weather", "licences", "tariffs", "registers"] {
        if folder.join(format!("{table}.csv")).exists() {
            args.extend([format!("--{table}"), path(&format!("{table}.csv"))]);
        }
    }
    args.extend(more.iter().map(|&arg| arg.to_owned()));
    darkload(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A folder with files of these names and contents.
fn folder_with(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let path = folder.path().to_path_buf();
    (folder, path)
}
