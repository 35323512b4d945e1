//! Teams that look before they let somebody in: what they ask, who applies, what their captain decides.
//! What it comes to is said by `crdt::team`; here is who may say it.
//!
//! # Rules
//!
//! 1. Who sees to a team (rank 2 or more over it, or around it) lists it, writes down what it asks for,
//!    attests, decides, suspends. Whoever else tries is refused, and nothing is written.
//! 2. Where a team asks for something, no number of vouches opens its door: the group's rules are then
//!    closed ([`CAPTAIN_DECIDES`]), and only an owner's grant lets anybody in. How many should vouch
//!    stands in the listing, for the captain to see.
//! 3. Whoever lacks something that is asked for is let in only with a reason, which is written down with
//!    what was lacking. What is only preferred never counts.
//! 4. Suspending is the roster's removal from that one group, lifting the roster's grant that undoes it
//!    (`removal`); what is written here besides says only that it is for a while, and why. The note comes
//!    first, so that whom it is about can still read it.
//! 5. No document, no number of one: criteria and reasons that look like one are refused.

mod look;

use std::collections::BTreeSet;

use crdt::{
    authority::Group,
    body::{
        Attestation, Body, Criterion, GroupKind, GroupSort, Listing, Place, Role, Statement, Team,
    },
    id::{EnvelopeId, PersonId},
    limits::{CRITERIA_MAX, LETTER_BYTES_MAX, NAME_BYTES_MAX, STATEMENT_LIST_MAX, TEXT_BYTES_MAX},
    team::{self, Application, Said},
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, refuse_private, too_long},
    removal::Hand,
};
use crate::{
    api::{ApiError, Command, ErrorKind, Keep, NewListing, SortWord, TeamCommand, TeamReply},
    store::{truth::Deps, views::GroupLine},
};

/// Vouches that nobody gathers: an owner decides.
pub(super) const CAPTAIN_DECIDES: u8 = u8::MAX;

/// Vouches that are asked for where nobody has said how many.
const VOUCHES_USUAL: u8 = 2;

/// A team with everything that was said of it.
pub(super) struct Known {
    pub line: GroupLine,
    pub group: Group,
    pub said: Vec<Said>,
}

impl Known {
    /// What it is called, also for those who cannot read its board.
    pub fn name(&self) -> String {
        let listed = team::listing(&self.said).map(|it| it.name.clone());
        listed.filter(|_| self.line.name.is_empty()).unwrap_or_else(|| self.line.name.clone())
    }

    /// How many its desk shows: nobody vouches where no captain decides.
    pub fn vouches_shown(&self) -> u64 {
        match self.group.kind {
            GroupKind::Vetted => self.vouches().into(),
            GroupKind::Open | GroupKind::Invite => 0,
        }
    }

    /// How many members should vouch for a newcomer.
    pub fn vouches(&self) -> u8 {
        let listed = team::last_listing(&self.said).map(|it| it.vouches);
        match self.group.need {
            CAPTAIN_DECIDES => listed.unwrap_or(VOUCHES_USUAL),
            need => need,
        }
    }

    /// Does it ask for anything?
    pub fn asks(&self) -> bool {
        self.group.need == CAPTAIN_DECIDES
            || team::criteria(&self.said).iter().any(|(_, it)| it.required)
    }
}

impl Ledger {
    /// Carries out what somebody wants about teams.
    pub(super) fn teams(&mut self, command: TeamCommand) -> Result<After, Failed> {
        use TeamCommand as Do;
        let group = match command {
            Do::List(new) => self.list_team(&new)?,
            Do::Unlist { group } => self.unlist_team(&group)?,
            Do::Criterion { group, text, preferred } => self.ask_for(&group, &text, !preferred)?,
            Do::Drop { group, criterion } => self.ask_no_longer(&group, &criterion)?,
            Do::Apply { group, meets } => return self.apply(&group, &meets),
            Do::Decline { group, person, reason } => self.decline(&group, &person, &reason)?,
            Do::Admit { group, person, exception } => {
                self.approve(&group, &person, exception)?;
                self.group_id(&group)?
            }
            Do::Attest { group, person, criterion, seen_ms, until_ms } => {
                self.attest((&group, &person, &criterion), seen_ms, until_ms)?
            }
            Do::Retract { id } => self.retract(&id)?,
            Do::Suspend { group, person, reason } => self.suspend(&group, &person, reason)?,
            Do::Lift { group, person } => self.lift(&group, &person)?,
            looking => return Ok(After::Read(Command::Team(looking))),
        };
        let group = group.to_hex();
        Ok(After::Read(Command::Team(TeamCommand::Desk { group })))
    }

    /// Answers what is only looked at.
    pub(super) fn tell_team(&mut self, command: TeamCommand) -> Result<TeamReply, Failed> {
        match command {
            TeamCommand::Directory => self.directory(),
            TeamCommand::Desk { group } => self.team_desk(&group),
            _ => Err(not_for_looking()),
        }
    }

    /// A team, with what was said of it that counts.
    pub(super) fn team(&self, text: &str) -> Result<Known, Failed> {
        let (line, group) = self.group_and_line(text)?;
        let said = self.said_of(&group)?;
        Ok(Known { line, group, said })
    }

    /// Everything that was said of a team where it belongs.
    fn said_of(&self, group: &Group) -> Result<Vec<Said>, Failed> {
        let roster = self.truth.roster();
        let everybodys = roster.everybody().map(|all| all.scope());
        let mut said = Vec::new();
        for id in self.views.team_words(&group.id)? {
            let Some(it) = self.truth.read().verdict(&id)? else { continue };
            let who = it.header.auth.and_then(|auth| roster.author(&auth));
            let (true, Some(who), Ok(Body::Team(word))) =
                (it.fate == crdt::judge::Fate::Accepted, who, it.read_body())
            else {
                continue;
            };
            let belongs = match word.is_for_everybody() {
                true => Some(it.header.scope) == everybodys,
                false => it.header.scope == group.id.scope(),
            };
            if belongs && word.group().is_none_or(|named| named == group.id) {
                let rules = roster.ruled_at(&group.place, &it.spot());
                said.push(Said { at: (it.header.lamport, id), who, rules, word });
            }
        }
        Ok(said)
    }

    /// Rule 1.
    fn own_team(&self, text: &str) -> Result<Known, Failed> {
        let known = self.team(text)?;
        let me = self.person()?;
        if self.truth.roster().is_owner(&known.group.id, me) && !known.group.everyone {
            return Ok(known);
        }
        Err(ApiError::new(ErrorKind::NotAnOwner, [("group", known.name())]).into())
    }

    /// Writes where it belongs.
    fn say_of_team(&mut self, known: &Known, word: Team) -> Result<EnvelopeId, Failed> {
        let (id, name, scope) = match word.is_for_everybody() {
            true => {
                let all = self.group("all")?;
                (all.id, all.name, all.scope)
            }
            false => (known.group.id, known.name(), known.line.scope),
        };
        let auth = self.auth_in(id, &name)?;
        self.write(Body::Team(word), scope, Deps::These(Vec::new()), Some(auth))
    }

    fn list_team(&mut self, new: &NewListing) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(&new.group)?;
        let about = new.about.as_deref().map(str::trim);
        if let Some(about) = about {
            refuse_private(about)?;
            if about.len() > TEXT_BYTES_MAX {
                return Err(too_long("about", TEXT_BYTES_MAX).into());
            }
        }
        let mut listing = self.listing_of(&known)?;
        listing.name = known.name();
        listing.about = about.map_or(listing.about, ToOwned::to_owned);
        listing.sort = new.sort.map_or(listing.sort, sort_of);
        if new.place.is_some() {
            listing.area = self.place_named(new.place.as_deref())?;
        }
        listing.vouches = new.vouches.unwrap_or(listing.vouches);
        self.say_of_team(&known, Team::List(listing))?;
        Ok(known.group.id)
    }

    /// How it stands, or would stand, in the directory.
    fn listing_of(&self, known: &Known) -> Result<Listing, Failed> {
        let last = team::last_listing(&known.said).cloned();
        if let Some(listing) = last {
            let own = || checked("name", known.name(), NAME_BYTES_MAX);
            let name = if listing.name.is_empty() { own()? } else { listing.name.clone() };
            return Ok(Listing { name, ..listing });
        }
        let sort = match known.group.kind {
            GroupKind::Vetted => GroupSort::Team,
            GroupKind::Open | GroupKind::Invite => GroupSort::Other,
        };
        let mut area = known.group.place.clone();
        area.0.pop();
        Ok(Listing {
            group: known.group.id,
            name: checked("name", known.name(), NAME_BYTES_MAX)?,
            about: known.line.description.clone(),
            sort,
            area,
            vouches: known.vouches(),
        })
    }

    fn unlist_team(&mut self, text: &str) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        if let Some(listing) = team::listing(&known.said).cloned() {
            self.say_of_team(&known, Team::List(Listing { name: String::new(), ..listing }))?;
        }
        Ok(known.group.id)
    }

    /// Rule 2: with the first thing that is asked for, the door is the captain's.
    fn ask_for(&mut self, text: &str, words: &str, required: bool) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let words = checked("text", one_line(words), NAME_BYTES_MAX)?;
        refuse_private(&words)?;
        let asked = team::criteria(&known.said);
        if asked.len() >= CRITERIA_MAX {
            return Err(too_long("criteria", CRITERIA_MAX).into());
        }
        if asked.iter().any(|(_, it)| it.text == words && it.required == required) {
            return Ok(known.group.id);
        }
        // Whoever is asked for something has to find the door; what was unlisted, or is entered by
        // invitation alone, stays so.
        let never = team::last_listing(&known.said).is_none();
        if never && known.group.kind != GroupKind::Invite {
            let listing = self.listing_of(&known)?;
            self.say_of_team(&known, Team::List(listing))?;
        }
        let group = known.group.id;
        self.say_of_team(&known, Team::Criterion(Criterion { group, text: words, required }))?;
        if required && known.group.need != CAPTAIN_DECIDES {
            self.close_the_door(&known)?;
        }
        Ok(group)
    }

    /// Does an owner's change of the rules leave the door the captain's? Then it says how many should
    /// vouch before he decides.
    pub(super) fn keep_asking(&mut self, text: &str, vouches: u8) -> Result<bool, Failed> {
        let known = self.team(text)?;
        if !team::criteria(&known.said).iter().any(|(_, it)| it.required) {
            return Ok(false);
        }
        let known = self.own_team(text)?;
        let mut listing = Listing { vouches, ..self.listing_of(&known)? };
        if team::listing(&known.said).is_none() {
            listing.name = String::new();
        }
        self.say_of_team(&known, Team::List(listing))?;
        Ok(true)
    }

    fn close_the_door(&mut self, known: &Known) -> Result<(), Failed> {
        let roster = self.truth.roster();
        let place = known.group.place.clone();
        let replaces = roster.rules_of(&place);
        // Who is in stays in, whatever comes.
        let mut confirms = roster.joins_of(&place);
        confirms.truncate(STATEMENT_LIST_MAX);
        let (kind, need) = (GroupKind::Vetted, CAPTAIN_DECIDES);
        let rules = Statement::Rules { group: place, kind, need, replaces, confirms };
        self.as_owner(rules, &known.line).map(|_| ())
    }

    fn ask_no_longer(&mut self, text: &str, criterion: &str) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let (group, of) = (known.group.id, criterion_named(&known, criterion)?);
        self.say_of_team(&known, Team::Drop { group, of })?;
        Ok(group)
    }

    /// Knocks at the door and says what one meets. An open group is entered at once.
    fn apply(&mut self, text: &str, meets: &[String]) -> Result<After, Failed> {
        let (known, me) = (self.team(text)?, self.person()?);
        let group = known.group.id;
        let roster = self.truth.roster();
        if known.group.kind == GroupKind::Open || roster.is_member(&group, me) {
            return self.group_join(text);
        }
        if team::suspensions(&known.said).contains_key(&me) {
            let args = [("group", known.name())];
            return Err(ApiError::new(ErrorKind::Suspended, args).into());
        }
        let meets: Result<BTreeSet<EnvelopeId>, Failed> =
            meets.iter().map(|it| criterion_named(&known, it)).collect();
        let meets: Vec<EnvelopeId> = meets?.into_iter().collect();
        let all = team::applications(&known.said);
        let waits = |it: &Application<'_>| it.who == me && it.declined.is_none();
        if !all.iter().any(|it| waits(it) && it.meets == meets) {
            self.say_of_team(&known, Team::Apply { group, meets })?;
        }
        self.knock(me, &known.group)?;
        Ok(After::Read(Command::Team(TeamCommand::Desk { group: group.to_hex() })))
    }

    /// Sealed to the boxes of whoever applied and of those who see to the team.
    fn decline(&mut self, text: &str, person: &str, reason: &str) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let person = self.person_named(person)?;
        let reason = checked("reason", reason.trim().to_owned(), LETTER_BYTES_MAX)?;
        refuse_private(&reason)?;
        let all = team::applications(&known.said);
        let roster = self.truth.roster();
        let group = known.group.id;
        // Who waits before the door is what the desk shows; who came in and left again does not.
        let waits = roster.knocks(&group).iter().any(|knock| knock.person == person);
        let open = |it: &&Application<'_>| it.who == person && it.declined.is_none();
        let application = all.iter().find(open).filter(|_| waits);
        let of = application.ok_or_else(|| self.no_application(person))?.id;
        let readers = roster.rulers(&known.group.place).into_iter().chain([person, self.person()?]);
        let boxes: BTreeSet<_> = readers.flat_map(|who| roster.boxes_of(who)).collect();
        let boxes: Vec<_> = boxes.into_iter().collect();
        let word = team::decline(group, of, &reason, &boxes, self.dice.draw());
        self.say_of_team(&known, word.ok_or_else(|| ApiError::not_allowed("decline"))?)?;
        Ok(group)
    }

    fn no_application(&self, person: PersonId) -> Failed {
        let name = self.views.name_of(&person).unwrap_or_default();
        ApiError::new(ErrorKind::NotApplied, [("name", name)]).into()
    }

    /// Rule 3, for a group that asks for something; none for any other.
    pub(super) fn decide_on(
        &mut self,
        text: &str,
        person: PersonId,
        exception: Option<&str>,
    ) -> Result<Option<EnvelopeId>, Failed> {
        let known = self.team(text)?;
        if team::suspensions(&known.said).contains_key(&person) {
            let args = [("group", known.name())];
            return Err(ApiError::new(ErrorKind::Suspended, args).into());
        }
        if !known.asks() {
            return Ok(None);
        }
        let known = self.own_team(text)?;
        let credentials = team::credentials(&known.said);
        let now = self.claimed.0;
        let holds = |criterion: &EnvelopeId| {
            credentials.get(&(person, *criterion)).is_some_and(|it| it.holds_at(now))
        };
        let asked = team::criteria(&known.said);
        let lacking: Vec<_> = asked.iter().filter(|(id, it)| it.required && !holds(id)).collect();
        let place = &known.group.place;
        let vouched = self.truth.roster().vouches_for(person, place).len();
        let missing = usize::from(known.vouches()).saturating_sub(vouched);
        let (words, unmet): (Vec<&str>, Vec<EnvelopeId>) =
            lacking.iter().map(|(id, it)| (it.text.as_str(), *id)).unzip();
        let reason = exception.map(str::trim).filter(|reason| !reason.is_empty());
        if unmet.is_empty() && missing == 0 {
            self.grant_entry(&known.line, &known.group, person)?;
            return Ok(Some(known.group.id));
        }
        let Some(reason) = reason else {
            let args = [
                ("name", self.views.name_of(&person)?),
                ("criteria", words.join(", ")),
                ("vouches", missing.to_string()),
            ];
            return Err(ApiError::new(ErrorKind::CriteriaUnmet, args).into());
        };
        refuse_private(reason)?;
        let reason = checked("reason", reason.to_owned(), TEXT_BYTES_MAX)?;
        let missing = u8::try_from(missing).unwrap_or(u8::MAX);
        self.grant_entry(&known.line, &known.group, person)?;
        self.say_of_team(&known, Team::Exception { person, unmet, missing, reason })?;
        Ok(Some(known.group.id))
    }

    /// An owner's grant, which confirms the knock and undoes an earlier leaving.
    pub(super) fn grant_entry(
        &mut self,
        line: &GroupLine,
        group: &Group,
        person: PersonId,
    ) -> Result<(), Failed> {
        let knocks = self.truth.roster().knocks(&group.id).into_iter();
        let confirms = knocks.filter(|it| it.person == person).map(|it| it.join).collect();
        let (role, over) = (Role::Member, group.place.clone());
        let undo = match self.truth.roster().is_owner(&group.id, self.person()?) {
            true => self.undo_for(Hand::Mine, person, role, &over, true)?,
            false => Vec::new(),
        };
        self.as_owner(Statement::Grant { person, role, over, undo, confirms }, line).map(|_| ())
    }

    fn attest(
        &mut self,
        (text, person, criterion): (&str, &str, &str),
        seen_ms: Option<u64>,
        until_ms: Option<u64>,
    ) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let person = self.person_named(person)?;
        if person == self.person()? {
            return Err(ApiError::not_allowed("attest_self").into());
        }
        let criterion = criterion_named(&known, criterion)?;
        let seen_ms = seen_ms.unwrap_or(self.claimed.0);
        if until_ms.is_some_and(|until| until <= seen_ms) {
            return Err(ApiError::new(ErrorKind::BadWindow, []).into());
        }
        self.say_of_team(
            &known,
            Team::Attest(Attestation { person, criterion, seen_ms, until_ms }),
        )?;
        Ok(known.group.id)
    }

    fn retract(&mut self, text: &str) -> Result<EnvelopeId, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", text.to_owned())]);
        let of = self.envelope_named(text)?.ok_or_else(unknown)?;
        let held = self.truth.read().verdict(&of)?.ok_or_else(unknown)?;
        let groups = self.views.groups()?;
        let group = groups.into_iter().find(|group| group.scope == held.header.scope);
        let known = self.own_team(&group.ok_or_else(unknown)?.id.to_hex())?;
        let attested = |it: &Said| match &it.word {
            Team::Attest(said) => Some((said.person, said.criterion)),
            _ => None,
        };
        let what = known.said.iter().find(|it| it.at.1 == of).and_then(attested);
        let what = what.ok_or_else(unknown)?;
        // An earlier word on the same would stand instead.
        for one in known.said.iter().filter(|it| attested(it) == Some(what)) {
            self.say_of_team(&known, Team::Retract { of: one.at.1 })?;
        }
        Ok(known.group.id)
    }

    /// Rule 4.
    fn suspend(&mut self, text: &str, person: &str, reason: String) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let reason = checked("reason", reason.trim().to_owned(), TEXT_BYTES_MAX)?;
        refuse_private(&reason)?;
        let (person, group) = (self.person_named(person)?, known.group.id);
        if !self.truth.roster().is_member(&group, person) {
            let args = [("name", self.views.name_of(&person)?), ("group", known.name())];
            return Err(ApiError::new(ErrorKind::NotInGroup, args).into());
        }
        self.say_of_team(&known, Team::Suspend { person, reason })?;
        let over = group.to_hex();
        let all = (None, Some(over.as_str()));
        self.remove_by(Hand::Mine, &person.to_hex(), all, &Keep::All, true)?;
        Ok(group)
    }

    fn lift(&mut self, text: &str, person: &str) -> Result<EnvelopeId, Failed> {
        let known = self.own_team(text)?;
        let (person, group) = (self.person_named(person)?, known.group.id);
        if !team::suspensions(&known.said).contains_key(&person) {
            let args = [("name", self.views.name_of(&person)?)];
            return Err(ApiError::new(ErrorKind::NotSuspended, args).into());
        }
        self.grant_entry(&known.line, &known.group, person)?;
        self.lift_note(&known, person)?;
        Ok(group)
    }

    /// Takes back the notes that somebody is out for a while; nothing where none stands.
    fn lift_note(&mut self, known: &Known, person: PersonId) -> Result<(), Failed> {
        let standing = team::suspensions(&known.said);
        let Some(notes) = standing.get(&person) else { return Ok(()) };
        let of: Vec<EnvelopeId> = notes.iter().map(|it| it.0).take(CRITERIA_MAX).collect();
        self.say_of_team(known, Team::Lift { of }).map(|_| ())
    }

    /// Somebody was given a role there anew: what was said of his being out for a while is over with that.
    pub(super) fn let_in_again(&mut self, place: &Place, person: PersonId) -> Result<(), Failed> {
        let me = self.person()?;
        let roster = self.truth.roster();
        let group = place.group().and_then(|id| roster.group(&id)).filter(|it| !it.everyone);
        let Some(group) = group.map(|it| it.id).filter(|id| roster.is_owner(id, me)) else {
            return Ok(());
        };
        let known = self.team(&group.to_hex())?;
        self.lift_note(&known, person)
    }
}

/// The criterion of this id, beginning of an id, or of these words.
fn criterion_named(known: &Known, text: &str) -> Result<EnvelopeId, Failed> {
    let text = text.trim();
    let asked = team::criteria(&known.said);
    let begins = |id: &EnvelopeId| text.len() >= 6 && id.to_hex().starts_with(&text.to_lowercase());
    let found: Vec<EnvelopeId> =
        asked.iter().filter(|(id, it)| begins(id) || it.text == text).map(|(id, _)| *id).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(ApiError::new(ErrorKind::UnknownCriterion, [("text", text.to_owned())]).into()),
        many => {
            let candidates: Vec<String> = many.iter().map(|id| id.to_hex()).collect();
            let args = [("name", text.to_owned()), ("candidates", candidates.join(", "))];
            Err(ApiError::new(ErrorKind::Ambiguous, args).into())
        }
    }
}

pub(super) fn sort_of(word: SortWord) -> GroupSort {
    match word {
        SortWord::Building => GroupSort::Building,
        SortWord::Compound => GroupSort::Compound,
        SortWord::Team => GroupSort::Team,
        SortWord::Role => GroupSort::Role,
        SortWord::Other => GroupSort::Other,
    }
}

pub(super) fn sort_word(sort: GroupSort) -> SortWord {
    match sort {
        GroupSort::Building => SortWord::Building,
        GroupSort::Compound => SortWord::Compound,
        GroupSort::Team => SortWord::Team,
        GroupSort::Role => SortWord::Role,
        GroupSort::Other => SortWord::Other,
    }
}
