//! Synthetic load with known truth: farms for planting.

mod farm;

pub use farm::{FarmKind, FarmModel};
