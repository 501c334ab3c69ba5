//! Where the two engines meet: what a transformer's balance knows of a customer's readings enters
//! its odds, and starts on one day behind a meter and past it are linked.
//!
//! *Readings*: a usage point that stands out is a farm, something lawful, or a fault of the data: a
//! ratio, a wrong link. Where the balance of its transformer closes with its load counted, the
//! third is ruled out; where little of what its meter shows flows there, the third is what is left.
//! A balance that is not sure enough says nothing.
//! *Dates*: a load behind a meter and a load past every meter that begin about one day may be one
//! farm. On such a day many loads rise, and the customer whose load rose may be a neighbour of the
//! thief's: a date links two findings, for whoever goes there, and adds nothing to the odds or the
//! energy of either. Where the node's own balance names a customer, that one is told instead.
//! Source: Bayes' rule over the three explanations.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Grid, UsagePointId};
use crate::domain::{Step, logit};

use crate::digest::{DigestError, RatioAsked};
use crate::findings::{NodeRow, SuspectRow};
use crate::judgement::node_rows::GridTold;
use crate::judgement::said;
use crate::metered::RatioIs;
use crate::metered::{Metered, Shift};
use crate::unmetered::{Began, Says};

/// Days by which two starts of one farm may be apart: a day is cut by midnight.
const SAME_DAY: i32 = 1;
/// A rise is this share of the load before, and so much, at least.
const LEAST_RISE: f32 = 0.3;
const LEAST_RISE_KW: f32 = 0.3;
/// Findings that are at least so likely are linked, and usage points that are at least so likely
/// stand out.
const LIKELY: f64 = 0.5;
const STANDS_OUT: f64 = 0.1;
/// Share of usage points that stand out for a fault of their data, before a balance is asked: of
/// inspectors' reports on suspicious meters about one in five ends with a ratio or a link put right
/// (an assumption).
const FAULTS: f64 = 0.2;
/// Log-odds against a farm where most of what a meter shows does not flow: its series shows no
/// load.
const NOT_REAL: f64 = -5.0;

/// What it adds to the log-odds of a farm.
pub(crate) fn log_odds(says: &Says) -> f64 {
    match says {
        Says::Closes { .. } => -(1.0 - FAULTS).ln(),
        Says::NotReal { .. } => NOT_REAL,
    }
}

/// Lets the engines meet: usage points whose ratio a balance knows better are judged again, what
/// balances say of readings enters their odds, and dates link. Returns who is linked.
pub(crate) fn engines(
    metered: &mut Metered,
    grid: &mut GridTold,
    ratios: &[RatioAsked],
    places: &Grid,
) -> Result<BTreeMap<UsagePointId, Began>, DigestError> {
    let settled = &grid.ratios;
    metered.judge_again(ratios, |id| match () {
        () if settled.otherwise.contains_key(id) => RatioIs::Otherwise,
        () if settled.refuted.contains(id) => RatioIs::AsRead,
        () => RatioIs::Open,
    })?;
    let linked = linked(metered, &grid.began, places);
    enter(metered, &mut grid.says);
    Ok(linked)
}

/// Says at a node what is said at the listed usage points that it is linked with, in the same
/// words. Who is not listed is not named for a date.
pub(crate) fn tell_nodes(suspects: &[SuspectRow], linked: &BTreeMap<UsagePointId, Began>, nodes: &mut [NodeRow]) {
    for id in suspects.iter().map(|row| &row.usage_point) {
        let Some(Began { node, kw, day, .. }) = linked.get(id) else { continue };
        if let Some(row) = nodes.iter_mut().find(|row| row.node == *node) {
            row.remarks.push(said::possibly_one(id, node, *kw, *day));
        }
    }
}

/// Enters what balances say into the odds of usage points that stand out; keeps of `says` what was
/// entered.
fn enter(metered: &mut Metered, says: &mut BTreeMap<UsagePointId, Says>) {
    let mut entered = BTreeMap::new();
    for (id, said) in std::mem::take(says) {
        let Some(place) = metered.place(&id) else { continue };
        let point = &mut metered.points[place];
        if let Some(ledger) = point.ledger.as_mut().filter(|ledger| ledger.log_odds() > logit(STANDS_OUT)) {
            ledger.enter(Step::Balance, log_odds(&said));
            entered.insert(id, said);
        }
    }
    *says = entered;
}

/// The usage points whose load began about the day on which unmetered load began at the transformer
/// that feeds them, where both are likely.
fn linked(metered: &Metered, began: &[Began], grid: &Grid) -> BTreeMap<UsagePointId, Began> {
    let is_linked = |id: &&UsagePointId, began: &Began| {
        let point = metered.point(id);
        point.is_some_and(|p| {
            p.log_odds().is_some_and(|odds| odds > logit(STANDS_OUT))
                && rose(p.shift)
                && is_about(p.shift.day, began.day)
        })
    };
    let of_node = |began: &'_ Began| -> Vec<(UsagePointId, Began)> {
        grid.usage_points_at(&began.node)
            .iter()
            .filter(|id| is_linked(id, began))
            .map(|id| (id.clone(), began.clone()))
            .collect()
    };
    began.iter().filter(|began| began.probability >= LIKELY && !began.names_somebody).flat_map(of_node).collect()
}

fn rose(shift: Shift) -> bool {
    let before_kw = shift.before_kw.max(0.0);
    shift.kw > LEAST_RISE_KW.max(LEAST_RISE * before_kw)
}

fn is_about(a: CivilDay, b: CivilDay) -> bool {
    (a.0 - b.0).abs() <= SAME_DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_that_closes_says_little_and_one_that_misses_the_load_says_much() {
        let (closes, not_real) =
            (Says::Closes { node: "T".into(), within_kw: 0.4 }, Says::NotReal { node: "T".into(), share: 0.05 });
        assert!((0.0..0.3).contains(&log_odds(&closes)) && log_odds(&not_real) < -4.0);
    }
}
