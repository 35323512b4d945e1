//! Somebody lost every device and his paper key: whoever made him what he is gives it to the person he is now.
//!
//! He came in again as somebody new, who has his face and none of his keys. What proves him is that he stands
//! there: the number of the new person is read from his new box.
//!
//! # Rules
//!
//! 1. All of it or nothing: the roles to the new person first, then all of them from the old one. In between
//!    nobody is without them, and a refusal of either leaves everything as it was.
//! 2. Each grant and each removal is an ordinary one and asks the policy as such. What whoever acts may not
//!    give is not given, and named: a group of somebody else's lets the new person in itself.
//! 3. What was removed from the new person before is not given here: that must be meant by itself.

use crdt::{
    body::{Place, Role, Statement},
    id::PersonId,
};

use super::{Failed, Ledger, answer::role_word, removal::Hand};
use crate::api::{ApiError, Keep, RoleRow, RosterReply};

impl Ledger {
    /// Gives what `old` is to `new`, whose number was read, and takes it from `old`.
    pub(super) fn rebind(
        &mut self,
        (old, new): (&str, &str),
        number: &str,
        keep: &Keep,
        anyway: bool,
    ) -> Result<RosterReply, Failed> {
        let (from, to) = (self.person_named(old)?, self.person_named(new)?);
        if from == to {
            return Err(ApiError::not_allowed("rebind_same").into());
        }
        self.must_stand_here(to, number)?;
        let (given, left) = self.give_what_he_has(from, to)?;
        let taken = self.remove_by(Hand::Mine, &from.to_hex(), (None, None), keep, anyway)?;
        self.has_met(to)?;
        match taken {
            RosterReply::Removed { removals, kept, cut } => {
                Ok(RosterReply::Rebound { person: to, given, left, removals, kept, cut })
            }
            other => Ok(other),
        }
    }

    /// Rules 2 and 3: what was given, and what is not whoever acts may give.
    fn give_what_he_has(
        &mut self,
        from: PersonId,
        to: PersonId,
    ) -> Result<(Vec<RoleRow>, Vec<RoleRow>), Failed> {
        let mut held: Vec<(Role, Place)> =
            self.truth.roster().live_roles(from).into_iter().map(|it| (it.role, it.over)).collect();
        held.sort_unstable();
        held.dedup();
        let has = self.truth.roster().live_roles(to);
        held.retain(|(role, over)| !has.iter().any(|it| it.role == *role && it.over == *over));
        let me = self.person()?;
        let (mut given, mut left) = (Vec::new(), Vec::new());
        for (role, over) in held {
            let row = self.role_row(role, &over)?;
            let group = over.group().map(|group| group.to_hex());
            let (undo, confirms) = (Vec::new(), Vec::new());
            let grant = Statement::Grant { person: to, role, over, undo, confirms };
            if self.truth.roster().may(me, &grant).is_err() {
                left.push(row);
                continue;
            }
            let word = role_word(role);
            self.give_by(Hand::Mine, &to.to_hex(), word, group.as_deref(), false)?;
            given.push(row);
        }
        Ok((given, left))
    }
}
