//! Transformer and phase of every meter, by how volts move together.
//!
//! H0: the grid file is right; then a meter's changes from hour to hour, without what moves
//! everywhere, go best with the busbar of its own transformer.  H1: it hangs at another one; then
//! they go with that busbar, better by a clear margin, and the meters that they go with best are of
//! that transformer (the neighbours' vote, weighted with the square of the correlation). Both must
//! say so. Where no balance meter reports volts, the vote alone decides, and must be clearer.
//! Phase: correlation of what a meter does beside the mean of its three busbar phases with what
//! each phase does beside it.  Statistic: correlation, -1 to 1.
//! Assumes: a week of volts by the hour.  Weak when: few meters report volts and no busbar does.
//! Source: Hoogsteyn, Vanin, Koirala, Van Hertem (2022), arXiv 2204.06372, volts of one phase move
//! together; Hashmi and others (2023), arXiv 2301.03938, hourly volts of a month are enough.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::changes::{changes, clip, correlation, mean, own_part};
use super::said;
use super::store::{MeterVolts, PHASES, Slots, VoltStore};
use crate::domain::{Fault, FaultKind, FedBy, Grid, NodeId, NodeKind, UsagePointId, dot};
use crate::findings::{LinkGround, PhaseRow};

/// By how much another busbar must go better than the own one.
const CLEARLY: f64 = 0.05;
/// Correlation below which a busbar tells nothing.
const LEAST: f64 = 0.2;
/// By how much a busbar must be better than any other to place who is in no grid file: his whole
/// load moves with him.
const SURE_OF_PLACE: f64 = 0.1;
/// Hours whose change must be known.
const LEAST_HOURS: usize = 168;
/// Meters that are asked for their vote.
const NEIGHBOURS: usize = 8;
/// Times the vote for the grid file's transformer that confirms another busbar.
const CONFIRMS: f64 = 2.0;
/// Share of the vote that moves a meter where no busbar is asked, and share that the grid file's
/// transformer may have of it.
const SURE_OF_VOTE: f64 = 0.6;
const LEFT_OF_VOTE: f64 = 0.2;
/// Series of one root beyond which meters are not all compared with one another.
const MOST_COMPARED: usize = 5000;
/// Busbars, of different transformers, from which on what they share is what moves everywhere.
const LEAST_BUSBARS: usize = 4;
/// Hours that are looked at: two years.
const MOST_HOURS: i64 = 2 * 8784;

/// What volts say of links.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linked {
    /// Usage points that hang elsewhere than the grid file says, or are not in it, and where.
    pub(crate) moves: BTreeMap<UsagePointId, NodeId>,
    /// Every phase of every meter.
    pub(crate) phases: Vec<PhaseRow>,
    /// Links that are wrong or missing.
    pub(crate) faults: Vec<Fault>,
}

/// A meter or busbar of a root, with its changes; without what moves everywhere, of length one.
struct Series<'a> {
    meter: &'a MeterVolts,
    phase: usize,
    /// The transformer of the grid file.
    node: Option<&'a NodeId>,
    own: Vec<f32>,
}

/// Everything below one root of the grid.
#[derive(Default)]
struct Root<'a> {
    meters: Vec<Series<'a>>,
    busbars: Vec<Series<'a>>,
    first: i64,
    hours: usize,
}

/// How well a meter goes with a transformer: correlation with its best busbar phases, the mean over
/// the meter's phases.
type Scores<'a> = BTreeMap<&'a NodeId, f64>;

/// What was found of one meter.
struct Found<'a> {
    meter: &'a MeterVolts,
    recorded: Option<&'a NodeId>,
    node: Option<&'a NodeId>,
    ground: LinkGround,
    /// Correlation with the place found, with that of the grid file, and by how much the place
    /// found is better than the next.
    there: f64,
    own: f64,
    margin: f64,
    /// Phase of each of the meter's phases on the busbar, and by how much it is better.
    phases: [Option<(u8, f64)>; PHASES],
}

/// Finds the transformer and phase of every meter that reports volts.
pub(crate) fn link(store: &VoltStore, grid: &Grid) -> Linked {
    let mut linked = Linked::default();
    for root in roots(store, grid) {
        for found in of_root(root, grid) {
            linked.take(&found);
        }
    }
    linked.phases.sort_by(|a, b| (&a.usage_point, &a.meter_phase).cmp(&(&b.usage_point, &b.meter_phase)));
    linked.faults.sort_by(|a, b| a.usage_point.cmp(&b.usage_point));
    linked
}

impl Linked {
    fn take(&mut self, found: &Found) {
        let Found { meter, recorded, node, .. } = *found;
        if let Some(node) = node.filter(|node| Some(*node) != recorded) {
            let (kind, detail) = match recorded {
                Some(recorded) => (FaultKind::WrongLink, said::elsewhere(recorded, node, found.own, found.there)),
                None if found.ground == LinkGround::Both => (FaultKind::Unlinked, said::placed(node, found.there)),
                // It may be a balance meter that the file forgot: what it shows is not counted.
                None => (FaultKind::Unlinked, said::near(node)),
            };
            let usage_point = meter.id.clone();
            self.faults.push(Fault { usage_point, kind, from: None, to: None, share: None, detail });
            if recorded.is_some() || found.ground == LinkGround::Both {
                self.moves.insert(meter.id.clone(), node.clone());
            }
        }
        for place in (0..PHASES).filter(|&place| !meter.phases[place].is_empty()) {
            let phase = found.phases[place];
            self.phases.push(PhaseRow {
                usage_point: meter.id.clone(),
                meter_phase: place as u8 + 1,
                node: recorded.cloned(),
                phase: phase.map(|(phase, _)| phase),
                node_found: node.cloned(),
                sure: node.map(|_| phase.map_or(found.margin, |(_, margin)| margin.min(found.margin))),
                ground: node.map(|_| found.ground),
            });
        }
    }
}

/// The node at the top of the grid above a node.
fn top<'a>(grid: &'a Grid, node: &'a NodeId) -> &'a NodeId {
    let mut at = node;
    while let Some(parent) = grid.node(at).and_then(|node| node.parent()) {
        at = parent;
    }
    at
}

/// The transformer that the grid file names for a meter.
fn transformer<'a>(grid: &'a Grid, id: &str) -> Option<&'a NodeId> {
    let node = grid.feeding_node(id)?;
    grid.ancestor(&node.node, NodeKind::Transformer).map(|node| &node.node)
}

/// Meters and busbars by the top of their grid. Who has no place joins the root whose volts he
/// follows best.
fn roots<'a>(store: &'a VoltStore, grid: &'a Grid) -> Vec<Root<'a>> {
    let mut roots: BTreeMap<&NodeId, Root> = BTreeMap::new();
    let mut adrift: Vec<&MeterVolts> = Vec::new();
    for meter in store.meters() {
        let series = |node: Option<&'a NodeId>| {
            let some = (0..PHASES).filter(|&phase| !meter.phases[phase].is_empty());
            some.map(move |phase| Series { meter, phase, node, own: Vec::new() })
        };
        if grid.is_balance_meter(&meter.id) {
            let measured = grid
                .measured_by(&meter.id)
                .filter(|node| grid.node(node).is_some_and(|node| node.kind == NodeKind::Transformer));
            if let Some(node) = measured {
                roots.entry(top(grid, node)).or_default().busbars.extend(series(Some(node)));
            }
        } else if let Some(node) = transformer(grid, &meter.id) {
            roots.entry(top(grid, node)).or_default().meters.extend(series(Some(node)));
        } else if !grid.has_line(&meter.id) {
            adrift.push(meter);
        }
    }
    let mut roots: Vec<Root> = roots.into_values().collect();
    roots.par_iter_mut().for_each(Root::make_changes);
    let everywhere: Vec<Option<Vec<f32>>> =
        roots.iter().map(|root| mean(root.meters.iter().map(|series| series.own.as_slice()))).collect();
    for meter in adrift {
        let Some(phase) = (0..PHASES).find(|&phase| !meter.phases[phase].is_empty()) else { continue };
        let with = |place: usize| {
            let (root, everywhere) = (&roots[place], everywhere[place].as_ref()?);
            Some(correlation(&changes(&meter.phases[phase], root.first, root.hours), everywhere))
        };
        let best = (0..roots.len()).max_by(|&a, &b| with(a).unwrap_or(-2.0).total_cmp(&with(b).unwrap_or(-2.0)));
        if let Some(root) = best.map(|place| &mut roots[place]) {
            for phase in (0..PHASES).filter(|&phase| !meter.phases[phase].is_empty()) {
                let own = changes(&meter.phases[phase], root.first, root.hours);
                root.meters.push(Series { meter, phase, node: None, own });
            }
        }
    }
    roots
}

impl Root<'_> {
    /// Fills in the changes of all series on their common axis, the latest hours where they are too
    /// many.
    fn make_changes(&mut self) {
        let all = || self.meters.iter().chain(&self.busbars).map(|series| &series.meter.phases[series.phase]);
        let end = all().map(Slots::end).max().unwrap_or(0);
        let first = all().map(|slots| slots.first).min().unwrap_or(0).max(end - MOST_HOURS);
        let hours = (end - first).max(1) as usize;
        for series in self.meters.iter_mut().chain(&mut self.busbars) {
            series.own = changes(&series.meter.phases[series.phase], first, hours);
        }
        (self.first, self.hours) = (first, hours);
    }

    /// Takes off what moves everywhere: what busbars of a phase share, or, where few report volts,
    /// what meters do.
    fn take_off_common(&mut self) {
        let transformers: BTreeSet<&NodeId> = self.busbars.iter().filter_map(|busbar| busbar.node).collect();
        let of_phase = |phase: usize| {
            mean(self.busbars.iter().filter(move |busbar| busbar.phase == phase).map(|busbar| busbar.own.as_slice()))
        };
        let common: Vec<Vec<f32>> = if transformers.len() >= LEAST_BUSBARS {
            (0..PHASES).filter_map(of_phase).collect()
        } else {
            mean(self.meters.iter().map(|series| series.own.as_slice())).into_iter().collect()
        };
        let all = self.meters.par_iter_mut().chain(&mut self.busbars);
        all.for_each(|series| own_part(&mut series.own, &common));
    }
}

/// What is found of every meter of a root, in the order of meters.
fn of_root<'a>(mut root: Root<'a>, grid: &'a Grid) -> Vec<Found<'a>> {
    let known = |series: &Series| series.own.iter().filter(|change| **change != 0.0).count() >= LEAST_HOURS;
    root.meters.retain(known);
    root.busbars.retain(known);
    root.take_off_common();
    root.meters.sort_by(|a, b| (&a.meter.id, a.phase).cmp(&(&b.meter.id, b.phase)));
    let busbars: HashMap<&NodeId, Vec<&Series>> = by_node(&root.busbars);
    let members: HashMap<&NodeId, Vec<&Series>> = by_node(&root.meters);
    let by_meter: Vec<&[Series]> = root.meters.chunk_by(|a, b| a.meter.id == b.meter.id).collect();
    let judge = |phases: &&'_ [Series<'a>]| {
        let mut found = of_meter(phases, &root, &busbars, &members);
        // Who lies behind another usage point, or hung elsewhere before, is not moved.
        let id = &found.meter.id;
        if found.recorded.is_some() && (!matches!(grid.fed_by(id), Some(FedBy::Node(_))) || grid.links(id).is_some()) {
            found.node = found.recorded;
        }
        find_phases(&mut found, &root, &busbars);
        found
    };
    by_meter.par_iter().map(judge).collect()
}

fn by_node<'r, 'a>(series: &'r [Series<'a>]) -> HashMap<&'a NodeId, Vec<&'r Series<'a>>> {
    let mut by_node: HashMap<&NodeId, Vec<&Series>> = HashMap::new();
    for one in series {
        if let Some(node) = one.node {
            by_node.entry(node).or_default().push(one);
        }
    }
    by_node
}

/// Where a meter hangs.
fn of_meter<'a>(
    phases: &[Series<'a>],
    root: &Root<'a>,
    busbars: &HashMap<&'a NodeId, Vec<&Series<'a>>>,
    members: &HashMap<&'a NodeId, Vec<&Series<'a>>>,
) -> Found<'a> {
    let (meter, recorded) = (phases[0].meter, phases[0].node);
    let best_of = |series: &Series, of: &[&Series]| of.iter().map(|o| dot(&series.own, &o.own)).fold(-1.0, f32::max);
    let with = |of: &[&Series]| -> f64 {
        phases.iter().map(|series| f64::from(best_of(series, of))).sum::<f64>() / phases.len() as f64
    };
    let scores: Scores = busbars.iter().map(|(node, busbars)| (*node, with(busbars))).collect();
    let mut order: Vec<(&NodeId, f64)> = scores.iter().map(|(node, score)| (*node, *score)).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let own = recorded.and_then(|node| scores.get(node).copied());
    let best = order.first().copied().filter(|best| best.1 > LEAST);
    let mut found = Found {
        meter,
        recorded,
        node: recorded,
        ground: LinkGround::Busbar,
        there: own.unwrap_or(0.0),
        own: own.unwrap_or(0.0),
        margin: margin_of(&order, recorded),
        phases: [None; PHASES],
    };
    // The grid file's own busbar is as good as any other: nobody need be asked.
    if own.is_some_and(|own| own > LEAST && best.is_none_or(|best| best.1 - own <= CLEARLY)) {
        return found;
    }
    let vote = Vote::of(phases, root, members, best.map(|best| best.0).into_iter().chain(recorded));
    let decided = match best {
        Some((node, there)) if is_better(own, there, margin_of(&order, Some(node))) => {
            let confirmed = vote.share(node) >= CONFIRMS * recorded.map_or(0.0, |own| vote.share(own));
            Some((node, there, LinkGround::Both)).filter(|_| confirmed)
        }
        best => {
            let at_own = recorded.map_or(0.0, |own| vote.share(own));
            let winner = vote.winner().filter(|(_, share)| *share >= SURE_OF_VOTE && at_own <= LEFT_OF_VOTE);
            // A busbar must not speak against it.
            let winner = winner.filter(|(node, _)| !scores.contains_key(node) || best.is_some_and(|b| b.0 == *node));
            winner.map(|(node, share)| (node, share, LinkGround::Neighbours))
        }
    };
    if let Some((node, there, ground)) = decided {
        (found.node, found.there, found.ground) = (Some(node), there, ground);
        found.margin = if ground == LinkGround::Both { margin_of(&order, Some(node)) } else { vote.lead(node) };
    } else {
        found.ground = LinkGround::Neighbours;
        found.margin = recorded.map_or(0.0, |own| vote.lead(own));
    }
    found
}

/// Whether a busbar is so much better than the own one, or, where there is none, than all others,
/// that it counts.
fn is_better(own: Option<f64>, there: f64, margin: f64) -> bool {
    own.map_or(margin > SURE_OF_PLACE, |own| there - own > CLEARLY)
}

/// By how much a node is better than the best other one.
fn margin_of(order: &[(&NodeId, f64)], node: Option<&NodeId>) -> f64 {
    let of = |is: bool| order.iter().find(|(other, _)| (Some(*other) == node) == is).map_or(0.0, |(_, score)| *score);
    of(true) - of(false)
}

/// How the meters that go best with one are spread over transformers, in shares.
struct Vote<'a> {
    shares: BTreeMap<&'a NodeId, f64>,
}

impl<'a> Vote<'a> {
    /// The vote of all meters below the root, or, where they are too many, of those of `asked`.
    fn of(
        phases: &[Series<'a>],
        root: &Root<'a>,
        members: &HashMap<&'a NodeId, Vec<&Series<'a>>>,
        asked: impl Iterator<Item = &'a NodeId>,
    ) -> Self {
        let among: Vec<&Series<'a>> = if root.meters.len() <= MOST_COMPARED {
            root.meters.iter().collect()
        } else {
            let asked: BTreeSet<&NodeId> = asked.collect();
            asked.into_iter().filter_map(|node| members.get(node)).flatten().copied().collect()
        };
        let mut shares: BTreeMap<&NodeId, f64> = BTreeMap::new();
        let mut total = 0.0;
        for series in phases {
            let others = among.iter().filter(|other| other.meter.id != series.meter.id);
            let voters = others.filter_map(|other| Some((other.node?, dot(&series.own, &other.own))));
            let mut voters: Vec<(&NodeId, f32)> = voters.collect();
            voters.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
            for (node, weight) in voters.into_iter().take(NEIGHBOURS) {
                let weight = f64::from(weight.max(0.0)).powi(2);
                *shares.entry(node).or_default() += weight;
                total += weight;
            }
        }
        for share in shares.values_mut() {
            *share /= f64::max(total, 1e-9);
        }
        Self { shares }
    }

    fn share(&self, node: &NodeId) -> f64 {
        self.shares.get(node).copied().unwrap_or(0.0)
    }

    fn winner(&self) -> Option<(&'a NodeId, f64)> {
        let all = self.shares.iter().map(|(node, share)| (*node, *share));
        all.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)))
    }

    fn lead(&self, node: &NodeId) -> f64 {
        let others = self.shares.iter().filter(|(other, _)| **other != node).map(|(_, share)| *share);
        self.share(node) - others.fold(0.0, f64::max)
    }
}

/// On which phase of the busbar of its transformer each phase of a meter moves.
fn find_phases(found: &mut Found, root: &Root, busbars: &HashMap<&NodeId, Vec<&Series>>) {
    let Some(busbars) = found.node.and_then(|node| busbars.get(node)).filter(|busbars| busbars.len() == PHASES) else {
        return;
    };
    let raw = |meter: &MeterVolts, phase: usize| changes(&meter.phases[phase], root.first, root.hours);
    let mut marks: Vec<Vec<f32>> = busbars.iter().map(|busbar| raw(busbar.meter, busbar.phase)).collect();
    let Some(mean) = mean(marks.iter().map(Vec::as_slice)) else { return };
    let beside = |own: &mut Vec<f32>| {
        // An hour that is not known says nothing.
        own.iter_mut().zip(&mean).for_each(|(own, mean)| *own = if *own == 0.0 { 0.0 } else { *own - mean });
        clip(own);
    };
    marks.iter_mut().for_each(beside);
    for place in (0..PHASES).filter(|&place| !found.meter.phases[place].is_empty()) {
        let mut own = raw(found.meter, place);
        beside(&mut own);
        let mut with: Vec<(usize, f64)> = marks.iter().map(|mark| correlation(&own, mark)).enumerate().collect();
        with.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.phases[place] = Some((busbars[with[0].0].phase as u8 + 1, with[0].1 - with[1].1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{GridLine, Level, Timestamp};
    use crate::ingest::VoltReading;

    const DAYS: usize = 12;

    fn drawn(seed: usize) -> f32 {
        let mixed =
            (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xd6e8_feb8_6659_fd93);
        (mixed >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    }

    /// Six transformers of nine meters; meter k of transformer t is on phase k % 3 of its busbar.
    /// What `recorded` says of a meter is in the grid file: a transformer, or nothing.
    fn linked(recorded: impl Fn(usize, usize) -> Option<usize>, with_busbars: bool) -> Linked {
        let node = |id: &str, level, parent: &str, row| {
            GridLine::new(id.into(), level, (!parent.is_empty()).then(|| parent.into()), row)
        };
        let mut lines = vec![node("F", Level::Node(NodeKind::Feeder), "", 2)];
        let mut store = VoltStore::hourly();
        for t in 0..6 {
            let mut line = node(&format!("T{t}"), Level::Node(NodeKind::Transformer), "F", 3);
            line.balance_meter = Some(format!("M{t}").as_str().into());
            lines.push(line);
            for k in 0..9 {
                if let Some(parent) = recorded(t, k) {
                    lines.push(node(&format!("U{t}{k}"), Level::UsagePoint, &format!("T{parent}"), 4));
                }
            }
            for hour in 0..24 * DAYS {
                let busbar = |phase: usize| {
                    230.0 + 4.0 * drawn(hour) + drawn(hour * 7 + phase) + 3.0 * drawn(hour * 101 + t * 7 + phase * 53)
                };
                let mut add = |id: &str, phase: usize, volt: f32| {
                    let (at, phase) = (Timestamp(hour as i64 * 3600), phase as u8 + 1);
                    store.add(&VoltReading { usage_point: id, at, phase, volt, kvarh: f32::NAN });
                };
                for phase in (0..3).filter(|_| with_busbars) {
                    add(&format!("M{t}"), phase, busbar(phase));
                }
                for k in 0..9 {
                    // Levels tell nothing: every meter is wrong by its own.
                    add(&format!("U{t}{k}"), 0, busbar(k % 3) - k as f32 + 0.8 * drawn(hour * 1009 + t * 31 + k));
                }
            }
        }
        store.finish();
        link(&store, &Grid::new(lines).unwrap())
    }

    #[test]
    fn a_wrong_link_and_a_missing_one_are_found_and_phases_are_those_of_the_busbar() {
        let linked = linked(
            |t, k| match (t, k) {
                (2, 4) => Some(5),
                (3, 1) => None,
                _ => Some(t),
            },
            true,
        );
        let moves: Vec<(&str, &str)> = linked.moves.iter().map(|(id, node)| (&**id, &**node)).collect();
        assert_eq!(moves, [("U24", "T2"), ("U31", "T3")]);
        let kinds: Vec<FaultKind> = linked.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [FaultKind::WrongLink, FaultKind::Unlinked]);
        for row in &linked.phases {
            let k: u8 = row.usage_point[2..].parse().unwrap();
            assert_eq!(
                (row.phase, row.node_found.as_deref()),
                (Some(k % 3 + 1), Some(&format!("T{}", &row.usage_point[1..2])[..]))
            );
        }
    }

    #[test]
    fn without_busbars_neighbours_tell_a_wrong_link_and_no_phase_and_place_nobody_for_good() {
        let linked = linked(
            |t, k| match (t, k) {
                (2, 4) => Some(5),
                (3, 1) => None,
                _ => Some(t),
            },
            false,
        );
        let moves: Vec<(&str, &str)> = linked.moves.iter().map(|(id, node)| (&**id, &**node)).collect();
        assert_eq!(moves, [("U24", "T2")]);
        assert_eq!(linked.faults.len(), 2);
        assert!(linked.phases.iter().all(|row| row.phase.is_none() && row.ground == Some(LinkGround::Neighbours)));
    }

    #[test]
    fn a_grid_file_that_is_right_moves_nobody() {
        let linked = linked(|t, _| Some(t), true);
        assert!(linked.moves.is_empty() && linked.faults.is_empty());
        assert_eq!(linked.phases.len(), 54);
    }
}
