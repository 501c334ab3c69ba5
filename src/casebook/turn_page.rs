//! A new month in the case book.
//!
//! A case is a listed usage point, or a node that likely misses load. It is *grown* or *shrunk*
//! where its power differs from the last month's by a quarter and half a kW; *stopped* where the
//! load ended before the last days of the readings, or where even the highest hours of the last
//! week stay below half of it; *cleared* where something lawful or an inspection explains it, or
//! its probability fell below a tenth; *returned* where it was over and is listed again; *moved* by
//! `moves`. What is neither listed nor over goes on.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CivilDay, Inspection};
use crate::findings::{CaseMonth, CaseRow, CaseStatus};

use super::book::Book;
use super::moves::{self, Mover};

/// What power must change by for a case to have grown or shrunk: a factor and kW.
const CHANGE: f64 = 1.25;
const CHANGE_KW: f64 = 0.5;
/// Days at the end of the readings in which a load that runs must be seen.
const LAST_DAYS: i32 = 3;
/// The highest hours of the last week stay below this share of a load that is gone.
const GONE: f64 = 0.5;
/// A case below this probability is cleared.
const UNLIKELY: f64 = 0.1;
/// Months for which one that stopped may have moved.
const MOVES_FOR: i32 = 75;
/// Months for which one that is new may have come from elsewhere.
const BEGAN_FOR: usize = 2;

/// A place as a run sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// `usage_point` or `node`.
    pub(crate) level: &'static str,
    /// The usage point or node.
    pub(crate) id: String,
    pub(crate) probability: Option<f64>,
    /// Log-odds without anything that inspections say.
    pub(crate) own: Option<f64>,
    pub(crate) kw: Option<f64>,
    pub(crate) since: Option<CivilDay>,
    /// Last day of the load; `None` = it runs.
    pub(crate) until: Option<CivilDay>,
    /// It is listed.
    pub(crate) listed: bool,
    /// Something explains it.
    pub(crate) cleared: bool,
    /// Highest hours of the last week, kW; `None` where they are not known.
    pub(crate) top_kw: Option<f64>,
}

impl Seen {
    fn month(&self, month: &str, status: CaseStatus) -> CaseMonth {
        CaseMonth { month: month.to_owned(), status, probability: self.probability, kw: self.kw, own: self.own }
    }
}

/// What is known of the place of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) address: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) building: Option<u32>,
    pub(crate) feeder: Option<String>,
    /// Last inspection.
    pub(crate) visit: Option<Inspection>,
}

/// Two cases of which one load moved from the first to the second, and by what they are linked.
pub(crate) type Moved = (String, String, &'static str);

/// Enters a month into the book: `seen` are the listed places, best first, and every place that the
/// book knows as it is now. Returns what moved.
pub(crate) fn turn_page(
    book: &mut Book,
    seen: &[Seen],
    known: &dyn Fn(&'static str, &str) -> Known,
    last_day: CivilDay,
) -> Vec<Moved> {
    let month = month_of(last_day);
    let by_id: BTreeMap<(&str, &str), &Seen> = seen.iter().map(|seen| ((seen.level, &*seen.id), seen)).collect();
    for case in &mut book.cases {
        // A month that is scanned again is judged anew; where a result is repeated, later ones are
        // there.
        case.history.retain(|entry| entry.month < month);
        case.status = case.last().map_or(case.status, |last| last.status);
        if case.moved_month.as_ref().is_some_and(|told| *told >= month) {
            (case.moved_from, case.moved_to, case.moved_month) = (None, None, None);
        }
        let now = by_id.get(&(case.level, case.id.as_str())).copied();
        if !case.history.is_empty() {
            enter(case, now, &month, last_day);
        }
    }
    book.cases.retain(|case| !case.history.is_empty());
    let kept: BTreeSet<String> = book.cases.iter().map(|case| case.id.clone()).collect();
    for case in &mut book.cases {
        case.moved_to.take_if(|to| !kept.contains(to));
        case.moved_from.take_if(|from| !kept.contains(from));
    }
    let mut number = book.next_number();
    for seen in seen.iter().filter(|seen| seen.listed) {
        if book.cases.iter().any(|case| case.level == seen.level && case.id == seen.id) {
            continue;
        }
        book.cases.push(opened(format!("C{number:05}"), seen, &month, last_day));
        number += 1;
    }
    for case in &mut book.cases {
        let Known { address, visit, .. } = known(case.level, &case.id);
        case.address = address.or_else(|| case.address.take());
        if let Some(visit) = visit {
            (case.inspected, case.outcome) = (Some(visit.day), Some(visit.outcome));
        }
    }
    find_moves(book, known, last_day)
}

/// `2025-03`.
fn month_of(day: CivilDay) -> String {
    let date = day.date();
    format!("{:04}-{:02}", date.year(), date.month())
}

fn opened(number: String, seen: &Seen, month: &str, last_day: CivilDay) -> CaseRow {
    let gone = ended(seen, seen.kw, last_day);
    let status = if gone.is_some() { CaseStatus::Stopped } else { CaseStatus::New };
    CaseRow {
        case: number,
        level: seen.level,
        id: seen.id.clone(),
        address: None,
        status,
        since: seen.since,
        gone,
        moved_from: None,
        moved_to: None,
        moved_month: None,
        inspected: None,
        outcome: None,
        notes: Vec::new(),
        history: vec![seen.month(month, status)],
    }
}

/// The day on which a load was gone; `None` while it runs.
fn ended(seen: &Seen, kw: Option<f64>, last_day: CivilDay) -> Option<CivilDay> {
    let until = seen.until.filter(|until| until.0 + LAST_DAYS < last_day.0).map(|until| CivilDay(until.0 + 1));
    let is_low = seen.top_kw.zip(kw).is_some_and(|(top, kw)| top < GONE * kw);
    until.or_else(|| is_low.then(|| CivilDay(last_day.0 - 6)))
}

/// Enters a month into a case of the book.
fn enter(case: &mut CaseRow, now: Option<&Seen>, month: &str, last_day: CivilDay) {
    let before = case.history.last().cloned();
    let kw_before = before.as_ref().and_then(|before| before.kw);
    let Some(now) = now else {
        // Nothing of it was read: it is what it was.
        if let Some(before) = before {
            case.history.push(CaseMonth { month: month.to_owned(), ..before });
        }
        return;
    };
    let gone = ended(now, now.kw.or(kw_before), last_day);
    let was_over = case.status.is_over();
    // What is known to have gone elsewhere is gone, however unlikely it now looks.
    let has_left = case.status == CaseStatus::Stopped && case.moved_to.is_some() && !now.listed;
    let likely = now.probability.is_none_or(|probability| probability >= UNLIKELY);
    let status = match () {
        () if gone.is_some() || has_left => CaseStatus::Stopped,
        () if now.cleared || (!now.listed && !likely) => CaseStatus::Cleared,
        () if was_over && now.listed => CaseStatus::Returned,
        () if was_over => case.status,
        () => changed(kw_before, now.kw),
    };
    (case.status, case.gone) = (status, if status.is_over() { gone.or(case.gone) } else { None });
    if now.listed {
        case.since = now.since;
    }
    case.history.push(now.month(month, status));
}

fn changed(before: Option<f64>, now: Option<f64>) -> CaseStatus {
    let Some((before, now)) = before.zip(now) else { return CaseStatus::Continuing };
    if now > CHANGE * before && now - before > CHANGE_KW {
        CaseStatus::Grown
    } else if before > CHANGE * now && before - now > CHANGE_KW {
        CaseStatus::Shrunk
    } else {
        CaseStatus::Continuing
    }
}

/// Links cases that stopped of late to those that are new.
fn find_moves(book: &mut Book, known: &dyn Fn(&'static str, &str) -> Known, last_day: CivilDay) -> Vec<Moved> {
    let gone: Vec<&CaseRow> = book.cases.iter().filter(|case| has_gone(case, last_day)).collect();
    let began: Vec<&CaseRow> = book.cases.iter().filter(|case| has_begun(case)).collect();
    let of = |cases: &[&CaseRow]| -> Vec<Known> { cases.iter().map(|case| known(case.level, &case.id)).collect() };
    let (known_gone, known_began) = (of(&gone), of(&began));
    let gone_movers: Vec<Mover> = gone
        .iter()
        .zip(&known_gone)
        .map(|(case, known)| mover(case, known, last_kw(case), case.gone.unwrap_or(last_day)))
        .collect();
    // On a feeder many loads come and go: only what begins this month is compared with them.
    let began_mover = |(case, known): (&&'_ CaseRow, &'_ Known)| {
        let feeder = known.feeder.clone().filter(|_| case.history.len() == 1);
        (Known { feeder, ..known.clone() }, last_kw(case), case.since.unwrap_or(last_day))
    };
    let known_began: Vec<(Known, f64, CivilDay)> = began.iter().zip(&known_began).map(began_mover).collect();
    let began_movers: Vec<Mover> =
        began.iter().zip(&known_began).map(|(case, (known, kw, day))| mover(case, known, *kw, *day)).collect();
    let moved: Vec<Moved> = moves::pairs(&gone_movers, &began_movers)
        .into_iter()
        .map(|(from, to, by)| (gone[from].id.clone(), began[to].id.clone(), by))
        .collect();
    enter_moves(book, &moved, &month_of(last_day));
    moved
}

/// Names each end of a move at the other.
fn enter_moves(book: &mut Book, moved: &[Moved], month: &str) {
    for (from, to, _) in moved {
        for case in &mut book.cases {
            if case.id == *from {
                (case.moved_to, case.moved_month) = (Some(to.clone()), Some(month.to_owned()));
            } else if case.id == *to {
                (case.moved_from, case.moved_month) = (Some(from.clone()), Some(month.to_owned()));
                if let [only] = &mut case.history[..] {
                    (case.status, only.status) = (CaseStatus::Moved, CaseStatus::Moved);
                }
            }
        }
    }
}

/// Whether a case stopped of late and went nowhere yet.
pub(super) fn has_gone(case: &CaseRow, last_day: CivilDay) -> bool {
    case.status == CaseStatus::Stopped
        && case.moved_to.is_none()
        && case.gone.is_some_and(|day| last_day.0 - day.0 <= MOVES_FOR)
}

/// Whether a case began of late and came from nowhere yet: its first month may have had too few of
/// its days to tell its power.
pub(super) fn has_begun(case: &CaseRow) -> bool {
    !case.status.is_over() && case.history.len() <= BEGAN_FOR && case.since.is_some() && case.moved_from.is_none()
}

/// The other end of a move, which was no case until now.
pub(super) struct OtherEnd {
    /// The usage point as the run sees it; `until` where the load left it, `since` where it came.
    pub(super) seen: Seen,
    /// The case at the known end.
    pub(super) known: String,
    /// What links them.
    pub(super) by: &'static str,
    /// Its address.
    pub(super) address: Option<String>,
}

/// Opens cases for other ends of moves, and names each at the other.
pub(super) fn open_other_ends(book: &mut Book, ends: Vec<OtherEnd>, last_day: CivilDay) -> Vec<Moved> {
    let month = month_of(last_day);
    let mut moved = Vec::new();
    for OtherEnd { seen, known, by, address } in ends {
        let number = format!("C{:05}", book.next_number());
        moved.push(if seen.until.is_some() { (seen.id.clone(), known, by) } else { (known, seen.id.clone(), by) });
        let gone = seen.until.map(|until| CivilDay(until.0 + 1));
        let status = if gone.is_some() { CaseStatus::Stopped } else { CaseStatus::New };
        let mut case = opened(number, &seen, &month, last_day);
        (case.status, case.gone, case.address) = (status, gone, address);
        case.history.iter_mut().for_each(|entry| entry.status = status);
        book.cases.push(case);
    }
    enter_moves(book, &moved, &month);
    moved
}

pub(super) fn mover<'a>(case: &'a CaseRow, known: &'a Known, kw: f64, day: CivilDay) -> Mover<'a> {
    known.as_mover(&case.id, kw, day)
}

impl Known {
    /// A load at the place, as moves compare it.
    pub(super) fn as_mover<'a>(&'a self, id: &'a str, kw: f64, day: CivilDay) -> Mover<'a> {
        let Self { owner, building, feeder, .. } = self;
        Mover { id, kw, day, owner: owner.as_deref(), building: *building, feeder: feeder.as_deref() }
    }
}

/// The power that was last told of a case, kW; NaN without any.
pub(super) fn last_kw(case: &CaseRow) -> f64 {
    case.history.iter().rev().find_map(|entry| entry.kw).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDay {
        CivilDay::parse(text).unwrap()
    }

    fn seen(id: &str, kw: f64) -> Seen {
        Seen {
            level: "usage_point",
            id: id.to_owned(),
            probability: Some(0.95),
            own: None,
            kw: Some(kw),
            since: CivilDay::parse("2025-03-10"),
            until: None,
            listed: true,
            cleared: false,
            top_kw: Some(kw + 1.0),
        }
    }

    fn turned(months: &[(&str, Vec<Seen>)]) -> Book {
        let mut book = Book::default();
        for (last, seen) in months {
            turn_page(&mut book, seen, &|_, _| Known::default(), day(last));
        }
        book
    }

    fn statuses(book: &Book, place: usize) -> Vec<&'static str> {
        book.cases[place].history.iter().map(|month| month.status.as_str()).collect()
    }

    #[test]
    fn a_case_keeps_its_number_and_says_what_has_become_of_it() {
        let unlikely = Seen { listed: false, probability: Some(0.02), ..seen("A", 6.0) };
        let gone = Seen { until: CivilDay::parse("2025-07-10"), ..seen("A", 6.0) };
        let book = turned(&[
            ("2025-03-31", vec![seen("A", 3.0)]),
            ("2025-04-30", vec![seen("A", 3.2)]),
            ("2025-05-31", vec![seen("B", 2.0), seen("A", 6.0)]),
            ("2025-06-30", vec![unlikely, seen("B", 2.1)]),
            ("2025-07-31", vec![gone, seen("B", 1.2)]),
            ("2025-08-31", vec![seen("A", 6.0), seen("B", 1.2)]),
        ]);
        assert_eq!(statuses(&book, 0), ["new", "continuing", "grown", "cleared", "stopped", "returned"]);
        assert_eq!(statuses(&book, 1), ["new", "continuing", "shrunk", "continuing"]);
        assert_eq!((book.cases[0].case.as_str(), book.cases[1].case.as_str()), ("C00001", "C00002"));
    }

    #[test]
    fn a_month_that_is_scanned_again_replaces_itself() {
        let once = turned(&[("2025-03-31", vec![seen("A", 3.0)]), ("2025-04-30", vec![seen("A", 6.0)])]);
        let twice = turned(&[
            ("2025-03-31", vec![seen("A", 3.0)]),
            ("2025-04-30", vec![seen("A", 9.0), seen("B", 1.0)]),
            ("2025-04-30", vec![seen("A", 6.0)]),
        ]);
        assert_eq!(once, twice);
    }

    #[test]
    fn a_load_that_even_the_highest_hours_no_longer_show_is_gone() {
        let low = Seen { listed: false, top_kw: Some(0.9), ..seen("A", 3.0) };
        let book = turned(&[("2025-03-31", vec![seen("A", 3.0)]), ("2025-04-30", vec![low])]);
        assert_eq!(statuses(&book, 0), ["new", "stopped"]);
    }

    #[test]
    fn where_a_load_was_before_becomes_a_case_that_stays_stopped() {
        let mut book = turned(&[("2025-03-31", vec![seen("B", 6.0)])]);
        let left =
            Seen { listed: false, probability: Some(0.01), until: CivilDay::parse("2025-03-05"), ..seen("A", 6.1) };
        let end = OtherEnd { seen: left, known: "B".to_owned(), by: "owner", address: None };
        let moved = open_other_ends(&mut book, vec![end], day("2025-03-31"));
        assert_eq!(moved, [("A".to_owned(), "B".to_owned(), "owner")]);
        assert_eq!((book.cases[1].case.as_str(), book.cases[1].gone), ("C00002", CivilDay::parse("2025-03-06")));
        let unlikely = Seen { listed: false, probability: Some(0.01), ..seen("A", 0.2) };
        turn_page(&mut book, &[seen("B", 6.0), unlikely], &|_, _| Known::default(), day("2025-04-30"));
        assert_eq!((statuses(&book, 0), statuses(&book, 1)), (vec!["moved", "continuing"], vec!["stopped", "stopped"]));
        assert_eq!(book.cases[1].moved_to.as_deref(), Some("B"));
    }

    #[test]
    fn a_load_that_stops_here_and_begins_there_is_told_at_both() {
        let gone = Seen { until: CivilDay::parse("2025-04-10"), ..seen("A", 6.0) };
        let began = Seen { since: CivilDay::parse("2025-04-18"), ..seen("B", 6.1) };
        let mut book = turned(&[("2025-03-31", vec![seen("A", 6.0)])]);
        let owner = |_: &'static str, _: &str| Known { owner: Some("990".to_owned()), ..Known::default() };
        let moved = turn_page(&mut book, &[gone, began], &owner, day("2025-04-30"));
        assert_eq!(moved, [("A".to_owned(), "B".to_owned(), "owner")]);
        assert_eq!((book.cases[0].moved_to.as_deref(), book.cases[1].moved_from.as_deref()), (Some("B"), Some("A")));
        assert_eq!(statuses(&book, 1), ["moved"]);
        let gone = Seen { until: CivilDay::parse("2025-04-10"), ..seen("A", 6.0) };
        let began = Seen { since: CivilDay::parse("2025-04-18"), ..seen("B", 6.1) };
        let again = turn_page(&mut book, &[gone, began], &owner, day("2025-04-30"));
        assert_eq!(again, moved, "a month that is scanned again tells it again");
    }
}
