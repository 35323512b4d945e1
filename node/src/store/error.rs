//! Why the disk said no, sorted by what the caller does next.
//!
//! After any of these nothing of the failed transaction is kept and nothing may be called saved.

use crdt::id::EnvelopeId;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A later release wrote this file. Nothing was touched.
    #[error("the database is of format {found}, this release knows formats up to {known}")]
    NewerDatabase {
        /// The format of the file.
        found: u32,
        /// The newest one that this release knows.
        known: u32,
    },
    /// The file belongs to another community. Nothing was touched.
    #[error("the database belongs to another community")]
    ForeignCommunity,
    /// The file is something else altogether. Nothing was touched.
    #[error("not a database of this program")]
    ForeignFile,
    /// Bytes changed under us: restore, or fetch from peers.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// What an envelope says is no longer what its id names.
    #[error("{0} is damaged on disk")]
    DamagedEnvelope(EnvelopeId),
    /// No room left. Reading goes on; writing may work again once there is room.
    #[error("the disk is full")]
    Full,
    /// The disk failed. Reading may go on.
    #[error("the disk failed: {0}")]
    Disk(String),
    /// The file or folder may not be written.
    #[error("the database cannot be opened or written: {0}")]
    Unwritable(String),
    /// Another process holds the file.
    #[error("the database is in use by another program")]
    Busy,
    /// An earlier failure undid the transaction that this was part of.
    #[error("the transaction was undone by an earlier failure")]
    Undone,
    /// The schema could not be brought to this release's form.
    #[error("the database could not be migrated: {0}")]
    Migration(String),
    /// Anything else; a mistake of ours.
    #[error("database: {0}")]
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::Full,
            Some(Code::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(Code::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(Code::NotADatabase) => Self::ForeignFile,
            Some(Code::CannotOpen | Code::ReadOnly | Code::PermissionDenied) => {
                Self::Unwritable(error.to_string())
            }
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::Busy,
            _ => Self::Other(error),
        }
    }
}

impl From<refinery::Error> for StoreError {
    fn from(error: refinery::Error) -> Self {
        Self::Migration(error.to_string())
    }
}
