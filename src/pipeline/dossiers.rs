//! What the page draws beside the lines: pictures of listed loads, their peers, coordinates, temperatures.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Customer, Grid, UsagePointId};
use crate::findings::{DayTemperature, Dossier, Findings, LoadPicture, NodeRow, SuspectRow};

use super::Run;
use super::metered::Metered;

/// Listed usage points that are drawn, at most.
pub(super) const MOST_DRAWN: usize = 5000;
/// Letters that all carpets of a page may take: with them a page stays below 30 MB.
const CARPET_LETTERS: usize = 14_000_000;

/// One dossier for each of the first suspects. Carpets are given to the first for whom there is room; the others keep their days.
fn of_suspects(
    suspects: &[SuspectRow],
    mut pictures: BTreeMap<UsagePointId, LoadPicture>,
    metered: &Metered,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Dossier> {
    let mut room = CARPET_LETTERS;
    let dossier = |row: &SuspectRow| {
        let mut picture = pictures.remove(&row.usage_point);
        if let Some(picture) = &mut picture {
            if picture.hours.len() > room {
                picture.hours = Vec::new();
            }
            room -= picture.hours.len();
        }
        let customer = customers.get(&row.usage_point);
        let peers = metered.bench.peers_of(&row.usage_point);
        Dossier {
            picture,
            peers: peers.map(|peers| peers.members as u64),
            peers_mean_kw: peers.and_then(|peers| peers.ln_mean_kw).map(f64::exp),
            peers_floor_kw: peers.and_then(|peers| peers.ln_floor_kw).map(f64::exp),
            contracted_kw: customer.and_then(|customer| customer.contracted_kw),
            place: customer.and_then(place),
        }
    };
    suspects.iter().take(MOST_DRAWN).map(dossier).collect()
}

fn place(customer: &Customer) -> Option<(f64, f64)> {
    let (lat, lon) = (customer.lat?, customer.lon?);
    ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some((lat, lon))
}

/// A node lies at the mean of the usage points under it whose coordinates are known.
fn of_nodes(nodes: &[NodeRow], grid: &Grid, customers: &BTreeMap<UsagePointId, Customer>) -> BTreeMap<UsagePointId, (f64, f64)> {
    let amid = |row: &NodeRow| {
        let under = grid.usage_points_under(&row.node);
        let places: Vec<(f64, f64)> = under.iter().filter_map(|id| customers.get(id).and_then(place)).collect();
        let mean = |pick: fn(&(f64, f64)) -> f64| places.iter().map(pick).sum::<f64>() / places.len() as f64;
        (!places.is_empty()).then(|| (row.node.clone(), (mean(|place| place.0), mean(|place| place.1))))
    };
    nodes.iter().filter_map(amid).collect()
}

impl Run<'_> {
    /// Findings with all that the page draws beside them.
    pub(super) fn drawn(
        &self,
        findings: Findings,
        pictures: BTreeMap<UsagePointId, LoadPicture>,
        metered: &Metered,
        period: Option<(CivilDay, CivilDay)>,
    ) -> Findings {
        let customers = &self.tables.customers;
        Findings {
            dossiers: of_suspects(&findings.suspects, pictures, metered, customers),
            node_places: of_nodes(&findings.nodes, &self.tables.grid, customers),
            temperatures: self.temperatures(period),
            ..findings
        }
    }

    /// Temperatures of the days of the run.
    fn temperatures(&self, period: Option<(CivilDay, CivilDay)>) -> Vec<DayTemperature> {
        let Some((from, to)) = period else { return Vec::new() };
        let on = |day: i32| {
            let day = CivilDay(day);
            DayTemperature { day, celsius: f64::from(self.tables.weather.day_mean_c(&self.plan.calendar, day)) }
        };
        (from.0..=to.0).map(on).filter(|day| day.celsius.is_finite()).collect()
    }
}
