//! The balance of a node whose balance meter has a register only: a month's mean, taken apart with
//! what the level of the grid tells.
//!
//! One value a month cannot tell a steady load from one that follows the metered load, nor a line
//! loss from either. So the line loss is that of the nodes of the level, its spread between nodes
//! and the error of meter gains are part of the error, and everything left is the level: no window,
//! no onset.
//! Source: propagation of independent errors; the spread of months beside it as the standard error
//! of a mean.

use super::components::{Decomposition, LineLoss};
use super::residual::{BalanceSpan, Residual};

/// Gains of meters, as a share of the load.
const GAIN_SIGMA: f64 = 0.003;
/// What two readings that are not taken at the same minute, and other small things, leave of one
/// month, as a share of the load.
const MONTH_SIGMA: f64 = 0.005;

/// Decomposes a residual that is balanced between register readings.
pub(super) fn decompose(residual: &Residual, line_loss: LineLoss) -> Decomposition {
    debug_assert_eq!(residual.span, BalanceSpan::Register);
    let mean_kw = residual.mean_metered_kw().abs().max(1e-3);
    let squares: Vec<f64> = residual.metered_kw.iter().map(|kw| kw * kw / mean_kw).collect();
    let share = line_loss.share.max(-residual.line_loss_share);
    let beside_kw: Vec<f64> =
        residual.residual_kw.iter().zip(&squares).map(|(kw, square)| kw - share * square).collect();
    let hours = beside_kw.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / hours;
    let level_kw = mean(&beside_kw);
    let months = residual.span_of.chunk_by(|a, b| a == b).count() as f64;
    let spread_kw = (beside_kw.iter().map(|kw| (kw - level_kw).powi(2)).sum::<f64>() / hours * months
        / (months - 1.0).max(1.0))
    .sqrt();
    let month_kw = spread_kw.max(MONTH_SIGMA * mean_kw);
    let level_se_kw = (month_kw / months.sqrt()).hypot(GAIN_SIGMA * mean_kw).hypot(line_loss.sigma * mean(&squares));
    Decomposition {
        level_kw,
        level_se_kw,
        parts: Vec::new(),
        parts_kw: 0.0,
        parts_beside_level_kw: 0.0,
        parts_highest_kw: 0.0,
        parts_se_kw: 0.0,
        total_se_kw: level_se_kw,
        parts_mean_kw: 0.0,
        proportional: 0.0,
        line_loss: share,
        line_loss_in_all: share + residual.line_loss_share,
        noise_kw: month_kw,
        beside_kw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    /// Three months of a transformer with 40 kW, of which `left` kW are left over in each.
    fn node(left: [f64; 3]) -> Residual {
        let mut residual = Residual { coverage: 1.0, span: BalanceSpan::Register, ..Residual::default() };
        for hour in 0..3 * 720 {
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push(40.0);
            residual.residual_kw.push(left[hour / 720]);
            residual.span_of.push(hour as u32 / 720);
        }
        residual
    }

    const KNOWN: LineLoss = LineLoss { share: 0.02, sigma: 0.01 };

    #[test]
    fn a_month_leaves_what_the_losses_of_other_nodes_do_not_explain() {
        let found = decompose(&node([10.8, 10.8, 10.8]), KNOWN);
        assert!((found.level_kw - 10.0).abs() < 1e-9, "{}", found.level_kw);
        // 1 % of 40 kW for the line, 0.3 % for gains, 0.5 % of a month over three: 0.4, 0.12 and
        // 0.115 kW.
        assert!((found.level_se_kw - 0.433).abs() < 0.01, "{}", found.level_se_kw);
    }

    #[test]
    fn months_that_differ_make_a_level_uncertain() {
        let (steady, changing) = (decompose(&node([5.0, 5.0, 5.0]), KNOWN), decompose(&node([0.0, 5.0, 10.0]), KNOWN));
        assert!(
            (steady.level_kw - changing.level_kw).abs() < 1e-9 && changing.level_se_kw > 2.5,
            "{}",
            changing.level_se_kw
        );
    }
}
