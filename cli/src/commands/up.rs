//! `linli up`: runs the node until it is told to stop.

use std::{net::SocketAddr, path::Path};

use tokio::signal::unix::{SignalKind, signal};

use crate::{
    error::CliError,
    node::{self, Config},
    ui::Ui,
};

/// Run this home's node until Ctrl-C
///
/// Prints the addresses that other nodes reach it at, and the address of its page. Neighbours on
/// the same network are found by themselves; `--dial` adds others once, and they are remembered.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Listen here, for example /ip4/0.0.0.0/tcp/4801 (can be repeated) [default: any free port]
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,

    /// Call this node, as its `up` printed it (can be repeated)
    #[arg(long, value_name = "MULTIADDR")]
    dial: Vec<String>,

    /// Where the page answers; other homes can only read it with a printed code
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4800")]
    web: SocketAddr,

    /// Do not look for neighbours on the local network
    #[arg(long)]
    no_mdns: bool,
}

/// Runs until Ctrl-C or a request to end.
///
/// # Errors
///
/// Where the folder or a port is taken; nothing was touched then.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: Args) -> Result<(), CliError> {
    // Before the node starts, so that no signal is missed.
    let mut ended = signal(SignalKind::terminate()).map_err(CliError::Machinery)?;
    let config =
        Config { listen: args.listen, dial: args.dial, web: Some(args.web), mdns: !args.no_mdns };
    let running = node::start(data, config).await?;
    for address in &running.addresses {
        ui.say("up-address", &[("address", address.into())])?;
    }
    if let Some(page) = &running.page {
        ui.say("up-page", &[("page", page.into())])?;
    }
    ui.flush()?;
    ui.note("up-running", &[])?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => (),
        _ = ended.recv() => (),
    }
    ui.note("up-stopping", &[])?;
    running.stop().await;
    Ok(())
}
