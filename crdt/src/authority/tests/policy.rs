//! The whole table of who may say what, written out: a change of it is seen where it is reviewed.
//!
//! Each statement is about a building in a compound. Asked is what somebody with each role may say whose place is
//! the community around it, the compound, that very building, a staircase within, or the building next door.

use std::fmt::Write as _;

use crate::{
    authority::{
        index::Power,
        policy::{self, Removed},
    },
    body::{GroupKind, KeyUse, Oversight, Place, Role, Statement},
    id::{EnvelopeId, GroupId, KeyId, PersonId, ScopeId, WriterId},
};

const ROLES: [Role; 5] = [Role::Member, Role::Steward, Role::Staff, Role::Admin, Role::Root];

fn place(path: &[u8]) -> Place {
    Place(path.iter().map(|part| GroupId::from_bytes([*part; 32])).collect())
}

/// Every kind of statement, named so that a new one does not compile without a name here.
fn name(statement: &Statement) -> String {
    let name = match statement {
        Statement::Genesis { everyone: true, parent, .. } if parent.0.is_empty() => {
            "found the group of everybody"
        }
        Statement::Genesis { everyone: true, .. } => "found one of everybody elsewhere",
        Statement::Genesis { .. } => "found a group",
        Statement::Grant { role, .. } => return format!("grant {role:?}").to_lowercase(),
        Statement::Remove { role, .. } => return format!("remove {role:?}").to_lowercase(),
        Statement::Admit { .. } => "admit what came late",
        Statement::Certify { .. } => "certify a key",
        Statement::Revoke { .. } => "revoke another's key",
        Statement::Heal { .. } => "heal a fork",
        Statement::Rules { .. } => "change a group's rules",
        Statement::Invite { .. } => "invite into a group",
        Statement::Vouch { .. } => "vouch",
        Statement::Join { .. } => "join",
    };
    name.to_owned()
}

fn everything() -> Vec<Statement> {
    let building = place(&[1, 2]);
    let (person, key) = (PersonId::from_bytes([3; 32]), KeyId::from_bytes([4; 32]));
    let genesis = |parent: &Place, everyone| Statement::Genesis {
        parent: parent.clone(),
        kind: GroupKind::Open,
        need: 0,
        oversight: Oversight::None,
        everyone,
        history: None,
    };
    let mut all = Vec::new();
    for role in ROLES.into_iter().filter(|role| *role != Role::Root) {
        let (undo, confirms) = (Vec::new(), Vec::new());
        all.push(Statement::Grant { person, role, over: building.clone(), undo, confirms });
    }
    for role in ROLES.into_iter().filter(|role| *role != Role::Root) {
        all.push(Statement::Remove { person, role, over: building.clone(), cuts: Vec::new() });
    }
    let removal = EnvelopeId::from_bytes([5; 32]);
    all.extend([
        Statement::Admit { removal, cuts: Vec::new() },
        genesis(&building, false),
        genesis(&Place::community(), true),
        genesis(&building, true),
        Statement::Rules {
            group: building.clone(),
            kind: GroupKind::Open,
            need: 0,
            replaces: Vec::new(),
            confirms: Vec::new(),
        },
        Statement::Invite { group: building.clone(), key, once: false },
        Statement::Vouch { person, group: building.clone() },
        Statement::Revoke { target: key, person, cuts: Vec::new(), key_use: KeyUse::Writer },
        Statement::Certify { subject: key, person, key_use: KeyUse::Writer },
        Statement::Heal {
            writer: WriterId::from_bytes([6; 32]),
            chain: ScopeId::from_bytes([7; 16]),
            seq: 1,
            keep: removal,
        },
        Statement::Join { person, group: building, invite: None, proof: None, vouches: Vec::new() },
    ]);
    all
}

/// The lowest role that may, with a place like this.
fn least(statement: &Statement, speaker: &Place, by: u8) -> String {
    // Late items of a steward who was removed from the building by somebody of rank `by`.
    let building = place(&[1, 2]);
    let removed = || Removed { by, role: Role::Steward.rank(), over: &building };
    let person = PersonId::from_bytes([9; 32]);
    let may = |role: &Role| {
        let removed = matches!(statement, Statement::Admit { .. }).then(removed);
        let power = Power { person, rank: role.rank(), over: speaker };
        policy::demand(statement, removed, speaker).is_some_and(|demand| demand.is_met_by(&power))
    };
    let first = ROLES.iter().position(may);
    // Whatever somebody may, everybody above him may as well.
    assert!(ROLES.iter().skip(first.unwrap_or(ROLES.len())).all(may), "{statement:?}");
    first.map_or("-".to_owned(), |at| format!("{:?}", ROLES[at]).to_lowercase())
}

#[test]
fn who_may_say_what_is_this_table() {
    let places: [(&str, &[u8]); 5] = [
        ("community", &[]),
        ("compound", &[1]),
        ("building", &[1, 2]),
        ("staircase", &[1, 2, 3]),
        ("next door", &[1, 8]),
    ];
    let mut table = format!("{:<34}", "least role, whose place is the");
    places.iter().for_each(|(name, _)| write!(table, " {name:<9}").expect("a string grows"));
    for statement in everything() {
        let is_late = matches!(statement, Statement::Admit { .. });
        let removers: &[Role] = if is_late { &ROLES[2..4] } else { &ROLES[..1] };
        for by in removers {
            let mut said = name(&statement);
            if is_late {
                write!(said, " (cut by {by:?})").expect("a string grows");
            }
            write!(table, "\n{:<34}", said.to_lowercase()).expect("a string grows");
            for (_, path) in places {
                let least = least(&statement, &place(path), by.rank());
                write!(table, " {least:<9}").expect("a string grows");
            }
        }
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    assert_eq!(table.join("\n") + "\n", include_str!("policy.txt"));
}
