//! Keep rules: compiling and matching.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::patterns(data));
