//! The door to a running node: commands in, replies out, and a stream of what changed.
//!
//! Page, control socket, demo and tests all come through here; nothing else reaches the loop.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
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

/// How long whoever posts looks for his answer before he lies down: longer than a small write takes on a disk of a
/// computer. Being woken takes a fifth of that again. Where several wait one of them looks, so that the core is awake on
/// which the others are woken.
const AWAKE: Duration = Duration::from_micros(300);

/// How long he keeps his thread from whatever else it has to do.
const PAUSE: Duration = Duration::from_micros(150);

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
    is_kept: Arc<AtomicBool>,
}

/// Held by whoever looks.
struct Keeps<'a>(&'a AtomicBool);

impl<'a> Keeps<'a> {
    /// None where somebody else does.
    fn begin(is_kept: &'a AtomicBool) -> Option<Self> {
        (!is_kept.swap(true, Ordering::Acquire)).then(|| Self(is_kept))
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
        let (shortcut, is_kept) = (Shortcut::default(), Arc::default());
        (Self { commands, shortcut, events: events.clone(), is_kept }, queue, events)
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
            if let Some(asked) = self.shortcut.take(asked) {
                self.commands.send(asked).await.map_err(|_| busy())?;
            }
            if let Some(answer) = look_for(&mut answered, &self.is_kept).await {
                return answer;
            }
            return answered.await.map_err(|_| busy())?;
        }
        self.commands.send(asked).await.map_err(|_| busy())?;
        answered.await.map_err(|_| busy())?
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// Looks for the answer for a moment without lying down.
async fn look_for<T>(answered: &mut oneshot::Receiver<T>, is_kept: &AtomicBool) -> Option<T> {
    let _keeps = Keeps::begin(is_kept)?;
    let until = Instant::now() + AWAKE;
    loop {
        let pause = Instant::now() + PAUSE;
        while Instant::now() < pause {
            if let Ok(answer) = answered.try_recv() {
                return Some(answer);
            }
            std::thread::yield_now();
        }
        if Instant::now() >= until {
            return None;
        }
        tokio::task::yield_now().await;
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
    async fn who_waits_alone_looks_for_his_answer_and_of_several_all_are_answered() {
        let (handle, mut queue, _) = Handle::new();
        for askers in [1, 8] {
            let ask = |_| {
                let handle = handle.clone();
                tokio::spawn(async move { handle.ask(post()).await })
            };
            let all: Vec<_> = (0..askers).map(ask).collect();
            for _ in 0..askers {
                let asked = queue.recv().await.expect("comes by the queue");
                drop(asked.answer.send(Err(ApiError::new(ErrorKind::Busy, []))));
            }
            for asks in all {
                assert!(asks.await.expect("is answered").is_err());
            }
        }
        assert!(!handle.is_kept.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn of_several_who_wait_one_looks() {
        let is_kept = AtomicBool::default();
        let (answer, mut answered) = oneshot::channel();
        assert!(answer.send(7).is_ok());
        let keeps = Keeps::begin(&is_kept);
        assert!(keeps.is_some());
        for _ in 0..2 {
            assert_eq!(look_for(&mut answered, &is_kept).await, None, "somebody does already");
        }
        drop(keeps);
        assert_eq!(look_for(&mut answered, &is_kept).await, Some(7));
    }
}
