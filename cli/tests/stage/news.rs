//! What the node on the stage says about announcements.

use crdt::{id::PersonId, time::ClaimedTime};
use node::api::{
    DutyRow, MissingHome, NewsCommand, NewsReply, NewsRow, NewsState, NewsWord, PlaceCount,
    ReachedPage, UnansweredRow,
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
        photos: 1,
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
    }
}
