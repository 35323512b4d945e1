//! What a person types or scans: links, paper keys, spoken codes, ids.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::typed(bytes));
