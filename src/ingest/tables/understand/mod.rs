//! From the beginning of a table to a plan: header, layout, usage points, stamps, units, ratios.

pub(crate) mod counter_headings;
pub(crate) mod counter_shows;
pub(crate) mod date_form;
pub(crate) mod dates;
pub(crate) mod growth;
pub(crate) mod header;
pub(crate) mod heading_rows;
pub(crate) mod headings;
pub(crate) mod layout;
pub(crate) mod long_doubts;
pub(crate) mod long_layout;
pub(crate) mod meter_channels;
pub(crate) mod outside_id;
pub(crate) mod period;
pub(crate) mod ratios;
pub(crate) mod register_layout;
pub(crate) mod row_columns;
pub(crate) mod settle;
pub(crate) mod settler;
pub(crate) mod sides;
pub(crate) mod slot_name;
pub(crate) mod stamps;
pub(crate) mod units;
pub(crate) mod usage_point;
pub(crate) mod value_columns;
pub(crate) mod wide_layouts;
