//! Lines about visits: what was said, and what was found.

/// A line of `hitrate.csv`: visits to what was stated with a probability, as a whole or by class,
/// by pattern or by size.
#[derive(Debug, Clone, PartialEq)]
pub struct HitRateRow {
    /// Lower end of the stated probability.
    pub stated_from: f64,
    /// Its upper end.
    pub stated_to: f64,
    /// Tariff class, or kind of a node; `None` = all.
    pub class: Option<String>,
    /// How the load runs; `None` = all.
    pub pattern: Option<&'static str>,
    /// Least power, kW; `None` = all.
    pub kw_from: Option<f64>,
    /// Power below which it lies, kW; `None` = no end.
    pub kw_to: Option<f64>,
    /// Visits that said something.
    pub visited: u64,
    /// Of them, visits that found a farm or theft.
    pub found: u64,
    /// Their share.
    pub share: f64,
    /// Lower end of a 90 % interval of the share.
    pub share_low: f64,
    /// Upper end.
    pub share_high: f64,
}
