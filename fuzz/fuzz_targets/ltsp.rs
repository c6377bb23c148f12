//! ltsp.conf of LTSP 19+.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::ltsp(data));
