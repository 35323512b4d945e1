//! `linli activity …`: what people do together, who has a place, who waits.

use clap::Subcommand;
use node::api::{
    ActivityCommand, ActivityPage, ActivityReply, ActivityRow, Command, NewActivity, NewRole,
    PlaceVerb, PlacesRow, Reply,
};
use serde_json::json;

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Activities: plan one, take a place, look at what is to be ready, call it off
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do with them.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Plan an activity (whoever leads the group)
    New(New),
    /// List the activities to come
    List {
        /// Also those that are over
        #[arg(long)]
        all: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Show one: who comes, who waits, what is to be looked at
    Show(One),
    /// Take a place, or a place on the waiting list
    ///
    /// During a cut more may join than there are places. Once the sides meet every node names the same
    /// people and the same waiting list.
    Join(Place),
    /// Give your place back; the first who waits moves up
    Leave(Place),
    /// Say yes to a place that came free for you
    Yes(Place),
    /// Say that you are on your way
    Go(Place),
    /// Give a place to somebody (whoever leads the group)
    Grant {
        /// Its title, its code, or the beginning of its id
        activity: String,

        /// Who
        person: String,

        /// Which of its roles, where there are several
        #[arg(long, value_name = "NAME")]
        role: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Tick a line that is to be looked at before it begins
    Tick {
        /// Its title, its code, or the beginning of its id
        activity: String,

        /// The line, as `activity show` has it
        check: String,

        /// Not looked at after all
        #[arg(long)]
        undo: bool,

        #[command(flatten)]
        json: Json,
    },
    /// Call it off; everybody who has a place or waits must say that he has read it
    CallOff {
        /// Its title, its code, or the beginning of its id
        activity: String,

        /// Why, for everybody to read
        #[arg(long, value_name = "TEXT")]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say that you have read that it does not take place
    Heard(One),
    /// Print a calendar file: of one activity, or of all in which you have a place
    Calendar {
        /// Its title, its code, or the beginning of its id
        activity: Option<String>,

        #[command(flatten)]
        json: Json,
    },
}

/// One activity
#[derive(clap::Args, Clone, Debug)]
struct One {
    /// Its title, its code, or the beginning of its id
    activity: String,

    #[command(flatten)]
    json: Json,
}

/// A place at an activity
#[derive(clap::Args, Clone, Debug)]
struct Place {
    /// Its title, its code, or the beginning of its id
    activity: String,

    /// Which of its roles, where there are several
    #[arg(long, value_name = "NAME")]
    role: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// An activity
#[derive(clap::Args, Clone, Debug)]
struct New {
    /// One line that everybody in the group reads; nothing private
    title: String,

    /// The group whose members take part
    #[arg(long, value_name = "NAME", default_value = "all")]
    group: String,

    /// When it begins: "2026-03-03 09:00"
    #[arg(long, value_name = "TIME")]
    from: String,

    /// When it ends: "2026-03-03 11:30"
    #[arg(long, value_name = "TIME")]
    until: String,

    /// What there is to do and how many are needed: "sandbags=10"; may be given several times
    #[arg(long = "role", value_name = "NAME=N", required = true)]
    roles: Vec<String>,

    /// Where, in words; no door
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    place: String,

    /// What is to be looked at before it begins; may be given several times
    #[arg(long, value_name = "TEXT")]
    check: Vec<String>,

    /// More words; nothing private
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    details: String,

    #[command(flatten)]
    json: Json,
}

/// Carries it out and prints what came of it.
///
/// # Errors
///
/// Where there is no such activity, or the role or state does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let (command, json) = match args.what {
        What::New(new) => {
            let json = new.json;
            (ActivityCommand::New(Box::new(planned(ui, new)?)), json)
        }
        What::List { all, json } => (ActivityCommand::List { all }, json),
        What::Show(One { activity, json }) => (ActivityCommand::Show { activity }, json),
        What::Join(place) => about(place, PlaceVerb::Join),
        What::Leave(place) => about(place, PlaceVerb::Leave),
        What::Yes(place) => about(place, PlaceVerb::Yes),
        What::Go(place) => about(place, PlaceVerb::Go),
        What::Grant { activity, person, role, json } => {
            let (verb, person) = (PlaceVerb::Grant, Some(person));
            (ActivityCommand::Place { activity, role, verb, person }, json)
        }
        What::Tick { activity, check, undo, json } => {
            (ActivityCommand::Tick { activity, check, done: !undo }, json)
        }
        What::CallOff { activity, reason, json } => {
            (ActivityCommand::CallOff { activity, reason }, json)
        }
        What::Heard(One { activity, json }) => (ActivityCommand::Heard { activity }, json),
        What::Calendar { activity, json } => (ActivityCommand::Calendar { activity }, json),
    };
    let reply = door.ask(Command::Activity(command)).await?;
    let Reply::Activity(reply) = reply else { return Err(CliError::Unexpected) };
    if json.json { as_json(ui, &reply) } else { print(ui, &reply) }
}

fn about(place: Place, verb: PlaceVerb) -> (ActivityCommand, Json) {
    let Place { activity, role, json } = place;
    (ActivityCommand::Place { activity, role, verb, person: None }, json)
}

fn planned(ui: &Ui<'_>, new: New) -> Result<NewActivity, CliError> {
    let moment = |arg, text: &str| {
        ui.moment(text).ok_or_else(|| CliError::bad_value(arg, text, ui.speech()))
    };
    let role = |text: &String| {
        let (name, places) = text.rsplit_once('=').unwrap_or((text, "1"));
        let places = places.trim().parse().unwrap_or(0);
        NewRole { name: name.trim().to_owned(), places }
    };
    Ok(NewActivity {
        from_ms: moment("--from", &new.from)?,
        until_ms: moment("--until", &new.until)?,
        roles: new.roles.iter().map(role).collect(),
        group: new.group,
        title: new.title,
        details: new.details,
        place: new.place,
        checks: new.check,
    })
}

fn as_json(ui: &mut Ui<'_>, reply: &ActivityReply) -> Result<(), CliError> {
    match reply {
        ActivityReply::Planned { id, code } => ui.json(&json!({ "id": id, "code": code })),
        ActivityReply::List { activities } => ui.json_lines(activities),
        ActivityReply::Page(page) => ui.json(page),
        ActivityReply::Calendar { file } => ui.json(&json!({ "file": file })),
    }
}

fn print(ui: &mut Ui<'_>, reply: &ActivityReply) -> Result<(), CliError> {
    match reply {
        ActivityReply::Planned { code, .. } => {
            ui.say("activity-planned", &[("code", code.as_str().into())])
        }
        ActivityReply::List { activities } if activities.is_empty() => {
            ui.note("activities-none", &[])
        }
        ActivityReply::List { activities } => {
            activities.iter().try_for_each(|row| print_row(ui, row))
        }
        ActivityReply::Page(page) => print_page(ui, page),
        ActivityReply::Calendar { file } => ui.print(file),
    }
}

fn print_row(ui: &mut Ui<'_>, row: &ActivityRow) -> Result<(), CliError> {
    let (from, title) = (ui.time(row.from_ms.0), one_line(&row.title));
    let (taken, places) = (row.taken, row.places);
    let mark = match () {
        () if row.called_off => "✗",
        () if row.ready => "✓",
        () => "○",
    };
    ui.line(format_args!("{mark} {}  {from}  {title}  {taken}/{places}", row.code))
}

fn print_page(ui: &mut Ui<'_>, page: &ActivityPage) -> Result<(), CliError> {
    print_row(ui, &page.row)?;
    if let Some(reason) = &page.reason {
        ui.say("activity-called-off", &[("reason", one_line(reason).into())])?;
        named(ui, "activity-unaware", &page.unaware)?;
    }
    page.roles.iter().try_for_each(|role| print_role(ui, role))?;
    for check in &page.checks {
        let mark = if check.done { "x" } else { " " };
        ui.line(format_args!("  [{mark}] {}", one_line(&check.text)))?;
    }
    Ok(())
}

fn print_role(ui: &mut Ui<'_>, role: &PlacesRow) -> Result<(), CliError> {
    let (name, taken) = (one_line(&role.name), role.holders.len());
    ui.line(format_args!("  {}  {name}  {taken}/{}", role.code, role.places))?;
    named(ui, "activity-holders", &role.holders)?;
    named(ui, "activity-awaiting", &role.awaiting)?;
    named(ui, "activity-waitlist", &role.waitlist)?;
    named(ui, "activity-standby", &role.standby)
}

/// A sentence with names in it, where there are any.
fn named(ui: &mut Ui<'_>, key: &str, names: &[String]) -> Result<(), CliError> {
    if names.is_empty() {
        return Ok(());
    }
    ui.say(key, &[("names", one_line(&names.join(", ")).into())])
}
