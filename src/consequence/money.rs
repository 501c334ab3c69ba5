//! Money at stake in its first form: hidden energy times the price of the class that should have been paid.
//!
//! Metered load: nothing is missing but the difference between the highest price of the table and the price of its own class, and the mining fee. Unmetered load:
//! the highest price in full, and the fee. Low and high follow the interval of the power. Without tariffs all amounts stay empty.

use crate::domain::Tariff;
use crate::findings::{Loss, NodeRow, SuspectRow};

/// Prices by tariff class.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    tariffs: Vec<Tariff>,
}

impl Prices {
    /// Prices from the tariff table; of several lines for a class the first counts.
    #[must_use]
    pub fn new(tariffs: Vec<Tariff>) -> Self {
        Self { tariffs }
    }

    /// Loss of a metered hidden load.
    #[must_use]
    pub fn of_suspect(&self, row: &SuspectRow) -> Loss {
        let own = row.tariff_class.as_deref().and_then(|class| self.class(class));
        let (Some(own), Some(full), Some(kwh)) = (own, self.dearest(), row.hidden_kwh) else { return Loss::default() };
        let ratio = |bound: Option<f64>| bound.zip(row.hidden_kw).filter(|(_, kw)| *kw > 0.0).map_or(1.0, |(bound, kw)| bound / kw);
        amount((full.price_per_kwh - own.price_per_kwh).max(0.0), own, kwh, (ratio(row.hidden_kw_low), ratio(row.hidden_kw_high)))
    }

    /// Loss of an unmetered load; empty for a node without a finding.
    #[must_use]
    pub fn of_node(&self, row: &NodeRow) -> Loss {
        let (Some(full), Some(kwh)) = (self.dearest(), row.unmetered_kwh.filter(|kwh| *kwh > 0.0 && row.pattern.is_some())) else {
            return Loss::default();
        };
        let ratio = |bound: Option<f64>| bound.map_or(1.0, |bound| (bound / kwh).max(0.0));
        amount(full.price_per_kwh, full, kwh, (ratio(row.unmetered_kwh_low), ratio(row.unmetered_kwh_high)))
    }

    fn class(&self, class: &str) -> Option<&Tariff> {
        let class = class.trim().to_lowercase();
        self.tariffs.iter().find(|tariff| tariff.tariff_class == class)
    }

    fn dearest(&self) -> Option<&Tariff> {
        self.tariffs.iter().max_by(|a, b| a.price_per_kwh.total_cmp(&b.price_per_kwh))
    }
}

fn amount(price: f64, tariff: &Tariff, kwh: f64, (low, high): (f64, f64)) -> Loss {
    let (energy, fee) = (price * kwh, tariff.fee_per_kwh.map(|fee| fee * kwh));
    let total = energy + fee.unwrap_or(0.0);
    Loss {
        loss_energy: Some(energy),
        loss_fee: fee,
        loss_low: Some(total * low),
        loss_high: Some(total * high),
        currency: Some(tariff.currency.clone()),
    }
}
