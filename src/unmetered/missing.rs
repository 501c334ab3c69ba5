//! Customers that the grid file does not place, found by the balance they are missing from.
//!
//! The load of one customer changes from hour to hour as that of no other does. Statistic:
//! correlation of the changes of a node's residual with the changes of a customer's load, after
//! what goes with the metered load is taken out; times √n it is standard normal where the customer
//! hangs elsewhere.
//! H0: all pairs of nodes and customers are such; eight standard deviations leave no room for a
//! chance among a thousand million pairs.  H1: the customer hangs here; then the residual changes
//! by about as much as its load (losses add a few per cent), which is asked for as well, so that a
//! tap that switches at the hour when a shop opens places no shop. Changes beyond four standard
//! deviations are cut, since a tap makes such. What is found is taken out and the next one
//! searched. A flat load changes little and cannot be placed, nor can it accuse anyone.
//! Source: matching pursuit, Mallat and Zhang (1993); hour-to-hour changes as a customer's mark,
//! from balance regression after Yip et al. (2017), IJEPES 91.

use crate::domain::{Timestamp, dot, mad_sigma};
use crate::series::{LoadSeries, hourly_kw};

use super::residual::Residual;

/// Standard deviations that place a customer.
const EIGHT: f64 = 8.0;
/// Standard deviations that keep a customer in the search.
const HOPEFUL: f64 = 3.5;
/// All customers are searched again when the noise has fallen to this share.
const QUIETER: f64 = 0.6;
/// Change of the residual per change of the customer's load.
const LIKE_ITSELF: std::ops::Range<f64> = 0.5..1.5;
/// Loss of the node per kW of customer, with which a found customer is taken out.
const WITH_LOSS: f64 = 1.05;
/// Most customers placed at one node.
const MOST: usize = 40;
/// Share of the strength that a quick look finds at least.
const NEARLY: f64 = 0.7;
/// Customers of another size that are tried at one node before the search ends.
const MOST_UNLIKE: usize = 20;
/// Rounds in which a slope settles, at most.
const SETTLING: usize = 25;
/// A step of the slope below this ends them.
const SETTLED: f64 = 0.002;
/// Pairs of hours that a search needs: a week.
const MIN_PAIRS: usize = 168;
/// Changes beyond so many standard deviations are cut.
const CUT: f64 = 4.0;
/// What of a change may go with the metered load or its square: gains of meters, losses, and some
/// customers that nobody reads.
const GAINS: (f64, f64) = (-0.03, 0.1);
/// Hours with a larger share of assumed load are left out, when enough others are there.
const LITTLE_ASSUMED: f64 = 0.02;

/// Customers that may hang anywhere, with the hour-to-hour changes of their load.
#[derive(Debug, Clone, Default)]
pub struct Adrift {
    start: Timestamp,
    /// Change into hour `i` from the start, kW, one row a customer; 0 where it is not known.
    changes: Vec<Vec<f32>>,
    /// Sum of their squares, kW², one a customer.
    squares: Vec<f32>,
}

/// A customer placed at a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Index of the customer.
    pub customer: usize,
    /// Standard deviations from chance.
    pub strength: f64,
}

impl Adrift {
    /// Prepares customers for hours `start..start + hours`.
    #[must_use]
    pub fn of(series: &[LoadSeries], start: Timestamp, hours: usize) -> Self {
        let change = |pair: &[f32]| if (pair[1] - pair[0]).is_finite() { pair[1] - pair[0] } else { 0.0 };
        let changes = series
            .iter()
            .map(|series| std::iter::once(0.0).chain(hourly_kw(series, start, hours).windows(2).map(change)).collect());
        let changes: Vec<Vec<f32>> = changes.collect();
        let squares = changes.iter().map(|own| dot(own, own)).collect();
        Self { start, changes, squares }
    }

    /// Hour-to-hour changes of one customer, kW.
    pub(super) fn changes_of(&self, customer: usize) -> &[f32] {
        &self.changes[customer]
    }

    /// Whether a customer would stand out of the noise of `residual` twice as clearly as it must,
    /// if it hung there.
    #[must_use]
    pub fn would_be_heard(&self, residual: &Residual, customer: usize) -> bool {
        let Some(changes) = Changes::of(residual, self.start, self.changes.first().map_or(0, Vec::len)) else {
            return false;
        };
        let own: f64 = changes.hour.iter().map(|&hour| f64::from(self.changes[customer][hour]).powi(2)).sum();
        let noise: f64 = changes.without_load().kw.iter().map(|kw| kw * kw).sum();
        (own / (own + noise) * changes.hour.len() as f64).sqrt() > 2.0 * EIGHT
    }

    /// The changes of a residual on the hours of the customers, for a quick look; `None` where
    /// there is too little of it.
    pub(super) fn dense_of(&self, residual: &Residual) -> Option<Dense> {
        let hours = self.changes.first().map_or(0, Vec::len);
        let changes = Changes::of(residual, self.start, hours)?;
        Some(changes.dense(&changes.without_load(), hours))
    }

    /// Whether any customer may be placed at a node, by a quick look at its changes.
    pub(super) fn may_be_at(&self, changes: &Dense) -> bool {
        (0..self.changes.len())
            .any(|customer| changes.strength(&self.changes[customer], self.squares[customer]) > NEARLY * EIGHT)
    }

    /// The customers whose load is in `residual`, the clearest first.
    #[must_use]
    pub fn placed_at(&self, residual: &Residual) -> Vec<Placed> {
        let Some(mut changes) = Changes::of(residual, self.start, self.changes.first().map_or(0, Vec::len)) else {
            return Vec::new();
        };
        let mut placed: Vec<Placed> = Vec::new();
        let mut unlike: Vec<usize> = Vec::new();
        let (mut hopeful, mut searched_kw): (Vec<usize>, f64) = (Vec::new(), f64::INFINITY);
        while placed.len() < MOST && unlike.len() < MOST_UNLIKE {
            let off = changes.without_load();
            let strength = |customer: usize| {
                changes.regress(&self.changes[customer], &off, |_| true).map_or(0.0, |fit| fit.strength)
            };
            // All are looked at first, and again when it has become much quieter; in between only
            // those who stood out a little.
            if off.limit_kw < QUIETER * searched_kw {
                let dense = changes.dense(&off, self.changes.first().map_or(0, Vec::len));
                let may_be = |customer: usize| {
                    dense.strength(&self.changes[customer], self.squares[customer]) > NEARLY * HOPEFUL
                };
                hopeful = (0..self.changes.len())
                    .filter(|&customer| may_be(customer) && strength(customer) > HOPEFUL)
                    .collect();
                searched_kw = off.limit_kw;
            }
            let open = hopeful.iter().filter(|&customer| {
                !unlike.contains(customer) && placed.iter().all(|found| found.customer != *customer)
            });
            let fits = open.map(|&customer| Placed { customer, strength: strength(customer) });
            let best = fits.max_by(|a, b| a.strength.total_cmp(&b.strength).then(b.customer.cmp(&a.customer)));
            let Some(best) = best.filter(|best| best.strength > EIGHT) else { break };
            let own = &self.changes[best.customer];
            if LIKE_ITSELF.contains(&changes.clone().settle(own)) {
                changes.take_out(own, WITH_LOSS);
                placed.push(best);
            } else {
                unlike.push(best.customer);
            }
        }
        placed
    }
}

/// How a residual's changes go with a customer's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope {
    /// Residual per kW of the customer by Huber's weights: a step towards the true slope.
    pub(super) slope: f64,
    /// Standard deviations from chance.
    pub(super) strength: f64,
}

impl Clipped {
    /// Beyond what values are cut, kW.
    pub(super) fn limit_kw(&self) -> f64 {
        self.limit_kw
    }
}

/// What the rounding of a display adds to products of changes, on average over all hours, kW².
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rounding {
    /// To the product of the residual's change and the customer's.
    pub(super) with: f64,
    /// To the square of the customer's change.
    pub(super) own: f64,
}

/// Values cut at a limit.
pub(super) struct Clipped {
    kw: Vec<f64>,
    /// What is left of each value, as a share of it: Huber's weights.
    weight: Vec<f64>,
    limit_kw: f64,
}

/// A residual's changes on the hours of the customers, 0 where it has none: millions of pairs are
/// looked at through this.
pub(super) struct Dense {
    off: Vec<f32>,
    all: f64,
    count: f64,
}

impl Dense {
    /// A customer's strength, nearly: its squares are taken to be spread evenly over the hours that
    /// the residual has and those that it lacks.
    fn strength(&self, customer: &[f32], square: f32) -> f64 {
        self.with(customer) / (f64::from(square) * self.all).sqrt().max(1e-12) * (self.off.len() as f64).sqrt()
    }

    /// Sum of products with a customer's changes, kW².
    pub(super) fn with(&self, customer: &[f32]) -> f64 {
        f64::from(dot(&self.off, customer))
    }

    /// Whether the strength of changes with this sum of products, and this sum of squares, may
    /// reach `least` in either direction, whatever a display rounds off.
    pub(super) fn may_reach(&self, least: f64, with: f64, square: f32, rounding: Rounding) -> bool {
        let with = with.abs() + self.count * rounding.with.abs();
        with / (f64::from(square) * self.all).sqrt().max(1e-12) * (self.off.len() as f64).sqrt() > NEARLY * least
    }
}

/// Hour-to-hour changes of a residual.
#[derive(Debug, Clone)]
pub(super) struct Changes {
    /// Hour after the change, counted from the start of the customers.
    hour: Vec<usize>,
    residual_kw: Vec<f64>,
    metered_kw: Vec<f64>,
    squares_kw: Vec<f64>,
}

impl Changes {
    pub(super) fn of(residual: &Residual, start: Timestamp, hours: usize) -> Option<Self> {
        let mean_kw = residual.mean_metered_kw().abs().max(1e-3);
        let firm = |index: usize| residual.assumed_kw[index] <= LITTLE_ASSUMED * residual.metered_kw[index].abs();
        let hour = |index: usize| {
            usize::try_from((residual.at[index].0 - start.0).div_euclid(3600)).ok().filter(|&hour| hour < hours)
        };
        let pairs = |all: bool| -> Vec<usize> {
            let follows = |index: &usize| residual.at[*index].0 - residual.at[index - 1].0 == 3600;
            (1..residual.at.len())
                .filter(follows)
                .filter(|&index| hour(index).is_some() && (all || (firm(index) && firm(index - 1))))
                .collect()
        };
        let chosen = Some(pairs(false)).filter(|chosen| chosen.len() >= MIN_PAIRS).unwrap_or_else(|| pairs(true));
        if chosen.len() < MIN_PAIRS {
            return None;
        }
        let change =
            |of: &dyn Fn(usize) -> f64| -> Vec<f64> { chosen.iter().map(|&index| of(index) - of(index - 1)).collect() };
        Some(Self {
            residual_kw: change(&|index| residual.residual_kw[index]),
            metered_kw: change(&|index| residual.metered_kw[index]),
            squares_kw: change(&|index| residual.metered_kw[index].powi(2) / mean_kw),
            hour: chosen.iter().filter_map(|&index| hour(index)).collect(),
        })
    }

    /// The residual's changes without what goes with the metered load and its square, extremes cut.
    pub(super) fn without_load(&self) -> Clipped {
        let (x, z) = (&self.metered_kw, &self.squares_kw);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (xx, xz, zz) = (dot(x, x), dot(x, z), dot(z, z));
        let determinant = xx * zz - xz * xz;
        let (mut b, mut c) = (0.0, 0.0);
        let off = |b: f64, c: f64| clipped((0..x.len()).map(|i| self.residual_kw[i] - b * x[i] - c * z[i]).collect());
        for _ in 0..2 {
            let cut = off(b, c);
            let (xy, zy) = (dot(x, &cut.kw), dot(z, &cut.kw));
            if determinant > 1e-9 * xx * zz {
                b += (xy * zz - zy * xz) / determinant;
                c += (zy * xx - xy * xz) / determinant;
            } else if xx > 0.0 {
                b += xy / xx;
            }
            // One meter that shows forty times its load would pass for what goes with all loads,
            // and make culprits of the others.
            (b, c) = (b.clamp(GAINS.0, GAINS.1), c.clamp(GAINS.0, GAINS.1));
        }
        off(b, c)
    }

    /// `off` on the first `hours` hours of the customers.
    pub(super) fn dense(&self, off: &Clipped, hours: usize) -> Dense {
        let mut dense = vec![0.0; hours];
        self.hour.iter().zip(&off.kw).for_each(|(&hour, &kw)| dense[hour] = kw as f32);
        Dense { off: dense, all: off.kw.iter().map(|kw| kw * kw).sum(), count: off.kw.len() as f64 }
    }

    /// Spreads of the changes of the residual, without what goes with the load, and of the metered
    /// load, kW.
    pub(super) fn spreads(&self) -> (f64, f64) {
        (mad_sigma(&self.without_load().kw, 0.0), mad_sigma(&self.metered_kw, 0.0))
    }

    /// How `off` goes with a customer's changes in the hours that `keep` keeps; `None` where the
    /// customer's load does not change.
    pub(super) fn regress(&self, customer: &[f32], off: &Clipped, keep: impl Fn(usize) -> bool) -> Option<Slope> {
        self.regress_rounded(customer, Rounding::default(), off, keep)
    }

    /// The same for a load whose display rounds: what rounding adds to the sums of products is
    /// taken off.
    pub(super) fn regress_rounded(
        &self,
        customer: &[f32],
        rounding: Rounding,
        off: &Clipped,
        keep: impl Fn(usize) -> bool,
    ) -> Option<Slope> {
        let (mut with, mut own, mut all, mut weighted, mut weights, mut count) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for ((&hour, &off_kw), &weight) in
            self.hour.iter().zip(&off.kw).zip(&off.weight).filter(|((hour, _), _)| keep(**hour))
        {
            let change = f64::from(customer[hour]);
            with += change * off_kw;
            own += change * change;
            all += off_kw * off_kw;
            weighted += weight * change * change;
            weights += weight;
            count += 1.0;
        }
        with -= weights * rounding.with;
        weighted -= weights * rounding.own;
        (all > 0.0 && own > 0.0 && weighted > 0.0)
            .then(|| Slope { strength: with / (own * all).sqrt() * f64::sqrt(count), slope: with / weighted })
    }

    /// Takes a customer out at the slope that leaves least, and gives that slope: Huber's estimate.
    /// What is left is cut and regressed again, and less is cut the nearer the slope comes.
    pub(super) fn settle(&mut self, customer: &[f32]) -> f64 {
        self.settle_rounded(customer, Rounding::default())
    }

    /// The same for a load whose display rounds.
    pub(super) fn settle_rounded(&mut self, customer: &[f32], rounding: Rounding) -> f64 {
        let mut slope = 0.0;
        for _ in 0..SETTLING {
            // What was taken out took its rounding with it.
            let left = Rounding { with: rounding.with - slope * rounding.own, ..rounding };
            let Some(step) = self.regress_rounded(customer, left, &self.without_load(), |_| true) else { break };
            self.take_out(customer, step.slope);
            slope += step.slope;
            if step.slope.abs() < SETTLED * f64::abs(slope) {
                break;
            }
        }
        slope
    }

    /// Takes out `share` of a customer's changes.
    pub(super) fn take_out(&mut self, customer: &[f32], share: f64) {
        for (residual, &hour) in self.residual_kw.iter_mut().zip(&self.hour) {
            *residual -= share * f64::from(customer[hour]);
        }
    }
}

fn clipped(values: Vec<f64>) -> Clipped {
    let limit_kw = (CUT * mad_sigma(&values, 0.0)).max(1e-6);
    let weight = values.iter().map(|value| (limit_kw / value.abs().max(1e-12)).min(1.0)).collect();
    Clipped { kw: values.into_iter().map(|value| value.clamp(-limit_kw, limit_kw)).collect(), weight, limit_kw }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOURS: usize = 24 * 30;

    /// A load that changes in its own way.
    fn home(number: usize) -> Vec<f32> {
        (0..HOURS).map(|hour| 0.2 + (((hour + 17 * number) * (7919 + 2 * number)) % 101) as f32 / 60.0).collect()
    }

    fn series(kw: Vec<f32>) -> LoadSeries {
        LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw }
    }

    fn residual(missing: impl Fn(usize) -> f64) -> Residual {
        let mut residual = Residual::default();
        for hour in 0..HOURS {
            residual.at.push(Timestamp(hour as i64 * 3600));
            residual.metered_kw.push(20.0 + ((hour * 31) % 19) as f64);
            residual.assumed_kw.push(0.0);
            residual.residual_kw.push(missing(hour) + ((hour * 104_729) % 23) as f64 / 40.0);
        }
        residual
    }

    #[test]
    fn two_forgotten_homes_are_found_among_twenty() {
        let homes: Vec<LoadSeries> = (0..20).map(|number| series(home(number))).collect();
        let adrift = Adrift::of(&homes, Timestamp(0), HOURS);
        let residual = residual(|hour| f64::from(homes[3].kw[hour]) + f64::from(homes[11].kw[hour]));
        let mut placed: Vec<usize> = adrift.placed_at(&residual).iter().map(|placed| placed.customer).collect();
        placed.sort_unstable();
        assert_eq!(placed, [3, 11]);
    }

    #[test]
    fn a_steady_tap_places_nobody() {
        let homes: Vec<LoadSeries> = (0..20).map(|number| series(home(number))).collect();
        assert!(Adrift::of(&homes, Timestamp(0), HOURS).placed_at(&residual(|_| 15.0)).is_empty());
    }

    #[test]
    fn a_night_tap_places_no_shop_that_opens_when_it_stops() {
        let shop: Vec<f32> = (0..HOURS).map(|hour| if (8..20).contains(&(hour % 24)) { 0.5 } else { 3.0 }).collect();
        let adrift = Adrift::of(&[series(shop)], Timestamp(0), HOURS);
        assert!(adrift.placed_at(&residual(|hour| if (8..20).contains(&(hour % 24)) { 0.0 } else { 30.0 })).is_empty());
    }
}
