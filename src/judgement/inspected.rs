//! What inspections say of usage points and nodes, entered into their odds.
//!
//! *Found*: at least 0.99, the rest being mistakes of reports; where its load has been gone since,
//! nothing runs there any more, and it leaves the list. *A lawful cause*: at most the share
//! of licensed premises that hide a second farm. *Nothing*: the log of what inspections miss, a
//! visit. A visit whose load has grown since says nothing and is told (`metered::visits`). At a
//! node a load that began after the visit is what has grown. Source: Bayes' rule; what is missed is
//! a setting.

use std::collections::BTreeMap;

use crate::digest::DigestError;
use crate::domain::{CivilDay, Fact, Inspection, NodeId, Outcome, Step, logit};
use crate::findings::{Pattern, SuspectRow};
use crate::metered::{Heard, Metered, Visits};
use crate::unmetered::{Balanced, since};

use super::ranked::{Ranked, pattern};
use super::said::{self, usual};

/// Probability of a farm where an inspection found one.
const FOUND: f64 = 0.99;
/// Probability that a farm runs where one was found and its load is gone.
const ENDED: f64 = 0.05;
/// Share of places with a lawful cause that hide a farm as well.
const BESIDE_LAWFUL: f64 = 1e-3;

/// A visit beside what was said of its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatedVisit {
    /// Log-odds that were stated before it, or would have been.
    pub(crate) stated: f64,
    /// Log-odds that the readings alone gave before it, or give now.
    pub(crate) own: f64,
    /// What was found.
    pub(crate) outcome: Outcome,
    /// Tariff class of a usage point, kind of a node.
    pub(crate) class: String,
    /// How the load runs.
    pub(crate) pattern: Option<Pattern>,
    /// Its power, kW.
    pub(crate) kw: Option<f64>,
}

/// Enters what visits say of usage points.
pub(crate) fn enter(ranked: &mut [Ranked], metered: &Metered) -> Result<(), DigestError> {
    let visits = metered.bench.visits;
    for ranked in ranked.iter_mut().filter(|ranked| !visits.to_point(&ranked.point.usage_point).is_empty()) {
        let id = &ranked.point.usage_point;
        let heard = metered.look_at(ranked.point, |subject| visits.heard(id, subject.profile))?;
        let own = ranked.ledger.log_odds();
        match &heard {
            Some(Heard::Found(_)) => ranked.ledger.overrule(Step::Inspection, own.max(logit(FOUND))),
            Some(Heard::Lawful(_)) => ranked.ledger.overrule(Step::Inspection, own.min(logit(BESIDE_LAWFUL))),
            Some(Heard::Nothing(_, visited)) => {
                ranked.ledger.enter(Step::Inspection, visits.log_odds_of_nothing(*visited));
            }
            Some(Heard::Ended(..)) => ranked.ledger.overrule(Step::Inspection, own.min(logit(ENDED))),
            Some(Heard::Grown(..)) | None => {}
        }
        ranked.heard = heard;
    }
    Ok(())
}

/// Every visit to a usage point whose load was read about its day, beside what its own readings
/// say.
pub(crate) fn stated(ranked: &[Ranked], metered: &Metered) -> Result<Vec<StatedVisit>, DigestError> {
    let visits = metered.bench.visits;
    let (mut stated, now) = (Vec::new(), metered.period().map(|(_, last)| last));
    for ranked in ranked {
        let id = &ranked.point.usage_point;
        let to_point = visits.to_point(id);
        if to_point.is_empty() {
            continue;
        }
        let read = metered.look_at(ranked.point, |subject| {
            to_point.iter().map(|visit| Visits::was_read(subject.profile, visit.day)).collect::<Vec<_>>()
        })?;
        stated.extend(to_point.iter().zip(read).filter(|(_, read)| *read).map(|(visit, _)| StatedVisit {
            stated: visits.said_before(id, visit.day, now).map_or(ranked.stated, |said| logit(said.probability)),
            // What was found is switched off, so the odds of its readings are those of the time.
            own: visits.said_before(id, visit.day, now).and_then(|said| said.own).unwrap_or(ranked.stated),
            outcome: visit.outcome,
            class: ranked.point.measured.tariff_class.to_string(),
            pattern: ranked.load.map(|load| pattern(load.pattern)),
            kw: ranked.load.map(|load| load.kw),
        }));
    }
    Ok(stated)
}

/// What a visit found, in words.
pub(crate) fn told(heard: &Heard, visits: &Visits) -> Fact {
    match heard {
        Heard::Found(visit) => found(visit),
        Heard::Ended(visit, before, now) => said::visit_ended(visit.day, visit.outcome.as_str(), *before, *now),
        Heard::Lawful(visit) => lawful(visit),
        Heard::Nothing(visit, count) => {
            said::visit_nothing(visit.day, *count, usual(visits.log_odds_of_nothing(*count)))
        }
        Heard::Grown(visit, before, _) if before.is_nan() => said::visit_long_ago(visit.day, visit.outcome.as_str()),
        Heard::Grown(visit, before, now) => said::visit_grown(visit.day, visit.outcome.as_str(), *before, *now),
    }
}

/// Adds it to a line: a farm found speaks for, a cause or nothing against; what no longer holds
/// stands with what speaks for, since the load has grown.
pub(crate) fn tell(row: &mut SuspectRow, heard: &Heard, visits: &Visits) {
    let fact = told(heard, visits);
    row.visited = last_visit(heard);
    match heard {
        Heard::Found(_) | Heard::Grown(..) | Heard::Ended(..) => row.evidence_for.insert(0, fact),
        Heard::Lawful(_) | Heard::Nothing(..) => row.evidence_against.insert(0, fact),
    }
}

/// The visit that still speaks of a place.
fn last_visit(heard: &Heard) -> Option<(CivilDay, Outcome)> {
    match heard {
        Heard::Found(visit) | Heard::Ended(visit, ..) | Heard::Lawful(visit) | Heard::Nothing(visit, _) => {
            Some((visit.day, visit.outcome))
        }
        Heard::Grown(..) => None,
    }
}

fn found(visit: &Inspection) -> Fact {
    visit.kw.map_or_else(
        || said::visit_found(visit.day, visit.outcome.as_str()),
        |kw| said::visit_found_kw(visit.day, visit.outcome.as_str(), kw),
    )
}

fn lawful(visit: &Inspection) -> Fact {
    let cause = visit.cause.as_ref().or(visit.note.as_ref());
    cause.map_or_else(|| said::visit_lawful(visit.day), |cause| said::visit_lawful_by(visit.day, cause))
}

/// What visits say of nodes, and the visit that still speaks of each.
pub(crate) type ToldAtNodes = BTreeMap<NodeId, (Fact, Option<(CivilDay, Outcome)>)>;

/// Enters what visits say of nodes, and tells it: facts by node, and every visit beside what
/// was stated.
pub(crate) fn enter_at_nodes(balanced: &mut [Balanced], visits: &Visits) -> (ToldAtNodes, Vec<StatedVisit>) {
    let (mut told, mut stated) = (BTreeMap::new(), Vec::new());
    for balanced in balanced {
        let list = visits.to_node(&balanced.node.node);
        let Some(last) = list.last() else { continue };
        let began = balanced.odds.zip(balanced.found.as_ref()).and_then(|(odds, found)| since(&odds, found));
        let Some(odds) = &mut balanced.odds else { continue };
        let is_later = |day: CivilDay| began.is_some_and(|began| began > day);
        let own = odds.log_odds;
        stated.extend(list.iter().filter(|visit| !is_later(visit.day)).map(|visit| StatedVisit {
            stated:
                (visits.said_before(&balanced.node.node, visit.day, None)).map_or(own, |said| logit(said.probability)),
            own,
            outcome: visit.outcome,
            class: balanced.node.kind.as_str().to_owned(),
            pattern: None,
            kw: Some(odds.kw),
        }));
        let fact = match last.outcome {
            _ if is_later(last.day) => said::visit_grown(last.day, last.outcome.as_str(), 0.0, odds.kw.max(0.0)),
            Outcome::Farm | Outcome::Theft => {
                odds.log_odds = own.max(logit(FOUND));
                found(last)
            }
            Outcome::OtherCause => {
                odds.log_odds = own.min(logit(BESIDE_LAWFUL));
                lawful(last)
            }
            Outcome::Nothing | Outcome::NoAccess => {
                let entry = visits.settings.missed_at_node.ln();
                odds.log_odds += entry;
                said::visit_nothing(last.day, 1_usize, usual(entry))
            }
        };
        let holds = (!is_later(last.day)).then_some((last.day, last.outcome));
        told.insert(balanced.node.node.clone(), (fact, holds));
    }
    (told, stated)
}
