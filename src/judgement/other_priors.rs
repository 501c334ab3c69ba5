//! What the list would be for other priors: the one assumption that no dump can settle.
//!
//! The share of farms that probabilities use is the configured prior and what the dump shows,
//! weighed by size (`fusion::calibration`). With the prior multiplied by a factor, every log-odds
//! moves by the change of its group's share, and the list is cut at the same expected share of
//! innocents.

use rayon::prelude::*;

use super::{q_values, shortlist_length};
use crate::domain::{logistic, logit};
use crate::findings::OtherPrior;
use crate::metered::{Calibration, Measured};

/// Factors that the prior is multiplied by.
const FACTORS: [f64; 4] = [0.1, 0.3, 3.0, 10.0];

/// Number of lines for every factor. `judged` holds measured usage points with their log-odds;
/// `None` instead of the first where the prior has no part in it.
pub(crate) fn other_priors(
    judged: &[(Option<&Measured>, f64)],
    calibration: &Calibration,
    fdr: f64,
) -> Vec<OtherPrior> {
    let listed = |factor: f64| {
        let moved = |(measured, log_odds): &(Option<&Measured>, f64)| {
            let change = measured.map_or(0.0, |measured| {
                let share = |factor: f64| {
                    logit(calibration.prevalence(&measured.group, &measured.tariff_class, factor).clamp(1e-7, 0.5))
                };
                share(factor) - share(1.0)
            });
            logistic(log_odds + change)
        };
        let mut probability: Vec<f64> = judged.par_iter().map(moved).collect();
        probability.par_sort_by(|a, b| b.total_cmp(a));
        shortlist_length(&q_values(&probability), fdr) as u64
    };
    FACTORS.iter().map(|&factor| OtherPrior { factor, listed: listed(factor) }).collect()
}
