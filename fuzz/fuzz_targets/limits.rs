//! limits.conf(5) and limits.d.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::limits(data));
