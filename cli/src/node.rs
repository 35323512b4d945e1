//! The one place where the command line touches the node as a library rather than by commands.
//!
//! Setting up a home, backing it up and bringing it back, running its node, opening a stopped one and making its lists anew have no
//! running node to ask; everything else is a [`Command`](::node::api::Command) through
//! [`crate::door`].

pub use ::node::{
    backup::{backup, restore},
    demo::{
        Demo, Walk,
        runyuan::{self, Plan},
    },
    home::{Paper, PaperKey, Roots, init, join, rebuild, recover},
    mesh::{NotAnAddress, read_address},
    run::{Config, PAGE, Running, open, start},
};
