//! Runyuan, a whole neighbourhood in the folder of its office: three compounds, thousands of
//! households, a fleet of vetted drivers, volunteers, and a month that lies behind them.
//!
//! Every household is real: keys, an invitation, a card, chains of its own. Their ledgers stand in
//! memory only as long as they have something to say ([`super::handed`]); what they said is handed
//! to the office as if it had come over a link, and the office answers with its keys.
//!
//! ```text
//! office: places, groups ─► a portion of households walks in ─► office gives keys
//!            ▲                        │ cards, groups joined ─► office gives the groups' keys
//!            └── drivers claim, ◄─────┘ talk, requests
//!                drive, are confirmed
//! ```
//!
//! # Rules
//!
//! 1. The same plan gives the same people, places and words; only keys differ.
//! 2. Names are made up; nothing is taken from a real list.
//! 3. The past is in the clocks alone: whoever writes says a time within the last month.

mod fleet;
mod names;
mod together;

use std::{path::Path, sync::Arc};

use crdt::{
    envelope::Envelope,
    id::{EnvelopeId, PersonId},
    invitation::Invitation,
    time::ClaimedTime,
};

use self::{
    fleet::{Kept, Ride},
    names::Names,
};
use super::{
    handed::{beginning, hand, move_in, tell},
    internal,
};
use crate::{
    api::{
        ApiError, Command, DutyName, GroupKindWord, NewsCommand, NewsWord, Reply, RoleWord,
        RosterCommand, Telling,
    },
    clock,
    home::{self, Roots},
    ledger::Ledger,
};

/// How large a neighbourhood is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Homes, each with a box.
    pub households: usize,
    /// People in them.
    pub people: usize,
    /// Homes of one building.
    pub per_building: usize,
    /// Of the people, vetted drivers.
    pub drivers: usize,
    /// Of the people, volunteers.
    pub volunteers: usize,
    /// What people do together; most of it is over.
    pub activities: usize,
    /// Requests of the last month, at most one of a home.
    pub requests: usize,
    /// Lines that people said to everybody or to their compound.
    pub lines: usize,
}

impl Plan {
    /// Runyuan in full.
    pub const FULL: Self = Self {
        households: 3_134,
        people: 12_000,
        per_building: 52,
        drivers: 37,
        volunteers: 600,
        activities: 40,
        requests: 400,
        lines: 6_000,
    };

    /// The same neighbourhood with fewer homes, and fewer of everything in their measure.
    #[must_use]
    pub fn of_households(self, households: usize) -> Self {
        let households = households.clamp(1, self.households);
        let share = |all: usize| (all * households / self.households).max(1);
        Self {
            households,
            people: share(self.people).max(households),
            per_building: self.per_building,
            drivers: share(self.drivers),
            volunteers: share(self.volunteers),
            activities: share(self.activities),
            requests: share(self.requests),
            lines: share(self.lines),
        }
    }
}

/// The compounds, and how many of a hundred homes lie in each.
const COMPOUNDS: [(&str, usize); 3] = [("风尚水郡", 40), ("百合花园", 34), ("梧桐花园", 26)];

/// Groups beside the one of everybody, and who may enter.
const GROUPS: [(&str, GroupKindWord, u8); 12] = [
    ("风尚水郡邻里", GroupKindWord::Open, 0),
    ("百合花园邻里", GroupKindWord::Open, 0),
    ("梧桐花园邻里", GroupKindWord::Open, 0),
    ("爱心车队", GroupKindWord::Vetted, 2),
    ("志愿者", GroupKindWord::Open, 0),
    ("红管家值班", GroupKindWord::Invite, 0),
    ("楼长", GroupKindWord::Invite, 0),
    ("防汛巡查", GroupKindWord::Open, 0),
    ("买菜互助", GroupKindWord::Open, 0),
    ("老年食堂", GroupKindWord::Open, 0),
    ("二手闲置", GroupKindWord::Open, 0),
    ("宠物", GroupKindWord::Open, 0),
];

/// The drivers' group, of [`GROUPS`].
const FLEET: usize = 3;

/// The volunteers' group.
const VOLUNTEERS: usize = 4;

/// Homes that walk in together: the office works out all roles anew for each portion, and each of its
/// homes must know the others, or it would take them for strangers who hold the neighbourhood's key.
const PORTION: usize = 16;

/// Commands of one transaction.
const BATCH: usize = 200;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long ago the neighbourhood was founded, and people moved in.
const FOUNDED_DAYS: u64 = 31;

/// Where a founding has come to, for whoever waits: so many of all homes have moved in.
pub type Progress<'a> = dyn FnMut(usize, usize) + 'a;

/// One of the people.
#[derive(Clone, Copy)]
struct Somebody {
    id: PersonId,
    /// Number of the home.
    home: usize,
}

/// What stands while Runyuan is being made.
struct Making<'a> {
    plan: &'a Plan,
    names: Names,
    office: Ledger,
    door: Invitation,
    /// What outsiders cannot read is called by its id.
    groups: Vec<String>,
    beginning: Vec<Arc<Envelope>>,
    /// Who sits at the desk. His chains hold no keys: whoever took in the office's whole chain of
    /// everybody's group would read there that thousands hold its key whom he has not met, and
    /// would make a new one.
    desk: PersonId,
    /// All that the desk said: whoever acts on its word later has to hold its chains whole.
    desk_said: Vec<Arc<Envelope>>,
    now: ClaimedTime,
    people: Vec<Somebody>,
    volunteers: Vec<PersonId>,
    /// Activities with places to take.
    to_come: Vec<EnvelopeId>,
    /// Their ledgers stay in memory: they help those who move in later.
    drivers: Vec<Kept>,
    rides: Vec<Ride>,
}

/// Makes a neighbourhood; the office's folder is `data`.
///
/// # Errors
///
/// Where `data` is something already, or a disk says no.
pub fn found(data: &Path, plan: &Plan, progress: &mut Progress<'_>) -> Result<(), ApiError> {
    let now = clock::claimed();
    let names = Names::of(plan.per_building);
    let begin = ClaimedTime(now.0.saturating_sub(FOUNDED_DAYS * DAY_MS));
    let (office, person) = ("居委会红管家", Some("林静"));
    home::init_at(data, office, person, Some("润园"), Roots::TWO_OF_THREE, begin)?;
    let folder = crate::identity::Folder::open(data)?;
    let (identity, genesis) = home::residence(&folder)?;
    let mut office = home::open(data, &identity, &genesis)?;
    let groups = lay_out(&mut office, plan, &names, begin)?;
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    let Some(Reply::Invite { link }) = tell(&mut office, vec![invite], begin)?.0.pop() else {
        return Err(internal(&"not an invitation"));
    };
    let desk = staff_the_desk(&mut office, begin)?;
    let beginning = beginning(&mut office, begin)?;
    let door = home::invitation(&link)?;
    let mut making = Making {
        plan,
        names,
        office,
        door,
        groups,
        beginning,
        desk,
        desk_said: Vec::new(),
        now,
        people: Vec::new(),
        volunteers: Vec::new(),
        to_come: Vec::new(),
        drivers: Vec::new(),
        rides: Vec::new(),
    };
    for first in (0..plan.households).step_by(PORTION) {
        progress(first, plan.households);
        making.portion(first..(first + PORTION).min(plan.households))?;
    }
    making.appoint()?;
    making.gather()?;
    let rides = std::mem::take(&mut making.rides);
    making.help(rides)?;
    making.announce()?;
    making.office.rest::<()>();
    progress(plan.households, plan.households);
    Ok(())
}

/// Compounds, buildings and groups; the ids of these, in the order of [`GROUPS`].
fn lay_out(
    office: &mut Ledger,
    plan: &Plan,
    names: &Names,
    begin: ClaimedTime,
) -> Result<Vec<String>, ApiError> {
    let place = |name: String, within: Option<String>| {
        Command::Roster(RosterCommand::PlaceNew { name, within })
    };
    let compounds = COMPOUNDS.iter().map(|(name, _)| place((*name).to_owned(), None));
    tell(office, compounds.collect(), begin)?;
    let mut buildings: Vec<(usize, String)> =
        (0..plan.households).map(|home| names.building(plan, home)).collect();
    buildings.dedup();
    let within = |at: usize| Some(COMPOUNDS[at].0.to_owned());
    let buildings = buildings.into_iter().map(|(at, name)| place(name, within(at)));
    tell(office, buildings.collect(), begin)?;
    let groups = GROUPS.iter().map(|(name, kind, vouches)| Command::GroupNew {
        name: (*name).to_owned(),
        kind: *kind,
        vouches: *vouches,
        terms: crate::api::GroupTerms::default(),
    });
    let (replies, _) = tell(office, groups.collect(), begin)?;
    let id = |reply| match reply {
        Reply::Group(row) => Ok(row.id.to_hex()),
        _ => Err(internal(&"not a group")),
    };
    replies.into_iter().map(id).collect()
}

/// A second person on the office's box, who answers at the desk.
fn staff_the_desk(office: &mut Ledger, at: ClaimedTime) -> Result<PersonId, ApiError> {
    let add = Command::ResidentAdd { name: "红管家 王敏".to_owned(), link: None };
    tell(office, vec![add], at)?;
    let desk =
        office.identity().everybody().pop().ok_or_else(|| internal(&"nobody at the desk"))?;
    let grant = RosterCommand::Grant {
        person: desk.to_hex(),
        role: RoleWord::Staff,
        over: None,
        again: false,
    };
    tell(office, vec![Command::Roster(grant)], at)?;
    Ok(desk)
}

impl Making<'_> {
    /// A moment of the month: `part` of `of` parts of it have passed.
    fn moment(&self, part: usize, of: usize) -> ClaimedTime {
        let month = (FOUNDED_DAYS - 1) * DAY_MS;
        let passed = month * part as u64 / (of as u64).max(1);
        ClaimedTime(self.now.0 - month + passed)
    }

    /// Some homes walk in, are given the keys, say who they are, enter their groups and talk.
    fn portion(&mut self, homes: std::ops::Range<usize>) -> Result<(), ApiError> {
        let moved_in = ClaimedTime(self.now.0 - (FOUNDED_DAYS - 1) * DAY_MS);
        let (mut ledgers, mut introductions) = (Vec::new(), Vec::new());
        for home in homes.clone() {
            let people = self.names.people(self.plan, home);
            let (_, door) = self.names.door(self.plan, home);
            let mut ledger = move_in(&self.door, &door, &people, moved_in)?;
            let roster = ledger.community().roster();
            introductions.extend(super::handed::held(&mut ledger, [roster], moved_in)?);
            ledgers.push(ledger);
        }
        let mut keys = self.hear(&introductions, moved_in)?;
        keys.extend(introductions);
        let mut said = Vec::new();
        for (home, ledger) in homes.clone().zip(&mut ledgers) {
            said.push(self.settle(home, ledger, &keys, moved_in)?);
        }
        let keys = self.hear(&said.concat(), moved_in)?;
        let mut talk = Vec::new();
        let mut rides = Vec::new();
        for ((home, mut ledger), mut said) in homes.zip(ledgers).zip(said) {
            let spoken = self.talk(home, &mut ledger, &keys)?;
            talk.extend(spoken.iter().cloned());
            said.extend(spoken);
            let asks = self.share(home, self.plan.requests);
            if home < self.plan.drivers {
                self.drivers.push(Kept::new(ledger, said)?);
            } else if let Some(number) = asks.last() {
                rides.push(self.ride(number, Kept::new(ledger, said)?)?);
            }
        }
        self.hear(&talk, self.now)?;
        self.rides.extend(rides);
        Ok(())
    }

    /// Hands something to the office; what that answers is remembered.
    fn hear(
        &mut self,
        envelopes: &[Arc<Envelope>],
        at: ClaimedTime,
    ) -> Result<Vec<Arc<Envelope>>, ApiError> {
        hand(&mut self.office, envelopes, at)
    }

    /// Has the office do something.
    fn say(&mut self, commands: Vec<Command>, at: ClaimedTime) -> Result<Vec<Reply>, ApiError> {
        Ok(tell(&mut self.office, commands, at)?.0)
    }

    /// Has the desk do something; what that wrote is remembered.
    fn say_at_desk(&mut self, command: Command, at: ClaimedTime) -> Result<Vec<Reply>, ApiError> {
        let command = Command::As { person: self.desk.to_hex(), command: Box::new(command) };
        let (replies, written) = tell(&mut self.office, vec![command], at)?;
        self.desk_said.extend(written);
        Ok(replies)
    }

    /// What falls to a home of so many things.
    fn share(&self, home: usize, of: usize) -> std::ops::Range<usize> {
        let homes = self.plan.households;
        home * of / homes..(home + 1) * of / homes
    }

    /// A home that has just been given its keys: who lives there, where, and in which groups.
    fn settle(
        &mut self,
        home: usize,
        ledger: &mut Ledger,
        keys: &[Arc<Envelope>],
        at: ClaimedTime,
    ) -> Result<Vec<Arc<Envelope>>, ApiError> {
        let mut said = hand(ledger, &[&self.beginning[..], keys].concat(), at)?;
        let (compound, building) = self.names.building(self.plan, home);
        let join = |at: usize| Command::GroupJoin { group: self.groups[at].clone() };
        let mut wishes = vec![Command::News(NewsCommand::Live { place: building }), join(compound)];
        if home < self.plan.drivers {
            wishes.push(join(FLEET));
        }
        let one_in = (self.plan.people / self.plan.volunteers.max(1)).max(1);
        for (number, id) in ledger.identity().everybody().into_iter().enumerate() {
            if self.people.len().is_multiple_of(one_in)
                && self.volunteers.len() < self.plan.volunteers
            {
                let (person, command) = (id.to_hex(), Box::new(join(VOLUNTEERS)));
                wishes.push(if number == 0 { *command } else { Command::As { person, command } });
                self.volunteers.push(id);
            }
            self.people.push(Somebody { id, home });
        }
        said.extend(tell(ledger, wishes, at)?.1);
        Ok(said)
    }

    /// What a home says in this month.
    fn talk(
        &self,
        home: usize,
        ledger: &mut Ledger,
        keys: &[Arc<Envelope>],
    ) -> Result<Vec<Arc<Envelope>>, ApiError> {
        let mut said = hand(ledger, keys, self.moment(0, 1))?;
        let (compound, _) = self.names.building(self.plan, home);
        for line in self.share(home, self.plan.lines) {
            let group = if line.is_multiple_of(3) { "all" } else { &self.groups[compound] };
            let (group, text) = (group.to_owned(), self.names.line(line));
            let post = Command::Post { group, text, reply_to: None };
            // Homes do not speak in the order in which they moved in.
            let part = line * 7_919 % self.plan.lines;
            said.extend(tell(ledger, vec![post], self.moment(part, self.plan.lines))?.1);
        }
        Ok(said)
    }

    /// Drivers are let in, heads of buildings and the desk are named.
    fn appoint(&mut self) -> Result<(), ApiError> {
        let hex = |it: &Somebody| it.id.to_hex();
        let mut wishes = Vec::new();
        let mut home = usize::MAX;
        for somebody in &self.people {
            let is_first = std::mem::replace(&mut home, somebody.home) != somebody.home;
            if !is_first {
                continue;
            }
            if home < self.plan.drivers {
                wishes.push(Command::Roster(RosterCommand::Approve {
                    group: self.groups[FLEET].clone(),
                    person: hex(somebody),
                    exception: Some("驾龄五年以上，证件当面核对".to_owned()),
                }));
            }
            if home.is_multiple_of(self.plan.per_building) {
                let (_, building) = self.names.building(self.plan, home);
                let (role, over) = (RoleWord::Steward, Some(building));
                let person = hex(somebody);
                wishes.push(Command::Roster(RosterCommand::Grant {
                    person,
                    role,
                    over,
                    again: false,
                }));
            }
        }
        let then = self.moment(0, 1);
        for batch in wishes.chunks(BATCH) {
            self.say(batch.to_vec(), then)?;
        }
        Ok(())
    }

    /// Notices of the last days, and who is on duty.
    fn announce(&mut self) -> Result<(), ApiError> {
        let notice = |class: NewsWord, text: &str, area: Option<&str>| {
            let (text, area) = (text.to_owned(), area.map(str::to_owned));
            let telling = Telling { class, text, area, forwardable: true, ..Telling::default() };
            Command::News(NewsCommand::Tell(Box::new(telling)))
        };
        let wishes = vec![
            notice(NewsWord::Notice, "周六上午九点在百合花园东门量血压，带上医保卡", None),
            notice(NewsWord::Notice, "本周三八点到十点停水，请提前储水", Some(COMPOUNDS[0].0)),
            notice(NewsWord::Alert, "今晚大雨，地下车库请提前挪车", Some(COMPOUNDS[2].0)),
        ];
        let then = self.moment(29, 30);
        self.say(wishes, then)?;
        let person = self.office.identity().person.map(|it| it.to_hex()).unwrap_or_default();
        let people = vec![DutyName { person, phone: "555-0101".to_owned() }];
        let rota = NewsCommand::SetRota {
            place: None,
            people,
            begins_ms: Some(self.moment(28, 30).0),
            shift_ms: DAY_MS / 2,
        };
        self.say(vec![Command::News(rota)], then).map(drop)
    }
}

#[cfg(test)]
mod tests;
