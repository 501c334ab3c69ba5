//! What people look at beside a node's line: its balance day by day, and its finding taken apart.

use std::collections::BTreeMap;

use crate::domain::{Calendar, CivilDay, Fact, NINETY, NodeId};
use crate::findings::{NodeDayRow, NodeRow};
use crate::judgement::said;
use crate::unmetered::{Decomposition, NodeOdds, Residual, TapHours};

use crate::unmetered::Balanced;

/// Nodes from this probability on are likely enough to be looked at, and at most so many, the best.
const WORTH_A_LOOK: f64 = 0.1;
const MOST_NODES: usize = 300;

/// Days of the nodes that are likely enough to be looked at, in the order of `nodes`.
pub(crate) fn of_likely(nodes: &[NodeRow], balanced: &[Balanced], calendar: &Calendar) -> Vec<NodeDayRow> {
    let residuals: BTreeMap<&NodeId, &Residual> =
        balanced.iter().map(|balanced| (&balanced.node.node, &balanced.residual)).collect();
    let likely = nodes.iter().filter(|row| row.probability.is_some_and(|p| p > WORTH_A_LOOK)).take(MOST_NODES);
    likely
        .filter_map(|row| residuals.get(&row.node).map(|residual| days(&row.node, residual, calendar)))
        .flatten()
        .collect()
}

/// Daily means of a balance, in the order of days.
fn days(node: &NodeId, residual: &Residual, calendar: &Calendar) -> Vec<NodeDayRow> {
    let local: Vec<CivilDay> = residual.at.iter().map(|&at| calendar.day(at)).collect();
    let mut first = 0;
    local
        .chunk_by(|a, b| a == b)
        .map(|hours| {
            let (from, to) = (first, first + hours.len());
            first = to;
            let mean = |kw: &[f64]| kw[from..to].iter().sum::<f64>() / (to - from) as f64;
            NodeDayRow {
                node: node.clone(),
                day: hours[0],
                hours: hours.len() as u64,
                supplied_kw: mean(&residual.supplied_kw),
                metered_kw: mean(&residual.metered_kw),
                technical_kw: mean(&residual.technical_kw),
                declared_kw: if residual.declared_kw.is_empty() { 0.0 } else { mean(&residual.declared_kw) },
                unmetered_kw: mean(&residual.residual_kw),
            }
        })
        .collect()
}

/// A finding taken apart.
pub(crate) fn parts(odds: &NodeOdds, found: &Decomposition) -> Vec<Fact> {
    let mut told = Vec::new();
    if odds.from_the_start {
        told.push(said::part_level(odds.level_kw, NINETY * odds.error_kw));
    }
    told.extend(found.parts.iter().map(|part| match (part.pattern, part.since) {
        (TapHours::Constant, Some(day)) => said::part_steady_since(part.kw, day),
        (TapHours::Constant, None) => said::part_steady(part.kw),
        (TapHours::Night, Some(day)) => said::part_window_since(part.kw, day),
        (TapHours::Night, None) => said::part_window(part.kw),
        (TapHours::Dark, Some(day)) => said::part_dark_since(part.kw, day),
        (TapHours::Dark, None) => said::part_dark(part.kw),
    }));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn days_are_means_of_the_hours_that_were_balanced() {
        let hours: Vec<i64> = (0..24).chain(30..36).collect();
        let residual = Residual {
            at: hours.iter().map(|hour| Timestamp(hour * 3600)).collect(),
            supplied_kw: hours.iter().map(|&hour| if hour < 24 { 10.0 } else { 20.0 }).collect(),
            metered_kw: vec![8.0; 30],
            assumed_kw: vec![0.0; 30],
            technical_kw: vec![1.0; 30],
            residual_kw: hours.iter().map(|&hour| if hour < 24 { 1.0 } else { 11.0 }).collect(),
            ..Residual::default()
        };
        let days = days(&"T1".into(), &residual, &Calendar::new(None).unwrap());
        let told: Vec<(u64, f64, f64)> =
            days.iter().map(|day| (day.hours, day.supplied_kw, day.unmetered_kw)).collect();
        assert_eq!(told, [(24, 10.0, 1.0), (6, 20.0, 11.0)]);
    }
}
