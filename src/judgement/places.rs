//! Where the load behind a node's finding hangs, by volts: its phase, its line, and the places that
//! hold it nine times in ten.
//!
//! Asked of transformers with a finding whose balance meter reports the volts of three phases. What
//! is told is never a suspect: it stands on the node's line, with what settles it. Where the places
//! are half of the street, or many, none is named.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::{
    CivilDay, Fact, Fault, FaultKind, Grid, NodeId, NodeKind, Timestamp, UsagePointId, median, quantile,
};
use crate::findings::{NodeRow, PhaseRow};
use crate::judgement::said;
use crate::series::{LoadSeries, hourly_kw};
use crate::unmetered::{Balanced, TapHours};
use crate::volts::{
    At, BadContact, Contact, Linked, Place, Places, Site, SiteCustomer, Slots, VoltStore, contacts, places,
};

/// Seconds and hours.
const HOUR_S: i64 = 3600;
const DAY: usize = 24;
/// Days on either side whose like hour tells what a load in a window does in one.
const DAYS_BESIDE: usize = 3;
/// Most places that are named, and share of the customers above which none is: beyond, the answer
/// is the street.
const MOST_NAMED: usize = 12;
const WHOLE_STREET: f64 = 0.4;

/// What a place is told with: the site and what was found.
struct Told<'a> {
    site: &'a Site,
    found: Places,
}

/// Volts as they were read, what they say of links, and the grid put right by it.
#[derive(Clone, Copy)]
pub(crate) struct VoltsRead<'a> {
    pub(crate) store: &'a VoltStore,
    pub(crate) linked: &'a Linked,
    pub(crate) grid: &'a Grid,
}

/// Columns of `nodes.csv` that volts fill, by node, and wiring that fails below these nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodePlaces {
    by_node: BTreeMap<NodeId, PlacesTold>,
    faults: Vec<Fault>,
}

/// What the line of one node gains.
#[derive(Debug, Clone, Default)]
struct PlacesTold {
    phase: Option<String>,
    line: Vec<UsagePointId>,
    shortlist: Vec<Fact>,
    remarks: Vec<Fact>,
}

/// Gives the series of usage points.
type ReadAgain<'a, E> = dyn Fn(&BTreeSet<UsagePointId>) -> Result<BTreeMap<UsagePointId, LoadSeries>, E> + 'a;

impl NodePlaces {
    /// Looks for the places of all findings; `read_again` gives the series of usage points, `day`
    /// the local day of an instant.
    ///
    /// # Errors
    /// When usage points cannot be read again.
    pub(crate) fn of<E>(
        balanced: &[Balanced],
        volts: VoltsRead,
        read_again: &ReadAgain<E>,
        day: &(dyn Fn(Timestamp) -> CivilDay + Sync),
    ) -> Result<Self, E> {
        let is_asked = |balanced: &&Balanced| {
            let has_finding = balanced.odds.is_some_and(|odds| odds.log_odds > 0.0);
            has_finding && balanced.node.kind == NodeKind::Transformer && balanced.residual.is_hourly()
        };
        let has_volts = |balanced: &&Balanced| {
            balanced.node.balance_meter.as_ref().is_some_and(|meter| volts.store.meter(meter).is_some())
        };
        let asked: Vec<&Balanced> = balanced.iter().filter(is_asked).filter(has_volts).collect();
        if asked.is_empty() {
            return Ok(Self::default());
        }
        let members = |balanced: &Balanced| volts.grid.usage_points_at(&balanced.node.node).to_vec();
        let wanted: BTreeSet<UsagePointId> = asked.iter().flat_map(|balanced| members(balanced)).collect();
        let series = read_again(&wanted)?;
        let of_node = |balanced: &&Balanced| {
            let (site, start) = site(balanced, &members(balanced), volts, &series)?;
            let node = balanced.node.node.clone();
            let faults: Vec<Fault> = contacts(&site).iter().map(|bad| fault(bad, &site, &node, start, day)).collect();
            let told = places(&site).map(|found| Told { site: &site, found }.facts());
            Some((node, told, faults))
        };
        let all: Vec<_> = asked.par_iter().filter_map(of_node).collect();
        let mut found = Self::default();
        for (node, told, faults) in all {
            found.by_node.extend(told.map(|told| (node, told)));
            found.faults.extend(faults);
        }
        Ok(found)
    }

    /// Fills in the lines of nodes, and adds faults to those of the balance.
    pub(crate) fn tell(self, nodes: &mut [NodeRow], faults: &mut Vec<Fault>) {
        faults.extend(self.faults);
        for row in nodes {
            let Some(told) = self.by_node.get(&row.node) else { continue };
            row.phase.clone_from(&told.phase);
            row.line.clone_from(&told.line);
            if !told.shortlist.is_empty() {
                row.remarks.retain(|remark| *remark != said::nobody());
            }
            row.shortlist.extend(told.shortlist.iter().cloned());
            row.remarks.extend(told.remarks.iter().cloned());
        }
    }
}

impl Told<'_> {
    fn facts(&self) -> PlacesTold {
        let Places { ranked, set, among, phases, line, .. } = &self.found;
        let digits =
            |phases: &[usize]| phases.iter().map(|phase| (phase + 1).to_string()).collect::<Vec<_>>().join(" ");
        let told_phase = phases.as_deref().map(digits);
        let is_street = *set > MOST_NAMED || *set as f64 > WHOLE_STREET * *among as f64;
        let place = |place: &Place| {
            let (id, share) = (&self.site.customers[place.customer].id, 100.0 * place.share);
            match place.at {
                At::Premises => said::place_premises(id, share, digits(&place.phases)),
                At::Pole => said::place_pole(id, share, digits(&place.phases)),
            }
        };
        let shortlist: Vec<Fact> = if is_street { Vec::new() } else { ranked.iter().take(*set).map(place).collect() };
        let settles = match &told_phase {
            _ if is_street => said::places_many(*set, *among),
            Some(phase) => said::places_clamp(*set, *among, phase.clone()),
            None => said::places_clamp_any(*set, *among),
        };
        let without = self.site.customers.iter().filter(|customer| customer.volts.is_empty()).count();
        let missing = (without > 0).then(|| said::places_without_volts(without, *among));
        PlacesTold {
            phase: told_phase,
            line: line.iter().map(|&customer| self.site.customers[customer].id.clone()).collect(),
            shortlist,
            remarks: std::iter::once(settles).chain(missing).collect(),
        }
    }
}

/// A line of `faults.csv` of a bad contact.
fn fault(
    bad: &BadContact,
    site: &Site,
    node: &NodeId,
    start: i64,
    day: &(dyn Fn(Timestamp) -> CivilDay + Sync),
) -> Fault {
    let from = day(Timestamp((start + bad.from as i64) * HOUR_S));
    let detail = match bad.contact {
        Contact::Loose { volts_per_kw } => said::contact_loose(from, node, volts_per_kw),
        Contact::Neutral { volts } => said::contact_neutral(from, node, volts),
    };
    let usage_point = site.customers[bad.customer].id.clone();
    Fault { usage_point, kind: FaultKind::Contact, from: Some(from), to: None, share: None, detail }
}

/// A node's customers, busbar and hidden load on one axis of hours, and its first hour since 1970.
fn site(
    balanced: &Balanced,
    members: &[UsagePointId],
    volts: VoltsRead,
    series: &BTreeMap<UsagePointId, LoadSeries>,
) -> Option<(Site, i64)> {
    let found = balanced.found.as_ref()?;
    let busbar = volts.store.meter(balanced.node.balance_meter.as_ref()?)?;
    let first = balanced.residual.at.first()?.0.div_euclid(HOUR_S);
    let last = balanced.residual.at.last()?.0.div_euclid(HOUR_S);
    let hours = usize::try_from(last - first + 1).ok()?;
    let on_axis = |slots: &Slots| (first..=last).map(|hour| slots.volt(hour)).collect::<Vec<f32>>();
    let mut beside = vec![f32::NAN; hours];
    for (at, kw) in balanced.residual.at.iter().zip(&found.beside_kw) {
        beside[(at.0.div_euclid(HOUR_S) - first) as usize] = *kw as f32;
    }
    let has_window = found.parts.iter().any(|part| part.pattern != TapHours::Constant);
    let customer = |id: &UsagePointId| -> Option<SiteCustomer> {
        let load = series.get(id)?;
        let own = |row: &&PhaseRow| row.usage_point == *id && row.node_found.as_ref() == Some(&balanced.node.node);
        let rows = volts.linked.phases.partition_point(|row| row.usage_point < *id);
        let rows = volts.linked.phases[rows..].iter().take_while(|row| row.usage_point == *id).filter(own);
        let of_row = |row: &PhaseRow| {
            let slots = &volts.store.meter(id)?.phases[usize::from(row.meter_phase) - 1];
            Some((usize::from(row.phase?) - 1, on_axis(slots)))
        };
        let kw = hourly_kw(load, Timestamp(first * HOUR_S), hours);
        Some(SiteCustomer { id: id.clone(), kw, volts: rows.filter_map(of_row).collect() })
    };
    let customers: Vec<SiteCustomer> = members.iter().filter_map(customer).collect();
    let site = Site {
        busbar: [0, 1, 2].map(|phase| on_axis(&busbar.phases[phase])),
        hidden_kw: if has_window { window(&beside) } else { steady(&beside) },
        customers,
    };
    Some((site, first))
}

/// A load that runs day and night: the median of a day around each hour.
fn steady(kw: &[f32]) -> Vec<f32> {
    smoothed(kw, |at| (at.saturating_sub(DAY / 2)..(at + DAY / 2).min(kw.len())).collect())
}

/// A load that may run in a window: the median of the same hour on days around, not below what
/// always runs.
fn window(kw: &[f32]) -> Vec<f32> {
    let days = |at: usize| {
        let first = at.saturating_sub(DAYS_BESIDE * DAY);
        let first = first + (at - first) % DAY;
        (first..kw.len().min(at + DAYS_BESIDE * DAY + 1)).step_by(DAY).collect()
    };
    let all = smoothed(kw, days);
    let known: Vec<f64> = all.iter().filter(|kw| !kw.is_nan()).map(|kw| f64::from(*kw)).collect();
    let least = if known.is_empty() { 0.0 } else { quantile(&known, 0.05) } as f32;
    all.into_iter().map(|kw| if kw.is_nan() { kw } else { kw.max(least) }).collect()
}

/// The median of the known values at the places that `around` names; NaN where the hour itself is
/// not known.
fn smoothed(kw: &[f32], around: impl Fn(usize) -> Vec<usize>) -> Vec<f32> {
    let of = |at: usize| {
        let values: Vec<f64> =
            around(at).into_iter().map(|at| kw[at]).filter(|kw| !kw.is_nan()).map(f64::from).collect();
        if kw[at].is_nan() || values.is_empty() { f32::NAN } else { median(&values) as f32 }
    };
    (0..kw.len()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_load_keeps_its_edge_and_a_window_its_hours() {
        let noise = |at: usize| ((at * 7919) % 13) as f32 / 20.0 - 0.3;
        let step: Vec<f32> = (0..480).map(|at| if at >= 240 { 6.0 } else { 0.0 } + noise(at)).collect();
        let smooth = steady(&step);
        assert!((smooth[230].abs() < 0.3) && (smooth[250] - 6.0).abs() < 0.3, "{} {}", smooth[230], smooth[250]);
        let night: Vec<f32> = (0..480).map(|at| if at % 24 < 7 { 4.0 } else { 0.0 } + noise(at)).collect();
        let smooth = window(&night);
        assert!((smooth[242] - 4.0).abs() < 0.4 && smooth[252].abs() < 0.4, "{} {}", smooth[242], smooth[252]);
    }
}
