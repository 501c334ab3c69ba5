//! From what a run found to the page of its month.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::DigestError;
use crate::domain::{Complaint, ComplaintOf, Customer, Fact, Grid, Inspection, NodeKind, UsagePointId, Visited};
use crate::findings::{CaseRow, Findings, NodeRow};
use crate::metered::Metered;
use crate::population::Buildings;

use super::book::Book;
use super::said;
use super::turn_page::{Known, Moved, Seen, turn_page};

/// Nodes from this probability on are cases.
const LIKELY: f64 = 0.5;
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

/// Turns the page of the book: cases of this month into `findings`, with what stands beside them.
pub(crate) fn turn(book: &mut Book, findings: &mut Findings, around: &Surroundings) -> Result<(), DigestError> {
    let Some((_, last_day)) = around.metered.period() else { return Ok(()) };
    let seen = seen(book, findings, around)?;
    let visits = book.visits.clone();
    let last_visits = last_visits(&visits);
    let moved = turn_page(book, &seen, &|level, id| around.known(level, id, &last_visits), last_day);
    for case in &mut book.cases {
        case.notes = around.complaints_of(case);
    }
    tell_moves(book, findings, &moved);
    findings.cases = book.cases.clone();
    findings.cases.sort_by_key(|case| case.status);
    Ok(())
}

/// Listed places, and every place of the book as it is now.
fn seen(book: &Book, findings: &Findings, around: &Surroundings) -> Result<Vec<Seen>, DigestError> {
    let cleared: BTreeSet<&str> = findings.cleared.iter().map(|row| &*row.usage_point).collect();
    let listed: BTreeSet<&str> = findings.suspects.iter().map(|row| &*row.usage_point).collect();
    let mut seen = Vec::new();
    for row in &findings.suspects {
        seen.push(Seen {
            level: "usage_point",
            id: row.usage_point.to_string(),
            probability: row.probability,
            kw: row.hidden_kw,
            since: row.since,
            until: row.until,
            listed: true,
            cleared: false,
            top_kw: around.top_kw(&row.usage_point)?,
        });
    }
    let of_points = book.cases.iter().filter(|case| case.level == "usage_point" && !listed.contains(case.id.as_str()));
    for case in of_points {
        let score = findings.scores.binary_search_by(|score| (*score.usage_point).cmp(case.id.as_str()));
        let Ok(score) = score.map(|place| &findings.scores[place]) else { continue };
        seen.push(Seen {
            level: "usage_point",
            id: case.id.clone(),
            probability: score.probability,
            kw: score.hidden_kw,
            since: score.since,
            until: score.until,
            listed: false,
            cleared: cleared.contains(case.id.as_str()),
            top_kw: around.top_kw(&case.id)?,
        });
    }
    let is_in_book = |row: &NodeRow| book.cases.iter().any(|case| case.level == "node" && case.id == *row.node);
    let is_likely = |row: &NodeRow| row.pattern.is_some() && row.probability.is_some_and(|p| p >= LIKELY);
    seen.extend(findings.nodes.iter().filter(|row| is_likely(row) || is_in_book(row)).map(|row| Seen {
        level: "node",
        id: row.node.to_string(),
        probability: row.probability,
        kw: row.unmetered_kw,
        since: row.since,
        until: None,
        listed: is_likely(row),
        cleared: false,
        top_kw: None,
    }));
    Ok(seen)
}

/// The last visit to every place that somebody went to.
fn last_visits(inspections: &[Inspection]) -> BTreeMap<(&'static str, &str), &Inspection> {
    let mut last: BTreeMap<(&'static str, &str), &Inspection> = BTreeMap::new();
    for visit in inspections {
        let place = match &visit.visited {
            Visited::UsagePoint(id) => ("usage_point", &**id),
            Visited::Node(node) => ("node", &**node),
        };
        let known = last.entry(place).or_insert(visit);
        if (visit.day, visit.row) > (known.day, known.row) {
            *known = visit;
        }
    }
    last
}

impl Surroundings<'_> {
    /// Highest hours of the last week of a usage point.
    fn top_kw(&self, id: &str) -> Result<Option<f64>, DigestError> {
        let Some(point) = self.metered.point(id).filter(|point| point.step_min <= 60) else { return Ok(None) };
        self.metered.look_at(point, |subject| {
            let days = &subject.profile.days;
            let last = days.last()?.day;
            let week = days.iter().rev().take_while(|day| day.day.0 > last.0 - WEEK);
            week.map(|day| f64::from(day.summary.top_kw)).filter(|kw| !kw.is_nan()).reduce(f64::max)
        })
    }

    fn known(&self, level: &'static str, id: &str, visits: &BTreeMap<(&'static str, &str), &Inspection>) -> Known {
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

    /// Complaints about the place of a case.
    fn complaints_of(&self, case: &CaseRow) -> Vec<Fact> {
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

/// Tells a move at both cases, and in the line of the one that is listed.
fn tell_moves(book: &mut Book, findings: &mut Findings, moved: &[Moved]) {
    for (from, to, by) in moved {
        let last_kw = |case: &CaseRow| case.history.iter().rev().find_map(|month| month.kw);
        let find = |id: &str| book.cases.iter().find(|case| case.id == *id);
        let told = find(from).zip(find(to)).and_then(|(gone, began)| {
            let at_old = said::moved_to(to, last_kw(began)?, began.since?, by);
            Some((at_old, said::moved_from(from, last_kw(gone)?, gone.gone?, by)))
        });
        let Some((at_old, at_new)) = told else { continue };
        for case in &mut book.cases {
            if case.id == *from {
                case.notes.push(at_old.clone());
            } else if case.id == *to {
                case.notes.push(at_new.clone());
            }
        }
        if let Some(row) = findings.suspects.iter_mut().find(|row| *row.usage_point == **to) {
            row.evidence_for.push(at_new.clone());
        }
    }
}
