//! Names stand wherever an id is wanted, as long as only one thing answers to them.

use crdt::id::{GroupId, RequestId};

use super::{Failed, Ledger};
use crate::{
    api::{ApiError, ErrorKind},
    store::views::GroupLine,
};

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
            [] => Err(unknown_group(text).into()),
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
        match self.views.find_requests(&text)?.as_slice() {
            [one] => Ok(*one),
            [] => Err(ApiError::new(ErrorKind::UnknownRequest, [("id", text)]).into()),
            many => Err(ambiguous(&text, many.iter().map(|id| id.to_hex()).collect()).into()),
        }
    }
}

fn unknown_group(text: &str) -> ApiError {
    ApiError::new(ErrorKind::UnknownGroup, [("group", text.into())])
}

fn ambiguous(name: &str, candidates: Vec<String>) -> ApiError {
    let args = [("name", name.to_owned()), ("candidates", candidates.join(", "))];
    ApiError::new(ErrorKind::Ambiguous, args)
}
