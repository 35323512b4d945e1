//! The node's side of the control socket.
//!
//! The socket is made in a folder of its own that nobody else can enter, gets its mode there and is
//! then renamed into place. So nobody can connect before the mode is right, and a stale file is
//! replaced in one step.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::StatusCode,
    routing::post,
};
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use super::{COMMAND_BYTES_MAX, Shortcut, socket_path, status_of};
use crate::{
    api::{ApiError, Command, ErrorKind, Reply},
    handle::Handle,
    identity::Folder,
};

/// A bound control socket; its file goes when it does.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    file: SocketFile,
}

/// Takes the file away again: the next client then knows at once that no node runs.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // A file that is left is no harm: nobody answers there, and the next node replaces it.
        let _ = fs::remove_file(&self.0);
    }
}

impl Socket {
    /// Binds the folder's control socket. Holding the folder proves that a file which is already
    /// there belongs to no living node. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// Where the folder cannot be written.
    pub fn bind(folder: &Folder) -> io::Result<Self> {
        let data = folder.path();
        let nursery = data.join("control.new");
        let newborn = nursery.join("s");
        clear(&nursery, &newborn)?;
        DirBuilder::new().mode(0o700).create(&nursery)?;
        let listener = UnixListener::bind(&Shortcut::to(&nursery, "s")?.path)?;
        fs::set_permissions(&newborn, Permissions::from_mode(0o600))?;
        let path = socket_path(data);
        fs::rename(&newborn, &path)?;
        fs::remove_dir(&nursery)?;
        Ok(Self { listener, file: SocketFile(path) })
    }

    /// Answers commands until `stop`; those that are being carried out are finished first.
    ///
    /// # Errors
    ///
    /// Where the socket itself fails.
    pub async fn serve(self, handle: Handle, stop: CancellationToken) -> io::Result<()> {
        let Self { listener, file } = self;
        let routes = Router::new()
            .route("/command", post(command))
            .layer(DefaultBodyLimit::max(COMMAND_BYTES_MAX))
            .with_state(handle);
        let stopped = async move {
            stop.cancelled().await;
            // Gone before the last commands end: whoever comes now must not find a dying node.
            drop(file);
        };
        axum::serve(listener, routes).with_graceful_shutdown(stopped).await
    }
}

/// Takes away what a crash between two steps of [`Socket::bind`] left.
fn clear(nursery: &Path, newborn: &Path) -> io::Result<()> {
    let absent_is_fine = |outcome: io::Result<()>| match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    absent_is_fine(fs::remove_file(newborn))?;
    absent_is_fine(fs::remove_dir(nursery))
}

type Refusal = (StatusCode, Json<ApiError>);

/// Carries out one command.
async fn command(
    State(handle): State<Handle>,
    body: Result<Json<Command>, JsonRejection>,
) -> Result<Json<Reply>, Refusal> {
    let Json(command) = body.map_err(unreadable)?;
    let answer = handle.ask(command).await;
    answer.map(Json).map_err(|error| (status_of(error.kind), Json(error)))
}

/// What is said to a body that is no command: too long, or of another release's vocabulary.
fn unreadable(rejection: JsonRejection) -> Refusal {
    let status = rejection.status();
    let error = if status == StatusCode::PAYLOAD_TOO_LARGE {
        let limit = COMMAND_BYTES_MAX.to_string();
        ApiError::new(ErrorKind::BadText, [("what", "command".to_owned()), ("limit", limit)])
    } else {
        // The rejection's own words may quote the body, and a body may hold somebody's text.
        let reason = "the running node does not understand this command; is it another release?";
        ApiError::new(ErrorKind::Internal, [("reason", reason.to_owned())])
    };
    (status, Json(error))
}
