//! Any bytes as CIM MeterReadings in XML.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkload_fuzz::message("CIM MeterReadings (XML)", bytes));
