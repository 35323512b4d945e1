//! `linli init`: this home's keys, and with `--community` a community.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::paper;
use crate::{
    error::CliError,
    node::{self, Roots},
    ui::Ui,
};

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

    /// How many root keys on paper the community has, and how many of them must sign together
    #[arg(long, value_enum, value_name = "ROOTS", default_value_t = RootsArg::TwoOfThree, requires = "community")]
    roots: RootsArg,

    /// Also write the paper keys into this file, as a page to be printed
    #[arg(long, value_name = "FILE")]
    papers: Option<PathBuf>,
}

/// Root keys on the command line.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum RootsArg {
    /// For a handful of neighbours: one paper, which alone can do everything
    #[value(name = "1of1")]
    OneOfOne,
    /// Three papers in three places; one may be lost, and one alone can do nothing
    #[value(name = "2of3")]
    TwoOfThree,
}

/// Makes the home.
///
/// # Errors
///
/// Where the folder holds a home already, or something else, or cannot be written.
pub fn run(ui: &mut Ui<'_>, data: &Path, args: &Args) -> Result<(), CliError> {
    let (person, community) = (args.person.as_deref(), args.community.as_deref());
    let roots = match args.roots {
        RootsArg::OneOfOne => Roots::ONE_OF_ONE,
        RootsArg::TwoOfThree => Roots::TWO_OF_THREE,
    };
    let set_up = node::init(data, &args.home, person, community, roots)?;
    ui.note("init-made", &[("data", data.display().to_string().into())])?;
    if community.is_some() {
        let args = [("of", roots.keys.into()), ("threshold", roots.threshold.into())];
        ui.note(if roots.keys == 1 { "roots-one" } else { "roots-several" }, &args)?;
    }
    paper::print_all(ui, &paper::sheets(&set_up.paper), args.papers.as_deref())?;
    let next = if community.is_some() { "init-next-founded" } else { "init-next-join" };
    ui.note(next, &[])
}
