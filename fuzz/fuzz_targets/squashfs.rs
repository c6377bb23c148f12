//! The reader of squashfs images.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| testkit::fuzz::squashfs(data));
