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
//!    has moved since: that person can see it on no page. What the desk declined, or closed because nobody
//!    said anything, stands here for [`BRING_MS`].
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
    time::ClaimedTime,
};

use super::{Failed, Ledger, duty::UNHEARD};
use crate::{
    api::{ApiError, Inbox, InboxRow, KnockDoor, KnockFor, NewsState, NewsWord},
    store::views::{CaseLine, Mark, NewsLine, NewsOf, RequestLine},
};

/// Announcements to knock for: more nobody carries up the stairs in one go.
const KNOCK_FOR_MAX: usize = 12;

/// Announcements besides alerts that are looked at to find them.
const LOOKED_AT_MAX: usize = 200;

/// Doors that stand below one announcement; how many there are is always said.
const DOORS_MAX: usize = 60;

/// Requests of each list; the first.
const ROWS_MAX: usize = 100;

/// How long what ended without a word of whoever asked is brought to him, in milliseconds: two weeks.
const BRING_MS: u64 = 14 * 24 * 60 * 60 * 1_000;

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
        let mut found = Vec::new();
        for (of, looked_at) in [(NewsOf::Alerts, usize::MAX), (NewsOf::ToCarry, LOOKED_AT_MAX)] {
            for line in self.views.news(of, self.claimed.0, false)?.into_iter().take(looked_at) {
                if found.len() >= KNOCK_FOR_MAX {
                    return Ok(found);
                }
                if let Some(class) = self.to_carry(&line)?
                    && (class.0 == NewsWord::Alert) == (of == NewsOf::Alerts)
                {
                    found.extend(self.knock_for(line, class, doors)?);
                }
            }
        }
        Ok(found)
    }

    /// What it is told as, and over what, where it is for whoever acts and holds now.
    fn to_carry(&self, line: &NewsLine) -> Result<Option<(NewsWord, Place)>, Failed> {
        if !self.is_for_me(line)? {
            return Ok(None);
        }
        let Some((held, told)) = self.told_as(&line.id)? else { return Ok(None) };
        let holds = self.state_of(line, &told) == NewsState::Holds;
        Ok(holds.then(|| (self.class_told(&held, &told), told.area)))
    }

    fn knock_for(
        &self,
        line: NewsLine,
        (class, area): (NewsWord, Place),
        doors: &BTreeMap<HouseholdId, Behind>,
    ) -> Result<Option<KnockFor>, Failed> {
        let missing = self.doors_missing(&line, &area, doors)?;
        Ok((!missing.is_empty()).then(|| KnockFor {
            id: line.id,
            class,
            official: line.official,
            text: line.text.chars().take(GIST_CHARS).collect(),
            claimed_ms: ClaimedTime(line.claimed_ms),
            count: missing.len() as u64,
            doors: missing.into_iter().take(DOORS_MAX).collect(),
        }))
    }

    /// The doors for which an announcement is and where nobody has opened it; first those that it has not
    /// reached.
    fn doors_missing(
        &self,
        line: &NewsLine,
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
        let ended = self.views.ended_unsaid(self.claimed.0.saturating_sub(BRING_MS))?;
        let open = self.views.open_cases()?;
        let mut cases: BTreeMap<_, _> = open.iter().map(|case| (case.id, case)).collect();
        for line in self.views.requests(false)? {
            if let Some(case) = cases.remove(&line.id) {
                self.add_request(me, doors, (line, case), inbox)?;
            }
        }
        for case in &ended {
            if let Some(line) = self.views.request(&case.id)? {
                self.add_request(me, doors, (line, case), inbox)?;
            }
        }
        let by_wait = |row: &InboxRow| (!row.urgent, row.claimed_ms, row.id);
        inbox.unanswered.sort_by_key(by_wait);
        inbox.bring.sort_by_key(by_wait);
        Ok(())
    }

    fn add_request(
        &self,
        me: PersonId,
        doors: &BTreeMap<HouseholdId, Behind>,
        (line, case): (RequestLine, &CaseLine),
        inbox: &mut Inbox,
    ) -> Result<(), Failed> {
        let (roster, it) = (self.truth.roster(), &case.measured);
        // What was said to the desk alone may be about whoever reads this.
        if it.posted.is_some() || it.private {
            return Ok(());
        }
        let door = doors.get(&roster.household_of(line.requester));
        let area = Place(it.area.clone());
        let about_mine = area != Place::community() && self.is_left_to(me, &area);
        let by_me = line.requester == me;
        let concerns = door.is_some() || about_mine || by_me;
        if !concerns || !roster.may_read(me, &line.group.scope()) {
            return Ok(());
        }
        if UNHEARD.contains(&line.status.as_str()) {
            let unanswered = self.views.answers_to(&line.id)?.is_empty();
            if unanswered && !by_me && inbox.unanswered.len() < ROWS_MAX {
                inbox.unanswered.push(self.inbox_row(line, door, &area)?);
            }
            return Ok(());
        }
        let no_box = door.is_some_and(|door| !door.has_box);
        let for_another = match it.at_desk {
            true => about_mine || by_me,
            false => by_me && self.asked_for_another(&line)?,
        };
        if (no_box || for_another) && inbox.bring.len() < ROWS_MAX {
            inbox.bring.push(self.inbox_row(line, door, &area)?);
        }
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
