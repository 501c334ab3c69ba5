//! Loose contacts and broken neutrals at a customer's premises: faults of the wiring, no theft.
//!
//! A contact that burns adds resistance to the way of one customer alone: his volts fall more for
//! every kW of his own from some day on, and nobody else's do.
//! H0: what is left of his row over the model of the site has nothing to do with his own load.
//! H1: from a day t on it falls by b for each kW.  Statistic: b over its error, the largest over
//! all days; it must be large, in V/kW and in errors, for many days are looked at.
//! A neutral that breaks at a house of three phases lets its star point wander: from some day on
//! what is left of two of its phases goes against each other, by volts.
//! Both are asked of what the site's model leaves over, so a farm next door or a load that no meter
//! sees explains neither.
//! Source: voltage drop over a contact's resistance, Ohm; a floating star point, GOST 28249.

use super::site::{Learned, Left, Site};

/// Hours of a day.
const DAY: usize = 24;
/// Days on either side of the change.
const LEAST_DAYS: usize = 5;
/// Least fall, V/kW: a tenth of an ohm in the way of one phase is 0.43.
const LEAST_VOLTS: f64 = 0.3;
/// Errors that a fall must be of, and what a service rarely exceeds before.
const SURE: f64 = 10.0;
/// Volts by which phases of a house wander against each other, and how much more than before.
const WANDERS: f64 = 2.0;
const TIMES_BEFORE: f64 = 3.0;
/// Correlation from which on two phases go against each other.
const AGAINST: f64 = -0.5;

/// What is wrong at a customer's premises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Contact {
    /// His volts fall by so much more for every kW, V/kW.
    Loose { volts_per_kw: f64 },
    /// Two of his phases go against each other by so many volts.
    Neutral { volts: f64 },
}

/// A fault of a customer's wiring and the hour, on the site's axis, from which on it shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BadContact {
    pub(crate) customer: usize,
    pub(crate) from: usize,
    pub(crate) contact: Contact,
}

/// Bad contacts of a site, in the order of customers; none where too little is known.
pub(crate) fn contacts(site: &Site) -> Vec<BadContact> {
    let Some(learned) = Learned::of(site) else { return Vec::new() };
    let left = &learned.left;
    let mut found = Vec::new();
    for customer in 0..site.customers.len() {
        let rows: Vec<usize> = (0..learned.rows.len()).filter(|&row| learned.rows[row].customer == customer).collect();
        let neutral = rows
            .iter()
            .flat_map(|&a| rows.iter().map(move |&b| (a, b)))
            .find_map(|(a, b)| (a < b).then(|| wandering(left, a, b)).flatten());
        let loose = || rows.iter().find_map(|&row| loose(site, left, row, customer));
        if let Some((from, contact)) = neutral.or_else(loose) {
            found.push(BadContact { customer, from, contact });
        }
    }
    found
}

/// Places among the known hours at which a day begins, with days enough on either side.
fn days(at: &[usize]) -> impl Iterator<Item = usize> + '_ {
    let inside = LEAST_DAYS * DAY..at.len().saturating_sub(LEAST_DAYS * DAY);
    (1..at.len()).filter(move |place| at[*place] / DAY != at[place - 1] / DAY && inside.contains(place))
}

/// Whether a row falls more with the customer's own load from some day on.
fn loose(site: &Site, left: &Left, row: usize, customer: usize) -> Option<(usize, Contact)> {
    let kw = &site.customers[customer].kw;
    let known: Vec<f64> = left.at.iter().map(|&at| f64::from(kw[at])).collect();
    let mean =
        known.iter().filter(|kw| !kw.is_nan()).sum::<f64>() / known.iter().filter(|kw| !kw.is_nan()).count() as f64;
    let own: Vec<f64> = known.iter().map(|kw| if kw.is_nan() { 0.0 } else { kw - mean }).collect();
    let volts = &left.volts[row];
    let mut best: Option<(f64, usize, f64)> = None;
    for day in days(&left.at) {
        let slope = |from: usize, to: usize| -> (f64, f64) {
            let (with, square) = (from..to).fold((0.0, 0.0), |(with, square), place| {
                (with + own[place] * volts[place], square + own[place] * own[place])
            });
            (with / f64::max(square, 1e-9), square)
        };
        let ((before, square_before), (after, square_after)) = (slope(0, day), slope(day, own.len()));
        let off = |place: usize| volts[place] - own[place] * if place < day { before } else { after };
        let variance = (0..own.len()).map(|place| off(place).powi(2)).sum::<f64>() / own.len() as f64;
        let error = (2.0 * variance * (1.0 / square_before.max(1e-9) + 1.0 / square_after.max(1e-9))).sqrt();
        let (fall, strength) = (before - after, (before - after) / error.max(1e-9));
        if fall > LEAST_VOLTS && strength > SURE && best.is_none_or(|best| strength > best.0) {
            best = Some((strength, day, fall));
        }
    }
    best.map(|(_, day, volts_per_kw)| (left.at[day], Contact::Loose { volts_per_kw }))
}

/// Whether two phases of a house go against each other from some day on.
fn wandering(left: &Left, a: usize, b: usize) -> Option<(usize, Contact)> {
    let (one, other) = (&left.volts[a], &left.volts[b]);
    let spread = |from: usize, to: usize| {
        let half = |place: usize| (one[place] - other[place]) / 2.0;
        ((from..to).map(|place| half(place).powi(2)).sum::<f64>() / (to - from).max(1) as f64).sqrt()
    };
    let against = |from: usize, to: usize| {
        let sum = |of: &dyn Fn(usize) -> f64| (from..to).map(of).sum::<f64>();
        let product = sum(&|place| one[place] * other[place]);
        product / (sum(&|place| one[place].powi(2)) * sum(&|place| other[place].powi(2))).sqrt().max(1e-9)
    };
    let end = left.at.len();
    let mut best: Option<(f64, usize, f64)> = None;
    for day in days(&left.at) {
        let (before, after) = (spread(0, day), spread(day, end));
        let ratio = after / before.max(0.05);
        let is_one = after > WANDERS && ratio > TIMES_BEFORE && against(day, end) < AGAINST;
        if is_one && best.is_none_or(|best| ratio > best.0) {
            best = Some((ratio, day, after));
        }
    }
    best.map(|(_, day, volts)| (left.at[day], Contact::Neutral { volts }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volts::site::tests::{HOURS, line};

    fn clean() -> Site {
        line(4, &[1], |_| 0.0)
    }

    #[test]
    fn a_contact_that_burns_is_told_with_its_day_and_nobody_else_is() {
        let mut site = clean();
        let from = 24 * 22;
        for at in from..HOURS {
            let kw = site.customers[7].kw[at];
            site.customers[7].volts[0].1[at] -= 1.2 * kw;
        }
        let found = contacts(&site);
        assert_eq!(found.iter().map(|bad| bad.customer).collect::<Vec<_>>(), [7], "{found:?}");
        assert!(found[0].from.abs_diff(from) <= 24, "{found:?}");
        assert!(matches!(found[0].contact, Contact::Loose { volts_per_kw } if (volts_per_kw - 1.2).abs() < 0.3));
    }

    #[test]
    fn a_load_that_no_meter_sees_is_no_bad_contact() {
        let found = contacts(&line(9, &[0], |at| if at > HOURS / 2 { 6.0 } else { 0.0 }));
        assert_eq!(found, []);
    }

    #[test]
    fn a_house_whose_neutral_breaks_is_told_by_phases_that_go_against_each_other() {
        let mut site = clean();
        let own = site.customers[6].volts[0].1.clone();
        let busbar = site.busbar[1].clone();
        let second: Vec<f32> = own.iter().zip(&site.busbar[0]).zip(&busbar).map(|((own, a), b)| own - a + b).collect();
        site.customers[6].volts.push((1, second));
        for at in 24 * 20..HOURS {
            let off = 6.0 * (((at * 7919) % 17) as f32 / 8.0 - 1.0);
            site.customers[6].volts[0].1[at] += off;
            site.customers[6].volts[1].1[at] -= off;
        }
        let found = contacts(&site);
        assert!(
            matches!(found[..], [BadContact { customer: 6, contact: Contact::Neutral { volts }, .. }] if volts > 2.0),
            "{found:?}"
        );
    }
}
