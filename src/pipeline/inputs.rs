//! Everything a run reads, with digests of the files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::{Customer, Grid, IntervalBlock, Licence, RegisterBlock, Reject, Tariff, UsagePointId, Weather};
use crate::findings::InputDigest;
use crate::ingest::{self, BlockSink, FileSummary, IngestError, Table, find_inputs, read_readings};
use crate::series::{Collected, Collector};

use super::{Interrupt, Progress, ScanPlan};

/// Why a run could not finish.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The input cannot be used.
    #[error("failed to read the input")]
    Ingest(#[from] IngestError),
    /// The user interrupted the run.
    #[error("interrupted; nothing was written")]
    Interrupted,
}

/// What was read.
pub(super) struct Inputs {
    pub(super) collected: Collected,
    pub(super) interval_readings: u64,
    pub(super) register_readings: u64,
    pub(super) customers: BTreeMap<UsagePointId, Customer>,
    pub(super) grid: Grid,
    pub(super) weather: Weather,
    pub(super) licences: Vec<Licence>,
    pub(super) tariffs: Vec<Tariff>,
    pub(super) digests: Vec<InputDigest>,
}

/// Hands blocks to the collector and counts them.
struct Counting<'a> {
    collector: Collector,
    intervals: AtomicU64,
    registers: AtomicU64,
    progress: &'a dyn Progress,
    interrupt: &'a Interrupt,
}

impl BlockSink for Counting<'_> {
    fn intervals(&self, block: IntervalBlock) {
        self.intervals.fetch_add(block.len() as u64, Ordering::Relaxed);
        self.collector.add_intervals(&block);
    }

    fn registers(&self, block: RegisterBlock) {
        self.registers.fetch_add(block.key.len() as u64, Ordering::Relaxed);
        self.collector.add_registers(&block);
    }

    fn reject(&self, reject: Reject) {
        self.collector.add_reject(reject);
    }

    fn progress(&self, readings: u64) {
        self.progress.advance(readings);
    }

    fn stopped(&self) -> bool {
        self.interrupt.is_set()
    }
}

/// Static tables as they are read, with their digests and rejects.
#[derive(Default)]
struct StaticTables {
    digests: Vec<InputDigest>,
    rejects: Vec<Reject>,
}

impl StaticTables {
    /// Reads one table when a path was given, the default otherwise.
    fn take<T: Default>(&mut self, role: &str, path: Option<&Path>, read: impl Fn(&Path) -> Result<Table<T>, IngestError>) -> Result<T, IngestError> {
        let Some(path) = path else { return Ok(T::default()) };
        let table = read(path)?;
        self.digests.push(InputDigest { role: role.to_owned(), path: path.display().to_string(), sha256: table.sha256, rows: table.rows });
        self.rejects.extend(table.rejects);
        Ok(table.data)
    }
}

impl Inputs {
    /// Reads static tables first, since a mistake in them is found at once, then the readings.
    pub(super) fn read(plan: &ScanPlan, progress: &dyn Progress, interrupt: &Interrupt) -> Result<Self, PipelineError> {
        let (paths, calendar) = (&plan.tables, &plan.calendar);
        let mut tables = StaticTables::default();
        let customers = tables.take("customers", paths.customers.as_deref(), ingest::read_customers)?;
        let grid = tables.take("grid", paths.grid.as_deref(), ingest::read_grid)?;
        let weather = tables.take("weather", paths.weather.as_deref(), |path| ingest::read_weather(path, calendar))?;
        let licences = tables.take("licences", paths.licences.as_deref(), |path| ingest::read_licences(path, calendar))?;
        let tariffs = tables.take("tariffs", paths.tariffs.as_deref(), |path| ingest::read_tariffs(path, calendar))?;

        let mut args = plan.readings.clone();
        args.extend(paths.registers.iter().map(|path| path.display().to_string()));
        let files = find_inputs(&args)?;
        let zero = || AtomicU64::new(0);
        let sink = Counting { collector: Collector::default(), intervals: zero(), registers: zero(), progress, interrupt };
        let summaries = read_readings(&files, calendar, &sink)?;
        for summary in &summaries {
            let format = summary.format.unwrap_or("passed over");
            progress.remark(&format!("{}: {format}, {} rows", summary.path.display(), summary.rows));
        }
        let mut collected = sink.collector.finish();
        collected.rejects.extend(tables.rejects);
        collected.rejects.sort();
        let mut digests: Vec<InputDigest> = summaries.iter().filter(|summary| summary.format.is_some()).map(digest).collect();
        digests.extend(tables.digests);
        Ok(Self {
            collected,
            interval_readings: sink.intervals.into_inner(),
            register_readings: sink.registers.into_inner(),
            customers,
            grid,
            weather,
            licences,
            tariffs,
            digests,
        })
    }
}

fn digest(summary: &FileSummary) -> InputDigest {
    InputDigest { role: "readings".to_owned(), path: summary.path.display().to_string(), sha256: summary.sha256.clone(), rows: summary.rows }
}
