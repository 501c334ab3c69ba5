//! From log-odds of single statistics to one probability, an order, and a list with a stated share
//! of innocents.
//!
//! `injection` plants farms in kept series; `calibration` learns tables and weights from planted
//! and un-planted usage points, without any label; `discovery` turns probabilities into q-values
//! and a list.

mod boosting;
mod calibration;
pub(crate) mod crowds;
pub(crate) mod engine;
mod groups;
mod injection;
mod measured;
mod mismatch;
mod neighbours;
pub(crate) mod registers;
mod stories;
mod weights;

pub use calibration::{Calibration, CalibrationSettings};
pub use groups::{Groups, Kin};
pub use injection::{Host, InjectionSettings, Planted, plant};
pub use measured::Measured;
pub use mismatch::MismatchSettings;
pub use neighbours::{Account, with_neighbours};
pub use stories::{Positive, Story};
