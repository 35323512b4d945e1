//! What people in the stories do and see, in the words in which a story is told.
//!
//! Each word is one or two commands of `node::api`, as the page and the command line send them.

use crdt::{
    body::Body,
    id::{EnvelopeId, GroupId, RequestId},
};
use node::api::{
    ActVerb, ApiError, CaseCommand, CaseReply, CaseVerb, Command, Deed, DeskList, DeskPage,
    ErrorKind, FiguresPage, GroupStatus, LateRow, MembersPage, MessageRow, NewCase, Notice, Reply,
    RequestPage, RosterCommand, RosterReply, Status,
};

use crate::world::{Who, World};

impl World {
    /// A neighbourhood of the office and these homes, all wired to the office and settled once.
    pub fn court(seed: u64, names: &[&str]) -> (Self, Vec<Who>) {
        let mut world = Self::seeded(seed);
        let people: Vec<Who> = names.iter().map(|name| world.move_in(name)).collect();
        let office = world.office();
        people.iter().for_each(|who| world.wire(office, *who));
        world.settle();
        (world, people)
    }

    /// Says something to everybody.
    pub fn post(&mut self, who: Who, text: &str) {
        self.post_id(who, text);
    }

    /// The same; which envelope it became.
    pub fn post_id(&mut self, who: Who, text: &str) -> EnvelopeId {
        let (group, text) = ("all".to_owned(), text.to_owned());
        match self.tell(who, Command::Post { group, text, reply_to: None }) {
            Reply::Posted { id } => id,
            other => panic!("posted, and heard {other:?}"),
        }
    }

    /// The group that everybody is in.
    pub fn everybodys_group(&mut self, who: Who) -> GroupId {
        self.status(who).groups.iter().find(|group| group.name == "all").expect("it exists").id
    }

    /// Asks for a ride, or anything else.
    pub fn request(&mut self, who: Who, title: &str) -> RequestId {
        let (title, details) = (title.to_owned(), String::new());
        let ask = Command::Ask {
            group: None,
            title,
            details,
            urgent: false,
            private: node::api::Private::default(),
        };
        match self.tell(who, ask) {
            Reply::Asked { id, .. } => id,
            other => panic!("asked, and heard {other:?}"),
        }
    }

    /// Does something about a request; says whether it was allowed.
    pub fn try_act(&mut self, who: Who, request: RequestId, verb: ActVerb) -> bool {
        self.ask(who, Command::Act { id: request.to_hex(), verb }).is_ok()
    }

    /// Claims a request that is free as far as he knows.
    pub fn claim(&mut self, who: Who, request: RequestId) {
        self.tell(who, Command::Act { id: request.to_hex(), verb: ActVerb::Claim });
    }

    /// A request of its own shape; which one, and its spoken code.
    pub fn asks(&mut self, who: Who, new: NewCase) -> (RequestId, String) {
        match self.tell(who, Command::Case(CaseCommand::Ask(Box::new(new)))) {
            Reply::Asked { id, code } => (id, code),
            other => panic!("asked, and heard {other:?}"),
        }
    }

    /// Makes a request of a message.
    pub fn registers(&mut self, who: Who, message: EnvelopeId, publish: bool) -> RequestId {
        let title = None;
        match self.tell(who, Command::Case(CaseCommand::Register { message, title, publish })) {
            Reply::Asked { id, .. } => id,
            other => panic!("registered, and heard {other:?}"),
        }
    }

    /// Any act of a request's life.
    ///
    /// # Errors
    ///
    /// Why not: the reason that `lifecycle` gives where the state forbids it, else the error's kind.
    pub fn deed(&mut self, who: Who, deed: Deed) -> Result<(), String> {
        let done = self.ask(who, Command::Case(CaseCommand::Do(deed)));
        let why = |error: ApiError| match error.args.get("reason") {
            Some(reason) if error.kind == ErrorKind::NotNow => reason.clone(),
            _ => format!("{:?}", error.kind),
        };
        done.map(|_| ()).map_err(why)
    }

    /// An act that says nothing but itself and is allowed.
    pub fn does(&mut self, who: Who, request: RequestId, verb: CaseVerb) {
        let done = self.deed(who, Deed::of(&request.to_hex(), verb));
        assert_eq!(done, Ok(()), "{} {verb:?}", self.name(who));
    }

    /// The same about somebody.
    pub fn does_to(&mut self, who: Who, request: RequestId, verb: CaseVerb, person: &str) {
        let deed = Deed { person: Some(person.into()), ..Deed::of(&request.to_hex(), verb) };
        let done = self.deed(who, deed);
        assert_eq!(done, Ok(()), "{} {verb:?} {person}", self.name(who));
    }

    /// What the desk has in a list, by title.
    pub fn desk_list(&mut self, who: Who, list: DeskList) -> Vec<String> {
        let page = self.desk(who, Some(list));
        let rows = page.lists.into_iter().flat_map(|rows| rows.requests);
        rows.map(|row| row.title).collect()
    }

    /// The desk's lists.
    pub fn desk(&mut self, who: Who, list: Option<DeskList>) -> DeskPage {
        match self.ask(who, Command::Case(CaseCommand::Desk { list, last: None })) {
            Ok(Reply::Case(reply)) => match *reply {
                CaseReply::Desk(page) => page,
                other => panic!("desk, and heard {other:?}"),
            },
            other => panic!("desk, and heard {other:?}"),
        }
    }

    /// The figures of everything that was asked.
    pub fn figures(&mut self, who: Who) -> FiguresPage {
        match self.ask(who, Command::Case(CaseCommand::Figures { since_ms: None })) {
            Ok(Reply::Case(reply)) => match *reply {
                CaseReply::Figures(page) => page,
                other => panic!("figures, and heard {other:?}"),
            },
            other => panic!("figures, and heard {other:?}"),
        }
    }

    /// A request's life as somebody reads it: one line an act, and where it stands.
    pub fn life(&mut self, who: Who, request: RequestId) -> String {
        let page = self.page(who, request);
        let mut lines = Vec::new();
        for act in &page.timeline {
            let about = act.about.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
            let note = if act.note.is_empty() { String::new() } else { format!(" ({})", act.note) };
            let void = if act.counts { "" } else { " — does not count" };
            lines.push(format!("{} {}{about}{note}{void}", act.who, act.verb));
        }
        let held = page.holders.join(", ");
        lines.push(format!("= {} [{held}]", page.row.status));
        lines.join("\n")
    }

    /// Changes a fact of a request.
    pub fn edit(&mut self, who: Who, request: RequestId, field: &str, value: &str) {
        let (id, field, value) = (request.to_hex(), field.to_owned(), value.to_owned());
        self.tell(who, Command::EditFact { id, field, value });
    }

    /// All that somebody sees of a request.
    pub fn page(&mut self, who: Who, request: RequestId) -> RequestPage {
        match self.ask(who, Command::Request { id: request.to_hex() }) {
            Ok(Reply::Request(page)) => *page,
            other => panic!("{} looked, and saw {other:?}", self.name(who)),
        }
    }

    /// Whom somebody believes to hold a request.
    pub fn holder(&mut self, who: Who, request: RequestId) -> Option<String> {
        self.page(who, request).row.holder
    }

    /// Whom all of these believe to hold it; they must agree.
    pub fn agreed_holder(&mut self, these: &[Who], request: RequestId) -> String {
        let holders: Vec<Option<String>> =
            these.iter().map(|who| self.holder(*who, request)).collect();
        assert!(holders.windows(2).all(|two| two[0] == two[1]), "they disagree: {holders:?}");
        holders[0].clone().expect("somebody holds it")
    }

    /// What somebody must be told.
    pub fn notices(&mut self, who: Who) -> Vec<Notice> {
        match self.ask(who, Command::Notices) {
            Ok(Reply::Notices { notices }) => notices,
            other => panic!("notices, and heard {other:?}"),
        }
    }

    /// He has read these.
    pub fn read_notices(&mut self, who: Who, notices: &[Notice]) {
        let ids = notices.iter().map(|notice| notice.id.clone()).collect();
        self.tell(who, Command::NoticesSeen { ids });
    }

    /// What somebody reads in the group of everybody, oldest first.
    pub fn texts(&mut self, who: Who) -> Vec<String> {
        let log = Command::Log { group: "all".into(), last: 10_000, before: None };
        match self.ask(who, log) {
            Ok(Reply::Log { messages }) => messages.into_iter().map(|it| it.text).collect(),
            other => panic!("log, and heard {other:?}"),
        }
    }

    /// The messages that somebody reads in a group, oldest first.
    pub fn log(&mut self, who: Who, group: &str) -> Vec<MessageRow> {
        let log = Command::Log { group: group.into(), last: 10_000, before: None };
        match self.ask(who, log) {
            Ok(Reply::Log { messages }) => messages,
            other => panic!("log, and heard {other:?}"),
        }
    }

    /// Does something about people.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn roster(&mut self, who: Who, command: RosterCommand) -> Result<RosterReply, ApiError> {
        match self.ask(who, Command::Roster(command))? {
            Reply::Roster(reply) => Ok(reply),
            _ => Ok(RosterReply::Places { places: Vec::new() }),
        }
    }

    /// Removals that have something behind them, as somebody sees them.
    pub fn late(&mut self, who: Who) -> Vec<LateRow> {
        match self.roster(who, RosterCommand::Late { removal: None }) {
            Ok(RosterReply::Late { removals }) => {
                removals.into_iter().filter(|it| it.items > 0).collect()
            }
            other => panic!("late, and heard {other:?}"),
        }
    }

    /// A group's members, and who waits before its door.
    pub fn members(&mut self, who: Who, group: &str) -> MembersPage {
        match self.roster(who, RosterCommand::Members { group: group.into() }) {
            Ok(RosterReply::Members(page)) => *page,
            other => panic!("members, and heard {other:?}"),
        }
    }

    /// The names of a group's members, sorted.
    pub fn names_in(&mut self, who: Who, group: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.members(who, group).members.into_iter().map(|it| it.name).collect();
        names.sort();
        names
    }

    /// How somebody stands.
    pub fn status(&mut self, who: Who) -> Status {
        match self.ask(who, Command::Status) {
            Ok(Reply::Status(status)) => *status,
            other => panic!("status, and heard {other:?}"),
        }
    }

    /// What must be equal everywhere: every group's fingerprint, state and counts, and every
    /// envelope's fate, in numbers.
    pub fn sight(&mut self, who: Who) -> (Vec<GroupStatus>, [u64; 3]) {
        let status = self.status(who);
        let mut groups = status.groups;
        // Unread is each home's own, and so is what it may read.
        groups.iter_mut().for_each(|group| (group.unread, group.sealed) = (0, false));
        groups.sort_by_key(|group| group.id);
        (groups, [status.pending, status.quarantined, status.poison])
    }

    /// Everybody of these sees the same.
    ///
    /// # Panics
    ///
    /// Where two do not.
    pub fn assert_same_sight(&mut self, these: &[Who]) {
        let first = self.sight(these[0]);
        for who in &these[1..] {
            let other = self.sight(*who);
            let (one, two) = (self.name(these[0]), self.name(*who));
            assert_eq!(first, other, "{one} and {two} see different things");
        }
    }

    /// The bytes of a message, packed as this release packs them.
    pub fn message_body(text: &str) -> Vec<u8> {
        let text = text.to_owned();
        Body::Talk(crdt::body::Talk::Message { text, reply_to: None, imported: None }).encode()
    }
}
