//! A bill: the energy that a customer was asked to pay for.

use super::{CivilDay, UsagePointId};

/// One line of a bill.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Whose.
    pub usage_point: UsagePointId,
    /// First day.
    pub from: CivilDay,
    /// Last day.
    pub to: CivilDay,
    /// Energy billed, kWh; negative where an earlier bill is taken back.
    pub billed_kwh: f64,
    /// Tariff class at which it was billed.
    pub tariff_class: Option<String>,
    /// Sum of money.
    pub amount: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Row in its file.
    pub row: u64,
}
