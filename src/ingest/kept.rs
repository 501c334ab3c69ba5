//! For tests: a sink that keeps everything, and readings written as Parquet.

use std::path::Path;
use std::sync::Mutex;

use super::bytes::caps::Caps;
use super::error::IngestError;
use super::format::{BlockSink, Format, Source};
use super::mapping::keys::Mapping;
use crate::domain::{Calendar, FileIx, IntervalBlock, RegisterBlock, Reject, Timestamp, Unit, is_no_reading};

/// Readings as (id, second, value) in file order, and rejects.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    readings: Mutex<Vec<(String, i64, f32)>>,
    registers: Mutex<Vec<(String, i64, f64)>>,
    unit: Mutex<Option<Unit>>,
    rejects: Mutex<Vec<Reject>>,
}

impl Kept {
    pub(crate) fn readings(&self) -> Vec<(String, i64, f32)> {
        self.readings.lock().unwrap().clone()
    }

    pub(crate) fn registers(&self) -> Vec<(String, i64, f64)> {
        self.registers.lock().unwrap().clone()
    }

    /// Unit of the last block.
    pub(crate) fn unit(&self) -> Option<Unit> {
        *self.unit.lock().unwrap()
    }

    pub(crate) fn rejects(&self) -> Vec<Reject> {
        let mut rejects = self.rejects.lock().unwrap().clone();
        rejects.sort();
        rejects
    }
}

impl BlockSink for Kept {
    fn intervals(&self, block: &IntervalBlock) {
        let keys = block.keys.iter().flat_map(|run| std::iter::repeat_n(run.key, run.rows as usize));
        let minutes = block.times.iter().flat_map(|run| (0..run.rows).map(|row| run.minute(row)));
        *self.unit.lock().unwrap() = Some(block.unit);
        let mut readings = self.readings.lock().unwrap();
        for ((key, minute), &value) in keys.zip(minutes).zip(&block.value).filter(|(_, value)| !is_no_reading(**value))
        {
            readings.push((block.ids.get(key).to_owned(), Timestamp::from(minute).0, value));
        }
    }

    fn registers(&self, block: &RegisterBlock) {
        let mut registers = self.registers.lock().unwrap();
        for (row, &key) in block.key.iter().enumerate() {
            registers.push((block.ids.get(key).to_owned(), block.at[row].0, block.register_kwh[row]));
        }
    }

    fn reject(&self, reject: Reject) {
        self.rejects.lock().unwrap().push(reject);
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// Reads all pieces of a file, one after the other.
pub(crate) fn read_file(format: &dyn Format, path: &Path, calendar: &Calendar) -> Result<Kept, IngestError> {
    read_file_as(format, path, calendar, None)
}

/// The same, as a mapping says.
pub(crate) fn read_file_as(
    format: &dyn Format,
    path: &Path,
    calendar: &Calendar,
    mapping: Option<&Mapping>,
) -> Result<Kept, IngestError> {
    let kept = Kept::default();
    let file = format.open_as(&Source { path, ix: FileIx(0), caps: Caps::default() }, mapping)?;
    for piece in 0..file.pieces() {
        file.read(piece, calendar, &kept)?;
    }
    file.close(&kept);
    Ok(kept)
}

/// Lengths of all intervals of a text of one format, minutes; 0 where they show in the distance of
/// stamps.
pub(crate) fn durations(format: &dyn Format, text: &str) -> Vec<u16> {
    struct Durations(Mutex<Vec<u16>>);
    impl BlockSink for Durations {
        fn intervals(&self, block: &IntervalBlock) {
            let told = if block.duration_min.is_empty() { vec![0; block.len()] } else { block.duration_min.clone() };
            self.0.lock().unwrap().extend(told);
        }
        fn registers(&self, _: &RegisterBlock) {}
        fn reject(&self, _: Reject) {}
        fn stopped(&self) -> bool {
            false
        }
    }
    let durations = Durations(Mutex::default());
    let _ = format.read_bytes(text.as_bytes(), Caps::default(), &Calendar::new(None).unwrap(), &durations);
    durations.0.into_inner().unwrap()
}

/// Reads a text as a file of one format, on a clock without zone.
pub(crate) fn read_text(format: &dyn Format, text: &str) -> Kept {
    read_in(format, text, &Calendar::new(None).unwrap())
}

/// The same on a clock of the caller.
pub(crate) fn read_in(format: &dyn Format, text: &str, calendar: &Calendar) -> Kept {
    assert!(format.recognises(text.as_bytes()), "the format does not know its own");
    let kept = Kept::default();
    let _ = format.read_bytes(text.as_bytes(), Caps::default(), calendar, &kept);
    kept
}
