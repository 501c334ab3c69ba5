//! Any bytes as MSCONS.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("MSCONS", bytes));
