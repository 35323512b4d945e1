//! `linli group …`: founding, entering, and everything that members and owners do about it.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use crdt::id::EnvelopeId;
use node::api::{
    Command, GroupKindWord, GroupTerms, MembersPage, MissingWord, OversightWord, Reply, RoleWord,
    RosterCommand, RosterReply,
};

use super::export;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Found a group, enter one, see to it
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Found a group
    New {
        /// What it is called
        name: String,

        /// Who may enter
        #[arg(long, value_enum, default_value_t = Kind::Open)]
        kind: Kind,

        /// How many members must vouch for a newcomer (vetted groups)
        #[arg(long, value_name = "N", default_value_t = 2)]
        vouches: u8,

        /// The area or group that it lies in: whoever has a role there sees to it [default: the
        /// whole community]
        #[arg(long, value_name = "PLACE")]
        over: Option<String>,

        /// Who above it may read and write in it without being a member; fixed for good
        #[arg(long, value_enum, default_value_t = Oversight::None)]
        oversight: Oversight,

        #[command(flatten)]
        json: Json,
    },
    /// Enter a group, or knock at its door
    ///
    /// An open group is entered at once. In any other one the members see that you wait: they vouch
    /// for you, or an owner lets you in.
    Join {
        /// Its name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Who is in it, who sees to it, and who waits before its door
    Members {
        /// Its name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say that you know somebody who wants to enter a vetted group
    Vouch {
        /// Its name or id
        name: String,

        /// Whom you know
        person: String,

        #[command(flatten)]
        json: Json,
    },
    /// Change who may enter; whoever is in stays in
    Rules {
        /// Its name or id
        name: String,

        /// Who may enter
        #[arg(long, value_enum)]
        kind: Kind,

        /// How many members must vouch for a newcomer (vetted groups)
        #[arg(long, value_name = "N", default_value_t = 2)]
        vouches: u8,

        #[command(flatten)]
        json: Json,
    },
    /// Let somebody in, as an owner
    Approve {
        /// Its name or id
        name: String,

        /// Who may enter
        person: String,

        /// The rules do not fit: the reason is recorded where the group can read it
        #[arg(long, value_name = "REASON")]
        exception: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Make a member an owner: no group dies with its founder
    Owner {
        /// Its name or id
        name: String,

        /// Who shall see to it
        person: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say that you leave it
    Leave {
        /// Its name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Show nothing of it as unread on this box
    Mute {
        /// Its name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Show its unread messages again
    Unmute {
        /// Its name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Take a message down, as an owner; it is kept for an appeal
    TakeDown {
        /// The message's id
        id: EnvelopeId,

        /// Why, for whoever wrote it
        #[arg(long)]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Put a message back that was taken down
    PutBack {
        /// The message's id
        id: EnvelopeId,

        #[command(flatten)]
        json: Json,
    },
    /// Messages that somebody reported, for owners
    Reports {
        /// The group's name or id
        name: String,

        #[command(flatten)]
        json: Json,
    },
    /// Write its messages and requests into a folder, as lines of JSON
    Export {
        /// Its name or id
        name: String,

        /// The folder
        #[arg(value_name = "DIR")]
        into: PathBuf,

        #[command(flatten)]
        json: Json,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    /// Everybody in the community
    Open,
    /// Whoever is invited
    Invite,
    /// Whoever members vouch for
    Vetted,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Oversight {
    /// Nobody: members only
    None,
    /// The office
    Staff,
    /// The office and heads of buildings
    Steward,
}

impl Oversight {
    fn word(self) -> Option<OversightWord> {
        match self {
            Self::None => None,
            Self::Staff => Some(OversightWord::Staff),
            Self::Steward => Some(OversightWord::Steward),
        }
    }
}

impl From<Kind> for GroupKindWord {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Open => Self::Open,
            Kind::Invite => Self::Invite,
            Kind::Vetted => Self::Vetted,
        }
    }
}

/// Carries out one of them.
///
/// # Errors
///
/// Where there is no such group or person, or the person's role does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    use RosterCommand as Do;
    let (command, json) = match args.what {
        What::New { name, kind, vouches, over, oversight, json } => {
            let kind = kind.into();
            let terms = GroupTerms { over, oversight: oversight.word() };
            let new = Command::GroupNew { name, kind, vouches, terms };
            return enter(ui, door, ("group-made", json), new).await;
        }
        What::Join { name, json } => {
            let join = Command::GroupJoin { group: name };
            return enter(ui, door, ("group-joined", json), join).await;
        }
        What::Members { name, json } => {
            let page = door.roster(Do::Members { group: name }).await?;
            return told(ui, page, json.json);
        }
        What::Reports { name, json } => {
            let reports = door.roster(Do::Reports { group: name }).await?;
            return told(ui, reports, json.json);
        }
        What::Export { name, into, json } => {
            return export::group(ui, door, &name, &into, json.json).await;
        }
        What::Vouch { name, person, json } => (Do::Vouch { group: name, person }, json),
        What::Rules { name, kind, vouches, json } => {
            (Do::Rules { group: name, kind: kind.into(), vouches }, json)
        }
        What::Approve { name, person, exception, json } => {
            (Do::Approve { group: name, person, exception }, json)
        }
        What::Owner { name, person, json } => {
            let (role, over) = (RoleWord::Steward, Some(name));
            (Do::Grant { person, role, over, again: false }, json)
        }
        What::Leave { name, json } => (Do::Leave { group: Some(name), anyway: false }, json),
        What::Mute { name, json } => (Do::Mute { group: name, muted: true }, json),
        What::Unmute { name, json } => (Do::Mute { group: name, muted: false }, json),
        What::TakeDown { id, reason, json } => (Do::TakeDown { id, reason }, json),
        What::PutBack { id, json } => (Do::PutBack { id }, json),
    };
    match door.ask(Command::Roster(command)).await? {
        Reply::Roster(reply) => told(ui, reply, json.json),
        Reply::Done if json.json => ui.json(&serde_json::json!({ "done": true })),
        Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

async fn enter(
    ui: &mut Ui<'_>,
    door: &mut Door,
    (key, json): (&str, Json),
    command: Command,
) -> Result<(), CliError> {
    match door.ask(command).await? {
        Reply::Group(group) if json.json => ui.json(&group),
        Reply::Board(board) if json.json => ui.json(&board.group),
        Reply::Roster(reply) if json.json => ui.json(&reply),
        Reply::Group(group) => {
            ui.note(key, &[("name", one_line(&group.name).into())])?;
            ui.line(group.id.to_hex())
        }
        Reply::Board(board) => {
            ui.note(key, &[("name", one_line(&board.group.name).into())])?;
            ui.line(board.group.id.to_hex())
        }
        Reply::Roster(RosterReply::Knocked { group, missing, have, need }) => {
            let key = match missing {
                MissingWord::Vouches => "knocked-vouches",
                MissingWord::Approval => "knocked-approval",
            };
            let args =
                [("name", one_line(&group).into()), ("have", have.into()), ("need", need.into())];
            ui.note(key, &args)
        }
        Reply::Done => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

fn told(ui: &mut Ui<'_>, reply: RosterReply, json: bool) -> Result<(), CliError> {
    match reply {
        RosterReply::Members(page) if json => ui.json(&page),
        RosterReply::Members(page) => members(ui, &page),
        RosterReply::Reports { reports } if json => ui.json_lines(&reports),
        RosterReply::Reports { reports } => {
            for row in &reports {
                let args = [
                    ("by", one_line(&row.by).into()),
                    ("author", one_line(&row.author).into()),
                    ("reason", one_line(&row.reason).into()),
                ];
                let line = ui.speech().text("report-row", &args);
                ui.line(format_args!("{}  {line}", row.of.to_hex()))?;
                ui.line(format_args!("    {}", one_line(&row.text)))?;
            }
            Ok(())
        }
        RosterReply::Granted { grant, link } if json => {
            ui.json(&serde_json::json!({ "grant": grant, "link": link }))
        }
        RosterReply::Granted { .. } => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

fn members(ui: &mut Ui<'_>, page: &MembersPage) -> Result<(), CliError> {
    let speech = ui.speech();
    let kind = speech.group_kind(page.kind);
    ui.line(format_args!("{}  {kind}", one_line(&page.group)))?;
    for member in &page.members {
        let mark = |is_so: bool, key| if is_so { speech.text(key, &[]) } else { String::new() };
        let owner = mark(member.owner, "member-owner");
        let leaving = mark(member.leaving, "member-leaving");
        let (name, home) = (one_line(&member.name), one_line(&member.home));
        let line = format!("  {name}  {home}  {owner} {leaving}");
        ui.line(line.trim_end())?;
    }
    for waiting in &page.waiting {
        let args = [
            ("name", one_line(&waiting.name).into()),
            ("have", waiting.vouched_by.len().into()),
            ("need", page.need.into()),
            ("by", one_line(&waiting.vouched_by.join(", ")).into()),
            ("reason", speech.reason(&waiting.reason).into()),
        ];
        let key = if waiting.reason == "too_few_vouches" { "waits-vouches" } else { "waits-other" };
        let line = speech.text(key, &args);
        ui.line(format_args!("  {line}"))?;
    }
    for row in &page.exceptions {
        let args = [
            ("person", one_line(&row.person).into()),
            ("by", one_line(&row.by).into()),
            ("reason", one_line(&row.reason).into()),
        ];
        let line = speech.text("exception-row", &args);
        ui.line(format_args!("  {line}"))?;
    }
    Ok(())
}
