//! Buffers that file contents are read into, used again: fresh memory for every piece would cost
//! more than reading it.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Buffers kept for later at most: a few for each thread.
const MOST_KEPT: usize = 8;

static USED: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// An empty buffer, with the capacity of an earlier one where there is one.
pub(crate) fn buffer() -> Vec<u8> {
    let mut buffer = USED.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    buffer.clear();
    buffer
}

/// The buffer's contents, shared; the last one to let go gives the buffer back.
pub(crate) fn shared(buffer: Vec<u8>) -> Bytes {
    Bytes::from_owner(GivenBack(buffer))
}

struct GivenBack(Vec<u8>);

impl AsRef<[u8]> for GivenBack {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for GivenBack {
    fn drop(&mut self) {
        let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < MOST_KEPT {
            used.push(std::mem::take(&mut self.0));
        }
    }
}
