//! The program `linli`: hands the surroundings to the library and its exit code to the shell.

use std::{
    env,
    io::{IsTerminal as _, stderr, stdout},
    process::ExitCode,
};

use cli::{
    ui::Ui,
    words::{Speech, lang_of_surroundings},
};

fn main() -> ExitCode {
    // Whatever this program writes is for its owner alone, also in a folder that others may enter.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let (mut out, mut err) = (stdout(), stderr());
    let terminal = err.is_terminal();
    let speech = Speech::of(lang_of_surroundings(|name| env::var(name).ok()));
    let mut ui = Ui::new(&mut out, &mut err, speech, terminal);
    ExitCode::from(cli::run(env::args_os(), &mut ui))
}
