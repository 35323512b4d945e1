//! The stage for the tests beside: a data folder, a made-up node behind its socket, and a small
//! neighbourhood for it to tell of.

mod news;
mod people;
mod team;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
};

use cli::{
    ui::Ui,
    words::{Lang, Speech},
};
use crdt::{
    id::{EnvelopeId, KeyId, PersonId},
    time::ClaimedTime,
};
use jiff::tz::TimeZone;
use node::{
    api::*,
    control::Socket,
    handle::{Asked, Handle},
    identity::Folder,
};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

/// A data folder, with or without a node.
pub struct Stage {
    folder: TempDir,
    node: Option<(CancellationToken, JoinHandle<()>)>,
}

/// What one command line came to.
pub struct Told {
    pub code: u8,
    pub out: String,
    pub err: String,
}

impl Stage {
    /// A folder where nothing runs.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("it works on this stage"), node: None }
    }

    /// A folder whose node answers like this.
    pub fn with(answer: impl FnMut(Command) -> Result<Reply, ApiError> + Send + 'static) -> Self {
        let mut stage = Self::empty();
        let stop = CancellationToken::new();
        let (ready, is_ready) = mpsc::channel();
        let (data, stopped) = (stage.folder.path().to_owned(), stop.clone());
        let thread = thread::spawn(move || {
            let runtime =
                Builder::new_current_thread().enable_all().build().expect("it works on this stage");
            runtime.block_on(async {
                let folder = Folder::make(&data).expect("it works on this stage");
                let socket = Socket::bind(&folder).expect("it works on this stage");
                let (handle, queue, _) = Handle::new();
                ready.send(()).expect("it works on this stage");
                let serve = socket.serve(handle, stopped);
                tokio::select! {
                    served = serve => served.expect("it works on this stage"),
                    () = play_node(queue, answer) => (),
                }
            });
        });
        is_ready.recv().expect("it works on this stage");
        stage.node = Some((stop, thread));
        stage
    }

    /// Runs one command line on this folder.
    pub fn run(&self, lang: Lang, args: &[&str]) -> Told {
        let data = self.folder.path().to_str().expect("it works on this stage");
        let args: Vec<&str> = ["--data", data].into_iter().chain(args.iter().copied()).collect();
        let (code, out, err) = play(lang, &args);
        Told { code, out, err }
    }

    /// What both languages make of a command line, ready for a snapshot.
    pub fn told_in_both(&self, args: &[&str]) -> String {
        let names = args.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg));
        let mut report = format!("$ linli {}\n", names.collect::<Vec<_>>().join(" "));
        for lang in [Lang::En, Lang::ZhCn] {
            let Told { code, out, err } = self.run(lang, args);
            let marked = |text: &str| -> String {
                text.lines().map(|line| format!("  | {line}\n")).collect()
            };
            report += &format!("{}{}  exit {code}\n", marked(&out), marked(&err));
        }
        report + "\n"
    }

    /// Has nobody put anything into the folder?
    pub fn is_empty(&self) -> bool {
        fs::read_dir(self.folder.path()).expect("it works on this stage").next().is_none()
    }

    /// Puts a file beside the folder's own and returns its path.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("it works on this stage");
        path.to_str().expect("it works on this stage").to_owned()
    }

    /// `report` without the folder's accidental name.
    pub fn without_paths(&self, report: &str) -> String {
        report.replace(self.folder.path().to_str().expect("it works on this stage"), "DATA")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.node.take() {
            stop.cancel();
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the made-up node panicked");
        }
    }
}

async fn play_node(
    mut queue: tokio::sync::mpsc::Receiver<Asked>,
    mut answer: impl FnMut(Command) -> Result<Reply, ApiError>,
) {
    while let Some(Asked { command, answer: to }) = queue.recv().await {
        let _ = to.send(answer(command));
    }
}

/// Runs one command line: exit code, stdout, stderr.
pub fn play(lang: Lang, args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut ui = Ui::new(&mut out, &mut err, Speech::of(lang), false).in_zone(TimeZone::UTC);
    let args = ["linli"].iter().chain(args).map(Into::into);
    let code = cli::run(args, &mut ui);
    (
        code,
        String::from_utf8(out).expect("it works on this stage"),
        String::from_utf8(err).expect("it works on this stage"),
    )
}

/// What a made-up node has taken by import.
#[derive(Clone, Default)]
pub struct Taken {
    batches: Arc<Mutex<Vec<Vec<ImportLine>>>>,
    refused: Option<u64>,
}

impl Taken {
    /// Refuses every batch that holds this line.
    pub fn refusing_line(mut self, line: u64) -> Self {
        self.refused = Some(line);
        self
    }

    /// A node that takes each line once.
    pub fn node(self) -> impl FnMut(Command) -> Result<Reply, ApiError> + Send + 'static {
        let mut known = BTreeSet::new();
        move |command| {
            let Command::Import { lines, .. } = command else { panic!("only imports here") };
            if let Some(bad) = lines.iter().find(|line| Some(line.number) == self.refused) {
                let args = [("line", bad.number.to_string()), ("reason", "odd".to_owned())];
                return Err(ApiError::new(ErrorKind::BadLine, args));
            }
            let fresh: Vec<_> = lines.iter().map(|line| (line.number, line.hash.clone())).collect();
            let new = fresh.into_iter().filter(|line| known.insert(line.clone())).count() as u64;
            let known = lines.len() as u64 - new;
            self.batches.lock().expect("it works on this stage").push(lines);
            Ok(Reply::Imported { new, known })
        }
    }

    /// How many lines came in each batch.
    pub fn batches(&self) -> Vec<usize> {
        self.batches.lock().expect("it works on this stage").iter().map(Vec::len).collect()
    }

    /// All lines, in the order of arrival.
    pub fn lines(&self) -> Vec<ImportLine> {
        self.batches.lock().expect("it works on this stage").concat()
    }
}

/// A node that refuses everything.
pub fn refuse(kind: ErrorKind) -> impl FnMut(Command) -> Result<Reply, ApiError> + Send + 'static {
    move |_| Err(ApiError::new(kind, [("group", "nowhere".to_owned())]))
}

fn id(byte: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([byte; 32])
}

/// A node with a little of everything.
pub fn neighbourhood(command: Command) -> Result<Reply, ApiError> {
    Ok(match command {
        Command::Status => Reply::Status(Box::new(status())),
        Command::Groups => {
            Reply::Groups { groups: vec![group("all", 48), group("风尚水郡 5 栋", 1)] }
        }
        Command::Log { .. } => log_of("楼上漏水,\nplease knock at the door"),
        Command::Requests { .. } => Reply::Requests { requests: vec![request()] },
        Command::Request { .. } => Reply::Request(Box::new(request_page())),
        Command::Act { .. } => Reply::Acted(Acted {
            id: id(7),
            claim: id(8),
            provisional: true,
            rivals_known: 1,
            status: "assigned".into(),
            holder: Some("Zhang".into()),
        }),
        Command::Notices => Reply::Notices { notices: vec![notice()] },
        Command::People { .. } => Reply::People { people: vec![person()], count: 1 },
        Command::Roster(command) => Reply::Roster(people::told(command)),
        Command::News(command) => Reply::News(news::told(command)),
        Command::Team(command) => Reply::Team(team::told(command)),
        Command::Files(command) => Reply::Files(news::files(command)),
        Command::Mesh => Reply::Mesh(MeshPicture { peers: peers(), ..MeshPicture::default() }),
        Command::Board { .. } => Reply::Board(BoardPage {
            group: group("all", 48),
            description: "Everybody".into(),
            pins: vec![Pin { key: "p1".into(), text: "Water is off on Tuesday".into() }],
        }),
        Command::Ask { .. }
        | Command::Case(
            CaseCommand::Ask(_) | CaseCommand::Register { .. } | CaseCommand::Post { .. },
        ) => Reply::Asked { id: id(7), code: "123456".into() },
        Command::Post { .. } => Reply::Posted { id: id(9) },
        Command::GroupNew { name, .. } => Reply::Group(group(&name, 1)),
        Command::Doctor => doctor(true),
        Command::Wait { .. } => waited(true),
        _ => Reply::Done,
    })
}

fn status() -> Status {
    let group = GroupStatus {
        name: "all".into(),
        id: id(1),
        messages: 2,
        envelopes: 9,
        fingerprint: "ab".repeat(32),
        unread: 1,
        state: "cd".repeat(32),
        sealed: false,
    };
    Status {
        node: Some(KeyId::from_bytes([2; 32])),
        home: "5-2-301".into(),
        person: "王".into(),
        community: "ef".repeat(32),
        community_name: "Runyuan".into(),
        groups: vec![group],
        peers: peers(),
        unsent: 3,
        ..Status::default()
    }
}

fn peers() -> Vec<PeerRow> {
    let peer = PeerRow {
        id: KeyId::from_bytes([3; 32]),
        home: "office".into(),
        office: true,
        connected: true,
        transport: "quic".into(),
        equal: true,
        missing_here: 0,
        missing_there: 0,
        compared_ms_ago: Some(2_500),
        heard_ms_ago: Some(100),
        linked_ms: Some(90_000),
        bytes_in: 4_096,
        bytes_out: 2_048,
        frames_in: 12,
        frames_out: 9,
    };
    let behind = PeerRow {
        home: "Li".into(),
        connected: false,
        equal: false,
        missing_here: 4,
        missing_there: 5,
        linked_ms: None,
        bytes_in: 0,
        bytes_out: 0,
        frames_in: 0,
        frames_out: 0,
        ..peer.clone()
    };
    let unknown = PeerRow { home: String::new(), compared_ms_ago: None, ..behind.clone() };
    vec![peer, behind, unknown]
}

/// The answer to `join`.
pub fn joined() -> Reply {
    let words = (1..=24).map(|n| format!("word{n}")).collect();
    Reply::Joined { community: "Runyuan".into(), words }
}

/// The answer to `wait`.
pub fn waited(enough: bool) -> Reply {
    let mut missing = peers();
    let equal = vec![missing.remove(0)];
    Reply::Waited { equal, missing, enough }
}

/// The answer to `doctor`.
pub fn doctor(healthy: bool) -> Reply {
    let check =
        |name: &str, ok, found: &str| DoctorCheck { name: name.into(), ok, found: found.into() };
    let checks = vec![check("disk", true, "12 GiB free"), check("clock", healthy, "2026-11-23")];
    Reply::Doctor(Doctor { checks, healthy })
}

fn group(name: &str, members: u64) -> GroupRow {
    GroupRow {
        name: name.into(),
        id: id(1),
        kind: GroupKindWord::Open,
        members,
        messages: 2,
        unread: members / 48,
        joined: true,
    }
}

/// A log of one message, and of one that was taken back.
pub fn log_of(text: &str) -> Reply {
    let message = MessageRow {
        id: id(4),
        author: "王".into(),
        home: "office".into(),
        text: text.into(),
        claimed_ms: ClaimedTime(1_763_000_000_000),
        official: true,
        withdrawn: false,
        taken_down: false,
        flagged: false,
        edited: false,
        mine: false,
        sent: true,
        reply_to: None,
        request: None,
        imported: false,
        news: None,
        forwarded: false,
        shows: None,
        may: None,
    };
    let gone = MessageRow {
        text: String::new(),
        official: false,
        withdrawn: true,
        home: String::new(),
        claimed_ms: ClaimedTime(u64::MAX),
        ..message.clone()
    };
    Reply::Log { messages: vec![message, gone] }
}

fn request() -> RequestRow {
    RequestRow {
        id: id(7),
        code: "123456".into(),
        title: "Ride to dialysis".into(),
        status: "assigned".into(),
        urgency: 2,
        holder: Some("Zhang".into()),
        provisional: true,
        requester: "Wang".into(),
        conflicts: 1,
        group: id(1),
        group_name: "all".into(),
        mine: false,
        asked_by_me: false,
        claimed_ms: ClaimedTime(1_763_000_000_000),
        ride: None,
        kind: "help".into(),
        stale: false,
    }
}

fn request_page() -> RequestPage {
    let facts = BTreeMap::from([
        ("place".to_owned(), vec!["north gate".to_owned(), "south gate".to_owned()]),
        ("time".to_owned(), vec!["Tuesday 08:00".to_owned()]),
        ("needs".to_owned(), vec![String::new()]),
    ]);
    let item = |key: &str, done| ChecklistItem {
        key: key.into(),
        text: "wheelchair".into(),
        done,
        found: false,
    };
    let act = |verb: &str, counts| TimelineRow {
        id: id(8),
        verb: verb.into(),
        who: "Zhang".into(),
        claimed_ms: ClaimedTime(1_763_000_060_000),
        counts,
        part: "member".into(),
        about: None,
        note: String::new(),
    };
    RequestPage {
        row: request(),
        details: String::new(),
        facts,
        checklist: vec![item("c1", true), item("c2", false)],
        holders: vec!["Zhang".into()],
        waitlist: vec!["Li".into()],
        awaiting: vec!["Zhang".into()],
        timeline: vec![act("ask", true), act("claim", false)],
        may: vec![ActVerb::Depart],
        may_open: vec![],
        may_erase: vec![],
        remarks: vec!["two on the way".into()],
        my_standing: None,
        more: CaseMore::default(),
    }
}

fn notice() -> Notice {
    Notice {
        id: "n1".into(),
        request: id(7),
        code: "123456".into(),
        title: "Ride to dialysis".into(),
        reason: "lost".into(),
        holder: Some("Li".into()),
        next_open: Some(RequestRow {
            holder: None,
            conflicts: 0,
            status: "open".into(),
            ..request()
        }),
        credential: None,
    }
}

fn person() -> PersonRow {
    PersonRow {
        id: PersonId::from_bytes([5; 32]),
        name: "王".into(),
        home: "office".into(),
        role: RoleWord::Staff,
        me: true,
        roles: Vec::new(),
        devices: 1,
        met: 0,
        met_by_me: false,
    }
}
