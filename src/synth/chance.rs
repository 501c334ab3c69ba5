//! Random draws that the models of this room share, and noise that is correlated in time.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// A standard normal number.
pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    rng.sample(StandardNormal)
}

/// A log-normal number with this median; `sigma` is the standard deviation of its logarithm.
pub(super) fn log_normal(rng: &mut ChaCha8Rng, median: f64, sigma: f64) -> f64 {
    median * (sigma * normal(rng)).exp()
}

/// A value between `low` and `high`, equally likely in every octave.
pub(super) fn log_uniform(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    (low.ln() + (high / low).ln() * rng.random::<f64>()).exp()
}

/// A number between `low` and `high`, `low` when the range is empty.
pub(super) fn between(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// True with probability `p`; values outside 0..=1 are taken as the nearer end.
pub(super) fn chance(rng: &mut ChaCha8Rng, p: f64) -> bool {
    rng.random::<f64>() < p
}

/// One element of a list that is not empty.
pub(super) fn pick<T: Copy>(rng: &mut ChaCha8Rng, list: &[T]) -> T {
    list[rng.random_range(0..list.len())]
}

/// One element of a list of (weight, value).
pub(super) fn pick_weighted<T: Copy>(rng: &mut ChaCha8Rng, list: &[(f64, T)]) -> T {
    let mut rest = rng.random::<f64>() * list.iter().map(|entry| entry.0).sum::<f64>();
    for &(weight, value) in list {
        rest -= weight;
        if rest < 0.0 {
            return value;
        }
    }
    list[list.len() - 1].1
}

/// A Poisson count by Knuth's product of uniforms (TAOCP 3.4.1), good for the small means used
/// here.
pub(super) fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> u32 {
    let limit = (-mean).exp();
    let mut product = rng.random::<f64>();
    let mut count = 0;
    while product > limit {
        product *= rng.random::<f64>();
        count += 1;
    }
    count
}

/// A first-order autoregression with given standard deviation, sampled at a fixed fraction of its
/// correlation time.
pub(super) struct AutoRegression {
    value: f64,
    keep: f64,
    innovation_sd: f64,
}

impl AutoRegression {
    /// Begins in the stationary state; `steps` is the time step in units of the correlation time.
    pub(super) fn new(rng: &mut ChaCha8Rng, sd: f64, steps: f64) -> Self {
        let keep = (-steps).exp();
        Self { value: sd * normal(rng), keep, innovation_sd: sd * (1.0 - keep * keep).sqrt() }
    }

    /// The present value; moves one time step on.
    pub(super) fn next(&mut self, rng: &mut ChaCha8Rng) -> f64 {
        let current = self.value;
        self.value = self.keep * current + self.innovation_sd * normal(rng);
        current
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn poisson_counts_have_the_mean_asked_for() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let total: u32 = (0..20_000).map(|_| poisson(&mut rng, 2.5)).sum();
        assert!((f64::from(total) / 20_000.0 - 2.5).abs() < 0.05);
    }

    #[test]
    fn autoregressive_noise_keeps_its_standard_deviation() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut noise = AutoRegression::new(&mut rng, 0.1, 0.5);
        let values: Vec<f64> = (0..50_000).map(|_| noise.next(&mut rng)).collect();
        let sd = (values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).sqrt();
        assert!((sd - 0.1).abs() < 0.005, "{sd}");
    }
}
