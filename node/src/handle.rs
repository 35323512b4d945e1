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

/// How long whoever posts looks for his answer before he lies down: about what a small write takes on a disk of
/// a computer. Being woken takes a fifth of that again.
const AWAKE: Duration = Duration::from_micros(300);

/// How long he keeps his thread from whatever else it has to do.
const PAUSE: Duration = Duration::from_micros(50);

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
    /// Does somebody stay awake for his answer?
    is_watched: Arc<AtomicBool>,
}

/// Held by whoever stays awake.
struct Watch<'a>(&'a AtomicBool);

impl<'a> Watch<'a> {
    /// None where somebody else does.
    fn begin(is_watched: &'a AtomicBool) -> Option<Self> {
        (!is_watched.swap(true, Ordering::Acquire)).then_some(Self(is_watched))
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Handle {
    /// A door, the queue behind it, and the sender of changes for the loop.
    pub fn new() -> (Self, mpsc::Receiver<Asked>, broadcast::Sender<Event>) {
        let (commands, queue) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (events, _) = broadcast::channel(EVENTS_WAITING_MAX);
        let is_watched = Arc::default();
        (Self { commands, events: events.clone(), is_watched }, queue, events)
    }

    /// Has the node carry out a command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`ErrorKind::Busy`] where it is stopping.
    pub async fn ask(&self, command: Command) -> Result<Reply, ApiError> {
        let busy = || ApiError::new(ErrorKind::Busy, []);
        let is_quick = matches!(command, Command::Post { .. });
        let (answer, mut answered) = oneshot::channel();
        self.commands.send(Asked { command, answer }).await.map_err(|_| busy())?;
        if is_quick && let Some(answer) = self.stay_awake_for(&mut answered).await {
            return answer;
        }
        answered.await.map_err(|_| busy())?
    }

    /// Looks for the answer for a moment without lying down, and lets all others go first meanwhile. One asker
    /// at a time: it keeps this thread awake for the others.
    async fn stay_awake_for(
        &self,
        answered: &mut oneshot::Receiver<Result<Reply, ApiError>>,
    ) -> Option<Result<Reply, ApiError>> {
        let _watch = Watch::begin(&self.is_watched)?;
        let until = Instant::now() + AWAKE;
        while Instant::now() < until {
            // The command has to be carried out, and this thread has others to serve.
            tokio::task::yield_now().await;
            let pause = Instant::now() + PAUSE;
            while Instant::now() < pause {
                if let Ok(answer) = answered.try_recv() {
                    return Some(answer);
                }
                std::thread::yield_now();
            }
        }
        None
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}
