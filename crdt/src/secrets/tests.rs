//! Boxes that lose sight of one another, and what each of them can read afterwards.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{
    body::{BoxRef, Key, VaultClass, VaultName},
    envelope::Kind,
    id::{CommunityId, EnvelopeId, KeyId, ScopeId, WriterId},
    keys::Secret,
};

const COMMUNITY: CommunityId = CommunityId::from_bytes([1; 32]);
const SCOPE: ScopeId = ScopeId::from_bytes([2; 16]);

/// A key envelope on its way: (id, body).
type Sent = (EnvelopeId, Key);

struct Box {
    key: KeyId,
    ring: Keyring,
}

impl Box {
    fn named(n: u8) -> Self {
        let secret = Secret::from_seed([n; 32]);
        Self { key: secret.key(), ring: Keyring::new(COMMUNITY, vec![BoxSecret::of(&secret)]) }
    }

    fn hears(&mut self, sent: &[Sent]) {
        for (id, body) in sent {
            self.ring.insert(*id, SCOPE, body, true);
        }
    }

    fn rekeys(&mut self, n: u8, readers: &BTreeSet<KeyId>, with_history: bool) -> Vec<Sent> {
        let new = self.ring.rekey(&SCOPE, readers, with_history, [n; 32]);
        let first = (id(n), new.body);
        self.hears(std::slice::from_ref(&first));
        let shares = self.ring.share(&first.0, &new.rest, [n; 32]);
        let shares = shares.into_iter().enumerate();
        let rest = shares.map(|(at, body)| (id(n + 100 + u8::try_from(at).expect("few")), body));
        let sent: Vec<Sent> = std::iter::once(first).chain(rest).collect();
        self.hears(&sent);
        sent
    }

    fn shares(&mut self, n: u8, readers: &BTreeSet<KeyId>) -> Vec<Sent> {
        let mut sent = Vec::new();
        for (at, lacking) in self.ring.lacking(&SCOPE, readers).into_iter().enumerate() {
            let at = n + u8::try_from(at).expect("few");
            let bodies = self.ring.share(&lacking.epoch, &lacking.boxes, [at; 32]);
            sent.extend(bodies.into_iter().map(|body| (id(at), body)));
        }
        self.hears(&sent);
        sent
    }

    fn holds(&self, n: u8) -> bool {
        self.ring.secret(&id(n)).is_some()
    }
}

fn id(n: u8) -> EnvelopeId {
    EnvelopeId::from_bytes([n; 32])
}

fn all(boxes: &[&Box]) -> BTreeSet<KeyId> {
    boxes.iter().map(|it| it.key).collect()
}

fn spot(seq: u64) -> Spot {
    let writer = WriterId::from_bytes([3; 32]);
    Spot { community: COMMUNITY, scope: SCOPE, writer, seq, kind: Kind::MESSAGE, epoch: id(1) }
}

/// On one side of a cut a member is removed, on the other a newcomer walks in.
#[test]
fn both_sides_of_a_cut_go_on_and_read_everything_afterwards() {
    let [mut owner, mut li, mut removed, mut new] = [1, 2, 3, 4].map(Box::named);
    let before = all(&[&owner, &li, &removed]);
    let first = owner.rekeys(1, &before, true);
    li.hears(&first);
    removed.hears(&first);

    let owners_side = all(&[&owner, &li]);
    assert_eq!(owner.ring.choose(&SCOPE, &owners_side), None, "the removed one holds it");
    let second = owner.rekeys(2, &owners_side, true);
    let lis_side = all(&[&li, &removed, &new, &owner]);
    new.hears(&first);
    let shared = li.shares(20, &lis_side);
    new.hears(&shared);
    assert_eq!(new.ring.choose(&SCOPE, &lis_side), Some(id(1)), "and they go on under the first");

    let now = all(&[&owner, &li, &new]);
    for it in [&mut owner, &mut li, &mut removed, &mut new] {
        it.hears(&first);
        it.hears(&second);
        it.hears(&shared);
    }
    assert_eq!(li.ring.choose(&SCOPE, &now), Some(id(2)));
    assert!(!new.holds(2), "nobody on that side knew of him");
    let shared = li.shares(30, &now);
    assert_eq!(shared.len(), 1, "the second leads to the first");
    for it in [&mut owner, &mut removed, &mut new] {
        it.hears(&shared);
    }
    assert!(new.holds(1) && new.holds(2));
    assert!(removed.holds(1) && !removed.holds(2));
    for it in [&owner, &li, &new] {
        assert_eq!(it.ring.choose(&SCOPE, &now), Some(id(2)));
        assert!(it.ring.lacking(&SCOPE, &now).is_empty());
    }
}

/// Two members make an epoch at the same time: both are read, all write under the same one.
#[test]
fn concurrent_epochs_are_all_readable_and_one_is_written_under() {
    let [mut a, mut b, mut c] = [1, 2, 3].map(Box::named);
    let readers = all(&[&a, &b, &c]);
    let (one, two) = (a.rekeys(7, &readers, true), b.rekeys(6, &readers, true));
    a.hears(&two);
    b.hears(&one);
    c.hears(&one);
    c.hears(&two);
    for it in [&a, &b, &c] {
        assert!(it.holds(6) && it.holds(7));
        assert_eq!(it.ring.choose(&SCOPE, &readers), Some(id(6)), "the lowest id");
    }
    let three = c.rekeys(8, &readers, true);
    let mut late = Box::named(9);
    late.hears(&one);
    late.hears(&two);
    late.hears(&three);
    let shared = c.shares(40, &all(&[&a, &b, &c, &late]));
    assert_eq!(shared.len(), 1);
    late.hears(&shared);
    assert!(late.holds(6) && late.holds(7) && late.holds(8), "history comes wrapped");
}

#[test]
fn without_history_a_newcomer_reads_what_follows() {
    let [mut a, mut new] = [1, 2].map(Box::named);
    let first = a.rekeys(1, &all(&[&a]), false);
    let second = a.rekeys(2, &all(&[&a, &new]), false);
    new.hears(&first);
    new.hears(&second);
    assert!(new.holds(2) && !new.holds(1));
}

/// A member hands different secrets to different boxes: whoever got the wrong one has none.
#[test]
fn an_epoch_has_one_secret_whoever_says_otherwise() {
    let [a, mut b] = [1, 2].map(Box::named);
    let good = a.ring.rekey(&SCOPE, &all(&[&a, &b]), true, [5; 32]).body;
    let other = a.ring.rekey(&SCOPE, &all(&[&a, &b]), true, [6; 32]).body;
    let Key::Rekey { generation, parents, check, wrapped, .. } = good.clone() else { panic!() };
    let sealed = other.sealed().clone();
    let forged = Key::Rekey { generation, parents, check, wrapped, sealed };
    b.hears(&[(id(1), forged)]);
    assert!(!b.holds(1));
    let Key::Rekey { sealed, .. } = &good else { panic!() };
    let share = Key::Share { epoch: id(1), sealed: sealed.clone() };
    b.hears(&[(id(50), share)]);
    assert!(b.holds(1), "the true one may still come");
}

/// Who skips generations is read and not followed: he could have the last word for ever.
#[test]
fn a_generation_out_of_line_is_never_written_under() {
    let mut a = Box::named(1);
    let readers = all(&[&a]);
    a.rekeys(1, &readers, true);
    let mut jump = a.ring.rekey(&SCOPE, &readers, true, [2; 32]).body;
    let Key::Rekey { generation, .. } = &mut jump else { panic!() };
    *generation = u64::MAX;
    a.hears(&[(id(2), jump)]);
    assert_eq!(a.ring.choose(&SCOPE, &readers), Some(id(1)));
    let next = a.ring.rekey(&SCOPE, &readers, true, [3; 32]).body;
    assert!(matches!(next, Key::Rekey { generation: 2, .. }));
}

/// A member who does not know of a removal wraps the new epoch into one that the removed one holds.
#[test]
fn an_epoch_that_leaks_through_a_later_one_is_not_written_under() {
    let [mut a, mut friend, mut gone] = [1, 2, 3].map(Box::named);
    let first = a.rekeys(1, &all(&[&a, &friend]), true);
    friend.hears(&first);
    let second = friend.rekeys(2, &all(&[&a, &friend, &gone]), true);
    gone.hears(&first);
    gone.hears(&second);
    assert!(gone.holds(1), "so it leaked");
    a.hears(&second);
    assert_eq!(a.ring.choose(&SCOPE, &all(&[&a, &friend])), None);
    a.ring.set_counts(&id(2), false);
    assert_eq!(a.ring.choose(&SCOPE, &all(&[&a, &friend])), Some(id(1)));
    assert!(a.holds(2), "what was written under it stays readable");
}

#[test]
fn a_relay_knows_every_epoch_and_no_secret() {
    let mut a = Box::named(1);
    let mut relay = Keyring::new(COMMUNITY, Vec::new());
    for (id, body) in a.rekeys(1, &all(&[&a]), true) {
        assert!(relay.insert(id, SCOPE, &body, true).is_empty());
    }
    assert_eq!(relay.reads(&SCOPE), Some(false));
    assert_eq!(relay.secrets().count(), 0);
    assert_eq!(a.ring.reads(&SCOPE), Some(true));
    let other = ScopeId::from_bytes([9; 16]);
    assert_eq!(a.ring.reads(&other), None, "no epochs at all: nothing is sealed there");
}

#[test]
fn more_boxes_than_an_envelope_takes_get_shares() {
    let mut a = Box::named(1);
    let mut last = Secret::from_seed([0; 32]);
    let mut readers = all(&[&a]);
    for n in 0..u16::try_from(crate::limits::SEALED_MAX).expect("fits") {
        let mut seed = [9; 32];
        seed[..2].copy_from_slice(&n.to_be_bytes());
        last = Secret::from_seed(seed);
        readers.insert(last.key());
    }
    let sent = a.rekeys(1, &readers, true);
    assert_eq!(sent.len(), 2);
    let named: BTreeSet<BoxRef> =
        sent.iter().flat_map(|(_, body)| body.sealed().recipients().collect::<Vec<_>>()).collect();
    assert_eq!(named.len(), readers.len());
    let mut ring = Keyring::new(COMMUNITY, vec![BoxSecret::of(&last)]);
    for (id, body) in &sent {
        ring.insert(*id, SCOPE, body, true);
    }
    assert!(ring.secret(&id(1)).is_some());
    assert!(a.ring.lacking(&SCOPE, &readers).is_empty());
}

/// A restored box, or one with fresh keys, reads what was sealed to those whose place it took; what
/// follows is sealed to itself.
#[test]
fn a_box_with_fresh_keys_reads_what_was_sealed_to_its_former_ones() {
    let (mut a, mut b, fresh) = (Box::named(1), Box::named(2), Secret::from_seed([9; 32]));
    let past = a.rekeys(1, &all(&[&a, &b]), true);
    b.hears(&past);
    b.ring.take_box(&fresh);
    let future = a.rekeys(2, &[a.key, fresh.key()].into(), false);
    let kept = BoxSecret::from_bytes(&BoxSecret::of(&Secret::from_seed([2; 32])).to_bytes());
    let restored = Keyring::new(COMMUNITY, vec![BoxSecret::of(&fresh), kept]);
    let forgetful = Keyring::new(COMMUNITY, vec![BoxSecret::of(&fresh)]);
    for (ring, reads_past) in [(b.ring, true), (restored, true), (forgetful, false)] {
        let mut it = Box { key: fresh.key(), ring };
        it.hears(&past);
        it.hears(&future);
        assert_eq!((it.holds(1), it.holds(2)), (reads_past, true));
    }
}

/// A copied disk writes other words at the same place: no nonce serves twice.
#[test]
fn a_copied_disk_uses_another_nonce() {
    let secret = EpochSecret::from_bytes([4; 32]);
    let one = secret.seal(&spot(3), b"\0one".to_vec());
    let two = secret.seal(&spot(3), b"\0two".to_vec());
    assert_ne!(one[..24], two[..24]);
    assert_eq!(one, secret.seal(&spot(3), b"\0one".to_vec()), "the same words are the same bytes");
    assert_ne!(one[..24], secret.seal(&spot(4), b"\0one".to_vec())[..24]);
}

proptest! {
    #[test]
    fn a_body_opens_where_it_was_sealed_and_with_no_bit_changed(
        body in prop::collection::vec(any::<u8>(), 0..200), seq in 1..9u64, at in any::<usize>(), bit in 0..8u8,
    ) {
        let body = [&[packing::PLAIN], body.as_slice()].concat();
        let secret = EpochSecret::from_bytes([4; 32]);
        let sealed = secret.seal(&spot(seq), body.clone());
        let opened = secret.open(&spot(seq), &sealed).expect("it was sealed here");
        prop_assert_eq!(packing::unpack(&opened), Ok(body[1..].to_vec()));
        prop_assert!(secret.open(&spot(seq + 1), &sealed).is_err());
        prop_assert!(EpochSecret::from_bytes([5; 32]).open(&spot(seq), &sealed).is_err());
        let mut flipped = sealed.clone();
        let at = at % flipped.len();
        flipped[at] ^= 1 << bit;
        prop_assert!(secret.open(&spot(seq), &flipped).is_err());
        prop_assert!(secret.open(&spot(seq), &sealed[..at]).is_err());
    }

    /// The same key envelopes in any order: the same secrets, the same choice, the same chores.
    #[test]
    fn the_order_of_keys_leaves_no_trace(order in Just((0..8usize).collect::<Vec<_>>()).prop_shuffle()) {
        let [mut a, mut b, c, mut d] = [1, 2, 3, 4].map(Box::named);
        let some = all(&[&a, &b, &c]);
        let every = all(&[&a, &b, &c, &d]);
        let mut sent = a.rekeys(1, &some, true);
        b.hears(&sent);
        sent.extend(a.rekeys(2, &some, true));
        sent.extend(b.rekeys(3, &some, true));
        a.hears(&sent);
        sent.extend(a.rekeys(4, &some, false));
        sent.extend(a.rekeys(5, &every, true));
        sent.extend(b.rekeys(6, &some, true));
        a.hears(&sent);
        sent.extend(a.shares(60, &every));
        let summary = |ring: &Keyring| {
            let known: Vec<EnvelopeId> = ring.secrets().map(|(id, _)| *id).collect();
            (known, ring.choose(&SCOPE, &every), ring.lacking(&SCOPE, &every), ring.ends(&SCOPE))
        };
        d.hears(&sent);
        let mut again = Box::named(4);
        let mut shuffled: Vec<Sent> = order.iter().filter_map(|at| sent.get(*at).cloned()).collect();
        shuffled.extend(sent.iter().skip(8).cloned());
        again.hears(&shuffled);
        prop_assert_eq!(summary(&d.ring), summary(&again.ring));
    }
}

fn vault() -> VaultName {
    VaultName { request: id(77), class: VaultClass::Contact }
}

/// A vault for two of three, and the same handed on to the third.
fn a_vault_and_its_share() -> ([Box; 3], Vec<Sent>) {
    let mut three = [1, 2, 3].map(Box::named);
    let (first, last) = (all(&[&three[0], &three[1]]), [three[2].key]);
    let (key, rest) = three[0].ring.new_vault(vault(), &SCOPE, &first, [5; 32]);
    assert!(rest.is_empty());
    let mut sent = vec![(id(50), key)];
    three[0].hears(&sent);
    let share = three[0].ring.share(&id(50), &last, [6; 32]).remove(0);
    sent.push((id(51), share));
    (three, sent)
}

#[test]
fn a_vault_opens_for_whom_it_was_sealed_to_and_for_nobody_else_until_it_is_handed_on() {
    let ([_, mut two, mut three], sent) = a_vault_and_its_share();
    two.hears(&sent[..1]);
    three.hears(&sent[..1]);
    assert!(two.holds(50) && !three.holds(50));
    three.hears(&sent[1..]);
    assert!(three.holds(50));
}

#[test]
fn nobody_writes_a_message_under_a_vault_or_wraps_it_into_the_groups_epochs() {
    let ([mut one, two, _], sent) = a_vault_and_its_share();
    let readers = all(&[&one, &two]);
    assert_eq!(one.ring.choose(&SCOPE, &readers), None);
    assert!(one.ring.lacking(&SCOPE, &readers).is_empty());
    let next = one.rekeys(60, &readers, true);
    let Key::Rekey { generation: 1, parents, wrapped, .. } = &next[0].1 else {
        panic!("a first epoch, and saw {next:?}")
    };
    assert!(parents.is_empty() && wrapped.entries().next().is_none());
    assert_eq!(one.ring.choose(&SCOPE, &readers), Some(id(60)));
    assert_eq!(one.ring.vault_of(&sent[0].0), Some(vault()));
}

proptest! {
    /// Erase beats keep: wherever the erasure comes in, nobody holds the secret afterwards, nor after
    /// everything was heard again.
    #[test]
    fn an_erased_vault_is_never_learnt_again(at in 0usize..=2, turned in any::<bool>()) {
        let ([_, _, mut three], mut sent) = a_vault_and_its_share();
        if turned {
            sent.reverse();
        }
        three.hears(&sent[..at]);
        three.ring.erase(vault());
        three.hears(&sent[at..]);
        prop_assert!(!three.holds(50));
        let mut again = three.ring.emptied();
        again.erase(vault());
        for (id, body) in &sent {
            again.insert(*id, SCOPE, body, true);
        }
        prop_assert!(again.secret(&id(50)).is_none());
    }
}
