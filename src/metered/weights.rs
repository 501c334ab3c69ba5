//! How much each statistic may say beside the others.
//!
//! Statistics of one load are related, so their log-odds cannot simply be added. Weights w ≥ 0 and
//! a base b are fitted so that b + Σ w·llr predicts, on injected and un-injected usage points with
//! both sides weighing the same, which is which: ridge-penalised logistic regression, whose output
//! is itself a log-odds. Fitted by Newton steps (iteratively reweighted least squares); in each,
//! the quadratic model is minimised under w ≥ 0 by coordinate descent on its 20 × 20 matrix, so
//! that a step costs one pass over the rows. Source: McCullagh and Nelder (1989), Generalized
//! Linear Models, 2.5; Friedman, Hastie and Tibshirani (2010), Journal of Statistical Software 33,
//! for coordinate descent inside; Wolpert (1992), stacked generalisation, for the idea of weighing
//! fitted scores.

use crate::domain::logistic;
use ndarray::{Array1, Array2, ArrayView2};
use rayon::prelude::*;

/// Ridge penalty per statistic, in units of one side's total weight: keeps related statistics at
/// similar weights.
const RIDGE: f64 = 0.01;
/// Newton steps at most; changes are below the tolerance after six.
const STEPS: usize = 40;
/// Sweeps of coordinate descent within a step.
const SWEEPS: usize = 200;
/// A change of all coefficients below this ends the search.
const TOLERANCE: f64 = 1e-4;
/// Rows that one task sums up; fixed, so that sums do not depend on the number of threads.
const ROWS_AT_A_TIME: usize = 2048;

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
pub(super) struct Labelled<'a> {
    /// One row a usage point, one column a statistic; 0 where not testable.
    pub(super) llr: ArrayView2<'a, f64>,
    /// 1 for injected rows, 0 for un-injected ones.
    pub(super) injected: Array1<f64>,
    /// Weight of the row.
    pub(super) weight: Array1<f64>,
}

/// Gradient and curvature of the log-likelihood at one set of coefficients; index 0 is the base.
struct Quadratic {
    gradient: Array1<f64>,
    curvature: Array2<f64>,
    loss: f64,
}

impl Weights {
    /// Fits base and weights. Both sides are scaled to the same total weight. The search begins at
    /// `near`, where something like it was fitted before.
    #[must_use]
    pub(super) fn fit(rows: &Labelled, near: Option<&Self>) -> Self {
        let columns = rows.llr.ncols();
        let row_weight = balanced(rows);
        let even = vec![1.0 / columns.max(1) as f64; columns];
        let (base, weight) = near.map_or((0.0, &even[..]), |near| (near.base, near.weight.as_slice().unwrap_or(&even)));
        let mut at: Array1<f64> = std::iter::once(base).chain(weight.iter().copied()).collect();
        let mut here = Quadratic::at(&at, rows, &row_weight);
        for _ in 0..STEPS {
            let target = here.minimum(&at);
            let mut step = 1.0;
            let mut next = target.clone();
            let mut there = Quadratic::at(&next, rows, &row_weight);
            // The quadratic model is trusted only as far as it lowers the loss.
            while there.loss > here.loss + 1e-15 && step > 1e-3 {
                step /= 2.0;
                next = &at + &((&target - &at) * step);
                there = Quadratic::at(&next, rows, &row_weight);
            }
            let change = (&next - &at).iter().fold(0.0_f64, |most, change| most.max(change.abs()));
            (at, here) = (next, there);
            if change < TOLERANCE {
                break;
            }
        }
        Self { base: at[0], weight: at.iter().skip(1).copied().collect() }
    }
}

impl Quadratic {
    fn at(coefficients: &Array1<f64>, rows: &Labelled, row_weight: &Array1<f64>) -> Self {
        let size = coefficients.len();
        let count = rows.llr.nrows();
        let parts: Vec<Self> = (0..count.div_ceil(ROWS_AT_A_TIME))
            .into_par_iter()
            .map(|part| {
                Self::of_rows(
                    coefficients,
                    rows,
                    row_weight,
                    part * ROWS_AT_A_TIME..((part + 1) * ROWS_AT_A_TIME).min(count),
                )
            })
            .collect();
        let mut sum = Self { gradient: Array1::zeros(size), curvature: Array2::zeros((size, size)), loss: 0.0 };
        for part in parts {
            sum.gradient += &part.gradient;
            sum.curvature += &part.curvature;
            sum.loss += part.loss;
        }
        for index in 1..size {
            sum.gradient[index] += RIDGE * coefficients[index];
            sum.curvature[[index, index]] += RIDGE;
            sum.loss += 0.5 * RIDGE * coefficients[index].powi(2);
        }
        sum
    }

    fn of_rows(
        coefficients: &Array1<f64>,
        rows: &Labelled,
        row_weight: &Array1<f64>,
        range: std::ops::Range<usize>,
    ) -> Self {
        let size = coefficients.len();
        let mut sum = Self { gradient: Array1::zeros(size), curvature: Array2::zeros((size, size)), loss: 0.0 };
        let mut x = vec![1.0; size];
        for row in range {
            for (x, &llr) in x[1..].iter_mut().zip(rows.llr.row(row)) {
                *x = llr;
            }
            let score: f64 = x.iter().zip(coefficients).map(|(x, c)| x * c).sum();
            let (p, w, y) = (logistic(score), row_weight[row], rows.injected[row]);
            // ln(1 + e^s) − y·s, written so that no exponential overflows.
            sum.loss += w * (score.max(0.0) + (-score.abs()).exp().ln_1p() - y * score);
            let (slope, bend) = (w * (p - y), w * p * (1.0 - p));
            for i in 0..size {
                sum.gradient[i] += slope * x[i];
                let bent = bend * x[i];
                if bent != 0.0 {
                    let mut line = sum.curvature.row_mut(i);
                    line.iter_mut().zip(&x[..=i]).for_each(|(sum, x)| *sum += bent * x);
                }
            }
        }
        for i in 0..size {
            for j in 0..i {
                sum.curvature[[j, i]] = sum.curvature[[i, j]];
            }
        }
        sum
    }

    /// Where the quadratic model around `at` is lowest with all weights 0 or larger.
    fn minimum(&self, at: &Array1<f64>) -> Array1<f64> {
        let mut found = at.clone();
        // Gradient of the model at `found`, kept up to date.
        let mut slope = self.gradient.clone();
        for _ in 0..SWEEPS {
            let mut change = 0.0_f64;
            for index in 0..found.len() {
                let curvature = self.curvature[[index, index]].max(1e-12);
                let mut new = found[index] - slope[index] / curvature;
                if index > 0 {
                    new = new.max(0.0);
                }
                let step = new - found[index];
                if step != 0.0 {
                    slope.scaled_add(step, &self.curvature.column(index));
                    found[index] = new;
                    change = change.max(step.abs());
                }
            }
            if change < TOLERANCE / 100.0 {
                break;
            }
        }
        found
    }
}

/// Row weights scaled so that each side sums to one half.
fn balanced(rows: &Labelled) -> Array1<f64> {
    let injected: f64 = (&rows.weight * &rows.injected).sum();
    let null: f64 = rows.weight.sum() - injected;
    Array1::from_iter(
        rows.weight
            .iter()
            .zip(&rows.injected)
            .map(|(w, &y)| 0.5 * w / if y > 0.5 { injected } else { null }.max(1e-12)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One honest column, copied `copies` times: ±2 log-odds, right in logistic(2) of all cases.
    fn fit(copies: usize, sign: f64) -> Weights {
        let n = 4000;
        let right = (logistic(2.0) * 1000.0) as usize;
        let injected = Array1::from_iter((0..n).map(|i| f64::from(u8::from(i % 2 == 0))));
        let mut llr: Array2<f64> = Array2::from_shape_fn((n, copies), |(i, _)| {
            let says_farm = (i % 2 == 0) == ((i / 2) % 1000 < right);
            if says_farm { 2.0 } else { -2.0 }
        });
        llr.column_mut(copies - 1).mapv_inplace(|x| x * sign);
        Weights::fit(&Labelled { llr: llr.view(), injected, weight: Array1::ones(n) }, None)
    }

    #[test]
    fn honest_log_odds_keep_their_weight() {
        let weights = fit(1, 1.0);
        assert!((weights.weight[0] - 1.0).abs() < 0.1, "{}", weights.weight[0]);
    }

    #[test]
    fn the_same_evidence_given_three_times_counts_once() {
        let weights = fit(3, 1.0);
        assert!((weights.weight.sum() - 1.0).abs() < 0.1, "{}", weights.weight);
        assert!(weights.weight.iter().all(|&w| (w - weights.weight[0]).abs() < 0.15), "{}", weights.weight);
    }

    #[test]
    fn weights_are_never_negative() {
        assert!(fit(2, -1.0).weight[1] == 0.0);
    }
}
