//! Private details of a request: what they say now, who looked, and who is given them.
//!
//! # Rules
//!
//! 1. Of the details of a class the highest (lamport, id) holds, written by somebody whose word on
//!    them counts: the home that asked, or whoever decided where he wrote it. A driver who was given a
//!    phone number cannot replace it; what the desk wrote down stays when its author leaves the desk.
//! 2. What stands under an epoch of another vault says nothing here.
//! 3. *Contact* is given to whoever holds a place that was granted, or has departed, while the
//!    request goes on. *Sensitive* is given to whom somebody who holds it by right has named, with a
//!    reason: what is written when the key is handed on names him.
//! 4. Where the page waits for a grant (`prefer_single`) and none came, *contact* is given to whoever
//!    holds the place [`LEAD_MS`] before the window opens, by the clock of whoever holds the vault. It
//!    is marked: nobody has confirmed him.
//! 5. Openings stand in the order of (lamport, id). Of very many the latest are told one by one
//!    ([`OPENINGS_TOLD_MAX`]), of the others how often who looked.
//! 6. Of a real name the person's own word holds, whenever it was written; the desk's where he said
//!    nothing.
//! 7. Anybody can found an epoch and call it the vault's. So whoever opens a vault writes that under the
//!    epoch of the details that hold, or else under one whose founder might hold the vault: a reason is
//!    read by whom it is for, and by all of them.
//!
//! # Deliberately absent
//!
//! Keys and erasure, which are `secrets`' and the store's.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Details, Vault, VaultClass, VaultName},
    id::{EnvelopeId, PersonId},
    lifecycle::{Case, Rank},
    limits::OPENINGS_TOLD_MAX,
    time::ClaimedTime,
};

/// How long before its window opens a request no longer waits for a grant (T−lead), in milliseconds:
/// time enough to call, to set off, and to find another.
pub const LEAD_MS: u64 = 2 * 60 * 60 * 1_000;

/// The reason under which contact is handed on by rule 4; pages have words for it.
pub const UNCONFIRMED: &str = "unconfirmed";

/// One envelope of a vault, opened.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Its place in the order.
    pub at: (u64, EnvelopeId),
    /// What its author's clock said.
    pub claimed: ClaimedTime,
    /// Who wrote it.
    pub who: PersonId,
    /// What it says.
    pub body: &'a Vault,
    /// Under which epoch it is sealed.
    pub epoch: EnvelopeId,
    /// Whose epoch that is.
    pub under: VaultName,
    /// Does its author's word on details and namings count, where he wrote this?
    pub decides: bool,
}

/// Somebody looked, or handed the key on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The envelope that says so.
    pub id: EnvelopeId,
    /// Who.
    pub who: PersonId,
    /// Why.
    pub reason: String,
    /// To whom it was handed on.
    pub to: Option<PersonId>,
    /// What his clock said.
    pub claimed: ClaimedTime,
}

/// What is in a vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// What it says now.
    pub details: Option<Details>,
    /// Under which epoch that stands.
    pub epoch: Option<EnvelopeId>,
    /// Who opened it, the latest, oldest first.
    pub openings: Vec<Opening>,
    /// Who opened it before those, and how often.
    pub earlier: BTreeMap<PersonId, u64>,
    /// To whom it was handed on by somebody whose word on it counts.
    pub named: BTreeSet<PersonId>,
}

/// Reads a vault envelope by envelope, in whatever order they come, each once. It holds one text for each of
/// two words and at most [`OPENINGS_TOLD_MAX`] openings, however many there are.
#[derive(Clone, Debug)]
pub struct Folding {
    vault: VaultName,
    /// The latest by the person whose vault it is, and by anybody who decides.
    own: Option<Said>,
    any: Option<Said>,
    openings: BTreeMap<(u64, EnvelopeId), Opening>,
    earlier: BTreeMap<PersonId, u64>,
    named: BTreeSet<PersonId>,
}

/// Details, where they stand in the order, and their epoch.
#[derive(Clone, Debug)]
struct Said {
    at: (u64, EnvelopeId),
    details: Details,
    epoch: EnvelopeId,
}

impl Folding {
    /// Of this vault nothing has been read yet.
    pub fn of(vault: VaultName) -> Self {
        let (own, any, openings) = (None, None, BTreeMap::new());
        let (earlier, named) = (BTreeMap::new(), BTreeSet::new());
        Self { vault, own, any, openings, earlier, named }
    }

    /// Takes one envelope; what belongs to another vault says nothing here.
    pub fn take(&mut self, it: &Given<'_>) {
        if it.under != self.vault || it.body.vault() != self.vault {
            return;
        }
        match it.body {
            Vault::Details { details, .. } if it.decides => {
                let own = self.vault.person() == Some(it.who);
                let latest = if own { &mut self.own } else { &mut self.any };
                if latest.as_ref().is_none_or(|said| said.at < it.at) {
                    *latest = Some(Said { at: it.at, details: details.clone(), epoch: it.epoch });
                }
            }
            Vault::Details { .. } => (),
            Vault::Opened { reason, to, .. } => {
                let says_why = !reason.trim().is_empty();
                self.named.extend(to.filter(|_| says_why && it.decides));
                let (id, who, reason, to) = (it.at.1, it.who, reason.clone(), *to);
                let opening = Opening { id, who, reason, to, claimed: it.claimed };
                self.openings.insert(it.at, opening);
                if self.openings.len() > OPENINGS_TOLD_MAX
                    && let Some((_, before)) = self.openings.pop_first()
                {
                    *self.earlier.entry(before.who).or_default() += 1;
                }
            }
        }
    }

    /// What is in the vault. The person's own word holds; without one the latest of those who decide.
    pub fn contents(self) -> Contents {
        let said = self.own.or(self.any);
        Contents {
            epoch: said.as_ref().map(|said| said.epoch),
            details: said.map(|said| said.details),
            openings: self.openings.into_values().collect(),
            earlier: self.earlier,
            named: self.named,
        }
    }
}

/// Rule 7: under which epoch an opening goes; none where no founder might hold the vault. `epochs` are
/// those of the vault that are here and count; `is_sound` says whether its founder might hold it.
pub fn epoch_to_open(
    details: Option<EnvelopeId>,
    epochs: &[EnvelopeId],
    is_sound: &dyn Fn(&EnvelopeId) -> bool,
) -> Option<EnvelopeId> {
    let held = details.filter(|epoch| epochs.contains(epoch) && is_sound(epoch));
    held.or_else(|| epochs.iter().copied().find(is_sound))
}

/// Rules 3 and 4: to whom a class is handed on, as the case stands and the clock says.
pub fn released_to(case: &Case, class: VaultClass, now: ClaimedTime) -> BTreeSet<PersonId> {
    if class != VaultClass::Contact || case.status.is_over() {
        return BTreeSet::new();
    }
    let unconfirmed = lead_begins(case).is_some_and(|begins| begins <= now);
    let is_given = |who: &&PersonId| unconfirmed || is_confirmed(case, who);
    case.holders.iter().filter(is_given).copied().collect()
}

/// Has somebody granted him the place, or has he set off?
pub fn is_confirmed(case: &Case, who: &PersonId) -> bool {
    case.standing(who) > Some(Rank::Claimed)
}

/// When rule 4 begins to hold; none where nothing waits for a grant.
pub fn lead_begins(case: &Case) -> Option<ClaimedTime> {
    let opens = case.terms.from_ms.filter(|_| case.terms.prefer_single)?;
    Some(ClaimedTime(opens.saturating_sub(LEAD_MS)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOTHER: PersonId = PersonId::from_bytes([1; 32]);
    const DRIVER: PersonId = PersonId::from_bytes([2; 32]);
    const EPOCH: EnvelopeId = EnvelopeId::from_bytes([5; 32]);

    fn vault(class: VaultClass) -> VaultName {
        VaultName { request: EnvelopeId::from_bytes([9; 32]), class }
    }

    fn phone(text: &str) -> Vault {
        let details = Details { phone: text.into(), ..Details::default() };
        Vault::Details { vault: vault(VaultClass::Contact), details }
    }

    fn opened(reason: &str) -> Vault {
        let (vault, reason) = (vault(VaultClass::Contact), reason.to_owned());
        Vault::Opened { vault, reason, to: None }
    }

    fn fold(vault: VaultName, given: &[Given<'_>]) -> Contents {
        let mut folding = Folding::of(vault);
        // In whatever order they come.
        given.iter().rev().for_each(|it| folding.take(it));
        folding.contents()
    }

    fn said(bodies: &[(u64, PersonId, Vault)]) -> Contents {
        let given: Vec<Given<'_>> = bodies
            .iter()
            .map(|(lamport, who, body)| Given {
                at: (*lamport, EnvelopeId::from_bytes([*lamport as u8; 32])),
                claimed: ClaimedTime(0),
                who: *who,
                body,
                epoch: EPOCH,
                under: vault(VaultClass::Contact),
                decides: *who == MOTHER,
            })
            .collect();
        fold(vault(VaultClass::Contact), &given)
    }

    #[test]
    fn only_whoever_decides_names_somebody() {
        let named = |who, reason: &str| {
            let (to, reason) = (Some(DRIVER), reason.to_owned());
            let vault = vault(VaultClass::Contact);
            said(&[(1, who, Vault::Opened { vault, reason, to })]).named
        };
        assert_eq!(named(MOTHER, "she interprets"), BTreeSet::from([DRIVER]));
        assert_eq!(named(MOTHER, " "), BTreeSet::new(), "nobody would know why");
        assert_eq!(named(DRIVER, "she interprets"), BTreeSet::new(), "he lets himself in");
    }

    #[test]
    fn the_latest_details_of_those_who_decide_hold() {
        let contents = said(&[
            (1, MOTHER, phone("111")),
            (3, DRIVER, phone("666")),
            (2, MOTHER, phone("222")),
            (4, DRIVER, opened("")),
        ]);
        assert_eq!(contents.details.expect("there are some").phone, "222");
        assert_eq!(contents.openings.len(), 1);
    }

    #[test]
    fn of_very_many_openings_the_latest_are_told_and_the_others_counted() {
        let many = OPENINGS_TOLD_MAX as u64 + 3;
        let who = |n: u64| if n == 1 { MOTHER } else { DRIVER };
        let all: Vec<_> = (0..many).map(|n| (n, who(n), opened(&n.to_string()))).collect();
        let contents = said(&all);
        assert_eq!(contents.openings.len(), OPENINGS_TOLD_MAX);
        assert_eq!(contents.openings[0].reason, "3");
        assert_eq!(contents.earlier, BTreeMap::from([(MOTHER, 1), (DRIVER, 2)]));
    }

    #[test]
    fn of_a_real_name_the_persons_own_word_holds() {
        let vault = VaultName::of_person(&MOTHER);
        let name = |text: &str| {
            let details = Details { name: text.into(), ..Details::default() };
            Vault::Details { vault, details }
        };
        let said = |words: &[(PersonId, &str)]| {
            let bodies: Vec<Vault> = words.iter().map(|(_, text)| name(text)).collect();
            let given: Vec<Given<'_>> = words
                .iter()
                .zip(&bodies)
                .enumerate()
                .map(|(n, ((who, _), body))| Given {
                    at: (n as u64, EPOCH),
                    claimed: ClaimedTime(0),
                    who: *who,
                    body,
                    epoch: EPOCH,
                    under: vault,
                    decides: true,
                })
                .collect();
            fold(vault, &given).details.map(|it| it.name)
        };
        assert_eq!(said(&[(DRIVER, "a"), (DRIVER, "b")]).as_deref(), Some("b"));
        assert_eq!(said(&[(MOTHER, "a"), (DRIVER, "b")]).as_deref(), Some("a"));
        assert_eq!(said(&[(MOTHER, "a"), (DRIVER, "b"), (MOTHER, "c")]).as_deref(), Some("c"));
    }

    #[test]
    fn what_stands_under_another_vaults_key_says_nothing() {
        let body = phone("111");
        let at = (1, EnvelopeId::from_bytes([1; 32]));
        let (epoch, under, decides) = (EPOCH, vault(VaultClass::Sensitive), true);
        let given = [Given {
            at,
            claimed: ClaimedTime(0),
            who: MOTHER,
            body: &body,
            epoch,
            under,
            decides,
        }];
        assert_eq!(fold(vault(VaultClass::Contact), &given), Contents::default());
    }

    #[test]
    fn an_opening_goes_where_only_those_read_it_who_may() {
        let epoch = |n: u8| EnvelopeId::from_bytes([n; 32]);
        // Where the details stand, what is here, whose founder might hold it, the answer.
        let check = |details: Option<u8>, here: &[u8], sound: &[u8], expected: Option<u8>| {
            let here: Vec<EnvelopeId> = here.iter().map(|n| epoch(*n)).collect();
            let sound: Vec<EnvelopeId> = sound.iter().map(|n| epoch(*n)).collect();
            let found = epoch_to_open(details.map(epoch), &here, &|id| sound.contains(id));
            assert_eq!(found, expected.map(epoch), "{details:?}");
        };
        check(Some(2), &[1, 2, 3], &[1, 2, 3], Some(2));
        check(Some(2), &[1, 2, 3], &[2, 3], Some(2));
        check(Some(1), &[1, 2, 3], &[2, 3], Some(2));
        check(Some(9), &[1, 2], &[2, 9], Some(2));
        check(None, &[1, 3, 4], &[3, 4], Some(3));
        check(None, &[1], &[], None);
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_leaves_no_trace(order in Just((1u64..8).collect::<Vec<_>>()).prop_shuffle()) {
            let say = |n: &u64| match n % 3 {
                0 => (*n, MOTHER, opened("asked")),
                1 => (*n, DRIVER, phone("666")),
                _ => (*n, MOTHER, phone(&n.to_string())),
            };
            let shuffled: Vec<_> = order.iter().map(say).collect();
            let sorted: Vec<_> = (1..8).map(|n| say(&n)).collect();
            prop_assert_eq!(said(&shuffled), said(&sorted));
        }
    }
}
