//! What a residual is taken apart into, and what is known of a node before it is.

use crate::domain::{Calendar, CivilDay, Position, mad_sigma, median};

/// Least standard deviation of line loss between nodes, as a share of the load at mean load.
const LEAST_SIGMA: f64 = 0.003;
/// How many nodes the configured loss counts for.
const PRIOR_NODES: f64 = 5.0;

/// What is known of a node's line loss before its hours are seen: the share lost at mean load,
/// beyond the configured one, and how far nodes differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineLoss {
    /// Mean over nodes.
    pub share: f64,
    /// Standard deviation between nodes.
    pub sigma: f64,
}

impl LineLoss {
    /// Before any node was seen: the configured share, or several times that on rural lines.
    pub const UNKNOWN: Self = Self { share: 0.0, sigma: 0.05 };

    /// What the nodes of a level tell of one another: median and spread of their fitted losses. A
    /// node whose hours tell little is then judged with the loss that is usual.
    /// Source: Efron and Morris (1975), JASA 70, for shrinkage towards what others show.
    #[must_use]
    pub fn of(found: &[&Decomposition]) -> Self {
        let fitted: Vec<f64> = found.iter().map(|found| found.line_loss).collect();
        if fitted.is_empty() {
            return Self::UNKNOWN;
        }
        let n = fitted.len() as f64;
        let (share, spread) = (median(&fitted), mad_sigma(&fitted, median(&fitted)).max(LEAST_SIGMA));
        let shrunk = (n * spread.powi(2) + PRIOR_NODES * Self::UNKNOWN.sigma.powi(2)) / (n + PRIOR_NODES);
        Self { share: share * n / (n + PRIOR_NODES), sigma: shrunk.sqrt() }
    }
}

/// How unmetered load runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapHours {
    /// Day and night.
    Constant,
    /// In a window of the day.
    Night,
    /// While it is dark, as street lamps do.
    Dark,
}

/// A load that starts, stops or runs in a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Mean power while it runs, kW; positive.
    pub kw: f64,
    /// Day and night, or in a window.
    pub pattern: TapHours,
    /// First day; `None` when it runs from the start.
    pub since: Option<CivilDay>,
}

/// The residual of a node taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// Level that is there from the first hour to the last, kW; may be negative.
    pub level_kw: f64,
    /// Standard error of the level from this node's own hours, kW.
    pub level_se_kw: f64,
    /// Loads that start, stop or run in a window, in the order they were found.
    pub parts: Vec<Part>,
    /// Power of all parts while they run, kW: the mean of those that start or stop over the hours
    /// in which one runs, and the height of windows; 0 without parts.
    pub parts_kw: f64,
    /// The same beside a level that is the same load's: the mean over all hours, kW.
    pub parts_beside_level_kw: f64,
    /// Highest sum of parts that run at one time, kW: their power where each is a load of its own.
    pub parts_highest_kw: f64,
    /// Standard error of the power of parts, kW.
    pub parts_se_kw: f64,
    /// Standard error of level and parts together, kW.
    pub total_se_kw: f64,
    /// Mean over the hours of the sum of parts, kW.
    pub parts_mean_kw: f64,
    /// Part of the residual per kW metered: customers that nobody reads, under-registration, gain
    /// of the balance meter.
    pub proportional: f64,
    /// Share of line loss at mean load, above the configured one.
    pub line_loss: f64,
    /// The same with the configured one.
    pub line_loss_in_all: f64,
    /// Robust standard deviation of an hour around all this, kW.
    pub noise_kw: f64,
    /// What is neither metered nor lost, hour by hour: level, parts and noise, kW.
    pub beside_kw: Vec<f64>,
}

/// Clock and sun of a node.
#[derive(Debug, Clone, Copy)]
pub struct Locality<'a> {
    /// The utility's clock.
    pub calendar: &'a Calendar,
    /// Where the node lies, as far as its customers tell.
    pub position: Position,
}
