//! Any bytes through the reader `espi`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::espi(bytes));
