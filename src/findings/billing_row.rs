//! Lines about bills beside meters.

use crate::domain::{CivilDay, Fact, NodeId, UsagePointId};

/// What a bill and a meter disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillingFinding {
    /// A metered usage point that no bill knows.
    UnknownToBilling,
    /// Metered days without a bill, or with bills of nothing.
    Unbilled,
    /// Less billed than metered.
    Underbilled,
    /// Billed at another class than the customer's.
    OtherClass,
}

impl BillingFinding {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownToBilling => "unknown_to_billing",
            Self::Unbilled => "unbilled",
            Self::Underbilled => "underbilled",
            Self::OtherClass => "other_class",
        }
    }
}

/// A line of `billing.csv`: a usage point whose bills and meter disagree, or a node as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingRow {
    /// The meter; `None` on the line of a node.
    pub usage_point: Option<UsagePointId>,
    /// The grid node that feeds it, or that the line is about.
    pub node: Option<NodeId>,
    /// First day compared.
    pub from: CivilDay,
    /// Last day compared.
    pub to: CivilDay,
    /// Energy that the meter showed, kWh.
    pub metered_kwh: f64,
    /// Energy billed for the same days, kWh.
    pub billed_kwh: f64,
    /// What they disagree about; `None` on the line of a node.
    pub finding: Option<BillingFinding>,
    /// Money that was not asked for; `None` without tariffs.
    pub loss_energy: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// What else there is to say.
    pub detail: Vec<Fact>,
}

impl BillingRow {
    /// Energy metered and not billed, kWh.
    #[must_use]
    pub fn gap_kwh(&self) -> f64 {
        self.metered_kwh - self.billed_kwh
    }
}
