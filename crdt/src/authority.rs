//! Who may do what: a pure function of the set of signed statements.
//!
//! There is no server that knows the members, and no vote. Everybody who holds the same statements
//! comes to the same roster, whatever order they arrived in and whoever passed them on; whoever is
//! cut off comes to the roster of what he holds.
//!
//! # Rules
//!
//! 1. *Form.* What an envelope cites must be here, of the same scope, and its place in the order
//!    exact. (`index`)
//! 2. *Cite.* Who acts is the subject of the grant that he cites. A statement counts only in the
//!    roster or in the scope it is over, where all whom it concerns can read it.
//! 3. *Rank first.* To give or take a role needs a strictly higher one over a place that contains
//!    its place; from staff upwards also a second signature. (`policy` is the table)
//! 4. *Cut.* A removal or revocation says of each chain how far it still counts. Nothing later and
//!    nothing back-dated gets behind it; staff of the same rank may admit more. (`resolve`)
//! 5. *Remove wins* over every grant that does not cite it from a rank and place as high.
//! 6. *Ancestry.* What counts may bring back, with a mark, the messages that it answers.
//! 7. *Forks.* A writer who says two things in one place is not believed in either until somebody
//!    chooses; his messages are shown with a mark. (`forks`)
//! 8. *Groups* have a door: open, by invitation, or vouched for. (`groups`)
//! 9. *Heal*: the person, with a key above his devices, chooses a branch.
//! 10. *Content* counts under a grant over exactly its place, or from above where the group's
//!     founding says so. (`content`)
//! 11. *Keys.* Paper over sealed over devices. (`keys`)
//!
//! Beside the rules, and of no weight in them: who takes turns together. (`households`)
//!
//! # Invariants
//!
//! - Nothing depends on a clock, or on what arrived first.
//! - It ends: what a statement needs is cited by hash or of higher rank, what can void it is of
//!   higher rank. A hostile set costs time in proportion to its size and never the stack.
//! - Nobody gets a rank that no chain of falling ranks from the root gives.
//!
//! # Deliberately absent
//!
//! Names (`body::Card`), quotas, and what is behind an id: the roster is ids, ranks and places, so
//! that a relay that reads it learns little.
//!
//! # Considered and rejected
//!
//! First come, first served for conflicting statements: a cut leaves no "first". The last writer's
//! word by clock: a removed phone sets its clock back. Counting endorsements of a fork's branches:
//! two friends of a thief would outvote the honest half.

mod content;
mod evaluate;
mod explain;
mod fact;
mod forks;
mod groups;
mod households;
mod index;
mod keyring;
mod keys;
mod policy;
mod readers;
mod resolve;
mod roster;
mod vaults;
mod verdict;

pub use evaluate::{Outcome, Shown, evaluate};
pub use explain::{Device, Fork, Knock, Rests, Standing};
pub use fact::{Fact, NotAFact, Says};
pub use households::Households;
pub use index::{Charter, Spot};
pub use roster::{LiveRole, Roster};
pub use verdict::{Door, Flag, Group, Reason, Verdict};

#[cfg(test)]
mod tests;
