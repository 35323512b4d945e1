//! `linli demo`: four homes on one page, to be cut and healed by hand; or a whole neighbourhood's
//! office, to be walked through.

use std::process::{Command, Stdio};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    error::CliError,
    node::{Demo, Plan, Walk},
    ui::Ui,
};

/// Show four homes on one page, and what a cut does to them
///
/// Runs a community office and three homes on this machine, real nodes with folders of their own,
/// and a page that draws them. A click cuts a cable or heals it. Nothing is left when it ends.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Args {
    /// Where the page answers [default: 4747, or the next port that is free]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Walk through a whole neighbourhood instead: the office of 3,134 households and 12,000 people,
    /// which takes ten minutes or more to move in
    #[arg(long)]
    runyuan: bool,

    /// Do not open the page in a browser
    #[arg(long)]
    no_open: bool,
}

/// Runs until Ctrl-C.
///
/// # Errors
///
/// Where a named port is taken, or there is no room for the folders.
pub async fn run(ui: &mut Ui<'_>, args: &Args) -> Result<(), CliError> {
    // Before anything is written, so that it is removed whatever comes.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Machinery)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Machinery)?;
    let shown = if args.runyuan {
        Shown::Neighbourhood(walk(ui, args).await?)
    } else {
        Shown::Homes(Demo::start(args.port).await?)
    };
    let (sentence, page) = match &shown {
        Shown::Homes(demo) => ("demo-page", &demo.page),
        Shown::Neighbourhood(walk) => ("demo-runyuan", &walk.page),
    };
    ui.say(sentence, &[("page", page.as_str().into())])?;
    ui.note("demo-running", &[])?;
    ui.flush()?;
    if !args.no_open && ui.is_terminal() {
        open(page);
    }
    tokio::select! {
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
    ui.note("demo-stopping", &[])?;
    match shown {
        Shown::Homes(demo) => demo.stop().await,
        Shown::Neighbourhood(walk) => walk.stop().await,
    }
    Ok(())
}

/// What is being shown.
enum Shown {
    Homes(Demo),
    Neighbourhood(Walk),
}

/// A whole neighbourhood moves in.
async fn walk(ui: &Ui<'_>, args: &Args) -> Result<Walk, CliError> {
    let bar = ui.progress(Plan::FULL.households as u64);
    let mut moved_in = |done, _| bar.set_position(done as u64);
    let walk = Walk::start(args.port, &Plan::FULL, &mut moved_in).await?;
    bar.finish_and_clear();
    Ok(walk)
}

/// Shows the page in the person's browser; where there is none, its address is printed above.
fn open(page: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = command.spawn();
}
