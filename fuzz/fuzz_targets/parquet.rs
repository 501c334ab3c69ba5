//! Any bytes as a Parquet file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::file("long parquet", bytes));
