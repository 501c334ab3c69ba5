//! Every writer of the result folder.

use std::path::Path;

use crate::findings::Findings;

use super::write_error::WriteError;
use super::{csv_file, dictionary, facts_file, geojson, page, scores, workbook};

/// Writes one or more files of the result into an existing folder.
type Writer = fn(&Findings, &Path) -> Result<(), WriteError>;

/// Every writer, in the order of writing; `run.toml`, which lists their files, comes last
/// (`folder`).
pub(super) const WRITERS: &[Writer] = &[
    csv_file::write,
    facts_file::write,
    dictionary::write,
    scores::write,
    page::write,
    workbook::write,
    geojson::write,
];
