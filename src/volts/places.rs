//! Where a load that no meter sees hangs: the customer whose mark on the volts is like its own.
//!
//! H_j: the load hangs at the premises of customer j, or at his pole, on one phase or on three.
//! Then what it does to row i is p_i = ρ_ij F_g (see `site`), or the customer's own measured
//! column. Two things speak, each Gaussian with full covariance, for neighbours err together:
//! what changes, L_T = ln N(d − p; 0, K∘(se_d se_dᵀ) + K∘(se_p se_pᵀ) + diag((0.07 p)² + 0.004²) +
//! 0.08² p pᵀ), and what was always there, L_C = ln N(c + h₀ p; 0, K∘(se_c se_cᵀ) + (σ U)² I +
//! 0.05² I + 0.3² Σ 1_q 1_qᵀ + h₀² [...]); 0.08 is the error of the balance's kW, σ that of meters,
//! 0.3 V the reference of a phase as a whole. L = (L_T + L_C) / (2 + customers / 5), since columns
//! of neighbours are wrong alike and sixty of them are worth about seven; the posterior over
//! customers is that of their best places. The nominal 95 % set of it holds the truth about nine
//! times in ten.
//! Assumes: one load at one place.  Weak when: it was always there, or few customers report volts;
//! the set then grows. Levels of meters differ by more than a load makes: only c with its error
//! speaks, never a raw level.
//! Source: our own method, see `site` for those it builds on; errors and divisor were set on
//! simulated power flows.

use super::dense::Factor;
use super::site::{Learned, Site, VOLTS, factor};

/// Error of a pattern as a share of it, and at least, V/kW.
const PATTERN_ERROR: (f64, f64) = (0.07, 0.004);
/// Error of the balance's kW, as a share.
const BALANCE_ERROR: f64 = 0.08;
/// Error of a meter's volts, as a share.
const METER_ERROR: f64 = 0.0025;
/// Error of a level beside that, and that of a phase as a whole, V.
const LEVEL_ERROR: f64 = 0.05;
const PHASE_ERROR: f64 = 0.3;
/// Share of what is left over that neighbours have in common, as measured; the rest is their own.
const MEASURED_ALIKE: f64 = 0.8;
/// Divisor of the likelihood: without customers, and customers that add one.
const DIVISOR: (f64, f64) = (2.0, 5.0);
/// Candidates that are looked at in full.
const FULLY: usize = 70;
/// Share of the posterior that the set holds: in nine cases of ten it holds the truth.
const SET: f64 = 0.95;
/// Who shares at least this part of the way with the place is on its line.
const OF_LINE: f64 = 0.5;

/// At his premises or at his pole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Behind his service.
    Premises,
    /// Where his service begins.
    Pole,
}

/// One place, by the customer it is at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// Index of the customer.
    pub(crate) customer: usize,
    /// Posterior, 0 to 1.
    pub(crate) share: f64,
    /// Phases of the busbar that carry it there.
    pub(crate) phases: Vec<usize>,
    pub(crate) at: At,
}

/// What is told of where a load hangs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Places {
    /// Every place that was looked at in full, the likeliest first.
    pub(crate) ranked: Vec<Place>,
    /// How many of them the set holds.
    pub(crate) set: usize,
    /// Customers of the site.
    pub(crate) among: usize,
    /// Phases of the load, where one answer is likelier than all others.
    pub(crate) phases: Option<Vec<usize>>,
    /// Customers of the line of the likeliest place.
    pub(crate) line: Vec<usize>,
    /// Rows of volts that spoke.
    pub(crate) rows: usize,
}

/// A hypothesis: its place, its pattern and the pattern's error.
struct Candidate {
    customer: usize,
    phases: Vec<usize>,
    at: At,
    pattern: Vec<(f64, f64)>,
}

/// Where the load of a site hangs; `None` where too little is known.
pub(crate) fn places(site: &Site) -> Option<Places> {
    let learned = Learned::of(site)?;
    if learned.change.is_none() && learned.base_kw < 0.5 {
        return None;
    }
    let candidates = candidates(&learned);
    let quick = Likelihood { learned: &learned, is_full: false };
    let mut ranked: Vec<(f64, &Candidate)> = candidates.iter().map(|c| (quick.of(&c.pattern), c)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.truncate(FULLY);
    let full = Likelihood { learned: &learned, is_full: true };
    let divisor = DIVISOR.0 + learned.customers as f64 / DIVISOR.1;
    let judged: Vec<(f64, &Candidate)> =
        ranked.into_iter().map(|(_, candidate)| (full.of(&candidate.pattern) / divisor, candidate)).collect();
    Some(posterior(judged, &learned))
}

/// Every hypothesis.
fn candidates(learned: &Learned) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for customer in 0..learned.customers {
        let others = (0..learned.customers).filter(|&other| other != customer);
        let nearest = others.map(|other| learned.common(customer, other).0).fold(0.0, f64::max);
        for phases in [vec![0], vec![1], vec![2], vec![0, 1, 2]] {
            let mut shares = [0.0_f64; 3];
            for &phase in &phases {
                shares[phase] = 1.0 / phases.len() as f64;
            }
            for at in [At::Premises, At::Pole] {
                let pattern = learned.rows.iter().map(|row| {
                    let (common, error) = learned.common(customer, row.customer);
                    let is_own = row.customer == customer && at == At::Pole;
                    let common = if is_own { common.min(nearest) } else { common };
                    let factor = factor(row.phase, &shares, &learned.turns);
                    (common * factor, error * factor.abs())
                });
                candidates.push(Candidate { customer, phases: phases.clone(), at, pattern: pattern.collect() });
            }
        }
        if let Some(phase) = learned.phase_of[customer] {
            let own = |row: usize| learned.column[row * learned.customers + customer];
            let pattern = (0..learned.rows.len()).map(own).collect();
            candidates.push(Candidate { customer, phases: vec![phase], at: At::Premises, pattern });
        }
    }
    candidates
}

/// How well a pattern explains a site.
struct Likelihood<'a> {
    learned: &'a Learned,
    /// With covariances, or by the errors of rows alone.
    is_full: bool,
}

impl Likelihood<'_> {
    fn of(&self, pattern: &[(f64, f64)]) -> f64 {
        let learned = self.learned;
        let own = |&(p, _): &(f64, f64)| (PATTERN_ERROR.0 * p).powi(2) + PATTERN_ERROR.1.powi(2);
        let changes = learned.change.as_ref().map_or(0.0, |(change, error)| {
            let off: Vec<f64> = change.iter().zip(pattern).map(|(d, (p, _))| d - p).collect();
            self.gaussian(off, |a, b, alike| {
                let (p, q) = (pattern[a], pattern[b]);
                let both = alike * (error[a] * error[b] + p.1 * q.1) + BALANCE_ERROR.powi(2) * p.0 * q.0;
                if a == b { both + own(&p) } else { both }
            })
        });
        let (level, error) = &learned.level;
        let base = learned.base_kw;
        let off: Vec<f64> = level.iter().zip(pattern).map(|(c, (p, _))| c + base * p).collect();
        let always = self.gaussian(off, |a, b, alike| {
            let (p, q) = (pattern[a], pattern[b]);
            let of_load = base * base * (alike * p.1 * q.1 + BALANCE_ERROR.powi(2) * p.0 * q.0);
            let one_phase = if learned.rows[a].phase == learned.rows[b].phase { PHASE_ERROR.powi(2) } else { 0.0 };
            let both = alike * error[a] * error[b] + of_load + one_phase;
            let alone = (METER_ERROR * VOLTS).powi(2) + LEVEL_ERROR.powi(2) + base * base * own(&p);
            if a == b { both + alone } else { both }
        });
        changes + always
    }

    /// Logarithm of the density of `off` with this covariance of rows, of which `alike` is the
    /// correlation that neighbours have.
    fn gaussian(&self, mut off: Vec<f64>, covariance: impl Fn(usize, usize, f64) -> f64) -> f64 {
        let size = off.len();
        if !self.is_full {
            let one = |(row, off): (usize, &f64)| {
                let variance = covariance(row, row, 1.0);
                -0.5 * (off * off / variance + variance.ln())
            };
            return off.iter().enumerate().map(one).sum();
        }
        let mut matrix = vec![0.0; size * size];
        for a in 0..size {
            for b in 0..=a {
                let own = if a == b { 1.0 - MEASURED_ALIKE } else { 0.0 };
                let alike = MEASURED_ALIKE * self.learned.alike[a * size + b] + own;
                matrix[a * size + b] = covariance(a, b, alike);
            }
        }
        match Factor::of(matrix, size) {
            Some(factor) => {
                factor.forward(&mut off);
                -0.5 * (off.iter().map(|off| off * off).sum::<f64>() + factor.log_determinant())
            }
            None => f64::NEG_INFINITY,
        }
    }
}

/// The set, phases and line that likelihoods tell.
fn posterior(mut judged: Vec<(f64, &Candidate)>, learned: &Learned) -> Places {
    judged.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.customer.cmp(&b.1.customer)));
    let best = judged.first().map_or(0.0, |judged| judged.0);
    let mut seen = vec![false; learned.customers];
    let mut all: Vec<Place> = Vec::new();
    for (likelihood, candidate) in &judged {
        if !std::mem::replace(&mut seen[candidate.customer], true) {
            let share = (likelihood - best).exp();
            let (customer, phases, at) = (candidate.customer, candidate.phases.clone(), candidate.at);
            all.push(Place { customer, share, phases, at });
        }
    }
    let total: f64 = all.iter().map(|place| place.share).sum();
    for place in &mut all {
        place.share /= total;
    }
    let mut by_phases: Vec<(Vec<usize>, f64)> = Vec::new();
    for place in &all {
        match by_phases.iter_mut().find(|(phases, _)| *phases == place.phases) {
            Some((_, share)) => *share += place.share,
            None => by_phases.push((place.phases.clone(), place.share)),
        }
    }
    let phases = by_phases.into_iter().find(|(_, share)| *share > 0.5).map(|(phases, _)| phases);
    let mut held = 0.0;
    let is_in = |place: &&Place| {
        let is_in = held < SET;
        held += place.share;
        is_in
    };
    let set = all.iter().take_while(is_in).count();
    let line = all.first().map_or_else(Vec::new, |place| line_of(place.customer, learned));
    Places { ranked: all, set, among: learned.customers, phases, line, rows: learned.rows.len() }
}

/// Customers who share at least half as much of the way with one as he who shares most.
fn line_of(customer: usize, learned: &Learned) -> Vec<usize> {
    let with = |other: usize| learned.common(customer, other).0;
    let most = (0..learned.customers).filter(|&other| other != customer).map(with).fold(0.0, f64::max);
    (0..learned.customers).filter(|&other| other == customer || with(other) >= OF_LINE * most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volts::site::tests::{HOURS, line};

    fn begins(at: usize) -> f64 {
        if at >= HOURS / 2 { 4.0 } else { 0.0 }
    }

    #[test]
    fn a_load_that_begins_is_placed_with_its_phase_and_those_beyond_are_on_its_line() {
        for host in [4, 9, 13] {
            let found = places(&line(host, &[host % 3], begins)).unwrap();
            assert_eq!(found.phases, Some(vec![host % 3]), "{host}");
            let near = found.ranked[..found.set].iter().any(|place| place.customer / 3 == host / 3);
            assert!(near && found.set <= 9, "{host}: {:?}", &found.ranked[..found.set]);
            assert!(found.line.contains(&host) && found.line.len() < 15);
        }
    }

    #[test]
    fn a_load_on_three_phases_is_told_as_one() {
        let found = places(&line(13, &[0, 1, 2], |at| 4.0 * begins(at))).unwrap();
        assert_eq!(found.phases, Some(vec![0, 1, 2]));
    }

    #[test]
    fn a_load_that_was_always_there_leaves_more_places_open() {
        let (always, begun) = (places(&line(13, &[1], |_| 4.0)).unwrap(), places(&line(13, &[1], begins)).unwrap());
        assert!(always.set >= begun.set, "{} {}", always.set, begun.set);
        assert!(always.ranked[..always.set].iter().any(|place| place.customer / 3 == 4));
    }

    #[test]
    fn shares_of_all_places_add_up_to_one() {
        let found = places(&line(7, &[1], begins)).unwrap();
        assert!((found.ranked.iter().map(|place| place.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
