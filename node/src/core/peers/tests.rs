//! The redial schedule as tables: what happened on the left, who is dialled on the right.

use super::*;

fn key(n: u8) -> KeyId {
    KeyId::from_bytes([n; 32])
}

fn at(n: u8) -> String {
    format!("/ip4/10.0.0.{n}/tcp/1")
}

fn remembered(n: u8) -> Remembered {
    Remembered { peer: key(n), addresses: vec![at(n)], office: false }
}

fn book(wanted: usize, homes: impl IntoIterator<Item = u8>) -> PeerBook {
    PeerBook::new(key(0), wanted, homes.into_iter().map(remembered).collect())
}

/// Runs the book's own clock until `end`; every dial with its time.
fn run(book: &mut PeerBook, from: u64, end: u64) -> Vec<(u64, Dial)> {
    let (mut now, mut dials) = (Moment(from), Vec::new());
    for draw in 0.. {
        dials.extend(book.next_dials(now, draw).into_iter().map(|dial| (now.0, dial)));
        match book.next_wakeup() {
            Some((next, _)) if next.0 < end => {
                assert!(next > now, "woken at {next:?} for nothing");
                now = next;
            }
            _ => return dials,
        }
    }
    dials
}

fn times(dials: &[(u64, Dial)], n: u8) -> Vec<u64> {
    dials.iter().filter(|(_, dial)| dial.peer == Some(key(n))).map(|(at, _)| *at).collect()
}

fn names(dials: &[Dial]) -> Vec<u8> {
    dials.iter().filter_map(|dial| dial.peer).map(|peer| peer.as_bytes()[0]).collect()
}

#[test]
fn the_pace_is_two_seconds_for_two_minutes_then_slows_down_to_thirty() {
    let mut book = book(8, [1]);
    let at = times(&run(&mut book, 0, 3_600_000), 1);
    assert_eq!(at[0], 0);
    let gaps: Vec<u64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let eager = &gaps[..EAGER_TRIES as usize];
    assert!(eager.iter().all(|gap| (1_800..2_200).contains(gap)), "{eager:?}");
    assert!(eager.iter().any(|gap| *gap != eager[0]), "no jitter");
    assert!(gaps.iter().all(|gap| *gap <= PACE_MS_MAX * 11 / 10), "gave up: {gaps:?}");
    assert!(gaps.last() > Some(&(PACE_MS_MAX * 8 / 10)), "never slows down");
}

#[test]
fn whatever_promises_an_answer_starts_the_pace_afresh() {
    type Change = fn(&mut PeerBook, Moment);
    let changes: [(&str, Change); 4] = [
        ("the network changed", |book, now| book.network_changed(now)),
        ("mDNS named it", |book, now| book.hint(key(1), &[at(9)], now)),
        ("somebody typed it", |book, now| book.typed(Some(key(1)), &at(9), now)),
        ("its link went down", |book, now| {
            book.on_connected(key(1), None);
            book.on_down(key(1), now);
        }),
    ];
    for (what, change) in changes {
        let mut book = book(8, [1]);
        run(&mut book, 0, 3_600_000);
        let now = Moment(3_600_000);
        change(&mut book, now);
        let at = times(&run(&mut book, now.0, now.0 + 10_000), 1);
        assert!(at.len() >= 5, "{what}: {at:?}");
        assert!(at[0] - now.0 <= HINT_GAP_MS, "{what}: {at:?}");
    }
}

#[test]
fn hints_in_a_flood_do_not_make_a_flood_of_dials() {
    let mut book = book(8, [1]);
    let mut dials = 0;
    for ms in 0..10_000 {
        book.hint(key(1), &[at(1)], Moment(ms));
        for n in 2..=255 {
            book.hint(key(n), &[at(n)], Moment(ms));
        }
        let now = book.next_dials(Moment(ms), ms);
        if let Some(first) = now.first().filter(|_| now.len() > ROUND_STRANGERS) {
            assert_eq!(first.peer, Some(key(1)), "a stranger before a neighbour");
        }
        dials += now.len();
        assert!(book.homes.len() <= HOMES_MAX);
    }
    assert!(dials <= 10_000 / 200 * (ROUND_STRANGERS + 1), "{dials} dials in 10 s");
    assert!(book.remembered().iter().any(|home| home.peer == key(1)), "crowded out");
}

#[test]
fn offices_come_first_then_who_was_seen_last_then_strangers() {
    let mut book = book(8, [5, 4, 3]);
    book.hint(key(1), &[at(1)], Moment(0));
    book.hint(key(2), &[at(2)], Moment(0));
    book.set_office(key(2), true);
    assert_eq!(names(&book.next_dials(Moment(0), 1)), [2, 5, 4, 3, 1]);
}

#[test]
fn a_long_list_is_dialled_in_rounds_and_nobody_is_left_out() {
    let mut book = book(8, 1..=100);
    assert_eq!(book.next_dials(Moment(0), 0).len(), ROUND_DIALS);
    assert_eq!(book.next_dials(Moment(0), 0), []);
    assert_eq!(book.next_wakeup().map(|(at, _)| at), Some(Moment(ROUND_MS)));
    let dials = run(&mut book, ROUND_MS, 600_000);
    for n in 9..=100 {
        assert!(!times(&dials, n).is_empty(), "{n} was never dialled");
    }
}

#[test]
fn enough_neighbours_are_enough_but_offices_are_always_wanted() {
    let mut book = book(2, [1, 2, 3, 4]);
    book.on_connected(key(1), None);
    assert_eq!(names(&book.next_dials(Moment(0), 0)).len(), 1, "one more is wanted");
    book.on_connected(key(2), None);
    book.set_office(key(4), true);
    let dials = run(&mut book, 10_000, 10_000 + 10 * STRAY_MS);
    assert!(times(&dials, 4).len() > 60, "the office is dialled at the usual pace");
    let strays = times(&dials, 3).len();
    assert!((8..=11).contains(&strays), "one look outside per minute, not {strays} in ten");
    book.on_down(key(1), Moment(700_000));
    let dials = names(&book.next_dials(Moment(700_000), 0));
    assert!(dials.contains(&1), "one is missing: {dials:?}");
}

#[test]
fn an_address_that_worked_is_not_crowded_out_by_hints() {
    let mut book = book(8, []);
    book.hint(key(1), &[at(1)], Moment(0));
    book.on_connected(key(1), Some(&at(1)));
    book.on_down(key(1), Moment(0));
    for n in 10..100 {
        book.hint(key(1), &[at(n)], Moment(0));
    }
    let dial = book.next_dials(Moment(0), 0).remove(0);
    assert_eq!(dial.addresses[0], at(1));
    assert_eq!(dial.addresses[1], at(99), "the latest hint next");
    assert!(dial.addresses.len() <= 2 * ADDRESSES_MAX);
}

#[test]
fn a_hint_that_leads_nowhere_is_forgotten_and_a_neighbour_never() {
    let mut book = book(8, [1]);
    book.hint(key(2), &[at(2)], Moment(0));
    for second in 0..600 {
        let now = Moment(second * 1_000);
        for dial in book.next_dials(now, second) {
            book.on_failed(dial.peer, &Lesson::Unreachable, now);
        }
    }
    assert!(book.homes.contains_key(&key(1)) && !book.homes.contains_key(&key(2)));
}

#[test]
fn who_is_not_one_of_us_is_left_alone_whatever_hints_say() {
    let mut book = book(8, []);
    book.hint(key(1), &[at(1)], Moment(0));
    assert_eq!(names(&book.next_dials(Moment(0), 0)), [1]);
    book.on_failed(Some(key(1)), &Lesson::Foreign, Moment(10));
    book.hint(key(1), &[at(1)], Moment(20));
    assert_eq!(run(&mut book, 20, PARKED_MS), []);
    assert_eq!(times(&run(&mut book, PARKED_MS + 10, PARKED_MS + 20), 1).len(), 1);
    book.on_failed(Some(key(1)), &Lesson::Foreign, Moment(PARKED_MS + 20));
    book.typed(Some(key(1)), &at(2), Moment(PARKED_MS + 600));
    assert_eq!(names(&book.next_dials(Moment(PARKED_MS + 1_000), 0)), [1]);
}

/// The router gave a neighbour's old address to another home.
#[test]
fn an_address_where_somebody_else_lives_is_struck_out_and_noted_for_him() {
    let mut book = book(8, [1]);
    book.hint(key(1), &[at(9)], Moment(0));
    book.next_dials(Moment(0), 0);
    let lesson = Lesson::WrongPeer { address: at(1), found: key(2) };
    book.on_failed(Some(key(1)), &lesson, Moment(100));
    let dials = run(&mut book, 100, 1_000);
    let to = |n| dials.iter().find(|(_, dial)| dial.peer == Some(key(n))).expect("dialled");
    assert_eq!(to(1).1.addresses, [at(9)]);
    assert_eq!(to(2).1.addresses, [at(1)]);
}

#[test]
fn a_typed_address_is_dialled_until_its_home_is_linked_and_again_after() {
    let mut book = book(8, []);
    book.typed(None, &at(1), Moment(0));
    let typed = |dials: &[(u64, Dial)]| dials.iter().filter(|(_, d)| d.peer.is_none()).count();
    assert!(typed(&run(&mut book, 0, 10_000)) >= 5);
    book.on_connected(key(1), Some(&at(1)));
    assert_eq!(typed(&run(&mut book, 10_000, 100_000)), 0);
    book.on_down(key(1), Moment(100_000));
    let dials = run(&mut book, 100_000, 110_000);
    assert_eq!((typed(&dials), times(&dials, 1).len()), (0, 5), "once is enough");
    // Another box lives there now: whoever it is, somebody wanted that address.
    let lesson = Lesson::WrongPeer { address: at(1), found: key(2) };
    book.on_failed(Some(key(1)), &lesson, Moment(110_000));
    assert!(typed(&run(&mut book, 110_000, 120_000)) >= 5);
    book.on_connected(key(2), Some(&at(1)));

    book.typed(None, &at(2), Moment(120_000));
    book.on_failed(None, &Lesson::Ourselves { address: at(2) }, Moment(120_000));
    assert_eq!(book.next_wakeup(), None, "nothing is left to dial");
    for n in 0..=255 {
        book.typed(None, &at(n), Moment(0));
    }
    assert_eq!(book.typed.len(), TYPED_MAX);
}

#[test]
fn a_typed_address_of_a_neighbour_we_have_is_not_dialled_for_ever() {
    let mut book = book(8, []);
    book.on_connected(key(1), None);
    book.typed(None, &at(1), Moment(0));
    assert_eq!(book.next_dials(Moment(0), 0).len(), 1);
    book.on_failed(Some(key(1)), &Lesson::Linked { address: at(1) }, Moment(10));
    assert_eq!(book.next_wakeup(), None);
}

#[test]
fn what_is_remembered_comes_back_in_the_same_order() {
    let mut first = book(8, [1, 2]);
    first.hint(key(3), &[at(3)], Moment(0));
    first.hint(key(4), &[at(4)], Moment(0));
    first.on_connected(key(4), None);
    first.set_office(key(2), true);
    first.hint(key(0), &[at(0)], Moment(0));
    let order: Vec<u8> = first.remembered().iter().map(|home| home.peer.as_bytes()[0]).collect();
    assert_eq!(order, [4, 1, 2], "no mere hints, not ourselves");
    let second = PeerBook::new(key(0), 8, first.remembered());
    assert_eq!(second.remembered(), first.remembered());
}

#[test]
fn a_full_book_forgets_hints_first_then_who_is_gone_longest() {
    let mut book = book(8, 1..=127);
    book.hint(key(200), &[at(200)], Moment(0));
    book.hint(key(201), &[at(201)], Moment(0));
    assert_eq!(book.homes.len(), HOMES_MAX);
    assert!(!book.homes.contains_key(&key(200)) && book.homes.contains_key(&key(201)));
    book.on_connected(key(201), None);
    book.on_connected(key(202), None);
    assert!(!book.homes.contains_key(&key(127)), "the one seen first of all");
    assert!(book.homes.contains_key(&key(1)));
}
