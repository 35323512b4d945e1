//! The one place where the command line touches the node as a library rather than by commands.

use std::{net::SocketAddr, path::Path};

pub use ::node::home::{Paper, init, join, rebuild};
use ::node::{
    api::{ApiError, ErrorKind},
    handle::Handle,
};

/// How a node is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; empty: the usual places.
    pub listen: Vec<String>,
    /// Whom to call.
    pub dial: Vec<String>,
    /// Where the page answers; none: the usual place.
    pub web: Option<SocketAddr>,
    /// Look for neighbours on the local network?
    pub mdns: bool,
}

/// A node that runs until it is stopped.
pub struct Running {
    /// Where it listens.
    pub addresses: Vec<String>,
    /// Where its page is.
    pub page: Option<String>,
}

/// A node that was opened for one command: no mesh, no page.
pub struct Opened {
    /// The way in.
    pub handle: Handle,
}

fn missing() -> ApiError {
    ApiError::new(ErrorKind::Internal, [("reason", "built without a node".to_owned())])
}

/// Starts a node with mesh and page.
///
/// # Errors
///
/// Where the folder or a port is taken; nothing was touched then.
pub async fn start(_data: &Path, _config: Config) -> Result<Running, ApiError> {
    Err(missing())
}

/// Opens a folder for one command.
///
/// # Errors
///
/// Where it holds no home, is held by another, or is of a later release.
pub async fn open(_data: &Path) -> Result<Opened, ApiError> {
    Err(missing())
}

impl Running {
    /// Stops it, after what it was told is on disk.
    pub async fn stop(self) {}
}

impl Opened {
    /// Closes it, after what it was told is on disk.
    pub async fn close(self) {}
}
