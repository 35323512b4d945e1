//! What this node remembers for itself and never sends: addresses of peers, what was read, which row
//! was last seen delivered, invitations given out. Some of it is secret; none of it is logged.

use rusqlite::OptionalExtension;

use super::Truth;
use crate::store::error::StoreError;

impl Truth {
    /// Remembers `value` under `key`, in place of what was there.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn keep(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.whole(|truth| {
            truth
                .db
                .prepare_cached(
                    "INSERT INTO kept (key, value) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute((key, value))?;
            Ok(())
        })
    }

    /// Forgets what is kept under `key`.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn forget(&mut self, key: &str) -> Result<(), StoreError> {
        self.whole(|truth| {
            truth.db.prepare_cached("DELETE FROM kept WHERE key = ?1")?.execute([key])?;
            Ok(())
        })
    }
}

impl super::Reading<'_> {
    /// What is kept under `key`.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut found = self.db.prepare_cached("SELECT value FROM kept WHERE key = ?1")?;
        Ok(found.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Everything kept under keys that begin with `prefix`, by key.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn kept_under(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut found = self.db.prepare_cached(
            "SELECT key, value FROM kept
             WHERE key >= ?1 AND key < ?1 || char(1114111) ORDER BY key",
        )?;
        let rows = found.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
