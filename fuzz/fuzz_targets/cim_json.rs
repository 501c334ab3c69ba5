//! Any bytes as CIM MeterReadings in JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("CIM MeterReadings (JSON)", bytes));
