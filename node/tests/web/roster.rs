//! What the made-up node says about people: one steward with a chain, a stolen phone, late items.

use crdt::{
    id::{KeyId, PersonId, WriterId},
    time::ClaimedTime,
};
use node::api::{
    ApiError, Branch, DeviceRow, ErrorKind, ForkRow, Keep, KeyUseWord, LateItem, LateRow, PlaceRow,
    Reply, RoleRow, RoleWord, RosterCommand, RosterReply, TroubleRow, WhyPage, WhyRole, WhyStep,
};

use crate::fake::{Fake, NOW, id};

/// What can be changed about people.
pub struct Roster {
    pub roles: Vec<WhyRole>,
    pub devices: Vec<DeviceRow>,
    pub late: Vec<LateItem>,
    pub trouble: Vec<TroubleRow>,
    pub forks: Vec<ForkRow>,
    pub may_admit: bool,
}

fn at(role: RoleWord, over: &str) -> RoleRow {
    RoleRow { role, over: over.into() }
}

fn step(how: &str, by: &str, as_role: Option<RoleRow>) -> WhyStep {
    let by = if by.is_empty() { vec![] } else { vec![by.into()] };
    let claimed_ms = ClaimedTime(NOW.0 - 86_400_000 * 3);
    WhyStep { how: how.into(), by, as_role, id: id(70), claimed_ms }
}

fn device(number: u8, key_use: KeyUseWord, here: bool) -> DeviceRow {
    DeviceRow {
        key: KeyId::from_bytes([number; 32]),
        key_use,
        person: "张阿姨".into(),
        live: true,
        here,
        revoked_by: None,
        since_ms: ClaimedTime(NOW.0 - 86_400_000),
    }
}

/// A place where one device wrote two things.
fn fork(person: &str, mine: bool, number: u8) -> ForkRow {
    let branch = |number, text: &str| Branch {
        id: id(number),
        kind: "act".into(),
        text: text.into(),
        claimed_ms: ClaimedTime(NOW.0 - 3_600_000),
        chosen: false,
    };
    ForkRow {
        person: person.into(),
        mine,
        writer: WriterId::from_bytes([number; 32]),
        group: "3号楼".into(),
        seq: 7,
        branches: vec![branch(number, "我来送饭"), branch(number + 1, "I take the ride")],
    }
}

impl Roster {
    pub fn new() -> Self {
        let root = step("root", "", None);
        let given = step("given", "赵主任", Some(at(RoleWord::Admin, "")));
        let late = [(1, "我昨天就到了"), (1, "钥匙在门卫"), (2, "Not me, the thief")];
        let fates = [
            ("pending", "waits", "message"),
            ("quarantined", "cut", "message"),
            ("poison", "gate", "change"),
        ];
        Self {
            forks: vec![fork("张阿姨", false, 150), fork("李梅", true, 160)],
            roles: vec![
                WhyRole {
                    role: at(RoleWord::Steward, "3号楼"),
                    live: true,
                    reason: String::new(),
                    removed_by: vec![],
                    steps: vec![given, root],
                },
                WhyRole {
                    role: at(RoleWord::Staff, ""),
                    live: false,
                    reason: "removed".into(),
                    removed_by: vec!["赵主任".into()],
                    steps: vec![],
                },
            ],
            devices: vec![
                device(1, KeyUseWord::Writer, true),
                device(2, KeyUseWord::Writer, false),
                device(3, KeyUseWord::Sealed, false),
            ],
            late: late
                .map(|(writer, text)| LateItem {
                    id: id(80),
                    writer: WriterId::from_bytes([writer; 32]),
                    seq: 4,
                    kind: "message".into(),
                    group: "all".into(),
                    text: text.into(),
                    claimed_ms: NOW,
                })
                .into(),
            trouble: fates
                .map(|(fate, reason, kind)| TroubleRow {
                    id: id(90),
                    fate: fate.into(),
                    reason: reason.into(),
                    kind: kind.into(),
                    author: "陈师傅".into(),
                    group: if fate == "poison" { "roster".into() } else { "all".into() },
                    waits_for: if fate == "pending" { vec![id(91)] } else { vec![] },
                    claimed_ms: NOW,
                })
                .into(),
            may_admit: true,
        }
    }

    fn late_row(&self) -> LateRow {
        let mut writers: Vec<WriterId> = self.late.iter().map(|item| item.writer).collect();
        writers.dedup();
        LateRow {
            removal: id(81),
            person: "陈师傅".into(),
            role: Some(at(RoleWord::Member, "all")),
            by: "赵主任".into(),
            items: self.late.len() as u64,
            writers,
            may_admit: self.may_admit,
        }
    }
}

impl Fake {
    fn meet(&mut self, person: String, number: &str) -> Result<Reply, ApiError> {
        let met = self.person(&person)?;
        if number.replace(' ', "") != "1".repeat(25) {
            return Err(ApiError::new(ErrorKind::OtherNumber, [("name", met.name)]));
        }
        for row in self.people.iter_mut().filter(|row| row.id == met.id) {
            (row.met, row.met_by_me) = (row.met + 1, true);
        }
        self.about_people(RosterCommand::Why { person })
    }

    pub fn about_people(&mut self, command: RosterCommand) -> Result<Reply, ApiError> {
        let reply = match command {
            RosterCommand::Why { person } => {
                let page = WhyPage {
                    person: self.person(&person)?,
                    roles: self.roster.roles.clone(),
                    devices: self.roster.devices.clone(),
                    number: person
                        .starts_with("01")
                        .then(|| "12345 67890 12345 67890 12345".into()),
                };
                RosterReply::Why(Box::new(page))
            }
            RosterCommand::Meet { person, number } => return self.meet(person, &number),
            RosterCommand::Invite { role: RoleWord::Admin, .. } => {
                return Err(ApiError::new(ErrorKind::TooLow, [("role", "admin".into())]));
            }
            RosterCommand::Invite { whole, .. } => RosterReply::Invited {
                link: "linli:join/file".into(),
                file: whole.then(|| "linli-invitation 1\nlinli:join/file\nAAAA\n".into()),
            },
            RosterCommand::Places => RosterReply::Places { places: places() },
            RosterCommand::Grant { role, again, over, .. } => self.grant(role, over, again)?,
            RosterCommand::Remove { person, role, keep, anyway, .. } => {
                let name = self.person(&person)?.name;
                if role == Some(RoleWord::Member) && !anyway {
                    return Err(ApiError::new(ErrorKind::CutsGroups, [("groups", "车队".into())]));
                }
                for row in &mut self.roster.roles {
                    row.live = false;
                    row.removed_by = vec![format!("{name} 的邻居")];
                }
                let kept = if keep == Keep::None { 0 } else { 7 };
                RosterReply::Removed { removals: vec![id(82)], kept, cut: 9 - kept }
            }
            RosterCommand::Rebind { to, number, .. } => rebound(to, &number)?,
            RosterCommand::RevokeKey { key, .. } => {
                let found = self.roster.devices.iter_mut().find(|row| row.key.to_hex() == key);
                let unknown = || ApiError::new(ErrorKind::UnknownKey, [("key", key.clone())]);
                let row = found.ok_or_else(unknown)?;
                (row.live, row.revoked_by) = (false, Some("李梅".into()));
                RosterReply::Revoked { revoke: id(83), kept: 5, cut: 0 }
            }
            RosterCommand::Forks => RosterReply::Forks { forks: self.roster.forks.clone() },
            RosterCommand::Heal { keep } => self.heal(keep)?,
            RosterCommand::Trouble { .. } => RosterReply::Trouble {
                rows: self.roster.trouble.clone(),
                pending: 1,
                quarantined: 41,
                poison: 1,
            },
            RosterCommand::Late { removal: None } => {
                RosterReply::Late { removals: vec![self.roster.late_row()] }
            }
            RosterCommand::Late { removal: Some(removal) } => {
                if removal != id(81).to_hex() {
                    return Err(ApiError::new(ErrorKind::UnknownRemoval, [("id", removal)]));
                }
                let (removal, items) = (self.roster.late_row(), self.roster.late.clone());
                RosterReply::LateItems { removal, items }
            }
            RosterCommand::Admit { writer, .. } => self.admit(writer.as_deref())?,
            other => panic!("no page asks for {other:?}"),
        };
        Ok(Reply::Roster(reply))
    }

    fn heal(&mut self, keep: String) -> Result<RosterReply, ApiError> {
        let all = &mut self.roster.forks;
        let his = |it: &&mut ForkRow| it.branches.iter().any(|it| it.id.to_hex() == keep);
        let Some(row) = all.iter_mut().find(his) else {
            return Err(ApiError::new(ErrorKind::NotForked, [("id", keep)]));
        };
        row.branches.iter_mut().for_each(|it| it.chosen = it.id.to_hex() == keep);
        Ok(RosterReply::Forks { forks: self.roster.forks.clone() })
    }

    fn person(&self, person: &str) -> Result<node::api::PersonRow, ApiError> {
        let found = self.people.iter().find(|row| row.id.to_hex() == person);
        let unknown = || ApiError::new(ErrorKind::UnknownPerson, [("name", person.into())]);
        found.cloned().ok_or_else(unknown)
    }

    /// A steward was removed once; an administrator is made by paper alone.
    fn grant(
        &mut self,
        role: RoleWord,
        over: Option<String>,
        again: bool,
    ) -> Result<RosterReply, ApiError> {
        match role {
            RoleWord::Admin => Err(ApiError::new(ErrorKind::TooLow, [("role", "admin".into())])),
            RoleWord::Staff if !again => {
                let args = [("name", "张阿姨".into()), ("by", "赵主任".into())];
                Err(ApiError::new(ErrorKind::WasRemoved, args))
            }
            RoleWord::Staff => {
                let link = Some("linli:join/back".into());
                Ok(RosterReply::Granted { grant: id(84), link })
            }
            role => {
                let over = over.map_or("", |_| "1号院");
                let mut row = self.roster.roles[0].clone();
                row.role = at(role, over);
                self.roster.roles.push(row);
                Ok(RosterReply::Granted { grant: id(84), link: None })
            }
        }
    }

    fn admit(&mut self, writer: Option<&str>) -> Result<RosterReply, ApiError> {
        let before = self.roster.late.len();
        self.roster.late.retain(|item| writer.is_some_and(|writer| item.writer.to_hex() != writer));
        match before - self.roster.late.len() {
            0 => Err(ApiError::new(ErrorKind::NothingLate, [])),
            items => Ok(RosterReply::Admitted { admit: id(85), items: items as u64 }),
        }
    }
}

fn places() -> Vec<PlaceRow> {
    let place = |number, name: &str, path: &[&str], kind: &str| PlaceRow {
        id: id(number),
        name: name.into(),
        path: path.iter().map(|name| (*name).to_owned()).collect(),
        kind: kind.into(),
        staff: vec![],
    };
    vec![
        place(1, "all", &["all"], "group"),
        place(60, "1号院", &["1号院"], "area"),
        place(2, "3号楼", &["1号院", "3号楼"], "group"),
    ]
}

fn rebound(to: String, number: &str) -> Result<RosterReply, ApiError> {
    if !number.starts_with("12345") {
        return Err(ApiError::new(ErrorKind::OtherNumber, [("name", to)]));
    }
    let role = |role, over: &str| RoleRow { role, over: over.into() };
    Ok(RosterReply::Rebound {
        person: PersonId::from_bytes([2; 32]),
        given: vec![role(RoleWord::Steward, "3号楼")],
        left: vec![role(RoleWord::Member, "车队")],
        removals: vec![id(82)],
        kept: 7,
        cut: 0,
    })
}

/// The page of 张阿姨, who is a steward.
pub fn steward() -> String {
    format!("/people/{}", PersonId::from_bytes([2; 32]).to_hex())
}
