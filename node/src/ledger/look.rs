//! Looking for something together: a list of places, which both sides of a cut extend and tick; found stops
//! everybody.
//!
//! # Rules
//!
//! 1. The list is the checklist of a request, of an activity that of its first role's: what either side adds
//!    stays. A tick says that somebody looked there and found nothing.
//! 2. A place that has the same words is not added again; where both sides of a cut added it, it is shown
//!    once, and what is said of it is written to both entries.
//! 3. What a plan has looked at before a ride or an activity begins is no place to look.
//! 4. Everybody in the group extends the list and looks; who is told that it was found: `store/views/look.rs`.

use crdt::{
    document::{ChecklistItem, FactEdit, ItemKey},
    id::{RequestId, WriterId},
    limits::{EDITS_MAX, NAME_BYTES_MAX},
};

use super::{
    After, Failed, Ledger,
    decide::{checked, not_for_looking, one_line, refuse_private, too_long},
};
use crate::api::{ApiError, Command, ErrorKind, LookCommand, LookPage, LookRow};

impl Ledger {
    pub(super) fn look(&mut self, command: LookCommand) -> Result<After, Failed> {
        let about = match command {
            LookCommand::Show { about } => about,
            LookCommand::Add { about, places } => {
                self.add_places(&about, places)?;
                about
            }
            LookCommand::Looked { about, place, found, undo } => {
                self.looked(&about, &place, found, !undo)?;
                about
            }
        };
        Ok(After::Read(Command::Look(LookCommand::Show { about })))
    }

    pub(super) fn tell_look(&mut self, command: &LookCommand) -> Result<LookPage, Failed> {
        let LookCommand::Show { about } = command else { return Err(not_for_looking()) };
        let request = self.looked_for(about)?;
        let line = self.request_line(&request)?;
        let mut places: Vec<LookRow> = Vec::new();
        for item in self.places_to_look(&request)? {
            let row = self.look_row(&item)?;
            match places.iter_mut().find(|place| place.text == row.text) {
                None => places.push(row),
                Some(known) => {
                    known.looked_by = known.looked_by.take().or(row.looked_by);
                    known.found_by = known.found_by.take().or(row.found_by);
                }
            }
        }
        let found = places.iter().filter(|place| place.found_by.is_some());
        let open = |place: &&LookRow| place.looked_by.is_none() && place.found_by.is_none();
        Ok(LookPage {
            request,
            code: line.code,
            title: line.title,
            found: found.map(|place| place.text.clone()).collect(),
            left: places.iter().filter(open).count() as u64,
            places,
        })
    }

    /// Rule 1: the request that has the list.
    fn looked_for(&self, about: &str) -> Result<RequestId, Failed> {
        let named = self.request_id(about);
        let activity = match &named {
            Ok(id) if self.views.activities_of(id)?.is_empty() => return named,
            Ok(id) => self.gathering(&id.to_hex()),
            Err(_) => self.gathering(about),
        };
        let first = activity.ok().and_then(|it| it.plan.roles.first().map(|role| role.request));
        first.map_or(named, Ok)
    }

    /// Rule 3.
    fn places_to_look(&self, request: &RequestId) -> Result<Vec<ChecklistItem>, Failed> {
        let ride = self.case(request)?.case.ride;
        let mut checks = ride.map(|ride| ride.checks).unwrap_or_default();
        for activity in self.views.activities_of(request)? {
            let plan = self.views.plan(&self.truth, &activity)?;
            checks.extend(plan.into_iter().flat_map(|(plan, _)| plan.checks));
        }
        let mut listed = self.facts_of(request)?.facts().checklist;
        listed.retain(|item| !checks.contains(&item.text));
        Ok(listed)
    }

    fn add_places(&mut self, about: &str, places: Vec<String>) -> Result<(), Failed> {
        let request = self.looked_for(about)?;
        if places.is_empty() || places.len() > EDITS_MAX {
            return Err(too_long("look_places", EDITS_MAX).into());
        }
        let listed = self.places_to_look(&request)?;
        let mut new: Vec<String> = Vec::new();
        for place in places {
            let place = checked("place", one_line(&place), NAME_BYTES_MAX)?;
            refuse_private(&place)?;
            if !new.contains(&place) && listed.iter().all(|item| item.text != place) {
                new.push(place);
            }
        }
        let add = |place| FactEdit::Add(ItemKey::from_random(self.dice.draw()), place);
        let edits: Vec<FactEdit> = new.into_iter().map(add).collect();
        self.edit_facts(&request, edits)
    }

    /// Rule 2.
    fn looked(&mut self, about: &str, place: &str, found: bool, so: bool) -> Result<(), Failed> {
        let request = self.looked_for(about)?;
        let listed = self.places_to_look(&request)?;
        let place = place.trim();
        let named = listed.iter().find(|it| it.key.as_str() == place || it.text == place);
        let unknown = || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".into())]);
        let text = named.ok_or_else(unknown)?.text.clone();
        let same = listed.into_iter().filter(|item| item.text == text).map(|item| item.key);
        let edit = |key| match found {
            true => FactEdit::Found(key, so),
            false => FactEdit::Tick(key, so),
        };
        self.edit_facts(&request, same.map(edit).collect())
    }

    fn look_row(&self, item: &ChecklistItem) -> Result<LookRow, Failed> {
        let name = |writer: Option<WriterId>| -> Result<Option<String>, Failed> {
            let person = writer.and_then(|writer| self.truth.roster().person_of(writer));
            Ok(person.map(|person| self.views.name_of(&person)).transpose()?)
        };
        Ok(LookRow {
            key: item.key.as_str().to_owned(),
            text: item.text.clone(),
            looked_by: name(item.done_by)?,
            found_by: name(item.found_by)?,
        })
    }
}
