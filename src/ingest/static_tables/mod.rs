//! Static tables in any dress: customers, grid, weather, licences, tariffs, meters, and what comes
//! in with a month: inspections, bills, events, complaints.
//!
//! `headings` says what columns each kind has, `heading_names` is the one list of what they are
//! called, `taken` asks them; `delimited_cells` and `sheet_cells` bring cells, `table_cells` finds
//! the header among them; `text_table` is what the readers of the kinds work with; `told_apart`
//! knows a table by its headings.

pub(crate) mod cim_grid;
pub(crate) mod cim_rdf;
pub(crate) mod delimited_cells;
pub(crate) mod grid_file;
pub(crate) mod grid_paths;
#[rustfmt::skip]
pub(crate) mod heading_names;
pub(crate) mod headings;
pub(crate) mod keys;
pub(crate) mod meters;
pub(crate) mod month_tables;
pub(crate) mod node_cells;
pub(crate) mod paths;
pub(crate) mod readers;
pub(crate) mod sheet_cells;
pub(crate) mod table;
pub(crate) mod table_cells;
pub(crate) mod taken;
pub(crate) mod text_table;
pub(crate) mod told_apart;
pub(crate) mod weather_files;
pub(crate) mod weather_table;
