//! Synthetic load with known truth: farms for planting, and whole utilities for trying, testing and measuring.

mod farm;
mod home;
mod place;
mod premises;
mod readings_file;
mod scene;
mod settings;
mod static_files;
mod street;
mod utility;

pub use farm::{FarmKind, FarmModel};
pub use settings::{FileFormat, RowOrder, SettingsError, SimulateSettings};
pub use utility::{SimulateError, Simulated, simulate};

#[cfg(test)]
pub(crate) mod tests {
    use super::{FileFormat, RowOrder, SimulateSettings};

    /// A small utility for tests.
    pub(crate) fn small() -> SimulateSettings {
        SimulateSettings {
            usage_points: 60,
            days: 28,
            step_min: 30,
            seed: 1,
            start: "2025-03-01".into(),
            timezone: "Etc/GMT-5".into(),
            business_share: 0.2,
            farm_share: 0.1,
            look_alike_share: 0.15,
            fault_share: 0.12,
            electric_heating_share: 0.2,
            register_share: 0.0,
            mixed_steps: false,
            per_transformer: 30,
            three_levels: true,
            balance_share: 1.0,
            tap_share: 0.3,
            unlinked_share: 0.0,
            order: RowOrder::Meter,
            format: FileFormat::Parquet,
        }
    }
}
