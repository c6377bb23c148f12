//! Sequences of operations on held directories.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::dir_ops(data));
