//! Names stand wherever an id is wanted, as long as only one thing answers to them.

use crdt::{
    body::{Place, Role},
    id::{EnvelopeId, GroupId, KeyId, PersonId, RequestId},
};

use super::{Failed, Ledger, answer::role_word};
use crate::{
    api::{ApiError, ErrorKind, RoleRow},
    store::{
        error::StoreError,
        views::{Does, GroupLine},
    },
};

/// Hexadecimal digits from which on the beginning of an id stands for it.
const PREFIX_DIGITS: usize = 4;

/// How an id begins that is shown for a person without a name.
const SHOWN: &str = "person-";

impl Ledger {
    /// The group of this name or id, as a line of the list.
    pub(super) fn group(&self, text: &str) -> Result<GroupLine, Failed> {
        let id = self.group_id(text)?;
        let line = self.views.groups()?.into_iter().find(|group| group.id == id);
        line.ok_or_else(|| unknown_group(text).into())
    }

    /// The group of this name or id.
    pub(super) fn group_id(&self, text: &str) -> Result<GroupId, Failed> {
        let text = text.trim();
        match self.views.answering_to(text).as_slice() {
            [one] => Ok(*one),
            // What one is not in has its name in the directory alone.
            [] => match self.listed_as(text)?.as_slice() {
                [one] => Ok(*one),
                [] => Err(unknown_group(text).into()),
                many => Err(ambiguous(text, many.iter().map(GroupId::to_string).collect()).into()),
            },
            // Whoever says `all` means everybody, whatever else was given that name since.
            many => match many.iter().find(|id| self.is_everybody(id)) {
                Some(everybody) => Ok(*everybody),
                None => Err(ambiguous(text, many.iter().map(GroupId::to_string).collect()).into()),
            },
        }
    }

    fn is_everybody(&self, id: &GroupId) -> bool {
        self.truth.roster().group(id).is_some_and(|group| group.everyone)
    }

    /// The request of this spoken code, id, or beginning of an id.
    pub(super) fn request_id(&self, text: &str) -> Result<RequestId, Failed> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        let mut found = self.views.find_requests(&text)?;
        if found.is_empty() {
            found = self.find_rides(&text)?;
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(ApiError::new(ErrorKind::UnknownRequest, [("id", text)]).into()),
            many => Err(ambiguous(&text, many.iter().map(|id| id.to_hex()).collect()).into()),
        }
    }
}

impl Ledger {
    /// The person of this name, or of this (beginning of an) id.
    pub(super) fn person_named(&self, text: &str) -> Result<PersonId, Failed> {
        let text = text.trim();
        // An id, whole or as it is shown, before any name: somebody may call himself by another's.
        if let Ok(id) = text.parse::<PersonId>()
            && (self.truth.roster().was_ever(&id) || self.views.card(&id)?.is_some())
        {
            return Ok(id);
        }
        let mut found = Vec::new();
        if text.starts_with(SHOWN) {
            found.extend(self.people_where(|id| id.to_string() == text)?.into_iter().next());
        }
        if found.is_empty() {
            found = self.views.people_called(text)?;
        }
        if found.is_empty() && text.len() >= PREFIX_DIGITS {
            found = self.people_where(|id| begins(&id.to_hex(), text))?;
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(ApiError::new(ErrorKind::UnknownPerson, [("name", text.into())]).into()),
            many => {
                let mut candidates = Vec::new();
                for id in many {
                    let home = self.views.card(id)?.map(|card| card.home).unwrap_or_default();
                    candidates.push(format!("{} ({home})", &id.to_hex()[..12]));
                }
                Err(ambiguous(text, candidates).into())
            }
        }
    }

    /// Everybody known here whose id fits, ascending. Looks at all: a name is looked up before.
    fn people_where(&self, fits: impl Fn(&PersonId) -> bool) -> Result<Vec<PersonId>, Failed> {
        let known = self.views.people()?.into_iter().map(|card| card.person);
        let mut all: Vec<PersonId> =
            self.truth.roster().people_ever().chain(known).filter(fits).collect();
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// The group or area of this name or id; the community where none is named.
    pub(super) fn place_named(&self, text: Option<&str>) -> Result<Place, Failed> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Place::community());
        };
        let areas: Vec<Place> = self
            .areas()?
            .into_iter()
            .filter(|(place, name)| {
                name == text || place.group().is_some_and(|id| begins(&id.to_hex(), text))
            })
            .map(|(place, _)| place)
            .collect();
        let unknown = || ApiError::new(ErrorKind::UnknownPlace, [("place", text.to_owned())]);
        match (areas.as_slice(), self.group(text)) {
            ([], Ok(group)) => {
                let group = self.truth.roster().group(&group.id).ok_or_else(unknown)?;
                Ok(group.place)
            }
            ([one], Err(_)) => Ok(one.clone()),
            ([], Err(Failed::Refused(error))) if error.kind == ErrorKind::UnknownGroup => {
                Err(unknown().into())
            }
            ([], Err(error)) => Err(error),
            (many, _) => {
                let ids = many.iter().filter_map(Place::group).map(|id| id.to_hex());
                Err(ambiguous(text, ids.collect()).into())
            }
        }
    }

    /// Areas that have a name, with their places.
    pub(super) fn areas(&self) -> Result<Vec<(Place, String)>, Failed> {
        let named = self.views.remarks(Does::Area, None)?;
        let mut areas: Vec<(Place, String)> = named
            .into_iter()
            .map(|it| (it.within.below(EnvelopeId::from_bytes(it.about)), it.text))
            .collect();
        areas.sort();
        areas.dedup_by(|one, other| one.0 == other.0);
        Ok(areas)
    }

    /// What a place is called: nothing for the community, the beginning of its id where it has no
    /// name.
    pub(super) fn place_name(&self, place: &Place) -> Result<String, Failed> {
        Ok(self.name_of_place(place)?)
    }

    /// The same for who cannot be refused anything.
    pub(super) fn name_of_place(&self, place: &Place) -> Result<String, StoreError> {
        let Some(id) = place.group() else { return Ok(String::new()) };
        if let Some(name) = self.views.group_name(&id) {
            return Ok(if name.is_empty() { id.to_string() } else { name.to_owned() });
        }
        self.views.area_name(place, &id)
    }

    /// A role and its place, as people say them.
    pub(super) fn role_row(&self, role: Role, over: &Place) -> Result<RoleRow, Failed> {
        Ok(RoleRow { role: role_word(role), over: self.place_name(over)? })
    }

    /// The key that begins like this, as far as somebody certified it.
    pub(super) fn key_named(&self, text: &str) -> Result<KeyId, Failed> {
        let text = text.trim();
        let mut found: Vec<KeyId> =
            self.truth.roster().keys_ever().filter(|key| begins(&key.to_hex(), text)).collect();
        found.dedup();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(ApiError::new(ErrorKind::UnknownKey, [("key", text.into())]).into()),
            many => Err(ambiguous(text, many.iter().map(KeyId::to_hex).collect()).into()),
        }
    }

    /// The envelope that begins like this; none where it is not here.
    pub(super) fn envelope_named(&self, text: &str) -> Result<Option<EnvelopeId>, Failed> {
        let digits = text.trim().trim_start_matches("env-").to_lowercase();
        if digits.len() < PREFIX_DIGITS {
            return Ok(None);
        }
        match self.truth.read().with_prefix(&digits)?.as_slice() {
            [one] => Ok(Some(*one)),
            [] => Ok(None),
            many => Err(ambiguous(text, many.iter().map(EnvelopeId::to_hex).collect()).into()),
        }
    }
}

fn begins(hex: &str, text: &str) -> bool {
    text.len() >= PREFIX_DIGITS && hex.starts_with(&text.to_lowercase())
}

fn unknown_group(text: &str) -> ApiError {
    ApiError::new(ErrorKind::UnknownGroup, [("group", text.into())])
}

fn ambiguous(name: &str, candidates: Vec<String>) -> ApiError {
    let args = [("name", name.to_owned()), ("candidates", candidates.join(", "))];
    ApiError::new(ErrorKind::Ambiguous, args)
}
