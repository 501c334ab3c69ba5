//! From lines to blocks, as the plan of a table says.

pub(crate) mod counters;
pub(crate) mod day_places;
pub(crate) mod days_across;
pub(crate) mod long;
pub(crate) mod odd_days;
pub(crate) mod odd_rows;
pub(crate) mod parser;
pub(crate) mod piece;
pub(crate) mod roles;
pub(crate) mod row_walk;
pub(crate) mod usual_row;
pub(crate) mod wide;
