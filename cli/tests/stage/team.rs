//! What the made-up node tells about groups and teams.

use crdt::id::{EnvelopeId, PersonId};
use node::api::*;

use super::{id, person};

/// The answer to anything about teams.
pub fn told(command: TeamCommand) -> TeamReply {
    match command {
        TeamCommand::Directory => TeamReply::Directory { groups: vec![fleet(), building()] },
        _ => TeamReply::Desk(Box::new(desk())),
    }
}

fn criterion(n: u8, text: &str, required: bool) -> CriterionRow {
    CriterionRow { id: id(n), text: text.into(), required }
}

fn fleet() -> DirectoryRow {
    DirectoryRow {
        name: "爱心车队".into(),
        id: id(1),
        kind: GroupKindWord::Vetted,
        sort: SortWord::Team,
        place: String::new(),
        about: "接送就医".into(),
        criteria: vec![criterion(2, "五年驾龄", true), criterion(3, "会手语", false)],
        members: 37,
        joined: false,
        waiting: true,
        muted: false,
        owner: false,
        listed: true,
    }
}

fn building() -> DirectoryRow {
    DirectoryRow {
        name: "5 栋".into(),
        id: id(4),
        kind: GroupKindWord::Open,
        sort: SortWord::Building,
        place: "风尚水郡".into(),
        about: String::new(),
        criteria: Vec::new(),
        members: 48,
        joined: true,
        waiting: false,
        muted: true,
        owner: false,
        listed: true,
    }
}

fn meets(state: MeetsWord, until_ms: Option<u64>) -> MeetsRow {
    let seen = state != MeetsWord::Unmet;
    MeetsRow {
        criterion: id(2),
        text: "五年驾龄".into(),
        required: true,
        said: true,
        state,
        attestation: seen.then(|| id(5)),
        by: if seen { "李队长".into() } else { String::new() },
        seen_ms: seen.then_some(1_763_000_000_000),
        until_ms,
    }
}

fn someone(id: EnvelopeId) -> PersonId {
    PersonId::from_bytes(*id.as_bytes())
}

fn applicant(name: &str, vouched: &[&str], state: MeetsWord, declined_by: &str) -> ApplicationRow {
    ApplicationRow {
        person: someone(id(6)),
        name: name.into(),
        home: "5-2-301".into(),
        vouched_by: vouched.iter().map(|name| (*name).into()).collect(),
        meets: vec![meets(state, None)],
        ready: vouched.len() == 2 && state == MeetsWord::Met,
        declined_by: declined_by.into(),
        reason: if declined_by.is_empty() { String::new() } else { "人满了".into() },
        mine: false,
    }
}

fn desk() -> TeamDesk {
    let fleet = fleet();
    let member = |name: &str, owner, state| TeamMemberRow {
        person: person().id,
        name: name.into(),
        owner,
        meets: vec![meets(state, Some(1_763_000_000_000))],
        expired: state == MeetsWord::Expired,
    };
    TeamDesk {
        group: fleet.name,
        id: fleet.id,
        kind: fleet.kind,
        about: fleet.about,
        vouches: 2,
        criteria: fleet.criteria,
        applications: vec![
            applicant("张师傅", &["王", "Qian"], MeetsWord::Met, ""),
            applicant("Zhao", &[], MeetsWord::Unmet, ""),
            applicant("Sun", &["王"], MeetsWord::Unmet, "李队长"),
        ],
        members: vec![
            member("李队长", true, MeetsWord::Met),
            member("Qian", false, MeetsWord::Expired),
        ],
        suspended: vec![SuspendedRow {
            person: person().id,
            name: "Gu".into(),
            by: "李队长".into(),
            reason: "年检没过".into(),
            led: false,
        }],
        exceptions: vec![TeamExceptionRow {
            person: person().id,
            name: "Qian".into(),
            by: "李队长".into(),
            unmet: vec!["五年驾龄".into()],
            missing: 1,
            reason: "开了二十年公交".into(),
        }],
        owner: true,
        joined: true,
        listed: true,
    }
}
