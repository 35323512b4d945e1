//! What a person wants, decided on the truth and written, or refused with a reason.
//!
//! Reading commands pass through to `answer`, which reads the lists after they have caught up.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, GroupKind, ImportedLine, Oversight, Role, Statement, Talk},
    document::{BoardEdit, DocumentState, Edit, Fact, FactEdit, ItemKey, edit},
    id::{EnvelopeId, GroupId, PersonId, RequestId, from_hex},
    limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX},
};

use super::{After, Failed, Ledger};
use crate::{
    api::{
        ActVerb, ApiError, CaseVerb, Command, Deed, ErrorKind, GroupKindWord, GroupTerms,
        ImportLine, NewCase, OversightWord, Reply, RoleWord,
    },
    store::{truth::Deps, views::GroupLine},
};

/// Lines of one import command: what one transaction takes without making others wait.
pub const IMPORT_LINES_MAX: usize = 2_000;

impl Ledger {
    /// Carries a command out as far as it writes, and says what to answer after the commit.
    pub(super) fn decide(&mut self, command: Command) -> Result<After, Failed> {
        match command {
            Command::Post { group, text, reply_to } => self.post(&group, text, reply_to),
            Command::EditMessage { id, text } => self.edit_message(id, text),
            Command::WithdrawMessage { id } => self.withdraw_message(id),
            Command::Import { group, lines } => self.import(&group, lines),
            Command::TakeIn { section } => self.take_in_section(&section),
            Command::Ask { group, title, details, urgent, private } => {
                let urgency = urgent.then_some(3);
                self.ask(NewCase { group, title, details, urgency, private, ..NewCase::default() })
            }
            Command::Case(command) => self.handle_case(command),
            Command::Assign { id, person } => {
                self.do_deed(&Deed { person: Some(person), ..Deed::of(&id, CaseVerb::Grant) })
            }
            Command::OpenVault { id, reason } => self.open_vault(&id, &reason),
            Command::Erase { id, class } => self.erase(&id, class),
            Command::Act { id, verb } => self.do_deed(&Deed::of(&id, case_verb(verb))),
            Command::EditFact { id, field, value } => self.edit_fact(&id, &field, value),
            Command::ChecklistAdd { id, text } => self.add_entry(&id, text),
            Command::ChecklistTick { id, item, done } => self.tick(&id, &item, done),
            Command::Describe { group, text } => {
                let text = checked("text", text, TEXT_BYTES_MAX)?;
                self.edit_board(&group, BoardEdit::Description(text))
            }
            Command::Pin { group, text } => {
                let key = ItemKey::from_random(self.dice.draw());
                let text = checked("text", text, TEXT_BYTES_MAX)?;
                self.edit_board(&group, BoardEdit::Pin(key, text, None))
            }
            Command::Unpin { group, pin } => {
                self.edit_board(&group, BoardEdit::Unpin(item_key(&pin)?))
            }
            Command::GroupNew { name, kind, vouches, terms } => {
                self.group_new(&name, kind_of(kind), vouches, &terms)
            }
            Command::GroupJoin { group } => self.group_join(&group),
            Command::Invite { role, group } => self.invite(role, group.as_deref()),
            Command::SetPassphrase { old, new } => self.set_passphrase(old.as_ref(), &new),
            Command::Unlock { passphrase, hours } => self.unlock(&passphrase, hours),
            Command::Lock => Ok(self.lock()),
            Command::KeyState => Ok(say(Reply::Key(self.key_state()))),
            Command::Paper(command) => self.papers(&command),
            Command::RevokeOld { words } => self.revoke_old(&words),
            Command::ResidentAdd { name, link } => self.add_resident(&name, link.as_deref()),
            Command::Roster(command) => self.manage(command),
            Command::News(command) => self.announce(command),
            Command::Name(command) => self.names(command),
            Command::Series(command) => self.plan_rides(command),
            Command::Vote(command) => self.votes(command),
            Command::Skill(command) => self.skills(command),
            Command::Thanks(command) => self.thanks(command),
            Command::Team(command) => self.teams(command),
            Command::Across(command) => self.across(command),
            Command::Activity(command) => self.run_activity(command),
            Command::Hours(command) => self.keep_hours(command),
            Command::Look(command) => self.look(command),
            Command::Files(command) => self.manage_files(command),
            Command::MarkRead { group } => self.open_log(group),
            Command::Elder { on } => self.read_large(on),
            Command::InviteRelay => self.invite_relay(),
            Command::Token(command) => self.tokens(command),
            Command::Once { key, command } => self.once(&key, *command),
            Command::IfSeen { seen, command } => self.if_seen(&seen, *command),
            reading => Ok(After::Read(reading)),
        }
    }

    /// Who writes here; every deed needs somebody.
    pub(super) fn person(&self) -> Result<PersonId, Failed> {
        self.identity.person.ok_or_else(|| ApiError::new(ErrorKind::NoCommunity, []).into())
    }

    /// The grant to cite in a group, for the person of this box.
    pub(super) fn auth_in(&mut self, group: GroupId, name: &str) -> Result<EnvelopeId, Failed> {
        let person = self.person()?;
        self.must_be_back()?;
        let auth = self.truth.roster().best_auth(person, group.scope());
        auth.ok_or_else(|| ApiError::new(ErrorKind::NotAMember, [("group", name.into())]).into())
    }

    fn post(
        &mut self,
        group: &str,
        text: String,
        reply_to: Option<EnvelopeId>,
    ) -> Result<After, Failed> {
        let text = checked("text", text, TEXT_BYTES_MAX)?;
        let id = match self.views.answering_to(group.trim()).as_slice() {
            [one] => *one,
            _ => {
                // What the directory says of it may have no row yet.
                self.truth.give_rows()?;
                self.group_id(group)?
            }
        };
        let auth = self.auth_in(id, group)?;
        let talk = Body::Talk(Talk::Message { text, reply_to, imported: None });
        let id = self.write(talk, id.scope(), Deps::Subject, Some(auth))?;
        Ok(say(Reply::Posted { id }))
    }

    fn edit_message(&mut self, of: EnvelopeId, text: String) -> Result<After, Failed> {
        let text = checked("text", text, TEXT_BYTES_MAX)?;
        self.amend(of, Talk::Edit { of, text })
    }

    fn withdraw_message(&mut self, of: EnvelopeId) -> Result<After, Failed> {
        self.amend(of, Talk::Withdraw { of })
    }

    /// Only the author says it differently or takes it back.
    fn amend(&mut self, of: EnvelopeId, talk: Talk) -> Result<After, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", of.to_hex())]);
        let original = self.truth.read().verdict(&of)?.ok_or_else(unknown)?;
        if !matches!(original.read_body(), Ok(Body::Talk(Talk::Message { .. }))) {
            return Err(unknown().into());
        }
        let author = original.header.auth.and_then(|auth| self.truth.roster().author(&auth));
        if author != Some(self.person()?) {
            return Err(ApiError::not_allowed("edit").into());
        }
        let auth = original.header.auth;
        let id = self.write(Body::Talk(talk), original.header.scope, Deps::Subject, auth)?;
        Ok(say(Reply::Posted { id }))
    }

    /// A line that this node holds already is not written again; the other side of a cut may write
    /// it too, and the lists show one of the two.
    fn import(&mut self, group: &str, lines: Vec<ImportLine>) -> Result<After, Failed> {
        if lines.len() > IMPORT_LINES_MAX {
            return Err(too_long("lines", IMPORT_LINES_MAX).into());
        }
        let group = self.group(group)?;
        let auth = self.auth_in(group.id, &group.name)?;
        let (mut new, mut known) = (0, 0);
        let mut here = BTreeSet::new();
        for line in lines {
            let bad = |reason: &str| {
                let args = [("line", line.number.to_string()), ("reason", reason.to_owned())];
                ApiError::new(ErrorKind::BadLine, args)
            };
            let hash = from_hex(&line.hash).map_err(|_| bad("hash"))?;
            let imported = ImportedLine { number: line.number, hash };
            if !here.insert(imported) || self.views.holds_line(&group.id, &imported)? {
                known += 1;
                continue;
            }
            if line.text.trim().is_empty() || line.text.len() > TEXT_BYTES_MAX {
                return Err(bad("text").into());
            }
            let (text, imported) = (line.text, Some(imported));
            let talk = Body::Talk(Talk::Message { text, reply_to: None, imported });
            self.write(talk, group.scope, Deps::Subject, Some(auth))?;
            new += 1;
        }
        Ok(say(Reply::Imported { new, known }))
    }

    fn edit_fact(&mut self, id: &str, field: &str, value: String) -> Result<After, Failed> {
        let fact = Fact::ALL.into_iter().find(|fact| fact.key() == field.trim());
        let fact = fact
            .ok_or_else(|| ApiError::new(ErrorKind::UnknownField, [("field", field.to_owned())]))?;
        if fact == Fact::Phone {
            return Err(ApiError::new(ErrorKind::Private, []).into());
        }
        refuse_private(&value)?;
        if value.len() > fact.bytes_max() {
            return Err(too_long(fact.key(), fact.bytes_max()).into());
        }
        self.edit_request(id, FactEdit::Set(fact, value))
    }

    pub(super) fn edit_request(&mut self, text: &str, change: FactEdit) -> Result<After, Failed> {
        let id = self.request_id(text)?;
        self.edit_facts(&id, vec![change])?;
        Ok(After::Read(Command::Request { id: id.to_hex() }))
    }

    /// Makes one change of all these edits.
    pub(super) fn edit_facts(
        &mut self,
        id: &RequestId,
        edits: Vec<FactEdit>,
    ) -> Result<(), Failed> {
        let group = self.group_of_request(id)?;
        let auth = self.auth_in(group.id, &group.name)?;
        let state = self.facts_of(id)?;
        let edits: Vec<Edit> = edits.into_iter().map(Edit::Request).collect();
        self.write_edit(&state, &edits, group.id, auth)
    }

    fn edit_board(&mut self, text: &str, change: BoardEdit) -> Result<After, Failed> {
        let group = self.group(text)?;
        let auth = self.auth_in(group.id, &group.name)?;
        let state = self.board_of(&group.id)?;
        self.write_edit(&state, &[Edit::Group(change)], group.id, auth)?;
        Ok(After::Read(Command::Board { group: group.id.to_hex() }))
    }

    fn write_edit(
        &mut self,
        state: &DocumentState,
        edits: &[Edit],
        group: GroupId,
        auth: EnvelopeId,
    ) -> Result<(), Failed> {
        let edited = match edit(state, self.identity.writer.writer(), edits) {
            Err(crdt::document::EditRefused::Nothing) => return Ok(()),
            other => other?,
        };
        let (body, deps) = (Body::Change(edited.change), Deps::These(edited.deps));
        self.write(body, group.scope(), deps, Some(auth)).map(|_| ())
    }

    fn group_new(
        &mut self,
        name: &str,
        kind: GroupKind,
        vouches: u8,
        terms: &GroupTerms,
    ) -> Result<After, Failed> {
        let name = checked("name", one_line(name), NAME_BYTES_MAX)?;
        let id = self.found_group(&name, kind, vouches, terms)?;
        Ok(After::Group(id))
    }

    /// Founds a group, whose first member this person is.
    pub(super) fn found_group(
        &mut self,
        name: &str,
        kind: GroupKind,
        need: u8,
        terms: &GroupTerms,
    ) -> Result<GroupId, Failed> {
        let person = self.person()?;
        let parent = self.place_named(terms.over.as_deref())?;
        let auth = self
            .truth
            .roster()
            .may_found(person, &parent)
            .ok_or_else(|| ApiError::not_allowed("found a group"))?;
        let founding = Statement::Genesis {
            parent: parent.clone(),
            kind,
            need,
            oversight: match terms.oversight {
                None => Oversight::None,
                Some(OversightWord::Staff) => Oversight::Staff,
                Some(OversightWord::Steward) => Oversight::Steward,
            },
            everyone: false,
            history: None,
        };
        let id = self.say(founding, auth)?;
        let place = parent.below(id);
        let grant = Statement::Grant {
            person,
            role: Role::Member,
            over: place,
            undo: Vec::new(),
            confirms: Vec::new(),
        };
        let membership = self.say(grant, auth)?;
        self.name_group(id, name, "", membership)?;
        Ok(id)
    }

    /// Writes a statement under a grant, with the sealed key where the rank wants it.
    pub(super) fn say(
        &mut self,
        statement: Statement,
        auth: EnvelopeId,
    ) -> Result<EnvelopeId, Failed> {
        if self.truth.roster().needs_second(&auth) {
            self.state_as_staff(statement, auth)
        } else {
            self.state(statement, Some(auth), &[])
        }
    }

    /// The group whose scope a request's envelopes stand in.
    pub(super) fn group_of_request(&self, id: &RequestId) -> Result<GroupLine, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownRequest, [("id", id.to_hex())]);
        let scope = self.views.scope_of(&self.truth, id)?.ok_or_else(unknown)?;
        let group = self.views.groups()?.into_iter().find(|group| group.scope == scope);
        group.ok_or_else(|| unknown().into())
    }
}

/// A command that changes something was handed to what only looks: ours to mend.
pub(super) fn not_for_looking() -> Failed {
    let reason = "this is not for looking".to_owned();
    ApiError::new(ErrorKind::Internal, [("reason", reason)]).into()
}

pub(super) fn say(reply: Reply) -> After {
    After::Say(Box::new(reply))
}

/// Names and titles stand in lists: line ends, tabs and whatever steers a terminal become spaces.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

pub(super) fn checked(what: &str, text: String, limit: usize) -> Result<String, Failed> {
    if text.trim().is_empty() || text.len() > limit {
        return Err(too_long(what, limit).into());
    }
    Ok(text)
}

pub(super) fn too_long(what: &str, limit: usize) -> ApiError {
    ApiError::new(ErrorKind::BadText, [("what", what.to_owned()), ("limit", limit.to_string())])
}

/// Digits from which on something looks like a telephone, identity or bank number.
const PRIVATE_DIGITS: usize = 8;

/// Digits that stand together in such a number; fewer are a date, a time or a door.
const PRIVATE_GROUP: usize = 3;

/// Everybody in the group reads a request, and copies of it cannot be called back. Until there is a
/// place for private words, numbers that lead to a person are refused rather than spread.
pub(super) fn refuse_private(text: &str) -> Result<(), Failed> {
    let mut together = 0;
    for group in text.split([' ', '-']) {
        let digits = |part: &str| part.chars().filter(|c| c.is_numeric()).count();
        let mut parts = group.split(|c: char| !c.is_numeric()).filter(|part| !part.is_empty());
        let first = parts.next().map_or(0, digits);
        let longest = parts.map(digits).max().unwrap_or(0).max(first);
        together = if first >= PRIVATE_GROUP { together + first } else { 0 };
        if together.max(longest) >= PRIVATE_DIGITS {
            return Err(ApiError::new(ErrorKind::Private, []).into());
        }
    }
    Ok(())
}

fn item_key(text: &str) -> Result<ItemKey, Failed> {
    let unknown = || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".to_owned())]);
    ItemKey::parse(text).ok_or_else(|| unknown().into())
}

pub(super) fn kind_of(word: GroupKindWord) -> GroupKind {
    match word {
        GroupKindWord::Open => GroupKind::Open,
        GroupKindWord::Invite => GroupKind::Invite,
        GroupKindWord::Vetted => GroupKind::Vetted,
    }
}

pub(super) fn role_of(word: RoleWord) -> Role {
    match word {
        RoleWord::Member => Role::Member,
        RoleWord::Steward => Role::Steward,
        RoleWord::Staff => Role::Staff,
        RoleWord::Admin => Role::Admin,
    }
}

/// The page's verbs are some of all.
const fn case_verb(verb: ActVerb) -> CaseVerb {
    match verb {
        ActVerb::Claim => CaseVerb::Claim,
        ActVerb::Withdraw => CaseVerb::Withdraw,
        ActVerb::Depart => CaseVerb::Depart,
        ActVerb::Done => CaseVerb::Done,
        ActVerb::Confirm => CaseVerb::Confirm,
        ActVerb::Reopen => CaseVerb::Reopen,
        ActVerb::Cancel => CaseVerb::Cancel,
        ActVerb::Ack => CaseVerb::Ack,
    }
}

pub(super) fn page_verb(verb: CaseVerb) -> Option<ActVerb> {
    let all = [
        ActVerb::Claim,
        ActVerb::Depart,
        ActVerb::Done,
        ActVerb::Confirm,
        ActVerb::Reopen,
        ActVerb::Ack,
        ActVerb::Withdraw,
        ActVerb::Cancel,
    ];
    all.into_iter().find(|it| case_verb(*it) == verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_whatever_was_pasted() {
        assert_eq!(one_line(" 送药\r\n\tto 5-2-301\u{1b}[31m\0 "), "送药 to 5-2-301 [31m");
        assert_eq!(one_line("\n\t"), "");
    }

    #[test]
    fn numbers_that_lead_to_a_person_are_refused_and_others_are_not() {
        let private = [
            "138 0013 8000",
            "call 010-6552-9988",
            "３１０１０４１９５０",
            "ID 11010519491231002X",
        ];
        private.iter().for_each(|text| assert!(refuse_private(text).is_err(), "{text}"));
        let fine = [
            "Tuesday 08:00, bus 101",
            "5-2-301",
            "2026年11月23日",
            "2026-11-23 08:00, 10 to 12 litres",
        ];
        fine.iter().for_each(|text| assert!(refuse_private(text).is_ok(), "{text}"));
    }
}
