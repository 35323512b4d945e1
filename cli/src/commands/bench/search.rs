//! `search`: how soon words are found in a long history.
//!
//! The question goes to a home's own ledger on its disk, as the page and the command line send it;
//! what is measured is until the answer is there. Each kind of word is asked for many times and the
//! slowest but one in a hundred counts.

use node::{
    api::{Command, Reply, SearchQuery},
    ledger::Ledger,
};

use super::{
    Case, Options,
    pair::{ms, now},
    town::{ALL, Town, command, commands, failed, open, write},
};
use crate::{error::CliError, ui::Ui};

/// Questions of one run for one kind of word.
const QUESTIONS: usize = 100;

/// Messages that hold the rare word, half of them older than what is written last.
const RARE: usize = 15;

/// Messages that are written after the older half: the word is no longer among the newest.
const AFTER: u64 = 2_000;

/// What is looked for: its name, and the words.
const SOUGHT: [(&str, &str); 5] = [
    ("two characters, in every seventh", "电梯"),
    ("two characters, in 30 of all", "海豚"),
    ("two characters, in none", "龙虾"),
    ("both of two words, in every 35th", "电梯 王阿"),
    ("the beginning of a word", "torc"),
];

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[10_000, 100_000]) {
        ui.status(format_args!("writing a history of {size} messages"))?;
        let town = Town::with_messages(size)?;
        rare(&town)?;
        write(&town.founder(), size, AFTER)?;
        rare(&town)?;
        let mut ledger = open(&town.founder())?;
        for (name, words) in SOUGHT {
            let mut case = Case::new(format!("{size}: {name}, p99"), "ms").reach(50.0);
            for _ in 0..options.runs {
                case.values.push(p99(&mut ledger, words)?);
            }
            all.push(case);
        }
    }
    Ok(all)
}

fn rare(town: &Town) -> Result<(), CliError> {
    let post = |number| Command::Post {
        group: ALL.to_owned(),
        text: format!("谁看见海豚了 {number}"),
        reply_to: None,
    };
    commands(&mut open(&town.founder())?, (0..RARE).map(post).collect()).map(|_| ())
}

/// Milliseconds that all but one in a hundred of the questions stay below.
fn p99(ledger: &mut Ledger, words: &str) -> Result<f64, CliError> {
    let mut took = Vec::with_capacity(QUESTIONS);
    for _ in 0..QUESTIONS {
        let query = SearchQuery { words: words.to_owned(), last: 50, ..SearchQuery::default() };
        let start = now();
        let reply = command(ledger, Command::Search(query))?;
        took.push(ms(start, now()));
        let Reply::Found(page) = reply else { return Err(CliError::Unexpected) };
        if page.found.is_empty() != (words == "龙虾") {
            return Err(failed("a search did not find what is there"));
        }
    }
    took.sort_by(f64::total_cmp);
    Ok(took[QUESTIONS - 2])
}
