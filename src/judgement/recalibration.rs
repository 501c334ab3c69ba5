//! What visits say of how far to trust probabilities: log-odds x become a + b·x.
//!
//! P(found | x) = (1 − missed)·logistic(a + b·x), fitted by Fisher scoring to every visit whose
//! load was read, with a normal prior around a = 0 (standard deviation 1) and b = 1 (0.5), so that
//! few outcomes move little. It is used from a number of outcomes on (a setting, 200), of which 20
//! must have found something and 20 not: with fewer the fit follows single visits. Given x, who is
//! visited says nothing more of the outcome, so choosing visits by x biases nothing. Source: Platt
//! (1999), Probabilistic outputs for support vector machines; the part that is missed as in capture
//! with a known rate of detection.

use crate::domain::{Fact, logistic, logit};
use crate::metered::VisitSettings;

use super::inspected::StatedVisit;
use super::said;

/// Outcomes of either kind, at least.
const LEAST_OF_A_KIND: usize = 20;
/// Standard deviations of the prior of offset and slope.
const OFFSET_SD: f64 = 1.0;
const SLOPE_SD: f64 = 0.5;
/// Log-odds beyond these say no more.
const MOST: f64 = 12.0;
/// The least slope: better odds never mean worse.
const LEAST_SLOPE: f64 = 0.05;
/// Rounds of scoring; the last digits stand after ten.
const ROUNDS: usize = 40;
/// The probability by which the effect is told.
const TOLD: f64 = 0.9;

/// A fitted change of log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Recalibration {
    offset: f64,
    slope: f64,
    outcomes: usize,
}

impl Recalibration {
    /// Fits to visits; `None` with too few of them.
    pub(crate) fn of(visits: &[StatedVisit], settings: VisitSettings) -> Option<Self> {
        let found = visits.iter().filter(|visit| visit.outcome.is_found()).count();
        let enough = visits.len() >= settings.recalibrate_from
            && found >= LEAST_OF_A_KIND
            && visits.len() - found >= LEAST_OF_A_KIND;
        enough.then(|| Self::fit(visits, settings.missed))
    }

    fn fit(visits: &[StatedVisit], missed: f64) -> Self {
        let (mut offset, mut slope) = (0.0_f64, 1.0_f64);
        for _ in 0..ROUNDS {
            let mut gradient = [-offset / OFFSET_SD.powi(2), (1.0 - slope) / SLOPE_SD.powi(2)];
            let mut information = [OFFSET_SD.powi(-2), 0.0, SLOPE_SD.powi(-2)];
            for visit in visits {
                let x = visit.own.clamp(-MOST, MOST);
                let p = logistic(offset + slope * x).clamp(1e-9, 1.0 - 1e-9);
                let (hit, change) = ((1.0 - missed) * p, (1.0 - missed) * p * (1.0 - p));
                let spread = hit * (1.0 - hit);
                let residual = f64::from(u8::from(visit.outcome.is_found())) - hit;
                let (score, weight) = (residual * change / spread, change * change / spread);
                (gradient[0], gradient[1]) = (gradient[0] + score, gradient[1] + score * x);
                information[0] += weight;
                information[1] += weight * x;
                information[2] += weight * x * x;
            }
            let [a, b, c] = information;
            let determinant = a * c - b * b;
            let step =
                [(c * gradient[0] - b * gradient[1]) / determinant, (a * gradient[1] - b * gradient[0]) / determinant];
            offset += step[0].clamp(-1.0, 1.0);
            slope = (slope + step[1].clamp(-0.5, 0.5)).max(LEAST_SLOPE);
        }
        Self { offset, slope, outcomes: visits.len() }
    }

    /// What log-odds become.
    pub(crate) fn log_odds(&self, own: f64) -> f64 {
        self.offset + self.slope * own
    }

    /// Its effect, in words.
    pub(crate) fn told(&self) -> Fact {
        let now = logistic(self.log_odds(logit(TOLD)));
        said::recalibrated(self.outcomes, 100.0 * TOLD, 100.0 * now, self.offset, self.slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Outcome;

    const SETTINGS: VisitSettings =
        VisitSettings { missed: 0.2, missed_at_node: 0.5, valid_days: 365, recalibrate_from: 200 };

    /// Visits at even log-odds, of which as many find something as `truth` says of each.
    fn visits(count: usize, truth: impl Fn(f64) -> f64) -> Vec<StatedVisit> {
        let mut owed = 0.0;
        let mut visit = |index: usize| {
            let stated = -2.0 + 6.0 * (index * 37 % count) as f64 / count as f64;
            owed += (1.0 - SETTINGS.missed) * truth(stated);
            let found = owed >= 1.0;
            owed -= f64::from(u8::from(found));
            let outcome = if found { Outcome::Farm } else { Outcome::Nothing };
            StatedVisit { stated, own: stated, outcome, class: String::new(), pattern: None, kw: None }
        };
        (0..count).map(&mut visit).collect()
    }

    #[test]
    fn odds_that_hold_stay_and_those_that_promise_too_much_are_lowered() {
        let holds = Recalibration::of(&visits(400, logistic), SETTINGS).unwrap();
        assert!((logistic(holds.log_odds(logit(0.9))) - 0.9).abs() < 0.04, "{holds:?}");
        let high = Recalibration::of(&visits(400, |x| logistic(x - 2.0)), SETTINGS).unwrap();
        let now = logistic(high.log_odds(logit(0.9)));
        assert!((now - logistic(logit(0.9) - 2.0)).abs() < 0.06, "{high:?}: {now}");
    }

    #[test]
    fn few_outcomes_or_outcomes_of_one_kind_change_nothing() {
        assert_eq!(Recalibration::of(&visits(150, logistic), SETTINGS), None);
        assert_eq!(Recalibration::of(&visits(400, |_| 0.0), SETTINGS), None);
    }
}
