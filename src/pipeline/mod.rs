//! The only wiring: from a plan to findings, stage by stage.

mod inputs;
mod listing;
mod metered;
mod nodes;
mod plan;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::balance::BalanceSettings;
use crate::consequence::{LicenceCheck, Prices, address_rows, building, region_rows, worklist_rows};
use crate::domain::{Calendar, CivilDay, Customer, Fault, Grid, UsagePointId};
use crate::evidence::{TESTS, statistics};
use crate::findings::{Findings, NodeRow, Prevalence, RunRecord, StageTime, SuspectRow};
use crate::fusion::{CalibrationSettings, InjectionSettings};
use crate::series::{LoadSeries, RegisterLoad, register_load};

use inputs::Inputs;
use listing::{ListSetting, Listing};
use metered::{Metered, Prepared, Setting};
use nodes::{GridSetting, SeriesById};

pub use inputs::PipelineError;
pub use plan::{Interrupt, Progress, ScanPlan, StaticPaths};

/// Runs a scan. Nothing is written.
///
/// # Errors
/// When the input cannot be used, or the run is interrupted.
pub fn scan(plan: &ScanPlan, progress: &dyn Progress, interrupt: &Interrupt) -> Result<Findings, PipelineError> {
    let mut clock = StageClock::new(interrupt);
    progress.stage("reading", None);
    let inputs = Inputs::read(plan, progress, interrupt)?;
    clock.lap("read")?;

    progress.stage("building series", None);
    let prepared = metered::prepare(inputs.collected.intervals, &plan.calendar, &inputs.customers, plan.period);
    let (registers, register_faults) = registers(inputs.collected.registers, &plan.calendar);
    clock.lap("series")?;

    progress.stage("profiling, planting farms, judging", None);
    let run = Run { plan, customers: &inputs.customers, grid: &inputs.grid, period: period(&prepared, &plan.calendar) };
    let (points, supplies, mut faults) = run.split(prepared);
    faults.extend(register_faults);
    let metered = metered::run(points, &run.setting(&inputs.weather), run.calibration_settings());
    clock.lap("judge")?;

    progress.stage("second look and list", None);
    let licences = LicenceCheck::new(&inputs.licences, &inputs.grid, &inputs.customers);
    let listing = listing::list(&metered, &registers, &run.list_setting(&licences));
    clock.lap("list")?;

    progress.stage("balancing the grid", None);
    let mut findings = run.assemble(&metered, &supplies, &registers, listing, faults, &Prices::new(inputs.tariffs));
    clock.lap("balance")?;

    findings.rejects = inputs.collected.rejects;
    findings.run.readings = inputs.interval_readings;
    findings.run.register_readings = inputs.register_readings;
    findings.run.rejects = findings.rejects.len() as u64;
    findings.run.inputs = inputs.digests;
    findings.run.stages = clock.stages;
    Ok(findings)
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

fn registers(reads: Vec<(UsagePointId, Vec<crate::series::RegisterRead>)>, calendar: &Calendar) -> (Vec<RegisterLoad>, Vec<Fault>) {
    let (mut loads, mut faults) = (Vec::new(), Vec::new());
    for (usage_point, reads) in reads {
        let (load, found) = register_load(&usage_point, reads, calendar);
        loads.extend(load);
        faults.extend(found);
    }
    (loads, faults)
}

/// First and last day with readings.
fn period(prepared: &[Prepared], calendar: &Calendar) -> Option<(CivilDay, CivilDay)> {
    prepared.iter().filter_map(|p| p.series.days(calendar)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// What every stage after reading works with.
struct Run<'a> {
    plan: &'a ScanPlan,
    customers: &'a BTreeMap<UsagePointId, Customer>,
    grid: &'a Grid,
    period: Option<(CivilDay, CivilDay)>,
}

impl Run<'_> {
    /// Parts usage points from balance meters; faults of all.
    fn split(&self, prepared: Vec<Prepared>) -> (Vec<LoadSeries>, Vec<LoadSeries>, Vec<Fault>) {
        let (mut points, mut supplies, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for Prepared { series, faults: found } in prepared {
            faults.extend(found);
            if self.grid.measured_by(&series.usage_point).is_some() { supplies.push(series) } else { points.push(series) }
        }
        let ids = points.iter().map(|series| &series.usage_point);
        faults.extend(metered::unknown_points(ids, |id| self.grid.node(id).is_some(), !self.grid.is_empty(), self.customers));
        faults.sort_by(|a, b| (&a.usage_point, a.kind, a.from, &a.detail).cmp(&(&b.usage_point, b.kind, b.from, &b.detail)));
        (points, supplies, faults)
    }

    fn setting<'a>(&'a self, weather: &'a crate::domain::Weather) -> Setting<'a> {
        let config = &self.plan.config;
        Setting {
            calendar: &self.plan.calendar,
            customers: self.customers,
            weather,
            injection: InjectionSettings { seed: config.run.seed, per_host: config.calibration.per_usage_point },
            sample: config.calibration.sample,
        }
    }

    fn calibration_settings(&self) -> CalibrationSettings {
        let prior = &self.plan.config.prior;
        CalibrationSettings { prior: prior.by_class.clone(), default_prior: prior.default, prior_strength: prior.strength }
    }

    fn list_setting<'a>(&'a self, licences: &'a LicenceCheck) -> ListSetting<'a> {
        ListSetting {
            calendar: &self.plan.calendar,
            customers: self.customers,
            grid: self.grid,
            licences,
            fdr: self.plan.config.run.fdr,
            top: self.plan.top,
        }
    }

    fn assemble(
        &self,
        metered: &Metered,
        supplies: &[LoadSeries],
        registers: &[RegisterLoad],
        listing: Listing,
        faults: Vec<Fault>,
        prices: &Prices,
    ) -> Findings {
        let series: SeriesById =
            metered.points.iter().map(|point| &point.series).chain(supplies).map(|series| (&series.usage_point, series)).collect();
        let balance = &self.plan.config.balance;
        let setting = GridSetting {
            grid: self.grid,
            series: &series,
            calendar: &self.plan.calendar,
            settings: BalanceSettings {
                power_factor: balance.power_factor,
                line_loss_share: balance.line_loss_share,
                largest_filled_share: balance.largest_filled_share,
            },
            prior: self.plan.config.prior.node,
        };
        let mut nodes: Vec<NodeRow> = nodes::node_rows(&setting);
        for row in &mut nodes {
            row.loss = prices.of_node(row);
        }
        let register_only = |id: &str| registers.binary_search_by(|load| load.usage_point.as_ref().cmp(id)).is_ok();
        let coverage = nodes::coverage_rows(&setting, &nodes, register_only);
        let mut suspects: Vec<SuspectRow> = listing.suspects;
        for row in &mut suspects {
            row.loss = prices.of_suspect(row);
        }
        let addresses = address_rows(&suspects, &self.usage_points_by_building());
        Findings {
            worklist: worklist_rows(&addresses, &nodes),
            regions: region_rows(&suspects, &nodes, self.grid),
            addresses,
            suspects,
            screening: listing.screening,
            statistic_names: statistics().map(|(_, statistic)| statistic.name).collect(),
            family_names: TESTS.iter().map(|test| test.family).collect(),
            scores: listing.scores,
            nodes,
            coverage,
            cleared: listing.cleared,
            faults,
            rejects: Vec::new(),
            run: self.record(metered),
        }
    }

    fn usage_points_by_building(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for address in self.customers.values().filter_map(|customer| customer.address.as_deref()) {
            *counts.entry(building(address)).or_insert(0) += 1;
        }
        counts
    }

    fn record(&self, metered: &Metered) -> RunRecord {
        let zone = self.plan.calendar.zone_name();
        RunRecord {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.plan.config.run.seed,
            period: self.period.map(|(from, to)| (from.to_string(), to.to_string())),
            timezone: zone.map_or_else(|| "none given: stamps are local clock time without changes".to_owned(), str::to_owned),
            notes: self.notes(metered),
            usage_points: metered.points.len() as u64,
            config: self.plan.config.to_table(),
            prevalence: prevalence(metered),
            ..RunRecord::default()
        }
    }

    fn notes(&self, metered: &Metered) -> Vec<String> {
        let mut notes = Vec::new();
        if self.plan.calendar.zone_name().is_none() {
            notes.push("no --timezone: stamps without an offset are taken as local clock time without changes".to_owned());
        }
        if metered.calibration.is_none() && !metered.points.is_empty() {
            notes.push(
                "too few usage points with a week of readings to learn from (about a hundred are needed): no probabilities, see screening.csv"
                    .to_owned(),
            );
        }
        if self.customers.is_empty() {
            notes.push("no --customers: all usage points are compared with one another".to_owned());
        }
        if self.plan.tables.weather.is_none() {
            notes.push("no --weather: heating and cooling cannot be told from a farm by temperature".to_owned());
        }
        if self.grid.is_empty() {
            notes.push("no --grid: load that no meter sees cannot be found".to_owned());
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
            stratum: group.to_owned(),
            usage_points,
            prior: calibration.prior(class),
            prevalence: calibration.prevalence(group, class),
        })
        .collect()
}
