//! A cable that can be pulled: homes in network namespaces, joined by a bridge.
//!
//! Linux lets an ordinary user make network namespaces inside a user namespace of his own. The
//! program starts itself again in there ([`enter`]); everything it makes is gone when it ends, and
//! nothing outside is touched.
//!
//! # Deliberately absent
//!
//! Other systems, and machines that forbid user namespaces: [`allowed`] says why, and the caller
//! cuts in the transport instead.

use std::{
    env, fmt,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use node::{
    api::{self, Reply},
    control::Client,
};
use tokio::time::{Duration, sleep};

use super::{
    disk,
    pair::{Transport, now},
    town::failed,
};
use crate::{door::Door, error::CliError};

/// Set inside: the namespaces are there.
const INSIDE: &str = "LINLI_BENCH_INSIDE";

/// The options of `unshare` that give a user namespaces of his own.
const UNSHARE: [&str; 4] = ["--user", "--map-root-user", "--net", "--mount"];

/// What is done first inside, and tried before: room for names, and one of each thing needed.
const PREPARE: &str = "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up";

/// Between two looks whether a home can be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Is this the program that was started again?
pub fn inside() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Whether this machine lets us make what is needed; the reason where it does not.
pub fn allowed() -> Result<(), String> {
    let tried = format!("{PREPARE} && ip link add linli0 type bridge && ip netns add linli0");
    let output = Command::new("unshare").args(UNSHARE).args(["sh", "-c", &tried]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(said.lines().next().unwrap_or("no reason was given").to_owned())
        }
        Err(error) => Err(format!("unshare: {error}")),
    }
}

/// Starts this very command again inside; returns only where that fails.
pub fn enter() -> CliError {
    let ourselves = match env::current_exe() {
        Ok(ourselves) => ourselves,
        Err(error) => return disk(error),
    };
    let mut command = Command::new("unshare");
    command.args(UNSHARE).args(["sh", "-c", &format!("{PREPARE} && exec \"$0\" \"$@\"")]);
    command.arg(ourselves).args(env::args_os().skip(1)).env(INSIDE, "1");
    disk(command.exec())
}

/// Two homes' namespaces and the bridge between them.
pub struct Cable {
    number: usize,
}

/// Which end of a cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The end that is pulled.
    First,
    /// The other.
    Second,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "a",
            Self::Second => "b",
        })
    }
}

impl Cable {
    /// Lays one; `number` tells it from the others.
    pub fn lay(number: usize) -> Result<Self, CliError> {
        let bridge = format!("bridge{number}");
        ip(&["link", "add", &bridge, "type", "bridge"])?;
        ip(&["link", "set", &bridge, "up"])?;
        let cable = Self { number };
        for (end, host) in [(End::First, 1), (End::Second, 2)] {
            let (home, plug) = (cable.home(end), cable.plug(end));
            ip(&["netns", "add", &home])?;
            ip(&["-n", &home, "link", "set", "lo", "up"])?;
            ip(&["link", "add", &plug, "type", "veth", "peer", "name", "lan", "netns", &home])?;
            ip(&["link", "set", &plug, "master", &bridge, "up"])?;
            ip(&["-n", &home, "addr", "add", &format!("10.9.0.{host}/24"), "dev", "lan"])?;
            ip(&["-n", &home, "link", "set", "lan", "up"])?;
            ip(&["-n", &home, "route", "add", "224.0.0.0/4", "dev", "lan"])?;
        }
        Ok(cable)
    }

    /// Pulls it out.
    pub fn cut(&self) -> Result<(), CliError> {
        ip(&["link", "set", &self.plug(End::First), "down"])
    }

    /// Plugs it in; the moment at which that was done.
    pub fn mend(&self) -> Result<Instant, CliError> {
        ip(&["link", "set", &self.plug(End::First), "up"]).map(|()| now())
    }

    fn home(&self, end: End) -> String {
        format!("home{}{end}", self.number)
    }

    fn plug(&self, end: End) -> String {
        format!("plug{}{end}", self.number)
    }

    /// Starts `linli up` on a folder at one end, and waits until it can be asked.
    pub async fn start(&self, end: End, data: &Path, by: Transport) -> Result<Process, CliError> {
        let ourselves = env::current_exe().map_err(disk)?;
        let home = self.home(end);
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &home]).arg(ourselves).arg("--data").arg(data);
        command.args(["up", "--web", "127.0.0.1:0", "--listen", by.listen_everywhere()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(disk)?;
        let mut process = Process { child, data: data.to_owned() };
        while Client::connect(data).await.is_none() {
            if process.child.try_wait().map_err(disk)?.is_some() {
                return Err(failed("a home did not start"));
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(process)
    }
}

/// A running `linli up`; killed when this is dropped.
pub struct Process {
    child: Child,
    data: PathBuf,
}

impl Process {
    /// Asks it over its socket, on a connection of its own.
    pub async fn ask(&self, command: api::Command) -> Result<Reply, CliError> {
        Door::running(&self.data).await?.ask(command).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn ip(args: &[&str]) -> Result<(), CliError> {
    let output = Command::new("ip").args(args).output().map_err(disk)?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(format!("ip {}: {}", args.join(" "), said.trim())))
    }
}
