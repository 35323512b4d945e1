//! `linli` on the command line: arguments in, commands to a node, answers for people and scripts.
//!
//! A verb lives in one file of [`commands`]: a struct of arguments whose doc comments are the help,
//! and one function. What it wants done is a [`Command`](::node::api::Command); [`door`] brings that to the
//! running node over the control socket, or to a node that is opened just for it.
//!
//! # Rules
//!
//! 1. Results on stdout, everything else on stderr; `--json` prints the contract of the CLI.
//! 2. Exit code 0: done; 1: not done; 2: wrong use. An error is a sentence and a hint.
//! 3. Whatever neighbours wrote goes through [`ui::plain`]: no text may steer a terminal.
//!
//! # Deliberately absent
//!
//! Questions to the person, except for what must not stand on a command line: passphrases and paper
//! keys ([`asked`]), which a script gives on stdin.

pub mod args;
pub mod asked;
pub mod chat;
pub mod commands;
pub mod door;
pub mod error;
pub mod node;
pub mod records;
pub mod ui;
pub mod words;

use std::ffi::OsString;

use clap::Parser as _;

use crate::{args::Cli, error::CliError, ui::Ui};

/// Carries out one command line, program name first, and returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>, ui: &mut Ui<'_>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    ui.speak_json(args.iter().any(|arg| arg == "--json"));
    let outcome = match Cli::try_parse_from(args) {
        Ok(cli) => commands::carry_out(cli, ui),
        Err(unparsed) => help_or_error(&unparsed, ui),
    };
    match outcome {
        Ok(()) => 0,
        Err(error) => ui.report(&error),
    }
}

/// Help and version are answers; anything else that clap says is wrong use.
fn help_or_error(unparsed: &clap::Error, ui: &mut Ui<'_>) -> Result<(), CliError> {
    if unparsed.use_stderr() {
        return Err(CliError::wrong_use(unparsed, ui.speech()));
    }
    ui.print(unparsed.render())
}
