//! Outages: those that a file names, and those that the data tell.
//!
//! An outage is told from the data where every meter that a node feeds was read, the node usually
//! draws at that hour, and together they show next to nothing, for one hour to a day: all under one
//! node at once. What a node draws usually is the mean of its meters by the hour of the day.

use std::collections::BTreeMap;

use crate::domain::Calendar;
use crate::domain::{CivilDay, EventKind, Fact, Fault, FaultKind, Grid, GridEvent, NodeId, NodeKind, Timestamp};
use crate::evidence::Spell;
use crate::series::{GridSums, NodeSum};

use super::said;

/// Share of the usual energy below which a node is dark, and that must have been read.
const DARK: f64 = 0.05;
const READ: f64 = 0.9;
/// Longest outage, hours; a longer one is a gap of the data, or premises that are closed.
const LONGEST: usize = 24;
/// Least usual load of a node, kW.
const LEAST_KW: f64 = 3.0;

/// Outages and other events by the node below which they were.
#[derive(Debug, Default)]
pub(crate) struct Outages {
    by_node: BTreeMap<NodeId, Vec<Spell>>,
    everywhere: Vec<Spell>,
    /// Outages that only the data tell: node, first hour, hours.
    told: Vec<(NodeId, Timestamp, usize)>,
}

impl Outages {
    /// Of the events of a file and of the sums of nodes.
    pub(crate) fn of(events: &[GridEvent], sums: &GridSums, grid: &Grid) -> Self {
        let mut outages = Self::default();
        for event in events {
            let spell = (event.kind, event.start, event.end);
            match &event.node {
                Some(node) => outages.by_node.entry(node.clone()).or_default().push(spell),
                None => outages.everywhere.push(spell),
            }
        }
        let mut told = Vec::new();
        sums.each(|node, sum| {
            told.extend(dark(sum).into_iter().map(|(hour, hours)| (node.clone(), Timestamp(hour * 3600), hours)));
        });
        told.sort();
        told.retain(|(node, start, hours)| !outages.knows(node, *start, *hours, grid));
        for (node, start, hours) in &told {
            let end = Timestamp(start.0 + *hours as i64 * 3600);
            outages.by_node.entry(node.clone()).or_default().push((EventKind::Outage, *start, end));
        }
        outages.told = told;
        outages
    }

    /// Whether a file names an outage of a node, or of one above it.
    fn knows(&self, node: &NodeId, start: Timestamp, hours: usize, grid: &Grid) -> bool {
        let end = start.0 + hours as i64 * 3600;
        self.above(node, grid).into_iter().any(|(kind, from, to)| {
            matches!(kind, EventKind::Outage | EventKind::ShutOff) && from.0 < end && start.0 < to.0
        })
    }

    /// Spells of a node, of those above it, and of everywhere.
    fn above(&self, node: &str, grid: &Grid) -> Vec<Spell> {
        let own = self.by_node.get(node).into_iter().flatten();
        let kinds = [NodeKind::Transformer, NodeKind::Feeder, NodeKind::Substation];
        let above = kinds.into_iter().filter_map(|kind| grid.ancestor(node, kind)).filter(|other| *other.node != *node);
        let above = above.filter_map(|other| self.by_node.get(&other.node)).flatten();
        own.chain(above).chain(&self.everywhere).copied().collect()
    }

    /// Spells at a usage point.
    pub(crate) fn at(&self, usage_point: &str, grid: &Grid) -> Vec<Spell> {
        grid.feeding_node(usage_point).map_or_else(|| self.everywhere.clone(), |node| self.above(&node.node, grid))
    }

    /// Lines of `faults.csv`: outages that no file names.
    pub(crate) fn faults(&self, calendar: &Calendar) -> Vec<Fault> {
        let fault = |(node, start, hours): &(NodeId, Timestamp, usize)| {
            let day: CivilDay = calendar.day(*start);
            Fault {
                usage_point: (&**node).into(),
                kind: FaultKind::Outage,
                from: Some(day),
                to: Some(calendar.day(Timestamp(start.0 + *hours as i64 * 3600 - 1))),
                share: None,
                detail: said::outage_told(*hours as f64),
            }
        };
        self.told.iter().map(fault).collect()
    }

    /// How many outages only the data tell.
    pub(crate) fn note(&self) -> Option<Fact> {
        let nodes: std::collections::BTreeSet<&NodeId> = self.told.iter().map(|(node, ..)| node).collect();
        (!self.told.is_empty()).then(|| said::outages_told(self.told.len(), nodes.len()))
    }
}

/// Runs of dark hours of a node: first hour since 1970 and length.
fn dark(sum: &NodeSum) -> Vec<(i64, usize)> {
    let usual = |hour: i64| sum.usual[hour.rem_euclid(24) as usize].to_kwh().0;
    let mean = sum.usual.iter().map(|energy| energy.to_kwh().0).sum::<f64>() / 24.0;
    if mean < LEAST_KW {
        return Vec::new();
    }
    let is_dark = |place: usize| {
        let usual = usual(sum.first_hour + place as i64);
        let was_read = sum.not_filled[place].to_kwh().0 >= READ * usual;
        was_read && sum.read[place].to_kwh().0 <= DARK * usual
    };
    let mut runs: Vec<(i64, usize)> = Vec::new();
    for place in (0..sum.read.len()).filter(|&place| is_dark(place)) {
        let hour = sum.first_hour + place as i64;
        match runs.last_mut().filter(|run| run.0 + run.1 as i64 == hour) {
            Some(run) => run.1 += 1,
            None => runs.push((hour, 1)),
        }
    }
    runs.retain(|run| run.1 <= LONGEST);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MilliWattHours;

    #[test]
    fn hours_in_which_all_are_read_and_nothing_flows_are_an_outage() {
        let energy = |kwh: f64| MilliWattHours((kwh * 1e6) as i64);
        let mut sum = NodeSum { first_hour: 0, usual: [energy(20.0); 24], ..NodeSum::default() };
        (sum.read, sum.not_filled) = (vec![energy(20.0); 240], vec![energy(20.0); 240]);
        (100..103).for_each(|hour| sum.read[hour] = energy(0.1));
        // Readings that are missing are no outage.
        (150..153).for_each(|hour| (sum.read[hour], sum.not_filled[hour]) = (energy(0.0), energy(0.0)));
        assert_eq!(dark(&sum), [(100, 3)]);
    }
}
