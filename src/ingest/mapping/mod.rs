//! Mappings: how a source writes its readings, said in TOML, found in a file, or known beforehand.

pub(crate) mod keys;
pub(crate) mod known;
pub(crate) mod understanding;
