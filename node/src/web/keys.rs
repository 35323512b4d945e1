//! The sealed key of whoever has the phone: open it for a duty shift, shut it, set its passphrase; let
//! another key act for oneself, and take the rights of lost devices with the paper key.
//!
//! # Rules
//!
//! 1. A passphrase and the words of a paper key are typed only where nobody on the way can read them: at
//!    the box itself, or over https ([why](../../../docs/decisions/0120-passphrases-on-a-page.md)). Over plain
//!    http there is no field for them; the page says why, and what to do instead. A form that comes all the same
//!    is not looked at.
//! 2. Shutting takes no secret, so every phone of the home can do it.
//! 3. A passphrase that was typed never comes back, not even where it was wrong. The words of a paper do:
//!    of 24 one is mended.

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
    frame::{Frame, Visit, show},
    wrong::Wrong,
};
use crate::{
    api::{ApiError, Command, KeyState, KeyUseWord, Reply, RosterCommand},
    clock,
    identity::HOURS_MAX,
    passphrase::Passphrase,
};

/// Hours of a shift, where nothing else is said.
const HOURS: u32 = 8;

#[derive(Template)]
#[template(path = "keys.html")]
struct Page {
    f: Frame,
    key: KeyState,
    /// How the key stands, as a sentence.
    state: String,
    /// May a secret be typed here? (rule 1)
    private: bool,
    /// A passphrase that was just drawn, to be taken or not.
    drawn: Passphrase,
    hours_max: u32,
    typed: Typed,
    /// What was done.
    done: Option<String>,
    wrong: Wrong,
}

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    what: String,
    passphrase: String,
    hours: String,
    old: String,
    new: String,
    again: String,
    words: String,
    key: String,
    key_use: String,
}

async fn load(app: &App, visit: &Visit, typed: Typed) -> Result<Page, Failure> {
    let (f, key) = tokio::join!(Frame::load(app, visit), app.handle.ask(Command::KeyState));
    let Reply::Key(key) = key? else { return Err(Failure::odd_reply()) };
    Ok(Page {
        f,
        state: state(visit, &key),
        key,
        private: visit.private,
        drawn: Passphrase::drawn(clock::random()),
        hours_max: HOURS_MAX,
        typed,
        done: None,
        wrong: Wrong::default(),
    })
}

fn state(visit: &Visit, key: &KeyState) -> String {
    let until = key.until_ms.map(|at| visit.moment(at)).unwrap_or_default();
    let said = match (key.copied, key.passphrase, key.open) {
        (true, ..) => "mykey-copied",
        (_, false, _) => "mykey-bare",
        (_, true, true) => "mykey-open",
        (_, true, false) => "mykey-shut",
    };
    visit.words.text(said, &[("until", until.into())])
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    Ok(show(&load(&app, &visit, Typed::default()).await?))
}

/// What a form asks of the node, or what is wrong with it.
fn command(visit: &Visit, typed: &Typed) -> Result<Command, Wrong> {
    let says = |field, key, args: &[_]| Wrong::beside(field, visit.words.text(key, args));
    let secret = !matches!(typed.what.as_str(), "lock" | "certify");
    if secret && !visit.private {
        let hint = visit.words.text("mykey-public-how", &[]);
        return Err(Wrong::above_all(visit.words.text("mykey-public", &[]), hint));
    }
    match typed.what.as_str() {
        "unlock" => {
            let hours = match typed.hours.trim() {
                "" => Some(HOURS),
                hours => hours.parse().ok().filter(|hours| (1..=HOURS_MAX).contains(hours)),
            };
            let max = [("n", u64::from(HOURS_MAX).into())];
            let hours = hours.ok_or_else(|| says("hours", "mykey-hours-wrong", &max))?;
            Ok(Command::Unlock { passphrase: Passphrase::typed(&typed.passphrase), hours })
        }
        "set" => {
            let new = Passphrase::typed(&typed.new);
            if !new.is_same(&Passphrase::typed(&typed.again)) {
                return Err(says("again", "mykey-again-wrong", &[]));
            }
            let old = Some(&typed.old).filter(|old| !old.is_empty());
            Ok(Command::SetPassphrase { old: old.map(|old| Passphrase::typed(old)), new })
        }
        "revoke" => Ok(Command::RevokeOld { words: Passphrase::typed(&typed.words) }),
        "certify" => {
            let key_use = match typed.key_use.as_str() {
                "box" => KeyUseWord::Box,
                _ => KeyUseWord::Writer,
            };
            let key = typed.key.clone();
            Ok(Command::Roster(RosterCommand::CertifyKey { key, key_use }))
        }
        _ => Ok(Command::Lock),
    }
}

/// Beside which field a refusal stands.
fn refused(visit: &Visit, typed: &Typed, error: &ApiError) -> Wrong {
    let passphrase = if typed.what == "set" { "old" } else { "passphrase" };
    let fields = [("passphrase", passphrase), ("new", "new"), ("words", "words"), ("key", "key")];
    Wrong::said(visit, error, &fields)
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let wrong = match command(&visit, &typed) {
        Err(wrong) => wrong,
        Ok(command) => match app.handle.ask(command).await {
            Ok(Reply::Revoked { keys }) => {
                let page = load(&app, &visit, Typed::default()).await?;
                let done = Some(visit.words.text("mykey-revoked", &[("n", keys.into())]));
                return Ok(show(&Page { done, ..page }));
            }
            Ok(_) => return Ok(Redirect::to("/me/key").into_response()),
            Err(error) if is_about_the_form(&error) => refused(&visit, &typed, &error),
            Err(error) => return Err(error.into()),
        },
    };
    let page = load(&app, &visit, typed).await?;
    Ok(unprocessable(show(&Page { wrong, ..page })))
}
