//! Changes of a document, through the gate into Automerge.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::gate(bytes));
