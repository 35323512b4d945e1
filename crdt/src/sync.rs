//! How two nodes become equal: push is a hint, reconciliation is the guarantee.

pub mod fingerprint;
