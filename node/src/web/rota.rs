//! A driver's rota, and a series with its next rides.
//!
//! What a person does to a ride goes the way of every request (`request::act`); here stand his rides
//! of the coming days, those he stands by for, swaps that others offer, and what recurs at all. He offers
//! a swap on the page of his own ride, and gives up both ways of a day at once.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::id::GroupId;
use serde::Deserialize;

use super::{
    App,
    error::{Failure, has_passed, is_about_the_form, unprocessable},
    frame::{Frame, TITLE_CHARS_MAX, Visit, clip, show},
    group::one_line,
    requests::class,
    wrong::Wrong,
};
use crate::api::{
    ApiError, Command, OfferRow, Reply, RequestRow, SeriesCommand, SeriesReply, SeriesRow,
};

/// Series of one group on its page.
const SERIES_SHOWN_MAX: usize = 12;

/// Days of one page, from now on.
const DAYS_SHOWN: u32 = 14;

/// Rides of others that a swap is offered for.
const RIDES_SHOWN_MAX: usize = 40;

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
    /// It is yet to come: only such a ride can be swapped.
    ahead: bool,
    /// Its id, for the address of a swap.
    id: String,
    /// Series and date, where both ways of that day can be given up together.
    day: Option<(String, String)>,
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
    /// Somebody was asked to swap a moment ago.
    offered: bool,
}

/// For which ride one's own is offered.
#[derive(Template)]
#[template(path = "swap.html")]
struct SwapPage {
    f: Frame,
    mine: Card,
    /// Rides of others in the same series.
    theirs: Vec<Card>,
    chosen: String,
    wrong: Wrong,
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
    Query(said): Query<Said>,
) -> Result<Response, Failure> {
    Ok(show(&Rota { offered: !said.offered.is_empty(), ..load(&app, &visit).await? }))
}

/// What came of the last act.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Said {
    offered: String,
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
        offered: false,
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
        ahead: ride.is_some_and(|ride| ride.begins_ms > visit.now()),
        id: row.id.to_hex(),
        day: ride
            .filter(|ride| ride.other_leg.is_some())
            .map(|ride| (ride.series.to_hex(), ride.date.clone())),
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
    /// It was chosen on the page of one's own ride.
    chosen: String,
}

/// Rides of others that one's own can be offered for.
async fn load_swap(app: &App, visit: &Visit, swap: Swap) -> Result<SwapPage, Failure> {
    let week = app.handle.ask(Command::Series(SeriesCommand::Week { days: DAYS_SHOWN }));
    let Reply::Series(SeriesReply::Week(week)) = week.await? else {
        return Err(Failure::odd_reply());
    };
    let found = week.mine.iter().find(|row| row.id.to_hex() == swap.mine);
    let mine = found.ok_or(Failure::NoPage)?;
    let series = mine.ride.as_ref().ok_or(Failure::NoPage)?.series.to_hex();
    let ask = Command::Series(SeriesCommand::Show { series, days: DAYS_SHOWN });
    let (f, reply) = tokio::join!(Frame::load(app, visit), app.handle.ask(ask));
    let Reply::Series(SeriesReply::Page(page)) = reply? else { return Err(Failure::odd_reply()) };
    let is_ahead = |row: &RequestRow| card(visit, row).ahead;
    let others = page.rides.iter().filter(|row| row.holder.is_some() && !row.mine && is_ahead(row));
    let theirs = others.take(RIDES_SHOWN_MAX).map(|row| card(visit, row)).collect();
    Ok(SwapPage {
        f,
        mine: card(visit, mine),
        theirs,
        chosen: swap.theirs,
        wrong: Wrong::default(),
    })
}

pub async fn swap_page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(swap): Query<Swap>,
) -> Result<Response, Failure> {
    if swap.mine.is_empty() {
        // Nothing was chosen yet: it is chosen on the rota.
        return Ok(Redirect::to("/rota").into_response());
    }
    Ok(show(&load_swap(&app, &visit, swap).await?))
}

pub async fn swap(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Swap>,
) -> Result<Response, Failure> {
    let offers = !typed.chosen.is_empty();
    if offers && typed.theirs.is_empty() {
        let wrong = Wrong::beside("theirs", visit.words.text("field-empty", &[]));
        let page = load_swap(&app, &visit, typed).await?;
        return Ok(unprocessable(show(&SwapPage { wrong, ..page })));
    }
    let (mine, theirs) = (typed.mine.clone(), typed.theirs.clone());
    match app.handle.act(Command::Series(SeriesCommand::Swap { mine, theirs })).await {
        Ok(Reply::Series(SeriesReply::Swap { done: false, .. })) => {
            Ok(Redirect::to("/rota?offered=yes").into_response())
        }
        Ok(_) => Ok(Redirect::to("/rota").into_response()),
        Err(error) if offers && is_about_the_form(&error) => {
            let wrong = Wrong::beside("theirs", one_line(&visit, &error));
            match load_swap(&app, &visit, typed).await {
                Ok(page) => Ok(unprocessable(show(&SwapPage { wrong, ..page }))),
                // His own ride is not his any more.
                Err(Failure::NoPage) => as_it_is_now(&app, &visit, error).await,
                Err(failure) => Err(failure),
            }
        }
        Err(error) => as_it_is_now(&app, &visit, error).await,
    }
}

/// What was pressed is not so any more: the rota as it is.
async fn as_it_is_now(app: &App, visit: &Visit, error: ApiError) -> Result<Response, Failure> {
    if !has_passed(&error) {
        return Err(error.into());
    }
    let wrong = Some(visit.words.error(&error));
    Ok(unprocessable(show(&Rota { wrong, ..load(app, visit).await? })))
}

/// A day on which somebody can drive neither way.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DayOff {
    series: String,
    date: String,
}

pub async fn absent(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(off): Form<DayOff>,
) -> Result<Response, Failure> {
    let absent = SeriesCommand::Absent { ride: off.series, date: Some(off.date) };
    match app.handle.act(Command::Series(absent)).await {
        Ok(_) => Ok(Redirect::to("/rota").into_response()),
        Err(error) => as_it_is_now(&app, &visit, error).await,
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
