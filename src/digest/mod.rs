//! What stays of a usage point's readings after one pass: one small `Profile` for every civil
//! month.
//!
//! Readings of an hour or finer are folded to hourly means of the local clock first, so 15, 30 and
//! 60 minute meters are comparable. A profile holds a summary of every day (mean, floor, top, how
//! two-levelled it is) and, for every hour of the day, low, middle and high of the month: enough
//! for every test of the metered-load engine, at most 2 kB. Profiles of several months concatenate;
//! nothing in one depends on another.

pub(crate) mod counted;
pub(crate) mod first_pass;
pub(crate) mod memory;
mod month;
mod node;
mod store;

pub use crate::series::HOURS;
pub use month::{DaySummary, HourBand, Profile, profiles};
pub use node::{Day, Regimes, UsageProfile};
pub use store::{ProfilePlace, ProfileStore};
