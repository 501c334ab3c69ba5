//! Writing the result folder: one column table for every file, one file for each writer, all or
//! nothing.

mod canonical;
mod cell;
mod columns;
mod compare;
mod csv_file;
mod dictionary;
mod explain;
mod explain_node;
mod folder;
mod geojson;
mod given;
mod headline;
mod language;
mod page;
mod scores;
mod summary;
mod trial;
mod workbook;

pub use canonical::{CanonicalColumns, CanonicalError, CanonicalWriter, quality_word, write_registers};
pub use cell::Cell;
pub use columns::{Column, TABLES, TableOf};
pub use compare::{CompareError, Compared, compare};
pub use explain::{ExplainError, explain};
pub use folder::{WriteError, check_out_dir, write_result};
pub use given::open as open_given;
pub use language::{LANGUAGES, Language};
pub use summary::summary;
pub use trial::{trial_summary, write_trial};

use std::path::Path;

use crate::findings::Findings;

/// A writer of one or more files of the result folder.
pub struct Writer {
    /// What it writes.
    pub name: &'static str,
    /// Writes into an existing folder.
    pub write: fn(&Findings, &Path) -> Result<(), WriteError>,
}

/// Every writer, in the order of writing; `run.toml`, which lists their files, comes last
/// (`folder`).
pub const WRITERS: &[Writer] = &[
    Writer { name: "tables as csv", write: csv_file::write },
    Writer { name: "columns.csv", write: dictionary::write },
    Writer { name: "scores.parquet", write: scores::write },
    Writer { name: "report.html", write: page::write },
    Writer { name: "report.xlsx", write: workbook::write },
    Writer { name: "suspects.geojson", write: geojson::write },
];
