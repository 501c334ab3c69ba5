//! What loads of one transformer do to the volts of its meters, learned without any map of its
//! lines.
//!
//! Model, linear in power (kW; U = 230 V, V_bus the busbar's volts):
//! V_i(t) − V_bus,p(t) = c_i − Σ_j s_ij P_j(t) U/V_bus(t) − d_i h(t) U/V_bus(t) + e_i(t)
//! for a meter i on phase p, customers j and the load h that no meter sees. One ridge regression
//! serves all meters; errors of c and d by blocks of days, of s by the residual's variance, doubled
//! for what follows from hour to hour.
//! Then s_ij = ρ_ij F_g with ρ_ij the resistance of the common way (V/kW, alike from both ends) and
//! g the turn from the phase of j to that of i: F_0 = 2 by convention, F_1 and F_2 are learned, as
//! thin neutrals raise them. A three-phase customer is split over phases by what he does to his own
//! three volts.
//! A load that begins within the data shows in d, one that was always there in c.
//! Source: Gao, Foggo, Yu (2019), 10.1109/tii.2019.2898171, regression of volts on usage without
//! topology; Weckx and others (2012) for grid parameters from meters.

use crate::domain::{UsagePointId, median_of};

use super::dense::Factor;

/// Nominal volts between phase and neutral.
pub(super) const VOLTS: f64 = 230.0;
/// Hours of a day, by which errors are counted.
const DAY: usize = 24;
/// Hours that a site needs: ten days.
const LEAST_HOURS: usize = 240;
/// Share of the hours in which a meter must know its volts.
const LEAST_KNOWN: f64 = 0.6;
/// Most customers of a site: the regression grows with the square of them.
const MOST_CUSTOMERS: usize = 400;
/// Ridge on the columns of customers, kW² an hour.
const RIDGE: f64 = 2e-4;
/// Least change of the load, kW, from which on it has a column of its own.
const LEAST_CHANGE_KW: f64 = 0.3;
/// Turns of a neutral like the phase conductors, where a site does not tell its own.
const USUAL_TURNS: [f64; 3] = [2.0, -0.75, -0.25];
/// Bounds of the turns that are learned: beyond it is no neutral.
const TURN_BOUNDS: (f64, f64) = (-1.2, 0.0);
/// Share on one phase from which on a customer without volts is taken to have one phase.
const MOSTLY_ONE: f64 = 0.55;
/// Pairs by which turns are learned, at least.
const LEAST_PAIRS: usize = 12;

/// A customer of the site.
#[derive(Debug, Clone)]
pub(crate) struct SiteCustomer {
    /// The meter.
    pub(crate) id: UsagePointId,
    /// Mean power of every hour, kW; NaN = not known.
    pub(crate) kw: Vec<f32>,
    /// Volts of every hour by phase of the busbar, 0 to 2; empty where he reports none.
    pub(crate) volts: Vec<(usize, Vec<f32>)>,
}

/// A transformer with its customers on one axis of hours.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) customers: Vec<SiteCustomer>,
    /// Volts of the busbar by phase.
    pub(crate) busbar: [Vec<f32>; 3],
    /// Load that no meter sees, kW; NaN = not known.
    pub(crate) hidden_kw: Vec<f32>,
}

/// One phase of one meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) customer: usize,
    pub(super) phase: usize,
}

/// What was learned of a site.
pub(super) struct Learned {
    pub(super) rows: Vec<Row>,
    pub(super) customers: usize,
    /// V/kW of the load that no meter sees at each row, and its error; `None` where that load does
    /// not change.
    pub(super) change: Option<(Vec<f64>, Vec<f64>)>,
    /// Level of each row, V, and its error.
    pub(super) level: (Vec<f64>, Vec<f64>),
    /// The part of the load that was always there, kW.
    pub(super) base_kw: f64,
    pub(super) turns: [f64; 3],
    /// Common resistance of customers, V/kW, and its error: a square of `customers`.
    pub(super) common: Vec<(f64, f64)>,
    /// V/kW of each customer at each row and its error, as measured.
    pub(super) column: Vec<(f64, f64)>,
    /// The phase of a customer who has one.
    pub(super) phase_of: Vec<Option<usize>>,
    /// Correlation of what is left over between rows.
    pub(super) alike: Vec<f64>,
    /// What is left over.
    pub(super) left: Left,
}

/// What the model leaves of the volts of each row, V, over the hours in which it was made.
pub(super) struct Left {
    /// Hours on the axis of the site.
    pub(super) at: Vec<usize>,
    pub(super) volts: Vec<Vec<f64>>,
}

/// Rows of the regression: hours in which it can be made.
struct Hours {
    /// Hour of each row.
    at: Vec<usize>,
    /// U over volts of the busbar.
    scale: Vec<f64>,
}

impl Learned {
    /// Learns a site; `None` where too little is known of it.
    pub(super) fn of(site: &Site) -> Option<Self> {
        let customers = site.customers.len();
        let hours = Hours::of(site).filter(|hours| hours.at.len() >= LEAST_HOURS)?;
        if !(2..=MOST_CUSTOMERS).contains(&customers) {
            return None;
        }
        let hidden: Vec<f64> = hours.at.iter().map(|&at| f64::from(site.hidden_kw[at])).collect();
        let base_kw = low_end(&hidden);
        let mean_kw = hidden.iter().sum::<f64>() / hidden.len() as f64 - base_kw;
        let changes = mean_kw.abs() > LEAST_CHANGE_KW || (high_end(&hidden) - base_kw) > 2.0 * LEAST_CHANGE_KW;
        let mut columns: Vec<Vec<f64>> = vec![vec![1.0; hours.at.len()]];
        columns.extend(site.customers.iter().map(|customer| hours.column(&filled(&customer.kw))));
        if changes {
            columns.push(hidden.iter().zip(&hours.scale).map(|(kw, scale)| (kw - base_kw) * scale).collect());
        }
        let fit = Fit::of(columns, customers, &hours)?;
        let mut rows = Vec::new();
        let mut fitted = Vec::new();
        for (customer, of) in site.customers.iter().enumerate() {
            for (phase, volts) in &of.volts {
                if let Some(one) = fit.row(volts, &site.busbar[*phase], &hours) {
                    rows.push(Row { customer, phase: *phase });
                    fitted.push(one);
                }
            }
        }
        if rows.len() < 3 {
            return None;
        }
        let column: Vec<(f64, f64)> =
            fitted.iter().flat_map(|row| row.columns[1..=customers].iter().map(|(b, se)| (-b, *se))).collect();
        let phase_of: Vec<Option<usize>> =
            site.customers.iter().map(|of| if let [(phase, _)] = of.volts[..] { Some(phase) } else { None }).collect();
        let turns = turns(&rows, &column, &phase_of);
        let shares = shares(&rows, &column, &phase_of, turns, customers);
        let phase_of: Vec<Option<usize>> =
            shares.iter().map(|shares| shares.iter().position(|share| *share > 1.0 - 1e-9)).collect();
        let common = common(&rows, &column, &shares, turns, customers);
        let pick = |place: usize, sign: f64| -> (Vec<f64>, Vec<f64>) {
            fitted.iter().map(|row| (sign * row.columns[place].0, row.columns[place].1)).unzip()
        };
        let change = changes.then(|| pick(customers + 1, -1.0));
        let (level, alike) = (pick(0, 1.0), alike(&fitted));
        let left = Left { at: hours.at, volts: fitted.into_iter().map(|row| row.left).collect() };
        Some(Self { rows, customers, change, level, base_kw, turns, common, column, phase_of, alike, left })
    }

    /// Common resistance of two customers and its error, V/kW.
    pub(super) fn common(&self, a: usize, b: usize) -> (f64, f64) {
        self.common[a * self.customers + b]
    }
}

impl Hours {
    fn of(site: &Site) -> Option<Self> {
        let busbar = |at: usize| site.busbar.iter().map(|volts| f64::from(volts[at])).sum::<f64>() / 3.0;
        let known = |at: &usize| busbar(*at) > 0.5 * VOLTS && site.hidden_kw[*at].is_finite();
        let at: Vec<usize> = (0..site.hidden_kw.len()).filter(known).collect();
        let scale = at.iter().map(|&at| VOLTS / busbar(at)).collect();
        (!at.is_empty()).then_some(Self { at, scale })
    }

    fn column(&self, kw: &[f64]) -> Vec<f64> {
        self.at.iter().zip(&self.scale).map(|(&at, scale)| kw[at] * scale).collect()
    }
}

/// A load whose unknown hours are as that hour of the day usually is.
fn filled(kw: &[f32]) -> Vec<f64> {
    let usual: Vec<f64> = (0..DAY)
        .map(|hour| {
            let known = kw.iter().skip(hour).step_by(DAY).filter(|kw| !kw.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), kw| (sum + f64::from(*kw), count + 1.0));
            if count > 0.0 { sum / count } else { 0.0 }
        })
        .collect();
    kw.iter().enumerate().map(|(at, kw)| if kw.is_nan() { usual[at % DAY] } else { f64::from(*kw) }).collect()
}

fn low_end(kw: &[f64]) -> f64 {
    crate::domain::quantile(kw, 0.1).max(0.0)
}

fn high_end(kw: &[f64]) -> f64 {
    crate::domain::quantile(kw, 0.95)
}

/// The regression of all rows on the same columns.
struct Fit {
    columns: Vec<Vec<f64>>,
    factor: Factor,
    /// Diagonal of the inverse.
    diagonal: Vec<f64>,
    /// Weight of each hour in the level, and in what the load that no meter sees does.
    weights: [Vec<f64>; 2],
}

/// One row as fitted: coefficient and error of every column, and what is left over.
struct FittedRow {
    columns: Vec<(f64, f64)>,
    left: Vec<f64>,
}

impl Fit {
    fn of(columns: Vec<Vec<f64>>, customers: usize, hours: &Hours) -> Option<Self> {
        let size = columns.len();
        let mut gram = vec![0.0; size * size];
        for a in 0..size {
            for b in 0..=a {
                let product: f64 = columns[a].iter().zip(&columns[b]).map(|(a, b)| a * b).sum();
                gram[a * size + b] = product;
                gram[b * size + a] = product;
            }
        }
        for customer in 1..=customers {
            gram[customer * size + customer] += RIDGE * hours.at.len() as f64;
        }
        let factor = Factor::of(gram, size)?;
        let inverse = factor.inverse();
        let weight = |of: usize| -> Vec<f64> {
            (0..hours.at.len())
                .map(|at| (0..size).map(|column| inverse[of * size + column] * columns[column][at]).sum())
                .collect()
        };
        let weights = [weight(0), weight(size - 1)];
        let diagonal = (0..size).map(|at| inverse[at * size + at]).collect();
        Some(Self { columns, factor, diagonal, weights })
    }

    /// Fits one meter; `None` where too few of its hours are known. Unknown ones are put where the
    /// fit of the known ones says.
    fn row(&self, volts: &[f32], busbar: &[f32], hours: &Hours) -> Option<FittedRow> {
        let below: Vec<f64> = hours.at.iter().map(|&at| f64::from(volts[at]) - f64::from(busbar[at])).collect();
        let known = below.iter().filter(|volt| volt.is_finite()).count();
        if (known as f64) < LEAST_KNOWN * below.len() as f64 {
            return None;
        }
        let middle = median_of(below.iter().copied().filter(|volt| volt.is_finite()));
        let mut filled: Vec<f64> = below.iter().map(|volt| if volt.is_finite() { *volt } else { middle }).collect();
        let rounds = if known < below.len() { 3 } else { 1 };
        let mut coefficients = Vec::new();
        let mut left = Vec::new();
        for _ in 0..rounds {
            coefficients =
                self.columns.iter().map(|column| column.iter().zip(&filled).map(|(a, b)| a * b).sum()).collect();
            self.factor.solve(&mut coefficients);
            let fitted: Vec<f64> = (0..filled.len())
                .map(|at| self.columns.iter().zip(&coefficients).map(|(column, b)| column[at] * b).sum())
                .collect();
            for (at, fitted) in fitted.iter().enumerate().filter(|(at, _)| !below[*at].is_finite()) {
                filled[at] = *fitted;
            }
            left = filled.iter().zip(fitted).map(|(volt, fitted)| volt - fitted).collect();
        }
        let variance = left.iter().map(|volt| volt * volt).sum::<f64>() / known as f64;
        let errors = self.diagonal.iter().map(|diagonal| (2.0 * variance * diagonal).sqrt());
        let mut columns: Vec<(f64, f64)> = coefficients.into_iter().zip(errors).collect();
        let last = columns.len() - 1;
        columns[0].1 = columns[0].1.max(by_days(&self.weights[0], &left, hours));
        columns[last].1 = by_days(&self.weights[1], &left, hours).max(1e-4);
        Some(FittedRow { columns, left })
    }
}

/// Error of a coefficient by blocks of days: what follows from hour to hour is within them.
fn by_days(weights: &[f64], left: &[f64], hours: &Hours) -> f64 {
    let (mut sum, mut days, mut day, mut within) = (0.0, 0.0, usize::MAX, 0.0_f64);
    for ((&at, weight), left) in hours.at.iter().zip(weights).zip(left) {
        if at / DAY != day {
            sum += within * within;
            (day, within, days) = (at / DAY, 0.0, days + 1.0);
        }
        within += weight * left;
    }
    sum += within * within;
    if days > 1.0 { (sum * days / (days - 1.0)).sqrt() } else { f64::INFINITY }
}

/// How the other phases turn: means over pairs of customers of one phase each, by their turn.
fn turns(rows: &[Row], column: &[(f64, f64)], phase_of: &[Option<usize>]) -> [f64; 3] {
    let customers = phase_of.len();
    let (mut sums, mut weights, mut pairs) = ([0.0; 3], [0.0; 3], [0; 3]);
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| phase_of[row.customer].is_some()) {
        for other in (0..customers).filter(|&other| other != row.customer) {
            let Some(phase) = phase_of[other] else { continue };
            let (volts, error) = column[place * customers + other];
            let (turn, weight) = ((row.phase + 3 - phase) % 3, 1.0 / (error * error + 4e-4));
            sums[turn] += weight * volts;
            weights[turn] += weight;
            pairs[turn] += 1;
        }
    }
    let mean = |turn: usize| sums[turn] / f64::max(weights[turn], 1e-9);
    if pairs.iter().any(|pairs| *pairs < LEAST_PAIRS) || mean(0) < 1e-3 {
        return USUAL_TURNS;
    }
    let turn = |turn: usize| (2.0 * mean(turn) / mean(0)).clamp(TURN_BOUNDS.0, TURN_BOUNDS.1);
    [2.0, turn(1), turn(2)]
}

/// Share of each customer's load on each phase.
fn shares(
    rows: &[Row],
    column: &[(f64, f64)],
    phase_of: &[Option<usize>],
    turns: [f64; 3],
    customers: usize,
) -> Vec<[f64; 3]> {
    let own = |customer: usize| -> Option<[f64; 3]> {
        let at = |phase: usize| {
            let place = rows.iter().position(|row| *row == Row { customer, phase })?;
            Some(column[place * customers + customer].0)
        };
        Some([at(0)?, at(1)?, at(2)?])
    };
    let customer_has_volts = |customer: usize| rows.iter().any(|row| row.customer == customer);
    // Means over rows of a phase, the surer the more.
    let seen = |customer: usize| -> Option<[f64; 3]> {
        let (mut sums, mut weights) = ([0.0; 3], [0.0; 3]);
        for (place, row) in rows.iter().enumerate() {
            let (volts, error) = column[place * customers + customer];
            let weight = 1.0 / (error * error + 1e-6);
            sums[row.phase] += weight * volts;
            weights[row.phase] += weight;
        }
        weights.iter().all(|weight| *weight > 0.0).then(|| [0, 1, 2].map(|phase| sums[phase] / weights[phase]))
    };
    let of = |customer: usize| -> [f64; 3] {
        if let Some(phase) = phase_of[customer] {
            let mut shares = [0.0; 3];
            shares[phase] = 1.0;
            return shares;
        }
        // Who reports no volts is known by what he does to those of others.
        let split = own(customer).or_else(|| seen(customer)).map(|volts| split_of(volts, turns));
        let split = split.map(|shares| if customer_has_volts(customer) { shares } else { one_phase(shares) });
        split.filter(|shares| shares.iter().sum::<f64>() > 1e-6).unwrap_or([1.0 / 3.0; 3])
    };
    (0..customers).map(of).collect()
}

/// Shares of a load over phases by what it does to the volts of its own three.
fn split_of(volts: [f64; 3], turns: [f64; 3]) -> [f64; 3] {
    let matrix = |row: usize, column: usize| turns[(row + 3 - column) % 3];
    let determinant = |of: &dyn Fn(usize, usize) -> f64| {
        of(0, 0) * (of(1, 1) * of(2, 2) - of(1, 2) * of(2, 1)) - of(0, 1) * (of(1, 0) * of(2, 2) - of(1, 2) * of(2, 0))
            + of(0, 2) * (of(1, 0) * of(2, 1) - of(1, 1) * of(2, 0))
    };
    let whole = determinant(&matrix);
    let share = |place: usize| {
        let with = |row: usize, column: usize| if column == place { volts[row] } else { matrix(row, column) };
        (determinant(&with) / whole).max(0.0)
    };
    let shares = [share(0), share(1), share(2)];
    let sum: f64 = shares.iter().sum();
    if sum > 1e-9 && whole.abs() > 1e-9 { shares.map(|share| share / sum) } else { [0.0; 3] }
}

/// A load of which most is on one phase is taken for one that has no other, as most customers have.
fn one_phase(shares: [f64; 3]) -> [f64; 3] {
    let most = shares.iter().copied().fold(0.0, f64::max);
    if most > MOSTLY_ONE { shares.map(|share| if share == most { 1.0 } else { 0.0 }) } else { shares }
}

/// V/kW at a row for one V/kW of common resistance with a load of these shares.
pub(super) fn factor(phase: usize, shares: &[f64; 3], turns: &[f64; 3]) -> f64 {
    (0..3).map(|other| shares[other] * turns[(phase + 3 - other) % 3]).sum()
}

/// Common resistance of every two customers: from either end and every phase, the surer the more,
/// shrunk to what is usual, not below nothing.
fn common(
    rows: &[Row],
    column: &[(f64, f64)],
    shares: &[[f64; 3]],
    turns: [f64; 3],
    customers: usize,
) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); customers * customers];
    for (place, row) in rows.iter().enumerate() {
        for (other, shares) in shares.iter().enumerate() {
            let (volts, error) = column[place * customers + other];
            let factor = factor(row.phase, shares, &turns);
            let weight = 1.0 / (error * error + 1e-6);
            let pair = row.customer.min(other) * customers + row.customer.max(other);
            sums[pair].0 += weight * factor * volts;
            sums[pair].1 += weight * factor * factor;
        }
    }
    let of_pair = |(sum, weight): (f64, f64)| (weight > 1e-9).then(|| (sum / weight, 1.0 / f64::sqrt(weight)));
    let pairs = || (0..customers).flat_map(|a| (a + 1..customers).map(move |b| a * customers + b));
    let usual = median_of(pairs().filter_map(|pair| of_pair(sums[pair])).map(|(_, error)| error));
    let sure: Vec<(f64, f64)> = pairs().filter_map(|pair| of_pair(sums[pair])).filter(|pair| pair.1 <= usual).collect();
    let count = (sure.len() as f64).max(1.0);
    let mean = sure.iter().map(|pair| pair.0).sum::<f64>() / count;
    let spread = sure.iter().map(|pair| (pair.0 - mean).powi(2) - pair.1.powi(2)).sum::<f64>() / count;
    let spread = spread.max((0.1 * mean).powi(2)).max(1e-6);
    let shrunk = |pair: Option<(f64, f64)>| {
        let (value, weight) = pair.map_or((0.0, 0.0), |(value, error)| (value, error.powi(-2)));
        let total = weight + 1.0 / spread;
        (((value * weight + mean / spread) / total).max(0.0), total.powf(-0.5))
    };
    let mut all = vec![(0.0, 0.0); customers * customers];
    for a in 0..customers {
        for b in a..customers {
            let pair = of_pair(sums[a * customers + b]);
            // His own is larger than what he shares, by his service: nothing else is usual.
            let own = |pair: Option<(f64, f64)>| pair.map_or((2.0 * mean, mean), |(v, e)| (v.max(0.0), e));
            let pair = if a == b { own(pair) } else { shrunk(pair) };
            all[a * customers + b] = pair;
            all[b * customers + a] = pair;
        }
    }
    all
}

/// Correlation of what is left over between rows.
fn alike(fitted: &[FittedRow]) -> Vec<f64> {
    let size = fitted.len();
    let length = |row: &FittedRow| row.left.iter().map(|left| left * left).sum::<f64>().sqrt().max(1e-9);
    let lengths: Vec<f64> = fitted.iter().map(length).collect();
    let mut alike = vec![0.0; size * size];
    for a in 0..size {
        for b in 0..=a {
            let product: f64 = fitted[a].left.iter().zip(&fitted[b].left).map(|(a, b)| a * b).sum();
            let alike_by = product / (lengths[a] * lengths[b]);
            alike[a * size + b] = alike_by;
            alike[b * size + a] = alike_by;
        }
    }
    alike
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Volts per kW of the way from the busbar to each of five poles, and of every service.
    const POLES: [f64; 5] = [0.02, 0.04, 0.06, 0.08, 0.10];
    const SERVICE: f64 = 0.03;
    const TURNS: [f64; 3] = [2.0, -0.8, -0.2];
    pub(in crate::volts) const HOURS: usize = 24 * 40;

    /// A number between 0 and 1 that looks drawn.
    fn drawn(seed: usize) -> f64 {
        let mixed =
            (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed >> 40) as f64 / (1_u64 << 24) as f64
    }

    /// Fifteen customers on one line, three a pole, one on each phase; `kw` of a load that no meter
    /// sees hangs at the premises of customer `host` on `phases`. Customer `i` hangs at pole i / 3
    /// on phase i % 3.
    pub(in crate::volts) fn line(host: usize, phases: &[usize], kw: impl Fn(usize) -> f64) -> Site {
        let common = |a: usize, b: usize| POLES[(a / 3).min(b / 3)] + if a == b { SERVICE } else { 0.0 };
        let load = |customer: usize, at: usize| 0.2 + 2.0 * drawn(customer * 7919 + at).powi(3);
        let busbar = |phase: usize, at: usize| 232.0 + 2.0 * drawn(at * 31 + 5) + 0.5 * drawn(at * 17 + phase);
        let volts = |customer: usize| {
            let phase = customer % 3;
            let at_hour = |at: usize| {
                let of_customer =
                    |other: usize| common(customer, other) * TURNS[(phase + 3 - other % 3) % 3] * load(other, at);
                let of_load = |on: &usize| TURNS[(phase + 3 - on) % 3] / phases.len() as f64;
                let drop = (0..15).map(of_customer).sum::<f64>()
                    + common(customer, host) * phases.iter().map(of_load).sum::<f64>() * kw(at);
                // Every meter is wrong by some tenths for good.
                let level = drawn(customer + 99) - 0.5;
                (busbar(phase, at) - drop * VOLTS / busbar(phase, at) + level + 0.1 * (drawn(customer * 13 + at) - 0.5))
                    as f32
            };
            (phase, (0..HOURS).map(at_hour).collect())
        };
        Site {
            customers: (0..15)
                .map(|customer| SiteCustomer {
                    id: format!("C{customer:02}").as_str().into(),
                    kw: (0..HOURS).map(|at| load(customer, at) as f32).collect(),
                    volts: vec![volts(customer)],
                })
                .collect(),
            busbar: [0, 1, 2].map(|phase| (0..HOURS).map(|at| busbar(phase, at) as f32).collect()),
            hidden_kw: (0..HOURS).map(|at| kw(at) as f32).collect(),
        }
    }

    #[test]
    fn a_load_takes_from_its_phase_and_lifts_the_others_as_the_common_way_and_the_neutral_say() {
        let site = line(12, &[0], |at| if at >= HOURS / 2 { 5.0 } else { 0.0 });
        let learned = Learned::of(&site).unwrap();
        let (change, _) = learned.change.as_ref().unwrap();
        // At pole 4 on phase 0: twice the way to pole 4 and the service at its own premises, twice
        // the way at pole 2 on the same phase, and the neutral's share at the two others.
        let expected = [(12, 2.0 * 0.13), (6, 2.0 * 0.06), (13, -0.8 * 0.10), (14, -0.2 * 0.10), (0, 2.0 * 0.02)];
        for (row, volts) in expected {
            assert!((change[row] - volts).abs() < 0.02, "row {row}: {} for {volts}", change[row]);
        }
        assert!((learned.turns[1] + 0.8).abs() < 0.15 && (learned.turns[2] + 0.2).abs() < 0.15, "{:?}", learned.turns);
        assert!((learned.common(12, 14).0 - 0.10).abs() < 0.02 && (learned.common(0, 14).0 - 0.02).abs() < 0.02);
    }

    #[test]
    fn a_load_on_three_phases_is_split_by_its_own_three_volts() {
        let balanced = split_of([0.1; 3], TURNS);
        assert!(balanced.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-9), "{balanced:?}");
        // All on phase 1: volts of phase 1 fall twice, phase 2 lies one turn on, phase 0 two.
        let one = split_of([-0.02, 0.2, -0.08], TURNS);
        assert!((one[1] - 1.0).abs() < 1e-9, "{one:?}");
    }

    #[test]
    fn ten_days_of_volts_and_two_customers_are_the_least() {
        let site = line(3, &[0], |_| 4.0);
        let short = |volts: &Vec<f32>| volts[..200].to_vec();
        let of_days = Site { busbar: site.busbar.each_ref().map(short), hidden_kw: short(&site.hidden_kw), ..site };
        assert!(Learned::of(&of_days).is_none());
    }
}
