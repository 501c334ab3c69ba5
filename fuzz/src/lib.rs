//! The readers for fuzzing: the program's own folders `disk`, `domain` and `ingest`, compiled in by
//! path.
//!
//! A sink checks what later floors rely on. `fuzz/README.md` says how to run a target.

#![allow(dead_code, missing_docs, unused_imports, unreachable_pub, reason = "only parts of the sources compiled in are used")]

#[path = "../../src/disk/mod.rs"]
pub mod disk;
#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/ingest/mod.rs"]
pub mod ingest;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use domain::{Calendar, FileIx, IntervalBlock, RegisterBlock, Reject};
use ingest::{BlockSink, Caps, FORMATS, Format, Readings, Source, find_inputs};

/// Checks what later floors rely on.
struct Checking;

impl BlockSink for Checking {
    fn intervals(&self, block: &IntervalBlock) {
        let rows = block.value.len();
        assert_eq!(block.keys.iter().map(|run| run.rows as usize).sum::<usize>(), rows);
        assert_eq!(block.times.iter().map(|run| run.rows as usize).sum::<usize>(), rows);
        assert!(block.quality.is_empty() || block.quality.len() == rows);
        assert!(block.duration_min.is_empty() || block.duration_min.len() == rows);
        assert!(block.value.iter().all(|value| !value.is_infinite()));
        assert!(block.keys.iter().all(|run| run.rows > 0 && (run.key as usize) < block.ids.len()));
        // No stamp goes backwards within a run, or beyond what a minute can count.
        assert!(block.times.iter().all(|run| run.rows > 0 && run.last() >= run.first));
    }

    fn registers(&self, block: &RegisterBlock) {
        assert!(block.key.len() == block.at.len() && block.key.len() == block.register_kwh.len());
        assert!(block.register_kwh.iter().all(|value| !value.is_infinite()));
    }

    fn reject(&self, reject: Reject) {
        assert!(reject.detail.to_string().len() < 8192, "a reject repeats the file: {}", reject.detail);
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// Small caps, so that a fuzzer meets them.
fn caps() -> Caps {
    Caps { record_bytes: 1 << 12, nesting: 12, rejects: 50, unpacked_bytes: 1 << 20, ..Caps::default() }
}

/// A clock that changes.
fn calendar() -> &'static Calendar {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    CALENDAR.get_or_init(|| Calendar::new(Some("Europe/Berlin")).expect("the zone is known"))
}

/// The format whose name begins so.
fn format(name: &str) -> &'static dyn Format {
    *FORMATS.iter().find(|format| format.name().starts_with(name)).expect("a target names a format that is registered")
}

/// Reads bytes as the message format whose name begins with `name`.
pub fn message(name: &str, bytes: &[u8]) {
    let format = format(name);
    let _ = format.recognises(bytes);
    let _ = format.read_bytes(bytes, caps(), calendar(), &Checking);
}

/// A file of this process, in memory where the system offers that, which each input replaces.
fn file_of(bytes: &[u8]) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    let path = folder.join(format!("darkload-fuzz-{}", std::process::id()));
    std::fs::write(&path, bytes).expect("the folder for temporary files can be written");
    path
}

/// Reads bytes as a file of the format whose name begins with `name`, as a run does: whose rows it
/// holds, then every piece.
pub fn file(name: &str, bytes: &[u8]) {
    let path = file_of(bytes);
    let _ = format(name).recognises(bytes);
    let Ok(opened) = format(name).open(&Source { path: &path, ix: FileIx(0), caps: caps() }) else { return };
    let understanding = opened.understanding();
    let _ = (opened.estimated_rows(), opened.clock(), understanding.mapping.map(|mapping| mapping.to_toml()));
    for piece in 0..opened.pieces() {
        let _ = opened.id_runs(piece);
        let _ = opened.read(piece, calendar(), &Checking);
    }
    let _ = opened.sha256();
    opened.close(&Checking);
}

/// Reads bytes as an archive: its directory, and every member as whatever format it looks like.
pub fn archive(bytes: &[u8]) {
    let path = file_of(bytes);
    let Ok(files) = find_inputs(&[path.display().to_string()]) else { return };
    if let Ok(readings) = Readings::open_as(&files, caps(), None) {
        let _ = readings.read(&readings.pieces(), calendar(), &Checking);
    }
}

/// Reads bytes as a network model.
pub fn network_model(bytes: &[u8]) {
    let _ = ingest::read_network_model(&file_of(bytes));
}

/// Reads bytes as each of the static tables.
pub fn static_tables(bytes: &[u8]) {
    let path = file_of(bytes);
    let _ = ingest::read_customers(&path);
    let _ = ingest::read_grid(&path, calendar());
    let _ = ingest::read_weather(&path, calendar());
    let _ = ingest::read_licences(&path, calendar());
    let _ = ingest::read_tariffs(&path, calendar());
    if let Ok(table) = ingest::read_meters(&path, calendar()) {
        assert!(table.data.values().flatten().all(|ratio| ratio.ratio.is_finite() && ratio.ratio > 0.0));
    }
}

/// Reads bytes as a table of a result: every column, then one row of each.
pub fn result_table(bytes: &[u8]) {
    let Ok(table) = ingest::ParquetTable::open(&file_of(bytes)) else { return };
    for name in table.names() {
        let mut rows = 0;
        if table.each(name, |_, _| rows += 1).is_ok() {
            assert_eq!(rows, table.rows());
        }
        let _ = table.value(name, table.rows() / 2);
    }
}

/// Reads a text as TOML, as the record of a run is read.
pub fn run_record(text: &str) {
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => drop(domain::not_finite(&toml::Value::Table(table))),
        Err(error) => assert!(domain::toml_words(&error, text).len() < 4000),
    }
}
