//! The door to a running node: commands in, replies out, and a stream of what changed.
//!
//! Page, control socket, demo and tests all come through here; nothing else reaches the loop.

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::api::{ApiError, Command, ErrorKind, Event, Reply};

/// Commands that may wait for the loop; more are answered "busy" at once.
pub const COMMANDS_WAITING_MAX: usize = 256;

/// Changes that a slow page may lag behind before it is told to load anew.
pub const EVENTS_WAITING_MAX: usize = 256;

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
}

impl Handle {
    /// A door, the queue behind it, and the sender of changes for the loop.
    pub fn new() -> (Self, mpsc::Receiver<Asked>, broadcast::Sender<Event>) {
        let (commands, queue) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (events, _) = broadcast::channel(EVENTS_WAITING_MAX);
        (Self { commands, events: events.clone() }, queue, events)
    }

    /// Has the node carry out a command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`ErrorKind::Busy`] where it is stopping.
    pub async fn ask(&self, command: Command) -> Result<Reply, ApiError> {
        let busy = || ApiError::new(ErrorKind::Busy, []);
        let (answer, answered) = oneshot::channel();
        self.commands.send(Asked { command, answer }).await.map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}
