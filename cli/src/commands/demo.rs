//! `linli demo`: four homes on one page, to be cut and healed by hand.

use std::process::{Command, Stdio};

use tokio::signal::unix::{SignalKind, signal};

use crate::{error::CliError, node::Demo, ui::Ui};

/// Show four homes on one page, and what a cut does to them
///
/// Runs a community office and three homes on this machine, real nodes with folders of their own,
/// and a page that draws them. A click cuts a cable or heals it. Nothing is left when it ends.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Args {
    /// Where the page answers [default: 4747, or the next port that is free]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

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
    let demo = Demo::start(args.port).await?;
    ui.say("demo-page", &[("page", demo.page.as_str().into())])?;
    ui.note("demo-running", &[])?;
    ui.flush()?;
    if !args.no_open && ui.is_terminal() {
        open(&demo.page);
    }
    tokio::select! {
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
    ui.note("demo-stopping", &[])?;
    demo.stop().await;
    Ok(())
}

/// Shows the page in the person's browser; where there is none, its address is printed above.
fn open(page: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = command.spawn();
}
