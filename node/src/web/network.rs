//! Who is connected, who lacks what, and dialling an address by hand.

use askama::Template;
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    group::one_line,
};
use crate::{
    api::{Command, PeerRow, Reply},
    words::Words,
};

/// Other homes on the page, connected ones first.
const PEERS_SHOWN_MAX: usize = 60;

/// Addresses of this box on the page.
const ADDRESSES_SHOWN_MAX: usize = 12;

/// Characters of an address that somebody may type.
const ADDRESS_CHARS_MAX: usize = 300;

struct Row {
    home: String,
    id: String,
    office: bool,
    connected: bool,
    transport: String,
    state: String,
    heard: String,
}

#[derive(Template)]
#[template(path = "network.html")]
struct Network {
    f: Frame,
    rows: Vec<Row>,
    hidden: u64,
    addresses: Vec<String>,
    typed: String,
    wrong: Option<String>,
}

async fn load(app: &App, visit: &Visit) -> Result<Network, Failure> {
    let (f, mesh) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Mesh));
    let Reply::Mesh(mut mesh) = mesh? else { return Err(Failure::odd_reply()) };
    mesh.peers.sort_by_key(|peer| (!peer.connected, !peer.office));
    let hidden = mesh.peers.len().saturating_sub(PEERS_SHOWN_MAX) as u64;
    let shown = mesh.peers.iter().take(PEERS_SHOWN_MAX);
    mesh.addresses.truncate(ADDRESSES_SHOWN_MAX);
    Ok(Network {
        f,
        rows: shown.map(|peer| row(visit.words, peer)).collect(),
        hidden,
        addresses: mesh.addresses,
        typed: String::new(),
        wrong: None,
    })
}

fn row(words: Words, peer: &PeerRow) -> Row {
    Row {
        home: clip(&peer.home, TITLE_CHARS_MAX),
        id: peer.id.to_string(),
        office: peer.office,
        connected: peer.connected,
        transport: peer.transport.to_uppercase(),
        state: compared(words, peer),
        heard: match (peer.connected, peer.heard_ms_ago) {
            (true, _) => String::new(),
            (false, Some(ms)) => words.text("peer-heard", &[("ago", words.ago(ms).into())]),
            (false, None) => words.text("peer-never-heard", &[]),
        },
    }
}

/// "Equal" is only ever said after comparing, and with the time of it.
fn compared(words: Words, peer: &PeerRow) -> String {
    let Some(ms) = peer.compared_ms_ago else { return words.text("peer-never-compared", &[]) };
    let ago = words.ago(ms);
    if peer.equal {
        return words.text("peer-equal", &[("ago", ago.into())]);
    }
    let here = ("here", peer.missing_here.into());
    words.text("peer-differs", &[here, ("there", peer.missing_there.into()), ("ago", ago.into())])
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit).await?))
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    address: String,
}

pub async fn dial(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let address = typed.address.trim().to_owned();
    let wrong = if address.is_empty() {
        visit.words.text("field-empty", &[])
    } else if address.chars().nth(ADDRESS_CHARS_MAX).is_some() {
        visit.words.text("field-too-long", &[("n", (ADDRESS_CHARS_MAX as u64).into())])
    } else {
        match app.handle.ask(Command::Dial { address }).await {
            Ok(_) => return Ok(Redirect::to("/network").into_response()),
            Err(error) if is_about_the_form(&error) => one_line(&visit, &error),
            Err(error) => return Err(error.into()),
        }
    };
    let page = load(&app, &visit).await?;
    Ok(unprocessable(show(&Network { typed: typed.address, wrong: Some(wrong), ..page })))
}
