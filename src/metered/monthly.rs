//! Usage points of which only a register is read, each month or so: how much a year of monthly
//! energies looks like one with a farm in it.
//!
//! H0: the months of a usage point run like those of its kind (class and heating).  H1: a load of
//! its own lies under all of them, or from some month on.
//! Statistics: level, lowest and highest month against the kind and the contract; the share that is
//! there in the lowest month; how much of the kind's season is missing; the sharpest lasting step
//! of what the season does not explain, in its own spread and in kW; how even months are with and
//! without the season. What they say together is learned as for intervals: farms of known size and
//! start are planted in these very usage points, trees (`boosting`) tell them apart, each usage
//! point judged by trees that have not seen it, and the mixture of their scores
//! (`population::mixture`) says what a score is worth.
//! Assumes: twelve months; the planted farms run for between a third of the hours and all. Weak
//! when: a kind has few members, or premises change hands. The odds order a list to look at; a
//! month of energy is no ground for a finding.
//! Source: as `boosting` and `population::mixture`; monthly consumption as the ground of
//! inspections for example Coma-Puig and Carmona (2022), Machine Learning.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::domain::{CivilDay, Heating, Purpose, UsagePointId, median_of, seed_of};
use crate::population::{Crowd, CustomerFacts, LEAST_KW, Mixture, Scores};
use crate::series::RegisterLoad;

use super::bench::Bench;
use super::boosting::{Binned, FOLDS, Row, Trees};
use super::injection::{draw_left, draw_size_kw};
use super::measured::Measured;

/// Months that a usage point needs.
const LEAST_MONTHS: usize = 12;
/// Share of a month that readings must span for the month to be known.
const KNOWN_SHARE: f64 = 0.5;
/// Members that a kind needs for a season of its own.
const LEAST_KIND: usize = 30;
/// Usage points that can be learned from.
const LEAST_POINTS: usize = 150;
/// Planted farms that there should be, and farms of one host at most.
const ENOUGH_FARMS: usize = 1500;
const MOST_FARMS: usize = 6;
/// Share of the hours that a planted farm runs.
const RUNS: std::ops::Range<f64> = 0.35..1.0;
/// Spread of a farm's energy from month to month.
const FARM_SPREAD: f64 = 0.03;
/// Spread that months have at least, in logarithms, so that an even year makes no step of a hair.
const LEAST_SPREAD: f64 = 0.03;
/// Months on either side of a step.
const LEAST_SIDE: usize = 2;
/// Rounds of learning; between them the highest scores are doubted as innocent.
const ROUNDS: usize = 3;
const DOUBTED: f64 = 0.03;
const DOUBTED_COUNTS: f64 = 0.1;
/// A step from which on a load is said to begin, in its own spread.
const CLEAR_STEP: f64 = 4.0;

/// What a year of months says of a usage point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MonthlyOdds {
    /// How much likelier the months are with a farm than without, log-odds.
    pub(crate) log_odds: f64,
    /// First day of the month in which a lasting load begins, and its mean power in kW; `None`
    /// without a clear step.
    pub(crate) step: Option<(CivilDay, f64)>,
}

/// Mean power of every civil month, kW; NaN where it is not known.
struct Year {
    kw: Vec<f64>,
    facts: CustomerFacts,
}

/// What is usual for a kind: the median of every month, and of lowest and highest months, in
/// logarithms of kW.
struct Kind {
    season: Vec<f64>,
    lowest: f64,
}

/// The sharpest lasting step.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    place: usize,
    sharpness: f64,
    kw: f64,
}

/// Odds of every usage point among `loads` whose registers span twelve months; empty where they are
/// too few to learn from.
pub(crate) fn monthly_odds<'a>(
    loads: impl Iterator<Item = &'a RegisterLoad>,
    bench: &Bench,
) -> BTreeMap<UsagePointId, MonthlyOdds> {
    let loads: Vec<&RegisterLoad> = loads.filter(|load| !load.periods.is_empty()).collect();
    let Some(first) = loads.iter().map(|load| month_of(load.from.0)).min() else { return BTreeMap::new() };
    let last = loads.iter().map(|load| month_of(load.to.0)).max().unwrap_or(first);
    let year = |load: &&RegisterLoad| {
        let kw = months(load, first, last);
        let known = kw.iter().filter(|kw| !kw.is_nan()).count();
        (known >= LEAST_MONTHS).then(|| (load.usage_point.clone(), Year { kw, facts: bench.facts(&load.usage_point) }))
    };
    let years: Vec<(UsagePointId, Year)> = loads.iter().filter_map(year).collect();
    if years.len() < LEAST_POINTS {
        return BTreeMap::new();
    }
    let kinds = kinds(&years);
    let kind_of = |facts: &CustomerFacts| kinds.get(&Some(kind_key(facts))).or_else(|| kinds.get(&None));
    let measure = |year: &Year| kind_of(&year.facts).map(|kind| statistics(year, kind)).unwrap_or_default();
    let own: Vec<(Vec<f32>, Step)> = years.par_iter().map(|(_, year)| measure(year)).collect();
    let turns = ENOUGH_FARMS.div_ceil(years.len()).min(MOST_FARMS) as u64;
    let planted: Vec<(u8, Vec<f32>)> = (years.par_iter())
        .flat_map_iter(|(id, year)| {
            let fold = Measured::fold_of(bench.seed, id);
            let farm = |turn| measure(&with_farm(year, seed_of(bench.seed, id, Purpose::Injection, turn))).0;
            (0..turns).map(farm).map(move |statistics| (fold, statistics)).collect::<Vec<_>>()
        })
        .collect();
    let folds: Vec<u8> = years.iter().map(|(id, _)| Measured::fold_of(bench.seed, id)).collect();
    let statistics: Vec<&[f32]> = own.iter().map(|(statistics, _)| &**statistics).collect();
    let Some(llr) = learned(&statistics, &folds, &planted) else { return BTreeMap::new() };
    let said = |step: &Step, log_odds: f64| {
        let clear = step.sharpness >= CLEAR_STEP && step.kw > 0.0;
        MonthlyOdds { log_odds, step: clear.then(|| (month_start(first + step.place as i32), step.kw)) }
    };
    let by_point = years.iter().zip(&own).zip(llr);
    by_point.map(|(((id, _), (_, step)), log_odds)| (id.clone(), said(step, log_odds))).collect()
}

/// What every usage point's score is worth, log-odds.
fn learned(own: &[&[f32]], folds: &[u8], planted: &[(u8, Vec<f32>)]) -> Option<Vec<f64>> {
    let members: Vec<&[f32]> = own.iter().copied().chain(planted.iter().map(|(_, farm)| &**farm)).collect();
    let binned = Binned::of(&members);
    let mut innocent = vec![1.0; own.len()];
    let mut scores = Vec::new();
    for _ in 0..ROUNDS {
        let side = innocent.iter().sum::<f64>() / planted.len().max(1) as f64;
        let row = |fold: u8, planted: bool, weight: f64| Row { margin: 0.0, planted, weight, fold, fitted: true };
        let rows: Vec<Row> = (folds.iter().zip(&innocent).map(|(&fold, &weight)| row(fold, false, weight)))
            .chain(planted.iter().map(|&(fold, _)| row(fold, true, side)))
            .collect();
        let trees: Vec<Trees> =
            (0..FOLDS as u8).into_par_iter().with_max_len(1).map(|fold| Trees::fit(&binned, &rows, fold)).collect();
        scores =
            members.par_iter().zip(&rows).map(|(values, row)| trees[usize::from(row.fold)].score(values)).collect();
        innocent = vec![1.0; own.len()];
        let mut order: Vec<usize> = (0..own.len()).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        for &index in order.iter().take((DOUBTED * own.len() as f64) as usize) {
            innocent[index] = DOUBTED_COUNTS;
        }
    }
    let (population, farms) = scores.split_at(own.len());
    let all = Scores { population, innocent: &innocent, reference: &[], weight: 0.0 };
    let mixture = Mixture::fit(&all, farms.to_vec(), Crowd::OneKind)?;
    Some(population.iter().map(|&score| mixture.llr(score)).collect())
}

/// Number of the civil month of a second, by the clock of stamps.
fn month_of(second: i64) -> i32 {
    let date = CivilDay(second.div_euclid(86_400) as i32).date();
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn month_start(month: i32) -> CivilDay {
    CivilDay::from_ymd(month.div_euclid(12) as i16, (month.rem_euclid(12) + 1) as i8, 1).unwrap_or(CivilDay(0))
}

/// Energy of every period spread evenly over the months that it touches.
fn months(load: &RegisterLoad, first: i32, last: i32) -> Vec<f64> {
    let starts: Vec<i64> = (first..=last + 1).map(|month| i64::from(month_start(month).0) * 86_400).collect();
    let mut sums = vec![(0.0_f64, 0.0_f64); starts.len() - 1];
    for period in &load.periods {
        for (sum, bounds) in sums.iter_mut().zip(starts.windows(2)) {
            let seconds = (period.to.0.min(bounds[1]) - period.from.0.max(bounds[0])) as f64;
            if seconds > 0.0 {
                sum.0 += seconds * period.mean_kw();
                sum.1 += seconds;
            }
        }
    }
    let of_month = |((sum, seconds), bounds): ((f64, f64), &[i64])| {
        if seconds >= KNOWN_SHARE * (bounds[1] - bounds[0]) as f64 { sum / seconds } else { f64::NAN }
    };
    sums.into_iter().zip(starts.windows(2)).map(of_month).collect()
}

fn kind_key(facts: &CustomerFacts) -> (String, bool) {
    (facts.tariff_class.clone(), facts.heating == Heating::Electric)
}

type Kinds = BTreeMap<Option<(String, bool)>, Kind>;

/// What is usual for every kind with enough members, and for all together.
fn kinds(years: &[(UsagePointId, Year)]) -> Kinds {
    let mut members: BTreeMap<Option<(String, bool)>, Vec<&Year>> = BTreeMap::new();
    for (_, year) in years {
        members.entry(Some(kind_key(&year.facts))).or_default().push(year);
        members.entry(None).or_default().push(year);
    }
    members.retain(|key, years| key.is_none() || years.len() >= LEAST_KIND);
    let of = |years: Vec<&Year>| {
        let months = years.first().map_or(0, |year| year.kw.len());
        let median = |values: &mut dyn Iterator<Item = f64>| median_of(values.filter(|value| !value.is_nan()));
        let season = (0..months).map(|month| median(&mut years.iter().map(|year| ln(year.kw[month])))).collect();
        let lowest = median(&mut years.iter().map(|year| ln(low_and_high(year).0)));
        Kind { season, lowest }
    };
    members.into_iter().map(|(key, years)| (key, of(years))).collect()
}

fn ln(kw: f64) -> f64 {
    kw.max(LEAST_KW).ln()
}

fn known(year: &Year) -> impl Iterator<Item = f64> + Clone {
    year.kw.iter().copied().filter(|kw| !kw.is_nan())
}

/// Second lowest and highest month, kW: the lowest may be one of absence.
fn low_and_high(year: &Year) -> (f64, f64) {
    let mut kw: Vec<f64> = known(year).collect();
    kw.sort_by(f64::total_cmp);
    (kw[1.min(kw.len() - 1)], kw[kw.len() - 1])
}

/// The statistics of a year, each larger the more it looks like a farm, NaN where not known.
fn statistics(year: &Year, kind: &Kind) -> (Vec<f32>, Step) {
    let rest: Vec<f64> = year
        .kw
        .iter()
        .zip(&kind.season)
        .map(|(&kw, season)| if kw.is_nan() { f64::NAN } else { ln(kw) - season })
        .collect();
    let level = median_of(rest.iter().copied().filter(|value| !value.is_nan()));
    let count = known(year).count() as f64;
    let mean = known(year).sum::<f64>() / count;
    let (low, high) = low_and_high(year);
    let step = sharpest_step(&rest, &year.kw);
    let contract = year.facts.contracted_kw.unwrap_or(f64::NAN);
    let unrest = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
        median_of(values.windows(2).map(|pair| (pair[1] - pair[0]).abs()))
    };
    let values = [
        level,
        ln(low) - kind.lowest,
        ln(low) - ln(mean),
        step.sharpness.max(0.1).ln(),
        ln(step.kw),
        (mean / contract).max(1e-4).ln(),
        (high / contract).max(1e-4).ln(),
        -unrest(&mut rest.iter().copied()),
        -unrest(&mut year.kw.iter().map(|&kw| if kw.is_nan() { kw } else { ln(kw) })),
        -season_share(year, kind, level),
        ln(mean),
        contract.ln(),
        if year.facts.heating == Heating::Electric { 1.0 } else { 0.0 },
    ];
    (values.iter().map(|&value| if value.is_finite() { value as f32 } else { f32::NAN }).collect(), step)
}

/// How much of its kind's season a usage point has: 1 as its kind, 0 none.
fn season_share(year: &Year, kind: &Kind, level: f64) -> f64 {
    let pairs = || year.kw.iter().zip(&kind.season).filter(|(kw, _)| !kw.is_nan()).map(|(&kw, ln)| (kw, ln.exp()));
    let count = pairs().count().max(1) as f64;
    let (mean, usual) = pairs().fold((0.0, 0.0), |sum, (kw, usual)| (sum.0 + kw / count, sum.1 + usual / count));
    let (along, square) = pairs().fold((0.0, 0.0), |sum, (kw, of_kind)| {
        (sum.0 + (kw - mean) * (of_kind - usual), sum.1 + (of_kind - usual).powi(2))
    });
    along / square.max(1e-6) / level.exp()
}

/// The step between two parts of the year that is largest beside what is left within them.
fn sharpest_step(rest: &[f64], kw: &[f64]) -> Step {
    let median = |values: &[f64]| median_of(values.iter().copied().filter(|value| !value.is_nan()));
    let spread = |values: &[f64], middle: f64| {
        values.iter().filter(|value| !value.is_nan()).map(|value| (value - middle).abs()).sum::<f64>()
    };
    let count = |values: &[f64]| values.iter().filter(|value| !value.is_nan()).count();
    let mut best = Step { place: 0, sharpness: 0.0, kw: 0.0 };
    for place in LEAST_SIDE..rest.len().saturating_sub(LEAST_SIDE - 1) {
        let (before, after) = rest.split_at(place);
        let (n, m) = (count(before), count(after));
        if n < LEAST_SIDE || m < LEAST_SIDE {
            continue;
        }
        let (low, high) = (median(before), median(after));
        let within = (spread(before, low) + spread(after, high)) / (n + m) as f64 + LEAST_SPREAD;
        let sharpness = (high - low) / within * (n as f64 * m as f64 / (n + m) as f64).sqrt();
        if sharpness > best.sharpness {
            best = Step { place, sharpness, kw: median(&kw[place..]) - median(&kw[..place]) };
        }
    }
    best
}

/// The same year with a farm.
fn with_farm(year: &Year, seed: u64) -> Year {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mean = known(year).sum::<f64>() / known(year).count().max(1) as f64;
    let farm_kw = draw_size_kw(&mut rng, mean, year.facts.contracted_kw) * rng.random_range(RUNS);
    let left = draw_left(&mut rng).unwrap_or(1.0);
    let months = year.kw.len();
    let begins = if rng.random_bool(0.5) { rng.random_range(1..months.max(2)) } else { 0 };
    let month = |(place, &kw): (usize, &f64)| {
        let uneven = 1.0 + FARM_SPREAD * rng.random_range(-1.0..1.0);
        left * kw + if place >= begins { farm_kw * uneven } else { 0.0 }
    };
    Year { kw: year.kw.iter().enumerate().map(month).collect(), facts: year.facts.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Homes whose winters are heated more or less, without a random number generator.
    fn home(index: usize) -> Year {
        let noise = |seed: usize| ((index * 7919 + seed * 104_729) % 997) as f64 / 997.0 - 0.5;
        let season = |month: usize| 1.0 + 0.4 * (std::f64::consts::TAU * month as f64 / 12.0).cos();
        let level = (0.6 * noise(40)).exp() * 0.5;
        let kw = (0..24).map(|month| level * season(month) * (1.0 + 0.3 * noise(month))).collect();
        Year { kw, facts: CustomerFacts::of(None) }
    }

    /// Odds of 300 homes, the first changed by `change`.
    fn odds_of_first(change: impl Fn(usize, f64) -> f64) -> (f64, f64, Step) {
        let id = |index: usize| UsagePointId::from(format!("M{index:03}").as_str());
        let mut years: Vec<(UsagePointId, Year)> = (0..300).map(|index| (id(index), home(index))).collect();
        let first = &mut years[0].1;
        first.kw = first.kw.iter().enumerate().map(|(month, &kw)| change(month, kw)).collect();
        let kinds = kinds(&years);
        let own: Vec<(Vec<f32>, Step)> = years.iter().map(|(_, year)| statistics(year, &kinds[&None])).collect();
        let folds: Vec<u8> = (0..300).map(|index| (index % FOLDS) as u8).collect();
        let farm = |host: usize, turn: usize| {
            let year = with_farm(&years[host].1, (host * 10 + turn) as u64);
            (folds[host], statistics(&year, &kinds[&None]).0)
        };
        let planted: Vec<(u8, Vec<f32>)> = (0..300)
            .flat_map(|host| (0..4).map(move |turn| (host, turn)))
            .map(|(host, turn)| farm(host, turn))
            .collect();
        let values: Vec<&[f32]> = own.iter().map(|(values, _)| &**values).collect();
        let odds = learned(&values, &folds, &planted).unwrap();
        let best_other = odds[1..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (odds[0], best_other, own[0].1)
    }

    #[test]
    fn five_kilowatts_from_one_month_on_lead_the_list_and_the_month_is_told() {
        let (odds, best_other, step) = odds_of_first(|month, kw| if month >= 14 { kw + 5.0 } else { kw });
        assert!(odds > 2.0 && odds > best_other, "{odds} {best_other}");
        assert_eq!(step.place, 14);
        assert!((step.kw - 5.0).abs() < 0.5, "{}", step.kw);
    }

    #[test]
    fn a_home_like_the_others_is_spoken_for() {
        let (odds, ..) = odds_of_first(|_, kw| kw);
        assert!(odds < 0.0, "{odds}");
    }

    #[test]
    fn energy_between_two_readings_is_spread_over_the_months_that_it_touches() {
        let day = |year, month, day| i64::from(CivilDay::from_ymd(year, month, day).unwrap().0) * 86_400;
        let period = |from, to, energy_kwh| crate::series::RegisterPeriod {
            from: crate::domain::Timestamp(from),
            to: crate::domain::Timestamp(to),
            energy_kwh,
        };
        let (from, to) = (day(2024, 1, 1), day(2024, 3, 1));
        let load = RegisterLoad {
            usage_point: UsagePointId::from("M1"),
            from: crate::domain::Timestamp(from),
            to: crate::domain::Timestamp(to),
            energy_kwh: 1440.0,
            mean_kw: 1.0,
            lowest_kw: 1.0,
            periods: vec![period(from, to, 1440.0)],
        };
        let kw = months(&load, month_of(from), month_of(to));
        assert_eq!(kw.iter().map(|kw| kw.is_nan()).collect::<Vec<_>>(), [false, false, true]);
        assert!(kw[..2].iter().all(|kw| (kw - 1.0).abs() < 1e-9));
    }
}
