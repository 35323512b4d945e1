//! How a phone is let in: a code that only people at the box can read, typed once.
//!
//! # Rules
//!
//! 1. A code lets one phone in and is then gone; the next one is printed at once.
//! 2. Five wrong tries kill a code. A new one is printed, and nobody may try for ten seconds; after the
//!    next dead code for twenty, and so on, an hour at most, until somebody pairs. Of a million codes a
//!    machine that guesses day and night tries 44,000 in a year, which lets it in in one year of twenty-three.
//! 3. There is at most one code at a time, and codes are compared as hashes. Whoever has a paired phone
//!    may read it there.
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

/// How long nobody may try after the first code died, in milliseconds; twice as long after each further one.
const REST_MS: u64 = 10_000;

/// The longest that nobody may try, in milliseconds: an hour.
const REST_MAX_MS: u64 = 3_600_000;

/// Dead codes after which the rest grows no more.
const DOUBLINGS_MAX: u32 = 10;

/// Passes that are good at one time.
const PASSES_MAX: usize = 16;

/// How long a pass is good, in milliseconds.
const PASS_MS: u64 = 600_000;

/// Letters of what may stand in the field: a pass is longer than a code.
const TYPED_CHARS_MAX: usize = 40;

/// Digits of a code: short enough to read across a room.
const CODE_DIGITS: usize = 6;

/// The code of the moment.
#[derive(Default)]
pub struct Pairing {
    code: Option<String>,
    /// Passes that paired phones were given for themselves, the newest last, with whose they are.
    passes: Vec<(blake3::Hash, Moment, Option<PersonId>)>,
    wrong: u8,
    /// Codes that died since somebody last paired.
    dead: u32,
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
    /// Wrong once too often: the code is dead, and nobody may try for so many milliseconds.
    Dead(u64),
    /// A code died before; not even looked at, for so many milliseconds yet.
    Resting(u64),
}

impl Pairing {
    /// Puts a code in force.
    pub fn renew(&mut self, code: &str) {
        self.code = Some(code.to_owned());
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
            self.dead = 0;
            return Tried::Pass(person);
        }
        let rest = self.rest(now);
        if rest > 0 {
            return Tried::Resting(rest);
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let hash = |code: &str| blake3::hash(code.as_bytes());
        if self.code.as_deref().map(hash) == Some(hash(&digits)) {
            (self.code, self.dead) = (None, 0);
            return Tried::Right;
        }
        self.wrong += 1;
        if self.wrong < TRIES_MAX {
            return Tried::Wrong(TRIES_MAX - self.wrong);
        }
        self.code = None;
        let rest = (REST_MS << self.dead.min(DOUBLINGS_MAX)).min(REST_MAX_MS);
        self.dead += 1;
        self.closed_until = now + rest;
        Tried::Dead(rest)
    }

    /// How long nobody may try, in milliseconds.
    fn rest(&self, now: Moment) -> u64 {
        self.closed_until.0.saturating_sub(now.0)
    }
}

/// Draws a new code, puts it in force and has it printed; nothing where none can be drawn.
pub fn print_new_code(app: &App) -> Option<String> {
    let mut random = [0; 8];
    if getrandom::fill(&mut random).is_err() {
        tracing::error!("no randomness for a pairing code; no phone can pair");
        return None;
    }
    let number = u64::from_le_bytes(random) % 10_u64.pow(CODE_DIGITS as u32);
    let code = format!("{number:0CODE_DIGITS$}");
    app.pairing.lock().expect("no panic while the lock is held").renew(&code);
    (app.config.on_code)(&code);
    Some(code)
}

/// The code of the moment for whoever has a paired phone to read out, in two halves; none while nobody
/// may try. A page that is looked at again has the same one.
pub fn code_to_read_out(app: &App) -> Option<String> {
    let (rest, code) = {
        let pairing = app.pairing.lock().expect("no panic while the lock is held");
        (pairing.rest(app.moment()), pairing.code.clone())
    };
    let code = if rest > 0 { None } else { code.or_else(|| print_new_code(app)) }?;
    let (one, other) = code.split_at(CODE_DIGITS / 2);
    Some(format!("{one} {other}"))
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
    if matches!(tried, Tried::Right | Tried::Dead(_)) {
        print_new_code(&app);
    }
    let (words, mut code) = (visit.words, String::new());
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
        Tried::Wrong(left) => {
            // One digit is mended sooner than all are typed again.
            code = typed.code.chars().take(TYPED_CHARS_MAX).collect();
            words.text("pair-wrong", &[("left", u64::from(left).into())])
        }
        Tried::Dead(ms) => words.text("pair-dead", &[("rest", words.rest(ms).into())]),
        Tried::Resting(ms) => words.text("pair-resting", &[("rest", words.rest(ms).into())]),
    };
    let f = Frame::bare(&visit);
    let page = PairPage { f, code, back: typed.back, wrong: Some(wrong) };
    Ok(unprocessable(show(&page)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_lets_one_phone_in_however_it_is_typed() {
        let mut pairing = Pairing::default();
        pairing.renew("123456");
        assert_eq!(pairing.attempt(" 123 456 ", Moment(0)), Tried::Right);
        assert_eq!(pairing.attempt("123456", Moment(0)), Tried::Wrong(4));
    }

    #[test]
    fn five_wrong_tries_kill_the_code_and_close_the_door_for_a_while() {
        let mut pairing = Pairing::default();
        pairing.renew("123456");
        for left in (1..TRIES_MAX).rev() {
            assert_eq!(pairing.attempt("0", Moment(5)), Tried::Wrong(left));
        }
        assert_eq!(pairing.attempt("0", Moment(5)), Tried::Dead(REST_MS));
        pairing.renew("654321");
        assert_eq!(pairing.attempt("654321", Moment(5 + REST_MS - 1)), Tried::Resting(1));
        assert_eq!(pairing.attempt("123456", Moment(5 + REST_MS)), Tried::Wrong(4));
        assert_eq!(pairing.attempt("654321", Moment(5 + REST_MS)), Tried::Right);
    }

    /// Kills a code at that moment; how long nobody may try then.
    fn kill(pairing: &mut Pairing, now: Moment) -> u64 {
        pairing.renew("123456");
        for _ in 1..TRIES_MAX {
            assert!(matches!(pairing.attempt("0", now), Tried::Wrong(_)));
        }
        match pairing.attempt("0", now) {
            Tried::Dead(rest) => rest,
            other => panic!("it lives: {other:?}"),
        }
    }

    #[test]
    fn the_rest_doubles_with_each_dead_code_until_somebody_pairs() {
        let (mut pairing, mut now) = (Pairing::default(), Moment(7));
        let mut tries = 0;
        for nth in 0..40_u32 {
            let rest = kill(&mut pairing, now);
            let doubled = 10_000 * 2_u64.pow(nth.min(9));
            assert_eq!(rest, doubled.min(3_600_000), "the dead code number {nth}");
            now = now + rest;
            tries += u64::from(TRIES_MAX);
        }
        assert!(now.0 > 24 * 3_600_000 && tries <= 200, "a day and more for two hundred guesses");
        pairing.renew("123456");
        assert_eq!(pairing.attempt("123456", now), Tried::Right);
        assert_eq!(kill(&mut pairing, now), 10_000, "somebody paired: it begins anew");
        // Whoever comes with a paired phone's picture need not wait, and ends the rest for nobody.
        pairing.give_pass("pass", None, now);
        assert_eq!(pairing.attempt("pass", now), Tried::Pass(None));
        assert!(matches!(pairing.attempt("123456", now), Tried::Resting(_)));
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
