//! What a team asks of whoever wants in, who meets it, who has applied, who is suspended.
//!
//! # Rules
//!
//! 1. An owner's word counts by what he was where he wrote it. Whoever else says the same says nothing.
//! 2. Of listings the last by (lamport, id) holds. Criteria are a set: each is an envelope of its own,
//!    asked for until an owner drops it. Two sides of a cut that write down two have written down two,
//!    and a changed wording is another criterion, which nobody has shown to meet yet.
//! 3. Somebody meets a criterion while an attestation of it says so that no owner has retracted; of
//!    several the one that holds longest. Nobody attests his own. What is only preferred is shown and
//!    never decides.
//! 4. Of a person's applications the last stands. It is refused once an owner has declined it, and it is
//!    over once he is in, whatever else was said: who is in is the roster's word.
//! 5. Somebody is suspended by every suspension that no lifting names; one that was written on the other
//!    side of a cut is not lifted by it.
//!
//! # Deliberately absent
//!
//! Clocks. Nothing here changes because a date has passed: that a credential has run out is what pages
//! show and remind of, by their own clock. What ends anybody's rights is an owner's act, in the roster.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    body::{Attestation, Criterion, Listing, Sealed, Team},
    id::{EnvelopeId, GroupId, KeyId, PersonId},
    keys::Stretched,
    secrets::{BoxSecret, letter},
};

/// Something said of one team that counts where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place in the order of its scope.
    pub at: (u64, EnvelopeId),
    /// Who.
    pub who: PersonId,
    /// Was he an owner of the team where he wrote it?
    pub rules: bool,
    /// What.
    pub word: Team,
}

/// Words that count, in their order: an owner's, and applications.
fn in_order(said: &[Said]) -> Vec<&Said> {
    let mut all: Vec<&Said> =
        said.iter().filter(|it| it.rules || matches!(it.word, Team::Apply { .. })).collect();
    all.sort_unstable_by_key(|it| it.at);
    all.dedup_by_key(|it| it.at.1);
    all
}

/// Rule 2: how the team stands in the directory, if it does.
pub fn listing(said: &[Said]) -> Option<&Listing> {
    last_listing(said).filter(|listing| !listing.name.trim().is_empty())
}

/// The last word on how it stands there, also that it does not: then its name is empty.
pub fn last_listing(said: &[Said]) -> Option<&Listing> {
    in_order(said).into_iter().rev().find_map(|it| match &it.word {
        Team::List(listing) => Some(listing),
        _ => None,
    })
}

/// Whose that last word is.
pub fn listed_by(said: &[Said]) -> Option<PersonId> {
    in_order(said).into_iter().rev().find(|it| matches!(it.word, Team::List(_))).map(|it| it.who)
}

/// Rule 2: what it asks for: first what is required, each in the order in which it was written down.
pub fn criteria(said: &[Said]) -> Vec<(EnvelopeId, &Criterion)> {
    let all = in_order(said);
    let dropped: BTreeSet<EnvelopeId> = all
        .iter()
        .filter_map(|it| match it.word {
            Team::Drop { of, .. } => Some(of),
            _ => None,
        })
        .collect();
    let written = all.iter().filter_map(|it| Some((it.at.1, criterion_in(it)?)));
    let mut asked: Vec<_> = written.filter(|(id, _)| !dropped.contains(id)).collect();
    asked.sort_by_key(|(_, criterion)| !criterion.required);
    asked
}

/// Everything that it ever asked for, what was dropped with it.
pub fn criteria_ever(said: &[Said]) -> BTreeMap<EnvelopeId, &Criterion> {
    in_order(said).into_iter().filter_map(|it| Some((it.at.1, criterion_in(it)?))).collect()
}

fn criterion_in(said: &Said) -> Option<&Criterion> {
    match &said.word {
        Team::Criterion(criterion) => Some(criterion),
        _ => None,
    }
}

/// What somebody has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The attestation.
    pub id: EnvelopeId,
    /// Who has seen it.
    pub by: PersonId,
    /// Whose it is, what it shows, until when.
    pub seen: Attestation,
}

impl Credential {
    /// Does it hold at this moment of somebody's clock?
    pub fn holds_at(&self, now_ms: u64) -> bool {
        self.seen.until_ms.is_none_or(|until| now_ms < until)
    }
}

/// Rule 3: the credentials that stand, one for each person and criterion.
pub fn credentials(said: &[Said]) -> BTreeMap<(PersonId, EnvelopeId), Credential> {
    let all = in_order(said);
    let retracted: BTreeSet<EnvelopeId> = all
        .iter()
        .filter_map(|it| match it.word {
            Team::Retract { of } => Some(of),
            _ => None,
        })
        .collect();
    let mut best: BTreeMap<(PersonId, EnvelopeId), Credential> = BTreeMap::new();
    for it in all {
        let Team::Attest(seen) = &it.word else { continue };
        if retracted.contains(&it.at.1) || it.who == seen.person {
            continue;
        }
        let credential = Credential { id: it.at.1, by: it.who, seen: seen.clone() };
        let lasts =
            |it: &Credential| (it.seen.until_ms.unwrap_or(u64::MAX), it.seen.seen_ms, it.id);
        let key = (seen.person, seen.criterion);
        if best.get(&key).is_none_or(|known| lasts(known) < lasts(&credential)) {
            best.insert(key, credential);
        }
    }
    best
}

/// Somebody who wants in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application<'a> {
    /// Which.
    pub id: EnvelopeId,
    /// Who.
    pub who: PersonId,
    /// The criteria that he says he meets.
    pub meets: &'a [EnvelopeId],
    /// Who declined it, with the sealed reason.
    pub declined: Option<(PersonId, &'a Sealed, &'a [u8])>,
}

/// Rule 4: everybody's last application, the oldest first.
pub fn applications(said: &[Said]) -> Vec<Application<'_>> {
    let all = in_order(said);
    let mut declined = BTreeMap::new();
    for it in &all {
        if let Team::Decline { of, sealed, letter, .. } = &it.word {
            declined.entry(*of).or_insert((it.who, sealed, letter.as_slice()));
        }
    }
    let mut last = BTreeMap::new();
    for it in all {
        if let Team::Apply { meets, .. } = &it.word {
            last.insert(it.who, (it.at, meets.as_slice()));
        }
    }
    let mut found: Vec<_> = last.into_iter().collect();
    found.sort_unstable_by_key(|(_, (at, _))| *at);
    let application = |(who, ((_, id), meets))| {
        let declined = declined.get(&id).copied();
        Application { id, who, meets, declined }
    };
    found.into_iter().map(application).collect()
}

/// Rule 5: suspensions that stand, by person: which, by whom, why.
pub fn suspensions(said: &[Said]) -> BTreeMap<PersonId, Vec<(EnvelopeId, PersonId, &str)>> {
    let all = in_order(said);
    let lifted: BTreeSet<EnvelopeId> = all
        .iter()
        .filter_map(|it| match &it.word {
            Team::Lift { of } => Some(of.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    let mut standing: BTreeMap<PersonId, Vec<(EnvelopeId, PersonId, &str)>> = BTreeMap::new();
    for it in all {
        if let Team::Suspend { person, reason } = &it.word
            && !lifted.contains(&it.at.1)
        {
            standing.entry(*person).or_default().push((it.at.1, it.who, reason));
        }
    }
    standing
}

/// Somebody who was let in though something was lacking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceptional<'a> {
    /// Whom.
    pub person: PersonId,
    /// By whom.
    pub by: PersonId,
    /// The required criteria that he did not meet.
    pub unmet: &'a [EnvelopeId],
    /// How many vouches were missing.
    pub missing: u8,
    /// Why.
    pub reason: &'a str,
}

/// The exceptions that were recorded, the oldest first.
pub fn exceptions(said: &[Said]) -> Vec<Exceptional<'_>> {
    let all = in_order(said).into_iter();
    all.filter_map(|it| match &it.word {
        Team::Exception { person, unmet, missing, reason } => {
            let (person, by, missing) = (*person, it.who, *missing);
            Some(Exceptional { person, by, unmet, missing, reason })
        }
        _ => None,
    })
    .collect()
}

/// Declines an application in words that only these boxes can read; none where there is none that
/// anything can be sealed to. `seed` must be fresh.
pub fn decline(
    group: GroupId,
    of: EnvelopeId,
    reason: &str,
    boxes: &[KeyId],
    seed: [u8; 32],
) -> Option<Team> {
    let mut dice = Stretched::new(seed);
    let key = dice.draw();
    let (sealed, letter) =
        letter::seal(&purpose(&group, &of), reason.as_bytes(), boxes, key, &mut dice)?;
    Some(Team::Decline { group, of, sealed, letter })
}

/// Reads why an application was declined, on a box that it was sealed to.
pub fn reason(
    group: &GroupId,
    of: &EnvelopeId,
    (sealed, letter): (&Sealed, &[u8]),
    own: &BoxSecret,
) -> Option<String> {
    let plain = letter::open(&purpose(group, of), sealed, letter, own)?;
    String::from_utf8(plain).ok()
}

fn purpose(group: &GroupId, of: &EnvelopeId) -> Vec<u8> {
    [b"linli/1 declined".as_slice(), group.as_bytes(), of.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
