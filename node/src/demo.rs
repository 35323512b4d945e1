//! `linli demo`: a community office and three homes in one process, on one page.
//!
//! Each home is a node as `linli up` runs it: its own keys, its own data folder, its own page, its
//! own place in the mesh, over TCP on this machine. They differ from real homes only in where
//! their folder lies and where they listen, and they do not look for others on the LAN, who would come into the
//! picture. What is cut here is cut below the session, as a pulled cable is, so that everything on the page is what would happen in a neighbourhood.
//!
//! # Rules
//!
//! 1. Nothing is acted: each number, word and holder on the page was asked of the node it stands
//!    beside.
//! 2. The demo reaches its nodes through [`Handle`](crate::handle::Handle) and the [`Breaker`](crate::mesh::Breaker), as
//!    the tests do.
//! 3. Everything lies in one temporary folder, which is gone when the demo ends.
//!
//! # Deliberately absent
//!
//! A simulator: the tests have one. Here time, network and disk are real.

mod folder;
pub mod handed;
mod life;
mod page;
mod picture;
pub mod runyuan;
mod story;
mod town;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use self::{
    story::{Ending, Scene, Step},
    town::{CHEN, Home, LEFT, LI, OFFICE, RIGHT, Town, ZHANG, state_of},
};
use crate::{
    api::{ApiError, ErrorKind},
    run::{self, Config, Running},
};
use folder::Scratch;

/// Where the demo's page answers unless told otherwise.
pub const PORT: u16 = 4747;

/// Ports that are tried, one after the other, when nobody named one.
const PORTS_TRIED: u16 = 20;

/// How long each step of the story stays, so that one can read its sentence.
const PACE: Duration = Duration::from_secs(5);

/// A demo that runs.
pub struct Demo {
    /// The four homes.
    pub town: Arc<Town>,
    /// Where its page is.
    pub page: String,
    running: Vec<Running>,
    work: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    scratch: Scratch,
}

/// What the page and the tasks beside it share.
struct Show {
    town: Arc<Town>,
    /// Where the story is; none before it was first told.
    scene: Mutex<Option<Scene>>,
    /// One story at a time.
    telling: AtomicBool,
    /// Do the homes write a line from time to time?
    trickle: AtomicBool,
    stop: CancellationToken,
}

impl Demo {
    /// Four homes, a page on `port` (or the first free one from [`PORT`] on), and a little life.
    ///
    /// # Errors
    ///
    /// Where there is no room for a folder, or the port is taken.
    pub async fn start(port: Option<u16>) -> Result<Self, ApiError> {
        let listener = listen(port).await?;
        let address = listener.local_addr().map_err(|error| internal(&error))?;
        let scratch = Scratch::make()?;
        let (town, running) = Town::raise(scratch.path()).await?;
        let (town, stop) = (Arc::new(town), CancellationToken::new());
        let show = Arc::new(Show {
            town: town.clone(),
            scene: Mutex::new(None),
            telling: AtomicBool::new(false),
            trickle: AtomicBool::new(true),
            stop: stop.clone(),
        });
        let page = tokio::spawn(page::serve(listener, address.port(), show.clone()));
        let life = tokio::spawn(life::live(show));
        let page_address = format!("http://{address}/");
        Ok(Self { town, page: page_address, running, work: vec![page, life], stop, scratch })
    }

    /// Stops all four and removes what they wrote.
    pub async fn stop(self) {
        self.stop.cancel();
        for work in self.work {
            // A task that failed has said so in the log.
            let _ = work.await;
        }
        for node in self.running {
            node.stop().await;
        }
        drop(self.scratch);
    }
}

/// Runyuan's office alone: a neighbourhood in full, to be walked through in a browser.
pub struct Walk {
    /// Where the office's own page is.
    pub page: String,
    running: Running,
    scratch: Scratch,
}

impl Walk {
    /// Founds a neighbourhood and opens its office; `progress` hears how many homes have moved in.
    ///
    /// # Errors
    ///
    /// Where there is no room for a folder, or the port is taken.
    pub async fn start(
        port: Option<u16>,
        plan: &runyuan::Plan,
        progress: &mut runyuan::Progress<'_>,
    ) -> Result<Self, ApiError> {
        // Whoever waits for a minute wants to know before it that the port is free.
        let address = listen(port).await?.local_addr().map_err(|error| internal(&error))?;
        let scratch = Scratch::make()?;
        let data = scratch.path().join("office");
        runyuan::found(&data, plan, progress)?;
        let running = run::start(Config {
            listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
            web: Some(address),
            mdns: false,
            ..Config::new(data)
        })
        .await?;
        let page = running.page.clone().unwrap_or_default();
        Ok(Self { page, running, scratch })
    }

    /// Stops it and removes what it wrote.
    pub async fn stop(self) {
        self.running.stop().await;
        drop(self.scratch);
    }
}

/// The named port and no other; else the first that is free.
async fn listen(port: Option<u16>) -> Result<TcpListener, ApiError> {
    let ports = port.map_or(PORT..=PORT + PORTS_TRIED, |port| port..=port);
    let mut failed = None;
    for port in ports {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = Some((address, error)),
        }
    }
    let (address, reason) = failed.map_or_else(
        || (String::new(), String::new()),
        |(address, error)| (address.to_string(), error.to_string()),
    );
    Err(ApiError::new(ErrorKind::PortBusy, [("address", address), ("reason", reason)]))
}

fn internal(reason: &impl ToString) -> ApiError {
    ApiError::new(ErrorKind::Internal, [("reason", reason.to_string())])
}
