//! Which customers a residual itself names: a wrong meter ratio, a wrong link, a meter that
//! under-registers, a wrong clock.
//!
//! r_t = Σ β_i·x_it + Σ γ_i·(x_i,t+s − x_it) + e_t over the customers of one node, in hour-to-hour
//! changes, one column after the other (see `missing`, `customer_columns`). β > 0: the meter shows
//! less than is used, 1/(1+β) of it. β < 0: it shows more than flows here; β near −1 says that
//! nothing of it flows here (a wrong link), β = 1/m − 1 that it shows m times the load (a wrong
//! ratio). γ near 1: the customer's clock is late by s. H0: β = γ = 0; the statistic is standard
//! normal but for what customers have in common, so eight deviations are asked for, and half of
//! that in each half of the weeks, odd and even, with one size: an accusation must not hang on one
//! event. What a coarse display adds to both sides is taken off. A load of constant power has no
//! changes and names nobody: that is why a tap ends at its node.
//! Source: Yip et al. (2017), IJEPES 91, for the regression; Meinshausen and Bühlmann (2010), JRSS
//! B 72, for stability under halving.

use crate::domain::Timestamp;
use crate::series::{LoadSeries, mean_by_hour, rounding_step_kwh};

use super::customer_columns::{Asked, Column, Glance, columns_of};
use super::decomposition::CERTAIN_OF_PROFILES;
use super::missing::{Changes, Clipped, Slope};
use super::residual::Residual;

/// Standard deviations that name a customer.
const NAMED: f64 = 8.0;
/// Standard deviations asked for in each half of the weeks.
const NAMED_IN_HALF: f64 = 4.0;
/// Standard deviations asked for in what a customer does beside its usual week.
const BY_ITSELF: f64 = 5.0;
/// The two halves must agree about β within this share of it.
const AGREE: f64 = 0.35;
/// Smallest β: meter classes and losses make some per cent.
const LEAST_BETA: f64 = 0.12;
/// Smallest β: at −1 nothing of what the meter shows flows here, and less cannot be.
const LEAST_LEFT: f64 = -1.1;
/// Largest β: a meter behind current transformers of 600/5 A whose ratio is forgotten.
const MOST_BETA: f64 = 125.0;
/// A clock that is late by s makes exactly the difference that is asked for; the slope is larger
/// while other late clocks of like homes are in the residual as well.
const LIKE_A_CLOCK: std::ops::Range<f64> = 0.6..2.0;
/// Minutes beyond which a wrong clock is rare: summer time makes an hour. Loads that follow one
/// another by hours are common, so more is asked of such a clock.
const FAR_MIN: i32 = 60;
/// Standard deviations asked of a clock that is wrong by more than that.
const SURE_OF_FAR: f64 = 16.0;
/// Slope of such a clock.
const LIKE_A_FAR_CLOCK: std::ops::Range<f64> = 0.8..1.3;
/// Ratios by which a meter shows too much when its current transformers were exchanged or entered
/// twice.
const TOO_MUCH: [f64; 3] = [2.0, 3.0, 4.0];
/// Difference of logarithms within which the share that flows is one over such a ratio.
const NEAR_A_RATIO: f64 = 0.07;
/// Where less than this share flows, the meter has a wrong ratio or hangs elsewhere: no ratio need
/// be near.
const MUCH_TOO_MUCH: f64 = 0.21;
/// Hours of a week.
const HOURS_OF_WEEK: usize = 24 * 7;
/// Most customers of one node whose load is named.
const MOST: usize = 8;
/// Most customers of one node whose clock is named.
const MOST_LATE: usize = 60;
/// Customers that are tried in vain before the search at a node ends.
const MOST_DOUBTFUL: usize = 16;
/// Standard deviations that keep a column in the search.
const HOPEFUL: f64 = 3.5;
/// All columns are searched again when the noise has fallen to this share.
const QUIETER: f64 = 0.8;
/// Changes of a residual that meter gains make, as a share of the changes of the load.
const USUAL_SHARE: f64 = 0.01;
/// Changes of a residual that are always there, kW. How rough a node is, is told in units of both
/// and of what displays round off.
const USUAL_KW: f64 = 0.02;

/// What is wrong with a customer's readings, by the residual of its node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wrong {
    /// Its meter does not show what flows here: residual per kW shown; negative when the meter
    /// shows too much.
    Load {
        /// That slope.
        beta: f64,
    },
    /// Its clock is late.
    Clock {
        /// By so many minutes; negative when it is early.
        late_min: i32,
    },
}

/// For whom a residual is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Wrong clocks, and meters that show what does not flow: while a customer that the grid file
    /// forgot is still in the residual, a meter of like load would seem to show too little.
    FaultsOnly,
    /// Meters that show too little as well.
    All,
}

/// A customer whose own load is in the residual of its node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    /// Index of the customer.
    pub customer: usize,
    /// In which way.
    pub wrong: Wrong,
    /// Standard deviations from chance.
    pub strength: f64,
    /// How rough the residual still is when everybody named is taken out (see [`roughness`]): above
    /// usual, somebody is missing from the account, and who was named may only look like him.
    pub left: f64,
}

/// How much rougher a residual is than meter gains make it: 1 = as they do; `None` when there is
/// too little of it.
#[must_use]
pub fn roughness(residual: &Residual) -> Option<f64> {
    let (first, hours) = span(residual)?;
    let changes = Changes::of(residual, first, hours)?;
    Some(rough(&changes, 0.0))
}

/// `rounding_kw`: what displays add to the changes of the residual, as a standard deviation.
fn rough(changes: &Changes, rounding_kw: f64) -> f64 {
    let (residual_kw, metered_kw) = changes.spreads();
    residual_kw / (USUAL_SHARE * metered_kw).hypot(USUAL_KW).hypot(rounding_kw)
}

/// Standard deviation of the changes that the displays of all customers make, kW: a register cut to
/// steps of w makes w/√2 of it each.
fn rounding_kw(customers: &[LoadSeries]) -> f64 {
    (customers.iter().map(|series| rounding_step_kwh(series).powi(2)).sum::<f64>() / 2.0).sqrt()
}

/// The search for those whom a residual names.
struct Search<'a> {
    /// One a customer; `None` once its columns are made.
    glances: Vec<Option<Glance>>,
    columns: Vec<Column>,
    /// First hour of every column, and their number.
    span: (Timestamp, usize),
    customers: &'a [LoadSeries],
    wanted: Wanted,
    /// What registers beside may hide, kW.
    hidden_kw: f64,
    changes: Changes,
    named: Vec<Named>,
    /// Customers that stand out in a way that does not stand.
    doubtful: Vec<usize>,
}

/// The customers that a residual names, the clearest first; `customers` are those of the node, with
/// the intervals that were read.
#[must_use]
pub fn named(residual: &Residual, customers: &[LoadSeries], wanted: Wanted) -> Vec<Named> {
    let Some((first, hours)) = span(residual) else { return Vec::new() };
    let Some(changes) = Changes::of(residual, first, hours) else { return Vec::new() };
    let glances = customers.iter().map(|series| Some(Glance::of(series, first, hours))).collect();
    // Where customers with registers hang beside, an error of their usual day may look like
    // anybody's day.
    let hidden_kw = CERTAIN_OF_PROFILES * residual.profiled_hour_kw;
    let mut search = Search {
        glances,
        columns: Vec::new(),
        span: (first, hours),
        customers,
        wanted,
        hidden_kw,
        changes,
        named: Vec::new(),
        doubtful: Vec::new(),
    };
    search.run();
    if search.named.is_empty() {
        return Vec::new();
    }
    let left = rough(&search.changes, rounding_kw(customers));
    search.named.into_iter().map(|named| Named { left, ..named }).collect()
}

impl Search<'_> {
    fn run(&mut self) {
        let (mut hopeful, mut searched_kw): (Vec<usize>, f64) = (Vec::new(), f64::INFINITY);
        let is_clock = |named: &&Named| matches!(named.wrong, Wrong::Clock { .. });
        loop {
            let clocks = self.named.iter().filter(is_clock).count();
            if clocks >= MOST_LATE || self.named.len() - clocks >= MOST || self.doubtful.len() >= MOST_DOUBTFUL {
                break;
            }
            let off = self.changes.without_load();
            if off.limit_kw() < QUIETER * searched_kw {
                self.make_columns(&off);
                hopeful = (0..self.columns.len())
                    .filter(|&column| self.strength(column, &off).is_some_and(|fit| fit.strength.abs() > HOPEFUL))
                    .collect();
                searched_kw = off.limit_kw();
                // In less noise they may stand.
                self.doubtful.clear();
            }
            let open = hopeful.iter().copied().filter(|column| self.is_open(*column));
            let judged = open.filter_map(|column| Some((column, self.strength(column, &off)?.strength)));
            let best = judged.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()).then(b.0.cmp(&a.0)));
            let Some((column, _)) = best.filter(|best| best.1.abs() > NAMED) else { break };
            self.try_out(column, &off);
        }
    }

    /// Makes the columns of customers of whom one may stand out.
    fn make_columns(&mut self, off: &Clipped) {
        let (first, hours) = self.span;
        let dense = self.changes.dense(off, hours);
        for (customer, glance) in self.glances.iter_mut().enumerate() {
            if glance.as_ref().is_some_and(|glance| glance.may_reach(HOPEFUL, &dense)) {
                *glance = None;
                self.columns.extend(columns_of(customer, &self.customers[customer], first, hours));
            }
        }
    }

    fn is_open(&self, column: usize) -> bool {
        let customer = self.columns[column].customer;
        !self.doubtful.contains(&customer) && self.named.iter().all(|named| named.customer != customer)
    }

    /// How a column goes with the residual, what its display adds taken off; where it is not known
    /// how much that is, the end nearer to nothing counts. `None` where nothing can be said.
    fn strength(&self, column: usize, off: &Clipped) -> Option<Slope> {
        let Column { asked, changes, rounding, .. } = &self.columns[column];
        let rounded = self.changes.regress_rounded(changes, *rounding, off, |_| true)?;
        match asked {
            // An early clock is asked for by itself.
            Asked::Late(_) => (rounded.strength > 0.0).then_some(rounded),
            Asked::Load if rounded.strength <= 0.0 => Some(rounded),
            // Rounding hides a part of what a meter does not show: a display that rounds less would
            // make more of it out of nothing.
            Asked::Load => self.changes.regress(changes, off, |_| true).filter(|plain| plain.strength > 0.0),
        }
    }

    /// Names the customer of a column, where that stands, in the way that goes best with the
    /// residual, and takes out what it leaves.
    fn try_out(&mut self, column: usize, off: &Clipped) {
        let customer = self.columns[column].customer;
        let of_customer = (0..self.columns.len()).filter(|&column| self.columns[column].customer == customer);
        let tried = of_customer.filter_map(|column| self.tried(column, off)).filter(|tried| self.is_possible(tried));
        let best = tried.max_by(|a, b| a.strength.abs().total_cmp(&b.strength.abs()).then(b.column.cmp(&a.column)));
        let stands =
            |tried: &Tried| stands(&self.columns[tried.column], (tried.slope, tried.strength), &self.changes, off);
        match best.filter(|best| best.strength.abs() > NAMED && stands(best)) {
            Some(Tried { column, slope, strength, without }) => {
                let wrong = match self.columns[column].asked {
                    Asked::Load => Wrong::Load { beta: slope },
                    Asked::Late(late_min) => Wrong::Clock { late_min },
                };
                self.named.push(Named { customer, wrong, strength, left: f64::NAN });
                self.changes = without;
            }
            None => self.doubtful.push(customer),
        }
    }

    /// What is left when a column is taken out; `None` where it does not go with the residual.
    fn tried(&self, column: usize, off: &Clipped) -> Option<Tried> {
        let Column { asked, changes, rounding, .. } = &self.columns[column];
        let strength = self.strength(column, off)?.strength;
        if strength.abs() <= HOPEFUL {
            return None;
        }
        let mut without = self.changes.clone();
        let slope = without.settle_rounded(changes, *rounding);
        if let Asked::Late(_) = asked {
            // A clock leaves all of it, whatever else looks like it.
            without = self.changes.clone();
            without.take_out(changes, 1.0);
        }
        Some(Tried { column, slope, strength, without })
    }

    /// Whether a meter or a clock can be wrong by as much as a column says, and is asked for.
    fn is_possible(&self, Tried { column, slope, strength, .. }: &Tried) -> bool {
        let column = &self.columns[*column];
        let is_possible = match column.asked {
            Asked::Load if *slope > 0.0 => {
                self.wanted == Wanted::All && *strength > 0.0 && (LEAST_BETA..MOST_BETA).contains(slope)
            }
            Asked::Load => *strength < 0.0 && *slope > LEAST_LEFT && is_a_ratio(1.0 + slope),
            Asked::Late(late_min) if late_min.abs() > FAR_MIN => {
                LIKE_A_FAR_CLOCK.contains(slope) && *strength > SURE_OF_FAR
            }
            Asked::Late(_) => LIKE_A_CLOCK.contains(slope),
        };
        is_possible
            && (self.hidden_kw == 0.0 || slope.abs() * swing_kw(&self.customers[column.customer]) > self.hidden_kw)
    }
}

/// Whether a share of what a meter shows is what a wrong ratio, or a link to another node, leaves
/// of it.
fn is_a_ratio(share: f64) -> bool {
    share < MUCH_TOO_MUCH || TOO_MUCH.iter().any(|ratio| (share * ratio).ln().abs() < NEAR_A_RATIO)
}

/// One way in which a customer may be in the residual, tried out.
struct Tried {
    column: usize,
    slope: f64,
    strength: f64,
    /// The changes without it.
    without: Changes,
}

/// By how much a customer's usual day swings, kW.
fn swing_kw(series: &LoadSeries) -> f64 {
    let usual = mean_by_hour(&series.kw, series.start.0.div_euclid(3600));
    usual.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b)) - usual.iter().fold(f64::INFINITY, |a, &b| a.min(b))
}

/// Whether a customer may be named for a column: alike in both halves of the weeks, and, where its
/// meter is to show too little, by what it does beside its usual week as well.
fn stands(column: &Column, (slope, strength): (f64, f64), changes: &Changes, off: &Clipped) -> bool {
    let fit = |keep: &dyn Fn(usize) -> bool| changes.regress_rounded(&column.changes, column.rounding, off, keep);
    let Some(whole) = fit(&|_| true).map(|fit| fit.slope) else { return false };
    let alike = |half: usize| {
        let fit = fit(&move |hour| (hour / HOURS_OF_WEEK) % 2 == half);
        fit.is_some_and(|fit| {
            fit.strength * strength.signum() > NAMED_IN_HALF && (fit.slope - whole).abs() < AGREE * whole.abs()
        })
    };
    // Who shows what does not flow is asked to check a ratio; who is said to be late, or to show
    // too little, must be it beside what all of his kind do.
    let shows_too_much = column.asked == Asked::Load && slope < 0.0;
    alike(0) && alike(1) && (shows_too_much || by_itself(&column.changes, changes, off))
}

/// Whether the residual follows what the customer does beside its usual week as well: shops of one
/// kind open and close together, and one of them may be missing from the grid file.
fn by_itself(own: &[f32], changes: &Changes, off: &Clipped) -> bool {
    let mut usual = [(0.0_f32, 0.0_f32); HOURS_OF_WEEK];
    for (hour, change) in own.iter().enumerate() {
        let sum = &mut usual[hour % HOURS_OF_WEEK];
        *sum = (sum.0 + change, sum.1 + 1.0);
    }
    let beside: Vec<f32> = own
        .iter()
        .enumerate()
        .map(|(hour, change)| change - usual[hour % HOURS_OF_WEEK].0 / usual[hour % HOURS_OF_WEEK].1)
        .collect();
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
        (0..20)
            .map(|number| LoadSeries { usage_point: "A".into(), start: Timestamp(0), step_min: 60, kw: home(number) })
            .collect()
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

    /// What a meter shows of a load whose register counts whole steps of `step_kwh`.
    fn displayed(kw: &[f32], step_kwh: f64) -> Vec<f32> {
        let mut register = 0.0;
        let mut shown = |kw: &f32| {
            let before = (register / step_kwh + 1e-9_f64).floor();
            register += f64::from(*kw);
            (((register / step_kwh + 1e-9).floor() - before) * step_kwh) as f32
        };
        kw.iter().map(&mut shown).collect()
    }

    #[test]
    fn a_meter_of_whole_kilowatt_hours_is_not_said_to_show_what_does_not_flow() {
        let mut homes = homes();
        for number in [2, 7, 11] {
            homes[number].kw = displayed(&home(number), 1.0);
        }
        let rounding = |hour: usize| {
            [2, 7, 11]
                .iter()
                .map(|&number| f64::from(home(number)[hour]) - f64::from(homes[number].kw[hour]))
                .sum::<f64>()
        };
        assert_eq!(named(&residual(rounding), &homes, Wanted::All), []);
    }

    #[test]
    fn a_coarse_meter_that_hangs_elsewhere_is_still_told_by_a_large_load() {
        let mut homes = homes();
        let large: Vec<f32> = home(7).iter().map(|kw| 12.0 * kw).collect();
        homes[7].kw = displayed(&large, 1.0);
        let found = named(&residual(|hour| -f64::from(homes[7].kw[hour])), &homes, Wanted::All);
        assert_eq!(found.iter().map(|named| named.customer).collect::<Vec<_>>(), [7]);
        assert!(matches!(found[0].wrong, Wrong::Load { beta } if (beta + 1.0).abs() < 0.15), "{found:?}");
    }

    #[test]
    fn a_customer_whose_clock_is_an_hour_late_is_named_for_his_clock() {
        // What flows at hour t is shown at t + 1.
        let (homes, late) = (homes(), |hour: usize| home(7)[(hour + 1).min(HOURS - 1)]);
        let found = named(&residual(|hour| f64::from(late(hour)) - f64::from(homes[7].kw[hour])), &homes, Wanted::All);
        assert_eq!(
            found.iter().map(|named| (named.customer, named.wrong)).collect::<Vec<_>>(),
            [(7, Wrong::Clock { late_min: 60 })]
        );
    }

    #[test]
    fn quarter_hourly_meters_show_a_clock_that_is_a_quarter_of_an_hour_early() {
        // Four values an hour that change as the load does.
        let quarter = |place: usize| 0.3 + ((place * 7919) % 101) as f32 / 40.0;
        let quarters = LoadSeries {
            usage_point: "Q".into(),
            start: Timestamp(0),
            step_min: 15,
            kw: (0..4 * HOURS).map(quarter).collect(),
        };
        let early = |hour: usize| -> f64 {
            let shown = (0..4).map(|part| f64::from(quarter(4 * hour + part))).sum::<f64>() / 4.0;
            let flows = (0..4).map(|part| f64::from(quarter((4 * hour + part).saturating_sub(1)))).sum::<f64>() / 4.0;
            flows - shown
        };
        let mut homes = homes();
        homes.push(quarters);
        let found = named(&residual(early), &homes, Wanted::All);
        assert_eq!(
            found.iter().map(|named| (named.customer, named.wrong)).collect::<Vec<_>>(),
            [(20, Wrong::Clock { late_min: -15 })]
        );
    }

    #[test]
    fn a_meter_behind_forgotten_current_transformers_is_named_with_its_ratio() {
        let homes = homes();
        let found = named(&residual(|hour| 29.0 * f64::from(homes[7].kw[hour])), &homes, Wanted::All);
        assert!(
            matches!(found[..], [Named { customer: 7, wrong: Wrong::Load { beta }, .. }] if (beta - 29.0).abs() < 1.5),
            "{found:?}"
        );
    }

    #[test]
    fn beside_registers_whose_day_is_a_guess_nobody_is_named_for_the_day_he_has() {
        let homes = homes();
        let sure = residual(|hour| f64::from(homes[7].kw[hour]));
        let guessed = Residual { profiled_hour_kw: 20.0, ..sure.clone() };
        assert_eq!(named(&sure, &homes, Wanted::All).len(), 1);
        assert!(named(&guessed, &homes, Wanted::All).is_empty());
    }

    #[test]
    fn a_meter_that_shows_half_names_its_customer_and_no_other() {
        let homes = homes();
        let found = named(&residual(|hour| f64::from(homes[7].kw[hour])), &homes, Wanted::All);
        assert_eq!(found.iter().map(|named| named.customer).collect::<Vec<_>>(), [7]);
        assert!(matches!(found[0].wrong, Wrong::Load { beta } if (beta - 1.0).abs() < 0.15), "{found:?}");
    }

    #[test]
    fn a_customer_that_hangs_elsewhere_is_one_too_many() {
        let homes = homes();
        let found = named(&residual(|hour| -f64::from(homes[4].kw[hour])), &homes, Wanted::All);
        assert_eq!(found.iter().map(|named| named.customer).collect::<Vec<_>>(), [4]);
        assert!(matches!(found[0].wrong, Wrong::Load { beta } if (beta + 1.0).abs() < 0.15), "{found:?}");
    }

    #[test]
    fn a_steady_tap_and_a_night_tap_name_nobody() {
        assert!(named(&residual(|_| 12.0), &homes(), Wanted::All).is_empty());
        assert!(named(&residual(|hour| if hour % 24 < 8 { 12.0 } else { 0.0 }), &homes(), Wanted::All).is_empty());
    }

    #[test]
    fn a_customer_that_happens_to_move_with_the_residual_in_one_week_is_not_named() {
        let homes = homes();
        let once = residual(|hour| if hour / HOURS_OF_WEEK == 2 { 3.0 * f64::from(homes[7].kw[hour]) } else { 0.0 });
        assert!(named(&once, &homes, Wanted::All).is_empty());
    }
}
