//! A scan's new readings written into the months of the archive, and what is to be said of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::digest::CivilMonth;
use crate::domain::Fact;

use super::ArchiveError;
use super::history::{Earlier, History, Kind, New};
use super::manifest::Month;
use super::month_file::MonthWriter;
use super::said;
use super::transaction::Transaction;

impl History<'_> {
    /// Writes the new readings into their months. The change is not committed yet.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn keep(&self) -> Result<Transaction, ArchiveError> {
        let mut change = self.archive.begin()?;
        for new in self.all_new().chunk_by(|a, b| (a.kind, a.month) == (b.kind, b.month)) {
            let (kind, month) = (new[0].kind, new[0].month);
            let name = kind.file(month);
            let path = change.new_part(&name)?;
            let written = self.write_month(MonthWriter::create(&path), new, self.earlier(kind, month));
            let counts = written.map_err(ArchiveError::writing(&path))?;
            change.written(&name)?;
            let mut said = change.manifest().months.get(&month.to_string()).copied().unwrap_or_default();
            said.set(kind, counts);
            change.set_month(&month.to_string(), Some(said));
        }
        Ok(change)
    }

    /// Writes new records and those that stay, in the order of ids; returns usage points and
    /// readings.
    fn write_month(
        &self,
        writer: io::Result<MonthWriter>,
        new: &[New],
        earlier: Option<&Earlier>,
    ) -> io::Result<(u64, u64)> {
        let mut writer = writer?;
        let mut new = new.iter().peekable();
        let put = |writer: &mut MonthWriter, new: &New| writer.append(&new.id, new.readings, &self.record(new)?);
        for (place, id) in earlier.iter().flat_map(|earlier| earlier.file.ids().enumerate()) {
            while let Some(new) = new.next_if(|new| &*new.id < id) {
                put(&mut writer, new)?;
            }
            if let Some(new) = new.next_if(|new| &*new.id == id) {
                put(&mut writer, new)?;
            } else if let Some(earlier) = earlier {
                writer.append(id, earlier.file.readings(place), &earlier.file.record(place)?)?;
            }
        }
        new.try_for_each(|new| put(&mut writer, new))?;
        writer.finish()
    }

    /// Says which earlier months were read, which were sent again, and where months are missing.
    #[must_use]
    pub fn told(&self) -> Vec<Fact> {
        let all = self.all_new();
        let mut months: BTreeSet<CivilMonth> = self.months().collect();
        let mut told = match (months.first(), months.last()) {
            (Some(first), Some(last)) => {
                vec![said::earlier(months.len(), first.first_day(), last.first_day(), self.readings())]
            }
            _ => vec![said::begins()],
        };
        let mut again: BTreeMap<CivilMonth, Again> = BTreeMap::new();
        for new in all.chunk_by(|a, b| (a.kind, a.month) == (b.kind, b.month)) {
            if let Some(earlier) = self.earlier(new[0].kind, new[0].month) {
                again.entry(new[0].month).or_default().count(new, earlier);
            }
        }
        told.extend(again.iter().flat_map(|(month, again)| again.told(*month)));
        months.extend(all.iter().map(|new| new.month));
        told.extend(gaps(&months));
        told
    }
}

/// What becomes of a month that is kept already: usage points whose readings are replaced or added
/// to, and those that were not sent.
#[derive(Debug, Default, Clone, Copy)]
struct Again {
    replaced: usize,
    added: usize,
    stayed: usize,
}

impl Again {
    fn count(&mut self, new: &[New], earlier: &Earlier) {
        let known = |new: &&New| earlier.file.place(&new.id).is_some();
        let replaced = new.iter().filter(|new| new.replaces).count();
        self.replaced += replaced;
        self.added += new.len() - replaced;
        self.stayed += earlier.file.len() - new.iter().filter(known).count();
    }

    fn told(self, month: CivilMonth) -> impl Iterator<Item = Fact> {
        let Self { replaced, added, stayed } = self;
        let replaced = (replaced > 0).then(|| said::replaced(month.first_day(), replaced, stayed));
        replaced.into_iter().chain((added > 0).then(|| said::added(month.first_day(), added)))
    }
}

/// Months without readings between months with some.
fn gaps(months: &BTreeSet<CivilMonth>) -> Vec<Fact> {
    let gap = |(before, after): (&CivilMonth, &CivilMonth)| {
        let missing = after.0 - before.0 - 1;
        let (first, last) = (CivilMonth(before.0 + 1), CivilMonth(after.0 - 1));
        (missing > 0).then(|| said::gap(missing, first.first_day(), last.first_day()))
    };
    months.iter().zip(months.iter().skip(1)).filter_map(gap).collect()
}

impl Month {
    pub(super) fn set(&mut self, kind: Kind, (usage_points, readings): (u64, u64)) {
        match kind {
            Kind::Readings => (self.usage_points, self.readings) = (usage_points, readings),
            Kind::Registers => (self.register_points, self.register_readings) = (usage_points, readings),
        }
    }
}
