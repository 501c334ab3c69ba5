//! The readers of message formats for fuzzing, compiled in by path from the program's own sources.
//!
//! `ingest` stands where the program's module of that name stands and holds what readers need of it: the traits, an error, and a sink that checks what every
//! block must keep. Run a target with `cargo +nightly fuzz run -s none nem12` in the folder above.

#![allow(dead_code, missing_docs, unused_imports, unreachable_pub, reason = "only parts of the sources compiled in are used")]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
pub mod ingest;

pub use ingest::fuzzed::*;
