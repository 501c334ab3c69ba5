//! What stays of readings after one pass: digests.
//!
//! Readings of an hour or finer are folded to hourly means of the local clock first, so 15, 30 and
//! 60 minute meters are comparable. `month` is the profile of one civil month: a summary of every
//! day (mean, floor, top, how two-levelled it is) and, for every hour of the day, low, middle and
//! high of each half: enough for every test of the metered-load engine, at most 2 kB. A usage
//! point's profiles (`point`), a node's sums (`node_sums`) and the sample's hours (`hours`) are
//! each a `Digest` (`record`), which is written down (`encoding`), read back and merged the same
//! way wherever it was made. `first_pass` makes digests and nothing else; `store` holds them.

mod civil_month;
mod counted;
mod encoding;
mod fault_encoding;
mod first_pass;
mod hours;
mod kept;
pub(crate) mod memory;
mod month;
mod month_encoding;
mod node_sums;
mod point;
mod prepare;
mod record;
mod sample;
mod store;
mod usage_profile;

pub use crate::series::HOURS;
pub use civil_month::CivilMonth;
pub(crate) use counted::{Counted, finish_counted};
pub use encoding::{DigestError, DigestKind, VERSION, from_bytes, to_bytes};
pub(crate) use first_pass::FirstPass;
pub use hours::Hours;
pub(crate) use kept::{Kept, Point, RatioAsked};
pub use month::{DaySummary, HourBand, Profile, profiles};
pub use node_sums::NodeSums;
pub use point::{PointDigest, RatioHours, Span};
pub(crate) use prepare::{PassSetting, Prepared};
pub use record::{Content, Digest};
pub use store::{DigestPlace, DigestStore};
pub use usage_profile::{Day, Regimes, UsageProfile};
