//! lts.conf of LTSP 5.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::lts(data));
