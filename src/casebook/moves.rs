//! Loads that move: one stops here, one of like power begins there within weeks.
//!
//! H0: two farms, one that ended and one that began.  H1: the same units were carried over. What
//! links them is a common owner, a common building, or one feeder; on one feeder alone many loads
//! come and go, so there power and dates must agree more closely. A move is told with both cases,
//! for whoever goes there; it adds nothing to the odds of either. Source: farms leave after raids
//! and bans and begin elsewhere within weeks (background knowledge); the figures are ours.

use crate::domain::{CivilDay, median};

/// What is compared of two cases.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mover<'a> {
    pub(super) id: &'a str,
    pub(super) kw: f64,
    /// Day on which the load was gone, or began.
    pub(super) day: CivilDay,
    pub(super) owner: Option<&'a str>,
    pub(super) building: Option<u32>,
    pub(super) feeder: Option<&'a str>,
}

/// A link of two loads, the closest first: factor of their powers and days between them, at most.
const LINKS: [(&str, f64, i32); 3] = [("owner", 1.35, 60), ("address", 1.35, 60), ("feeder", 1.15, 21)];
/// Days by which a load may begin before the other is told to be gone.
const BEFORE: i32 = 10;

/// By what two loads are one that moved; `None` where they are not.
pub(super) fn link(gone: &Mover, began: &Mover) -> Option<&'static str> {
    let days = began.day.0 - gone.day.0;
    let factor = gone.kw.max(began.kw) / gone.kw.min(began.kw);
    let is_linked = |by: &str| match by {
        "owner" => gone.owner.is_some() && gone.owner == began.owner,
        "address" => gone.building.is_some() && gone.building == began.building,
        _ => gone.feeder.is_some() && gone.feeder == began.feeder,
    };
    let is_close = |most: f64, most_days: i32| factor <= most && (-BEFORE..=most_days).contains(&days);
    LINKS.into_iter().find(|&(by, most, days)| is_linked(by) && is_close(most, days)).map(|(by, ..)| by)
}

/// Pairs of those that are gone and those that began, each once, the closest link and the likest
/// power first.
pub(super) fn pairs(gone: &[Mover], began: &[Mover]) -> Vec<(usize, usize, &'static str)> {
    let mut all: Vec<(usize, f64, usize, usize, &'static str)> = Vec::new();
    for (from, a) in gone.iter().enumerate() {
        for (to, b) in began.iter().enumerate().filter(|(_, b)| b.id != a.id) {
            if let Some(by) = link(a, b) {
                let order = LINKS.iter().position(|(known, ..)| *known == by).unwrap_or(LINKS.len());
                all.push((order, (a.kw / b.kw).ln().abs(), from, to, by));
            }
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then((a.2, a.3).cmp(&(b.2, b.3))));
    let mut pairs: Vec<(usize, usize, &'static str)> = Vec::new();
    for (_, _, from, to, by) in all {
        if pairs.iter().all(|pair| pair.0 != from && pair.1 != to) {
            pairs.push((from, to, by));
        }
    }
    pairs
}

/// Days beside a step over which levels are taken, and beside it at once.
const BESIDE: usize = 14;
const AT_ONCE: usize = 4;
/// Days that a level needs.
const LEAST_DAYS: usize = 3;
/// Factor by which the power of a place that is no case may differ.
const BEYOND: f64 = 1.25;
/// Factor by which a step may differ at once from what it comes to: a slow fall is a season's.
const SUDDEN: f64 = 1.5;

/// The day of the largest fall (`way` −1) or rise (`way` +1) of a load within some days, and its
/// power, kW: the median daily mean of two weeks after the day beside that of two weeks before.
/// `None` where there is none, or it came slowly.
pub(super) fn step(days: &[(CivilDay, f32)], (from, to): (CivilDay, CivilDay), way: f64) -> Option<(CivilDay, f64)> {
    let days: Vec<(CivilDay, f64)> =
        days.iter().filter(|day| !day.1.is_nan()).map(|day| (day.0, f64::from(day.1))).collect();
    let change = |place: usize, beside: usize| {
        let level = |days: &[(CivilDay, f64)]| {
            let values: Vec<f64> = days.iter().map(|day| day.1).collect();
            (values.len() >= LEAST_DAYS).then(|| median(&values))
        };
        // The day itself is half of either.
        let before = level(&days[place.saturating_sub(beside)..place])?;
        let after = level(&days[place + 1..(place + 1 + beside).min(days.len())])?;
        Some(way * (after - before))
    };
    let places = (0..days.len()).filter(|&place| from <= days[place].0 && days[place].0 <= to);
    // Medians of two weeks are the same for days about the step; what changes at once tells which.
    let all = places.filter_map(|place| Some((place, change(place, BESIDE)?, change(place, AT_ONCE)?)));
    let (place, kw, at_once) = all.max_by(|a, b| (a.1 + a.2).total_cmp(&(b.1 + b.2)).then(b.0.cmp(&a.0)))?;
    (kw > 0.0 && at_once > kw / SUDDEN).then_some((days[place].0, kw))
}

/// Whether a common owner links a load of the book to one of a place that is no case. One building
/// is not enough: among its lawful loads some fall by chance.
pub(super) fn link_beyond(gone: &Mover, began: &Mover) -> Option<&'static str> {
    let factor = gone.kw.max(began.kw) / gone.kw.min(began.kw);
    link(gone, began).filter(|by| *by == "owner" && factor <= BEYOND)
}

/// Days about a start in which the load may have left elsewhere, and about an end in which it may
/// have begun.
pub(super) fn days_about(known: CivilDay, way: f64) -> (CivilDay, CivilDay) {
    let most = LINKS.iter().map(|link| link.2).max().unwrap_or(0);
    if way < 0.0 {
        (CivilDay(known.0 - most), CivilDay(known.0 + BEFORE))
    } else {
        (CivilDay(known.0 - BEFORE), CivilDay(known.0 + most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mover<'a>(id: &'a str, kw: f64, day: i32, owner: Option<&'a str>) -> Mover<'a> {
        Mover { id, kw, day: CivilDay(day), owner, building: None, feeder: Some("F1") }
    }

    #[test]
    fn one_owner_and_like_power_within_weeks_is_a_move() {
        let gone = mover("A", 6.0, 100, Some("990"));
        assert_eq!(link(&gone, &mover("B", 7.0, 130, Some("990"))), Some("owner"));
        assert_eq!(link(&gone, &mover("B", 7.0, 110, Some("991"))), None, "on a feeder power must be closer");
        assert_eq!(link(&gone, &mover("B", 6.2, 110, Some("991"))), Some("feeder"));
        assert_eq!(link(&gone, &mover("B", 6.0, 170, Some("990"))), None, "months later");
        assert_eq!(link(&gone, &mover("B", 6.0, 80, Some("990"))), None, "weeks before");
    }

    #[test]
    fn a_sudden_fall_is_a_step_and_a_slow_one_is_none() {
        let load = |kw: &dyn Fn(i32) -> f32| -> Vec<(CivilDay, f32)> {
            (0..60).map(|day| (CivilDay(day), 0.5 + kw(day))).collect()
        };
        let within = (CivilDay(10), CivilDay(50));
        let left = load(&|day| if day < 30 { 4.0 } else { 0.0 });
        let (day, kw) = step(&left, within, -1.0).unwrap();
        assert!((28..=31).contains(&day.0) && (kw - 4.0).abs() < 1e-6, "{day:?} {kw}");
        assert_eq!(step(&left, within, 1.0), None);
        assert_eq!(step(&left, (CivilDay(40), CivilDay(50)), -1.0), None, "elsewhere in time");
        assert_eq!(step(&load(&|day| 4.0 - day as f32 / 15.0), within, -1.0), None, "a season");
    }

    #[test]
    fn a_load_moves_to_one_place_only() {
        let gone = [mover("A", 6.0, 100, Some("990"))];
        let began = [mover("B", 6.3, 110, None), mover("C", 6.1, 110, Some("990"))];
        assert_eq!(pairs(&gone, &began), [(0, 1, "owner")]);
    }
}
