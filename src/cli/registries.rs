//! What help says of formats and of evidence: made from their registries.

use std::fmt::Write as _;

use crate::evidence::TESTS;
use crate::ingest::FORMATS;

/// Every format of readings, with the usual endings of its files.
pub(super) fn formats() -> String {
    let mut text = String::from("Formats of readings, known by their content:\n");
    for format in FORMATS {
        let endings = format.endings();
        let endings = if endings.is_empty() { String::new() } else { format!(" ({})", endings.join(", ")) };
        let _ = writeln!(text, "  {}{endings}", format.what());
    }
    text.truncate(text.trim_end().len());
    text
}

/// Every family of evidence with its question, and where columns are explained.
pub(super) fn evidence() -> String {
    let widest = TESTS.iter().map(|test| test.family.len()).max().unwrap_or(0);
    let mut text = String::from("Evidence, a column `llr_NAME` of scores.parquet each:\n");
    for test in TESTS {
        let _ = writeln!(text, "  {:<widest$}  {}", test.family, test.question);
    }
    text.push_str("Methods and sources are in report.html, all columns of all tables in columns.csv.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_all_that_is_registered() {
        assert!(FORMATS.iter().all(|format| formats().contains(format.what())));
        assert!(TESTS.iter().all(|test| evidence().contains(test.question)));
    }
}
