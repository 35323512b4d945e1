//! The pure half of the node: decisions with time and randomness as arguments, no IO.

pub mod peers;
