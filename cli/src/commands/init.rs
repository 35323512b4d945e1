//! `linli init`: this home's keys, and with `--community` a community.

use std::path::Path;

use super::paper;
use crate::{error::CliError, node, ui::Ui};

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
    let set_up = node::init(data, &args.home, person, community)?;
    ui.note("init-made", &[("data", data.display().to_string().into())])?;
    paper::intro(ui, set_up.paper.len())?;
    for key in &set_up.paper {
        paper::print(ui, key.paper, &key.words)?;
    }
    let next = if community.is_some() { "init-next-founded" } else { "init-next-join" };
    ui.note(next, &[])
}
