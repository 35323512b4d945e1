//! Who asks, and how large he reads.
//!
//! How somebody reads is this box's business alone: it is kept beside the truth and told to nobody.

use crdt::{body::Role, id::PersonId};

use super::{After, Failed, Ledger, answer::role_word, decide::say};
use crate::api::{MePage, Reply, ResidentRow};

fn elder_key(person: &PersonId) -> String {
    format!("elder/{}", person.to_hex())
}

impl Ledger {
    /// Whoever asks.
    pub(super) fn me(&self) -> Result<Reply, Failed> {
        let id = self.person()?;
        let roles = self.truth.roster().live_roles(id);
        let highest = roles.iter().map(|role| role.role).max().unwrap_or(Role::Member);
        let first = self.identity.person.map(|id| (id, &self.identity.person_name));
        let others = self.identity.others.iter().filter_map(|it| Some((it.person?, &it.name)));
        let all = first.into_iter().chain(others);
        Ok(Reply::Me(Box::new(MePage {
            id,
            name: self.identity.person_name.clone(),
            role: role_word(highest),
            desk: self.works_here(id),
            elder: self.kept_as(&elder_key(&id))?.unwrap_or_default(),
            residents: all.map(|(id, name)| ResidentRow { id, name: name.clone() }).collect(),
        })))
    }

    /// From now on whoever asks reads large, or does not.
    pub(super) fn read_large(&mut self, on: bool) -> Result<After, Failed> {
        let key = elder_key(&self.person()?);
        self.keep_as(&key, &on)?;
        Ok(say(Reply::Done))
    }
}
