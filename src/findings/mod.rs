//! The plain result tree that is handed to the writers: one struct for a line of each result file.
//!
//! Field names are the column names of the files. `None` is an empty cell: not applicable, not
//! testable, or not known. Everything here claims inconsistency of data, not guilt.

mod address;
mod billing_row;
mod case_row;
mod grid_rows;
mod hit_rate;
mod loss;
mod money_rows;
mod picture;
mod result;
mod run_record;
pub mod said;
mod stage_clock;
mod trend;
mod trial;
mod usage_point_rows;

pub use address::{AddressRow, LEAST_CLAIM, RegionRow, WorklistRow};
pub use billing_row::{BillingFinding, BillingRow};
pub use case_row::{CaseMonth, CaseRow, CaseStatus};
pub use grid_rows::{CoverageRow, LinkGround, NodeDayRow, NodeRow, PhaseRow};
pub use hit_rate::HitRateRow;
pub use loss::Loss;
pub use money_rows::{MoneyPart, MoneyRow, MoneyStep};
pub use picture::{DayTemperature, Dossier, LoadPicture};
pub use result::{Findings, NameRow};
pub use run_record::{InputDigest, OtherPrior, Prevalence, RunOptions, RunRecord, StageTime};
pub use stage_clock::StageClock;
pub use trend::TrendRow;
pub use trial::{TrialFarm, TrialReport, TrialRow};
pub use usage_point_rows::{ClearedRow, FindingKind, Pattern, Resolution, ScoreRow, SuspectRow};

impl Findings {
    /// Listed usage points that are expected to be innocent, by their own probabilities; 0 of an
    /// empty list.
    #[must_use]
    pub fn expected_innocents(&self) -> f64 {
        self.suspects.iter().fold(0.0, |sum, row| sum + (1.0 - row.probability.unwrap_or(0.0)))
    }
}
