//! Groups: which there are, what they are called, and the state that each of them shows.

use std::collections::BTreeMap;

use crdt::{
    document::{DocumentState, GroupBoard},
    id::{EnvelopeId, GroupId, ScopeId},
    sync::fingerprint::Fingerprint,
};
use rusqlite::{Connection, params};

use super::{Batch, Views, fingerprint, id_from, visible};
use crate::store::{error::StoreError, truth::Truth};

/// A group as it is kept in memory beside its row.
#[derive(Clone, Debug)]
pub struct GroupRef {
    /// Its row.
    pub number: i64,
    /// Its scope.
    pub scope: ScopeId,
    /// Empty until its board has arrived.
    pub name: String,
    /// Over what is visible in it.
    pub state: Fingerprint,
}

pub(super) fn read(conn: &Connection) -> Result<BTreeMap<GroupId, GroupRef>, StoreError> {
    let mut all = conn.prepare("SELECT id, ref, scope, state, name FROM groups")?;
    let rows = all.query_map([], |row| {
        let state: Vec<u8> = row.get(3)?;
        let group = GroupRef {
            number: row.get(1)?,
            scope: id_from(ScopeId::from_bytes, row, 2)?,
            name: row.get(4)?,
            state: fingerprint(&state),
        };
        Ok((id_from(GroupId::from_bytes, row, 0)?, group))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Views {
    /// Which group an envelope's scope belongs to.
    pub(super) fn group_of(&self, scope: &ScopeId) -> Option<GroupId> {
        self.groups.iter().find(|(_, group)| group.scope == *scope).map(|(id, _)| *id)
    }

    /// The groups that answer to this name or id, without a look at the disk.
    pub fn answering_to(&self, text: &str) -> Vec<GroupId> {
        if let Some(id) = text.parse().ok().filter(|id| self.groups.contains_key(id)) {
            return vec![id];
        }
        let answers =
            |(id, group): &(&GroupId, &GroupRef)| group.name == text || id.to_string() == text;
        self.groups.iter().filter(answers).map(|(id, _)| *id).collect()
    }

    pub(super) fn group_mut(&mut self, id: &GroupId) -> &mut GroupRef {
        self.groups.get_mut(id).expect("a group that was looked up before")
    }

    /// Takes in groups that the roster knows and the lists do not.
    pub(super) fn refresh_groups(
        &mut self,
        truth: &Truth,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for id in truth.roster().groups().into_iter().map(|group| group.id) {
            if self.groups.contains_key(&id) {
                continue;
            }
            let (scope, state) = (id.scope(), Fingerprint::EMPTY);
            self.execute(
                "INSERT INTO groups (id, scope, name, description, messages, state)
                 VALUES (?1, ?2, '', '', 0, ?3)",
                params![id.as_bytes(), scope.as_bytes(), state.to_bytes()],
            )?;
            let number = self.conn.last_insert_rowid();
            self.groups.insert(id, GroupRef { number, scope, name: String::new(), state });
            batch.changes.roster = true;
        }
        Ok(())
    }

    /// Writes what a group's board says now.
    pub(super) fn put_board(
        &mut self,
        id: GroupId,
        state: &DocumentState,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let board = state.board();
        let Some(group) = self.groups.get_mut(&id) else { return Ok(()) };
        let mut get = self.conn.prepare_cached("SELECT board FROM groups WHERE ref = ?1")?;
        let before: Option<[u8; 32]> = get.query_row([group.number], |row| row.get(0))?;
        if let Some(before) = before {
            group.state.remove(&EnvelopeId::from_bytes(before));
        }
        let now = board_visible(&board);
        group.state.add(&now);
        let mut put = self.conn.prepare_cached(
            "UPDATE groups SET name = ?2, description = ?3, board = ?4 WHERE ref = ?1",
        )?;
        let (name, description) = (board.name.text(), board.description.text());
        name.clone_into(&mut group.name);
        put.execute(params![group.number, name, description, now.as_bytes()])?;
        let number = group.number;
        self.execute("DELETE FROM pins WHERE in_group = ?1", [number])?;
        let mut pin = self.conn.prepare_cached("INSERT INTO pins VALUES (?1, ?2, ?3, ?4)")?;
        for (place, it) in (0_i64..).zip(&board.pins) {
            pin.execute(params![number, place, it.key.as_str(), it.text])?;
        }
        batch.touched.entry(id).or_default();
        batch.changes.roster = true;
        Ok(())
    }
}

/// What a board adds to its group's state.
fn board_visible(board: &GroupBoard) -> EnvelopeId {
    let mut parts: Vec<&[u8]> =
        vec![b"board", board.name.text().as_bytes(), board.description.text().as_bytes()];
    for pin in &board.pins {
        parts.extend([pin.key.as_str().as_bytes(), pin.text.as_bytes()]);
    }
    visible(&parts)
}
