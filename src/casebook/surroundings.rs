//! What the case book asks besides what a run found: places, owners, complaints, loads.

use std::collections::BTreeMap;

use crate::digest::{DaySummary, DigestError};
use crate::domain::{CivilDay, Complaint, ComplaintOf, Customer, Fact, Grid, Inspection, NodeKind, UsagePointId};
use crate::findings::CaseRow;
use crate::metered::Metered;
use crate::population::Buildings;

use super::said;
use super::trends::Whereabouts;
use super::turn_page::Known;

/// Days at the end of the readings whose highest hours tell whether a load runs.
const WEEK: i32 = 7;

/// What the case book asks besides what a run found.
pub(crate) struct Surroundings<'a> {
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) grid: &'a Grid,
    pub(crate) buildings: &'a Buildings,
    pub(crate) complaints: &'a [Complaint],
    pub(crate) metered: &'a Metered<'a>,
}

impl Surroundings<'_> {
    /// Highest hours of the last week of a usage point.
    pub(super) fn top_kw(&self, id: &str) -> Result<Option<f64>, DigestError> {
        let Some(point) = self.metered.point(id).filter(|point| point.step_min <= 60) else { return Ok(None) };
        self.metered.look_at(point, |subject| {
            let days = &subject.profile.days;
            let last = days.last()?.day;
            let week = days.iter().rev().take_while(|day| day.day.0 > last.0 - WEEK);
            week.map(|day| f64::from(day.summary.top_kw)).filter(|kw| !kw.is_nan()).reduce(f64::max)
        })
    }

    /// Daily means and daily floors of a usage point, kW.
    pub(super) fn levels(&self, id: &str) -> Result<[Vec<(CivilDay, f32)>; 2], DigestError> {
        let Some(point) = self.metered.point(id) else { return Ok(Default::default()) };
        self.metered.look_at(point, |subject| {
            let of = |level: fn(&DaySummary) -> f32| {
                subject.profile.days.iter().map(|day| (day.day, level(&day.summary))).collect()
            };
            [of(|day| day.mean_kw), of(|day| day.floor_kw)]
        })
    }

    /// What is known of the place of a case.
    pub(super) fn known(
        &self,
        level: &'static str,
        id: &str,
        visits: &BTreeMap<(&'static str, &str), &Inspection>,
    ) -> Known {
        let customer = self.customers.get(id).filter(|_| level == "usage_point");
        let node = if level == "node" { Some(id) } else { self.grid.feeding_node(id).map(|node| &*node.node) };
        Known {
            address: customer.and_then(|customer| customer.address.clone()),
            owner: customer.and_then(|customer| customer.owner.clone()),
            building: self.buildings.of_usage_point(id).filter(|_| level == "usage_point"),
            feeder: node
                .and_then(|node| self.grid.ancestor(node, NodeKind::Feeder))
                .map(|feeder| feeder.node.to_string()),
            visit: visits.get(&(level, id)).map(|visit| (*visit).clone()),
        }
    }

    /// The city and the feeder of a case; of a node the city of most customers below it.
    pub(super) fn whereabouts(&self, case: &CaseRow) -> Whereabouts {
        let city_of = |id: &str| self.customers.get(id).and_then(|customer| customer.city.clone());
        let is_node = case.level == "node";
        let city = if is_node {
            let mut cities: BTreeMap<String, usize> = BTreeMap::new();
            let below = self.grid.usage_points_under(&case.id);
            below.iter().filter_map(|id| city_of(id)).for_each(|city| *cities.entry(city).or_default() += 1);
            cities.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).map(|(city, _)| city)
        } else {
            city_of(&case.id)
        };
        let node = if is_node { Some(&*case.id) } else { self.grid.feeding_node(&case.id).map(|node| &*node.node) };
        let feeder = node.and_then(|node| self.grid.ancestor(node, NodeKind::Feeder));
        (city, feeder.map(|feeder| feeder.node.to_string()))
    }

    /// Complaints about the place of a case.
    pub(super) fn complaints_of(&self, case: &CaseRow) -> Vec<Fact> {
        let building = self.buildings.of_usage_point(&case.id);
        let is_about = |complaint: &&Complaint| match &complaint.of {
            ComplaintOf::UsagePoint(id) => **id == case.id,
            ComplaintOf::Address(address) => {
                case.level == "usage_point"
                    && (case.address.as_deref() == Some(address)
                        || building.is_some_and(|own| self.buildings.at(address, None).contains(&own)))
            }
        };
        let told = |complaint: &Complaint| {
            let kind = complaint.kind.as_str();
            complaint.note.as_ref().map_or_else(
                || said::complaint(complaint.day, kind),
                |note| said::complaint_of(complaint.day, kind, note),
            )
        };
        self.complaints.iter().filter(is_about).map(told).collect()
    }
}
