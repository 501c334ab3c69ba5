//! Seeded synthetic utilities and farm models.
//!
//! `farm` is the load of a mining farm, injected into synthetic and real series alike; the other
//! files build a whole utility around it: customers with lawful loads, a grid with losses, faults
//! of the data, and the truth about all of them.

mod appliances;
mod balance_meter;
mod bills;
mod books;
mod business;
mod chance;
mod day_plan;
mod details;
mod farm;
mod farm_course;
mod heating;
mod home;
mod local_time;
mod look_alike;
mod member;
mod meter;
mod meter_readings;
mod month_files;
mod months;
mod node;
mod odd_meter;
mod oddities;
mod place;
mod planting;
mod readings;
mod readme;
mod scene;
mod settings;
mod simulate;
mod simulated;
mod street_lighting;
mod table_file;
mod tables;
mod tamper;
mod town;
mod turn;
mod usage;
mod visits;
mod volt_file;
mod wires;

pub use farm::{DailyWindow, FarmKind, FarmModel, Growth, Schedule};
pub use local_time::LocalTimes;
pub use oddities::{ClassWords, Oddities, UnknownLanguage};
pub use place::Place;
pub use readings::ReadingsError;
pub use readme::command_line;
pub use settings::{
    CheckedSettings, MAX_SORTED, ReadingsFormat, ReadingsOrder, Registers, SettingsError, SimulateSettings, TamperKind,
};
pub use simulate::simulate;
pub use simulated::Simulated;
pub use table_file::SimulateError;
