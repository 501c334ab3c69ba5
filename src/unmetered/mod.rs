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

mod balanced;
mod by_register;
mod co_timing;
mod components;
mod corrections;
mod culprits;
mod customer_columns;
mod customer_registers;
mod decomposition;
mod engine;
mod fallen;
mod grid_setting;
mod members;
mod missing;
mod null;
mod own_loss;
mod parts;
mod positions;
mod reads;
mod register_supplies;
mod regression;
mod residual;
mod said;
mod says;
mod sides;
mod steady_links;
mod supplies;
mod supply;
mod tap_trial;
mod unread;

pub(crate) use balanced::{Balanced, LEAST_COVERAGE, MUCH_COARSE, children, since};
pub use co_timing::{CoTimed, co_timed};
pub use components::{Decomposition, LineLoss, Locality, Part, TapHours};
pub(crate) use corrections::Settled;
pub(crate) use culprits::Culprit;
pub use customer_columns::late_load_kw;
pub(crate) use customer_registers::add_registers_to_sums;
pub use decomposition::decompose;
pub(crate) use engine::{GridFindings, balance_grid};
pub(crate) use fallen::Fallen;
pub(crate) use grid_setting::{GridSeries, GridSetting, Places};
pub use members::{Named, Wanted, Wrong, named, roughness};
pub use missing::{Adrift, Placed};
pub use null::{NodeLevel, NodeOdds, Null, smallest_detectable_kw};
pub use own_loss::OwnLoss;
pub(crate) use positions::Positions;
pub(crate) use reads::Reads;
pub(crate) use register_supplies::{held_supplies, supplies_by_register, supplies_with_course};
pub use residual::{BalanceSettings, BalanceSpan, NodeMeters, Residual, residual};
pub(crate) use said::SAID;
pub(crate) use says::{Began, Says};
pub use supply::{WrongRatio, late_by_hours, wrong_ratios};
pub(crate) use tap_trial::{TapSetting, tap_trial};
pub(crate) use unread::unread_loads;
