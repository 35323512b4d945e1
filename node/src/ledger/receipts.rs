//! Who has got an announcement and who has read it: said in batches, counted by place.
//!
//! # Rules
//!
//! 1. A home says that something reached it, or was opened there, of alerts, and of notices of those
//!    who look after their area. Nothing else asks for a receipt.
//! 2. What is to be said waits: for an alert [`HASTE_MS`], otherwise [`PATIENCE_MS`], and as long again
//!    in parts that the box's key draws. All that has gathered goes into one envelope; whoever opens
//!    something meanwhile says only that. So three thousand homes write one small envelope each, over
//!    a minute, whatever came together.
//! 3. Counts are for whoever has a role over the place. Names and doors of those who are still to be
//!    told are for the one next to them, who has a role over the innermost place that anybody has one
//!    over, and for the desk.
//! 4. Where a home lies its card says. A home that says nothing is counted with the community alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crdt::{
    body::{Body, NewsClass, Place, Receipt, Role},
    envelope::Kind,
    id::{EnvelopeId, GroupId, HouseholdId, PersonId, RequestId},
    limits::RECEIPT_ITEMS_MAX,
};

use super::{After, Failed, Ledger};
use crate::{
    api::{
        ApiError, Command, MissingHome, NewsCommand, NewsReply, NewsState, NewsWord, PlaceCount,
        ReachedPage,
    },
    store::{
        truth::Deps,
        views::{Changes, DueReceipt, Mark, NewsLine, PersonLine},
    },
};

/// How long a receipt for an alert waits for others, in milliseconds.
const HASTE_MS: u64 = 20_000;

/// The same for everything else: two minutes.
const PATIENCE_MS: u64 = 120_000;

/// Urgency from which on a request rings.
const URGENT: u8 = 3;

/// How old a request may be to ring, in milliseconds: an hour.
const FRESH_MS: u64 = 3_600_000;

/// Requests that are remembered as rung for.
const RUNG_MAX: usize = 1_024;

/// Homes that are named as not reached.
const MISSING_MAX: usize = 500;

/// Where this home lies is kept under this name.
const PLACE_KEPT: &str = "place";

/// One household, as far as an item concerns it.
#[derive(Debug)]
pub(super) struct Home {
    place: Place,
    card: Option<PersonLine>,
    people: Vec<PersonId>,
}

/// What it depends on whom an item is for: where it stands, and the versions of roster and cards.
pub(super) type AudienceKey = (EnvelopeId, Vec<GroupId>, u64, u64);

impl Ledger {
    /// Rule 1: something came, or was shown in another group. What somebody should be woken for.
    pub(super) fn note_news(
        &mut self,
        news: &BTreeSet<EnvelopeId>,
        changes: &mut Changes,
    ) -> Result<(), Failed> {
        for id in news {
            let Some(line) = self.views.news_line(id)? else {
                for over in self.duty_to_ring(id)? {
                    if self.rung.insert(over) {
                        changes.duty.push(over);
                    }
                }
                continue;
            };
            if line.withdrawn_by.is_some() {
                self.want_no_more(id)?;
            }
            if self.is_for_me(&line)? && self.views.tell_once(id)? {
                self.owe(&line, Mark::Reached)?;
                self.want_by_policy(id)?;
                if self.is_to_ring(&line)? {
                    changes.alerts.push(*id);
                }
            }
        }
        Ok(())
    }

    /// An alert of somebody else's that holds now, and not for another part of the neighbourhood.
    fn is_to_ring(&self, line: &NewsLine) -> Result<bool, Failed> {
        let Some((held, told)) = self.told_as(&line.id)? else { return Ok(false) };
        let here = self.place_of_home()?.unwrap_or_default();
        Ok(self.class_told(&held, &told) == NewsWord::Alert
            && self.state_of(line, &told) == NewsState::Holds
            && Some(line.person) != self.identity.person
            && (told.area.contains(&here) || here.contains(&told.area)))
    }

    /// Requests of somebody else's that are urgent, fresh, and that nobody has claimed; each once.
    pub(super) fn urgent(
        &mut self,
        requests: &BTreeSet<RequestId>,
    ) -> Result<Vec<EnvelopeId>, Failed> {
        let mut rings = Vec::new();
        for id in requests {
            let Some(line) = self.views.request(id)? else { continue };
            let free = ["submitted", "open"].contains(&line.status.as_str());
            let fresh = self.claimed.0.abs_diff(line.claimed.0) <= FRESH_MS;
            let others = Some(line.requester) != self.identity.person;
            if line.urgency >= URGENT && free && fresh && others && self.rung.insert(*id) {
                rings.push(*id);
            }
        }
        while self.rung.len() > RUNG_MAX {
            self.rung.pop_first();
        }
        Ok(rings)
    }

    fn owe(&self, line: &NewsLine, mark: Mark) -> Result<(), Failed> {
        let Some(me) = self.identity.person.filter(|me| *me != line.person) else { return Ok(()) };
        let Some((held, told)) = self.told_as(&line.id)? else { return Ok(()) };
        let cares = self.truth.roster().ruled_at(&told.area, &held.spot());
        if !cares || !matches!(told.class, NewsClass::Alert | NewsClass::Notice) {
            return Ok(());
        }
        Ok(self.views.owe_receipt(&DueReceipt {
            item: line.id,
            person: me,
            mark,
            since_ms: self.claimed.0,
            haste: told.class == NewsClass::Alert,
        })?)
    }

    /// Somebody opens one of them.
    pub(super) fn open_news(&mut self, id: &str) -> Result<After, Failed> {
        let (of, line) = self.news_named(id)?;
        self.owe(&line, Mark::Seen)?;
        Ok(After::Read(Command::News(NewsCommand::Show { id: of.to_hex() })))
    }

    /// Somebody reads a group's log, and with it the announcements in it.
    pub(super) fn open_log(&mut self, group: String) -> Result<After, Failed> {
        for id in self.views.news_in(&self.group_id(&group)?)? {
            if let Some(line) = self.views.news_line(&id)? {
                self.owe(&line, Mark::Seen)?;
            }
        }
        Ok(After::Read(Command::MarkRead { group }))
    }

    /// Rule 2: what is to be said now, by whom; and when to look again.
    pub(super) fn receipts_due(&mut self) -> Result<Vec<(PersonId, Vec<DueReceipt>)>, Failed> {
        let all = self.views.due_receipts()?;
        let own = u64::from(self.identity.box_key.key().as_bytes()[0]);
        let left = |due: &DueReceipt| {
            let patience = if due.haste { HASTE_MS } else { PATIENCE_MS };
            // A clock that was put back must not silence a home.
            let waited = self.claimed.0.abs_diff(due.since_ms);
            (patience + patience * own / 256).saturating_sub(waited)
        };
        let Some(left) = all.iter().map(left).min() else { return Ok(Vec::new()) };
        if left > 0 {
            self.keys.look_again(Some(left));
            return Ok(Vec::new());
        }
        let mut by_person: BTreeMap<PersonId, Vec<DueReceipt>> = BTreeMap::new();
        all.into_iter().for_each(|due| by_person.entry(due.person).or_default().push(due));
        Ok(by_person
            .into_iter()
            .flat_map(|(person, due)| {
                let parts = due.chunks(RECEIPT_ITEMS_MAX).map(<[_]>::to_vec).collect::<Vec<_>>();
                parts.into_iter().map(move |part| (person, part))
            })
            .collect())
    }

    /// Says it, in the scope of the group of everybody.
    pub(super) fn write_receipt(
        &mut self,
        (person, due): (PersonId, Vec<DueReceipt>),
    ) -> Result<(), Failed> {
        let items = |mark: Mark| -> Vec<EnvelopeId> {
            due.iter().filter(|it| it.mark == mark).map(|it| it.item).collect()
        };
        let receipt = Receipt { reached: items(Mark::Reached), seen: items(Mark::Seen) };
        let all = self.truth.roster().everybody();
        let who = self.resident_who(|it| it == person).unwrap_or_default();
        self.in_the_name_of(who, |ledger| {
            let auth = all.and_then(|all| ledger.truth.roster().best_auth(person, all.scope()));
            if let (Some(all), Some(auth)) = (all, auth) {
                let epoch = ledger.epoch_for(Kind::RECEIPT, all.scope())?;
                let body = Body::Receipt(receipt);
                ledger.write_under(body, all.scope(), Deps::Subject, Some(auth), epoch)?;
            }
            Ok::<(), Failed>(())
        })?;
        for it in &due {
            self.views.receipt_said(&person, &it.item)?;
        }
        Ok(())
    }

    /// Rule 3.
    pub(super) fn reached(&self, id: &str) -> Result<NewsReply, Failed> {
        let (of, line) = self.news_named(id)?;
        let (me, roster) = (self.person()?, self.truth.roster());
        let mut mine = roster.live_roles(me);
        mine.retain(|it| it.role >= Role::Steward);
        if mine.is_empty() && line.person != me {
            return Err(ApiError::not_allowed("reached").into());
        }
        let homes = self.homes_of(&line)?;
        let mut marks = self.views.receipts(&line.id)?;
        marks.insert(line.person, Mark::Seen);
        let mark_of =
            |home: &Home| home.people.iter().filter_map(|it| marks.get(it)).max().copied();
        let over = |place: &Place| mine.iter().any(|it| it.over.contains(place));
        let mut counts: BTreeMap<Place, PlaceCount> = BTreeMap::new();
        for home in &*homes {
            for depth in 0..=home.place.0.len() {
                let place = Place(home.place.0[..depth].to_vec());
                if over(&place) || (depth == 0 && line.person == me) {
                    counts.entry(place).or_default().add(mark_of(home));
                }
            }
        }
        let desk = mine.iter().any(|it| it.role >= Role::Staff && it.over == Place::community());
        let nearest = |place: &Place| {
            let around = (0..=place.0.len()).rev().map(|depth| Place(place.0[..depth].to_vec()));
            around.into_iter().find(|it| !roster.rulers(it).is_empty())
        };
        let is_mine = |place: &Place| {
            nearest(place).is_some_and(|near| mine.iter().any(|it| it.over == near))
        };
        let mut missing = Vec::new();
        let mut names: BTreeMap<&Place, String> = BTreeMap::new();
        for home in homes.iter() {
            let mark = mark_of(home);
            if mark == Some(Mark::Seen) {
                continue;
            }
            if missing.len() < MISSING_MAX && (desk || is_mine(&home.place)) {
                let card = home.card.as_ref();
                if !names.contains_key(&home.place) {
                    names.insert(&home.place, self.place_name(&home.place)?);
                }
                missing.push(MissingHome {
                    home: card.map(|it| it.home.clone()).unwrap_or_default(),
                    name: card.map(|it| it.name.clone()).unwrap_or_default(),
                    place: names[&home.place].clone(),
                    reached: mark.is_some(),
                });
            }
        }
        missing.sort_by(|one, other| (&one.place, &one.home).cmp(&(&other.place, &other.home)));
        let mut places = Vec::new();
        for (place, count) in counts {
            places.push(PlaceCount { place: self.place_name(&place)?, ..count });
        }
        let news = self.news_row(line)?;
        Ok(NewsReply::Reached(Box::new(ReachedPage { id: of, places, missing, news })))
    }

    /// The households that an item is for; a first page asks for it again and again.
    fn homes_of(&self, line: &NewsLine) -> Result<Arc<Vec<Home>>, Failed> {
        let mut groups = self.views.forwarded_into(&line.id)?;
        groups.push(line.group);
        let versions = (self.truth.roster().version(), self.views.cards_version());
        let key = (line.id, groups, versions.0, versions.1);
        self.memos.audience.get_or(&key, || self.audience(line, &key.1).map(Arc::new))
    }

    fn audience(&self, line: &NewsLine, groups: &[GroupId]) -> Result<Vec<Home>, Failed> {
        let area = self.told_as(&line.id)?.map(|(_, told)| told.area).unwrap_or_default();
        let roster = self.truth.roster();
        let mut homes: BTreeMap<HouseholdId, Home> = BTreeMap::new();
        for person in roster.community_members() {
            if !groups.iter().any(|group| roster.best_auth(person, group.scope()).is_some()) {
                continue;
            }
            let card = self.views.card(&person)?;
            let place = card.as_ref().map(|it| it.place.clone()).unwrap_or_default();
            if !area.contains(&place) {
                continue;
            }
            let home = Home { place, card, people: Vec::new() };
            homes.entry(roster.household_of(person)).or_insert(home).people.push(person);
        }
        Ok(homes.into_values().collect())
    }

    /// Rule 4: where this home lies, for its card.
    pub(super) fn place_of_home(&self) -> Result<Option<Place>, Failed> {
        Ok(self.kept_as(PLACE_KEPT)?.map(Place))
    }

    /// The home lies there; whoever says so has a new card, which counts for his household.
    pub(super) fn live_at(&mut self, place: &str) -> Result<After, Failed> {
        let place = self.place_named(Some(place))?;
        self.keep_as(PLACE_KEPT, &place.0)?;
        let all = self.group("all")?;
        let auth = self.auth_in(all.id, &all.name)?;
        self.put_card(auth)?;
        Ok(super::decide::say(crate::api::Reply::Done))
    }
}

impl PlaceCount {
    fn add(&mut self, mark: Option<Mark>) {
        self.households += 1;
        self.reached += u64::from(mark.is_some());
        self.seen += u64::from(mark == Some(Mark::Seen));
    }
}
