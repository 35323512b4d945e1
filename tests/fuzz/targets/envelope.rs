//! A header, and the envelope around it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::envelope(bytes));
