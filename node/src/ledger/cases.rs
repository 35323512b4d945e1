//! Requests: asked for, made of messages, and everything that is done to them.
//!
//! # Rules
//!
//! 1. What somebody may do is `lifecycle::may`'s word; what it refuses is not written, and said why.
//! 2. An act cites all that its author had seen of the request, and of the other one where a swap ties
//!    two together: what he had seen decides who holds a place.
//! 3. In which capacity somebody asks follows from what he says: for himself, at the desk for whoever
//!    called, for somebody else, or as a neighbour who hands in another's message.
//! 4. Nothing that leads to a person stands where everybody reads.

use std::collections::BTreeSet;

use crdt::{
    body::{
        Act, Ask, AskKind, Body, Consent, Deed as Written, Intake, Part, Talk, Terms, Verb, case_of,
    },
    code::Code,
    id::{EnvelopeId, GroupId, PersonId, RequestId},
    lifecycle::{self, Case, Refusal},
    limits::{ATTACHMENTS_MAX, NAME_BYTES_MAX, NEEDS_MAX, TEXT_BYTES_MAX},
};

use super::{
    After, Failed, Ledger,
    decide::{checked, one_line, refuse_private, say, too_long},
    news::for_a_request,
    vaults::checked_private,
};
use crate::{
    api::{
        Acted, ApiError, CaseCommand, CaseVerb, ConsentWord, Deed, ErrorKind, IntakeWord, KindWord,
        NewCase, NewsReply, PreferWord, Reply,
    },
    store::{
        truth::Deps,
        views::{GroupLine, parts_on},
    },
};

/// A life is at stake.
const URGENCY_MAX: u8 = 4;

/// What stands where the title of a request for the desk alone would: it says nothing.
const NOTHING_SAID: &str = "—";

/// What stands where somebody let a photo of what he wrote by hand say it all.
const HANDWRITTEN: &str = "✍ 手写 / handwritten";

/// Letters of a message that become the title of its request.
const TITLE_LETTERS: usize = 60;

/// Who acts on which request, and what he sees of it.
pub(super) struct Before {
    pub group: GroupLine,
    pub case: Case,
    pub auth: EnvelopeId,
    pub person: PersonId,
    pub parts: BTreeSet<Part>,
}

impl Ledger {
    pub(super) fn handle_case(&mut self, command: CaseCommand) -> Result<After, Failed> {
        match command {
            CaseCommand::Ask(new) => match self.answers_to_ask(&new)? {
                found if found.is_empty() => self.ask(*new),
                news => Ok(say(Reply::News(NewsReply::List { news }))),
            },
            CaseCommand::Register { message, title, publish } => {
                self.register_message(message, title, publish)
            }
            CaseCommand::Do(deed) => self.do_deed(&deed),
            CaseCommand::Visit { .. } | CaseCommand::Note { .. } => self.write_down(command),
            CaseCommand::Attach { id, photos } => {
                let (request, person) = (self.request_id(&id)?, self.person()?);
                let act = self.attach(&request, &photos)?;
                self.acted(request, act, &person)
            }
            CaseCommand::Post { id, team, title } => self.post_to_team(&id, &team, title),
            CaseCommand::Confide { id, person, reason } => self.confide(&id, &person, &reason),
            reading => Ok(After::Read(crate::api::Command::Case(reading))),
        }
    }

    /// Asks, and puts away what is private.
    pub(super) fn ask(&mut self, new: NewCase) -> Result<After, Failed> {
        let mut new = self.checked_case(new)?;
        let group = match &new.message {
            Some(message) => self.message(*message)?.1,
            None => self.group(new.group.as_deref().unwrap_or("all"))?,
        };
        let auth = self.auth_in(group.id, &group.name)?;
        let private = std::mem::take(&mut new.private);
        let photos = new.photos.clone();
        let ask = self.put_together(new)?;
        let deps = ask.message.map_or(Deps::Subject, |message| Deps::These(vec![message]));
        let body = Body::Act(Act::Ask(ask.clone()));
        let envelope = self.write(body, group.scope, deps, Some(auth))?;
        self.keep_originals(&photos)?;
        let id = ask.request(envelope);
        let home = ask.names(self.person()?).into_iter().map(|(who, _)| who).collect();
        self.put_away(id, (group.id, group.scope), (auth, &home), private)?;
        Ok(say(Reply::Asked { id, code: Code::of(&id).to_string() }))
    }

    /// Rule 4, and every text within its bounds.
    fn checked_case(&self, mut new: NewCase) -> Result<NewCase, Failed> {
        new.private = checked_private(new.private)?;
        if new.photos.len() > ATTACHMENTS_MAX {
            return Err(too_long("photos", ATTACHMENTS_MAX).into());
        }
        if !new.photos.is_empty() && new.to_desk {
            // What the desk alone reads stands in a vault, and a vault holds words.
            return Err(ApiError::new(ErrorKind::Private, []).into());
        }
        if new.title.trim().is_empty() && !new.photos.is_empty() {
            new.title = HANDWRITTEN.into();
        }
        new.title = checked("title", one_line(&new.title), NAME_BYTES_MAX)?;
        new.area = one_line(&new.area);
        if new.details.len() > TEXT_BYTES_MAX {
            return Err(too_long("details", TEXT_BYTES_MAX).into());
        }
        if new.to_desk {
            let words = [new.title.as_str(), new.details.trim(), new.private.details.as_str()];
            let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
            new.private.details = words.join("\n");
            new.private = checked_private(new.private)?;
            (new.title, new.details) = (NOTHING_SAID.into(), String::new());
        }
        if new.area.len() > NAME_BYTES_MAX {
            return Err(too_long("place", NAME_BYTES_MAX).into());
        }
        new.needs = checked_list(new.needs)?;
        let shown = [("title", &new.title), ("details", &new.details), ("place", &new.area)];
        let needs = new.needs.iter().map(|need| ("needs", need));
        for (what, text) in shown.into_iter().chain(needs) {
            let private = |_| ApiError::new(ErrorKind::Private, [("what", what.to_owned())]);
            refuse_private(text).map_err(private)?;
        }
        let numbers = [
            ("urgency", new.urgency.is_none_or(|urgency| (1..=URGENCY_MAX).contains(&urgency)), 4),
            ("places", new.places.is_none_or(|places| (1..=1_000).contains(&places)), 1_000),
            ("until", new.from_ms.is_none_or(|from| new.until_ms.is_none_or(|it| it >= from)), 0),
        ];
        match numbers.into_iter().find(|(_, fits, _)| !fits) {
            Some((what, _, limit)) => Err(too_long(what, limit).into()),
            None => Ok(new),
        }
    }

    fn put_together(&self, new: NewCase) -> Result<Ask, Failed> {
        let me = self.person()?;
        let author = new.message.map(|message| self.author_of_message(message)).transpose()?;
        let named = |text: &Option<String>| -> Result<Option<PersonId>, Failed> {
            text.as_deref().map(|text| self.person_named(text)).transpose()
        };
        let subject = self.known(new.subject.as_deref())?.filter(|subject| *subject != me);
        let requester = match (named(&new.requester)?, author) {
            (None, Some(author)) => Some(author).filter(|author| *author != me),
            (named, _) => named,
        };
        let proxy = named(&new.proxy)?;
        let role = self.role_of_asker(&new, me, author)?;
        // Only help is for neighbours to claim; the desk says itself what it opens.
        let open = new.kind == KindWord::Help && !new.to_desk && new.message.is_none();
        let area = match new.area.as_str() {
            "" => None,
            name => self.place_named(Some(name)).ok(),
        };
        let terms = Terms {
            kind: Some(kind_of(new.kind)).filter(|kind| *kind != AskKind::Help),
            prefer_single: new.prefer == Some(PreferWord::Single),
            zone: if area.is_some() { String::new() } else { new.area },
            area,
            from_ms: new.from_ms,
            until_ms: new.until_ms,
            needs: new.needs,
            requester,
            subject,
            proxy,
            consent: new.consent.map(consent_of),
            intake: new.intake.map(intake_of),
            posted: None,
            to_desk: new.to_desk,
            photos: match new.photos {
                none if none.is_empty() => None,
                some => Some(some.iter().map(for_a_request).collect::<Result<_, _>>()?),
            },
        };
        Ok(Ask {
            title: new.title,
            details: new.details,
            urgency: new.urgency.unwrap_or(2),
            places: new.places.unwrap_or(1),
            // Where a life is at stake minutes count more than a wasted trip.
            prefer_speed: new
                .prefer
                .map_or(new.urgency >= Some(URGENCY_MAX), |it| it == PreferWord::Speed),
            open,
            role,
            message: new.message,
            terms: Some(terms).filter(|terms| *terms != Terms::default()),
        })
    }

    /// Rule 3.
    fn role_of_asker(
        &self,
        new: &NewCase,
        me: PersonId,
        author: Option<PersonId>,
    ) -> Result<Part, Failed> {
        let is_desk = self.truth.roster().is_desk(me);
        let for_another = new.intake.is_some() || new.requester.is_some() || new.proxy.is_some();
        match author {
            Some(author) if author == me => Ok(Part::Requester),
            Some(_) if is_desk => Ok(Part::Desk),
            Some(_) => Ok(Part::Proxy),
            None if for_another && is_desk => Ok(Part::Desk),
            None if for_another => Err(ApiError::not_allowed("intake").into()),
            None if new.subject.is_some() => Ok(Part::Proxy),
            None => Ok(Part::Requester),
        }
    }

    /// Somebody who is known here; whoever is not is a name in the vault.
    fn known(&self, name: Option<&str>) -> Result<Option<PersonId>, Failed> {
        let Some(name) = name else { return Ok(None) };
        match self.person_named(name) {
            Ok(person) => Ok(Some(person)),
            Err(Failed::Refused(error)) if error.kind == ErrorKind::UnknownPerson => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn author_of_message(&self, id: EnvelopeId) -> Result<PersonId, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]);
        let auth = self.message(id)?.0.header.auth;
        let author = auth.and_then(|auth| self.truth.roster().author(&auth));
        author.ok_or_else(|| unknown().into())
    }

    /// A message becomes a request; saying it twice does nothing more.
    fn register_message(
        &mut self,
        message: EnvelopeId,
        title: Option<String>,
        publish: bool,
    ) -> Result<After, Failed> {
        let title = match (title, self.message(message)?.0.read_body()) {
            (None, Ok(Body::Talk(Talk::Message { text, .. }))) => title_of(&text),
            (title, _) => title.unwrap_or_default(),
        };
        let id = case_of(&message);
        let asked = say(Reply::Asked { id, code: Code::of(&id).to_string() });
        let known = self.views.request(&id)?.is_some();
        let first = if known {
            None
        } else {
            Some(self.ask(NewCase { title, message: Some(message), ..NewCase::default() })?)
        };
        let verbs = [Some(Verb::Register), publish.then_some(Verb::Publish)];
        for verb in verbs.into_iter().flatten() {
            let before = self.before(&id)?;
            let plan = lifecycle::may(&before.case, &before.person, &before.parts, verb);
            match plan {
                Ok(plan) => self.write_deeds(before, plan).map(|_| ())?,
                // Whoever asked for it himself leaves that to the desk.
                Err(Refusal::SaidAlready | Refusal::AskSomebodyElse { .. })
                    if verb == Verb::Register => {}
                Err(refusal) => return Err(not_now(&before.case, "publish", &refusal).into()),
            }
        }
        Ok(first.unwrap_or(asked))
    }

    /// Who acts on a request, and what he sees.
    pub(super) fn before(&mut self, id: &RequestId) -> Result<Before, Failed> {
        let group = self.group_of_request(id)?;
        let case = self.case(id)?.case;
        let auth = self.auth_in(group.id, &group.name)?;
        let person = self.person()?;
        let parts = parts_on(&self.truth, &case.family, &person, &group.id);
        Ok(Before { group, case, auth, person, parts })
    }

    /// Any act of a request's life.
    pub(super) fn do_deed(&mut self, deed: &Deed) -> Result<After, Failed> {
        let id = self.request_id(&deed.id)?;
        let before = self.before(&id)?;
        let verb = verb_of(deed.verb);
        let plan = lifecycle::may(&before.case, &before.person, &before.parts, verb)
            .map_err(|refusal| not_now(&before.case, deed.verb.as_str(), &refusal))?;
        let filled = self.fill_in(deed, &before)?;
        let plan = plan.into_iter().map(|it| Written {
            request: it.request,
            verb: it.verb,
            role: it.role,
            ..filled.clone()
        });
        let (person, case) = (before.person, before.case.clone());
        let (plan, about) = (plan.collect(), filled.about);
        let act = self.write_deeds(before, plan)?;
        self.confirm_other_leg(&case, verb)?;
        if let (Verb::Grant, Some(about)) = (verb, about) {
            // What is private goes along at once.
            self.keys.welcome(about);
        }
        self.acted(id, act, &person)
    }

    /// Whom, what and why an act names.
    fn fill_in(&self, deed: &Deed, before: &Before) -> Result<Written, Failed> {
        let person = |text: &Option<String>| -> Result<Option<PersonId>, Failed> {
            text.as_deref().map(|text| self.person_named(text)).transpose()
        };
        let other = deed.other.as_deref().map(|text| self.request_id(text)).transpose()?;
        let note = deed.reason.trim().to_owned();
        if note.len() > TEXT_BYTES_MAX {
            return Err(too_long("reason", TEXT_BYTES_MAX).into());
        }
        refuse_private(&note)?;
        let verb = verb_of(deed.verb);
        let mut filled = Written {
            request: before.case.request,
            verb,
            role: Part::Member,
            about: person(&deed.person)?,
            instead: person(&deed.instead)?,
            other,
            offer: None,
            note,
        };
        if let (Verb::Grant, None, [warden]) =
            (verb, filled.about, self.wardens_of(&before.case).as_slice())
        {
            filled.about = Some(*warden);
        }
        let lacks = |what: &str| Failed::from(say_what(deed.verb, what));
        match verb {
            Verb::Decline | Verb::Refer if filled.note.is_empty() => return Err(lacks("reason")),
            Verb::Grant | Verb::Revoke | Verb::Offer if filled.about.is_none() => {
                return Err(lacks("person"));
            }
            Verb::Duplicate | Verb::Offer | Verb::Accept if filled.other.is_none() => {
                return Err(lacks("request"));
            }
            Verb::Duplicate if filled.other == Some(before.case.request) => {
                return Err(lacks("request"));
            }
            Verb::Accept => filled.offer = Some(self.offer_to(&filled, before)?),
            Verb::Close => filled.offer = Some(self.silent_resolution(&before.case.request)?),
            _ => (),
        }
        let holds = |who: &PersonId| before.case.standing(who).is_some();
        let misses = |who: Option<PersonId>| who.is_some_and(|who| !holds(&who));
        if (verb == Verb::Revoke && misses(filled.about)) || misses(filled.instead) {
            return Err(not_now(&before.case, deed.verb.as_str(), &Refusal::NobodysPlace).into());
        }
        if let (Verb::Offer, Some(other), Some(about)) = (verb, filled.other, filled.about) {
            let theirs = self.case(&other)?.case;
            if !theirs.holders.contains(&about) {
                return Err(not_now(&theirs, deed.verb.as_str(), &Refusal::NobodysPlace).into());
            }
        }
        Ok(filled)
    }

    /// The newest offer of this ride for that one, to whoever accepts.
    fn offer_to(&self, accept: &Written, before: &Before) -> Result<EnvelopeId, Failed> {
        let mut newest = None;
        for judged in self.truth.read().acts_of(&accept.request)? {
            if let Ok(Body::Act(Act::Do(offer))) = judged.read_body()
                && offer.verb == Verb::Offer
                && offer.about == Some(before.person)
                && offer.other == accept.other
            {
                newest = newest.max(Some((judged.header.lamport, judged.id)));
            }
        }
        let lacks = || Failed::from(say_what(CaseVerb::Accept, "offer"));
        newest.map(|(_, id)| id).ok_or_else(lacks)
    }

    /// Rule 2: writes the deeds of one plan, each citing the one before.
    pub(super) fn write_deeds(
        &mut self,
        before: Before,
        plan: Vec<Written>,
    ) -> Result<EnvelopeId, Failed> {
        let other = plan.iter().find(|deed| deed.verb == Verb::Accept).and_then(|it| it.other);
        let acts = plan.into_iter().map(Act::Do);
        self.write_acts(before, other, acts.collect())
    }

    /// Writes acts one after the other; the first cites all that was seen.
    pub(super) fn write_acts(
        &mut self,
        before: Before,
        other: Option<RequestId>,
        acts: Vec<Act>,
    ) -> Result<EnvelopeId, Failed> {
        let id = before.case.request;
        let mut cites = self.joined_heads(before, &[Some(id), other])?;
        let (scope, auth, mut last) = (cites.1, cites.2, None);
        for act in acts {
            let deps = Deps::These(std::mem::take(&mut cites.0));
            let written = self.write(Body::Act(act), scope, deps, Some(auth))?;
            cites.0 = vec![written];
            last = Some(written);
        }
        Ok(last.expect("a plan has at least one act"))
    }

    /// The heads of these requests, joined until an envelope can cite them; with scope and grant.
    fn joined_heads(
        &mut self,
        before: Before,
        requests: &[Option<RequestId>],
    ) -> Result<(Vec<EnvelopeId>, crdt::id::ScopeId, EnvelopeId), Failed> {
        let (scope, auth) = (before.group.scope, before.auth);
        loop {
            let mut heads = BTreeSet::new();
            for id in requests.iter().flatten() {
                heads.extend(self.case(id)?.case.heads);
            }
            let heads: Vec<EnvelopeId> = heads.into_iter().collect();
            let plan = lifecycle::join_plan(&heads);
            if plan.is_empty() {
                return Ok((heads, scope, auth));
            }
            for tips in plan {
                let seen = lifecycle::may(&before.case, &before.person, &before.parts, Verb::Seen);
                let seen = seen.ok().and_then(|mut it| it.pop()).expect("whoever acts may see");
                self.write(Body::Act(Act::Do(seen)), scope, Deps::These(tips), Some(auth))?;
            }
        }
    }

    /// Where a request stands after an act.
    pub(super) fn acted(
        &self,
        id: RequestId,
        act: EnvelopeId,
        person: &PersonId,
    ) -> Result<After, Failed> {
        let now = self.case(&id)?.case;
        let holder = now.holders.first().map(|holder| self.views.name_of(holder)).transpose()?;
        Ok(say(Reply::Acted(Acted {
            id,
            claim: act,
            provisional: now.provisional,
            rivals_known: now.rivals(person) as u64,
            status: now.status.as_str().to_owned(),
            holder,
        })))
    }

    /// May somebody add photos and files to a request now?
    pub(super) fn may_attach_now(&self, case: &Case, me: &PersonId, group: &GroupId) -> bool {
        let parts = parts_on(&self.truth, &case.family, me, group);
        !case.terms.to_desk && lifecycle::may_attach(case, me, &parts).is_ok()
    }

    /// What somebody may do to a request now.
    pub(super) fn may_now(&self, case: &Case, me: &PersonId, group: &GroupId) -> Vec<CaseVerb> {
        let parts = parts_on(&self.truth, &case.family, me, group);
        let may = |verb: &CaseVerb| match lifecycle::may(case, me, &parts, verb_of(*verb)) {
            Ok(_) => *verb != CaseVerb::Close || self.silent_resolution(&case.request).is_ok(),
            Err(_) => false,
        };
        CaseVerb::ALL.into_iter().filter(may).collect()
    }
}

/// The state does not allow it.
pub(super) fn not_now(case: &Case, verb: &str, refusal: &Refusal) -> ApiError {
    if *refusal == Refusal::OtherLegFirst {
        return ApiError::new(ErrorKind::OtherLegFirst, []);
    }
    let args = [
        ("verb", verb.to_owned()),
        ("status", case.status.as_str().to_owned()),
        ("reason", refusal.code().to_owned()),
    ];
    ApiError::new(ErrorKind::NotNow, args)
}

fn say_what(verb: CaseVerb, what: &str) -> ApiError {
    let args = [("verb", verb.as_str().to_owned()), ("lacks", what.to_owned())];
    ApiError::new(ErrorKind::SayWhat, args)
}

/// The beginning of a message as a title; digits that may lead to a person are left out.
fn title_of(text: &str) -> String {
    let line = one_line(text);
    let title: String = line.chars().take(TITLE_LETTERS).collect();
    match refuse_private(&title) {
        Ok(()) => title,
        Err(_) => title.chars().map(|c| if c.is_numeric() { '·' } else { c }).collect(),
    }
}

pub(super) fn checked_list(list: Vec<String>) -> Result<Vec<String>, Failed> {
    if list.len() > NEEDS_MAX {
        return Err(too_long("needs", NEEDS_MAX).into());
    }
    list.into_iter().map(|it| checked("needs", one_line(&it), NAME_BYTES_MAX)).collect()
}

const fn kind_of(word: KindWord) -> AskKind {
    match word {
        KindWord::Question => AskKind::Question,
        KindWord::Help => AskKind::Help,
        KindWord::Complaint => AskKind::Complaint,
        KindWord::Report => AskKind::Report,
        KindWord::Suggestion => AskKind::Suggestion,
    }
}

const fn consent_of(word: ConsentWord) -> Consent {
    match word {
        ConsentWord::OwnWord => Consent::OwnWord,
        ConsentWord::ByPhone => Consent::ByPhone,
        ConsentWord::Written => Consent::Written,
        ConsentWord::Guardian => Consent::Guardian,
        ConsentWord::Emergency => Consent::Emergency,
    }
}

const fn intake_of(word: IntakeWord) -> Intake {
    match word {
        IntakeWord::Phone => Intake::Phone,
        IntakeWord::Paper => Intake::Paper,
    }
}

pub(super) const fn verb_of(verb: CaseVerb) -> Verb {
    match verb {
        CaseVerb::Register => Verb::Register,
        CaseVerb::Hold => Verb::Hold,
        CaseVerb::Resume => Verb::Resume,
        CaseVerb::Refer => Verb::Refer,
        CaseVerb::Decline => Verb::Decline,
        CaseVerb::Duplicate => Verb::Duplicate,
        CaseVerb::Publish => Verb::Publish,
        CaseVerb::Claim => Verb::Claim,
        CaseVerb::Withdraw => Verb::Withdraw,
        CaseVerb::Offer => Verb::Offer,
        CaseVerb::Accept => Verb::Accept,
        CaseVerb::Ack => Verb::Ack,
        CaseVerb::Depart => Verb::Depart,
        CaseVerb::Arrive => Verb::Arrive,
        CaseVerb::Pickup => Verb::Pickup,
        CaseVerb::Done => Verb::Done,
        CaseVerb::Grant => Verb::Grant,
        CaseVerb::Revoke => Verb::Revoke,
        CaseVerb::Resolve => Verb::Resolve,
        CaseVerb::Confirm => Verb::Confirm,
        CaseVerb::Reopen => Verb::Reopen,
        CaseVerb::Cancel => Verb::Cancel,
        CaseVerb::Close => Verb::Close,
    }
}
