//! The ledger's own thread: takes the next batch of what waits, works it off together, reports.
//!
//! While one batch is being synced to the disk the next one gathers by itself; nothing waits on
//! purpose. Whose turn it is says `core::desk`. Answers to people leave from here (`report`), straight
//! after the commit. When nobody wants anything for a moment, the lists catch up with what was posted.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{
    awake::look_until,
    checker::{self, Checker},
    place::Aside,
    report::{Asker, Awaited, Outbox, REPORTS_WAITING_MAX, Report, Whom},
    syncer::{Progress, Syncer},
};
use tokio::sync::mpsc;

use crate::{
    api::Command,
    clock,
    core::desk::{Batch, Desk, Source},
    handle::Asked,
    ledger::{Job, Ledger, Post, Rest, Rests, Worked},
};

/// How long nobody must have wanted anything before the lists catch up: longer than somebody takes
/// who posts line after line, shorter than a page takes to notice.
const QUIET: Duration = Duration::from_millis(3);

/// Posts that are handed to the disk together where more wait: a sync for each would keep a core from deciding the
/// next ones, and a sync for all of them would keep the disk idle meanwhile.
const POSTS_TOGETHER: usize = 4;

/// The ledger at work.
pub struct Clerk {
    /// Jobs go in here.
    pub jobs: Jobs,
    /// Reports come out here.
    pub reports: mpsc::Receiver<Report>,
    threads: [JoinHandle<()>; 2],
}

/// The way to the desk; once it is dropped the ledger finishes what waits, and stops.
pub struct Jobs(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// Does anything wait, or is it closed? Said under the lock, for whoever looks without it.
    news: AtomicBool,
    bell: Condvar,
    checker: Arc<Checker>,
}

#[derive(Default)]
struct State {
    desk: Desk<Job<Whom>>,
    /// The ledger has taken something and is not back yet.
    at_work: bool,
    /// It waits for the bell.
    lies_down: bool,
    closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked left a queue that is as good as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.tell(state);
        self.checker.close();
    }

    fn put(&self, source: Source, job: Job<Whom>) -> Result<(), Box<Job<Whom>>> {
        let (haste, bytes) = (job.haste(), job.bytes());
        let parcel = if let Job::Receive(_, parcel) = &job { Some(parcel.clone()) } else { None };
        let mut state = self.lock();
        if state.closed {
            return Err(Box::new(job));
        }
        let parcel = parcel.filter(|_| state.at_work);
        state.desk.put(source, haste, bytes, job).map_err(Box::new)?;
        self.tell(state);
        if let Some(parcel) = parcel {
            self.checker.put(source, bytes, parcel);
        }
        Ok(())
    }

    /// Rings only where the ledger has to be woken, and once: the bell costs a call of the system.
    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let lies_down = std::mem::take(&mut state.lies_down);
        self.news.store(true, Ordering::Release);
        drop(state);
        if lies_down {
            self.bell.notify_one();
        }
    }

    fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// Looks for a job for a moment, at most until something else has happened. Is there one?
    fn looks_until(&self, happened: impl Fn() -> bool) -> bool {
        look_until(|| self.has_news() || happened());
        self.has_news()
    }

    /// Is there something to do? Where something was posted, more may be about to come.
    fn looks(&self, rests: Rests) -> bool {
        if rests == Rests::WhenQuiet { self.looks_until(|| false) } else { self.has_news() }
    }

    /// Waits until there is something to do; where the ledger may rest, for a moment only.
    fn wait(&self, rests: Rests) -> Next {
        let may_rest = rests != Rests::Never;
        let until = Instant::now() + if rests == Rests::AtOnce { Duration::ZERO } else { QUIET };
        let mut state = self.lock();
        state.at_work = false;
        while state.desk.is_empty() && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if may_rest && left.is_zero() {
                state.at_work = true;
                return Next::Quiet;
            }
            state.lies_down = true;
            state = if may_rest {
                let woken = self.bell.wait_timeout(state, left);
                woken.unwrap_or_else(PoisonError::into_inner).0
            } else {
                self.bell.wait(state).unwrap_or_else(PoisonError::into_inner)
            };
            state.lies_down = false;
        }
        state.at_work = !state.desk.is_empty();
        if state.at_work { Next::Work } else { Next::Closed }
    }

    fn next(&self, batch: &mut Batch) -> Option<Job<Whom>> {
        let mut state = self.lock();
        let next = state.desk.next(batch);
        self.news.store(state.closed || !state.desk.is_empty(), Ordering::Relaxed);
        next
    }
}

/// What the ledger does next.
enum Next {
    Work,
    /// Nobody has wanted anything for a moment.
    Quiet,
    Closed,
}

/// A way to the desk that keeps nobody at work.
pub struct Way(Weak<Queue>);

impl Way {
    /// Puts a message down for the ledger; hands back what is none, and what finds no place (see [`Jobs::put`]).
    pub fn post(&self, asked: Asked) -> Option<Asked> {
        let Some(queue) = self.0.upgrade() else { return Some(asked) };
        let (post, answer) = match asked {
            Asked { command: Command::Post { group, text, reply_to }, answer } => {
                (Post::new(group, text, reply_to), answer)
            }
            other => return Some(other),
        };
        let job = Job::Post(Whom::Asker(answer), post);
        match *queue.put(job.source(), job).err()? {
            Job::Post(Whom::Asker(answer), post) => {
                Some(Asked { command: post.into_command(), answer })
            }
            _ => None,
        }
    }
}

impl Jobs {
    /// Another way to the desk.
    pub fn way(&self) -> Way {
        Way(Arc::downgrade(&self.0))
    }

    /// Puts a job down for a source.
    ///
    /// # Errors
    ///
    /// Hands the job back where the source has too many waiting, or the ledger stops.
    pub fn put(&self, source: Source, job: Job<Whom>) -> Result<(), Box<Job<Whom>>> {
        self.0.put(source, job)
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Gives a ledger its thread.
///
/// # Panics
///
/// Where the system has no thread to give.
pub fn employ(ledger: Ledger) -> Clerk {
    let queue = Arc::new(Queue::default());
    let jobs = Jobs(Arc::clone(&queue));
    let (out, reports) = mpsc::channel(REPORTS_WAITING_MAX);
    let checker = checker::employ(Arc::clone(&queue.checker), ledger.community());
    let thread = std::thread::Builder::new()
        .name("ledger".into())
        .spawn(move || work(ledger, &queue, &mut Outbox::new(out)))
        .expect("the system gives a thread");
    Clerk { jobs, reports, threads: [thread, checker] }
}

impl Clerk {
    /// Lets the ledger finish what it has and put its files down. Comes back with whoever waits for neighbours and
    /// was on his way through the ledger.
    pub async fn dismiss(self) -> Vec<(Awaited, Asker)> {
        let Self { jobs, mut reports, threads } = self;
        drop(jobs);
        let mut waits = Vec::new();
        while let Some(Report { worked, .. }) = reports.recv().await {
            for (whom, _) in worked.done {
                if let Whom::Wait(awaited, asker) = whom {
                    waits.push((awaited, asker));
                }
            }
        }
        let ended = tokio::task::spawn_blocking(move || {
            // Both are waited for, whatever became of the first.
            threads.map(|thread| thread.join().is_ok()) == [true, true]
        });
        if !ended.await.unwrap_or(false) {
            tracing::error!("A thread of the ledger failed");
        }
        waits
    }
}

fn work(mut ledger: Ledger, queue: &Queue, out: &mut Outbox) {
    let syncer = Syncer::employ();
    let (progress, aside, rests) = (syncer.progress(), Aside::default(), VecDeque::new());
    let mut laid = Laid { progress, aside, rests };
    ledger.sync_with(Box::new(syncer));
    loop {
        laid.conclude_what_is_safe(&mut ledger, out);
        if !laid.is_empty() && !queue.has_news() {
            // While the disk takes it. Where several post the next one is about to come.
            let gives_a_row = laid.is_one_post() && ledger.gives_a_row();
            if !gives_a_row && !queue.looks_until(|| laid.next_is_safe()) {
                laid.conclude_next(&mut ledger, out);
            }
            continue;
        }
        if !queue.looks(ledger.rests()) {
            out.hand_in();
        }
        let worked = match queue.wait(ledger.rests()) {
            Next::Work => {
                let mut only_posts = true;
                let jobs = together(|batch| queue.next(batch));
                let jobs = jobs.inspect(|job| {
                    only_posts &= job.is_post();
                    if !only_posts {
                        laid.aside.ends();
                    }
                });
                let decided = ledger.decide_all(jobs, clock::claimed());
                if !only_posts {
                    out.hand_in();
                }
                let Some(decided) = laid.lay(&mut ledger, decided) else { continue };
                laid.conclude_all(&mut ledger, out);
                save(&mut ledger, decided, out)
            }
            Next::Quiet => {
                laid.aside.ends();
                ledger.rest()
            }
            Next::Closed => break,
        };
        out.take(&ledger, worked);
    }
    laid.conclude_all(&mut ledger, out);
    out.hand_in();
    // Nobody is left who could be told what changed.
    let _: Worked<Whom> = ledger.rest();
}

/// Saves what was decided; where lists catch up before people are answered, neighbours do not wait for that.
fn save(ledger: &mut Ledger, decided: Rest<Whom>, out: &mut Outbox) -> Worked<Whom> {
    let (mut worked, rest) = ledger.save_off(decided);
    if worked.done.is_empty() && !ledger.settles_for(&rest) {
        worked.join(ledger.conclude(rest));
        return worked;
    }
    out.take(ledger, worked);
    out.hand_in();
    ledger.conclude(rest)
}

/// What the disk has, and who waits for it: in the order in which it was laid.
struct Laid {
    progress: Progress,
    aside: Aside,
    rests: VecDeque<Rest<Whom>>,
}

impl Laid {
    fn is_empty(&self) -> bool {
        self.rests.is_empty()
    }

    /// Need nobody wait for the next of them any longer?
    fn next_is_safe(&self) -> bool {
        self.rests.front().is_some_and(|rest| self.progress.has_come_to(rest.ticket()))
    }

    /// Hands what was decided to the disk; gives it back where it is to be saved otherwise.
    fn lay(&mut self, ledger: &mut Ledger, mut decided: Rest<Whom>) -> Option<Rest<Whom>> {
        if !ledger.lay(&mut decided) {
            return Some(decided);
        }
        self.rests.push_back(decided);
        self.aside.portion(self.progress.core());
        None
    }

    fn is_one_post(&self) -> bool {
        self.rests.len() == 1 && self.rests.front().is_some_and(Rest::is_one_post)
    }

    /// Waits for the next one, and answers whoever waits for it too.
    fn conclude_next(&mut self, ledger: &mut Ledger, out: &mut Outbox) {
        if !self.next_is_safe() {
            // A disk may take long.
            out.hand_in();
        }
        if let Some(rest) = self.rests.pop_front() {
            let worked = ledger.conclude_laid(rest);
            out.take(ledger, worked);
        }
    }

    fn conclude_what_is_safe(&mut self, ledger: &mut Ledger, out: &mut Outbox) {
        while self.next_is_safe() {
            self.conclude_next(ledger, out);
        }
    }

    fn conclude_all(&mut self, ledger: &mut Ledger, out: &mut Outbox) {
        while !self.is_empty() {
            self.conclude_next(ledger, out);
        }
    }
}

/// The jobs of one batch: also what comes while the first ones are worked on, since it shares their sync.
/// A neighbour who only asks shares none, so nothing is put behind him: his answer would wait for it.
/// Posts go in small portions, each of which is handed to the disk as soon as it is decided.
fn together(
    mut next: impl FnMut(&mut Batch) -> Option<Job<Whom>>,
) -> impl Iterator<Item = Job<Whom>> {
    let mut batch = Batch::default();
    let first = next(&mut batch);
    let only_asks = first.as_ref().is_some_and(Job::only_asks);
    let (mut only_posts, mut count) = (first.as_ref().is_some_and(Job::is_post), 1);
    let more = std::iter::from_fn(move || {
        if only_asks || (only_posts && count >= POSTS_TOGETHER) {
            return None;
        }
        let job = next(&mut batch)?;
        (only_posts, count) = (only_posts && job.is_post(), count + 1);
        Some(job)
    });
    first.into_iter().chain(more)
}

#[cfg(test)]
mod tests {
    use crdt::id::EnvelopeId;
    use tokio::sync::oneshot;

    use super::*;
    use crate::{api::Reply, ledger::tests::founded};

    /// One word for each job, batch by batch, until nothing waits.
    fn batches(words: &str) -> Vec<String> {
        let mut waiting = words.chars();
        let mut job = move |_: &mut Batch| {
            Some(match waiting.next()? {
                'a' => Job::Lookup(Whom::Nobody, vec![EnvelopeId::from_bytes([7; 32])]),
                'r' => Job::Receive(Whom::Nobody, Vec::new().into()),
                'p' => {
                    let (group, text) = ("all".to_owned(), "words".to_owned());
                    Job::Command(Whom::Nobody, Command::Post { group, text, reply_to: None })
                }
                _ => Job::Command(Whom::Nobody, Command::Groups),
            })
        };
        let word = |job: Job<Whom>| match job {
            Job::Lookup(..) => 'a',
            Job::Receive(..) => 'r',
            job if job.is_post() => 'p',
            _ => 'c',
        };
        let batch = || together(&mut job).map(word).collect::<String>();
        std::iter::repeat_with(batch).take_while(|batch| !batch.is_empty()).collect()
    }

    #[test]
    fn posts_go_in_small_portions_and_join_whatever_else_there_is() {
        assert_eq!(batches("pppppp"), ["pppp", "pp"]);
        assert_eq!(batches("ppcppp"), ["ppcppp"]);
        assert_eq!(batches("rppppp"), ["rppppp"], "the database takes them all at once");
    }

    #[test]
    fn whoever_only_asks_waits_for_nothing_that_came_behind_him() {
        assert_eq!(batches("arrr"), ["a", "rrr"]);
        assert_eq!(batches("aar"), ["a", "a", "r"]);
        assert_eq!(
            batches("rarc"),
            ["rarc"],
            "what is written before him is saved before he is answered"
        );
        assert_eq!(batches("cc"), ["cc"]);
    }

    #[tokio::test]
    async fn who_asks_the_loop_behind_a_post_finds_that_it_knows_of_it() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        for folder in [None, Some(folder.path())] {
            let mut clerk = employ(founded(folder));
            let way = clerk.jobs.way();
            for text in ["one", "two"] {
                let (answer, answered) = oneshot::channel();
                let post = Command::Post { group: "all".into(), text: text.into(), reply_to: None };
                assert!(way.post(Asked { command: post, answer }).is_none(), "there is room");
                let saved = answered.await.expect("is answered");
                assert!(matches!(saved, Ok(Reply::Posted { .. })));
            }
            let (answer, _answered) = oneshot::channel();
            let awaited = Awaited { peers: 0, peer: None, timeout_ms: 1 };
            let wait = Job::Lookup(Whom::Wait(awaited, answer), Vec::new());
            assert!(clerk.jobs.put(Source::Home, wait).is_ok());
            let (mut written, mut told) = (0, false);
            while !told {
                let Report { worked, .. } =
                    clerk.reports.recv().await.expect("the ledger is there");
                written += worked.written.len();
                told = worked.done.iter().any(|(whom, _)| matches!(whom, Whom::Wait(..)));
            }
            assert_eq!(written, 2);
            clerk.dismiss().await;
        }
    }

    #[tokio::test]
    async fn what_finds_no_way_straight_to_the_ledger_is_handed_back() {
        let clerk = employ(founded(None));
        let way = clerk.jobs.way();
        let (answer, _answered) = oneshot::channel();
        let refused = way.post(Asked { command: Command::Groups, answer });
        assert!(matches!(refused, Some(Asked { command: Command::Groups, .. })), "is no post");
        clerk.dismiss().await;
        let (answer, _answered) = oneshot::channel();
        let post = Command::Post { group: "all".into(), text: "late".into(), reply_to: None };
        let refused = way.post(Asked { command: post, answer });
        assert!(matches!(refused, Some(Asked { command: Command::Post { .. }, .. })));
    }

    #[tokio::test]
    async fn who_waits_for_neighbours_is_not_forgotten_where_the_ledger_ends() {
        let clerk = employ(founded(None));
        let (answer, _answered) = oneshot::channel();
        let awaited = Awaited { peers: 3, peer: None, timeout_ms: 1 };
        let wait = Job::Lookup(Whom::Wait(awaited, answer), Vec::new());
        assert!(clerk.jobs.put(Source::Home, wait).is_ok());
        let waits = clerk.dismiss().await;
        assert_eq!(waits.iter().map(|(it, _)| it.peers).collect::<Vec<u32>>(), [3]);
    }
}
