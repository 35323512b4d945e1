//! Forgetting a vault: bodies of details and openings, the envelopes that carry its keys, and its
//! secret. Headers stay, so every node still holds the same set.
//!
//! # Rules
//!
//! 1. Erase beats keep in every order: what comes after an erasure is not kept, what came before goes,
//!    and nothing of it is asked for again.
//! 2. An erasure that loses its right later does not bring back what is gone.
//! 3. The bytes go from the disk too: free pages are overwritten, the log and the daybook emptied.

use std::collections::BTreeSet;

use crdt::{
    authority::{Roster, Spot},
    body::{Act, Body, Key, Part, Unreadable, VaultClass, VaultName},
    envelope::{Header, Kind},
    id::{EnvelopeId, PersonId, RequestId, ScopeId},
    judge::Fate,
};
use rusqlite::Connection;

use super::{
    Truth, Work,
    memory::Memory,
    row::{self, Gone, Row},
};
use crate::store::error::StoreError;

/// What must be known of an erasure to judge it.
#[derive(Clone)]
pub(super) struct Erases {
    /// Whose word counts: who asked, as far as it can be read here; none where it cites no act that
    /// founds the request. Of a real name: whose it is.
    home: Option<BTreeSet<PersonId>>,
    class: VaultClass,
}

impl Erases {
    pub fn is_allowed(&self, roster: &Roster, id: EnvelopeId, header: &Header) -> bool {
        let groups = roster.groups();
        let group = groups.iter().find(|group| group.id.scope() == header.scope);
        let (Some(home), Some(group)) = (&self.home, group) else { return false };
        roster.may_erase(&group.id, home, self.class, &Spot::of(id, header))
    }
}

impl Work<'_> {
    /// What an erasure is about; none of anything else.
    pub(super) fn erases(
        &mut self,
        header: &Header,
        body: Result<&Body, Unreadable>,
    ) -> Result<Option<Erases>, StoreError> {
        let Ok(Body::Erasure(erasure)) = body else { return Ok(None) };
        let class = erasure.vault.class;
        if let Some(person) = erasure.vault.person() {
            return Ok(Some(Erases { home: Some(BTreeSet::from([person])), class }));
        }
        let mut home: Option<BTreeSet<PersonId>> = None;
        for dep in &header.deps {
            let Some(cited) = self.cited(dep)? else { continue };
            let ask = row::by_row(self.db, cited.row)?;
            if let Some(asked) = self.asked_by(&ask, header.scope, erasure.vault.request)? {
                home.get_or_insert_default().extend(asked);
            }
        }
        Ok(Some(Erases { home, class }))
    }

    /// Who asked by this envelope, where it may found the request: nobody, where it cannot be read
    /// here and does not name the request by its own id.
    fn asked_by(
        &mut self,
        ask: &Row,
        scope: ScopeId,
        request: RequestId,
    ) -> Result<Option<Vec<PersonId>>, StoreError> {
        let author = ask.header.auth.and_then(|auth| self.memory.roster.author(&auth));
        let Some(author) = author.filter(|_| ask.header.scope == scope) else { return Ok(None) };
        if ask.header.kind != Kind::ACT {
            return Ok(None);
        }
        let it = match ask.read_body(&self.memory.keyring) {
            Ok(Body::Act(Act::Ask(it))) if it.request(ask.id) == request => it,
            Ok(_) => return Ok(None),
            Err(_) if ask.id == request => return Ok(Some(vec![author])),
            Err(_) => return Ok(Some(Vec::new())),
        };
        let mut names = it.names(author);
        if it.role == Part::Desk && !self.memory.roster.is_desk(author) {
            names.clear();
        }
        if let (Some(message), true) = (it.message, it.role != Part::Desk) {
            // Whoever makes a request of another's message does not become the one who asked.
            let said = self.cited(&message)?;
            let said = said.map(|cited| row::by_row(self.db, cited.row)).transpose()?;
            let by = said.and_then(|it| self.memory.roster.author(&it.header.auth?));
            names.retain(|(who, _)| Some(*who) == by);
        }
        Ok(Some(names.into_iter().map(|(who, _)| who).collect()))
    }

    /// Rule 1, for what comes late.
    pub(super) fn is_erased(
        &mut self,
        id: EnvelopeId,
        header: &Header,
        body: &Result<Body, Unreadable>,
    ) -> Result<bool, StoreError> {
        match body {
            Ok(Body::Key(Key::Vault { vault, .. })) if self.memory.keyring.is_erased(vault) => {
                self.erase_epoch(id)?;
                Ok(true)
            }
            Ok(Body::Key(Key::Share { epoch, .. })) => Ok(self.memory.erased.contains(epoch)),
            _ if header.kind == Kind::VAULT => {
                Ok(header.epoch.is_some_and(|epoch| self.memory.erased.contains(&epoch)))
            }
            _ => Ok(false),
        }
    }

    /// Remembers an erasure, and carries it out where it counts.
    pub(super) fn note_erasure(
        &mut self,
        row: i64,
        body: Option<&Body>,
        fate: Fate,
    ) -> Result<(), StoreError> {
        let Some(Body::Erasure(erasure)) = body else { return Ok(()) };
        self.memory.erasures.insert(row);
        if fate == Fate::Accepted && !self.memory.keyring.is_erased(&erasure.vault) {
            self.erase(erasure.vault)?;
        }
        Ok(())
    }

    fn erase(&mut self, vault: VaultName) -> Result<(), StoreError> {
        let keys = self.memory.keyring.keys_of_vault(&vault);
        self.memory.keyring.erase(vault);
        for id in keys {
            if let Some(cited) = self.cited(&id)? {
                self.empty(cited.row)?;
            }
            self.erase_epoch(id)?;
        }
        Ok(())
    }

    /// Takes away what was sealed under an epoch, and what handed it on before it came itself.
    fn erase_epoch(&mut self, epoch: EnvelopeId) -> Result<(), StoreError> {
        self.memory.erased.insert(epoch);
        self.memory.must_wipe = true;
        for share in self.memory.keyring.shares_of(&epoch) {
            if let Some(cited) = self.cited(&share)? {
                self.empty(cited.row)?;
            }
        }
        let Some(at) = self.memory.epochs.get(&epoch) else { return Ok(()) };
        let mut rows = self
            .db
            .prepare_cached("SELECT row FROM envelopes WHERE epoch_ref = ?1 AND kind = 12")?;
        let rows = rows.query_map([at], |row| row.get(0))?;
        let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
        rows.into_iter().try_for_each(|row| self.empty(row))
    }

    fn empty(&mut self, row: i64) -> Result<(), StoreError> {
        let held = row::by_row(self.db, row)?;
        if matches!(held.gone, None | Some(Gone::NotSent)) {
            self.drop_body(&held, Gone::Erased)?;
            self.memory.queue.insert(row);
        }
        Ok(())
    }
}

impl Memory {
    /// Reads what is to be forgotten. Erasures are plain and their bodies never go.
    pub(super) fn read_erasures(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut rows = db.prepare_cached(&row::select("e.kind = 10"))?;
        let mut rows = rows.query([])?;
        while let Some(sql) = rows.next()? {
            let row = Row::read(sql)?;
            let Ok(Body::Erasure(erasure)) = row.read_body(&self.keyring) else { continue };
            self.erasures.insert(row.row);
            if row.fate == Fate::Accepted {
                self.keyring.erase(erasure.vault);
            }
        }
        let mut keys =
            db.prepare_cached("SELECT id FROM envelopes WHERE kind = 9 AND gone = ?1")?;
        for id in keys.query_map([Gone::Erased as u8], |row| row.get(0))? {
            self.erased.insert(EnvelopeId::from_bytes(id?));
        }
        Ok(())
    }
}

impl Truth {
    /// Rule 3; what cannot be done now is tried again after the next commit.
    pub(super) fn wipe_what_is_erased(&mut self) {
        if !self.memory.must_wipe {
            return;
        }
        let log = self.path.is_none()
            || self
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .is_ok_and(|busy| busy == 0);
        self.memory.must_wipe = !(log && self.daybook.wipe());
    }
}
