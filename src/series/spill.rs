//! Words put away for later in a run: in memory as long as they fit, then in a file of the run
//! without a name, which the system removes however the run ends.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Words of 32 bits that were put away.
#[derive(Debug)]
pub enum Stored {
    /// In memory.
    Held(Vec<u32>),
    /// In the file: at which byte, and how many words.
    Spilled(u64, usize),
}

/// Where pieces are put away.
#[derive(Debug)]
pub struct SpillStore {
    budget: u64,
    held: AtomicU64,
    folder: std::path::PathBuf,
    file: Mutex<Option<SpillFile>>,
}

#[derive(Debug)]
struct SpillFile {
    file: File,
    end: u64,
}

impl SpillStore {
    /// A store that keeps up to `budget` bytes in memory and the rest in a file in `folder`.
    pub fn new(budget: u64, folder: &Path) -> Self {
        Self { budget, held: AtomicU64::new(0), folder: folder.to_path_buf(), file: Mutex::new(None) }
    }

    /// Puts words away.
    ///
    /// # Errors
    /// When they do not fit into memory and the file cannot take them.
    pub fn put(&self, words: Vec<u32>) -> io::Result<Stored> {
        let size = 4 * words.len() as u64;
        if self.held.fetch_add(size, Ordering::Relaxed) + size <= self.budget {
            return Ok(Stored::Held(words));
        }
        self.held.fetch_sub(size, Ordering::Relaxed);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Stored::Spilled(Self::append(&mut guard, &self.folder, &bytes)?, words.len()))
    }

    fn append(file: &mut Option<SpillFile>, folder: &Path, bytes: &[u8]) -> io::Result<u64> {
        if file.is_none() {
            *file = Some(SpillFile { file: tempfile::tempfile_in(folder)?, end: 0 });
        }
        let Some(spill) = file else { return Err(io::ErrorKind::NotFound.into()) };
        let at = spill.end;
        spill.file.seek(SeekFrom::Start(at))?;
        spill.file.write_all(bytes)?;
        spill.end += bytes.len() as u64;
        Ok(at)
    }

    /// The words that were put away.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get<'a>(&self, stored: &'a Stored) -> io::Result<Cow<'a, [u32]>> {
        match stored {
            Stored::Held(words) => Ok(words.into()),
            &Stored::Spilled(at, length) => {
                let mut bytes = vec![0; 4 * length];
                let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(spill) = guard.as_mut() else { return Err(io::ErrorKind::NotFound.into()) };
                spill.file.seek(SeekFrom::Start(at))?;
                spill.file.read_exact(&mut bytes)?;
                drop(guard);
                Ok(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
        }
    }

    /// Bytes in the file.
    pub fn spilled(&self) -> u64 {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |spill| spill.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_goes_to_the_file_and_all_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = SpillStore::new(40, folder.path());
        let stored: Vec<Stored> = [vec![1; 8], vec![2; 8], vec![3; 2], vec![4; 100]]
            .into_iter()
            .map(|words| store.put(words).unwrap())
            .collect();
        assert!(matches!(
            stored[..],
            [Stored::Held(_), Stored::Spilled(0, 8), Stored::Held(_), Stored::Spilled(32, 100)]
        ));
        assert_eq!(store.get(&stored[3]).unwrap()[..], [4; 100]);
        assert_eq!(
            (store.get(&stored[0]).unwrap()[0], store.get(&stored[1]).unwrap()[7], store.spilled()),
            (1, 2, 432)
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let store = SpillStore::new(0, Path::new("nowhere/at/all"));
        assert!(store.put(vec![1]).is_err());
    }
}
