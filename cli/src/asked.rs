//! What must not stand on a command line, where every program on the machine can read it:
//! passphrases and the words of paper keys.
//!
//! On a terminal they are asked for and not shown; else they are read from stdin, a line each.

use std::io::{IsTerminal as _, Read as _, stdin};

use ::node::passphrase::Passphrase;
use console::Term;

use crate::{error::CliError, ui::Ui};

/// Bytes of one line at most: 24 words, or the longest passphrase.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// One passphrase.
///
/// # Errors
///
/// [`CliError::NothingTyped`] where nobody answers.
pub fn passphrase(ui: &mut Ui<'_>, prompt: &str) -> Result<Passphrase, CliError> {
    Ok(Passphrase::typed(&secret(ui, prompt)?))
}

/// A new passphrase: on a terminal twice, since nobody sees what he types.
///
/// # Errors
///
/// As [`passphrase`], and [`CliError::TypedDifferently`].
pub fn new_passphrase(ui: &mut Ui<'_>) -> Result<Passphrase, CliError> {
    let new = passphrase(ui, "asked-new-passphrase")?;
    if stdin().is_terminal() && !passphrase(ui, "asked-again")?.is_same(&new) {
        return Err(CliError::TypedDifferently);
    }
    Ok(new)
}

/// One line that is not shown.
///
/// # Errors
///
/// As [`passphrase`].
pub fn secret(ui: &mut Ui<'_>, prompt: &str) -> Result<String, CliError> {
    let line = if stdin().is_terminal() {
        ui.note(prompt, &[])?;
        Term::stderr().read_secure_line()?
    } else {
        line_of_stdin()?
    };
    if line.trim().is_empty() { Err(CliError::NothingTyped) } else { Ok(line) }
}

/// Byte by byte: what comes after the line belongs to the next question.
fn line_of_stdin() -> Result<String, CliError> {
    let mut line = Vec::new();
    for byte in stdin().lock().bytes() {
        match byte? {
            b'\n' => break,
            _ if line.len() >= LINE_BYTES_MAX => return Err(CliError::NothingTyped),
            byte => line.push(byte),
        }
    }
    String::from_utf8(line).map_err(|_| CliError::NothingTyped)
}
