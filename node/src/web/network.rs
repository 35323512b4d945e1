//! Who is connected, who lacks what, what of this home is where; dialling an address by hand.
//!
//! Why one home does not become equal has a page of its own ([`peer`]).

pub mod peer;
mod picture;

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, portion, show},
    group::one_line,
};
use crate::{
    api::{Command, HouseCommand, HouseReply, MeshPicture, OnlyHere, OnlyHereRow, PeerRow, Reply},
    words::Words,
};

/// Other homes on the page, connected ones first.
const PEERS_SHOWN_MAX: usize = 30;

/// Addresses of this box on the page.
const ADDRESSES_SHOWN_MAX: usize = 12;

/// Characters of an address that somebody may type.
const ADDRESS_CHARS_MAX: usize = 300;

struct Row {
    href: String,
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
    /// What of this home is only here, on its way, arrived: in sentences.
    where_it_is: Vec<String>,
    /// What the reader wrote that is only here.
    only_here: Vec<String>,
    /// The homes of the table, as a picture.
    picture: Option<picture::Picture>,
    rows: Vec<Row>,
    next: Option<usize>,
    addresses: Vec<String>,
    typed: String,
    wrong: Option<String>,
}

async fn load(app: &App, visit: &Visit, from: usize) -> Result<Network, Failure> {
    let only_here = app.handle.ask(Command::House(HouseCommand::OnlyHere));
    let (f, mesh, only_here) =
        tokio::join!(Frame::load(app, visit), app.handle.ask(Command::Mesh), only_here);
    let Reply::Mesh(mut mesh) = mesh? else { return Err(Failure::odd_reply()) };
    mesh.peers.sort_by_key(|peer| (!peer.connected, !peer.office));
    let where_it_is = where_it_is(visit.words, &mesh);
    let (shown, next) = portion(std::mem::take(&mut mesh.peers), from, PEERS_SHOWN_MAX);
    mesh.addresses.truncate(ADDRESSES_SHOWN_MAX);
    let rows: Vec<Row> = shown.iter().map(|peer| row(visit.words, peer)).collect();
    Ok(Network {
        where_it_is,
        only_here: match only_here {
            Ok(Reply::House(HouseReply::OnlyHere(only))) => titles(visit.words, &only),
            _ => Vec::new(),
        },
        picture: picture::picture(visit.words, &mesh.home, &rows),
        f,
        rows,
        next,
        addresses: mesh.addresses,
        typed: String::new(),
        wrong: None,
    })
}

/// What the reader wrote that is only here, by its sort and title.
fn titles(words: Words, only: &OnlyHere) -> Vec<String> {
    let title = |row: &OnlyHereRow| {
        let title = clip(&row.title, TITLE_CHARS_MAX);
        words.sentence("only-here", row.what.code(), &[("title", title.into())])
    };
    only.items.iter().filter_map(title).collect()
}

/// Only here, on its way, arrived; and when the office was last heard.
fn where_it_is(words: Words, mesh: &MeshPicture) -> Vec<String> {
    let count = |is: fn(&PeerRow) -> bool| mesh.peers.iter().filter(|peer| is(peer)).count() as u64;
    let said = |key: &str, n: u64| (n > 0).then(|| words.text(key, &[("n", n.into())]));
    let office = mesh.peers.iter().find(|peer| peer.office && peer.equal);
    let arrived = office.and_then(|peer| peer.compared_ms_ago);
    let office = arrived.map(|ms| words.text("where-office", &[("ago", words.ago(ms).into())]));
    let lines = [
        said("where-only-here", mesh.unsent),
        said("where-on-its-way", count(|peer| peer.connected && peer.missing_there > 0)),
        said("where-arrived", count(|peer| peer.equal)),
        office,
    ];
    lines.into_iter().flatten().collect()
}

fn row(words: Words, peer: &PeerRow) -> Row {
    Row {
        href: format!("/network/homes/{}", peer.id.to_hex()),
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

/// Which portion of the homes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    from: usize,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(shown): Query<Shown>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, shown.from).await?))
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
    let page = load(&app, &visit, 0).await?;
    Ok(unprocessable(show(&Network { typed: typed.address, wrong: Some(wrong), ..page })))
}
