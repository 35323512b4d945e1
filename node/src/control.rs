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
//! 4. A socket's address has room for about 100 bytes of path, a folder may lie deeper. Both sides
//!    then go through a folder that they hold open (`Shortcut`); the file lies where it always does.
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
//!
//! For deep folders, a socket or a link in the system's folder for temporary files: everybody may
//! write there, so that every step would have to be checked for whose it is.

mod client;
mod server;

use std::{
    fs::File,
    io,
    os::fd::AsRawFd as _,
    path::{Path, PathBuf},
};

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

/// What the socket is called in its folder.
const SOCKET_NAME: &str = "control.sock";

/// Where a folder's socket lies.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join(SOCKET_NAME)
}

/// The longest path that fits a socket's address on every system that we know: 104 bytes with the
/// nul at the end, and some to spare.
const ADDRESS_BYTES_MAX: usize = 100;

/// A name for a file in a folder that is short enough for a socket's address. It is good as long
/// as this lives: it may lead through the folder that is held open here.
#[derive(Debug)]
struct Shortcut {
    path: PathBuf,
    _held: Option<File>,
}

impl Shortcut {
    /// The file's own path where that is short; else the way through the opened folder, which the
    /// kernel offers every process for itself alone.
    fn to(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
            return Ok(Self { path, _held: None });
        }
        let held = File::open(folder)?;
        let path = Path::new("/proc/self/fd").join(held.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _held: Some(held) })
    }
}

/// The HTTP status that goes with an error, for programs that look no further.
#[expect(clippy::too_many_lines, reason = "a table: one line per kind of error")]
pub const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::UnknownGroup
        | ErrorKind::UnknownRequest
        | ErrorKind::UnknownMessage
        | ErrorKind::UnknownPerson
        | ErrorKind::NotHere
        | ErrorKind::UnknownPlace
        | ErrorKind::UnknownKey
        | ErrorKind::UnknownRemoval
        | ErrorKind::UnknownSeries
        | ErrorKind::UnknownVote
        | ErrorKind::UnknownCriterion
        | ErrorKind::UnknownActivity
        | ErrorKind::UnknownCertificate
        | ErrorKind::NoRideThen
        | ErrorKind::UnknownToken
        | ErrorKind::UnknownPhone
        | ErrorKind::UnknownKnock => StatusCode::NOT_FOUND,
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
        | ErrorKind::TokensFull
        | ErrorKind::KeyReused
        | ErrorKind::Changed
        | ErrorKind::NotYetBack
        | ErrorKind::OldKey
        | ErrorKind::OtherLegFirst
        | ErrorKind::NoSwap
        | ErrorKind::CalledOff
        | ErrorKind::FilesOff
        | ErrorKind::FilesBusy
        | ErrorKind::VoteRefused
        | ErrorKind::CriteriaUnmet
        | ErrorKind::NotApplied
        | ErrorKind::Suspended
        | ErrorKind::NotSuspended
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
        | ErrorKind::TooFar
        | ErrorKind::NotFromHere => StatusCode::FORBIDDEN,
        ErrorKind::BadText
        | ErrorKind::OtherNumber
        | ErrorKind::BadPlan
        | ErrorKind::NotInGroup
        | ErrorKind::BadEdit
        | ErrorKind::UnknownField
        | ErrorKind::BadLink
        | ErrorKind::BadInvitationFile
        | ErrorKind::BadAddress
        | ErrorKind::BadPageAddress
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
        | ErrorKind::OtherPaper
        | ErrorKind::LastAdmin
        | ErrorKind::TooFewPapers
        | ErrorKind::ReasonNeeded
        | ErrorKind::NoAudience
        | ErrorKind::CheckedBefore
        | ErrorKind::LookedAlready
        | ErrorKind::BadWindow
        | ErrorKind::NoCertificate
        | ErrorKind::NoPhoto
        | ErrorKind::SayWhat
        | ErrorKind::NotCarried
        | ErrorKind::Private => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Storage | ErrorKind::Unwritable => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests;
