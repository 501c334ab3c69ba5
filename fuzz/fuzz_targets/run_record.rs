//! Any text as `run.toml`: the words on what is wrong with it, and the numbers in it that are none.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| darkload_fuzz::run_record(text));
