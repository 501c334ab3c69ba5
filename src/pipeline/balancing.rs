//! The third step: from sums and balance meters to what balances tell.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::archive::ReadAgain;
use crate::domain::{Position, UsagePointId};
use crate::findings::CoverageRow;
use crate::judgement::coverage;
use crate::judgement::node_rows::GridTold;
use crate::judgement::places::{NodePlaces, VoltsRead};
use crate::metered::Metered;
use crate::population::{LoadShapes, UsualLoads};
use crate::series::{LoadSeries, RegisterLoad};
use crate::unmetered::{self, Balanced, GridSeries, GridSetting, Positions, Reads};

use super::inputs::PipelineError;
use super::run::Run;
use super::trial::Beside;

/// What balances are made with.
pub(super) struct Balancing<'a> {
    pub(super) series: GridSeries,
    pub(super) registers: &'a [RegisterLoad],
    /// Series of the sample, from which load profiles of classes are learned.
    pub(super) hosts: &'a [LoadSeries],
    pub(super) look: &'a ReadAgain<'a>,
    pub(super) beside: &'a mut dyn Beside,
}

impl Run<'_> {
    /// Balances the grid, customers with registers included.
    pub(super) fn balance(
        &self,
        metered: &Metered,
        balancing: &mut Balancing,
    ) -> Result<(GridTold, Vec<CoverageRow>), PipelineError> {
        let Balancing { series, registers, hosts, look, beside } = balancing;
        let by_intervals = metered.points.iter().map(|point| (&point.usage_point, point.mean_kw, point.fell_kw()));
        let reads = Reads::of(by_intervals, registers.iter().map(|load| &load.usage_point));
        let shapes = LoadShapes::of(hosts, |id| metered.bench.facts(id));
        let by_register: Vec<&RegisterLoad> =
            registers.iter().filter(|load| !metered.is_read(&load.usage_point)).collect();
        let profiled = unmetered::add_registers_to_sums(
            &by_register,
            self.sums,
            &shapes,
            &self.tables.grid,
            &self.tables.customers,
            &series.supplies,
            &self.plan.calendar,
        );
        series.supplies.extend(unmetered::supplies_with_course(&series.registers, &self.tables.grid, self.sums));
        let balance = &self.plan.config.balance;
        let members =
            metered.points.iter().filter_map(|point| Some((metered.bench.facts(&point.usage_point), point.mean_kw?)));
        let of_registers = by_register.iter().map(|load| (metered.bench.facts(&load.usage_point), load.mean_kw));
        let usual = UsualLoads::of(members.chain(of_registers));
        let unread = unmetered::unread_loads(
            &self.tables.grid,
            |id| reads.in_balance(id),
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
            reads: &reads,
            profiled: &profiled,
            unread: &unread,
            calendar: &self.plan.calendar,
            positions: &Positions::of_grid(&self.tables.grid, &self.tables.customers, place),
            settings: balance.settings(),
            prior: self.plan.config.prior.node,
        };
        let read_again = |wanted: &BTreeSet<UsagePointId>| look.judged(wanted).map_err(PipelineError::from);
        let mut then = |balanced: &[Balanced]| beside.balanced(self, balanced, &setting);
        let found = unmetered::balance_grid(&setting, &read_again, &mut then)?;
        let volts = VoltsRead { store: &self.tables.volts, linked: &self.tables.linked, grid: &self.tables.grid };
        let places = NodePlaces::of(&found.balanced, volts, &read_again, &|at| self.plan.calendar.day(at))?;
        let mut grid = GridTold::of(found, &self.plan.calendar, &self.tables.visits);
        places.tell(&mut grid.nodes, &mut grid.supply_faults);
        let coverage = coverage::coverage_rows(&setting, &grid.nodes);
        Ok((grid, coverage))
    }
}
