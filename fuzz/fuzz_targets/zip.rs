//! Any bytes as a zip archive: its directory and every member.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::archive(bytes));
