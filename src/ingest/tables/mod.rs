//! Tables of readings: delimited text and the sheets of workbooks, which are one thing.
//!
//! `sample` splits the beginning of a table, `understand` makes a plan of it from a mapping and
//! from what the content shows, `parse` turns lines into blocks.

pub(crate) mod delimited;
pub(crate) mod encoding;
pub(crate) mod file;
pub(crate) mod footers;
pub(crate) mod held;
pub(crate) mod id_cell;
pub(crate) mod json_rows;
pub(crate) mod open_book;
pub(crate) mod parse;
pub(crate) mod plan;
pub(crate) mod relaid;
pub(crate) mod rows;
pub(crate) mod sample;
pub(crate) mod sheet_text;
#[cfg(test)]
mod tests;
pub(crate) mod understand;
pub(crate) mod workbook;
