//! Why is this not syncing? What is known of one other home, compared with it now if wanted, and what to
//! try, the likeliest first.
//!
//! Nothing is guessed: each piece of advice follows from something that the node has seen.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};

use crate::{
    api::{Command, PeerRow, Reply},
    web::{
        App,
        error::Failure,
        frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    },
    words::Words,
};

/// How long a comparison may take before the page says that it did not come about, in milliseconds.
const COMPARE_MS: u64 = 5_000;

/// Not heard for so long: the other box is probably off, in milliseconds.
const SILENT_MS: u64 = 10 * 60 * 1_000;

#[derive(Template)]
#[template(path = "peer.html")]
struct Page {
    f: Frame,
    href: String,
    home: String,
    id: String,
    state: String,
    /// What is known, as name and value.
    known: Vec<(String, String)>,
    /// What to try.
    advice: Vec<String>,
    /// What a comparison begun by this very page came to; none where none was begun.
    compared: Option<String>,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, &id, None).await?))
}

/// Compares with this home now, and says what came of it.
pub async fn compare(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let peer = Some(id.clone());
    let wait = Command::Wait { peers: 1, peer, timeout_ms: COMPARE_MS };
    let key = match app.handle.ask(wait).await? {
        Reply::Waited { enough: true, .. } => "peer-compared-equal",
        Reply::Waited { .. } => "peer-compared-not",
        _ => return Err(Failure::odd_reply()),
    };
    let compared = Some(visit.words.text(key, &[]));
    Ok(show(&load(&app, &visit, &id, compared).await?))
}

async fn load(
    app: &App,
    visit: &Visit,
    id: &str,
    compared: Option<String>,
) -> Result<Page, Failure> {
    let (f, mesh) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Mesh));
    let Reply::Mesh(mesh) = mesh? else { return Err(Failure::odd_reply()) };
    let peer = mesh.peers.iter().find(|peer| peer.id.to_hex() == id).ok_or(Failure::NoPage)?;
    let words = visit.words;
    Ok(Page {
        href: format!("/network/homes/{}", peer.id.to_hex()),
        home: clip(&peer.home, TITLE_CHARS_MAX),
        id: peer.id.to_string(),
        state: super::compared(words, peer),
        known: known(words, peer),
        advice: advice(peer).into_iter().map(|key| words.text(key, &[])).collect(),
        compared,
        f,
    })
}

fn known(words: Words, peer: &PeerRow) -> Vec<(String, String)> {
    let ago = |ms: Option<u64>| {
        ms.map_or_else(|| words.text("peer-never-heard", &[]), |ms| words.ago(ms))
    };
    let link = match peer.connected {
        true => format!("{} {}", words.text("peer-connected", &[]), peer.transport.to_uppercase()),
        false => words.text("peer-away", &[]),
    };
    let bytes = format!("{} / {}", peer.bytes_in, peer.bytes_out);
    [
        ("peer-link", link),
        ("peer-last-heard", ago(peer.heard_ms_ago)),
        ("peer-last-compared", ago(peer.compared_ms_ago)),
        ("peer-lacking-here", peer.missing_here.to_string()),
        ("peer-lacking-there", peer.missing_there.to_string()),
        ("peer-bytes", bytes),
    ]
    .into_iter()
    .map(|(key, value)| (words.text(key, &[]), value))
    .collect()
}

/// What to try, the likeliest first.
fn advice(peer: &PeerRow) -> Vec<&'static str> {
    match peer {
        PeerRow { connected: true, equal: true, .. } => vec!["try-nothing"],
        PeerRow { connected: true, compared_ms_ago: None, .. } => vec!["try-wait", "try-compare"],
        PeerRow { connected: true, .. } => vec!["try-compare", "try-uncounted"],
        PeerRow { heard_ms_ago: None, .. } => vec!["try-same-network", "try-dial", "try-stick"],
        PeerRow { heard_ms_ago: Some(ms), .. } if *ms > SILENT_MS => {
            vec!["try-power", "try-same-network", "try-dial", "try-stick"]
        }
        _ => vec!["try-moment", "try-power", "try-dial"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crdt::id::KeyId;

    #[test]
    fn each_state_of_a_link_has_advice_of_its_own() {
        let peer = |connected, equal, compared_ms_ago, heard_ms_ago| PeerRow {
            id: KeyId::from_bytes([1; 32]),
            home: String::new(),
            office: false,
            connected,
            transport: String::new(),
            equal,
            missing_here: 0,
            missing_there: 0,
            compared_ms_ago,
            heard_ms_ago,
            linked_ms: None,
            bytes_in: 0,
            bytes_out: 0,
            frames_in: 0,
            frames_out: 0,
        };
        let table = [
            (peer(true, true, Some(1), Some(1)), "try-nothing"),
            (peer(true, false, None, Some(1)), "try-wait"),
            (peer(true, false, Some(1), Some(1)), "try-compare"),
            (peer(false, false, None, None), "try-same-network"),
            (peer(false, true, Some(1), Some(SILENT_MS + 1)), "try-power"),
            (peer(false, true, Some(1), Some(SILENT_MS)), "try-moment"),
        ];
        for (peer, first) in table {
            assert_eq!(advice(&peer)[0], first);
        }
    }
}
