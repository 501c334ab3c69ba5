//! How surprising is steady unmetered load at this node?
//!
//! H0: nothing is there, and the level is wrong by its own standard error, by a share θ of the
//! no-load losses that all transformers have in common (nameplates are not what was built), and by
//! a share κ of the metered load (gains of large meters that do not follow the sum), with heavy
//! tails (Student, 4 degrees of freedom).  H1: a load between 0.3 and 300 kW, or twice what was
//! found where that is more, log-uniform, is estimated with the same error.
//! Statistic: Bayes factor of the two; the probability adds the configured prior share of nodes
//! with a tap.
//! Null: θ is the shorth of the levels over no-load losses, which taps cannot move while fewer than
//! half of the nodes have one; κ is taken from the lower side of all nodes, where taps cannot be:
//! they only add.
//! Source: Efron (2004), JASA 99, for the empirical null; Andrews et al. (1972) for the shorth;
//! statrs for the distributions.

use statrs::distribution::{Continuous, Normal, StudentsT};

use super::components::Decomposition;
use super::decomposition::SAME_LOAD;
use super::own_loss::OwnLoss;
use crate::domain::{MAD_TO_SIGMA, median};

/// Range of unmetered loads that H1 holds at least, kW.
const TAP_KW: (f64, f64) = (0.3, 300.0);
/// Points of the log-uniform integral.
const POINTS: usize = 300;
/// Degrees of freedom of the null.
const FREEDOM: f64 = 4.0;
/// Error of every level, kW: what losses of meters and small public loads make.
const LEAST_ERROR_KW: f64 = 0.05;
/// Error of every level before any node is seen, as a share of the metered load.
const PRIOR_SHARE: f64 = 0.003;
/// How many nodes that share counts for.
const PRIOR_NODES: f64 = 5.0;
/// No-load losses differ between makers and years by at most so much of the catalogue value.
const NO_LOAD_BOUND: f64 = 0.8;
/// A level joins the parts of a load when it is this many errors above zero.
const LEVEL_SURE: f64 = 3.0;
/// Error of a part, as a share of the metered load: gains that change with the season.
const PART_SHARE: f64 = 0.001;
/// Error of assumed load that stays the same from day to day: a customer whose meter is stuck for
/// weeks is not what it was.
const ASSUMED_SHARE: f64 = 0.25;
/// Error of a level where the class profile spreads a customer's register energy, as a share of the
/// customer's mean power. It is small, for only the ends of the months are extrapolated. Errors of
/// customers are independent.
const PROFILED_LEVEL: f64 = 0.1;
/// The same of a part. It is larger: the class profile spreads a customer's energy evenly, but the
/// customer may change habits mid-period.
const PROFILED_PART: f64 = 0.3;
/// Error of a part where usage points are not read, as a share of their own error: who moves in or
/// out changes the load by less than premises differ.
const UNREAD_PART: f64 = 0.3;
/// Error of the line loss that a load causes, as a share of it: between none and twice the usual,
/// evenly.
const PLACE: f64 = 0.58;
/// Error of a load as a share of it: loads vary while they run.
const OWN_SHARE: f64 = 0.025;

/// What a node offers to the null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeLevel {
    /// Level of the residual, kW.
    pub kw: f64,
    /// Its own standard error, kW.
    pub se_kw: f64,
    /// No-load loss of the transformers at or below the node, kW.
    pub no_load_kw: f64,
    /// Loss of transformers of which it is not known whether the balance holds it.
    pub own_loss: OwnLoss,
    /// Mean metered load, kW.
    pub metered_kw: f64,
    /// Mean load that was assumed for missing readings, kW.
    pub assumed_kw: f64,
    /// Root of the sum of squared mean powers of customers with registers, kW.
    pub profiled_kw: f64,
    /// Standard error of what usage points that were not read are expected to use, kW.
    pub unread_kw: f64,
}

/// How healthy nodes err.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Null {
    /// Share of the no-load loss that is left over in every level; negative where transformers lose
    /// less than the catalogue says.
    no_load_share: f64,
    /// Error of a level as a share of the metered load.
    load_share: f64,
}

/// Verdict on one node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeOdds {
    /// Log-odds for unmetered load, prior included.
    pub log_odds: f64,
    /// The load while it runs, kW; may be negative.
    pub kw: f64,
    /// Its standard error, what healthy nodes have in common included, kW.
    pub error_kw: f64,
    /// The part of it that is there without a load, kW.
    pub bare_error_kw: f64,
    /// Mean of the load over all hours, kW.
    pub mean_kw: f64,
    /// By how much more it may be, where steps are not one load that grew but several, kW.
    pub more_kw: f64,
    /// The level, without what healthy nodes show as well, kW.
    pub level_kw: f64,
    /// Whether the level is part of it: the load, or some of it, was there from the start.
    pub from_the_start: bool,
}

impl Null {
    /// Learns the null from all nodes of one level of the grid.
    #[must_use]
    pub fn of(nodes: &[NodeLevel]) -> Self {
        let shares: Vec<f64> =
            nodes.iter().filter(|node| node.no_load_kw > 0.0).map(|node| node.kw / node.no_load_kw).collect();
        let within: Vec<f64> = shares.into_iter().filter(|share| share.abs() <= 2.0).collect();
        let n = within.len() as f64;
        let no_load_share =
            shorth(within).map_or(0.0, |share| (share * n / (n + PRIOR_NODES)).clamp(-NO_LOAD_BOUND, NO_LOAD_BOUND));
        let own = |node: &NodeLevel| node.kw - no_load_share * node.no_load_kw - node.own_loss.expected_kw;
        // What registers leave open is counted at each node; where enough others are there, they
        // tell what meters and losses do.
        let read = nodes.iter().filter(|node| node.profiled_kw == 0.0).count() as f64 >= PRIOR_NODES;
        let below = nodes
            .iter()
            .filter(|node| own(node) < 0.0 && node.metered_kw > 0.0 && (!read || node.profiled_kw == 0.0))
            .map(|node| -own(node) / node.metered_kw);
        let below: Vec<f64> = below.collect();
        let n = below.len() as f64;
        // One or two nodes out of order are no measure of the others.
        let spread = if n < 0.5 * PRIOR_NODES { PRIOR_SHARE } else { MAD_TO_SIGMA * median(&below) };
        let load_share = ((n * spread.powi(2) + PRIOR_NODES * PRIOR_SHARE.powi(2)) / (n + PRIOR_NODES)).sqrt();
        Self { no_load_share, load_share }
    }

    /// Log-odds that a node has unmetered load, and how much.
    #[must_use]
    pub fn judge(&self, node: &NodeLevel, found: &Decomposition, reserve: f64, prior: f64) -> NodeOdds {
        let level_kw = node.kw - self.no_load_share * node.no_load_kw - node.own_loss.expected_kw;
        let shared = LEAST_ERROR_KW
            .hypot(self.load_share * node.metered_kw)
            .hypot(ASSUMED_SHARE * node.assumed_kw)
            .hypot(PROFILED_LEVEL * node.profiled_kw)
            * reserve;
        let shared = shared.hypot(node.own_loss.error_kw);
        let level_error = finite_or(node.se_kw, node.metered_kw).hypot(shared).hypot(node.unread_kw);
        let no_parts = found.parts.is_empty();
        let from_the_start = no_parts || level_kw > LEVEL_SURE * level_error;
        let (kw, error_kw, mean_kw) = if no_parts {
            (level_kw, level_error, level_kw)
        } else if from_the_start {
            let own = finite_or(found.total_se_kw, node.metered_kw).hypot(PROFILED_PART * node.profiled_kw);
            // A small level beside is not the load that the parts are.
            let is_one_load = level_kw > SAME_LOAD * found.parts_kw;
            let parts_kw = if is_one_load { found.parts_beside_level_kw } else { found.parts_kw };
            (level_kw + parts_kw, own.hypot(shared).hypot(node.unread_kw), level_kw + found.parts_mean_kw)
        } else {
            let shared = LEAST_ERROR_KW
                .hypot(PART_SHARE * node.metered_kw)
                .hypot(PROFILED_PART * node.profiled_kw)
                .hypot(UNREAD_PART * node.unread_kw)
                * reserve;
            (found.parts_kw, finite_or(found.parts_se_kw, node.metered_kw).hypot(shared), found.parts_mean_kw)
        };
        let level_of_it = if from_the_start && !no_parts { level_kw } else { 0.0 };
        let more_kw = if no_parts { 0.0 } else { (level_of_it + found.parts_highest_kw - kw).max(0.0) };
        // Where a level is far below nothing, somebody is metered who is not supplied here, and
        // what runs above such a floor may be his rest.
        let shortfall_kw = (-level_kw - LEVEL_SURE * level_error).max(0.0);
        let bare_error_kw = error_kw.hypot(shortfall_kw);
        let error_kw = bare_error_kw.hypot(OWN_SHARE * kw);
        NodeOdds {
            // Where there is no load there is no loss that it causes.
            log_odds: bayes_factor(kw, error_kw) + (prior / (1.0 - prior)).ln(),
            kw,
            error_kw: error_kw.hypot(place_error_kw(node, found, kw)),
            bare_error_kw,
            mean_kw,
            more_kw,
            level_kw,
            from_the_start,
        }
    }
}

/// Error of the line loss that a load of `kw` causes, kW. The fit counts it as if the load were
/// spread as the metered one is; it may sit where its power passes no line, or at the end of one.
fn place_error_kw(node: &NodeLevel, found: &Decomposition, kw: f64) -> f64 {
    let (kw, mean_kw) = (kw.max(0.0), node.metered_kw.abs().max(1e-3));
    PLACE * found.line_loss_in_all.max(0.0) * (2.0 * kw + kw * kw / mean_kw)
}

fn finite_or(value: f64, otherwise: f64) -> f64 {
    if value.is_finite() { value } else { otherwise }
}

/// The smallest load that would be found more often than not where the error is `bare_error_kw`
/// without one, kW.
#[must_use]
pub fn smallest_detectable_kw(bare_error_kw: f64, prior: f64) -> f64 {
    let error_kw = bare_error_kw.max(LEAST_ERROR_KW);
    let is_found = |kw: f64| bayes_factor(kw, error_kw.hypot(OWN_SHARE * kw)) + (prior / (1.0 - prior)).ln() > 0.0;
    // Loads in steps of 5 % up to 10^6 kW; the larger, the likelier it is to be found.
    let kw = |step: usize| error_kw * 1.05_f64.powi(step as i32);
    let (mut low, mut high) = (0, ((1e6 / error_kw).ln() / 1.05_f64.ln()).max(0.0) as usize);
    if !is_found(kw(high)) {
        return f64::INFINITY;
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        if is_found(kw(middle)) { high = middle } else { low = middle + 1 }
    }
    kw(high)
}

/// Mean of the shortest half of the values; `None` with fewer than three.
fn shorth(mut values: Vec<f64>) -> Option<f64> {
    if values.len() < 3 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let half = values.len().div_ceil(2);
    let shortest = values.windows(half).min_by(|a, b| (a[half - 1] - a[0]).total_cmp(&(b[half - 1] - b[0])))?;
    Some(shortest.iter().sum::<f64>() / half as f64)
}

/// Logarithm of how much more usual the estimate is with a tap than without.
fn bayes_factor(kw: f64, error_kw: f64) -> f64 {
    let null = StudentsT::new(0.0, error_kw, FREEDOM).map_or(f64::MIN_POSITIVE, |null| null.pdf(kw));
    // A tap larger than any that was thought of is no less of one.
    let largest = TAP_KW.1.max(2.0 * kw);
    let mut tap = 0.0;
    for point in 0..POINTS {
        let share = (point as f64 + 0.5) / POINTS as f64;
        let tap_kw = TAP_KW.0 * (largest / TAP_KW.0).powf(share);
        tap += Normal::new(tap_kw, error_kw.hypot(0.05 * tap_kw)).map_or(0.0, |normal| normal.pdf(kw)) / POINTS as f64;
    }
    tap.max(f64::MIN_POSITIVE).ln() - null.max(f64::MIN_POSITIVE).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Decomposition = Decomposition {
        level_kw: 0.0,
        level_se_kw: 0.0,
        parts: Vec::new(),
        parts_kw: 0.0,
        parts_beside_level_kw: 0.0,
        parts_highest_kw: 0.0,
        parts_se_kw: 0.0,
        total_se_kw: 0.0,
        parts_mean_kw: 0.0,
        proportional: 0.0,
        line_loss: 0.0,
        line_loss_in_all: 0.0,
        noise_kw: 0.0,
        beside_kw: Vec::new(),
    };

    fn level(kw: f64) -> NodeLevel {
        NodeLevel {
            kw,
            se_kw: 0.1,
            no_load_kw: 0.5,
            own_loss: OwnLoss::default(),
            metered_kw: 50.0,
            assumed_kw: 0.0,
            profiled_kw: 0.0,
            unread_kw: 0.0,
        }
    }

    #[test]
    fn a_clear_tap_is_likely_and_a_healthy_node_is_not() {
        let null = Null::of(&[]);
        let log_odds = |kw| null.judge(&level(kw), &NOTHING, 1.0, 0.02).log_odds;
        assert!(log_odds(10.0) > 3.0 && log_odds(0.1) < -3.0 && log_odds(-8.0) < -3.0);
    }

    #[test]
    fn the_larger_a_tap_the_likelier_it_is() {
        let null = Null::of(&[]);
        let log_odds: Vec<f64> =
            [10.0, 100.0, 300.0, 400.0, 2000.0].map(|kw| null.judge(&level(kw), &NOTHING, 1.0, 0.02).log_odds).to_vec();
        assert!(log_odds.iter().all(|&log_odds| log_odds > 3.0), "{log_odds:?}");
    }

    #[test]
    fn the_smallest_detectable_load_grows_with_the_error_and_not_with_what_was_found() {
        let smallest = |error| smallest_detectable_kw(error, 0.02);
        assert!(smallest(0.2) < smallest(0.5) && smallest(0.2) > 0.4);
        let null = Null::of(&[-0.3, -0.25, -0.24, -0.22, -0.2, -0.18, -0.1].map(level));
        let bare = |kw: f64| null.judge(&level(kw), &NOTHING, 1.0, 0.02).bare_error_kw;
        assert!((bare(0.1) / bare(80.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_a_large_load_loses_on_its_way_makes_it_no_less_likely() {
        let null = Null::of(&[-0.3, -0.25, -0.24, -0.22, -0.2, -0.18, -0.1].map(level));
        let with =
            |line_loss_in_all: f64| null.judge(&level(50.0), &Decomposition { line_loss_in_all, ..NOTHING }, 1.0, 0.02);
        assert_eq!(with(0.05).log_odds, with(0.0).log_odds);
        assert!(with(0.05).error_kw > 2.0 * with(0.0).error_kw);
    }

    #[test]
    fn taps_do_not_move_the_null() {
        let healthy: Vec<NodeLevel> = [-0.3, -0.25, -0.24, -0.22, -0.2, -0.18, -0.1].map(level).to_vec();
        let mut with_taps = healthy.clone();
        with_taps.extend([20.0, 35.0].map(level));
        let (a, b) = (Null::of(&healthy), Null::of(&with_taps));
        assert!(
            (a.no_load_share - b.no_load_share).abs() < 0.15 && (a.load_share - b.load_share).abs() < 0.002,
            "{a:?} {b:?}"
        );
        assert!(a.no_load_share < -0.2);
    }

    #[test]
    fn judged_with_reserve_the_interval_is_wider() {
        let null = Null::of(&[]);
        let error = |reserve| null.judge(&level(1.0), &NOTHING, reserve, 0.02).error_kw;
        assert!(error(2.0) > 1.5 * error(1.0));
    }
}
