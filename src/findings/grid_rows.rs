//! Lines about grid nodes: balances and coverage.

use crate::domain::{CivilDay, Fact, NodeId, NodeKind, Outcome, UsagePointId};

use super::loss::Loss;
use super::usage_point_rows::Pattern;

/// A line of `nodes.csv`: the energy balance of a node with a balance meter.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    /// 1 = best.
    pub rank: u64,
    /// The node.
    pub node: NodeId,
    /// Its level.
    pub kind: NodeKind,
    /// The node that feeds it.
    pub parent: Option<NodeId>,
    /// Probability of unmetered load, 0 to 1.
    pub probability: Option<f64>,
    /// Expected share of healthy nodes down to here.
    pub q_value: Option<f64>,
    /// Energy that flowed in, kWh, over the intervals in which the balance could be made.
    pub supplied_kwh: Option<f64>,
    /// Energy of the usage points under it over the same intervals, kWh.
    pub metered_kwh: Option<f64>,
    /// Technical loss over the same intervals, kWh.
    pub technical_loss_kwh: Option<f64>,
    /// Unmetered street lighting that the grid file declares, over the same intervals, kWh.
    pub declared_kwh: Option<f64>,
    /// Energy of the unmetered load in the period, kWh; may be negative.
    pub unmetered_kwh: Option<f64>,
    /// Lower end of a 90 % interval, kWh.
    pub unmetered_kwh_low: Option<f64>,
    /// Upper end of a 90 % interval, kWh.
    pub unmetered_kwh_high: Option<f64>,
    /// Mean power of constant or scheduled unmetered load while it runs, kW; may be negative.
    pub unmetered_kw: Option<f64>,
    /// Lower end of a 90 % interval, kW.
    pub unmetered_kw_low: Option<f64>,
    /// Standard error of `unmetered_kw` as it would be without a load, kW.
    pub bare_error_kw: Option<f64>,
    /// Upper end of a 90 % interval, kW.
    pub unmetered_kw_high: Option<f64>,
    /// How the load runs.
    pub pattern: Option<Pattern>,
    /// First day of the load; `None` when it was there from the first reading, or when there is
    /// none.
    pub since: Option<CivilDay>,
    /// Share of intervals, 0 to 1, in which supply and (nearly) all usage points were read.
    pub coverage: f64,
    /// Money at stake.
    pub loss: Loss,
    /// Usage points whose own load fits the timing, with the ground for each.
    pub shortlist: Vec<Fact>,
    /// Phases of the load by volts; `None` where they do not tell.
    pub phase: Option<String>,
    /// Usage points of the line that carries the load, by volts.
    pub line: Vec<UsagePointId>,
    /// What to know before trusting the line.
    pub remarks: Vec<Fact>,
    /// The last visit whose outcome still holds.
    pub visited: Option<(CivilDay, Outcome)>,
    /// The finding taken apart: what is there from the start, and what starts, stops or runs in a
    /// window; empty without a finding.
    pub parts: Vec<Fact>,
}

/// A line of `node_days.csv`: one day of the balance of a node that is likely enough to be looked
/// at, as it was judged: beside the balance meters below it, corrections counted.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeDayRow {
    /// The node.
    pub node: NodeId,
    /// The local day; days without a balance are left out.
    pub day: CivilDay,
    /// Hours of the day in which the balance could be made.
    pub hours: u64,
    /// Mean power that flowed in over these hours, kW.
    pub supplied_kw: f64,
    /// Mean power of the meters below, kW.
    pub metered_kw: f64,
    /// Mean technical loss by nameplate and configured line loss, kW.
    pub technical_kw: f64,
    /// Mean power of declared street lighting by its schedule, kW.
    pub declared_kw: f64,
    /// What is left, kW; may be negative.
    pub unmetered_kw: f64,
}

/// A line of `coverage.csv`: how far the tool can see at a node, metered or not.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageRow {
    /// The node.
    pub node: NodeId,
    /// Its level.
    pub kind: NodeKind,
    /// The node that feeds it.
    pub parent: Option<NodeId>,
    /// Usage points under it, without balance meters.
    pub usage_points: u64,
    /// Share of them with interval readings.
    pub share_interval: Option<f64>,
    /// Share of them with register readings only.
    pub share_register: Option<f64>,
    /// Share of them without any reading.
    pub share_unread: Option<f64>,
    /// Whether a balance meter with readings measures its inflow.
    pub balance_metered: bool,
    /// Smallest constant unmetered load that would be seen, kW; `None` where nothing would be.
    pub smallest_detectable_kw: Option<f64>,
    /// What limits it and what would help.
    pub remarks: Vec<Fact>,
}

/// On what ground volts place a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkGround {
    /// It moves with the busbar of the transformer of the grid file as well as with any other.
    Busbar,
    /// It moves with the meters of a transformer; no busbar could be asked.
    Neighbours,
    /// Busbar and meters say the same.
    Both,
}

impl LinkGround {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busbar => "busbar",
            Self::Neighbours => "neighbours",
            Self::Both => "busbar_and_neighbours",
        }
    }
}

/// A line of `phases.csv`: transformer and phase of one phase of a meter, by volts.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseRow {
    /// The meter.
    pub usage_point: UsagePointId,
    /// The phase as the meter calls it, 1 to 3.
    pub meter_phase: u8,
    /// The transformer that the grid file names; `None` where it names none.
    pub node: Option<NodeId>,
    /// The phase as the balance meter calls it, 1 to 3; `None` where that reports no volts.
    pub phase: Option<u8>,
    /// The transformer that volts say; `None` where they say nothing.
    pub node_found: Option<NodeId>,
    /// By how much place and phase go better than the next ones, as a difference of correlations.
    pub sure: Option<f64>,
    /// On what ground.
    pub ground: Option<LinkGround>,
}
