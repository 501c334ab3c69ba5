//! The balance engine over the grid: every node with a balance meter, and what the tool can and
//! cannot see at every node.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::logistic;
use crate::domain::{
    Calendar, CivilDay, Fault, Grid, GridNode, Lighting, NodeId, NodeKind, Position, Timestamp, TransformerRating,
    UsagePointId,
};
use crate::series::{GridSums, LoadSeries, RegisterPeriod};
use crate::unmetered::{
    BalanceSettings, BalanceSpan, Decomposition, LineLoss, Locality, NodeLevel, NodeMeters, NodeOdds, Null, Residual,
    Wanted, decompose, residual,
};

use crate::digest::first_pass::RatioAsked;
use crate::unmetered::corrections::{Settled, correct, place_missing, place_steady, settle_ratios};
use crate::unmetered::culprits::Culprit;
use crate::unmetered::customer_registers::Profiled;
use crate::unmetered::fallen::{self, Fallen};
use crate::unmetered::positions::Positions;
use crate::unmetered::supplies::{self, Checked};
use crate::unmetered::unread::UnreadLoads;
use crate::unmetered::{Began, Says};

/// Coverage below which a node is not judged.
pub(crate) const LEAST_COVERAGE: f64 = 0.5;
/// Added to the usual error for each share of the balance that is missing: at 95 % coverage a node
/// errs twice as much.
const RESERVE: f64 = 20.0;
/// Share of the load known by the day or by registers only from which on a node is balanced by day.
pub(crate) const MUCH_COARSE: f64 = 0.2;
/// A node whose balance meter was put right errs by so much more than others.
const CORRECTED: f64 = 2.0;
/// So many nodes balanced by the hour or day tell how a level errs.
const LEAST_FINE: usize = 5;
/// Meters err together by no more than this share of what is supplied.
const SURPLUS: f64 = 0.03;
/// A customer below this mean is nothing that a balance could be asked about; of a larger one it
/// must exclude, by so many errors, that half of it does not flow.
const LARGE_ENOUGH_KW: f64 = 1.0;
const SURELY: f64 = 3.0;
/// A load of which less than this share flows is none that its series shows.
const MOSTLY_NOT_REAL: f64 = 0.7;
/// Half-width of a 90 % interval in standard errors.
pub(crate) const NINETY: f64 = 1.645;

/// Series that balances are made from and corrected by.
pub(crate) struct GridSeries {
    /// Balance meters.
    pub(crate) supplies: BTreeMap<UsagePointId, LoadSeries>,
    /// What is known of those among them that have a register only: their hours are those of the
    /// meters below.
    pub(crate) registers: BTreeMap<UsagePointId, Vec<RegisterPeriod>>,
    /// Usage points that the grid file does not place, hourly.
    pub(crate) adrift: Vec<LoadSeries>,
    /// Meter ratios that appear or disappear in mid-series, in the order of usage points.
    pub(crate) ratios: Vec<RatioAsked>,
}

/// What the balance engine works with.
#[derive(Clone)]
pub(crate) struct GridSetting<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) series: &'a GridSeries,
    /// Balance meters that were put right.
    pub(crate) corrected: Arc<BTreeMap<UsagePointId, LoadSeries>>,
    /// Sums of usage points by the node that feeds them.
    pub(crate) sums: &'a GridSums,
    /// Whether a usage point was read.
    pub(crate) is_read: &'a (dyn Fn(&str) -> bool + Sync),
    /// What usage points that were not read are expected to use, by the node that feeds them.
    pub(crate) unread: &'a UnreadLoads,
    /// How sure the load of the customers with registers is that each node feeds.
    pub(crate) profiled: &'a BTreeMap<NodeId, Profiled>,
    /// Whether its energy is in the sums: by intervals up to a day, or by a register.
    pub(crate) in_balance: &'a (dyn Fn(&str) -> bool + Sync),
    /// By how much a usage point's daily mean fell for good, kW; 0 where it did not.
    pub(crate) fell_kw: &'a (dyn Fn(&str) -> f32 + Sync),
    /// Mean power of a usage point's readings, kW; `None` where nothing was read.
    pub(crate) mean_kw: &'a (dyn Fn(&str) -> Option<f64> + Sync),
    pub(crate) calendar: &'a Calendar,
    /// Where nodes lie.
    pub(crate) positions: &'a Positions,
    pub(crate) settings: BalanceSettings,
    /// Prior share of nodes with unmetered load.
    pub(crate) prior: f64,
}

impl GridSetting<'_> {
    /// Clock and sun of a node.
    pub(crate) fn locality(&self, node: &GridNode) -> Locality<'_> {
        Locality { calendar: self.calendar, position: self.positions.of(&node.node) }
    }
}

/// Nodes by usage points.
pub(crate) type Places = BTreeMap<UsagePointId, NodeId>;

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

/// Gives the series of some usage points behind the fault gate.
pub(crate) type ReadAgain<'a, E> =
    dyn Fn(&BTreeSet<UsagePointId>) -> Result<BTreeMap<UsagePointId, LoadSeries>, E> + 'a;

/// Energies of a node with everything under it, kWh.
#[derive(Clone, Copy)]
pub(crate) struct Energies {
    pub(crate) supplied: f64,
    pub(crate) metered: f64,
    pub(crate) technical: f64,
    pub(crate) declared: f64,
}

pub(crate) struct Balanced<'a> {
    pub(crate) node: &'a GridNode,
    /// What is left beside the balance meters below it.
    pub(crate) residual: Residual,
    /// `None` when the balance meter was not read.
    pub(crate) energies: Option<Energies>,
    /// The balance meter had a wrong ratio or clock.
    pub(crate) is_corrected: bool,
    /// What is known of its line loss from the nodes of its level.
    pub(crate) line_loss: LineLoss,
    pub(crate) found: Option<Decomposition>,
    pub(crate) odds: Option<NodeOdds>,
    pub(crate) unread: usize,
    /// What unread usage points are expected to use on average, kW.
    pub(crate) expected_kw: f64,
    /// Nodes below whose balance meters stand for what is under them.
    pub(crate) below: Vec<&'a GridNode>,
    /// Usage points that the grid file forgot here.
    pub(crate) placed: Vec<UsagePointId>,
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
    let mut checked = supplies::check(&metered, setting);
    let uncorrected = setting;
    let setting = &GridSetting { corrected: Arc::new(checked.series.clone()), ..uncorrected.clone() };
    let mut balanced: Vec<Balanced> = metered.par_iter().map(|node| balance(node, setting)).collect();
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
    balanced.par_iter_mut().for_each(|balanced| {
        if balanced.residual.is_hourly() && balanced.residual.coarse_share > MUCH_COARSE {
            balanced.residual = std::mem::take(&mut balanced.residual).by_day(setting.calendar);
        }
    });
    take_apart(&mut balanced, setting);
    judge(&mut balanced, setting);
    if place_steady(&mut balanced, setting, &mut placed, &mut ratios.otherwise) {
        judge(&mut balanced, setting);
    }
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
    let says = balanced.iter().flat_map(|balanced| says(balanced, &culprits, setting)).collect();
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

/// Takes every residual apart: first each by itself, then with the line loss that the nodes of its
/// level show together.
fn take_apart(balanced: &mut [Balanced], setting: &GridSetting) {
    let of_level = |balanced: &[Balanced], kind: NodeKind| {
        LineLoss::of(
            &balanced
                .iter()
                .filter(|balanced| balanced.node.kind == kind)
                .filter_map(|balanced| balanced.found.as_ref())
                .collect::<Vec<_>>(),
        )
    };
    for _ in 0..2 {
        let known = [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation]
            .map(|kind| (kind, of_level(balanced, kind)));
        balanced.par_iter_mut().filter(|balanced| balanced.residual.coverage >= LEAST_COVERAGE).for_each(|balanced| {
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
fn says(balanced: &Balanced, culprits: &[Culprit], setting: &GridSetting) -> Vec<(UsagePointId, Says)> {
    let node = &balanced.node.node;
    let Some(odds) = balanced
        .odds
        .filter(|_| balanced.node.kind == NodeKind::Transformer && balanced.residual.coverage >= LEAST_COVERAGE)
    else {
        return Vec::new();
    };
    let named = |id: &UsagePointId| culprits.iter().find(|culprit| culprit.usage_point == *id);
    let of_customer = |id: &UsagePointId| -> Option<Says> {
        if let Some(culprit) = named(id) {
            let share = 1.0 + culprit.beta();
            let is_elsewhere = culprit.belongs_to.is_some();
            return (share < MOSTLY_NOT_REAL && !is_elsewhere)
                .then(|| Says::NotReal { node: node.clone(), share: share.max(0.0) });
        }
        let mean_kw = (setting.mean_kw)(id).filter(|kw| *kw >= LARGE_ENOUGH_KW)?;
        // Were half of it not there, the balance would show a gain.
        let excluded = odds.mean_kw + 0.5 * mean_kw > SURELY * odds.error_kw;
        excluded.then(|| Says::Closes { node: node.clone(), within_kw: NINETY * odds.error_kw })
    };
    fed_directly(balanced.node, setting.grid).filter_map(|id| Some((id.clone(), of_customer(id)?))).collect()
}

/// The first day; `None` when some of the load was there from the start.
pub(crate) fn since(odds: &NodeOdds, found: &Decomposition) -> Option<CivilDay> {
    if odds.from_the_start || found.parts.iter().any(|part| part.since.is_none()) {
        return None;
    }
    found.parts.iter().filter_map(|part| part.since).min()
}

pub(crate) fn balance<'a>(node: &'a GridNode, setting: &GridSetting<'a>) -> Balanced<'a> {
    balance_with(node, &setting.corrected, setting)
}

/// The balance of a node with balance meters as they are `corrected`.
pub(crate) fn balance_with<'a>(
    node: &'a GridNode,
    corrected: &BTreeMap<UsagePointId, LoadSeries>,
    setting: &GridSetting<'a>,
) -> Balanced<'a> {
    let supply_of = |node: &GridNode| {
        node.balance_meter
            .as_ref()
            .and_then(|meter| corrected.get(meter).or_else(|| setting.series.supplies.get(meter)))
    };
    let (own, below) = frontier(node, setting.grid, |node| supply_of(node).is_some());
    let unread = children(node, setting.grid).iter().filter(|id| !(setting.in_balance)(id)).count();
    let mut balanced = Balanced {
        node,
        residual: Residual::default(),
        energies: None,
        is_corrected: false,
        line_loss: LineLoss::UNKNOWN,
        found: None,
        odds: None,
        unread,
        expected_kw: 0.0,
        below,
        placed: Vec::new(),
    };
    let Some(supply) = supply_of(node) else { return balanced };
    balanced.is_corrected = corrected.contains_key(&supply.usage_point);
    let residual_of = |nodes: &[&GridNode], below: Vec<&LoadSeries>| {
        let usage_points = || nodes.iter().flat_map(|node| fed_directly(node, setting.grid));
        let read = usage_points().filter(|id| (setting.in_balance)(id)).count();
        let profiled = || nodes.iter().filter_map(|node| setting.profiled.get(&node.node));
        let profiled_kw = profiled().map(|profiled| profiled.mean_sq).sum::<f64>().sqrt();
        let profiled_hour_kw = profiled().map(|profiled| profiled.hour_sq).sum::<f64>().sqrt();
        let meters = NodeMeters {
            supply,
            below,
            read,
            usage_points: usage_points().count(),
            transformers: transformers(nodes),
            profiled_kw,
            profiled_hour_kw,
        };
        let metered = |start, hours| setting.sums.sum(nodes.iter().map(|node| &*node.node), start, hours);
        let residual = residual(&meters, &setting.settings, metered, |at| declared_kw(nodes, at, setting));
        match setting.series.registers.get(&supply.usage_point) {
            Some(periods) => residual.by_register(periods),
            None if supply.step_min > 60 => residual.by_day(setting.calendar),
            None => residual,
        }
    };
    balanced.residual = residual_of(&own, balanced.below.iter().filter_map(|node| supply_of(node)).collect());
    let whole =
        (!balanced.below.is_empty()).then(|| residual_of(&frontier(node, setting.grid, |_| false).0, Vec::new()));
    balanced.energies = Some(Energies::of(whole.as_ref().unwrap_or(&balanced.residual)));
    for unread in own.iter().filter_map(|node| setting.unread.get(&node.node)) {
        balanced.residual.add_expected(unread.start, &unread.kw);
        balanced.expected_kw += unread.kw.iter().map(|&kw| f64::from(kw)).sum::<f64>() / unread.kw.len().max(1) as f64;
        balanced.residual.unread_kw = balanced.residual.unread_kw.hypot(unread.variance.sqrt());
        balanced.residual.profiled_hour_kw = balanced.residual.profiled_hour_kw.hypot(unread.hour_kw);
    }
    balanced.residual = std::mem::take(&mut balanced.residual).averaged();
    balanced
}

impl Energies {
    fn of(residual: &Residual) -> Self {
        let sum = |kw: &[f64]| kw.iter().sum();
        Self {
            supplied: sum(&residual.supplied_kw),
            metered: sum(&residual.metered_kw),
            technical: sum(&residual.technical_kw),
            declared: sum(&residual.declared_kw),
        }
    }

    /// Says that more is metered and lost than supplied, where meters alone do not explain it.
    pub(crate) fn surplus(&self) -> Option<String> {
        let surplus = self.metered + self.technical + self.declared - self.supplied;
        (surplus > SURPLUS * self.supplied).then(|| {
            format!(
                "{surplus:.0} kWh more are metered and lost than supplied: a customer of another node is linked here, or a meter ratio is wrong; judged by what changes"
            )
        })
    }
}

pub(crate) fn is_measured(node: &GridNode, setting: &GridSetting) -> bool {
    node.balance_meter.as_ref().is_some_and(|meter| setting.series.supplies.contains_key(meter))
}

pub(crate) fn level(balanced: &Balanced) -> Option<NodeLevel> {
    Some(level_of(&balanced.residual, balanced.found.as_ref()?))
}

pub(crate) fn level_of(residual: &Residual, found: &Decomposition) -> NodeLevel {
    NodeLevel {
        kw: found.level_kw,
        se_kw: found.level_se_kw,
        no_load_kw: residual.no_load_kw,
        metered_kw: residual.mean_metered_kw(),
        assumed_kw: residual.mean_assumed_kw(),
        profiled_kw: residual.profiled_kw,
        unread_kw: residual.unread_kw,
    }
}

/// By how much more than usual a node may err: hours that could not be balanced may hold anything.
pub(crate) fn reserve(balanced: &Balanced) -> f64 {
    let corrected = if balanced.is_corrected { CORRECTED } else { 1.0 };
    corrected + RESERVE * (1.0 - balanced.residual.hours_share).clamp(0.0, 1.0)
}

/// Usage points under a node, without the balance meters of other nodes.
pub(crate) fn children(node: &GridNode, grid: &Grid) -> Vec<UsagePointId> {
    grid.usage_points_under(&node.node).into_iter().filter(|id| !grid.is_balance_meter(id)).collect()
}

/// Usage points whose way to the top meets no other node before `node`.
pub(crate) fn fed_directly<'a>(node: &GridNode, grid: &'a Grid) -> impl Iterator<Item = &'a UsagePointId> {
    grid.usage_points_at(&node.node).iter().filter(|id| !grid.is_balance_meter(id))
}

/// A node and the nodes below it down to those that are measured, and these; usage points are in
/// neither.
pub(crate) fn frontier<'a>(
    node: &'a GridNode,
    grid: &'a Grid,
    is_measured: impl Fn(&GridNode) -> bool,
) -> (Vec<&'a GridNode>, Vec<&'a GridNode>) {
    let (mut own, mut measured, mut open) = (Vec::new(), Vec::new(), vec![node]);
    while let Some(at) = open.pop() {
        own.push(at);
        for child in grid.nodes_below(&at.node).iter().filter_map(|child| grid.node(child)) {
            if is_measured(child) { measured.push(child) } else { open.push(child) }
        }
    }
    (own, measured)
}

/// Street lighting that the grid file declares at `nodes`, kW; empty where it declares none.
fn declared_kw(nodes: &[&GridNode], at: &[Timestamp], setting: &GridSetting) -> Vec<f64> {
    let lights: Vec<(Lighting, Position)> =
        nodes.iter().filter_map(|node| Some((node.lighting?, setting.positions.of(&node.node)))).collect();
    if lights.is_empty() {
        return Vec::new();
    }
    at.iter()
        .map(|&at| lights.iter().map(|(lighting, position)| lighting.kw_at(at, *position, setting.calendar)).sum())
        .collect()
}

fn transformers(nodes: &[&GridNode]) -> Vec<TransformerRating> {
    let transformers = nodes.iter().filter(|node| node.kind == NodeKind::Transformer);
    transformers.filter_map(|node| node.rated_kva.and_then(TransformerRating::from_kva)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_metered_than_supplied_is_said_and_the_error_of_meters_is_not() {
        let surplus = |metered: f64| Energies { supplied: 1000.0, metered, technical: 30.0, declared: 0.0 }.surplus();
        assert!(surplus(990.0).is_none() && surplus(400.0).is_none());
        assert!(surplus(1200.0).unwrap().starts_with("230 kWh more"));
    }
}
