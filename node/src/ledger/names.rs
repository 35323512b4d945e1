//! Names stand wherever an id is wanted, as long as only one thing answers to them.

use crdt::id::RequestId;

use super::{Failed, Ledger};
use crate::{
    api::{ApiError, ErrorKind},
    store::views::GroupLine,
};

impl Ledger {
    /// The group of this name or id.
    pub(super) fn group(&self, text: &str) -> Result<GroupLine, Failed> {
        let text = text.trim();
        let groups = self.views.groups()?;
        let by_id = groups.iter().find(|group| group.id.to_hex() == text);
        let found: Vec<&GroupLine> = match by_id {
            Some(group) => vec![group],
            None => groups.iter().filter(|group| answers_to(group, text)).collect(),
        };
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(ApiError::new(ErrorKind::UnknownGroup, [("group", text.into())]).into()),
            many => {
                let names = many.iter().map(|group| group.id.to_string()).collect();
                Err(ambiguous(text, names).into())
            }
        }
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

fn answers_to(group: &GroupLine, text: &str) -> bool {
    group.name == text || group.id.to_string() == text
}

fn ambiguous(name: &str, candidates: Vec<String>) -> ApiError {
    let args = [("name", name.to_owned()), ("candidates", candidates.join(", "))];
    ApiError::new(ErrorKind::Ambiguous, args)
}
