//! Requests: folded from their acts, overlaid with their facts, one line each.

use std::collections::BTreeSet;

use crdt::{
    body::{Act, Ask, Body, DocumentForm, Part},
    document::{DocumentState, Fact, RequestFacts},
    id::{EnvelopeId, GroupId, PersonId, RequestId, ScopeId},
    judge::Fate,
    lifecycle::{self, Case, Given, Status},
    limits::TIES_MAX,
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
    /// What the clock of whoever asked said, or of whoever wrote the message that it was made of.
    pub claimed: ClaimedTime,
    /// The lamport number of the asking.
    pub lamport: u64,
    /// The row of the asking in the truth.
    pub row: i64,
    /// What each act's author's clock said, by act, ascending.
    pub claims: Vec<(EnvelopeId, ClaimedTime)>,
    /// The acts whose author's clock stood clearly before what he had seen, ascending.
    pub skewed: Vec<EnvelopeId>,
}

impl Folded {
    /// What the clock of an act's author said.
    pub fn claimed_of(&self, act: &EnvelopeId) -> ClaimedTime {
        let at = self.claims.binary_search_by_key(act, |(id, _)| *id);
        at.map(|at| self.claims[at].1).unwrap_or_default()
    }
}

/// Milliseconds that a clock may stand before what its owner had seen without being called wrong.
const SKEW_MS: u64 = 5 * 60 * 1_000;

/// The scope that a request belongs to, by whatever asks for it; none where nothing does.
fn scope_of(truth: &Truth, id: &RequestId) -> Result<Option<ScopeId>, StoreError> {
    let named = truth.read().verdict(id)?;
    let others = if named.is_some() { Vec::new() } else { truth.read().acts_of(id)? };
    for judged in named.into_iter().chain(others) {
        if let Ok(Body::Act(Act::Ask(ask))) = judged.read_body()
            && ask.request(judged.id) == *id
            && founds(truth, &judged, &ask)?
        {
            return Ok(Some(judged.header.scope));
        }
    }
    Ok(None)
}

/// Does this ask found its request where it stands? What was made of a message stands where the
/// message does and cites it, and nobody but its author or the desk asks in his name; what was posted
/// to a team stands in the team's scope.
fn founds(truth: &Truth, judged: &Judged, ask: &Ask) -> Result<bool, StoreError> {
    if let Some(posted) = ask.posted() {
        return Ok(posted.team.scope() == judged.header.scope);
    }
    let Some(message) = ask.message else { return Ok(true) };
    let Some(said) = truth.read().verdict(&message)? else { return Ok(false) };
    let roster = truth.roster();
    let author = |it: &Judged| it.header.auth.and_then(|auth| roster.author(&auth));
    let (Some(by), Some(asker)) = (author(&said), author(judged)) else { return Ok(false) };
    let in_his_name = match ask.role {
        Part::Requester | Part::Subject => roster.live_together(by, asker),
        Part::Proxy => ask.requester(asker) == by,
        _ => true,
    };
    let cites = judged.header.deps.contains(&message);
    Ok(cites && in_his_name && said.header.scope == judged.header.scope)
}

/// All readable acts on these requests in this scope, each once.
fn acts_on(
    truth: &Truth,
    requests: &BTreeSet<RequestId>,
    scope: ScopeId,
) -> Result<Vec<(Judged, Act)>, StoreError> {
    let mut acts: Vec<(Judged, Act)> = Vec::new();
    for id in requests {
        for judged in truth.read().acts_of(id)? {
            let readable = matches!(judged.fate, Fate::Accepted | Fate::Quarantined);
            if !readable || judged.header.scope != scope {
                continue;
            }
            let Ok(Body::Act(act)) = judged.read_body() else { continue };
            let stray = matches!(&act, Act::Ask(ask) if !founds(truth, &judged, ask)?);
            if !stray {
                acts.push((judged, act));
            }
        }
    }
    acts.sort_by_key(|(judged, _)| judged.id);
    Ok(acts)
}

/// In which capacities a person may act on the requests of a group, by authority.
pub fn parts_of(truth: &Truth, person: &PersonId, group: &GroupId) -> BTreeSet<Part> {
    let roster = truth.roster();
    let mut parts = BTreeSet::new();
    if roster.best_auth(*person, group.scope()).is_some() {
        parts.insert(Part::Member);
    }
    if roster.is_desk(*person) {
        parts.insert(Part::Desk);
    }
    if roster.is_owner(group, *person) {
        parts.insert(Part::Captain);
    }
    parts
}

/// The same on one request: whoever lives with somebody speaks for him.
pub fn parts_on(
    truth: &Truth,
    family: &BTreeSet<(PersonId, Part)>,
    person: &PersonId,
    group: &GroupId,
) -> BTreeSet<Part> {
    let roster = truth.roster();
    let mut parts = parts_of(truth, person, group);
    let at_home = family.iter().filter(|(named, part)| {
        *part != Part::Desk && !parts.contains(part) && roster.live_together(*named, *person)
    });
    let at_home: Vec<Part> = at_home.map(|(_, part)| *part).collect();
    parts.extend(at_home);
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

fn found<'a>(acts: &'a [(Judged, Act)], id: &EnvelopeId) -> Option<&'a Judged> {
    let at = acts.binary_search_by_key(id, |(judged, _)| judged.id);
    at.ok().map(|at| &acts[at].0)
}

/// The acts whose author's clock stood clearly before that of an act he had seen.
pub(super) fn skewed(acts: &[(Judged, Act)]) -> Vec<EnvelopeId> {
    let claimed = |id: &EnvelopeId| found(acts, id).map(|it| it.header.claimed.0);
    let is_skewed = |judged: &Judged| {
        let seen = judged.header.deps.iter().filter_map(claimed).max().unwrap_or(0);
        judged.header.claimed.0.saturating_add(SKEW_MS) < seen
    };
    acts.iter().filter(|(judged, _)| is_skewed(judged)).map(|(judged, _)| judged.id).collect()
}

/// Is nothing left to be done?
pub(super) fn is_over(status: Status) -> bool {
    use Status as S;
    matches!(status, S::Closed | S::Cancelled | S::Declined | S::Referred | S::Duplicate)
}

impl Views {
    /// Folds a request from the truth; none where nobody who may has asked.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn fold(&self, truth: &Truth, id: &RequestId) -> Result<Option<Folded>, StoreError> {
        Ok(self.fold_with_actors(truth, id)?.1)
    }

    /// The scope that a request belongs to, by whatever founds it or the series that it is a ride of;
    /// none where nothing does.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn scope_of(&self, truth: &Truth, id: &RequestId) -> Result<Option<ScopeId>, StoreError> {
        match self.ride(id)? {
            Some(ride) => {
                let planned = truth.read().verdict(&ride.occurrence.series)?;
                Ok(planned.map(|planned| planned.header.scope))
            }
            None => scope_of(truth, id),
        }
    }

    /// The same, with everybody who ever acted on it, whether that counts or not.
    fn fold_with_actors(
        &self,
        truth: &Truth,
        id: &RequestId,
    ) -> Result<(BTreeSet<PersonId>, Option<Folded>), StoreError> {
        let nobody = (BTreeSet::new(), None);
        let Some(scope) = self.scope_of(truth, id)? else { return Ok(nobody) };
        let Some(group) = self.group_of(&scope) else { return Ok(nobody) };
        if let Some(ride) = self.ride(id)? {
            return self.fold_ride(truth, &ride.occurrence, group);
        }
        let acts = acts_on(truth, &self.tied_requests(id)?, scope)?;
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
        let here = given.iter().filter(|given| given.request() == *id);
        let actors = here.map(|given| given.who).collect();
        let family = lifecycle::family(id, &given, &|who| roster.is_desk(*who));
        let parts = |person: &PersonId| parts_on(truth, &family, person, &group);
        let Some(case) = lifecycle::fold(id, &given, &parts) else { return Ok((actors, None)) };
        let Some(asked) = case.founders.first().and_then(|first| found(&acts, first)) else {
            return Ok((actors, None));
        };
        let (lamport, row) = (asked.header.lamport, asked.row);
        let said =
            case.message.map(|message| truth.read().verdict(&message)).transpose()?.flatten();
        let claimed = said.map_or(asked.header.claimed, |said| said.header.claimed);
        let claims = acts.iter().map(|(judged, _)| (judged.id, judged.header.claimed)).collect();
        let skewed = skewed(&acts);
        let folded = Folded { case, group, claimed, lamport, row, claims, skewed };
        Ok((actors, Some(folded)))
    }

    /// A request, and those that swaps and marks of duplicates tie to it: the nearest, at most
    /// [`TIES_MAX`].
    fn tied_requests(&self, id: &RequestId) -> Result<BTreeSet<RequestId>, StoreError> {
        let mut find = self
            .conn
            .prepare_cached("SELECT other FROM ties WHERE request = ?1 ORDER BY other LIMIT ?2")?;
        let (mut all, mut next) = (BTreeSet::from([*id]), vec![*id]);
        while let (Some(at), true) = (next.pop(), all.len() < TIES_MAX) {
            let rows = find.query_map(params![at.as_bytes(), TIES_MAX as i64], |row| {
                id_from(RequestId::from_bytes, row, 0)
            })?;
            for other in rows {
                let other = other?;
                if all.len() < TIES_MAX && all.insert(other) {
                    next.insert(0, other);
                }
            }
        }
        Ok(all)
    }

    /// These requests, and all that are tied to them.
    pub(super) fn with_tied(
        &self,
        requests: &BTreeSet<RequestId>,
    ) -> Result<BTreeSet<RequestId>, StoreError> {
        let mut all = requests.clone();
        for id in requests {
            all.extend(self.tied_requests(id)?);
        }
        Ok(all)
    }

    /// Folds a request again and writes its line.
    pub(super) fn refold_request(
        &mut self,
        id: RequestId,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        self.take_out(&id, batch)?;
        self.put_request_text(&id, None, batch)?;
        let (actors, folded) = match self.ride(&id)? {
            Some(ride) => match self.refold_ride(&ride, truth, batch)? {
                Some((actors, folded)) => (actors, Some(folded)),
                None => return Ok(()),
            },
            None => self.fold_with_actors(truth, &id)?,
        };
        self.put_actors(&id, &actors)?;
        let Some(folded) = folded else { return Ok(()) };
        let (facts, poison) = document(truth, DocumentForm::Request, id)?;
        batch.changes.poison.extend(poison);
        let said = facts.facts();
        let known = settled(truth, &folded.case, said.clone());
        self.put_request(&id, &folded, &known, batch)?;
        self.put_case(&id, &folded)?;
        self.put_request_text(&id, Some((&folded, &said)), batch)?;
        for me in self.residents.clone() {
            let told = self.to_tell(truth, &folded, &me)?.map(str::to_owned);
            let stop = self.to_stop(truth, &folded, &known, &me)?;
            let reasons: Vec<String> = told.into_iter().chain(stop).collect();
            self.put_notices(&id, &me, &reasons, truth, batch)?;
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
            for sql in
                ["DELETE FROM requests WHERE id = ?1", "DELETE FROM cases WHERE request = ?1"]
            {
                self.execute(sql, [id.as_bytes()])?;
            }
            batch.touched.entry(group).or_default();
        }
        Ok(())
    }

    fn put_request(
        &mut self,
        id: &RequestId,
        folded: &Folded,
        facts: &RequestFacts,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let case = &folded.case;
        let title = match facts.text(Fact::Title) {
            "" => case.title.as_str(),
            title => title,
        };
        let state = request_visible(id, case, title, facts);
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

/// A request's facts, settled by the word of the person in need where there is one.
pub fn settled(truth: &Truth, case: &Case, mut facts: RequestFacts) -> RequestFacts {
    let is_subject = |who: PersonId| case.family.contains(&(who, Part::Subject));
    facts.settle(&|writer| truth.roster().person_of(*writer).is_some_and(is_subject));
    facts
}

/// What a request adds to its group's state: everything that two people must see alike.
fn request_visible(id: &RequestId, case: &Case, title: &str, facts: &RequestFacts) -> EnvelopeId {
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
        let done: &[u8] = match (item.done.as_slice(), item.found.as_slice()) {
            (_, [_, ..]) => b"2",
            ([_, ..], []) => b"1",
            ([], []) => b"0",
        };
        parts.extend([item.key.as_str().as_bytes(), item.text.as_bytes(), done]);
    }
    visible(&parts)
}
