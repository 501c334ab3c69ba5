//! How many farms are among the un-injected? A two-part mixture of the fused score.
//!
//! f = (1 − π)·f0 + π·f1. f1 is the score of injected usage points. f0 is the score of the
//! population: in its upper tail, where real farms may hide, it is an exponential fitted to the
//! body of the distribution (between its 85 % and 95 % quantiles, each usage point counted by its
//! probability of being innocent), so that farms themselves do not stretch it. A population without
//! farms has no excess over that tail, and π goes to zero. This is the "external null" that ranking
//! a batch against itself lacks.
//! Source: Efron (2004), Large-scale simultaneous hypothesis testing: the choice of a null
//! hypothesis, JASA 99 (the empirical null, here one-sided).

/// Quantile of the null from which on the tail is fitted.
const TAIL_FROM: f64 = 0.85;
/// Quantile of the null up to which it is fitted: beyond, real farms may hide.
const TAIL_TO: f64 = 0.95;
/// Share of farms the iteration starts from.
const START: f64 = 0.01;
/// Rounds of expectation and maximisation; the share changes by less than 1 % of itself long
/// before.
const ROUNDS: usize = 40;
/// Step at which log-odds are tabulated.
const RUNG: f64 = 0.1;
/// Least scale of the tail: a narrower one would call the next usage point beyond it a farm.
const LEAST_SCALE: f64 = 0.5;
/// Width of the window in which the density of injected scores is taken, in log-odds.
const WINDOW: f64 = 1.0;

/// The fitted mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// Score where the exponential tail begins.
    pub tail_start: f64,
    /// Scale of the tail, in log-odds.
    pub tail_scale: f64,
    /// Share of usage points that look like farms, 0 to 1: the excess over the null, not yet shrunk
    /// to any prior.
    pub share: f64,
    injected: Vec<f64>,
    ladder: Vec<f64>,
}

impl Mixture {
    /// Fits the mixture to the scores of the population and of injected usage points; the search
    /// begins where each usage point is innocent with the probability `innocent`. `None` without
    /// scores on either side.
    #[must_use]
    pub fn fit(population: &[f64], mut injected: Vec<f64>, innocent: &[f64]) -> Option<Self> {
        if population.is_empty() || injected.is_empty() {
            return None;
        }
        injected.sort_by(f64::total_cmp);
        let mut members: Vec<(f64, f64)> = population.iter().copied().zip(innocent.iter().copied()).collect();
        members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (sorted, mut innocent): (Vec<f64>, Vec<f64>) = members.into_iter().unzip();
        let mut mixture = Self { tail_start: 0.0, tail_scale: 1.0, share: START, injected, ladder: Vec::new() };
        for _ in 0..ROUNDS {
            mixture.fit_tail(&sorted, &innocent);
            // Below the tail nothing counts as a farm.
            let tail = sorted.partition_point(|&score| score < mixture.tail_start);
            innocent[..tail].fill(1.0);
            let mut farms = 0.0;
            for (score, innocent) in sorted.iter().zip(&mut innocent).skip(tail) {
                let posterior = mixture.posterior(*score);
                farms += posterior;
                *innocent = 1.0 - posterior;
            }
            mixture.share = (farms / sorted.len() as f64).clamp(1e-9, 0.5);
        }
        mixture.build_ladder();
        Some(mixture)
    }

    /// Fits the exponential tail between two quantiles of the scores, each counted by its
    /// probability of being innocent.
    fn fit_tail(&mut self, sorted: &[f64], innocent: &[f64]) {
        let total: f64 = innocent.iter().sum();
        let at = |share: f64| {
            let mut passed = 0.0;
            let place = innocent.iter().position(|weight| {
                passed += weight;
                passed >= share * total
            });
            sorted[place.unwrap_or(sorted.len() - 1)]
        };
        let (from, to) = (at(TAIL_FROM), at(TAIL_TO));
        self.tail_start = from;
        self.tail_scale = ((to - from) / ((1.0 - TAIL_FROM) / (1.0 - TAIL_TO)).ln()).max(LEAST_SCALE);
    }

    /// Probability that a usage point of the population with this score is a farm, with the share
    /// found in the population itself.
    #[must_use]
    pub fn posterior(&self, score: f64) -> f64 {
        if score < self.tail_start {
            return 0.0;
        }
        let farm = self.share * self.injected_density(score);
        let innocent = (1.0 - self.share) * self.null_density(score);
        if farm + innocent > 0.0 { farm / (farm + innocent) } else { 0.0 }
    }

    /// Log-odds that a score is worth: ln f1 − ln f0 in the tail, made non-decreasing; below the
    /// tail it falls one for one with the score.
    #[must_use]
    pub fn llr(&self, score: f64) -> f64 {
        if score <= self.tail_start {
            return self.ladder[0] + score - self.tail_start;
        }
        let place = (score - self.tail_start) / RUNG;
        let (below, last) = (place.floor() as usize, self.ladder.len() - 1);
        if below >= last {
            // Beyond the planted farms the null goes on falling by its scale.
            return self.ladder[last] + (place - last as f64) * RUNG / self.tail_scale;
        }
        let t = place - below as f64;
        self.ladder[below] + t * (self.ladder[below + 1] - self.ladder[below])
    }

    /// Log-odds at even steps of the score from the start of the tail to the upper end of planted
    /// farms.
    fn build_ladder(&mut self) {
        let top = self.injected[self.injected.len() - 1].max(self.tail_start + RUNG);
        let rungs = ((top - self.tail_start) / RUNG).ceil() as usize;
        self.ladder.clear();
        let mut highest = f64::NEG_INFINITY;
        for rung in 0..=rungs {
            let score = self.tail_start + rung as f64 * RUNG;
            // A rise of a hair on every rung keeps the order of scores.
            highest = (self.injected_density(score).ln() - self.null_density(score).ln()).max(highest + 1e-6);
            self.ladder.push(highest);
        }
    }

    /// Density of the null in its tail; below the tail it is taken as so high that nothing there
    /// counts as a farm.
    fn null_density(&self, score: f64) -> f64 {
        let excess = (score - self.tail_start) / self.tail_scale;
        if excess < 0.0 { f64::INFINITY } else { (1.0 - TAIL_FROM) * (-excess).exp() / self.tail_scale }
    }

    /// Density of injected scores around `score`; beyond their upper end that of the top tenth,
    /// since a farm may be larger than any injected.
    fn injected_density(&self, score: f64) -> f64 {
        let n = self.injected.len();
        let score = score.min(self.injected[n - 1 - n / 20]);
        let below = self.injected.partition_point(|&s| s < score - WINDOW / 2.0);
        let above = self.injected.partition_point(|&s| s <= score + WINDOW / 2.0);
        ((above - below) as f64 + 0.5) / (n as f64 * WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores with an exponential upper tail, without randomness: quantiles of a logistic
    /// distribution centred on −6.
    fn innocent(n: usize) -> Vec<f64> {
        (0..n).map(|i| (i as f64 + 0.5) / n as f64).map(|p| -6.0 + 1.2 * (p / (1.0 - p)).ln()).collect()
    }

    fn farms(n: usize) -> Vec<f64> {
        (0..n).map(|i| 4.0 + 6.0 * (i as f64 + 0.5) / n as f64).collect()
    }

    #[test]
    fn a_population_without_farms_has_no_excess() {
        let mixture = Mixture::fit(&innocent(2000), farms(1000), &[1.0; 2000]).unwrap();
        assert!(mixture.share < 0.001, "{}", mixture.share);
    }

    #[test]
    fn the_share_of_farms_is_found() {
        let mut population = innocent(1920);
        population.extend(farms(80));
        let mixture = Mixture::fit(&population, farms(1000), &[1.0; 2000]).unwrap();
        assert!((mixture.share - 0.04).abs() < 0.006, "{}", mixture.share);
        assert!(mixture.posterior(7.0) > 0.95);
        assert!(mixture.posterior(-4.0) < 0.01);
    }
}
