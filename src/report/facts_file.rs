//! `facts.jsonl`: what the tables say, as data, so that whoever reads the result later has codes,
//! names and numbers and no sentences: `explain` in any language, and the months to come.
//!
//! One line a cell with something said: `{"table","row","column","facts"}`, `row` counting from 1
//! below the header of `<table>.csv`. Notes of the run are the table `run`. `rejects.csv` is left
//! out: it quotes files, and its order is that of the files.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::domain::Fact;
use crate::findings::Findings;

use super::given;
use super::volt_columns::tables_of;
use super::write_error::WriteError;

/// Name of the file.
pub(super) const FILE: &str = "facts.jsonl";
/// The table that is left out.
const QUOTES: &str = "rejects.csv";

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Line<'a, Facts> {
    table: &'a str,
    row: usize,
    column: &'a str,
    facts: Facts,
}

/// What one cell says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SaidInCell {
    /// Row, the first being 0.
    pub(super) row: usize,
    /// Name of the column.
    pub(super) column: String,
    /// What is said.
    pub(super) facts: Vec<Fact>,
}

/// Writes the file.
pub(super) fn write(findings: &Findings, folder: &Path) -> Result<(), WriteError> {
    let path = folder.join(FILE);
    let written = disk::create(&path).and_then(|file| write_lines(findings, file));
    written.map_err(|source| WriteError::Io { path, source })
}

fn write_lines(findings: &Findings, file: impl Write) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    let mut line = |table: &str, row: usize, column: &str, facts: &[Fact]| {
        if facts.is_empty() {
            return Ok(());
        }
        serde_json::to_writer(&mut file, &Line { table, row: row + 1, column, facts })?;
        file.write_all(b"\n")
    };
    for table in tables_of(findings).into_iter().filter(|table| table.file != QUOTES) {
        let name = table.file.trim_end_matches(".csv");
        for ((column, _), cells) in (table.header)().into_iter().zip((table.cells)(findings)) {
            for (row, cell) in cells.iter().enumerate() {
                line(name, row, column, cell.facts())?;
            }
        }
    }
    for (column, said) in [("notes", &findings.notes), ("candidates", &findings.candidates)] {
        for (row, fact) in said.iter().enumerate() {
            line("run", row, column, std::slice::from_ref(fact))?;
        }
    }
    file.flush()
}

/// What a table of a result says in the rows that are wanted; `None` where the result is of a
/// version that kept no facts.
///
/// # Errors
/// When the file cannot be read, or a line of it is none of ours.
pub(super) fn read(folder: &Path, table: &str, wanted: impl Fn(usize) -> bool) -> io::Result<Option<Vec<SaidInCell>>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let start = format!("{{\"table\":\"{table}\",");
    let mut found = Vec::new();
    for line in BufReader::new(given::open(&path)?).lines() {
        let line = line?;
        if !line.starts_with(&start) {
            continue;
        }
        let line: Line<Vec<Fact>> = serde_json::from_str(&line)?;
        if let Some(row) = line.row.checked_sub(1).filter(|&row| wanted(row)) {
            found.push(SaidInCell { row, column: line.column.to_owned(), facts: line.facts });
        }
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{FindingKind, SuspectRow};

    #[test]
    fn facts_come_back_from_their_row_and_column() {
        let said = Fact::said("it; says");
        let mut second = SuspectRow::nothing_found("B".into(), FindingKind::MeteredHiddenLoad);
        second.evidence_for = vec![said.clone()];
        let first = SuspectRow::nothing_found("A".into(), FindingKind::MeteredHiddenLoad);
        let findings = Findings { suspects: vec![first, second], ..Findings::default() };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), "suspects", |_| true).unwrap(), None);
        write(&findings, folder.path()).unwrap();
        let found = read(folder.path(), "suspects", |row| row == 1).unwrap().unwrap();
        assert_eq!(found, [SaidInCell { row: 1, column: "evidence_for".into(), facts: vec![said] }]);
        assert_eq!(read(folder.path(), "screening", |_| true).unwrap(), Some(Vec::new()));
    }
}
