//! From log-odds of single statistics to one probability, an order, and a list with a stated share
//! of innocents.
//!
//! `injection` plants farms in kept series; `calibration` learns tables and weights from planted
//! and un-planted usage points, without any label; `discovery` turns probabilities into q-values
//! and a list.

mod bench;
mod boosting;
mod calibration;
mod crowds;
mod engine;
mod groups;
mod injection;
mod measured;
mod mismatch;
mod monthly;
mod neighbours;
mod point;
mod reference;
mod registers;
mod said;
mod stories;
mod trial;
mod unknown;
mod visits;
mod weights;

pub(crate) use bench::EngineSetting;
pub use calibration::{Calibration, CalibrationSettings};
pub(crate) use engine::{Metered, RatioIs, judge_all};
pub use groups::{Groups, Kin};
pub use injection::{Host, InjectionSettings, Planted, plant};
pub use measured::Measured;
pub use mismatch::MismatchSettings;
pub(crate) use monthly::{MonthlyOdds, monthly_odds};
pub use neighbours::{Account, with_neighbours};
pub(crate) use point::{MeteredPoint, Shift};
#[cfg(test)]
pub(crate) use reference::encoded;
pub(crate) use registers::against_intervals;
pub(crate) use said::SAID;
pub use stories::{Positive, Story};
pub(crate) use trial::farms;
pub(crate) use unknown::unknown_points;
pub(crate) use visits::Heard;
pub use visits::{Known, Said, VisitSettings, Visits};
