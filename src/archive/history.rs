//! Earlier months beside the readings of a new one.
//!
//! A usage point whose new readings are complete is handed on with those of its earlier months, as
//! if all had been read at once: what is kept counts as read from earlier files, so the rule "the
//! better quality, then the later file" settles what both have. New readings are put away by month
//! as they pass.
//!
//! A month that is sent again replaces what was kept of it, usage point by usage point: where new
//! readings of a month are at least half as many as those kept. Fewer, such as the hour at the
//! border of two months or a supplement, are added.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::digest::CivilMonth;
use crate::domain::{Calendar, FileIx, UsagePointId};
use crate::series::{FinishUsagePoint, KeptStretch, RawReading, RegisterRead, SpillStore, Stored, Stretch};

use super::ArchiveError;
use super::folder::Archive;
use super::manifest::Month;
use super::month_file::MonthFile;
use super::months::{MonthSpan, cut};
use super::packed::{pack, pack_registers, readings, unpack, unpack_registers};

/// A kind of readings, with files of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Interval readings.
    Readings,
    /// Register readings.
    Registers,
}

impl Kind {
    /// What the names of its files end with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Registers => "registers",
        }
    }

    /// Name of the file of a month.
    pub(super) fn file(self, month: CivilMonth) -> String {
        format!("{month}.{}", self.suffix())
    }
}

/// Of so many usage points the archive knows one at least, or they are of another utility.
const KNOWN_AMONG: usize = 20;

/// Bytes that the place of a usage point's record of a month takes, id and allocation included.
const INDEX_BYTES: u64 = 64;
/// Bytes of a packed reading, at most on average.
const PACKED_BYTES: u64 = 4;
/// Bytes of new records that wait in memory; the rest waits in a file without a name.
const WAITING: u64 = 64 << 20;

/// What is kept of a month, of one kind.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) month: CivilMonth,
    pub(super) file: MonthFile,
    /// Whether new readings of the usage point were met, by its place.
    met: Vec<AtomicBool>,
}

/// A new record of a usage point and month.
#[derive(Debug)]
pub(super) struct New {
    pub(super) kind: Kind,
    pub(super) month: CivilMonth,
    pub(super) id: UsagePointId,
    pub(super) readings: u32,
    pub(super) replaces: bool,
    stored: Stored,
    bytes: usize,
}

/// Earlier months, and new readings that are put away.
#[derive(Debug)]
pub struct History<'a> {
    pub(super) archive: &'a Archive,
    calendar: &'a Calendar,
    pub(super) intervals: Vec<Earlier>,
    pub(super) registers: Vec<Earlier>,
    store: SpillStore,
    new: Mutex<Vec<New>>,
    /// Usage points read, and those of them that the archive knows.
    read: AtomicUsize,
    known: AtomicUsize,
}

/// What is to be handed on of one usage point, and put away of it.
struct Joined {
    /// Whether any earlier month holds the usage point.
    is_known: bool,
    /// Earlier readings, as of the earliest files.
    earlier: Vec<KeptStretch>,
    /// What to add to the number of a file of new readings.
    after: u32,
    /// By month: readings to put away, and whether they replace what is kept.
    put: Vec<(CivilMonth, Vec<KeptStretch>, bool)>,
}

impl<'a> History<'a> {
    /// Opens the months of an archive, after all its files are checked. New readings wait in
    /// memory, then in a file without a name in `folder`.
    ///
    /// # Errors
    /// When a file is missing, was changed, or cannot be read.
    pub fn open(archive: &'a Archive, calendar: &'a Calendar, folder: &Path) -> Result<Self, ArchiveError> {
        archive.check()?;
        let [intervals, registers] = [Kind::Readings, Kind::Registers].map(|kind| Earlier::of_kind(archive, kind));
        Ok(Self {
            archive,
            calendar,
            intervals: intervals?,
            registers: registers?,
            store: SpillStore::new(WAITING, folder),
            new: Mutex::default(),
            read: AtomicUsize::new(0),
            known: AtomicUsize::new(0),
        })
    }

    /// Interval readings that are kept.
    #[must_use]
    pub fn readings(&self) -> u64 {
        self.archive.manifest().months.values().map(|month| month.readings).sum()
    }

    /// What it holds in memory beside so many new readings, bytes: the place of every record, and
    /// new records that wait.
    #[must_use]
    pub fn held_bytes(&self, new_readings: u64) -> u64 {
        let points = |month: &Month| month.usage_points + month.register_points;
        let records: u64 = self.archive.manifest().months.values().map(points).sum();
        WAITING.min(PACKED_BYTES * new_readings) + INDEX_BYTES * records
    }

    /// Usage points of the fullest month.
    #[must_use]
    pub fn usage_points(&self) -> u64 {
        self.archive.manifest().months.values().map(|month| month.usage_points).max().unwrap_or(0)
    }

    /// Takes the new readings of a usage point: puts them away, and hands them on with those of
    /// earlier months.
    ///
    /// # Errors
    /// When a file fails, a record is damaged, or `finish` fails.
    pub fn usage_point(
        &self,
        id: &str,
        stretches: &[Stretch],
        apart: &[RawReading],
        finish: FinishUsagePoint,
    ) -> io::Result<()> {
        let joined = self.join(id, stretches, apart, true)?;
        self.count(joined.is_known);
        for (month, kept, replaces) in &joined.put {
            let (record, readings) = (pack(kept)?, readings(kept) as u32);
            self.put_away((Kind::Readings, *month), id.into(), &record, (readings, *replaces))?;
        }
        joined.finish(id, stretches, apart, finish)
    }

    /// Hands on new readings with those of earlier months once more.
    ///
    /// # Errors
    /// As for [`History::usage_point`].
    pub fn again(
        &self,
        id: &str,
        stretches: &[Stretch],
        apart: &[RawReading],
        finish: FinishUsagePoint,
    ) -> io::Result<()> {
        self.join(id, stretches, apart, false)?.finish(id, stretches, apart, finish)
    }

    /// Hands on usage points that were not among the new readings, those of them that are `wanted`.
    ///
    /// # Errors
    /// As for [`History::usage_point`].
    pub fn others(&self, wanted: &(dyn Fn(&str) -> bool + Sync), finish: FinishUsagePoint) -> io::Result<()> {
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for earlier in &self.intervals {
            let unmet = earlier.file.ids().zip(&earlier.met).filter(|(_, met)| !met.load(Ordering::Relaxed));
            ids.extend(unmet.map(|(id, _)| id).filter(|id| wanted(id)));
        }
        let ids: Vec<&str> = ids.into_iter().collect();
        ids.par_iter().try_for_each(|id| self.again(id, &[], &[], finish))
    }

    fn count(&self, is_known: bool) {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.known.fetch_add(usize::from(is_known), Ordering::Relaxed);
    }

    /// What is kept of a usage point beside its new readings.
    fn join(&self, id: &str, stretches: &[Stretch], apart: &[RawReading], meets: bool) -> io::Result<Joined> {
        let mut new: BTreeMap<CivilMonth, Vec<KeptStretch>> = BTreeMap::new();
        let apart = KeptStretch::of_apart(apart);
        for stretch in stretches.iter().copied().chain(apart.iter().map(KeptStretch::view)) {
            cut(&stretch, self.calendar, &mut new);
        }
        for sent in new.values_mut() {
            *sent = KeptStretch::tidy(std::mem::take(sent));
        }
        let mut joined = Joined { earlier: Vec::new(), after: 0, put: Vec::new(), is_known: false };
        for earlier in &self.intervals {
            let Some(place) = earlier.file.place(id) else { continue };
            joined.is_known = true;
            if meets {
                earlier.met[place].store(true, Ordering::Relaxed);
            }
            let sent = new.get(&earlier.month).map_or(0, |sent| readings(sent));
            if is_sent_again(sent, earlier.file.readings(place)) {
                if let Some(sent) = new.remove(&earlier.month) {
                    joined.put.push((earlier.month, in_order(sent, 0), true));
                }
                continue;
            }
            let kept =
                unpack(&earlier.file.record(place)?).ok_or_else(|| self.damaged(earlier.month, Kind::Readings))?;
            let after = kept.iter().map(|stretch| stretch.file.0 + 1).max().unwrap_or(0);
            joined.after = joined.after.max(after);
            if let Some(mut sent) = new.remove(&earlier.month) {
                // What is sent twice word for word is kept once.
                sent.retain(|sent| !kept.iter().any(|kept| kept.is_same(sent)));
                if !sent.is_empty() {
                    let both = kept.iter().cloned().chain(in_order(sent, after)).collect();
                    joined.put.push((earlier.month, both, false));
                }
            }
            joined.earlier.extend(kept);
        }
        joined.put.extend(new.into_iter().map(|(month, sent)| (month, in_order(sent, 0), false)));
        Ok(joined)
    }

    fn damaged(&self, month: CivilMonth, kind: Kind) -> io::Error {
        io::Error::other(ArchiveError::Damaged {
            path: self.archive.folder().to_path_buf(),
            name: kind.file(month),
            words: "holds a record that cannot be read".to_owned(),
        })
    }

    fn put_away(
        &self,
        (kind, month): (Kind, CivilMonth),
        id: UsagePointId,
        record: &[u8],
        (readings, replaces): (u32, bool),
    ) -> io::Result<()> {
        let mut words: Vec<u32> = Vec::with_capacity(record.len().div_ceil(4));
        words.extend(record.chunks(4).map(|bytes| {
            let mut word = [0; 4];
            word[..bytes.len()].copy_from_slice(bytes);
            u32::from_le_bytes(word)
        }));
        let new = New { kind, month, id, readings, replaces, stored: self.store.put(words)?, bytes: record.len() };
        self.new.lock().unwrap_or_else(PoisonError::into_inner).push(new);
        Ok(())
    }

    /// Register readings with those of earlier months, in the order of ids; the new ones are put
    /// away.
    fn with_registers(
        &self,
        new: Vec<(UsagePointId, Vec<RegisterRead>)>,
    ) -> io::Result<Vec<(UsagePointId, Vec<RegisterRead>)>> {
        let mut all: BTreeMap<UsagePointId, Vec<RegisterRead>> = new.into_iter().collect();
        for (id, reads) in &mut all {
            self.join_registers(id, reads)?;
        }
        for earlier in &self.registers {
            for (place, id) in earlier.file.ids().enumerate() {
                if !earlier.met[place].load(Ordering::Relaxed) {
                    let kept = unpack_registers(&earlier.file.record(place)?)
                        .ok_or_else(|| self.damaged(earlier.month, Kind::Registers))?;
                    all.entry(id.into()).or_default().extend(kept);
                }
            }
        }
        Ok(all.into_iter().collect())
    }

    /// Puts away the new register readings of a usage point, and adds to them what is kept of it.
    fn join_registers(&self, id: &UsagePointId, reads: &mut Vec<RegisterRead>) -> io::Result<()> {
        let mut new: BTreeMap<CivilMonth, Vec<RegisterRead>> = BTreeMap::new();
        let mut span = None;
        for read in reads.iter() {
            let found = MonthSpan::of(read.0, self.calendar, span);
            span = Some(found);
            new.entry(found.month).or_default().push(*read);
        }
        let (mut earlier_reads, mut after, mut put, mut is_known) = (Vec::new(), 0, Vec::new(), false);
        for earlier in &self.registers {
            let Some(place) = earlier.file.place(id) else { continue };
            is_known = true;
            earlier.met[place].store(true, Ordering::Relaxed);
            let sent = new.remove(&earlier.month).unwrap_or_default();
            if is_sent_again(sent.len() as u64, earlier.file.readings(place)) {
                put.push((earlier.month, registers_in_order(sent, 0), true));
                continue;
            }
            let kept = unpack_registers(&earlier.file.record(place)?)
                .ok_or_else(|| self.damaged(earlier.month, Kind::Registers))?;
            let next = kept.iter().map(|read| read.2.0 + 1).max().unwrap_or(0);
            after = after.max(next);
            if !sent.is_empty() {
                let both = [kept.clone(), registers_in_order(sent, next)].concat();
                put.push((earlier.month, both, false));
            }
            earlier_reads.extend(kept);
        }
        self.count(is_known);
        put.extend(new.into_iter().map(|(month, sent)| (month, registers_in_order(sent, 0), false)));
        for read in &mut *reads {
            read.2.0 += after;
        }
        reads.extend(earlier_reads);
        put.into_iter().try_for_each(|(month, reads, replaces)| {
            let (record, count) = (pack_registers(&reads)?, reads.len() as u32);
            self.put_away((Kind::Registers, month), id.clone(), &record, (count, replaces))
        })
    }

    /// New records in the order of kinds, months and ids.
    pub(super) fn all_new(&self) -> MutexGuard<'_, Vec<New>> {
        let mut all = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        all.sort_unstable_by(|a, b| (a.kind, a.month, &a.id).cmp(&(b.kind, b.month, &b.id)));
        all
    }

    /// What is kept of a month; `None` of a new one.
    pub(super) fn earlier(&self, kind: Kind, month: CivilMonth) -> Option<&Earlier> {
        let kept = if kind == Kind::Readings { &self.intervals } else { &self.registers };
        kept.iter().find(|earlier| earlier.month == month)
    }

    /// Ends the first pass: new register readings are put away and returned with those of earlier
    /// months, in the order of ids, and usage points that were not among the new readings are
    /// handed on.
    ///
    /// # Errors
    /// As for [`History::usage_point`], and when the readings seem to be of another utility.
    pub fn finish(
        &self,
        registers: Vec<(UsagePointId, Vec<RegisterRead>)>,
        finish: FinishUsagePoint,
    ) -> io::Result<Vec<(UsagePointId, Vec<RegisterRead>)>> {
        let registers = self.with_registers(registers)?;
        self.refuse_strangers().map_err(io::Error::other)?;
        self.others(&|_| true, finish)?;
        Ok(registers)
    }

    /// Earlier months, ascending.
    pub(super) fn months(&self) -> impl Iterator<Item = CivilMonth> {
        self.archive.manifest().months.keys().filter_map(|month| CivilMonth::parse(month))
    }

    /// Files of earlier months: path, SHA-256, readings.
    pub fn files(&self) -> impl Iterator<Item = (PathBuf, &str, u64)> {
        let manifest = self.archive.manifest();
        let of = |kind: Kind, earlier: &Earlier| {
            let name = kind.file(earlier.month);
            let file = manifest.files.get(&name)?;
            let month = manifest.months.get(&earlier.month.to_string()).copied().unwrap_or_default();
            let readings = if kind == Kind::Readings { month.readings } else { month.register_readings };
            Some((self.archive.folder().join(&name), &*file.sha256, readings))
        };
        let all = [(Kind::Readings, &self.intervals), (Kind::Registers, &self.registers)];
        all.into_iter().flat_map(move |(kind, months)| months.iter().filter_map(move |earlier| of(kind, earlier)))
    }

    /// Refuses readings of which the archive knows hardly a usage point, unless both say that they
    /// are of one utility.
    fn refuse_strangers(&self) -> Result<(), ArchiveError> {
        let manifest = self.archive.manifest();
        let (read, known) = (self.read.load(Ordering::Relaxed), self.known.load(Ordering::Relaxed));
        let kept = manifest.months.values().map(|month| month.usage_points.max(month.register_points)).max();
        let kept = kept.unwrap_or(0) as usize;
        if self.archive.is_named() || read == 0 || kept == 0 || known * KNOWN_AMONG >= read.min(kept) {
            return Ok(());
        }
        Err(ArchiveError::Strangers { path: self.archive.folder().to_path_buf(), read, known, kept })
    }

    /// The bytes of a new record.
    pub(super) fn record(&self, new: &New) -> io::Result<Vec<u8>> {
        let words = self.store.get(&new.stored)?;
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(new.bytes);
        Ok(bytes)
    }
}

impl Joined {
    fn finish(self, id: &str, stretches: &[Stretch], apart: &[RawReading], finish: FinishUsagePoint) -> io::Result<()> {
        if self.earlier.is_empty() {
            return finish(id, stretches, apart);
        }
        let later = |stretch: Stretch<'_>| FileIx(stretch.file.0 + self.after);
        let apart = KeptStretch::of_apart(apart);
        let earlier = self.earlier.iter().map(KeptStretch::view);
        let new = stretches.iter().copied().chain(apart.iter().map(KeptStretch::view));
        let all: Vec<Stretch> = earlier.chain(new.map(|stretch| Stretch { file: later(stretch), ..stretch })).collect();
        finish(id, &all, &[])
    }
}

impl Earlier {
    fn of_kind(archive: &Archive, kind: Kind) -> Result<Vec<Self>, ArchiveError> {
        let months = archive.manifest().files.keys().filter_map(|name| Some((name, name.strip_suffix(kind.suffix())?)));
        let of = |(name, month): (&String, &str)| {
            let month = CivilMonth::parse(month.trim_end_matches('.'))?;
            let path = archive.path(name);
            Some(MonthFile::open(&path).map_err(ArchiveError::reading(&path)).map(|file| {
                let met = (0..file.len()).map(|_| AtomicBool::new(false)).collect();
                Self { month, file, met }
            }))
        };
        months.filter_map(of).collect()
    }
}

/// Whether so many new readings of a month replace the kept ones.
fn is_sent_again(sent: u64, kept: u32) -> bool {
    sent > 0 && 2 * sent >= u64::from(kept)
}

/// Stretches with their files numbered from `first` on, in the order of the files.
fn in_order(mut stretches: Vec<KeptStretch>, first: u32) -> Vec<KeptStretch> {
    let files: BTreeSet<FileIx> = stretches.iter().map(|stretch| stretch.file).collect();
    let files: Vec<FileIx> = files.into_iter().collect();
    for stretch in &mut stretches {
        let rank = files.binary_search(&stretch.file).unwrap_or(0);
        stretch.file = FileIx(first + rank as u32);
    }
    stretches
}

/// Register readings with their files numbered from `first` on, in the order of time.
fn registers_in_order(mut reads: Vec<RegisterRead>, first: u32) -> Vec<RegisterRead> {
    let files: Vec<FileIx> = reads.iter().map(|read| read.2).collect::<BTreeSet<_>>().into_iter().collect();
    for read in &mut reads {
        read.2 = FileIx(first + files.binary_search(&read.2).unwrap_or(0) as u32);
    }
    reads.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.cmp(&b.2)).then(a.1.total_cmp(&b.1)));
    reads
}
