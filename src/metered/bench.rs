//! What usage points are measured against: their peers, the crowds that rise with them, the weather
//! and the customer file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::digest::{Point, UsageProfile};
use crate::domain::{Calendar, CivilDay, Customer, Grid, Heating, UsagePointId, Weather};
use crate::evidence::{self, DayWeather, Subject};
use crate::population::{
    Buildings, ClassWords, CustomerFacts, PeerBaseline, Peers, Premises, Stratum, Traits, UNKNOWN_CLASS,
    premises_of_classes,
};

use super::crowds::Crowds;
use super::groups::{Groups, Kin};
use super::injection::InjectionSettings;
use super::measured::Measured;
use super::visits::Visits;

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
    /// What inspectors found.
    pub(crate) visits: &'a Visits,
    /// Days judged; readings before them are history. `None` = all.
    pub(crate) period: Option<(CivilDay, CivilDay)>,
}

/// What every usage point is measured against.
pub(crate) struct Bench<'a> {
    customers: &'a BTreeMap<UsagePointId, Customer>,
    peers: Peers,
    /// What every tariff class is for.
    premises: BTreeMap<String, Premises>,
    crowds: Crowds<'a>,
    day_weather: DayWeather,
    pub(crate) visits: &'a Visits,
    pub(super) seed: u64,
    pub(super) groups: Groups,
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

    /// Which usage points share tables.
    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
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
            host: evidence::host(subject),
            inactive: subject.facts.inactive,
            fold: Measured::fold_of(self.seed, id),
            known: self.visits.known(id, subject.profile),
        }
    }
}

pub(super) fn kin(facts: &CustomerFacts, has_hours: bool) -> Kin {
    Kin { tariff_class: facts.tariff_class.clone(), electric_heating: facts.heating == Heating::Electric, has_hours }
}

/// Tariff class, bits of contracted power, heating.
type FactKey<'c> = (Option<&'c str>, Option<u64>, Heating);

/// Learns from `points` what is usual.
pub(super) fn bench<'a>(points: &[Point<Traits>], setting: &EngineSetting<'a>) -> Bench<'a> {
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
    let peers = Peers::of(keys.iter().zip(points).map(|(key, point)| (&strata[key].0, point.traits.peer_values)));
    let habits = keys.iter().zip(points).map(|(key, point)| {
        (strata[key].1.tariff_class.as_str(), point.traits.peer_values.ln_mean_kw, point.traits.habits)
    });
    let premises = premises_of_classes(habits, setting.class_words, UNKNOWN_CLASS);
    let risen = keys.iter().zip(points).map(|(key, point)| (&point.id, &strata[key].1, point.traits.rise));
    let crowds = Crowds::of(risen, setting.grid, setting.buildings, span);
    let groups = Groups::of(&kins, &premises);
    Bench {
        customers: setting.customers,
        peers,
        premises,
        crowds,
        day_weather,
        visits: setting.visits,
        seed: setting.injection.seed,
        groups,
        names,
    }
}
