//! What the node on the stage says about announcements.

use crdt::{id::PersonId, time::ClaimedTime};
use node::api::{
    ComingRow, DutyRow, FetchWord, FileRow, FilesCommand, FilesPage, FilesPolicy, FilesReply,
    MissingHome, NewsCommand, NewsReply, NewsRow, NewsState, NewsWord, OriginalRow, OriginalState,
    PlaceCount, ReachedPage, UnansweredRow,
};

use super::id;

const AT: u64 = 1_795_420_800_000;
const DAY: u64 = 86_400_000;

pub fn told(command: NewsCommand) -> NewsReply {
    match command {
        NewsCommand::List { .. } => NewsReply::List { news: vec![alert(), answer()] },
        NewsCommand::Faq { words } if words == "nothing" => NewsReply::List { news: vec![] },
        NewsCommand::Faq { .. } => NewsReply::List { news: vec![answer()] },
        NewsCommand::Show { .. } => NewsReply::One(Box::new(alert())),
        NewsCommand::Reached { .. } => NewsReply::Reached(Box::new(reached())),
        NewsCommand::Duty { .. } => NewsReply::Duty { duty: vec![duty()] },
        _ => NewsReply::Told { id: id(9) },
    }
}

pub fn files(command: FilesCommand) -> FilesReply {
    let (bytes, here_bytes) = (900_000, 300_000);
    if let FilesCommand::Fetch { number, .. } = command {
        let state = if number == 0 { OriginalState::Coming } else { OriginalState::NoRoom };
        return FilesReply::Original(Box::new(OriginalRow {
            state,
            bytes,
            here_bytes,
            jpeg: None,
            name: String::new(),
            file: None,
        }));
    }
    let fetch = match command {
        FilesCommand::Policy { fetch, .. } => fetch.unwrap_or_default(),
        _ => FetchWord::Groups,
    };
    let row = |byte, no_room| {
        let blob = crdt::id::BlobId::from_bytes([byte; 32]);
        ComingRow { blob, bytes, here_bytes, no_room }
    };
    FilesReply::Page(Box::new(FilesPage {
        policy: FilesPolicy { fetch, alerts_mb: 4, news_mb: 1, neighbours_mb: 0, room_mb: 512 },
        held: 3,
        held_bytes: 2_000_000,
        room_bytes: 512 * 1024 * 1024,
        coming: vec![row(6, false), row(7, true)],
    }))
}

fn alert() -> NewsRow {
    NewsRow {
        id: id(5),
        class: NewsWord::Alert,
        text: "水管爆了\nstay away from the lift\u{1b}[2J".into(),
        author: "王".into(),
        home: "5-2-301".into(),
        official: false,
        claimed_ms: ClaimedTime(AT),
        group: "all".into(),
        also_in: vec![],
        area: "5 栋".into(),
        from_ms: None,
        until_ms: Some(AT + DAY),
        state: NewsState::Holds,
        corrected: true,
        reason: String::new(),
        withdrawn_by: None,
        settled_by: None,
        answers: None,
        question: None,
        forwardable: true,
        may_change: false,
        photos: 2,
        files: vec![FileRow { number: 1, name: "通知.pdf".into(), bytes: 90_000 }],
        originals: vec![OriginalState::Elsewhere],
        for_all: true,
    }
}

fn answer() -> NewsRow {
    NewsRow {
        id: id(6),
        class: NewsWord::Answer,
        text: String::new(),
        official: true,
        area: String::new(),
        until_ms: None,
        state: NewsState::Withdrawn,
        corrected: false,
        reason: "搬走了".into(),
        withdrawn_by: Some("Office".into()),
        question: Some("燃气卡怎么充值".into()),
        ..alert()
    }
}

fn duty() -> DutyRow {
    DutyRow {
        place: String::new(),
        person: PersonId::from_bytes([3; 32]),
        name: "Office".into(),
        phone: "8000 0001".into(),
        until_ms: Some(AT + DAY),
        me: false,
        next: Some("Zhao".into()),
        unanswered: vec![UnansweredRow {
            id: id(7),
            code: "123456".into(),
            title: "ride".into(),
            claimed_ms: ClaimedTime(AT),
            with: "Zhao".into(),
            said_in: None,
        }],
    }
}

fn reached() -> ReachedPage {
    let count = |place: &str, households, reached, seen| PlaceCount {
        place: place.into(),
        households,
        reached,
        seen,
    };
    let missing = |home: &str, reached| MissingHome {
        home: home.into(),
        name: "李".into(),
        place: "5 栋".into(),
        reached,
    };
    ReachedPage {
        id: id(5),
        places: vec![count("", 3_134, 3_000, 2_500), count("5 栋", 48, 40, 32)],
        missing: vec![missing("5-2-301", false), missing("5-2-302", true)],
        news: alert(),
    }
}
