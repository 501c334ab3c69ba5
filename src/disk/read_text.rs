//! Small text files of the user: configuration, rules, profiles, keys.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Bytes of such a file at most; what a person writes is far smaller.
const LARGEST: u64 = 16 << 20;

/// The text of a regular file: a device or pipe is refused before it is opened, since it may never
/// end.
///
/// # Errors
/// When it cannot be read, is no regular file, is too large, or is no UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut text = String::new();
    if File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)? as u64 > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("it is longer than {LARGEST} bytes, which no file of this kind is"),
        ));
    }
    Ok(text)
}
