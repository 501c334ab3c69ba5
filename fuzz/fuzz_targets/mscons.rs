//! Any bytes through the reader `mscons`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::mscons(bytes));
