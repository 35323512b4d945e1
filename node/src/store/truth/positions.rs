//! Scopes and positions, which repeat in thousands of envelopes, by small numbers.

use crdt::{
    envelope::Header,
    id::{EnvelopeId, ScopeId, WriterId},
};
use rusqlite::OptionalExtension;

use super::{Work, authority, memory::PositionKey};
use crate::store::error::StoreError;

/// How a missing grant is stored.
pub(super) fn auth_bytes(auth: Option<&EnvelopeId>) -> &[u8] {
    auth.map_or(&[], |auth| auth.as_bytes())
}

impl Work<'_> {
    /// The row that stands for a scope.
    pub(super) fn scope_ref(&mut self, scope: ScopeId) -> Result<i64, StoreError> {
        if let Some(at) = self.memory.scopes.get(&scope) {
            return Ok(*at);
        }
        self.db.execute("INSERT INTO scopes (scope) VALUES (?1)", [scope.as_bytes()])?;
        let at = self.db.last_insert_rowid();
        self.memory.scopes.insert(scope, at);
        Ok(at)
    }

    /// The row that stands for the epoch that a body is sealed under.
    pub(super) fn epoch_ref(&mut self, header: &Header) -> Result<Option<i64>, StoreError> {
        let Some(epoch) = header.epoch else { return Ok(None) };
        if let Some(at) = self.memory.epochs.get(&epoch) {
            return Ok(Some(*at));
        }
        self.db.execute("INSERT INTO epochs (epoch) VALUES (?1)", [epoch.as_bytes()])?;
        let at = self.db.last_insert_rowid();
        self.memory.epochs.insert(epoch, at);
        Ok(Some(at))
    }

    /// The row that stands for an envelope's position; made, and told to authority, at its first.
    pub(super) fn position_ref(&mut self, header: &Header) -> Result<i64, StoreError> {
        let key: PositionKey = (header.writer, header.scope, header.auth);
        if let Some(at) = self.memory.positions.get(&key) {
            return Ok(*at);
        }
        let (writer, scope) = (header.writer.as_bytes(), header.scope.as_bytes());
        let auth = auth_bytes(header.auth.as_ref());
        let found = self
            .db
            .prepare_cached(
                "SELECT ref FROM positions WHERE writer = ?1 AND scope = ?2 AND auth = ?3",
            )?
            .query_row((writer, scope, auth), |row| row.get(0))
            .optional()?;
        let at = match found {
            Some(at) => at,
            None => self.new_position(key)?,
        };
        self.memory.remember_position(key, at);
        Ok(at)
    }

    fn new_position(&mut self, (writer, scope, auth): PositionKey) -> Result<i64, StoreError> {
        if let Some(auth) = auth {
            self.memory.roster.note_use(writer, auth);
        }
        let standing = authority::standing(&self.memory.roster, (writer, scope, auth));
        self.db
            .prepare_cached(
                "INSERT INTO positions (writer, scope, auth, standing) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((writer.as_bytes(), scope.as_bytes(), auth_bytes(auth.as_ref()), standing))?;
        Ok(self.db.last_insert_rowid())
    }

    /// Asks the roster about every position again and queues the envelopes of those of which it
    /// says something else now.
    pub(super) fn compare_standings(&mut self) -> Result<(), StoreError> {
        let (mut changed, mut uneven) = (Vec::new(), Vec::new());
        let all = "SELECT ref, writer, scope, auth, standing FROM positions";
        let mut rows = self.db.prepare_cached(all)?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            let writer = WriterId::from_bytes(row.get(1)?);
            let scope = ScopeId::from_bytes(row.get(2)?);
            let auth = EnvelopeId::from_slice(&row.get::<_, Vec<u8>>(3)?);
            let standing = authority::standing(&self.memory.roster, (writer, scope, auth));
            if standing != row.get::<_, String>(4)? {
                changed.push((at, standing));
            } else if standing == authority::UNEVEN {
                uneven.push(at);
            }
        }
        for (at, standing) in changed {
            self.db
                .prepare_cached("UPDATE positions SET standing = ?2 WHERE ref = ?1")?
                .execute((at, standing))?;
            self.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO todo
                     SELECT row FROM envelopes WHERE position_ref = ?1",
                )?
                .execute([at])?;
            self.memory.unfinished = true;
        }
        uneven.into_iter().try_for_each(|at| self.compare_each(at))
    }
}
