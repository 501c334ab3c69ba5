//! What a synthetic utility is asked to be, checked before anything is drawn.

use serde::{Deserialize, Serialize};

use crate::domain::CivilDay;

/// Order of rows in the readings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOrder {
    /// All readings of one usage point together.
    Meter,
    /// All readings of one instant together, as head-ends export.
    Time,
}

/// Format of the readings file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Parquet with dictionary ids.
    Parquet,
    /// Comma-separated text.
    Csv,
}

/// Settings of a synthetic utility. Shares lie between 0 and 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SimulateSettings {
    /// Usage points, balance meters not counted.
    pub usage_points: u32,
    /// Days.
    pub days: u32,
    /// Interval length, minutes; divides an hour.
    pub step_min: u32,
    /// Seed.
    pub seed: u64,
    /// First day, `YYYY-MM-DD`.
    pub start: String,
    /// Time zone of the stamps.
    pub timezone: String,
    /// Share of usage points that are businesses or institutions.
    pub business_share: f64,
    /// Share of usage points that hide a farm.
    pub farm_share: f64,
    /// Share of usage points that lawfully look like one.
    pub look_alike_share: f64,
    /// Share of usage points with a data fault.
    pub fault_share: f64,
    /// Share of homes heated by electricity.
    pub electric_heating_share: f64,
    /// Share of homes with monthly register readings instead of intervals.
    pub register_share: f64,
    /// Whether businesses are read hourly whatever the interval length.
    pub mixed_steps: bool,
    /// Usage points to a transformer.
    pub per_transformer: u32,
    /// Whether feeders and substations have balance meters too.
    pub three_levels: bool,
    /// Share of transformers with a balance meter.
    pub balance_share: f64,
    /// Share of transformers with a tap that no meter sees.
    pub tap_share: f64,
    /// Share of usage points that the grid file forgets.
    pub unlinked_share: f64,
    /// Order of rows.
    pub order: RowOrder,
    /// Format of the readings.
    pub format: FileFormat,
}

/// Settings that make no utility.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{name} is {value}, but must be {bounds}")]
pub struct SettingsError {
    name: &'static str,
    value: String,
    bounds: &'static str,
}

impl SimulateSettings {
    /// Checks every bound.
    ///
    /// # Errors
    /// Names the first setting out of its bounds.
    pub fn check(&self) -> Result<(), SettingsError> {
        let error = |name, value: String, bounds| Err(SettingsError { name, value, bounds });
        if !(1..=10_000_000).contains(&self.usage_points) {
            return error("usage points", self.usage_points.to_string(), "between 1 and 10,000,000");
        }
        if !(1..=3660).contains(&self.days) {
            return error("days", self.days.to_string(), "between 1 and 3,660");
        }
        if ![5, 10, 15, 20, 30, 60].contains(&self.step_min) {
            return error("step", self.step_min.to_string(), "5, 10, 15, 20, 30 or 60 minutes");
        }
        if !(1..=10_000).contains(&self.per_transformer) {
            return error("usage points to a transformer", self.per_transformer.to_string(), "between 1 and 10,000");
        }
        if CivilDay::parse(&self.start).is_none() {
            return error("start", self.start.clone(), "a date such as 2025-03-01");
        }
        let shares = [
            ("business share", self.business_share),
            ("farm share", self.farm_share),
            ("look-alike share", self.look_alike_share),
            ("fault share", self.fault_share),
            ("electric heating share", self.electric_heating_share),
            ("register share", self.register_share),
            ("balance share", self.balance_share),
            ("tap share", self.tap_share),
            ("unlinked share", self.unlinked_share),
        ];
        match shares.into_iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            Some((name, share)) => error(name, share.to_string(), "between 0 and 1"),
            None => Ok(()),
        }
    }
}
