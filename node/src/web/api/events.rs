//! What changed, as a stream that can be taken up again where it broke off.
//!
//! An event says *that* something changed, never what; whoever cares asks. The last ones are kept,
//! each with a number: a client that comes back with `Last-Event-ID` misses nothing that is still
//! here, and is told to look at everything (`all`) where it may have.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    http::HeaderMap,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event as Sent, KeepAlive},
    },
};
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, broadcast::error::RecvError, watch};
use tokio_util::sync::CancellationToken;

use super::{App, problem::Problem};
use crate::api::Event;

/// Events that are kept for clients that come back.
const KEPT_MAX: usize = 1_024;

/// How often a quiet stream shows that it is alive.
const ALIVE_EVERY: Duration = Duration::from_secs(25);

/// How soon a client may try again where too many listen.
const TRY_AGAIN_MS: u64 = 10_000;

const ALL: &str = r#"{"changed":"all"}"#;

/// The last events, numbered from 1; 0 is nothing.
pub struct Events {
    /// Numbers of another run of this node mean nothing.
    run: String,
    kept: Mutex<Kept>,
    newest: watch::Sender<u64>,
    begun: OnceLock<()>,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<Event>,
    /// The number of the last.
    last: u64,
}

impl Events {
    /// None yet; `run` tells this run of the node from others.
    pub fn new(run: String) -> Self {
        let (newest, _) = watch::channel(0);
        Self { run, kept: Mutex::default(), newest, begun: OnceLock::new() }
    }

    fn keep(&self, event: Option<Event>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        match event {
            Some(event) => kept.events.push_back(event),
            // Some were missed: nothing before this can be taken up.
            None => kept.events.clear(),
        }
        if kept.events.len() > KEPT_MAX {
            kept.events.pop_front();
        }
        self.newest.send_replace(kept.last);
    }

    /// The event after number `after` with its own; `None` inside where it is gone.
    fn next_after(&self, after: u64) -> Option<(u64, Option<Event>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if after >= kept.last {
            return None;
        }
        let back = usize::try_from(kept.last - after).unwrap_or(usize::MAX);
        match kept.events.len().checked_sub(back) {
            Some(at) => Some((after + 1, kept.events.get(at).cloned())),
            None => Some((kept.last, None)),
        }
    }

    /// Where a client goes on: after this number, or with a look at everything.
    fn resume(&self, headers: &HeaderMap) -> (u64, bool) {
        let last = self.kept.lock().unwrap_or_else(PoisonError::into_inner).last;
        let Some(said) = headers.get("last-event-id") else { return (last, false) };
        let said = said.to_str().ok().and_then(|it| it.strip_prefix(&self.run)?.strip_prefix('-'));
        match said.and_then(|number| number.parse().ok()).filter(|number| *number <= last) {
            Some(number) => (number, false),
            None => (last, true),
        }
    }
}

/// Keeps what changes from now on, once; the task ends with the node.
fn begin(app: &App) {
    app.events.begun.get_or_init(|| {
        let (mut changes, app, stop) = (app.handle.events(), app.clone(), app.stop.clone());
        tokio::spawn(async move {
            loop {
                let event = tokio::select! {
                    () = stop.cancelled() => return,
                    event = changes.recv() => event,
                };
                match event {
                    Ok(event) => app.events.keep(Some(event)),
                    Err(RecvError::Lagged(_)) => app.events.keep(None),
                    Err(RecvError::Closed) => return,
                }
            }
        });
    });
}

struct Listening {
    app: App,
    newest: watch::Receiver<u64>,
    stop: CancellationToken,
    after: u64,
    /// Must everything be looked at first?
    look: bool,
    _place: OwnedSemaphorePermit,
}

/// The stream, for as long as the client and the node live.
pub fn stream(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    let place = app.listening.clone().try_acquire_owned();
    let place = place.map_err(|_| Problem::TooOften { wait_ms: TRY_AGAIN_MS })?;
    begin(app);
    let (after, look) = app.events.resume(headers);
    let (newest, stop) = (app.events.newest.subscribe(), app.stop.clone());
    let listening = Listening { app: app.clone(), newest, stop, after, look, _place: place };
    let changes = stream::unfold(listening, async |mut listening| {
        let sent = listening.next().await?;
        Some((Ok::<_, Infallible>(sent), listening))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response())
}

impl Listening {
    async fn next(&mut self) -> Option<Sent> {
        if std::mem::take(&mut self.look) {
            return Some(self.sent(self.after, None));
        }
        loop {
            self.newest.borrow_and_update();
            if let Some((number, event)) = self.app.events.next_after(self.after) {
                self.after = number;
                return Some(self.sent(number, event.as_ref()));
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                changed = self.newest.changed() => changed.ok()?,
            }
        }
    }

    fn sent(&self, number: u64, event: Option<&Event>) -> Sent {
        let sent = Sent::default().id(format!("{}-{number}", self.app.events.run));
        match event {
            Some(event) => sent.json_data(event).unwrap_or_else(|_| Sent::default().data(ALL)),
            None => sent.data(ALL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_goes_on_where_it_was_or_looks_at_everything() {
        let events = Events::new("r".into());
        let said = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("last-event-id", id.parse().expect("a header"));
            headers
        };
        (0..3).for_each(|_| events.keep(Some(Event::Mesh)));
        assert_eq!(events.resume(&HeaderMap::new()), (3, false));
        assert_eq!(events.resume(&said("r-1")), (1, false));
        assert_eq!(events.next_after(1), Some((2, Some(Event::Mesh))));
        assert_eq!(events.next_after(3), None);
        for foreign in ["x-1", "r-9", "r-", "r", "\u{7f}"] {
            if let Ok(value) = foreign.parse() {
                let mut headers = HeaderMap::new();
                headers.insert("last-event-id", value);
                assert_eq!(events.resume(&headers), (3, true), "{foreign:?}");
            }
        }
        (0..KEPT_MAX).for_each(|_| events.keep(Some(Event::Roster)));
        assert_eq!(events.next_after(1), Some((KEPT_MAX as u64 + 3, None)), "it is gone");
        events.keep(None);
        assert_eq!(events.next_after(KEPT_MAX as u64 + 2), Some((KEPT_MAX as u64 + 4, None)));
    }
}
