//! Complaints of neighbours: notes beside a case, which change no odds.

use super::{CivilDay, UsagePointId};

/// What is complained of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComplaintKind {
    /// Noise of fans.
    Noise,
    /// Low or flickering voltage.
    Voltage,
    /// Heat.
    Heat,
    /// Anything else.
    Other,
}

impl ComplaintKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Noise, Self::Voltage, Self::Heat, Self::Other];

    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Voltage => "voltage",
            Self::Heat => "heat",
            Self::Other => "other",
        }
    }

    /// Reads the word of a file; what is not known is something else.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word.trim().to_lowercase().as_str() {
            "noise" | "шум" | "шуыл" => Self::Noise,
            "voltage" | "напряжение" | "кернеу" => Self::Voltage,
            "heat" | "тепло" | "жар" | "жылу" => Self::Heat,
            _ => Self::Other,
        }
    }
}

/// What a complaint is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComplaintOf {
    /// A meter.
    UsagePoint(UsagePointId),
    /// An address, as written.
    Address(String),
}

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What it is about.
    pub of: ComplaintOf,
    /// When.
    pub day: CivilDay,
    /// What is complained of.
    pub kind: ComplaintKind,
    /// In whose words.
    pub note: Option<String>,
    /// Row in its file.
    pub row: u64,
}
