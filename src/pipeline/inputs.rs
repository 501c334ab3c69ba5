//! Everything a run reads, with digests of the files.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::archive::{ArchiveError, ReadAgainError};
use crate::casebook::BookError;
use crate::digest::{DigestError, memory::MemoryError};
use crate::disk::PlaceError;
use crate::domain::{
    Bill, Calendar, Complaint, Customer, Fact, Grid, GridEvent, Inspection, Interrupt, IntervalBlock, Licence, Minute,
    Progress, RegisterBlock, Reject, Tariff, UsagePointId, Weather, is_no_reading,
};
use crate::findings::InputDigest;
use crate::ingest::{
    self, BlockSink, FileSummary, HeldFile, IngestError, InputFile, PieceIx, Readings, StampClock, StaticPaths, Table,
    ToldFiles, Understood,
};
use crate::metered::Visits;
use crate::report::{Language, tell};
use crate::series::{FinishUsagePoint, Gathered, Gatherer, MeterRatios};
use crate::volts::{self, Linked, VoltStore};

use super::plan::ScanPlan;

/// Why a run could not finish.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The input cannot be used.
    #[error("failed to read the input")]
    Ingest(#[from] IngestError),
    /// The dump as a whole looks misread.
    #[error(
        "nothing sensible can follow from these readings; --anyway goes on all the same: {}",
        .0.iter().map(|fact| tell(Language::English, fact)).collect::<Vec<_>>().join("; ")
    )]
    Strange(Vec<Fact>),
    /// A file that is read would be replaced or deleted.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The file for what does not fit into memory failed.
    #[error(
        "failed to keep what does not fit into memory in a file beside the result folder; free some space there, or \
         give a larger --memory"
    )]
    Spill(#[source] std::io::Error),
    /// A digest cannot be used.
    #[error("failed to use what was kept of the readings")]
    Digest(#[source] DigestError),
    /// The case book of the archive cannot be used.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The archive of earlier months cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The run does not fit into the memory that it may use.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The user interrupted the run.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

impl From<io::Error> for PipelineError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<ArchiveError>() {
            Ok(archive) => Self::Archive(archive),
            Err(other) => Self::Spill(other),
        }
    }
}

impl From<ReadAgainError> for PipelineError {
    fn from(error: ReadAgainError) -> Self {
        match error {
            ReadAgainError::Readings(ingest) => ingest.into(),
            ReadAgainError::File(file) => file.into(),
        }
    }
}

impl From<DigestError> for PipelineError {
    fn from(error: DigestError) -> Self {
        match error {
            DigestError::File(source) => Self::Spill(source),
            other => Self::Digest(other),
        }
    }
}

/// The static tables of a run.
pub(super) struct Tables {
    pub(super) customers: BTreeMap<UsagePointId, Customer>,
    pub(super) grid: Grid,
    pub(super) weather: Weather,
    pub(super) licences: Vec<Licence>,
    pub(super) tariffs: Vec<Tariff>,
    pub(super) meters: MeterRatios,
    pub(super) inspections: Vec<Inspection>,
    pub(super) visits: Visits,
    pub(super) bills: Vec<Bill>,
    pub(super) events: Vec<GridEvent>,
    pub(super) complaints: Vec<Complaint>,
    pub(super) linked: Linked,
    pub(super) volts: VoltStore,
    pub(super) paths: StaticPaths,
    pub(super) understood: Vec<Understood>,
    pub(super) digests: Vec<InputDigest>,
    pub(super) rejects: Vec<Reject>,
    held: Vec<HeldFile>,
}

/// What reading all files came to.
pub(super) struct ReadingsRead {
    pub(super) gathered: Gathered,
    pub(super) interval_readings: u64,
    pub(super) register_readings: u64,
    pub(super) digests: Vec<InputDigest>,
    pub(super) understood: Vec<Understood>,
    /// First and last interval.
    pub(super) held: Option<(Minute, Minute)>,
    /// Whose clock the stamps of every file with readings turned out to be on.
    pub(super) clocks: Vec<StampClock>,
}

/// Hands blocks to the gatherer and counts them.
struct Counting<'a, 'g> {
    gatherer: &'a Gatherer<'g>,
    finish: FinishUsagePoint<'a>,
    /// Why no more is read: what does not fit into memory could not be put away.
    failed: OnceLock<io::Error>,
    intervals: AtomicU64,
    registers: AtomicU64,
    /// First and last interval.
    held: (AtomicU32, AtomicU32),
    progress: &'a dyn Progress,
    interrupt: &'a Interrupt,
}

impl BlockSink for Counting<'_, '_> {
    fn intervals(&self, block: &IntervalBlock) {
        let readings = block.value.iter().filter(|&&value| !is_no_reading(value)).count() as u64;
        self.intervals.fetch_add(readings, Ordering::Relaxed);
        self.progress.advance(readings);
        for run in &block.times {
            self.held.0.fetch_min(run.first.0, Ordering::Relaxed);
            self.held.1.fetch_max(run.last().0, Ordering::Relaxed);
        }
        if let Err(error) = self.gatherer.add_intervals(block, self.finish) {
            let _ = self.failed.set(error);
        }
    }

    fn registers(&self, block: &RegisterBlock) {
        self.registers.fetch_add(block.key.len() as u64, Ordering::Relaxed);
        self.progress.advance(block.key.len() as u64);
        self.gatherer.add_registers(block);
    }

    fn reject(&self, reject: Reject) {
        self.gatherer.add_reject(reject);
    }

    fn stopped(&self) -> bool {
        self.failed.get().is_some() || self.interrupt.is_set()
    }
}

/// Static tables as they are read, with their digests and rejects.
#[derive(Default)]
struct StaticTables {
    understood: Vec<Understood>,
    digests: Vec<InputDigest>,
    rejects: Vec<Reject>,
    held: Vec<HeldFile>,
}

impl StaticTables {
    /// Reads one table when a path was given, the default otherwise.
    fn take<T: Default>(
        &mut self,
        role: &str,
        path: Option<&Path>,
        read: impl Fn(&Path) -> Result<Table<T>, IngestError>,
    ) -> Result<T, IngestError> {
        let Some(path) = path else { return Ok(T::default()) };
        let held = HeldFile::all([path]);
        let table = read(path);
        // What a file holds after a change says nothing: the change is told first.
        held.iter().try_for_each(HeldFile::check)?;
        let table = table?;
        self.understood.push(ingest::table_understood(role, &table));
        self.held.extend(held);
        self.digests.push(InputDigest::of(role, path, &table.sha256, table.rows));
        self.rejects.extend(table.rejects);
        Ok(table.data)
    }
}

impl Tables {
    /// Reads all static tables at `paths`. A mistake in them is found at once, before the readings
    /// are touched.
    pub(super) fn read(plan: &ScanPlan, paths: StaticPaths) -> Result<Self, IngestError> {
        let calendar = &plan.calendar;
        let mut tables = StaticTables::default();
        let inspections = tables
            .take("inspections", paths.inspections.as_deref(), |path| ingest::read_inspections(path, calendar))?;
        let mut read = Self {
            linked: Linked::default(),
            visits: Visits::new(&[], plan.config.inspections.settings()),
            inspections,
            bills: tables.take("billing", paths.billing.as_deref(), |path| ingest::read_billing(path, calendar))?,
            events: tables.take("events", paths.events.as_deref(), |path| ingest::read_events(path, calendar))?,
            complaints: tables
                .take("complaints", paths.complaints.as_deref(), |path| ingest::read_complaints(path, calendar))?,
            customers: tables.take("customers", paths.customers.as_deref(), ingest::read_customers)?,
            grid: tables.take("grid", paths.grid.as_deref(), |path| ingest::read_grid(path, calendar))?,
            weather: tables.take("weather", paths.weather.as_deref(), |path| ingest::read_weather(path, calendar))?,
            licences: tables
                .take("licences", paths.licences.as_deref(), |path| ingest::read_licences(path, calendar))?,
            tariffs: tables.take("tariffs", paths.tariffs.as_deref(), |path| ingest::read_tariffs(path, calendar))?,
            meters: tables.take("meters", paths.meters.as_deref(), |path| ingest::read_meters(path, calendar))?,
            volts: tables.take("voltage", paths.voltage.as_deref(), |path| volts::read_hours(path, calendar))?,
            paths,
            understood: tables.understood,
            digests: tables.digests,
            rejects: tables.rejects,
            held: tables.held,
        };
        (read.grid, read.linked) = volts::put_right(&read.volts, std::mem::take(&mut read.grid));
        Ok(read)
    }

    /// What was understood of the tables, with how many of their usage points were read.
    pub(super) fn matched(&self, read: &[&UsagePointId]) -> Result<Vec<Understood>, IngestError> {
        let mut understood = self.understood.clone();
        let count = |is_known: &dyn Fn(&str) -> bool| read.iter().filter(|id| is_known(id)).count();
        if let Some(path) = &self.paths.customers {
            let matched = count(&|id| self.customers.contains_key(id));
            ingest::match_ids(&mut understood, ("customers", path), (self.customers.len(), matched), read)?;
        }
        if let Some(path) = &self.paths.grid {
            let (held, matched) = (self.grid.usage_points().len(), count(&|id| self.grid.has_line(id)));
            ingest::match_ids(&mut understood, ("grid", path), (held, matched), read)?;
        }
        Ok(understood)
    }

    /// Refuses tables that are not what they were when they were read.
    pub(super) fn check_unchanged(&self) -> Result<(), IngestError> {
        self.held.iter().try_for_each(HeldFile::check)
    }

    /// Path of the table with this role, as it was given; empty where there is none.
    pub(super) fn file(&self, role: &str) -> &str {
        self.digests.iter().find(|input| input.role == role).map_or("", |input| &input.path)
    }

    /// Every usage point and balance meter that the tables hold.
    pub(super) fn meters(&self) -> impl Iterator<Item = &str> {
        self.customers.keys().chain(self.grid.usage_points()).chain(self.grid.balance_meters()).map(AsRef::as_ref)
    }
}

/// Finds the files of a plan and tells those of folders apart.
pub(super) fn told_files(
    plan: &ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<ToldFiles, PipelineError> {
    let mut args = plan.readings.clone();
    args.extend(plan.tables.registers.iter().map(|path| path.display().to_string()));
    let found = found_files(&args, interrupt)?;
    let (results, files): (Vec<InputFile>, Vec<InputFile>) = ingest::without_results(found, &plan.out)?;
    if !results.is_empty() {
        progress.remark(&format!(
            "{} files of results or archives of darkload lie among the readings and are passed over",
            results.len()
        ));
    }
    let told = ingest::tell_files(files, &plan.tables.given(), &ingest::FROM_FOLDERS)?;
    let none = || IngestError::NoReadings { looked_at: args.join(", "), because: None };
    if told.readings.is_empty() { Err(none().into()) } else { Ok(told) }
}

/// Finds the files that arguments mean.
pub(super) fn found_files(args: &[String], interrupt: &Interrupt) -> Result<Vec<InputFile>, PipelineError> {
    let files = ingest::find_inputs_until(args, &|| interrupt.is_set())?;
    if interrupt.is_set() { Err(PipelineError::Interrupted) } else { Ok(files) }
}

/// Reads all pieces in `order` into the gatherer, which hands usage points to `finish`; remarks
/// name files where `names_files` says so.
pub(super) fn read_all(
    readings: &Readings,
    order: &[PieceIx],
    (gatherer, finish): (&Gatherer, FinishUsagePoint),
    calendar: &Calendar,
    (progress, names_files): (&dyn Progress, bool),
    interrupt: &Interrupt,
) -> Result<ReadingsRead, PipelineError> {
    let zero = || AtomicU64::new(0);
    let (intervals, registers, held) = (zero(), zero(), (AtomicU32::new(u32::MAX), AtomicU32::new(0)));
    let sink = Counting { gatherer, finish, failed: OnceLock::new(), intervals, registers, held, progress, interrupt };
    let summaries = readings.read(order, calendar, &sink)?;
    if let Some(error) = sink.failed.into_inner() {
        return Err(error.into());
    }
    if interrupt.is_set() {
        return Err(PipelineError::Interrupted);
    }
    for (number, FileSummary { path, format, rows, .. }) in summaries.iter().enumerate() {
        let file = if names_files { path.display().to_string() } else { format!("file {}", number + 1) };
        progress.remark(&format!("{file}: {format}, {rows} rows"));
    }
    Ok(ReadingsRead {
        gathered: gatherer.finish(finish)?,
        interval_readings: sink.intervals.into_inner(),
        register_readings: sink.registers.into_inner(),
        digests: summaries
            .iter()
            .map(|file| InputDigest::of("readings", &file.path, &file.sha256, file.rows))
            .collect(),
        understood: ingest::readings_understood(&summaries),
        held: Some((Minute(sink.held.0.into_inner()), Minute(sink.held.1.into_inner())))
            .filter(|held| held.0 <= held.1),
        clocks: summaries.iter().filter(|summary| summary.rows > 0).map(|summary| summary.clock).collect(),
    })
}
