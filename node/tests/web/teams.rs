//! What the made-up node says about groups and teams, and the pages that show it.

use axum::http::StatusCode;
use crdt::{id::PersonId, time::ClaimedTime};
use node::api::{
    AcrossCommand, AcrossReply, ApplicationRow, CriterionRow, DirectoryRow, GroupKindWord,
    MeetsRow, MeetsWord, NextDoor, Notice, RequestRow, SortWord, SuspendedRow, TeamCommand,
    TeamDesk, TeamExceptionRow, TeamMemberRow, TeamReply,
};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, NOW, id},
};

/// Somebody else was drawn for it.
pub fn lost(next_open: RequestRow) -> Notice {
    Notice {
        id: "n1".into(),
        request: id(42),
        code: "400042".into(),
        title: "明早送奶奶去中医院".into(),
        reason: "lost".into(),
        holder: Some("陈师傅".into()),
        next_open: Some(next_open),
        credential: None,
    }
}

/// As much as a large fleet has, or what a stranger to it may see.
pub fn answer(command: &TeamCommand) -> TeamReply {
    match command {
        TeamCommand::Directory => {
            let group = |n: u8| DirectoryRow {
                joined: n < 3,
                waiting: n == 5,
                muted: n == 1,
                kind: if n.is_multiple_of(2) { GroupKindWord::Open } else { GroupKindWord::Vetted },
                ..row(n)
            };
            TeamReply::Directory { groups: (1..=30).map(group).collect() }
        }
        TeamCommand::Desk { group } if *group == id(4).to_hex() => {
            let nobody = TeamDesk { owner: false, joined: false, ..desk() };
            TeamReply::Desk(Box::new(TeamDesk {
                applications: vec![],
                members: vec![],
                suspended: vec![],
                exceptions: vec![],
                ..nobody
            }))
        }
        _ => TeamReply::Desk(Box::new(desk())),
    }
}

/// A text to carry, and two homes next door.
pub fn across(command: &AcrossCommand) -> AcrossReply {
    let home =
        |name: &str| NextDoor { name: name.into(), address: "http://127.0.0.1:4182/".into() };
    match command {
        AcrossCommand::Carry { .. } | AcrossCommand::Outcome { .. } => {
            AcrossReply::Text { text: "linli-carry:AAAA".into(), request: id(41) }
        }
        _ => AcrossReply::Homes { homes: vec![home("爱心车队 <b>"), home("百合花园")] },
    }
}

fn row(n: u8) -> DirectoryRow {
    DirectoryRow {
        name: format!("爱心车队 {n} <b>"),
        id: id(n),
        kind: GroupKindWord::Invite,
        sort: SortWord::Team,
        place: "风尚水郡".into(),
        about: "接送就医".into(),
        criteria: vec![criterion()],
        members: 37,
        joined: false,
        waiting: false,
        muted: false,
        owner: false,
        listed: true,
    }
}

fn criterion() -> CriterionRow {
    CriterionRow { id: id(130), text: "五年驾龄".into(), required: true }
}

fn meets(state: MeetsWord) -> MeetsRow {
    let seen = state != MeetsWord::Unmet;
    MeetsRow {
        criterion: id(130),
        text: "五年驾龄".into(),
        required: true,
        said: true,
        state,
        attestation: seen.then(|| id(131)),
        by: if seen { "李队长".into() } else { String::new() },
        seen_ms: seen.then_some(NOW.0),
        until_ms: seen.then_some(ClaimedTime(NOW.0 + 86_400_000).0),
    }
}

fn desk() -> TeamDesk {
    let person = |n: u8| PersonId::from_bytes([n; 32]);
    let member = |n: u8| TeamMemberRow {
        person: person(n),
        name: format!("师傅 {n}"),
        owner: n == 1,
        meets: vec![meets(MeetsWord::Expired)],
        expired: true,
    };
    let applicant = |n: u8| ApplicationRow {
        person: person(n),
        name: format!("邻居 {n}"),
        home: "5-2-301".into(),
        vouched_by: vec!["王".into()],
        meets: vec![meets(MeetsWord::Unmet)],
        ready: false,
        declined_by: if n == 100 { "李队长".into() } else { String::new() },
        reason: String::new(),
        mine: false,
    };
    let (name, by) = ("顾师傅".to_owned(), "李队长".to_owned());
    let reason = "年检没过 <b>".to_owned();
    TeamDesk {
        group: "爱心车队".into(),
        id: id(1),
        kind: GroupKindWord::Vetted,
        about: "接送就医".into(),
        vouches: 2,
        criteria: vec![criterion(), CriterionRow { required: false, ..criterion() }],
        applications: (100..110).map(applicant).collect(),
        members: (1..=37).map(member).collect(),
        exceptions: vec![TeamExceptionRow {
            person: person(3),
            name: name.clone(),
            by: by.clone(),
            unmet: vec!["五年驾龄".into()],
            missing: 1,
            reason: reason.clone(),
        }],
        suspended: vec![SuspendedRow { person: person(50), name, by, reason, led: true }],
        owner: true,
        joined: true,
        listed: true,
    }
}

#[tokio::test]
async fn a_captain_sees_what_is_lacking_and_a_stranger_what_is_asked_for() {
    let pages = at_home(Fake::new());
    let words = [
        ("en", ["run out", "Something is missing", "Missing: 五年驾龄、1 vouch."]),
        ("zh-CN", ["过期了", "还缺", "缺：五年驾龄、担保差 1 位。"]),
    ];
    for (language, words) in words {
        let mut browser = Browser::new(&pages, language);
        let page = browser.get(&format!("/groups/{}/team", id(1).to_hex())).await;
        words.iter().for_each(|word| assert!(page.html.contains(word), "{word}"));
        page.says("年检没过 &#60;b&#62;").says("value=\"suspend\"").says("value=\"admit\"");
        let outside = browser.get(&format!("/groups/{}/team", id(4).to_hex())).await;
        outside.says("五年驾龄").says("value=\"apply\"").never_says("value=\"suspend\"");
        outside.never_says("value=\"admit\"").never_says("value=\"list\"");
        browser.get("/directory").await.says("五年驾龄").says("value=\"join\"");
    }
}

#[tokio::test]
async fn a_date_that_is_none_is_told_and_nothing_is_attested() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let team = format!("/groups/{}/team", id(1).to_hex());
    browser.get(&team).await;
    let (person, criterion) = ("07".repeat(32), id(130).to_hex());
    let form = |until| {
        [("does", "attest"), ("person", &person), ("criterion", &criterion), ("until", until)]
    };
    let told = browser.post(&team, &form("someday")).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser.post(&team, &form("2027-03-01")).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, team.as_str()));
    let odd = browser.post(&team, &[("does", "dance")]).await;
    assert!(odd.status.is_client_error());
}

#[tokio::test]
async fn a_need_is_carried_over_as_a_text_that_is_in_no_address() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/across").await.says("我的几个社区").says("&#60;b&#62;");
    let page = browser.post("/across", &[("does", "carry"), ("request", "400041")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, ""));
    page.says("linli-carry:AAAA");
    let odd = browser.post("/across", &[("does", "dance")]).await;
    assert!(odd.status.is_client_error());
}
