//! Faults of the data themselves: what is wrong with a meter's readings, from when to when, and what share of them.

use serde::{Deserialize, Serialize};

use super::{CivilDay, UsagePointId};

/// The kinds of fault that `faults.csv` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The same value over and over, where a running load would vary in its last digits.
    Stuck,
    /// Values spread evenly over hours or days: an estimate, not a measurement.
    FlatFilled,
    /// The level jumps by a factor that a wrong meter ratio explains.
    Multiplier,
    /// A register passed its last digit or was replaced.
    Rollover,
    /// Intervals are missing.
    Gap,
    /// Two readings for one interval that disagree.
    Duplicate,
    /// One value far beyond what the connection can carry.
    Spike,
    /// Energy flows out, or values are negative.
    Negative,
    /// Stamps do not fit the clock: off the grid, skipped or repeated hours.
    Clock,
    /// In the readings but not in the grid, or in the grid without readings.
    Unlinked,
    /// Linked to the wrong transformer.
    WrongLink,
    /// Estimated or substituted by the head-end.
    Estimated,
    /// In the readings but not in the customer file.
    UnknownCustomer,
}

impl FaultKind {
    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::FlatFilled => "flat_filled",
            Self::Multiplier => "multiplier",
            Self::Rollover => "rollover",
            Self::Gap => "gap",
            Self::Duplicate => "duplicate",
            Self::Spike => "spike",
            Self::Negative => "negative",
            Self::Clock => "clock",
            Self::Unlinked => "unlinked",
            Self::WrongLink => "wrong_link",
            Self::Estimated => "estimated",
            Self::UnknownCustomer => "unknown_customer",
        }
    }
}

/// One line of `faults.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The usage point (or node) concerned.
    pub usage_point: UsagePointId,
    /// What is wrong.
    pub kind: FaultKind,
    /// First day concerned; `None` when it has no place in time.
    pub from: Option<CivilDay>,
    /// Last day concerned.
    pub to: Option<CivilDay>,
    /// Share of the node's intervals concerned, 0 to 1; `None` when shares make no sense.
    pub share: Option<f64>,
    /// The numbers behind it, in words.
    pub detail: String,
}
