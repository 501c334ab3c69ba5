//! A usage point as calibration sees it: the value of every statistic, and whose tables and prior
//! are its own.

use std::sync::Arc;

use crate::domain::{Purpose, seed_of};
use crate::evidence::{CONTRACT_RATIO, HOST_NUMBERS, SIZE, TESTS, statistics};

use super::boosting::FOLDS;
use super::visits::Known;

/// A measured usage point, planted or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Tariff class, electric heating and kind of resolution: usage points that share tables.
    pub group: Arc<str>,
    /// Tariff class in lower case, for the prior.
    pub tariff_class: Arc<str>,
    /// Every statistic in registry order; NaN = not testable.
    pub statistics: Box<[f32]>,
    /// What the premises are (`evidence::host`).
    pub host: [f32; HOST_NUMBERS],
    /// Whether the premises are booked as inactive.
    pub inactive: bool,
    /// Which trees judge it: those of its fold have not seen it.
    pub fold: u8,
    /// What visits have said of it.
    pub known: Known,
}

impl Measured {
    /// Whether there are enough days to say even how large the load is; what else is known then
    /// says too little for a probability.
    #[must_use]
    pub fn can_be_judged(&self) -> bool {
        let size = TESTS.iter().position(|test| test.family == SIZE);
        statistics().zip(&self.statistics).any(|((family, _), value)| Some(family) == size && !value.is_nan())
    }

    /// Whether it draws more on average than its contract allows; false without a contracted power.
    #[must_use]
    pub fn exceeds_contract(&self) -> bool {
        let contract = statistics().position(|(_, statistic)| statistic.name == CONTRACT_RATIO);
        contract.is_some_and(|column| self.statistics[column] > 0.0)
    }

    /// What trees see: the statistics, then what the premises are.
    #[must_use]
    pub fn seen(&self) -> Vec<f32> {
        self.statistics.iter().chain(&self.host).copied().collect()
    }

    /// The fold of a usage point, by the hash of its id.
    #[must_use]
    pub fn fold_of(seed: u64, usage_point: &str) -> u8 {
        (seed_of(seed, usage_point, Purpose::Fold, 0) % FOLDS as u64) as u8
    }
}
