//! What is done with a usage point the moment its readings are complete, while they are in the
//! processor's cache: even time axis, fault gate, profile, sums of the grid. Its series is then
//! forgotten, unless it is a balance meter's or farms will be planted in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::digest::{ProfilePlace, ProfileStore, UsageProfile};
use crate::domain::{Calendar, CivilDay, Customer, Fault, FedBy, Grid, Link, Purpose, UsagePointId, seed_of};
use crate::population::{Habits, PeerValues, Rise};
use crate::series::{
    DayFold, FaultGate, GridSums, LoadSeries, MeterRatios, RatioStep, RawReading, Regular, Stretch, apply_ratios,
    series_of,
};

/// Interval share that may be estimated before a usage point's shape is not believed.
const MOST_ESTIMATED: f64 = 0.5;
/// Usage points missing from the grid file whose series are kept to find their node: 9 kB each for
/// three months.
const MOST_ADRIFT: usize = 4096;

/// What a usage point needs besides its readings.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) customers: &'a BTreeMap<UsagePointId, Customer>,
    pub(crate) meters: &'a MeterRatios,
    pub(crate) grid: &'a Grid,
    pub(crate) period: Option<(CivilDay, CivilDay)>,
    pub(crate) seed: u64,
    /// Usage points that farms are planted in, at most.
    pub(crate) sample: usize,
}

/// What stays of a usage point.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) id: UsagePointId,
    pub(crate) step_min: u32,
    /// First and last local day with readings.
    pub(crate) days: (CivilDay, CivilDay),
    /// Mean power of all valid intervals, kW.
    pub(crate) mean_kw: Option<f64>,
    pub(crate) peer_values: PeerValues,
    pub(crate) habits: Habits,
    /// Its lasting rise, where it has one.
    pub(crate) rise: Option<Rise>,
    pub(crate) profile: ProfilePlace,
}

/// A meter ratio that appears or disappears in mid-series, to be settled by a balance.
#[derive(Debug, Clone)]
pub(crate) struct RatioAsked {
    /// What more (or less, where negative) the usage point uses if the fault gate decided wrongly,
    /// kW, by the hour where its readings show hours.
    pub(crate) otherwise: LoadSeries,
    /// Whether the fault gate divided by the ratio.
    pub(crate) divided: bool,
    /// Profile of the series as it then is, and its mean power, kW.
    pub(crate) profile: ProfilePlace,
    pub(crate) mean_kw: Option<f64>,
}

/// The pass and what it has gathered so far.
pub(crate) struct FirstPass<'a> {
    setting: Setting<'a>,
    profiles: &'a ProfileStore,
    sums: &'a GridSums,
    kept: Mutex<Kept>,
    hosts: Mutex<Sample>,
    adrift: Mutex<Sample>,
}

/// Series by the hash and id of their usage points.
type Sample = BTreeMap<(u64, UsagePointId), LoadSeries>;

/// Everything the pass leaves behind, in the order of ids.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) points: Vec<Point>,
    pub(crate) supplies: BTreeMap<UsagePointId, LoadSeries>,
    pub(crate) faults: Vec<Fault>,
    /// Series that farms are planted in.
    pub(crate) hosts: Vec<LoadSeries>,
    /// Meter ratios that a balance may settle.
    pub(crate) ratios: Vec<RatioAsked>,
    /// Hourly series of usage points that the grid file does not know, [`MOST_ADRIFT`] at most.
    pub(crate) adrift: Vec<LoadSeries>,
}

/// A usage point's series behind the fault gate.
pub(crate) struct Prepared {
    pub(crate) series: LoadSeries,
    pub(crate) fold: DayFold,
    faults: Vec<Fault>,
    /// A meter ratio that appears or disappears.
    pub(crate) ratio: Option<RatioStep>,
}

impl Prepared {
    /// The series that it is if the gate decided wrongly on its meter ratio.
    pub(crate) fn otherwise(self, calendar: &Calendar) -> Self {
        let Some(ratio) = &self.ratio else { return self };
        let series = ratio.other(&self.series);
        Self { fold: DayFold::of(&series, calendar), series, ..self }
    }
}

impl Setting<'_> {
    /// Puts readings on an even time axis, clips them to the period and passes them through the
    /// fault gate. `None` when nothing is left.
    pub(crate) fn prepare(
        &self,
        usage_point: &UsagePointId,
        stretches: &[Stretch],
        apart: &[RawReading],
    ) -> Option<Prepared> {
        let Regular { mut series, mut faults, estimated_share } =
            series_of(usage_point, stretches, apart, self.calendar)?;
        let contracted_kw = self.customers.get(usage_point).and_then(|customer| customer.contracted_kw);
        faults.extend(apply_ratios(&mut series, self.meters, contracted_kw, self.calendar));
        if let Some((from, to)) = self.period {
            series = series.clip(self.calendar, from, to);
        }
        if series.kw.is_empty() {
            return None;
        }
        let mut gated = FaultGate { calendar: self.calendar, ratios_known: self.meters.contains_key(usage_point) }
            .pass(series, contracted_kw);
        if estimated_share > MOST_ESTIMATED {
            // Estimates are drawn from old profiles: their course of the day says nothing about the
            // load.
            gated.series.kw.fill(f32::NAN);
            gated.fold = DayFold::of(&gated.series, self.calendar);
            gated.ratio = None;
        }
        faults.append(&mut gated.faults);
        Some(Prepared { series: gated.series, fold: gated.fold, faults, ratio: gated.ratio })
    }
}

/// A usage point's series with nothing on the days on which a link does not hold.
fn while_linked(series: &LoadSeries, link: &Link, calendar: &Calendar) -> LoadSeries {
    let mut linked = series.clone();
    for (place, kw) in linked.kw.iter_mut().enumerate() {
        if !link.holds(calendar.day(series.at(place))) {
            *kw = 0.0;
        }
    }
    linked
}

impl<'a> FirstPass<'a> {
    pub(crate) fn new(setting: Setting<'a>, profiles: &'a ProfileStore, sums: &'a GridSums) -> Self {
        Self { setting, profiles, sums, kept: Mutex::default(), hosts: Mutex::default(), adrift: Mutex::default() }
    }

    /// Takes the readings of one usage point.
    pub(crate) fn usage_point(&self, id: &str, stretches: &[Stretch], apart: &[RawReading]) {
        let id: UsagePointId = id.into();
        let Some(Prepared { series, fold, mut faults, ratio }) = self.setting.prepare(&id, stretches, apart) else {
            return;
        };
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if self.setting.grid.is_balance_meter(&id) {
            let mut kept = kept();
            kept.faults.append(&mut faults);
            kept.supplies.insert(id, series);
            return;
        }
        self.add_to_grid(&series);
        let profile = UsageProfile::of_fold(&fold, &series);
        let calendar = self.setting.calendar;
        let asked = ratio.map(|ratio| self.ask(&series, &ratio));
        let point = Point {
            id: id.clone(),
            step_min: series.step_min,
            days: series.days(calendar).unwrap_or((CivilDay(0), CivilDay(0))),
            mean_kw: fold.mean_kw(),
            peer_values: PeerValues::of(&profile),
            habits: Habits::of(&profile),
            rise: Rise::of(&profile),
            profile: self.profiles.put(&profile),
        };
        {
            let mut kept = kept();
            kept.faults.append(&mut faults);
            kept.points.push(point);
            kept.ratios.extend(asked);
        }
        if profile.days.is_empty() {
            return;
        }
        let is_adrift = !self.setting.grid.is_empty() && !self.setting.grid.has_line(&id);
        if is_adrift && series.folds_to_hours() {
            self.offer(&self.adrift, MOST_ADRIFT, &id, || series.hourly());
        }
        self.offer(&self.hosts, self.setting.sample, &id, || series);
    }

    /// What is needed to judge a usage point the other way, should a balance decide so.
    fn ask(&self, series: &LoadSeries, ratio: &RatioStep) -> RatioAsked {
        let other = ratio.other(series);
        let fold = DayFold::of(&other, self.setting.calendar);
        RatioAsked {
            otherwise: ratio.otherwise().hourly(),
            divided: ratio.divided,
            profile: self.profiles.put(&UsageProfile::of_fold(&fold, &other)),
            mean_kw: fold.mean_kw(),
        }
    }

    /// Adds a usage point to the sum of the node that feeds it, or of each node for the time in
    /// which it did.
    fn add_to_grid(&self, series: &LoadSeries) {
        let grid = self.setting.grid;
        if let Some(links) = grid.links(&series.usage_point) {
            for (node, link) in links.iter().filter_map(|link| Some((link.fed_by.node()?, link))) {
                self.sums.add(node, &while_linked(series, link, self.setting.calendar));
            }
        } else if let Some(node) = grid.fed_by(&series.usage_point).and_then(FedBy::node) {
            self.sums.add(node, series);
        }
    }

    /// The usage points and balance meters that intervals were read of.
    pub(crate) fn finished(&self) -> BTreeSet<UsagePointId> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.points.iter().map(|point| &point.id).chain(kept.supplies.keys()).cloned().collect()
    }

    /// Keeps the `most` series with the smallest hashes of their ids: a sample that does not change
    /// when others are added.
    fn offer(&self, sample: &Mutex<Sample>, most: usize, id: &UsagePointId, series: impl FnOnce() -> LoadSeries) {
        let key = (seed_of(self.setting.seed, id, Purpose::Sample, 0), id.clone());
        let mut sample = sample.lock().unwrap_or_else(PoisonError::into_inner);
        if sample.len() < most {
            sample.insert(key, series());
        } else if sample.last_key_value().is_some_and(|(last, _)| key < *last) {
            sample.pop_last();
            sample.insert(key, series());
        }
    }

    /// What the pass leaves behind.
    pub(crate) fn finish(&self) -> Kept {
        let mut kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        kept.points.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        // A balance meter that is read less often than by the day measures nothing here: its node
        // is judged from above.
        kept.supplies.retain(|_, supply| supply.step_min <= 1440 && supply.kw.iter().any(|kw| !kw.is_nan()));
        kept.ratios.sort_unstable_by(|a, b| a.otherwise.usage_point.cmp(&b.otherwise.usage_point));
        let by_id = |sample: &Mutex<Sample>| {
            let mut series: Vec<LoadSeries> =
                std::mem::take(&mut *sample.lock().unwrap_or_else(PoisonError::into_inner)).into_values().collect();
            series.sort_unstable_by(|a, b| a.usage_point.cmp(&b.usage_point));
            series
        };
        (kept.hosts, kept.adrift) = (by_id(&self.hosts), by_id(&self.adrift));
        kept
    }
}
