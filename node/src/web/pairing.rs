//! How a phone is let in: a code that only people at the box can read, typed once.
//!
//! # Rules
//!
//! 1. A code lets one phone in and is then gone; the next one is printed at once.
//! 2. Five wrong tries kill a code. A new one is printed, and nobody may try for ten seconds: a
//!    machine that guesses gets 5 of 100 million tries in ten seconds, which is centuries.
//! 3. There is at most one code at a time, and codes are compared as hashes.
//! 4. A paired phone takes itself along to the box's other address (`trusting`) by a pass: 128 drawn
//!    bits in a link, good once, for ten minutes.
//!
//! # Deliberately absent
//!
//! Counting tries per address: whoever guesses from one address in a home network can guess from
//! two hundred.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use crdt::{id::PersonId, time::Moment};
use serde::Deserialize;

use crate::phones;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, Visit, show},
    language::own_path,
    session::{Kind, Session, set_cookie},
};

/// Wrong tries that a code survives, plus one.
const TRIES_MAX: u8 = 5;

/// How long nobody may try after a code died, in milliseconds.
const REST_MS: u64 = 10_000;

/// Passes that are good at one time.
const PASSES_MAX: usize = 16;

/// How long a pass is good, in milliseconds.
const PASS_MS: u64 = 600_000;

/// Letters of what may stand in the field: a pass is longer than a code.
const TYPED_CHARS_MAX: usize = 40;

/// Digits of a code: short enough to read across a room.
const CODE_DIGITS: usize = 8;

/// The code of the moment.
#[derive(Default)]
pub struct Pairing {
    code: Option<blake3::Hash>,
    /// Passes that paired phones were given for themselves, the newest last, with whose they are.
    passes: Vec<(blake3::Hash, Moment, Option<PersonId>)>,
    wrong: u8,
    closed_until: Moment,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// Right: the phone is in, and the code is used up.
    Right,
    /// A pass, of whoever has that phone.
    Pass(Option<PersonId>),
    /// Wrong; so many tries are left.
    Wrong(u8),
    /// Wrong once too often: the code is dead.
    Dead,
    /// A code died a moment ago; not even looked at.
    Resting,
}

impl Pairing {
    /// Puts a code in force.
    pub fn renew(&mut self, code: &str) {
        self.code = Some(blake3::hash(code.as_bytes()));
        self.wrong = 0;
    }

    /// Gives a paired phone a pass: it lets the same phone in under the box's other name.
    pub fn give_pass(&mut self, pass: &str, person: Option<PersonId>, now: Moment) {
        if self.passes.len() >= PASSES_MAX {
            self.passes.remove(0);
        }
        self.passes.push((blake3::hash(pass.as_bytes()), now + PASS_MS, person));
    }

    /// Takes a pass that still holds: it is good once.
    fn take_pass(&mut self, typed: &str, now: Moment) -> Option<Option<PersonId>> {
        let hash = blake3::hash(typed.trim().as_bytes());
        let at = self.passes.iter().position(|(pass, until, _)| *pass == hash && now < *until)?;
        Some(self.passes.remove(at).2)
    }

    /// Somebody typed `typed` at `now`.
    pub fn attempt(&mut self, typed: &str, now: Moment) -> Tried {
        if let Some(person) = self.take_pass(typed, now) {
            return Tried::Pass(person);
        }
        if now < self.closed_until {
            return Tried::Resting;
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if self.code == Some(blake3::hash(digits.as_bytes())) {
            self.code = None;
            return Tried::Right;
        }
        self.wrong += 1;
        if self.wrong < TRIES_MAX {
            return Tried::Wrong(TRIES_MAX - self.wrong);
        }
        self.code = None;
        self.closed_until = now + REST_MS;
        Tried::Dead
    }
}

/// Draws a new code, puts it in force and has it printed.
pub fn print_new_code(app: &App) {
    let mut random = [0; 8];
    if getrandom::fill(&mut random).is_err() {
        tracing::error!("no randomness for a pairing code; no phone can pair");
        return;
    }
    let number = u64::from_le_bytes(random) % 10_u64.pow(CODE_DIGITS as u32);
    let code = format!("{number:0CODE_DIGITS$}");
    app.pairing.lock().expect("no panic while the lock is held").renew(&code);
    (app.config.on_code)(&code);
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage {
    f: Frame,
    code: String,
    /// Where to go once it is paired.
    back: String,
    wrong: Option<String>,
}

/// What the form and the address in the QR code carry.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    code: String,
    back: String,
}

pub async fn page(Extension(visit): Extension<Visit>, Query(typed): Query<Typed>) -> Response {
    if visit.session.kind == Kind::Paired {
        return Redirect::to(own_path(&typed.back)).into_response();
    }
    let back = typed.back;
    let code = typed.code.chars().take(TYPED_CHARS_MAX).collect();
    show(&PairPage { f: Frame::bare(&visit), code, back, wrong: None })
}

pub async fn pair(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    if visit.session.kind == Kind::Paired {
        return Ok(Redirect::to(own_path(&typed.back)).into_response());
    }
    let tried = {
        let mut pairing = app.pairing.lock().expect("no panic while the lock is held");
        pairing.attempt(&typed.code, app.moment())
    };
    if matches!(tried, Tried::Right | Tried::Dead) {
        print_new_code(&app);
    }
    let words = visit.words;
    let wrong = match tried {
        Tried::Right | Tried::Pass(_) => {
            let mut session = Session::draw(Kind::Paired).map_err(|_| Failure::no_randomness())?;
            if let Tried::Pass(Some(person)) = tried {
                session = session.of(person);
            }
            let cookie = set_cookie(app.config.port, visit.secure, &app.seal.cookie(&session));
            let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
            let name = phones::name_of(agent.unwrap_or_default());
            app.config.phones.pair(session.id(), name, app.today());
            if let Some(person) = session.person {
                app.config.phones.give(session.id(), person);
            }
            tracing::info!("a phone was paired with the page");
            let back = Redirect::to(own_path(&typed.back));
            return Ok(([(header::SET_COOKIE, cookie)], back).into_response());
        }
        Tried::Wrong(left) => words.text("pair-wrong", &[("left", u64::from(left).into())]),
        Tried::Dead => words.text("pair-dead", &[]),
        Tried::Resting => words.text("pair-resting", &[]),
    };
    let f = Frame::bare(&visit);
    let page = PairPage { f, code: String::new(), back: typed.back, wrong: Some(wrong) };
    Ok(unprocessable(show(&page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_lets_one_phone_in_however_it_is_typed() {
        let mut pairing = Pairing::default();
        pairing.renew("12345678");
        assert_eq!(pairing.attempt(" 1234 5678 ", Moment(0)), Tried::Right);
        assert_eq!(pairing.attempt("12345678", Moment(0)), Tried::Wrong(4));
    }

    #[test]
    fn five_wrong_tries_kill_the_code_and_close_the_door_for_a_while() {
        let mut pairing = Pairing::default();
        pairing.renew("12345678");
        for left in (1..TRIES_MAX).rev() {
            assert_eq!(pairing.attempt("0", Moment(5)), Tried::Wrong(left));
        }
        assert_eq!(pairing.attempt("0", Moment(5)), Tried::Dead);
        pairing.renew("87654321");
        assert_eq!(pairing.attempt("87654321", Moment(5 + REST_MS - 1)), Tried::Resting);
        assert_eq!(pairing.attempt("12345678", Moment(5 + REST_MS)), Tried::Wrong(4));
        assert_eq!(pairing.attempt("87654321", Moment(5 + REST_MS)), Tried::Right);
    }

    #[test]
    fn a_pass_is_good_once_and_not_for_long() {
        let mut pairing = Pairing::default();
        let li = Some(PersonId::from_bytes([1; 32]));
        pairing.give_pass("one", li, Moment(0));
        pairing.give_pass("other", None, Moment(0));
        assert_eq!(pairing.attempt(" one ", Moment(1)), Tried::Pass(li));
        assert_eq!(pairing.attempt("one", Moment(1)), Tried::Wrong(4));
        assert_eq!(pairing.attempt("other", Moment(PASS_MS)), Tried::Wrong(3));
    }

    #[test]
    fn without_a_code_nothing_opens() {
        assert_ne!(Pairing::default().attempt("", Moment(0)), Tried::Right);
    }
}
