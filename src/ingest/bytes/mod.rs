//! Bytes of files: found, held against change, opened through whatever packs them, told apart by
//! their first bytes, and digested while they pass.

pub(crate) mod archive;
pub(crate) mod caps;
pub(crate) mod compound_file;
pub(crate) mod contained;
pub(crate) mod decompress;
pub(crate) mod file_digest;
pub(crate) mod find;
pub(crate) mod held;
pub(crate) mod kind;
pub(crate) mod markup;
pub(crate) mod other_kinds;
pub(crate) mod read_buffer;
pub(crate) mod results;
