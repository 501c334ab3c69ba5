//! The metered-load engine from series to judgements: fault gate, profiles, peers, evidence, calibration.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{Calendar, CivilDay, Customer, Fault, FaultKind, Heating, UsagePointId, Weather};
use crate::evidence::{self, DayWeather, Subject};
use crate::findings::Resolution;
use crate::fusion::{Calibration, CalibrationSettings, Host, InjectionSettings, Judgement, Measured, plant};
use crate::population::{NodeFacts, Peers, Stratum};
use crate::profile::NodeProfile;
use crate::series::{FaultGate, LoadSeries, RawReading, Regular, regular_series};

/// Interval share that may be estimated before a usage point's shape is not believed.
const MOST_ESTIMATED: f64 = 0.5;

/// A usage point's series behind the fault gate.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) series: LoadSeries,
    pub(super) faults: Vec<Fault>,
}

/// One usage point through the engine.
#[derive(Debug)]
pub(super) struct MeteredPoint {
    pub(super) series: LoadSeries,
    pub(super) profile: NodeProfile,
    pub(super) facts: NodeFacts,
    pub(super) stratum: Stratum,
    pub(super) measured: Measured,
    pub(super) judgement: Option<Judgement>,
}

/// What the engine needs besides readings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(super) weather: &'a Weather,
    pub(super) injection: InjectionSettings,
    /// Usage points that farms are planted in, at most.
    pub(super) sample: usize,
}

/// The engine's result: usage points in the order of their ids, and what was learned.
#[derive(Debug)]
pub(super) struct Metered {
    pub(super) points: Vec<MeteredPoint>,
    pub(super) peers: Peers,
    pub(super) day_weather: DayWeather,
    pub(super) calibration: Option<Calibration>,
}

/// Puts readings on an even time axis, clips them to the period and passes them through the fault gate, in parallel over usage points.
pub(super) fn prepare(
    readings: Vec<(UsagePointId, Vec<RawReading>)>,
    calendar: &Calendar,
    customers: &BTreeMap<UsagePointId, Customer>,
    period: Option<(CivilDay, CivilDay)>,
) -> Vec<Prepared> {
    let gate = FaultGate { calendar };
    readings
        .into_par_iter()
        .filter_map(|(usage_point, raw)| {
            let Regular { mut series, mut faults, estimated_share } = regular_series(&usage_point, raw, calendar)?;
            if let Some((from, to)) = period {
                series = series.clip(calendar, from, to);
            }
            if series.kw.is_empty() {
                return None;
            }
            let contracted_kw = customers.get(&usage_point).and_then(|customer| customer.contracted_kw);
            let mut gated = gate.pass(series, contracted_kw);
            if estimated_share > MOST_ESTIMATED {
                // Estimates are drawn from old profiles: their course of the day says nothing about the load.
                gated.series.kw.fill(f32::NAN);
            }
            faults.append(&mut gated.faults);
            Some(Prepared { series: gated.series, faults })
        })
        .collect()
}

/// Profiles, measures, calibrates and judges. `prepared` holds usage points without balance meters, in the order of their ids.
pub(super) fn run(prepared: Vec<LoadSeries>, setting: &Setting, calibration: CalibrationSettings) -> Metered {
    let day_weather = day_weather(&prepared, setting);
    let profiled: Vec<(LoadSeries, NodeProfile, NodeFacts, Stratum)> = prepared
        .into_par_iter()
        .map(|series| {
            let profile = NodeProfile::of(&series, setting.calendar);
            let facts = NodeFacts::of(setting.customers.get(&series.usage_point));
            let stratum = facts.stratum();
            (series, profile, facts, stratum)
        })
        .collect();
    let peers = Peers::of(profiled.iter().map(|(_, profile, _, stratum)| (stratum, profile)));
    let mut points: Vec<MeteredPoint> = profiled
        .into_par_iter()
        .map(|(series, profile, facts, stratum)| {
            let measured = measure(&profile, &facts, &stratum, &peers, &day_weather);
            MeteredPoint { series, profile, facts, stratum, measured, judgement: None }
        })
        .collect();
    let calibration = calibrate(&points, &peers, &day_weather, setting, calibration);
    if let Some(calibration) = &calibration {
        points.par_iter_mut().for_each(|point| point.judgement = calibration.judge(&point.measured));
    }
    Metered { points, peers, day_weather, calibration }
}

fn day_weather(series: &[LoadSeries], setting: &Setting) -> DayWeather {
    let spans = series.iter().filter_map(|series| series.days(setting.calendar));
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    span.map_or_else(DayWeather::default, |(from, to)| DayWeather::new(setting.weather, setting.calendar, from, to))
}

fn measure(profile: &NodeProfile, facts: &NodeFacts, stratum: &Stratum, peers: &Peers, day_weather: &DayWeather) -> Measured {
    let subject = Subject { profile, peers: peers.baseline(stratum), facts, weather: day_weather };
    // Usage points share tables with their class, heated ones with heated ones, and coarse readings only with coarse ones: their tests differ.
    let heating = if facts.heating == Heating::Electric { ", electric heating" } else { "" };
    let group = format!("{}{heating}, {}", facts.tariff_class, if profile.has_hours() { "hourly or finer" } else { "daily" });
    Measured { group, tariff_class: facts.tariff_class.clone(), statistics: evidence::measure(&subject) }
}

fn calibrate(
    points: &[MeteredPoint],
    peers: &Peers,
    day_weather: &DayWeather,
    setting: &Setting,
    calibration: CalibrationSettings,
) -> Option<Calibration> {
    let hosts = sample(points, setting.injection.seed, setting.sample);
    let host_series: Vec<Host> = hosts.iter().map(|point| Host { series: &point.series, contracted_kw: point.facts.contracted_kw }).collect();
    let planted = plant(&host_series, setting.injection, setting.calendar, setting.weather, |planted| {
        let host = hosts[planted.host];
        let profile = NodeProfile::of(&planted.series, setting.calendar);
        Some(measure(&profile, &host.facts, &host.stratum, peers, day_weather))
    });
    let population: Vec<Measured> = points.iter().map(|point| point.measured.clone()).collect();
    Calibration::fit(&population, &planted, calibration)
}

/// Usage points with the smallest hashes of their ids: a sample that does not change when others are added, in the order of ids.
fn sample(points: &[MeteredPoint], seed: u64, most: usize) -> Vec<&MeteredPoint> {
    let mut keyed: Vec<(u64, &MeteredPoint)> = points
        .iter()
        .filter(|point| !point.profile.days.is_empty())
        .map(|point| (crate::domain::seed_of(seed, &point.series.usage_point, crate::domain::Purpose::Sample, 0), point))
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.series.usage_point.cmp(&b.1.series.usage_point)));
    keyed.truncate(most);
    let mut sample: Vec<&MeteredPoint> = keyed.into_iter().map(|(_, point)| point).collect();
    sample.sort_by(|a, b| a.series.usage_point.cmp(&b.series.usage_point));
    sample
}

impl MeteredPoint {
    /// The point as the tests see it.
    pub(super) fn subject<'a>(&'a self, peers: &'a Peers, day_weather: &'a DayWeather) -> Subject<'a> {
        Subject { profile: &self.profile, peers: peers.baseline(&self.stratum), facts: &self.facts, weather: day_weather }
    }

    /// How fine its readings are.
    pub(super) fn resolution(&self) -> Resolution {
        match self.series.step_min {
            step @ 0..=60 => Resolution::Interval(step as u16),
            _ => Resolution::Daily,
        }
    }
}

/// Usage points that the grid or the customer file does not know, when there is one.
pub(super) fn unknown_points<'a>(
    usage_points: impl Iterator<Item = &'a UsagePointId>,
    in_grid: impl Fn(&str) -> bool,
    grid_given: bool,
    customers: &BTreeMap<UsagePointId, Customer>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut report = |usage_point: &UsagePointId, kind, detail: &str| {
        faults.push(Fault { usage_point: usage_point.clone(), kind, from: None, to: None, share: None, detail: detail.to_owned() });
    };
    for usage_point in usage_points {
        if grid_given && !in_grid(usage_point) {
            report(usage_point, FaultKind::Unlinked, "read, but not in the grid file: its energy is missing from every balance");
        }
        if !customers.is_empty() && !customers.contains_key(usage_point) {
            report(usage_point, FaultKind::UnknownCustomer, "read, but not in the customer file: judged without class and contracted power");
        }
    }
    faults
}
