//! Lines about places: addresses, the work list, regions.

use super::Loss;

/// A line of `addresses.csv`. The address is the building; flats are usage points of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressRow {
    /// 1 = best.
    pub rank: u64,
    /// The building.
    pub address: String,
    /// City.
    pub city: Option<String>,
    /// Usage points at this address.
    pub usage_points: u64,
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
    pub findings: Vec<String>,
}

/// A line of `worklist.csv`: an address or a grid node, in one order of expected recovery.
#[derive(Debug, Clone, PartialEq)]
pub struct WorklistRow {
    /// 1 = go there first.
    pub rank: u64,
    /// `address` or `node`.
    pub level: &'static str,
    /// The address or the node id.
    pub id: String,
    /// City, for addresses.
    pub city: Option<String>,
    /// Probability of a finding.
    pub probability: Option<f64>,
    /// Hidden or unmetered power, kW.
    pub kw: Option<f64>,
    /// Hidden or unmetered energy in the period, kWh.
    pub kwh: Option<f64>,
    /// Probability times energy: the expected recovery, kWh.
    pub expected_kwh: Option<f64>,
    /// Money at stake.
    pub loss: Loss,
    /// Why to go there.
    pub findings: Vec<String>,
}

/// A line of `regions.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionRow {
    /// `city` or `feeder`.
    pub level: &'static str,
    /// Its name.
    pub region: String,
    /// Number of listed cases.
    pub cases: u64,
    /// Sum of hidden and unmetered power, kW.
    pub kw: f64,
    /// Sum of hidden and unmetered energy in the period, kWh.
    pub kwh: f64,
    /// Money at stake.
    pub loss: Loss,
}
