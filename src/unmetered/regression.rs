//! A robust linear fit of a few columns, with priors on coefficients and errors that know of days.
//!
//! y = Σ b_j · x_j + e by Huber's M-estimator (k = 1.345, 95 % efficiency under normality), scale
//! from the median absolute deviation, by iteratively reweighted least squares. A prior N(0, σ_j²)
//! on a coefficient adds 1/σ_j² to its precision. The hours of a day err together: the precision of
//! data counts a day as one observation, and errors are the sandwich estimator clustered by day
//! with Bartlett weights over three days.
//! Source: Huber (1964), Robust estimation of a location parameter; Liang and Zeger (1986),
//! Biometrika 73; Newey and West (1987), Econometrica 55.

use crate::domain::mad_sigma;

/// Most columns of a fit.
pub(super) const MOST_COLUMNS: usize = 8;
/// Tuning constant of Huber's function.
const HUBER_K: f64 = 1.345;
/// Rounds of reweighting, at most.
const ROUNDS: usize = 12;
/// A relative change of the scale below this ends them.
const SETTLED: f64 = 0.003;
/// Relative error of energy that was assumed for missing readings: an hour of a home or a shop
/// strays about so much from its usual value.
const ASSUMED_ERROR: f64 = 0.3;
/// Noise below this is not believed, kW: meters of this size count in steps of ten watt-hours.
const LEAST_SCALE_KW: f64 = 0.005;
/// Hours that count as one observation.
const HOURS_TOGETHER: f64 = 24.0;
/// Days over which errors are taken to be correlated.
const LAG_DAYS: usize = 3;

/// What is known of a coefficient before the fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Prior {
    /// Nothing.
    Free,
    /// N(0, σ²).
    Normal(f64),
}

/// What is fitted, hour by hour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// The residual, kW.
    pub(super) y: &'a [f64],
    /// Load that was assumed for missing readings, kW.
    pub(super) assumed: &'a [f64],
    /// Number of the day of each hour, from 0, in order.
    pub(super) day: &'a [usize],
}

type Vector = [f64; MOST_COLUMNS];
type Matrix = [Vector; MOST_COLUMNS];

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fit {
    /// One a column.
    pub(super) coefficients: Vector,
    /// Covariance of the coefficients.
    covariance: Matrix,
    /// What the fit leaves, one value an hour.
    pub(super) off: Vec<f64>,
    /// Robust standard deviation of what is left in hours without assumed load, kW.
    pub(super) scale: f64,
}

impl Fit {
    /// Standard error of a weighted sum of coefficients.
    pub(super) fn error_of(&self, weights: &Vector) -> f64 {
        let mut variance = 0.0;
        for (i, wi) in weights.iter().enumerate() {
            for (j, wj) in weights.iter().enumerate() {
                variance += wi * wj * self.covariance[i][j];
            }
        }
        variance.max(0.0).sqrt()
    }
}

/// Fits `columns`, each with its prior. `None` with fewer than 24 rows, with too many columns, or
/// when columns say the same.
pub(super) fn robust_fit(columns: &[&[f64]], rows: &Rows, priors: &[Prior]) -> Option<Fit> {
    let n = rows.y.len();
    if n < 24 || columns.len() > MOST_COLUMNS {
        return None;
    }
    let mut weight = vec![1.0; n];
    let mut scale = mad_sigma(rows.y, 0.0).max(LEAST_SCALE_KW);
    let mut coefficients = Vector::default();
    let mut off = rows.y.to_vec();
    let mut scaled = vec![0.0; n];
    let mut precision = Matrix::default();
    for _ in 0..ROUNDS {
        let prior = prior_precision(priors, scale);
        let (mut gram, right) = normal_equations(columns, rows.y, &weight);
        (0..columns.len()).for_each(|j| gram[j][j] += prior[j]);
        precision = inverse(&gram, columns.len())?;
        coefficients = times(&precision, &right);
        off.copy_from_slice(rows.y);
        for (column, b) in columns.iter().zip(&coefficients) {
            off.iter_mut().zip(*column).for_each(|(off, x)| *off -= b * x);
        }
        for ((scaled, off), &assumed) in scaled.iter_mut().zip(&off).zip(rows.assumed) {
            *scaled = off * trust(assumed, scale).sqrt();
        }
        let before = scale;
        scale = mad_sigma(&scaled, 0.0).max(LEAST_SCALE_KW);
        let settled = (scale - before).abs() < SETTLED * scale;
        for index in 0..n {
            let trusted = trust(rows.assumed[index], scale);
            let u = off[index].abs() * trusted.sqrt() / scale;
            weight[index] = trusted * if u <= HUBER_K { 1.0 } else { HUBER_K / u };
        }
        if settled {
            break;
        }
    }
    let prior = prior_precision(priors, scale);
    let covariance = covariance(columns, rows.day, &off, &weight, &precision, &prior, scale);
    Some(Fit { coefficients, covariance, off, scale })
}

/// Share of its usual weight that an hour with assumed load keeps.
fn trust(assumed_kw: f64, scale: f64) -> f64 {
    if assumed_kw == 0.0 {
        return 1.0;
    }
    1.0 / (1.0 + (ASSUMED_ERROR * assumed_kw / scale).powi(2))
}

/// What priors add to the diagonal of the normal equations, which are in units of one hour's
/// variance.
fn prior_precision(priors: &[Prior], scale: f64) -> Vector {
    let mut precision = Vector::default();
    for (precision, prior) in precision.iter_mut().zip(priors) {
        if let Prior::Normal(sigma) = prior {
            *precision = HOURS_TOGETHER * scale * scale / (sigma * sigma);
        }
    }
    precision
}

fn normal_equations(columns: &[&[f64]], y: &[f64], weight: &[f64]) -> (Matrix, Vector) {
    let (mut gram, mut right) = (Matrix::default(), Vector::default());
    let mut weighted = vec![0.0; weight.len()];
    for (i, a) in columns.iter().enumerate() {
        weighted.iter_mut().zip(*a).zip(weight).for_each(|((weighted, a), w)| *weighted = a * w);
        for (j, b) in columns.iter().enumerate().take(i + 1) {
            let sum = dot(&weighted, b);
            (gram[i][j], gram[j][i]) = (sum, sum);
        }
        right[i] = dot(&weighted, y);
    }
    (gram, right)
}

/// Sum of products in eight lanes, which the compiler turns into wide instructions; the order is
/// fixed, so the sum is the same on every run.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Inverse of the leading `k` rows and columns of a symmetric positive matrix, by Cholesky factors;
/// `None` when it is not positive.
fn inverse(matrix: &Matrix, k: usize) -> Option<Matrix> {
    let mut factor = Matrix::default();
    for i in 0..k {
        for j in 0..=i {
            let sum = matrix[i][j] - (0..j).map(|l| factor[i][l] * factor[j][l]).sum::<f64>();
            if i == j {
                if sum <= 1e-10 * matrix[i][i] {
                    return None;
                }
                factor[i][i] = sum.sqrt();
            } else {
                factor[i][j] = sum / factor[j][j];
            }
        }
    }
    // Column by column of the unit matrix; the inverse is symmetric, so columns may be kept as
    // rows.
    let mut inverse = Matrix::default();
    for (column, x) in inverse.iter_mut().enumerate().take(k) {
        for i in 0..k {
            let known: f64 = (0..i).map(|l| factor[i][l] * x[l]).sum();
            x[i] = (f64::from(u8::from(i == column)) - known) / factor[i][i];
        }
        for i in (0..k).rev() {
            let known: f64 = (i + 1..k).map(|l| factor[l][i] * x[l]).sum();
            x[i] = (x[i] - known) / factor[i][i];
        }
    }
    Some(inverse)
}

fn times(matrix: &Matrix, vector: &Vector) -> Vector {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// The sandwich: days as clusters, neighbouring days correlated; the prior's own uncertainty is
/// part of the filling.
fn covariance(
    columns: &[&[f64]],
    day: &[usize],
    off: &[f64],
    weight: &[f64],
    bread: &Matrix,
    prior: &Vector,
    scale: f64,
) -> Matrix {
    let days = day.last().map_or(0, |last| last + 1);
    let mut score = vec![Vector::default(); days];
    for (j, column) in columns.iter().enumerate() {
        for index in 0..off.len() {
            score[day[index]][j] += weight[index] * off[index] * column[index];
        }
    }
    let mut filling = Matrix::default();
    for lag in 0..=LAG_DAYS.min(days.saturating_sub(1)) {
        let bartlett = 1.0 - lag as f64 / (LAG_DAYS + 1) as f64;
        for (late, early) in score[lag..].iter().zip(&score) {
            for i in 0..columns.len() {
                for j in 0..columns.len() {
                    let product = late[i] * early[j];
                    filling[i][j] += bartlett * product;
                    if lag > 0 {
                        filling[j][i] += bartlett * product;
                    }
                }
            }
        }
    }
    for j in 0..columns.len() {
        filling[j][j] += HOURS_TOGETHER * scale * scale * prior[j];
    }
    // Few clusters understate the error: the usual factor G / (G − 1).
    let few = days as f64 / (days as f64 - 1.0).max(1.0);
    let half = filling.map(|row| times(bread, &row));
    let mut covariance = Matrix::default();
    for i in 0..columns.len() {
        for j in 0..columns.len() {
            covariance[i][j] = few * (0..columns.len()).map(|l| bread[i][l] * half[l][j]).sum::<f64>();
        }
    }
    covariance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(y: &[f64], prior: [Prior; 2]) -> Fit {
        let x: Vec<f64> = (0..y.len()).map(|i| (i % 24) as f64).collect();
        let (ones, day): (Vec<f64>, Vec<usize>) = (vec![1.0; y.len()], (0..y.len()).map(|i| i / 24).collect());
        let rows = Rows { y, assumed: &vec![0.0; y.len()], day: &day };
        robust_fit(&[&ones, &x], &rows, &prior).unwrap()
    }

    const FREE: [Prior; 2] = [Prior::Free; 2];

    #[test]
    fn a_tenth_of_wild_points_does_not_move_the_line() {
        let y: Vec<f64> = (0..480)
            .map(|i| if i % 10 == 3 { 500.0 } else { 7.0 + 0.1 * f64::from(i % 24) + 0.01 * f64::from(i % 7) })
            .collect();
        let fit = line(&y, FREE);
        assert!(
            (fit.coefficients[0] - 7.03).abs() < 0.1 && (fit.coefficients[1] - 0.1).abs() < 0.01,
            "{:?}",
            fit.coefficients
        );
    }

    #[test]
    fn errors_that_come_by_days_widen_the_interval() {
        let day_error = |day: i32| f64::from((day * 37) % 11) / 11.0;
        let by_day: Vec<f64> = (0..2400).map(|i| day_error(i / 24)).collect();
        let by_hour: Vec<f64> = (0..2400).map(day_error).collect();
        let error = |y: &[f64]| line(y, FREE).error_of(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(error(&by_day) > 2.0 * error(&by_hour));
    }

    #[test]
    fn a_prior_holds_a_slope_that_noise_makes() {
        let y: Vec<f64> = (0..480).map(|i| f64::from((i * 7919) % 101) / 10.0 + 0.1 * f64::from(i % 24)).collect();
        let slope = |prior| line(&y, [Prior::Free, prior]).coefficients[1];
        assert!(
            slope(Prior::Normal(0.01)).abs() < 0.3 * slope(Prior::Free).abs(),
            "{} {}",
            slope(Prior::Normal(0.01)),
            slope(Prior::Free)
        );
    }

    #[test]
    fn columns_that_say_the_same_have_no_fit() {
        let (y, ones) = (vec![1.0; 48], vec![1.0; 48]);
        let day: Vec<usize> = (0..48).map(|i| i / 24).collect();
        assert!(robust_fit(&[&ones, &ones], &Rows { y: &y, assumed: &vec![0.0; 48], day: &day }, &FREE).is_none());
    }
}
