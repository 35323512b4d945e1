//! The control socket: how commands reach a node that is already running.
//!
//! `DATA/control.sock` speaks HTTP over a Unix socket: `POST /command` with a [`Command`](crate::api::Command)
//! as JSON is answered by 200 and a [`Reply`](crate::api::Reply), or by a 4xx or 5xx and an
//! [`ApiError`](crate::api::ApiError). Whoever may open the
//! socket is the home's own user: the file has mode 0600 and nothing else is asked.
//!
//! # Rules
//!
//! 1. The data folder's lock (held by a [`Folder`](crate::identity::Folder)) decides who is *the* node of a folder. A socket file
//!    that lies about from a crash is replaced by whoever holds the lock, and by nobody else.
//! 2. Commands and replies are bounded ([`COMMAND_BYTES_MAX`], [`REPLY_BYTES_MAX`]).
//! 3. A command whose connection broke may have been carried out or not; the client says exactly
//!    that ([`AskError::Lost`]) and never asks twice by itself.
//!
//! # Deliberately absent
//!
//! Passwords, tokens, a TCP port: the file's mode is the protection. Other programs, and other
//! machines, have `/api/v1`. Streams of changes: the page has those.
//!
//! # Considered and rejected
//!
//! A line protocol of our own: smaller, but it needs framing, limits and status codes again; the
//! HTTP stack is in the program anyway, and `curl --unix-socket` can talk to a node when in doubt.

mod client;
mod server;

use std::path::{Path, PathBuf};

use axum::http::StatusCode;

use crate::api::ErrorKind;

pub use client::{AskError, Client};
pub use server::Socket;

/// Bytes of one command: an import's batch of a mebibyte of text, with the worst escaping that
/// JSON can need (six for one) and room for the lines' hashes.
pub const COMMAND_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Bytes of one reply: 100,000 messages of a log with room to spare. The node is our own; this
/// only keeps a defect from filling the memory.
pub const REPLY_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Where a folder's socket lies.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("control.sock")
}

/// The HTTP status that goes with an error, for programs that look no further.
pub const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::UnknownGroup
        | ErrorKind::UnknownRequest
        | ErrorKind::UnknownMessage
        | ErrorKind::UnknownPerson
        | ErrorKind::NotHere
        | ErrorKind::UnknownPlace
        | ErrorKind::UnknownKey
        | ErrorKind::UnknownRemoval => StatusCode::NOT_FOUND,
        ErrorKind::UnknownKnock => StatusCode::NOT_FOUND,
        ErrorKind::NoCommunity
        | ErrorKind::AlreadyInCommunity
        | ErrorKind::NoHome
        | ErrorKind::AlreadyHome
        | ErrorKind::ForeignFolder
        | ErrorKind::Locked
        | ErrorKind::NewerData
        | ErrorKind::FileGone
        | ErrorKind::PortBusy
        | ErrorKind::Ambiguous
        | ErrorKind::HouseFull
        | ErrorKind::NameTaken
        | ErrorKind::FileExists
        | ErrorKind::NoPassphrase
        | ErrorKind::HasNoRole
        | ErrorKind::HasRole
        | ErrorKind::WasRemoved
        | ErrorKind::CutsGroups
        | ErrorKind::NothingLate
        | ErrorKind::InvitationUsed
        | ErrorKind::NotForked
        | ErrorKind::StopFirst
        | ErrorKind::NotYetBack
        | ErrorKind::NotNow => StatusCode::CONFLICT,
        ErrorKind::NotAMember
        | ErrorKind::NotAllowed
        | ErrorKind::SealedShut
        | ErrorKind::Copied
        | ErrorKind::WrongPassphrase
        | ErrorKind::NeedsInvitation
        | ErrorKind::TooLow
        | ErrorKind::TurnedAway
        | ErrorKind::NotAnOwner
        | ErrorKind::NoVault
        | ErrorKind::NotFromHere => StatusCode::FORBIDDEN,
        ErrorKind::BadText
        | ErrorKind::BadEdit
        | ErrorKind::UnknownField
        | ErrorKind::BadLink
        | ErrorKind::BadAddress
        | ErrorKind::BadLine
        | ErrorKind::WeakPassphrase
        | ErrorKind::BadBackup
        | ErrorKind::ForeignBackup
        | ErrorKind::BadBundle
        | ErrorKind::ForeignBundle
        | ErrorKind::OthersBundle
        | ErrorKind::DamagedBundle
        | ErrorKind::StrangeBundle
        | ErrorKind::BadPaper
        | ErrorKind::ForeignPaper
        | ErrorKind::TooFewPapers
        | ErrorKind::ReasonNeeded
        | ErrorKind::Private => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Storage | ErrorKind::Unwritable => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests;
