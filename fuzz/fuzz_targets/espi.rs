//! Any bytes as Green Button.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("Green Button", bytes));
