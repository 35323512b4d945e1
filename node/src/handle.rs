//! The door to a running node: commands in, replies out, and a stream of what changed.
//!
//! Page, control socket, demo and tests all come through here; nothing else reaches the loop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::api::{ApiError, Command, ErrorKind, Event, Reply};

/// Commands that may wait for the loop; more are answered "busy" at once.
pub const COMMANDS_WAITING_MAX: usize = 256;

/// Changes that a slow page may lag behind before it is told to load anew.
pub const EVENTS_WAITING_MAX: usize = 256;

/// How long whoever posts looks for the answer before he lies down: longer than a disk takes to sync.
/// Waking him on a machine whose cores sleep deeply takes a third as long as the sync itself.
const AWAKE: Duration = Duration::from_micros(500);

/// One command on its way, and where the answer goes.
pub struct Asked {
    /// What is wanted.
    pub command: Command,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Reply, ApiError>>,
}

/// A cheap, clonable door to one node.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Asked>,
    events: broadcast::Sender<Event>,
    /// Somebody stays awake; one is enough, and more would take the ledger's core.
    awake: Arc<AtomicBool>,
}

impl Handle {
    /// A door, the queue behind it, and the sender of changes for the loop.
    pub fn new() -> (Self, mpsc::Receiver<Asked>, broadcast::Sender<Event>) {
        let (commands, queue) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (events, _) = broadcast::channel(EVENTS_WAITING_MAX);
        (Self { commands, events: events.clone(), awake: Arc::default() }, queue, events)
    }

    /// Has the node carry out a command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`ErrorKind::Busy`] where it is stopping.
    pub async fn ask(&self, command: Command) -> Result<Reply, ApiError> {
        let busy = || ApiError::new(ErrorKind::Busy, []);
        let (answer, mut answered) = oneshot::channel();
        let posts = posts(&command);
        self.commands.send(Asked { command, answer }).await.map_err(|_| busy())?;
        if posts {
            self.stay_awake(&answered).await;
        }
        (&mut answered).await.map_err(|_| busy())?
    }

    /// Looks for the answer for a moment, and lets everybody else have the core meanwhile.
    async fn stay_awake<T>(&self, answered: &oneshot::Receiver<T>) {
        if self.awake.swap(true, Ordering::AcqRel) {
            return;
        }
        let _lies_down = LiesDown(&self.awake);
        let until = Instant::now() + AWAKE;
        while answered.is_empty() && Instant::now() < until {
            tokio::task::yield_now().await;
        }
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// Whoever stays awake lies down with this, also when nobody waits for his answer any more.
struct LiesDown<'a>(&'a AtomicBool);

impl Drop for LiesDown<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Is it a message, after which the same person often writes the next?
fn posts(command: &Command) -> bool {
    match command {
        Command::As { command, .. } | Command::Once { command, .. } => posts(command),
        command => matches!(command, Command::Post { .. }),
    }
}
