//! What pages change in documents, and what of the requests concerns whoever looks.

use node::api::{
    ApiError, ChecklistItem, Command, GroupKindWord, GroupRow, MinePage, Pin, Reply, RequestRow,
};

use super::Fake;

impl Fake {
    pub(super) fn mine_page(&self) -> MinePage {
        let over = |row: &RequestRow| ["closed", "cancelled"].contains(&&*row.status);
        let rows = self.requests.iter().map(|request| request.row.clone());
        let all: Vec<RequestRow> = rows.filter(|row| !over(row)).collect();
        let waits = |row: &&RequestRow| row.status == "open";
        let vetted = |row: &&RequestRow| {
            let is_team = |it: &GroupRow| it.joined && it.kind == GroupKindWord::Vetted;
            self.groups.iter().any(|group| group.id == row.group && is_team(group))
        };
        MinePage {
            open: all.iter().filter(waits).count() as u64,
            offered: all.iter().filter(waits).find(vetted).cloned(),
            requests: all.into_iter().filter(|it| it.mine || it.asked_by_me).collect(),
        }
    }

    pub(super) fn edit_document(&mut self, command: Command) -> Result<Reply, ApiError> {
        match command {
            Command::EditFact { id, field, value } => {
                let request = self.find_mut(&id)?;
                request.facts.insert(field, vec![value]);
                Ok(Reply::Done)
            }
            Command::ChecklistAdd { id, text } => {
                let key = format!("c{}", self.fresh());
                self.find_mut(&id)?.checklist.push(ChecklistItem {
                    key,
                    text,
                    done: false,
                    found: false,
                });
                Ok(Reply::Done)
            }
            Command::ChecklistTick { id, item, done } => {
                let list = &mut self.find_mut(&id)?.checklist;
                list.iter_mut().filter(|one| one.key == item).for_each(|one| one.done = done);
                Ok(Reply::Done)
            }
            Command::Describe { text, .. } => {
                self.board.description = text;
                Ok(Reply::Done)
            }
            Command::Pin { text, .. } => {
                let key = format!("p{}", self.fresh());
                self.board.pins.push(Pin { key, text });
                Ok(Reply::Done)
            }
            Command::Unpin { pin, .. } => {
                self.board.pins.retain(|pinned| pinned.key != pin);
                Ok(Reply::Done)
            }
            other => panic!("no page asks for {other:?}"),
        }
    }
}
