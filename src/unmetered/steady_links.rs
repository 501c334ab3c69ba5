//! Customers of steady load that the grid file links to the wrong transformer.
//!
//! A load that hardly changes marks no balance by its changes (see `members`), but by its level:
//! the node that feeds it shows a tap of its size, and the node that the grid file names is short
//! of as much: metered there, and not supplied. Neither is believed before the other is asked.
//! Where one customer's move closes both balances and leaves them no noisier, the link is the
//! finding, and both nodes are judged with it put right. Where several would do, nobody is named.
//! A node of the same feeder without a balance meter cannot be asked: where a steady customer of it
//! would close a finding, the finding says so, with the link as what to check first, and is held
//! for half as likely.
//! H0: a node is short, or has too much, for reasons of its own; then no customer of the one has
//! the size of both.
//! Source: a balance is additive in its customers.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{NodeKind, UsagePointId};
use crate::series::LoadSeries;

use super::balanced::{Balanced, fed_directly, is_measured};
use super::components::Decomposition;
use super::corrections::follows;
use super::culprits::Culprit;
use super::decomposition::decompose;
use super::grid_setting::{GridSetting, ReadAgain};
use super::residual::Residual;

/// Errors by which a level must be below nothing for its node to be short, and above for one to
/// have too much.
const SURE: f64 = 4.0;
/// Least level that is asked about, kW.
const LEAST_KW: f64 = 0.5;
/// Gains of meters, as a share of the load.
const GAINS: f64 = 0.003;
/// Mean power of such a customer over what its node is short of, and over what the other has too
/// much.
const LIKE_IN_SIZE: std::ops::Range<f64> = 0.7..1.4;
/// Share of a level that may be left once the customer is moved.
const LEFT: f64 = 0.25;
/// Factor on the noise that a move may leave.
const NO_NOISIER: f64 = 1.05;
/// A move is the clear one when the next leaves more noise by this factor.
const CLEARLY: f64 = 1.01;
/// Most customers that a finding may be the load of, told by name.
const MOST_SAID: usize = 3;
/// Most customers that are read again for this.
const MOST_ASKED: usize = 6000;

/// One customer moved from a node that is short to one that has too much.
struct Move<'s> {
    series: &'s LoadSeries,
    from: usize,
    to: usize,
    /// Noise that is left at both nodes, as the product of the shares of what there was.
    noise_left: f64,
    at_from: (Residual, Decomposition),
    at_to: (Residual, Decomposition),
}

/// Level of a node beside what healthy nodes show, and its error, kW.
fn level(balanced: &Balanced) -> Option<(f64, f64)> {
    let is_asked = balanced.node.kind == NodeKind::Transformer && balanced.residual.is_hourly();
    let (found, odds) = (balanced.found.as_ref().filter(|_| is_asked)?, balanced.odds?);
    let gains_kw = GAINS * balanced.residual.mean_metered_kw();
    Some((odds.level_kw, found.level_se_kw.hypot(gains_kw).hypot(balanced.own_loss.error_kw)))
}

/// Moves customers of steady load whose link is wrong, and returns them; judged nodes must be
/// judged again where there are any.
pub(super) fn settle<E>(
    balanced: &mut [Balanced],
    setting: &GridSetting,
    named: &BTreeSet<UsagePointId>,
    read_again: &ReadAgain<E>,
) -> Result<Vec<Culprit>, E> {
    let levels: Vec<Option<(f64, f64)>> = balanced.iter().map(level).collect();
    let at = |sign: f64| -> Vec<(usize, f64)> {
        let stands_out = |(kw, error): (f64, f64)| sign * kw > LEAST_KW.max(SURE * error);
        (0..levels.len())
            .filter_map(|place| Some((place, levels[place].filter(|level| stands_out(*level))?.0)))
            .collect()
    };
    let (short, over) = (at(-1.0), at(1.0));
    let is_over = |kw: f64| over.iter().any(|(_, over_kw)| LIKE_IN_SIZE.contains(&(kw / over_kw)));
    let candidates = |&(place, level_kw): &(usize, f64)| {
        fed_directly(balanced[place].node, setting.grid).filter(move |id| {
            let kw = setting.reads.mean_kw(id).filter(|_| !named.contains(*id));
            kw.is_some_and(|kw| LIKE_IN_SIZE.contains(&(kw / -level_kw)) && is_over(kw))
        })
    };
    let asked: Vec<(usize, Vec<&UsagePointId>)> =
        short.iter().map(|node| (node.0, candidates(node).collect())).collect();
    let wanted: BTreeSet<UsagePointId> =
        asked.iter().flat_map(|(_, ids)| ids.iter().map(|&id| id.clone())).take(MOST_ASKED).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let series: BTreeMap<UsagePointId, LoadSeries> =
        read_again(&wanted)?.into_iter().map(|(id, series)| (id, series.hourly())).collect();
    let moves_of = |(from, ids): &(usize, Vec<&UsagePointId>)| -> Vec<Move> {
        let of_customer = |id: &&UsagePointId| {
            let series = series.get(*id)?;
            let at_from = without(&balanced[*from], series, -1.0, setting)?;
            let kw = setting.reads.mean_kw(id)?;
            let to = over.iter().filter(|(_, over_kw)| LIKE_IN_SIZE.contains(&(kw / over_kw)));
            let to = to.filter_map(|&(to, _)| Some((to, without(&balanced[to], series, 1.0, setting)?)));
            let (to, at_to) = to.min_by(|a, b| a.1.1.noise_kw.total_cmp(&b.1.1.noise_kw).then(a.0.cmp(&b.0)))?;
            let noise_left = share_left(&balanced[*from], &at_from.1) * share_left(&balanced[to], &at_to.1);
            Some(Move { series, from: *from, to, noise_left, at_from, at_to })
        };
        ids.iter().filter_map(of_customer).collect()
    };
    let moves: Vec<Vec<Move>> = asked.par_iter().map(moves_of).collect();
    let mut clear: Vec<Move> = moves.into_iter().filter_map(clearest).collect();
    clear.sort_by(|a, b| a.noise_left.total_cmp(&b.noise_left).then(a.from.cmp(&b.from)));
    let (mut taken, mut culprits) = (BTreeSet::new(), Vec::new());
    for Move { series, from, to, at_from, at_to, .. } in clear {
        if !taken.insert(to) {
            continue;
        }
        let strength = levels[from].map_or(0.0, |(kw, error)| -kw / error);
        let other = balanced[to].node.node.clone();
        culprits.push(Culprit::linked_wrongly(&balanced[from], series, strength, other));
        for (place, (residual, found)) in [(from, at_from), (to, at_to)] {
            (balanced[place].residual, balanced[place].found) = (residual, Some(found));
        }
    }
    Ok(culprits)
}

/// Says of findings that they may be the load of a steady customer whom the grid file puts at a
/// node of the same feeder that no balance meter measures.
pub(super) fn doubt<E>(
    balanced: &mut [Balanced],
    setting: &GridSetting,
    named: &BTreeSet<UsagePointId>,
    read_again: &ReadAgain<E>,
) -> Result<(), E> {
    let candidates = |place: usize| -> Vec<&UsagePointId> {
        let node = balanced[place].node;
        let is_found = balanced[place].odds.is_some_and(|odds| odds.log_odds > 0.0 && odds.from_the_start);
        let Some(((level_kw, _), parent)) = level(&balanced[place]).filter(|_| is_found).zip(node.parent()) else {
            return Vec::new();
        };
        let beside = setting.grid.nodes_below(parent).iter().filter_map(|node| setting.grid.node(node));
        beside
            .filter(|beside| !is_measured(beside, setting))
            .flat_map(|beside| fed_directly(beside, setting.grid))
            .filter(|id| !named.contains(*id))
            .filter(|id| setting.reads.mean_kw(id).is_some_and(|kw| LIKE_IN_SIZE.contains(&(kw / level_kw))))
            .collect()
    };
    let asked: Vec<(usize, Vec<&UsagePointId>)> = (0..balanced.len())
        .map(|place| (place, candidates(place)))
        .filter(|(_, candidates)| !candidates.is_empty())
        .collect();
    let wanted: BTreeSet<UsagePointId> =
        asked.iter().flat_map(|(_, ids)| ids.iter().map(|&id| id.clone())).take(MOST_ASKED).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let series: BTreeMap<UsagePointId, LoadSeries> =
        read_again(&wanted)?.into_iter().map(|(id, series)| (id, series.hourly())).collect();
    let closing = |(place, ids): &(usize, Vec<&UsagePointId>)| {
        let closes = |id: &&&UsagePointId| {
            series.get(**id).is_some_and(|series| without(&balanced[*place], series, 1.0, setting).is_some())
        };
        (*place, ids.iter().filter(closes).map(|&id| id.clone()).collect::<Vec<UsagePointId>>())
    };
    let closing: Vec<(usize, Vec<UsagePointId>)> = asked.par_iter().map(closing).collect();
    for (place, mut customers) in closing.into_iter().filter(|(_, customers)| !customers.is_empty()) {
        customers.truncate(MOST_SAID);
        balanced[place].could_be = customers;
        if let Some(odds) = &mut balanced[place].odds {
            odds.log_odds -= std::f64::consts::LN_2;
        }
    }
    Ok(())
}

fn share_left(before: &Balanced, left: &Decomposition) -> f64 {
    before.found.as_ref().map_or(1.0, |found| left.noise_kw / found.noise_kw.max(1e-9))
}

/// The move that leaves clearly less noise than any other of a node's customers; none where two
/// would do.
fn clearest(mut moves: Vec<Move>) -> Option<Move> {
    moves.sort_by(|a, b| a.noise_left.total_cmp(&b.noise_left).then(a.series.usage_point.cmp(&b.series.usage_point)));
    let is_clear = moves.get(1).is_none_or(|next| next.noise_left > CLEARLY * moves[0].noise_left);
    moves.into_iter().next().filter(|_| is_clear)
}

/// The balance of a node with `share` of a customer's load counted, where that closes it: a smaller
/// level, and no more noise.
fn without(
    balanced: &Balanced,
    series: &LoadSeries,
    share: f64,
    setting: &GridSetting,
) -> Option<(Residual, Decomposition)> {
    let (found, odds) = (balanced.found.as_ref()?, balanced.odds?);
    if !follows(found, balanced, (series, share), odds.level_kw.abs()) {
        return None;
    }
    let mut residual = balanced.residual.clone();
    residual.add_customer(series.start, &series.kw, share);
    let left = decompose(&residual, &setting.locality(balanced.node), balanced.line_loss)?;
    // What healthy nodes show is left as well.
    let healthy_kw = found.level_kw - odds.level_kw;
    let closes = (left.level_kw - healthy_kw).abs() < LEFT * odds.level_kw.abs()
        && left.parts_kw < LEFT * odds.level_kw.abs() + found.parts_kw;
    (closes && left.noise_kw < NO_NOISIER * found.noise_kw).then_some((residual, left))
}
