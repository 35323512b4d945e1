//! One link: the stream to one neighbour, with frames both ways.
//!
//! On the wire a frame is its length (4 bytes, big-endian, at most 64 KiB) and its bytes. An empty
//! frame carries nothing: the first one is the go-ahead of the pair's arbiter (see `engine`), later
//! ones say "still here".
//!
//! # Rules
//!
//! 1. Writing never waits: frames go into a queue bounded in bytes and in number; who finds it full
//!    is told so and gives the link up.
//! 2. Reading waits for the node: while its loop is busy nothing is read, and the transport's flow
//!    control holds the neighbour back.
//! 3. Nothing heard for [`limits::SILENCE`] while we do read: the link is dead. Bytes count, not
//!    frames, so that a slow line is not a dead one.
//! 4. A frame not taken by the other side within [`limits::STALL`]: it stopped reading.
//! 5. A length above the limit, or a flood of empty frames: the link closes, with the reason.
//! 6. `LinkUp` comes before the first frame of a link, `LinkDown` after the last, exactly once each;
//!    a link that replaces another comes up after the other went down.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use super::{DownReason, LinkId, LinkUp, MeshEvent, limits, traffic::Counters};

/// How long a link waits for what; [`Pace::default`] everywhere but in tests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub beat: Duration,
    pub silence: Duration,
    pub stall: Duration,
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            beat: limits::BEAT,
            silence: limits::SILENCE,
            stall: limits::STALL,
            patience: limits::BUDGET_PATIENCE,
        }
    }
}

/// A stream cut into frames, which counts its bytes and remembers when it last heard anything.
pub(super) type Pipe<S> = Framed<Listening<S>, LengthDelimitedCodec>;
type Frames<S> = SplitSink<Pipe<S>, tokio_util::bytes::Bytes>;

/// Puts frames on a stream.
pub(super) fn pipe<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Pipe<S> {
    let heard = Heard { since: Instant::now(), at_ms: Arc::default(), paused: Arc::default() };
    LengthDelimitedCodec::builder()
        .max_frame_length(limits::FRAME_BYTES_MAX)
        .new_framed(Listening { stream, heard, counters: Arc::default() })
}

/// When bytes last arrived, and whether we are reading at all.
#[derive(Clone)]
struct Heard {
    since: Instant,
    at_ms: Arc<AtomicU64>,
    paused: Arc<AtomicBool>,
}

impl Heard {
    fn now(&self) {
        let at_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.at_ms.store(at_ms, Ordering::Relaxed);
    }

    fn pause(&self, paused: bool) {
        self.now();
        self.paused.store(paused, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.since + Duration::from_millis(self.at_ms.load(Ordering::Relaxed))
    }

    /// Returns once nothing was heard for so long while we were reading. Who wakes up late was
    /// asleep himself (a suspended laptop, a box without a core to spare) and listens once more.
    async fn silence(&self, longest: Duration) {
        loop {
            let deadline = self.last() + longest;
            sleep_until(deadline).await;
            if self.paused.load(Ordering::Relaxed) || deadline.elapsed() > longest / 4 {
                self.now();
            }
            if self.last().elapsed() >= longest {
                return;
            }
        }
    }
}

/// A stream that counts, and notes when it heard something.
pub(super) struct Listening<S> {
    stream: S,
    heard: Heard,
    /// Shared with whoever asks what this link has carried.
    pub counters: Arc<Counters>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Listening<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = buf.filled().len() - before;
        if came > 0 {
            self.heard.now();
            self.counters.bytes_in(came);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listening<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(bytes)) = written {
            self.counters.bytes_out(bytes);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Everything a link needs besides its stream.
pub(super) struct Link {
    pub up: LinkUp,
    pub pace: Pace,
    /// Whether this side decides which connection the pair keeps, and says so first.
    pub arbiter: bool,
    pub queue: mpsc::Receiver<Vec<u8>>,
    pub queued_bytes: Arc<AtomicUsize>,
    pub allowance: watch::Receiver<Option<u64>>,
    pub close: oneshot::Receiver<DownReason>,
    /// Resolves when the link that this one replaces is down.
    pub after: Option<oneshot::Receiver<()>>,
    pub events: mpsc::Sender<MeshEvent>,
}

/// Waits for the arbiter's go-ahead on a fresh stream; `false` if something else came, or nothing.
pub(super) async fn go_ahead<S: AsyncRead + AsyncWrite + Unpin>(pipe: &mut Pipe<S>) -> bool {
    let first = timeout(limits::OPENING, pipe.next()).await;
    matches!(first, Ok(Some(Ok(frame))) if frame.is_empty())
}

impl Link {
    /// Runs the link from `LinkUp` to `LinkDown`; `gone` is called just before the latter, so that
    /// whoever hears of it finds the place free.
    pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        mut self,
        pipe: Pipe<S>,
        gone: impl FnOnce(),
    ) {
        if let Some(after) = self.after.take() {
            // An error means that the other one is gone altogether, which is as good.
            let _ = after.await;
        }
        let (id, peer) = (self.up.link, self.up.peer);
        let up = MeshEvent::LinkUp(self.up.clone());
        let announced = tokio::select! {
            biased;
            _ = &mut self.close => return,
            sent = self.events.send(up) => sent.is_ok(),
        };
        if !announced {
            return;
        }
        let events = self.events.clone();
        let reason = self.serve(pipe).await;
        if reason.is_the_neighbours_fault() {
            tracing::warn!(link.id = %id, peer.id = %peer, %reason, "Closing a link");
        } else {
            tracing::debug!(link.id = %id, peer.id = %peer, %reason, "Link down");
        }
        gone();
        // Not taken: the node is shutting down.
        let _ = events.send(MeshEvent::LinkDown { link: id, peer, reason }).await;
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin>(self, pipe: Pipe<S>) -> DownReason {
        let Self { up, pace, arbiter, queue, queued_bytes, allowance, close, events, .. } = self;
        let heard = pipe.get_ref().heard.clone();
        let counters = pipe.get_ref().counters.clone();
        heard.now();
        let (out, frames) = pipe.split();
        let reader = Reader {
            id: up.link,
            pace,
            heard: heard.clone(),
            counters: counters.clone(),
            allowance,
            events,
            received: 0,
        };
        tokio::select! {
            biased;
            reason = close => reason.unwrap_or(DownReason::Restarted),
            reason = write(out, queue, queued_bytes, counters, pace, arbiter) => reason,
            reason = reader.read(frames) => reason,
            () = heard.silence(pace.silence) => DownReason::Silent,
        }
    }
}

/// Sends what is queued, and a beat when nothing is.
async fn write<S: AsyncRead + AsyncWrite + Unpin>(
    mut out: Frames<S>,
    mut queue: mpsc::Receiver<Vec<u8>>,
    queued_bytes: Arc<AtomicUsize>,
    counters: Arc<Counters>,
    pace: Pace,
    go_ahead: bool,
) -> DownReason {
    let mut next = go_ahead.then(Vec::new);
    loop {
        let frame = match next.take() {
            Some(frame) => frame,
            None => match timeout(pace.beat, queue.recv()).await {
                Ok(Some(frame)) => frame,
                Ok(None) => return DownReason::Restarted,
                Err(_) => Vec::new(),
            },
        };
        let bytes = frame.len();
        let sent = timeout(pace.stall, async {
            out.feed(frame.into()).await?;
            next = queue.try_recv().ok();
            if next.is_none() { out.flush().await } else { Ok(()) }
        });
        match sent.await {
            Ok(Ok(())) => {
                queued_bytes.fetch_sub(bytes, Ordering::Relaxed);
                counters.frame_out(bytes);
            }
            Ok(Err(error)) => return DownReason::Broken(error.to_string()),
            Err(_) => return DownReason::Stalled,
        }
    }
}

/// The receiving half.
struct Reader {
    id: LinkId,
    pace: Pace,
    heard: Heard,
    counters: Arc<Counters>,
    allowance: watch::Receiver<Option<u64>>,
    events: mpsc::Sender<MeshEvent>,
    received: u64,
}

impl Reader {
    async fn read<S: AsyncRead + AsyncWrite + Unpin>(
        mut self,
        mut frames: SplitStream<Pipe<S>>,
    ) -> DownReason {
        let mut beats = (Instant::now(), 0);
        while let Some(frame) = frames.next().await {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return DownReason::Malformed("a frame longer than 64 KiB");
                }
                Err(error) => return DownReason::Broken(error.to_string()),
            };
            if frame.is_empty() {
                if beats.0.elapsed() >= self.pace.silence {
                    beats = (Instant::now(), 0);
                }
                beats.1 += 1;
                if beats.1 > limits::BEATS_MAX {
                    return DownReason::Malformed("a flood of empty frames");
                }
                continue;
            }
            self.counters.frame_in();
            self.heard.pause(true);
            if !self.may_receive(frame.len()).await {
                return DownReason::Budget;
            }
            let event = MeshEvent::Frame { link: self.id, bytes: frame.to_vec() };
            if self.events.send(event).await.is_err() {
                return DownReason::Restarted;
            }
            self.heard.pause(false);
        }
        DownReason::Remote
    }

    /// Counts a frame against the allowance; where that is used up, waits a while for more.
    async fn may_receive(&mut self, bytes: usize) -> bool {
        self.received = self.received.saturating_add(bytes as u64);
        let received = self.received;
        let enough = |allowance: &Option<u64>| allowance.is_none_or(|most| received <= most);
        matches!(timeout(self.pace.patience, self.allowance.wait_for(enough)).await, Ok(Ok(_)))
    }
}
