//! What the first pass keeps at hand of every usage point, beside its digest in the store.

use std::collections::BTreeMap;

use crate::domain::{CivilDay, Fault, UsagePointId};
use crate::series::LoadSeries;

use super::DigestPlace;
use super::sample::SamplePart;

/// What is kept at hand of a usage point. `T` is what a higher floor reads off every profile.
#[derive(Debug, Clone)]
pub(crate) struct Point<T> {
    pub(crate) id: UsagePointId,
    pub(crate) step_min: u32,
    /// First and last local day with readings.
    pub(crate) days: (CivilDay, CivilDay),
    /// Mean power of all valid intervals, kW.
    pub(crate) mean_kw: Option<f64>,
    pub(crate) traits: T,
    pub(crate) digest: DigestPlace,
}

/// A meter ratio that appears or disappears in mid-series, to be settled by a balance.
#[derive(Debug, Clone)]
pub(crate) struct RatioAsked {
    /// What more (or less, where negative) the usage point uses if the fault gate decided wrongly,
    /// kW, by the hour where its readings show hours.
    pub(crate) otherwise: LoadSeries,
    /// Whether the fault gate divided by the ratio.
    pub(crate) divided: bool,
    /// Digest of the series as it then is, and its mean power, kW.
    pub(crate) digest: DigestPlace,
    pub(crate) mean_kw: Option<f64>,
}

/// Everything the pass leaves behind, in the order of ids.
pub(crate) struct Kept<T> {
    pub(crate) points: Vec<Point<T>>,
    pub(crate) supplies: BTreeMap<UsagePointId, LoadSeries>,
    pub(crate) faults: Vec<Fault>,
    /// Series that farms are planted in.
    pub(crate) hosts: Vec<LoadSeries>,
    /// Meter ratios that a balance may settle.
    pub(crate) ratios: Vec<RatioAsked>,
    /// Hourly series of usage points that the grid file does not know, so many at most.
    pub(crate) adrift: Vec<LoadSeries>,
}

/// What one thread has kept so far.
pub(super) struct Partial<T> {
    pub(super) points: Vec<Point<T>>,
    pub(super) supplies: BTreeMap<UsagePointId, LoadSeries>,
    pub(super) faults: Vec<Fault>,
    pub(super) ratios: Vec<RatioAsked>,
    pub(super) hosts: SamplePart,
    pub(super) adrift: SamplePart,
}

impl<T> Default for Partial<T> {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            supplies: BTreeMap::new(),
            faults: Vec::new(),
            ratios: Vec::new(),
            hosts: SamplePart::default(),
            adrift: SamplePart::default(),
        }
    }
}

impl<T> Partial<T> {
    /// What two threads have kept. Every usage point was with one of them.
    pub(super) fn merge(mut self, mut other: Self) -> Self {
        self.points.append(&mut other.points);
        self.supplies.append(&mut other.supplies);
        self.faults.append(&mut other.faults);
        self.ratios.append(&mut other.ratios);
        Self { hosts: self.hosts.merge(other.hosts), adrift: self.adrift.merge(other.adrift), ..self }
    }
}
