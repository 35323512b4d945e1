//! Showing in one group what was said in another, by naming it.
//!
//! # Rules
//!
//! 1. A forward names an announcement or a message and adds a remark. Who said it first, when and where
//!    are read from what it names; so is every correction, withdrawal and taking down.
//! 2. An announcement goes as far as its author allowed. A message goes where everybody could read it
//!    already: out of a group that the whole community reads, or to the same readers.
//! 3. Each copy asks again whether it may be shown: a group that has shut its door since is shown no more.
//! 4. Twice into one group is once.

use crdt::{
    body::{Body, News, Reach, Talk},
    id::{EnvelopeId, GroupId, ScopeId},
    limits::TEXT_BYTES_MAX,
};

use crate::{
    api::{ApiError, ErrorKind, NewsReply, NewsRow, Reply, ShownRow},
    ledger::{
        After, Failed, Ledger,
        decide::{say, too_long},
    },
    store::{truth::Deps, views::GroupLine},
};

impl Ledger {
    pub(super) fn forward(&mut self, id: &str, group: &str, note: String) -> Result<After, Failed> {
        if note.len() > TEXT_BYTES_MAX {
            return Err(too_long("text", TEXT_BYTES_MAX).into());
        }
        let (of, from, name, may) = match self.news_named(id) {
            Ok((of, line)) => {
                let told = self.told_as(&of)?;
                let far = told.is_some_and(|(_, told)| told.reach == Reach::Community);
                (of, line.group, line.group_name, far)
            }
            Err(Failed::Refused(error)) if error.kind == ErrorKind::UnknownMessage => {
                let (of, from) = self.message_to_show(id)?;
                let far = self.is_read_by_all(&from.scope);
                (of, from.id, from.name, far)
            }
            Err(error) => return Err(error),
        };
        let into = self.group(group)?;
        if !may && !self.has_same_readers(&into.scope, &from.scope()) {
            return Err(ApiError::new(ErrorKind::TooFar, [("group", name)]).into());
        }
        let auth = self.auth_in(into.id, &into.name)?;
        if into.id == from || self.views.forwarded_into(&of)?.contains(&into.id) {
            return Ok(say(Reply::News(NewsReply::Told { id: of })));
        }
        let news = Body::News(News::Forward { of, note });
        let id = self.write(news, into.scope, Deps::Subject, Some(auth))?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    /// A message that whoever acts reads, and that still says something.
    fn message_to_show(&self, text: &str) -> Result<(EnvelopeId, GroupLine), Failed> {
        let unknown = || ApiError::new(ErrorKind::UnknownMessage, [("id", text.to_owned())]);
        let id = self.envelope_named(text)?.ok_or_else(unknown)?;
        let (held, group) = self.message(id)?;
        let is_talk = matches!(held.read_body(), Ok(Body::Talk(Talk::Message { .. })));
        let line = self.views.message_in(held.row)?.filter(|it| !it.withdrawn && !it.taken_down);
        let reads = self.truth.roster().may_read(self.person()?, &group.scope);
        (is_talk && reads && line.is_some()).then_some((id, group)).ok_or_else(|| unknown().into())
    }

    fn has_same_readers(&self, one: &ScopeId, other: &ScopeId) -> bool {
        let roster = self.truth.roster();
        roster.key_scope(one) == roster.key_scope(other)
    }

    fn is_read_by_all(&self, scope: &ScopeId) -> bool {
        let roster = self.truth.roster();
        let all = roster.everybody().map(|all| all.scope());
        all.is_some() && roster.key_scope(scope) == all
    }

    /// An announcement as it is shown in this group's log; nothing where it may not go so far.
    pub(in crate::ledger) fn news_shown_in(
        &self,
        group: &GroupId,
        id: &EnvelopeId,
    ) -> Result<Option<Box<NewsRow>>, Failed> {
        let Some(line) = self.views.news_line(id)? else { return Ok(None) };
        let same = self.has_same_readers(&group.scope(), &line.group.scope());
        let row = self.news_row(line)?;
        Ok((same || row.forwardable).then(|| Box::new(row)))
    }

    /// A message as it is shown in this group's log: rule 3.
    pub(in crate::ledger) fn message_shown_in(
        &self,
        group: &GroupId,
        id: &EnvelopeId,
    ) -> Result<Option<Box<ShownRow>>, Failed> {
        let (held, from) = match self.message(*id) {
            Ok(found) => found,
            Err(Failed::Refused(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let may =
            self.is_read_by_all(&from.scope) || self.has_same_readers(&group.scope(), &from.scope);
        let is_talk = matches!(held.read_body(), Ok(Body::Talk(Talk::Message { .. })));
        let line = self.views.message_in(held.row)?.filter(|_| may && is_talk);
        let Some(line) =
            line.filter(|line| self.hidden_here().is_ok_and(|hidden| !hidden.contains(&line.id)))
        else {
            return Ok(None);
        };
        let message = self.message_row(&from.id, line, false)?;
        Ok(Some(Box::new(ShownRow { group: from.name, message })))
    }
}
