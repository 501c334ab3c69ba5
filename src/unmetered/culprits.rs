//! Who a balance names: customers whose own load is in the residual of their node, read a second
//! time for the roughest nodes only.
//!
//! What is found is counted in the balance before the node is judged: a wrong ratio or a wrong link
//! is a fault, with the correction proposed; a meter that shows less than is used is a finding.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{Fact, Fault, FaultKind, NodeId, NodeKind, Timestamp, UsagePointId};
use crate::series::LoadSeries;

use super::balanced::Balanced;
use super::customer_columns::late_load_kw;
use super::members::{Named, Wanted, Wrong, named, roughness};
use super::missing::{Adrift, Dense};
use super::residual::Residual;
use super::said;

/// A node this much rougher than meters make it is asked.
const ROUGH: f64 = 2.5;
/// Most usage points that are read again at one time.
const MOST_READ_AGAIN: usize = 6000;
/// Most that are read again in all, as a share of those in the balances.
const MOST_READ_SHARE: f64 = 0.5;
/// Slope near which nothing of a customer's load flows at its node.
const NOTHING_FLOWS: std::ops::Range<f64> = -1.1..-0.85;
/// Standard deviations with which a customer must be missing at another node to be linked there.
/// They are many because shops of one kind move alike.
const HOME: f64 = 14.0;
/// Slope from which on a meter is said to show too little: more than meter classes and losses
/// explain.
const SHOWS_TOO_LITTLE: f64 = 0.35;
/// Standard deviations of that slope that rule out chance.
const SURE: f64 = 12.0;
/// Ratios of current transformers by IEC 61869-2 to a secondary of 5 A. A meter whose ratio is not
/// applied shows its load divided by one of them.
const CURRENT_RATIOS: [f64; 14] = [5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 120.0];
/// Difference of logarithms within which a slope is one of these ratios.
const NEAR_A_RATIO: f64 = 0.06;
/// From this factor on a ratio was forgotten even where none of these is near: who steals leaves
/// more than a fifth on the meter, or nothing.
const FORGOTTEN: f64 = 4.8;

/// A node that may be asked about its customers.
pub(crate) struct Asked<'a> {
    /// Place among the balanced nodes.
    pub(crate) place: usize,
    pub(crate) customers: Vec<&'a UsagePointId>,
}

/// A customer that a balance has named.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Culprit {
    pub(crate) usage_point: UsagePointId,
    pub(crate) node: NodeId,
    /// Level of that node.
    pub(crate) kind: NodeKind,
    pub(crate) named: Named,
    /// Mean of what its meter shows, kW.
    pub(crate) shown_kw: f64,
    /// First and last hour of its readings.
    pub(crate) hours: (Timestamp, Timestamp),
    pub(crate) series: LoadSeries,
    /// A meter ratio was divided out of its readings, rightly or wrongly.
    pub(crate) was_divided: bool,
    /// The node where its load is missing instead.
    pub(crate) belongs_to: Option<NodeId>,
}

impl Culprit {
    /// A customer of which nothing flows at the node that the grid file names, and all at the
    /// `other`, by the levels of both.
    pub(super) fn linked_wrongly(balanced: &Balanced, series: &LoadSeries, strength: f64, other: NodeId) -> Self {
        let named = Named { customer: 0, wrong: Wrong::Load { beta: -1.0 }, strength, left: 0.0 };
        Self { belongs_to: Some(other), ..culprit(balanced, series, named) }
    }

    /// Residual per kW shown; 0 where the meter shows what flows.
    pub(crate) fn beta(&self) -> f64 {
        match self.named.wrong {
            Wrong::Load { beta } => beta,
            Wrong::Clock { .. } => 0.0,
        }
    }

    /// Counts in the residual of its node what its meter should have shown.
    pub(crate) fn put_right(&self, residual: &mut Residual) {
        match self.named.wrong {
            Wrong::Load { beta } => {
                let hourly = self.series.hourly();
                residual.add_customer(hourly.start, &hourly.kw, beta);
            }
            Wrong::Clock { late_min } => {
                if let (Some(first), Some(last)) = (residual.at.first().copied(), residual.at.last().copied()) {
                    let hours = ((last.0 - first.0) / 3600 + 1) as usize;
                    // Where a reading on either side is missing, nothing is known of the
                    // difference.
                    let known = |kw: f32| if kw.is_nan() { 0.0 } else { kw };
                    let kw: Vec<f32> =
                        late_load_kw(&self.series, first, hours, late_min).into_iter().map(known).collect();
                    residual.add_expected(first, &kw);
                }
            }
        }
    }

    /// Whether its meter shows less than is used, beyond doubt about its data. Under a feeder or a
    /// substation hang hundreds of shops that open and close alike: what is missing there may be
    /// anybody's.
    pub(crate) fn under_registers(&self) -> bool {
        self.kind == NodeKind::Transformer
            && !self.was_divided
            && self.shown_kw > 0.0
            && self.beta() > SHOWS_TOO_LITTLE
            && self.forgotten_ratio().is_none()
            && self.named.strength > SURE
            && self.named.left < ROUGH
    }

    /// Whether it stands in its node's shortlist.
    pub(crate) fn is_shortlisted(&self) -> bool {
        matches!(self.named.wrong, Wrong::Load { .. }) && self.under_registers()
    }

    /// The ratio of current transformers that its meter shows its load divided by, as near as the
    /// slope tells: somebody forgot to multiply.
    pub(crate) fn forgotten_ratio(&self) -> Option<f64> {
        let shown_of = 1.0 + self.beta();
        let near = |ratio: &f64| (shown_of / ratio).ln().abs() < NEAR_A_RATIO;
        let usual = CURRENT_RATIOS.into_iter().find(near);
        usual.or_else(|| (shown_of > FORGOTTEN).then(|| shown_of.round())).filter(|_| self.named.strength > SURE)
    }

    /// Whether what is said of it is sure enough to be counted in the balance: a customer that is
    /// only said to show too little would pay for a tap.
    pub(crate) fn is_counted(&self) -> bool {
        self.beta() <= 0.0 || self.under_registers() || self.forgotten_ratio().is_some()
    }

    /// What is wrong with the data, and how to correct it; `None` where the meter shows too little.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let (kind, detail) = self.wrong_data()?;
        Some(Fault { usage_point: self.usage_point.clone(), kind, from: None, to: None, share: None, detail })
    }

    fn wrong_data(&self) -> Option<(FaultKind, Fact)> {
        let node = &self.node;
        if let Wrong::Clock { late_min } = self.named.wrong {
            let clock = if late_min > 0 { said::clock_late } else { said::clock_early };
            return Some((FaultKind::Clock, clock(node, f64::from(late_min.abs()))));
        }
        if let Some(ratio) = self.forgotten_ratio() {
            return Some((FaultKind::Multiplier, said::forgotten_ratio(node, ratio)));
        }
        if self.beta() > 0.0 {
            return None;
        }
        let flows = 1.0 + self.beta();
        Some(match &self.belongs_to {
            Some(other) => (FaultKind::WrongLink, said::hangs_elsewhere(node, other)),
            None => (FaultKind::Multiplier, said::shows_more(node, 100.0 * flows.max(0.0))),
        })
    }
}

/// The nodes worth asking: the roughest, as long as their customers are not most of all, without
/// those with too many customers to be read at one time. They come in lots that may be read at one
/// time, in the order of the grid: neighbours are likely to lie together in the files.
pub(crate) fn worth_asking(asked: &[Asked], balanced: &[Balanced]) -> Vec<Vec<usize>> {
    let mut rough: Vec<(f64, usize)> = (0..asked.len())
        .into_par_iter()
        .filter_map(|index| Some((roughness(&balanced[asked[index].place].residual)?, index)))
        .filter(|(rough, _)| *rough > ROUGH)
        .collect();
    rough.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let is_transformer = |asked: &&Asked| balanced[asked.place].node.kind == NodeKind::Transformer;
    let all: usize = asked.iter().filter(is_transformer).map(|asked| asked.customers.len()).sum();
    let mut open = MOST_READ_AGAIN.max((MOST_READ_SHARE * all as f64) as usize);
    let mut chosen: Vec<usize> = Vec::new();
    for (_, index) in rough {
        let customers = asked[index].customers.len();
        if customers <= MOST_READ_AGAIN.min(open) {
            open -= customers;
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    let (mut lots, mut room) = (Vec::<Vec<usize>>::new(), 0);
    for index in chosen {
        let customers = asked[index].customers.len();
        if customers > room || lots.is_empty() {
            lots.push(Vec::new());
            room = MOST_READ_AGAIN;
        }
        room -= customers;
        lots.last_mut().expect("a lot was just made").push(index);
    }
    lots
}

/// All customers of some nodes.
pub(crate) fn customers(asked: &[&Asked]) -> BTreeSet<UsagePointId> {
    asked.iter().flat_map(|asked| asked.customers.iter().map(|&id| id.clone())).collect()
}

/// Names customers from their series, but for those named `before`.
pub(crate) fn culprits(
    asked: &[&Asked],
    balanced: &[Balanced],
    series: &BTreeMap<UsagePointId, LoadSeries>,
    before: &[Culprit],
    was_divided: &(dyn Fn(&str) -> bool + Sync),
    wanted: Wanted,
) -> Vec<Culprit> {
    let known: BTreeSet<&UsagePointId> = before.iter().map(|culprit| &culprit.usage_point).collect();
    let of_node = |asked: &&Asked| -> Vec<Culprit> {
        let is_open = |id: &&&UsagePointId| !known.contains(**id);
        let customers: Vec<LoadSeries> =
            asked.customers.iter().filter(is_open).filter_map(|id| series.get(*id).cloned()).collect();
        let node = &balanced[asked.place];
        named(&node.residual, &customers, wanted)
            .into_iter()
            .map(|named| Culprit {
                was_divided: was_divided(&customers[named.customer].usage_point),
                ..culprit(node, &customers[named.customer], named)
            })
            .collect()
    };
    asked.par_iter().map(of_node).flatten_iter().collect()
}

fn culprit(balanced: &Balanced, series: &LoadSeries, named: Named) -> Culprit {
    let valid: Vec<f64> = series.kw.iter().filter(|kw| !kw.is_nan()).map(|&kw| f64::from(kw)).collect();
    Culprit {
        usage_point: series.usage_point.clone(),
        node: balanced.node.node.clone(),
        kind: balanced.node.kind,
        named,
        shown_kw: valid.iter().sum::<f64>() / valid.len().max(1) as f64,
        hours: (series.start, series.end()),
        series: series.clone(),
        was_divided: false,
        belongs_to: None,
    }
}

/// Where customers may hang of which nothing flows at their own node: the changes of every
/// residual, kept from lot to lot.
pub(crate) struct Homes {
    start: Timestamp,
    hours: usize,
    /// One a node that is asked, where it is known.
    changes: Vec<Option<Dense>>,
}

impl Homes {
    /// Of the nodes that are asked.
    pub(crate) fn of(asked: &[Asked], balanced: &[Balanced]) -> Self {
        let at = || asked.iter().map(|asked| &balanced[asked.place].residual.at);
        let first = at().filter_map(|at| at.first()).min().copied().unwrap_or_default();
        let last = at().filter_map(|at| at.last()).max().copied().unwrap_or_default();
        let hours = ((last.0 - first.0) / 3600 + 1) as usize;
        Self { start: first, hours, changes: asked.iter().map(|_| None).collect() }
    }

    /// Forgets the nodes whose residual was changed, by their places among the balanced.
    pub(crate) fn forget(&mut self, asked: &[Asked], places: &BTreeSet<usize>) {
        for (changes, _) in self.changes.iter_mut().zip(asked).filter(|(_, asked)| places.contains(&asked.place)) {
            *changes = None;
        }
    }

    /// Looks for the nodes that miss the customers of which nothing flows at their own.
    pub(crate) fn find(&mut self, found: &mut [Culprit], asked: &[Asked], balanced: &[Balanced]) {
        let lost: Vec<usize> = (0..found.len()).filter(|&index| NOTHING_FLOWS.contains(&found[index].beta())).collect();
        if lost.is_empty() {
            return;
        }
        let series: Vec<LoadSeries> = lost.iter().map(|&index| found[index].series.clone()).collect();
        let adrift = Adrift::of(&series, self.start, self.hours);
        let placed = self.changes.par_iter_mut().zip(asked).map(|(changes, asked)| {
            let Balanced { node, residual, .. } = &balanced[asked.place];
            if changes.is_none() {
                *changes = adrift.dense_of(residual);
            }
            let may_be = changes.as_ref().is_some_and(|changes| adrift.may_be_at(changes));
            let placed = if may_be { adrift.placed_at(residual) } else { Vec::new() };
            placed.into_iter().map(|placed| (placed, node.node.clone())).collect::<Vec<_>>()
        });
        let mut placed: Vec<_> = placed.flatten_iter().collect();
        placed.sort_by(|a, b| b.0.strength.total_cmp(&a.0.strength).then_with(|| a.1.cmp(&b.1)));
        for (place, node) in placed {
            let culprit = &mut found[lost[place.customer]];
            if culprit.belongs_to.is_none() && culprit.node != node && place.strength > HOME {
                culprit.belongs_to = Some(node);
            }
        }
    }
}
