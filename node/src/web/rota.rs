//! A driver's rota, and a series with its next rides.
//!
//! What a person does to a ride goes the way of every request (`request::act`); here stand his rides
//! of the coming days, those he stands by for, swaps that others offer, and what recurs at all.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::GroupId;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, has_passed, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    requests::class,
};
use crate::api::{Command, OfferRow, Reply, RequestRow, SeriesCommand, SeriesReply, SeriesRow};

/// Series of one group on its page.
const SERIES_SHOWN_MAX: usize = 12;

/// Days of one page, from now on.
const DAYS_SHOWN: u32 = 14;

/// A ride as a card.
struct Card {
    href: String,
    begins: String,
    title: String,
    status: String,
    class: String,
    holder: Option<String>,
    lines: Vec<String>,
    code: String,
    /// Has whoever is on the rota yet to say yes?
    to_say_yes: bool,
}

/// A swap that somebody offers.
struct Offer {
    sentence: String,
    mine: String,
    theirs: String,
}

/// A series in the list.
pub struct Line {
    pub href: String,
    pub title: String,
    pub group: String,
    pub code: String,
}

#[derive(Template)]
#[template(path = "rota.html")]
struct Rota {
    f: Frame,
    offers: Vec<Offer>,
    mine: Vec<Card>,
    standby: Vec<Card>,
    series: Vec<Line>,
    /// Why nothing changed hands.
    wrong: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "series.html")]
struct Series {
    f: Frame,
    title: String,
    rule: String,
    group: String,
    group_href: String,
    understood: bool,
    details: String,
    rota: Option<String>,
    rides: Vec<Card>,
    driven: Vec<(String, u64)>,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit).await?))
}

async fn load(app: &App, visit: &Visit) -> Result<Rota, Failure> {
    let week = Command::Series(SeriesCommand::Week { days: DAYS_SHOWN });
    let list = Command::Series(SeriesCommand::List);
    let (f, week, list) =
        tokio::join!(Frame::load(app, visit), app.handle.ask(week), app.handle.ask(list));
    let (Reply::Series(SeriesReply::Week(week)), Reply::Series(SeriesReply::List { series })) =
        (week?, list?)
    else {
        return Err(Failure::odd_reply());
    };
    let cards = |rows: &[RequestRow]| rows.iter().map(|row| card(visit, row)).collect();
    Ok(Rota {
        f,
        offers: week.offers.iter().map(|row| offer(visit, row)).collect(),
        mine: cards(&week.mine),
        standby: cards(&week.standby),
        series: series.iter().map(|row| line(visit, row)).collect(),
        wrong: None,
    })
}

/// What recurs in a group, for its page.
pub async fn of_group(app: &App, visit: &Visit, group: GroupId) -> Result<Vec<Line>, Failure> {
    let reply = app.handle.ask(Command::Series(SeriesCommand::List)).await?;
    let Reply::Series(SeriesReply::List { series }) = reply else {
        return Err(Failure::odd_reply());
    };
    let here = series.iter().filter(|row| row.group == group).take(SERIES_SHOWN_MAX);
    Ok(here.map(|row| line(visit, row)).collect())
}

/// A series as a line of a list.
fn line(visit: &Visit, row: &SeriesRow) -> Line {
    Line {
        href: format!("/series/{}", row.id.to_hex()),
        title: clip(&row.title, TITLE_CHARS_MAX),
        group: clip(&visit.words.group_name(&row.group_name), TITLE_CHARS_MAX),
        code: row.code.clone(),
    }
}

fn card(visit: &Visit, row: &RequestRow) -> Card {
    let ride = row.ride.as_ref();
    Card {
        href: format!("/requests/{}", row.id.to_hex()),
        begins: ride.map(|ride| visit.words.ride_begins(ride)).unwrap_or_default(),
        title: clip(&row.title, TITLE_CHARS_MAX),
        status: visit.words.status(row.state()),
        class: class(&row.status),
        holder: row.holder.as_ref().map(|holder| clip(holder, TITLE_CHARS_MAX)),
        lines: ride.map(|ride| visit.words.ride_lines(ride)).unwrap_or_default(),
        code: row.code.clone(),
        to_say_yes: ride.is_some_and(|ride| !ride.said_yes),
    }
}

fn offer(visit: &Visit, row: &OfferRow) -> Offer {
    let begins = |row: &RequestRow| {
        row.ride.as_ref().map(|ride| visit.words.ride_begins(ride)).unwrap_or_default()
    };
    let args = [
        ("person", clip(&row.by, TITLE_CHARS_MAX).into()),
        ("mine", begins(&row.mine).into()),
        ("theirs", begins(&row.theirs).into()),
    ];
    Offer {
        sentence: visit.words.text("rota-offer", &args),
        mine: row.mine.id.to_hex(),
        theirs: row.theirs.id.to_hex(),
    }
}

/// Which rides change hands.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Swap {
    mine: String,
    theirs: String,
}

pub async fn swap(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(swap): Form<Swap>,
) -> Result<Response, Failure> {
    let Swap { mine, theirs } = swap;
    match app.handle.act(Command::Series(SeriesCommand::Swap { mine, theirs })).await {
        Ok(_) => Ok(Redirect::to("/rota").into_response()),
        // The offer was taken back, or a ride has gone: the rota as it is now.
        Err(error) if has_passed(&error) => {
            let wrong = Some(visit.words.error(&error));
            Ok(unprocessable(show(&Rota { wrong, ..load(&app, &visit).await? })))
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn series(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let ask = Command::Series(SeriesCommand::Show { series: id, days: DAYS_SHOWN });
    let (f, reply) = tokio::join!(Frame::load(&app, &visit), app.handle.ask(ask));
    let Reply::Series(SeriesReply::Page(page)) = reply? else { return Err(Failure::odd_reply()) };
    let words = visit.words;
    let rule = [
        ("rule", page.rule.clone().into()),
        ("start", page.start.clone().into()),
        ("zone", page.zone.clone().into()),
    ];
    let names: Vec<String> = page.rota.iter().map(|name| clip(name, TITLE_CHARS_MAX)).collect();
    let names = (!names.is_empty()).then(|| names.join("、"));
    Ok(show(&Series {
        f,
        title: clip(&page.row.title, TITLE_CHARS_MAX),
        rule: words.text("rota-rule", &rule),
        group: clip(&words.group_name(&page.row.group_name), TITLE_CHARS_MAX),
        group_href: format!("/groups/{}", page.row.group.to_hex()),
        understood: page.understood,
        details: page.details,
        rota: names.map(|names| words.text("rota-in-turn", &[("names", names.into())])),
        rides: page.rides.iter().map(|row| card(&visit, row)).collect(),
        driven: page
            .driven
            .iter()
            .map(|row| (clip(&row.person, TITLE_CHARS_MAX), row.legs))
            .collect(),
    }))
}
