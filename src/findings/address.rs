//! Lines about places: addresses, the work list, regions.

use crate::domain::{CivilDay, Fact, NodeId, Outcome, UsagePointId};

use super::loss::Loss;

/// A line of `addresses.csv`. The address is the building; flats are usage points of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressRow {
    /// 1 = best.
    pub rank: u64,
    /// The building, as the first of its usage points writes it, without the flat.
    pub address: String,
    /// City.
    pub city: Option<String>,
    /// Usage points at this address.
    pub usage_points: u64,
    /// The listed ones of them.
    pub members: Vec<UsagePointId>,
    /// Probability that at least one of them carries a hidden load.
    pub probability: Option<f64>,
    /// Sum of hidden power of the listed usage points, kW.
    pub hidden_kw: Option<f64>,
    /// Sum of hidden energy in the period, kWh.
    pub hidden_kwh: Option<f64>,
    /// Money at stake.
    pub loss: Loss,
    /// Licences found.
    pub licence: Option<String>,
    /// What is claimed, usage point by usage point.
    pub findings: Vec<Fact>,
    /// Published criteria that its usage points meet.
    pub criteria: Vec<Fact>,
    /// What a visit is expected to recover: probability times energy, summed over the listed usage
    /// points, kWh.
    pub expected_kwh: Option<f64>,
    /// The same in money, less the cost of a visit.
    pub expected_recovery: Option<f64>,
    /// Crew that goes there, from 1; `None` where there is no crew for it.
    pub crew: Option<u64>,
    /// Latitude, degrees north: the mean of its usage points.
    pub lat: Option<f64>,
    /// Longitude, degrees east.
    pub lon: Option<f64>,
}

/// A line of `worklist.csv`: an address or a grid node, in one order of expected recovery.
#[derive(Debug, Clone, PartialEq)]
pub struct WorklistRow {
    /// 1 = go there first.
    pub rank: u64,
    /// `address`, `usage_point` (its address is not known) or `node`.
    pub level: &'static str,
    /// The address, the usage point or the node id.
    pub id: String,
    /// City, for addresses.
    pub city: Option<String>,
    /// Usage points of the case.
    pub usage_points: Vec<UsagePointId>,
    /// The grid node of the case: of a node its own id, of a farm partly past its meter the node
    /// that misses the rest.
    pub node: Option<NodeId>,
    /// The feeder that the case hangs at.
    pub feeder: Option<NodeId>,
    /// Probability of a finding.
    pub probability: Option<f64>,
    /// Hidden or unmetered power, kW.
    pub kw: Option<f64>,
    /// Hidden or unmetered energy in the period, kWh.
    pub kwh: Option<f64>,
    /// Probability times energy: the expected recovery, kWh.
    pub expected_kwh: Option<f64>,
    /// Probability times money, less the cost of a visit.
    pub expected_recovery: Option<f64>,
    /// Crew that goes there, from 1; `None` where there is no crew for it.
    pub crew: Option<u64>,
    /// The last visit, where outcomes of visits still hold for all of the case.
    pub visited: Option<(CivilDay, Outcome)>,
    /// Money at stake.
    pub loss: Loss,
    /// Why to go there.
    pub findings: Vec<Fact>,
    /// Published criteria that its usage points meet.
    pub criteria: Vec<Fact>,
    /// What the case is: `hidden_load`, `unmetered_load` or `unbilled`.
    pub kind: &'static str,
}

/// Cases less likely than this are on a list because a list of their length was asked for.
pub const LEAST_CLAIM: f64 = 0.1;

impl WorklistRow {
    /// Whether something is claimed of it: only such cases are in sums. What bills leave out is no
    /// matter of odds.
    #[must_use]
    pub fn is_claimed(&self) -> bool {
        self.probability.is_none_or(|probability| probability >= LEAST_CLAIM)
    }
}

/// A line of `regions.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionRow {
    /// `city` or `feeder`.
    pub level: &'static str,
    /// Its name.
    pub region: String,
    /// Number of cases of the work list.
    pub cases: u64,
    /// Sum of hidden and unmetered power, kW.
    pub kw: f64,
    /// Sum of hidden and unmetered energy in the period, kWh.
    pub kwh: f64,
    /// Households that draw as much as `kw` on average; `None` where no household's load is known.
    pub households: Option<f64>,
    /// Money at stake.
    pub loss: Loss,
    /// Transformers there that carried more than their rated power in some hour, with the figures.
    pub over_rating: Vec<Fact>,
}
