//! What inspectors found, held against the load as it is now.
//!
//! A visit speaks of the load that was there on its day. It holds until the load grows: the medians
//! of daily mean and floor over the last four weeks up to the visit, beside those of the last four
//! weeks that were read, neither of which may have risen by three tenths and 0.4 kW (the smallest
//! farm that is claimed, run for eight hours). A fall hides no farm. Where the readings do not
//! reach back to the visit, it holds for a limited time and that is told. A farm that was found and
//! whose load fell within two weeks, and stayed down, has *ended*: what it was is learned from.
//!
//! *Nothing found*: P(nothing | farm) / P(nothing | no farm) = the share of farms that an
//! inspection misses (a setting), once for each visit and twice at most: the next visit of the same
//! crews sees little more. *Farm or theft found*: a positive. *A lawful cause*: innocent by its
//! name. Labels replace what the engine holds likely of the same usage point and of no other, so
//! that choosing visits by their odds biases nothing: given the odds, who was visited says nothing
//! more (missing at random; Little and Rubin, Statistical Analysis with Missing Data, chapter 1).

use std::collections::BTreeMap;

use crate::digest::{DaySummary, UsageProfile};
use crate::domain::{CivilDay, Inspection, NodeId, Outcome, UsagePointId, Visited};

/// Days before a visit, and at the end of the readings, that levels are taken of; how many of them
/// must be there.
const DAYS: i32 = 28;
const LEAST_DAYS: usize = 4;
/// A load has grown when a level rose by this share and so much.
const LEAST_RISE: f64 = 0.3;
const LEAST_RISE_KW: f64 = 0.4;
/// Days within which a load that was found is switched off, and the share of its power that is
/// gone then on average: one that runs in eight hours of the night has a third of it.
const SOON: i32 = 14;
const STOPPED: f64 = 0.25;
/// Visits that found nothing and count.
const MOST_NOTHING: usize = 2;

/// How much visits say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VisitSettings {
    /// Share of farms that an inspection of their meter misses.
    pub missed: f64,
    /// Share of unmetered loads that an inspection of their node misses.
    pub missed_at_node: f64,
    /// Days for which a visit holds whose load was not read.
    pub valid_days: i32,
    /// Outcomes from which on probabilities are recalibrated.
    pub recalibrate_from: usize,
}

/// Every visit that says something, by place and in order of days.
#[derive(Debug)]
pub struct Visits {
    pub(crate) settings: VisitSettings,
    by_point: BTreeMap<UsagePointId, Vec<Inspection>>,
    by_node: BTreeMap<NodeId, Vec<Inspection>>,
    /// What earlier months said of places.
    said: BTreeMap<String, Vec<Said>>,
}

/// What a month said of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// Last day of the month.
    pub day: CivilDay,
    /// The probability that was stated.
    pub probability: f64,
    /// Log-odds without anything that visits say, where they are known.
    pub own: Option<f64>,
}

/// What a visit found of a load, and whether it still holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// A farm, or theft.
    Found(Inspection),
    /// One that was found and is gone: mean power before the visit and after it, kW.
    Ended(Inspection, f64, f64),
    /// A lawful cause.
    Lawful(Inspection),
    /// Nothing, on so many visits of which this is the last.
    Nothing(Inspection, usize),
    /// It says nothing of the load any more: mean power before the visit and now, kW.
    Grown(Inspection, f64, f64),
}

/// What visits make of a usage point for whoever learns from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// Nobody was there, or it no longer holds.
    #[default]
    Open,
    /// Energy was taken.
    Farm,
    /// The load is lawful.
    Lawful,
    /// Nothing was found.
    Nothing,
}

/// Typical daily mean and floor.
type Levels = (f64, f64);

impl Visits {
    /// Visits by place; where nobody could go in, nothing is said.
    #[must_use]
    pub fn new(inspections: &[Inspection], settings: VisitSettings) -> Self {
        let mut visits = Self { settings, by_point: BTreeMap::new(), by_node: BTreeMap::new(), said: BTreeMap::new() };
        for visit in inspections.iter().filter(|visit| visit.outcome.is_told()) {
            match &visit.visited {
                Visited::UsagePoint(id) => visits.by_point.entry(id.clone()).or_default().push(visit.clone()),
                Visited::Node(node) => visits.by_node.entry(node.clone()).or_default().push(visit.clone()),
            }
        }
        let lists = visits.by_point.values_mut().chain(visits.by_node.values_mut());
        lists.for_each(|list| list.sort_by_key(|visit| (visit.day, visit.row)));
        visits
    }

    /// The same with what earlier months said of places.
    #[must_use]
    pub fn remembering(self, said: BTreeMap<String, Vec<Said>>) -> Self {
        Self { said, ..self }
    }

    /// What was said last of a place before a visit, by a month that ended before the one that is
    /// judged now ends.
    pub(crate) fn said_before(&self, place: &str, visit: CivilDay, now: Option<CivilDay>) -> Option<Said> {
        let is_earlier =
            |month: &&Said| month.day < visit && now.is_none_or(|now| month.day.month_end() < now.month_end());
        self.said.get(place)?.iter().filter(is_earlier).max_by_key(|month| month.day).copied()
    }

    /// Visits to a usage point, in order of days.
    pub(crate) fn to_point(&self, id: &str) -> &[Inspection] {
        self.by_point.get(id).map_or(&[], Vec::as_slice)
    }

    /// Visits to a node, in order of days.
    pub(crate) fn to_node(&self, node: &str) -> &[Inspection] {
        self.by_node.get(node).map_or(&[], Vec::as_slice)
    }

    /// What visits say of a usage point with this profile.
    pub(crate) fn heard(&self, id: &str, profile: &UsageProfile) -> Option<Heard> {
        let visits = self.to_point(id);
        let last = visits.last()?;
        let now = levels(profile, CivilDay(i32::MAX));
        let end = profile.days.last().map(|day| day.day)?;
        let holds = |visit: &Inspection| match (levels(profile, visit.day), now) {
            (Some(then), Some(now)) => !grew(then, now),
            // The readings end before the visit, or begin after it.
            _ => end.0 - visit.day.0 <= self.settings.valid_days,
        };
        let was_read = levels(profile, last.day).is_some();
        Some(match last.outcome {
            // The readings hold the days of the farm, whatever became of it.
            Outcome::Farm | Outcome::Theft if was_read => match ended(profile, last) {
                Some((before, after)) => Heard::Ended(last.clone(), before, after),
                None => Heard::Found(last.clone()),
            },
            Outcome::Farm | Outcome::Theft => return None,
            _ if !holds(last) => {
                let mean = |levels: Option<Levels>| levels.map_or(f64::NAN, |levels| levels.0);
                Heard::Grown(last.clone(), mean(levels(profile, last.day)), mean(now))
            }
            Outcome::OtherCause => Heard::Lawful(last.clone()),
            _ => {
                let same = visits.iter().rev().take_while(|visit| visit.outcome == Outcome::Nothing && holds(visit));
                Heard::Nothing(last.clone(), same.count().min(MOST_NOTHING))
            }
        })
    }

    /// Whether the load of a visited usage point was read about the day of the visit.
    pub(crate) fn was_read(profile: &UsageProfile, day: CivilDay) -> bool {
        levels(profile, day).is_some()
    }

    /// What the engine may learn of a usage point.
    pub(super) fn known(&self, id: &str, profile: &UsageProfile) -> Known {
        if self.by_point.is_empty() {
            return Known::Open;
        }
        match self.heard(id, profile) {
            Some(Heard::Found(_) | Heard::Ended(..)) => Known::Farm,
            Some(Heard::Lawful(_)) => Known::Lawful,
            Some(Heard::Nothing(..)) => Known::Nothing,
            Some(Heard::Grown(..)) | None => Known::Open,
        }
    }

    /// What a nothing adds to the log-odds of a usage point.
    pub(crate) fn log_odds_of_nothing(&self, visits: usize) -> f64 {
        visits as f64 * self.settings.missed.ln()
    }
}

/// The levels of the last four weeks of a profile up to a day; `None` where too little of them was
/// read.
fn levels(profile: &UsageProfile, day: CivilDay) -> Option<Levels> {
    let end = profile.days.partition_point(|judged| judged.day <= day);
    let last = profile.days[..end].last()?.day;
    if day.0 != i32::MAX && day.0 - last.0 > DAYS {
        return None;
    }
    levels_of(profile, (CivilDay(last.0 - DAYS), last))
}

/// The levels of the days after the first and up to the second of two.
fn levels_of(profile: &UsageProfile, (after, to): (CivilDay, CivilDay)) -> Option<Levels> {
    let place = |last: CivilDay| profile.days.partition_point(|judged| judged.day <= last);
    let days = profile.days.get(place(after)..place(to))?;
    let typical = |value: fn(&DaySummary) -> f32| UsageProfile::typical(days, value);
    (days.len() >= LEAST_DAYS).then(|| (typical(|day| day.mean_kw), typical(|day| day.floor_kw)))
}

/// Mean power before a visit that found something and now, where the load fell within two weeks of
/// it by a quarter of what was found, or by three tenths of all, and has stayed down.
/// A season takes longer to take as much away.
fn ended(profile: &UsageProfile, visit: &Inspection) -> Option<(f64, f64)> {
    let last = profile.days.last()?.day;
    let before = levels_of(profile, (CivilDay(visit.day.0 - SOON), visit.day))?;
    let soon = levels_of(profile, (visit.day, CivilDay(visit.day.0 + SOON)))?;
    let now = levels_of(profile, (CivilDay(visit.day.0.max(last.0 - DAYS)), last))?;
    // What was found may be less than what is written down, and runs by the clock.
    let least = visit.kw.map_or(f64::INFINITY, |kw| STOPPED * kw).min(LEAST_RISE * before.0).max(LEAST_RISE_KW);
    let fell = |then: Levels| before.0 - then.0 > least;
    (fell(soon) && fell(now)).then_some((before.0, now.0))
}

fn grew(then: Levels, now: Levels) -> bool {
    let rose = |then: f64, now: f64| now - then > LEAST_RISE_KW.max(LEAST_RISE * then.abs());
    rose(then.0, now.0) || rose(then.1, now.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Timestamp};
    use crate::series::LoadSeries;

    const SETTINGS: VisitSettings =
        VisitSettings { missed: 0.2, missed_at_node: 0.5, valid_days: 365, recalibrate_from: 200 };

    fn visit(day: &str, outcome: Outcome) -> Inspection {
        Inspection {
            visited: Visited::UsagePoint("A".into()),
            day: CivilDay::parse(day).unwrap(),
            outcome,
            kw: None,
            cause: None,
            note: None,
            row: 2,
        }
    }

    /// March to May 2025: 0.4 kW, and `more` kW beside it from `from` on.
    fn profile(from: &str, more: f32) -> UsageProfile {
        let from = CivilDay::parse(from).unwrap();
        profile_of(|day| if day >= from { more } else { 0.0 })
    }

    /// The same with `more` kW before `until`.
    fn profile_until(until: &str, more: f32) -> UsageProfile {
        let until = CivilDay::parse(until).unwrap();
        profile_of(|day| if day < until { more } else { 0.0 })
    }

    fn profile_of(more: impl Fn(CivilDay) -> f32) -> UsageProfile {
        let calendar = Calendar::new(None).unwrap();
        let first = CivilDay::parse("2025-03-01").unwrap();
        let kw = (0..92 * 24).map(|hour| 0.4 + more(CivilDay(first.0 + hour / 24))).collect();
        let start: Timestamp = calendar.day_start(first);
        UsageProfile::of(&LoadSeries { usage_point: "A".into(), start, step_min: 60, kw }, &calendar)
    }

    fn heard(visits: &[Inspection], profile: &UsageProfile) -> Option<Heard> {
        Visits::new(visits, SETTINGS).heard("A", profile)
    }

    #[test]
    fn a_visit_that_found_nothing_counts_while_the_load_is_what_it_was() {
        let visits = [visit("2025-04-10", Outcome::Nothing)];
        assert!(matches!(heard(&visits, &profile("2025-03-01", 3.0)), Some(Heard::Nothing(_, 1))));
        assert!(matches!(heard(&visits, &profile("2025-03-20", 3.0)), Some(Heard::Nothing(_, 1))));
        assert!(matches!(heard(&visits, &profile("2025-04-20", 3.0)), Some(Heard::Grown(..))));
        assert!(matches!(heard(&visits, &profile("2025-04-20", -0.3)), Some(Heard::Nothing(_, 1))), "a fall");
    }

    #[test]
    fn a_lawful_cause_clears_until_the_load_grows() {
        let visits = [visit("2025-04-10", Outcome::OtherCause)];
        assert!(matches!(heard(&visits, &profile("2025-03-01", 3.0)), Some(Heard::Lawful(_))));
        assert!(matches!(heard(&visits, &profile("2025-05-01", 3.0)), Some(Heard::Grown(..))));
    }

    #[test]
    fn a_farm_that_was_found_is_one_also_when_it_is_gone() {
        let visits = [visit("2025-04-10", Outcome::Farm)];
        assert!(matches!(heard(&visits, &profile("2025-04-12", -0.3)), Some(Heard::Found(_))));
        assert_eq!(Visits::new(&visits, SETTINGS).known("A", &profile("2025-03-01", 3.0)), Known::Farm);
        let before = [visit("2025-01-10", Outcome::Farm)];
        assert_eq!(heard(&before, &profile("2025-03-01", 3.0)), None, "its days were not read");
    }

    #[test]
    fn a_farm_that_is_switched_off_after_the_visit_has_ended_and_was_one_all_the_same() {
        let mut visits = [visit("2025-04-10", Outcome::Farm)];
        visits[0].kw = Some(3.0);
        let off = profile_until("2025-04-12", 3.0);
        let Some(Heard::Ended(_, before, now)) = heard(&visits, &off) else { panic!("{:?}", heard(&visits, &off)) };
        assert!((before - 3.4).abs() < 0.01 && (now - 0.4).abs() < 0.01);
        assert_eq!(Visits::new(&visits, SETTINGS).known("A", &off), Known::Farm);
        assert!(matches!(heard(&visits, &profile("2025-03-01", 3.0)), Some(Heard::Found(_))), "it runs on");
        let late = profile_until("2025-05-20", 3.0);
        assert!(matches!(heard(&visits, &late), Some(Heard::Found(_))), "for another reason, a month later");
    }

    #[test]
    fn a_visit_before_the_readings_holds_for_a_time_and_nobody_at_home_says_nothing() {
        let early = [visit("2025-02-01", Outcome::OtherCause)];
        assert!(matches!(heard(&early, &profile("2025-03-01", 3.0)), Some(Heard::Lawful(_))));
        let long_ago = [visit("2023-02-01", Outcome::OtherCause)];
        assert!(matches!(heard(&long_ago, &profile("2025-03-01", 3.0)), Some(Heard::Grown(..))));
        assert_eq!(heard(&[visit("2025-04-10", Outcome::NoAccess)], &profile("2025-03-01", 3.0)), None);
    }

    #[test]
    fn a_second_nothing_counts_and_a_third_does_not() {
        let visits = ["2025-04-01", "2025-04-10", "2025-04-20"].map(|day| visit(day, Outcome::Nothing));
        assert!(matches!(heard(&visits, &profile("2025-03-01", 3.0)), Some(Heard::Nothing(_, 2))));
    }
}
