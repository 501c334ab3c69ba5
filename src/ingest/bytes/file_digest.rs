//! SHA-256 of an input file, so that a run can say exactly what it read.
//!
//! Readers offer the bytes they read anyway, from many threads and roughly in the order of the
//! file; what lies next is hashed at once, what came early waits. Only what nobody read (headers,
//! indexes) is fetched for the digest alone, so that a large file is read once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::archive;
use crate::ingest::error::IngestError;

/// A gap up to this size is fetched at once, so that what lies behind it need not wait.
const SMALL_GAP: u64 = 64 << 10;
/// Bytes that wait at most; more are left to be read again.
const MOST_WAITING: usize = 32 << 20;

/// Hexadecimal SHA-256 of the file's bytes as they lie on disk.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn sha256(path: &Path) -> Result<String, IngestError> {
    FileDigest::new(path).finish()
}

/// The digest of one file on its way.
#[derive(Debug)]
pub(crate) struct FileDigest {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` while a thread hashes.
    hasher: Option<Sha256>,
    /// Bytes hashed so far.
    hashed: u64,
    /// Bytes that came early, by their place in the file.
    waiting: BTreeMap<u64, Bytes>,
    waiting_bytes: usize,
    /// Nothing more is taken.
    finished: bool,
}

impl FileDigest {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), state: Mutex::new(State { hasher: Some(Sha256::new()), ..State::default() }) }
    }

    /// Takes bytes that begin at byte `start` of the file. Bytes may overlap and come in any order;
    /// those offered twice count once.
    pub(crate) fn offer(&self, start: u64, bytes: Bytes) {
        let lock = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = lock();
        if state.finished
            || state.waiting_bytes + bytes.len() > MOST_WAITING
            || state.waiting.get(&start).is_some_and(|known| known.len() >= bytes.len())
        {
            return;
        }
        state.waiting_bytes += bytes.len();
        if let Some(shorter) = state.waiting.insert(start, bytes) {
            state.waiting_bytes -= shorter.len();
        }
        // One thread hashes for all; the others only leave their bytes here.
        let Some(mut hasher) = state.hasher.take() else { return };
        while let Some(next) = state.next(SMALL_GAP) {
            drop(state);
            let told = self.hash(&mut hasher, &next);
            state = lock();
            // Bytes that cannot be fetched now are asked for again at the end, and the failure told
            // there.
            match told {
                Ok(()) => state.hashed = next.end(),
                Err(_) => break,
            }
        }
        state.hasher = Some(hasher);
    }

    /// The digest, after the last offer: what was not offered is read from the file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn finish(&self) -> Result<String, IngestError> {
        let io = |source| IngestError::Io { path: self.path.clone(), source };
        let finished = State { finished: true, ..State::default() };
        let mut state = std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), finished);
        let mut hasher = state.hasher.take().unwrap_or_default();
        while let Some(next) = state.next(u64::MAX) {
            self.hash(&mut hasher, &next).map_err(io)?;
            state.hashed = next.end();
        }
        hash_all(&mut hasher, open_from(&self.path, state.hashed).map_err(io)?).map_err(io)?;
        Ok(hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    fn hash(&self, hasher: &mut Sha256, next: &Next) -> io::Result<()> {
        if next.gap > 0 {
            hash_all(hasher, open_from(&self.path, next.at)?.take(next.gap))?;
        }
        hasher.update(&next.bytes);
        Ok(())
    }
}

/// What is hashed next: `gap` bytes of the file from `at` on, then `bytes`.
struct Next {
    at: u64,
    gap: u64,
    bytes: Bytes,
}

impl Next {
    fn end(&self) -> u64 {
        self.at + self.gap + self.bytes.len() as u64
    }
}

impl State {
    /// The next bytes that wait, when no more than `most_gap` bytes lie between.
    fn next(&mut self, most_gap: u64) -> Option<Next> {
        loop {
            let (&start, bytes) = self.waiting.first_key_value()?;
            if start > self.hashed.saturating_add(most_gap) {
                return None;
            }
            let known = self.hashed.saturating_sub(start).min(bytes.len() as u64) as usize;
            let bytes = bytes.slice(known..);
            self.waiting_bytes -= bytes.len() + known;
            self.waiting.pop_first();
            if !bytes.is_empty() {
                return Some(Next { at: self.hashed, gap: start.saturating_sub(self.hashed), bytes });
            }
        }
    }
}

/// A file from byte `at` on; of a member of an archive, its unpacked bytes.
fn open_from(path: &Path, at: u64) -> io::Result<Box<dyn Read>> {
    if let Some((archive, name)) = archive::split(path) {
        let (mut member, _) = archive::open(&archive, &name).map_err(io::Error::other)?;
        io::copy(&mut member.by_ref().take(at), &mut io::sink())?;
        return Ok(member);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    Ok(Box::new(file))
}

fn hash_all(hasher: &mut Sha256, mut from: impl Read) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 17];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1: the message "abc".
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        assert_eq!(sha256(file.path()).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    proptest! {
        #[test]
        fn bytes_offered_in_any_order_with_gaps_and_overlaps_give_the_digest_of_the_file(
            length in 0_usize..3000, parts in proptest::collection::vec((0_usize..3000, 0_usize..900), 0..12),
        ) {
            let content: Vec<u8> = (0..length).map(|i| (i * 31 % 251) as u8).collect();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &content).unwrap();
            let digest = FileDigest::new(file.path());
            for (start, size) in parts {
                let start = start.min(length);
                digest.offer(start as u64, Bytes::copy_from_slice(&content[start..(start + size).min(length)]));
            }
            prop_assert_eq!(digest.finish().unwrap(), sha256(file.path()).unwrap());
        }
    }
}
