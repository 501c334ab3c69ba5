//! How many farms are among the un-injected? A two-part mixture of the fused score.
//!
//! f = (1 − π)·f0 + π·f1. f1 is the score of injected usage points. f0 is the score of the
//! population: in its upper tail, where real farms may hide, it is an exponential fitted to the
//! body of the distribution (between its 85 % and 95 % quantiles, each usage point counted by its
//! probability of being innocent), so that farms themselves do not stretch it. A population without
//! farms has no excess over that tail, and π goes to zero. This is the "external null" that ranking
//! a batch against itself lacks.
//!
//! What homes with and without heating, or homes and plants, differ by makes the body wide and says
//! little of the tail. So further exponentials are fitted between quantiles farther out, as long as
//! there are enough usage points between them, each widened by its standard error; the thinnest at
//! a score holds. Logarithms of tails of log-odds fall ever faster, so an exponential fitted
//! further in is too wide and never too thin. A crowd of one class, whose body is narrower, needs
//! more usage points for them.
//! Assumes: farms are fewer than innocent usage points between the quantiles. Weak when: kinds that
//! look like farms are a hump of their own in the tail.
//! Source: Efron (2004), Large-scale simultaneous hypothesis testing: the choice of a null
//! hypothesis, JASA 99 (the empirical null, here one-sided).

/// Quantile of the null from which on a usage point may count as a farm.
const TAIL_FROM: f64 = 0.85;
/// Quantiles of the null that exponentials are fitted between.
const WINDOWS: &[(f64, f64)] = &[(0.85, 0.95), (0.90, 0.97), (0.94, 0.985), (0.965, 0.992), (0.98, 0.996)];
/// Usage points that a pair must have between it, but for the first, in a crowd of one class.
const LEAST_BETWEEN: f64 = 40.0;
/// The same in a mixed crowd, which has more to gain.
const LEAST_BETWEEN_MIXED: f64 = 25.0;
/// Standard errors by which scales are widened in a mixed crowd; in others one, but for the first
/// pair.
const WIDER_MIXED: f64 = 0.5;
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

/// Of what kind the usage points of a mixture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd {
    /// A table names their class.
    OneKind,
    /// Homes, shops and works together.
    Mixed,
}

/// The fitted mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// The tail of the null.
    tail: Tail,
    /// Share of usage points that look like farms, 0 to 1: the excess over the null, not yet shrunk
    /// to any prior.
    pub share: f64,
    injected: Vec<f64>,
    ladder: Vec<f64>,
}

/// Fused scores without a planted farm.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    /// Those of the dump.
    pub population: &'a [f64],
    /// Probability that each of them is innocent, where the search begins.
    pub innocent: &'a [f64],
    /// Those of usage points that are known to be innocent, from elsewhere.
    pub reference: &'a [f64],
    /// What each of these counts.
    pub weight: f64,
}

/// One score.
#[derive(Debug, Clone, Copy)]
struct Member {
    score: f64,
    /// What it counts as innocent.
    counts: f64,
    is_known: bool,
}

impl Scores<'_> {
    fn members(&self) -> impl Iterator<Item = Member> {
        let own = self.population.iter().zip(self.innocent);
        let own = own.map(|(&score, &counts)| Member { score, counts, is_known: false });
        own.chain(self.reference.iter().map(|&score| Member { score, counts: self.weight, is_known: true }))
    }
}

/// The upper tail of the null: at every score the thinnest of some exponentials.
#[derive(Debug, Clone, PartialEq, Default)]
struct Tail {
    /// Score where it begins.
    start: f64,
    outer: Vec<Outer>,
}

/// An exponential tail, fitted between two quantiles.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Outer {
    /// Score from which on it is fitted.
    from: f64,
    /// Logarithm of the share of the null above it.
    ln_mass: f64,
    /// Scale, in log-odds.
    scale: f64,
}

impl Tail {
    /// Logarithm of the null's density at a score from its start on.
    fn ln_density(&self, score: f64) -> f64 {
        let of_one = |outer: &Outer| outer.ln_mass - (score - outer.from) / outer.scale - outer.scale.ln();
        self.outer.iter().filter(|outer| score >= outer.from).map(of_one).fold(f64::INFINITY, f64::min)
    }

    /// Scale of the thinnest exponential far out.
    fn scale(&self) -> f64 {
        self.outer.iter().map(|outer| outer.scale).fold(f64::INFINITY, f64::min)
    }
}

impl Mixture {
    /// Fits the mixture to the scores of usage points and of injected ones. `None` without scores
    /// of the population or of injected usage points.
    #[must_use]
    pub fn fit(scores: &Scores, mut injected: Vec<f64>, crowd: Crowd) -> Option<Self> {
        let population = scores.population.len();
        if population == 0 || injected.is_empty() {
            return None;
        }
        injected.sort_by(f64::total_cmp);
        let mut members: Vec<Member> = scores.members().collect();
        members.sort_by(|a, b| a.score.total_cmp(&b.score).then(a.counts.total_cmp(&b.counts)));
        let mut mixture = Self { tail: Tail::default(), share: START, injected, ladder: Vec::new() };
        for _ in 0..ROUNDS {
            mixture.fit_tail(&members, crowd);
            let mut farms = 0.0;
            for member in members.iter_mut().filter(|member| !member.is_known) {
                // Below the tail nothing counts as a farm.
                let posterior = mixture.posterior(member.score);
                farms += posterior;
                member.counts = 1.0 - posterior;
            }
            mixture.share = (farms / population as f64).clamp(1e-9, 0.5);
        }
        mixture.build_ladder();
        Some(mixture)
    }

    /// Fits exponential tails between quantiles of the scores in their order, each counted by its
    /// probability of being innocent.
    fn fit_tail(&mut self, sorted: &[Member], crowd: Crowd) {
        let total: f64 = sorted.iter().map(|member| member.counts).sum();
        let at = |share: f64| {
            let mut passed = 0.0;
            let place = sorted.iter().position(|member| {
                passed += member.counts;
                passed >= share * total
            });
            sorted[place.unwrap_or(sorted.len() - 1)].score
        };
        let start = at(TAIL_FROM);
        self.tail = Tail { start, outer: Vec::with_capacity(WINDOWS.len()) };
        let is_mixed = crowd == Crowd::Mixed;
        let least = if is_mixed { LEAST_BETWEEN_MIXED } else { LEAST_BETWEEN };
        for &(low, high) in WINDOWS {
            let (between, is_first) = ((high - low) * total, self.tail.outer.is_empty());
            if !is_first && between < least {
                break;
            }
            let (from, to) = (at(low), at(high));
            let errors = if is_mixed { WIDER_MIXED } else { f64::from(u8::from(!is_first)) };
            let wider = 1.0 + errors / between.sqrt();
            let scale = (to - from) / ((1.0 - low) / (1.0 - high)).ln() * wider;
            self.tail.outer.push(Outer { from, ln_mass: (1.0 - low).ln(), scale: scale.max(LEAST_SCALE) });
        }
    }

    /// Probability that a usage point of the population with this score is a farm, with the share
    /// found in the population itself.
    #[must_use]
    pub fn posterior(&self, score: f64) -> f64 {
        if score < self.tail.start {
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
        if score <= self.tail.start {
            return self.ladder[0] + score - self.tail.start;
        }
        let place = (score - self.tail.start) / RUNG;
        let (below, last) = (place.floor() as usize, self.ladder.len() - 1);
        if below >= last {
            // Beyond the planted farms the null goes on falling by its scale.
            return self.ladder[last] + (place - last as f64) * RUNG / self.tail.scale();
        }
        let t = place - below as f64;
        self.ladder[below] + t * (self.ladder[below + 1] - self.ladder[below])
    }

    /// Log-odds at even steps of the score from the start of the tail to the upper end of planted
    /// farms.
    fn build_ladder(&mut self) {
        let top = self.injected[self.injected.len() - 1].max(self.tail.start + RUNG);
        let rungs = ((top - self.tail.start) / RUNG).ceil() as usize;
        self.ladder.clear();
        let mut highest = f64::NEG_INFINITY;
        for rung in 0..=rungs {
            let score = self.tail.start + rung as f64 * RUNG;
            // A rise of a hair on every rung keeps the order of scores.
            highest = (self.injected_density(score).ln() - self.null_density(score).ln()).max(highest + 1e-6);
            self.ladder.push(highest);
        }
    }

    /// Density of the null in its tail; below the tail it is taken as so high that nothing there
    /// counts as a farm.
    fn null_density(&self, score: f64) -> f64 {
        if score < self.tail.start { f64::INFINITY } else { self.tail.ln_density(score).exp() }
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

    fn fit(population: &[f64], crowd: Crowd) -> Mixture {
        let innocent = vec![1.0; population.len()];
        let scores = Scores { population, innocent: &innocent, reference: &[], weight: 0.0 };
        Mixture::fit(&scores, farms(1000), crowd).unwrap()
    }

    fn farms(n: usize) -> Vec<f64> {
        (0..n).map(|i| 4.0 + 6.0 * (i as f64 + 0.5) / n as f64).collect()
    }

    #[test]
    fn a_population_without_farms_has_no_excess() {
        let mixture = fit(&innocent(2000), Crowd::OneKind);
        assert!(mixture.share < 0.001, "{}", mixture.share);
    }

    #[test]
    fn a_wide_body_does_not_hide_farms_behind_a_gap() {
        // Plants are a seventh and spread widely; 16 equal farms stand above an empty gap.
        let mut population: Vec<f64> = innocent(1700);
        population.extend((0..284).map(|i| -1.5 + 3.5 * f64::from(i) / 284.0));
        population.extend([7.0; 16]);
        for crowd in [Crowd::Mixed, Crowd::OneKind] {
            let mixture = fit(&population, crowd);
            assert!(mixture.share > 0.006 && mixture.share < 0.01, "{crowd:?}: {}", mixture.share);
            assert!(mixture.posterior(7.0) > 0.9, "{crowd:?}: {}", mixture.posterior(7.0));
        }
    }

    #[test]
    fn a_small_crowd_of_one_kind_keeps_the_tail_of_its_body() {
        let tail = |n: usize| fit(&innocent(n), Crowd::OneKind).tail.outer.len();
        assert_eq!(tail(300), 1);
        assert_eq!(tail(4000), WINDOWS.len());
    }

    #[test]
    fn the_share_of_farms_is_found() {
        let mut population = innocent(1920);
        population.extend(farms(80));
        let mixture = fit(&population, Crowd::OneKind);
        assert!((mixture.share - 0.04).abs() < 0.006, "{}", mixture.share);
        assert!(mixture.posterior(7.0) > 0.95);
        assert!(mixture.posterior(-4.0) < 0.01);
    }
}
