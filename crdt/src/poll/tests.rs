//! Tables of single voters, a neighbourhood over a cut, and random votes against a naive count.

use proptest::prelude::*;

use super::*;
use crate::body::{Franchise, Place};

const DESK: PersonId = PersonId::from_bytes([201; 32]);
const CLERK: PersonId = PersonId::from_bytes([202; 32]);
const OTHER_DESK: PersonId = PersonId::from_bytes([203; 32]);
const POLL: EnvelopeId = EnvelopeId::from_bytes([250; 32]);

pub fn opening() -> Opening {
    Opening {
        title: "装电梯".into(),
        details: String::new(),
        choices: vec!["同意".into(), "不同意".into(), "弃权".into()],
        place: Place::community(),
        franchise: Franchise::Household,
        roll: Vec::new(),
        voters: 3,
        on_paper: 2,
        counters: vec![DESK, OTHER_DESK],
        ends_ms: 0,
        grace_ms: 0,
        secret: None,
    }
}

fn id(n: u32) -> EnvelopeId {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    EnvelopeId::from_bytes(bytes)
}

fn person(n: u32) -> PersonId {
    PersonId::from_bytes(*id(n).as_bytes())
}

/// Three households: of two people, of one, of one.
fn roll() -> Vec<Voter> {
    [vec![person(10), person(11)], vec![person(20)], vec![person(30)]].map(Voter).into()
}

fn said(n: u32, who: PersonId, word: Ballot) -> Said {
    Said { at: (u64::from(n), id(n)), who, rules: who == DESK || who == CLERK, word }
}

fn mark(voter: u32, choice: u32, instead: &[u32]) -> Mark {
    let instead = instead.iter().map(|n| id(*n)).collect();
    Mark { poll: POLL, voter, choice: Choice::Open(choice), instead }
}

fn cast(n: u32, who: PersonId, voter: u32, choice: u32, instead: &[u32]) -> Said {
    said(n, who, Ballot::Cast(mark(voter, choice, instead)))
}

fn enter(n: u32, who: PersonId, voter: u32, choice: u32, instead: &[u32]) -> Said {
    said(n, who, Ballot::Enter(mark(voter, choice, instead)))
}

/// A report with its sheet before it.
fn report(n: u32, who: PersonId, ballots: &[u32]) -> [Said; 2] {
    let ballots = ballots.iter().map(|n| id(*n)).collect();
    let sheet = said(n, who, Ballot::Sheet { poll: POLL, ballots });
    [sheet, said(n + 1, who, Ballot::Report { poll: POLL, sheets: vec![id(n)] })]
}

/// What closings called final, and is no longer so.
fn called(it: &Outcome) -> Vec<(PersonId, Vec<u32>, Option<u32>)> {
    it.called.iter().map(|it| (it.by, it.votes.clone(), it.turnout)).collect()
}

fn close(n: u32, who: PersonId, reports: &[u32]) -> Said {
    let reports = reports.iter().map(|n| id(*n)).collect();
    said(n, who, Ballot::Close { poll: POLL, reports, count: None, reason: "断网".into() })
}

fn outcome(said: &[Said]) -> Outcome {
    let opening = opening();
    fold(&opening, &roll(), said, |_, mark| in_the_open(&opening, mark))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row a voter")]
fn one_voter_has_one_ballot_whatever_was_said() {
    let (wang, son) = (person(10), person(11));
    type Row = (&'static str, Vec<Said>, [u32; 3], [usize; 3], u32);
    // What, said; then votes, (contradicting, unconfirmed, spoilt), from outside.
    let table: Vec<Row> = vec![
        ("one ballot", vec![cast(1, wang, 0, 1, &[])], [0, 1, 0], [0, 0, 0], 0),
        (
            "the same said twice",
            vec![cast(1, wang, 0, 1, &[]), cast(2, son, 0, 1, &[])],
            [0, 1, 0],
            [0, 0, 0],
            0,
        ),
        (
            "said differently on two sides",
            vec![cast(1, wang, 0, 1, &[]), cast(2, son, 0, 0, &[])],
            [0, 0, 0],
            [1, 0, 0],
            0,
        ),
        (
            "and settled at home",
            vec![cast(1, wang, 0, 1, &[]), cast(2, son, 0, 0, &[]), cast(3, son, 0, 0, &[1, 2])],
            [1, 0, 0],
            [0, 0, 0],
            0,
        ),
        (
            "one that names only one of the others",
            vec![cast(1, wang, 0, 1, &[]), cast(2, son, 0, 0, &[]), cast(3, son, 0, 0, &[2])],
            [0, 0, 0],
            [1, 0, 0],
            0,
        ),
        (
            "another household's ballot is not replaced",
            vec![cast(1, wang, 0, 1, &[]), cast(2, person(20), 1, 0, &[1])],
            [1, 1, 0],
            [0, 0, 0],
            0,
        ),
        ("of another household", vec![cast(1, person(20), 0, 1, &[])], [0, 0, 0], [0, 0, 0], 1),
        ("not on the roll", vec![cast(1, person(99), 7, 1, &[])], [0, 0, 0], [0, 0, 0], 1),
        ("a number of the paper list", vec![cast(1, wang, 3, 1, &[])], [0, 0, 0], [0, 0, 0], 1),
        ("no such choice", vec![cast(1, wang, 0, 3, &[])], [0, 0, 0], [0, 0, 1], 0),
        ("paper, entered once", vec![enter(1, DESK, 3, 1, &[])], [0, 0, 0], [0, 1, 0], 0),
        (
            "paper, entered twice by one person",
            vec![enter(1, DESK, 3, 1, &[]), enter(2, DESK, 3, 1, &[])],
            [0, 0, 0],
            [0, 1, 0],
            0,
        ),
        (
            "paper, entered by two",
            vec![enter(1, DESK, 3, 1, &[]), enter(2, CLERK, 3, 1, &[])],
            [0, 1, 0],
            [0, 0, 0],
            0,
        ),
        (
            "paper, entered in two ways",
            vec![enter(1, DESK, 3, 1, &[]), enter(2, CLERK, 3, 0, &[])],
            [0, 0, 0],
            [0, 1, 0],
            0,
        ),
        (
            "and put right by whoever erred",
            vec![
                enter(1, DESK, 3, 1, &[]),
                enter(2, CLERK, 3, 0, &[]),
                enter(3, CLERK, 3, 1, &[2]),
            ],
            [0, 1, 0],
            [0, 0, 0],
            0,
        ),
        (
            "nobody puts another's entry right",
            vec![enter(1, DESK, 3, 1, &[]), enter(2, CLERK, 3, 0, &[1])],
            [0, 0, 0],
            [0, 1, 0],
            0,
        ),
        ("entered by a neighbour", vec![enter(1, wang, 3, 1, &[])], [0, 0, 0], [0, 0, 0], 1),
        ("beyond the paper list", vec![enter(1, DESK, 5, 1, &[])], [0, 0, 0], [0, 0, 0], 1),
        (
            "one entry takes nothing from the household's own ballot",
            vec![cast(1, wang, 0, 0, &[]), enter(2, DESK, 0, 1, &[1])],
            [1, 0, 0],
            [0, 0, 0],
            0,
        ),
        (
            "paper and page say the same",
            vec![cast(1, wang, 0, 0, &[]), enter(2, DESK, 0, 0, &[]), enter(3, CLERK, 0, 0, &[])],
            [1, 0, 0],
            [0, 0, 0],
            0,
        ),
        (
            "paper and page contradict one another",
            vec![cast(1, wang, 0, 0, &[]), enter(2, DESK, 0, 1, &[]), enter(3, CLERK, 0, 1, &[])],
            [0, 0, 0],
            [1, 0, 0],
            0,
        ),
    ];
    for (what, said, votes, [contradicting, unconfirmed, spoilt], outside) in table {
        let it = outcome(&said);
        assert_eq!(it.votes.as_deref(), Some(votes.as_slice()), "{what}");
        let found = [&it.contradicting, &it.unconfirmed, &it.spoilt].map(Vec::len);
        assert_eq!(found, [contradicting, unconfirmed, spoilt], "{what}");
        assert_eq!((it.outside, it.state), (outside, State::Running), "{what}");
    }
}

#[test]
fn what_a_report_names_counts_and_what_none_names_is_late() {
    let (wang, li, zhao) = (person(10), person(20), person(30));
    let ballots = [cast(1, wang, 0, 0, &[]), cast(2, li, 1, 1, &[]), cast(3, zhao, 2, 1, &[])];
    let with = |more: &[Said]| outcome(&[&ballots, more].concat());
    let told = |it: &Outcome| (it.state, it.votes.clone().unwrap_or_default(), it.late, it.missing);

    let one = report(10, DESK, &[1]);
    let it = with(&one);
    assert_eq!(told(&it), (State::Provisional, vec![1, 0, 0], 2, 0));
    let other = report(20, OTHER_DESK, &[2, 3]);
    let both = [one.clone(), other.clone()].concat();
    assert_eq!(told(&with(&both)), (State::Final, vec![1, 2, 0], 0, 0));
    let absent = [one.clone(), report(20, OTHER_DESK, &[2, 99])].concat();
    assert_eq!(told(&with(&absent)), (State::Provisional, vec![1, 1, 0], 1, 1), "not here yet");
    let again = [both, report(30, DESK, &[1, 2, 3]).to_vec()].concat();
    assert_eq!(told(&with(&again)), (State::Final, vec![1, 2, 0], 0, 0), "nobody reports twice");
    let foreign = [one.clone(), report(20, wang, &[2, 3])].concat();
    assert_eq!(told(&with(&foreign)), (State::Provisional, vec![1, 0, 0], 2, 0));

    let ended = [one.to_vec(), vec![close(12, DESK, &[11])]].concat();
    assert_eq!(told(&with(&ended)), (State::Final, vec![1, 0, 0], 2, 0), "the grace is over");
    let later = [ended, other.to_vec()].concat();
    assert_eq!(told(&with(&later)), (State::Final, vec![1, 0, 0], 2, 0), "and a report too late");
    let two = [later, vec![close(40, OTHER_DESK, &[21])]].concat();
    assert_eq!(told(&with(&two)), (State::Final, vec![1, 2, 0], 0, 0), "closed on both sides");
    let firsts = [(DESK, vec![1, 0, 0], Some(1)), (OTHER_DESK, vec![0, 2, 0], Some(2))];
    assert_eq!(called(&with(&two)), firsts, "what each side was told stands beside it");
    let same = [one.to_vec(), vec![close(12, DESK, &[11]), close(13, CLERK, &[11])]].concat();
    assert_eq!(called(&with(&same)), [], "two that say the same have nothing to explain");
    let none = [one.to_vec(), vec![close(12, wang, &[11])]].concat();
    assert_eq!(with(&none).state, State::Provisional, "a neighbour closes nothing");
    let empty = [vec![close(12, DESK, &[])]].concat();
    assert_eq!(told(&with(&empty)), (State::Final, vec![0, 0, 0], 3, 0), "nothing was in hand");

    let void = said(50, CLERK, Ballot::Cancel { poll: POLL, reason: "写错了".into() });
    assert_eq!(with(&[void]).state, State::Cancelled);
    let void = said(50, wang, Ballot::Cancel { poll: POLL, reason: "不".into() });
    assert_eq!(with(&[void]).state, State::Running);
}

#[test]
fn a_secret_vote_is_final_when_one_count_fits_the_reports() {
    use crate::{keys::Secret, secrets::BoxSecret};
    let desk = Secret::from_seed([1; 32]);
    let key = sealed::draw(&[desk.key()], [3; 32]).expect("one box");
    let secret = sealed::open(&key, &BoxSecret::of(&desk)).expect("sealed to the desk");
    let opening =
        Opening { secret: Some(key.clone()), counters: vec![DESK, OTHER_DESK], ..opening() };
    let ballot = |n: u32, who: PersonId, voter: u32, choice: u32| {
        let seed = [n as u8; 32];
        let choice = sealed::seal((&POLL, &key.key), (voter, &who), choice, seed).expect("a key");
        said(n, who, Ballot::Cast(Mark { poll: POLL, voter, choice, instead: Vec::new() }))
    };
    let cast =
        [ballot(1, person(10), 0, 0), ballot(2, person(20), 1, 1), ballot(3, person(30), 2, 1)];
    let at_desk = |said: &[Said]| {
        fold(&opening, &roll(), said, |it, mark| {
            sealed::read(&opening, mark, &it.who, Some(&secret))
        })
    };
    let at_home = |said: &[Said]| fold(&opening, &roll(), said, |_, it| in_the_open(&opening, it));

    let reports = [report(10, DESK, &[1, 2]), report(20, OTHER_DESK, &[2, 3])].concat();
    let all = [cast.to_vec(), reports].concat();
    let (desk, home) = (at_desk(&all), at_home(&all));
    assert_eq!((home.state, home.votes.clone(), home.turnout), (State::Provisional, None, 3));
    assert_eq!(desk.votes, Some(vec![1, 2, 0]));
    assert_eq!(home.count(), None, "who cannot open them counts nothing");

    let closing = |n: u32, reports: &[u32], count: Option<Count>| {
        let reports = reports.iter().map(|n| id(*n)).collect();
        said(n, DESK, Ballot::Close { poll: POLL, reports, count, reason: String::new() })
    };
    let good = desk.count();
    let ended = [all.clone(), vec![closing(30, &[11, 21], good.clone())]].concat();
    let (desk, home) = (at_desk(&ended), at_home(&ended));
    assert_eq!((home.state, home.votes), (State::Final, Some(vec![1, 2, 0])));
    assert_eq!((desk.state, desk.differs), (State::Final, false));

    let wrong = Count { votes: vec![3, 0, 0], ..good.clone().expect("the desk counts") };
    let lied = [all.clone(), vec![closing(30, &[11, 21], Some(wrong.clone()))]].concat();
    assert!(at_desk(&lied).differs, "whoever can count notices");
    let two = [ended, vec![closing(40, &[11, 21], Some(wrong))]].concat();
    assert_eq!((at_home(&two).state, at_home(&two).disputed), (State::Provisional, true));
    let part = [all, vec![closing(30, &[11], good.clone()), closing(40, &[21], good)]].concat();
    assert_eq!(at_home(&part).state, State::Provisional, "no count of what both name");
    let first = vec![1, 2, 0];
    assert_eq!(called(&at_home(&part)), [(DESK, first.clone(), None), (DESK, first, None)]);
}

#[test]
fn nobody_makes_everybody_read_more_than_a_few_ballots_of_his() {
    let (wang, most) = (person(10), BALLOTS_PER_VOTER_MAX as u32);
    let mut all: Vec<Said> = (1..=most).map(|n| cast(n, wang, 0, n % 2, &[])).collect();
    assert_eq!(outcome(&all).contradicting, [0]);
    let cleared: Vec<u32> = (1..most).collect();
    all.pop();
    all.push(cast(most, wang, 0, 1, &cleared));
    assert_eq!(outcome(&all).votes, Some(vec![0, 1, 0]), "the last that is looked at settles it");
    let settled = outcome(&all);
    all.extend((0..500).map(|n| cast(1_000 + n, wang, 0, 0, &[])));
    assert_eq!(outcome(&all), settled, "what is too much is as good as not there");
    all.push(cast(2_000, person(11), 0, 1, &[]));
    assert_eq!(outcome(&all).votes, Some(vec![0, 1, 0]), "another of the household is still heard");
}

/// 3,134 households on two sides of a cut, with a desk on each; forty of them vote on both.
#[test]
fn a_neighbourhood_votes_over_a_cut_and_every_home_has_the_same_result() {
    const HOUSEHOLDS: u32 = 3_134;
    let opening = Opening { voters: HOUSEHOLDS, on_paper: 0, ..opening() };
    let roll: Vec<Voter> = (0..HOUSEHOLDS).map(|n| Voter(vec![person(n + 1_000)])).collect();
    let count = |said: &[Said]| fold(&opening, &roll, said, |_, it| in_the_open(&opening, it));
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let (mut here_ids, mut there_ids) = (Vec::new(), Vec::new());
    let choice = |n: u32| n % 3;
    for n in 0..HOUSEHOLDS {
        let who = person(n + 1_000);
        if n % 2 == 0 {
            here.push(cast(n + 1, who, n, choice(n), &[]));
            here_ids.push(n + 1);
        } else {
            there.push(cast(n + 1, who, n, choice(n), &[]));
            there_ids.push(n + 1);
        }
        if n < 40 {
            // The other side hears something else from the same household.
            let other = 10_000 + n;
            let ballot = cast(other, who, n, choice(n + 1), &[]);
            if n % 2 == 0 { (&mut there, &mut there_ids) } else { (&mut here, &mut here_ids) }
                .0
                .push(ballot);
            if n % 2 == 0 { there_ids.push(other) } else { here_ids.push(other) }
        }
    }
    here.extend(report(20_000, DESK, &here_ids));
    there.extend(report(30_000, OTHER_DESK, &there_ids));
    for side in [&here, &there] {
        let it = count(side);
        assert_eq!((it.state, it.contradicting.len(), it.missing), (State::Provisional, 0, 0));
    }
    let healed = [here.clone(), there.clone()].concat();
    let other_order: Vec<Said> = healed.iter().rev().cloned().collect();
    let it = count(&healed);
    assert_eq!(it, count(&other_order));
    assert_eq!(it.state, State::Final);
    assert_eq!((it.turnout, it.contradicting.len()), (HOUSEHOLDS, 40));
    let wanted = [0, 1, 2].map(|c| (40..HOUSEHOLDS).filter(|n| choice(*n) == c).count() as u32);
    assert_eq!(it.votes, Some(wanted.to_vec()));
}

/// The same rules once more, as slow and plain as can be: what the result sheet would say if somebody
/// laid all slips on a table.
fn naive(said: &[Said]) -> (Vec<u32>, usize, usize) {
    let opening = opening();
    let reports: Vec<&Said> = opening
        .counters
        .iter()
        .filter_map(|who| {
            let mine = said.iter().filter(|it| it.who == *who);
            mine.filter(|it| matches!(it.word, Ballot::Report { .. })).min_by_key(|it| it.at)
        })
        .collect();
    let in_hand = |it: &Said| {
        reports.is_empty()
            || reports.iter().any(|report| match &report.word {
                Ballot::Report { sheets, .. } => said.iter().any(|sheet| {
                    let Ballot::Sheet { ballots, .. } = &sheet.word else { return false };
                    sheets.contains(&sheet.at.1) && ballots.contains(&it.at.1)
                }),
                _ => false,
            })
    };
    let (mut votes, mut contradicting, mut unconfirmed) = (vec![0; 3], 0, 0);
    for voter in 0..5_u32 {
        let slips: Vec<(&Said, &Mark, bool)> = said
            .iter()
            .filter(|it| in_hand(it))
            .filter_map(|it| match &it.word {
                Ballot::Cast(mark) if mark.voter == voter => {
                    let home = roll().get(voter as usize).cloned()?;
                    home.0.contains(&it.who).then_some((it, mark, true))
                }
                Ballot::Enter(mark) if mark.voter == voter => {
                    [DESK, CLERK, OTHER_DESK].contains(&it.who).then_some((it, mark, false))
                }
                _ => None,
            })
            .collect();
        let torn = |old: &(&Said, &Mark, bool)| {
            slips.iter().any(|by| {
                by.1.instead.contains(&old.0.at.1) && (by.2 || (!old.2 && by.0.who == old.0.who))
            })
        };
        let left: Vec<_> = slips.iter().filter(|it| !torn(it)).collect();
        if slips.is_empty() {
            continue;
        }
        let choice = |it: &&&(&Said, &Mark, bool)| match it.1.choice {
            Choice::Open(choice) => choice,
            Choice::Sealed(_) => 9,
        };
        let mut said: Vec<u32> = left.iter().filter(|it| it.2).map(|it| choice(&it)).collect();
        let paper: Vec<_> = left.iter().filter(|it| !it.2).collect();
        let two = paper.iter().any(|it| it.0.who != paper[0].0.who);
        let same = paper.iter().all(|it| choice(it) == choice(&paper[0]));
        if two && same {
            said.push(choice(&paper[0]));
        }
        match said.first() {
            None => unconfirmed += 1,
            Some(first) if said.iter().all(|it| it == first) => votes[*first as usize] += 1,
            Some(_) => contradicting += 1,
        }
    }
    (votes, contradicting, unconfirmed)
}

fn a_slip() -> impl Strategy<Value = (bool, usize, u32, u32, Vec<u32>)> {
    let instead = prop::collection::vec(1..24_u32, 0..3);
    (any::<bool>(), 0..8_usize, 0..6_u32, 0..3_u32, instead)
}

proptest! {
    #[test]
    fn random_votes_come_to_what_a_naive_count_says(
        slips in prop::collection::vec(a_slip(), 0..24),
        first in prop::option::of(prop::collection::vec(1..24_u32, 0..20)),
        second in prop::option::of(prop::collection::vec(1..24_u32, 0..20)),
        seed in any::<u64>(),
    ) {
        let people =
            [person(10), person(11), person(20), person(30), person(99), DESK, CLERK, OTHER_DESK];
        let mut all: Vec<Said> = Vec::new();
        for (n, (page, who, voter, choice, instead)) in (1..).zip(slips) {
            let make = if page { cast } else { enter };
            all.push(make(n, people[who], voter, choice, &instead));
        }
        all.extend(first.iter().flat_map(|ids| report(100, DESK, ids)));
        all.extend(second.iter().flat_map(|ids| report(200, OTHER_DESK, ids)));
        let it = outcome(&all);
        let (votes, contradicting, unconfirmed) = naive(&all);
        prop_assert_eq!(it.votes.as_ref(), Some(&votes));
        prop_assert_eq!(it.contradicting.len(), contradicting);
        prop_assert_eq!(it.unconfirmed.len(), unconfirmed);
        // In whatever order it came, and however often.
        let len = all.len().max(1);
        if !all.is_empty() {
            all.rotate_left(seed as usize % len);
        }
        all.extend(all.first().cloned());
        prop_assert_eq!(outcome(&all), it);
    }
}
