//! `linli notice`, `alert`, `answer`, `news`, `forward`, `faq`: what is announced.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use crdt::id::BlobId;
use node::api::{Command, NewsCommand, NewsReply, NewsRow, NewsState, NewsWord, Reply, Telling};
use serde_json::json;

use super::{attach::put_all, photo};
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line, plain},
};

/// Where and for how long something is announced.
#[derive(clap::Args, Clone, Debug)]
pub struct Where {
    /// The group that it is said in [default: everybody]
    #[arg(long)]
    group: Option<String>,

    /// What it is about: a compound, a building, a unit [default: the whole community]
    #[arg(long, value_name = "PLACE")]
    area: Option<String>,

    /// From when it holds, like "2026-11-24 18:00"
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Until when it holds; afterwards it reads as expired
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// It may be shown in other groups, and everybody in the community may read it there
    #[arg(long)]
    forwardable: bool,

    /// A photo to go with it (can be repeated, four at most); where it was taken is left out of what is sent
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,

    #[command(flatten)]
    json: Json,
}

/// Put up a notice
///
/// Prints its id. With `--unit` it goes to the group of that building alone: found keys, a car in the
/// way. Whoever it is for answers with `linli news mine`, which closes every copy.
#[derive(clap::Args, Clone, Debug)]
pub struct NoticeArgs {
    /// What it says
    text: String,

    /// For this building, unit or door alone
    #[arg(long, value_name = "PLACE", conflicts_with = "area")]
    unit: Option<String>,

    #[command(flatten)]
    at: Where,
}

/// Raise an alert: it travels before everything else, and rings
///
/// For whoever has a role over the area: a building head, the office. It holds for a day unless
/// `--until` says otherwise.
#[derive(clap::Args, Clone, Debug)]
pub struct AlertArgs {
    /// What it says
    text: String,

    #[command(flatten)]
    at: Where,
}

/// Answer a message or request in the name of the office
///
/// It holds for ninety days unless `--until` says otherwise. With `--faq` it is found again by
/// whoever asks the same, with nobody on duty.
#[derive(clap::Args, Clone, Debug)]
pub struct AnswerArgs {
    /// The message's id, or the request's spoken code or id
    id: String,

    /// What the office says
    text: String,

    /// Save it under this question, or as it was asked
    #[arg(long, value_name = "QUESTION", num_args = 0..=1, default_missing_value = "")]
    faq: Option<String>,

    /// Until when it holds, like "2026-12-31 18:00"
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Look for an answer that the office gave before
#[derive(clap::Args, Clone, Debug)]
pub struct FaqArgs {
    /// Words of the question; without any, all saved answers
    words: Vec<String>,

    #[command(flatten)]
    json: Json,
}

/// Show an announcement or a message in another group
///
/// Who said it first, when and where stay with it, and what its author corrects or takes back reads
/// so in every copy. An announcement goes where its author allowed it, a message where everybody could
/// read it already.
#[derive(clap::Args, Clone, Debug)]
pub struct ForwardArgs {
    /// Its id or the beginning of it
    id: String,

    /// The group that shall see it
    group: String,

    /// What you add
    #[arg(long, default_value = "")]
    note: String,

    #[command(flatten)]
    json: Json,
}

/// List notices, alerts and answers, alerts first
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct NewsArgs {
    #[command(subcommand)]
    what: Option<What>,

    /// Also what has expired, was taken back or is settled
    #[arg(long)]
    all: bool,

    /// Only alerts in force that you have not opened yet
    #[arg(long, conflicts_with = "all")]
    unread: bool,

    #[command(flatten)]
    json: Json,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Read one of them; those who look after the building see that you did
    Show {
        /// Its id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say it differently: for its author and the office
    Correct {
        /// Its id or the beginning of it
        id: String,
        /// What it shall say
        text: String,
        /// Until when it shall hold
        #[arg(long, value_name = "TIME")]
        until: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Take it back, wherever it was shown: for its author and the office
    Withdraw {
        /// Its id or the beginning of it
        id: String,
        /// Why
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say that it was meant for you; that closes every copy
    Mine {
        /// Its id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
}

/// Puts a notice up, and prints its id.
///
/// # Errors
///
/// Where there is no such group or place, or the person may not write there.
pub async fn notice(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    args: NoticeArgs,
) -> Result<(), CliError> {
    let class = if args.unit.is_some() { NewsWord::Addressed } else { NewsWord::Notice };
    let at = Where { area: args.unit.or(args.at.area.clone()), ..args.at };
    tell(ui, (data, door), class, args.text, at).await
}

/// Raises an alert, and prints its id.
///
/// # Errors
///
/// As [`notice`], and where the person has no role over the area.
pub async fn alert(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    args: AlertArgs,
) -> Result<(), CliError> {
    tell(ui, (data, door), NewsWord::Alert, args.text, args.at).await
}

async fn tell(
    ui: &mut Ui<'_>,
    (data, door): (&Path, &mut Door),
    class: NewsWord,
    text: String,
    at: Where,
) -> Result<(), CliError> {
    let telling = Telling {
        class,
        text,
        from_ms: moment(ui, "--from", at.from.as_deref())?,
        until_ms: moment(ui, "--until", at.until.as_deref())?,
        group: at.group,
        area: at.area,
        forwardable: at.forwardable,
        photos: put_all(data, &at.photo)?,
        ..Telling::default()
    };
    let blobs: Vec<BlobId> = telling.photos.iter().map(|it| it.blob).collect();
    let done = told(ui, door, NewsCommand::Tell(Box::new(telling)), at.json.json).await;
    if matches!(done, Err(CliError::Refused(_))) {
        photo::forget(data, &blobs);
    }
    done
}

/// Answers, and prints the answer's id.
///
/// # Errors
///
/// Where there is no such message, or the person speaks for no office.
pub async fn answer(ui: &mut Ui<'_>, door: &mut Door, args: AnswerArgs) -> Result<(), CliError> {
    let telling = Telling {
        class: NewsWord::Answer,
        text: args.text,
        until_ms: moment(ui, "--until", args.until.as_deref())?,
        answers: Some(args.id),
        question: args.faq,
        ..Telling::default()
    };
    told(ui, door, NewsCommand::Tell(Box::new(telling)), args.json.json).await
}

/// Shows one in another group.
///
/// # Errors
///
/// Where the author did not allow it, or the person may not write there.
pub async fn forward(ui: &mut Ui<'_>, door: &mut Door, args: ForwardArgs) -> Result<(), CliError> {
    let ForwardArgs { id, group, note, json } = args;
    told(ui, door, NewsCommand::Forward { id, group, note }, json.json).await
}

/// Lists saved answers, those most like the words first.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn faq(ui: &mut Ui<'_>, door: &mut Door, args: FaqArgs) -> Result<(), CliError> {
    let news = list(door, NewsCommand::Faq { words: args.words.join(" ") }).await?;
    if args.json.json {
        return ui.json_lines(&news);
    }
    if news.is_empty() {
        return ui.note("faq-none", &[]);
    }
    news.iter().try_for_each(|row| print(ui, row))
}

/// Lists them, or does something about one.
///
/// # Errors
///
/// Where there is no such announcement, or the person may not.
pub async fn news(ui: &mut Ui<'_>, door: &mut Door, args: NewsArgs) -> Result<(), CliError> {
    let (command, json) = match args.what {
        None => {
            let asked = match args.unread {
                true => NewsCommand::Unread,
                false => NewsCommand::List { all: args.all },
            };
            let news = list(door, asked).await?;
            if args.json.json {
                return ui.json_lines(&news);
            }
            return news.iter().try_for_each(|row| print(ui, row));
        }
        Some(What::Show { id, json }) => {
            let NewsReply::One(row) = ask(door, NewsCommand::Show { id }).await? else {
                return Err(CliError::Unexpected);
            };
            return if json.json { ui.json(&row) } else { print(ui, &row) };
        }
        Some(What::Correct { id, text, until, json }) => {
            let until_ms = moment(ui, "--until", until.as_deref())?;
            (NewsCommand::Correct { id, text, until_ms }, json)
        }
        Some(What::Withdraw { id, reason, json }) => (NewsCommand::Withdraw { id, reason }, json),
        Some(What::Mine { id, json }) => (NewsCommand::Mine { id }, json),
    };
    told(ui, door, command, json.json).await
}

async fn told(
    ui: &mut Ui<'_>,
    door: &mut Door,
    command: NewsCommand,
    json: bool,
) -> Result<(), CliError> {
    let NewsReply::Told { id } = ask(door, command).await? else {
        return Err(CliError::Unexpected);
    };
    if json { ui.json(&json!({ "id": id })) } else { ui.line(id.to_hex()) }
}

async fn list(door: &mut Door, command: NewsCommand) -> Result<Vec<NewsRow>, CliError> {
    match ask(door, command).await? {
        NewsReply::List { news } => Ok(news),
        _ => Err(CliError::Unexpected),
    }
}

/// Asks something about announcements.
///
/// # Errors
///
/// What the node refuses, or an answer of another sort.
pub async fn ask(door: &mut Door, command: NewsCommand) -> Result<NewsReply, CliError> {
    match door.ask(Command::News(command)).await? {
        Reply::News(reply) => Ok(reply),
        _ => Err(CliError::Unexpected),
    }
}

/// A time that may be left out.
///
/// # Errors
///
/// Where it is none.
pub fn moment(ui: &Ui<'_>, arg: &'static str, text: Option<&str>) -> Result<Option<u64>, CliError> {
    let read =
        |text: &str| ui.moment(text).ok_or_else(|| CliError::bad_value(arg, text, ui.speech()));
    text.map(read).transpose()
}

/// One announcement, for people.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn print(ui: &mut Ui<'_>, row: &NewsRow) -> Result<(), CliError> {
    let speech = ui.speech();
    let mut line = format!("{}  {}", row.id.to_hex(), speech.code("news", row.class.code()));
    if row.official {
        line += &format!(" [{}]", speech.text("mark-official", &[]));
    }
    if row.state != NewsState::Holds {
        line += &format!(" [{}]", speech.code("news-state", row.state.code()));
    }
    if row.corrected {
        line += &format!(" [{}]", speech.text("mark-edited", &[]));
    }
    if !row.area.is_empty() {
        line += &format!("  {}", one_line(&row.area));
    }
    if let Some(until) = row.until_ms {
        let time = ui.time(until);
        line += &format!("  {}", speech.shared_text("news-until", &[("time", time.into())]));
    }
    ui.line(line)?;
    let (time, group) = (ui.time(row.claimed_ms.0), speech.group_name(&row.group));
    ui.line(format_args!("    {time}  {}, {}", one_line(&row.author), one_line(&group)))?;
    if row.photos > 0 {
        let photo = speech.shared_text("news-photo", &[]);
        ui.line(format_args!("    [{photo} × {}]", row.photos))?;
        for file in &row.files {
            super::request::print_file(ui, file, file.number + 1)?;
        }
    }
    if let Some(question) = &row.question {
        ui.line(format_args!("    ? {}", one_line(question)))?;
    }
    if let Some(by) = &row.withdrawn_by {
        let args = [("by", one_line(by).into()), ("reason", one_line(&row.reason).into())];
        ui.line(format_args!("    {}", speech.shared_text("news-withdrawn", &args)))?;
    }
    if let Some(by) = &row.settled_by {
        let args = [("by", one_line(by).into())];
        ui.line(format_args!("    {}", speech.shared_text("news-settled", &args)))?;
    }
    if row.text.is_empty() {
        return Ok(());
    }
    ui.line(format_args!("    {}", plain(&row.text).replace('\n', "\n    ")))
}
