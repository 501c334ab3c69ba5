//! What people read, compared with files in `tests/cli/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test
//! --release` writes them anew; review the change as code.

use std::fs;
use std::path::Path;

use super::{darkload, scan_sample, text};

#[track_caller]
pub(super) fn same_as_snapshot(name: &str, got: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, got).unwrap();
    }
    assert_eq!(got, fs::read_to_string(&path).unwrap_or_default(), "differs from {}", path.display());
}

#[test]
fn help_reads_as_reviewed() {
    same_as_snapshot("help.txt", &text(&darkload(&["--help"]).stdout));
    same_as_snapshot("help-scan.txt", &text(&darkload(&["scan", "--help"]).stdout));
    same_as_snapshot("help-inspect.txt", &text(&darkload(&["inspect", "--help"]).stdout));
    same_as_snapshot("help-convert.txt", &text(&darkload(&["convert", "--help"]).stdout));
    same_as_snapshot("help-simulate.txt", &text(&darkload(&["simulate", "--help"]).stdout));
}

#[test]
fn the_default_configuration_reads_as_reviewed() {
    same_as_snapshot("config.toml", &text(&darkload(&["config"]).stdout));
}

#[test]
fn the_summary_of_a_sample_reads_as_reviewed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = text(&scan_sample("town", &out, &[]).stdout);
    let masked: Vec<String> = output
        .lines()
        .map(|line| {
            if line.starts_with("Time: ") {
                "Time: ...".to_owned()
            } else {
                line.replace(&out.display().to_string(), "OUT")
            }
        })
        .collect();
    same_as_snapshot("summary-town.txt", &(masked.join("\n") + "\n"));
}
