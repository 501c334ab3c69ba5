//! Faults of the data themselves: what is wrong with a meter's readings, from when to when, and
//! what share of them.

use serde::{Deserialize, Serialize};

use super::{CivilDay, Fact, UsagePointId};

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
    /// The energy of a gap spread evenly over it, in values that the display cannot show.
    SpreadOut,
    /// The energy of a gap booked into the one interval after it.
    CatchUp,
    /// Import and export are exchanged.
    SwappedChannels,
    /// The load falls to two thirds or a third and keeps its shape.
    LostPhase,
    /// The register and the sum of the intervals between two of its readings differ.
    ProfileRegister,
    /// The ratio of a meter's transformers looks applied twice, or forgotten.
    RatioDoubt,
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
            Self::SpreadOut => "spread_out",
            Self::CatchUp => "catch_up",
            Self::SwappedChannels => "swapped_channels",
            Self::LostPhase => "lost_phase",
            Self::ProfileRegister => "profile_register",
            Self::RatioDoubt => "ratio_doubt",
        }
    }

    /// What the fault means for the tests: whether the usage point is still judged, and by which of
    /// them.
    #[must_use]
    pub fn effect(self) -> &'static str {
        match self {
            Self::Stuck | Self::FlatFilled | Self::SpreadOut | Self::CatchUp | Self::Spike => {
                "these intervals count as missing in every test and balance; the others are judged"
            }
            Self::Gap => "days with fewer than 18 hours are in no test; the others are judged",
            Self::Multiplier => "put right before every test and balance",
            Self::Rollover => "none but what is left out",
            Self::Duplicate => {
                "the better or later reading counts; where nothing decides, the interval is missing in every test"
            }
            Self::Clock => "stamps off the grid are in no test; a wrong clock is put right for the balance",
            Self::Negative => "judged by net energy: tests of a steady load are weak where the sun feeds in",
            Self::Estimated => "above a half the usage point is in no test and no balance; below, none",
            Self::Unlinked => "in no balance; its own load is judged",
            Self::WrongLink => "counted where the grid file has it; judge the balances of both nodes with reserve",
            Self::UnknownCustomer => "judged without tariff class and contracted power",
            Self::SwappedChannels => "values stay as they are read: tests of a steady load do not apply to them",
            Self::LostPhase => {
                "none: a phase that is bypassed looks the same, and tests of under-registration judge it"
            }
            Self::RatioDoubt => "the values are taken as they are read, unless the detail says otherwise",
            Self::ProfileRegister => "none: the intervals are judged as they are read",
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
    pub detail: Fact,
}
