//! Reading what utilities export: files found, formats recognised by content, columns by name,
//! blocks of readings out.
//!
//! `formats` is the registry of readings formats, one file each. Static tables (customers, grid,
//! weather, licences, tariffs) are read by `static_tables`. A record that cannot be used becomes a
//! `Reject` with file, row and remedy; a file that cannot be used is an `IngestError`.
//!
//! Rooms, lower ones first: `bytes`, `text`, `mapping`; `messages`, `parquet` and `tables`, which
//! do not know one another; `static_tables`; `formats`, `readings`, `survey`.
//!
//! Fuzz targets (`fuzz/`) compile this folder in by path.

mod bytes;
mod error;
mod folder;
mod format;
mod formats;
#[cfg(test)]
mod kept;
mod mapping;
mod messages;
#[cfg(test)]
mod mutations;
mod parquet;
mod readings;
mod rejects;
#[cfg(test)]
mod round_trip;
mod said;
mod static_tables;
mod survey;
mod tables;
mod text;
mod understood;
mod voltage;
#[cfg(test)]
mod written;

pub use bytes::caps::Caps;
pub use bytes::find::{InputFile, find_inputs, find_inputs_until};
pub use bytes::held::HeldFile;
pub use bytes::results::without_results;
pub use error::{ArchiveFault, IngestError};
pub use folder::{ToldFiles, tell_files};
pub use format::{BlockSink, Format, IdRuns, ReadingsFile, Source, StampClock};
pub use formats::{FORMATS, list_of_formats};
pub use mapping::keys::{Mapping, MappingError};
pub use mapping::known::{KnownMapping, MAPPINGS};
pub use mapping::understanding::{Decision, Understanding};
pub use parquet::table::ParquetTable;
pub use readings::{FileSummary, PieceIx, Readings};
pub(crate) use said::SAID;
pub use static_tables::grid_file::read_grid;
pub use static_tables::meters::read_meters;
pub use static_tables::month_tables::{read_billing, read_complaints, read_events, read_inspections};
pub use static_tables::paths::{FROM_FOLDERS, StaticPaths};
pub use static_tables::readers::{read_customers, read_licences, read_tariffs};
pub use static_tables::table::{Table, TakenColumn};
pub use static_tables::told_apart::{LookedAt, look_at_table};
pub use static_tables::weather_table::read_weather;
pub use survey::{Roster, Survey, Watching};
pub use understood::{Understood, check_period, match_ids, readings_understood, table_understood};
pub use voltage::{VoltReading, read_voltage};

/// Reads a network model, for fuzzing.
///
/// # Errors
/// When the file cannot be read as one.
#[cfg(fuzzing)]
pub fn read_network_model(path: &std::path::Path) -> Result<Table<crate::domain::Grid>, IngestError> {
    static_tables::cim_grid::read(path)
}
