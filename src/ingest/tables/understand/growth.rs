//! Values that only grow, as those of counters do, and running totals that begin anew every day,
//! month or bill.

use std::collections::BTreeSet;

/// Values of a series from which on growth alone tells a counter, whatever its level: a day of
/// hours. Loads that never fall for so long are not met.
const LONG: usize = 24;
/// Of so many steps of a running total one may begin it anew.
const STEPS_BETWEEN: usize = 12;
/// What a value falls to where a total begins anew, of what it was.
const ANEW: f64 = 0.2;

/// What only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// A counter.
    Counter,
    /// A running total that begins anew.
    Total {
        /// The first value after it began is above zero: it holds the interval of its own stamp.
        holds_own: bool,
    },
}

/// Whether nine in ten of the series with five values or more only grow: from a level far above
/// what they grow by, for a day at least, or with falls to nearly nothing that are few.
pub(crate) fn only_grow<'v>(series: impl Iterator<Item = &'v [f64]>) -> Option<Growth> {
    let long: Vec<Option<Growth>> = series.filter(|values| values.len() >= 5).map(growth_of).collect();
    let growing: Vec<Growth> = long.iter().copied().flatten().collect();
    if long.is_empty() || growing.len() * 10 < long.len() * 9 {
        return None;
    }
    let totals: Vec<&Growth> = growing.iter().filter(|growth| matches!(growth, Growth::Total { .. })).collect();
    if totals.len() * 2 < growing.len() {
        return Some(Growth::Counter);
    }
    let own = totals.iter().filter(|growth| matches!(growth, Growth::Total { holds_own: true })).count();
    Some(Growth::Total { holds_own: own * 2 > totals.len() })
}

fn growth_of(values: &[f64]) -> Option<Growth> {
    let steps = values.len() - 1;
    let falls: Vec<usize> = (1..values.len()).filter(|&place| values[place] < values[place - 1]).collect();
    let rises = values.windows(2).filter(|pair| pair[1] > pair[0]).count();
    if falls.is_empty() {
        let growth = (values[steps] - values[0]) / steps as f64;
        let is_high = growth > 0.0 && values[0] > 20.0 * growth && values[0] > 100.0;
        let is_long = values.len() >= LONG && rises * 4 >= steps && has_varied_rises(values);
        return (is_high || is_long).then_some(Growth::Counter);
    }
    let is_anew = |&place: &usize| values[place] >= 0.0 && values[place] <= ANEW * values[place - 1];
    let is_total = values.len() >= LONG
        && falls.len() * STEPS_BETWEEN <= steps
        && rises * 4 >= steps
        && has_varied_rises(values)
        && falls.iter().all(is_anew);
    let own = falls.iter().filter(|&&place| values[place] > 0.0).count();
    is_total.then_some(Growth::Total { holds_own: own * 2 > falls.len() })
}

/// Whether rises are of many sizes, as those of a total of any load are: numbers that go up by one
/// and the same step count something else.
fn has_varied_rises(values: &[f64]) -> bool {
    const FEWEST: usize = 5;
    let rises = values.windows(2).map(|pair| pair[1] - pair[0]).filter(|rise| *rise > 0.0);
    rises.map(|rise| (rise * 1e6).round() as i64).collect::<BTreeSet<_>>().len() >= FEWEST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hourly energy of some days.
    fn energy(days: usize) -> Vec<f64> {
        (0..24 * days)
            .map(|hour| 0.2 + 0.1 * ((hour * 7) % 11) as f64 + if hour % 24 > 17 { 1.0 } else { 0.0 })
            .collect()
    }

    fn sums(values: &[f64], anew: usize, begins_with_zero: bool) -> Vec<f64> {
        let mut total = 0.0;
        let sum = |(place, value): (usize, &f64)| {
            if place % anew == 0 {
                total = 0.0;
            }
            let before = total;
            total += value;
            if begins_with_zero { before } else { total }
        };
        values.iter().enumerate().map(sum).collect()
    }

    fn growth(values: &[f64]) -> Option<Growth> {
        only_grow(std::iter::once(values))
    }

    #[test]
    fn a_counter_grows_whether_it_stands_high_or_began_at_zero() {
        assert_eq!(growth(&sums(&energy(3), 1000, true)), Some(Growth::Counter));
        assert_eq!(growth(&[5000.0, 5008.0, 5015.0, 5020.0, 5029.0]), Some(Growth::Counter));
    }

    #[test]
    fn a_total_of_the_day_begins_anew_and_may_hold_the_interval_of_its_stamp() {
        assert_eq!(growth(&sums(&energy(5), 24, true)), Some(Growth::Total { holds_own: false }));
        assert_eq!(growth(&sums(&energy(5), 24, false)), Some(Growth::Total { holds_own: true }));
    }

    #[test]
    fn loads_do_not_grow_not_even_those_that_stand_still_or_rise_all_morning() {
        assert_eq!(growth(&energy(5)), None);
        assert_eq!(growth(&[0.0; 100]), None);
        assert_eq!(growth(&(0..99).map(f64::from).collect::<Vec<_>>()), None, "the number of a row");
        assert_eq!(growth(&(0..9).map(f64::from).collect::<Vec<_>>()), None);
        // Switched off for most of the time: falls to nothing, but few rises.
        let rare: Vec<f64> = (0..240).map(|hour| if hour % 24 == 12 { 2.0 } else { 0.0 }).collect();
        assert_eq!(growth(&rare), None);
    }
}
