//! Long Parquet: pages read by code of ours where they are usual, by the crate where they are not.

pub(crate) mod batches;
pub(crate) mod bit_packed;
pub(crate) mod columns;
pub(crate) mod fast;
pub(crate) mod footer;
pub(crate) mod headers;
pub(crate) mod layout;
pub(crate) mod long;
pub(crate) mod naive_clock;
pub(crate) mod pages;
pub(crate) mod table;
pub(crate) mod texts;
pub(crate) mod thrift;
