//! Any bytes as a table of a result in Parquet, read as `explain` and `verify` read it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::result_table(bytes));
