//! What balances are made of: the grid, its series and sums, and what is known of usage points.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::digest::RatioAsked;
use crate::domain::{Calendar, Grid, GridNode, NodeId, UsagePointId};
use crate::series::{GridSums, LoadSeries, RegisterPeriod};

use super::components::Locality;
use super::customer_registers::Profiled;
use super::positions::Positions;
use super::reads::Reads;
use super::residual::BalanceSettings;
use super::unread::UnreadLoads;

/// Series that balances are made from and corrected by.
pub(crate) struct GridSeries {
    /// Balance meters.
    pub(crate) supplies: BTreeMap<UsagePointId, LoadSeries>,
    /// What is known of those among them that have a register only: their hours are those of the
    /// meters below.
    pub(crate) registers: BTreeMap<UsagePointId, Vec<RegisterPeriod>>,
    /// Usage points that the grid file does not place, hourly.
    pub(crate) adrift: Vec<LoadSeries>,
    /// Meter ratios that appear or disappear in mid-series, in the order of usage points.
    pub(crate) ratios: Vec<RatioAsked>,
}

/// What the balance engine works with.
#[derive(Clone)]
pub(crate) struct GridSetting<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) series: &'a GridSeries,
    /// Balance meters that were put right.
    pub(crate) corrected: Arc<BTreeMap<UsagePointId, LoadSeries>>,
    /// Sums of usage points by the node that feeds them.
    pub(crate) sums: &'a GridSums,
    /// What was read of usage points.
    pub(crate) reads: &'a Reads<'a>,
    /// What usage points that were not read are expected to use, by the node that feeds them.
    pub(crate) unread: &'a UnreadLoads,
    /// How sure the load of the customers with registers is that each node feeds.
    pub(crate) profiled: &'a BTreeMap<NodeId, Profiled>,
    pub(crate) calendar: &'a Calendar,
    /// Where nodes lie.
    pub(crate) positions: &'a Positions,
    pub(crate) settings: BalanceSettings,
    /// Prior share of nodes with unmetered load.
    pub(crate) prior: f64,
}

impl GridSetting<'_> {
    /// Clock and sun of a node.
    pub(crate) fn locality(&self, node: &GridNode) -> Locality<'_> {
        Locality { calendar: self.calendar, position: self.positions.of(&node.node) }
    }
}

/// Nodes by usage points.
pub(crate) type Places = BTreeMap<UsagePointId, NodeId>;

/// Gives the series of some usage points behind the fault gate.
pub(crate) type ReadAgain<'a, E> =
    dyn Fn(&BTreeSet<UsagePointId>) -> Result<BTreeMap<UsagePointId, LoadSeries>, E> + 'a;
