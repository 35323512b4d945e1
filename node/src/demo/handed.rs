//! Homes whose ledgers stand in memory, and whose envelopes are handed over by value instead of over
//! a link.
//!
//! Whoever is made here is as real as anybody: with keys, an invitation and chains of his own. So a
//! neighbourhood of thousands can be written into one folder without thousands of folders.

use std::sync::Arc;

use crdt::{
    envelope::Envelope,
    id::ScopeId,
    invitation::Invitation,
    keys::Secret,
    time::{Bucket, ClaimedTime},
};

use super::internal;
use crate::{
    api::{ApiError, Command, Reply},
    clock,
    home::fresh_key,
    identity::{Identity, Resident, Seal},
    ledger::{Done, Job, Ledger, Taken},
};

/// What somebody has said and wrote while saying it.
pub type Said = (Vec<Reply>, Vec<Arc<Envelope>>);

/// A household that has walked in and heard nothing yet: its people, the first of whom acts.
///
/// # Errors
///
/// Where there is no memory.
pub fn move_in(
    door: &Invitation,
    home: &str,
    people: &[String],
    claimed: ClaimedTime,
) -> Result<Ledger, ApiError> {
    let papers: Vec<Secret> = people.iter().map(|_| fresh_key()).collect();
    let keys = || (fresh_key(), Seal::bare(fresh_key()));
    let mut residents = people.iter().zip(&papers).map(|(name, paper)| {
        let (writer, sealed) = keys();
        let person = Some(paper.person());
        Resident { name: name.clone(), person, writer, sealed, copied: false }
    });
    let first = residents.next().ok_or_else(|| internal(&"a home of nobody"))?;
    let identity = Identity {
        home: home.to_owned(),
        person_name: first.name,
        office: false,
        box_key: fresh_key(),
        earlier: Vec::new(),
        writer: first.writer,
        sealed: first.sealed,
        person: first.person,
        others: residents.collect(),
        copied: false,
    };
    let opened = Ledger::open(None, identity, door.genesis.clone(), clock::random());
    let mut ledger = opened.map_err(|error| internal(&error))?;
    ledger.walk_in_together(door, &papers, claimed)?;
    Ok(ledger)
}

/// Has a ledger carry out some commands in one transaction; what it answered and wrote.
///
/// # Errors
///
/// The first answer that is one.
pub fn tell(
    ledger: &mut Ledger,
    commands: Vec<Command>,
    claimed: ClaimedTime,
) -> Result<Said, ApiError> {
    let jobs = commands.into_iter().map(|command| Job::Command((), command));
    let worked = ledger.work(jobs, claimed);
    let reply = |((), done)| match done {
        Done::Reply(reply) => reply,
        _ => Err(internal(&"an answer to something else")),
    };
    let replies: Result<Vec<Reply>, ApiError> = worked.done.into_iter().map(reply).collect();
    Ok((replies?, worked.written))
}

/// Hands over envelopes; returns what the home writes in answer.
///
/// # Errors
///
/// Where it refuses any of them.
pub fn hand(
    ledger: &mut Ledger,
    envelopes: &[Arc<Envelope>],
    claimed: ClaimedTime,
) -> Result<Vec<Arc<Envelope>>, ApiError> {
    let copies: Vec<_> = envelopes.iter().map(|it| it.as_ref().clone()).collect();
    let worked = ledger.work(vec![Job::Receive((), copies.into())], claimed);
    match worked.done.into_iter().next() {
        Some(((), Done::Received(Some(Taken { refused: 0, .. })))) => Ok(worked.written),
        _ => Err(internal(&"a home did not take what was written elsewhere")),
    }
}

/// All that a home holds of these scopes, of the week of `claimed`.
///
/// # Errors
///
/// Where it cannot be read.
pub fn held(
    ledger: &mut Ledger,
    scopes: impl IntoIterator<Item = ScopeId>,
    claimed: ClaimedTime,
) -> Result<Vec<Arc<Envelope>>, ApiError> {
    let week = Bucket::week_of(claimed);
    let mut all = Vec::new();
    for scope in scopes {
        let listed = ledger.work(vec![Job::List((), scope, week)], claimed);
        let Some(((), Done::Listed(_, _, held))) = listed.done.into_iter().next() else {
            return Err(internal(&"not a listing"));
        };
        let ids = held.into_iter().map(|held| held.id).collect();
        let fetched = ledger.work(vec![Job::Fetch((), ids)], claimed);
        let Some(((), Done::Fetched(envelopes))) = fetched.done.into_iter().next() else {
            return Err(internal(&"not a loading"));
        };
        all.extend(envelopes);
    }
    Ok(all)
}

/// Whatever a newcomer must hold to understand the rest: the roster, the names of groups and places.
///
/// # Errors
///
/// Where it cannot be read.
pub fn beginning(
    founder: &mut Ledger,
    claimed: ClaimedTime,
) -> Result<Vec<Arc<Envelope>>, ApiError> {
    let community = founder.community();
    let (mut replies, _) = tell(founder, vec![Command::Groups], claimed)?;
    let Some(Reply::Groups { groups }) = replies.pop() else {
        return Err(internal(&"not a list of groups"));
    };
    // A group's name stands in its own board.
    let boards = groups.iter().map(|group| group.id.scope());
    let scopes: Vec<ScopeId> =
        [community.roster(), community.directory()].into_iter().chain(boards).collect();
    held(founder, scopes, claimed)
}

/// Who somebody is, for a home that has not met him: the statements of the one who acts.
///
/// # Errors
///
/// Where they cannot be read.
pub fn introduction(ledger: &Ledger) -> Result<Vec<Arc<Envelope>>, ApiError> {
    let statements = ledger.introduction().map_err(|error| internal(&error))?;
    Ok(statements.into_iter().map(Arc::new).collect())
}
