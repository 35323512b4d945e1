//! A request's whole life beside claiming: `linli register|publish|hold|resume|refer|decline|duplicate|
//! arrive|pickup|resolve|revoke|swap|visit|note|close|hand-on`.

use std::path::{Path, PathBuf};

use crdt::id::BlobId;
use node::api::{CaseCommand, CaseVerb, Command, Deed, ErrorKind, NewsReply, NewsRow, Reply};
use serde_json::json;

use super::{act, attach::put_all, photo};
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// Which request, and why
#[derive(clap::Args, Clone, Debug)]
pub struct Plain {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// A word about it, for everybody in the group
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// Take a request up at the desk, or make one of a message
///
/// A message becomes one request, whoever registers it and on whichever side of a cut; its number can
/// be said on the phone. Whoever is not on duty may do it too: the desk then takes it up.
#[derive(clap::Args, Clone, Debug)]
pub struct Register {
    /// The request's code or id, or the whole id of a message
    id: String,

    /// What it is about, in one line [default: the message's beginning]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Also open it to whoever wants to help
    #[arg(long)]
    publish: bool,

    #[command(flatten)]
    json: Json,
}

/// Pass a request on to another office
#[derive(clap::Args, Clone, Debug)]
pub struct Refer {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Where to
    to: String,

    #[command(flatten)]
    json: Json,
}

/// Say that the desk does not take a request up
#[derive(clap::Args, Clone, Debug)]
pub struct Decline {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Why
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// Merge a request into another one that means the same
#[derive(clap::Args, Clone, Debug)]
pub struct Duplicate {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// The one that stays
    of: String,

    #[command(flatten)]
    json: Json,
}

/// Take a request back from somebody: the desk, the captain, or the home that asked
#[derive(clap::Args, Clone, Debug)]
pub struct Revoke {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// From whom
    person: String,

    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    #[command(flatten)]
    json: Json,
}

/// Swap two rides: both holders must agree, and neither may have set off
#[derive(clap::Args, Clone, Debug)]
pub struct SwapArgs {
    #[command(subcommand)]
    what: Swap,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Swap {
    /// Offer your ride for another one
    Offer {
        /// Your ride
        mine: String,
        /// Whoever holds the other one
        person: String,
        /// The other ride
        theirs: String,
        #[command(flatten)]
        json: Json,
    },
    /// Take such an offer: both rides change hands
    Accept {
        /// The ride that was offered to you
        theirs: String,
        /// Your ride
        mine: String,
        #[command(flatten)]
        json: Json,
    },
}

/// Write down a visit: when, who, what came of it, what was promised
#[derive(clap::Args, Clone, Debug)]
pub struct Visit {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// What came of it
    outcome: String,

    /// When it was [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// Who went; may be given several times
    #[arg(long = "with", value_name = "NAME")]
    people: Vec<String>,

    /// What was promised
    #[arg(long, value_name = "TEXT")]
    promise: Option<String>,

    /// When somebody looks after the promise [default: a week later]
    #[arg(long, value_name = "TIME", requires = "promise")]
    follow_up: Option<String>,

    /// A photo or file of it, for everybody who reads the request (can be repeated, four at most)
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,

    #[command(flatten)]
    json: Json,
}

/// Write down what whoever asked said on the phone; only that person can confirm
#[derive(clap::Args, Clone, Debug)]
pub struct Note {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// Is it solved, was said?
    solved: Solved,

    /// In what words
    #[arg(default_value = "", hide_default_value = true)]
    words: String,

    #[command(flatten)]
    json: Json,
}

/// What was said.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Solved {
    /// It is solved
    Solved,
    /// It is not
    Unsolved,
}

/// Post a need to a team without saying whose it is
///
/// The team reads what is needed, where about and when. Name, phone and door go to whoever is granted
/// it there. Two desks that post the same case post it once.
#[derive(clap::Args, Clone, Debug)]
pub struct HandOn {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    /// The team's group
    team: String,

    /// What the team reads [default: what is needed, as it was asked for]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Writes an act that says nothing but itself, and perhaps why.
///
/// # Errors
///
/// Where there is no such request, or its state or the person's role does not allow it.
pub async fn plain(
    ui: &mut Ui<'_>,
    door: &mut Door,
    verb: CaseVerb,
    args: Plain,
) -> Result<(), CliError> {
    let Plain { id, reason, json } = args;
    carry_out(ui, door, Deed { reason, ..Deed::of(&id, verb) }, json).await
}

/// Registers a request, or a message as one.
///
/// # Errors
///
/// Where neither is there, or the person may not.
pub async fn register(ui: &mut Ui<'_>, door: &mut Door, args: Register) -> Result<(), CliError> {
    let Register { id, title, publish, json } = args;
    let known = door.ask(Command::Request { id: id.clone() }).await;
    match (known, id.parse()) {
        (Err(CliError::Refused(error)), Ok(message)) if error.kind == ErrorKind::UnknownRequest => {
            let command = CaseCommand::Register { message, title, publish };
            asked(ui, door, command, json).await
        }
        _ => {
            let register = Deed::of(&id, CaseVerb::Register);
            carry_out(ui, door, register, json).await?;
            if publish {
                carry_out(ui, door, Deed::of(&id, CaseVerb::Publish), json).await?;
            }
            Ok(())
        }
    }
}

/// Passes it on.
///
/// # Errors
///
/// As [`plain`], so for every verb below.
pub async fn refer(ui: &mut Ui<'_>, door: &mut Door, args: Refer) -> Result<(), CliError> {
    let Refer { id, to: reason, json } = args;
    carry_out(ui, door, Deed { reason, ..Deed::of(&id, CaseVerb::Refer) }, json).await
}

/// Declines it.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn decline(ui: &mut Ui<'_>, door: &mut Door, args: Decline) -> Result<(), CliError> {
    let Decline { id, reason, json } = args;
    carry_out(ui, door, Deed { reason, ..Deed::of(&id, CaseVerb::Decline) }, json).await
}

/// Merges it.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn duplicate(ui: &mut Ui<'_>, door: &mut Door, args: Duplicate) -> Result<(), CliError> {
    let Duplicate { id, of, json } = args;
    let deed = Deed { other: Some(of), ..Deed::of(&id, CaseVerb::Duplicate) };
    carry_out(ui, door, deed, json).await
}

/// Takes it back from somebody.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn revoke(ui: &mut Ui<'_>, door: &mut Door, args: Revoke) -> Result<(), CliError> {
    let Revoke { id, person, reason, json } = args;
    let deed = Deed { person: Some(person), reason, ..Deed::of(&id, CaseVerb::Revoke) };
    carry_out(ui, door, deed, json).await
}

/// Offers or accepts a swap.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn swap(ui: &mut Ui<'_>, door: &mut Door, args: SwapArgs) -> Result<(), CliError> {
    let (deed, json) = match args.what {
        Swap::Offer { mine, person, theirs, json } => {
            let offer = Deed::of(&mine, CaseVerb::Offer);
            (Deed { person: Some(person), other: Some(theirs), ..offer }, json)
        }
        Swap::Accept { theirs, mine, json } => {
            (Deed { other: Some(mine), ..Deed::of(&theirs, CaseVerb::Accept) }, json)
        }
    };
    carry_out(ui, door, deed, json).await
}

/// Writes down a visit.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn visit(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    args: Visit,
) -> Result<(), CliError> {
    let Visit { id, outcome, at, people, promise, follow_up, photo: files, json } = args;
    let (at_ms, follow_up_ms) = (moment(ui, "--at", at)?, moment(ui, "--follow-up", follow_up)?);
    let photos = put_all(data, &files)?;
    let blobs: Vec<BlobId> = photos.iter().map(|it| it.blob).collect();
    let photo = None;
    let visit =
        CaseCommand::Visit { id, at_ms, people, outcome, promise, follow_up_ms, photo, photos };
    let done = acted(ui, door, visit, json).await;
    if matches!(done, Err(CliError::Refused(_))) {
        photo::forget(data, &blobs);
    }
    done
}

/// Writes down what was said on the phone.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn note(ui: &mut Ui<'_>, door: &mut Door, args: Note) -> Result<(), CliError> {
    let Note { id, solved, words, json } = args;
    let note = CaseCommand::Note { id, solved: solved == Solved::Solved, words };
    acted(ui, door, note, json).await
}

/// Posts a need to a team.
#[expect(clippy::missing_errors_doc, reason = "said once, above")]
pub async fn hand_on(ui: &mut Ui<'_>, door: &mut Door, args: HandOn) -> Result<(), CliError> {
    let HandOn { id, team, title, json } = args;
    asked(ui, door, CaseCommand::Post { id, team, title }, json).await
}

/// A time as people type it.
pub(super) fn moment(
    ui: &Ui<'_>,
    arg: &'static str,
    text: Option<String>,
) -> Result<Option<u64>, CliError> {
    let wrong = |text: &str| CliError::bad_value(arg, text, ui.speech());
    text.map(|text| ui.moment(&text).ok_or_else(|| wrong(&text))).transpose()
}

pub(super) async fn carry_out(
    ui: &mut Ui<'_>,
    door: &mut Door,
    deed: Deed,
    json: Json,
) -> Result<(), CliError> {
    acted(ui, door, CaseCommand::Do(deed), json).await
}

pub(super) async fn acted(
    ui: &mut Ui<'_>,
    door: &mut Door,
    command: CaseCommand,
    json: Json,
) -> Result<(), CliError> {
    let reply = door.ask(Command::Case(command)).await?;
    let Reply::Acted(acted) = reply else { return Err(CliError::Unexpected) };
    if json.json { ui.json(&acted) } else { act::print(ui, &acted) }
}

/// Whatever makes a request prints its code.
pub(super) async fn asked(
    ui: &mut Ui<'_>,
    door: &mut Door,
    command: CaseCommand,
    json: Json,
) -> Result<(), CliError> {
    let (id, code) = match door.ask(Command::Case(command)).await? {
        Reply::Asked { id, code } => (id, code),
        Reply::News(NewsReply::List { news }) => return answered(ui, &news, json),
        _ => return Err(CliError::Unexpected),
    };
    if json.json {
        return ui.json(&json!({ "id": id, "code": code }));
    }
    ui.note("ask-done", &[])?;
    ui.line(code)
}

/// What the office has answered before comes first, and nothing is written.
pub(super) fn answered(ui: &mut Ui<'_>, news: &[NewsRow], json: Json) -> Result<(), CliError> {
    if json.json {
        return ui.json(&json!({ "answers": news }));
    }
    news.iter().try_for_each(|row| super::news::print(ui, row))?;
    ui.note("answered-before", &[])
}
