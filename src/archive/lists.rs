//! What is done to an archive beside scans: a month dropped, a usage point forgotten, every record
//! read.

use std::io;
use std::path::Path;

use crate::digest::CivilMonth;

use super::ArchiveError;
use super::folder::Archive;
use super::history::Kind;
use super::month_file::{MonthFile, MonthWriter};
use super::packed::{unpack, unpack_registers};

/// What was forgotten of a usage point.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Months that held readings of it.
    pub months: usize,
    /// Rows of tables that named it.
    pub rows: usize,
}

impl Archive {
    /// Bytes that a month takes.
    #[must_use]
    pub fn bytes(&self, month: &str) -> u64 {
        let files = self.manifest().files.iter();
        files.filter(|(name, _)| month_of(name).is_some_and(|(of, _)| of == month)).map(|(_, file)| file.bytes).sum()
    }

    /// Drops a month.
    ///
    /// # Errors
    /// When there is no such month, or the archive cannot be written to.
    pub fn drop_month(&self, month: &str) -> Result<(), ArchiveError> {
        let months = &self.manifest().months;
        if !months.contains_key(month) {
            let held: Vec<&str> = months.keys().map(String::as_str).collect();
            let held = if held.is_empty() { "none".to_owned() } else { held.join(", ") };
            let (path, month) = (self.folder().to_path_buf(), month.to_owned());
            return Err(ArchiveError::NoMonth { path, month, held });
        }
        let mut change = self.begin()?;
        for name in self.manifest().files.keys().filter(|name| month_of(name).is_some_and(|(of, _)| of == month)) {
            change.remove(name);
        }
        change.set_month(month, None);
        change.commit()
    }

    /// Forgets a usage point: its readings of every month, and rows of tables in which it stands.
    ///
    /// # Errors
    /// When no month and no table knows it, a file was changed, or the archive cannot be written
    /// to.
    pub fn forget(&self, id: &str) -> Result<Forgotten, ArchiveError> {
        let mut change = self.begin()?;
        let mut forgotten = Forgotten::default();
        let mut months: Vec<&str> = Vec::new();
        for name in self.manifest().files.keys() {
            if let Some((month, kind)) = month_of(name) {
                self.check_file(name)?;
                let path = self.path(name);
                let file = MonthFile::open(&path).map_err(ArchiveError::reading(&path))?;
                let Some(place) = file.place(id) else { continue };
                let part = change.new_part(name)?;
                let counts = without(&file, place, &part).map_err(ArchiveError::writing(&part))?;
                change.written(name)?;
                let mut said = change.manifest().months.get(month).copied().unwrap_or_default();
                said.set(kind, counts);
                change.set_month(month, Some(said));
                months.push(month);
            } else if Path::new(name).extension().is_some_and(|ending| ending == "csv")
                && let Some(bytes) = self.read(name)?
                && let Some((left, rows)) = without_rows(&bytes, id)
            {
                change.write(name, &left)?;
                forgotten.rows += rows;
            }
        }
        months.dedup();
        forgotten.months = months.len();
        if forgotten == Forgotten::default() {
            return Err(ArchiveError::NoUsagePoint { path: self.folder().to_path_buf(), id: id.to_owned() });
        }
        change.commit()?;
        Ok(forgotten)
    }

    /// Reads every file by its digest and every record; returns all that is damaged.
    #[must_use]
    pub fn check_records(&self) -> Vec<ArchiveError> {
        let mut damages = self.damages();
        if damages.is_empty() {
            damages.extend(self.manifest().files.keys().filter_map(|name| self.damaged_record(name)));
        }
        damages
    }

    fn damaged_record(&self, name: &str) -> Option<ArchiveError> {
        let (_, kind) = month_of(name)?;
        let read = |place: usize, file: &MonthFile| {
            let record = file.record(place)?;
            Ok::<bool, io::Error>(match kind {
                Kind::Readings => unpack(&record).is_some(),
                Kind::Registers => unpack_registers(&record).is_some(),
            })
        };
        let file = MonthFile::open(&self.path(name));
        let is_whole =
            file.and_then(|file| (0..file.len()).try_fold(true, |whole, place| Ok(whole && read(place, &file)?)));
        let words = match is_whole {
            Ok(true) => return None,
            Ok(false) => "holds a record that cannot be read".to_owned(),
            Err(error) => format!("cannot be read ({error})"),
        };
        Some(ArchiveError::Damaged { path: self.folder().to_path_buf(), name: name.to_owned(), words })
    }
}

/// The month and the kind of a file of readings.
fn month_of(name: &str) -> Option<(&str, Kind)> {
    let (month, suffix) = name.split_once('.')?;
    CivilMonth::parse(month)?;
    [Kind::Readings, Kind::Registers].into_iter().find(|kind| kind.suffix() == suffix).map(|kind| (month, kind))
}

/// Writes a month without the record at a place; returns usage points and readings.
fn without(file: &MonthFile, place: usize, to: &Path) -> io::Result<(u64, u64)> {
    let mut writer = MonthWriter::create(to)?;
    for (at, id) in file.ids().enumerate().filter(|(at, _)| *at != place) {
        writer.append(id, file.readings(at), &file.record(at)?)?;
    }
    writer.finish()
}

/// A table without the rows in which a cell, or a part of a list in a cell, is the id, and how many
/// they are; `None` where there are none, or it is no table.
fn without_rows(bytes: &[u8], id: &str) -> Option<(Vec<u8>, usize)> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut rows = 0;
    for (number, record) in reader.records().enumerate() {
        let record = record.ok()?;
        let names = |cell: &str| cell.split("; ").any(|part| part == id);
        if number > 0 && record.iter().any(names) {
            rows += 1;
        } else {
            writer.write_record(&record).ok()?;
        }
    }
    (rows > 0).then(|| writer.into_inner().ok().map(|left| (left, rows))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_name_a_usage_point_are_left_out_of_a_table() {
        let table = b"case,id,usage_points\n1,A,A\n2,street 5,B; A\n3,AA,AA\n";
        let (left, rows) = without_rows(table, "A").unwrap();
        assert_eq!((String::from_utf8(left).unwrap().as_str(), rows), ("case,id,usage_points\n3,AA,AA\n", 2));
        assert_eq!(without_rows(table, "case"), None, "the heading is no row");
    }
}
