//! What a request asks for and for whom, what a visit found, what was said on the phone, and photos
//! and files that were added later.
//!
//! # Rules
//!
//! 1. A request is named by the envelope that asks, or by what it was made of: a message
//!    ([`case_of`]), or a case and the team that it was posted to ([`Posted::request`]). Both sides of
//!    a cut that register one message, or post one case to one team, therefore name one request.
//! 2. Whoever asks, whom it is for and who speaks for him are three people ([`Ask::names`]). None of
//!    them need have a box; somebody without one is a name in the vault and nobody here.
//! 3. Nothing in here is private: everybody in the group reads it. What is private stands in a vault.
//!
//! # Deliberately absent
//!
//! Meaning: `lifecycle` says what an ask, a visit, a verdict and an addition come to.

use minicbor::{Decode, Encode};

use super::{Act, Attachment, Part, Place, is_name, is_text};
use crate::{
    id::{EnvelopeId, GroupId, PersonId, RequestId, short_hash},
    limits::{ATTACHMENTS_MAX, NAME_BYTES_MAX, NEEDS_MAX, PLACE_DEPTH_MAX},
};

/// A call for help, as it was first said. Facts that change live in its document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ask {
    /// One line.
    #[n(0)]
    pub title: String,
    /// More, if needed; never private (that belongs in a vault).
    #[n(1)]
    pub details: String,
    /// 1 can wait … 4 life-threatening.
    #[n(2)]
    pub urgency: u8,
    /// How many people are needed.
    #[n(3)]
    pub places: u16,
    /// Whoever has departed goes on, even if another holds: minutes count more than a wasted trip.
    #[n(4)]
    pub prefer_speed: bool,
    /// Open to claims at once; otherwise a desk publishes it first.
    #[n(5)]
    pub open: bool,
    /// In which capacity the author asks.
    #[n(6)]
    pub role: Part,
    /// The message that this request was made of; it is cited, and names the request.
    #[n(7)]
    pub message: Option<EnvelopeId>,
    /// What else was said; none where there is nothing.
    #[n(8)]
    pub terms: Option<Terms>,
}

/// What may be said when asking, beyond the title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Terms {
    /// What kind of request; help where nothing was said.
    #[n(0)]
    pub kind: Option<AskKind>,
    /// The page waits for a grant until shortly before the window; a life is not at stake.
    #[n(1)]
    pub prefer_single: bool,
    /// The area that it is about, if it has a name here.
    #[n(2)]
    pub area: Option<Place>,
    /// Where about, in words: "5 栋". Never a door.
    #[n(3)]
    pub zone: String,
    /// From when on, in claimed milliseconds.
    #[n(4)]
    pub from_ms: Option<u64>,
    /// Until when, in claimed milliseconds.
    #[n(5)]
    pub until_ms: Option<u64>,
    /// What is needed, functionally: "help into the car". Never a diagnosis.
    #[n(6)]
    pub needs: Vec<String>,
    /// Who asked, where it is not the author.
    #[n(7)]
    pub requester: Option<PersonId>,
    /// Whom it is for, where it is somebody who is known here and not the requester.
    #[n(8)]
    pub subject: Option<PersonId>,
    /// Who speaks for the subject, where it is not the author.
    #[n(9)]
    pub proxy: Option<PersonId>,
    /// By what right somebody asks for somebody else.
    #[n(10)]
    pub consent: Option<Consent>,
    /// How it came to the desk, where it did not come by a box.
    #[n(11)]
    pub intake: Option<Intake>,
    /// The case that this is a posting of, and the team.
    #[n(12)]
    pub posted: Option<Posted>,
    /// For the desk alone: the words stand in the sensitive vault, the title says nothing.
    #[n(13)]
    pub to_desk: bool,
    /// Photos: of handwriting, of what is broken. Everybody in the group sees them.
    #[n(14)]
    pub photos: Option<Vec<Attachment>>,
}

/// What kind of request it is. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum AskKind {
    /// 咨询.
    #[n(0)]
    Question,
    /// 求助.
    #[n(1)]
    Help,
    /// 投诉.
    #[n(2)]
    Complaint,
    /// 举报.
    #[n(3)]
    Report,
    /// 建议.
    #[n(4)]
    Suggestion,
    /// 活动名额: places of a role at an activity; its plan names it.
    #[n(5)]
    Activity,
}

/// By what right somebody asks for somebody else. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Consent {
    /// The person in need said so, face to face.
    #[n(0)]
    OwnWord,
    /// The person in need said so on the phone.
    #[n(1)]
    ByPhone,
    /// The person in need wrote it down.
    #[n(2)]
    Written,
    /// A guardian decides.
    #[n(3)]
    Guardian,
    /// Nobody could be asked, and it could not wait.
    #[n(4)]
    Emergency,
}

/// How a request came to the desk. Numbers are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Intake {
    /// Somebody called.
    #[n(0)]
    Phone,
    /// On paper, or at the counter.
    #[n(1)]
    Paper,
}

/// Which case was posted to which team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Posted {
    /// The case.
    #[n(0)]
    pub case: RequestId,
    /// The team's group; the posting stands in its scope and nowhere else.
    #[n(1)]
    pub team: GroupId,
}

impl Posted {
    /// The request that the posting is in the team: whoever posts it, it is the same.
    pub fn request(&self) -> RequestId {
        let parts = [self.case.as_bytes().as_slice(), self.team.as_bytes()];
        RequestId::from_bytes(short_hash("linli/1 posting", &parts))
    }
}

/// The case that a message becomes, whoever registers it.
pub fn case_of(message: &EnvelopeId) -> RequestId {
    RequestId::from_bytes(short_hash("linli/1 case", &[message.as_bytes()]))
}

impl Ask {
    /// The request that this envelope founds, or founds together with others.
    pub fn request(&self, envelope: EnvelopeId) -> RequestId {
        match (self.posted(), &self.message) {
            (Some(posted), _) => posted.request(),
            (None, Some(message)) => case_of(message),
            (None, None) => envelope,
        }
    }

    /// What it is a posting of.
    pub fn posted(&self) -> Option<Posted> {
        self.terms.as_ref().and_then(|terms| terms.posted)
    }

    /// Who is named in which capacity: the author in his own, and those whom he names. Only a desk
    /// or a proxy asks in the name of another. A neighbour who hands in somebody else's message gets
    /// no say by it, and gives it to nobody but whoever wrote the message.
    pub fn names(&self, author: PersonId) -> Vec<(PersonId, Part)> {
        let hands_in = self.hands_in();
        let mut all: Vec<_> = (!hands_in).then_some((author, self.role)).into_iter().collect();
        if let Some(terms) = &self.terms {
            let speaks_for_others = matches!(self.role, Part::Desk | Part::Proxy);
            let requester = terms.requester.filter(|_| speaks_for_others);
            let others = [(terms.subject, Part::Subject), (terms.proxy, Part::Proxy)];
            all.extend(requester.map(|who| (who, Part::Requester)));
            let others = others.into_iter().filter(|_| !hands_in);
            all.extend(others.filter_map(|(who, part)| Some((who?, part))));
        }
        all
    }

    /// A neighbour makes a request of another's message.
    fn hands_in(&self) -> bool {
        self.message.is_some() && self.role == Part::Proxy
    }

    /// Who asked: whoever is named as that, else the author.
    pub fn requester(&self, author: PersonId) -> PersonId {
        let names = self.names(author);
        let named = names.iter().find(|(_, part)| *part == Part::Requester);
        named.map_or(author, |(who, _)| *who)
    }
}

/// Somebody was there: when, who, what came of it, what was promised.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Visit {
    /// Which request.
    #[n(0)]
    pub request: RequestId,
    /// In which capacity the author writes.
    #[n(1)]
    pub role: Part,
    /// When it was, in claimed milliseconds.
    #[n(2)]
    pub at_ms: u64,
    /// Who went.
    #[n(3)]
    pub people: Vec<String>,
    /// What came of it.
    #[n(4)]
    pub outcome: String,
    /// What was promised.
    #[n(5)]
    pub promise: Option<Promise>,
    /// The envelope with a picture of it.
    #[n(6)]
    pub photo: Option<EnvelopeId>,
}

/// Something promised at a visit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Promise {
    /// What.
    #[n(0)]
    pub what: String,
    /// When somebody looks again, in claimed milliseconds.
    #[n(1)]
    pub due_ms: u64,
}

/// 代录: what whoever asked said on the phone. It confirms nothing and reopens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Verdict {
    /// Which request.
    #[n(0)]
    pub request: RequestId,
    /// In which capacity the author writes it down.
    #[n(1)]
    pub role: Part,
    /// Is it solved, says he?
    #[n(2)]
    pub solved: bool,
    /// In his words.
    #[n(3)]
    pub words: String,
}

/// Photos and files that are added to a request after it was asked. Everybody in the group sees them;
/// they change nothing.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Attach {
    /// Which request.
    #[n(0)]
    pub request: RequestId,
    /// In which capacity the author adds them.
    #[n(1)]
    pub role: Part,
    /// At least one.
    #[n(2)]
    pub attachments: Vec<Attachment>,
}

impl Act {
    /// The request, or the series, that it is about, where `envelope` carries it.
    pub fn request(&self, envelope: EnvelopeId) -> RequestId {
        match self {
            Self::Ask(ask) => ask.request(envelope),
            Self::Do(deed) => deed.request,
            Self::Series(_) => envelope,
            Self::Rota(rota) => rota.series,
            Self::Except(exception) => exception.series,
            Self::Visit(visit) => visit.request,
            Self::Verdict(verdict) => verdict.request,
            Self::Attach(added) => added.request,
        }
    }

    /// In which capacity its author acts.
    pub fn part(&self) -> Part {
        match self {
            Self::Ask(ask) => ask.role,
            Self::Do(deed) => deed.role,
            Self::Series(series) => series.role,
            Self::Rota(rota) => rota.role,
            Self::Except(exception) => exception.role,
            Self::Visit(visit) => visit.role,
            Self::Verdict(verdict) => verdict.role,
            Self::Attach(added) => added.role,
        }
    }

    pub(super) fn is_within_limits(&self) -> bool {
        match self {
            Self::Ask(ask) => {
                is_name(&ask.title)
                    && is_text(&ask.details)
                    && (1..=4).contains(&ask.urgency)
                    && (1..=1_000).contains(&ask.places)
                    && ask.terms.as_ref().is_none_or(Terms::is_within_limits)
            }
            Self::Do(deed) => is_text(&deed.note),
            Self::Series(it) => it.is_within_limits(),
            Self::Rota(it) => it.is_within_limits(),
            Self::Except(it) => it.is_within_limits(),
            Self::Visit(visit) => {
                is_short_list(&visit.people)
                    && is_text(&visit.outcome)
                    && visit.promise.as_ref().is_none_or(|promise| is_name(&promise.what))
            }
            Self::Verdict(verdict) => is_text(&verdict.words),
            Self::Attach(added) => !added.attachments.is_empty() && are_few(&added.attachments),
        }
    }
}

impl Terms {
    fn is_within_limits(&self) -> bool {
        self.zone.len() <= NAME_BYTES_MAX
            && is_short_list(&self.needs)
            && self.area.as_ref().is_none_or(|area| area.0.len() <= PLACE_DEPTH_MAX)
            && self.photos.as_ref().is_none_or(|photos| are_few(photos))
    }
}

fn are_few(photos: &[Attachment]) -> bool {
    photos.len() <= ATTACHMENTS_MAX && photos.iter().all(Attachment::is_within_limits)
}

fn is_short_list(names: &[String]) -> bool {
    names.len() <= NEEDS_MAX && names.iter().all(|name| is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(message: Option<EnvelopeId>, terms: Option<Terms>) -> Ask {
        Ask {
            title: "A ride".into(),
            details: String::new(),
            urgency: 2,
            places: 1,
            prefer_speed: false,
            open: true,
            role: Part::Desk,
            message,
            terms,
        }
    }

    #[test]
    fn a_request_is_named_by_what_it_was_made_of() {
        let id = |byte| EnvelopeId::from_bytes([byte; 32]);
        assert_eq!(ask(None, None).request(id(1)), id(1));
        let of_message = ask(Some(id(2)), None);
        assert_eq!(of_message.request(id(1)), of_message.request(id(9)), "whoever registers it");
        assert_ne!(of_message.request(id(1)), id(2), "a message is no request by itself");
        let posted = |case, team| Posted { case: id(case), team: id(team) };
        let terms = Terms { posted: Some(posted(3, 4)), ..Terms::default() };
        assert_eq!(ask(None, Some(terms)).request(id(1)), posted(3, 4).request());
        assert_ne!(posted(3, 4).request(), posted(4, 3).request());
    }

    #[test]
    fn a_neighbour_names_no_other_as_the_one_who_asked() {
        let person = |byte| PersonId::from_bytes([byte; 32]);
        let terms = Terms { requester: Some(person(2)), ..Terms::default() };
        let mut ask = ask(None, Some(terms));
        assert_eq!(ask.requester(person(1)), person(2), "the desk writes down who called");
        ask.role = Part::Requester;
        assert_eq!(ask.requester(person(1)), person(1));
        ask.role = Part::Proxy;
        ask.message = Some(EnvelopeId::from_bytes([3; 32]));
        assert_eq!(ask.names(person(1)), [(person(2), Part::Requester)], "he only hands it in");
    }
}
