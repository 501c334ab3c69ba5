//! The balance engine in its first form: what flows into a grid node, minus what its meters record, minus technical loss.
//!
//! A load that no meter sees appears in no customer's series, only here. `residual` makes the hourly balance; `regression` fits a robust line with standard errors that
//! know of days; `decomposition` splits the residual into a constant (or night-only) part in kW and a part in proportion to the metered load;
//! `null` turns the constant part into a probability, with a spread taken from all nodes.

mod decomposition;
mod null;
mod regression;
mod residual;

pub use decomposition::{Unmetered, UnmeteredPattern, decompose};
pub use null::{NodeOdds, common_spread_kw, node_odds};
pub use residual::{BalanceSettings, NodeMeters, Residual, residual};
