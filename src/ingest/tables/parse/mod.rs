//! From lines to blocks, as the plan of a table says.

pub(crate) mod counters;
pub(crate) mod long;
pub(crate) mod parser;
pub(crate) mod piece;
pub(crate) mod roles;
pub(crate) mod row_walk;
pub(crate) mod usual_row;
pub(crate) mod wide;
