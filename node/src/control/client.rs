//! The asking side of the control socket: CLI, tests and demo.
//!
//! One connection, one command after the other. There is no time limit here: a command like `wait`
//! brings its own, and a person can always press Ctrl-C.

use std::path::Path;

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::{REPLY_BYTES_MAX, SOCKET_NAME, Shortcut};
use crate::api::{ApiError, Command, Reply};

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The node refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The connection broke before the answer came; whether it was done is not known.
    #[error("the node went away before it answered")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A connection to the node that runs on a data folder.
#[derive(Debug)]
pub struct Client {
    requests: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Reaches the folder's running node; none where none runs, or where it is another user's.
    pub async fn connect(data: &Path) -> Option<Self> {
        let socket = Shortcut::to(data, SOCKET_NAME).ok()?;
        let stream = UnixStream::connect(&socket.path).await.ok()?;
        let (requests, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // How the connection ended is seen by the request that it breaks.
        tokio::spawn(connection);
        Some(Self { requests })
    }

    /// Has the node carry out one command.
    ///
    /// # Errors
    ///
    /// What the node answers, or [`AskError::Lost`].
    pub async fn ask(&mut self, command: &Command) -> Result<Reply, AskError> {
        let body = serde_json::to_vec(command).map_err(lost)?;
        let request = Request::post("/command")
            .header(HOST, "linli")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(lost)?;
        self.requests.ready().await.map_err(lost)?;
        let response = self.requests.send_request(request).await.map_err(lost)?;
        let done = response.status().is_success();
        let body = Limited::new(response.into_body(), REPLY_BYTES_MAX).collect().await;
        let body = body.map_err(lost)?.to_bytes();
        if done {
            serde_json::from_slice(&body).map_err(lost)
        } else {
            Err(AskError::Refused(serde_json::from_slice(&body).map_err(lost)?))
        }
    }
}

fn lost(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AskError {
    AskError::Lost(cause.into())
}
