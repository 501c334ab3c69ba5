//! Lines about cases: what a listed place has been from month to month.

use crate::domain::{CivilDay, Fact, Outcome};

/// What has become of a case since the month before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseStatus {
    /// Not known before.
    New,
    /// As it was.
    Continuing,
    /// More power.
    Grown,
    /// Less power.
    Shrunk,
    /// The load is gone.
    Stopped,
    /// It was gone or cleared, and is there again.
    Returned,
    /// New here, and gone elsewhere by about the same power.
    Moved,
    /// Explained by something lawful, by an inspection, or by later readings.
    Cleared,
}

impl CaseStatus {
    /// Every status, those that need an eye first.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Returned,
        Self::Moved,
        Self::Grown,
        Self::Continuing,
        Self::Shrunk,
        Self::Stopped,
        Self::Cleared,
    ];

    /// The word used in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Continuing => "continuing",
            Self::Grown => "grown",
            Self::Shrunk => "shrunk",
            Self::Stopped => "stopped",
            Self::Returned => "returned",
            Self::Moved => "moved",
            Self::Cleared => "cleared",
        }
    }

    /// Reads the word of a file.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether nothing is claimed any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Cleared)
    }
}

/// What a case was in one month.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseMonth {
    /// The month, `2025-03`.
    pub month: String,
    /// What had become of it.
    pub status: CaseStatus,
    /// Probability that was stated.
    pub probability: Option<f64>,
    /// Power, kW.
    pub kw: Option<f64>,
    /// Log-odds without anything that inspections say.
    pub own: Option<f64>,
}

/// A line of `cases.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// Its number, for good.
    pub case: String,
    /// `usage_point` or `node`.
    pub level: &'static str,
    /// The usage point or node.
    pub id: String,
    /// Its address.
    pub address: Option<String>,
    /// What has become of it.
    pub status: CaseStatus,
    /// First day of the load; `None` = there from the first reading.
    pub since: Option<CivilDay>,
    /// Day on which it was gone, where it is.
    pub gone: Option<CivilDay>,
    /// Usage point or node where the load was before.
    pub moved_from: Option<String>,
    /// Usage point or node where it went.
    pub moved_to: Option<String>,
    /// The month in which the last move was told.
    pub moved_month: Option<String>,
    /// Last inspection.
    pub inspected: Option<CivilDay>,
    /// What it found.
    pub outcome: Option<Outcome>,
    /// Moves and complaints: what stands beside it and counts for nothing.
    pub notes: Vec<Fact>,
    /// Months in order, the first in which it was listed first; never empty.
    pub history: Vec<CaseMonth>,
}

impl CaseRow {
    /// The last month.
    #[must_use]
    pub fn last(&self) -> Option<&CaseMonth> {
        self.history.last()
    }

    /// The month before it.
    #[must_use]
    pub fn before(&self) -> Option<&CaseMonth> {
        self.history.len().checked_sub(2).map(|place| &self.history[place])
    }
}
