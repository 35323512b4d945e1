//! What breaks, what lies, and what comes from another time: everybody ends up seeing the same.
//!
//! Schedules come from seeds; `LINLI_SEEDS=10000` runs more of them than the short set does.

mod attacks;
mod clocks;
mod foreign;
mod liars;
mod releases;
mod schedules;
mod towns;
