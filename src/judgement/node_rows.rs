//! Lines of `nodes.csv`: a judged balance in figures and words.

use std::collections::BTreeMap;

use super::q_values;
use crate::domain::logistic;
use crate::domain::{Calendar, Fact, Fault};
use crate::domain::{Marked, NameKind, NodeKind, UsagePointId, named};
use crate::findings::{Loss, NodeDayRow, NodeRow, Pattern};
use crate::unmetered::corrections::Settled;
use crate::unmetered::{BalanceSpan, Decomposition, NodeOdds, UnmeteredPattern, Wrong};
use crate::unmetered::{Began, Says};

use crate::judgement::node_days::{self, parts};
use crate::unmetered::culprits::Culprit;
use crate::unmetered::fallen::Fallen;
use crate::unmetered::nodes::{Balanced, GridFindings, LEAST_COVERAGE, MUCH_COARSE, NINETY, Places, since};

/// Coverage below which a node is judged with reserve.
const GOOD_COVERAGE: f64 = 0.95;
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
}

impl GridTold {
    /// Rows of what was found.
    pub(crate) fn of(found: GridFindings, calendar: &Calendar) -> Self {
        let GridFindings { balanced, placed, culprits, supply_faults, began, says, fallen, ratios } = found;
        let nodes = ranked(&balanced, &culprits, &fallen);
        let days = node_days::of_likely(&nodes, &balanced, calendar);
        Self { nodes, days, placed, culprits, supply_faults, began, says, fallen, ratios }
    }
}

/// Rows best first, with ranks and q-values.
fn ranked(balanced: &[Balanced], culprits: &[Culprit], fallen: &[Fallen]) -> Vec<NodeRow> {
    let found: BTreeMap<&str, f64> = balanced
        .iter()
        .filter_map(|b| b.odds.filter(|odds| odds.log_odds > 0.0).map(|odds| (b.node.node.as_ref(), odds.kw)))
        .collect();
    let key = |balanced: &Balanced| balanced.odds.map_or(f64::NEG_INFINITY, |odds| odds.log_odds);
    let mut rows: Vec<(f64, NodeRow)> =
        balanced.iter().map(|balanced| (key(balanced), told(row(balanced, &found), culprits, fallen))).collect();
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
    let interval = odds.map(|odds| (odds.kw - NINETY * odds.error_kw, odds.kw + NINETY * odds.error_kw));
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
        unmetered_kw_high: interval.map(|(_, high)| high),
        pattern: telling.map(|(odds, found)| pattern(&odds, found)),
        since: telling.and_then(|(odds, found)| since(&odds, found)),
        coverage: residual.coverage,
        loss: Loss::default(),
        shortlist: Vec::new(),
        remarks: remarks(balanced, found),
        parts: telling.map_or_else(Vec::new, |(odds, found)| parts(&odds, found)),
    }
}

/// Adds to a node's line whom its balance names, each with the ground; where it names nobody, what
/// would settle the finding.
fn told(mut row: NodeRow, culprits: &[Culprit], fallen: &[Fallen]) -> NodeRow {
    let of_node = || culprits.iter().filter(|culprit| culprit.node == row.node);
    let late = of_node().filter(|culprit| matches!(culprit.named.wrong, Wrong::Clock { .. })).count();
    if late > 0 {
        row.remarks.push(
            format!("the clocks of {late} customers are wrong: named in faults.csv, shifted back for the balance")
                .into(),
        );
    }
    for culprit in of_node().filter(|culprit| matches!(culprit.named.wrong, Wrong::Load { .. })) {
        let (beta, strength) = (culprit.beta(), culprit.named.strength);
        if culprit.under_registers() {
            row.shortlist.push(format!(
                "{}: what is missing follows its own load hour by hour, {beta:.2} kW for each kW shown ({strength:.0} standard deviations)",
                meter(&culprit.usage_point)
            ).into());
        } else if let Some(fault) = culprit.fault() {
            row.remarks.push(format!("{}: {}", meter(&culprit.usage_point), fault.detail).into());
        } else {
            row.remarks.push(format!(
                "what is missing follows the load of {}, {beta:.2} kW for each kW shown ({strength:.0} standard deviations): not sure enough to list or to count",
                meter(&culprit.usage_point)
            ).into());
        }
    }
    row.shortlist.extend(
        fallen
            .iter()
            .filter(|fallen| fallen.node == row.node)
            .map(|fallen| format!("{}: {}", meter(&fallen.usage_point), fallen.ground()).into()),
    );
    if row.probability.is_some_and(|p| p > 0.5) && row.shortlist.is_empty() && row.kind == NodeKind::Transformer {
        row.remarks.push("readings name nobody behind a steady load: compare voltages, or log current on each line that leaves the node".to_owned().into());
    }
    row
}

/// A meter in a sentence.
fn meter(id: &UsagePointId) -> Marked<'_> {
    named(NameKind::UsagePoint, id)
}

/// A load is called scheduled when most of it runs in a window.
fn pattern(odds: &NodeOdds, found: &Decomposition) -> Pattern {
    let windows: f64 =
        found.parts.iter().filter(|part| part.pattern != UnmeteredPattern::Constant).map(|part| part.kw).sum();
    if windows > 0.5 * odds.kw { Pattern::Scheduled } else { Pattern::Constant }
}

fn remarks(balanced: &Balanced, found: &BTreeMap<&str, f64>) -> Vec<Fact> {
    let mut remarks: Vec<Fact> = Vec::new();
    let coverage = balanced.residual.coverage;
    if balanced.residual.at.is_empty() {
        remarks.push("the balance meter was not read, or no usage point under it: no balance".to_owned().into());
    } else if coverage < LEAST_COVERAGE {
        remarks.push(format!("only {:.0} % of the balance can be made: not judged", 100.0 * coverage).into());
    } else if coverage < GOOD_COVERAGE {
        remarks.push(format!("{:.0} % of the balance can be made: judged with reserve", 100.0 * coverage).into());
    }
    if balanced.is_corrected {
        remarks.push(
            "the balance meter is wrong and was put right for this (see `faults.csv`): judged with reserve"
                .to_owned()
                .into(),
        );
    }
    if balanced.unread > 0 {
        remarks.push(format!(
            "{} usage points under it were not read; for those not below another balance meter {:.1} kW (\u{b1} {:.1}) are expected and not counted as unmetered",
            balanced.unread,
            balanced.expected_kw,
            NINETY * balanced.residual.unread_kw
        ).into());
    }
    if balanced.residual.span == BalanceSpan::Register {
        remarks.push("the balance meter has a register only: balanced between its readings, a load shows with its mean over them".to_owned().into());
    } else if balanced.residual.span == BalanceSpan::Day && balanced.residual.coarse_share > MUCH_COARSE {
        remarks.push(format!(
            "{:.0} % of the load is known by registers or by the day only: balanced day by day, a load that runs in a window shows with its daily mean",
            100.0 * balanced.residual.coarse_share
        ).into());
    } else if balanced.residual.span == BalanceSpan::Day {
        remarks.push(
            "the balance meter is read by the day: a load that runs in a window shows with its daily mean"
                .to_owned()
                .into(),
        );
    }
    if balanced.node.kind == NodeKind::Transformer && balanced.node.rated_kva.is_none() {
        remarks.push("no rating: transformer loss is taken as zero".to_owned().into());
    }
    if !balanced.placed.is_empty() {
        let ids: Vec<String> = balanced.placed.iter().map(|id| meter(id).to_string()).collect();
        remarks.push(
            format!(
                "missing from the grid file and counted here, for their load fits (`metered_kwh` is without them): {}",
                ids.join(", ")
            )
            .into(),
        );
    }
    if balanced
        .found
        .as_ref()
        .is_some_and(|found| found.parts.iter().any(|part| part.pattern == UnmeteredPattern::Dark))
    {
        remarks.push(
            "a load runs from dusk to dawn, as street lamps do: ask whether lamps are fed here that nobody declared"
                .to_owned()
                .into(),
        );
    }
    remarks.extend(balanced.energies.and_then(|energies| energies.surplus()).map(Fact::said));
    remarks.extend(explained(balanced, found));
    if let Some(proportional) =
        balanced.found.as_ref().map(|found| found.proportional).filter(|p| p.abs() > LARGE_PROPORTION)
    {
        remarks.push(format!(
            "{:+.0} % of the metered load is left over in proportion to it: customers that nobody reads, or a meter that under-registers",
            100.0 * proportional
        ).into());
    }
    remarks
}

/// What nodes below explain of a node's unmetered load.
fn explained(balanced: &Balanced, found: &BTreeMap<&str, f64>) -> Option<Fact> {
    let mut told: Vec<String> = balanced
        .below
        .iter()
        .filter_map(|node| found.get(&*node.node).map(|kw| format!("{} ({kw:.1} kW)", node.node)))
        .collect();
    told.sort();
    if told.is_empty() {
        return None;
    }
    Some(format!("explained by {}: told there and not counted here", told.join(", ")).into())
}
