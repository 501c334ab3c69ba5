//! The balance engine: what flows into a grid node, minus what its meters record, minus technical
//! loss.
//!
//! A load that no meter sees appears in no customer's series, only here. `residual` makes the
//! hourly balance, and `supply` asks whether the balance meter is right; `missing` finds the
//! customers that the grid file forgot, `members` those whose own load a residual names, and
//! `co_timing` those whose meter shows less from the day on which the residual rises;
//! `decomposition` splits the rest into a level, loads that start or run in a window (`parts`), and
//! what goes with the metered load, by the robust fit of `regression`; `by_register` is for balance
//! meters that have a register only; `null` turns level and parts into a probability, with an error
//! that healthy nodes have in common.

mod by_register;
mod co_timing;
mod components;
pub(crate) mod corrections;
pub(crate) mod culprits;
mod customer_columns;
pub(crate) mod customer_registers;
mod decomposition;
pub(crate) mod fallen;
mod members;
mod missing;
pub(crate) mod nodes;
mod null;
mod parts;
pub(crate) mod positions;
pub(crate) mod register_supplies;
mod regression;
mod residual;
mod says;
pub(crate) mod supplies;
mod supply;
pub(crate) mod tap_trial;
pub(crate) mod unread;

pub use co_timing::{CoTimed, co_timed};
pub use components::{Decomposition, LineLoss, Locality, Part, TapHours};
pub use customer_columns::late_load_kw;
pub use decomposition::decompose;
pub use members::{Named, Wanted, Wrong, named, roughness};
pub use missing::{Adrift, Placed};
pub use null::{NodeLevel, NodeOdds, Null, smallest_detectable_kw};
pub use residual::{BalanceSettings, BalanceSpan, NodeMeters, Residual, residual};
pub(crate) use says::{Began, Says};
pub use supply::{WrongRatio, late_by_hours, wrong_ratios};
