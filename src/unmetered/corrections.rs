//! What is put right in balances before nodes are judged: customers that the grid file forgot,
//! ratios that were none, meters that a balance contradicts.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{GridNode, NodeId, NodeKind, Timestamp, UsagePointId, mad_sigma, median};
use crate::series::LoadSeries;

use super::balanced::{Balanced, LEAST_COVERAGE, MUCH_COARSE, fed_directly, frontier, is_measured};
use super::components::Decomposition;
use super::culprits::{self as named, Asked, Culprit, Homes};
use super::decomposition::decompose;
use super::grid_setting::{GridSetting, Places, ReadAgain};
use super::members::Wanted;
use super::missing::{Adrift, Placed};
use super::residual::Residual;
use crate::digest::RatioAsked;

/// Mean power of a forgotten customer of steady load over that of the tap it is taken for.
const LIKE_IN_SIZE: std::ops::Range<f64> = 0.6..1.6;
/// Share of the tap that may be left once such a customer is counted.
const LEFT_OF_FOUND: f64 = 0.1;
/// Factor on the noise that counting it may leave.
const NO_NOISIER: f64 = 1.05;

/// What balances say of meter ratios that appear or disappear in mid-series.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Usage points that are otherwise than the fault gate decided, and the node whose balance
    /// shows it.
    pub(crate) otherwise: Places,
    /// Usage points whose ratio would be heard at their node, and is not.
    pub(crate) refuted: BTreeSet<UsagePointId>,
}

/// Asks the balance of meter ratios: one that was divided out may have been load after all, for
/// holidays and seasons look like ratios at times; one that was only suspected may be one. What the
/// balance shows is counted.
pub(crate) fn settle_ratios(balanced: &mut [Balanced], setting: &GridSetting) -> Settled {
    let mut asked: BTreeMap<&str, Vec<&RatioAsked>> = BTreeMap::new();
    for ratio in setting.series.ratios.iter().filter(|ratio| ratio.otherwise.step_min <= 60) {
        if let Some(node) = setting.grid.feeding_node(&ratio.otherwise.usage_point) {
            asked.entry(&node.node).or_default().push(ratio);
        }
    }
    let settle = |balanced: &mut Balanced| -> Settled {
        let mut settled = Settled::default();
        let (own, _) = frontier(balanced.node, setting.grid, |node| is_measured(node, setting));
        let asked: Vec<&RatioAsked> = own.iter().filter_map(|node| asked.get(&*node.node)).flatten().copied().collect();
        let (Some(first), Some(last)) = (balanced.residual.at.first(), balanced.residual.at.last()) else {
            return settled;
        };
        if asked.is_empty() || !balanced.residual.is_hourly() {
            return settled;
        }
        let series: Vec<LoadSeries> = asked.iter().map(|ratio| ratio.otherwise.clone()).collect();
        let adrift = Adrift::of(&series, *first, ((last.0 - first.0) / 3600 + 1) as usize);
        for placed in adrift.placed_at(&balanced.residual) {
            let own = &series[placed.customer];
            balanced.residual.add_customer(own.start, &own.kw, 1.0);
            settled.otherwise.insert(own.usage_point.clone(), balanced.node.node.clone());
        }
        let unheard = |&index: &usize| {
            let usage_point = &series[index].usage_point;
            !asked[index].divided
                && !settled.otherwise.contains_key(usage_point)
                && adrift.would_be_heard(&balanced.residual, index)
        };
        settled.refuted = (0..series.len()).filter(unheard).map(|index| series[index].usage_point.clone()).collect();
        settled
    };
    let settled: Vec<Settled> = balanced.par_iter_mut().map(settle).collect();
    settled.into_iter().fold(Settled::default(), |mut all, settled| {
        all.otherwise.extend(settled.otherwise);
        all.refuted.extend(settled.refuted);
        all
    })
}

/// Counts customers that the grid file forgot at the node whose balance misses them: transformers
/// first, then feeders and substations.
pub(crate) fn place_missing(
    balanced: &mut [Balanced],
    setting: &GridSetting,
    before: &Places,
    only: &(dyn Fn(&Balanced) -> bool + Sync),
) -> Places {
    let mut placed = BTreeMap::new();
    let hours = || {
        setting
            .series
            .supplies
            .values()
            .map(|supply| (supply.start.0.div_euclid(3600), supply.end().0.div_euclid(3600)))
    };
    let (Some(first), Some(end)) = (hours().map(|(first, _)| first).min(), hours().map(|(_, end)| end).max()) else {
        return placed;
    };
    // Only hours that some forgotten customer has: a balance meter may have stray stamps years
    // away.
    let own = || {
        setting.series.adrift.iter().map(|series| (series.start.0.div_euclid(3600), series.end().0.div_euclid(3600)))
    };
    let first = first.max(own().map(|(first, _)| first).min().unwrap_or(first));
    let end = end.min(own().map(|(_, end)| end).max().unwrap_or(end));
    if setting.series.adrift.is_empty() || end <= first {
        return placed;
    }
    let adrift = Adrift::of(&setting.series.adrift, Timestamp(first * 3600), (end - first) as usize);
    for kind in [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation] {
        let search = |(index, balanced): (usize, &Balanced)| -> Vec<(usize, Placed)> {
            if balanced.node.kind == kind && balanced.residual.is_hourly() && only(balanced) {
                adrift.placed_at(&balanced.residual).into_iter().map(|found| (index, found)).collect()
            } else {
                Vec::new()
            }
        };
        let mut found: Vec<(usize, Placed)> = balanced.par_iter().enumerate().flat_map_iter(search).collect();
        // A customer hangs in one place: where it fits best.
        found.sort_by(|a, b| b.1.strength.total_cmp(&a.1.strength).then((a.0, a.1.customer).cmp(&(b.0, b.1.customer))));
        for (index, Placed { customer, .. }) in found {
            let series = &setting.series.adrift[customer];
            if placed.contains_key(&series.usage_point) || before.contains_key(&series.usage_point) {
                continue;
            }
            let balanced = &mut balanced[index];
            balanced.residual.add_customer(series.start, &series.kw, 1.0);
            balanced.placed.push(series.usage_point.clone());
            placed.insert(series.usage_point.clone(), balanced.node.node.clone());
        }
    }
    placed
}

/// Times that nodes are asked: where a large error is put right, a smaller one can be heard.
const TIMES_ASKED: usize = 2;
/// Corrections must not leave more of the metered load than this share over: lines lose less.
const MOST_LEFT: f64 = 0.1;
/// They make a tap when more than this share of what would be left over is theirs.
const MADE_BY_THEM: f64 = 0.5;

/// Asks the roughest nodes who is in their balance besides `culprits`, counts what the answers
/// correct, and adds them.
pub(crate) fn correct<'a, E>(
    balanced: &mut [Balanced<'a>],
    setting: &GridSetting<'a>,
    read_again: &ReadAgain<E>,
    (wanted, culprits): (Wanted, &mut Vec<Culprit>),
) -> Result<(), E> {
    let place: BTreeMap<NodeId, usize> =
        balanced.iter().enumerate().map(|(index, balanced)| (balanced.node.node.clone(), index)).collect();
    let ratios = &setting.series.ratios;
    let was_divided = |id: &str| {
        ratios
            .binary_search_by(|ratio| ratio.otherwise.usage_point.as_ref().cmp(id))
            .is_ok_and(|place| ratios[place].divided)
    };
    let asked: Vec<Asked> =
        balanced.par_iter().enumerate().filter_map(|(place, balanced)| asked(place, balanced, setting)).collect();
    let mut homes = Homes::of(&asked, balanced);
    for lot in named::worth_asking(&asked, balanced) {
        let mut lot: Vec<&Asked> = lot.into_iter().map(|index| &asked[index]).collect();
        let series = read_again(&named::customers(&lot))?;
        for _ in 0..TIMES_ASKED {
            let mut found = named::culprits(&lot, balanced, &series, culprits, &was_divided, wanted);
            homes.find(&mut found, &asked, balanced);
            let found = without_wild(found, balanced, &place);
            let mut changed = BTreeSet::new();
            for culprit in found.iter().filter(|culprit| culprit.is_counted()) {
                let own = place[&culprit.node];
                culprit.put_right(&mut balanced[own].residual);
                changed.insert(own);
                if let Some(&index) = culprit.belongs_to.as_ref().and_then(|node| place.get(node)) {
                    let hourly = culprit.series.hourly();
                    balanced[index].residual.add_customer(hourly.start, &hourly.kw, 1.0);
                    changed.insert(index);
                }
            }
            homes.forget(&asked, &changed);
            // Elsewhere the same would be said again.
            changed.extend(found.iter().map(|culprit| place[&culprit.node]));
            lot.retain(|asked| changed.contains(&asked.place));
            culprits.extend(found);
            if lot.is_empty() {
                break;
            }
        }
    }
    Ok(())
}

/// Leaves out those of whom it is said that their load flows elsewhere, at nodes where that would
/// make a tap.
fn without_wild(found: Vec<Culprit>, balanced: &[Balanced], place: &BTreeMap<NodeId, usize>) -> Vec<Culprit> {
    let places: BTreeSet<&NodeId> = found.iter().map(|culprit| &culprit.node).collect();
    let wild: BTreeSet<NodeId> = places
        .into_iter()
        .filter(|node| makes_a_tap(&balanced[place[*node]].residual, &found, node))
        .cloned()
        .collect();
    found.into_iter().filter(|culprit| culprit.beta() >= 0.0 || !wild.contains(&culprit.node)).collect()
}

/// Whether what is said to flow elsewhere would leave a large load behind that nobody meters: then
/// the residual only looks like these customers, as it does where a clock is wrong.
fn makes_a_tap(residual: &Residual, found: &[Culprit], node: &NodeId) -> bool {
    let elsewhere = found.iter().filter(|culprit| culprit.node == *node && culprit.beta() < 0.0);
    let taken_kw: f64 = elsewhere.map(|culprit| -culprit.beta() * culprit.shown_kw).sum();
    let left_kw = residual.residual_kw.iter().sum::<f64>() / residual.residual_kw.len().max(1) as f64;
    // A tap that is there anyway is not their work.
    taken_kw > MADE_BY_THEM * (left_kw + taken_kw) && left_kw + taken_kw > MOST_LEFT * residual.mean_metered_kw()
}

fn asked<'a>(place: usize, balanced: &Balanced<'a>, setting: &GridSetting<'a>) -> Option<Asked<'a>> {
    // Beside customers with registers it is the course of their class that a residual would follow.
    let is_known = balanced.residual.is_hourly() && balanced.residual.coarse_share <= MUCH_COARSE;
    // A clock that was put right leaves the sharpest changes of customers behind.
    if !is_known || balanced.residual.coverage < LEAST_COVERAGE || balanced.is_corrected {
        return None;
    }
    let (own, _) = frontier(balanced.node, setting.grid, |node| is_measured(node, setting));
    let customers: Vec<&UsagePointId> = own.iter().flat_map(|node| fed_directly(node, setting.grid)).collect();
    (!customers.is_empty()).then_some(Asked { place, customers })
}

/// Series that may explain a node's finding.
struct Candidate<'a> {
    mean_kw: f64,
    series: &'a LoadSeries,
    /// The node that it was taken from as the work of a wrong ratio; `None` for a customer that the
    /// grid file forgot.
    taken_from: Option<&'a GridNode>,
}

/// Looks once more at customers that the grid file forgot and at ratios that were divided out, now
/// at those of steady load, whose changes mark nobody: one that takes away what was found at a
/// node, and leaves no more noise, belongs there. Whether there was any.
pub(crate) fn place_steady(
    balanced: &mut [Balanced],
    setting: &GridSetting,
    placed: &mut Places,
    otherwise: &mut Places,
) -> bool {
    let candidate = |series, taken_from| Candidate { mean_kw: mean_of_valid(series), series, taken_from };
    let adrift = setting
        .series
        .adrift
        .iter()
        .filter(|series| !placed.contains_key(&series.usage_point))
        .map(|series| candidate(series, None));
    let divided = setting.series.ratios.iter().filter(|ratio| ratio.divided).map(|ratio| &ratio.otherwise);
    let taken = divided.filter(|series| !otherwise.contains_key(&series.usage_point));
    let open: Vec<Candidate> = adrift
        .chain(
            taken.filter_map(|series| Some(candidate(series, Some(setting.grid.feeding_node(&series.usage_point)?)))),
        )
        .collect();
    let search = |(index, balanced): (usize, &Balanced)| Some((index, explain(balanced, &open, setting)?));
    let mut explained: Vec<(usize, Explained)> = balanced.par_iter().enumerate().filter_map(search).collect();
    // A customer hangs in one place: where it leaves the least noise of what there was.
    explained.sort_by(|a, b| a.1.noise_left.total_cmp(&b.1.noise_left).then(a.0.cmp(&b.0)));
    let mut any = false;
    for (index, Explained { candidate, residual, left, .. }) in explained {
        let balanced = &mut balanced[index];
        let usage_point = &candidate.series.usage_point;
        let places = if candidate.taken_from.is_some() { &mut *otherwise } else { &mut *placed };
        if places.contains_key(usage_point) {
            continue;
        }
        places.insert(usage_point.clone(), balanced.node.node.clone());
        (balanced.residual, balanced.found) = (residual, Some(left));
        if candidate.taken_from.is_none() {
            balanced.placed.push(usage_point.clone());
        }
        any = true;
    }
    any
}

/// A node whose finding somebody explains.
struct Explained<'a> {
    candidate: &'a Candidate<'a>,
    residual: Residual,
    left: Decomposition,
    /// Noise that is left, as a share of what there was.
    noise_left: f64,
}

fn explain<'a>(balanced: &Balanced, open: &'a [Candidate<'a>], setting: &GridSetting) -> Option<Explained<'a>> {
    // A customer is known by the course of its days, which a balance by day has not.
    let (found, odds) = (
        balanced.found.as_ref().filter(|_| balanced.residual.is_hourly())?,
        balanced.odds.filter(|odds| odds.log_odds > 0.0)?,
    );
    let of_its_size = open.iter().filter(|candidate| LIKE_IN_SIZE.contains(&(candidate.mean_kw / odds.mean_kw)));
    let (own, _) = frontier(balanced.node, setting.grid, |node| is_measured(node, setting));
    let may_be_here = of_its_size
        .filter(|candidate| candidate.taken_from.is_none_or(|node| own.iter().any(|own| own.node == node.node)));
    let without = may_be_here
        .filter(|candidate| follows(found, balanced, (candidate.series, 1.0), odds.kw))
        .filter_map(|candidate| {
            let mut residual = balanced.residual.clone();
            residual.add_customer(candidate.series.start, &candidate.series.kw, 1.0);
            let left = decompose(&residual, &setting.locality(balanced.node), balanced.line_loss)?;
            let is_it = left.parts_kw.max(left.level_kw.abs()) < LEFT_OF_FOUND * odds.kw
                && left.noise_kw < NO_NOISIER * found.noise_kw;
            let noise_left = left.noise_kw / found.noise_kw.max(1e-9);
            is_it.then_some(Explained { candidate, residual, left, noise_left })
        });
    without.min_by(|a, b| {
        a.left
            .noise_kw
            .total_cmp(&b.left.noise_kw)
            .then_with(|| a.candidate.series.usage_point.cmp(&b.candidate.series.usage_point))
    })
}

/// Every so many hours are looked at first; with 24 they share no factor, so all times of the day
/// come by.
const FIRST_LOOK_H: usize = 7;
/// Factor on what may be left at the first look.
const FIRST_LOOK: f64 = 1.5;

/// Whether what is left of a node beside `share` of a candidate's load is nearly constant and
/// nearly nothing beside a load of `kw`: cheap to ask before everything is fitted again.
pub(super) fn follows(
    found: &Decomposition,
    balanced: &Balanced,
    (series, share): (&LoadSeries, f64),
    kw: f64,
) -> bool {
    let own = |at: &Timestamp| {
        usize::try_from((at.0 - series.start.0).div_euclid(3600))
            .ok()
            .and_then(|hour| series.kw.get(hour))
            .map_or(f64::NAN, |&kw| share * f64::from(kw))
    };
    let is_little = |every: usize, factor: f64| {
        let hours = balanced.residual.at.iter().zip(&found.beside_kw).step_by(every);
        let left: Vec<f64> = hours.map(|(at, beside)| beside - own(at)).collect();
        let level = median(&left);
        level.abs() < factor * 3.0 * LEFT_OF_FOUND * kw
            && mad_sigma(&left, level) < factor * (3.0 * found.noise_kw + LEFT_OF_FOUND * kw)
    };
    is_little(FIRST_LOOK_H, FIRST_LOOK) && is_little(1, 1.0)
}

fn mean_of_valid(series: &LoadSeries) -> f64 {
    let (sum, count) = series
        .kw
        .iter()
        .filter(|kw| !kw.is_nan())
        .fold((0.0, 0.0), |(sum, count), &kw| (sum + f64::from(kw), count + 1.0));
    sum / f64::max(count, 1.0)
}
