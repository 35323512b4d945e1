//! What people say about messages and places: taking down, reporting, naming; and what one box keeps
//! to itself: hiding and muting.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, News, Place, Talk},
    id::{EnvelopeId, GroupId},
    limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    After, Failed, Ledger,
    decide::{checked, say},
    removal::gist,
};
use crate::{
    api::{ApiError, Command, ErrorKind, PlaceRow, Reply, ReportRow, RosterCommand, RosterReply},
    store::{
        truth::{Deps, Judged},
        views::{Does, GroupLine},
    },
};

/// Messages that one box hides; the newest choices stay.
const HIDDEN_MAX: usize = 4_096;

/// Groups that one box mutes: more than anybody is in.
const MUTED_MAX: usize = 1_024;

const HIDDEN_KEPT: &str = "hidden";
const MUTED_KEPT: &str = "muted";

impl Ledger {
    /// A message and the group that it stands in.
    pub(super) fn message(&self, id: EnvelopeId) -> Result<(Judged, GroupLine), Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]);
        let held = self.truth.read().verdict(&id)?.ok_or_else(unknown)?;
        let is_said = matches!(
            held.read_body(),
            Ok(Body::Talk(Talk::Message { .. }) | Body::News(News::Tell(_)))
        );
        if !is_said {
            return Err(unknown().into());
        }
        let groups = self.views.groups()?;
        let group = groups.into_iter().find(|group| group.scope == held.header.scope);
        Ok((held, group.ok_or_else(unknown)?))
    }

    /// One message as it reads now, for whoever may read it.
    pub(super) fn one_message(&self, id: &EnvelopeId) -> Result<Reply, Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", id.to_hex())]);
        let held = self.truth.read().verdict(id)?.ok_or_else(unknown)?;
        let groups = self.views.groups()?;
        let group = groups.into_iter().find(|group| group.scope == held.header.scope);
        let group = group.ok_or_else(unknown)?;
        let (me, roster) = (self.person()?, self.truth.roster());
        let line = self.views.message_in(held.row)?;
        let line = line.filter(|_| roster.may_read(me, &group.scope));
        let line = line.filter(|line| self.hidden_here().is_ok_and(|it| !it.contains(&line.id)));
        let owner = roster.is_owner(&group.id, me);
        let mut row = self.message_row(&group.id, line.ok_or_else(unknown)?, owner)?;
        row.may = Some(Box::new(self.message_may(&row, &group, owner)?));
        Ok(Reply::Log { messages: vec![row] })
    }

    pub(super) fn remark(&mut self, group: &GroupLine, talk: Talk) -> Result<After, Failed> {
        let auth = self.auth_in(group.id, &group.name)?;
        self.write(Body::Talk(talk), group.scope, Deps::Subject, Some(auth))?;
        Ok(say(Reply::Done))
    }

    fn must_own(&self, group: &GroupLine) -> Result<(), Failed> {
        let me = self.person()?;
        if self.truth.roster().is_owner(&group.id, me) {
            return Ok(());
        }
        let args = [("group", group.name.clone())];
        Err(ApiError::new(ErrorKind::NotAnOwner, args).into())
    }

    pub(super) fn take_down(&mut self, of: EnvelopeId, reason: String) -> Result<After, Failed> {
        let reason = checked("reason", reason, TEXT_BYTES_MAX)?;
        let (_, group) = self.message(of)?;
        self.must_own(&group)?;
        self.remark(&group, Talk::TakeDown { of, reason })
    }

    pub(super) fn put_back(&mut self, of: EnvelopeId) -> Result<After, Failed> {
        let (_, group) = self.message(of)?;
        self.must_own(&group)?;
        self.remark(&group, Talk::PutBack { of })
    }

    pub(super) fn report(&mut self, of: EnvelopeId, reason: String) -> Result<After, Failed> {
        let reason = checked("reason", reason, TEXT_BYTES_MAX)?;
        let (_, group) = self.message(of)?;
        self.remark(&group, Talk::Report { of, reason })
    }

    /// Reports are for those who can act on them.
    pub(super) fn list_reports(&mut self, text: &str) -> Result<RosterReply, Failed> {
        let group = self.group(text)?;
        self.must_own(&group)?;
        let mut reports = Vec::new();
        for remark in self.views.remarks(Does::Report, Some(&group.id))? {
            let of = EnvelopeId::from_bytes(remark.about);
            let Some(held) = self.truth.read().verdict(&of)? else { continue };
            let author = held.header.auth.and_then(|auth| self.truth.roster().author(&auth));
            let author = match author {
                Some(author) => self.views.name_of(&author)?,
                None => held.header.writer.to_string(),
            };
            reports.push(ReportRow {
                of,
                author,
                text: gist(&held),
                by: self.views.name_of(&remark.by)?,
                reason: remark.text,
                taken_down: self.views.is_taken_down(&of)?,
            });
        }
        Ok(RosterReply::Reports { reports })
    }

    pub(super) fn hide(&mut self, id: EnvelopeId, hidden: bool) -> Result<After, Failed> {
        self.message(id)?;
        let mut all: Vec<EnvelopeId> = self.kept_list(HIDDEN_KEPT)?;
        change(&mut all, id, hidden, HIDDEN_MAX);
        self.keep_as(HIDDEN_KEPT, &all)?;
        Ok(say(Reply::Done))
    }

    pub(super) fn mute(&mut self, text: &str, muted: bool) -> Result<After, Failed> {
        let group = self.group(text)?;
        let mut all: Vec<GroupId> = self.kept_list(MUTED_KEPT)?;
        change(&mut all, group.id, muted, MUTED_MAX);
        self.keep_as(MUTED_KEPT, &all)?;
        Ok(say(Reply::Done))
    }

    /// Messages that are not shown on this box.
    pub(super) fn hidden_here(&self) -> Result<BTreeSet<EnvelopeId>, Failed> {
        Ok(self.kept_list(HIDDEN_KEPT)?.into_iter().collect())
    }

    /// Groups of which nothing is unread on this box.
    pub(super) fn muted_here(&self) -> Result<BTreeSet<GroupId>, Failed> {
        Ok(self.kept_list(MUTED_KEPT)?.into_iter().collect())
    }

    fn kept_list<T: DeserializeOwned>(&self, key: &str) -> Result<Vec<T>, Failed> {
        Ok(self.kept_as(key)?.unwrap_or_default())
    }

    /// A plain value that this box keeps to itself; none where nothing is kept, or something else.
    pub(super) fn kept_as<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Failed> {
        let kept = self.truth.read().kept(key)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(super) fn keep_as(&mut self, key: &str, value: &impl Serialize) -> Result<(), Failed> {
        Ok(self.truth.keep(key, &serde_json::to_vec(value).expect("plain values"))?)
    }

    /// Names an area. A name gives no power; but only who rules around it may put it on the map.
    pub(super) fn name_place(
        &mut self,
        name: String,
        within: Option<&str>,
    ) -> Result<After, Failed> {
        let name = checked("name", name, NAME_BYTES_MAX)?;
        let within = self.place_named(within)?;
        let me = self.person()?;
        let not_allowed = || ApiError::not_allowed("name a place");
        self.truth.roster().may_found(me, &within).ok_or_else(not_allowed)?;
        let group = self.group("all")?;
        self.remark(&group, Talk::Area { within, name })?;
        Ok(After::Read(Command::Roster(RosterCommand::Places)))
    }

    pub(super) fn list_places(&mut self) -> Result<RosterReply, Failed> {
        let mut places = Vec::new();
        for (place, name) in self.areas()? {
            places.push(self.place_row(&place, name, "area")?);
        }
        for group in self.truth.roster().groups() {
            let name = self.place_name(&group.place)?;
            places.push(self.place_row(&group.place, name, "group")?);
        }
        places.sort_by(|one, other| (&one.path, &one.name).cmp(&(&other.path, &other.name)));
        Ok(RosterReply::Places { places })
    }

    fn place_row(&self, place: &Place, name: String, kind: &str) -> Result<PlaceRow, Failed> {
        let mut path = Vec::new();
        for depth in 1..=place.0.len() {
            path.push(self.place_name(&Place(place.0[..depth].to_vec()))?);
        }
        let rulers = self.truth.roster().rulers(place);
        let staff: Result<Vec<String>, Failed> =
            rulers.iter().map(|person| Ok(self.views.name_of(person)?)).collect();
        let id = place.group().unwrap_or_else(|| EnvelopeId::from(self.community));
        Ok(PlaceRow { id, name, path, kind: kind.to_owned(), staff: staff? })
    }
}

/// Adds or takes out one of a list that has a limit.
fn change<T: PartialEq>(all: &mut Vec<T>, one: T, is_in: bool, limit: usize) {
    all.retain(|it| *it != one);
    if is_in {
        all.push(one);
    }
    let surplus = all.len().saturating_sub(limit);
    all.drain(..surplus);
}
