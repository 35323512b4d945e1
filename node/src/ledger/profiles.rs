//! Skills, and thanks. What is listed is said by `crdt::profile`; here is who may say it, and what is
//! shown to whom.
//!
//! # Rules
//!
//! 1. Both stand in the scope of the group of everybody. A skill is said by the person himself, of himself.
//! 2. Whoever left the community is on no list.
//! 3. Where somebody is asked through the desk, only those who work for the neighbourhood, and he himself,
//!    are told who he is.
//! 4. Whoever asked for something thanks one who held or did it, once it is solved. Thanks that were not
//!    so are shown to nobody.
//! 5. Thanks that are not public are shown to the two alone, as far as their box can open them.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, Profile, Skill, SkillKind, Verb},
    id::{EnvelopeId, PersonId},
    judge::Fate,
    lifecycle::{Case, Status, What},
    limits::{LETTER_BYTES_MAX, NAME_BYTES_MAX, PHONE_BYTES_MAX, SKILLS_PER_PERSON_MAX},
    profile::{self, Said, Thanks},
    time::ClaimedTime,
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, refuse_private, say, too_long},
};
use crate::{
    api::{
        ApiError, Command, ErrorKind, NewSkill, Reply, SkillCommand, SkillReply, SkillRow,
        SkillWord, ThanksCommand, ThanksReply, ThanksRow,
    },
    store::truth::Deps,
};

/// Thanks of one list, the newest.
const THANKS_SHOWN_MAX: usize = 50;

impl Ledger {
    /// Carries out what somebody wants about skills.
    pub(super) fn skills(&mut self, command: SkillCommand) -> Result<After, Failed> {
        match command {
            SkillCommand::Add(new) => self.add_skill(new),
            SkillCommand::Withdraw { id } => {
                let me = self.person()?;
                let said = self.profiles()?;
                let of = self.profile_named(&id)?;
                let mine = profile::skills(&said).iter().any(|it| it.0 == of && it.1 == me);
                if !mine {
                    return Err(unknown(&id));
                }
                self.say_profile(Profile::Withdraw { of }, vec![of])?;
                Ok(say(Reply::Done))
            }
            looking @ SkillCommand::Find { .. } => Ok(After::Read(Command::Skill(looking))),
        }
    }

    /// Answers what is only looked at.
    pub(super) fn tell_skills(&self, command: SkillCommand) -> Result<SkillReply, Failed> {
        match command {
            SkillCommand::Find { kind, words, place } => {
                self.find_skills(kind, words.as_deref(), place.as_deref())
            }
            SkillCommand::Add(_) | SkillCommand::Withdraw { .. } => Err(not_for_looking()),
        }
    }

    /// Rule 1.
    fn add_skill(&mut self, new: NewSkill) -> Result<After, Failed> {
        let me = self.person()?;
        let text = one_line(&new.text);
        refuse_private(&text)?;
        if text.len() > NAME_BYTES_MAX || (new.kind == SkillWord::Other && text.is_empty()) {
            return Err(too_long("text", NAME_BYTES_MAX).into());
        }
        let phone = one_line(&new.phone);
        if phone.len() > PHONE_BYTES_MAX {
            return Err(too_long("phone", PHONE_BYTES_MAX).into());
        }
        let said = self.profiles()?;
        if profile::skills(&said).iter().filter(|it| it.1 == me).count() >= SKILLS_PER_PERSON_MAX {
            return Err(too_long("skills", SKILLS_PER_PERSON_MAX).into());
        }
        let skill = Skill {
            kind: kind_of(new.kind),
            text,
            area: self.place_named(new.place.as_deref())?,
            through_desk: new.through_desk,
            // Whoever is asked through the desk gives no number to everybody.
            phone: if new.through_desk { String::new() } else { phone },
        };
        let id = self.say_profile(Profile::Skill(skill), Vec::new())?;
        Ok(say(Reply::Skill(SkillReply::Added { id })))
    }

    fn find_skills(
        &self,
        kind: Option<SkillWord>,
        words: Option<&str>,
        place: Option<&str>,
    ) -> Result<SkillReply, Failed> {
        let me = self.person()?;
        let place = place.map(|text| self.place_named(Some(text))).transpose()?;
        let sought = words.map(|words| words.trim().to_lowercase()).unwrap_or_default();
        let desk = self.works_here(me);
        let mut skills = Vec::new();
        for (id, who, skill) in profile::skills(&self.profiles()?) {
            let near =
                place.as_ref().is_none_or(|it| it.contains(&skill.area) || skill.area.contains(it));
            let word = word_of(skill.kind);
            let text = format!("{} {}", skill.text, said_in_all(word)).to_lowercase();
            let fits = kind.is_none_or(|kind| kind == word) && text.contains(&sought);
            // Rule 2.
            if !near || !fits || !self.truth.roster().is_community_member(who) {
                continue;
            }
            // Rule 3.
            let named = !skill.through_desk || desk || who == me;
            let card = self.views.card(&who)?.filter(|_| named);
            skills.push(SkillRow {
                id,
                kind: word,
                text: skill.text.clone(),
                place: self.place_name(&skill.area)?,
                name: named.then(|| self.views.name_of(&who)).transpose()?,
                home: card.map(|card| card.home).unwrap_or_default(),
                phone: skill.phone.clone(),
                through_desk: skill.through_desk,
                mine: who == me,
            });
        }
        skills.sort_by_key(|row| row.kind);
        Ok(SkillReply::List { skills })
    }

    /// Carries out what somebody wants about thanks.
    pub(super) fn thanks(&mut self, command: ThanksCommand) -> Result<After, Failed> {
        match command {
            ThanksCommand::Give { request, to, text } => self.thank(&request, to.as_deref(), text),
            ThanksCommand::Publish { id } => self.publish_thanks(&id),
            ThanksCommand::Withdraw { id } => self.withdraw_thanks(&id),
            ThanksCommand::List => Ok(After::Read(Command::Thanks(ThanksCommand::List))),
        }
    }

    /// Rule 4.
    fn thank(&mut self, request: &str, to: Option<&str>, text: String) -> Result<After, Failed> {
        let me = self.person()?;
        let text = checked("text", text.trim().to_owned(), LETTER_BYTES_MAX)?;
        refuse_private(&text)?;
        let id = self.request_id(request)?;
        let case = self.case(&id)?.case;
        let mut helpers = helpers(&case);
        helpers.remove(&me);
        if !case.at_home().contains(&me) || helpers.is_empty() {
            return Err(ApiError::not_allowed("thank").into());
        }
        let to = match (to, helpers.first()) {
            (Some(name), _) => self.person_named(name)?,
            (None, Some(only)) if helpers.len() == 1 => *only,
            (None, _) => return Err(self.several(&helpers)?),
        };
        if !helpers.contains(&to) {
            return Err(ApiError::not_allowed("thank").into());
        }
        let roster = self.truth.roster();
        let boxes: Vec<_> = roster.boxes_of(me).union(&roster.boxes_of(to)).copied().collect();
        let thank = profile::write(to, id, &text, &boxes, self.dice.draw());
        let thank = thank.ok_or_else(|| ApiError::not_allowed("thank"))?;
        let id = self.say_profile(Profile::Thank(thank), Vec::new())?;
        Ok(say(Reply::Thanks(ThanksReply::Given { id })))
    }

    fn several(&self, helpers: &BTreeSet<PersonId>) -> Result<Failed, Failed> {
        let names = helpers.iter().map(|who| self.views.name_of(who));
        let names: Vec<String> = names.collect::<Result<_, _>>()?;
        let args = [("name", "?".to_owned()), ("candidates", names.join(", "))];
        Ok(ApiError::new(ErrorKind::Ambiguous, args).into())
    }

    fn publish_thanks(&mut self, id: &str) -> Result<After, Failed> {
        let (me, said, of) = (self.person()?, self.profiles()?, self.profile_named(id)?);
        let all = profile::thanks(&said);
        let found = all.iter().find(|it| it.id == of && it.to == me);
        let found = found.filter(|it| it.public.is_none()).ok_or_else(|| unknown(id))?;
        let (salt, text) = self.open_letter(found).ok_or_else(|| unknown(id))?;
        self.say_profile(Profile::Publish { of, text, salt }, vec![of])?;
        Ok(say(Reply::Done))
    }

    fn withdraw_thanks(&mut self, id: &str) -> Result<After, Failed> {
        let (me, said, of) = (self.person()?, self.profiles()?, self.profile_named(id)?);
        let ours = |it: &Thanks<'_>| it.id == of && (it.to == me || it.from == me);
        if !profile::thanks(&said).iter().any(ours) {
            return Err(unknown(id));
        }
        self.say_profile(Profile::Withdraw { of }, vec![of])?;
        Ok(say(Reply::Done))
    }

    fn open_letter(&self, thanks: &Thanks<'_>) -> Option<([u8; 32], String)> {
        self.identity.reads().iter().find_map(|own| profile::read(thanks.thank, own))
    }

    /// Rules 4 and 5: by time alone, and without a number of anybody's.
    pub(super) fn tell_thanks(&self) -> Result<ThanksReply, Failed> {
        let (me, said) = (self.person()?, self.profiles()?);
        let mut rows = Vec::new();
        for it in profile::thanks(&said).iter().rev() {
            let mine = it.to == me || it.from == me;
            let text = match it.public {
                Some(text) => Some(text.to_owned()),
                None if mine => self.open_letter(it).map(|(_, text)| text),
                None => None,
            };
            let Some(text) = text.filter(|_| self.was_helped(it)) else { continue };
            let held = self.truth.read().verdict(&it.id)?;
            rows.push(ThanksRow {
                id: it.id,
                from: self.views.name_of(&it.from)?,
                to: self.views.name_of(&it.to)?,
                request: mine.then_some(it.request),
                text,
                claimed_ms: held.map_or(ClaimedTime(0), |held| held.header.claimed),
                public: it.public.is_some(),
                may_publish: it.to == me && it.public.is_none(),
                may_withdraw: mine,
            });
            if rows.len() == THANKS_SHOWN_MAX {
                break;
            }
        }
        Ok(ThanksReply::List { thanks: rows })
    }

    /// Rule 4, of what anybody may have written. A request that cannot be read here says nothing against
    /// it: the team's requests are not for everybody, the thanks are.
    fn was_helped(&self, thanks: &Thanks<'_>) -> bool {
        let Ok(folded) = self.case(&thanks.request) else { return true };
        let case = folded.case;
        case.at_home().contains(&thanks.from) && helpers(&case).contains(&thanks.to)
    }

    /// Everything of skills and thanks that counts.
    fn profiles(&self) -> Result<Vec<Said>, Failed> {
        let roster = self.truth.roster();
        let scope = roster.everybody().map(|all| all.scope());
        let mut said = Vec::new();
        for id in self.views.profiles()? {
            let Some(it) = self.truth.read().verdict(&id)? else { continue };
            let who = it.header.auth.and_then(|auth| roster.author(&auth));
            let counts = it.fate == Fate::Accepted && Some(it.header.scope) == scope;
            if let (true, Some(who), Ok(Body::Profile(word))) = (counts, who, it.read_body()) {
                said.push(Said { at: (it.header.lamport, id), who, word });
            }
        }
        Ok(said)
    }

    fn profile_named(&self, text: &str) -> Result<EnvelopeId, Failed> {
        self.envelope_named(text)?.ok_or_else(|| unknown(text))
    }

    fn say_profile(&mut self, word: Profile, deps: Vec<EnvelopeId>) -> Result<EnvelopeId, Failed> {
        let all = self.group("all")?;
        let auth = self.auth_in(all.id, &all.name)?;
        self.write(Body::Profile(word), all.scope, Deps::These(deps), Some(auth))
    }
}

/// Who held a request that was solved, or did it.
fn helpers(case: &Case) -> BTreeSet<PersonId> {
    let solved = matches!(case.status, Status::Resolved | Status::Closed);
    let did = case.timeline.iter().filter(|it| {
        it.counted && matches!(it.what, What::Did(Verb::Pickup | Verb::Done | Verb::Resolve))
    });
    let all = case.holders.iter().copied().chain(did.map(|it| it.who));
    all.filter(|_| solved).collect()
}

/// A sort as people write it, in every language.
fn said_in_all(word: SkillWord) -> String {
    use crate::words::{Lang, Words};
    let said = Lang::ALL.map(|lang| Words::of(lang).code("skill", word.code()));
    format!("{} {}", said.join(" "), word.code())
}

const KINDS: [(SkillKind, SkillWord); 12] = [
    (SkillKind::Law, SkillWord::Law),
    (SkillKind::Nursing, SkillWord::Nursing),
    (SkillKind::Medicine, SkillWord::Medicine),
    (SkillKind::Veteran, SkillWord::Veteran),
    (SkillKind::SignLanguage, SkillWord::SignLanguage),
    (SkillKind::Languages, SkillWord::Languages),
    (SkillKind::Electrics, SkillWord::Electrics),
    (SkillKind::Plumbing, SkillWord::Plumbing),
    (SkillKind::Teaching, SkillWord::Teaching),
    (SkillKind::Counselling, SkillWord::Counselling),
    (SkillKind::Computers, SkillWord::Computers),
    (SkillKind::Other, SkillWord::Other),
];

fn kind_of(word: SkillWord) -> SkillKind {
    let found = KINDS.into_iter().find(|(_, it)| *it == word);
    found.map_or(SkillKind::Other, |(kind, _)| kind)
}

fn word_of(kind: SkillKind) -> SkillWord {
    let found = KINDS.into_iter().find(|(it, _)| *it == kind);
    found.map_or(SkillWord::Other, |(_, word)| word)
}

fn unknown(id: &str) -> Failed {
    ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_owned())]).into()
}
