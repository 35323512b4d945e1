//! `linli init`: this home's keys, and with `--community` a community.

use std::path::Path;

use crate::{
    error::CliError,
    node::{self, Paper},
    ui::Ui,
};

/// Words in one printed line of a paper key: four lines of six fit any paper.
const WORDS_PER_LINE: usize = 6;

/// Make this home's keys, and found a community if wanted
///
/// With `--community` the person who writes here becomes the community's administrator. The paper
/// keys that are then printed are shown once and stored nowhere: write them down.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What the neighbours call this home
    #[arg(long, value_name = "NAME")]
    home: String,

    /// What they call the person who writes here [default: the home's name]
    #[arg(long, value_name = "NAME")]
    person: Option<String>,

    /// Found a community of this name
    #[arg(long, value_name = "NAME")]
    community: Option<String>,
}

/// Makes the home.
///
/// # Errors
///
/// Where the folder holds a home already, or something else, or cannot be written.
pub fn run(ui: &mut Ui<'_>, data: &Path, args: &Args) -> Result<(), CliError> {
    let (person, community) = (args.person.as_deref(), args.community.as_deref());
    let papers = node::init(data, &args.home, person, community)?;
    ui.note("init-made", &[("data", data.display().to_string().into())])?;
    if !papers.is_empty() {
        ui.say("paper-intro", &[("count", papers.len().into())])?;
    }
    for paper in &papers {
        print(ui, paper)?;
    }
    let next = if community.is_some() { "init-next-founded" } else { "init-next-join" };
    ui.note(next, &[])
}

fn print(ui: &mut Ui<'_>, paper: &Paper) -> Result<(), CliError> {
    ui.line(format_args!("\n{}\n", paper.title))?;
    let words: Vec<&str> = paper.words.split_whitespace().collect();
    for (line, words) in words.chunks(WORDS_PER_LINE).enumerate() {
        let numbered = words.iter().enumerate().map(|(at, word)| {
            let number = line * WORDS_PER_LINE + at + 1;
            format!("{number:>2} {word:<9}")
        });
        let line: Vec<String> = numbered.collect();
        ui.line(format_args!("  {}", line.join(" ").trim_end()))?;
    }
    ui.line("")
}
