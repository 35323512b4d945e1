//! Four homes and the cables between them.
//!
//! # Rules
//!
//! 1. A link is cut at both of its ends, a home at its own.
//! 2. Waiting is for something that can be asked of the nodes, looked at again after each change.

use std::{path::Path, time::Duration};

use crdt::id::{KeyId, RequestId};
use tokio::{sync::watch, time::timeout};

use super::internal;
use crate::{
    api::{
        ActVerb, ApiError, Command, ErrorKind, PaperCommand, Reply, RequestPage, RoleWord, Status,
    },
    handle::Handle,
    home::{self, PaperKey, Roots},
    mesh::Breaker,
    passphrase::Passphrase,
    run::{self, Config, Running},
};

/// The community office.
pub const OFFICE: usize = 0;
/// The home of the driver Zhang.
pub const ZHANG: usize = 1;
/// The home of the driver Li.
pub const LI: usize = 2;
/// The home of Granny Chen, who needs a ride.
pub const CHEN: usize = 3;

/// One half of the neighbourhood when it is cut in two.
pub const LEFT: [usize; 2] = [OFFICE, ZHANG];
/// The other half.
pub const RIGHT: [usize; 2] = [LI, CHEN];

/// What the four are called; the names are made up.
const PLANS: [(&str, &str); 4] = [
    ("居委会 Office", "林姐 Lin"),
    ("1-101", "张师傅 Zhang"),
    ("3-502", "李姐 Li"),
    ("5-301", "陈奶奶 Chen"),
];

const COMMUNITY: &str = "香樟苑 Camphor Court";

/// Only this machine, any free port.
const LISTEN: &str = "/ip4/127.0.0.1/tcp/0";

/// How long a node may take to say where it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(20);

/// How long the four may take over anything that is waited for.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// An event may be sent a moment before its cause can be read, so one looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// One home of the demo.
pub struct Home {
    /// What it is called.
    pub name: &'static str,
    /// Who lives there.
    pub person: &'static str,
    /// The door to its node.
    pub handle: Handle,
    /// Its own full page.
    pub page: String,
    key: KeyId,
    breaker: Breaker,
}

/// All four.
pub struct Town {
    /// In the order of [`OFFICE`], [`ZHANG`], [`LI`], [`CHEN`].
    pub homes: Vec<Home>,
    changed: watch::Sender<u64>,
}

impl Town {
    /// Founds the community in `folder`, has three homes join it by invitation, and starts all.
    pub(super) async fn raise(folder: &Path) -> Result<(Self, Vec<Running>), ApiError> {
        let (mut homes, mut all_running, mut dial) = (Vec::<Home>::new(), Vec::new(), Vec::new());
        for (at, (name, person)) in PLANS.into_iter().enumerate() {
            let data = folder.join(format!("home-{at}"));
            let made = match homes.first() {
                None => {
                    home::init(&data, name, Some(person), Some(COMMUNITY), Roots::TWO_OF_THREE)?
                }
                Some(office) => {
                    let link = invitation(&office.handle).await?;
                    home::join(&data, &link, Some(name), Some(person))?
                }
            };
            let breaker = Breaker::default();
            let mut running = run::start(Config {
                listen: vec![LISTEN.to_owned()],
                dial: dial.clone(),
                web: Some(std::net::SocketAddr::from(([127, 0, 0, 1], 0))),
                mdns: false,
                breaker: breaker.clone(),
                ..Config::new(data)
            })
            .await?;
            dial.push(address_of(&mut running).await?);
            let handle = running.handle.clone();
            check_papers(&handle, &made.paper).await?;
            let key = status(&handle).await?.node.ok_or_else(|| internal(&"no key"))?;
            let page = running.page.clone().unwrap_or_default();
            homes.push(Home { name, person, handle, page, key, breaker });
            all_running.push(running);
        }
        let town = Self { homes, changed: watch::Sender::new(0) };
        town.listen_to_all();
        Ok((town, all_running))
    }

    /// Counts up whenever anything changes at any home.
    fn listen_to_all(&self) {
        for home in &self.homes {
            let (mut events, changed) = (home.handle.events(), self.changed.clone());
            tokio::spawn(async move {
                use tokio::sync::broadcast::error::RecvError::Closed;
                while !matches!(events.recv().await, Err(Closed)) {
                    changed.send_modify(|count| *count = count.wrapping_add(1));
                }
            });
        }
    }

    /// Asks one home.
    ///
    /// # Errors
    ///
    /// What its node answers.
    pub async fn ask(&self, at: usize, command: Command) -> Result<Reply, ApiError> {
        self.homes[at].handle.ask(command).await
    }

    /// What one home knows of itself and the others.
    ///
    /// # Errors
    ///
    /// Where its node is stopping.
    pub async fn status(&self, at: usize) -> Result<Status, ApiError> {
        status(&self.homes[at].handle).await
    }

    /// A request as one home sees it; none where it has not heard of it.
    pub async fn request(&self, at: usize, id: RequestId) -> Option<RequestPage> {
        match self.ask(at, Command::Request { id: id.to_hex() }).await {
            Ok(Reply::Request(page)) => Some(*page),
            _ => None,
        }
    }

    /// Posts to everybody as the person of one home.
    ///
    /// # Errors
    ///
    /// Where the text is empty or too long.
    pub async fn post(&self, at: usize, text: &str) -> Result<(), ApiError> {
        let (group, text) = ("all".to_owned(), text.to_owned());
        self.ask(at, Command::Post { group, text, reply_to: None }).await.map(drop)
    }

    /// Takes a request as the person of one home.
    ///
    /// # Errors
    ///
    /// Where its node says no.
    pub async fn claim(&self, at: usize, id: RequestId) -> Result<(), ApiError> {
        self.ask(at, Command::Act { id: id.to_hex(), verb: ActVerb::Claim }).await.map(drop)
    }

    /// The six links, smaller number first.
    pub fn links(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let count = self.homes.len();
        (0..count).flat_map(move |a| (a + 1..count).map(move |b| (a, b)))
    }

    /// Cuts the link between two homes, or heals it.
    pub fn set_cut(&self, a: usize, b: usize, cut: bool) {
        for (here, there) in [(a, b), (b, a)] {
            let (breaker, key) = (&self.homes[here].breaker, self.homes[there].key);
            if cut { breaker.cut(key) } else { breaker.heal(key) }
        }
    }

    /// Cuts a whole home off, or takes that back.
    pub fn set_off(&self, at: usize, off: bool) {
        let breaker = &self.homes[at].breaker;
        if off { breaker.cut_all() } else { breaker.heal_all() }
    }

    /// Is this one link cut, whatever its homes are?
    pub fn is_cut(&self, a: usize, b: usize) -> bool {
        self.homes[a].breaker.cuts().peers.contains(&self.homes[b].key)
    }

    /// Is this home cut off?
    pub fn is_off(&self, at: usize) -> bool {
        self.homes[at].breaker.is_cut_off()
    }

    /// Cuts every link between [`LEFT`] and [`RIGHT`].
    pub fn cut_in_two(&self) {
        for (a, b) in LEFT.into_iter().flat_map(|a| RIGHT.map(|b| (a, b))) {
            self.set_cut(a, b, true);
        }
    }

    /// Is every link between [`LEFT`] and [`RIGHT`] cut?
    pub fn is_in_two(&self) -> bool {
        LEFT.into_iter().flat_map(|a| RIGHT.map(|b| (a, b))).all(|(a, b)| self.is_cut(a, b))
    }

    /// Is any link or home cut?
    pub fn is_anything_cut(&self) -> bool {
        let off = (0..self.homes.len()).any(|at| self.is_off(at));
        off || self.links().any(|(a, b)| self.is_cut(a, b))
    }

    /// Nothing is cut any more.
    pub fn heal(&self) {
        for (a, b) in self.links() {
            self.set_cut(a, b, false);
        }
        (0..self.homes.len()).for_each(|at| self.set_off(at, false));
    }

    /// Waits until the four are linked and show the same.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where that does not come, as when something is cut.
    pub async fn agreed(&self) -> Result<(), ApiError> {
        in_time("agreement", async {
            let mut changed = self.changes();
            while !self.agree().await? {
                look_again(&mut changed).await;
            }
            Ok(())
        })
        .await
    }

    /// Waits until no link crosses between [`LEFT`] and [`RIGHT`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] where nobody has cut them.
    pub async fn apart(&self) -> Result<(), ApiError> {
        in_time("cut", async {
            let mut changed = self.changes();
            while !self.are_apart().await? {
                look_again(&mut changed).await;
            }
            Ok(())
        })
        .await
    }

    /// Resolves anew after each change at any home.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    async fn agree(&self) -> Result<bool, ApiError> {
        let mut states = Vec::new();
        for at in 0..self.homes.len() {
            let status = self.status(at).await?;
            let equal = status.peers.iter().filter(|peer| peer.connected && peer.equal).count();
            if equal + 1 < self.homes.len() {
                return Ok(false);
            }
            states.push(state_of(&status));
        }
        Ok(states.iter().all(|state| *state == states[0]))
    }

    async fn are_apart(&self) -> Result<bool, ApiError> {
        for (half, other) in [(LEFT, RIGHT), (RIGHT, LEFT)] {
            let across = other.map(|at| self.homes[at].key);
            for at in half {
                let peers = self.status(at).await?.peers;
                if peers.iter().any(|peer| peer.connected && across.contains(&peer.id)) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

/// Waits for a change, or until it is time to look again.
pub(super) async fn look_again(changed: &mut watch::Receiver<u64>) {
    let _ = timeout(LOOK_AGAIN, changed.changed()).await;
}

/// The outcome of `work`, or what was missing when it took too long.
pub(super) async fn in_time<T>(
    what: &str,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let late = || ApiError::new(ErrorKind::Timeout, [("missing", what.to_owned())]);
    timeout(SETTLES_WITHIN, work).await.map_err(|_| late())?
}

/// The digits that are equal on two homes exactly where people see the same.
pub fn state_of(status: &Status) -> String {
    let all = status.groups.iter().find(|group| group.name == "all");
    all.map(|group| group.state.clone()).unwrap_or_default()
}

async fn status(handle: &Handle) -> Result<Status, ApiError> {
    match handle.ask(Command::Status).await? {
        Reply::Status(status) => Ok(*status),
        _ => Err(internal(&"not a status")),
    }
}

/// The people of the demo have their papers at hand: no page need remind them.
async fn check_papers(handle: &Handle, papers: &[PaperKey]) -> Result<(), ApiError> {
    for key in papers {
        let words = Passphrase::typed(&key.words.join(" "));
        handle.ask(Command::Paper(PaperCommand::Check { words })).await?;
    }
    Ok(())
}

async fn invitation(office: &Handle) -> Result<String, ApiError> {
    match office.ask(Command::Invite { role: RoleWord::Member, group: None }).await? {
        Reply::Invite { link } => Ok(link),
        _ => Err(internal(&"not an invitation")),
    }
}

/// The first address that it can be dialled at.
async fn address_of(running: &mut Running) -> Result<String, ApiError> {
    let late = || ApiError::new(ErrorKind::Timeout, [("missing", "address".to_owned())]);
    let first = async {
        loop {
            if let Some(address) = running.addresses().into_iter().next() {
                return Some(address);
            }
            running.addresses_changed().await?;
        }
    };
    timeout(LISTENS_WITHIN, first).await.ok().flatten().ok_or_else(late)
}
