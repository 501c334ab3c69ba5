//! A robust line y = a + b·x with standard errors that know of days.
//!
//! Huber's M-estimator (k = 1.345, 95 % efficiency under normality), scale from the median absolute deviation, by iteratively reweighted least squares.
//! The standard error of `a` is the sandwich estimator clustered by day, since the hours of a day err together.
//! Source: Huber (1964), Robust estimation of a location parameter; Liang and Zeger (1986), Biometrika 73, for the clustered sandwich.

use crate::domain::mad_sigma;

/// Tuning constant of Huber's function.
const HUBER_K: f64 = 1.345;
/// Rounds of reweighting.
const ROUNDS: usize = 30;

/// A fitted line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Value at x = 0.
    pub(super) a: f64,
    /// Slope.
    pub(super) b: f64,
    /// Standard error of `a`.
    pub(super) se_a: f64,
}

/// Sums of a weighted fit, centred on the mean of x for accuracy.
struct Fit {
    weight: f64,
    x: f64,
    y: f64,
    xx: f64,
    b: f64,
}

/// Fits the line; `cluster` numbers the day of each point. `None` with fewer than 24 points. Where x does not vary, the slope is 0.
pub(super) fn huber_line(x: &[f64], y: &[f64], cluster: &[i32]) -> Option<Line> {
    if x.len() < 24 {
        return None;
    }
    let mut weight = vec![1.0; x.len()];
    let mut fit = least_squares(x, y, &weight);
    let mut residual: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        residual = x.iter().zip(y).map(|(x, y)| y - fit.y - fit.b * (x - fit.x)).collect();
        let scale = mad_sigma(&residual, 0.0).max(1e-9);
        for (weight, residual) in weight.iter_mut().zip(&residual) {
            let u = residual.abs() / scale;
            *weight = if u <= HUBER_K { 1.0 } else { HUBER_K / u };
        }
        fit = least_squares(x, y, &weight);
    }
    let se_a = clustered_error(&fit, x, &residual, &weight, cluster);
    Some(Line { a: fit.y - fit.b * fit.x, b: fit.b, se_a })
}

fn least_squares(x: &[f64], y: &[f64], weight: &[f64]) -> Fit {
    let total: f64 = weight.iter().sum();
    let mean = |values: &[f64]| values.iter().zip(weight).map(|(v, w)| v * w).sum::<f64>() / total;
    let (mx, my) = (mean(x), mean(y));
    let (mut xx, mut xy) = (0.0, 0.0);
    for index in 0..x.len() {
        xx += weight[index] * (x[index] - mx).powi(2);
        xy += weight[index] * (x[index] - mx) * (y[index] - my);
    }
    let varies = xx > 1e-9 * total * mx.abs().max(1e-6).powi(2);
    Fit { weight: total, x: mx, y: my, xx, b: if varies { xy / xx } else { 0.0 } }
}

/// Standard error of the value at x = 0: the influence of each point on it, summed by day.
fn clustered_error(fit: &Fit, x: &[f64], residual: &[f64], weight: &[f64], cluster: &[i32]) -> f64 {
    let slope_part = if fit.b == 0.0 { 0.0 } else { fit.x / fit.xx };
    let (mut variance, mut of_day, mut days) = (0.0, 0.0, 0.0);
    for index in 0..x.len() {
        of_day += weight[index] * residual[index] * (1.0 / fit.weight - slope_part * (x[index] - fit.x));
        if index + 1 == x.len() || cluster[index + 1] != cluster[index] {
            variance += of_day * of_day;
            of_day = 0.0;
            days += 1.0;
        }
    }
    // Few clusters understate the error: the usual factor G / (G − 1).
    (variance * days / f64::max(days - 1.0, 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_wild_points_does_not_move_the_line() {
        let x: Vec<f64> = (0..480).map(|i| f64::from(i % 24)).collect();
        let y: Vec<f64> = (0..480).map(|i| if i % 10 == 3 { 500.0 } else { 7.0 + 0.1 * f64::from(i % 24) + 0.01 * f64::from(i % 7) }).collect();
        let days: Vec<i32> = (0..480).map(|i| i / 24).collect();
        let line = huber_line(&x, &y, &days).unwrap();
        assert!((line.a - 7.03).abs() < 0.1, "{line:?}");
        assert!((line.b - 0.1).abs() < 0.01, "{line:?}");
    }

    #[test]
    fn errors_that_come_by_days_widen_the_interval() {
        let x: Vec<f64> = (0..2400).map(|i| f64::from(i % 24)).collect();
        let day_error = |day: i32| f64::from((day * 37) % 11) / 11.0;
        let by_day: Vec<f64> = (0..2400).map(|i| day_error(i / 24)).collect();
        let by_hour: Vec<f64> = (0..2400).map(day_error).collect();
        let days: Vec<i32> = (0..2400).map(|i| i / 24).collect();
        let (wide, narrow) = (huber_line(&x, &by_day, &days).unwrap(), huber_line(&x, &by_hour, &days).unwrap());
        assert!(wide.se_a > 2.0 * narrow.se_a, "{} {}", wide.se_a, narrow.se_a);
    }
}
