//! The doors of a house as a grid: what each is called, how it stands in a colour, a sign and words, when
//! it was last heard, what it needs. For whoever looks after the house; the node says who that is.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use crdt::id::KeyId;
use serde::Deserialize;

use super::{
    App,
    error::Failure,
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, mesh_of, portion, show},
};
use crate::{
    api::{Command, DoorLine, GroupRow, HouseCommand, HouseReply, PeerRow, Reply},
    words::Words,
};

/// Doors of one portion: a house has about fifty.
const DOORS_SHOWN_MAX: usize = 48;

/// Names behind one door.
const NAMES_SHOWN_MAX: usize = 4;

/// A home that was not heard for so long is looked after, in milliseconds: a day.
const SILENT_MS: u64 = 24 * 60 * 60 * 1_000;

/// A door as it stands. The sign and the words repeat what the colour says.
struct Door {
    class: &'static str,
    sign: &'static str,
    home: String,
    names: String,
    needs: String,
    heard: String,
}

#[derive(Template)]
#[template(path = "doors.html")]
struct Page {
    f: Frame,
    beginning: String,
    count: u64,
    /// Where to warn everybody with a photo.
    alert: Option<String>,
    doors: Vec<Door>,
    next: Option<usize>,
}

/// Doors that begin so, and which portion of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    door: String,
    from: usize,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    let (f, groups, house, mesh) = tokio::join!(
        Frame::load(&app, &visit),
        app.handle.ask(Command::Groups),
        app.handle.ask(Command::House(HouseCommand::Doors)),
        app.handle.ask(Command::Mesh),
    );
    let Reply::House(HouseReply::Doors { mut doors }) = house? else {
        return Err(Failure::odd_reply());
    };
    let mesh = mesh_of(mesh);
    let Reply::Groups { groups } = groups? else { return Err(Failure::odd_reply()) };
    let own = mesh.node;
    let peers: BTreeMap<KeyId, &PeerRow> = mesh.peers.iter().map(|peer| (peer.id, peer)).collect();
    let beginning = shown.door.trim();
    doors.retain(|door| door.home.starts_with(beginning));
    let count = doors.len() as u64;
    let (doors, next) = portion(doors, shown.from, DOORS_SHOWN_MAX);
    let door = |line: &DoorLine| {
        let heard = if line.boxes.iter().any(|it| own == Some(*it)) {
            Some(0)
        } else {
            line.boxes.iter().filter_map(|it| heard_ms(peers.get(it)?)).min()
        };
        door(visit.words, line, heard)
    };
    Ok(show(&Page {
        f,
        beginning: clip(beginning, TITLE_CHARS_MAX),
        count,
        alert: alert_in(&groups),
        doors: doors.iter().map(door).collect(),
        next,
    }))
}

/// The form that warns the group of everybody, ready for a photo.
pub fn alert_in(groups: &[GroupRow]) -> Option<String> {
    let all = groups.iter().find(|group| group.name == "all" && group.joined)?;
    Some(format!("/groups/{}/photo?alert=yes", all.id.to_hex()))
}

fn heard_ms(peer: &PeerRow) -> Option<u64> {
    if peer.connected { Some(0) } else { peer.heard_ms_ago }
}

fn door(words: Words, line: &DoorLine, heard: Option<u64>) -> Door {
    let (class, sign) = match heard {
        _ if line.urgent => ("urgent", "⚠"),
        _ if line.open > 0 => ("asks", "♥"),
        Some(ms) if ms < SILENT_MS => ("well", "●"),
        _ => ("away", "○"),
    };
    let needs = match (line.urgent, line.open) {
        (true, open) => words.text("doors-urgent", &[("n", open.into())]),
        (false, 0) => String::new(),
        (false, open) => words.text("doors-asks", &[("n", open.into())]),
    };
    let heard = match heard {
        Some(0) => words.text("doors-here", &[]),
        Some(ms) => words.text("peer-heard", &[("ago", words.ago(ms).into())]),
        None => words.text("peer-never-heard", &[]),
    };
    let names =
        line.people.iter().take(NAMES_SHOWN_MAX).map(|name| clip(name, TITLE_CHARS_MAX / 4));
    Door {
        class,
        sign,
        home: clip(&line.home, TITLE_CHARS_MAX / 2),
        names: names.collect::<Vec<_>>().join(", "),
        needs,
        heard,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_door_says_in_colour_sign_and_words_how_it_stands() {
        let words = Words::of(Lang::ZhCn);
        let table = [
            (0, false, Some(0), "well", "●", "现在连着"),
            (0, false, Some(SILENT_MS), "away", "○", "1 天"),
            (0, false, None, "away", "○", ""),
            (2, false, Some(0), "asks", "♥", "2"),
            (1, true, None, "urgent", "⚠", "急"),
        ];
        for (open, urgent, heard, class, sign, says) in table {
            let line = DoorLine { open, urgent, home: "3-201".into(), ..DoorLine::default() };
            let door = door(words, &line, heard);
            assert_eq!((door.class, door.sign), (class, sign));
            let said = format!("{} {}", door.needs, door.heard);
            assert!(said.contains(says), "{said} / {says}");
        }
    }
}
