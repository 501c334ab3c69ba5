//! Any bytes as long Parquet.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::file("long parquet", bytes));
