//! From what a run found to the page of its month.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::DigestError;
use crate::domain::{Inspection, Visited};
use crate::findings::{CaseRow, ClearedRow, Findings, NodeRow};
use crate::judgement::cleared::ENDED_LOAD;

use super::book::Book;
use super::elsewhere::other_ends;
use super::said;
use super::surroundings::Surroundings;
use super::trends::trends;
use super::turn_page::{Moved, Seen, open_other_ends, turn_page};

/// Nodes from this probability on are cases.
const LIKELY: f64 = 0.5;

/// Turns the page of the book: cases of this month into `findings`, with what stands beside them.
pub(crate) fn turn(book: &mut Book, findings: &mut Findings, around: &Surroundings) -> Result<(), DigestError> {
    let Some((_, last_day)) = around.metered.period() else { return Ok(()) };
    let visits = book.inspections();
    let last_visits = last_visits(&visits);
    let seen = seen(book, findings, around, &last_visits)?;
    let known = |level: &'static str, id: &str| around.known(level, id, &last_visits);
    let mut moved = turn_page(book, &seen, &known, last_day);
    let ends = other_ends(book, &findings.scores, around, &known, last_day)?;
    moved.extend(open_other_ends(book, ends, last_day));
    for case in &mut book.cases {
        case.notes = around.complaints_of(case);
    }
    tell_moves(book, findings, &moved);
    findings.cases = book.cases.clone();
    findings.cases.sort_by_key(|case| case.status);
    findings.trends = trends(&book.cases, &|case| around.whereabouts(case));
    Ok(())
}

/// The last visit by level and id of the place.
type LastVisits<'a> = BTreeMap<(&'static str, &'a str), &'a Inspection>;

/// Listed places, and every place of the book as it is now.
fn seen(
    book: &Book,
    findings: &Findings,
    around: &Surroundings,
    last_visits: &LastVisits,
) -> Result<Vec<Seen>, DigestError> {
    let cleared: BTreeMap<&str, &ClearedRow> = findings.cleared.iter().map(|row| (&*row.usage_point, row)).collect();
    let listed: BTreeSet<&str> = findings.suspects.iter().map(|row| &*row.usage_point).collect();
    let mut seen = Vec::new();
    for row in &findings.suspects {
        seen.push(Seen {
            level: "usage_point",
            id: row.usage_point.to_string(),
            probability: row.probability,
            own: findings.score(&row.usage_point).and_then(|score| findings.own_log_odds(score)),
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
        let Some(score) = findings.score(&case.id) else { continue };
        let cleared = cleared.get(case.id.as_str());
        let visit = last_visits.get(&("usage_point", case.id.as_str())).filter(|visit| visit.outcome.is_found());
        // What an inspection found and is gone has ended with it.
        let ended = visit.filter(|_| cleared.is_some_and(|row| row.look_alike.as_deref() == Some(ENDED_LOAD)));
        seen.push(Seen {
            level: "usage_point",
            id: case.id.clone(),
            probability: score.probability,
            own: findings.own_log_odds(score),
            kw: score.hidden_kw,
            since: score.since,
            until: ended.map(|visit| visit.day).or(score.until),
            listed: false,
            cleared: cleared.is_some(),
            top_kw: around.top_kw(&case.id)?,
        });
    }
    let is_in_book = |row: &NodeRow| book.cases.iter().any(|case| case.level == "node" && case.id == *row.node);
    let is_likely = |row: &NodeRow| row.pattern.is_some() && row.probability.is_some_and(|p| p >= LIKELY);
    seen.extend(findings.nodes.iter().filter(|row| is_likely(row) || is_in_book(row)).map(|row| Seen {
        level: "node",
        id: row.node.to_string(),
        probability: row.probability,
        own: None,
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
fn last_visits(inspections: &[Inspection]) -> LastVisits<'_> {
    let mut last = LastVisits::new();
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
