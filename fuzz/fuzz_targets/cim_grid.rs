//! Any bytes as a CIM network model.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::network_model(bytes));
