//! Relays: boxes that carry everything and read nothing.
//!
//! A relay's person is in one group and nowhere else: a group by invitation, made at the first
//! invitation of this kind, which is not the group of everybody. So every node exchanges envelopes
//! with its box, its words count nowhere, and no epoch is ever sealed to it.

use crdt::{
    body::{GroupKind, Statement},
    id::GroupId,
    invitation::{Invitation, invitation_key},
};

use super::{After, Failed, Ledger};
use crate::api::{ApiError, GroupTerms, Reply};

/// What the group is called.
const RELAYS: &str = "relays";

impl Ledger {
    /// Opens the door of the relays' group.
    pub(super) fn invite_relay(&mut self) -> Result<After, Failed> {
        let not_allowed = || ApiError::not_allowed("invite");
        let person = self.person()?;
        let id = match self.relays()? {
            Some(id) => id,
            None => self.found_group(RELAYS, GroupKind::Invite, 0, &GroupTerms::default())?,
        };
        let roster = self.truth.roster();
        let group = roster.group(&id).ok_or_else(not_allowed)?.place;
        let auth = roster.may_invite(person, &id).ok_or_else(not_allowed)?;
        let secret = self.dice.draw();
        let key = invitation_key(&secret).key();
        let invite =
            self.say(Statement::Invite { group: group.clone(), key, once: false }, auth)?;
        let everybody = self.truth.roster().everybody();
        let lines = self.views.groups()?;
        let all = lines.into_iter().find(|line| Some(line.id) == everybody);
        let link = Invitation {
            genesis: self.genesis.clone(),
            name: all.map(|line| line.description).unwrap_or_default(),
            invite,
            group,
            secret,
            addresses: self.addresses.clone(),
        };
        Ok(After::Say(Box::new(Reply::Invite { link: link.to_link() })))
    }

    /// The relays' group, if this person's node knows one that he may invite into.
    fn relays(&self) -> Result<Option<GroupId>, Failed> {
        let person = self.person()?;
        let roster = self.truth.roster();
        let mut named = self.views.groups()?.into_iter().filter(|line| line.name == RELAYS);
        let found = named.find(|line| {
            let kind = roster.group(&line.id).map(|group| group.kind);
            kind == Some(GroupKind::Invite) && roster.may_invite(person, &line.id).is_some()
        });
        Ok(found.map(|line| line.id))
    }
}
