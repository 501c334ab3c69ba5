//! The metered-load engine from profiles to judgements: peers, evidence, planted farms,
//! calibration.
//!
//! Profiles are gone through once, chunk by chunk, when the peers' baselines are known; what stays
//! of a usage point are its statistics and its estimated load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::digest::{DigestError, DigestPlace, DigestStore, Point, RatioAsked, UsageProfile};
use crate::domain::{CivilDay, Purpose, Step, UsagePointId, seed_of};
use crate::evidence::{self, HiddenLoad, LoadCourse, OwnFloor, Subject, hidden_load};
use crate::population::{Buildings, Traits};
use crate::series::LoadSeries;

use super::bench::{Bench, EngineSetting, bench, kin};
use super::calibration::{Calibration, CalibrationSettings};
use super::injection::{Host, plant};
use super::measured::Measured;
use super::neighbours::{Account, with_neighbours};
use super::point::{MeteredPoint, Shift};
use super::stories::{Positive, Story};
use super::visits::Known;

/// Planted farms that a group should have.
const ENOUGH_FARMS: u32 = 1500;
/// Farms that one host gets for it, at most.
const MOST_FARMS: u32 = 10;
/// Planted farms that one which was found counts as: fifty found ones then weigh a third of what is
/// planted in a group, and one alone hardly anything.
const FOUND_COUNTS: usize = 10;
/// Share of the usual load from which on a farm is nearly all that is there.
const VACANT: f64 = 0.85;

/// The engine's result: usage points in the order of their ids, and what was learned.
pub(crate) struct Metered<'a> {
    pub(crate) points: Vec<MeteredPoint>,
    pub(crate) calibration: Option<Calibration>,
    pub(crate) bench: Bench<'a>,
    pub(crate) profiles: &'a DigestStore,
    /// Days judged; `None` = all.
    judged: Option<(CivilDay, CivilDay)>,
}

/// Measures, calibrates and judges. `points` holds usage points without balance meters, in the
/// order of their ids.
pub(crate) fn judge_all<'a>(
    points: Vec<Point<Traits>>,
    hosts: &[LoadSeries],
    profiles: &'a DigestStore,
    setting: &EngineSetting<'a>,
    calibration: CalibrationSettings,
) -> Result<Metered<'a>, DigestError> {
    let bench = bench(&points, setting);
    let calibration = calibration.for_classes(bench.premises());
    let mut points = measure_all(points, profiles, &bench)?;
    let found = found_farms(&points, profiles, &bench)?;
    let calibration = calibrate((&points, found), hosts, &bench, setting, calibration);
    if let Some(calibration) = &calibration {
        points.par_iter_mut().for_each(|point| point.ledger = calibration.ledger(&point.measured));
        ask_neighbours(&mut points, calibration, setting.buildings);
    }
    Ok(Metered { points, calibration, bench, profiles, judged: setting.period })
}

/// Shows the profiles at `places` to `look`, chunks in parallel; results come in the order of
/// `places`.
fn look_at_all<T: Send>(
    places: &[DigestPlace],
    profiles: &DigestStore,
    look: impl Fn(usize, &UsageProfile) -> T + Sync,
) -> Result<Vec<T>, DigestError> {
    let mut by_place: Vec<(DigestPlace, u32)> =
        places.iter().enumerate().map(|(index, &place)| (place, index as u32)).collect();
    by_place.par_sort_unstable();
    let chunks: Vec<&[(DigestPlace, u32)]> = by_place.chunk_by(|a, b| a.0.chunk() == b.0.chunk()).collect();
    let seen: Result<Vec<Vec<(u32, T)>>, DigestError> = (chunks.par_iter())
        .with_max_len(1)
        .map(|chunk| {
            let places: Vec<DigestPlace> = chunk.iter().map(|(place, _)| *place).collect();
            let mut found = Vec::with_capacity(chunk.len());
            profiles.each(&places, |position, profile| {
                let index = chunk[position].1;
                found.push((index, look(index as usize, &profile)));
            })?;
            Ok(found)
        })
        .collect();
    let mut slots: Vec<Option<T>> = places.iter().map(|_| None).collect();
    for (index, found) in seen?.into_iter().flatten() {
        slots[index as usize] = Some(found);
    }
    slots.into_iter().map(|slot| slot.ok_or(DigestError::NoDigest)).collect()
}

fn measure_all(
    points: Vec<Point<Traits>>,
    profiles: &DigestStore,
    bench: &Bench,
) -> Result<Vec<MeteredPoint>, DigestError> {
    let places: Vec<DigestPlace> = points.iter().map(|point| point.digest).collect();
    let measured = look_at_all(&places, profiles, |index, profile| {
        (
            bench.with_subject(&points[index].id, profile, |subject| bench.measure(&points[index].id, subject)),
            Shift::of(profile),
        )
    })?;
    let put = |(point, (measured, shift)): (Point<Traits>, (Measured, Shift))| {
        let Point { id: usage_point, step_min, days, mean_kw, digest: profile, .. } = point;
        MeteredPoint { usage_point, step_min, days, mean_kw, profile, measured, ledger: None, shift }
    };
    Ok(points.into_iter().zip(measured).map(put).collect())
}

/// Raises the odds of usage points whose building holds others with a like load.
fn ask_neighbours(points: &mut [MeteredPoint], calibration: &Calibration, buildings: &Buildings) {
    let Some(floor) = evidence::statistics().position(|(_, statistic)| statistic.name == evidence::FLOOR) else {
        return;
    };
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, point) in points.iter().enumerate().filter(|(_, point)| point.ledger.is_some()) {
        if let Some(building) = buildings.of_usage_point(&point.usage_point) {
            members.entry(building).or_default().push(index);
        }
    }
    for (building, members) in members.into_iter().filter(|(_, members)| members.len() > 1) {
        let account = |&index: &usize| {
            let MeteredPoint { measured, ledger, .. } = &points[index];
            let prevalence = calibration.prevalence(&measured.group, &measured.tariff_class, 1.0).clamp(1e-7, 0.5);
            Account {
                log_odds: ledger.map_or(f64::NEG_INFINITY, |ledger| ledger.log_odds()),
                prevalence,
                ln_floor_kw: f64::from(measured.statistics[floor]),
            }
        };
        let accounts: Vec<Account> = members.iter().map(account).collect();
        for (index, after) in members.iter().zip(with_neighbours(&accounts, buildings.usage_points(building))) {
            if let Some(ledger) = &mut points[*index].ledger {
                ledger.enter_result(Step::Address, after);
            }
        }
    }
}

/// Kept series with what bounds a farm in them. Where a group has few, each gets more farms, since
/// every group learns from its own.
pub(crate) fn hosts_of<'h>(hosts: &'h [LoadSeries], bench: &Bench, setting: &EngineSetting) -> Vec<Host<'h>> {
    let group = |series: &LoadSeries| bench.groups.name(&kin(&bench.facts(&series.usage_point), series.step_min <= 60));
    let mut members: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for series in hosts {
        *members.entry(group(series)).or_default() += 1;
    }
    let usual = setting.injection.per_host;
    let farms = |series: &LoadSeries| (ENOUGH_FARMS / members[&group(series)]).clamp(usual, usual.max(MOST_FARMS));
    let of_host = |series: &'h LoadSeries| Host {
        series,
        contracted_kw: setting.customers.get(&series.usage_point).and_then(|c| c.contracted_kw),
        farms: farms(series),
    };
    hosts.iter().map(of_host).collect()
}

/// Farms that inspectors found, as they stand beside planted ones.
fn found_farms(points: &[MeteredPoint], profiles: &DigestStore, bench: &Bench) -> Result<Vec<Positive>, DigestError> {
    let mut found = Vec::new();
    for point in points.iter().filter(|point| point.measured.known == Known::Farm) {
        let profile = profiles.get(point.profile)?;
        let load = bench.with_subject(&point.usage_point, &profile, |subject| hidden_load(subject, OwnFloor::AsPeers));
        let story = Story {
            scheduled: load.is_some_and(|load| load.pattern == LoadCourse::Scheduled),
            vacant: load.is_some_and(|load| load.kw >= VACANT * profile.high_mean_kw),
            begins: load.is_some_and(|load| load.since.is_some()),
        };
        found.extend((0..FOUND_COUNTS).map(|_| Positive { story, measured: point.measured.clone() }));
    }
    Ok(found)
}

fn calibrate(
    (points, found): (&[MeteredPoint], Vec<Positive>),
    hosts: &[LoadSeries],
    bench: &Bench,
    setting: &EngineSetting,
    calibration: CalibrationSettings,
) -> Option<Calibration> {
    // Nothing is planted in a farm.
    let farms: BTreeSet<&UsagePointId> =
        points.iter().filter(|point| point.measured.known == Known::Farm).map(|point| &point.usage_point).collect();
    let mut hosts = hosts_of(hosts, bench, setting);
    hosts.retain(|host| !farms.contains(&host.series.usage_point));
    let mut planted = plant(&hosts, setting.injection, setting.calendar, setting.weather, |planted| {
        let profile = UsageProfile::of(&planted.series, setting.calendar);
        let id = &planted.series.usage_point;
        Some(Positive {
            story: planted.story(),
            measured: bench.with_subject(id, &profile, |subject| bench.measure(id, subject)),
        })
    });
    planted.extend(found);
    let mut members: BTreeMap<Arc<str>, (usize, usize)> = BTreeMap::new();
    for point in points {
        let of_group = members.entry(point.measured.group.clone()).or_default();
        of_group.0 += 1;
        of_group.1 += usize::from(point.measured.known == Known::Farm);
    }
    let population: Vec<&Measured> =
        sample(points, setting.injection.seed, setting.population).into_iter().map(|point| &point.measured).collect();
    Calibration::fit(&population, &members, &planted, calibration)
}

/// Up to `most` usage points, those with the smallest hashes of their ids, in the order of ids.
fn sample(points: &[MeteredPoint], seed: u64, most: usize) -> Vec<&MeteredPoint> {
    if points.len() <= most {
        return points.iter().collect();
    }
    let mut keyed: Vec<(u64, u32)> = points
        .par_iter()
        .enumerate()
        .map(|(index, point)| (seed_of(seed, &point.usage_point, Purpose::Sample, 0), index as u32))
        .collect();
    keyed.select_nth_unstable(most - 1);
    keyed.truncate(most);
    let mut chosen: Vec<u32> = keyed.into_iter().map(|(_, index)| index).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|index| &points[index as usize]).collect()
}

/// Mean power of every judged day, kW.
pub(crate) type DayMeans = Vec<(CivilDay, f32)>;

/// What a balance says of a meter ratio that appears or disappears in mid-series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RatioIs {
    /// Otherwise than the fault gate decided.
    Otherwise,
    /// As the gate decided.
    AsRead,
    /// The balance cannot tell.
    Open,
}

impl Metered<'_> {
    /// Shows the profile of one usage point to `look`.
    pub(crate) fn look_at<T>(&self, point: &MeteredPoint, look: impl FnOnce(&Subject) -> T) -> Result<T, DigestError> {
        let profile = self.profiles.get(point.profile)?;
        Ok(self.bench.with_subject(&point.usage_point, &profile, look))
    }

    /// Judges usage points with a meter ratio once more when balances have been asked: by the other
    /// series where a balance shows it to be the true one. Where nothing shows which is, a
    /// suspicion speaks for the accused: the load must look like a farm either way. The likeness to
    /// neighbours is not asked again.
    pub(crate) fn judge_again(
        &mut self,
        ratios: &[RatioAsked],
        settled: impl Fn(&str) -> RatioIs,
    ) -> Result<(), DigestError> {
        for asked in ratios {
            let id = &asked.otherwise.usage_point;
            let is = settled(id);
            let (is_other, is_open) = (is == RatioIs::Otherwise, !asked.divided && is == RatioIs::Open);
            let (Some(place), true) = (self.place(id), is_other || is_open) else { continue };
            let profile = self.profiles.get(asked.digest)?;
            let measured = self.bench.with_subject(id, &profile, |subject| self.bench.measure(id, subject));
            let ledger = self.calibration.as_ref().and_then(|calibration| calibration.ledger(&measured));
            let log_odds = ledger.map(|ledger| ledger.log_odds());
            let point = &mut self.points[place];
            if is_other || log_odds < point.log_odds() {
                (point.profile, point.mean_kw, point.shift) = (asked.digest, asked.mean_kw, Shift::of(&profile));
                (point.measured, point.ledger) = (measured, ledger);
            }
        }
        Ok(())
    }

    /// What the own load of every usage point is worth more when farms are planted by the seed of
    /// `setting`, log-odds in the order of `points`; NaN where nothing could be tested.
    pub(crate) fn planted_anew(
        &self,
        hosts: &[LoadSeries],
        setting: &EngineSetting,
        calibration: CalibrationSettings,
    ) -> Result<Vec<f32>, DigestError> {
        let calibration = calibration.for_classes(self.bench.premises());
        let found = found_farms(&self.points, self.profiles, &self.bench)?;
        let again = calibrate((&self.points, found), hosts, &self.bench, setting, calibration);
        let worth = |calibration: Option<&Calibration>, point: &MeteredPoint| {
            calibration.and_then(|one| one.ledger(&point.measured)).map_or(f64::NAN, |ledger| ledger.log_odds())
        };
        let moved = |point| (worth(again.as_ref(), point) - worth(self.calibration.as_ref(), point)) as f32;
        Ok(self.points.par_iter().map(moved).collect())
    }

    /// The hidden load of each of `points`, from its profile; `None` with less than a week of days.
    pub(crate) fn hidden_loads(
        &self,
        points: &[&MeteredPoint],
        own_floor: impl Fn(&str) -> OwnFloor + Sync,
    ) -> Result<Vec<Option<HiddenLoad>>, DigestError> {
        let places: Vec<DigestPlace> = points.iter().map(|point| point.profile).collect();
        look_at_all(&places, self.profiles, |index, profile| {
            let id = &points[index].usage_point;
            self.bench.with_subject(id, profile, |subject| hidden_load(subject, own_floor(id)))
        })
    }

    /// First and last day of all readings that were judged; `None` without any.
    pub(crate) fn period(&self) -> Option<(CivilDay, CivilDay)> {
        let all = self.points.iter().map(|point| point.days).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        all.map(|days| self.judged_days(days))
    }

    /// Of a usage point's days those that are judged.
    pub(crate) fn judged_days(&self, (from, to): (CivilDay, CivilDay)) -> (CivilDay, CivilDay) {
        self.judged.map_or((from, to), |(first, last)| (from.max(first), to.min(last)))
    }

    /// Mean power of every judged day of these usage points, kW; `None` for one that was not read.
    pub(crate) fn day_means(&self, ids: &[&UsagePointId]) -> Result<Vec<Option<DayMeans>>, DigestError> {
        let found: Vec<Option<DigestPlace>> = ids.iter().map(|id| self.point(id).map(|point| point.profile)).collect();
        let places: Vec<DigestPlace> = found.iter().flatten().copied().collect();
        let mut means = look_at_all(&places, self.profiles, |_, profile| {
            profile.days.iter().map(|day| (day.day, day.summary.mean_kw)).collect()
        })?
        .into_iter();
        Ok(found.into_iter().map(|place| place.and_then(|_| means.next())).collect())
    }

    /// Whether a usage point was read.
    pub(crate) fn is_read(&self, id: &str) -> bool {
        self.point(id).is_some()
    }

    /// A usage point by its id.
    pub(crate) fn point(&self, id: &str) -> Option<&MeteredPoint> {
        self.place(id).map(|place| &self.points[place])
    }

    /// Its place in the order of ids.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.points.binary_search_by(|point| point.usage_point.as_ref().cmp(id)).ok()
    }
}
