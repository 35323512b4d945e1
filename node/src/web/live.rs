//! Tells open pages that something changed, by server-sent events.
//!
//! Only *what* changed goes out, never content: the script asks for the page again and takes over
//! the parts that differ. A page that fell behind is told to load anew; nothing waits for it.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::StatusCode,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event as Sent, KeepAlive},
    },
};
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, broadcast, broadcast::error::RecvError};
use tokio_util::sync::CancellationToken;

use super::App;
use crate::api::Event;

/// How often a quiet stream shows that it is alive; phones drop silent ones after about a minute.
const ALIVE_EVERY: Duration = Duration::from_secs(25);

struct Watching {
    events: broadcast::Receiver<Event>,
    stop: CancellationToken,
    _place: OwnedSemaphorePermit,
}

pub async fn stream(State(app): State<App>) -> Response {
    let Ok(place) = app.live.clone().try_acquire_owned() else {
        // The script tries again later; the page works without.
        return StatusCode::NO_CONTENT.into_response();
    };
    let watching = Watching { events: app.handle.events(), stop: app.stop.clone(), _place: place };
    let changes = stream::unfold(watching, async |mut watching| {
        let sent = watching.next().await?;
        Some((Ok::<_, Infallible>(sent), watching))
    });
    Sse::new(changes).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response()
}

impl Watching {
    async fn next(&mut self) -> Option<Sent> {
        let event = tokio::select! {
            () = self.stop.cancelled() => return None,
            event = self.events.recv() => event,
        };
        match event {
            Ok(event) => Sent::default().json_data(&event).ok(),
            Err(RecvError::Lagged(_)) => Some(Sent::default().data(r#"{"changed":"all"}"#)),
            Err(RecvError::Closed) => None,
        }
    }
}
