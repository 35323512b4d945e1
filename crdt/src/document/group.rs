//! A group's name, description and pinned board, read from its document.
//!
//! A pin is a line of text, a message of the group, or both. Pins are a union: what either side of
//! a cut pins stays, until somebody who has seen it takes it down. Whether a pinned message is
//! shown is for whoever shows messages: here it is an id and no more.

use automerge::ScalarValue;

use super::{DocumentState, Field, ItemKey};
use crate::{
    id::{EnvelopeId, WriterId},
    limits::{NAME_BYTES_MAX, TEXT_BYTES_MAX},
};

/// One edit of a group's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardEdit {
    /// Renames the group.
    Name(String),
    /// Says what it is for.
    Description(String),
    /// Pins a text, a message, or both.
    Pin(ItemKey, String, Option<EnvelopeId>),
    /// Takes a pin down.
    Unpin(ItemKey),
}

/// A pin on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its key, to name it in an edit.
    pub key: ItemKey,
    /// What it says; may be empty where it points at a message.
    pub text: String,
    /// The message that it points at.
    pub message: Option<EnvelopeId>,
    /// Who pinned it.
    pub by: WriterId,
}

/// What a group says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupBoard {
    /// Its name, if it was ever changed.
    pub name: Field,
    /// What it is for.
    pub description: Field,
    /// The board, oldest pin first.
    pub pins: Vec<Pin>,
}

pub(super) const NAME: &str = "name";
pub(super) const DESCRIPTION: &str = "description";
pub(super) const TEXT: &str = "text";
pub(super) const MESSAGE: &str = "message";

pub(super) fn read(state: &DocumentState) -> GroupBoard {
    let pins = state.items().into_iter().map(|(key, object, by)| {
        let text = state.field(&object, TEXT, TEXT_BYTES_MAX).text().to_owned();
        let named = state.values(&object, MESSAGE).into_iter();
        let mut messages = named.filter_map(|(value, _)| match value {
            ScalarValue::Bytes(id) => EnvelopeId::from_slice(&id),
            _ => None,
        });
        Pin { key, text, message: messages.next_back(), by }
    });
    GroupBoard {
        name: state.field(&automerge::ROOT, NAME, NAME_BYTES_MAX),
        description: state.field(&automerge::ROOT, DESCRIPTION, TEXT_BYTES_MAX),
        pins: pins.collect(),
    }
}
