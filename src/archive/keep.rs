//! A scan's new readings written into the months of the archive, and what is to be said of it.

use std::collections::BTreeMap;
use std::io;

use crate::digest::CivilMonth;
use crate::domain::Fact;

use super::ArchiveError;
use super::history::{Earlier, History, Kind, New};
use super::manifest::{Manifest, Month};
use super::month_file::MonthWriter;
use super::said;
use super::transaction::Transaction;

/// What became of a month that was kept already.
#[derive(Debug, Default, Clone, Copy)]
struct Again {
    replaced: u64,
    added: u64,
    stayed: u64,
}

impl History<'_> {
    /// Writes the new readings into their months. Returns the change, which is not committed yet,
    /// and what is to be said of it: months that were sent again, gaps.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn keep(&mut self) -> Result<(Transaction, Vec<Fact>), ArchiveError> {
        let mut change = self.archive.begin()?;
        let mut again: BTreeMap<CivilMonth, Again> = BTreeMap::new();
        let all = self.take_new();
        for new in all.chunk_by(|a, b| (a.kind, a.month) == (b.kind, b.month)) {
            let (kind, month) = (new[0].kind, new[0].month);
            let (earlier, name) = (self.earlier(kind, month), kind.file(month));
            let path = change.new_part(&name)?;
            let written = self.write_month(MonthWriter::create(&path), new, earlier);
            let (counts, of_month) = written.map_err(ArchiveError::writing(&path))?;
            change.written(&name)?;
            let mut said = change.manifest().months.get(&month.to_string()).copied().unwrap_or_default();
            said.set(kind, counts);
            change.set_month(&month.to_string(), Some(said));
            if earlier.is_some() {
                let sum = again.entry(month).or_default();
                sum.replaced += of_month.replaced;
                sum.added += of_month.added;
                sum.stayed += of_month.stayed;
            }
        }
        let told = changes(&again).into_iter().chain(gaps(change.manifest())).collect();
        Ok((change, told))
    }

    /// Writes new records and those that stay, in the order of ids.
    fn write_month(
        &self,
        writer: io::Result<MonthWriter>,
        new: &[New],
        earlier: Option<&Earlier>,
    ) -> io::Result<((u64, u64), Again)> {
        let mut writer = writer?;
        let mut again = Again::default();
        let mut new = new.iter().peekable();
        let put = |writer: &mut MonthWriter, new: &New, again: &mut Again| {
            if new.replaces {
                again.replaced += 1
            } else {
                again.added += 1
            }
            writer.append(&new.id, new.readings, &self.record(new)?)
        };
        for (place, id) in earlier.iter().flat_map(|earlier| earlier.file.ids().enumerate()) {
            while let Some(new) = new.next_if(|new| &*new.id < id) {
                put(&mut writer, new, &mut again)?;
            }
            if let Some(new) = new.next_if(|new| &*new.id == id) {
                put(&mut writer, new, &mut again)?;
            } else if let Some(earlier) = earlier {
                again.stayed += 1;
                writer.append(id, earlier.file.readings(place), &earlier.file.record(place)?)?;
            }
        }
        for new in new {
            put(&mut writer, new, &mut again)?;
        }
        Ok((writer.finish()?, again))
    }

    /// Says which earlier months were read.
    #[must_use]
    pub fn told(&self) -> Vec<Fact> {
        let months = &self.archive.manifest().months;
        let day = |month: Option<&String>| month.and_then(|month| CivilMonth::parse(month)).map(CivilMonth::first_day);
        let (Some(first), Some(last)) = (day(months.keys().next()), day(months.keys().next_back())) else {
            return vec![said::begins()];
        };
        vec![said::earlier(months.len(), first, last, self.readings())]
    }
}

/// What became of months that were kept already.
fn changes(again: &BTreeMap<CivilMonth, Again>) -> Vec<Fact> {
    let of = |(month, again): (&CivilMonth, &Again)| {
        let day = month.first_day();
        let replaced = (again.replaced > 0).then(|| said::replaced(day, again.replaced, again.stayed));
        replaced.into_iter().chain((again.added > 0).then(|| said::added(day, again.added)))
    };
    again.iter().flat_map(of).collect()
}

/// Months without readings between months with some.
fn gaps(manifest: &Manifest) -> Vec<Fact> {
    let months: Vec<CivilMonth> = manifest.months.keys().filter_map(|month| CivilMonth::parse(month)).collect();
    let gap = |pair: &[CivilMonth]| {
        let missing = pair[1].0 - pair[0].0 - 1;
        let (first, last) = (CivilMonth(pair[0].0 + 1), CivilMonth(pair[1].0 - 1));
        (missing > 0).then(|| said::gap(missing, first.first_day(), last.first_day()))
    };
    months.windows(2).filter_map(gap).collect()
}

impl Month {
    fn set(&mut self, kind: Kind, (usage_points, readings): (u64, u64)) {
        if kind == Kind::Readings {
            (self.usage_points, self.readings) = (usage_points, readings);
        } else {
            (self.register_points, self.register_readings) = (usage_points, readings);
        }
    }
}
