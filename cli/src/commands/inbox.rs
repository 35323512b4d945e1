//! `linli inbox`: what waits for whoever looks after a house.

use node::api::{Command, HouseCommand, HouseReply, Inbox, InboxRow, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// List what waits to be carried to a door: whom to knock for, who waits, whom to bring word to
///
/// For the head of a house and those above: the doors whose place is left to you. An announcement stands
/// there until each door has read it, a request until somebody answers, and what was written down for a
/// neighbour without a box until it is over.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(flatten)]
    json: Json,
}

/// Lists it.
///
/// # Errors
///
/// Where this person looks after no place.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let reply = door.ask(Command::House(HouseCommand::Inbox)).await?;
    let Reply::House(HouseReply::Inbox(inbox)) = reply else { return Err(CliError::Unexpected) };
    if args.json.json { ui.json(&inbox) } else { print(ui, &inbox) }
}

fn print(ui: &mut Ui<'_>, inbox: &Inbox) -> Result<(), CliError> {
    if inbox.knock.is_empty() && inbox.unanswered.is_empty() && inbox.bring.is_empty() {
        return ui.note("inbox-empty", &[]);
    }
    for it in &inbox.knock {
        ui.say("inbox-knock", &[("count", it.count.into()), ("text", one_line(&it.text).into())])?;
        for door in &it.doors {
            let key = if door.reached { "inbox-door-unread" } else { "inbox-door-away" };
            let (home, names) = (one_line(&door.home), one_line(&door.people.join(", ")));
            ui.say(key, &[("home", home.into()), ("names", names.into())])?;
        }
    }
    for (key, rows) in [("inbox-unanswered", &inbox.unanswered), ("inbox-bring", &inbox.bring)] {
        if !rows.is_empty() {
            ui.say(key, &[])?;
            rows.iter().try_for_each(|row| print_row(ui, row))?;
        }
    }
    Ok(())
}

fn print_row(ui: &mut Ui<'_>, row: &InboxRow) -> Result<(), CliError> {
    let whose = one_line(&format!("{} {}", row.home, row.place));
    let holder = row.holder.as_deref().map(|it| format!(" {}", one_line(it))).unwrap_or_default();
    let state = format!("{}{holder}", ui.speech().status(&row.status));
    let args = [
        ("code", row.code.clone().into()),
        ("title", one_line(&row.title).into()),
        ("whose", whose.trim().to_owned().into()),
        ("state", state.into()),
    ];
    ui.say("inbox-row", &args)
}
