//! The balance engine over the grid: every node with a balance meter, its meters put right, its
//! residual taken apart, and judged against what healthy nodes have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::{Fault, GridNode, NINETY, NodeId, NodeKind, UsagePointId, logistic};

use super::balanced::{Balanced, LEAST_COVERAGE, MUCH_COARSE, balance_with, fed_directly, level, reserve, since};
use super::components::LineLoss;
use super::corrections::{Settled, correct, place_missing, place_steady, settle_ratios};
use super::culprits::Culprit;
use super::decomposition::decompose;
use super::fallen::{self, Fallen};
use super::grid_setting::{GridSetting, Places, ReadAgain};
use super::members::Wanted;
use super::null::{NodeLevel, Null};
use super::residual::BalanceSpan;
use super::says::{Began, Says};
use super::sides;
use super::steady_links;
use super::supplies::{self, Checked};

/// Nodes of a level that must be balanced by the hour or the day before these alone tell how the
/// level errs.
const LEAST_FINE: usize = 5;
/// Most nodes of a level that are taken apart by themselves first, to learn what line loss is
/// usual.
const MOST_FIRST: usize = 1000;
/// Mean power below which a balance is not asked about a customer: it would drown in the error.
const LARGE_ENOUGH_KW: f64 = 1.0;
/// A balance vouches for a customer when it excludes, by so many errors, that half of the
/// customer's load does not flow.
const SURELY: f64 = 3.0;
/// A balance denies a customer's load when less than this share of it flows.
const MOSTLY_NOT_REAL: f64 = 0.7;

/// What the balance engine has found.
pub(crate) struct GridFindings<'a> {
    /// Every node with a balance meter, in the order of the grid.
    pub(crate) balanced: Vec<Balanced<'a>>,
    /// Usage points that the grid file forgot and the node whose balance they are missing from, in
    /// the order of ids.
    pub(crate) placed: Places,
    /// Customers that a balance has named.
    pub(crate) culprits: Vec<Culprit>,
    /// What is wrong with balance meters.
    pub(crate) supply_faults: Vec<Fault>,
    /// Unmetered loads that began at transformers.
    pub(crate) began: Vec<Began>,
    /// What balances say of the readings of their customers.
    pub(crate) says: BTreeMap<UsagePointId, Says>,
    /// Customers whose meter shows less from the day on which unmetered load began.
    pub(crate) fallen: Vec<Fallen>,
    /// What balances say of meter ratios.
    pub(crate) ratios: Settled,
}

/// Balances of all nodes with a balance meter. Where balance meters lie below one another, each
/// node is judged by what is missing between its own meter and those below: a load counts at the
/// lowest node that sees it, and what is left above is a tap on the way.
///
/// `read_again` gives the series of some usage points, for the nodes whose balance is so rough that
/// it may name somebody; `then` is shown the judged balances.
///
/// # Errors
/// When usage points cannot be read again.
pub(crate) fn balance_grid<'a, E>(
    setting: &GridSetting<'a>,
    read_again: &ReadAgain<E>,
    then: &mut dyn FnMut(&[Balanced]),
) -> Result<GridFindings<'a>, E> {
    let metered: Vec<&GridNode> = setting.grid.nodes().filter(|node| node.balance_meter.is_some()).collect();
    let (mut checked, mut balanced) = supplies::check(&metered, setting);
    let uncorrected = setting;
    let setting = &GridSetting { corrected: Arc::new(checked.series.clone()), ..uncorrected.clone() };
    let mut ratios = settle_ratios(&mut balanced, setting);
    // A late clock looks like a forgotten customer of like load, and that one like a meter that
    // shows too little: faults first, then the forgotten, then meters.
    let mut culprits: Vec<Culprit> = Vec::new();
    correct(&mut balanced, setting, read_again, (Wanted::FaultsOnly, &mut culprits))?;
    set_clocks(&mut balanced, uncorrected, &ratios, (&mut checked, &mut culprits));
    let setting = &GridSetting { corrected: Arc::new(std::mem::take(&mut checked.series)), ..uncorrected.clone() };
    let mut placed = place_missing(&mut balanced, setting, &BTreeMap::new(), &|_| true);
    let before = culprits.len();
    correct(&mut balanced, setting, read_again, (Wanted::All, &mut culprits))?;
    if culprits.len() > before {
        // Where the noise of a wrong ratio is gone, more of those missing can be heard.
        let quieter: BTreeSet<&NodeId> = culprits.iter().map(|culprit| &culprit.node).collect();
        placed
            .extend(place_missing(&mut balanced, setting, &placed, &|balanced| quieter.contains(&balanced.node.node)));
    }
    coarse_by_day(&mut balanced, setting);
    take_apart(&mut balanced, setting);
    judge(&mut balanced, setting);
    if place_steady(&mut balanced, setting, &mut placed, &mut ratios.otherwise) {
        judge(&mut balanced, setting);
    }
    link_steady(&mut balanced, setting, (&placed, &mut culprits), read_again)?;
    let named = culprits
        .iter()
        .map(|culprit| &culprit.usage_point)
        .chain(placed.keys())
        .chain(ratios.otherwise.keys())
        .collect();
    let fallen = fallen::find(&balanced, setting, &named, read_again)?;
    then(&balanced);
    let names_somebody: BTreeSet<&NodeId> = culprits
        .iter()
        .filter(|culprit| culprit.is_shortlisted())
        .map(|culprit| &culprit.node)
        .chain(fallen.iter().map(|fallen| &fallen.node))
        .collect();
    let began: Vec<Began> = balanced.iter().filter_map(|balanced| began(balanced, &names_somebody)).collect();
    let by_customer: BTreeMap<&UsagePointId, &Culprit> =
        culprits.iter().rev().map(|culprit| (&culprit.usage_point, culprit)).collect();
    let says = balanced.par_iter().flat_map_iter(|balanced| says(balanced, &by_customer, setting)).collect();
    Ok(GridFindings { balanced, placed, culprits, supply_faults: checked.faults, began, says, fallen, ratios })
}

/// Puts balance meters right whose clocks are wrong, level by level, and balances their nodes and
/// those above anew. What was said of the clocks and loads of their customers is asked again;
/// ratios that are settled there, and customers of other nodes that belong there, are counted
/// again.
fn set_clocks<'a>(
    balanced: &mut [Balanced<'a>],
    setting: &GridSetting<'a>,
    ratios: &Settled,
    (checked, culprits): (&mut Checked, &mut Vec<Culprit>),
) {
    for kind in [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation] {
        let found = supplies::clocks(balanced, kind, setting, (&checked.series, culprits));
        let wrong: BTreeSet<&UsagePointId> = found.series.keys().collect();
        let is_wrong = |node: &GridNode| node.balance_meter.as_ref().is_some_and(|meter| wrong.contains(meter));
        let anew: BTreeSet<NodeId> = balanced
            .iter()
            .filter(|balanced| is_wrong(balanced.node) || balanced.below.iter().any(|below| is_wrong(below)))
            .map(|balanced| balanced.node.node.clone())
            .collect();
        checked.faults.extend(found.faults);
        checked.series.extend(found.series);
        for balanced in balanced.iter_mut().filter(|balanced| anew.contains(&balanced.node.node)) {
            *balanced = balance_with(balanced.node, &checked.series, setting);
        }
        culprits.retain(|culprit| !anew.contains(&culprit.node));
        for balanced in balanced.iter_mut().filter(|balanced| anew.contains(&balanced.node.node)) {
            let node = &balanced.node.node;
            let settled = setting
                .series
                .ratios
                .iter()
                .map(|ratio| &ratio.otherwise)
                .filter(|own| ratios.otherwise.get(&own.usage_point) == Some(node));
            let moved = culprits
                .iter()
                .filter(|culprit| culprit.belongs_to.as_ref() == Some(node))
                .map(|culprit| culprit.series.hourly());
            for own in settled.cloned().chain(moved) {
                balanced.residual.add_customer(own.start, &own.kw, 1.0);
            }
        }
    }
}

/// Moves customers of steady load whose link is wrong, and says of findings that they may be one.
fn link_steady<E>(
    balanced: &mut [Balanced],
    setting: &GridSetting,
    (placed, culprits): (&Places, &mut Vec<Culprit>),
    read_again: &ReadAgain<E>,
) -> Result<(), E> {
    let named = culprits.iter().map(|culprit| culprit.usage_point.clone());
    let known: BTreeSet<UsagePointId> = named.chain(placed.keys().cloned()).collect();
    let linked_wrongly = steady_links::settle(balanced, setting, &known, read_again)?;
    if !linked_wrongly.is_empty() {
        judge(balanced, setting);
        culprits.extend(linked_wrongly);
    }
    steady_links::doubt(balanced, setting, &known, read_again)
}

/// Balances those nodes by the day of whose load much is known by the day only.
fn coarse_by_day(balanced: &mut [Balanced], setting: &GridSetting) {
    balanced.par_iter_mut().for_each(|balanced| {
        if balanced.residual.is_hourly() && balanced.residual.coarse_share > MUCH_COARSE {
            balanced.residual = std::mem::take(&mut balanced.residual).by_day(setting.calendar);
        }
    });
}

/// Takes every residual apart: first those of a sample of each level by themselves, then all with
/// the line loss that these show together.
fn take_apart(balanced: &mut [Balanced], setting: &GridSetting) {
    take_apart_level(balanced, setting, &[NodeKind::Transformer]);
    sides::settle(balanced, setting);
    take_apart_level(balanced, setting, &[NodeKind::Feeder, NodeKind::Substation]);
}

fn take_apart_level(balanced: &mut [Balanced], setting: &GridSetting, kinds: &[NodeKind]) {
    let of_kinds = balanced.iter().filter(|balanced| kinds.contains(&balanced.node.kind)).count();
    let every = of_kinds.div_ceil(MOST_FIRST).max(1);
    let of_level = |balanced: &[Balanced], kind: NodeKind| {
        LineLoss::of(
            &balanced
                .iter()
                .filter(|balanced| balanced.node.kind == kind)
                .filter_map(|balanced| balanced.found.as_ref())
                .collect::<Vec<_>>(),
        )
    };
    for every in [every, 1] {
        let known: Vec<(NodeKind, LineLoss)> = kinds.iter().map(|&kind| (kind, of_level(balanced, kind))).collect();
        let is_asked = |balanced: &&mut Balanced| {
            kinds.contains(&balanced.node.kind) && balanced.residual.coverage >= LEAST_COVERAGE
        };
        let asked: Vec<&mut Balanced> = balanced.iter_mut().filter(is_asked).step_by(every).collect();
        asked.into_par_iter().for_each(|balanced| {
            balanced.line_loss =
                known.iter().find(|(kind, _)| *kind == balanced.node.kind).map_or(LineLoss::UNKNOWN, |(_, loss)| *loss);
            balanced.found = decompose(&balanced.residual, &setting.locality(balanced.node), balanced.line_loss);
        });
    }
}

/// Judges every node against what healthy ones have in common.
fn judge(balanced: &mut [Balanced], setting: &GridSetting) {
    // Feeders miss other things than transformers do: each level of the grid is its own measure.
    let mut levels: BTreeMap<NodeKind, Vec<(BalanceSpan, NodeLevel)>> = BTreeMap::new();
    for balanced in balanced.iter() {
        levels
            .entry(balanced.node.kind)
            .or_default()
            .extend(level(balanced).map(|level| (balanced.residual.span, level)));
    }
    let nulls: BTreeMap<NodeKind, Null> = levels.into_iter().map(|(kind, levels)| (kind, null_of(&levels))).collect();
    for balanced in balanced {
        let reserve = reserve(balanced);
        let null = &nulls[&balanced.node.kind];
        balanced.odds = level(balanced)
            .zip(balanced.found.as_ref())
            .map(|(level, found)| null.judge(&level, found, reserve, setting.prior));
    }
}

/// How the healthy nodes of a level err; months tell little of that, and are asked only where
/// hardly any node is balanced by the hour or day.
fn null_of(levels: &[(BalanceSpan, NodeLevel)]) -> Null {
    let fine: Vec<NodeLevel> =
        levels.iter().filter(|(span, _)| *span != BalanceSpan::Register).map(|(_, level)| *level).collect();
    if fine.len() >= LEAST_FINE {
        Null::of(&fine)
    } else {
        Null::of(&levels.iter().map(|(_, level)| *level).collect::<Vec<_>>())
    }
}

/// Load that began at a transformer, where its balance says so.
fn began(balanced: &Balanced, names_somebody: &BTreeSet<&NodeId>) -> Option<Began> {
    let (found, odds) = (balanced.found.as_ref()?, balanced.odds?);
    let day = since(&odds, found).filter(|_| balanced.node.kind == NodeKind::Transformer)?;
    let node = balanced.node.node.clone();
    Some(Began {
        day,
        kw: odds.kw,
        probability: logistic(odds.log_odds),
        names_somebody: names_somebody.contains(&node),
        node,
    })
}

/// What the balance of a transformer says of the readings of its customers: of whom it names that
/// their load does not flow there, and of large ones that it closes with them.
fn says(
    balanced: &Balanced,
    culprits: &BTreeMap<&UsagePointId, &Culprit>,
    setting: &GridSetting,
) -> Vec<(UsagePointId, Says)> {
    let node = &balanced.node.node;
    let Some(odds) = balanced
        .odds
        .filter(|_| balanced.node.kind == NodeKind::Transformer && balanced.residual.coverage >= LEAST_COVERAGE)
    else {
        return Vec::new();
    };
    let of_customer = |id: &UsagePointId| -> Option<Says> {
        if let Some(culprit) = culprits.get(id) {
            let share = 1.0 + culprit.beta();
            let is_elsewhere = culprit.belongs_to.is_some();
            return (share < MOSTLY_NOT_REAL && !is_elsewhere)
                .then(|| Says::NotReal { node: node.clone(), share: share.max(0.0) });
        }
        let mean_kw = setting.reads.mean_kw(id).filter(|kw| *kw >= LARGE_ENOUGH_KW)?;
        // Were half of it not there, the balance would show a gain.
        let excluded = odds.mean_kw + 0.5 * mean_kw > SURELY * odds.error_kw;
        excluded.then(|| Says::Closes { node: node.clone(), within_kw: NINETY * odds.error_kw })
    };
    fed_directly(balanced.node, setting.grid).filter_map(|id| Some((id.clone(), of_customer(id)?))).collect()
}
