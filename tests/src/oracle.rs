//! Comparison with the executable models of the rules.
//!
//! A model prints a random set and what it comes to (`--emit SEED`); each module here judges the
//! same set with this implementation and says where the two differ.
