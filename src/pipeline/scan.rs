//! A scan, from a plan to findings, in five steps: read, judge, balance, list, put together.

use std::path::{Path, PathBuf};

use crate::archive::{History, ReadAgain, Transaction};
use crate::casebook::{self, Book};
use crate::digest::memory::{Demand, MemoryPlan, check_address_space};
use crate::digest::{Counted, DigestStore, FirstPass, Kept, finish_counted};
use crate::domain::{Fault, Interrupt, Progress, UsagePointId};
use crate::findings::{CoverageRow, Findings, InputDigest, StageClock, TrialReport};
use crate::ingest::{self, Readings, Survey, Watching};
use crate::judgement::list_setting::ByBalance;
use crate::judgement::node_rows::GridTold;
use crate::judgement::outages::Outages;
use crate::judgement::second_look::Claims;
use crate::judgement::{LicenceCheck, listing, meet, second_look, stability, under_registers};
use crate::metered::{self, Metered};
use crate::population::{Buildings, Traits};
use crate::series::{
    Gatherer, GridSums, RawReading, RegisterLoad, Strange, Stretch, WholeRead, is_household, register_loads,
};
use crate::unmetered::{self, GridSeries};

use super::balancing::Balancing;
use super::inputs::{self, PipelineError, ReadingsRead, Tables};
use super::plan::ScanPlan;
use super::results::WhatWasRead;
use super::run::{Judged, Run};
use super::trial::{Alone, Beside, Trial};

/// Runs a scan. Nothing is written but files without a name beside the result folder, for what does
/// not fit into memory.
///
/// # Errors
/// When the input cannot be used, such a file fails, or the run is interrupted.
pub fn scan(plan: &ScanPlan, progress: &dyn Progress, interrupt: &Interrupt) -> Result<Findings, PipelineError> {
    scan_and(plan, progress, interrupt, &mut Alone).map(|(findings, ..)| findings)
}

/// Scans, and prepares the change of the plan's archive by which it holds the new readings too;
/// none without an archive.
///
/// # Errors
/// As for [`scan`].
pub fn scan_and_keep(
    plan: &ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(Findings, Option<Transaction>), PipelineError> {
    let (findings, history, book) = scan_and(plan, progress, interrupt, &mut Alone)?;
    let mut change = history.map(|history| history.keep()).transpose()?;
    change.as_mut().map_or(Ok(()), |change| book.keep(change))?;
    Ok((findings, change))
}

/// Scans, plants fresh farms in the dump's own series and load that no meter sees in its balances,
/// and says which of them the scan would have listed.
///
/// # Errors
/// As for [`scan`].
pub fn trial(
    plan: &ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(Findings, TrialReport), PipelineError> {
    let mut trial = Trial::new(progress);
    let (findings, ..) = scan_and(plan, progress, interrupt, &mut trial)?;
    Ok((findings, trial.report))
}

/// Where readings come from, for the first pass and the second look.
struct Source<'a> {
    readings: &'a Readings,
    survey: &'a Survey,
    gatherer: &'a Gatherer<'a>,
    store: &'a DigestStore,
    history: Option<&'a History<'a>>,
}

/// What the first step leaves.
struct FirstRead {
    kept: Kept<Traits>,
    /// Hourly loads that were made of counters.
    counted: Counted,
    registers: Vec<RegisterLoad>,
    what: WhatWasRead,
}

pub(super) fn scan_and<'p>(
    plan: &'p ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
    beside: &mut dyn Beside,
) -> Result<(Findings, Option<History<'p>>, Book), PipelineError> {
    check_address_space()?;
    let mut clock = StageClock::new(interrupt);
    progress.stage("reading", None);
    let told = inputs::told_files(plan, progress, interrupt)?;
    let mut tables = Tables::read(plan, plan.tables.with(told.tables))?;
    tables.rejects.extend(told.left);
    let mut book = Book::of(plan.archive.as_deref())?;
    tables.visits = book.hear(&tables.inspections, plan.config.inspections.settings());
    let readings = Readings::open_as(&told.readings, plan.config.caps.into(), plan.profile.as_ref())?;
    let folder = plan.out.parent().filter(|parent| parent.is_dir()).unwrap_or(Path::new("."));
    let opened = plan.archive.as_deref().map(|archive| History::open(archive, &plan.calendar, folder)).transpose()?;
    let history = opened.as_ref();
    let (survey, memory) = surveyed(plan, &tables, (&readings, history), progress, interrupt)?;
    clock.lap("survey", PipelineError::Interrupted)?;
    let store = DigestStore::new(memory.profiles, folder);
    let sums = GridSums::new(tables.grid.nodes().map(|node| node.node.clone()));
    let buildings = Buildings::of(&tables.customers);
    let run = Run { plan, tables: &tables, buildings: &buildings, sums: &sums };
    let gatherer = Gatherer::new(memory.gather, &survey, folder);
    let source = Source { readings: &readings, survey: &survey, gatherer: &gatherer, store: &store, history };
    let FirstRead { kept, counted, registers, mut what } = run.read(&source, progress, interrupt)?;
    if kept.points.is_empty() && kept.supplies.is_empty() {
        ingest::check_period(plan.period, what.held, &plan.calendar)?;
    }
    let ids = kept.points.iter().map(|point| &point.id).chain(kept.supplies.keys());
    let read: Vec<&UsagePointId> = ids.chain(registers.iter().map(|load| &load.usage_point)).collect();
    what.understood.extend(tables.matched(&read)?);
    clock.lap("read", PipelineError::Interrupted)?;

    progress.stage("planting farms, judging", None);
    let Kept { points, mut supplies, mut faults, hosts, ratios, adrift } = kept;
    let (registers, supply_registers) = unmetered::supplies_by_register(registers, &tables.grid, &supplies);
    supplies.extend(unmetered::held_supplies(&supply_registers));
    let mut metered = metered::judge_all(points, &hosts, &store, &run.engine_setting(), run.calibration_settings())?;
    faults.extend(metered::against_intervals(&registers, &metered, &counted, &plan.calendar)?);
    run.sort_faults(&mut faults, &metered);
    clock.lap("judge", PipelineError::Interrupted)?;

    progress.stage("balancing the grid", None);
    let (readings, survey, gatherer, counted) = (&readings, &survey, &gatherer, &counted);
    let look = ReadAgain { readings, survey, gatherer, counted, history, setting: run.first_pass_setting(), interrupt };
    let series = GridSeries { supplies, registers: supply_registers, adrift, ratios };
    let mut balancing = Balancing { series, registers: &registers, hosts: &hosts, look: &look, beside };
    let (grid, coverage) = run.balance(&metered, &mut balancing)?;
    clock.lap("balance", PipelineError::Interrupted)?;

    progress.stage("list", None);
    let findings = run.list((&mut metered, grid, coverage), &mut balancing, (&mut book, faults), progress)?;
    readings.check_unchanged()?;
    tables.check_unchanged()?;
    clock.lap("list", PipelineError::Interrupted)?;
    Ok((run.completed(findings, metered.period(), what, clock.stages), opened, book))
}

impl Run<'_> {
    /// The first step: every reading once, each usage point to its digest.
    fn read(
        &self,
        source: &Source,
        progress: &dyn Progress,
        interrupt: &Interrupt,
    ) -> Result<FirstRead, PipelineError> {
        let (plan, Source { readings, survey, gatherer, store, history }) = (self.plan, source);
        let mut first = FirstPass::new(self.first_pass_setting(), store, self.sums, Traits::of);
        let order = if let Survey::Together(roster) = survey { roster.order().to_vec() } else { readings.pieces() };
        let whole = WholeRead::new();
        let class = |id: &str| self.tables.customers.get(id)?.tariff_class.as_deref();
        let one = |id: &str, stretches: &[Stretch], apart: &[RawReading]| first.usage_point(id, stretches, apart);
        let seen = |id: &str, stretches: &[Stretch], apart: &[RawReading]| {
            whole.see(stretches, apart, class(id).is_some_and(is_household));
            match history {
                Some(history) => history.usage_point(id, stretches, apart, &one),
                None => one(id, stretches, apart),
            }
        };
        let read = inputs::read_all(
            readings,
            &order,
            (gatherer, &seen),
            &plan.calendar,
            (progress, plan.pseudonym_key.is_none()),
            interrupt,
        )?;
        let ReadingsRead { mut gathered, interval_readings, register_readings, mut digests, understood, held, .. } =
            read;
        let rejects: u64 = gathered.rejects.iter().map(|reject| reject.records).sum();
        let Strange { warnings, refused } = whole.strange(rejects, rejects + interval_readings + register_readings);
        if !refused.is_empty() && !plan.anyway {
            return Err(PipelineError::Strange(refused));
        }
        let mut doubts = readings.doubts();
        if let Some(history) = history {
            gathered.registers = history.finish(gathered.registers, &one)?;
            let file = |(path, sha256, rows): (PathBuf, &str, u64)| InputDigest::of("archive", &path, sha256, rows);
            digests.extend(history.files().map(file));
            doubts.extend(history.told());
        }
        let counted = finish_counted(&gathered.registers, &mut first)?;
        store.close()?;
        tell_spilled(progress, &[("readings", gatherer.spilled()), ("profiles", store.spilled())]);
        let (registers, faults) = register_loads(gathered.registers, &self.tables.meters, &plan.calendar);
        let mut kept = first.finish();
        kept.faults.extend(faults);
        let what = WhatWasRead {
            readings: (interval_readings, register_readings),
            rejects: gathered.rejects,
            digests,
            understood,
            held,
            doubts,
            warnings,
        };
        Ok(FirstRead { kept, counted, registers, what })
    }

    /// The fourth step: where the engines meet, lists, and what they mean.
    fn list(
        &self,
        (metered, mut grid, coverage): (&mut Metered, GridTold, Vec<CoverageRow>),
        balancing: &mut Balancing,
        (book, faults): (&mut Book, Vec<Fault>),
        progress: &dyn Progress,
    ) -> Result<Findings, PipelineError> {
        let Balancing { series, registers, hosts, look, beside } = balancing;
        let linked = meet::engines(metered, &mut grid, &series.ratios, &self.tables.grid)?;
        let Tables { licences, grid: places, customers, .. } = self.tables;
        let licences = LicenceCheck::new(licences, places, customers, self.buildings);
        let setting = self.list_setting(&licences);
        let by_balance = ByBalance {
            named: under_registers::rows(&grid.culprits, &grid.fallen, &setting),
            linked,
            says: std::mem::take(&mut grid.says),
        };
        let mut listing = listing::list(metered, registers, &by_balance, &setting)?;
        let anew = (self.engine_setting(), self.calibration_settings());
        stability::mark(&mut listing, (metered, hosts), anew, &setting, self.plan.config.run.stability)?;
        let (least_kw, calendar) = (setting.least_kw, &self.plan.calendar);
        let claims = Claims { least_kw, judged_from: self.plan.period.map(|(from, _)| from), calendar };
        let engines = (&*metered, &grid.ratios.otherwise);
        let outages = Outages::of(&self.tables.events, self.sums, places);
        let pictures = second_look::refine(&mut listing, engines, claims, (&outages, places), |wanted, look_at| {
            let (looked, pieces) = look.each(wanted, look_at)?;
            let count = wanted.len();
            progress
                .remark(&format!("second look at {count} listed usage points: {pieces} pieces of files read again"));
            Ok::<_, PipelineError>(looked)
        })?;
        meet::tell_nodes(&listing.suspects, &by_balance.linked, &mut grid.nodes);
        beside.listed(&Judged { run: self, metered, hosts, listing: &listing });
        let faults = [faults, outages.faults(&self.plan.calendar)].concat();
        let mut findings = self.assemble(metered, (grid, coverage), listing, (series, registers), faults)?;
        findings.notes.extend(outages.note());
        casebook::turn(book, &mut findings, &self.surroundings(metered))?;
        Ok(self.drawn(findings, pictures, metered))
    }
}

/// How readings lie in their files, and the memory that follows from it.
fn surveyed(
    plan: &ScanPlan,
    tables: &Tables,
    (readings, history): (&Readings, Option<&History>),
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(Survey, MemoryPlan), PipelineError> {
    let survey = Survey::of(readings, &Watching(interrupt))?;
    let named = tables.customers.len().max(tables.grid.usage_points().len()) as u64;
    let rows = readings.estimated_rows() + history.map_or(0, History::readings);
    let earlier = history.map_or(0, |history| history.held_bytes(readings.estimated_rows()));
    let demand = Demand { rows, named, sample: plan.config.calibration.sample as u64, earlier };
    let memory = MemoryPlan::of(plan.memory, &survey, demand)?;
    progress.remark(&memory.words(&survey, readings.estimated_rows()));
    progress.stage("reading", Some(rows));
    Ok((survey, memory))
}

/// Says what did not fit into memory.
fn tell_spilled(progress: &dyn Progress, spilled: &[(&str, u64)]) {
    for (what, bytes) in spilled.iter().filter(|(_, bytes)| *bytes > 0) {
        progress.remark(&format!("{} MB of {what} went to disk", bytes >> 20));
    }
}
