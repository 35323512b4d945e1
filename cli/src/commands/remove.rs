//! `linli remove`: takes a role away, and what a cut keeps.

use crdt::id::EnvelopeId;
use node::api::{Command, Keep, Reply, RosterCommand, RosterReply};

use super::invite::Role;
use crate::{args::Json, door::Door, error::CliError, ui::Ui};

/// How long the comparison before a cut may take, in milliseconds.
const COMPARE_MS: u64 = 10_000;

/// Remove somebody: from a role, from a group, or from the community
///
/// First compares with every neighbour in reach, so that the cut is recent: what the person wrote
/// up to there stays, what comes in later is kept aside and shown by `linli late`.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Who: a name or an id
    person: String,

    /// Only from this role [default: from every role there]
    #[arg(long, value_enum)]
    role: Option<Role>,

    /// Only from this group or area [default: from the whole community]
    #[arg(long, visible_alias = "over", value_name = "GROUP")]
    group: Option<String>,

    #[command(flatten)]
    keep: KeepArgs,

    /// Even where groups that the person founded vanish with it
    #[arg(long)]
    anyway: bool,

    #[command(flatten)]
    json: Json,
}

/// What of somebody's own still counts.
#[derive(clap::Args, Clone, Debug)]
pub struct KeepArgs {
    /// What the person wrote so far: everything that is here, or nothing
    #[arg(long, value_enum, default_value_t = KeepWord::All)]
    keep: KeepWord,

    /// Keep what was written up to a time ("2026-11-24 18:00", by the writer's own clock) or up to
    /// and with an envelope (its id)
    #[arg(long, value_name = "WHEN", conflicts_with = "keep")]
    until: Option<String>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum KeepWord {
    /// Everything that has arrived here
    All,
    /// Nothing
    None,
}

impl KeepArgs {
    /// As the node wants it.
    ///
    /// # Errors
    ///
    /// Where `--until` is neither a time nor an id.
    pub fn keep(&self, ui: &Ui<'_>) -> Result<Keep, CliError> {
        let Some(until) = &self.until else {
            return Ok(match self.keep {
                KeepWord::All => Keep::All,
                KeepWord::None => Keep::None,
            });
        };
        if let Some(claimed_ms) = ui.moment(until) {
            return Ok(Keep::Until { claimed_ms });
        }
        let digits = until.trim_start_matches("env-");
        if digits.len() >= 4 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(Keep::UpTo { id: until.clone() });
        }
        Err(CliError::bad_value("--until", until, ui.speech()))
    }
}

/// Compares, removes, and says what was kept.
///
/// # Errors
///
/// Where this person's role does not allow it.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let keep = args.keep.keep(ui)?;
    compare_first(ui, door).await?;
    let (role, over) = (args.role.map(Into::into), args.group);
    let remove =
        RosterCommand::Remove { person: args.person, role, over, keep, anyway: args.anyway };
    let RosterReply::Removed { removals, kept, cut } = door.roster(remove).await? else {
        return Err(CliError::Unexpected);
    };
    told_removed(ui, &removals, (kept, cut), args.json.json)
}

/// Says what a removal kept and cut off.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn told_removed(
    ui: &mut Ui<'_>,
    removals: &[EnvelopeId],
    (kept, cut): (u64, u64),
    json: bool,
) -> Result<(), CliError> {
    if json {
        let told = serde_json::json!({ "removals": removals, "kept": kept, "cut": cut });
        return ui.json(&told);
    }
    ui.note("removed", &[("kept", kept.into()), ("cut", cut.into())])?;
    removals.iter().try_for_each(|removal| ui.line(removal.to_hex()))
}

/// Compares with every neighbour in reach, for a bounded time, and says with how many that went.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn compare_first(ui: &mut Ui<'_>, door: &mut Door) -> Result<(), CliError> {
    let Reply::Mesh(mesh) = door.ask(Command::Mesh).await? else {
        return Err(CliError::Unexpected);
    };
    let linked = mesh.peers.iter().filter(|peer| peer.connected).count();
    let Some(peers) = u32::try_from(linked).ok().filter(|peers| *peers > 0) else {
        return ui.note("compare-nobody", &[]);
    };
    let wait = Command::Wait { peers, peer: None, timeout_ms: COMPARE_MS };
    let Reply::Waited { equal, .. } = door.ask(wait).await? else {
        return Err(CliError::Unexpected);
    };
    let args = [("equal", equal.len().into()), ("linked", linked.into())];
    ui.note("compare-done", &args)
}
