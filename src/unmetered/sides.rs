//! On which side of its transformer a balance meter sits, and what that makes of the transformer's
//! own loss.
//!
//! A meter before the transformer (6 to 35 kV) counts the transformer's loss; one behind it (0.4
//! kV) does not, and the loss is in the balance of the node above. The grid file may say which
//! (`meter_side`). Where it does not, no-load loss tells: it is there at every hour, so a healthy
//! node whose meter sits before the transformer shows a level of about that loss, and one whose
//! meter sits behind it shows none. Load loss tells nothing, for line loss goes with the same
//! square; the fit takes both together.
//! Statistic: levels are a mixture of N(0, e²) behind, N(μ·P0, e² + (τ·P0)²) before the
//! transformer, and of something else (a tap, a wrong link), whose side is open. P0 is the
//! catalogue's no-load loss; μ, τ and shares are common to the grid and fitted by expectation and
//! maximisation, with priors that count for five nodes. A node expects its chance to sit before
//! times μ·P0, and errs by what is open.
//! Weak when: a tap is as small as the loss; the rating is missing.
//! Source: Dempster, Laird and Rubin (1977), JRSS B 39; no-load losses as in
//! `domain::balance_loss`.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{MeterSide, NodeId, NodeKind, Timestamp, TransformerRating};
use crate::series::hourly_or_held_kw;

use super::balanced::Balanced;
use super::grid_setting::GridSetting;
use super::own_loss::OwnLoss;

/// Nodes that priors count for.
const PRIOR_NODES: f64 = 5.0;
/// No-load loss over the catalogue's before any node is seen: new transformers lose a half of it.
const PRIOR_MEAN: f64 = 0.9;
/// How far the mean of a utility may be from that, as a standard deviation.
const PRIOR_MEAN_ERROR: f64 = 0.15;
/// No-load loss over the mean between makers and years, as a standard deviation.
const PRIOR_SPREAD: f64 = 0.3;
/// Nodes on either side that the prior counts for: a utility has most of its meters on one.
const PRIOR_ON_A_SIDE: f64 = 0.5;
/// Bounds of the mean.
const MEAN_BOUNDS: (f64, f64) = (0.25, 1.25);
/// Least spread.
const LEAST_SPREAD: f64 = 0.02;
/// Error of every level: kW, and as a share of the metered load.
const LEVEL_ERROR: (f64, f64) = (0.05, 0.002);
/// Share of nodes that are something else, before any is seen.
const PRIOR_ELSE: f64 = 0.2;
/// Range of what else may be there, as the logarithm of the largest over the smallest, and the
/// smallest, kW.
const ELSE_KW: (f64, f64) = (7.0, 0.3);
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 40;

/// The level of a transformer whose balance meter's side is not known.
#[derive(Debug, Clone, Copy)]
struct Level {
    kw: f64,
    error_kw: f64,
    no_load_kw: f64,
}

/// What the transformers of a grid have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sides {
    /// Share of balance meters before their transformer.
    before: f64,
    /// Share of nodes at which something else is.
    other: f64,
    /// No-load loss over the catalogue's: mean, its error, and spread.
    mean: f64,
    mean_error: f64,
    spread: f64,
}

impl Sides {
    /// Fits the mixture to the levels.
    fn of(levels: &[Level]) -> Self {
        let mut sides = Self {
            before: 0.5,
            other: PRIOR_ELSE,
            mean: PRIOR_MEAN,
            mean_error: PRIOR_MEAN_ERROR,
            spread: PRIOR_SPREAD,
        };
        for _ in 0..ROUNDS {
            let (mut behind, mut before, mut other) = (0.0, 0.0, 0.0);
            let mut precision = PRIOR_MEAN_ERROR.powi(-2);
            let mut weighted = PRIOR_MEAN * precision;
            let (mut squares, mut count) = (PRIOR_NODES * PRIOR_SPREAD.powi(2), PRIOR_NODES);
            for level in levels {
                let [r_behind, r_before, r_other] = sides.responsibilities(level);
                (behind, before, other) = (behind + r_behind, before + r_before, other + r_other);
                let (share, error) = (level.kw / level.no_load_kw, level.error_kw / level.no_load_kw);
                let own = r_before / (error * error + sides.spread * sides.spread);
                (precision, weighted) = (precision + own, weighted + own * share);
                // What a node's own error leaves of its distance: the expected square of its loss.
                let kept = sides.spread.powi(2) / (error * error + sides.spread.powi(2));
                squares += r_before * ((kept * (share - sides.mean)).powi(2) + kept * error * error);
                count += r_before;
            }
            sides = Self {
                before: (before + PRIOR_ON_A_SIDE) / (behind + before + 2.0 * PRIOR_ON_A_SIDE),
                other: (other + PRIOR_NODES * PRIOR_ELSE) / (behind + before + other + PRIOR_NODES),
                mean: (weighted / precision).clamp(MEAN_BOUNDS.0, MEAN_BOUNDS.1),
                mean_error: precision.powf(-0.5),
                spread: (squares / count).sqrt().max(LEAST_SPREAD),
            };
        }
        sides
    }

    /// Chances that the balance meter of a healthy node sits behind, before, and that the node is
    /// not healthy.
    fn responsibilities(&self, level: &Level) -> [f64; 3] {
        let normal = |mean: f64, sd: f64| (-0.5 * ((level.kw - mean) / sd).powi(2)).exp() / sd / 2.507;
        let spread_kw = self.spread * level.no_load_kw;
        let behind = (1.0 - self.other) * (1.0 - self.before) * normal(0.0, level.error_kw);
        let before =
            (1.0 - self.other) * self.before * normal(self.mean * level.no_load_kw, level.error_kw.hypot(spread_kw));
        let other = self.other / (2.0 * ELSE_KW.0 * (level.kw.abs() + ELSE_KW.1));
        let sum = (behind + before + other).max(f64::MIN_POSITIVE);
        [behind / sum, before / sum, other / sum]
    }

    /// What is to be expected of the loss of a transformer.
    fn own_loss(&self, level: &Level) -> OwnLoss {
        let [_, before, other] = self.responsibilities(level);
        let before = before + other * self.before;
        let no_load_kw = level.no_load_kw;
        OwnLoss {
            before,
            expected_kw: before * self.mean * no_load_kw,
            error_kw: no_load_kw * (before * (1.0 - before) * self.mean.powi(2) + before * self.spread.powi(2)).sqrt(),
        }
    }
}

/// Finds on which side the balance meters of transformers sit of which the grid file does not say
/// it, and hands what a meter behind its transformer leaves out to the node above.
pub(super) fn settle(balanced: &mut [Balanced], setting: &GridSetting) {
    let level = |balanced: &Balanced| -> Option<Level> {
        let found = balanced.found.as_ref()?;
        let no_load_kw = own_rating(balanced).filter(|_| balanced.node.meter_side.is_none())?.no_load_kw;
        let gains_kw = LEVEL_ERROR.1 * balanced.residual.mean_metered_kw();
        let error_kw = Some(found.level_se_kw).filter(|kw| kw.is_finite()).unwrap_or(no_load_kw);
        Some(Level { kw: found.level_kw, error_kw: error_kw.hypot(LEVEL_ERROR.0).hypot(gains_kw), no_load_kw })
    };
    let levels: Vec<Option<Level>> = balanced.iter().map(level).collect();
    let sides = Sides::of(&levels.iter().flatten().copied().collect::<Vec<_>>());
    for (balanced, level) in balanced.iter_mut().zip(levels) {
        let own = level.map(|level| sides.own_loss(&level));
        if let (Some(own), Some(energies)) = (own, &mut balanced.energies) {
            energies.technical += own.expected_kw * balanced.residual.at.len() as f64;
        }
        balanced.own_loss = own.unwrap_or_default();
    }
    let behind: BTreeMap<NodeId, f64> = balanced
        .iter()
        .filter(|balanced| balanced.node.kind == NodeKind::Transformer)
        .map(|balanced| (balanced.node.node.clone(), behind(balanced, &sides)))
        .collect();
    balanced
        .par_iter_mut()
        .filter(|balanced| !balanced.below.is_empty() && !balanced.residual.at.is_empty())
        .for_each(|balanced| take_over(balanced, &behind, &sides, setting));
}

fn own_rating(balanced: &Balanced) -> Option<TransformerRating> {
    let is_transformer = balanced.node.kind == NodeKind::Transformer;
    balanced.node.rated_kva.filter(|_| is_transformer).and_then(TransformerRating::from_kva)
}

/// Probability that the balance meter of a transformer sits behind it.
fn behind(balanced: &Balanced, sides: &Sides) -> f64 {
    match balanced.node.meter_side {
        Some(MeterSide::Lv) => 1.0,
        Some(MeterSide::Mv) => 0.0,
        None if balanced.found.is_some() => 1.0 - balanced.own_loss.before,
        None => 1.0 - sides.before,
    }
}

/// Takes the losses of transformers below off whose balance meters do not count them.
fn take_over(balanced: &mut Balanced, behind: &BTreeMap<NodeId, f64>, sides: &Sides, setting: &GridSetting) {
    let (Some(&first), Some(&last)) = (balanced.residual.at.first(), balanced.residual.at.last()) else { return };
    let hours = ((last.0 - first.0) / 3600 + 1) as usize;
    let mut lost_kw = vec![0.0; hours];
    let (mut no_load_kw, mut catalogue_kw, mut variance) = (0.0, 0.0, 0.0);
    for node in &balanced.below {
        let share = behind.get(&node.node).copied().unwrap_or(0.0);
        let rating = node.rated_kva.and_then(TransformerRating::from_kva).filter(|_| share > 0.0);
        let meter = node.balance_meter.as_ref();
        let series =
            meter.and_then(|meter| setting.corrected.get(meter).or_else(|| setting.series.supplies.get(meter)));
        let (Some(rating), Some(series)) = (rating, series) else { continue };
        let own_kw = sides.mean * rating.no_load_kw;
        for (lost, kw) in lost_kw.iter_mut().zip(hourly_or_held_kw(series, first, hours)) {
            let load_kw = if kw.is_nan() { 0.0 } else { f64::from(kw) };
            let full = load_kw / setting.settings.power_factor / rating.rated_kva;
            *lost += share * (own_kw + rating.load_kw * full * full);
        }
        no_load_kw += share * own_kw;
        variance += share * (1.0 - share) * own_kw * own_kw + share * (sides.spread * rating.no_load_kw).powi(2);
        catalogue_kw += share * rating.no_load_kw;
    }
    if no_load_kw == 0.0 {
        return;
    }
    let place = |at: &Timestamp| ((at.0 - first.0) / 3600) as usize;
    let lost: Vec<f64> = balanced.residual.at.iter().map(|at| lost_kw[place(at)]).collect();
    balanced.residual.lose(&lost, no_load_kw);
    balanced.residual = std::mem::take(&mut balanced.residual).averaged();
    balanced.own_loss.error_kw = variance.sqrt().hypot(sides.mean_error * catalogue_kw);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(kw: f64) -> Level {
        Level { kw, error_kw: 0.1, no_load_kw: 0.8 }
    }

    #[test]
    fn meters_before_and_behind_their_transformers_are_told_apart_by_the_no_load_loss() {
        let levels: Vec<Level> = [0.05, -0.1, 0.08, 0.0, 0.62, 0.7, 0.55, 0.66, 24.0, 9.0].map(level).to_vec();
        let sides = Sides::of(&levels);
        let before = |kw: f64| sides.own_loss(&level(kw)).before;
        assert!(before(0.02) < 0.05 && before(0.64) > 0.95, "{sides:?}");
        // The side of a node with a tap is as open as it was.
        assert!((0.3..0.7).contains(&before(9.0)), "{sides:?}");
        assert!((sides.mean - 0.8).abs() < 0.06, "{sides:?}");
    }

    #[test]
    fn where_all_meters_sit_before_their_transformers_a_tap_does_not_hide_the_side() {
        let levels: Vec<Level> =
            (0..30).map(|number| level(0.8 + 0.02 * f64::from(number % 5 - 2))).chain([level(12.0)]).collect();
        let sides = Sides::of(&levels);
        let of_tap = sides.own_loss(&level(12.0));
        assert!(of_tap.before > 0.9 && (of_tap.expected_kw - 0.8).abs() < 0.1, "{of_tap:?}");
    }
}
