//! Everything of one's own, to take along: gathered by the same questions that pages and command line
//! ask, so that it is what a person sees, and nothing of anybody else.
//!
//! Left out: photos and files as they are, which are saved from their own pages; and what others
//! wrote to him.

use serde::Serialize;
use serde_json::Value;

use crate::api::{
    ApiError, Command, ErrorKind, GroupKindWord, GroupRow, HoursCommand, HoursReply, MessageRow,
    NameCommand, Reply, RequestPage, RequestRow, SkillCommand, SkillReply, TeamCommand, TeamReply,
    ThanksCommand, ThanksReply, VoteCommand, VoteReply,
};

/// Messages that are asked for at once.
const PAGE: u32 = 1_000;

/// Whoever can ask a node.
pub trait Asks {
    /// How asking fails.
    type Error: From<ApiError>;

    /// Has the node carry out a command.
    fn ask(&mut self, command: Command) -> impl Future<Output = Result<Reply, Self::Error>> + Send;
}

/// What is of one kind: the objects that `--json` prints.
pub struct Part {
    /// "messages": what a file of them is called.
    pub kind: &'static str,
    /// One by one.
    pub rows: Vec<Value>,
}

impl Part {
    fn of(kind: &'static str, rows: &[impl Serialize]) -> Self {
        let value = |row| serde_json::to_value(row).expect("plain values");
        Self { kind, rows: rows.iter().map(value).collect() }
    }
}

fn odd<T, E: From<ApiError>>() -> Result<T, E> {
    Err(ApiError::new(ErrorKind::Internal, [("reason", "odd reply".into())]).into())
}

/// All that whoever asks wrote, asked for, held and earned, and what is said of him.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn own<A: Asks + Send>(node: &mut A) -> Result<Vec<Part>, A::Error> {
    let Reply::Groups { groups } = node.ask(Command::Groups).await? else { return odd() };
    let joined: Vec<GroupRow> = groups.into_iter().filter(|group| group.joined).collect();
    let Reply::People { people, .. } = node.ask(Command::everybody()).await? else { return odd() };
    let me: Vec<_> = people.into_iter().filter(|person| person.me).collect();
    let Reply::Name(names) = node.ask(Command::Name(NameCommand::Mine)).await? else {
        return odd();
    };
    let mut said = Vec::new();
    for group in &joined {
        said.extend(messages(node, &group.id.to_hex(), true).await?);
    }
    let requests = requests(node, |row| row.asked_by_me || row.mine).await?;
    let mut all = vec![
        Part::of("person", &me),
        Part::of("names", &[names]),
        Part::of("groups", &joined),
        Part::of("messages", &said),
        Part::of("requests", &requests),
    ];
    all.push(private(node, &requests).await?);
    all.extend(hours(node).await?);
    all.push(credentials(node, &joined, &me.iter().map(|it| it.id).collect::<Vec<_>>()).await?);
    all.push(votes(node).await?);
    all.extend(skills(node).await?);
    Ok(all)
}

/// A group's messages, oldest first: one's own, or all.
///
/// # Errors
///
/// Where there is no such group.
pub async fn messages<A: Asks + Send>(
    node: &mut A,
    group: &str,
    mine: bool,
) -> Result<Vec<MessageRow>, A::Error> {
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let log = Command::Log { group: group.to_owned(), last: PAGE, before };
        let Reply::Log { messages } = node.ask(log).await? else { return odd() };
        let Some(first) = messages.first() else { break };
        before = Some(first.id);
        pages.push(messages.into_iter().filter(|row| row.mine || !mine).collect::<Vec<_>>());
    }
    Ok(pages.into_iter().rev().flatten().collect())
}

/// Those of the requests that are wanted, whole.
///
/// # Errors
///
/// Where the node does not answer.
pub async fn requests<A: Asks + Send>(
    node: &mut A,
    wanted: impl Fn(&RequestRow) -> bool + Send,
) -> Result<Vec<RequestPage>, A::Error> {
    let all = Command::Requests { all: true };
    let Reply::Requests { requests } = node.ask(all).await? else { return odd() };
    let mut pages = Vec::new();
    for row in requests.into_iter().filter(|row| wanted(row)) {
        let one = Command::Request { id: row.id.to_hex() };
        let Reply::Request(page) = node.ask(one).await? else { return odd() };
        pages.push(*page);
    }
    Ok(pages)
}

/// The private details of one's own requests that are still there; the opening is noted there like
/// every other.
async fn private<A: Asks + Send>(node: &mut A, requests: &[RequestPage]) -> Result<Part, A::Error> {
    let mut rows = Vec::new();
    for page in requests.iter().filter(|page| page.row.asked_by_me) {
        let open = Command::OpenVault { id: page.row.id.to_hex(), reason: String::new() };
        // Most requests have none.
        if let Ok(Reply::Vaults(page)) = node.ask(open).await {
            rows.push(page);
        }
    }
    Ok(Part::of("private", &rows))
}

/// Hours, and the certificates of them.
async fn hours<A: Asks + Send>(node: &mut A) -> Result<[Part; 2], A::Error> {
    let of_mine = Command::Hours(HoursCommand::Of { person: None });
    let Reply::Hours(HoursReply::Person(page)) = node.ask(of_mine).await? else { return odd() };
    let mut certificates = Vec::new();
    for number in &page.certificates {
        let certificate = HoursCommand::Certificate { number: number.clone() };
        if let Reply::Hours(HoursReply::Certificate(it)) =
            node.ask(Command::Hours(certificate)).await?
        {
            certificates.push(it);
        }
    }
    Ok([Part::of("hours", &[page]), Part::of("certificates", &certificates)])
}

/// What one's own line says in every vetted team: what was attested, until when.
async fn credentials<A: Asks + Send>(
    node: &mut A,
    joined: &[GroupRow],
    me: &[crdt::id::PersonId],
) -> Result<Part, A::Error> {
    let mut rows = Vec::new();
    for group in joined.iter().filter(|group| group.kind == GroupKindWord::Vetted) {
        let desk = TeamCommand::Desk { group: group.id.to_hex() };
        let Reply::Team(TeamReply::Desk(desk)) = node.ask(Command::Team(desk)).await? else {
            return odd();
        };
        rows.extend(desk.members.into_iter().filter(|row| me.contains(&row.person)));
    }
    Ok(Part::of("credentials", &rows))
}

/// Every vote that one took part in; never for whom where it is secret, which nobody can tell.
async fn votes<A: Asks + Send>(node: &mut A) -> Result<Part, A::Error> {
    let list = Command::Vote(VoteCommand::List { all: true });
    let Reply::Vote(VoteReply::List { votes }) = node.ask(list).await? else { return odd() };
    let mut rows = Vec::new();
    for row in votes {
        let show = Command::Vote(VoteCommand::Show { id: row.id.to_hex() });
        let Reply::Vote(VoteReply::One(page)) = node.ask(show).await? else { return odd() };
        if page.i_voted {
            rows.push(page);
        }
    }
    Ok(Part::of("votes", &rows))
}

/// Skills, and thanks that one gave or was given.
async fn skills<A: Asks + Send>(node: &mut A) -> Result<[Part; 2], A::Error> {
    let find = SkillCommand::Find { kind: None, words: None, place: None };
    let Reply::Skill(SkillReply::List { mut skills }) = node.ask(Command::Skill(find)).await?
    else {
        return odd();
    };
    skills.retain(|row| row.mine);
    let list = Command::Thanks(ThanksCommand::List);
    let Reply::Thanks(ThanksReply::List { mut thanks }) = node.ask(list).await? else {
        return odd();
    };
    // The request is named to the two of them alone; both may take it back.
    thanks.retain(|row| row.may_withdraw);
    Ok([Part::of("skills", &skills), Part::of("thanks", &thanks)])
}
