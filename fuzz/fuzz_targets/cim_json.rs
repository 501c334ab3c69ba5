//! Any bytes through the reader `cim_json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::cim_json(bytes));
