//! The only wiring: from a plan to findings, stage by stage.

mod balancing;
mod convert;
mod inputs;
mod inspect;
mod plan;
mod read_again;
mod results;
mod run;
mod stage_clock;
mod trial;

use std::path::Path;

use crate::digest::memory::{Demand, MemoryPlan, check_address_space};
use crate::digest::{DigestStore, FirstPass, Kept, finish_counted};
use crate::findings::{Findings, TrialReport};
use crate::ingest::{Readings, Survey};
use crate::judgement::list_setting::ByBalance;
use crate::judgement::{LicenceCheck, listing, meet, second_look, under_registers};
use crate::metered;
use crate::population::{Buildings, Traits};
use crate::series::{Gatherer, GridSums, register_loads};
use crate::unmetered::{self, GridSeries};

use balancing::Balancing;
use inputs::{ReadingsRead, Tables, Watching};
use read_again::ReadAgain;
use results::WhatWasRead;
use run::{Judged, Run};
use stage_clock::StageClock;
use trial::{Alone, Beside, Trial};

pub use convert::{ConvertError, ConvertPlan, Converted, convert};
pub use inputs::PipelineError;
pub use inspect::{Inspection, inspect};
pub use plan::{Interrupt, Progress, ScanPlan, StaticPaths};

/// Runs a scan. Nothing is written but files without a name beside the result folder, for what does
/// not fit into memory.
///
/// # Errors
/// When the input cannot be used, such a file fails, or the run is interrupted.
pub fn scan(plan: &ScanPlan, progress: &dyn Progress, interrupt: &Interrupt) -> Result<Findings, PipelineError> {
    scan_and(plan, progress, interrupt, &mut Alone)
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
    let findings = scan_and(plan, progress, interrupt, &mut trial)?;
    Ok((findings, trial.report))
}

fn scan_and(
    plan: &ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
    beside: &mut dyn Beside,
) -> Result<Findings, PipelineError> {
    check_address_space()?;
    let mut clock = StageClock::new(interrupt);
    progress.stage("reading", None);
    let tables = Tables::read(plan)?;
    let readings = inputs::open_readings(plan, progress, interrupt)?;
    let (survey, memory) = surveyed(plan, &tables, &readings, progress, interrupt)?;
    clock.lap("survey")?;
    let folder = plan.out.parent().filter(|parent| parent.is_dir()).unwrap_or(Path::new("."));
    let profiles = DigestStore::new(memory.profiles, folder);
    let sums = GridSums::new(tables.grid.nodes().map(|node| node.node.clone()));
    let buildings = Buildings::of(&tables.customers);
    let run = Run { plan, tables: &tables, buildings: &buildings, sums: &sums };
    let mut first = FirstPass::new(run.first_pass_setting(), &profiles, &sums, Traits::of);
    let gatherer = Gatherer::new(memory.gather, &survey, folder);
    let order = if let Survey::Together(roster) = &survey { roster.order().to_vec() } else { readings.pieces() };
    let read = inputs::read_all(
        &readings,
        &order,
        (&gatherer, &|id, stretches, apart| first.usage_point(id, stretches, apart)),
        &plan.calendar,
        (progress, plan.pseudonym_key.is_none()),
        interrupt,
    )?;
    let ReadingsRead { gathered, interval_readings, register_readings, digests, .. } = read;
    let counted = finish_counted(&gathered.registers, &mut first)?;
    profiles.close()?;
    tell_spilled(progress, &[("readings", gatherer.spilled()), ("profiles", profiles.spilled())]);
    let (registers, register_faults) = register_loads(gathered.registers, &tables.meters, &plan.calendar);
    clock.lap("read")?;

    progress.stage("planting farms, judging", None);
    let licences = LicenceCheck::new(&tables.licences, &tables.grid, &tables.customers, &buildings);
    let Kept { points, mut supplies, mut faults, hosts, ratios, adrift } = first.finish();
    let (registers, supply_registers) = unmetered::supplies_by_register(registers, &tables.grid, &supplies);
    supplies.extend(unmetered::held_supplies(&supply_registers));
    faults.extend(register_faults);
    let mut metered = metered::judge_all(points, &hosts, &profiles, &run.engine_setting(), run.calibration_settings())?;
    faults.extend(metered::against_intervals(&registers, &metered, &counted, &plan.calendar)?);
    run.sort_faults(&mut faults, &metered);
    clock.lap("judge")?;

    progress.stage("balancing the grid", None);
    let setting = run.first_pass_setting();
    let look =
        ReadAgain { readings: &readings, survey: &survey, gatherer: &gatherer, counted: &counted, setting, interrupt };
    let series = GridSeries { supplies, registers: supply_registers, adrift, ratios };
    let mut balancing = Balancing { series, registers: &registers, hosts: &hosts, look: &look, beside };
    let (mut grid, coverage) = run.balance(&metered, &mut balancing)?;
    let linked = meet::engines(&mut metered, &mut grid, &balancing.series.ratios, &tables.grid)?;
    clock.lap("balance")?;

    progress.stage("list", None);
    let setting = run.list_setting(&licences);
    let by_balance = ByBalance {
        named: under_registers::rows(&grid.culprits, &grid.fallen, &setting),
        linked,
        says: std::mem::take(&mut grid.says),
    };
    let mut listing = listing::list(&metered, &registers, &by_balance, &setting)?;
    let claims = (plan.config.run.least_kw, &plan.calendar);
    let pictures = second_look::refine(&mut listing, (&metered, &grid.ratios.otherwise), claims, |wanted, look_at| {
        let (looked, pieces) = look.each(wanted, look_at)?;
        let count = wanted.len();
        progress.remark(&format!("second look at {count} listed usage points: {pieces} pieces of files read again"));
        Ok::<_, PipelineError>(looked)
    })?;
    balancing.beside.listed(&Judged { run: &run, metered: &metered, hosts: &hosts, listing: &listing });
    unchanged(&readings, &tables)?;
    clock.lap("list")?;

    let findings =
        run.drawn(run.assemble(&metered, (grid, coverage), listing, &balancing.series, faults)?, pictures, &metered);
    let read = WhatWasRead {
        readings: (interval_readings, register_readings),
        rejects: gathered.rejects,
        digests,
        doubts: readings.doubts(),
    };
    Ok(run.completed(findings, metered.period(), read, clock.stages))
}

/// Nothing that was read may have changed meanwhile.
fn unchanged(readings: &Readings, tables: &Tables) -> Result<(), PipelineError> {
    readings.check_unchanged()?;
    tables.check_unchanged()?;
    Ok(())
}

/// How readings lie in their files, and the memory that follows from it.
fn surveyed(
    plan: &ScanPlan,
    tables: &Tables,
    readings: &Readings,
    progress: &dyn Progress,
    interrupt: &Interrupt,
) -> Result<(Survey, MemoryPlan), PipelineError> {
    let survey = Survey::of(readings, &Watching(interrupt))?;
    let named = tables.customers.len().max(tables.grid.usage_points().len());
    let demand =
        Demand { rows: readings.estimated_rows(), named: named as u64, sample: plan.config.calibration.sample as u64 };
    let memory = MemoryPlan::of(plan.memory, &survey, demand)?;
    progress.remark(&memory.words(&survey, readings.estimated_rows()));
    Ok((survey, memory))
}

/// Says what did not fit into memory.
fn tell_spilled(progress: &dyn Progress, spilled: &[(&str, u64)]) {
    for (what, bytes) in spilled.iter().filter(|(_, bytes)| *bytes > 0) {
        progress.remark(&format!("{} MB of {what} went to disk", bytes >> 20));
    }
}
