//! Any bytes as each of the static tables.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::static_tables(bytes));
