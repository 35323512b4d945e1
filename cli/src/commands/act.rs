//! `linli claim|withdraw|depart|done|confirm|reopen|cancel|ack`: the life of a request.

use node::api::{ActVerb, Acted, Command, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Which request
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Its spoken code, or its id or the beginning of it
    id: String,

    #[command(flatten)]
    json: Json,
}

/// Writes the act, and prints where the request stands now.
///
/// # Errors
///
/// Where there is no such request, or its state or the person's role does not allow it.
pub async fn run(
    ui: &mut Ui<'_>,
    door: &mut Door,
    verb: ActVerb,
    args: Args,
) -> Result<(), CliError> {
    let reply = door.ask(Command::Act { id: args.id, verb }).await?;
    let Reply::Acted(acted) = reply else { return Err(CliError::Unexpected) };
    if args.json.json {
        return ui.json(&acted);
    }
    print(ui, &acted)?;
    if verb == ActVerb::Claim && acted.rivals_known > 0 {
        ui.note("act-rivals", &[("count", acted.rivals_known.into())])?;
    }
    Ok(())
}

/// Prints where the request stands now.
pub(super) fn print(ui: &mut Ui<'_>, acted: &Acted) -> Result<(), CliError> {
    let status = ui.speech().status(&acted.status);
    ui.say("act-status", &[("status", status.into())])?;
    if let Some(holder) = &acted.holder {
        let key = if acted.provisional { "holder-provisional" } else { "holder" };
        ui.say(key, &[("holder", one_line(holder).into())])?;
    }
    Ok(())
}
