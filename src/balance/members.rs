//! Which customers a residual itself names: a wrong meter ratio, a wrong link, a meter that under-registers.
//!
//! r_t = Σ β_i·x_it + e_t over the customers of one node, in hour-to-hour changes, one customer after the other (see `missing`). β > 0: the meter shows less than
//! is used, 1/(1+β) of it. β < 0: it shows more than flows here; β near −1 says that nothing of it flows here (a wrong link), β = 1/m − 1 that it shows m
//! times the load (a wrong ratio). H0: β = 0; the statistic is standard normal but for what customers have in common, so eight deviations are asked for, and half of
//! that in each half of the weeks, odd and even, with one size: an accusation must not hang on one event.
//! A load of constant power has no changes and names nobody: that is why a tap ends at its node.
//! Source: Yip et al. (2017), IJEPES 91, for the regression; Meinshausen and Bühlmann (2010), JRSS B 72, for stability under halving.

use crate::domain::Timestamp;
use crate::series::{LoadSeries, mean_by_hour};

use super::Residual;
use super::decomposition::CERTAIN_OF_PROFILES;
use super::missing::{Adrift, Changes, Clipped};

/// Standard deviations that name a customer, and those asked for in each half of the weeks.
const NAMED: f64 = 8.0;
const NAMED_IN_HALF: f64 = 4.0;
/// Standard deviations asked for in what a customer does beside its usual week.
const BY_ITSELF: f64 = 5.0;
/// The two halves must agree about β within this share of it.
const AGREE: f64 = 0.35;
/// Smallest β: meter classes and losses make some per cent.
const LEAST_BETA: f64 = 0.12;
/// No meter shows more than all of what flows too much, and none that shows less than a tenth can be told by its changes.
const POSSIBLE: std::ops::Range<f64> = -1.1..10.0;
const HOURS_OF_WEEK: usize = 24 * 7;
/// Most customers named at one node.
const MOST: usize = 8;
/// A node is worth asking when its changes are larger than meter gains of this share of the load's changes, and than this, make them.
const USUAL_SHARE: f64 = 0.01;
const USUAL_KW: f64 = 0.02;

/// A customer whose own load is in the residual of its node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    /// Index of the customer.
    pub customer: usize,
    /// Residual per kW that its meter shows; negative when the meter shows too much.
    pub beta: f64,
    /// Standard deviations from chance.
    pub strength: f64,
    /// How rough the residual still is when everybody named is taken out (see [`roughness`]): above usual, somebody is missing from the account, and who was named may
    /// only look like him.
    pub left: f64,
}

/// How much rougher a residual is than meter gains make it: 1 = as they do; `None` when there is too little of it.
#[must_use]
pub fn roughness(residual: &Residual) -> Option<f64> {
    let (first, hours) = span(residual)?;
    let changes = Changes::of(residual, first, hours)?;
    Some(rough(&changes))
}

fn rough(changes: &Changes) -> f64 {
    let (residual_kw, metered_kw) = changes.spreads();
    residual_kw / (USUAL_SHARE * metered_kw).hypot(USUAL_KW)
}

/// The customers that a residual names, the clearest first; `customers` are those of the node.
#[must_use]
pub fn named(residual: &Residual, customers: &[LoadSeries]) -> Vec<Named> {
    let Some((first, hours)) = span(residual) else { return Vec::new() };
    let adrift = Adrift::of(customers, first, hours);
    let Some(mut changes) = Changes::of(residual, first, hours) else { return Vec::new() };
    let (mut named, mut doubtful): (Vec<Named>, Vec<usize>) = (Vec::new(), Vec::new());
    // Where customers with registers hang beside, an error of their usual day may look like anybody's day.
    let hidden_kw = CERTAIN_OF_PROFILES * residual.profiled_hour_kw;
    let is_heard = |named: &Named| hidden_kw == 0.0 || named.beta.abs() * swing_kw(&customers[named.customer]) > hidden_kw;
    while named.len() < MOST && doubtful.len() < MOST {
        let off = changes.without_load();
        let open = (0..customers.len()).filter(|customer| !doubtful.contains(customer) && named.iter().all(|found| found.customer != *customer));
        let judged = open.filter_map(|customer| {
            let fit = changes.regress(adrift.changes_of(customer), &off, |_| true)?;
            Some(Named { customer, beta: fit.slope, strength: fit.strength, left: f64::NAN })
        });
        let best = judged.max_by(|a, b| a.strength.abs().total_cmp(&b.strength.abs()).then(b.customer.cmp(&a.customer)));
        let Some(best) = best.filter(|best| best.strength.abs() > NAMED) else { break };
        let own = adrift.changes_of(best.customer);
        let mut without = changes.clone();
        let beta = without.settle(own);
        if stands(&best, own, &changes, &off) && POSSIBLE.contains(&beta) && is_heard(&best) {
            changes = without;
            named.push(Named { beta, ..best });
        } else {
            doubtful.push(best.customer);
        }
    }
    let left = rough(&changes);
    for named in &mut named {
        named.left = left;
    }
    named
}

/// By how much a customer's usual day swings, kW.
fn swing_kw(series: &LoadSeries) -> f64 {
    let usual = mean_by_hour(&series.kw, series.start.0.div_euclid(3600));
    usual.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b)) - usual.iter().fold(f64::INFINITY, |a, &b| a.min(b))
}

/// Whether a customer may be named: clear, large enough, and alike in both halves of the weeks.
fn stands(best: &Named, own: &[f32], changes: &Changes, off: &Clipped) -> bool {
    let Some(whole) = changes.regress(own, off, |_| true).map(|fit| fit.slope) else { return false };
    let alike = |half: usize| {
        let fit = changes.regress(own, off, move |hour| (hour / HOURS_OF_WEEK) % 2 == half);
        fit.is_some_and(|fit| fit.strength * best.strength.signum() > NAMED_IN_HALF && (fit.slope - whole).abs() < AGREE * whole.abs())
    };
    best.strength * best.beta > 0.0 && best.beta.abs() > LEAST_BETA && alike(0) && alike(1) && (best.beta < 0.0 || by_itself(own, changes, off))
}

/// Whether the residual follows what the customer does beside its usual week as well: shops of one kind open and close together, and one of them may be missing from the grid file.
fn by_itself(own: &[f32], changes: &Changes, off: &Clipped) -> bool {
    let mut usual = [(0.0_f32, 0.0_f32); HOURS_OF_WEEK];
    for (hour, change) in own.iter().enumerate() {
        let sum = &mut usual[hour % HOURS_OF_WEEK];
        *sum = (sum.0 + change, sum.1 + 1.0);
    }
    let beside: Vec<f32> =
        own.iter().enumerate().map(|(hour, change)| change - usual[hour % HOURS_OF_WEEK].0 / usual[hour % HOURS_OF_WEEK].1).collect();
    let clear = changes.regress(&beside, off, |_| true).is_some_and(|fit| fit.strength > BY_ITSELF);
    let settled = |own: &[f32]| changes.clone().settle(own);
    let whole = settled(own);
    clear && (settled(&beside) - whole).abs() < AGREE * whole.abs()
}

/// First hour of a residual and the number of hours to its last.
fn span(residual: &Residual) -> Option<(Timestamp, usize)> {
    let (first, last) = (residual.at.first()?, residual.at.last()?);
    Some((*first, ((last.0 - first.0) / 3600 + 1) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: usize = 24 * 42;

    fn home(number: usize) -> Vec<f32> {
        (0..HOURS).map(|hour| 0.2 + (((hour + 17 * number) * (7919 + 2 * number)) % 101) as f32 / 60.0).collect()
    }

    fn homes() -> Vec<LoadSeries> {
        (0..20).map(|number| LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: home(number) }).collect()
    }

    fn residual(beside: impl Fn(usize) -> f64) -> Residual {
        let mut residual = Residual::default();
        for hour in 0..HOURS {
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push((0..20).map(|number| f64::from(home(number)[hour])).sum());
            residual.assumed_kw.push(0.0);
            residual.residual_kw.push(beside(hour) + ((hour * 104_729) % 23) as f64 / 100.0);
        }
        residual
    }

    #[test]
    fn beside_registers_whose_day_is_a_guess_nobody_is_named_for_the_day_he_has() {
        let homes = homes();
        let sure = residual(|hour| f64::from(homes[7].kw[hour]));
        let guessed = Residual { profiled_hour_kw: 20.0, ..sure.clone() };
        assert_eq!(named(&sure, &homes).len(), 1);
        assert!(named(&guessed, &homes).is_empty());
    }

    #[test]
    fn a_meter_that_shows_half_names_its_customer_and_no_other() {
        let homes = homes();
        let found = named(&residual(|hour| f64::from(homes[7].kw[hour])), &homes);
        assert_eq!(found.iter().map(|named| named.customer).collect::<Vec<_>>(), [7]);
        assert!((found[0].beta - 1.0).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn a_customer_that_hangs_elsewhere_is_one_too_many() {
        let homes = homes();
        let found = named(&residual(|hour| -f64::from(homes[4].kw[hour])), &homes);
        assert_eq!(found.iter().map(|named| named.customer).collect::<Vec<_>>(), [4]);
        assert!((found[0].beta + 1.0).abs() < 0.15, "{found:?}");
    }

    #[test]
    fn a_steady_tap_and_a_night_tap_name_nobody() {
        assert!(named(&residual(|_| 12.0), &homes()).is_empty());
        assert!(named(&residual(|hour| if hour % 24 < 8 { 12.0 } else { 0.0 }), &homes()).is_empty());
    }

    #[test]
    fn a_customer_that_happens_to_move_with_the_residual_in_one_week_is_not_named() {
        let homes = homes();
        let once = residual(|hour| if hour / HOURS_OF_WEEK == 2 { 3.0 * f64::from(homes[7].kw[hour]) } else { 0.0 });
        assert!(named(&once, &homes).is_empty());
    }
}
