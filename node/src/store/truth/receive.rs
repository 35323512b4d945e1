//! How envelopes get a row: known already? well signed? then in, with everything that moves along.

use std::{collections::BTreeSet, sync::Arc};

use crdt::{
    body::{Body, Unreadable},
    envelope::{Envelope, Header, Kind, Malformed},
    id::EnvelopeId,
    judge::Known,
    keys::Check,
};
use rusqlite::OptionalExtension;

use super::{
    Parcel, Received, Truth, Work, authority,
    memory::Cited,
    row::{self, Gone},
};
use crate::store::error::StoreError;

impl Truth {
    /// Takes in what a peer or a file handed over: all or nothing, in any order, as often as one
    /// likes. `seed` blinds the batch check of signatures and must be fresh.
    ///
    /// An envelope without a body is kept as poison until somebody hands over its body; a body that
    /// was dropped here does not come back.
    ///
    /// # Errors
    ///
    /// Where the disk fails.
    pub fn receive(
        &mut self,
        parcel: impl Into<Parcel>,
        seed: [u8; 32],
    ) -> Result<Received, StoreError> {
        let parcel = parcel.into();
        self.whole(|truth| {
            let mut work = truth.work();
            let received = work.receive(&parcel, seed)?;
            work.settle()?;
            Ok(received)
        })
    }
}

impl Work<'_> {
    fn receive(&mut self, parcel: &Parcel, seed: [u8; 32]) -> Result<Received, StoreError> {
        let mut received = Received::default();
        let mut seen = BTreeSet::new();
        let (mut news, mut checked, mut again) = (Vec::new(), Vec::new(), Vec::new());
        let (envelopes, known) = parcel.open();
        for (at, envelope) in envelopes.into_iter().enumerate() {
            let id = envelope.id();
            if !seen.insert(id) || self.cited(&id)?.is_some() {
                again.push(envelope);
                continue;
            }
            checked.extend(known.as_ref().and_then(|known| known.get(at)));
            news.push(envelope);
        }
        if known.is_none() {
            let checks: Vec<Check> = news.iter().map(|it| it.check(&self.community)).collect();
            checked = check_all(&checks, seed);
        }
        let mut signed = Vec::with_capacity(news.len());
        for (envelope, good) in news.into_iter().zip(checked) {
            if good {
                signed.push(envelope);
            } else {
                received.refused.push((envelope.id(), Malformed::BadSignature));
            }
        }
        // What is cited stands before what cites it, as far as one batch can tell.
        signed.sort_by_key(|it| (it.header().kind != Kind::STATEMENT, it.header().lamport));
        for envelope in signed {
            self.admit(&envelope)?;
            received.new.push(Arc::new(envelope));
        }
        let mut roster_is_stale = false;
        for envelope in again {
            received.known += 1;
            if let Some(is_whole) = self.take_late_body(&envelope)? {
                roster_is_stale |= envelope.header().scope == self.community.roster();
                received.whole.extend(is_whole.then(|| envelope.id()));
            }
        }
        if roster_is_stale {
            // Once for all of them: it costs a look at every statement.
            self.memory.read_roster_anew(self.db, self.community)?;
        }
        Ok(received)
    }

    /// Gives an envelope that is not held yet its row.
    pub(super) fn admit(&mut self, envelope: &Envelope) -> Result<(), StoreError> {
        let gone = if envelope.body().is_some() { None } else { Some(Gone::NotSent) };
        let keys = Some(&self.memory.keyring);
        let body = row::read_body(envelope.header(), gone, envelope.body(), keys);
        self.admit_read(envelope, gone, body)
    }

    /// The same where its body was read.
    pub(super) fn admit_read(
        &mut self,
        envelope: &Envelope,
        mut gone: Option<Gone>,
        mut body: Result<Body, Unreadable>,
    ) -> Result<(), StoreError> {
        self.memory.touched = true;
        let (id, header) = (envelope.id(), envelope.header());
        let scope_ref = self.scope_ref(header.scope)?;
        let position_ref = self.position_ref(header)?;
        let epoch_ref = self.epoch_ref(header)?;
        self.note_fork(id, header)?;
        self.memory.lacks_bodies |= gone.is_some();
        if gone.is_none() && self.is_erased(id, header, &body)? {
            body = Err(Unreadable::Erased);
        }
        let subject = body.as_ref().ok().and_then(|body| subject(id, body));
        let verdict = self.judge((id, header), body.as_ref(), || Ok(envelope.clone()))?;
        if let Some(error) = verdict.unreadable {
            gone = gone.or(Gone::because(error));
        }
        let kept_body = envelope.body().filter(|_| gone.is_none());
        self.memory.judged += 1;
        let reason = self.memory.reason_ref(self.db, verdict.code)?;
        self.db
            .prepare_cached(
                "INSERT INTO envelopes (id, position_ref, scope_ref, bucket, kind, seq, lamport,
                     claimed, fate, reason, sound, judged, subject, gone, cites, rest, signature,
                     body, epoch_ref)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                     ?17, ?18, ?19)",
            )?
            .execute(rusqlite::params![
                id.as_bytes(),
                position_ref,
                scope_ref,
                header.bucket.0,
                header.kind.0,
                header.seq.cast_signed(),
                header.lamport.cast_signed(),
                header.claimed.0.cast_signed(),
                verdict.fate as u8,
                reason,
                verdict.sound,
                self.memory.judged,
                subject,
                gone.map(|gone| gone as u8),
                row::join_cites(header),
                row::rest_of(header, kept_body.is_some()),
                envelope.signature(),
                kept_body,
                epoch_ref,
            ])?;
        let row = self.db.last_insert_rowid();
        self.memory.last_row = row;
        self.memory.count_in(scope_ref, header.bucket, &id);
        self.memory.remember(id, Cited { row, known: known(header, verdict.sound) });
        self.note_key((id, header.scope), body.as_ref().ok(), verdict.fate)?;
        self.note_erasure(row, body.as_ref().ok(), verdict.fate)?;
        self.take_effect(row, id, header, subject.as_deref(), None, &verdict)?;
        if let Ok(body) = body {
            self.memory.opened.keep(row, body);
        }
        Ok(())
    }

    /// What is known of a held envelope.
    pub(super) fn cited(&mut self, id: &EnvelopeId) -> Result<Option<Cited>, StoreError> {
        if let Some(cited) = self.memory.cited.get(id) {
            return Ok(Some(*cited));
        }
        let found = self
            .db
            .prepare_cached(
                "SELECT e.row, p.writer, p.scope, e.seq, e.lamport, e.sound
                 FROM envelopes e JOIN positions p ON p.ref = e.position_ref WHERE e.id = ?1",
            )?
            .query_row([id.as_bytes()], |row| {
                let known = Known {
                    writer: crdt::id::WriterId::from_bytes(row.get(1)?),
                    scope: crdt::id::ScopeId::from_bytes(row.get(2)?),
                    seq: row.get::<_, i64>(3)?.cast_unsigned(),
                    lamport: row.get::<_, i64>(4)?.cast_unsigned(),
                    sound: row.get(5)?,
                };
                Ok(Cited { row: row.get(0)?, known })
            })
            .optional()?;
        if let Some(cited) = found {
            self.memory.remember(*id, cited);
        }
        Ok(found)
    }

    /// Puts a body where there never was one. The header, whose signature was checked when it came,
    /// names the body by hash, and `envelope` could not be made with another. Says whether it is
    /// whole now, or its body is such that none is kept; nothing where nothing has changed.
    fn take_late_body(&mut self, envelope: &Envelope) -> Result<Option<bool>, StoreError> {
        let (id, header) = (envelope.id(), envelope.header());
        let (Some(cited), true) = (self.cited(&id)?, envelope.body().is_some()) else {
            return Ok(None);
        };
        let mut body = row::read_body(header, None, envelope.body(), Some(&self.memory.keyring));
        if self.is_erased(id, header, &body)? {
            body = Err(Unreadable::Erased);
        }
        let checked = match (header.kind, body.as_ref()) {
            (Kind::STATEMENT, Ok(body)) => {
                authority::checked_fact(envelope, Ok(body), &self.community).map(|_| ())
            }
            (_, body) => body.map(|_| ()).map_err(|error| *error),
        };
        let gone = checked.err().and_then(Gone::because);
        let kept_body = envelope.body().filter(|_| gone.is_none());
        let subject = body.ok().and_then(|body| subject(id, &body));
        let scope_ref = self.scope_ref(header.scope)?;
        let position_ref = self.position_ref(header)?;
        let epoch_ref = self.epoch_ref(header)?;
        // All of it: of a row that was damaged nothing but the id is believed (`mend`).
        let taken = self
            .db
            .prepare_cached(
                "UPDATE envelopes SET body = ?2, subject = ?3, rest = ?4, gone = ?5,
                     position_ref = ?7, scope_ref = ?8, bucket = ?9, kind = ?10, seq = ?11,
                     lamport = ?12, claimed = ?13, cites = ?14, signature = ?15, epoch_ref = ?16
                 WHERE row = ?1 AND gone = ?6",
            )?
            .execute(rusqlite::params![
                cited.row,
                kept_body,
                subject,
                row::rest_of(header, kept_body.is_some()),
                gone.map(|gone| gone as u8),
                Gone::NotSent as u8,
                position_ref,
                scope_ref,
                header.bucket.0,
                header.kind.0,
                header.seq.cast_signed(),
                header.lamport.cast_signed(),
                header.claimed.0.cast_signed(),
                row::join_cites(header),
                envelope.signature(),
                epoch_ref,
            ])?;
        if taken > 0 {
            self.memory.touched = true;
            self.memory.queue.insert(cited.row);
        }
        Ok((taken > 0).then_some(gone.is_none()))
    }
}

/// Signatures that are worth a thread: checking so many takes a hundred times what starting one does.
const THREAD_FROM: usize = 128;

/// Checks them all, in order, on two cores where there are many. `seed` as in [`Check::all`].
fn check_all(checks: &[Check], seed: [u8; 32]) -> Vec<bool> {
    if checks.len() < THREAD_FROM {
        return Check::all(checks, seed);
    }
    let (here, there) = checks.split_at(checks.len() / 2);
    let mut other_seed = seed;
    other_seed[0] ^= 1;
    std::thread::scope(|scope| {
        let there = scope.spawn(|| Check::all(there, other_seed));
        let mut good = Check::all(here, seed);
        match there.join() {
            Ok(more) => good.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        good
    })
}

/// What others will need to know to cite it.
pub(super) fn known(header: &Header, sound: bool) -> Known {
    Known {
        writer: header.writer,
        scope: header.scope,
        seq: header.seq,
        lamport: header.lamport,
        sound,
    }
}

/// What acts and changes are looked up by: the request, the series or the document.
pub(super) fn subject(id: EnvelopeId, body: &Body) -> Option<Vec<u8>> {
    match body {
        Body::Act(act) => Some(act.request(id).as_bytes().to_vec()),
        Body::Change(change) => Some(change.document.as_bytes().to_vec()),
        Body::Vault(it) => Some(it.vault().request.as_bytes().to_vec()),
        Body::Erasure(it) => Some(it.vault.request.as_bytes().to_vec()),
        Body::Ballot(it) => it.poll(id).map(|poll| poll.as_bytes().to_vec()),
        Body::Activity(it) => it.about(id).map(|activity| activity.as_bytes().to_vec()),
        Body::Statement(_)
        | Body::Talk(_)
        | Body::News(_)
        | Body::Receipt(_)
        | Body::Holding(_)
        | Body::Profile(_)
        | Body::Team(_)
        | Body::Card(_)
        | Body::Key(_) => None,
    }
}
