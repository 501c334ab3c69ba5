//! What the rows of a piece show of days on which the clock changes: how their hours are named,
//! and which of two rows of one hour is the first.
//!
//! The rows of such a day are looked through once, when the first of them is met. Of an hour that
//! comes twice a letter (`2A`, `2B`) or a column of its own tells which one a row is: what differs
//! there from the beginning of the day is the second. Else the order of rows does, where those of
//! the day run forward or backward. Where nothing does, both are given the earlier instant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::{Calendar, CivilDay};
use crate::ingest::text::odd_day::{Label, Numbering, OddDay, Seen};

/// Days on which the clock changes, as far as rows of a piece lie in them.
#[derive(Default)]
pub(crate) struct OddDays<'a> {
    pub(crate) text: &'a [u8],
    pub(crate) has_head: bool,
    known: Vec<KnownDay>,
    /// Rows met of a series and label.
    met: HashMap<(Vec<u8>, i64), u32>,
}

/// What is known of one of them.
pub(crate) struct KnownDay {
    pub(crate) day: OddDay,
    pub(crate) numbering: Option<Numbering>,
    order: Option<Order>,
    /// Labels that some series has twice.
    doubled: BTreeSet<i64>,
    /// What stands at the beginning of the day in the column that tells doubled hours apart.
    flag: Option<Vec<u8>>,
}

/// How rows follow one another in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Forward,
    Backward,
}

/// A row of a day.
pub(crate) struct Row {
    pub(crate) label: Label,
    /// Whether it has a value other than 0.
    pub(crate) is_filled: bool,
    /// What stands in the column that may tell doubled hours apart.
    pub(crate) flag: Vec<u8>,
}

impl<'a> OddDays<'a> {
    pub(crate) fn new(text: &'a [u8], has_head: bool) -> Self {
        Self { text, has_head, ..Self::default() }
    }

    /// The place of a day among those that are known.
    pub(crate) fn place_of(&self, day: CivilDay) -> Option<usize> {
        self.known.iter().position(|known| known.day.day == day)
    }

    /// Adds a day; returns its place.
    pub(crate) fn add(&mut self, day: KnownDay) -> usize {
        self.known.push(day);
        self.known.len() - 1
    }

    pub(crate) fn at(&self, place: usize) -> &KnownDay {
        &self.known[place]
    }

    /// Whether a row is the second of its label in time, by the place among the rows of its series.
    pub(crate) fn is_second_in_order(&mut self, place: usize, series: Vec<u8>, second: i64) -> bool {
        let Some(order) = self.known[place].order else { return false };
        let met = self.met.entry((series, second)).or_insert(0);
        *met += 1;
        let doubled = self.known[place].doubled.contains(&second);
        doubled && (order == Order::Forward) == (*met > 1)
    }
}

impl KnownDay {
    /// What the rows of a day show, each series in the order of the file.
    pub(crate) fn of(day: OddDay, series: &[Vec<Row>], ends_s: i64) -> Self {
        let mut votes: BTreeMap<u8, (usize, Numbering)> = BTreeMap::new();
        for rows in series {
            let seen: Vec<Seen> =
                rows.iter().map(|row| Seen { second: row.label.second, is_filled: row.is_filled }).collect();
            let has_letters = rows.iter().any(|row| row.label.is_second.is_some());
            let numbering = if has_letters { Some(Numbering::ByBegin) } else { day.numbering_of(&seen, ends_s) };
            if let Some(numbering) = numbering {
                votes.entry(numbering as u8).or_insert((0, numbering)).0 += 1;
            }
        }
        let numbering = votes.into_values().max_by_key(|(count, _)| *count).map(|(_, numbering)| numbering);
        let mut doubled = BTreeSet::new();
        for rows in series {
            let mut met = BTreeSet::new();
            doubled.extend(rows.iter().map(|row| row.label.second).filter(|&second| !met.insert(second)));
        }
        Self { numbering, order: order_of(series), doubled, flag: flag_of(series), day }
    }

    /// Whether a row is the second of its hour by the column that tells them apart; `None` where
    /// nothing does.
    pub(crate) fn is_second_by_flag(&self, flag: Option<&[u8]>) -> Option<bool> {
        self.flag.as_ref().zip(flag).map(|(first, flag)| flag != first)
    }
}

/// The order in which the rows of a day run; `None` where they do not.
fn order_of(series: &[Vec<Row>]) -> Option<Order> {
    let runs = |forward: bool| {
        // Half-hours that come again go back once.
        series.iter().all(|rows| {
            let back = rows.windows(2).filter(|pair| {
                let (a, b) = (pair[0].label.second, pair[1].label.second);
                if forward { b < a } else { b > a }
            });
            back.count() <= 1
        })
    };
    match (runs(true), runs(false)) {
        (true, false) => Some(Order::Forward),
        (false, true) => Some(Order::Backward),
        _ => None,
    }
}

/// What a column says at the beginning of the day, where it tells two rows of one hour apart.
fn flag_of(series: &[Vec<Row>]) -> Option<Vec<u8>> {
    let mut first: Option<Vec<u8>> = None;
    for rows in series {
        let begins = rows.iter().min_by_key(|row| row.label.second)?;
        let mut by_label: BTreeMap<i64, Vec<&[u8]>> = BTreeMap::new();
        for row in rows {
            by_label.entry(row.label.second).or_default().push(&row.flag);
        }
        let doubled = by_label.values().filter(|flags| flags.len() == 2);
        let (mut apart, mut all) = (0, 0);
        for flags in doubled {
            all += 1;
            apart += usize::from(flags[0] != flags[1] && flags.contains(&begins.flag.as_slice()));
        }
        if all == 0 || apart < all {
            return None;
        }
        first.get_or_insert_with(|| begins.flag.clone());
    }
    first
}

/// Whether a day is one on which the clock changes; asked once a day.
#[derive(Debug, Default)]
pub(crate) struct LastDay {
    last: Option<(CivilDay, Option<OddDay>)>,
}

impl LastDay {
    pub(crate) fn odd(&mut self, calendar: &Calendar, day: CivilDay) -> Option<OddDay> {
        if self.last.as_ref().is_none_or(|(known, _)| *known != day) {
            self.last = Some((day, OddDay::of(calendar, day)));
        }
        self.last.as_ref().and_then(|(_, odd)| odd.clone())
    }
}
