//! Rows as a node would answer them, one maker each.

use std::collections::BTreeMap;

use crdt::{
    id::{EnvelopeId, KeyId},
    time::ClaimedTime,
};
use node::api::{
    ActVerb, CaseMore, NewsRow, NewsState, NewsWord, PeerRow, RequestPage, RequestRow, TimelineRow,
};

use crate::fake::{NOW, id};

pub fn peer(number: u8, home: &str, connected: bool) -> PeerRow {
    PeerRow {
        id: KeyId::from_bytes([number; 32]),
        home: home.into(),
        office: home.contains("居委会"),
        connected,
        transport: if connected { "quic".into() } else { String::new() },
        equal: number == 1,
        missing_here: u64::from(number) * 2,
        missing_there: u64::from(number),
        compared_ms_ago: (number < 4).then_some(u64::from(number) * 50_000),
        heard_ms_ago: (number < 4).then_some(u64::from(number) * 400_000),
        linked_ms: connected.then_some(90_000),
        bytes_in: 0,
        bytes_out: 0,
        frames_in: 0,
        frames_out: 0,
    }
}

pub fn did(
    (id, counts): (EnvelopeId, bool),
    verb: String,
    who: String,
    claimed_ms: ClaimedTime,
) -> TimelineRow {
    let (part, note) = (String::new(), String::new());
    TimelineRow { id, verb, who, claimed_ms, counts, part, about: None, note }
}

pub fn request(number: u8, title: &str, status: &str) -> RequestPage {
    RequestPage {
        row: RequestRow {
            id: id(number),
            code: format!("40{number:04}"),
            title: title.into(),
            status: status.into(),
            urgency: 2,
            holder: None,
            provisional: false,
            requester: "王桂兰".into(),
            conflicts: 0,
            group: id(1),
            group_name: "all".into(),
            mine: false,
            asked_by_me: false,
            claimed_ms: ClaimedTime(NOW.0 - 5_400_000),
            kind: "help".into(),
            stale: false,
            ride: None,
        },
        details: String::new(),
        facts: BTreeMap::from([("title".into(), vec![title.into()])]),
        checklist: vec![],
        holders: vec![],
        waitlist: vec![],
        awaiting: vec![],
        timeline: vec![],
        may: vec![ActVerb::Claim],
        may_open: vec![],
        may_erase: vec![],
        remarks: vec![],
        my_standing: None,
        more: CaseMore::default(),
    }
}

/// The one thing that the office has answered before.
pub fn answered_before(question: &str) -> Vec<NewsRow> {
    if !question.contains("燃气") {
        return Vec::new();
    }
    vec![NewsRow {
        question: Some("怎么充燃气卡".into()),
        ..announced(61, NewsWord::Answer, "燃气卡在东门充值")
    }]
}

/// Something that the office has said to everybody, and that holds.
pub fn announced(number: u8, class: NewsWord, text: &str) -> NewsRow {
    NewsRow {
        id: id(number),
        class,
        text: text.into(),
        author: "李红".into(),
        home: "居委会".into(),
        official: true,
        claimed_ms: NOW,
        group: "all".into(),
        also_in: vec![],
        area: String::new(),
        from_ms: None,
        until_ms: None,
        state: NewsState::Holds,
        corrected: false,
        reason: String::new(),
        withdrawn_by: None,
        settled_by: None,
        answers: None,
        question: None,
        forwardable: true,
        may_change: false,
        photos: 0,
        files: vec![],
        originals: vec![],
        for_all: true,
    }
}
