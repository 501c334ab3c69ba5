//! Writing the result folder: one column table for every file, one file for each writer, all or
//! nothing.

mod canonical;
mod canonical_points;
mod cell;
mod columns;
mod compare;
mod csv_file;
mod dictionary;
mod explain;
mod explain_node;
mod facts_file;
mod folder;
mod geojson;
mod given;
mod grouped;
mod headline;
mod language;
mod page;
mod placeholders;
mod records;
mod scores;
mod summary;
mod trial;
mod understood;
mod volt_columns;
mod words;
mod workbook;
mod write_error;
mod writers;

pub use canonical::{CanonicalColumns, CanonicalError, CanonicalWriter, quality_word, write_registers};
pub use canonical_points::{FinishedPoints, StoredPoints, unpacked};
pub use cell::Cell;
pub use columns::{Column, TABLES, TableOf};
pub use compare::{CompareError, Compared, compare};
pub use csv_file::FOR_EXCEL;
pub use explain::{ExplainError, explain};
pub use folder::{check_out_dir, write_result};
pub use given::open as open_given;
pub use language::{LANGUAGES, Language};
pub use records::RecordError;
pub use summary::summary;
pub use trial::{trial_summary, write_trial};
pub use volt_columns::TABLES_OF_VOLTS;
pub use words::tell;
pub use write_error::WriteError;
