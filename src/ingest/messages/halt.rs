//! Why the walk through a message ends before its last byte.

use std::io;

use crate::ingest::bytes::caps::CapMet;

/// Why the walk ended before the end of the stream.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The stream cannot be read further.
    Io(io::Error),
    /// What follows cannot be understood.
    Broken(String),
    /// A limit was met.
    Cap(CapMet),
    /// The user wants to stop.
    Stopped,
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<CapMet>()) {
            Some(&met) => Self::Cap(met),
            None => Self::Io(error),
        }
    }
}
