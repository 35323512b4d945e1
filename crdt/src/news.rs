//! What an announcement comes to: as it reads now, whether it still holds, and who is on duty.
//!
//! All of it is a fold over what counts, with the time given as an argument.
//!
//! # Rules
//!
//! 1. An announcement is corrected and withdrawn by its author, or by somebody who speaks for an
//!    office where it stands. Everybody else's word changes nothing.
//! 2. A withdrawal beats corrections; of corrections the last by (lamport, id) holds.
//! 3. It holds from `from_ms` until `until_ms`; afterwards it is still read, marked 已过期.
//! 4. Whoever says 我家的 of something addressed settles it everywhere; of several the first by
//!    (lamport, id) is named.
//! 5. A rota counts from somebody with a role over its place, the last by (lamport, id). A hand-over
//!    counts from the same, or from somebody on the rota; of those that overlap the last holds.
//! 6. What nobody answers goes to the next on the rota every [`PATIENCE_MS`]: requests, and what is said
//!    to the desk in any group ([`asks_desk`]).
//!
//! # Deliberately absent
//!
//! Likeness of meaning. A question is found again by its words, as a search finds them.

use crate::{
    body::{DutyRota, HandOver, OnDuty},
    id::{EnvelopeId, PersonId},
};

/// How long one person on the rota has before the next is asked too, in milliseconds: half an hour.
pub const PATIENCE_MS: u64 = 30 * 60 * 1_000;

/// Something said about an announcement, that counts where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its place in the order.
    pub at: (u64, EnvelopeId),
    /// Who.
    pub who: PersonId,
    /// In the name of an office?
    pub official: bool,
    /// What.
    pub word: Word,
}

/// What can be said about an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It shall read so, and hold until then if that is said.
    Correct(String, Option<u64>),
    /// It is taken back, for this reason.
    Withdraw(String),
    /// 我家的.
    Mine,
}

/// What an announcement has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What it says instead; none where it was never corrected.
    pub text: Option<String>,
    /// Until when it holds.
    pub until_ms: Option<u64>,
    /// Who took it back, and why.
    pub withdrawn: Option<(PersonId, String)>,
    /// Whose it was, and settled.
    pub settled_by: Option<PersonId>,
}

/// Rules 1, 2 and 4, in whatever order it was said.
pub fn fold(author: &PersonId, until_ms: Option<u64>, said: &[Said]) -> Standing {
    let mut order: Vec<&Said> = said.iter().collect();
    order.sort_unstable_by_key(|it| it.at);
    let mut standing = Standing { until_ms, ..Standing::default() };
    for it in order {
        let may = it.official || it.who == *author;
        match &it.word {
            Word::Correct(text, until_ms) if may => {
                standing.text = Some(text.clone());
                standing.until_ms = until_ms.or(standing.until_ms);
            }
            Word::Withdraw(reason) if may && standing.withdrawn.is_none() => {
                standing.withdrawn = Some((it.who, reason.clone()));
            }
            Word::Mine if standing.settled_by.is_none() => standing.settled_by = Some(it.who),
            _ => (),
        }
    }
    standing
}

/// Where a moment lies to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Before it.
    NotYet,
    /// Inside.
    Holds,
    /// 已过期: past its end.
    Expired,
}

/// Rule 3.
pub fn validity(from_ms: Option<u64>, until_ms: Option<u64>, now_ms: u64) -> Validity {
    if until_ms.is_some_and(|until| now_ms >= until) {
        Validity::Expired
    } else if from_ms.is_some_and(|from| now_ms < from) {
        Validity::NotYet
    } else {
        Validity::Holds
    }
}

/// What people write to have the desk read it, wherever they write.
const DESK_NAMES: [&str; 5] = ["红管家", "值班", "居委会", "desk", "office"];

/// Does a text speak to the desk? `@` and one of its names stand somewhere in it: @红管家, @值班, @desk.
pub fn asks_desk(text: &str) -> bool {
    let folded = text.to_lowercase().replace('＠', "@");
    folded.split('@').skip(1).any(|after| {
        let after = after.trim_start();
        DESK_NAMES.iter().any(|name| after.starts_with(name))
    })
}

/// Who is on duty at a moment: whoever took it over, else whose shift it is; none before the rota
/// begins.
pub fn on_duty<'a>(
    rota: &'a DutyRota,
    hand_overs: &'a [HandOver],
    now_ms: u64,
) -> Option<&'a OnDuty> {
    let covers = |it: &&HandOver| (it.from_ms..it.until_ms).contains(&now_ms);
    match hand_overs.iter().rev().find(covers) {
        Some(taken) => Some(&taken.to),
        None => rota.people.get(turn(rota, now_ms)?),
    }
}

/// Rule 6: in whose hands something is that was asked then and that nobody has answered; first of
/// whoever was on duty, then of each next one on the rota.
pub fn in_hands_of<'a>(
    rota: &'a DutyRota,
    hand_overs: &'a [HandOver],
    asked_ms: u64,
    now_ms: u64,
) -> Option<&'a OnDuty> {
    let steps = now_ms.saturating_sub(asked_ms) / PATIENCE_MS;
    let first = on_duty(rota, hand_overs, asked_ms.max(rota.begins_ms))?;
    if steps == 0 {
        return Some(first);
    }
    let own = rota.people.iter().position(|it| it.person == first.person);
    let at = own.or_else(|| turn(rota, asked_ms.max(rota.begins_ms)))? as u64;
    let count = rota.people.len() as u64;
    rota.people.get(usize::try_from((at % count + steps % count) % count).ok()?)
}

/// When the shift that a moment lies in ends; none before the rota begins.
pub fn shift_ends_ms(rota: &DutyRota, now_ms: u64) -> Option<u64> {
    let since = now_ms.checked_sub(rota.begins_ms)?;
    rota.begins_ms.checked_add((since / rota.shift_ms.max(1) + 1).checked_mul(rota.shift_ms)?)
}

fn turn(rota: &DutyRota, now_ms: u64) -> Option<usize> {
    let since = now_ms.checked_sub(rota.begins_ms)?;
    let shifts = since / rota.shift_ms.max(1);
    usize::try_from(shifts % rota.people.len().max(1) as u64).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::body::Place;

    const AUTHOR: PersonId = PersonId::from_bytes([1; 32]);
    const OTHER: PersonId = PersonId::from_bytes([2; 32]);
    const DESK: PersonId = PersonId::from_bytes([3; 32]);
    const HOUR: u64 = 3_600_000;

    fn said(at: u64, who: PersonId, word: Word) -> Said {
        let id = EnvelopeId::from_bytes([at as u8; 32]);
        Said { at: (at, id), who, official: who == DESK, word }
    }

    fn correct(text: &str) -> Word {
        Word::Correct(text.into(), None)
    }

    #[test]
    fn the_author_and_the_desk_are_heard_and_nobody_else() {
        let fold = |said: &[Said]| fold(&AUTHOR, Some(9), said);
        let table: [(&str, Vec<Said>, Option<&str>, bool); 6] = [
            ("nothing said", vec![], None, false),
            ("by the author", vec![said(1, AUTHOR, correct("a"))], Some("a"), false),
            ("by the desk", vec![said(1, DESK, correct("b"))], Some("b"), false),
            ("by a neighbour", vec![said(1, OTHER, correct("c"))], None, false),
            (
                "a neighbour withdraws",
                vec![said(1, OTHER, Word::Withdraw("no".into()))],
                None,
                false,
            ),
            (
                "a withdrawal beats a later correction",
                vec![said(1, DESK, Word::Withdraw("wrong".into())), said(2, AUTHOR, correct("d"))],
                Some("d"),
                true,
            ),
        ];
        for (what, words, text, withdrawn) in table {
            let standing = fold(&words);
            assert_eq!(standing.text.as_deref(), text, "{what}");
            assert_eq!(standing.withdrawn.is_some(), withdrawn, "{what}");
            assert_eq!(standing.until_ms, Some(9), "{what}");
        }
        let mine = fold(&[said(2, OTHER, Word::Mine), said(1, DESK, Word::Mine)]);
        assert_eq!(mine.settled_by, Some(DESK));
    }

    #[test]
    fn a_window_begins_and_ends() {
        let table = [
            (None, None, Validity::Holds),
            (Some(10), None, Validity::NotYet),
            (Some(5), Some(6), Validity::Holds),
            (None, Some(5), Validity::Expired),
            (Some(5), Some(5), Validity::Expired),
        ];
        for (from, until, wanted) in table {
            assert_eq!(validity(from, until, 5), wanted, "{from:?} {until:?}");
        }
    }

    #[test]
    fn the_desk_is_spoken_to_by_its_names() {
        let table = [
            ("@红管家 燃气卡怎么充值?", true),
            ("请问＠值班 今晚停水吗", true),
            ("@ Office: is the gate open?", true),
            ("wang@example.org", false),
            ("红管家真好", false),
            ("@李 红管家在吗", false),
        ];
        for (text, asks) in table {
            assert_eq!(asks_desk(text), asks, "{text}");
        }
    }

    fn rota() -> DutyRota {
        let on = |n: u8| OnDuty { person: PersonId::from_bytes([n; 32]), phone: n.to_string() };
        let people = vec![on(1), on(2), on(3)];
        DutyRota { place: Place::community(), people, begins_ms: 100 * HOUR, shift_ms: 8 * HOUR }
    }

    fn phone(on: Option<&OnDuty>) -> &str {
        on.map_or("-", |it| it.phone.as_str())
    }

    #[test]
    fn duty_goes_round_and_can_be_handed_over() {
        let rota = rota();
        let to = OnDuty { person: OTHER, phone: "9".into() };
        let from = 116 * HOUR;
        let over =
            HandOver { place: Place::community(), to, from_ms: from, until_ms: from + 2 * HOUR };
        let table =
            [(99, "-"), (100, "1"), (107, "1"), (108, "2"), (116, "9"), (118, "3"), (124, "1")];
        for (hour, wanted) in table {
            let on = on_duty(&rota, std::slice::from_ref(&over), hour * HOUR);
            assert_eq!(phone(on), wanted, "at {hour}");
        }
        assert_eq!(shift_ends_ms(&rota, 101 * HOUR), Some(108 * HOUR));
        assert_eq!(shift_ends_ms(&rota, 99 * HOUR), None);
    }

    #[test]
    fn what_nobody_answers_goes_to_the_next_on_the_rota() {
        let rota = rota();
        let asked = 101 * HOUR;
        let table = [
            (0, "1"),
            (PATIENCE_MS - 1, "1"),
            (PATIENCE_MS, "2"),
            (2 * PATIENCE_MS, "3"),
            (3 * PATIENCE_MS, "1"),
        ];
        for (after, wanted) in table {
            assert_eq!(phone(in_hands_of(&rota, &[], asked, asked + after)), wanted, "{after}");
        }
        assert_eq!(phone(in_hands_of(&rota, &[], 0, 0)), "1", "asked before the first shift");
    }

    proptest! {
        #[test]
        fn any_order_comes_to_the_same(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
            let all = [
                said(1, AUTHOR, correct("one")),
                said(2, DESK, correct("two")),
                said(3, OTHER, correct("three")),
                said(4, OTHER, Word::Mine),
                said(5, DESK, Word::Withdraw("wrong".into())),
                said(6, AUTHOR, Word::Withdraw("mine too".into())),
            ];
            let shuffled: Vec<Said> = order.into_iter().map(|at| all[at].clone()).collect();
            prop_assert_eq!(fold(&AUTHOR, None, &shuffled), fold(&AUTHOR, None, &all));
        }

        #[test]
        fn no_time_and_no_rota_break_it(begins in any::<u64>(), shift in 1..u64::MAX, now in any::<u64>(), asked in any::<u64>()) {
            let rota = DutyRota { begins_ms: begins, shift_ms: shift, ..rota() };
            let _ = on_duty(&rota, &[], now);
            let _ = in_hands_of(&rota, &[], asked, now);
            let _ = shift_ends_ms(&rota, now);
        }
    }
}
