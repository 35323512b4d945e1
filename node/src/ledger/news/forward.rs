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

/// Groups that somebody chooses from: more than anybody is in.
const GROUPS_OFFERED_MAX: usize = 60;

/// What is to be shown somewhere else.
struct ToShow {
    of: EnvelopeId,
    /// Where it was said, and what that group is called.
    from: GroupId,
    name: String,
    /// May everybody of the community read it?
    far: bool,
}

impl Ledger {
    pub(super) fn forward(&mut self, id: &str, group: &str, note: String) -> Result<After, Failed> {
        if note.len() > TEXT_BYTES_MAX {
            return Err(too_long("text", TEXT_BYTES_MAX).into());
        }
        let shown = self.to_show(id)?;
        let into = self.group(group)?;
        if !self.may_go(&shown, &into) {
            return Err(ApiError::new(ErrorKind::TooFar, [("group", shown.name)]).into());
        }
        let auth = self.auth_in(into.id, &into.name)?;
        let of = shown.of;
        if into.id == shown.from || self.views.forwarded_into(&of)?.contains(&into.id) {
            return Ok(say(Reply::News(NewsReply::Told { id: of })));
        }
        let news = Body::News(News::Forward { of, note });
        let id = self.write(news, into.scope, Deps::Subject, Some(auth))?;
        Ok(say(Reply::News(NewsReply::Told { id })))
    }

    /// Rule 2: what is to be shown, and how far it may go.
    fn to_show(&self, id: &str) -> Result<ToShow, Failed> {
        match self.news_named(id) {
            Ok((of, line)) => {
                let told = self.told_as(&of)?;
                let far = told.is_some_and(|(_, told)| told.reach == Reach::Community);
                Ok(ToShow { of, from: line.group, name: line.group_name, far })
            }
            Err(Failed::Refused(error)) if error.kind == ErrorKind::UnknownMessage => {
                let (of, from) = self.message_to_show(id)?;
                let far = self.is_read_by_all(&from.scope);
                Ok(ToShow { of, from: from.id, name: from.name, far })
            }
            Err(error) => Err(error),
        }
    }

    fn may_go(&self, shown: &ToShow, into: &GroupLine) -> bool {
        shown.far || self.has_same_readers(&into.scope, &shown.from.scope())
    }

    /// The groups of whoever asks in which it may be shown and is not yet, the first of them.
    pub(in crate::ledger) fn groups_to_show_in(
        &self,
        id: &EnvelopeId,
    ) -> Result<Vec<GroupLine>, Failed> {
        let shown = match self.to_show(&id.to_hex()) {
            Ok(shown) => shown,
            Err(Failed::Refused(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let already = self.views.forwarded_into(&shown.of)?;
        let mut groups = self.views.groups()?;
        groups.retain(|into| {
            let new = into.id != shown.from && !already.contains(&into.id);
            new && !into.name.is_empty() && self.is_in(&into.id) && self.may_go(&shown, into)
        });
        groups.truncate(GROUPS_OFFERED_MAX);
        Ok(groups)
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
