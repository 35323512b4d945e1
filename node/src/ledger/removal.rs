//! Giving and taking roles, and what came behind a cut.
//!
//! A removal names, for each chain of the person, the last envelope that still counts: where it
//! ends on this box. What comes in later from behind that place is kept, shown to nobody, and listed
//! here, until somebody of the remover's rank admits it.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    authority::LiveRole,
    body::{Act, Body, Cut, News, Place, Role, Statement, Talk},
    envelope::{Header, Kind},
    id::{EnvelopeId, PersonId, WriterId},
    keys::Secret,
};

use super::{Failed, Ledger, answer::role_word, decide::role_of, people::taken};
use crate::{
    api::{ApiError, ErrorKind, Keep, LateItem, LateRow, RoleWord, RosterReply},
    store::truth::Judged,
    words::role_code,
};

/// Chains that one statement cuts: with more the statement would be longer than a body may be.
const CUTS_MAX: usize = 2_000;

/// Items behind cuts that are looked through.
const LATE_MAX: usize = 4_000;

/// Why an item lies behind a cut, as the store names it.
const LATE: [&str; 3] = ["cut", "revoked", "stranger"];

/// In whose name a statement is made.
#[derive(Clone, Copy)]
pub(super) enum Hand<'a> {
    /// The person of this box.
    Mine,
    /// The paper keys of the community, enough of them.
    Root(&'a [Secret]),
}

/// Where chains are cut, and how much of them that leaves.
pub(super) struct Cuts {
    pub cuts: Vec<Cut>,
    pub kept: u64,
    pub beyond: u64,
}

impl Ledger {
    /// Makes a statement in somebody's name, under the lowest grant that suffices.
    pub(super) fn state_by(
        &mut self,
        hand: Hand<'_>,
        statement: Statement,
        refused: ApiError,
    ) -> Result<EnvelopeId, Failed> {
        match hand {
            Hand::Mine => {
                let me = self.person()?;
                let auth = self.truth.roster().may(me, &statement).map_err(|_| refused)?;
                self.say(statement, auth)
            }
            Hand::Root(papers) => {
                let papers: Vec<&Secret> = papers.iter().collect();
                self.state(statement, Some(EnvelopeId::from(self.community)), &papers)
            }
        }
    }

    pub(super) fn give(
        &mut self,
        person: &str,
        role: RoleWord,
        over: Option<&str>,
        again: bool,
    ) -> Result<RosterReply, Failed> {
        self.give_by(Hand::Mine, person, role, over, again)
    }

    /// Gives a role; where the person was removed from it, only if that is to be undone.
    pub(super) fn give_by(
        &mut self,
        hand: Hand<'_>,
        text: &str,
        role: RoleWord,
        over: Option<&str>,
        again: bool,
    ) -> Result<RosterReply, Failed> {
        let person = self.person_named(text)?;
        let place = self.place_to_give(role, over)?;
        let name = self.views.name_of(&person)?;
        let role = role_of(role);
        let has = self.truth.roster().live_roles(person);
        if has.iter().any(|it| it.role == role && it.over == place) {
            let args = [("name", name), ("role", role_code(role_word(role)).to_owned())];
            return Err(ApiError::new(ErrorKind::HasRole, args).into());
        }
        let undo = self.undo_for(hand, person, role, &place, again)?;
        let was_removed = !undo.is_empty();
        let confirms = Vec::new();
        let over = place.clone();
        let grant = Statement::Grant { person, role, over, undo, confirms };
        let grant = self.state_by(hand, grant, too_low(role))?;
        if matches!(hand, Hand::Mine) {
            self.let_in_again(&place, person)?;
        }
        let link = if was_removed { Some(self.link_back(grant)?) } else { None };
        Ok(RosterReply::Granted { grant, link })
    }

    /// A member of the community is a member of the group of everybody.
    fn place_to_give(&self, role: RoleWord, over: Option<&str>) -> Result<Place, Failed> {
        match (role, over) {
            (RoleWord::Member, None) => Ok(self.everybody().unwrap_or_default()),
            _ => self.place_named(over),
        }
    }

    /// The removals that a new grant has to undo, or why it cannot.
    pub(super) fn undo_for(
        &self,
        hand: Hand<'_>,
        person: PersonId,
        role: Role,
        place: &Place,
        again: bool,
    ) -> Result<Vec<EnvelopeId>, Failed> {
        let roster = self.truth.roster();
        let by = match hand {
            Hand::Root(_) => EnvelopeId::from(self.community),
            Hand::Mine => {
                let me = self.person()?;
                // The highest role there is: what it cannot undo, nobody here can.
                let mut mine = roster.live_roles(me);
                mine.retain(|it| it.over.contains(place) && it.role > role);
                mine.sort_unstable_by_key(|it| it.role);
                mine.pop().ok_or_else(|| too_low(role))?.grant
            }
        };
        let (undo, above) = roster.removals_in_the_way(person, role, place, &by);
        let in_the_way = above.first().or_else(|| undo.first().filter(|_| !again));
        match in_the_way {
            None => Ok(undo),
            Some(removal) => {
                let args = [("name", self.views.name_of(&person)?), ("by", self.sayer(removal)?)];
                Err(ApiError::new(ErrorKind::WasRemoved, args).into())
            }
        }
    }

    pub(super) fn remove(
        &mut self,
        person: &str,
        role: Option<RoleWord>,
        over: Option<&str>,
        keep: &Keep,
        anyway: bool,
    ) -> Result<RosterReply, Failed> {
        self.remove_by(Hand::Mine, person, (role, over), keep, anyway)
    }

    /// Takes a role over a place and everything within it, or all roles there.
    pub(super) fn remove_by(
        &mut self,
        hand: Hand<'_>,
        text: &str,
        (role, over): (Option<RoleWord>, Option<&str>),
        keep: &Keep,
        anyway: bool,
    ) -> Result<RosterReply, Failed> {
        let person = self.person_named(text)?;
        let place = self.place_named(over)?;
        if matches!(hand, Hand::Mine) && self.person()? == person {
            let args = [("what", "remove_self".to_owned())];
            return Err(ApiError::new(ErrorKind::NotFromHere, args).into());
        }
        let wanted = role.map(role_of);
        let mut held = self.truth.roster().live_roles(person);
        held.retain(|it| place.contains(&it.over) && wanted.is_none_or(|role| it.role == role));
        if held.is_empty() {
            let args = [("name", self.views.name_of(&person)?)];
            return Err(ApiError::new(ErrorKind::HasNoRole, args).into());
        }
        let writers = self.truth.roster().writers_of(person);
        let Cuts { cuts, kept, beyond } = self.cuts_of(&writers, keep)?;
        if !anyway {
            self.warn_of_groups(&held, &cuts)?;
        }
        let roles: BTreeSet<Role> = held.iter().map(|it| it.role).collect();
        let mut removals = Vec::new();
        for role in roles.into_iter().rev() {
            let (over, cuts) = (place.clone(), cuts.clone());
            let statement = Statement::Remove { person, role, over, cuts };
            removals.push(self.state_by(hand, statement, too_low(role))?);
        }
        Ok(RosterReply::Removed { removals, kept, cut: beyond })
    }

    /// Groups whose founding lies behind the cut would vanish with everything in them.
    fn warn_of_groups(&self, held: &[LiveRole], cuts: &[Cut]) -> Result<(), Failed> {
        let grants: Vec<EnvelopeId> = held.iter().map(|it| it.grant).collect();
        let mut hidden = Vec::new();
        for group in self.truth.roster().founded_under(&grants) {
            let Some(founding) = self.truth.read().verdict(&group)? else { continue };
            let Header { writer, scope, seq, .. } = founding.header;
            let keeps = |cut: &Cut| (cut.writer, cut.scope) == (writer, scope) && cut.seq >= seq;
            if !cuts.iter().any(keeps) {
                hidden.push(self.place_name(&Place::community().below(group))?);
            }
        }
        if hidden.is_empty() {
            return Ok(());
        }
        Err(ApiError::new(ErrorKind::CutsGroups, [("groups", hidden.join(", "))]).into())
    }

    /// Where the chains of these installations are cut.
    pub(super) fn cuts_of(&self, writers: &[WriterId], keep: &Keep) -> Result<Cuts, Failed> {
        let reading = self.truth.read();
        let (until, last) = match keep {
            Keep::All | Keep::None => (None, None),
            Keep::Until { claimed_ms } => (Some(*claimed_ms), None),
            Keep::UpTo { id } => {
                let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", id.clone())]);
                let id = self.envelope_named(id)?.ok_or_else(unknown)?;
                let held = reading.verdict(&id)?.ok_or_else(unknown)?;
                (Some(held.header.claimed.0), Some((id, held.header)))
            }
        };
        let mut found = Cuts { cuts: Vec::new(), kept: 0, beyond: 0 };
        for writer in writers {
            let all = reading.own(writer, 0)?.count;
            let mut kept = 0;
            if *keep != Keep::None {
                for end in reading.chain_ends(writer, until)? {
                    kept += end.seq;
                    let (scope, seq, id) = (end.scope, end.seq, end.id);
                    found.cuts.push(Cut { writer: *writer, scope, seq, id });
                }
            }
            found.kept += kept;
            found.beyond += all.saturating_sub(kept);
        }
        if let Some((id, header)) = last {
            found.cuts.retain(|cut| (cut.writer, cut.scope) != (header.writer, header.scope));
            let (writer, scope, seq) = (header.writer, header.scope, header.seq);
            found.cuts.push(Cut { writer, scope, seq, id });
        }
        found.cuts.truncate(CUTS_MAX);
        Ok(found)
    }

    /// Removals and revocations with what lies behind them.
    pub(super) fn late_rows(&mut self) -> Result<BTreeMap<EnvelopeId, LateRow>, Failed> {
        let mut rows = BTreeMap::new();
        for removal in self.truth.roster().all_removals() {
            rows.insert(removal, self.late_row(removal)?);
        }
        for held in self.truth.read().quarantined_for(&LATE, LATE_MAX)? {
            let Some(removal) = self.truth.roster().cut_by(&held.spot()) else { continue };
            if let Some(row) = rows.get_mut(&removal) {
                row.items += 1;
                if !row.writers.contains(&held.header.writer) {
                    row.writers.push(held.header.writer);
                }
            }
        }
        Ok(rows)
    }

    fn late_row(&self, removal: EnvelopeId) -> Result<LateRow, Failed> {
        let roster = self.truth.roster();
        let unknown = || ApiError::new(ErrorKind::UnknownRemoval, [("id", removal.to_hex())]);
        let (statement, ..) = roster.said(&removal).ok_or_else(unknown)?;
        let (person, role) = taken(statement).ok_or_else(unknown)?;
        let role = match role {
            Some((role, over)) => Some(self.role_row(role, over)?),
            None => None,
        };
        let admit = Statement::Admit { removal, cuts: Vec::new() };
        let me = self.identity.person;
        Ok(LateRow {
            removal,
            person: self.views.name_of(&person)?,
            role,
            by: self.sayer(&removal)?,
            items: 0,
            writers: Vec::new(),
            may_admit: me.is_some_and(|me| roster.may(me, &admit).is_ok()),
        })
    }

    /// The removal of this (beginning of an) id.
    fn removal_named(&self, text: &str) -> Result<EnvelopeId, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownRemoval, [("id", text.to_owned())]);
        let id = self.envelope_named(text)?.ok_or_else(unknown)?;
        let said = self.truth.roster().said(&id);
        let is_one = said.is_some_and(|(statement, ..)| taken(statement).is_some());
        if is_one { Ok(id) } else { Err(unknown().into()) }
    }

    pub(super) fn late_items(&mut self, text: &str) -> Result<RosterReply, Failed> {
        let wanted = self.removal_named(text)?;
        let mut removal = self.late_row(wanted)?;
        let mut items = Vec::new();
        for held in self.truth.read().quarantined_for(&LATE, LATE_MAX)? {
            if self.truth.roster().cut_by(&held.spot()) != Some(wanted) {
                continue;
            }
            let writer = held.header.writer;
            if !removal.writers.contains(&writer) {
                removal.writers.push(writer);
            }
            items.push(LateItem {
                id: held.id,
                writer,
                seq: held.header.seq,
                kind: kind_word(held.header.kind).to_owned(),
                group: self.scope_name(&held.header.scope)?,
                text: gist(&held),
                claimed_ms: held.header.claimed,
            });
        }
        items.sort_by_key(|item| (item.writer, item.group.clone(), item.seq));
        removal.items = items.len() as u64;
        Ok(RosterReply::LateItems { removal, items })
    }

    pub(super) fn admit_late(
        &mut self,
        removal: &str,
        writer: Option<&str>,
    ) -> Result<RosterReply, Failed> {
        self.admit_by(Hand::Mine, removal, writer)
    }

    /// Raises the cut of a removal to where the late chains end here.
    pub(super) fn admit_by(
        &mut self,
        hand: Hand<'_>,
        removal: &str,
        writer: Option<&str>,
    ) -> Result<RosterReply, Failed> {
        let RosterReply::LateItems { removal, items } = self.late_items(removal)? else {
            return Err(ApiError::new(ErrorKind::NothingLate, []).into());
        };
        let named = |it: &WriterId| writer.is_none_or(|text| it.to_hex().starts_with(text.trim()));
        let late: Vec<&LateItem> = items.iter().filter(|item| named(&item.writer)).collect();
        let writers: BTreeSet<WriterId> = late.iter().map(|item| item.writer).collect();
        if writers.is_empty() {
            return Err(ApiError::new(ErrorKind::NothingLate, []).into());
        }
        let writers: Vec<WriterId> = writers.into_iter().collect();
        let cuts = self.cuts_of(&writers, &Keep::All)?.cuts;
        let statement = Statement::Admit { removal: removal.removal, cuts };
        let refused = ApiError::not_allowed("admit");
        let items = late.len() as u64;
        let admit = self.state_by(hand, statement, refused)?;
        Ok(RosterReply::Admitted { admit, items })
    }

    /// What an envelope's scope is called.
    pub(super) fn scope_name(&self, scope: &crdt::id::ScopeId) -> Result<String, Failed> {
        if *scope == self.community.roster() {
            return Ok("roster".to_owned());
        }
        if *scope == self.community.directory() {
            return Ok("directory".to_owned());
        }
        let group = self.views.groups()?.into_iter().find(|group| group.scope == *scope);
        Ok(match group {
            Some(group) if !group.name.is_empty() => group.name,
            Some(group) => group.id.to_string(),
            None => scope.to_string(),
        })
    }
}

/// What an envelope says, in a line, for whoever has to decide about it.
pub(super) fn gist(held: &Judged) -> String {
    match held.read_body() {
        Ok(Body::Talk(Talk::Message { text, .. } | Talk::Edit { text, .. })) => text,
        Ok(Body::News(News::Tell(told))) => told.text,
        Ok(Body::Act(Act::Ask(ask))) => ask.title,
        Ok(Body::Act(Act::Series(series))) => series.title,
        Ok(Body::Act(Act::Do(deed))) => format!("{:?}", deed.verb).to_lowercase(),
        Ok(Body::Statement(signed)) => {
            let said = format!("{:?}", signed.statement);
            said.split([' ', '{']).next().unwrap_or_default().to_lowercase()
        }
        _ => String::new(),
    }
}

/// What kind of envelope it is, in a word.
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::STATEMENT => "statement",
        Kind::MESSAGE => "message",
        Kind::ALERT => "news",
        Kind::ACT => "act",
        Kind::CHANGE => "change",
        Kind::CARD => "card",
        Kind::BALLOT => "ballot",
        Kind::RECEIPT => "receipt",
        Kind::MEDIA => "media",
        Kind::ACTIVITY => "activity",
        Kind::TEAM => "team",
        _ => "other",
    }
}

pub(super) fn too_low(role: Role) -> ApiError {
    let role = role_code(role_word(role)).to_owned();
    ApiError::new(ErrorKind::TooLow, [("role", role)])
}
