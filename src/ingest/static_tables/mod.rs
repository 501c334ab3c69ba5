//! Static tables: customers, grid, weather, licences, tariffs, meters, and what comes in with a
//! month: inspections, bills, events, complaints.

pub(crate) mod cim_grid;
pub(crate) mod cim_rdf;
pub(crate) mod delimited_cells;
pub(crate) mod meters;
pub(crate) mod month_tables;
pub(crate) mod readers;
pub(crate) mod table;
pub(crate) mod text_table;
pub(crate) mod weather_files;
