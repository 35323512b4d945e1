//! `linli status`: how this home stands with the others.

use node::api::{ApiError, Command, HouseCommand, HouseReply, PeerRow, Reply, Status};

use super::unlock;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Show how this home is connected, what is still unsent, and who is equal
///
/// "Equal" is only said after comparing, and with the time of the comparison.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Only what you wrote and no other home is known to hold
    #[arg(long)]
    only_here: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints it.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if args.only_here {
        return only_here(ui, door, args.json.json).await;
    }
    let reply = door.ask(Command::Status).await?;
    let Reply::Status(status) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&status);
    }
    print(ui, &status)?;
    // Whoever is not let in sees an empty home; why that is has to be told once more.
    if let Ok(Reply::Progress { turned_away: Some(kind), .. }) = door.ask(Command::Progress).await {
        let (sentence, hint) = ui.speech().refusal(&ApiError::new(kind, []));
        ui.status(sentence)?;
        ui.status(hint)?;
    }
    Ok(())
}

async fn only_here(ui: &mut Ui<'_>, door: &mut Door, json: bool) -> Result<(), CliError> {
    let reply = door.ask(Command::House(HouseCommand::OnlyHere)).await?;
    let Reply::House(HouseReply::OnlyHere(only)) = reply else { return Err(CliError::Unexpected) };
    if json {
        return ui.json_lines(&only.items);
    }
    ui.say("where-only-here", &[("n", only.count.into())])?;
    for row in &only.items {
        ui.line(format!("{}  {}", ui.time(row.claimed_ms.0), one_line(&row.title)))?;
    }
    Ok(())
}

fn print(ui: &mut Ui<'_>, status: &Status) -> Result<(), CliError> {
    let community =
        if status.community_name.is_empty() { &status.community } else { &status.community_name };
    let (home, community) = (one_line(&status.home), one_line(community));
    if community.is_empty() {
        ui.say("status-alone", &[("home", home.into())])?;
    } else {
        ui.say("status-home", &[("home", home.into()), ("community", community.into())])?;
    }
    for key in status.residents.iter().filter(|key| key.passphrase || key.copied) {
        let line = unlock::in_words(ui, key);
        ui.line(line)?;
    }
    for group in &status.groups {
        ui.say(
            "status-group",
            &[
                ("name", one_line(&group.name).into()),
                ("messages", group.messages.into()),
                ("unread", group.unread.into()),
                ("state", group.state.chars().take(8).collect::<String>().into()),
            ],
        )?;
    }
    for peer in &status.peers {
        let line = in_words(ui, peer);
        ui.line(line)?;
    }
    ui.say("status-unsent", &[("count", status.unsent.into())])
}

/// One peer: connected or not, equal or how far apart, and since when that is known.
pub fn in_words(ui: &Ui<'_>, peer: &PeerRow) -> String {
    let speech = ui.speech();
    let id = peer.id.to_string();
    let home = if peer.home.is_empty() { id } else { one_line(&peer.home) };
    let link = speech.text(if peer.connected { "peer-connected" } else { "peer-away" }, &[]);
    let Some(compared_ms) = peer.compared_ms_ago else {
        let state = speech.text("peer-never-compared", &[]);
        return format!("  {home}  {link}  {state}");
    };
    let seconds = (compared_ms / 1000).into();
    let state = if peer.equal {
        speech.text("peer-equal", &[("seconds", seconds)])
    } else {
        let args = [
            ("here", peer.missing_here.into()),
            ("there", peer.missing_there.into()),
            ("seconds", seconds),
        ];
        speech.text("peer-apart", &args)
    };
    format!("  {home}  {link}  {state}")
}
