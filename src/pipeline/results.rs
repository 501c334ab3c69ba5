//! The last step: everything that was found, put together with how the run was made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::consequence::at_stake::{self, Consequences};
use crate::consequence::pseudonymise;
use crate::digest::DigestError;
use crate::disk;
use crate::domain::{CivilDay, Fact, Fault, Minute, Reject, UsagePointId};
use crate::evidence::statistics;
use crate::findings::said;
use crate::findings::{CoverageRow, Findings, InputDigest, LoadPicture, RunRecord, StageTime};
use crate::ingest::Understood;
use crate::judgement::listing::Listing;
use crate::judgement::node_rows::GridTold;
use crate::judgement::score_rows::family_names;
use crate::judgement::told_faults::{fault_order, propose_links, tell_ratios};
use crate::judgement::unknown_places::Places;
use crate::judgement::{dossiers, hit_rate, prevalence, unknown_places};
use crate::metered::Metered;
use crate::series::RegisterLoad;
use crate::unmetered::Culprit;
use crate::unmetered::GridSeries;

use super::inputs::Tables;
use super::run::Run;

/// What reading came to, for the run's record.
pub(super) struct WhatWasRead {
    /// Interval and register readings.
    pub(super) readings: (u64, u64),
    pub(super) rejects: Vec<Reject>,
    pub(super) digests: Vec<InputDigest>,
    pub(super) understood: Vec<Understood>,
    /// First and last interval.
    pub(super) held: Option<(Minute, Minute)>,
    /// Other ways in which files may be read.
    pub(super) doubts: Vec<Fact>,
    /// What makes the dump strange as a whole.
    pub(super) warnings: Vec<Fact>,
}

impl Run<'_> {
    /// Findings with all that the page draws beside them.
    pub(super) fn drawn(
        &self,
        findings: Findings,
        pictures: BTreeMap<UsagePointId, LoadPicture>,
        metered: &Metered,
    ) -> Findings {
        let Tables { customers, weather, .. } = self.tables;
        Findings {
            dossiers: dossiers::of_suspects(&findings.suspects, pictures, metered, customers),
            temperatures: dossiers::temperatures(metered.period(), weather, &self.plan.calendar),
            ..findings
        }
    }

    pub(super) fn assemble(
        &self,
        metered: &Metered,
        (grid, coverage): (GridTold, Vec<CoverageRow>),
        mut listing: Listing,
        (series, registers): (&GridSeries, &[RegisterLoad]),
        mut faults: Vec<Fault>,
    ) -> Result<Findings, DigestError> {
        let GridTold { mut nodes, days, placed, culprits, supply_faults, ratios, visited, .. } = grid;
        propose_links(&mut faults, &placed);
        tell_ratios(&mut faults, &ratios);
        faults.extend(supply_faults.into_iter().chain(self.tables.linked.faults.clone()));
        faults.extend(culprits.iter().filter_map(Culprit::fault));
        faults.sort_by(fault_order);
        let stakes = self.stakes(registers);
        let Consequences { money, addresses, worklist, regions, node_places, notes, billing, mut rejects } =
            at_stake::consequences(&stakes, metered, &mut listing, &mut nodes, &stakes.over_rating(metered, series))?;
        rejects.extend(self.of_unknown_places(metered, registers));
        let visited = [listing.visited, visited].concat();
        let nobody = listing.suspects.is_empty();
        let candidates = listing.candidates.into_iter().filter(|_| nobody).collect();
        let run = RunRecord { other_priors: listing.other_priors, ..self.record(metered) };
        Ok(Findings {
            worklist,
            regions,
            addresses,
            money,
            suspects: listing.suspects,
            screening: listing.screening,
            statistic_names: statistics().map(|(_, statistic)| statistic.name).collect(),
            family_names: family_names(),
            scores: listing.scores,
            nodes,
            node_days: days,
            coverage,
            phases: self.tables.linked.phases.clone(),
            cleared: listing.cleared,
            hit_rate: hit_rate::rows(&visited),
            faults,
            billing,
            cases: Vec::new(),
            trends: Vec::new(),
            rejects,
            node_places,
            names: Vec::new(),
            warnings: Vec::new(),
            candidates,
            notes: [self.notes(metered), listing.told, notes].concat(),
            dossiers: Vec::new(),
            temperatures: Vec::new(),
            run,
        })
    }

    /// Adds to the findings what is known when everything else is done, and puts pseudonyms in
    /// place of names where the plan asks for it.
    pub(super) fn completed(
        &self,
        mut findings: Findings,
        period: Option<(CivilDay, CivilDay)>,
        read: WhatWasRead,
        stages: Vec<StageTime>,
    ) -> Findings {
        findings.rejects.extend([read.rejects, self.tables.rejects.clone()].concat());
        findings.rejects.sort();
        findings.notes.splice(0..0, read.doubts);
        findings.warnings = read.warnings;
        let run = &mut findings.run;
        run.period = period.map(|(from, to)| (from.to_string(), to.to_string()));
        (run.readings, run.register_readings) = read.readings;
        run.rejects = findings.rejects.iter().map(|reject| reject.records).sum();
        run.inputs = [read.digests, self.tables.digests.clone(), self.plan.digests.clone()].concat();
        run.understood = read.understood;
        run.synthetic = run.inputs.iter().any(|input| disk::is_simulated(Path::new(&input.path)));
        run.stages = stages;
        findings.rejects.iter_mut().for_each(Reject::shorten);
        if let Some(key) = &self.plan.pseudonym_key {
            pseudonymise(&mut findings, key, self.tables.meters());
        }
        findings
    }

    /// Rows of tables about places that nobody knows.
    fn of_unknown_places(&self, metered: &Metered, registers: &[RegisterLoad]) -> Vec<Reject> {
        let Tables { customers, grid, inspections, bills, .. } = self.tables;
        let in_tables = |id: &str| customers.contains_key(id) || grid.fed_by(id).is_some();
        let by_register: BTreeSet<&str> = registers.iter().map(|load| &*load.usage_point).collect();
        let places = Places {
            knows_point: &|id| metered.is_read(id) || in_tables(id) || by_register.contains(id),
            knows_node: &|id| grid.node(id).is_some(),
        };
        let mut rejects = places.of_inspections(inspections, self.tables.file("inspections"));
        let file = self.tables.file("billing");
        rejects.extend(bills.iter().filter_map(|bill| places.point(&bill.usage_point, file, bill.row)));
        rejects
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
            prevalence: prevalence::of_groups(metered),
            ..RunRecord::default()
        }
    }

    fn notes(&self, metered: &Metered) -> Vec<Fact> {
        let notes = [
            (!metered.points.is_empty()).then(|| said::least_kw(self.plan.config.run.least_kw)),
            self.plan.calendar.zone_name().is_none().then(said::no_zone),
            (metered.calibration.is_none() && !metered.points.is_empty()).then(said::few_points),
            self.tables.customers.is_empty().then(said::no_customers),
            self.tables.paths.weather.is_none().then(said::no_weather),
            self.tables.grid.is_empty().then(said::no_grid),
        ];
        let outside = unknown_places::outside(&self.tables.inspections, metered.period());
        notes.into_iter().flatten().chain(outside).collect()
    }
}
