//! Lines of `nodes.csv`: a judged balance in figures and words.

use std::collections::BTreeMap;

use super::q_values;
use crate::domain::{
    Calendar, Fact, Fault, GridNode, NINETY, NameKind, NodeId, NodeKind, Part, UsagePointId, logistic,
};
use crate::findings::{Loss, NodeDayRow, NodeRow, Pattern};
use crate::judgement::inspected::{StatedVisit, enter_at_nodes};
use crate::judgement::said;
use crate::metered::Visits;
use crate::unmetered::{
    BalanceSpan, Balanced, Began, Culprit, Decomposition, Fallen, GridFindings, LEAST_COVERAGE, MUCH_COARSE, NodeOdds,
    Places, Says, Settled, TapHours, Wrong, since,
};

use crate::judgement::node_days::{self, parts};

/// Coverage below which a node is judged with reserve.
const GOOD_COVERAGE: f64 = 0.95;
/// Probability from which on a balance meter is said to sit before its transformer.
const SURELY_BEFORE: f64 = 0.9;
/// A proportional part beyond this share of the metered load is worth a remark.
const LARGE_PROPORTION: f64 = 0.05;

/// What the balances have told, in rows and for those who judge customers.
pub(crate) struct GridTold {
    /// `nodes.csv`, best first.
    pub(crate) nodes: Vec<NodeRow>,
    /// `node_days.csv`, in the same order.
    pub(crate) days: Vec<NodeDayRow>,
    /// Usage points that the grid file forgot and the node whose balance they are missing from.
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
    /// Visits to nodes beside what was said of them.
    pub(crate) visited: Vec<StatedVisit>,
}

impl GridTold {
    /// Rows of what was found, with what inspectors say of it.
    pub(crate) fn of(found: GridFindings, calendar: &Calendar, visits: &Visits) -> Self {
        let GridFindings { mut balanced, placed, culprits, supply_faults, began, says, fallen, ratios } = found;
        let (told, visited) = enter_at_nodes(&mut balanced, visits);
        let mut nodes = ranked(&balanced, &culprits, &fallen);
        for row in &mut nodes {
            if let Some((fact, visited)) = told.get(&row.node) {
                row.remarks.insert(0, fact.clone());
                row.visited = *visited;
            }
        }
        let days = node_days::of_likely(&nodes, &balanced, calendar);
        Self { nodes, days, placed, culprits, supply_faults, began, says, fallen, ratios, visited }
    }
}

/// Rows best first, with ranks and q-values.
fn ranked(balanced: &[Balanced], culprits: &[Culprit], fallen: &[Fallen]) -> Vec<NodeRow> {
    let found: BTreeMap<&str, f64> = balanced
        .iter()
        .filter_map(|b| b.odds.filter(|odds| odds.log_odds > 0.0).map(|odds| (b.node.node.as_ref(), odds.kw)))
        .collect();
    let mut named: BTreeMap<&NodeId, Vec<&Culprit>> = BTreeMap::new();
    for culprit in culprits {
        named.entry(&culprit.node).or_default().push(culprit);
    }
    let mut fell: BTreeMap<&NodeId, Vec<&Fallen>> = BTreeMap::new();
    for fallen in fallen {
        fell.entry(&fallen.node).or_default().push(fallen);
    }
    let key = |balanced: &Balanced| balanced.odds.map_or(f64::NEG_INFINITY, |odds| odds.log_odds);
    let mut rows: Vec<(f64, NodeRow)> =
        balanced.iter().map(|balanced| (key(balanced), told(row(balanced, &found), &named, &fell))).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.node.cmp(&b.1.node)));
    let probability: Vec<f64> = rows.iter().map_while(|(_, row)| row.probability).collect();
    let q = q_values(&probability);
    rows.into_iter()
        .enumerate()
        .map(|(index, (_, row))| NodeRow { rank: index as u64 + 1, q_value: q.get(index).copied(), ..row })
        .collect()
}

/// The line of one node. `found` holds the power of every node with a finding.
fn row(balanced: &Balanced, found: &BTreeMap<&str, f64>) -> NodeRow {
    let Balanced { node, residual, energies, odds, .. } = balanced;
    let hours = residual.at.len() as f64;
    let interval = odds.map(|odds| (odds.kw - NINETY * odds.error_kw, odds.kw + odds.more_kw + NINETY * odds.error_kw));
    let kwh = odds.map(|odds| odds.mean_kw * hours);
    // Energy is as uncertain as power, while it runs.
    let kwh_error = odds.map(|odds| {
        NINETY
            * odds.error_kw
            * hours
            * if odds.kw > 0.0 && odds.mean_kw > 0.0 { (odds.mean_kw / odds.kw).min(1.0) } else { 1.0 }
    });
    let telling = odds.filter(|odds| odds.log_odds > 0.0).zip(balanced.found.as_ref());
    let measured = energies.filter(|_| hours > 0.0);
    NodeRow {
        rank: 0,
        node: node.node.clone(),
        kind: node.kind,
        parent: node.parent().cloned(),
        probability: odds.map(|odds| logistic(odds.log_odds)),
        q_value: None,
        supplied_kwh: measured.map(|energies| energies.supplied),
        metered_kwh: measured.map(|energies| energies.metered),
        technical_loss_kwh: measured.map(|energies| energies.technical),
        declared_kwh: measured.map(|energies| energies.declared),
        unmetered_kwh: kwh,
        unmetered_kwh_low: kwh.zip(kwh_error).map(|(kwh, error)| kwh - error),
        unmetered_kwh_high: kwh.zip(kwh_error).map(|(kwh, error)| kwh + error),
        unmetered_kw: odds.map(|odds| odds.kw),
        unmetered_kw_low: interval.map(|(low, _)| low),
        bare_error_kw: odds.map(|odds| odds.bare_error_kw),
        unmetered_kw_high: interval.map(|(_, high)| high),
        pattern: telling.map(|(odds, found)| pattern(&odds, found)),
        since: telling.and_then(|(odds, found)| since(&odds, found)),
        coverage: residual.coverage,
        loss: Loss::default(),
        shortlist: Vec::new(),
        phase: None,
        line: Vec::new(),
        remarks: remarks(balanced, found),
        visited: None,
        parts: telling.map_or_else(Vec::new, |(odds, found)| parts(&odds, found)),
    }
}

/// Adds to a node's line whom its balance names, each with the ground; where it names nobody, what
/// would settle the finding.
fn told(
    mut row: NodeRow,
    culprits: &BTreeMap<&NodeId, Vec<&Culprit>>,
    fallen: &BTreeMap<&NodeId, Vec<&Fallen>>,
) -> NodeRow {
    let of_node = culprits.get(&row.node).map_or(&[][..], Vec::as_slice);
    let late = of_node.iter().filter(|culprit| matches!(culprit.named.wrong, Wrong::Clock { .. })).count();
    if late > 0 {
        row.remarks.push(said::late_clocks(late));
    }
    for culprit in of_node.iter().filter(|culprit| matches!(culprit.named.wrong, Wrong::Load { .. })) {
        let (id, beta, strength) = (&culprit.usage_point, culprit.beta(), culprit.named.strength);
        if culprit.under_registers() {
            row.shortlist.push(said::of_usage_point(id, said::follows_own(beta, strength)));
        } else if let Some(fault) = culprit.fault() {
            row.remarks.push(said::of_usage_point(id, fault.detail));
        } else {
            row.remarks.push(said::follows_load(id, beta, strength));
        }
    }
    row.shortlist.extend(
        fallen
            .get(&row.node)
            .into_iter()
            .flatten()
            .map(|fallen| said::of_usage_point(&fallen.usage_point, fallen.ground())),
    );
    if row.probability.is_some_and(|p| p > 0.5) && row.shortlist.is_empty() && row.kind == NodeKind::Transformer {
        row.remarks.push(said::nobody());
    }
    row
}

/// A load is called scheduled when most of it runs in a window.
fn pattern(odds: &NodeOdds, found: &Decomposition) -> Pattern {
    let windows: f64 = found.parts.iter().filter(|part| part.pattern != TapHours::Constant).map(|part| part.kw).sum();
    if windows > 0.5 * odds.kw { Pattern::Scheduled } else { Pattern::Constant }
}

fn remarks(balanced: &Balanced, found: &BTreeMap<&str, f64>) -> Vec<Fact> {
    let mut remarks: Vec<Fact> = Vec::new();
    let share = 100.0 * balanced.residual.coverage;
    if balanced.residual.at.is_empty() {
        remarks.push(said::unread());
    } else if balanced.residual.coverage < LEAST_COVERAGE {
        remarks.push(said::little(share));
    } else if balanced.residual.coverage < GOOD_COVERAGE {
        remarks.push(said::reserve(share));
    }
    if balanced.is_corrected {
        remarks.push(said::corrected());
    }
    if !balanced.could_be.is_empty() {
        let name = |id: &UsagePointId| Part::Name(NameKind::UsagePoint, id.to_string());
        remarks.push(said::could_be(balanced.could_be.iter().map(name).collect()));
    }
    if balanced.own_loss.before > SURELY_BEFORE {
        remarks.push(said::meter_before(balanced.own_loss.expected_kw));
    }
    if balanced.unread > 0 {
        let error_kw = NINETY * balanced.residual.unread_kw;
        remarks.push(said::points_expected(balanced.unread, balanced.expected_kw, error_kw));
    }
    remarks.extend(span(balanced));
    if balanced.node.kind == NodeKind::Transformer && balanced.node.rated_kva.is_none() {
        remarks.push(said::no_rating());
    }
    if !balanced.placed.is_empty() {
        let name = |id: &UsagePointId| Part::Name(NameKind::UsagePoint, id.to_string());
        remarks.push(said::placed(balanced.placed.iter().map(name).collect()));
    }
    let parts = balanced.found.iter().flat_map(|found| &found.parts);
    if parts.clone().any(|part| part.pattern == TapHours::Dark) {
        remarks.push(said::dark());
    }
    remarks.extend(balanced.energies.and_then(|energies| energies.surplus()));
    remarks.extend(explained(balanced, found));
    let proportional = balanced.found.as_ref().map(|found| found.proportional);
    remarks.extend(proportional.filter(|p| p.abs() > LARGE_PROPORTION).map(|p| said::proportion(100.0 * p)));
    remarks
}

/// What the length of its intervals does to a balance.
fn span(balanced: &Balanced) -> Option<Fact> {
    let coarse = balanced.residual.coarse_share;
    match balanced.residual.span {
        BalanceSpan::Register => Some(said::by_register()),
        BalanceSpan::Day if coarse > MUCH_COARSE => Some(said::coarse(100.0 * coarse)),
        BalanceSpan::Day => Some(said::by_day()),
        BalanceSpan::Hour => None,
    }
}

/// What nodes below explain of a node's unmetered load.
fn explained(balanced: &Balanced, found: &BTreeMap<&str, f64>) -> Option<Fact> {
    let told = |node: &&GridNode| found.get(&*node.node).map(|&kw| said::node_with_load(&node.node, kw));
    let mut told: Vec<Fact> = balanced.below.iter().filter_map(told).collect();
    told.sort();
    (!told.is_empty()).then(|| said::explained(said::list(told)))
}
