//! A made-up node behind a real [`Handle`]: enough of a neighbourhood for the pages to have
//! something to show, and enough of a request's life to walk through it.
//!
//! It decides nothing cleverly: who may do what is the business of the real node and its tests.

mod documents;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crdt::{
    id::{EnvelopeId, KeyId, PersonId},
    time::ClaimedTime,
};
use node::{
    api::{
        ActVerb, Acted, ApiError, BoardPage, CaseCommand, ChecklistItem, Command, ErrorKind, Event,
        FoundPage, FoundRow, FoundWord, GroupKindWord, GroupRow, KnockPage, KnockRow, KnockState,
        MePage, MeshPicture, MeshStrip, MessageRow, NewsCommand, NewsReply, Notice, PersonRow, Pin,
        Reply, RequestPage, RoleWord, SearchQuery,
    },
    handle::Handle,
    phones::Phones,
    words::verb_code,
};
use tokio::sync::broadcast;

use crate::{
    activities::together,
    long::Long,
    private::Vault,
    roster::Roster,
    rows::{answered_before, did, peer, request},
};

/// "Now" on every page: Monday, 23 November 2026, 18:30 in China.
pub const NOW: ClaimedTime = ClaimedTime(1_795_429_800_000);

/// An id that is easy to recognise.
pub fn id(number: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([number; 32])
}

/// Who stands before which door.
#[derive(Default)]
pub struct Door {
    /// Before this box is in a community: how far its asking is. None: it asks nobody.
    pub knocking: Option<KnockPage>,
    /// Who asks here to be let in; None where this person may not open.
    pub waiting: Option<Vec<KnockRow>>,
}

/// What the made-up node knows.
pub struct Fake {
    pub community: bool,
    pub groups: Vec<GroupRow>,
    pub messages: Vec<MessageRow>,
    pub requests: Vec<RequestPage>,
    pub notices: Vec<Notice>,
    pub people: Vec<PersonRow>,
    pub mesh: MeshPicture,
    /// The mesh in one line, where it is not what the picture makes.
    pub strip: Option<MeshStrip>,
    pub board: BoardPage,
    pub roster: Roster,
    pub door: Door,
    /// What is private about the request 41.
    pub vault: Vault,
    /// Whoever asks.
    pub me: MePage,
    /// The phones that are let in.
    pub phones: Phones,
    /// What was answered under which key.
    pub once: BTreeMap<String, Reply>,
    /// Where there shall be more than a few of everything.
    pub long: Long,
    /// Every command, in order; whoever clones it reads along.
    pub asked: Arc<Mutex<Vec<Command>>>,
    pub next: u8,
}

/// Runs `fake` behind a handle for as long as the handle lives.
pub fn run(mut fake: Fake) -> Handle {
    let (handle, mut queue, events) = Handle::new();
    tokio::spawn(async move {
        while let Some(asked) = queue.recv().await {
            let _ = asked.answer.send(fake.answer(asked.command, &events));
        }
    });
    handle
}

fn group(number: u8, name: &str, kind: GroupKindWord, joined: bool) -> GroupRow {
    let unread = u64::from(number == 1) * 2;
    GroupRow { name: name.into(), id: id(number), kind, members: 48, messages: 6, unread, joined }
}

fn message(number: u8, author: &str, minutes_ago: u64, text: &str) -> MessageRow {
    MessageRow {
        id: id(number),
        author: author.into(),
        home: "3-201".into(),
        text: text.into(),
        claimed_ms: ClaimedTime(NOW.0 - minutes_ago * 60_000),
        official: false,
        withdrawn: false,
        taken_down: false,
        flagged: false,
        edited: false,
        mine: author == "李梅",
        sent: true,
        reply_to: None,
        request: None,
        imported: false,
        news: None,
        forwarded: false,
        shows: None,
        may: None,
    }
}

impl Fake {
    fn strip(&self) -> MeshStrip {
        self.strip.clone().unwrap_or_else(|| MeshStrip::from(&self.mesh))
    }

    /// Runyuan, a very small part of it.
    pub fn new() -> Self {
        let mut fake = Self {
            community: true,
            groups: vec![
                group(1, "all", GroupKindWord::Open, true),
                group(2, "3号楼", GroupKindWord::Invite, true),
                group(3, "爱心车队 Rides", GroupKindWord::Vetted, false),
                group(4, "Reading circle 读书会", GroupKindWord::Open, false),
            ],
            messages: Self::talk(),
            requests: Self::help(),
            notices: vec![],
            people: Self::neighbours(),
            strip: None,
            mesh: MeshPicture {
                node: Some(KeyId::from_bytes([9; 32])),
                home: "3-202 李家".into(),
                peers: vec![
                    peer(1, "3-201 张家", true),
                    peer(2, "5-101 陈家", true),
                    peer(3, "居委会", false),
                    peer(4, "", false),
                ],
                office_heard_ms_ago: Some(1_260_000),
                unsent: 2,
                addresses: vec!["/ip4/192.168.1.23/udp/4001/quic-v1".into()],
            },
            board: BoardPage {
                group: group(1, "all", GroupKindWord::Open, true),
                description: "润园全体住户。有事在这里说一声。".into(),
                pins: [
                    ("p1", "停水：周三 9:00–15:00，3、4 号楼"),
                    ("p2", "Night duty: steward Zhao, 红管家值班到 22:00"),
                ]
                .map(|(key, text)| Pin { key: key.into(), text: text.into() })
                .into(),
            },
            roster: Roster::new(),
            door: Door::default(),
            vault: Vault::default(),
            me: crate::homes::li(),
            phones: Phones::in_memory([7; 32]),
            once: BTreeMap::new(),
            long: Long::default(),
            asked: Arc::default(),
            next: 100,
        };
        fake.notices.push(crate::teams::lost(fake.requests[0].row.clone()));
        fake
    }

    fn neighbours() -> Vec<PersonRow> {
        let mut people = Vec::new();
        for (number, name, role) in [
            (1, "李梅", RoleWord::Member),
            (2, "张阿姨", RoleWord::Steward),
            (3, "Tom Becker", RoleWord::Member),
            (4, "赵主任", RoleWord::Staff),
        ] {
            people.push(PersonRow {
                id: PersonId::from_bytes([number; 32]),
                name: name.into(),
                home: format!("3-20{number}"),
                role,
                me: number == 1,
                roles: Vec::new(),
                devices: 1,
                met: u64::from(number % 2),
                met_by_me: false,
            });
        }
        people
    }

    fn talk() -> Vec<MessageRow> {
        let mut talk = vec![
            message(10, "张阿姨", 1_500, "明天下雨，晾的被子记得收一下。"),
            message(11, "赵主任", 1_440, "周三 9 点到 15 点停水，请各家提前接好水。"),
            message(12, "Tom Becker", 90, "Does anyone have a ladder I could borrow this evening?"),
            message(13, "李梅", 80, "我家有，晚上七点以后在家，直接来拿就行。"),
            message(14, "陈师傅", 30, "发错群了"),
            message(15, "李梅", 3, "刚才电梯停了一下，现在好了。"),
            message(16, "张阿姨", 1, "知道了，我跟物业说一声。"),
        ];
        talk[1].official = true;
        talk[3].reply_to = Some(id(12));
        (talk[4].withdrawn, talk[4].text) = (true, String::new());
        (talk[5].sent, talk[5].edited) = (false, true);
        talk
    }

    fn help() -> Vec<RequestPage> {
        let mut help = vec![
            request(40, "Carry rice upstairs, 5th floor 帮忙扛米上五楼", "open"),
            request(41, "送王奶奶去医院做透析", "assigned"),
            request(42, "明早送奶奶去中医院", "assigned"),
            request(43, "借一张折叠床", "resolved"),
        ];
        let ride = &mut help[1];
        ride.row.urgency = 4;
        ride.row.conflicts = 1;
        (ride.row.mine, ride.row.provisional) = (true, true);
        ride.row.holder = Some("李梅".into());
        ride.holders = vec!["李梅".into()];
        ride.waitlist = vec!["陈师傅".into(), "Tom Becker".into()];
        ride.my_standing = Some("holder".into());
        ride.may = vec![ActVerb::Depart, ActVerb::Withdraw, ActVerb::Done];
        ride.facts.insert("time".into(), vec!["周四 7:30".into(), "周四 8:00".into()]);
        ride.facts.insert("place".into(), vec!["北门".into()]);
        ride.facts.insert("needs".into(), vec!["要扶上车，视力不好".into()]);
        ride.checklist = vec![
            ChecklistItem { key: "c1".into(), text: "带轮椅".into(), done: true, found: false },
            ChecklistItem {
                key: "c2".into(),
                text: "Bring the insurance card 医保卡".into(),
                done: false,
                found: false,
            },
        ];
        for (number, verb, who, counts) in [
            (50, "ask", "王桂兰", true),
            (51, "claim", "李梅", true),
            (52, "claim", "陈师傅", true),
            (53, "depart", "陈师傅", false),
        ] {
            let claimed_ms = ClaimedTime(NOW.0 - 5_400_000 + u64::from(number - 50) * 600_000);
            let (id, verb, who) = (id(number), verb.into(), who.into());
            ride.timeline.push(did((id, counts), verb, who, claimed_ms));
        }
        (help[2].row.holder, help[2].holders) = (Some("陈师傅".into()), vec!["陈师傅".into()]);
        help[2].my_standing = Some("lost".into());
        help[3].row.asked_by_me = true;
        help[3].row.holder = Some("Tom Becker".into());
        help[3].may = vec![ActVerb::Confirm, ActVerb::Reopen, ActVerb::Cancel];
        help
    }

    fn answer(
        &mut self,
        command: Command,
        events: &broadcast::Sender<Event>,
    ) -> Result<Reply, ApiError> {
        let command = self.in_whose_name(command)?;
        self.asked.lock().unwrap().push(command.clone());
        if let Command::Join { link, .. } = command {
            return self.join(&link);
        }
        if let Command::Knock { .. }
        | Command::Knocking
        | Command::KnockStop
        | Command::Approvals
        | Command::Approve { .. }
        | Command::Deny { .. } = command
        {
            return self.at_the_door(command);
        }
        if let Command::Once { key, command } = command {
            if let Some(reply) = self.once.get(&key) {
                return Ok(reply.clone());
            }
            let reply = self.answer(*command, events)?;
            self.once.insert(key, reply.clone());
            return Ok(reply);
        }
        if let Command::IfSeen { command, .. } = command {
            return self.answer(*command, events);
        }
        if let Command::Phone(command) = command {
            return self.phones.answer(command);
        }
        self.in_community(command, events)
    }

    fn in_community(
        &mut self,
        command: Command,
        events: &broadcast::Sender<Event>,
    ) -> Result<Reply, ApiError> {
        if !self.community
            && !matches!(
                command,
                Command::Mesh | Command::Strip | Command::Notices | Command::News(_)
            )
        {
            return Err(ApiError::new(ErrorKind::NoCommunity, []));
        }
        match command {
            Command::Me | Command::Elder { .. } => Ok(self.about_me(&command)),
            Command::Mesh => Ok(Reply::Mesh(self.mesh.clone())),
            Command::Strip => Ok(Reply::Strip(self.strip())),
            Command::Notices => Ok(Reply::Notices { notices: self.notices.clone() }),
            Command::NoticesSeen { ids } => {
                self.notices.retain(|notice| !ids.contains(&notice.id));
                Ok(Reply::Done)
            }
            Command::Vote(node::api::VoteCommand::List { .. }) => {
                Ok(Reply::Vote(node::api::VoteReply::List { votes: vec![] }))
            }
            Command::House(command) => Ok(Reply::House(self.house(&command))),
            Command::Groups => Ok(Reply::Groups { groups: self.groups.clone() }),
            Command::People { from, last } => {
                let last = last.map_or(usize::MAX, |last| last as usize);
                let people = self.people.iter().skip(from as usize).take(last).cloned().collect();
                Ok(Reply::People { people, count: self.people.len() as u64 })
            }
            Command::Requests { all } => {
                let rows = self.requests.iter().map(|request| request.row.clone());
                let requests = rows.filter(|row| all || row.status != "closed").collect();
                Ok(Reply::Requests { requests })
            }
            Command::Mine { .. } => Ok(Reply::Mine(Box::new(self.mine_page()))),
            Command::Request { id } => {
                let mut page = crate::desk::with_more(self.find(&id)?);
                self.vault.mark(&mut page);
                Ok(Reply::Request(Box::new(page)))
            }
            Command::OpenVault { reason, .. } => self.vault.open(&reason),
            Command::Erase { class, .. } => Ok(self.vault.erase(class)),
            Command::Case(CaseCommand::Confide { person, reason, .. }) => {
                self.vault.confide(&person, &reason)
            }
            Command::Invite { .. } => {
                Ok(Reply::Invite { link: format!("linli:join/{}", "abcdefgh23456789".repeat(12)) })
            }
            Command::Roster(command) => self.about_people(command),
            Command::Across(command) => Ok(Reply::Across(crate::teams::across(&command))),
            Command::Team(command) => Ok(Reply::Team(crate::teams::answer(&command))),
            Command::Series(command) => Ok(Reply::Series(crate::series::answer(&command))),
            Command::Activity(_) | Command::Hours(_) | Command::Look(_) => Ok(together(&command)),
            Command::News(NewsCommand::Answered { question }) => {
                Ok(Reply::News(NewsReply::List { news: answered_before(&question) }))
            }
            Command::News(command) => Ok(Reply::News(crate::desk::news(&command, &self.long))),
            Command::Case(command) => self.about_cases(command, events),
            Command::Wait { peers, .. } => {
                let (equal, missing) = (self.mesh.peers[..1].to_vec(), vec![]);
                Ok(Reply::Waited { equal, missing, enough: peers == 1 })
            }
            Command::Dial { address } if !address.starts_with('/') => {
                Err(ApiError::new(ErrorKind::BadAddress, [("address", address)]))
            }
            Command::Dial { .. } | Command::MarkRead { .. } => Ok(Reply::Done),
            Command::Act { id, verb } => self.act(&id, verb, events),
            Command::Ask { title, details, urgent, .. } => self.ask(&title, &details, urgent),
            command => self.write(command, events),
        }
    }

    fn join(&mut self, link: &str) -> Result<Reply, ApiError> {
        if !link.starts_with("linli:join/") && !link.starts_with("linli-invitation 1\r\n") {
            return Err(ApiError::new(ErrorKind::BadLink, []));
        }
        self.community = true;
        let words = vec!["abandon".to_owned(); 24];
        Ok(Reply::Joined { community: "润园".into(), words })
    }

    fn at_the_door(&mut self, command: Command) -> Result<Reply, ApiError> {
        let resting = KnockPage { state: KnockState::Resting, doors: vec![] };
        let asks =
            matches!(command, Command::Knock { .. } | Command::Knocking | Command::KnockStop);
        if asks == self.community {
            let kind = if asks { ErrorKind::AlreadyInCommunity } else { ErrorKind::NoCommunity };
            return Err(ApiError::new(kind, []));
        }
        match command {
            Command::Knocking => Ok(Reply::Knock(self.door.knocking.clone().unwrap_or(resting))),
            Command::KnockStop => {
                self.door.knocking = None;
                Ok(Reply::Done)
            }
            Command::Knock { home, .. } => match &self.door.knocking {
                Some(page) if page.state == KnockState::Opened => self.join("linli:join/door"),
                None if home.is_none() => {
                    Err(ApiError::new(ErrorKind::BadText, [("field", "home".into())]))
                }
                _ => {
                    let state = KnockState::Looking;
                    let page = self.door.knocking.get_or_insert(KnockPage { state, doors: vec![] });
                    Ok(Reply::Knock(page.clone()))
                }
            },
            command => self.answer_the_door(command),
        }
    }

    fn answer_the_door(&mut self, command: Command) -> Result<Reply, ApiError> {
        let not_allowed = ApiError::new(ErrorKind::NotAllowed, [("what", "invite".into())]);
        let waiting = self.door.waiting.as_mut().ok_or(not_allowed)?;
        let (Command::Approve { code, .. } | Command::Deny { code }) = command else {
            return Ok(Reply::Approvals { waiting: waiting.clone() });
        };
        let before = waiting.len();
        waiting.retain(|knock| knock.code != code);
        match waiting.len() == before {
            true => Err(ApiError::new(ErrorKind::UnknownKnock, [("code", code)])),
            false => Ok(Reply::Done),
        }
    }

    /// Messages in which these characters stand; the real rule is the real node's.
    fn search(&self, query: &SearchQuery) -> FoundPage {
        let fits = |row: &&MessageRow| row.text.contains(&query.words);
        let row = |row: &MessageRow| FoundRow {
            kind: FoundWord::Message,
            id: row.id,
            group: id(1),
            group_name: "all".into(),
            author: Some(row.author.clone()),
            mine: row.mine,
            text: row.text.chars().take(120).collect(),
            claimed_ms: row.claimed_ms,
            code: None,
            status: None,
        };
        let rows = self.messages.iter().rev().filter(fits).map(row);
        FoundPage { found: rows.take(query.last as usize).collect(), more: Some("7".into()) }
    }

    fn write(
        &mut self,
        command: Command,
        events: &broadcast::Sender<Event>,
    ) -> Result<Reply, ApiError> {
        match command {
            Command::Log { group, last, before } => self.log(&group, last, before),
            Command::Message { id } => {
                let found = self.messages.iter().find(|row| row.id == id).cloned();
                let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]);
                Ok(Reply::Log { messages: vec![found.ok_or_else(unknown)?] })
            }
            Command::Search(query) => Ok(Reply::Found(self.search(&query))),
            Command::Board { group } => {
                let row = self.group(&group)?.clone();
                Ok(Reply::Board(BoardPage { group: row, ..self.board.clone() }))
            }
            Command::GroupNew { name, kind, .. } => {
                let row = group(self.fresh(), &name, kind, true);
                self.groups.push(row.clone());
                Ok(Reply::Group(row))
            }
            Command::GroupJoin { group } => {
                let row = self.group_mut(&group)?;
                row.joined = true;
                Ok(Reply::Group(row.clone()))
            }
            Command::Post { text, reply_to, .. } => {
                let number = self.fresh();
                let posted =
                    MessageRow { reply_to, sent: false, ..message(number, "李梅", 0, &text) };
                self.messages.push(posted);
                let _ = events.send(Event::Group { id: id(1) });
                Ok(Reply::Posted { id: id(number) })
            }
            Command::EditMessage { id, text } => {
                let row = self.message_mut(id)?;
                (row.text, row.edited) = (text, true);
                Ok(Reply::Done)
            }
            Command::WithdrawMessage { id } => {
                let row = self.message_mut(id)?;
                (row.text, row.withdrawn) = (String::new(), true);
                Ok(Reply::Done)
            }
            other => self.edit_document(other),
        }
    }

    fn log(&self, group: &str, last: u32, before: Option<EnvelopeId>) -> Result<Reply, ApiError> {
        self.group(group)?;
        let end = before
            .and_then(|id| self.messages.iter().position(|row| row.id == id))
            .unwrap_or(self.messages.len());
        let messages = self.messages[end.saturating_sub(last as usize)..end].to_vec();
        Ok(Reply::Log { messages })
    }

    pub fn ask(&mut self, title: &str, details: &str, urgent: bool) -> Result<Reply, ApiError> {
        if details.contains("139") {
            return Err(ApiError::new(ErrorKind::Private, []));
        }
        let number = self.fresh();
        let mut asked = request(number, title, "open");
        asked.row.asked_by_me = true;
        asked.row.urgency = if urgent { 4 } else { 2 };
        asked.facts.insert("details".into(), vec![details.into()]);
        let code = asked.row.code.clone();
        self.requests.push(asked);
        Ok(Reply::Asked { id: id(number), code })
    }

    /// One person does everything, as in a household of one box.
    pub fn act(
        &mut self,
        name: &str,
        verb: ActVerb,
        events: &broadcast::Sender<Event>,
    ) -> Result<Reply, ApiError> {
        let claim = id(self.fresh());
        let request = self.find_mut(name)?;
        if !request.may.contains(&verb) {
            let status = request.row.status.clone();
            let args = [("verb", verb_code(verb).into()), ("status", status)];
            return Err(ApiError::new(ErrorKind::NotNow, args));
        }
        use ActVerb::{Ack, Cancel, Claim, Confirm, Depart, Done, Reopen, Withdraw};
        let (status, may) = match verb {
            Claim => ("assigned", vec![Depart, Done, Withdraw, Cancel]),
            Depart => ("in_progress", vec![Done, Withdraw, Cancel]),
            Done => ("resolved", vec![Confirm, Reopen]),
            Confirm => ("closed", vec![Reopen]),
            Reopen | Withdraw | Ack => ("open", vec![Claim, Cancel]),
            Cancel => ("cancelled", vec![Reopen]),
        };
        (request.row.status, request.may) = (status.into(), may);
        request.row.mine = matches!(verb, Claim | Depart | Done);
        request.row.holder = request.row.mine.then(|| "李梅".into());
        request.holders = request.row.holder.iter().cloned().collect();
        request.row.provisional = verb == Claim;
        let (verb, who) = (verb_code(verb).into(), "李梅".into());
        request.timeline.push(did((claim, true), verb, who, NOW));
        let _ = events.send(Event::Request { id: request.row.id });
        let (id, holder) = (request.row.id, request.row.holder.clone());
        let status = status.into();
        Ok(Reply::Acted(Acted { id, claim, provisional: true, rivals_known: 0, status, holder }))
    }

    fn fresh(&mut self) -> u8 {
        self.next += 1;
        self.next
    }

    pub fn find(&self, name: &str) -> Result<&RequestPage, ApiError> {
        let found = self
            .requests
            .iter()
            .find(|request| request.row.id.to_hex().starts_with(name) || request.row.code == name);
        found.ok_or_else(|| ApiError::new(ErrorKind::UnknownRequest, [("id", name.into())]))
    }

    fn find_mut(&mut self, name: &str) -> Result<&mut RequestPage, ApiError> {
        let wanted = self.find(name)?.row.id;
        let found = self.requests.iter_mut().find(|request| request.row.id == wanted);
        Ok(found.expect("found a line above"))
    }

    fn group(&self, name: &str) -> Result<&GroupRow, ApiError> {
        let found = self.groups.iter().find(|group| group.id.to_hex() == name);
        found.ok_or_else(|| ApiError::new(ErrorKind::UnknownGroup, [("group", name.into())]))
    }

    fn group_mut(&mut self, name: &str) -> Result<&mut GroupRow, ApiError> {
        let found = self.groups.iter_mut().find(|group| group.id.to_hex() == name);
        found.ok_or_else(|| ApiError::new(ErrorKind::UnknownGroup, [("group", name.into())]))
    }

    fn message_mut(&mut self, id: EnvelopeId) -> Result<&mut MessageRow, ApiError> {
        let found = self.messages.iter_mut().find(|row| row.id == id);
        found.ok_or_else(|| ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]))
    }
}
