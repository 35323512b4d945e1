//! Paper keys, ready to be copied by hand: shown once, stored nowhere.

use crate::{error::CliError, node::Paper, ui::Ui};

/// Words in one printed line: four lines of six fit any paper.
const WORDS_PER_LINE: usize = 6;

/// Says what the keys that follow are for, and what to do with them.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn intro(ui: &mut Ui<'_>, keys: usize) -> Result<(), CliError> {
    match keys {
        0 => Ok(()),
        keys => ui.say("paper-intro", &[("count", keys.into())]),
    }
}

/// Prints one key, its words numbered.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn print(ui: &mut Ui<'_>, paper: Paper, words: &[impl AsRef<str>]) -> Result<(), CliError> {
    ui.line("")?;
    match paper {
        Paper::Person => ui.say("paper-person", &[])?,
        Paper::Root { number, of, threshold } => {
            let args =
                [("number", number.into()), ("of", of.into()), ("threshold", threshold.into())];
            ui.say("paper-root", &args)?;
        }
    }
    for (line, words) in words.chunks(WORDS_PER_LINE).enumerate() {
        let numbered = words.iter().enumerate().map(|(at, word)| {
            let number = line * WORDS_PER_LINE + at + 1;
            format!("{number:>2} {:<9}", word.as_ref())
        });
        let line: Vec<String> = numbered.collect();
        ui.line(format_args!("  {}", line.join(" ").trim_end()))?;
    }
    Ok(())
}
