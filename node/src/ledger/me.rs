//! Who asks, how large he reads, and how far he has read.
//!
//! That is each person's own, and this box's business alone: it is kept beside the truth and told to
//! nobody, also where lists are made anew.

use crdt::{
    body::Role,
    id::{GroupId, PersonId},
};

use super::{After, Failed, Ledger, answer::role_word, decide::say};
use crate::api::{MePage, Reply, ResidentRow};

fn elder_key(person: &PersonId) -> String {
    format!("elder/{}", person.to_hex())
}

/// The last message of a group that came here before somebody read it: its row in the truth.
fn read_key(person: &PersonId, group: &GroupId) -> String {
    format!("read/{}/{}", person.to_hex(), group.to_hex())
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
            lives_in: match self.place_of_home()? {
                Some(place) => Some(self.place_name(&place)?),
                None => None,
            },
            papers: self.paper_state()?,
            residents: all.map(|(id, name)| ResidentRow { id, name: name.clone() }).collect(),
        })))
    }

    /// How many messages of others came to a group since whoever asks last read there.
    pub(super) fn unread_in(&self, group: &GroupId) -> Result<u64, Failed> {
        let me = self.identity.person;
        let read = match me {
            Some(me) => self.kept_as(&read_key(&me, group))?.unwrap_or_default(),
            None => 0,
        };
        Ok(self.views.unread_in(group, me.as_ref(), read)?)
    }

    /// Whoever asks has read everything that came to a group until now.
    pub(super) fn mark_read(&mut self, group: &GroupId) -> Result<(), Failed> {
        let key = read_key(&self.person()?, group);
        let newest = self.views.newest_in(group)?;
        // Nothing is written where nothing is new: every look at a group comes here.
        if self.kept_as::<i64>(&key)?.unwrap_or_default() < newest {
            self.keep_as(&key, &newest)?;
        }
        Ok(())
    }

    /// From now on whoever asks reads large, or does not.
    pub(super) fn read_large(&mut self, on: bool) -> Result<After, Failed> {
        let key = elder_key(&self.person()?);
        self.keep_as(&key, &on)?;
        Ok(say(Reply::Done))
    }
}
