//! The hit rate: of what was said with a probability and visited, how many were farms.
//!
//! Share with Jeffreys' 90 % interval (quantiles of Beta(found + 1/2, others + 1/2); open at 0 and
//! at all). Visits where nobody could go in do not count. What was visited was chosen, so the table
//! speaks of visits at a stated probability, not of all usage points.
//! Source: Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion,
//! Statistical Science 16.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::domain::logistic;
use crate::findings::{HitRateRow, Pattern};

use super::inspected::StatedVisit;

/// Ends of the bands of stated probability.
const BANDS: [(f64, f64); 5] = [(0.9, 1.0), (0.8, 0.9), (0.5, 0.8), (0.2, 0.5), (0.0, 0.2)];
/// Ends of the bands of power, kW.
const SIZES: [(f64, f64); 3] = [(0.0, 3.0), (3.0, 10.0), (10.0, f64::INFINITY)];
/// Tails of a 90 % interval.
const TAIL: f64 = 0.05;

/// `hitrate.csv`: each band as a whole, then by class, by pattern and by size.
pub(crate) fn rows(visits: &[StatedVisit]) -> Vec<HitRateRow> {
    let mut rows = Vec::new();
    for &(from, to) in &BANDS {
        let inside: Vec<&StatedVisit> = (visits.iter())
            .filter(|visit| {
                let stated = logistic(visit.stated);
                from <= stated && (stated < to || to == 1.0)
            })
            .collect();
        if inside.is_empty() {
            continue;
        }
        let row = |class: Option<&str>, pattern: Option<&'static str>, size: Option<(f64, f64)>| {
            let belongs = |visit: &&&StatedVisit| {
                class.is_none_or(|class| visit.class == class)
                    && pattern.is_none_or(|pattern| visit.pattern.map(Pattern::as_str) == Some(pattern))
                    && size.is_none_or(|(low, high)| visit.kw.is_some_and(|kw| low <= kw.max(0.0) && kw < high))
            };
            let of: Vec<&&StatedVisit> = inside.iter().filter(belongs).collect();
            let found = of.iter().filter(|visit| visit.outcome.is_found()).count();
            let (share_low, share_high) = interval(found, of.len());
            HitRateRow {
                stated_from: from,
                stated_to: to,
                class: class.map(str::to_owned),
                pattern,
                kw_from: size.map(|size| size.0),
                kw_to: size.map(|size| size.1).filter(|kw| kw.is_finite()),
                visited: of.len() as u64,
                found: found as u64,
                share: found as f64 / of.len().max(1) as f64,
                share_low,
                share_high,
            }
        };
        let classes: std::collections::BTreeSet<&str> = inside.iter().map(|visit| visit.class.as_str()).collect();
        let patterns: std::collections::BTreeSet<&'static str> =
            inside.iter().filter_map(|visit| visit.pattern.map(Pattern::as_str)).collect();
        rows.push(row(None, None, None));
        rows.extend(classes.into_iter().map(|class| row(Some(class), None, None)));
        rows.extend(patterns.into_iter().map(|pattern| row(None, Some(pattern), None)));
        rows.extend(SIZES.into_iter().map(|size| row(None, None, Some(size))).filter(|row| row.visited > 0));
    }
    rows
}

/// Jeffreys' interval of a share.
fn interval(found: usize, visited: usize) -> (f64, f64) {
    let (hits, others) = (found as f64, (visited - found) as f64);
    let Ok(beta) = Beta::new(hits + 0.5, others + 0.5) else { return (0.0, 1.0) };
    let low = if found == 0 { 0.0 } else { beta.inverse_cdf(TAIL) };
    let high = if found == visited { 1.0 } else { beta.inverse_cdf(1.0 - TAIL) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Outcome, logit};

    #[test]
    fn the_interval_is_that_of_jeffreys() {
        // Quantiles of x^7.5 (1 - x)^2.5, integrated in twenty million steps: 0.48159, 0.89419.
        let (low, high) = interval(8, 11);
        assert!((low - 0.48159).abs() < 1e-4 && (high - 0.89419).abs() < 1e-4, "{low} {high}");
        assert_eq!((interval(0, 5).0, interval(5, 5).1), (0.0, 1.0));
    }

    #[test]
    fn visits_are_counted_by_what_was_said_of_them() {
        let visit = |p: f64, outcome| StatedVisit {
            stated: logit(p),
            own: 0.0,
            outcome,
            class: "household".into(),
            pattern: None,
            kw: Some(2.0),
        };
        let visits = [visit(0.95, Outcome::Farm), visit(0.92, Outcome::Nothing), visit(0.6, Outcome::Theft)];
        let rows = rows(&visits);
        let whole: Vec<_> = rows
            .iter()
            .filter(|row| row.class.is_none() && row.pattern.is_none() && row.kw_from.is_none())
            .map(|row| (row.stated_from, row.visited, row.found))
            .collect();
        assert_eq!(whole, [(0.9, 2, 1), (0.5, 1, 1)]);
    }
}
