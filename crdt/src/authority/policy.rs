//! Which role may say what: one table, and nothing is allowed that it does not name.
//!
//! | Statement | Least role | His place must | It may be written in |
//! |---|---|---|---|
//! | grant, remove | above the role that it touches | contain the role's place | roster, or that place |
//! | admit | the remover's, and above the removed role | contain the removal's place | roster, or that place |
//! | found a group | steward | contain the parent | roster |
//! | found the group of everybody | admin | be the community | roster |
//! | rules, invite | steward | contain the group | roster, or the group |
//! | vouch | member | be that very group | roster, or the group |
//! | revoke another's key | staff, and above the acts that it voids | contain their place | roster |
//! | certify, revoke one's own key, heal, join | – | – | need no grant: keys, doors and vouches speak |
//!
//! From staff upwards everything here also needs a second signature ([`NEEDS_SECOND`]).
//!
//! | Content | Least role |
//! |---|---|
//! | in a group or place | any over exactly that place |
//! | in a group below | staff, or steward, where its founding says so ([`oversight`]) |
//! | take down, put back, record an exception | steward over the group or around it, where it was written |
//! | name an area | steward over the place around it, where it was written |
//! | list a group, ask for something, attest, refuse, make an exception, suspend | steward over the group or around it, where it was written |
//! | open a vote, cancel it | steward over its place or around it, where it was written |
//! | enter a paper ballot, end the wait for reports | the same, or whoever the vote names to count |
//! | edit, take back | the message's author |
//! | report, leave | any in the group |
//! | apply to a team | any in the community |
//!
//! What may be done to a request stands in `lifecycle::policy`.

use crate::body::{Oversight, Place, Role, Statement};

use super::index::Power;

/// From this rank on a statement needs the person's sealed or paper key.
pub(super) const NEEDS_SECOND: u8 = Role::Staff.rank();

/// From this rank on somebody whose place contains a group owns it.
pub(super) const OWNS: u8 = Role::Steward.rank();

/// What a statement asks of whoever makes it.
pub(super) struct Demand<'a> {
    /// The least rank.
    least: u8,
    /// Which place his must contain.
    place: &'a Place,
    /// Must his place be that very place?
    exactly: bool,
    /// Whose scope it may stand in, besides the roster; none: the roster alone.
    pub home: Option<&'a Place>,
}

/// What an admission admits to: who removed, and what.
pub(super) struct Removed<'a> {
    /// The remover's rank.
    pub by: u8,
    /// The rank of the role that was taken; 0 where a key was revoked.
    pub role: u8,
    /// Over which place.
    pub over: &'a Place,
}

impl Demand<'_> {
    /// Does this power meet it?
    pub fn is_met_by(&self, power: &Power<'_>) -> bool {
        let there =
            if self.exactly { power.over == self.place } else { power.over.contains(self.place) };
        power.rank >= self.least && there
    }
}

/// The table. None: this statement is not made under a grant at all.
///
/// `removed` is what an admission cites; `speaker` is the place of whoever speaks, which is also what
/// his revocation reaches over.
pub(super) fn demand<'a>(
    statement: &'a Statement,
    removed: Option<Removed<'a>>,
    speaker: &'a Place,
) -> Option<Demand<'a>> {
    let steward = Role::Steward.rank();
    let over = |least, place, home| Demand { least, place, exactly: false, home };
    Some(match statement {
        Statement::Grant { role, over: place, .. }
        | Statement::Remove { role, over: place, .. } => over(role.rank() + 1, place, Some(place)),
        Statement::Admit { .. } => {
            let removed = removed?;
            over(removed.by.max(removed.role + 1), removed.over, Some(removed.over))
        }
        Statement::Genesis { parent, everyone: true, .. } if parent.0.is_empty() => {
            over(Role::Admin.rank(), parent, None)
        }
        Statement::Genesis { everyone: true, .. } => return None,
        Statement::Genesis { parent, .. } => over(steward, parent, None),
        Statement::Rules { group, .. } | Statement::Invite { group, .. } => {
            over(steward, group, Some(group))
        }
        Statement::Vouch { group, .. } => {
            Demand { least: Role::Member.rank(), place: group, exactly: true, home: Some(group) }
        }
        Statement::Revoke { .. } => over(Role::Staff.rank(), speaker, None),
        Statement::Certify { .. } | Statement::Heal { .. } | Statement::Join { .. } => return None,
    })
}

/// The least rank that may write in a group from above it; none: nobody.
pub(super) fn oversight(oversight: Oversight) -> Option<u8> {
    match oversight {
        Oversight::None => None,
        Oversight::Staff => Some(Role::Staff.rank()),
        Oversight::Steward => Some(Role::Steward.rank()),
    }
}
