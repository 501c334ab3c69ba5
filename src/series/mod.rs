//! From blocks of readings to one regular load series for every usage point.
//!
//! `gather` takes blocks in any order and hands over finished usage points; `regular` puts a usage
//! point's readings on an even time axis and settles duplicates; `fault_gate` finds what is a fault
//! of the data rather than a load; `registers` turns counter readings into mean power,
//! `register_check` holds them against the intervals; `grid_sum` adds series up the grid, exactly;
//! `whole_read` asks whether a dump as a whole looks like one of meters.

mod canonical;
mod catch_up;
pub(crate) mod cover;
mod day_fold;
mod display;
mod fault_gate;
mod finish;
mod gather;
mod grid_sum;
mod load_series;
mod lost_phase;
mod matrix;
mod meter_ratios;
mod multiplier;
mod per_worker;
mod pick;
mod raw_reading;
mod register_check;
mod register_loads;
mod registers;
mod regular;
mod said;
mod scattered;
mod spill;
mod spread_out;
mod streaming;
mod stretch;
mod stuck;
mod swapped_channels;
mod tiles;
mod whole_read;

pub use canonical::{CanonicalReading, canonical_readings};
pub use cover::{MonthCover, RegisterCover, ShownReading};
pub use day_fold::{DayFold, DayLevel, HOURS};
#[cfg(test)]
pub(crate) use display::as_shown;
pub use display::{Rounding, rounding_step_kwh};
pub use fault_gate::{FaultGate, Gated, RatioStep};
pub use finish::FinishUsagePoint;
pub use gather::{GatherPlan, Gathered, Gatherer, WAITING_BYTES};
pub use grid_sum::{GridSum, GridSums, NodeSum, mean_by_hour};
pub use load_series::{LoadSeries, hourly_kw, hourly_or_held_kw};
pub use meter_ratios::{MeterRatios, apply_ratios, apply_ratios_to_register};
pub use per_worker::PerWorker;
pub use pick::Picker;
pub use raw_reading::RawReading;
pub use register_check::register_fault;
pub use register_loads::register_loads;
pub use registers::{RegisterLoad, RegisterPeriod, RegisterRead, counted_load, in_order_of_ids, register_load};
pub use regular::{Regular, regular_series, series_of};
pub(crate) use said::SAID;
pub use said::suspected_by_levels;
pub use spill::{SpillStore, Stored};
pub(crate) use stretch::KeptStretch;
pub use stretch::Stretch;
pub use whole_read::{Strange, WholeRead, is_household};
