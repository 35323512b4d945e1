//! What the made-up node tells about people: a little of everything.

use crdt::{
    id::{EnvelopeId, KeyId, PersonId, WriterId},
    time::ClaimedTime,
};
use node::api::*;

use super::{id, person};

const AT: ClaimedTime = ClaimedTime(1_763_000_000_000);

fn role(role: RoleWord, over: &str) -> RoleRow {
    RoleRow { role, over: over.into() }
}

/// The answer to anything about people.
pub fn told(command: RosterCommand) -> RosterReply {
    use RosterCommand as Ask;
    match command {
        Ask::Why { .. } => RosterReply::Why(Box::new(why())),
        Ask::Grant { again, .. } => {
            RosterReply::Granted { grant: id(9), link: again.then(|| "linli:back".into()) }
        }
        Ask::Remove { .. } => RosterReply::Removed { removals: vec![id(11)], kept: 40, cut: 2 },
        Ask::Rebind { .. } => RosterReply::Rebound {
            person: PersonId::from_bytes([7; 32]),
            given: vec![role(RoleWord::Staff, ""), role(RoleWord::Steward, "Building 5")],
            left: vec![role(RoleWord::Member, "fleet")],
            removals: vec![id(11)],
            kept: 40,
            cut: 2,
        },
        Ask::Late { removal: None } => {
            RosterReply::Late { removals: vec![late(true, 3), late(false, 1), late(false, 0)] }
        }
        Ask::Late { .. } => RosterReply::LateItems { removal: late(true, 1), items: vec![item()] },
        Ask::Admit { .. } => RosterReply::Admitted { admit: id(12), items: 3 },
        Ask::Devices { .. } | Ask::CertifyKey { .. } => RosterReply::Devices { devices: devices() },
        Ask::RevokeKey { .. } => RosterReply::Revoked { revoke: id(13), kept: 40, cut: 0 },
        Ask::Forks | Ask::Heal { .. } => RosterReply::Forks { forks: vec![fork()] },
        Ask::Invite { whole, .. } => RosterReply::Invited {
            link: "linli:abc".into(),
            file: whole.then(|| "linli-invitation 1\nlinli:abc\n".into()),
        },
        Ask::Places | Ask::PlaceNew { .. } => RosterReply::Places { places: places() },
        Ask::Reports { .. } => RosterReply::Reports { reports: vec![report()] },
        Ask::Trouble { .. } => {
            RosterReply::Trouble { rows: trouble(), pending: 1, quarantined: 1, poison: 0 }
        }
        Ask::Root { .. } => RosterReply::Granted { grant: id(9), link: None },
        _ => RosterReply::Members(Box::new(members())),
    }
}

fn why() -> WhyPage {
    let step = |how: &str, by: &[&str], as_role| WhyStep {
        how: how.into(),
        by: by.iter().map(|name| (*name).into()).collect(),
        as_role,
        id: id(4),
        claimed_ms: AT,
    };
    let staff = WhyRole {
        role: role(RoleWord::Staff, ""),
        live: true,
        reason: String::new(),
        removed_by: Vec::new(),
        steps: vec![
            step("given", &["Li"], Some(role(RoleWord::Admin, ""))),
            step("root", &[], None),
        ],
    };
    let member = WhyRole {
        role: role(RoleWord::Member, "fleet"),
        live: false,
        reason: "removed".into(),
        removed_by: vec!["He".into()],
        steps: vec![step("vouched", &["Qian", "Sun"], None)],
    };
    let void = WhyRole {
        role: role(RoleWord::Steward, "5 栋"),
        reason: "not_entitled".into(),
        removed_by: Vec::new(),
        steps: vec![
            step("invited", &["Wang"], Some(role(RoleWord::Steward, ""))),
            step("open", &["Li"], Some(role(RoleWord::Admin, ""))),
        ],
        ..member
    };
    WhyPage { person: person(), roles: vec![staff, member, void], devices: devices(), number: None }
}

fn late(may_admit: bool, items: u64) -> LateRow {
    LateRow {
        removal: id(11),
        person: "Zhao".into(),
        role: may_admit.then(|| role(RoleWord::Member, "fleet")),
        by: "Li".into(),
        items,
        writers: vec![WriterId::from_bytes([6; 32])],
        may_admit,
    }
}

fn item() -> LateItem {
    LateItem {
        id: id(14),
        writer: WriterId::from_bytes([6; 32]),
        seq: 41,
        kind: "message".into(),
        group: "fleet".into(),
        text: "I drove her home\nat noon".into(),
        claimed_ms: AT,
    }
}

fn devices() -> Vec<DeviceRow> {
    let row = |byte, key_use, live, here, revoked_by: Option<&str>| DeviceRow {
        key: KeyId::from_bytes([byte; 32]),
        key_use,
        person: "王".into(),
        live,
        here,
        revoked_by: revoked_by.map(Into::into),
        since_ms: AT,
    };
    vec![
        row(1, KeyUseWord::Writer, true, true, None),
        row(2, KeyUseWord::Box, true, false, None),
        row(3, KeyUseWord::Sealed, false, false, Some("Li")),
        row(4, KeyUseWord::Writer, false, false, None),
    ]
}

fn fork() -> ForkRow {
    let branch = |byte, text: &str, chosen| Branch {
        id: id(byte),
        kind: "message".into(),
        text: text.into(),
        claimed_ms: AT,
        chosen,
    };
    ForkRow {
        person: "王".into(),
        mine: true,
        writer: WriterId::from_bytes([6; 32]),
        group: "all".into(),
        seq: 7,
        branches: vec![branch(20, "after the backup", true), branch(21, "restored", false)],
    }
}

fn members() -> MembersPage {
    let member = |name: &str, owner, leaving| MemberRow {
        id: PersonId::from_bytes([5; 32]),
        name: name.into(),
        home: "5-2-301".into(),
        owner,
        leaving,
    };
    let waiting = |reason: &str, by: &[&str]| WaitingRow {
        id: PersonId::from_bytes([8; 32]),
        name: "Zhou".into(),
        home: "6-1-102".into(),
        reason: reason.into(),
        vouched_by: by.iter().map(|name| (*name).into()).collect(),
    };
    MembersPage {
        group: "fleet".into(),
        id: id(1),
        kind: GroupKindWord::Vetted,
        need: 2,
        members: vec![member("Li", true, false), member("Zhao", false, true)],
        waiting: vec![waiting("too_few_vouches", &["Qian"]), waiting("not_invited", &[])],
        owner: true,
        exceptions: vec![ExceptionRow {
            person: "Gu".into(),
            by: "Li".into(),
            reason: "drives an ambulance".into(),
        }],
    }
}

fn places() -> Vec<PlaceRow> {
    let row = |path: &[&str], kind: &str, staff: &[&str]| PlaceRow {
        id: EnvelopeId::from_bytes([1; 32]),
        name: path.last().copied().unwrap_or_default().into(),
        path: path.iter().map(|name| (*name).into()).collect(),
        kind: kind.into(),
        staff: staff.iter().map(|name| (*name).into()).collect(),
    };
    vec![
        row(&["all"], "group", &[]),
        row(&["风尚水郡"], "area", &["He"]),
        row(&["风尚水郡", "5 栋"], "area", &["Wang", "Sun"]),
    ]
}

fn report() -> ReportRow {
    ReportRow {
        of: id(4),
        author: "Zhao".into(),
        text: "cheap eggs!!!".into(),
        by: "Qian".into(),
        reason: "advertising".into(),
        taken_down: false,
    }
}

fn trouble() -> Vec<TroubleRow> {
    let row = |fate: &str, reason: &str, waits_for| TroubleRow {
        id: id(15),
        fate: fate.into(),
        reason: reason.into(),
        kind: "act".into(),
        author: "Zhao".into(),
        group: "all".into(),
        waits_for,
        claimed_ms: AT,
    };
    vec![row("pending", "waits", vec![id(16)]), row("quarantined", "cut", Vec::new())]
}
