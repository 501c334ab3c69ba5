//! Any bytes through the reader `xml80020`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::xml80020(bytes));
