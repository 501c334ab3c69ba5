//! A month's file: one record a usage point, in the order of ids, and an index.
//!
//! ```text
//! "DKLDMON1" · records, one after the other · index (Zstandard) · place and length of the index
//! index: number of records, then for each: id, bytes of the record, readings in it
//! ```
//!
//! The index is held in memory (ids and twelve bytes a usage point); records are read when they are
//! asked for.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::disk::{self, Output};
use crate::domain::IdList;

use super::bytes::{Bytes, push_number};

const LETTERS: &[u8; 8] = b"DKLDMON1";
const LEVEL: i32 = 3;
/// Bytes that an index may unpack to: 40 bytes for each of 100 million usage points.
const LARGEST_INDEX: u64 = 4 << 30;

/// A month's file that is read.
#[derive(Debug)]
pub(super) struct MonthFile {
    file: Mutex<File>,
    ids: IdList,
    /// Where each record ends.
    ends: Vec<u64>,
    readings: Vec<u32>,
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is no file of a month")
}

impl MonthFile {
    /// Opens a file and reads its index.
    ///
    /// # Errors
    /// When it cannot be read or is no such file.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut letters = [0; LETTERS.len()];
        file.read_exact(&mut letters)?;
        let end = file.seek(SeekFrom::End(-16))?;
        let mut words = [[0; 8]; 2];
        file.read_exact(&mut words[0])?;
        file.read_exact(&mut words[1])?;
        let [at, length] = words.map(u64::from_le_bytes);
        if letters != *LETTERS || at.checked_add(length) != Some(end) {
            return Err(damaged());
        }
        file.seek(SeekFrom::Start(at))?;
        let mut packed = vec![0; length as usize];
        file.read_exact(&mut packed)?;
        let mut packed = Bytes::new(&packed);
        let length = packed.number().filter(|length| *length <= LARGEST_INDEX).ok_or_else(damaged)?;
        let index = zstd::bulk::decompress(packed.rest(), length as usize)?;
        Self::of_index(Mutex::new(file), Bytes::new(&index)).filter(|month| month.end() == at).ok_or_else(damaged)
    }

    fn of_index(file: Mutex<File>, mut index: Bytes) -> Option<Self> {
        let count = index.count()?;
        let (mut ids, mut ends, mut readings) =
            (IdList::default(), Vec::with_capacity(count), Vec::with_capacity(count));
        let mut end = LETTERS.len() as u64;
        for _ in 0..count {
            let length = index.count()?;
            ids.push(std::str::from_utf8(index.take(length)?).ok()?);
            end = end.checked_add(index.number()?)?;
            ends.push(end);
            readings.push(u32::try_from(index.number()?).ok()?);
        }
        Some(Self { file, ids, ends, readings })
    }

    fn end(&self) -> u64 {
        self.ends.last().copied().unwrap_or(LETTERS.len() as u64)
    }

    /// Ids in their order.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter()
    }

    /// Records.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Place of an id among them.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.ids.get(middle as u32).cmp(id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Readings of the record at a place.
    pub(super) fn readings(&self, place: usize) -> u32 {
        self.readings[place]
    }

    /// The record at a place.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn record(&self, place: usize) -> io::Result<Vec<u8>> {
        let start = place.checked_sub(1).map_or(LETTERS.len() as u64, |before| self.ends[before]);
        let mut record = vec![0; (self.ends[place] - start) as usize];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut record)?;
        Ok(record)
    }
}

/// A month's file that is written, record by record in the order of ids.
pub(super) struct MonthWriter {
    out: BufWriter<Output>,
    index: Vec<u8>,
    at: u64,
    count: u64,
    readings: u64,
}

impl MonthWriter {
    /// Begins a file that is not there yet.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, disk::create(path)?);
        out.write_all(LETTERS)?;
        Ok(Self { out, index: Vec::new(), at: LETTERS.len() as u64, count: 0, readings: 0 })
    }

    /// Appends a record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn append(&mut self, id: &str, readings: u32, record: &[u8]) -> io::Result<()> {
        push_number(&mut self.index, id.len() as u64);
        self.index.extend(id.as_bytes());
        push_number(&mut self.index, record.len() as u64);
        push_number(&mut self.index, u64::from(readings));
        self.at += record.len() as u64;
        self.count += 1;
        self.readings += u64::from(readings);
        self.out.write_all(record)
    }

    /// Writes the index; returns usage points and readings.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn finish(mut self) -> io::Result<(u64, u64)> {
        let mut index = Vec::with_capacity(self.index.len() + 10);
        push_number(&mut index, self.count);
        index.append(&mut self.index);
        let mut packed = Vec::new();
        push_number(&mut packed, index.len() as u64);
        packed.extend(zstd::bulk::compress(&index, LEVEL)?);
        self.out.write_all(&packed)?;
        self.out.write_all(&self.at.to_le_bytes())?;
        self.out.write_all(&(packed.len() as u64).to_le_bytes())?;
        self.out.flush()?;
        Ok((self.count, self.readings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_by_id_and_a_cut_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2025-03.readings");
        let mut writer = MonthWriter::create(&path).unwrap();
        for (id, record) in [("A", &b"first"[..]), ("Aa", b""), ("Ж", b"third")] {
            writer.append(id, record.len() as u32, record).unwrap();
        }
        assert_eq!(writer.finish().unwrap(), (3, 10));
        let month = MonthFile::open(&path).unwrap();
        let found = |id: &str| month.place(id).map(|place| month.record(place).unwrap());
        assert_eq!((found("A"), found("Aa"), found("Ж")), (Some(b"first".into()), Some(vec![]), Some(b"third".into())));
        assert_eq!((found("B"), found(""), month.readings(2)), (None, None, 5));
        let bytes = std::fs::read(&path).unwrap();
        for end in [0, 7, 20, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..end]).unwrap();
            assert!(MonthFile::open(&path).is_err(), "{end}");
        }
    }
}
