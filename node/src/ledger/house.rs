//! The doors of a house: for whoever has a role over the place that their cards name, and for nobody
//! else. Names are net names; of requests only how many there are.

use std::collections::BTreeMap;

use crdt::{body::Place, body::Role, id::HouseholdId};

use super::{Failed, Ledger};
use crate::api::{ApiError, DoorLine, HouseCommand, HouseReply};

/// Urgency from which on a request cannot wait.
const URGENT: u8 = 3;

impl Ledger {
    /// Answers about houses.
    pub(super) fn house(&mut self, command: &HouseCommand) -> Result<HouseReply, Failed> {
        match command {
            HouseCommand::OnlyHere => self.only_here().map(HouseReply::OnlyHere),
            HouseCommand::Inbox => self.inbox().map(HouseReply::Inbox),
            HouseCommand::Doors => self.doors_of_mine().map(|doors| HouseReply::Doors { doors }),
        }
    }

    fn doors_of_mine(&mut self) -> Result<Vec<DoorLine>, Failed> {
        let (me, roster) = (self.person()?, self.truth.roster());
        let mut mine = roster.live_roles(me);
        mine.retain(|it| it.role >= Role::Steward);
        if mine.is_empty() {
            return Err(ApiError::not_allowed("doors").into());
        }
        let mut doors: BTreeMap<HouseholdId, (Place, DoorLine)> = BTreeMap::new();
        for person in roster.community_members() {
            let card = self.views.card(&person)?;
            let place = card.as_ref().map(|it| it.place.clone()).unwrap_or_default();
            if !mine.iter().any(|it| it.over.contains(&place)) {
                continue;
            }
            let (place, door) = (place, doors.entry(roster.household_of(person)));
            let (_, door) = door.or_insert_with(|| (place, DoorLine::default()));
            if let Some(card) = card {
                if door.home.is_empty() {
                    door.home = card.home;
                }
                door.people.push(card.name);
            }
        }
        for key in roster.boxes() {
            let household = roster.box_person(key).map(|person| roster.household_of(person));
            if let Some((_, door)) = household.and_then(|of| doors.get_mut(&of)) {
                door.boxes.push(key);
            }
        }
        for request in self.views.requests(false)? {
            if let Some((_, door)) = doors.get_mut(&roster.household_of(request.requester)) {
                door.open += 1;
                door.urgent |= request.urgency >= URGENT;
            }
        }
        let mut all = Vec::new();
        for (place, door) in doors.into_values() {
            all.push(DoorLine { place: self.place_name(&place)?, ..door });
        }
        all.sort_by(|one, other| (&one.place, &one.home).cmp(&(&other.place, &other.home)));
        Ok(all)
    }
}
