//! Lists of what a client image leaves out.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::excludes(data));
