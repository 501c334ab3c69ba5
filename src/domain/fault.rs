//! Faults of the data themselves: what is wrong with a meter's readings, from when to when, and
//! what share of them.

use serde::{Deserialize, Serialize};

use super::{CivilDay, Fact, UsagePointId, said};

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
    /// A node had no supply.
    Outage,
    /// A contact or neutral at the premises fails, by volts.
    Contact,
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
            Self::Outage => "outage",
            Self::Contact => "contact",
        }
    }

    /// What the fault means for the tests: whether the usage point is still judged, and by which of
    /// them.
    #[must_use]
    pub fn effect(self) -> Fact {
        match self {
            Self::Stuck | Self::FlatFilled | Self::SpreadOut | Self::CatchUp | Self::Spike => said::masked(),
            Self::Gap => said::gap(),
            Self::Multiplier => said::ratio(),
            Self::Rollover => said::rollover(),
            Self::Duplicate => said::duplicate(),
            Self::Clock => said::clock(),
            Self::Negative => said::negative(),
            Self::Estimated => said::estimated(),
            Self::Unlinked => said::unlinked(),
            Self::WrongLink => said::wrong_link(),
            Self::UnknownCustomer => said::unknown(),
            Self::SwappedChannels => said::swapped(),
            Self::LostPhase => said::lost_phase(),
            Self::RatioDoubt => said::ratio_doubt(),
            Self::ProfileRegister => said::register(),
            Self::Outage => said::outage(),
            Self::Contact => said::contact(),
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
