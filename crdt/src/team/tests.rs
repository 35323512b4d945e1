//! Teams: tables of who said what, and that the order of arrival matters to nobody.

use proptest::prelude::*;

use super::*;
use crate::{
    body::{GroupSort, Place},
    keys::Secret,
};

const CAPTAIN: PersonId = PersonId::from_bytes([1; 32]);
const ZHANG: PersonId = PersonId::from_bytes([2; 32]);
const OTHER: PersonId = PersonId::from_bytes([3; 32]);
const TEAM: GroupId = GroupId::from_bytes([9; 32]);

fn id(n: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([n; 32])
}

fn said(n: u8, who: PersonId, word: Team) -> Said {
    Said { at: (u64::from(n), id(n)), who, rules: who == CAPTAIN, word }
}

fn asks(n: u8, who: PersonId, required: bool) -> Said {
    let criterion = Criterion { group: TEAM, text: format!("no. {n}"), required };
    said(n, who, Team::Criterion(criterion))
}

fn lists(n: u8, who: PersonId, name: &str) -> Said {
    let (name, about) = (name.to_owned(), String::new());
    let (sort, area) = (GroupSort::Team, Place::community());
    said(n, who, Team::List(Listing { group: TEAM, name, about, sort, area, vouches: 2 }))
}

fn attests(n: u8, who: PersonId, criterion: u8, until_ms: Option<u64>) -> Said {
    let criterion = id(criterion);
    said(n, who, Team::Attest(Attestation { person: ZHANG, criterion, seen_ms: 1, until_ms }))
}

fn suspends(n: u8, who: PersonId) -> Said {
    said(n, who, Team::Suspend { person: ZHANG, reason: format!("no. {n}") })
}

#[test]
fn only_an_owner_lists_a_team_and_his_last_word_holds() {
    let name = |said: &[Said]| listing(said).map(|it| it.name.clone());
    let first = lists(1, CAPTAIN, "车队");
    assert_eq!(name(std::slice::from_ref(&first)), Some("车队".into()));
    assert_eq!(name(&[lists(2, OTHER, "假"), first.clone()]), Some("车队".into()));
    assert_eq!(name(&[lists(3, CAPTAIN, "爱心车队"), first.clone()]), Some("爱心车队".into()));
    assert_eq!(name(&[lists(3, CAPTAIN, ""), first]), None, "off the list");
}

#[test]
fn criteria_are_a_set_that_owners_add_to_and_take_from() {
    let asked = |said: &[Said]| criteria(said).iter().map(|it| it.0).collect::<Vec<_>>();
    let drop = |n, who| said(n, who, Team::Drop { group: TEAM, of: id(2) });
    let two = [asks(1, CAPTAIN, false), asks(2, CAPTAIN, true), asks(3, OTHER, true)];
    assert_eq!(asked(&two), [id(2), id(1)], "what is required stands first; no stranger's");
    assert_eq!(asked(&[&two[..], &[drop(4, CAPTAIN)]].concat()), [id(1)]);
    assert_eq!(asked(&[&two[..], &[drop(4, OTHER)]].concat()), [id(2), id(1)]);
}

#[test]
fn a_credential_is_an_owners_word_until_it_ends_or_is_retracted() {
    let key = (ZHANG, id(1));
    let until = |said: &[Said]| credentials(said).get(&key).map(|it| it.seen.until_ms);
    let retract = |n, who| said(n, who, Team::Retract { of: id(2) });
    let seen = attests(2, CAPTAIN, 1, Some(50));
    assert_eq!(until(std::slice::from_ref(&seen)), Some(Some(50)));
    assert_eq!(until(&[attests(2, ZHANG, 1, None)]), None, "nobody vouches for himself");
    let own = Said { rules: true, ..attests(2, ZHANG, 1, None) };
    assert_eq!(until(&[own]), None, "nor does an owner");
    assert_eq!(until(&[seen.clone(), attests(3, CAPTAIN, 1, Some(40))]), Some(Some(50)), "longest");
    assert_eq!(until(&[seen.clone(), attests(3, CAPTAIN, 1, None)]), Some(None), "for good");
    assert_eq!(until(&[retract(4, CAPTAIN), seen.clone()]), None, "in whatever order");
    assert_eq!(until(&[retract(4, OTHER), seen.clone()]), Some(Some(50)));
    let held = credentials(&[seen]);
    let held = held.get(&key).expect("it stands");
    assert!(held.holds_at(49) && !held.holds_at(50), "by whoever's clock looks");
}

#[test]
fn the_last_application_stands_until_an_owner_declines_it() {
    let box_key = Secret::from_seed([4; 32]);
    let apply = |n| said(n, ZHANG, Team::Apply { group: TEAM, meets: vec![id(1)] });
    let no = |n, who, of| {
        let word = decline(TEAM, id(of), "人满了", &[box_key.key()], [7; 32]);
        said(n, who, word.expect("a box"))
    };
    let is_declined = |said: &[Said]| {
        let all = applications(said);
        assert_eq!(all.len(), 1, "one of each person");
        (all[0].id, all[0].declined.is_some())
    };
    assert_eq!(is_declined(&[apply(1)]), (id(1), false));
    assert_eq!(is_declined(&[no(2, CAPTAIN, 1), apply(1)]), (id(1), true));
    assert_eq!(is_declined(&[no(2, OTHER, 1), apply(1)]), (id(1), false), "no owner");
    assert_eq!(is_declined(&[apply(1), no(2, CAPTAIN, 1), apply(3)]), (id(3), false), "anew");
    let all = [apply(1), no(2, CAPTAIN, 1)];
    let (_, sealed, letter) = applications(&all)[0].declined.expect("declined");
    let reads = |key: &Secret, of| reason(&TEAM, &id(of), (sealed, letter), &BoxSecret::of(key));
    assert_eq!(reads(&box_key, 1).as_deref(), Some("人满了"));
    assert_eq!(reads(&box_key, 3), None, "sealed for that application alone");
    assert_eq!(reads(&Secret::from_seed([5; 32]), 1), None);
}

#[test]
fn a_suspension_stands_until_a_lifting_names_it() {
    let count = |said: &[Said]| suspensions(said).get(&ZHANG).map_or(0, Vec::len);
    let lift =
        |n, who, of: &[u8]| said(n, who, Team::Lift { of: of.iter().map(|n| id(*n)).collect() });
    assert_eq!(count(&[suspends(1, CAPTAIN)]), 1);
    assert_eq!(count(&[suspends(1, OTHER)]), 0);
    assert_eq!(count(&[lift(2, CAPTAIN, &[1]), suspends(1, CAPTAIN)]), 0);
    assert_eq!(count(&[lift(2, OTHER, &[1]), suspends(1, CAPTAIN)]), 1);
    let both_sides = [suspends(1, CAPTAIN), suspends(2, CAPTAIN), lift(3, CAPTAIN, &[1])];
    assert_eq!(count(&both_sides), 1, "who lifted one had not seen the other");
}

proptest! {
    #[test]
    fn any_order_comes_to_the_same(order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let all = [
            lists(1, CAPTAIN, "车队"),
            lists(2, CAPTAIN, "爱心车队"),
            asks(3, CAPTAIN, true),
            attests(4, CAPTAIN, 3, Some(50)),
            attests(5, CAPTAIN, 3, Some(60)),
            said(6, CAPTAIN, Team::Retract { of: id(5) }),
            said(7, ZHANG, Team::Apply { group: TEAM, meets: vec![id(3)] }),
            suspends(8, CAPTAIN),
            said(9, CAPTAIN, Team::Lift { of: vec![id(8)] }),
        ];
        let shuffled: Vec<Said> = order.into_iter().map(|at| all[at].clone()).collect();
        prop_assert_eq!(listing(&shuffled), listing(&all));
        prop_assert_eq!(criteria(&shuffled), criteria(&all));
        prop_assert_eq!(credentials(&shuffled), credentials(&all));
        prop_assert_eq!(applications(&shuffled), applications(&all));
        prop_assert_eq!(suspensions(&shuffled), suspensions(&all));
    }
}
