//! A copy of the truth at one instant, while others go on writing: for backups.
//!
//! `VACUUM INTO` reads in one transaction and waits for nobody; nobody waits for it. What this node
//! remembers for itself goes along only where a fresh box has a use for it.

use std::path::Path;

use rusqlite::Connection;

use super::{error::StoreError, truth::Reader};

/// What may go along of what is kept: how this name begins. Keys of this box never do; secrets that
/// let a fresh box read what this one could are named here.
const KEPT_ALONG: [&str; 3] = ["peers", "typed", "promise/"];

/// Copies the truth at `from` into the new file `into`.
///
/// # Errors
///
/// Where there is none, it is damaged, or the disk says no.
pub fn snapshot(from: &Path, into: &Path) -> Result<(), StoreError> {
    Reader::open(from)?.copy_into(into)?;
    let copy = Connection::open(into)?;
    copy.pragma_update(None, "secure_delete", true)?;
    let mut keys = copy.prepare("SELECT key FROM kept")?;
    let keys: Vec<String> =
        keys.query_map([], |row| row.get(0))?.collect::<Result<_, rusqlite::Error>>()?;
    for key in keys.iter().filter(|key| !KEPT_ALONG.iter().any(|it| key.starts_with(it))) {
        copy.execute("DELETE FROM kept WHERE key = ?1", [key])?;
    }
    Ok(())
}
