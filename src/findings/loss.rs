//! Money at stake.

use std::collections::BTreeSet;

/// Money at stake, each amount in the one currency; all `None` when no tariff applies.
///
/// Energy and fee are kept apart. Low and high are the same formula at the ends of the 90 %
/// intervals of power and start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loss {
    /// Energy not paid, or paid at the wrong tariff.
    pub loss_energy: Option<f64>,
    /// Digital-mining fee not paid.
    pub loss_fee: Option<f64>,
    /// Lower end of the sum.
    pub loss_low: Option<f64>,
    /// Upper end of the sum.
    pub loss_high: Option<f64>,
    /// Lower and upper end of the energy alone.
    pub energy_range: Option<(f64, f64)>,
    /// Lower and upper end of the fee alone.
    pub fee_range: Option<(f64, f64)>,
    /// ISO 4217 codes; several where amounts of different currencies stand side by side and none is
    /// added up.
    pub currencies: BTreeSet<String>,
}

impl Loss {
    /// The currency of all amounts; `None` without one or with several.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.currencies.first().filter(|_| self.currencies.len() == 1).map(String::as_str)
    }

    /// Energy and fee together; `None` without either.
    #[must_use]
    pub fn total(&self) -> Option<f64> {
        match (self.loss_energy, self.loss_fee) {
            (None, None) => None,
            (energy, fee) => Some(energy.unwrap_or(0.0) + fee.unwrap_or(0.0)),
        }
    }
}
