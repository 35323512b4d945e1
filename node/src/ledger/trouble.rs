//! What does not count here, and why; and chains that forked, with a choice for their owners.

use crdt::{authority::Fork, body::Statement, id::EnvelopeId, judge::Fate};

use super::{
    Failed, Ledger,
    removal::{gist, kind_word},
};
use crate::{
    api::{ApiError, Branch, ErrorKind, ForkRow, RosterReply, TroubleRow},
    store::truth::Listed,
};

/// Rows of the list of trouble.
const TROUBLE_MAX: u32 = 1_000;

/// What an envelope waits for that is named in the list.
const WAITS_SHOWN_MAX: usize = 8;

impl Ledger {
    pub(super) fn trouble(&mut self, last: u32) -> Result<RosterReply, Failed> {
        let limit = last.min(TROUBLE_MAX) as usize;
        let fates = [
            (Fate::Pending, "pending"),
            (Fate::Quarantined, "quarantined"),
            (Fate::Poison, "poison"),
            (Fate::Sealed, "sealed"),
        ];
        let mut rows = Vec::new();
        for (fate, word) in fates {
            for listed in self.truth.read().listed(fate, limit)? {
                rows.push(self.trouble_row(&listed, word)?);
            }
        }
        let counts = self.truth.read().counts(None)?;
        let (pending, quarantined, poison) = (counts.pending, counts.quarantined, counts.poison);
        Ok(RosterReply::Trouble { rows, pending, quarantined, poison })
    }

    fn trouble_row(&self, listed: &Listed, fate: &str) -> Result<TroubleRow, Failed> {
        let meta = &listed.meta;
        let reading = self.truth.read();
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", meta.id.to_hex())]);
        let header = reading.verdict(&meta.id)?.ok_or_else(unknown)?.header;
        let mut waits_for = Vec::new();
        if listed.fate == Fate::Pending {
            let root = EnvelopeId::from(self.community);
            let cited = header.prev.iter().chain(&header.deps).chain(&header.auth);
            for id in cited.filter(|id| **id != root).take(WAITS_SHOWN_MAX) {
                if !reading.holds(id)? {
                    waits_for.push(*id);
                }
            }
        }
        let roster = self.truth.roster();
        let author = header.auth.and_then(|auth| roster.author(&auth));
        let author = match author.or_else(|| roster.person_of(header.writer)) {
            Some(author) => self.views.name_of(&author)?,
            None => header.writer.to_string(),
        };
        Ok(TroubleRow {
            id: meta.id,
            fate: fate.to_owned(),
            reason: listed.reason.clone(),
            kind: kind_word(meta.kind).to_owned(),
            author,
            group: self.scope_name(&meta.scope)?,
            waits_for,
            claimed_ms: meta.claimed,
        })
    }

    pub(super) fn list_forks(&mut self) -> Result<RosterReply, Failed> {
        let forks = self.truth.roster().forks();
        let rows: Result<Vec<ForkRow>, Failed> =
            forks.iter().map(|fork| self.fork_row(fork)).collect();
        Ok(RosterReply::Forks { forks: rows? })
    }

    fn fork_row(&self, fork: &Fork) -> Result<ForkRow, Failed> {
        let mut branches = Vec::new();
        for id in &fork.rivals {
            let Some(held) = self.truth.read().verdict(id)? else { continue };
            branches.push(Branch {
                id: *id,
                kind: kind_word(held.header.kind).to_owned(),
                text: gist(&held),
                claimed_ms: held.header.claimed,
                chosen: fork.chosen == Some(*id),
            });
        }
        let person = match fork.person {
            Some(person) => self.views.name_of(&person)?,
            None => fork.writer.to_string(),
        };
        Ok(ForkRow {
            person,
            mine: fork.person.is_some() && fork.person == self.identity.person,
            writer: fork.writer,
            group: self.scope_name(&fork.scope)?,
            seq: fork.seq,
            branches,
        })
    }

    /// Chooses a branch of an own chain, under the sealed key.
    pub(super) fn heal(&mut self, text: &str) -> Result<RosterReply, Failed> {
        let not_forked = || ApiError::new(ErrorKind::NotForked, [("id", text.to_owned())]);
        let keep = self.envelope_named(text)?.ok_or_else(not_forked)?;
        let forks = self.truth.roster().forks();
        let fork = forks.into_iter().find(|it| it.rivals.contains(&keep)).ok_or_else(not_forked)?;
        if fork.person.is_none() || fork.person != self.identity.person {
            let args = [("what", "heal".to_owned())];
            return Err(ApiError::new(ErrorKind::NotFromHere, args).into());
        }
        let (writer, chain, seq) = (fork.writer, fork.scope, fork.seq);
        self.state_sealed(Statement::Heal { writer, chain, seq, keep }, None)?;
        self.list_forks()
    }
}
