//! Any bytes as NEM12 or NEM13.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("NEM12", bytes));
