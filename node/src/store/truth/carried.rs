//! What a bundle carries: envelopes in the order in which they came here, and what became of those
//! that it brought.

use crdt::{envelope::Envelope, id::EnvelopeId, judge::Fate};
use rusqlite::OptionalExtension;

use super::{
    read::Reading,
    row::{self, Row},
};
use crate::store::error::StoreError;

impl Reading<'_> {
    /// The next envelopes after a row, at most `limit`, each with its row. An author's come in the
    /// order of his chain as far as they came so.
    ///
    /// # Errors
    ///
    /// Where the disk fails, or a row no longer says what its id names.
    pub fn after(&self, row: i64, limit: u32) -> Result<Vec<(i64, Envelope)>, StoreError> {
        let condition = "e.row > ?1 ORDER BY e.row LIMIT ?2";
        let mut found = self.db.prepare_cached(&row::select(condition))?;
        let mut found = found.query((row, limit))?;
        let mut out = Vec::new();
        while let Some(sql) = found.next()? {
            let it = Row::read(sql)?;
            out.push((it.row, it.envelope()?));
        }
        Ok(out)
    }

    /// Where an envelope stands in the order of arrival; none where it is not here.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn row_of(&self, id: &EnvelopeId) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT row FROM envelopes WHERE id = ?1";
        let mut one = self.db.prepare_cached(sql)?;
        Ok(one.query_row([id.as_bytes()], |row| row.get(0)).optional()?)
    }

    /// What became of an envelope; none where it is not here.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn fate_of(&self, id: &EnvelopeId) -> Result<Option<Fate>, StoreError> {
        let sql = "SELECT fate FROM envelopes WHERE id = ?1";
        let mut one = self.db.prepare_cached(sql)?;
        let fate: Option<u8> = one.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        Ok(fate.and_then(Fate::from_number))
    }
}
