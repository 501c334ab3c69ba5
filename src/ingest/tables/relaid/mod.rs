//! Tables that are laid out anew before they are understood, line for line, so that rows keep their
//! numbers: what is said once for many rows is said in each of them, blocks below one another lie
//! side by side, and bare days of a month have their year.

mod bare_days;
mod day_rows;
mod filled_down;
mod lines;
mod stacked;
pub(crate) mod ways;
