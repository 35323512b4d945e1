//! The page, through its router, with a made-up node behind it: what people see, and who is kept
//! out.

mod actors;
mod door;
mod fake;
mod look;
mod pages;
mod walks;
