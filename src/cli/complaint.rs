//! An error as people read it.

use std::error::Error;

use crate::domain::shortened;
use crate::ingest::IngestError;
use crate::report::tell;

use super::terminal::warn;
use super::values::of_system;

/// Prints an error with its causes on standard error, after `opening`.
pub(super) fn complain(opening: &str, error: &dyn Error) {
    let mut chain = vec![format!("{opening}{}", shortened(&error.to_string()))];
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push(shortened(&cause.to_string()));
        chain.extend(cause.downcast_ref().and_then(first_reject));
        source = cause.source();
    }
    warn(&format!("darkload: {}", chain.join(": ")));
}

/// The record that says why there are no readings.
fn first_reject(error: &IngestError) -> Option<String> {
    let reject = error.because()?.clone().shortened();
    let words = tell(of_system(), &reject.detail);
    Some(if reject.row > 0 {
        format!("row {} of `{}`: {words}", reject.row, reject.file)
    } else {
        format!("`{}`: {words}", reject.file)
    })
}
