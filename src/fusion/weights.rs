//! How much each statistic may say beside the others.
//!
//! Statistics of one load are related, so their log-odds cannot simply be added. Weights w ≥ 0 and a base b are fitted so that b + Σ w·llr predicts, on injected and
//! un-injected usage points with both sides weighing the same, which is which: ridge-penalised logistic regression, whose output is itself a log-odds.
//! Source: projected Newton steps by coordinates (Bertsekas, 1982); Wolpert (1992), stacked generalisation, for the idea of weighing fitted scores.

use ndarray::{Array1, Array2, ArrayView1};

/// Ridge penalty per statistic, in units of one side's total weight: keeps related statistics at similar weights.
const RIDGE: f64 = 0.01;
/// Sweeps over all coordinates; changes are below 1e-4 long before.
const SWEEPS: usize = 60;

/// Fitted weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    /// Constant term, log-odds.
    pub(super) base: f64,
    /// One weight a statistic, 0 or larger.
    pub(super) weight: Array1<f64>,
}

/// Rows of log-odds with their weights and side.
#[derive(Debug, Clone)]
pub(super) struct Labelled {
    /// One row a usage point, one column a statistic; 0 where not testable.
    pub(super) llr: Array2<f64>,
    /// 1 for injected rows, 0 for un-injected ones.
    pub(super) injected: Array1<f64>,
    /// Weight of the row.
    pub(super) weight: Array1<f64>,
}

impl Weights {
    /// Log-odds of one row.
    #[must_use]
    pub(super) fn score(&self, llr: &Array1<f64>) -> f64 {
        self.base + self.weight.dot(llr)
    }

    /// Fits base and weights. Both sides are scaled to the same total weight.
    #[must_use]
    pub(super) fn fit(rows: &Labelled) -> Self {
        let columns = rows.llr.ncols();
        let row_weight = balanced(rows);
        let mut weights = Self { base: 0.0, weight: Array1::from_elem(columns, 1.0 / columns.max(1) as f64) };
        let mut score: Array1<f64> = rows.llr.dot(&weights.weight);
        for _ in 0..SWEEPS {
            let (gradient, curvature) = derivatives(&score, rows, &row_weight, None);
            let step = gradient / curvature.max(1e-12);
            weights.base += step;
            score += step;
            for column in 0..columns {
                let values = rows.llr.column(column);
                let (gradient, curvature) = derivatives(&score, rows, &row_weight, Some(values));
                let old = weights.weight[column];
                let new = (old + (gradient - RIDGE * old) / (curvature + RIDGE)).max(0.0);
                if new != old {
                    weights.weight[column] = new;
                    score.scaled_add(new - old, &values);
                }
            }
        }
        weights
    }
}

/// Row weights scaled so that each side sums to one half.
fn balanced(rows: &Labelled) -> Array1<f64> {
    let injected: f64 = (&rows.weight * &rows.injected).sum();
    let null: f64 = rows.weight.sum() - injected;
    Array1::from_iter(rows.weight.iter().zip(&rows.injected).map(|(w, &y)| 0.5 * w / if y > 0.5 { injected } else { null }.max(1e-12)))
}

/// Gradient and curvature of the log-likelihood along one column, or along the base.
fn derivatives(score: &Array1<f64>, rows: &Labelled, weight: &Array1<f64>, column: Option<ArrayView1<f64>>) -> (f64, f64) {
    let (mut gradient, mut curvature) = (0.0, 0.0);
    for row in 0..score.len() {
        let x = column.map_or(1.0, |column| column[row]);
        if x == 0.0 {
            continue;
        }
        let p = logistic(score[row]);
        gradient += weight[row] * (rows.injected[row] - p) * x;
        curvature += weight[row] * p * (1.0 - p) * x * x;
    }
    (gradient, curvature)
}

/// Probability of a log-odds.
#[must_use]
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Log-odds of a probability in (0, 1).
#[must_use]
pub fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One honest column, copied `copies` times: ±2 log-odds, right in logistic(2) of all cases.
    fn rows(copies: usize) -> Labelled {
        let n = 4000;
        let right = (logistic(2.0) * 1000.0) as usize;
        let injected = Array1::from_iter((0..n).map(|i| f64::from(u8::from(i % 2 == 0))));
        let llr = Array2::from_shape_fn((n, copies), |(i, _)| {
            let says_farm = (i % 2 == 0) == ((i / 2) % 1000 < right);
            if says_farm { 2.0 } else { -2.0 }
        });
        Labelled { llr, injected, weight: Array1::ones(n) }
    }

    #[test]
    fn honest_log_odds_keep_their_weight() {
        let weights = Weights::fit(&rows(1));
        assert!((weights.weight[0] - 1.0).abs() < 0.1, "{}", weights.weight[0]);
    }

    #[test]
    fn the_same_evidence_given_three_times_counts_once() {
        let weights = Weights::fit(&rows(3));
        assert!((weights.weight.sum() - 1.0).abs() < 0.1, "{}", weights.weight);
        assert!(weights.weight.iter().all(|&w| (w - weights.weight[0]).abs() < 0.15), "{}", weights.weight);
    }

    #[test]
    fn weights_are_never_negative() {
        let mut rows = rows(2);
        rows.llr.column_mut(1).mapv_inplace(|x| -x);
        assert!(Weights::fit(&rows).weight[1] == 0.0);
    }
}
