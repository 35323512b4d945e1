//! `linli team …`: what a team asks for, who applies, what its captain decides; `linli groups --all`.

use clap::{Subcommand, ValueEnum};
use node::api::{
    ApplicationRow, Command, DirectoryRow, MeetsRow, NewListing, Reply, SortWord, TeamCommand,
    TeamDesk, TeamReply,
};

use super::news::moment;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// What a team asks for, who applies to it, and what its captain decides
///
/// Once a team asks for anything, vouches alone open no door: whoever sees to it looks, and lets in, says
/// no, or makes an exception that is written down. What is only liked keeps nobody out.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Clone, Debug)]
enum What {
    /// What it asks for, who applies, who meets what, who is paused
    Desk {
        /// The group's name or id
        group: String,

        #[command(flatten)]
        json: Json,
    },
    /// Ask to be let in, and say what you meet
    Apply {
        /// The group's name or id
        group: String,

        /// A criterion that you meet: its words, or the beginning of its id
        #[arg(long = "meets", value_name = "CRITERION")]
        meets: Vec<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Have the group found by everybody, as whoever sees to it
    List {
        /// The group's name or id
        group: String,

        /// What it is for
        #[arg(long)]
        about: Option<String>,

        /// What kind of group it is
        #[arg(long, value_enum)]
        sort: Option<Sort>,

        /// For which part of the neighbourhood
        #[arg(long, value_name = "PLACE")]
        place: Option<String>,

        /// How many members should vouch before the captain decides
        #[arg(long, value_name = "N")]
        vouches: Option<u8>,

        #[command(flatten)]
        json: Json,
    },
    /// Take it out of the directory again
    Unlist {
        /// The group's name or id
        group: String,

        #[command(flatten)]
        json: Json,
    },
    /// Write down something that the team asks for
    Criterion {
        /// The group's name or id
        group: String,

        /// In plain words: "five years' driving"
        text: String,

        /// Only liked: it keeps nobody out
        #[arg(long)]
        preferred: bool,

        #[command(flatten)]
        json: Json,
    },
    /// No longer ask for it
    Drop {
        /// The group's name or id
        group: String,

        /// Its words, or the beginning of its id
        criterion: String,

        #[command(flatten)]
        json: Json,
    },
    /// Say that you have seen that somebody meets a criterion
    ///
    /// What is kept is that you saw it, when, and until when it holds: no copy and no number.
    Attest {
        /// The group's name or id
        group: String,

        /// Who
        person: String,

        /// Its words, or the beginning of its id
        criterion: String,

        /// From when on it holds no longer [default: it holds for good]
        #[arg(long, value_name = "TIME")]
        until: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// No longer stand by what you or another captain attested
    Retract {
        /// The attestation's id or the beginning of it
        id: String,

        #[command(flatten)]
        json: Json,
    },
    /// Let somebody in
    Admit {
        /// The group's name or id
        group: String,

        /// Who
        person: String,

        /// Something is lacking: the reason, which the team can read
        #[arg(long, value_name = "REASON")]
        exception: Option<String>,

        #[command(flatten)]
        json: Json,
    },
    /// Say no to somebody who applied; only he and those who see to the team can read why
    Decline {
        /// The group's name or id
        group: String,

        /// Who
        person: String,

        /// Why
        #[arg(long)]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Take somebody out for a while: what he claims from now on does not count
    Suspend {
        /// The group's name or id
        group: String,

        /// Who
        person: String,

        /// Why; the team can read it
        #[arg(long)]
        reason: String,

        #[command(flatten)]
        json: Json,
    },
    /// Let him in again
    Lift {
        /// The group's name or id
        group: String,

        /// Who
        person: String,

        #[command(flatten)]
        json: Json,
    },
}

/// What kind of group.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Building,
    Compound,
    Team,
    Role,
    Other,
}

impl From<Sort> for SortWord {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Building => Self::Building,
            Sort::Compound => Self::Compound,
            Sort::Team => Self::Team,
            Sort::Role => Self::Role,
            Sort::Other => Self::Other,
        }
    }
}

/// Carries out one of them.
///
/// # Errors
///
/// Where it is for the captain, or something that is asked for is lacking.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    use TeamCommand as Do;
    let show = matches!(args.what, What::Desk { .. } | What::Apply { .. });
    let (json, command) = match args.what {
        What::Desk { group, json } => (json, Do::Desk { group }),
        What::Apply { group, meets, json } => (json, Do::Apply { group, meets }),
        What::List { group, about, sort, place, vouches, json } => {
            let sort = sort.map(Into::into);
            (json, Do::List(NewListing { group, about, sort, place, vouches }))
        }
        What::Unlist { group, json } => (json, Do::Unlist { group }),
        What::Criterion { group, text, preferred, json } => {
            (json, Do::Criterion { group, text, preferred })
        }
        What::Drop { group, criterion, json } => (json, Do::Drop { group, criterion }),
        What::Attest { group, person, criterion, until, json } => {
            let until_ms = moment(ui, "--until", until.as_deref())?;
            (json, Do::Attest { group, person, criterion, seen_ms: None, until_ms })
        }
        What::Retract { id, json } => (json, Do::Retract { id }),
        What::Admit { group, person, exception, json } => {
            (json, Do::Admit { group, person, exception })
        }
        What::Decline { group, person, reason, json } => {
            (json, Do::Decline { group, person, reason })
        }
        What::Suspend { group, person, reason, json } => {
            (json, Do::Suspend { group, person, reason })
        }
        What::Lift { group, person, json } => (json, Do::Lift { group, person }),
    };
    match door.ask(Command::Team(command)).await? {
        Reply::Team(TeamReply::Desk(desk)) if json.json => ui.json(&desk),
        Reply::Team(TeamReply::Desk(desk)) if show => print_desk(ui, &desk),
        // An open group was entered at once.
        Reply::Group(group) if json.json => ui.json(&group),
        Reply::Team(TeamReply::Desk(_)) | Reply::Group(_) => ui.note("done", &[]),
        _ => Err(CliError::Unexpected),
    }
}

fn print_desk(ui: &mut Ui<'_>, desk: &TeamDesk) -> Result<(), CliError> {
    let speech = ui.speech();
    ui.line(format!("{}  {}", one_line(&desk.group), speech.group_kind(desk.kind)))?;
    for row in &desk.criteria {
        let key = if row.required { "team-required" } else { "team-preferred" };
        let word = speech.shared_text(key, &[]);
        ui.line(format!("  {}  {} ({word})", &row.id.to_hex()[..12], one_line(&row.text)))?;
    }
    if !desk.criteria.is_empty() {
        ui.line(format!(
            "  {}",
            speech.shared_text("team-vouches", &[("n", desk.vouches.into())])
        ))?;
    }
    for row in &desk.applications {
        print_application(ui, row)?;
    }
    for row in &desk.members {
        let mark = |is_so: bool, key| match is_so {
            true => format!("  ({})", speech.shared_text(key, &[])),
            false => String::new(),
        };
        let (owner, expired) = (mark(row.owner, "team-owner"), mark(row.expired, "team-expired"));
        ui.line(format!("  {}{owner}{expired}", one_line(&row.name)))?;
        for it in row.meets.iter().filter(|it| it.attestation.is_some()) {
            print_meets(ui, it)?;
        }
    }
    for row in &desk.suspended {
        let args = [
            ("name", one_line(&row.name).into()),
            ("by", one_line(&row.by).into()),
            ("reason", one_line(&row.reason).into()),
        ];
        let line = speech.shared_text("team-suspended-line", &args);
        ui.line(format!("  {}: {line}", speech.shared_text("team-suspended", &[])))?;
        if row.led {
            ui.line(format!("    {}", speech.shared_text("team-suspended-led", &[])))?;
        }
    }
    for row in &desk.exceptions {
        let mut unmet: Vec<String> = row.unmet.iter().map(|it| one_line(it)).collect();
        if row.missing > 0 {
            let n = [("n", row.missing.into())];
            unmet.push(speech.shared_text("team-exception-vouches", &n));
        }
        let args = [
            ("name", one_line(&row.name).into()),
            ("by", one_line(&row.by).into()),
            ("unmet", unmet.join(", ").into()),
            ("reason", one_line(&row.reason).into()),
        ];
        ui.line(format!("  {}", speech.shared_text("team-exception-line", &args)))?;
    }
    Ok(())
}

fn print_application(ui: &mut Ui<'_>, row: &ApplicationRow) -> Result<(), CliError> {
    let speech = ui.speech();
    let word = if row.ready { "team-ready" } else { "team-lacking" };
    let vouched = match row.vouched_by.is_empty() {
        true => speech.shared_text("team-vouched-nobody", &[]),
        false => {
            let names = one_line(&row.vouched_by.join(", "));
            speech.shared_text("team-vouched", &[("name", names.into())])
        }
    };
    let said = match row.declined_by.is_empty() {
        true => speech.shared_text(word, &[]),
        false => {
            let by = [("name", one_line(&row.declined_by).into())];
            let declined = speech.shared_text("team-declined", &by);
            format!("{declined} {}", one_line(&row.reason))
        }
    };
    let who = format!("{} ({})", one_line(&row.name), one_line(&row.home));
    ui.line(format!("  ? {who}  {vouched}  {said}"))?;
    row.meets.iter().try_for_each(|it| print_meets(ui, it))
}

fn print_meets(ui: &mut Ui<'_>, row: &MeetsRow) -> Result<(), CliError> {
    let speech = ui.speech();
    let mut parts = vec![speech.code("meets", row.state.code())];
    if !row.by.is_empty() {
        parts.push(speech.shared_text("team-seen-by", &[("name", one_line(&row.by).into())]));
    }
    if let Some(until_ms) = row.until_ms {
        parts.push(speech.shared_text("team-until", &[("name", ui.time(until_ms).into())]));
    }
    if row.said {
        parts.push(speech.shared_text("team-says", &[]));
    }
    let id = row.attestation.map(|id| id.to_hex()[..12].to_owned()).unwrap_or_default();
    let line = format!("      {}: {}  {id}", one_line(&row.text), parts.join(", "));
    ui.line(line.trim_end())
}

/// One line of `linli groups --all`.
///
/// # Errors
///
/// Where it cannot be written.
pub fn print_directory(ui: &mut Ui<'_>, row: &DirectoryRow) -> Result<(), CliError> {
    let speech = ui.speech();
    let mut parts = vec![
        speech.code("sort", row.sort.code()),
        one_line(&row.place),
        speech.group_kind(row.kind),
        speech.shared_text("groups-members", &[("n", row.members.into())]),
    ];
    if row.joined {
        parts.push(speech.text("directory-joined", &[]));
    }
    let marks = [(row.waiting, "directory-waiting"), (row.muted, "directory-muted")];
    let said = marks.into_iter().filter(|(is_so, _)| *is_so);
    parts.extend(said.map(|(_, key)| speech.shared_text(key, &[])));
    let required = row.criteria.iter().filter(|it| it.required).map(|it| one_line(&it.text));
    let required: Vec<String> = required.collect();
    if !required.is_empty() {
        let asks = speech.shared_text("directory-asks", &[]);
        parts.push(format!("{asks}: {}", required.join(", ")));
    }
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    ui.line(format!("{}  {}", one_line(&row.name), parts.join(" · ")))
}
