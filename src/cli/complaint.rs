//! An error as people read it.

use std::error::Error;

use crate::domain::shortened;

use super::terminal::warn;

/// Prints an error with its causes on standard error, after `opening`.
pub(super) fn complain(opening: &str, error: &dyn Error) {
    let mut chain = vec![format!("{opening}{}", shortened(&error.to_string()))];
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push(shortened(&cause.to_string()));
        source = cause.source();
    }
    warn(&format!("darkload: {}", chain.join(": ")));
}
