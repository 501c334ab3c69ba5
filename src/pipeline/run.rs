//! What every stage works with, and the settings that each room is given of it.

use crate::casebook::Surroundings;
use crate::consequence::at_stake::Stakes;
use crate::digest::PassSetting;
use crate::domain::Fault;
use crate::judgement::LicenceCheck;
use crate::judgement::list_setting::ListSetting;
use crate::judgement::listing::Listing;
use crate::judgement::told_faults::fault_order;
use crate::metered::{self, CalibrationSettings, EngineSetting, InjectionSettings, Metered, MismatchSettings};
use crate::population::Buildings;
use crate::series::{GridSums, LoadSeries, RegisterLoad};

use super::inputs::Tables;
use super::plan::ScanPlan;

/// A run after its list is made.
pub(super) struct Judged<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) metered: &'a Metered<'a>,
    pub(super) hosts: &'a [LoadSeries],
    pub(super) listing: &'a Listing,
}

/// What every stage works with.
pub(super) struct Run<'a> {
    pub(super) plan: &'a ScanPlan,
    pub(super) tables: &'a Tables,
    pub(super) buildings: &'a Buildings,
    pub(super) sums: &'a GridSums,
}

impl Run<'_> {
    pub(super) fn first_pass_setting(&self) -> PassSetting<'_> {
        let config = &self.plan.config;
        PassSetting {
            calendar: &self.plan.calendar,
            customers: &self.tables.customers,
            meters: &self.tables.meters,
            grid: &self.tables.grid,
            period: self.plan.period,
            seed: config.run.seed,
            sample: config.calibration.sample,
        }
    }

    pub(super) fn engine_setting(&self) -> EngineSetting<'_> {
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
            visits: &self.tables.visits,
            period: self.plan.period,
        }
    }

    /// Adds usage points that a file does not know, and puts faults in the order of usage points
    /// and kinds.
    pub(super) fn sort_faults(&self, faults: &mut Vec<Fault>, metered: &Metered) {
        let grid = &self.tables.grid;
        let points = metered.points.iter().map(|point| (&point.usage_point, point.days));
        faults.extend(metered::unknown_points(points, grid, &self.tables.customers));
        faults.sort_by(fault_order);
    }

    pub(super) fn calibration_settings(&self) -> CalibrationSettings {
        let prior = &self.plan.config.prior;
        let mismatch = MismatchSettings { above_contract: prior.above_contract, inactive: prior.inactive };
        CalibrationSettings {
            prior: prior.by_class.clone(),
            default_prior: prior.default,
            prior_strength: prior.strength,
            mismatch,
            missed: self.plan.config.inspections.missed,
        }
    }

    pub(super) fn list_setting<'a>(&'a self, licences: &'a LicenceCheck) -> ListSetting<'a> {
        ListSetting {
            customers: &self.tables.customers,
            grid: &self.tables.grid,
            licences,
            lawful_class: &self.plan.config.lawful_class,
            least_kw: self.plan.config.run.least_kw,
            stated: &self.plan.config.stated,
            fdr: self.plan.config.run.fdr,
            top: self.plan.top,
        }
    }

    pub(super) fn surroundings<'a>(&'a self, metered: &'a Metered<'a>) -> Surroundings<'a> {
        let Tables { customers, grid, complaints, .. } = self.tables;
        Surroundings { customers, grid, buildings: self.buildings, complaints, metered }
    }

    pub(super) fn stakes<'a>(&'a self, registers: &'a [RegisterLoad]) -> Stakes<'a> {
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
            visits: config.visits.settings(),
            power_factor: config.balance.power_factor,
            bills: (&self.tables.bills, self.tables.file("billing")),
            registers,
        }
    }
}
