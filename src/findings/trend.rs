//! Lines about months: what cases a city or a feeder had.

/// A line of `trends.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRow {
    /// `all`, `city` or `feeder`.
    pub level: &'static str,
    /// Its name; empty for all.
    pub region: String,
    /// The month, `2025-03`.
    pub month: String,
    /// Cases that were open at its end.
    pub open: u64,
    /// Cases that were new in it, or moved here.
    pub new: u64,
    /// Cases that came back in it.
    pub returned: u64,
    /// Cases whose load was gone for the first month.
    pub stopped: u64,
    /// Cases that were cleared for the first month.
    pub cleared: u64,
    /// Power of those that were open, kW.
    pub kw: f64,
}
