//! `linli up`: runs the node until it is told to stop.

use std::{collections::BTreeSet, net::SocketAddr, path::Path};

use ::node::api::{Command, Event, Reply, people_wait_for};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::broadcast::error::RecvError,
};

use crate::{
    error::CliError,
    node::{self, Config, Running},
    ui::Ui,
};

/// Run this home's node until Ctrl-C
///
/// Prints the addresses that other nodes reach it at, and the address of its page. Neighbours on
/// the same network are found by themselves; `--dial` adds others once, and they are remembered. On
/// a machine without a home yet, the page sets one up.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Listen here, for example /ip4/0.0.0.0/tcp/4801 (can be repeated) [default: any free port]
    #[arg(long, value_name = "MULTIADDR", value_parser = an_address)]
    listen: Vec<String>,

    /// Call this node, as its `up` printed it (can be repeated)
    #[arg(long, value_name = "MULTIADDR", value_parser = an_address)]
    dial: Vec<String>,

    /// Where the page answers; other homes can only read it with a printed code
    #[arg(long, value_name = "ADDR", default_value_t = node::PAGE)]
    web: SocketAddr,

    /// Do not look for neighbours on the local network
    #[arg(long)]
    no_mdns: bool,

    /// Run this when an alert or urgent request comes, or duty is handed to you; it finds LINLI_ID and LINLI_CLASS in its
    /// environment, never a text
    #[arg(long, value_name = "COMMAND")]
    on_alert: Option<String>,
}

/// Runs until Ctrl-C or a request to end.
///
/// # Errors
///
/// Where the folder or a port is taken; nothing was touched then.
pub async fn run(ui: &mut Ui<'_>, data: &Path, args: Args) -> Result<(), CliError> {
    // Before the node starts, so that no signal is missed.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Machinery)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Machinery)?;
    let Args { listen, dial, web, no_mdns, on_alert } = args;
    let config = Config { listen, dial, web: Some(web), mdns: !no_mdns, ..Config::new(data) };
    let mut running = node::start(config).await?;
    if let Some(command) = on_alert {
        tokio::spawn(::node::ring::keep_ringing(running.handle.events(), command));
    }
    if let Some(page) = &running.page {
        ui.say("up-page", &[("page", page.into())])?;
    }
    // On loopback nobody needs it.
    if let (Some(host), false) = (running.host(), web.ip().is_loopback()) {
        ui.say("up-name", &[("name", host.into())])?;
    }
    ui.note("up-running", &[])?;
    let mut told = BTreeSet::new();
    // Each code is good for one phone, so each new one is printed; on loopback there are none.
    let mut pairing = running.pairing.clone();
    let (mut codes, mut printed) = (true, None);
    let (mut events, mut news) = (running.handle.events(), true);
    let mut arrival = Arrival::default();
    let stopped_by_itself = loop {
        tell_addresses(ui, &running, &mut told)?;
        tell_code(ui, pairing.borrow().clone(), &mut printed)?;
        tokio::select! {
            _ = interrupt.recv() => break false,
            _ = terminate.recv() => break false,
            changed = pairing.changed(), if codes => codes = changed.is_ok(),
            event = events.recv(), if news => match event {
                Err(RecvError::Closed) => news = false,
                Ok(event) if !arrival.is_moved_by(&event) => {}
                _ => arrival = tell_arrival(ui, &running, arrival).await?,
            },
            addresses = running.addresses_changed() => if addresses.is_none() { break true },
        }
    };
    if stopped_by_itself {
        return Err(CliError::Stopped);
    }
    ui.note("up-stopping", &[])?;
    running.stop().await;
    Ok(())
}

/// What was told of a history that is on its way here: so many quarters of it, or nothing as none is.
///
/// One neighbour who has nothing more says little: two boxes restored from one backup lack the same.
/// So this ends with no neighbour, and whoever meets more of them, or comes out of a cut, is told again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival(Option<u64>);

impl Arrival {
    /// Can there be something to tell after this? A history is found missing by a comparison.
    fn is_moved_by(self, event: &Event) -> bool {
        self.0.is_some() || matches!(event, Event::Mesh)
    }

    /// What holds once this much is known, and the line to tell: as it begins, at each quarter, at its end.
    fn after(self, coming: (u64, u64), equal: bool) -> (Self, Option<&'static str>) {
        if people_wait_for(&coming) {
            let now = Self(Some(coming.0 * 4 / coming.1));
            // A comparison in between begins to count anew.
            return (now.max(self), (now > self).then_some("up-arriving"));
        }
        match equal {
            true => (Self(None), self.0.map(|_| "up-arrived")),
            // Nobody is left to count with: the next one begins anew.
            false if coming.1 == 0 => (Self(self.0.map(|_| 0)), None),
            false => (self, None),
        }
    }
}

/// Tells how far the history is that is being fetched, where that is news.
async fn tell_arrival(
    ui: &mut Ui<'_>,
    running: &Running,
    before: Arrival,
) -> Result<Arrival, CliError> {
    let asked = running.handle.ask(Command::Progress).await;
    let Ok(Reply::Progress { received, expected, equal, .. }) = asked else {
        return Ok(before);
    };
    let (now, line) = before.after((received, expected), equal);
    if let Some(line) = line {
        ui.note(line, &[("n", received.into()), ("all", expected.into())])?;
    }
    Ok(now)
}

/// Takes an address as it is, once it is one.
fn an_address(text: &str) -> Result<String, node::NotAnAddress> {
    node::read_address(text).map(|_| text.to_owned())
}

/// Prints the addresses that have come since the last time.
fn tell_addresses(
    ui: &mut Ui<'_>,
    running: &Running,
    told: &mut BTreeSet<String>,
) -> Result<(), CliError> {
    for address in running.addresses() {
        if told.insert(address.clone()) {
            ui.say("up-address", &[("address", address.into())])?;
        }
    }
    // Whoever reads through a pipe waits for these lines.
    ui.flush()
}

/// Prints the code that pairs a phone, where it is not the one printed last.
fn tell_code(
    ui: &mut Ui<'_>,
    code: Option<String>,
    printed: &mut Option<String>,
) -> Result<(), CliError> {
    if let Some(new) = code.as_ref().filter(|_| code != *printed) {
        ui.say("up-code", &[("code", new.into())])?;
        ui.flush()?;
    }
    *printed = code;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Arrival;

    /// A restored box meets its twin first, which lacks what it lacks, and the office after that.
    #[test]
    fn whoever_is_equal_with_a_twin_is_told_of_what_the_office_has() {
        let (met, said) = Arrival::default().after((0, 0), true);
        assert_eq!(said, None, "nothing had to be fetched");
        let (begun, said) = met.after((0, 1_500), false);
        assert_eq!(said, Some("up-arriving"));
        assert_eq!(begun.after((300, 1_500), false).1, None, "less than a quarter");
        let (half, said) = begun.after((800, 1_500), false);
        assert_eq!(said, Some("up-arriving"));
        assert_eq!(half.after((0, 700), true).1, None, "counted anew by a comparison");
        assert_eq!(half.after((1_500, 1_500), false).1, None, "not yet compared again");
        let (cut, said) = half.after((0, 0), false);
        assert_eq!(said, None, "whoever brought it is gone");
        assert_eq!(cut.after((200, 600), false).1, Some("up-arriving"), "somebody else goes on");
        let (over, said) = half.after((0, 0), true);
        assert_eq!((over, said), (Arrival::default(), Some("up-arrived")));
        assert_eq!(over.after((0, 400), false).1, Some("up-arriving"), "after the next cut");
    }
}
