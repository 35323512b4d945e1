//! `linli search`: everything that this person may read, by its words.

use crdt::time::ClaimedTime;
use node::api::{Command, FoundRow, FoundWord, Reply, SearchQuery};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Find messages, requests and boards by their words, newest first
///
/// All words must stand in what is found. Of a Chinese word any part finds it; of others their
/// beginning does. Only what this person may read is found.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// What to look for
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,

    /// Only in this group
    #[arg(long)]
    group: Option<String>,

    /// Only by this person
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,

    /// Only what you wrote
    #[arg(long, conflicts_with = "by")]
    mine: bool,

    /// Only things of this kind
    #[arg(long, value_enum)]
    kind: Option<Kind>,

    /// Not older than this, as `2026-11-24` or `2026-11-24 18:00`, by the author's clock
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Older than this
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    last: u32,

    #[command(flatten)]
    json: Json,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Kind {
    /// What somebody wrote in a group
    Message,
    /// A request's title, facts and checklist, what came of visits, names of its files
    Request,
    /// What a group has pinned, and what it is for
    Board,
    /// A question that the office has answered for everybody
    Question,
    /// What a vote is about, and what can be chosen
    Vote,
    /// Rides that recur
    Series,
}

impl From<Kind> for FoundWord {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Message => Self::Message,
            Kind::Request => Self::Request,
            Kind::Board => Self::Board,
            Kind::Question => Self::Question,
            Kind::Vote => Self::Vote,
            Kind::Series => Self::Series,
        }
    }
}

/// Prints what is found, page after page until there are enough.
///
/// # Errors
///
/// Where there is nothing to look for, or no such group or person.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let moment = |option: &'static str, text: &Option<String>| -> Result<_, CliError> {
        let Some(text) = text else { return Ok(None) };
        let at = ui.moment(text).map(ClaimedTime);
        at.map(Some).ok_or_else(|| CliError::bad_value(option, text, ui.speech()))
    };
    let mut query = SearchQuery {
        words: args.words.join(" "),
        since: moment("--since", &args.since)?,
        until: moment("--until", &args.until)?,
        group: args.group,
        by: args.by,
        mine: args.mine,
        kind: args.kind.map(Into::into),
        last: args.last,
        before: None,
    };
    let mut wanted = args.last as usize;
    let mut found_any = false;
    while wanted > 0 {
        query.last = u32::try_from(wanted).unwrap_or(u32::MAX);
        let Reply::Found(page) = door.ask(Command::Search(query.clone())).await? else {
            return Err(CliError::Unexpected);
        };
        for row in &page.found {
            if args.json.json {
                ui.json(row)?;
            } else {
                let told = told(ui, row);
                ui.line(told)?;
            }
        }
        found_any |= !page.found.is_empty();
        wanted = wanted.saturating_sub(page.found.len());
        query.before = page.more;
        if query.before.is_none() {
            break;
        }
    }
    if found_any || args.json.json { Ok(()) } else { ui.note("search-none", &[]) }
}

fn told(ui: &Ui<'_>, row: &FoundRow) -> String {
    let speech = ui.speech();
    let mut line = format!("{}  [{}]", ui.time(row.claimed_ms.0), speech.found(row.kind));
    for part in [row.code.as_deref(), row.author.as_deref(), Some(&row.group_name)] {
        line += &part.map(|part| format!("  {}", one_line(part))).unwrap_or_default();
    }
    if let Some(status) = &row.status {
        line += &format!("  {}", speech.status(status));
    }
    format!("{line}\n    {}", one_line(&row.text))
}
