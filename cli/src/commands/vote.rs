//! `linli vote`: votes, from the opening to the result.

use clap::Subcommand;
use node::api::{CalledRow, Command, NewVote, Reply, VoteCommand, VotePage, VoteReply, VoteRow};
use serde_json::json;

use super::news::moment;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;

/// Vote, open a vote, enter paper ballots, report and announce a result
///
/// The roll is frozen when a vote opens. During a cut both sides vote; the result is provisional until
/// everybody who counts has reported, and then the same in every home. Of two different ballots from
/// one household none counts until the household votes once more with `--again`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// List votes
    List {
        /// Also those that are over
        #[arg(long)]
        all: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Show a vote: how far it is, and what came out once it has ended
    Show {
        /// The vote: its id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Vote, for your household or yourself
    Cast {
        /// The vote
        id: String,

        /// The choice: its number, or its words
        choice: String,

        /// In place of whatever was cast for you before
        #[arg(long)]
        again: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Open a vote: for whoever has a role over the place
    Open {
        /// The question
        title: String,

        /// A choice; give it once for each
        #[arg(long = "choice", value_name = "TEXT", required = true)]
        choices: Vec<String>,

        /// The announced end
        #[arg(long, value_name = "TIME")]
        until: String,

        /// How long desks are waited for after the end, in hours
        #[arg(long, value_name = "HOURS", default_value_t = 24,
              value_parser = clap::value_parser!(u64).range(0..=8_760))]
        grace: u64,

        /// More words
        #[arg(long, value_name = "TEXT", default_value = "")]
        details: String,

        /// Whose group votes [default: everybody]
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,

        /// Only who lives there votes
        #[arg(long, value_name = "PLACE")]
        over: Option<String>,

        /// One ballot for each person, instead of each household
        #[arg(long)]
        per_person: bool,

        /// Only those who count can open a ballot
        #[arg(long)]
        secret: bool,

        /// Who counts and must report; give it once for each [default: you]
        #[arg(long = "counter", value_name = "PERSON")]
        counters: Vec<String>,

        /// Voters on the desk's paper list; their numbers follow the roll
        #[arg(long, value_name = "N", default_value_t = 0)]
        on_paper: u32,

        #[command(flatten)]
        json: Json,
    },
    /// Enter a paper ballot; it counts once two people have entered the same
    Enter {
        /// The vote
        id: String,

        /// The number on the roll
        voter: u32,

        /// The choice: its number, or its words
        choice: String,

        /// In place of your own entry, which was wrong
        #[arg(long)]
        again: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Print the roll: numbers, homes, names
    Roll {
        /// The vote
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say which ballots you have in hand, and take no more; after the end, once
    Report {
        /// The vote
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Announce the result: no further report is waited for
    Close {
        /// The vote
        id: String,

        /// Why somebody who has not reported is not waited for
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Declare a vote void
    Cancel {
        /// The vote
        id: String,

        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
}

/// Carries out what is wanted about votes.
///
/// # Errors
///
/// Where the person may not, the vote is over, or somebody has voted for this household.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (json, command) = match args.what {
        What::List { all, json } => (json, VoteCommand::List { all }),
        What::Show { id, json } => (json, VoteCommand::Show { id }),
        What::Cast { id, choice, again, json } => (json, VoteCommand::Cast { id, choice, again }),
        What::Enter { id, voter, choice, again, json } => {
            (json, VoteCommand::Enter { id, voter, choice, again })
        }
        What::Roll { id, json } => (json, VoteCommand::Roll { id }),
        What::Report { id, json } => (json, VoteCommand::Report { id }),
        What::Close { id, reason, json } => (json, VoteCommand::Close { id, reason }),
        What::Cancel { id, reason, json } => (json, VoteCommand::Cancel { id, reason }),
        open @ What::Open { json, .. } => (json, opening(ui, open)?),
    };
    let Reply::Vote(reply) = door.ask(Command::Vote(command)).await? else {
        return Err(CliError::Unexpected);
    };
    match reply {
        VoteReply::List { votes } if json.json => ui.json_lines(&votes),
        VoteReply::List { votes } => votes.iter().try_for_each(|row| line(ui, row)),
        VoteReply::One(page) if json.json => ui.json(&page),
        VoteReply::One(page) => print(ui, &page),
        VoteReply::Roll { voters } if json.json => ui.json_lines(&voters),
        VoteReply::Roll { voters } => voters.iter().try_for_each(|row| {
            let names: Vec<String> = row.names.iter().map(|name| one_line(name)).collect();
            ui.line(format!("{}\t{}\t{}", row.number, one_line(&row.home), names.join("、")))
        }),
        VoteReply::Opened { id, voters } if json.json => {
            ui.json(&json!({ "id": id, "voters": voters }))
        }
        VoteReply::Opened { id, voters } => {
            let args = [("id", id.to_hex()[..12].to_owned().into()), ("n", voters.into())];
            ui.say("vote-opened", &args)
        }
    }
}

fn opening(ui: &Ui<'_>, open: What) -> Result<VoteCommand, CliError> {
    let What::Open {
        title,
        choices,
        until,
        grace,
        details,
        group,
        over,
        per_person,
        secret,
        counters,
        on_paper,
        ..
    } = open
    else {
        return Err(CliError::Unexpected);
    };
    let ends_ms = moment(ui, "--until", Some(&until))?.unwrap_or_default();
    Ok(VoteCommand::Open(Box::new(NewVote {
        group,
        place: over,
        title,
        details,
        choices,
        per_person,
        secret,
        ends_ms,
        grace_ms: Some(grace.saturating_mul(HOUR_MS)),
        counters,
        on_paper,
    })))
}

fn line(ui: &mut Ui<'_>, row: &VoteRow) -> Result<(), CliError> {
    let args = [
        ("id", row.id.to_hex()[..12].to_owned().into()),
        ("state", ui.speech().code("vote", row.state.code()).into()),
        ("title", one_line(&row.title).into()),
        ("time", ui.time(row.ends_ms).into()),
        ("n", row.turnout.into()),
        ("all", row.voters.into()),
    ];
    ui.say("vote-row", &args)
}

fn print(ui: &mut Ui<'_>, page: &VotePage) -> Result<(), CliError> {
    line(ui, &page.row)?;
    for (at, choice) in (1_u32..).zip(&page.choices) {
        let votes = choice.votes.map_or_else(|| "–".to_owned(), |it| it.to_string());
        ui.line(format!("{at:>3}  {votes:>6}  {}", one_line(&choice.text)))?;
    }
    let aside = [
        ("vote-aside-contradicting", page.contradicting),
        ("vote-aside-unconfirmed", page.unconfirmed),
        ("vote-aside-spoilt", page.spoilt),
        ("vote-aside-outside", page.outside),
        ("vote-aside-late", page.late),
        ("vote-aside-missing", page.missing),
    ];
    for (key, n) in aside.into_iter().filter(|(_, n)| *n > 0) {
        ui.say(key, &[("n", n.into())])?;
    }
    for it in page.counters.iter().filter(|it| !it.reported) {
        ui.say("vote-waits-for", &[("name", one_line(&it.name).into())])?;
    }
    for it in &page.closed {
        let args = [("name", one_line(&it.name).into()), ("why", one_line(&it.reason).into())];
        ui.say("vote-was-closed", &args)?;
    }
    if let Some(before) = &page.saw_before {
        ui.say("vote-you-saw", &[("result", numbers(before).into())])?;
    }
    for it in &page.called {
        let args = [("name", one_line(&it.name).into()), ("result", numbers(it).into())];
        ui.say("vote-had-called", &args)?;
    }
    if let Some(reason) = &page.cancelled {
        ui.say("vote-void", &[("why", one_line(reason).into())])?;
    }
    Ok(())
}

/// "12, 3 (15)": votes in the order of the choices, and the turnout where it is known.
fn numbers(row: &CalledRow) -> String {
    let votes: Vec<String> = row.votes.iter().map(u32::to_string).collect();
    let turnout = row.turnout.map(|it| format!(" ({it})")).unwrap_or_default();
    votes.join(", ") + &turnout
}
