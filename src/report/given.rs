//! Files of a result folder that somebody else may have made: opened only where they are files of
//! the folder, and told of without what they hold.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Opens a regular file. A link may lead out of the folder, and anything else may have no end.
///
/// # Errors
/// When there is none, or it cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no file of its own but a link, a folder or a device",
        ));
    }
    File::open(path)
}

/// What is wrong with a table, by line.
pub(super) fn csv_words(error: csv::Error) -> String {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => source.to_string(),
        _ => format!("line {line} is none of a table as darkload writes it"),
    }
}
