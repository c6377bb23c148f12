//! Small homes and rules, reset in every way.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::reset(data));
