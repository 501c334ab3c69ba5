//! The other end of a move where it is no case.
//!
//! A farm that ran since before the first reading is often in no list, and what it left behind is
//! seen only when it begins elsewhere with a start. So where a case began, or stopped, and has no
//! other end in the book, usage points of the same owner are asked for a sudden fall, or rise, of
//! like power within weeks (`moves::step`, `moves::link_beyond`): of the daily mean, or of the
//! floor, which shows a steady load beside a works. One building or feeder alone is no link here,
//! an owner of many usage points is passed over, and so are two that fit: among many loads some
//! fall by chance. The other end becomes a case, so that both are named.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::DigestError;
use crate::domain::{CivilDay, UsagePointId};
use crate::findings::{CaseRow, ScoreRow};

use super::book::Book;
use super::moves::{Mover, days_about, link_beyond, step};
use super::surroundings::Surroundings;
use super::turn_page::{Known, OtherEnd, Seen, has_begun, has_gone, last_kw, mover};

/// Usage points of one owner, at most.
const MOST: usize = 20;

/// A case that has one end of a move.
struct Open<'b> {
    case: &'b CaseRow,
    known: Known,
    kw: f64,
    day: CivilDay,
    /// −1: a fall is looked for elsewhere; +1: a rise.
    way: f64,
}

/// Other ends of moves that are no cases yet.
pub(super) fn other_ends(
    book: &Book,
    scores: &[ScoreRow],
    around: &Surroundings,
    known: &dyn Fn(&'static str, &str) -> Known,
    last_day: CivilDay,
) -> Result<Vec<OtherEnd>, DigestError> {
    let open: Vec<Open> = book.cases.iter().filter_map(|case| open(case, known, last_day)).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let near = Near::of(&open, book, around);
    let (mut ends, mut taken) = (Vec::new(), BTreeSet::new());
    for open in &open {
        let ids = near.of_case(open);
        if ids.is_empty() || ids.len() > MOST {
            continue;
        }
        let own = mover(open.case, &open.known, open.kw, open.day);
        let mut fitting = Vec::new();
        for &id in ids {
            let theirs = known("usage_point", id);
            let fits = |(day, kw): (CivilDay, f64)| {
                let other = theirs.as_mover(id, kw, day);
                let (gone, began): (&Mover, &Mover) = if open.way < 0.0 { (&other, &own) } else { (&own, &other) };
                link_beyond(gone, began).map(|by| (id, kw, day, by, theirs.address.clone()))
            };
            let levels = around.levels(id)?;
            let mut steps = levels.iter().filter_map(|days| step(days, days_about(open.day, open.way), open.way));
            fitting.extend(steps.find_map(fits));
        }
        if let [(id, kw, day, by, address)] = &fitting[..]
            && taken.insert(*id)
        {
            let seen = seen(id, scores, *kw, (*day, open.way));
            ends.push(OtherEnd { seen, known: open.case.id.clone(), by, address: address.clone() });
        }
    }
    Ok(ends)
}

/// A case as one end of a move; `None` where it is none.
fn open<'b>(case: &'b CaseRow, known: &dyn Fn(&'static str, &str) -> Known, last_day: CivilDay) -> Option<Open<'b>> {
    let (day, way) = match () {
        () if case.level != "usage_point" => return None,
        () if has_gone(case, last_day) => (case.gone?, 1.0),
        () if has_begun(case) => (case.since?, -1.0),
        () => return None,
    };
    let kw = last_kw(case);
    kw.is_finite().then(|| Open { case, known: known(case.level, &case.id), kw, day, way })
}

/// The other end as the run sees it.
fn seen(id: &UsagePointId, scores: &[ScoreRow], kw: f64, (day, way): (CivilDay, f64)) -> Seen {
    let score = scores.binary_search_by(|score| score.usage_point.cmp(id)).ok().map(|place| &scores[place]);
    Seen {
        level: "usage_point",
        id: id.to_string(),
        probability: score.and_then(|score| score.probability),
        own: None,
        kw: Some(kw),
        since: (way > 0.0).then_some(day),
        until: (way < 0.0).then(|| CivilDay(day.0 - 1)),
        listed: false,
        cleared: false,
        top_kw: None,
    }
}

/// Usage points that were read and are no cases, by owner.
struct Near<'a> {
    by_owner: BTreeMap<&'a str, Vec<&'a UsagePointId>>,
}

impl<'a> Near<'a> {
    /// Of the owners of some cases.
    fn of(open: &[Open], book: &Book, around: &Surroundings<'a>) -> Self {
        let owners: BTreeSet<&str> = open.iter().filter_map(|open| open.known.owner.as_deref()).collect();
        let cases: BTreeSet<&str> = book.cases.iter().map(|case| case.id.as_str()).collect();
        let mut near = Self { by_owner: BTreeMap::new() };
        for (id, customer) in around.customers.iter().filter(|(id, _)| !cases.contains(&***id)) {
            let owner = customer.owner.as_deref().filter(|owner| owners.contains(owner));
            if let Some(owner) = owner.filter(|_| around.metered.is_read(id)) {
                near.by_owner.entry(owner).or_default().push(id);
            }
        }
        near
    }

    /// Of the owner of one case.
    fn of_case(&self, open: &Open) -> &[&'a UsagePointId] {
        open.known.owner.as_deref().and_then(|owner| self.by_owner.get(owner)).map_or(&[], Vec::as_slice)
    }
}
