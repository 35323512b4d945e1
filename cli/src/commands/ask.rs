//! `linli ask` and `linli intake`: a request for help.

use std::path::{Path, PathBuf};

use crdt::id::BlobId;
use node::api::{
    CaseCommand, Command, ConsentWord, IntakeWord, KindWord, NewCase, PreferWord, Private, Reply,
};
use serde_json::json;

use super::{
    attach::put_all,
    case::{asked, moment},
    photo,
};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Ask for help
///
/// Prints a code of seven digits that can be said on the phone. A question that the office has answered
/// before is answered so, and not asked. Everybody in the group reads the
/// title. Name, phone and door are for the office, the group's captain and whoever is given the
/// request; details are for the office alone.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What is wanted, in one line; may be left out where a photo says it
    #[arg(required_unless_present = "photo", default_value = "", hide_default_value = true)]
    title: String,

    /// A photo, PDF or plain text for everybody in the group, as of what you wrote by hand (can be repeated,
    /// four at most)
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,

    /// With `--kind question`: ask also where the office has answered this before
    #[arg(long)]
    anyway: bool,

    /// What only the office reads: a diagnosis, whom a complaint is about
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    details: String,

    /// Name of the person in need, for whoever comes
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    name: String,

    /// Phone number, for whoever comes
    #[arg(long, value_name = "NUMBER", default_value = "", hide_default_value = true)]
    phone: String,

    /// Building, unit and door, for whoever comes
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    door: String,

    /// It cannot wait
    #[arg(long)]
    urgent: bool,

    /// How urgent, from 1 (can wait) to 4 (a life is at stake)
    #[arg(long, value_name = "N", conflicts_with = "urgent",
        value_parser = clap::value_parser!(u8).range(1..=4))]
    urgency: Option<u8>,

    /// What kind of request
    #[arg(long, value_name = "KIND", default_value = "help")]
    kind: Kind,

    /// For the office alone: neighbours read neither title nor details
    #[arg(long)]
    to_desk: bool,

    /// How many people are needed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    places: Option<u16>,

    /// What counts where two come: one alone, who waits for a word; or whoever is first
    #[arg(long, value_name = "WHAT")]
    prefer: Option<Prefer>,

    /// Where about: an area by its name, or words like “building 5”; never a door
    #[arg(long, value_name = "PLACE", default_value = "", hide_default_value = true)]
    area: String,

    /// From when on
    #[arg(long, value_name = "TIME")]
    from_time: Option<String>,

    /// Until when
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// What is needed, as “help into the car”; may be given several times
    #[arg(long = "need", value_name = "TEXT")]
    needs: Vec<String>,

    /// Whom it is for, where it is not for you: a neighbour's name, or any name
    #[arg(long = "for", value_name = "NAME")]
    subject: Option<String>,

    /// Who asked; the office says so of whoever called
    #[arg(long, value_name = "NAME")]
    requester: Option<String>,

    /// Who speaks for the person in need; the office says so
    #[arg(long, value_name = "NAME")]
    proxy: Option<String>,

    /// By what right you ask for somebody else
    #[arg(long, value_name = "WHAT")]
    consent: Option<ConsentKind>,

    /// Make it of this message, which it links back to
    #[arg(long = "from", value_name = "MESSAGE")]
    message: Option<String>,

    /// Ask this group instead of everybody
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Take down a request of somebody who called or came to the counter, and print a slip
///
/// Four fields: what, who, phone, door. Only the office may.
#[derive(clap::Args, Clone, Debug)]
pub struct Intake {
    /// What is wanted, in one line
    title: String,

    /// Who: a neighbour's name, or any name
    name: String,

    /// Phone number, for whoever comes
    #[arg(default_value = "", hide_default_value = true)]
    phone: String,

    /// Building, unit and door, for whoever comes
    #[arg(default_value = "", hide_default_value = true)]
    door: String,

    /// It came on paper, not by phone
    #[arg(long)]
    paper: bool,

    /// It cannot wait
    #[arg(long)]
    urgent: bool,

    #[command(flatten)]
    json: Json,
}

/// What kind of request.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Kind {
    Question,
    Help,
    Complaint,
    Report,
    Suggestion,
}

/// What counts where two come.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Prefer {
    /// One alone, who waits for a word
    Single,
    /// Whoever is first
    Speed,
}

/// By what right somebody asks for somebody else.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum ConsentKind {
    /// Said face to face
    OwnWord,
    /// Said on the phone
    ByPhone,
    /// Written down
    Written,
    /// A guardian decides
    Guardian,
    /// Nobody could be asked, and it could not wait
    Emergency,
}

/// Asks, and prints the code.
///
/// # Errors
///
/// Where the node refuses: private details, no such group, too many words.
pub async fn run(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    mut args: Args,
) -> Result<(), CliError> {
    let (json, files) = (args.json, std::mem::take(&mut args.photo));
    let mut new = new_case(ui, args)?;
    new.photos = put_all(data, &files)?;
    let blobs: Vec<BlobId> = new.photos.iter().map(|it| it.blob).collect();
    let done = asked(ui, door, CaseCommand::Ask(Box::new(new)), json).await;
    if matches!(done, Err(CliError::Refused(_))) {
        photo::forget(data, &blobs);
    }
    done
}

fn new_case(ui: &Ui<'_>, args: Args) -> Result<NewCase, CliError> {
    let name =
        if args.name.is_empty() { args.subject.clone().unwrap_or_default() } else { args.name };
    let message = args
        .message
        .map(|text| text.parse().map_err(|_| CliError::bad_value("--from", &text, ui.speech())));
    Ok(NewCase {
        group: args.group,
        title: args.title,
        details: String::new(),
        kind: match args.kind {
            Kind::Question => KindWord::Question,
            Kind::Help => KindWord::Help,
            Kind::Complaint => KindWord::Complaint,
            Kind::Report => KindWord::Report,
            Kind::Suggestion => KindWord::Suggestion,
        },
        urgency: args.urgency.or(args.urgent.then_some(3)),
        places: args.places,
        prefer: args.prefer.map(|prefer| match prefer {
            Prefer::Single => PreferWord::Single,
            Prefer::Speed => PreferWord::Speed,
        }),
        area: args.area,
        from_ms: moment(ui, "--from-time", args.from_time)?,
        until_ms: moment(ui, "--until", args.until)?,
        needs: args.needs,
        requester: args.requester,
        subject: args.subject,
        proxy: args.proxy,
        consent: args.consent.map(|consent| match consent {
            ConsentKind::OwnWord => ConsentWord::OwnWord,
            ConsentKind::ByPhone => ConsentWord::ByPhone,
            ConsentKind::Written => ConsentWord::Written,
            ConsentKind::Guardian => ConsentWord::Guardian,
            ConsentKind::Emergency => ConsentWord::Emergency,
        }),
        intake: None,
        to_desk: args.to_desk,
        private: Private { name, phone: args.phone, door: args.door, details: args.details },
        message: message.transpose()?,
        photos: Vec::new(),
        unless_answered: matches!(args.kind, Kind::Question) && !args.anyway,
    })
}

/// Takes a request down, and prints a slip.
///
/// # Errors
///
/// Where the person is not on duty, or the words are too many.
pub async fn intake(ui: &mut Ui<'_>, door: &mut Door, args: Intake) -> Result<(), CliError> {
    let Intake { title, name, phone, door: home, paper, urgent, json } = args;
    let new = NewCase {
        title: title.clone(),
        urgency: urgent.then_some(3),
        subject: Some(name.clone()),
        consent: Some(if paper { ConsentWord::Written } else { ConsentWord::ByPhone }),
        intake: Some(if paper { IntakeWord::Paper } else { IntakeWord::Phone }),
        private: Private { name: name.clone(), phone, door: home, ..Private::default() },
        ..NewCase::default()
    };
    let reply = door.ask(Command::Case(CaseCommand::Ask(Box::new(new)))).await?;
    let Reply::Asked { id, code } = reply else { return Err(CliError::Unexpected) };
    if json.json {
        return ui.json(&json!({ "id": id, "code": code }));
    }
    ui.note("ask-done", &[])?;
    let (title, name) = (one_line(&title), one_line(&name));
    ui.say("slip-title", &[("title", title.into())])?;
    ui.say("slip-name", &[("name", name.into())])?;
    ui.say("slip-code", &[("code", format!("{} {}", &code[..3], &code[3..]).into())])
}
