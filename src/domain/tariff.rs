//! Tariffs: what a kilowatt-hour costs, by class, band and date.

use super::CivilDay;

/// One line of the tariff table.
#[derive(Debug, Clone, PartialEq)]
pub struct Tariff {
    /// Tariff class the line applies to.
    pub tariff_class: String,
    /// Price per kWh in `currency`.
    pub price_per_kwh: f64,
    /// ISO 4217 code.
    pub currency: String,
    /// Lower edge of the consumption band, kWh a month.
    pub from_kwh: Option<f64>,
    /// Upper edge of the consumption band, kWh a month.
    pub to_kwh: Option<f64>,
    /// Digital-mining fee per kWh.
    pub fee_per_kwh: Option<f64>,
    /// First day.
    pub valid_from: Option<CivilDay>,
    /// Last day.
    pub valid_to: Option<CivilDay>,
}
