//! The metered-load engine from profiles to judgements: peers, evidence, planted farms,
//! calibration.
//!
//! Profiles are gone through once, chunk by chunk, when the peers' baselines are known; what stays
//! of a usage point are its statistics and its estimated load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::digest::{ProfilePlace, ProfileStore, UsageProfile};
use crate::domain::{
    Calendar, CivilDay, Customer, Fault, FaultKind, Grid, Heating, Ledger, Purpose, Step, UsagePointId, Weather,
    seed_of,
};
use crate::evidence::{self, DayWeather, HiddenLoad, OwnFloor, Subject, hidden_load};
use crate::findings::Resolution;
use crate::metered::{
    Account, Calibration, CalibrationSettings, Groups, Host, InjectionSettings, Kin, Measured, Positive, plant,
    with_neighbours,
};
use crate::population::Buildings;
use crate::population::{
    ClassWords, CustomerFacts, PeerBaseline, Peers, Premises, Stratum, UNKNOWN_CLASS, premises_of_classes,
};
use crate::series::LoadSeries;

use crate::digest::first_pass::{Point, RatioAsked};
use crate::metered::crowds::Crowds;

/// Planted farms that a group should have, and those that one host gets for it at most.
const ENOUGH_FARMS: u32 = 1500;
const MOST_FARMS: u32 = 10;

/// One usage point through the engine.
#[derive(Debug)]
pub(crate) struct MeteredPoint {
    pub(crate) usage_point: UsagePointId,
    pub(crate) step_min: u32,
    pub(crate) days: (CivilDay, CivilDay),
    pub(crate) mean_kw: Option<f64>,
    pub(crate) profile: ProfilePlace,
    pub(crate) measured: Measured,
    /// What is believed of a farm there; `None` when nothing could be tested.
    pub(crate) ledger: Option<Ledger>,
    /// The change of its daily mean.
    pub(crate) shift: Shift,
}

/// The best split of a load's days in two by their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shift {
    /// First day after it.
    pub(crate) day: CivilDay,
    /// Typical daily mean before, kW.
    pub(crate) before_kw: f32,
    /// Change of it, kW; 0 without one.
    pub(crate) kw: f32,
}

/// What the engine needs besides profiles.
#[derive(Clone, Copy)]
pub(crate) struct EngineSetting<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) buildings: &'a Buildings,
    pub(crate) grid: &'a Grid,
    pub(crate) class_words: &'a ClassWords,
    pub(crate) weather: &'a Weather,
    pub(crate) injection: InjectionSettings,
    /// Usage points that tables are learned from, at most.
    pub(crate) population: usize,
}

/// The engine's result: usage points in the order of their ids, and what was learned.
pub(crate) struct Metered<'a> {
    pub(crate) points: Vec<MeteredPoint>,
    pub(crate) calibration: Option<Calibration>,
    pub(crate) bench: Bench<'a>,
    pub(crate) profiles: &'a ProfileStore,
}

/// What every usage point is measured against.
pub(crate) struct Bench<'a> {
    customers: &'a BTreeMap<UsagePointId, Customer>,
    peers: Peers,
    /// What every tariff class is for.
    premises: BTreeMap<String, Premises>,
    crowds: Crowds<'a>,
    day_weather: DayWeather,
    seed: u64,
    groups: Groups,
    /// Tariff classes, each text once.
    names: BTreeSet<Arc<str>>,
}

impl Bench<'_> {
    /// What the utility knows of a usage point.
    pub(crate) fn facts(&self, id: &str) -> CustomerFacts {
        let facts = CustomerFacts::of(self.customers.get(id));
        CustomerFacts { premises: self.premises.get(&facts.tariff_class).copied().unwrap_or_default(), ..facts }
    }

    /// What every tariff class is for.
    pub(crate) fn premises(&self) -> &BTreeMap<String, Premises> {
        &self.premises
    }

    /// The mean power that is usual for the peers, kW.
    pub(crate) fn usual_kw(&self, stratum: &Stratum) -> Option<f64> {
        self.peers.baseline(stratum).and_then(|baseline| baseline.ln_mean_kw).map(f64::exp)
    }

    /// What is usual for the peers of a usage point; `None` when nothing was profiled.
    pub(crate) fn peers_of(&self, id: &str) -> Option<&PeerBaseline> {
        self.peers.baseline(&self.facts(id).stratum())
    }

    /// Shows a profile to `look` as the tests see it.
    pub(crate) fn with_subject<T>(&self, id: &str, profile: &UsageProfile, look: impl FnOnce(&Subject) -> T) -> T {
        let facts = self.facts(id);
        let alone = self.crowds.alone(id, &facts, profile, &self.day_weather);
        let stratum = facts.stratum();
        let floors = self.peers.floor_range(&stratum);
        look(
            &Subject::new(profile, self.peers.baseline(&stratum), &facts, &self.day_weather)
                .among(alone)
                .with_floors(floors),
        )
    }

    fn name(&self, text: &str) -> Arc<str> {
        self.names.get(text).cloned().unwrap_or_else(|| text.into())
    }

    pub(crate) fn measure(&self, id: &str, subject: &Subject) -> Measured {
        let class = &subject.facts.tariff_class;
        let group = self.groups.name(&kin(subject.facts, subject.profile.has_hours()));
        Measured {
            group: self.name(&group),
            tariff_class: self.name(class),
            statistics: evidence::measure(subject),
            inactive: subject.facts.inactive,
            fold: Measured::fold_of(self.seed, id),
        }
    }
}

fn kin(facts: &CustomerFacts, has_hours: bool) -> Kin {
    Kin { tariff_class: facts.tariff_class.clone(), electric_heating: facts.heating == Heating::Electric, has_hours }
}

/// Measures, calibrates and judges. `points` holds usage points without balance meters, in the
/// order of their ids.
pub(crate) fn run<'a>(
    points: Vec<Point>,
    hosts: &[LoadSeries],
    profiles: &'a ProfileStore,
    setting: &EngineSetting<'a>,
    calibration: CalibrationSettings,
) -> Metered<'a> {
    let bench = bench(&points, setting);
    let calibration = calibration.for_classes(bench.premises());
    let mut points = measure_all(points, profiles, &bench);
    let calibration = calibrate(&points, hosts, &bench, setting, calibration);
    if let Some(calibration) = &calibration {
        points.par_iter_mut().for_each(|point| point.ledger = calibration.ledger(&point.measured));
        ask_neighbours(&mut points, calibration, setting.buildings);
    }
    Metered { points, calibration, bench, profiles }
}

/// Tariff class, bits of contracted power, heating.
type FactKey<'c> = (Option<&'c str>, Option<u64>, Heating);

fn bench<'a>(points: &[Point], setting: &EngineSetting<'a>) -> Bench<'a> {
    let span = points.iter().map(|point| point.days).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let day_weather = span
        .map_or_else(DayWeather::default, |(from, to)| DayWeather::new(setting.weather, setting.calendar, from, to));
    // Strata, kins and names are few; each is made once.
    let mut strata: BTreeMap<FactKey, (Stratum, CustomerFacts)> = BTreeMap::new();
    let mut members: BTreeMap<(Option<&str>, Heating, bool), usize> = BTreeMap::new();
    let keys: Vec<FactKey> = (points.iter())
        .map(|point| {
            let customer = setting.customers.get(&point.id);
            let class = customer.and_then(|c| c.tariff_class.as_deref());
            let heating = customer.map_or(Heating::Unknown, |c| c.heating);
            let key = (class, customer.and_then(|c| c.contracted_kw).map(f64::to_bits), heating);
            strata.entry(key).or_insert_with(|| {
                let facts = CustomerFacts::of(customer);
                (facts.stratum(), facts)
            });
            *members.entry((class, heating, point.step_min <= 60)).or_default() += 1;
            key
        })
        .collect();
    let facts_of = |class: Option<&str>, heating: Heating| {
        &strata[&keys.iter().find(|key| key.0 == class && key.2 == heating).copied().unwrap_or_default()].1
    };
    let mut kins: BTreeMap<Kin, usize> = BTreeMap::new();
    for (&(class, heating, has_hours), count) in &members {
        *kins.entry(kin(facts_of(class, heating), has_hours)).or_default() += count;
    }
    let names = strata.values().map(|(_, facts)| facts.tariff_class.as_str().into()).collect();
    let peers = Peers::of(keys.iter().zip(points).map(|(key, point)| (&strata[key].0, point.peer_values)));
    let habits = keys
        .iter()
        .zip(points)
        .map(|(key, point)| (strata[key].1.tariff_class.as_str(), point.peer_values.ln_mean_kw, point.habits));
    let premises = premises_of_classes(habits, setting.class_words, UNKNOWN_CLASS);
    let risen = keys.iter().zip(points).map(|(key, point)| (&point.id, &strata[key].1, point.rise));
    let crowds = Crowds::of(risen, setting.grid, setting.buildings, span);
    Bench {
        customers: setting.customers,
        peers,
        premises,
        crowds,
        day_weather,
        seed: setting.injection.seed,
        groups: Groups::of(&kins),
        names,
    }
}

/// Shows the profiles at `places` to `look`, chunks in parallel; results come in the order of
/// `places`, `None` where the file with profiles failed.
fn look_at_all<T: Send>(
    places: &[ProfilePlace],
    profiles: &ProfileStore,
    look: impl Fn(usize, &UsageProfile) -> T + Sync,
) -> Vec<Option<T>> {
    let mut by_place: Vec<(ProfilePlace, u32)> =
        places.iter().enumerate().map(|(index, &place)| (place, index as u32)).collect();
    by_place.par_sort_unstable();
    let chunks: Vec<&[(ProfilePlace, u32)]> = by_place.chunk_by(|a, b| a.0.chunk() == b.0.chunk()).collect();
    let seen: Vec<Vec<(u32, T)>> = (chunks.par_iter())
        .with_max_len(1)
        .map(|chunk| {
            let places: Vec<ProfilePlace> = chunk.iter().map(|(place, _)| *place).collect();
            let mut found = Vec::with_capacity(chunk.len());
            profiles.each(&places, |position, profile| {
                let index = chunk[position].1;
                found.push((index, look(index as usize, &profile)));
            });
            found
        })
        .collect();
    let mut slots: Vec<Option<T>> = places.iter().map(|_| None).collect();
    for (index, found) in seen.into_iter().flatten() {
        slots[index as usize] = Some(found);
    }
    slots
}

fn measure_all(points: Vec<Point>, profiles: &ProfileStore, bench: &Bench) -> Vec<MeteredPoint> {
    let places: Vec<ProfilePlace> = points.iter().map(|point| point.profile).collect();
    let measured = look_at_all(&places, profiles, |index, profile| {
        (
            bench.with_subject(&points[index].id, profile, |subject| bench.measure(&points[index].id, subject)),
            Shift::of(profile),
        )
    });
    let put = |(point, measured): (Point, Option<(Measured, Shift)>)| {
        let (measured, shift) = measured?;
        let Point { id: usage_point, step_min, days, mean_kw, profile, .. } = point;
        Some(MeteredPoint { usage_point, step_min, days, mean_kw, profile, measured, ledger: None, shift })
    };
    points.into_iter().zip(measured).filter_map(put).collect()
}

impl Shift {
    fn of(profile: &UsageProfile) -> Self {
        let regimes = &profile.mean_regimes;
        let kw = (regimes.after_kw - regimes.before_kw) as f32;
        let day = profile.days.get(regimes.place).map_or(CivilDay(0), |day| day.day);
        if kw.is_nan() {
            Self { day, before_kw: 0.0, kw: 0.0 }
        } else {
            Self { day, before_kw: regimes.before_kw as f32, kw }
        }
    }

    /// By how much the mean fell for good, kW; 0 where it rose or fell by little: a meter stopped
    /// at night loses a tenth or more.
    fn fell_kw(self) -> f32 {
        const LEAST_SHARE: f32 = 0.1;
        if -self.kw > LEAST_SHARE * self.before_kw.abs() { -self.kw } else { 0.0 }
    }
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

fn calibrate(
    points: &[MeteredPoint],
    hosts: &[LoadSeries],
    bench: &Bench,
    setting: &EngineSetting,
    calibration: CalibrationSettings,
) -> Option<Calibration> {
    let planted =
        plant(&hosts_of(hosts, bench, setting), setting.injection, setting.calendar, setting.weather, |planted| {
            let profile = UsageProfile::of(&planted.series, setting.calendar);
            let id = &planted.series.usage_point;
            Some(Positive {
                story: planted.story(),
                measured: bench.with_subject(id, &profile, |subject| bench.measure(id, subject)),
            })
        });
    let mut members: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for point in points {
        *members.entry(point.measured.group.clone()).or_insert(0) += 1;
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

impl MeteredPoint {
    /// Log-odds for a farm; `None` when nothing could be tested.
    pub(crate) fn log_odds(&self) -> Option<f64> {
        self.ledger.map(|ledger| ledger.log_odds())
    }

    /// How fine its readings are.
    pub(crate) fn resolution(&self) -> Resolution {
        match self.step_min {
            step @ 0..=60 => Resolution::Interval(step as u16),
            _ => Resolution::Daily,
        }
    }
}

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
    /// Judges usage points with a meter ratio once more when balances have been asked: by the other
    /// series where a balance shows it to be the true one. Where nothing shows which is, a
    /// suspicion speaks for the accused: the load must look like a farm either way. The likeness to
    /// neighbours is not asked again.
    pub(crate) fn judge_again(&mut self, ratios: &[RatioAsked], settled: impl Fn(&str) -> RatioIs) {
        for asked in ratios {
            let id = &asked.otherwise.usage_point;
            let is = settled(id);
            let (is_other, is_open) = (is == RatioIs::Otherwise, !asked.divided && is == RatioIs::Open);
            let (Some(place), true) = (self.place(id), is_other || is_open) else { continue };
            let Some(profile) = self.profiles.get(asked.profile) else { continue };
            let measured = self.bench.with_subject(id, &profile, |subject| self.bench.measure(id, subject));
            let ledger = self.calibration.as_ref().and_then(|calibration| calibration.ledger(&measured));
            let log_odds = ledger.map(|ledger| ledger.log_odds());
            let point = &mut self.points[place];
            if is_other || log_odds < point.log_odds() {
                (point.profile, point.mean_kw, point.shift) = (asked.profile, asked.mean_kw, Shift::of(&profile));
                (point.measured, point.ledger) = (measured, ledger);
            }
        }
    }

    /// The hidden load of each of `points`, from its profile; `None` with less than a week of days.
    pub(crate) fn hidden_loads(
        &self,
        points: &[&MeteredPoint],
        own_floor: impl Fn(&str) -> OwnFloor + Sync,
    ) -> Vec<Option<HiddenLoad>> {
        let places: Vec<ProfilePlace> = points.iter().map(|point| point.profile).collect();
        let loads = look_at_all(&places, self.profiles, |index, profile| {
            let id = &points[index].usage_point;
            self.bench.with_subject(id, profile, |subject| hidden_load(subject, own_floor(id)))
        });
        loads.into_iter().map(Option::flatten).collect()
    }

    /// First and last day of all readings that were judged; `None` without any.
    pub(crate) fn period(&self) -> Option<(CivilDay, CivilDay)> {
        self.points.iter().map(|point| point.days).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Mean power of every judged day of these usage points, kW; `None` for one that was not read.
    pub(crate) fn day_means(&self, ids: &[&UsagePointId]) -> Vec<Option<Vec<(CivilDay, f32)>>> {
        let found: Vec<Option<ProfilePlace>> = ids.iter().map(|id| self.point(id).map(|point| point.profile)).collect();
        let places: Vec<ProfilePlace> = found.iter().flatten().copied().collect();
        let mut means = look_at_all(&places, self.profiles, |_, profile| {
            profile.days.iter().map(|day| (day.day, day.summary.mean_kw)).collect()
        })
        .into_iter();
        found.into_iter().map(|place| place.and_then(|_| means.next().flatten())).collect()
    }

    /// Whether a usage point was read.
    pub(crate) fn is_read(&self, id: &str) -> bool {
        self.point(id).is_some()
    }

    /// By how much a usage point's daily mean fell for good, kW; 0 where it did not, or where its
    /// hours are not read.
    pub(crate) fn fell_kw(&self, id: &str) -> f32 {
        self.point(id).filter(|point| point.step_min <= 60).map_or(0.0, |point| point.shift.fell_kw())
    }

    /// Whether any of a usage point's energy is believed, without which it is in no balance.
    pub(crate) fn has_energy(&self, id: &str) -> bool {
        self.point(id).is_some_and(|point| point.mean_kw.is_some())
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

/// Usage points that the grid or the customer file does not know, when there is one; each with the
/// first and last day of its readings.
pub(crate) fn unknown_points<'a>(
    usage_points: impl Iterator<Item = (&'a UsagePointId, (CivilDay, CivilDay))>,
    grid: &Grid,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut report = |usage_point: &UsagePointId, kind, detail: &str| {
        faults.push(Fault {
            usage_point: usage_point.clone(),
            kind,
            from: None,
            to: None,
            share: None,
            detail: detail.to_owned().into(),
        });
    };
    for (usage_point, (first, last)) in usage_points {
        if !grid.is_empty() && !grid.has_line(usage_point) {
            report(
                usage_point,
                FaultKind::Unlinked,
                "read, but not in the grid file: its energy is missing from every balance",
            );
        } else if grid.links(usage_point).is_some_and(|links| !links.iter().any(|link| link.overlaps(first, last))) {
            report(
                usage_point,
                FaultKind::Unlinked,
                "read, but its rows in the grid file hold on none of its days: its energy is missing from every balance",
            );
        }
        if !customers.is_empty() && !customers.contains_key(usage_point) {
            report(
                usage_point,
                FaultKind::UnknownCustomer,
                "read, but not in the customer file: judged without class and contracted power",
            );
        }
    }
    faults
}
