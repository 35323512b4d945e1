//! `linli reached`: how far an announcement got.

use node::api::{NewsCommand, NewsReply};

use super::news::ask;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Show how many homes an announcement reached, how many read it, and whom to knock for
///
/// For whoever has a role over the place. Names and doors are for the one who looks after that very
/// building, and for the desk.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Its id or the beginning of it
    id: String,

    #[command(flatten)]
    json: Json,
}

/// Prints the counts, and the doors.
///
/// # Errors
///
/// Where there is no such announcement, or the person looks after nothing.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let NewsReply::Reached(page) = ask(door, NewsCommand::Reached { id: args.id }).await? else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        return ui.json(&page);
    }
    for it in &page.places {
        let place = match it.place.is_empty() {
            true => ui.speech().text("reached-everywhere", &[]),
            false => one_line(&it.place),
        };
        let args = [
            ("place", place.into()),
            ("seen", it.seen.into()),
            ("reached", it.reached.into()),
            ("households", it.households.into()),
        ];
        ui.say("reached-row", &args)?;
    }
    for it in &page.missing {
        let key = if it.reached { "missing-unread" } else { "missing-unreached" };
        let (home, name) = (one_line(&it.home), one_line(&it.name));
        ui.say(key, &[("home", home.into()), ("name", name.into())])?;
    }
    Ok(())
}
