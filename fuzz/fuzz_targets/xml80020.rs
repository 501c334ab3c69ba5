//! Any bytes as XML 80020 or 80040.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("XML 80020", bytes));
