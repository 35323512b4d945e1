//! `linli late` and `linli admit`: what came in from behind a cut.

use crdt::id::EnvelopeId;
use node::api::{LateRow, RosterCommand, RosterReply};

use super::people::role;
use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line, plain},
};

/// List what came in after a removal, from behind its cut
///
/// Nothing honest is deleted: whoever was cut off while offline may come back with days of writing.
/// With a removal's id each item is shown, for whoever has to decide.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// One removal, as the list names it
    removal: Option<String>,

    #[command(flatten)]
    json: Json,
}

/// Let late items of a removal count after all
///
/// Takes a role as high as the remover's. Everything that is here of the chosen device counts then,
/// and what comes in later does not.
#[derive(clap::Args, Clone, Debug)]
pub struct AdmitArgs {
    /// The removal, as `linli late` names it
    removal: String,

    /// Only what this device wrote
    #[arg(long, value_name = "DEVICE", conflicts_with = "all", required_unless_present = "all")]
    writer: Option<String>,

    /// What every device of the person wrote
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    json: Json,
}

/// Prints what is late.
///
/// # Errors
///
/// Where there is no such removal.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let json = args.json.json;
    match door.roster(RosterCommand::Late { removal: args.removal }).await? {
        RosterReply::Late { removals } if json => ui.json_lines(&removals),
        RosterReply::Late { removals } => {
            let late: Vec<&LateRow> = removals.iter().filter(|it| it.items > 0).collect();
            if late.is_empty() {
                return ui.note("late-none", &[]);
            }
            late.into_iter().try_for_each(|row| line(ui, row))
        }
        RosterReply::LateItems { items, .. } if json => ui.json_lines(&items),
        RosterReply::LateItems { removal, items } => {
            line(ui, &removal)?;
            for item in &items {
                let (at, group) = (ui.time(item.claimed_ms.0), one_line(&item.group));
                let device = &item.writer.to_hex()[..12];
                ui.line(format_args!("  {at}  {group}  {}  {device}  #{}", item.kind, item.seq))?;
                if !item.text.is_empty() {
                    ui.line(format_args!("    {}", plain(&item.text).replace('\n', "\n    ")))?;
                }
            }
            Ok(())
        }
        _ => Err(CliError::Unexpected),
    }
}

fn line(ui: &mut Ui<'_>, row: &LateRow) -> Result<(), CliError> {
    let speech = ui.speech();
    let took = match &row.role {
        Some(row) => role(speech, row),
        None => speech.text("late-key", &[]),
    };
    let args = [
        ("person", one_line(&row.person).into()),
        ("role", took.into()),
        ("by", one_line(&row.by).into()),
        ("items", row.items.into()),
    ];
    let told = speech.text("late-row", &args);
    ui.line(format_args!("{}  {told}", &row.removal.to_hex()[..12]))?;
    if row.may_admit { ui.note("late-admit", &[]) } else { Ok(()) }
}

/// Admits.
///
/// # Errors
///
/// Where nothing is late, or this person's role does not allow it.
pub async fn admit(ui: &mut Ui<'_>, door: &mut Door, args: AdmitArgs) -> Result<(), CliError> {
    let admit = RosterCommand::Admit { removal: args.removal, writer: args.writer };
    let RosterReply::Admitted { admit, items } = door.roster(admit).await? else {
        return Err(CliError::Unexpected);
    };
    told_admitted(ui, admit, items, args.json.json)
}

/// Says how many items count now.
///
/// # Errors
///
/// Where nobody reads any more.
pub fn told_admitted(
    ui: &mut Ui<'_>,
    admit: EnvelopeId,
    items: u64,
    json: bool,
) -> Result<(), CliError> {
    if json {
        return ui.json(&serde_json::json!({ "admit": admit, "items": items }));
    }
    ui.note("admitted", &[("items", items.into())])
}
