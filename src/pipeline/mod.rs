//! The only wiring: from a plan to findings, stage by stage.

mod convert;
mod dossiers;
mod inputs;
mod inspect;
mod plan;
mod second_look;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::consequence::pseudonymise;
use crate::digest::ProfileStore;
use crate::domain::{CivilDay, Fact, Fault, Position, Reject, UsagePointId, has_names, unmarked};
use crate::evidence::statistics;
use crate::findings::{CoverageRow, Findings, InputDigest, Prevalence, RunRecord, StageTime, TrialReport};
use crate::ingest::{Readings, Survey};
use crate::judgement::LicenceCheck;
use crate::metered::{CalibrationSettings, InjectionSettings, MismatchSettings};
use crate::population::Buildings;
use crate::population::{LoadShapes, UsualLoads};
use crate::series::{Gatherer, GridSums, LoadSeries, RawReading, RegisterLoad, Stretch, register_loads};
use crate::unmetered::BalanceSettings;

use crate::consequence::Visits;
use crate::consequence::at_stake::{self, Consequences, Stakes};
use crate::digest::first_pass::{FirstPass, Kept};
use crate::digest::memory::{Demand, MemoryPlan};
use crate::judgement::list_setting::{ByBalance, ListSetting};
use crate::judgement::listing::Listing;
use crate::judgement::node_rows::GridTold;
use crate::judgement::told_faults::{fault_order, propose_links, tell_ratios};
use crate::metered::engine::{EngineSetting, Metered};
use crate::unmetered::culprits::Culprit;
use crate::unmetered::nodes::{Balanced, GridSeries, GridSetting};
use crate::unmetered::positions::Positions;
use inputs::{ReadingsRead, Tables, Watching};
use second_look::SecondLook;
use trial::{Alone, Beside, Trial};

pub use convert::{ConvertError, ConvertPlan, Converted, convert};
pub use inputs::PipelineError;
pub use inspect::{Inspection, MonthCover, RegisterCover, ShownReading, inspect};
pub use plan::{Interrupt, Progress, ScanPlan, StaticPaths};

/// The file by which a folder of `darkload simulate` is known.
const SIMULATED: &str = "simulate.toml";

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

/// A run after its list is made.
struct Judged<'a> {
    run: &'a Run<'a>,
    metered: &'a Metered<'a>,
    hosts: &'a [LoadSeries],
    listing: &'a Listing,
}

fn scan_and(
    plan: &ScanPlan,
    progress: &dyn Progress,
    interrupt: &Interrupt,
    beside: &mut dyn Beside,
) -> Result<Findings, PipelineError> {
    crate::digest::memory::check_address_space()?;
    let mut clock = StageClock::new(interrupt);
    progress.stage("reading", None);
    let tables = Tables::read(plan)?;
    let readings = inputs::open_readings(plan, progress, interrupt)?;
    let (survey, memory) = surveyed(plan, &tables, &readings, progress, interrupt)?;
    clock.lap("survey")?;
    let folder = plan.out.parent().filter(|parent| parent.is_dir()).unwrap_or(Path::new("."));
    let profiles = ProfileStore::new(memory.profiles, folder);
    let sums = GridSums::new(tables.grid.nodes().map(|node| node.node.clone()));
    let buildings = Buildings::of(&tables.customers);
    let run = Run { plan, tables: &tables, buildings: &buildings, sums: &sums };
    let first = FirstPass::new(run.first_pass_setting(), &profiles, &sums);
    let finish = |id: &str, stretches: &[Stretch], apart: &[RawReading]| first.usage_point(id, stretches, apart);
    let gatherer = Gatherer::new(memory.gather, &survey, folder, &finish);
    let order = if let Survey::Together(roster) = &survey { roster.order().to_vec() } else { readings.pieces() };
    let read = inputs::read_all(
        &readings,
        &order,
        &gatherer,
        &plan.calendar,
        (progress, plan.pseudonym_key.is_none()),
        interrupt,
    )?;
    let ReadingsRead { gathered, interval_readings, register_readings, digests, .. } = read;
    let counted = crate::digest::counted::finish_counted(&gathered.registers, &first);
    profiles.close()?;
    tell_spilled(progress, &[("readings", gatherer.spilled()), ("profiles", profiles.spilled())]);
    let (registers, register_faults) = register_loads(gathered.registers, &tables.meters, &plan.calendar);
    clock.lap("read")?;

    progress.stage("planting farms, judging", None);
    let licences = LicenceCheck::new(&tables.licences, &tables.grid, &tables.customers, &buildings);
    let Kept { points, mut supplies, mut faults, hosts, ratios, adrift } = first.finish();
    let (registers, supply_registers) = crate::unmetered::register_supplies::apart(registers, &tables.grid, &supplies);
    supplies.extend(crate::unmetered::register_supplies::held(&supply_registers));
    faults.extend(register_faults);
    let mut metered =
        crate::metered::engine::run(points, &hosts, &profiles, &run.engine_setting(), run.calibration_settings());
    faults.extend(crate::metered::registers::against_intervals(&registers, &metered, &counted, &plan.calendar));
    run.sort_faults(&mut faults, &metered);
    clock.lap("judge")?;

    progress.stage("balancing the grid", None);
    let setting = run.first_pass_setting();
    let look =
        SecondLook { readings: &readings, survey: &survey, gatherer: &gatherer, counted: &counted, setting, interrupt };
    let series = GridSeries { supplies, registers: supply_registers, adrift, ratios };
    let mut balancing = Balancing { series, registers: &registers, hosts: &hosts, look: &look, beside };
    let (mut grid, coverage) = run.balance(&metered, &mut balancing)?;
    let linked = crate::judgement::meet::engines(&mut metered, &mut grid, &balancing.series.ratios, &tables.grid);
    clock.lap("balance")?;

    progress.stage("list", None);
    let setting = run.list_setting(&licences);
    let by_balance = ByBalance {
        named: crate::judgement::under_registers::rows(&grid.culprits, &grid.fallen, &setting),
        linked,
        says: std::mem::take(&mut grid.says),
    };
    let mut listing = crate::judgement::listing::list(&metered, &registers, &by_balance, &setting);
    let pictures = look.refine(&mut listing, (&metered, &grid.ratios.otherwise), plan.config.run.least_kw, progress)?;
    balancing.beside.listed(&Judged { run: &run, metered: &metered, hosts: &hosts, listing: &listing });
    gatherer.failure().or_else(|| profiles.failure()).map_or(Ok(()), Err)?;
    unchanged(&readings, &tables)?;
    clock.lap("list")?;

    let findings =
        run.drawn(run.assemble(&metered, (grid, coverage), listing, &balancing.series, faults), pictures, &metered);
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

/// What reading came to, for the run's record.
struct WhatWasRead {
    /// Interval and register readings.
    readings: (u64, u64),
    rejects: Vec<Reject>,
    digests: Vec<InputDigest>,
    /// Other ways in which files may be read.
    doubts: Vec<String>,
}

/// Whether `darkload simulate` left its settings beside a file of readings.
fn is_simulated(readings: &Path) -> bool {
    readings.parent().is_some_and(|folder| folder.join(SIMULATED).is_file())
}

/// Wall time by stage, and the place where an interrupt is noticed.
struct StageClock<'a> {
    interrupt: &'a Interrupt,
    last: Instant,
    stages: Vec<StageTime>,
}

impl<'a> StageClock<'a> {
    fn new(interrupt: &'a Interrupt) -> Self {
        Self { interrupt, last: Instant::now(), stages: Vec::new() }
    }

    fn lap(&mut self, stage: &str) -> Result<(), PipelineError> {
        let seconds = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        self.stages.push(StageTime { stage: stage.to_owned(), seconds: (seconds * 1000.0).round() / 1000.0 });
        if self.interrupt.is_set() { Err(PipelineError::Interrupted) } else { Ok(()) }
    }
}

/// What balances are made with.
struct Balancing<'a> {
    series: GridSeries,
    registers: &'a [RegisterLoad],
    /// Series of the sample, from which load profiles of classes are learned.
    hosts: &'a [LoadSeries],
    look: &'a SecondLook<'a>,
    beside: &'a mut dyn Beside,
}

/// What every stage works with.
struct Run<'a> {
    plan: &'a ScanPlan,
    tables: &'a Tables,
    buildings: &'a Buildings,
    sums: &'a GridSums,
}

impl Run<'_> {
    fn first_pass_setting(&self) -> crate::digest::first_pass::Setting<'_> {
        let config = &self.plan.config;
        crate::digest::first_pass::Setting {
            calendar: &self.plan.calendar,
            customers: &self.tables.customers,
            meters: &self.tables.meters,
            grid: &self.tables.grid,
            period: self.plan.period,
            seed: config.run.seed,
            sample: config.calibration.sample,
        }
    }

    fn engine_setting(&self) -> EngineSetting<'_> {
        let config = &self.plan.config;
        EngineSetting {
            calendar: &self.plan.calendar,
            customers: &self.tables.customers,
            buildings: self.buildings,
            grid: &self.tables.grid,
            class_words: &config.class_words,
            weather: &self.tables.weather,
            injection: InjectionSettings { seed: config.run.seed, per_host: config.calibration.per_usage_point },
            population: config.calibration.population,
        }
    }

    /// Adds usage points that a file does not know, and puts faults in the order of usage points
    /// and kinds.
    fn sort_faults(&self, faults: &mut Vec<Fault>, metered: &Metered) {
        let grid = &self.tables.grid;
        let points = metered.points.iter().map(|point| (&point.usage_point, point.days));
        faults.extend(crate::metered::engine::unknown_points(points, grid, &self.tables.customers));
        faults.sort_by(fault_order);
    }

    fn calibration_settings(&self) -> CalibrationSettings {
        let prior = &self.plan.config.prior;
        let mismatch = MismatchSettings { above_contract: prior.above_contract, inactive: prior.inactive };
        CalibrationSettings {
            prior: prior.by_class.clone(),
            default_prior: prior.default,
            prior_strength: prior.strength,
            mismatch,
        }
    }

    fn list_setting<'a>(&'a self, licences: &'a LicenceCheck) -> ListSetting<'a> {
        ListSetting {
            customers: &self.tables.customers,
            grid: &self.tables.grid,
            licences,
            lawful_class: &self.plan.config.lawful_class,
            least_kw: self.plan.config.run.least_kw,
            fdr: self.plan.config.run.fdr,
            top: self.plan.top,
        }
    }

    fn balance_settings(&self) -> BalanceSettings {
        let balance = &self.plan.config.balance;
        BalanceSettings {
            power_factor: balance.power_factor,
            line_loss_share: balance.line_loss_share,
            largest_filled_share: balance.largest_filled_share,
        }
    }

    /// Balances the grid, customers with registers included.
    fn balance(
        &self,
        metered: &Metered,
        balancing: &mut Balancing,
    ) -> Result<(GridTold, Vec<CoverageRow>), PipelineError> {
        let Balancing { series, registers, hosts, look, beside } = balancing;
        let is_read = |id: &str| metered.is_read(id);
        let register_only = |id: &str| {
            !metered.is_read(id) && registers.binary_search_by(|load| load.usage_point.as_ref().cmp(id)).is_ok()
        };
        let in_balance = |id: &str| metered.has_energy(id) || register_only(id);
        let shapes = LoadShapes::of(hosts, |id| metered.bench.facts(id));
        let by_register: Vec<&RegisterLoad> =
            registers.iter().filter(|load| !metered.is_read(&load.usage_point)).collect();
        let profiled = crate::unmetered::customer_registers::add_to_sums(
            &by_register,
            self.sums,
            &shapes,
            &self.tables.grid,
            &self.tables.customers,
            &series.supplies,
            &self.plan.calendar,
        );
        series.supplies.extend(crate::unmetered::register_supplies::with_course(
            &series.registers,
            &self.tables.grid,
            self.sums,
        ));
        let balance = &self.plan.config.balance;
        let members =
            metered.points.iter().filter_map(|point| Some((metered.bench.facts(&point.usage_point), point.mean_kw?)));
        let of_registers = by_register.iter().map(|load| (metered.bench.facts(&load.usage_point), load.mean_kw));
        let usual = UsualLoads::of(members.chain(of_registers));
        let unread = crate::unmetered::unread::expected(
            &self.tables.grid,
            in_balance,
            |id| metered.bench.facts(id),
            (&usual, &shapes),
            &series.supplies,
        );
        let place = Position { latitude: balance.latitude, longitude: balance.longitude };
        let setting = GridSetting {
            grid: &self.tables.grid,
            series,
            corrected: Arc::default(),
            sums: self.sums,
            is_read: &is_read,
            fell_kw: &|id| metered.fell_kw(id),
            mean_kw: &|id| metered.point(id).and_then(|point| point.mean_kw),
            profiled: &profiled,
            unread: &unread,
            in_balance: &in_balance,
            calendar: &self.plan.calendar,
            positions: &Positions::of_grid(&self.tables.grid, &self.tables.customers, place),
            settings: self.balance_settings(),
            prior: self.plan.config.prior.node,
        };
        let read_again = |wanted: &BTreeSet<UsagePointId>| look.series(wanted).map(|(series, _)| series);
        let mut then = |balanced: &[Balanced]| beside.balanced(self, balanced, &setting);
        let found = crate::unmetered::nodes::balance_grid(&setting, &read_again, &mut then)?;
        let grid = GridTold::of(found, &self.plan.calendar);
        let coverage = crate::judgement::coverage::coverage_rows(&setting, &grid.nodes, register_only);
        Ok((grid, coverage))
    }

    fn stakes(&self) -> Stakes<'_> {
        let config = &self.plan.config;
        Stakes {
            customers: &self.tables.customers,
            grid: &self.tables.grid,
            tariffs: &self.tables.tariffs,
            buildings: self.buildings,
            sums: self.sums,
            calendar: &self.plan.calendar,
            money: &config.money,
            rules: &self.plan.rules,
            visits: Visits {
                crews: Some(config.visits.crews).filter(|crews| *crews > 0),
                per_crew: config.visits.per_crew,
                cost: config.visits.cost,
            },
            power_factor: config.balance.power_factor,
        }
    }

    fn assemble(
        &self,
        metered: &Metered,
        (grid, coverage): (GridTold, Vec<CoverageRow>),
        mut listing: Listing,
        series: &GridSeries,
        mut faults: Vec<Fault>,
    ) -> Findings {
        let GridTold { mut nodes, days, placed, culprits, supply_faults, ratios, .. } = grid;
        propose_links(&mut faults, &placed);
        tell_ratios(&mut faults, &ratios);
        faults.extend(supply_faults);
        faults.extend(culprits.iter().filter_map(Culprit::fault));
        faults.sort_by(fault_order);
        let stakes = self.stakes();
        let Consequences { money, addresses, worklist, regions, node_places, notes } =
            at_stake::consequences(&stakes, metered, &mut listing, &mut nodes, &stakes.over_rating(metered, series));
        let run = RunRecord { other_priors: listing.other_priors, ..self.record(metered) };
        Findings {
            worklist,
            regions,
            addresses,
            money,
            suspects: listing.suspects,
            screening: listing.screening,
            statistic_names: statistics().map(|(_, statistic)| statistic.name).collect(),
            family_names: crate::judgement::score_rows::family_names(),
            scores: listing.scores,
            nodes,
            node_days: days,
            coverage,
            cleared: listing.cleared,
            faults,
            rejects: Vec::new(),
            node_places,
            names: Vec::new(),
            notes: [self.notes(metered), notes].concat(),
            dossiers: Vec::new(),
            temperatures: Vec::new(),
            run,
        }
    }

    /// Adds to the findings what is known when everything else is done, and puts pseudonyms in
    /// place of names where the plan asks for it.
    fn completed(
        &self,
        mut findings: Findings,
        period: Option<(CivilDay, CivilDay)>,
        read: WhatWasRead,
        stages: Vec<StageTime>,
    ) -> Findings {
        findings.rejects = [read.rejects, self.tables.rejects.clone()].concat();
        findings.rejects.sort();
        findings.notes.splice(0..0, read.doubts.into_iter().map(Fact::said));
        let run = &mut findings.run;
        run.period = period.map(|(from, to)| (from.to_string(), to.to_string()));
        (run.readings, run.register_readings) = read.readings;
        run.rejects = findings.rejects.iter().map(|reject| reject.records).sum();
        run.inputs = [read.digests, self.tables.digests.clone(), self.plan.digests.clone()].concat();
        run.synthetic = run.inputs.iter().any(|input| is_simulated(Path::new(&input.path)));
        run.stages = stages;
        findings.rejects.iter_mut().for_each(Reject::shorten);
        match &self.plan.pseudonym_key {
            Some(key) => pseudonymise(&mut findings, key, self.tables.meters()),
            None => findings.each_sentence(|sentence| {
                if has_names(sentence) {
                    *sentence = unmarked(sentence);
                }
            }),
        }
        findings
    }

    fn record(&self, metered: &Metered) -> RunRecord {
        let zone = self.plan.calendar.zone_name();
        RunRecord {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.plan.config.run.seed,
            options: self.plan.options.clone(),
            timezone: zone
                .map_or_else(|| "none given: stamps are local clock time without changes".to_owned(), str::to_owned),
            usage_points: metered.points.len() as u64,
            config: self.plan.config.to_table(),
            prevalence: prevalence(metered),
            ..RunRecord::default()
        }
    }

    fn notes(&self, metered: &Metered) -> Vec<Fact> {
        let mut notes = Vec::new();
        if !metered.points.is_empty() {
            notes.push(
                format!(
                    "the smallest load behind a meter that is claimed draws {} kW while it runs (setting run.least_kw)",
                    self.plan.config.run.least_kw
                )
                .into(),
            );
        }
        if self.plan.calendar.zone_name().is_none() {
            notes.push("no --timezone: stamps without an offset are taken as local clock time without changes".into());
        }
        if metered.calibration.is_none() && !metered.points.is_empty() {
            notes.push(
                "too few usage points with a week of readings to learn from (about a hundred are needed): no probabilities, see screening.csv"
                    .into(),
            );
        }
        if self.tables.customers.is_empty() {
            notes.push("no --customers: all usage points are compared with one another".into());
        }
        if self.plan.tables.weather.is_none() {
            notes.push("no --weather: heating and cooling cannot be told from a farm by temperature".into());
        }
        if self.tables.grid.is_empty() {
            notes.push("no --grid: load that no meter sees cannot be found".into());
        }
        notes
    }
}

/// Prior and prevalence of every calibration group and tariff class in it.
fn prevalence(metered: &Metered) -> Vec<Prevalence> {
    let Some(calibration) = &metered.calibration else { return Vec::new() };
    let mut members: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for point in &metered.points {
        *members.entry((&point.measured.group, &point.measured.tariff_class)).or_insert(0) += 1;
    }
    members
        .into_iter()
        .map(|((group, class), usage_points)| Prevalence {
            // A group of several classes is named once for each of them.
            stratum: if group.starts_with(class) { group.to_owned() } else { format!("{group}: {class}") },
            usage_points,
            prior: calibration.prior(class),
            prevalence: calibration.prevalence(group, class, 1.0),
        })
        .collect()
}
