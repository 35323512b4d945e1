//! The door to a running node: commands in, replies out, and a stream of what changed.
//!
//! Page, control socket, demo and tests all come through here; nothing else reaches the loop.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
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

/// How long he keeps his thread from whatever else it has to do, where others wait too.
const PAUSE: Duration = Duration::from_micros(50);

/// The same where he alone waits.
const PAUSE_ALONE: Duration = Duration::from_micros(150);

/// One command on its way, and where the answer goes.
pub struct Asked {
    /// What is wanted.
    pub command: Command,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Reply, ApiError>>,
}

/// The way straight to the ledger, while there is one; hands back what finds no room there.
#[derive(Clone, Default)]
pub struct Shortcut(Arc<RwLock<Option<Straight>>>);

type Straight = Box<dyn Fn(Asked) -> Option<Asked> + Send + Sync>;

impl Shortcut {
    /// From now on it leads here.
    pub fn leads_to(&self, there: impl Fn(Asked) -> Option<Asked> + Send + Sync + 'static) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(there));
    }

    /// What found no place there.
    fn take(&self, asked: Asked) -> Option<Asked> {
        let way = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match way.as_ref() {
            Some(way) => way(asked),
            None => Some(asked),
        }
    }
}

/// A cheap, clonable door to one node.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Asked>,
    shortcut: Shortcut,
    events: broadcast::Sender<Event>,
    watch: Arc<Watch>,
}

/// Who waits for a post to be saved.
#[derive(Default)]
struct Watch {
    waiting: AtomicUsize,
    /// Does one of them stay awake?
    is_kept: AtomicBool,
}

/// Held by whoever waits.
struct Waits<'a>(&'a Watch);

impl<'a> Waits<'a> {
    fn begin(watch: &'a Watch) -> Self {
        watch.waiting.fetch_add(1, Ordering::Relaxed);
        Self(watch)
    }

    fn is_alone(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) == 1
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Held by whoever stays awake.
struct Keeps<'a>(&'a AtomicBool);

impl<'a> Keeps<'a> {
    /// None where somebody else does.
    fn begin(watch: &'a Watch) -> Option<Self> {
        (!watch.is_kept.swap(true, Ordering::Acquire)).then_some(Self(&watch.is_kept))
    }
}

impl Drop for Keeps<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Handle {
    /// A door, the queue behind it, and the sender of changes for the loop.
    pub fn new() -> (Self, mpsc::Receiver<Asked>, broadcast::Sender<Event>) {
        let (commands, queue) = mpsc::channel(COMMANDS_WAITING_MAX);
        let (events, _) = broadcast::channel(EVENTS_WAITING_MAX);
        let (shortcut, watch) = (Shortcut::default(), Arc::default());
        (Self { commands, shortcut, events: events.clone(), watch }, queue, events)
    }

    /// For whoever has a ledger that answers posts.
    pub fn shortcut(&self) -> Shortcut {
        self.shortcut.clone()
    }

    /// Has the node carry out a command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`ErrorKind::Busy`] where it is stopping.
    pub async fn ask(&self, command: Command) -> Result<Reply, ApiError> {
        let busy = || ApiError::new(ErrorKind::Busy, []);
        let is_post = matches!(command, Command::Post { .. });
        let (answer, mut answered) = oneshot::channel();
        let asked = Asked { command, answer };
        if is_post {
            let waits = Waits::begin(&self.watch);
            if let Some(asked) = self.shortcut.take(asked) {
                self.commands.send(asked).await.map_err(|_| busy())?;
            }
            if let Some(answer) = self.stay_awake_for(&mut answered, &waits).await {
                return answer;
            }
            return answered.await.map_err(|_| busy())?;
        }
        self.commands.send(asked).await.map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    /// Looks for the answer for a moment without lying down. One asker at a time: it keeps this thread awake for
    /// the others, who go first.
    async fn stay_awake_for(
        &self,
        answered: &mut oneshot::Receiver<Result<Reply, ApiError>>,
        waits: &Waits<'_>,
    ) -> Option<Result<Reply, ApiError>> {
        let _keeps = Keeps::begin(&self.watch)?;
        let (until, mut has_looked) = (Instant::now() + AWAKE, false);
        while Instant::now() < until {
            let is_alone = waits.is_alone();
            // This thread has others to serve.
            if std::mem::replace(&mut has_looked, true) || !is_alone {
                tokio::task::yield_now().await;
            }
            let pause = Instant::now() + if is_alone { PAUSE_ALONE } else { PAUSE };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> Command {
        Command::Post { group: "all".into(), text: "words".into(), reply_to: None }
    }

    #[tokio::test]
    async fn a_post_takes_the_shortcut_and_the_loops_queue_where_that_leads_nowhere() {
        let (handle, mut queue, _) = Handle::new();
        let busy = |_| Err(ApiError::new(ErrorKind::Busy, []));
        for (leads, command) in [(false, post()), (true, post()), (true, Command::Groups)] {
            let is_post = matches!(command, Command::Post { .. });
            handle.shortcut().leads_to(move |asked| {
                if !leads {
                    return Some(asked);
                }
                drop(asked.answer.send(busy(())));
                None
            });
            let asks = handle.clone();
            let asks = tokio::spawn(async move { asks.ask(command).await });
            if !leads || !is_post {
                let asked = queue.recv().await.expect("comes by the queue");
                drop(asked.answer.send(busy(())));
            }
            assert!(asks.await.expect("is answered").is_err());
        }
        assert!(queue.try_recv().is_err(), "nothing else came by the queue");
    }

    #[tokio::test]
    async fn of_those_who_wait_one_stays_awake_and_all_are_answered() {
        let (handle, mut queue, _) = Handle::new();
        let ask = |_| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.ask(post()).await })
        };
        let all: Vec<_> = (0..8).map(ask).collect();
        for _ in 0..8 {
            let asked = queue.recv().await.expect("comes by the queue");
            drop(asked.answer.send(Err(ApiError::new(ErrorKind::Busy, []))));
        }
        for asks in all {
            assert!(asks.await.expect("is answered").is_err());
        }
        assert_eq!(handle.watch.waiting.load(Ordering::Relaxed), 0);
        assert!(!handle.watch.is_kept.load(Ordering::Relaxed));
    }
}
