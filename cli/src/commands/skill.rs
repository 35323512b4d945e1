//! `linli skill` and `linli thanks`: who can help with what; thanks that both want to be read.

use clap::{Subcommand, ValueEnum};
use node::api::{
    Command, NewSkill, Reply, SkillCommand, SkillReply, SkillRow, SkillWord, ThanksCommand,
    ThanksReply, ThanksRow,
};
use serde_json::json;

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Find who can help with something, or say what you can do
///
/// Works with the network down: what neighbours have said of themselves is on every home's disk.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Find who can help
    Find {
        /// Words that stand in what somebody wrote of himself
        words: Option<String>,

        /// What sort of skill
        #[arg(long, value_enum)]
        kind: Option<Kind>,

        /// Near this place
        #[arg(long, value_name = "PLACE")]
        near: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Say what you can do, for every neighbour to find
    Add {
        /// What sort of skill
        #[arg(value_enum)]
        kind: Kind,

        /// In your own words
        #[arg(default_value = "")]
        text: String,

        /// Where you are willing to help [default: everywhere]
        #[arg(long, value_name = "PLACE")]
        near: Option<String>,

        /// Be asked through the desk, and not by name
        #[arg(long)]
        through_desk: bool,

        /// A number that every neighbour may read
        #[arg(long, value_name = "NUMBER", default_value = "", conflicts_with = "through_desk")]
        phone: String,

        #[command(flatten)]
        json: Json,
    },
    /// Take it off every list
    Withdraw {
        /// The skill's id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
}

/// What sort of skill.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Law,
    Nursing,
    Medicine,
    Veteran,
    SignLanguage,
    Languages,
    Electrics,
    Plumbing,
    Teaching,
    Counselling,
    Computers,
    Other,
}

impl From<Kind> for SkillWord {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Law => Self::Law,
            Kind::Nursing => Self::Nursing,
            Kind::Medicine => Self::Medicine,
            Kind::Veteran => Self::Veteran,
            Kind::SignLanguage => Self::SignLanguage,
            Kind::Languages => Self::Languages,
            Kind::Electrics => Self::Electrics,
            Kind::Plumbing => Self::Plumbing,
            Kind::Teaching => Self::Teaching,
            Kind::Counselling => Self::Counselling,
            Kind::Computers => Self::Computers,
            Kind::Other => Self::Other,
        }
    }
}

/// Finds, adds, withdraws.
///
/// # Errors
///
/// Where it is somebody else's, or a place is not known.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (json, command) = match args.what {
        What::Find { words, kind, near, json } => {
            (json.json, SkillCommand::Find { kind: kind.map(Into::into), words, place: near })
        }
        What::Add { kind, text, near, through_desk, phone, json } => {
            let kind = kind.into();
            (
                json.json,
                SkillCommand::Add(NewSkill { kind, text, place: near, through_desk, phone }),
            )
        }
        What::Withdraw { id, json } => (json.json, SkillCommand::Withdraw { id }),
    };
    match door.ask(Command::Skill(command)).await? {
        Reply::Done => ui.note("done", &[]),
        Reply::Skill(SkillReply::Added { id }) if json => ui.json(&json!({ "id": id })),
        Reply::Skill(SkillReply::Added { .. }) => ui.note("done", &[]),
        Reply::Skill(SkillReply::List { skills }) if json => ui.json_lines(&skills),
        Reply::Skill(SkillReply::List { skills }) if skills.is_empty() => {
            ui.note("skill-nobody", &[])
        }
        Reply::Skill(SkillReply::List { skills }) => {
            skills.iter().try_for_each(|row| print(ui, row))
        }
        _ => Err(CliError::Unexpected),
    }
}

fn print(ui: &mut Ui<'_>, row: &SkillRow) -> Result<(), CliError> {
    let kind = ui.speech().code("skill", row.kind.code());
    let who = match &row.name {
        Some(name) if row.home.is_empty() => one_line(name),
        Some(name) => format!("{} ({})", one_line(name), one_line(&row.home)),
        None => ui.speech().text("skill-ask-desk", &[]),
    };
    let parts = [kind, one_line(&row.text), who, one_line(&row.phone), one_line(&row.place)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    ui.line(format!("{}  {}", &row.id.to_hex()[..12], parts.join(" · ")))
}

/// Thank whoever helped you, and read what others wrote
///
/// Only the two can read it until whoever was thanked publishes it. Nothing is counted.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ThanksArgs {
    #[command(subcommand)]
    what: Option<ThanksWhat>,

    #[command(flatten)]
    json: Json,
}

#[derive(Subcommand, Clone, Debug)]
enum ThanksWhat {
    /// Thank somebody who helped with a request of yours
    Give {
        /// The request
        request: String,

        /// The words
        text: String,

        /// Whom, where several helped
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Let everybody read thanks that were given to you
    Publish {
        /// The id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Take thanks off every list: those you gave, or were given
    Withdraw {
        /// The id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
}

/// Prints thanks, gives, publishes or withdraws them.
///
/// # Errors
///
/// Where nobody helped with the request, or it is another's.
pub async fn thanks(ui: &mut Ui<'_>, door: &mut Door, args: ThanksArgs) -> Result<(), CliError> {
    let (json, command) = match args.what {
        None => (args.json.json, ThanksCommand::List),
        Some(ThanksWhat::Give { request, text, to, json }) => {
            (json.json, ThanksCommand::Give { request, to, text })
        }
        Some(ThanksWhat::Publish { id, json }) => (json.json, ThanksCommand::Publish { id }),
        Some(ThanksWhat::Withdraw { id, json }) => (json.json, ThanksCommand::Withdraw { id }),
    };
    match door.ask(Command::Thanks(command)).await? {
        Reply::Done => ui.note("done", &[]),
        Reply::Thanks(ThanksReply::Given { id }) if json => ui.json(&json!({ "id": id })),
        Reply::Thanks(ThanksReply::Given { .. }) => ui.note("done", &[]),
        Reply::Thanks(ThanksReply::List { thanks }) if json => ui.json_lines(&thanks),
        Reply::Thanks(ThanksReply::List { thanks }) => {
            thanks.iter().try_for_each(|row| print_thanks(ui, row))
        }
        _ => Err(CliError::Unexpected),
    }
}

fn print_thanks(ui: &mut Ui<'_>, row: &ThanksRow) -> Result<(), CliError> {
    let key = if row.public { "thanks-row" } else { "thanks-row-waiting" };
    let args = [
        ("id", row.id.to_hex()[..12].to_owned().into()),
        ("time", ui.time(row.claimed_ms.0).into()),
        ("from", one_line(&row.from).into()),
        ("to", one_line(&row.to).into()),
        ("text", one_line(&row.text).into()),
    ];
    ui.say(key, &args)
}
