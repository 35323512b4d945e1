//! Requests: folded from their acts, overlaid with their facts, one line each.

use std::collections::BTreeSet;

use crdt::{
    body::{Act, Body, DocumentForm, Part, Role},
    document::{DocumentState, Fact},
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    judge::Fate,
    lifecycle::{self, Case, Given, Status},
    time::ClaimedTime,
};
use rusqlite::{OptionalExtension, params};

use super::{Batch, Views, ancestry, id_from, visible};
use crate::store::{
    error::StoreError,
    truth::{Judged, Truth},
};

/// A request as it is now, with what its fold does not know.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The fold of its acts.
    pub case: Case,
    /// The group that it was asked in.
    pub group: GroupId,
    /// What the clock of whoever asked said.
    pub claimed: ClaimedTime,
    /// The lamport number of the asking.
    pub lamport: u64,
    /// What each act's author's clock said, by act.
    pub claims: Vec<(EnvelopeId, ClaimedTime)>,
}

/// Folds a request from the truth; none where nobody who may has asked.
///
/// # Errors
///
/// Where the disk says no.
pub fn fold(truth: &Truth, id: &RequestId, group: GroupId) -> Result<Option<Folded>, StoreError> {
    Ok(fold_with_actors(truth, id, group)?.1)
}

/// The same, with everybody who ever acted on it, whether that counts or not.
fn fold_with_actors(
    truth: &Truth,
    id: &RequestId,
    group: GroupId,
) -> Result<(BTreeSet<PersonId>, Option<Folded>), StoreError> {
    let Some(asked) = truth.read().verdict(id)? else { return Ok((BTreeSet::new(), None)) };
    let mut acts: Vec<(Judged, Act)> = Vec::new();
    for judged in std::iter::once(asked.clone()).chain(truth.read().acts_of(id)?) {
        let readable = matches!(judged.fate, Fate::Accepted | Fate::Quarantined);
        if let (true, Ok(Body::Act(act))) =
            (readable && judged.header.scope == asked.header.scope, judged.read_body())
        {
            acts.push((judged, act));
        }
    }
    acts.sort_by_key(|(judged, _)| judged.id);
    acts.dedup_by_key(|(judged, _)| judged.id);
    let roster = truth.roster();
    let given: Vec<Given<'_>> = acts
        .iter()
        .filter_map(|(judged, act)| {
            Some(Given {
                id: judged.id,
                who: roster.author(&judged.header.auth?)?,
                act,
                deps: &judged.header.deps,
                counts: judged.fate == Fate::Accepted,
            })
        })
        .collect();
    let actors = given.iter().map(|given| given.who).collect();
    let parts = |person: &PersonId| parts_of(truth, person, &group);
    let Some(case) = lifecycle::fold(id, &given, &parts) else { return Ok((actors, None)) };
    let claims = acts.iter().map(|(judged, _)| (judged.id, judged.header.claimed)).collect();
    let (claimed, lamport) = (asked.header.claimed, asked.header.lamport);
    Ok((actors, Some(Folded { case, group, claimed, lamport, claims })))
}

/// In which capacities a person may act on the requests of a group, by authority.
pub fn parts_of(truth: &Truth, person: &PersonId, group: &GroupId) -> BTreeSet<Part> {
    let roster = truth.roster();
    let mut parts = BTreeSet::new();
    if roster.best_auth(*person, group.scope()).is_some() {
        parts.extend([Part::Member, Part::Requester]);
    }
    if roster.live_roles(*person).iter().any(|role| role.role >= Role::Staff) {
        parts.insert(Part::Desk);
    }
    if roster.is_owner(group, *person) {
        parts.insert(Part::Captain);
    }
    parts
}

/// The document of a request or group, from its accepted changes, and those that the gate found to
/// be poison.
///
/// # Errors
///
/// Where the disk says no.
pub fn document(
    truth: &Truth,
    form: DocumentForm,
    about: EnvelopeId,
) -> Result<(DocumentState, Vec<EnvelopeId>), StoreError> {
    use crdt::{document::Received, gate};
    let changes = truth.read().changes_of(&gate::document_of(form, &about))?;
    let cited = ancestry::cited_changes(truth, &changes);
    let mut bodies = Vec::new();
    for judged in &changes {
        let counts = judged.fate == Fate::Accepted || cited.contains(&judged.id);
        if let (true, Ok(Body::Change(change))) = (counts, judged.read_body()) {
            bodies.push((judged, change));
        }
    }
    let named = |change: &crdt::body::Change| {
        gate::check_names(change).is_ok() && (change.form, change.about) == (form, about)
    };
    let misnamed = bodies.iter().filter(|(_, change)| !named(change)).map(|(judged, _)| judged.id);
    let mut poison: Vec<EnvelopeId> = misnamed.collect();
    let received = bodies.iter().filter(|(_, change)| named(change)).map(|(judged, change)| {
        let (deps, writer) = (judged.header.deps.as_slice(), judged.header.writer);
        Received { id: judged.id, deps, writer, chunk: &change.chunk }
    });
    let (state, refused) = DocumentState::from_changes(form, about, received);
    let found = refused.into_iter().filter(|(_, why)| matches!(why, gate::Rejected::Poison(_)));
    poison.extend(found.map(|(id, _)| id));
    Ok((state, poison))
}

/// Is nothing left to be done?
fn is_over(status: Status) -> bool {
    use Status as S;
    matches!(status, S::Closed | S::Cancelled | S::Declined | S::Referred | S::Duplicate)
}

impl Views {
    /// Folds a request again and writes its line.
    pub(super) fn refold_request(
        &mut self,
        id: RequestId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        self.take_out(&id, batch)?;
        self.put_request_text(&id, None, batch)?;
        let (actors, folded) = match (self.ride(&id)?, truth.read().verdict(&id)?) {
            (Some(ride), _) => match self.refold_ride(&ride, truth, batch)? {
                Some((actors, folded)) => (actors, Some(folded)),
                None => return Ok(()),
            },
            (None, Some(asked)) => {
                let Some(group) = self.group_of(&asked.header.scope) else { return Ok(()) };
                fold_with_actors(truth, &id, group)?
            }
            (None, None) => return Ok(()),
        };
        self.put_actors(&id, &actors)?;
        let Some(folded) = folded else { return Ok(()) };
        let (facts, poison) = document(truth, DocumentForm::Request, id)?;
        batch.changes.poison.extend(poison);
        self.put_request(&id, &folded, &facts, batch)?;
        self.put_request_text(&id, Some((&folded, &facts)), batch)?;
        for me in self.residents.clone() {
            let told = folded.case.told_to(&me).map(lifecycle::Told::as_str);
            self.put_notices(&id, &me, told, truth, batch)?;
        }
        Ok(())
    }

    fn put_actors(&self, id: &RequestId, actors: &BTreeSet<PersonId>) -> Result<(), StoreError> {
        let mut put = self.conn.prepare_cached("INSERT OR IGNORE INTO actors VALUES (?1, ?2)")?;
        for person in actors {
            put.execute([person.as_bytes(), id.as_bytes()])?;
        }
        Ok(())
    }

    /// What a person may do has grown: the cases in which he acted may come out differently.
    pub(super) fn requests_of(
        &self,
        person: &PersonId,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let sql = "SELECT request FROM actors WHERE person = ?1";
        self.refold_all(sql, [person.as_bytes()], batch)
    }

    /// The requests that a query names are folded again with this batch.
    pub(super) fn refold_all(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let mut all = self.conn.prepare_cached(sql)?;
        for id in all.query_map(params, |row| id_from(RequestId::from_bytes, row, 0))? {
            batch.changes.requests.insert(id?);
        }
        Ok(())
    }

    /// Takes a request's line out of the list and of its group's state.
    pub(super) fn take_out(&mut self, id: &RequestId, batch: &mut Batch) -> Result<(), StoreError> {
        let mut get = self.conn.prepare_cached(
            "SELECT g.id, r.state FROM requests AS r JOIN groups AS g ON g.ref = r.in_group
             WHERE r.id = ?1",
        )?;
        let found: Option<([u8; 32], [u8; 32])> =
            get.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        drop(get);
        if let Some((group, state)) = found {
            let group = GroupId::from_bytes(group);
            self.group_mut(&group).state.remove(&EnvelopeId::from_bytes(state));
            self.conn.execute("DELETE FROM requests WHERE id = ?1", [id.as_bytes()])?;
            batch.touched.entry(group).or_default();
        }
        Ok(())
    }

    fn put_request(
        &mut self,
        id: &RequestId,
        folded: &Folded,
        facts: &DocumentState,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (case, facts) = (&folded.case, facts.facts());
        let title = match facts.text(Fact::Title) {
            "" => case.title.as_str(),
            title => title,
        };
        let state = request_visible(id, case, title, &facts);
        let mut put = self.conn.prepare_cached(
            "INSERT INTO requests (id, in_group, code, title, status, is_over, urgency, holder,
                 provisional, requester, conflicts, claimed, lamport, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        put.execute(params![
            id.as_bytes(),
            self.groups[&folded.group].number,
            case.code.to_string(),
            title,
            case.status.as_str(),
            is_over(case.status),
            case.urgency,
            case.holders.first().map(PersonId::as_bytes),
            case.provisional,
            case.requester.as_bytes(),
            i64::try_from(facts.conflicts().len()).unwrap_or(i64::MAX),
            folded.claimed.0.cast_signed(),
            folded.lamport.cast_signed(),
            state.as_bytes(),
        ])?;
        drop(put);
        self.group_mut(&folded.group).state.add(&state);
        batch.touched.entry(folded.group).or_default();
        Ok(())
    }
}

/// What a request adds to its group's state: everything that two people must see alike.
fn request_visible(
    id: &RequestId,
    case: &Case,
    title: &str,
    facts: &crdt::document::RequestFacts,
) -> EnvelopeId {
    let list = |people: &[PersonId]| -> Vec<u8> {
        people.iter().flat_map(|person| *person.as_bytes()).collect()
    };
    let (holders, waitlist, awaiting) =
        (list(&case.holders), list(&case.waitlist), list(&case.awaiting));
    let provisional = [u8::from(case.provisional)];
    let mut parts: Vec<&[u8]> = vec![
        b"request",
        id.as_bytes(),
        case.status.as_str().as_bytes(),
        title.as_bytes(),
        &holders,
        &waitlist,
        &awaiting,
        &provisional,
    ];
    for fact in Fact::ALL {
        let field = facts.get(fact);
        parts.push(field.text().as_bytes());
        parts.extend(field.rivals.iter().map(|rival| rival.text.as_bytes()));
    }
    for item in &facts.checklist {
        let done: &[u8] = if item.done_by.is_some() { b"1" } else { b"0" };
        parts.extend([item.key.as_str().as_bytes(), item.text.as_bytes(), done]);
    }
    visible(&parts)
}
