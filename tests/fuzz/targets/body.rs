//! What an envelope of each kind carries.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::body(bytes));
