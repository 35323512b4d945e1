//! The life of a help request: stories, laws on random towns, and comparison with the model.
//!
//! `stories` follow people through a cut; `laws` are what must hold whatever people do; `model`
//! compares with `claims.py` on the sets in `tests/vectors/claims` and, where the model itself is
//! at hand, on fresh ones.

#[path = "claims/laws.rs"]
mod laws;
#[path = "claims/model.rs"]
mod model;
#[path = "claims/policy.rs"]
mod policy;
#[path = "claims/rides.rs"]
mod rides;
#[path = "claims/stories.rs"]
mod stories;
#[path = "claims/town.rs"]
mod town;
