//! Whether a farm is licensed, and whether it keeps to its licence.
//!
//! Joined by usage point (certain), by address or by node (less so: only what looks like a farm is
//! held against such a licence, all of it together). Verdicts: *within*; *exceeded* in power (more
//! than 110 % of the licensed power: unit tolerance ±5 %, cooling 2 to 10 %) or *above verified*,
//! when the register knows the power of the verified equipment; *suspended*, *withdrawn*; and on
//! days before, after or beyond the supply contract *not yet valid*, *expired*, *contract ended*,
//! with the hours. A licence that does not cover the days of the load proves a farm only when the
//! load is of its order (a fifth of the licensed power): a closed farm's flat is no farm.
//! Source: licence registers name number, holder, place, power and dates; the tolerance from data
//! sheets of mining units.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Calendar, CivilDay, Customer, Fact, Grid, Licence, LicenceStatus, LicenceTarget, UsagePointId};
use crate::series::LoadSeries;

use crate::population::Buildings;

use super::said;

/// Power above this multiple of the licence exceeds it.
const TOLERANCE: f64 = 1.10;
/// The same as people say it.
const TOLERANCE_PERCENT: f64 = 100.0 * (TOLERANCE - 1.0);
/// A load of this share of the licensed power is the farm that the licence was for.
const OF_ITS_ORDER: f64 = 0.2;
/// The same where the register names no power, kW: one mining unit with its cooling draws more.
const LEAST_FARM_KW: f64 = 2.0;
/// An interval in which the meter shows this share of the load's power is one in which it runs:
/// between its own power and nothing.
const RUNS: f64 = 0.5;
/// Digits of a business number.
const BUSINESS_DIGITS: usize = 9;

/// The licence register, joined to usage points.
#[derive(Debug, Clone, Default)]
pub struct LicenceCheck<'a> {
    by_usage_point: BTreeMap<UsagePointId, Vec<(&'a Licence, LicenceMatch)>>,
    /// What the owner of each licensed usage point is called, and where else holders are customers.
    owners: BTreeMap<UsagePointId, String>,
    homes: BTreeMap<String, UsagePointId>,
    /// Usage points and licences whose register gives another address than the customer file.
    moved: BTreeSet<(UsagePointId, &'a str)>,
}

/// How a licence was joined to a usage point, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceMatch {
    /// The register names the meter.
    UsagePoint,
    /// The register names the address, and the meter is in that building.
    Address,
    /// The register names a grid node above the meter.
    Node,
}

/// What the register says of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceState {
    /// Within power and dates.
    Within,
    /// More power than licensed.
    Exceeded,
    /// More power than the verified equipment has.
    AboveVerified,
    /// Ran after the last day.
    Expired,
    /// Ran before the first day.
    NotYetValid,
    /// Ran after the supply contract ended.
    ContractEnded,
    /// Suspended.
    Suspended,
    /// Withdrawn, or in a state that is not known.
    Withdrawn,
    /// The licence does not cover these days, and no load of its order is there.
    Idle,
}

/// A farm to be held against its licence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LicensedLoad {
    /// Its power while it runs, kW.
    pub kw: f64,
    /// Power of all that looks like a farm under the same licence, itself included, kW; counts
    /// where the licence is joined by address or node.
    pub together_kw: f64,
    /// First and last day on which it ran.
    pub days: (CivilDay, CivilDay),
    /// Hours a day that it runs.
    pub hours_a_day: f64,
}

/// What the register says of one usage point.
#[derive(Debug, Clone, PartialEq)]
pub struct LicenceVerdict {
    /// Number of the licence.
    pub licence: String,
    /// The verdict.
    pub state: LicenceState,
    /// How sure the licence is this usage point's.
    pub matched: LicenceMatch,
    /// Share of the load's energy that the licence allows, 0 to 1.
    pub licensed_share: f64,
    /// Hours in which the load ran on days that the licence does not cover, and in which it drew
    /// more than it allows on the others.
    pub hours: HoursBeyond,
    /// What the licence allows this load.
    terms: Terms,
    /// What register and books tell differently, in words.
    doubts: Vec<Fact>,
}

/// Hours beyond a licence: estimated from the load's days at first, then counted from readings.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HoursBeyond {
    /// On days that the licence does not cover.
    pub outside: f64,
    /// Above its power, on days that it covers.
    pub above: f64,
}

/// What a licence allows a load.
#[derive(Debug, Clone, PartialEq)]
struct Terms {
    /// First and last day that it covers; `None` = open.
    covers: (Option<CivilDay>, Option<CivilDay>),
    /// First and last day of the load.
    days: (CivilDay, CivilDay),
    /// Power that is held against it, and that of this usage point alone, kW.
    kw: f64,
    own_kw: f64,
    /// Power that it allows, kW; `None` where it states none.
    allowed_kw: Option<f64>,
    /// That power is what its equipment was verified for.
    by_verified: bool,
    /// More than that, on a licence that is in force.
    is_too_much: bool,
    /// Whether it is in force at all.
    in_force: bool,
    standing: Standing,
}

/// What ends a licence or calls it off.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    /// Nothing.
    Open,
    /// Suspended or withdrawn, in the register's own word where it has one.
    CalledOff(Option<String>),
    /// A day on which it, or its supply contract, begins or ends.
    Dated(CivilDay),
}

impl LicenceMatch {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UsagePoint => "usage_point",
            Self::Address => "address",
            Self::Node => "node",
        }
    }
}

impl LicenceState {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Exceeded => "exceeded",
            Self::AboveVerified => "above_verified",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::ContractEnded => "contract_ended",
            Self::Suspended => "suspended",
            Self::Withdrawn => "withdrawn",
            Self::Idle => "idle",
        }
    }
}

impl LicenceVerdict {
    /// Whether the load is more, longer or other than the licence allows.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        !matches!(self.state, LicenceState::Within | LicenceState::Idle)
    }

    /// Whether the load is licensed and keeps to it.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.state == LicenceState::Within
    }

    /// The same verdict, its hours and its share of the energy counted from the readings of the
    /// meter: an interval counts as running from half of the load's power on.
    ///
    /// Under a licence joined by address or node one meter does not show what all draw together:
    /// there every running hour of a load that is too much counts, and the share stays estimated.
    #[must_use]
    pub fn counted(mut self, series: &LoadSeries, calendar: &Calendar) -> Self {
        let is_alone = self.matched == LicenceMatch::UsagePoint;
        let step_h = f64::from(series.step_min) / 60.0;
        let limit = self.terms.allowed_kw.unwrap_or(f64::INFINITY);
        let (mut hours, mut energy, mut licensed) = (HoursBeyond::default(), 0.0, 0.0);
        for (index, kw) in
            series.kw.iter().map(|&kw| f64::from(kw)).enumerate().filter(|(_, kw)| *kw >= RUNS * self.terms.own_kw)
        {
            energy += kw;
            let day = calendar.local(series.at(index)).day();
            let (from, to) = self.terms.covers;
            if from.is_some_and(|from| day < from) || to.is_some_and(|to| to < day) {
                hours.outside += step_h;
                continue;
            }
            let is_above = if is_alone { kw > TOLERANCE * limit } else { self.terms.is_too_much };
            hours.above += if is_above { step_h } else { 0.0 };
            licensed += if is_above { kw.min(limit) } else { kw };
        }
        self.hours = hours;
        if is_alone && self.terms.in_force && energy > 0.0 {
            self.licensed_share = licensed / energy;
        }
        self
    }

    /// What it says, with what speaks against it.
    #[must_use]
    pub fn reason(&self) -> Fact {
        let told: Vec<Fact> = [self.by_state(), self.by_power()].into_iter().flatten().collect();
        let mut told = one_of(told);
        if self.matched != LicenceMatch::UsagePoint {
            told = said::joined(told, self.matched.as_str());
        }
        one_of(std::iter::once(told).chain(self.doubts.iter().cloned()).collect())
    }

    /// What dates and status say; `None` where only the power is too much.
    fn by_state(&self) -> Option<Fact> {
        let Terms { kw, own_kw, allowed_kw, days: (first, last), standing, .. } = &self.terms;
        let (number, hours, is_own) = (&self.licence, self.hours.outside, self.matched == LicenceMatch::UsagePoint);
        match (self.state, standing) {
            (LicenceState::Within, _) => Some(match allowed_kw {
                Some(allowed) if is_own => said::within(*kw, *allowed, number, TOLERANCE_PERCENT),
                Some(allowed) => said::within_together(*kw, *allowed, number, TOLERANCE_PERCENT),
                None => said::no_power(number),
            }),
            (LicenceState::Idle, _) => Some(said::idle(number, *first, *last, *own_kw)),
            (LicenceState::Exceeded | LicenceState::AboveVerified, _) | (_, Standing::Open) => None,
            (_, Standing::CalledOff(Some(word))) => Some(said::not_in_force(number, said::status_word(word))),
            (_, Standing::CalledOff(None)) => Some(said::not_in_force(number, said::no_status_word())),
            (LicenceState::NotYetValid, Standing::Dated(day)) => Some(said::before(hours, number, *day)),
            (LicenceState::ContractEnded, Standing::Dated(day)) => Some(said::after_contract(hours, number, *day)),
            (_, Standing::Dated(day)) => Some(said::after(hours, number, *day)),
        }
    }

    /// What it says of a power above what is allowed.
    fn by_power(&self) -> Option<Fact> {
        let Terms { kw, allowed_kw, by_verified, is_too_much, .. } = self.terms;
        let (number, hours) = (&self.licence, self.hours.above);
        let allowed = allowed_kw.filter(|_| is_too_much)?;
        Some(match (by_verified, self.matched == LicenceMatch::UsagePoint) {
            (false, true) => said::too_much(kw, number, allowed, hours),
            (false, false) => said::too_much_together(kw, number, allowed, hours),
            (true, true) => said::unverified(kw, number, allowed, hours),
            (true, false) => said::unverified_together(kw, number, allowed, hours),
        })
    }
}

/// One fact as it is, several one after the other.
fn one_of(mut told: Vec<Fact>) -> Fact {
    match told.pop() {
        Some(only) if told.is_empty() => only,
        last => said::all_of(said::list(told.into_iter().chain(last))),
    }
}

impl<'a> LicenceCheck<'a> {
    /// Joins licences to usage points: by id, by the building's address, or by the node above.
    #[must_use]
    pub fn new(
        licences: &'a [Licence],
        grid: &Grid,
        customers: &BTreeMap<UsagePointId, Customer>,
        buildings: &Buildings,
    ) -> Self {
        let mut check = Self::default();
        let address_of = |licence: &Licence| match &licence.target {
            LicenceTarget::Address(address) => buildings.at(address, None),
            _ => Vec::new(),
        };
        let members = buildings.members(&licences.iter().flat_map(address_of).collect());
        for licence in licences {
            let (points, matched) = match &licence.target {
                LicenceTarget::UsagePoint(id) => (vec![id.clone()], LicenceMatch::UsagePoint),
                LicenceTarget::Node(node) => (grid.usage_points_under(node), LicenceMatch::Node),
                LicenceTarget::Address(_) => (
                    address_of(licence)
                        .iter()
                        .filter_map(|building| members.get(building))
                        .flatten()
                        .cloned()
                        .collect(),
                    LicenceMatch::Address,
                ),
            };
            for point in points {
                let own = buildings.of_usage_point(&point);
                if licence
                    .address
                    .as_deref()
                    .zip(own)
                    .is_some_and(|(address, own)| !buildings.at(address, None).contains(&own))
                {
                    check.moved.insert((point.clone(), licence.licence.as_str()));
                }
                if let Some(owner) = customers.get(&point).and_then(|customer| customer.owner.clone()) {
                    check.owners.insert(point.clone(), owner);
                }
                check.by_usage_point.entry(point).or_default().push((licence, matched));
            }
        }
        let holders: BTreeSet<String> =
            licences.iter().filter_map(|licence| licence.bin.as_deref().map(name_key)).collect();
        let owned =
            customers.iter().filter_map(|(id, customer)| Some((name_key(customer.owner.as_deref()?), id.clone())));
        check.homes = owned.filter(|(owner, _)| holders.contains(owner)).collect();
        check
    }

    /// Whether any licence, valid or not, names this usage point; with the surest way in which one
    /// does.
    #[must_use]
    pub fn match_of(&self, usage_point: &str) -> Option<LicenceMatch> {
        self.by_usage_point.get(usage_point)?.iter().map(|(_, matched)| *matched).min()
    }

    /// Numbers of the licences that name a usage point by address or node only, under which loads
    /// are added up.
    #[must_use]
    pub fn shared(&self, usage_point: &str) -> Vec<&'a str> {
        let licences = self.by_usage_point.get(usage_point).into_iter().flatten();
        licences
            .filter(|(_, matched)| *matched != LicenceMatch::UsagePoint)
            .map(|(licence, _)| licence.licence.as_str())
            .collect()
    }

    /// Judges a load; `None` without a licence. Of several licences the one that allows most of it
    /// counts, and of those the surest match.
    #[must_use]
    pub fn judge(&self, usage_point: &str, load: LicensedLoad) -> Option<LicenceVerdict> {
        let licences = self.by_usage_point.get(usage_point)?;
        let verdicts = licences.iter().map(|(licence, matched)| judge(licence, *matched, load));
        let best = verdicts.reduce(|a, b| {
            let (key_a, key_b) = ((a.is_within(), a.licensed_share), (b.is_within(), b.licensed_share));
            if key_b > key_a || (key_b == key_a && b.matched < a.matched) { b } else { a }
        })?;
        let licence = licences.iter().find(|(licence, _)| licence.licence == best.licence)?.0;
        let moved =
            licence.address.as_ref().filter(|_| self.moved.contains(&(usage_point.into(), licence.licence.as_str())));
        let moved = moved.map(|address| said::elsewhere(address));
        let doubts = [self.elsewhere(usage_point, licence), moved].into_iter().flatten().collect();
        Some(LicenceVerdict { doubts, ..best })
    }

    /// A holder who is not the customer, where both are known well enough to be compared.
    fn elsewhere(&self, usage_point: &str, licence: &Licence) -> Option<Fact> {
        let owner = self.owners.get(usage_point)?;
        let holder = licence.bin.as_deref().filter(|bin| is_business_number(bin) && is_business_number(owner))?;
        if name_key(holder) == name_key(owner) {
            return None;
        }
        let home = self.homes.get(&name_key(holder));
        Some(match home {
            Some(home) => said::holder_of(holder, home),
            None => said::holder(holder),
        })
    }
}

fn is_business_number(text: &str) -> bool {
    let text = text.trim();
    text.len() >= BUSINESS_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn name_key(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// First and last day that a licence covers, and whether its supply contract sets the last.
fn covers(licence: &Licence) -> ((Option<CivilDay>, Option<CivilDay>), bool) {
    let contract = licence.contract_until.filter(|until| licence.valid_to.is_none_or(|to| *until < to));
    ((licence.valid_from, contract.or(licence.valid_to)), contract.is_some())
}

/// Share of the load's days that a licence covers, and what ends or precedes it on the others.
fn covered(licence: &Licence, (first, last): (CivilDay, CivilDay)) -> (f64, Option<LicenceState>) {
    let days = f64::from(last.0 - first.0 + 1);
    let ((from, to), by_contract) = covers(licence);
    let (from, to) = (from.unwrap_or(first).max(first), to.unwrap_or(last).min(last));
    let inside = f64::from((to.0 - from.0 + 1).max(0));
    let state = match (to < last, from > first) {
        (true, _) if by_contract => Some(LicenceState::ContractEnded),
        (true, _) => Some(LicenceState::Expired),
        (false, true) => Some(LicenceState::NotYetValid),
        (false, false) => None,
    };
    (inside / days, state)
}

fn judge(licence: &Licence, matched: LicenceMatch, load: LicensedLoad) -> LicenceVerdict {
    let kw = if matched == LicenceMatch::UsagePoint { load.kw } else { load.together_kw };
    let (first, last) = load.days;
    let verified =
        licence.verified_kw.filter(|verified| licence.licensed_kw.is_none_or(|licensed| *verified < licensed));
    let allowed = verified.or(licence.licensed_kw);
    let is_of_its_order = load.kw >= allowed.map_or(LEAST_FARM_KW, |allowed| OF_ITS_ORDER * allowed);
    let (share, beyond) = covered(licence, load.days);
    let by_status = match licence.status {
        LicenceStatus::Valid => None,
        LicenceStatus::Suspended => Some(LicenceState::Suspended),
        LicenceStatus::Withdrawn => Some(LicenceState::Withdrawn),
    };
    let too_much = allowed.filter(|allowed| kw > TOLERANCE * allowed);
    let by_power = too_much.map(|_| {
        if licence.licensed_kw.is_some_and(|licensed| kw > TOLERANCE * licensed) {
            LicenceState::Exceeded
        } else {
            LicenceState::AboveVerified
        }
    });
    let state = match by_status.or(beyond) {
        Some(_) if !is_of_its_order => LicenceState::Idle,
        Some(state) => state,
        None => by_power.unwrap_or(LicenceState::Within),
    };
    let hours = f64::from(last.0 - first.0 + 1) * load.hours_a_day;
    let terms = Terms {
        covers: covers(licence).0,
        days: load.days,
        kw,
        own_kw: load.kw,
        allowed_kw: allowed,
        by_verified: by_power == Some(LicenceState::AboveVerified),
        is_too_much: too_much.is_some() && by_status.is_none() && state != LicenceState::Idle,
        in_force: by_status.is_none(),
        standing: standing(state, licence),
    };
    LicenceVerdict {
        licence: licence.licence.clone(),
        state,
        matched,
        licensed_share: if by_status.is_some() { 0.0 } else { share * too_much.map_or(1.0, |allowed| allowed / kw) },
        hours: HoursBeyond { outside: (1.0 - share) * hours, above: share * hours },
        terms,
        doubts: Vec::new(),
    }
}

/// What ends a licence or calls it off.
fn standing(state: LicenceState, licence: &Licence) -> Standing {
    let day = match state {
        LicenceState::Suspended | LicenceState::Withdrawn => {
            return Standing::CalledOff(licence.status_word.clone());
        }
        LicenceState::NotYetValid => licence.valid_from,
        LicenceState::ContractEnded => licence.contract_until,
        LicenceState::Expired => licence.valid_to,
        _ => None,
    };
    day.map_or(Standing::Open, Standing::Dated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDay {
        CivilDay::parse(text).unwrap()
    }

    fn licence() -> Licence {
        Licence {
            licence: "L1".into(),
            target: LicenceTarget::UsagePoint("A".into()),
            address: None,
            licensed_kw: Some(50.0),
            valid_from: Some(day("2025-01-01")),
            valid_to: Some(day("2025-12-31")),
            status: LicenceStatus::Valid,
            status_word: None,
            holder: None,
            bin: None,
            verified_kw: None,
            contract_until: None,
        }
    }

    fn verdict(licence: Licence, kw: f64, from: &str, to: &str) -> LicenceVerdict {
        let licences = [licence];
        let customer = |address: &str| Customer {
            address: Some(address.into()),
            owner: Some("900000000001".into()),
            ..Customer::default()
        };
        let customers =
            [("A".into(), customer("Abay 1, apt 1")), ("B".into(), customer("Abay 1, apt 2"))].into_iter().collect();
        let buildings = Buildings::of(&customers);
        let check = LicenceCheck::new(&licences, &Grid::default(), &customers, &buildings);
        check
            .judge("A", LicensedLoad { kw, together_kw: 2.0 * kw, days: (day(from), day(to)), hours_a_day: 24.0 })
            .unwrap()
    }

    #[test]
    fn a_licensed_farm_within_its_licence_is_no_finding() {
        let verdict = verdict(licence(), 54.0, "2025-03-01", "2025-05-31");
        assert_eq!((verdict.state, verdict.licensed_share), (LicenceState::Within, 1.0));
    }

    #[test]
    fn every_way_of_breaking_a_licence_has_a_word_of_its_own() {
        type Change = fn(&mut Licence);
        let of = |change: Change, kw, from, to| {
            let mut changed = licence();
            change(&mut changed);
            verdict(changed, kw, from, to)
        };
        let spring = ("2025-03-01", "2025-05-31");
        let cases: [(Change, f64, LicenceState); 6] = [
            (|_| {}, 60.0, LicenceState::Exceeded),
            (|l| l.verified_kw = Some(30.0), 40.0, LicenceState::AboveVerified),
            (|l| l.status = LicenceStatus::Suspended, 40.0, LicenceState::Suspended),
            (|l| l.status = LicenceStatus::Withdrawn, 40.0, LicenceState::Withdrawn),
            (|l| l.contract_until = CivilDay::parse("2025-04-30"), 40.0, LicenceState::ContractEnded),
            (|l| l.valid_from = CivilDay::parse("2025-04-01"), 40.0, LicenceState::NotYetValid),
        ];
        for (change, kw, state) in cases {
            assert_eq!(of(change, kw, spring.0, spring.1).state, state);
        }
        assert_eq!(of(|_| {}, 40.0, "2025-12-01", "2026-01-30").state, LicenceState::Expired);
    }

    #[test]
    fn hours_and_energy_beyond_the_licence_are_counted() {
        // 61 days of which 31 are covered: 30 days of 24 hours lie outside.
        let late = verdict(licence(), 40.0, "2025-12-01", "2026-01-30");
        assert!(late.reason().to_string().contains("hours=720"), "{}", late.reason());
        assert!((late.licensed_share - 31.0 / 61.0).abs() < 1e-12);
        // Of 80 kW the licence allows 50.
        assert_eq!(verdict(licence(), 80.0, "2025-03-01", "2025-05-31").licensed_share, 0.625);
    }

    #[test]
    fn hours_beyond_a_licence_are_those_that_the_readings_show() {
        let calendar = Calendar::new(None).unwrap();
        // From 1 December to 30 January 40 kW, in December on 12 hours of the day, and 80 kW on the
        // first ten days.
        let hour = |hour: i32| match (hour / 24, hour % 24) {
            (0..10, 0..12) => 80.0,
            (31.., _) | (_, 0..12) => 40.0,
            _ => 0.3,
        };
        let series = LoadSeries {
            usage_point: "A".into(),
            start: calendar.day_start(day("2025-12-01")),
            step_min: 60,
            kw: (0..61 * 24).map(hour).collect(),
        };
        // The estimate took the load for one that runs four hours a day.
        let mut load = LicensedLoad {
            kw: 60.0,
            together_kw: 60.0,
            days: (day("2025-12-01"), day("2026-01-30")),
            hours_a_day: 4.0,
        };
        let counted = judge(&licence(), LicenceMatch::UsagePoint, load).counted(&series, &calendar);
        assert_eq!(counted.hours, HoursBeyond { outside: 30.0 * 24.0, above: 120.0 });
        assert!(
            counted.reason().to_string().contains("hours=720") && counted.reason().to_string().contains("hours=120"),
            "{}",
            counted.reason()
        );
        let (used, allowed) = (120.0 * 80.0 + (252.0 + 720.0) * 40.0, 120.0 * 50.0 + 252.0 * 40.0);
        assert!((counted.licensed_share - allowed / used).abs() < 1e-6, "{}", counted.licensed_share);
        load.kw = 20.0;
        assert_eq!(
            judge(&Licence { valid_to: None, ..licence() }, LicenceMatch::UsagePoint, load)
                .counted(&series, &calendar)
                .hours
                .above,
            120.0
        );
    }

    #[test]
    fn an_expired_licence_does_not_make_a_farm_of_a_flat() {
        let flat = verdict(licence(), 0.4, "2026-03-01", "2026-05-31");
        assert!(!flat.is_exceeded() && !flat.is_within());
    }

    #[test]
    fn under_a_licence_by_address_all_farms_of_the_building_count_together() {
        let by_address = Licence { target: LicenceTarget::Address("Abay street, 1".into()), ..licence() };
        let verdict = verdict(by_address, 40.0, "2025-03-01", "2025-05-31");
        assert_eq!((verdict.state, verdict.matched), (LicenceState::Exceeded, LicenceMatch::Address));
        assert!(verdict.reason().to_string().contains("kw=80.0"), "{}", verdict.reason());
    }

    #[test]
    fn a_holder_who_is_somebody_else_is_told() {
        let foreign =
            verdict(Licence { bin: Some("123456789012".into()), ..licence() }, 40.0, "2025-03-01", "2025-05-31");
        assert!(foreign.is_within() && foreign.reason().to_string().contains("licence.holder"), "{}", foreign.reason());
    }

    #[test]
    fn an_address_of_the_register_that_is_not_the_meters_is_told() {
        let told = |address: &str| {
            verdict(Licence { address: Some(address.into()), ..licence() }, 40.0, "2025-03-01", "2025-05-31").reason()
        };
        assert!(told("Abay 7").to_string().contains("licence.elsewhere"));
        assert!(!told("ABAY, 1").to_string().contains("licence.elsewhere"));
    }

    #[test]
    fn without_a_licence_there_is_no_verdict() {
        assert!(LicenceCheck::default().match_of("B").is_none());
    }
}
