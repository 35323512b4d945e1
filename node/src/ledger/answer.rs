//! What a person asks, read from the lists and, for one request, folded from the truth.

use std::{collections::BTreeMap, sync::Arc};

use crdt::{
    authority::Group,
    body::{Consent, DocumentForm, GroupKind, Intake, Part, RidePlan, Role, case_of},
    document::{DocumentState, Fact, RequestFacts},
    id::{GroupId, PersonId, RequestId, ScopeId},
    lifecycle::{self, Case},
    time::Bucket,
};

use super::{
    Failed, Ledger,
    decide::page_verb,
    news::file_rows,
    pickup::{begins, is_time, left_early},
};
use crate::{
    api::{
        ApiError, BoardPage, CaseMore, CaseVerb, ChecklistItem, Command, ConsentWord, Doctor,
        DoctorCheck, ErrorKind, GroupKindWord, GroupRow, GroupStatus, IntakeWord, MessageRow, Pin,
        PreferWord, Reply, RequestPage, RequestRow, RoleWord, Status, TimelineRow,
    },
    store::views::{Folded, GroupLine, MessageLine, RequestLine, document, kind_word, settled},
};

/// Messages of one page of the log.
const LOG_MAX: u32 = 10_000;

impl Ledger {
    /// Answers a command that writes nothing.
    pub(super) fn answer(&mut self, command: Command) -> Result<Reply, Failed> {
        match command {
            Command::Status => Ok(Reply::Status(Box::new(self.status()?))),
            Command::Groups => {
                // What this box cannot read is nobody's business here.
                let mut lines = self.views.groups()?;
                lines.retain(|line| !self.is_sealed(&line.scope));
                let groups = lines.into_iter().map(|line| self.group_row(line)).collect();
                Ok(Reply::Groups { groups })
            }
            Command::Log { group, last, before } => {
                let group = self.group(&group)?;
                let lines = self.views.log(&group.id, last.min(LOG_MAX), before.as_ref())?;
                let me = self.identity.person;
                let owner = me.is_some_and(|me| self.truth.roster().is_owner(&group.id, me));
                let hidden = self.hidden_here()?;
                let shown = lines.into_iter().filter(|line| !hidden.contains(&line.id));
                let rows = shown.map(|line| self.message_row(&group.id, line, owner));
                Ok(Reply::Log { messages: rows.collect::<Result<_, _>>()? })
            }
            Command::Message { id } => self.one_message(&id),
            Command::MarkRead { group } => {
                let group = self.group(&group)?;
                self.mark_read(&group.id)?;
                Ok(Reply::Done)
            }
            Command::Requests { all } => self.list_requests(all),
            Command::Mine { last } => self.mine_page(last).map(|page| Reply::Mine(Box::new(page))),
            Command::Request { id } => {
                let id = self.request_id(&id)?;
                self.request_page(&id).map(|page| Reply::Request(Box::new(page)))
            }
            Command::Case(command) => self.answer_case(&command),
            Command::Board { group } => self.board_page(&group).map(Reply::Board),
            Command::Notices => self.notices(),
            Command::NoticesSeen { ids } => self.notices_seen(&ids),
            Command::Me => self.me(),
            Command::People { from, last } => self.people(from, last),
            Command::Roster(command) => self.tell(command).map(Reply::Roster),
            Command::Series(command) => self.tell_rides(command).map(Reply::Series),
            Command::Vote(command) => self.tell_votes(command).map(Reply::Vote),
            Command::Skill(command) => self.tell_skills(command).map(Reply::Skill),
            Command::Thanks(_) => self.tell_thanks().map(Reply::Thanks),
            Command::Team(command) => self.tell_team(command).map(Reply::Team),
            Command::Across(command) => self.tell_across(command).map(Reply::Across),
            Command::Activity(command) => self.tell_activity(command).map(Reply::Activity),
            Command::Hours(command) => self.tell_hours(command).map(Reply::Hours),
            Command::Look(command) => self.tell_look(&command).map(Reply::Look),
            Command::Search(query) => self.search(query),
            Command::News(command) => self.look_at_news(command).map(Reply::News),
            Command::Files(command) => self.read_files(&command).map(Reply::Files),
            Command::House(command) => self.house(&command).map(Reply::House),
            Command::Doctor => self.doctor(),
            other => {
                let reason = format!("{other:?} is not for the ledger");
                Err(ApiError::new(ErrorKind::Internal, [("reason", reason)]).into())
            }
        }
    }

    /// A group's line, by its id.
    pub(super) fn group_reply(&mut self, id: &GroupId) -> Result<Reply, Failed> {
        let line = self.group(&id.to_hex())?;
        Ok(Reply::Group(self.group_row(line)))
    }

    /// Is a group carried here that this box cannot read?
    fn is_sealed(&self, scope: &ScopeId) -> bool {
        let key_scope = self.truth.roster().key_scope(scope);
        key_scope.is_some_and(|scope| self.truth.keyring().reads(&scope) == Some(false))
    }

    /// Everything but the peers, which the loop knows.
    fn status(&mut self) -> Result<Status, Failed> {
        let lines = self.views.groups()?;
        let muted = self.muted_here()?;
        let all = lines.iter().find(|line| line.name == "all");
        let community_name = all.map(|line| line.description.clone()).unwrap_or_default();
        let mut groups = Vec::new();
        for line in lines {
            let held = self.truth.fingerprint(&line.scope);
            groups.push(GroupStatus {
                name: name_or_id(&line),
                id: line.id,
                messages: line.messages,
                envelopes: held.count(),
                fingerprint: held.short(),
                unread: if muted.contains(&line.id) { 0 } else { self.unread_in(&line.id)? },
                state: line.state,
                sealed: self.is_sealed(&line.scope),
            });
        }
        let counts = self.truth.read().counts(None)?;
        Ok(Status {
            node: Some(self.identity.box_key.key()),
            home: self.identity.home.clone(),
            person: self.identity.person_name.clone(),
            residents: self.key_states(),
            community: self.community.to_hex(),
            community_name,
            groups,
            peers: Vec::new(),
            unsent: self.unsent()?,
            pending: counts.pending,
            quarantined: counts.quarantined,
            sealed: counts.sealed,
            poison: counts.poison,
            refused: 0,
        })
    }

    /// What the people of this home wrote and no other home holds yet.
    fn unsent(&self) -> Result<u64, Failed> {
        let others = self.identity.others.iter().map(|it| it.writer.writer());
        let writers = [self.identity.writer.writer()].into_iter().chain(others);
        let read = self.truth.read();
        self.memos.unsent.get_or(&(self.truth.last_row(), self.delivered), || {
            writers.map(|writer| Ok(read.own(&writer, self.delivered)?.count)).sum()
        })
    }

    pub(super) fn group_row(&mut self, line: GroupLine) -> GroupRow {
        let me = self.identity.person;
        let roster = self.truth.roster();
        let known = roster.group(&line.id);
        let kind = known.as_ref().map_or(GroupKindWord::Open, kind_word_of);
        let joined = me.is_some_and(|me| roster.best_auth(me, line.scope).is_some());
        let muted = self.muted_here().is_ok_and(|muted| muted.contains(&line.id));
        // A disk that cannot be read says so where the messages are read.
        let unread = if muted { 0 } else { self.unread_in(&line.id).unwrap_or_default() };
        GroupRow {
            name: name_or_id(&line),
            id: line.id,
            kind,
            members: self.members_counted().get(&line.id).copied().unwrap_or_default(),
            messages: line.messages,
            unread,
            joined,
        }
    }

    /// How many are in each group; counted anew where the roster is another.
    fn members_counted(&self) -> Arc<BTreeMap<GroupId, u64>> {
        let roster = self.truth.roster();
        let count = || {
            let members = roster.groups().into_iter().map(|group| {
                let everyone = || roster.community_members().len();
                let members =
                    if group.everyone { everyone() } else { roster.members(&group.id).len() };
                (group.id, members as u64)
            });
            Ok::<_, std::convert::Infallible>(Arc::new(members.collect()))
        };
        let Ok(counted) = self.memos.members.get_or(&roster.version(), count);
        counted
    }

    pub(super) fn message_row(
        &self,
        group: &GroupId,
        line: MessageLine,
        owner: bool,
    ) -> Result<MessageRow, Failed> {
        let news = line.news.map(|id| self.news_shown_in(group, &id)).transpose()?.flatten();
        let shows = match line.news.filter(|_| line.forwarded && news.is_none()) {
            Some(of) => self.message_shown_in(group, &of)?,
            None => None,
        };
        let readable = !line.taken_down || line.mine || owner;
        Ok(MessageRow {
            id: line.id,
            author: line.author,
            home: line.home,
            text: if readable { line.text } else { String::new() },
            taken_down: line.taken_down,
            flagged: line.flagged,
            claimed_ms: line.claimed,
            official: line.official,
            withdrawn: line.withdrawn,
            edited: line.edited,
            mine: line.mine,
            sent: !line.mine || line.row <= self.delivered,
            request: self.views.code_of(&case_of(&line.id))?,
            reply_to: line.reply_to,
            imported: line.imported,
            news,
            forwarded: line.forwarded,
            shows,
            may: None,
        })
    }

    pub(super) fn request_row(&self, line: RequestLine) -> Result<RequestRow, Failed> {
        let holder = match &line.holder {
            Some(holder) => Some(self.views.name_of(holder)?),
            None => None,
        };
        Ok(RequestRow {
            id: line.id,
            code: line.code,
            title: line.title,
            status: line.status,
            urgency: line.urgency,
            holder,
            provisional: line.provisional,
            requester: self.views.name_of(&line.requester)?,
            conflicts: line.conflicts,
            group: line.group,
            group_name: line.group_name,
            mine: line.holder.is_some() && line.holder == self.identity.person,
            asked_by_me: Some(line.requester) == self.identity.person,
            claimed_ms: line.claimed,
            ride: self.ride_row(&line.id)?,
            stale: self.is_stale(line.urgency, line.held),
            kind: line.kind,
        })
    }

    fn request_page(&mut self, id: &RequestId) -> Result<RequestPage, Failed> {
        let line = self.request_line(id)?;
        let group = line.group;
        let row = self.request_row(line)?;
        let folded = self.case(id)?;
        let case = &folded.case;
        let facts = settled(&self.truth, case, self.facts_of(id)?.facts());
        let names = |people: &[PersonId]| -> Result<Vec<String>, Failed> {
            people.iter().map(|person| Ok(self.views.name_of(person)?)).collect()
        };
        let (holders, waitlist, awaiting) =
            (names(&case.holders)?, names(&case.waitlist)?, names(&case.awaiting)?);
        let timeline = self.timeline(&folded)?;
        let begins = begins(case);
        let early = left_early(&folded, begins).then_some("early_departure");
        let remarks = case
            .incidents
            .iter()
            .map(|(_, what)| incident_word(*what))
            .chain(case.notes.iter().map(|note| note_word(*note)))
            .chain(early)
            .map(str::to_owned)
            .collect();
        let me = self.identity.person;
        let my_standing = me.and_then(|me| standing(case, &me)).map(str::to_owned);
        let more = self.more_of(&folded, row.stale)?;
        let held_back =
            |verb: &CaseVerb| (more.waits_for_grant || more.early) && *verb == CaseVerb::Depart;
        let may = more.acts.iter().filter(|verb| !held_back(verb));
        let may = may.filter_map(|verb| page_verb(*verb)).collect();
        let (may_open, may_erase) = self.private_here(id, &group, case)?;
        Ok(RequestPage {
            may_open,
            may_erase,
            details: fact_or(&facts, Fact::Details, &case.details),
            facts: facts_shown(&facts, &case.title, &case.details),
            checklist: self.checks(case, checklist(&facts))?,
            row,
            holders,
            waitlist,
            awaiting,
            timeline,
            may,
            remarks,
            my_standing,
            more,
        })
    }

    /// What a request's page says beyond its facts.
    fn more_of(&self, folded: &Folded, stale: bool) -> Result<CaseMore, Failed> {
        let (case, me) = (&folded.case, self.identity.person);
        let terms = &case.terms;
        let named = |part: Part| -> Result<Option<String>, Failed> {
            let found = case.family.iter().find(|(_, known)| *known == part);
            Ok(found.map(|(who, _)| self.views.name_of(who)).transpose()?)
        };
        let lead = crdt::vault::lead_begins(case).is_none_or(|begins| begins <= self.claimed);
        let waits = case.provisional && terms.prefer_single && terms.from_ms.is_some();
        let held = me.is_some_and(|me| case.holders.contains(&me));
        Ok(CaseMore {
            kind: kind_word(terms.kind).to_owned(),
            places: case.places,
            prefer: match (terms.prefer_single, case.prefer_speed) {
                (true, _) => Some(PreferWord::Single),
                (false, true) => Some(PreferWord::Speed),
                (false, false) => None,
            },
            area: match &terms.area {
                Some(area) => self.place_name(area)?,
                None => terms.zone.clone(),
            },
            from_ms: terms.from_ms,
            until_ms: terms.until_ms,
            needs: terms.needs.clone(),
            message: case.message,
            subject: named(Part::Subject)?,
            proxy: named(Part::Proxy)?,
            consent: terms.consent.map(consent_word),
            intake: terms.intake.map(intake_word),
            photos: terms.photos.as_ref().map_or(0, |photos| photos.len() as u64),
            files: terms.photos.as_deref().map(file_rows).unwrap_or_default(),
            added: self.added_rows(folded)?,
            may_attach: me.is_some_and(|me| self.may_attach_now(case, &me, &folded.group)),
            wardens: self.warden_names(case)?,
            answers: self.answers_given(case)?,
            way: self.way_of(&case.request, case)?,
            to_desk: terms.to_desk,
            by_default: case.by_default,
            stale,
            waits_for_grant: held && waits && !lead,
            early: held && begins(case).is_some_and(|begins| !is_time(begins, self.claimed)),
            unconfirmed: waits && lead && !case.holders.is_empty(),
            acts: me.map(|me| self.may_now(case, &me, &folded.group)).unwrap_or_default(),
            visits: self.visit_rows(folded)?,
            verdicts: self.verdict_rows(folded)?,
            postings: self.posting_rows(&case.request)?,
            posted_from: terms.posted.map(|posted| posted.case),
        })
    }

    fn timeline(&self, folded: &Folded) -> Result<Vec<TimelineRow>, Failed> {
        let row = |entry: &lifecycle::Entry| -> Result<TimelineRow, Failed> {
            Ok(TimelineRow {
                id: entry.id,
                verb: what_word(entry.what),
                who: self.views.name_of(&entry.who)?,
                claimed_ms: folded.claimed_of(&entry.id),
                counts: entry.counted,
                part: part_word(entry.part).to_owned(),
                about: entry.about.map(|who| self.views.name_of(&who)).transpose()?,
                note: entry.note.clone(),
            })
        };
        folded.case.timeline.iter().map(row).collect()
    }

    fn board_page(&mut self, text: &str) -> Result<BoardPage, Failed> {
        let line = self.group(text)?;
        let pins = self.views.pins(&line.id)?.into_iter();
        Ok(BoardPage {
            pins: pins.map(|(key, text)| Pin { key, text }).collect(),
            description: line.description.clone(),
            group: self.group_row(line),
        })
    }

    /// Is everything in order? Looks at the files, the verdicts and the clock.
    fn doctor(&mut self) -> Result<Reply, Failed> {
        let damage = self.truth.read().integrity_check()?;
        let seed = self.dice.draw();
        let damaged = if damage.is_empty() { self.truth.mend(seed)? } else { 0 };
        // The lists hear of it.
        self.behind += usize::from(damaged > 0);
        let mut checks = Vec::new();
        let mut check = |name: &str, ok: bool, found: String| {
            checks.push(DoctorCheck { name: name.to_owned(), ok, found });
        };
        check("truth", damage.is_empty(), damage.first().cloned().unwrap_or("ok".into()));
        let counts = self.truth.read().counts(None)?;
        check("damaged", damaged == 0, damaged.to_string());
        check("held", true, counts.held.to_string());
        // What others wrote wrongly says nothing about this home's health.
        check("pending", true, counts.pending.to_string());
        check("quarantined", true, counts.quarantined.to_string());
        check("poison", true, counts.poison.to_string());
        let behind = self.truth.read().last_judged()? - self.views.applied()?;
        check("views", behind == 0, behind.to_string());
        let plausible = Bucket::week_of(self.claimed) >= self.genesis.founded;
        check("clock", plausible, self.claimed.0.to_string());
        let key = self.key_state();
        let sealed = match (key.copied, key.passphrase, key.open) {
            (true, ..) => "copied",
            (_, false, _) => "bare",
            (_, true, false) => "shut",
            (_, true, true) => "open",
        };
        check("sealed", !key.copied, sealed.to_owned());
        let healthy = checks.iter().all(|check| check.ok);
        Ok(Reply::Doctor(Doctor { checks, healthy }))
    }

    /// A request as it is now.
    pub(super) fn case(&self, id: &RequestId) -> Result<Folded, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownRequest, [("id", id.to_hex())]);
        self.views.fold(&self.truth, id)?.ok_or_else(|| unknown().into())
    }

    /// The document of a request, from its accepted changes.
    pub(super) fn facts_of(&self, id: &RequestId) -> Result<DocumentState, Failed> {
        Ok(document(&self.truth, DocumentForm::Request, *id)?.0)
    }

    /// The document of a group.
    pub(super) fn board_of(&self, id: &GroupId) -> Result<DocumentState, Failed> {
        Ok(document(&self.truth, DocumentForm::Group, *id)?.0)
    }
}

/// The word of a deed, as the glossary and the page have it.
fn what_word(what: lifecycle::What) -> String {
    match what {
        lifecycle::What::Asked => "ask".to_owned(),
        lifecycle::What::Did(verb) => format!("{verb:?}").to_lowercase(),
        lifecycle::What::Planned => "plan".to_owned(),
        lifecycle::What::SetRota => "rota".to_owned(),
        lifecycle::What::Excepted(RidePlan::AsPlanned {}) => "as_planned".to_owned(),
        lifecycle::What::Excepted(RidePlan::Off {}) => "call_off".to_owned(),
        lifecycle::What::Excepted(RidePlan::At(_)) => "move".to_owned(),
        lifecycle::What::Visited => "visit".to_owned(),
        lifecycle::What::Noted => "note".to_owned(),
        lifecycle::What::Attached => "attach".to_owned(),
    }
}

const fn part_word(part: Part) -> &'static str {
    match part {
        Part::Member => "member",
        Part::Captain => "captain",
        Part::Desk => "desk",
        Part::Requester => "requester",
        Part::Subject => "subject",
        Part::Proxy => "proxy",
    }
}

const fn consent_word(consent: Consent) -> ConsentWord {
    match consent {
        Consent::OwnWord => ConsentWord::OwnWord,
        Consent::ByPhone => ConsentWord::ByPhone,
        Consent::Written => ConsentWord::Written,
        Consent::Guardian => ConsentWord::Guardian,
        Consent::Emergency => ConsentWord::Emergency,
    }
}

const fn intake_word(intake: Intake) -> IntakeWord {
    match intake {
        Intake::Phone => IntakeWord::Phone,
        Intake::Paper => IntakeWord::Paper,
    }
}

fn incident_word(incident: lifecycle::Incident) -> &'static str {
    match incident {
        lifecycle::Incident::LeftAfterRemoval => "left_after_removal",
        lifecycle::Incident::RevokedOnTheWay => "revoked_on_the_way",
        lifecycle::Incident::TwoOnTheWay => "two_on_the_way",
    }
}

fn note_word(note: lifecycle::Note) -> &'static str {
    match note {
        lifecycle::Note::OnHold => "on_hold",
        lifecycle::Note::CancellationNoted => "cancellation_noted",
    }
}

/// Where somebody stands on a request, in one word.
fn standing(case: &Case, me: &PersonId) -> Option<&'static str> {
    if case.holders.contains(me) {
        return Some("holder");
    }
    case.told_to(me).map(lifecycle::Told::as_str)
}

fn name_or_id(line: &GroupLine) -> String {
    if line.name.is_empty() { line.id.to_string() } else { line.name.clone() }
}

pub(super) fn role_word(role: Role) -> RoleWord {
    match role {
        Role::Member => RoleWord::Member,
        Role::Steward => RoleWord::Steward,
        Role::Staff => RoleWord::Staff,
        Role::Admin | Role::Root => RoleWord::Admin,
    }
}

fn fact_or(facts: &RequestFacts, fact: Fact, otherwise: &str) -> String {
    let now = facts.text(fact);
    if now.is_empty() { otherwise.to_owned() } else { now.to_owned() }
}

/// What each fact says now; several values where both sides of a cut said something else.
pub(super) fn facts_shown(
    facts: &RequestFacts,
    title: &str,
    details: &str,
) -> BTreeMap<String, Vec<String>> {
    let mut shown = BTreeMap::new();
    for fact in Fact::ALL {
        let field = facts.get(fact);
        let values: Vec<String> = match (&field.now, fact) {
            (None, Fact::Title) => vec![title.to_owned()],
            (None, Fact::Details) => vec![details.to_owned()],
            (None, _) => Vec::new(),
            (Some(now), _) if fact.must_be_settled() => {
                std::iter::once(now).chain(&field.rivals).map(|it| it.text.clone()).collect()
            }
            (Some(now), _) => vec![now.text.clone()],
        };
        shown.insert(
            fact.key().to_owned(),
            values.into_iter().filter(|it| !it.is_empty()).collect(),
        );
    }
    shown
}

fn checklist(facts: &RequestFacts) -> Vec<ChecklistItem> {
    facts
        .checklist
        .iter()
        .map(|item| ChecklistItem {
            key: item.key.as_str().to_owned(),
            text: item.text.clone(),
            done: !item.done.is_empty() || !item.found.is_empty(),
            found: !item.found.is_empty(),
        })
        .collect()
}

/// Who may enter a group, in a word. The group of everybody is open to whoever is in the community.
pub(super) fn kind_word_of(group: &Group) -> GroupKindWord {
    match group.kind {
        GroupKind::Vetted => GroupKindWord::Vetted,
        GroupKind::Invite if !group.everyone => GroupKindWord::Invite,
        GroupKind::Invite | GroupKind::Open => GroupKindWord::Open,
    }
}
