//! Where the static tables of a run are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Paths of the static tables.
#[derive(Debug, Clone, Default)]
pub struct StaticPaths {
    /// Customers.
    pub customers: Option<PathBuf>,
    /// Grid.
    pub grid: Option<PathBuf>,
    /// Weather.
    pub weather: Option<PathBuf>,
    /// Licences.
    pub licences: Option<PathBuf>,
    /// Tariffs.
    pub tariffs: Option<PathBuf>,
    /// Meters: ratios of transformers with dates.
    pub meters: Option<PathBuf>,
    /// What inspectors found.
    pub inspections: Option<PathBuf>,
    /// Bills.
    pub billing: Option<PathBuf>,
    /// Outages and other events.
    pub events: Option<PathBuf>,
    /// Complaints.
    pub complaints: Option<PathBuf>,
    /// Volts of meters.
    pub voltage: Option<PathBuf>,
    /// Register readings in files of their own.
    pub registers: Option<PathBuf>,
}

/// Static tables that may be taken from a folder of readings. Ratios of meters are not: readings
/// may be multiplied by them already.
pub const FROM_FOLDERS: [&str; 9] =
    ["customers", "grid", "weather", "licences", "tariffs", "inspections", "billing", "events", "complaints"];

impl StaticPaths {
    /// Tables that are given, by the names of their options.
    #[must_use]
    pub fn given(&self) -> Vec<(&'static str, &Path)> {
        let all = [
            ("customers", &self.customers),
            ("grid", &self.grid),
            ("weather", &self.weather),
            ("licences", &self.licences),
            ("tariffs", &self.tariffs),
            ("meters", &self.meters),
            ("inspections", &self.inspections),
            ("billing", &self.billing),
            ("events", &self.events),
            ("complaints", &self.complaints),
            ("voltage", &self.voltage),
        ];
        all.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?))).collect()
    }

    /// The same with tables that were found, by the names of their options.
    #[must_use]
    pub fn with(&self, mut found: BTreeMap<&'static str, PathBuf>) -> Self {
        let mut or_found = |given: &Option<PathBuf>, name| given.clone().or_else(|| found.remove(name));
        Self {
            customers: or_found(&self.customers, "customers"),
            grid: or_found(&self.grid, "grid"),
            weather: or_found(&self.weather, "weather"),
            licences: or_found(&self.licences, "licences"),
            tariffs: or_found(&self.tariffs, "tariffs"),
            meters: self.meters.clone(),
            inspections: or_found(&self.inspections, "inspections"),
            billing: or_found(&self.billing, "billing"),
            events: or_found(&self.events, "events"),
            complaints: or_found(&self.complaints, "complaints"),
            voltage: self.voltage.clone(),
            registers: self.registers.clone(),
        }
    }
}
