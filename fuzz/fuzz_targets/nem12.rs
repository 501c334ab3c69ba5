//! Any bytes through the reader `nem12`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::nem12(bytes));
