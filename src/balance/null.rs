//! How surprising is a constant unmetered load at this node?
//!
//! H0: the true constant part is zero and the estimate errs with its own standard error and a spread that all nodes share (wrong loss data, missing customers),
//! with heavy tails (Student, 4 degrees of freedom).  H1: a load between 1 and 100 kW, log-uniform, is estimated with the same error.
//! Statistic: Bayes factor of the two; the probability adds the configured prior share of nodes with a tap.
//! Null: the common spread is taken from the lower side of all nodes, where taps cannot be: they only add.
//! Source: Efron (2004), JASA 99, for the empirical null; statrs for the distributions.

use statrs::distribution::{Continuous, Normal, StudentsT};

use crate::domain::{MAD_TO_SIGMA, median};

/// Range of unmetered loads that H1 holds, kW.
const TAP_KW: (f64, f64) = (1.0, 100.0);
/// Points of the log-uniform integral.
const POINTS: usize = 200;
/// Degrees of freedom of the null.
const FREEDOM: f64 = 4.0;
/// Spread assumed before any node is seen, and how many nodes it counts for, kW.
const PRIOR_SPREAD_KW: f64 = 0.3;
const PRIOR_NODES: f64 = 5.0;

/// Verdict on one node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeOdds {
    /// Log-odds for unmetered load, prior included.
    pub log_odds: f64,
    /// Standard error with the common spread in it, kW.
    pub error_kw: f64,
}

/// Spread of the constant part over healthy nodes, kW: from the distances below the median of the lower half, shrunk to 0.3 kW when nodes are few.
#[must_use]
pub fn common_spread_kw(constant_kw: &[f64]) -> f64 {
    let centre = median(constant_kw).min(0.5);
    let below: Vec<f64> = constant_kw.iter().filter(|&&kw| kw <= centre).map(|kw| centre - kw).collect();
    if below.is_empty() {
        return PRIOR_SPREAD_KW;
    }
    let spread = MAD_TO_SIGMA * median(&below);
    let n = below.len() as f64;
    ((n * spread.powi(2) + PRIOR_NODES * PRIOR_SPREAD_KW.powi(2)) / (n + PRIOR_NODES)).sqrt()
}

/// Log-odds that the estimate `kw` with standard error `se_kw` is a real load. A standard error that is not a number counts as the common spread.
#[must_use]
pub fn node_odds(kw: f64, se_kw: f64, spread_kw: f64, prior: f64) -> NodeOdds {
    let error_kw = if se_kw.is_finite() { se_kw.hypot(spread_kw) } else { spread_kw };
    let null = StudentsT::new(0.0, error_kw, FREEDOM).map_or(f64::MIN_POSITIVE, |null| null.pdf(kw));
    let mut farm = 0.0;
    for point in 0..POINTS {
        let share = (point as f64 + 0.5) / POINTS as f64;
        let tap_kw = TAP_KW.0 * (TAP_KW.1 / TAP_KW.0).powf(share);
        // Larger taps are known less exactly: losses that go with them are part of the estimate.
        farm += Normal::new(tap_kw, error_kw.hypot(0.05 * tap_kw)).map_or(0.0, |normal| normal.pdf(kw)) / POINTS as f64;
    }
    let bayes = farm.max(f64::MIN_POSITIVE).ln() - null.max(f64::MIN_POSITIVE).ln();
    NodeOdds { log_odds: bayes + (prior / (1.0 - prior)).ln(), error_kw }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_tap_is_likely_and_a_healthy_node_is_not() {
        assert!(node_odds(10.0, 0.2, 0.3, 0.02).log_odds > 3.0);
        assert!(node_odds(0.2, 0.2, 0.3, 0.02).log_odds < -3.0);
        assert!(node_odds(-8.0, 0.2, 0.3, 0.02).log_odds < -3.0);
    }

    #[test]
    fn taps_do_not_widen_the_common_spread() {
        let healthy = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3];
        let mut with_taps = healthy.to_vec();
        with_taps.extend([20.0, 35.0]);
        assert!((common_spread_kw(&healthy) - common_spread_kw(&with_taps)).abs() < 0.1);
    }
}
