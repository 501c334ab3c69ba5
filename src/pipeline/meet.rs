//! Where the two engines meet: a load behind a meter and a load past it that begin on the same day are likely one farm.
//!
//! H1: the customer has a farm, and with probability a the load that no meter sees at its transformer is the rest of it, so both begin on one day. H0: the days agree by chance, as often as
//! the utility's usage points rise about that day (a cold spell or a holiday makes them all rise). LR = (a + (1 − a)·s) / s with s that share; a node whose own finding is uncertain weighs by its
//! probability. Loads of other days say nothing: most taps belong to nobody that is metered.
//! Source: likelihood ratio of coincident onsets; science of farms that are partly bypassed.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Grid, UsagePointId};
use crate::fusion::logistic;

use super::metered::{Metered, Shift};

/// Probability a that a farm behind a meter is the one whose rest its transformer misses.
const ONE_FARM: f64 = 0.2;
/// Days by which two starts of one farm may be apart: a day is cut by midnight.
const SAME_DAY: i32 = 1;
/// A rise is this share of the load before, and so much, at least.
const LEAST_RISE: f32 = 0.3;
const LEAST_RISE_KW: f32 = 0.3;

/// A load that no meter sees and that began on some day at a transformer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Began {
    pub(super) node: UsagePointId,
    pub(super) day: CivilDay,
    /// Power of it, kW.
    pub(super) kw: f64,
    /// Probability by the balance alone.
    pub(super) probability: f64,
}

/// The days on which metered loads rose for good.
pub(super) struct Rises<'m, 'b> {
    metered: &'m Metered<'b>,
    by_day: BTreeMap<CivilDay, u32>,
}

impl<'m, 'b> Rises<'m, 'b> {
    pub(super) fn of(metered: &'m Metered<'b>) -> Self {
        let mut by_day = BTreeMap::new();
        for point in metered.points.iter().filter(|point| rose(point.shift)) {
            *by_day.entry(point.shift.day).or_insert(0) += 1;
        }
        Self { metered, by_day }
    }

    /// Share of all usage points that rose about a day.
    fn share(&self, day: CivilDay) -> f64 {
        let about: u32 = self.by_day.range(CivilDay(day.0 - SAME_DAY)..=CivilDay(day.0 + SAME_DAY)).map(|(_, count)| count).sum();
        f64::from(about.max(1)) / self.metered.points.len().max(1) as f64
    }

    /// How much likelier one farm makes two starts about `day` than chance does.
    fn likelihood_ratio(&self, day: CivilDay) -> f64 {
        let share = self.share(day);
        (ONE_FARM + (1.0 - ONE_FARM) * share) / share
    }

    /// Log-odds that farms behind the meters of `customers` add to a node's finding that began on `day`.
    pub(super) fn for_node<'a>(&self, customers: impl Iterator<Item = &'a UsagePointId>, day: CivilDay) -> f64 {
        let ratio = self.likelihood_ratio(day);
        let farms = customers.filter_map(|id| {
            let point = self.metered.point(id)?;
            (rose(point.shift) && is_about(point.shift.day, day)).then(|| logistic(point.log_odds.unwrap_or(f64::NEG_INFINITY)))
        });
        farms.map(|probability| (1.0 - probability + probability * ratio).ln()).sum()
    }
}

fn rose(shift: Shift) -> bool {
    let before_kw = shift.before_kw.max(0.0);
    shift.kw > LEAST_RISE_KW.max(LEAST_RISE * before_kw)
}

fn is_about(a: CivilDay, b: CivilDay) -> bool {
    (a.0 - b.0).abs() <= SAME_DAY
}

/// Raises the odds of usage points whose load began on the day on which unmetered load began at the transformer that feeds them. Returns whose, and with what.
pub(super) fn raise(metered: &mut Metered, began: &[Began], grid: &Grid) -> BTreeMap<UsagePointId, Began> {
    let mut met = BTreeMap::new();
    let raised: Vec<(usize, f64, &Began)> = {
        let rises = Rises::of(metered);
        let of_node = |began: &'_ Began| -> Vec<(usize, f64)> {
            let ratio = rises.likelihood_ratio(began.day);
            let places = grid.children(&began.node).iter().filter_map(|id| rises.metered.place(id));
            let with_it =
                places.filter(|&place| rose(rises.metered.points[place].shift) && is_about(rises.metered.points[place].shift.day, began.day));
            with_it.map(|place| (place, (1.0 - began.probability + began.probability * ratio).ln())).collect()
        };
        began.iter().flat_map(|began| of_node(began).into_iter().map(move |(place, more)| (place, more, began))).collect()
    };
    for (place, more, began) in raised {
        let point = &mut metered.points[place];
        if let Some(log_odds) = &mut point.log_odds {
            *log_odds += more;
            point.balance += more;
            met.insert(point.usage_point.clone(), began.clone());
        }
    }
    met
}
