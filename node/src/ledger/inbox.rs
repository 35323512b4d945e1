//! The relay inbox of whoever looks after a house (转送箱): what waits for somebody to walk up the stairs.
//!
//! # Rules
//!
//! 1. A door is his to whom its place is left: whoever has a role over it, or over the nearest place around
//!    it; where only the whole community has rulers, theirs. Nobody's doors stand in two inboxes of
//!    different height.
//! 2. *To knock for*: what holds now and is said to everybody or to a place, and has not come to a door of
//!    his, or came and nobody has opened it; alerts first, then the newest. A door without a box, or out of
//!    contact, is never reached, and so stands there.
//! 3. *Unanswered*: what behind a door of his, or about a place of his, nobody has answered; what cannot
//!    wait first, then who waits longest.
//! 4. *To bring*: what was written down for somebody without a box, or asked from a door without one, and
//!    has moved since: that person can see it on no page.
//! 5. Everybody reads only what he may: names are net names, requests those of groups that he is in. Nothing
//!    of a vault stands here.
//!
//! # Deliberately absent
//!
//! Ticking off: a door leaves the list when its box holds the words or somebody there has opened them, a
//! request when it goes on. Whoever knocked remembers it better than a list that another reads.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Part, Place, Role},
    id::{HouseholdId, PersonId},
};

use super::{Failed, Ledger, duty::UNHEARD};
use crate::{
    api::{ApiError, Inbox, InboxRow, KnockDoor, KnockFor, NewsState, NewsWord},
    store::views::{CaseLine, Mark, RequestLine},
};

/// Announcements to knock for: more nobody carries up the stairs in one go.
const KNOCK_FOR_MAX: usize = 12;

/// Announcements that are looked at to find them; the newest.
const LOOKED_AT_MAX: usize = 200;

/// Doors that stand below one announcement; how many there are is always said.
const DOORS_MAX: usize = 60;

/// Requests of each list; the first.
const ROWS_MAX: usize = 100;

/// Letters of an announcement that say what it is about.
const GIST_CHARS: usize = 120;

/// Urgency from which on a request cannot wait.
const URGENT: u8 = 3;

/// A door of his.
#[derive(Default)]
struct Behind {
    home: String,
    names: Vec<String>,
    place: Place,
    people: BTreeSet<PersonId>,
    has_box: bool,
}

impl Ledger {
    /// What waits for whoever looks after a house.
    pub(super) fn inbox(&self) -> Result<Inbox, Failed> {
        let me = self.person()?;
        if !self.works_here(me) {
            return Err(ApiError::not_allowed("doors").into());
        }
        let doors = self.doors_left_to(me)?;
        let mut inbox = Inbox {
            doors: doors.len() as u64,
            knock: self.to_knock_for(&doors)?,
            ..Inbox::default()
        };
        self.add_requests(me, &doors, &mut inbox)?;
        Ok(inbox)
    }

    /// Rule 1.
    fn is_left_to(&self, me: PersonId, place: &Place) -> bool {
        let roster = self.truth.roster();
        match roster.wardens(place) {
            nobody if nobody.is_empty() => {
                let over_all = |it: &crdt::authority::LiveRole| it.over == Place::community();
                roster.live_roles(me).iter().any(|it| it.role >= Role::Steward && over_all(it))
            }
            wardens => wardens.contains(&me),
        }
    }

    fn doors_left_to(&self, me: PersonId) -> Result<BTreeMap<HouseholdId, Behind>, Failed> {
        let roster = self.truth.roster();
        let mut mine: BTreeMap<Place, bool> = BTreeMap::new();
        let mut doors: BTreeMap<HouseholdId, Behind> = BTreeMap::new();
        for person in roster.community_members() {
            let card = self.views.card(&person)?;
            let place = card.as_ref().map(|it| it.place.clone()).unwrap_or_default();
            let is_mine = mine.entry(place.clone());
            if *is_mine.or_insert_with_key(|place| self.is_left_to(me, place)) {
                let door = doors.entry(roster.household_of(person)).or_default();
                if let Some(card) = card {
                    if door.home.is_empty() {
                        (door.home, door.place) = (card.home, place);
                    }
                    door.names.push(card.name);
                }
                door.people.insert(person);
            }
        }
        for key in roster.boxes() {
            let household = roster.box_person(key).map(|person| roster.household_of(person));
            if let Some(door) = household.and_then(|of| doors.get_mut(&of)) {
                door.has_box = true;
            }
        }
        // His own door needs nobody to knock.
        doors.remove(&roster.household_of(me));
        Ok(doors)
    }

    /// Rule 2.
    fn to_knock_for(&self, doors: &BTreeMap<HouseholdId, Behind>) -> Result<Vec<KnockFor>, Failed> {
        let (mut alerts, mut others) = (Vec::new(), Vec::new());
        for line in self.views.news()?.into_iter().take(LOOKED_AT_MAX) {
            if !self.is_for_me(&line)? {
                continue;
            }
            let Some((held, told)) = self.told_as(&line.id)? else { continue };
            let class = self.class_told(&held, &told);
            let holds = self.state_of(&line, &told) == NewsState::Holds;
            if class == NewsWord::Answer || !holds {
                continue;
            }
            let missing = self.doors_missing(&line, &told.area, doors)?;
            if missing.is_empty() {
                continue;
            }
            let into = if class == NewsWord::Alert { &mut alerts } else { &mut others };
            into.push(KnockFor {
                id: line.id,
                class,
                official: line.official,
                text: line.text.chars().take(GIST_CHARS).collect(),
                claimed_ms: held.header.claimed,
                count: missing.len() as u64,
                doors: missing.into_iter().take(DOORS_MAX).collect(),
            });
            if alerts.len() >= KNOCK_FOR_MAX {
                break;
            }
        }
        alerts.extend(others);
        alerts.truncate(KNOCK_FOR_MAX);
        Ok(alerts)
    }

    /// The doors for which an announcement is and where nobody has opened it; first those that it has not
    /// reached.
    fn doors_missing(
        &self,
        line: &crate::store::views::NewsLine,
        area: &Place,
        doors: &BTreeMap<HouseholdId, Behind>,
    ) -> Result<Vec<KnockDoor>, Failed> {
        let roster = self.truth.roster();
        let mut groups = self.views.forwarded_into(&line.id)?;
        groups.push(line.group);
        let reads = |who: &PersonId| {
            groups.iter().any(|group| roster.best_auth(*who, group.scope()).is_some())
        };
        let marks = self.views.receipts(&line.id)?;
        let mut missing = Vec::new();
        for door in doors.values().filter(|door| area.contains(&door.place)) {
            let best = door.people.iter().filter_map(|who| marks.get(who)).max();
            let said_it = door.people.contains(&line.person);
            if said_it || best == Some(&Mark::Seen) || !door.people.iter().any(reads) {
                continue;
            }
            missing.push(KnockDoor {
                home: door.home.clone(),
                people: door.names.clone(),
                reached: best.is_some(),
            });
        }
        missing.sort_by(|one, other| (one.reached, &one.home).cmp(&(other.reached, &other.home)));
        Ok(missing)
    }

    /// Rules 3 and 4.
    fn add_requests(
        &self,
        me: PersonId,
        doors: &BTreeMap<HouseholdId, Behind>,
        inbox: &mut Inbox,
    ) -> Result<(), Failed> {
        let roster = self.truth.roster();
        let open = self.views.open_cases()?;
        let cases: BTreeMap<_, _> = open.iter().map(|case| (case.id, case)).collect();
        for line in self.views.requests(false)? {
            // What was said to the desk alone may be about whoever reads this.
            let for_him =
                |case: &&&CaseLine| case.measured.posted.is_none() && !case.measured.private;
            let Some(case) = cases.get(&line.id).filter(for_him) else { continue };
            let door = doors.get(&roster.household_of(line.requester));
            let area = Place(case.measured.area.clone());
            let about_mine = area != Place::community() && self.is_left_to(me, &area);
            let by_me = line.requester == me;
            let concerns = door.is_some() || about_mine || by_me;
            if !concerns || !roster.may_read(me, &line.group.scope()) {
                continue;
            }
            if UNHEARD.contains(&line.status.as_str()) {
                let unanswered = self.views.answers_to(&line.id)?.is_empty();
                if unanswered && !by_me && inbox.unanswered.len() < ROWS_MAX {
                    inbox.unanswered.push(self.inbox_row(line, door, &area)?);
                }
                continue;
            }
            let no_box = door.is_some_and(|door| !door.has_box);
            let for_another = match case.measured.at_desk {
                true => about_mine || by_me,
                false => by_me && self.asked_for_another(&line)?,
            };
            if (no_box || for_another) && inbox.bring.len() < ROWS_MAX {
                inbox.bring.push(self.inbox_row(line, door, &area)?);
            }
        }
        let by_wait = |row: &InboxRow| (!row.urgent, row.claimed_ms, row.id);
        inbox.unanswered.sort_by_key(by_wait);
        inbox.bring.sort_by_key(by_wait);
        Ok(())
    }

    /// Did whoever acts write it down for somebody else?
    fn asked_for_another(&self, line: &RequestLine) -> Result<bool, Failed> {
        let case = self.case(&line.id)?.case;
        Ok(matches!(case.asked_by.1, Part::Proxy | Part::Desk))
    }

    fn inbox_row(
        &self,
        line: RequestLine,
        door: Option<&Behind>,
        area: &Place,
    ) -> Result<InboxRow, Failed> {
        let place = door.map_or(area, |door| &door.place);
        Ok(InboxRow {
            id: line.id,
            code: line.code,
            title: line.title,
            status: line.status,
            urgent: line.urgency >= URGENT,
            claimed_ms: line.claimed,
            holder: line.holder.map(|who| self.views.name_of(&who)).transpose()?,
            home: door.map(|door| door.home.clone()).unwrap_or_default(),
            place: self.place_name(place)?,
        })
    }
}
