//! Looking for something together: a list of places, which both sides of a cut extend and tick; found stops
//! everybody.
//!
//! # Rules
//!
//! 1. The list is the checklist of a request, of an activity that of its first role's: what either side adds
//!    stays. A tick says that somebody looked there and found nothing.
//! 2. A place that has the same words is not added again; where both sides of a cut added it, it is shown
//!    once, and what is said of it is written to both entries: to at most [`EDITS_MAX`] of them, where it was
//!    found first.
//!    Whoever sees that somebody has looked there is told so, and nothing is written over the other's word.
//! 3. What a plan has looked at before a ride or an activity begins is no place to look, nor becomes one.
//! 4. Everybody in the group extends the list and looks; who is told that it was found: `store/views/look.rs`.
//! 5. An entry that is added on the request's own page follows the same rules.

use crdt::{
    document::{ChecklistItem, FactEdit, ItemKey, Word},
    id::RequestId,
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
                let request = self.looked_for(&about)?;
                self.add_places(&request, places)?;
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
        for item in self.listed(&request)?.0 {
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
        let (views, truth) = (&self.views, &self.truth);
        let named = self.request_id(about);
        // A whole id is well formed for either; it names an activity where no request answers to it.
        let folded = named.as_ref().ok().map(|id| views.fold(truth, id)).transpose()?.flatten();
        let list = match folded {
            Some(folded) => match views.plans_for(truth, &folded)?.first() {
                Some(plan) => views.list_of(truth, &folded.group, plan)?,
                None => None,
            },
            None => match self.gathering(about) {
                Ok(it) => views.list_of(truth, &it.line.group, &it.plan)?,
                Err(_) => None,
            },
        };
        list.map_or(named, Ok)
    }

    /// Rule 3: the entries that are places to look, and the lines that are none.
    fn listed(&self, request: &RequestId) -> Result<(Vec<ChecklistItem>, Vec<String>), Failed> {
        let folded = self.case(request)?;
        let mut checks = folded.case.ride.as_ref().map(|ride| ride.checks.clone());
        for plan in self.views.plans_for(&self.truth, &folded)? {
            checks.get_or_insert_default().extend(plan.checks);
        }
        let checks = checks.unwrap_or_default();
        let mut listed = self.facts_of(request)?.facts().checklist;
        listed.retain(|item| !checks.contains(&item.text));
        Ok((listed, checks))
    }

    fn add_places(&mut self, request: &RequestId, places: Vec<String>) -> Result<(), Failed> {
        if places.is_empty() || places.len() > EDITS_MAX {
            return Err(too_long("look_places", EDITS_MAX).into());
        }
        let (listed, checks) = self.listed(request)?;
        let mut new: Vec<String> = Vec::new();
        for place in places {
            let place = checked("place", one_line(&place), NAME_BYTES_MAX)?;
            refuse_private(&place)?;
            if checks.contains(&place) {
                return Err(ApiError::new(ErrorKind::CheckedBefore, [("text", place)]).into());
            }
            if !new.contains(&place) && listed.iter().all(|item| item.text != place) {
                new.push(place);
            }
        }
        let add = |place| FactEdit::Add(ItemKey::from_random(self.dice.draw()), place);
        let edits: Vec<FactEdit> = new.into_iter().map(add).collect();
        self.edit_facts(request, edits)
    }

    /// Rule 5: an entry from the request's own page.
    pub(super) fn add_entry(&mut self, id: &str, text: String) -> Result<After, Failed> {
        let id = self.request_id(id)?;
        self.add_places(&id, vec![text])?;
        Ok(After::Read(Command::Request { id: id.to_hex() }))
    }

    /// Rule 2.
    fn looked(&mut self, about: &str, place: &str, found: bool, so: bool) -> Result<(), Failed> {
        let request = self.looked_for(about)?;
        let (listed, _) = self.listed(&request)?;
        let place = place.trim();
        let named = listed.iter().find(|it| it.key.as_str() == place || it.text == place);
        let unknown = || ApiError::new(ErrorKind::BadEdit, [("reason", "no such entry".into())]);
        let text = named.ok_or_else(unknown)?.text.clone();
        if so && !found {
            let mut same = listed.iter().filter(|item| item.text == text);
            if let Some(by) = same.find_map(|item| self.look_row(item).ok()?.looked_by) {
                let args = [("name", by), ("text", text)];
                return Err(ApiError::new(ErrorKind::LookedAlready, args).into());
            }
        }
        self.edit_facts(&request, said_of(listed, &text, found, so))
    }

    fn look_row(&self, item: &ChecklistItem) -> Result<LookRow, Failed> {
        let name = |words: &[Word]| -> Result<Option<String>, Failed> {
            let person = words.last().and_then(|word| self.truth.roster().person_of(word.by));
            Ok(person.map(|person| self.views.name_of(&person)).transpose()?)
        };
        Ok(LookRow {
            key: item.key.as_str().to_owned(),
            text: item.text.clone(),
            looked_by: name(&item.done)?,
            found_by: name(&item.found)?,
        })
    }
}

/// Rule 2: what is said of every entry with these words, as one change; where nobody says so there is nothing
/// to take back.
fn said_of(listed: Vec<ChecklistItem>, text: &str, found: bool, so: bool) -> Vec<FactEdit> {
    let words =
        |item: &ChecklistItem| if found { !item.found.is_empty() } else { !item.done.is_empty() };
    let mut same: Vec<ChecklistItem> =
        listed.into_iter().filter(|item| item.text == text && (so || words(item))).collect();
    same.sort_by_key(|item| item.found.is_empty());
    let edit = |item: ChecklistItem| match found {
        true => FactEdit::Found(item.key, so),
        false => FactEdit::Tick(item.key, so),
    };
    same.into_iter().take(EDITS_MAX).map(edit).collect()
}
