//! `linli name`: what one is called among neighbours and at the desk.

use node::api::{Command, NameCommand, NamePage, RealName, Reply};

use crate::{
    args::Json,
    door::Door,
    error::CliError,
    ui::{Ui, one_line},
};

/// Show or change what you are called: a net name among neighbours, the real name at the desk
///
/// Neighbours read the net name, in every group and list. The real name is sealed for your own home
/// and the office's desk; whoever at the desk reads it says why, and you see that here.
#[derive(clap::Args, Clone, Debug)]
#[command(group(clap::ArgGroup::new("what").args(["net", "real", "forget", "reason"])))]
pub struct Args {
    /// What neighbours shall call you from now on
    net: Option<String>,

    /// Your real name, for the desk alone
    #[arg(long, value_name = "NAME")]
    real: Option<String>,

    /// The desk: whose real name is read, with `--reason`, or written down, with `--real`
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["net", "forget"])]
    of: Option<String>,

    /// Why the desk reads it; that person sees it
    #[arg(long, value_name = "TEXT", requires = "of")]
    reason: Option<String>,

    /// Have your real name forgotten everywhere, for good
    #[arg(long)]
    forget: bool,

    #[command(flatten)]
    json: Json,
}

/// Shows names, or changes one.
///
/// # Errors
///
/// Where somebody wants to read or write what is not for him, or gives no reason.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    let command = match (args.net, args.real, args.of, args.reason) {
        _ if args.forget => NameCommand::Forget,
        (Some(to), ..) => NameCommand::Net { to },
        (_, Some(name), person, _) => NameCommand::Real { person, to: RealName(name) },
        (_, _, Some(person), reason) => {
            NameCommand::Open { person, reason: reason.unwrap_or_default() }
        }
        _ => NameCommand::Mine,
    };
    let Reply::Name(page) = door.ask(Command::Name(command)).await? else {
        return Err(CliError::Unexpected);
    };
    if args.json.json {
        return ui.json(&page);
    }
    print(ui, &page)
}

fn print(ui: &mut Ui<'_>, page: &NamePage) -> Result<(), CliError> {
    ui.say("name-net", &[("name", one_line(&page.net).into())])?;
    match page.real.0.as_str() {
        _ if page.forgotten => ui.say("name-forgotten", &[])?,
        "" => ui.say("name-none", &[])?,
        real => ui.say("name-real", &[("name", one_line(real).into())])?,
    }
    for it in &page.earlier {
        let who = one_line(&it.who);
        ui.say("vault-earlier", &[("who", who.into()), ("times", it.times.into())])?;
    }
    for it in &page.openings {
        let (time, who) = (ui.time(it.claimed_ms.0), one_line(&it.who));
        let args =
            [("time", time.into()), ("who", who.into()), ("more", one_line(&it.reason).into())];
        ui.say("name-opened", &args)?;
    }
    Ok(())
}
