//! The running node: one loop between the people, the ledger and the mesh.
//!
//! ```text
//! page, CLI ─► Handle ─► loop ─► ledger thread (truth and lists)
//!                         ▲ │
//!                         │ ▼
//!                       core ◄─► mesh
//! ```
//!
//! The loop moves values and decides nothing: what it would have to decide belongs into `core` or
//! `ledger`. It never waits for a peer or for the disk. What somebody posts goes past it, from the handle straight to
//! the ledger's thread.
//!
//! # Deliberately absent
//!
//! A second way in: a command line whose node is stopped opens the same loop without a mesh.

mod asking;
mod awake;
mod checker;
mod clerk;
mod lobby;
mod place;
mod ports;
mod pump;
mod report;
mod syncer;

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use ports::Ports;

use crate::{
    answering::keep_answering,
    api::{ApiError, ErrorKind},
    clock, control,
    handle::Handle,
    identity::Folder,
    mesh::{self, Breaker, MeshConfig, MeshError},
    phones::Phones,
    trust::Trust,
    web::{self, WebConfig},
};

/// Where the page answers unless told otherwise.
pub const PAGE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4780);

/// How a node runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where to listen for other homes; empty: every interface, any port, QUIC and TCP.
    pub listen: Vec<String>,
    /// Addresses to dial and remember.
    pub dial: Vec<String>,
    /// Where the page answers; none: no page.
    pub web: Option<SocketAddr>,
    /// Look for neighbours on the LAN?
    pub mdns: bool,
    /// Cuts links below the session.
    pub breaker: Breaker,
}

impl Config {
    /// A node as `linli up` runs it.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: Vec::new(),
            dial: Vec::new(),
            web: Some(PAGE),
            mdns: true,
            breaker: Breaker::default(),
        }
    }
}

/// A node that runs.
pub struct Running {
    /// The door to it.
    pub handle: Handle,
    /// Its page, if it has one.
    pub page: Option<String>,
    /// The newest code that pairs a phone with the page; none where the page is on loopback.
    pub pairing: watch::Receiver<Option<String>>,
    phones: Phones,
    /// Vouches for the name of this box.
    trust: Option<Arc<Trust>>,
    addresses: watch::Receiver<BTreeSet<String>>,
    stop: CancellationToken,
    work: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where other homes reach it, as far as it is known now.
    pub fn addresses(&self) -> Vec<String> {
        self.addresses.borrow().iter().cloned().collect()
    }

    /// The name that the page answers to on the network: `linli-xxxxx.local`.
    pub fn host(&self) -> Option<String> {
        self.trust.as_ref().map(|trust| trust.host())
    }

    /// Resolves when an address has come or gone; none where the node has stopped by itself.
    pub async fn addresses_changed(&mut self) -> Option<Vec<String>> {
        self.addresses.changed().await.ok()?;
        Some(self.addresses())
    }

    /// Resolves when the node has stopped by itself.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Stops it: what was answered is on the disk, the peers are told, the folder is free.
    pub async fn stop(self) {
        self.stop.cancel();
        for work in self.work {
            // A task that failed has said so in the log.
            let _ = work.await;
        }
    }
}

/// Starts a node: its page and control socket at once, its mesh as soon as it is in a community.
/// Where there is no folder yet it is made, and the page sets the home up.
///
/// # Errors
///
/// In the words of a person, with nothing touched: something else in the folder, another node on it,
/// a later release's files, an address that is taken.
pub async fn start(config: Config) -> Result<Running, ApiError> {
    // Whose folder it is comes first where there is one; a new one is made only when all else is ours.
    let folder = Folder::is_one(&config.data).then(|| Folder::make(&config.data)).transpose()?;
    let page = match config.web {
        Some(address) => Some((bind(address).await?, !address.ip().is_loopback())),
        None => None,
    };
    let folder = folder.map_or_else(|| Folder::make(&config.data), Ok)?;
    let socket = control::Socket::bind(&folder)
        .map_err(|error| ApiError::unwritable(&config.data, &error))?;
    let path = folder.path().to_owned();
    // Whatever else may fail comes before the first file that is made.
    let start = Start::of(folder, Some(&config)).await?;
    let phones = Phones::open(&path)?;
    let trust = Arc::new(Trust::open(&path)?);
    let mut running = launch(start, config, phones);
    running.trust = Some(trust);
    let handle = running.handle.clone();
    let stop = running.stop.clone();
    running.work.push(tokio::spawn(async move {
        if let Err(error) = socket.serve(handle, stop).await {
            tracing::error!(reason = %error, "The control socket failed");
        }
    }));
    if let Some((listener, lan)) = page {
        serve_page(&mut running, listener, lan)?;
    }
    Ok(running)
}

/// Opens a stopped node for a few commands: no page, no socket, and a mesh only where a home without
/// a community looks for one.
///
/// # Errors
///
/// As [`start`].
pub async fn open(data: impl Into<PathBuf>) -> Result<Running, ApiError> {
    let config = Config { web: None, ..Config::new(data) };
    let folder = Folder::open(&config.data)?;
    let phones = Phones::open(folder.path())?;
    let start = Start::of(folder, None).await?;
    Ok(launch(start, config, phones))
}

/// What the loop starts from.
enum Start {
    /// In a community: the ledger is open and, unless nobody wants one, the mesh listens.
    Home(Folder, Box<crate::ledger::Ledger>, Option<pump::Mesh>),
    /// In none yet.
    Lobby(Folder),
}

impl Start {
    /// Opens everything that can fail, so that a failure is one sentence before anything runs.
    async fn of(folder: Folder, config: Option<&Config>) -> Result<Self, ApiError> {
        if folder.genesis()?.is_none() {
            return Ok(Self::Lobby(folder));
        }
        let (identity, genesis) = crate::home::residence(&folder)?;
        let ledger = crate::home::open(folder.path(), &identity, &genesis)?;
        let mesh = match config {
            Some(config) => {
                // A disk that cannot be read says so in a moment, when the loop begins.
                let last = ledger.kept(ports::KEPT).ok().flatten();
                let last = Ports::read(last.as_deref());
                Some(pump::Mesh::start(config, &identity, &genesis.id(), last)?)
            }
            None => None,
        };
        Ok(Self::Home(folder, Box::new(ledger), mesh))
    }
}

fn launch(start: Start, config: Config, phones: Phones) -> Running {
    let (handle, queue, events) = Handle::new();
    let (addresses_in, addresses) = watch::channel(BTreeSet::new());
    let stop = CancellationToken::new();
    let world = pump::World {
        queue,
        again: std::collections::VecDeque::new(),
        events,
        addresses: addresses_in,
        shortcut: handle.shortcut(),
        phones: phones.clone(),
        stop: stop.clone(),
    };
    let work = tokio::spawn(async move {
        let ended = world.stop.clone();
        world.run(start, config).await;
        ended.cancel();
    });
    let pairing = watch::channel(None).1;
    Running { handle, page: None, pairing, phones, trust: None, addresses, stop, work: vec![work] }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ApiError> {
    TcpListener::bind(address).await.map_err(|error| {
        let args = [("address", address.to_string()), ("reason", error.to_string())];
        ApiError::new(ErrorKind::PortBusy, args)
    })
}

fn serve_page(running: &mut Running, listener: TcpListener, lan: bool) -> Result<(), ApiError> {
    let internal = |reason: String| ApiError::new(ErrorKind::Internal, [("reason", reason)]);
    let address = listener.local_addr().map_err(|error| internal(error.to_string()))?;
    running.page = Some(format!("http://{address}/"));
    let mut config = WebConfig::loopback(Arc::new(clock::claimed), running.phones.clone());
    config.lan = lan;
    config.trust.clone_from(&running.trust);
    config.names.extend(running.host());
    if let (true, Some(host)) = (lan, running.host()) {
        let answering = keep_answering(host, address.is_ipv6(), running.stop.clone());
        running.work.push(tokio::spawn(answering));
    }
    let (codes, pairing) = watch::channel(None);
    running.pairing = pairing;
    config.on_code = Arc::new(move |code| {
        codes.send_replace(Some(code.to_owned()));
    });
    let (handle, stop) = (running.handle.clone(), running.stop.clone());
    running.work.push(tokio::spawn(async move {
        if let Err(error) = web::serve(listener, handle, config, stop).await {
            tracing::error!(reason = %error, "The page failed");
        }
    }));
    Ok(())
}

/// What the mesh says about an address, in the words of a person.
fn mesh_trouble(error: &MeshError) -> ApiError {
    match error {
        MeshError::Listen { address, reason } => {
            let args = [("address", address.clone()), ("reason", reason.clone())];
            ApiError::new(ErrorKind::PortBusy, args)
        }
        MeshError::Address(error) => {
            ApiError::new(ErrorKind::BadAddress, [("address", error.to_string())])
        }
        MeshError::Unusable(reason) => {
            ApiError::new(ErrorKind::Internal, [("reason", reason.clone())])
        }
    }
}

/// The mesh of one community: others are never linked.
fn mesh_config(config: &Config, seed: [u8; 32], community: &crdt::id::CommunityId) -> MeshConfig {
    let tag = &community.to_hex()[..16];
    let mut mesh = MeshConfig::new(seed, format!("/linli/1/{tag}"));
    mesh.listen.clone_from(&config.listen);
    mesh.mdns = config.mdns;
    mesh.door = Some(DOOR.to_owned());
    mesh.breaker = config.breaker.clone();
    mesh
}

/// Starts the mesh edge: where it was told to, else where it was last, else anywhere.
fn start_mesh(
    config: &Config,
    seed: [u8; 32],
    community: &crdt::id::CommunityId,
    last: Ports,
) -> Result<pump::Edge, ApiError> {
    let mut mesh = mesh_config(config, seed, community);
    if config.listen.is_empty() {
        mesh.listen = last.listen();
        match mesh::start(mesh.clone()) {
            Err(MeshError::Listen { .. }) => mesh.listen = Ports::default().listen(),
            started => return started.map_err(|error| mesh_trouble(&error)),
        }
    }
    mesh::start(mesh).map_err(|error| mesh_trouble(&error))
}

/// What is spoken between a home and somebody who is in no community yet (`crdt::knock`).
const DOOR: &str = "/linli/1/door";

/// Starts the mesh edge of a home that looks for a neighbourhood: it speaks at doors only.
fn start_door(config: &Config, seed: [u8; 32]) -> Result<pump::Edge, ApiError> {
    let mut mesh = MeshConfig::new(seed, DOOR);
    if !config.listen.is_empty() {
        mesh.listen.clone_from(&config.listen);
    }
    mesh.mdns = config.mdns;
    mesh.breaker = config.breaker.clone();
    mesh::start(mesh).map_err(|error| mesh_trouble(&error))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crdt::id::CommunityId;
    use tokio::sync::mpsc;

    use super::*;
    use crate::{
        api::{Command, Reply},
        home,
        mesh::{MeshEvent, MeshHandle},
    };

    #[tokio::test]
    async fn a_port_that_is_taken_is_said_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let data = folder.path().join("home");
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("any port");
        let web = Some(taken.local_addr().expect("it has one"));
        let config = Config { web, mdns: false, ..Config::new(&data) };
        let refused = start(config).await.err().expect("somebody else has the port");
        assert_eq!(refused.kind, ErrorKind::PortBusy);
        assert!(!data.exists(), "a folder was made for a node that does not run");
    }

    /// A home that is up, the folder it stands in, and its community.
    async fn office() -> (Running, tempfile::TempDir, CommunityId) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let roots = home::Roots::TWO_OF_THREE;
        home::init(folder.path(), "Office", Some("Chen"), Some("Court"), roots).expect("a home");
        let genesis = Folder::open(folder.path()).and_then(|it| it.genesis()).expect("reads");
        let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
        let config = Config { listen, web: None, mdns: false, ..Config::new(folder.path()) };
        let mut node = start(config).await.expect("the node starts");
        while node.addresses().is_empty() {
            node.addresses_changed().await.expect("it listens");
        }
        (node, folder, genesis.expect("in a community").id())
    }

    /// Sends this over the first link, and waits until the other one hangs up.
    async fn until_down(events: &mut mpsc::Receiver<MeshEvent>, mesh: &MeshHandle, frame: &[u8]) {
        let over = async {
            loop {
                match events.recv().await.expect("the mesh runs") {
                    MeshEvent::LinkUp(up) => mesh.send(up.link, frame.to_vec()).expect("room"),
                    MeshEvent::LinkDown { .. } => break,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), over).await.expect("it hangs up");
    }

    #[tokio::test]
    async fn whoever_sends_nonsense_is_hung_up_on_with_one_reason_in_the_log() {
        let logged = Arc::new(crate::logged::Logged::default());
        let _guard = tracing::dispatcher::set_default(&tracing::Dispatch::new(logged.clone()));
        let (node, folder, community) = office().await;
        let stranger = Config {
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            mdns: false,
            ..Config::new(folder.path())
        };
        let (mesh, mut events) =
            mesh::start(mesh_config(&stranger, [9; 32], &community)).expect("starts");
        mesh.dial(None, node.addresses()).expect("room");
        until_down(&mut events, &mesh, &[0x7f; 40]).await;
        let status = node.handle.ask(Command::Status).await;
        assert!(matches!(status, Ok(Reply::Status(_))), "the node goes on: {status:?}");
        let why = logged.about("reason");
        assert!(matches!(&why[..], [one] if one.contains("unknown kind 127")), "{why:?}");
        node.stop().await;
    }
}
