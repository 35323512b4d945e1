//! Bodies under an epoch: who reads them, and that the order of keys and contents leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Body, Key, Unreadable},
    envelope::Envelope,
    id::{EnvelopeId, KeyId},
    judge::Fate,
    keys::Secret,
    secrets::{BoxSecret, Spot},
};

use super::village::{Forgery, NOW, Person, Village, ask, everything, genesis, message};
use crate::store::truth::{Deps, Intent, Truth};

/// A village whose founder and Li have boxes, and an epoch that both hold.
struct Sealed {
    village: Village,
    truth: Truth,
    li: Person,
    lis: EnvelopeId,
    epoch: EnvelopeId,
}

fn box_of(name: &str) -> Secret {
    Secret::from_seed(*blake3::hash(format!("box of {name}").as_bytes()).as_bytes())
}

fn readers(names: &[&str]) -> BTreeSet<KeyId> {
    names.iter().map(|name| box_of(name).key()).collect()
}

impl Sealed {
    fn begin() -> Self {
        let mut truth = Truth::open(None, &genesis(1), vec![BoxSecret::of(&box_of("founder"))])
            .expect("opens in memory");
        let village = Village::found_in(&mut truth);
        let li = Person::named("li");
        let lis = village.welcome(&mut truth, &li);
        let epoch = EnvelopeId::from_bytes([0; 32]);
        let mut it = Self { village, truth, li, lis, epoch };
        it.epoch = it.rekey(&["founder", "li"], 1);
        it
    }

    fn rekey(&mut self, names: &[&str], seed: u8) -> EnvelopeId {
        let scope = self.village.scope();
        let new = self.truth.keyring().rekey(&scope, &readers(names), true, [seed; 32]);
        self.write(Body::Key(new.body), None).id()
    }

    fn write(&mut self, body: Body, epoch: Option<EnvelopeId>) -> std::sync::Arc<Envelope> {
        let (scope, auth) = (self.village.scope(), Some(self.village.admin));
        let intent = Intent { body, scope, deps: Deps::Subject, auth, epoch };
        self.truth.write(intent, &self.village.founder.device, NOW).expect("writes")
    }

    fn reader(&self, box_key: Option<&Secret>) -> Truth {
        let own = box_key.map(BoxSecret::of).into_iter().collect();
        Truth::open(None, &self.village.genesis, own).expect("opens in memory")
    }

    /// Li writes what no program of ours would: these bytes, under this epoch.
    fn forge(&self, epoch: EnvelopeId, body: Vec<u8>) -> Envelope {
        Forgery::begin(&self.village, &self.li, self.lis)
            .with(|draft| (draft.epoch, draft.body) = (Some(epoch), body))
            .sign()
    }

    fn spot(&self, seq: u64) -> Spot {
        let (community, scope) = (self.village.genesis.id(), self.village.scope());
        let (writer, kind) = (self.li.device.writer(), crdt::envelope::Kind::MESSAGE);
        Spot { community, scope, writer, seq, kind, epoch: self.epoch }
    }
}

fn receive(truth: &mut Truth, envelopes: Vec<Envelope>) {
    truth.receive(envelopes, [9; 32]).expect("memory takes it");
    while truth.go_on().expect("memory takes it") {}
}

fn fates(truth: &Truth) -> BTreeMap<EnvelopeId, (Fate, String)> {
    let all = truth.read().judged_since(0, usize::MAX).expect("reads");
    all.into_iter().map(|it| (it.id, (it.fate, it.reason))).collect()
}

/// Keys before contents, after them, or between: the same fates, heads and readable words.
#[test]
fn the_order_of_keys_and_contents_leaves_no_trace() {
    let mut it = Sealed::begin();
    let hello = it.write(message("早上好 good morning"), Some(it.epoch));
    let help = it.write(ask("a ride to the clinic"), Some(it.epoch));
    let second = it.rekey(&["founder", "li"], 2);
    let later = it.write(message("under the second"), Some(second));
    let all = everything(&it.truth);

    let mut expected = None;
    for turn in 0..all.len() {
        let mut order = all.clone();
        order.rotate_left(turn);
        if turn % 2 == 1 {
            order.reverse();
        }
        let mut li = it.reader(Some(&box_of("li")));
        order.into_iter().for_each(|envelope| receive(&mut li, vec![envelope]));
        let scope = it.village.scope();
        let heads = li.read().heads(&scope, later.header().kind, None).expect("reads");
        let now = (fates(&li), heads, li.keyring().choose(&scope, &readers(&["founder", "li"])));
        assert!(now.0.values().all(|(fate, _)| *fate == Fate::Accepted), "{:?}", now.0);
        assert_eq!(now.2, Some(second));
        assert_eq!(*expected.get_or_insert_with(|| now.clone()), now, "turn {turn}");
        let read = li.read().verdict(&hello.id()).expect("reads").expect("held");
        assert_eq!(read.read_body(), Ok(message("早上好 good morning")));
        assert_eq!(li.read().acts_of(&help.id()).expect("reads").len(), 1, "found by its subject");
    }
}

/// Who is not among the readers holds everything, hands it on, and reads none of it.
#[test]
fn a_box_without_the_key_carries_what_it_cannot_read() {
    let mut it = Sealed::begin();
    let said = it.write(message("早上好 good morning"), Some(it.epoch));
    let all = everything(&it.truth);
    for box_key in [None, Some(box_of("a relay"))] {
        let mut relay = it.reader(box_key.as_ref());
        receive(&mut relay, all.clone());
        let verdict = relay.read().verdict(&said.id()).expect("reads").expect("held");
        assert_eq!((verdict.fate, verdict.reason.as_str()), (Fate::Sealed, "no_key"));
        assert_eq!(verdict.read_body(), Err(Unreadable::NoKey));
        let carried = relay.read().envelope(&said.id()).expect("reads").expect("held");
        assert_eq!(carried.body(), said.body());
        let mut li = it.reader(Some(&box_of("li")));
        receive(&mut li, everything(&relay));
        assert_eq!(fates(&li), fates(&it.truth), "through the relay everything arrives");
    }
    let body = said.body().expect("it has one");
    assert!(!body.windows(4).any(|bytes| bytes == b"good"));
}

/// What does not open under a key that is here is its writer's fault, and harms nobody.
#[test]
fn bodies_that_do_not_open_are_poison_for_whoever_has_the_key() {
    let it = Sealed::begin();
    let secret = it.truth.keyring().secret(&it.epoch).expect("the founder holds it").clone();
    let good = secret.seal(&it.spot(1), message("fine").encode());
    let mut flipped = good.clone();
    flipped[30] ^= 1;
    let elsewhere = secret.seal(&it.spot(2), message("fine").encode());
    let nonsense = secret.seal(&it.spot(1), vec![0, 0xff]);
    let table: [(&str, Vec<u8>, Fate); 6] = [
        ("as it should be", good.clone(), Fate::Accepted),
        ("a bit flipped", flipped, Fate::Poison),
        ("cut short", good[..good.len() - 1].to_vec(), Fate::Poison),
        ("shorter than a nonce", vec![7; 5], Fate::Poison),
        ("sealed for another place", elsewhere, Fate::Poison),
        ("sealed, and no message", nonsense, Fate::Poison),
    ];
    for (what, body, fate) in table {
        let forged = it.forge(it.epoch, body);
        let mut all = everything(&it.truth);
        all.push(forged.clone());
        let mut li = it.reader(Some(&box_of("li")));
        receive(&mut li, all.clone());
        let verdict = li.read().verdict(&forged.id()).expect("reads").expect("held");
        assert_eq!(verdict.fate, fate, "{what}");
        assert_eq!(verdict.body.is_some(), fate == Fate::Accepted, "{what}");
        let mut late = it.reader(Some(&box_of("li")));
        receive(&mut late, all.into_iter().rev().collect());
        assert_eq!(fates(&late), fates(&li), "{what}, the key last");
    }
    let unknown = it.forge(EnvelopeId::from_bytes([5; 32]), good);
    let mut li = it.reader(Some(&box_of("li")));
    receive(&mut li, [everything(&it.truth), vec![unknown.clone()]].concat());
    assert_eq!(fates(&li)[&unknown.id()].0, Fate::Sealed);
}

/// A share that comes later opens what was carried unread.
#[test]
fn what_was_sealed_is_judged_again_when_its_key_comes() {
    let mut it = Sealed::begin();
    let said = it.write(message("history"), Some(it.epoch));
    let mut sun = it.reader(Some(&box_of("sun")));
    receive(&mut sun, everything(&it.truth));
    assert_eq!(fates(&sun)[&said.id()].0, Fate::Sealed);
    let before = sun.read().last_judged().expect("reads");
    let shares = it.truth.keyring().share(&it.epoch, &[box_of("sun").key()], [4; 32]);
    assert!(matches!(shares.as_slice(), [Key::Share { .. }]));
    for body in shares {
        it.write(Body::Key(body), None);
    }
    receive(&mut sun, everything(&it.truth));
    let news = sun.read().judged_since(before, 100).expect("reads");
    assert!(news.iter().any(|it| it.id == said.id() && it.fate == Fate::Accepted));
    assert_eq!(fates(&sun), fates(&it.truth));
}

/// On the disk bodies stay sealed; the box that they are sealed to reads them after a restart.
#[test]
fn a_file_alone_says_nothing() {
    let mut it = Sealed::begin();
    let said = it.write(message("早上好 good morning"), Some(it.epoch));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("truth.db");
    let open = |name: &str| {
        Truth::open(Some(&path), &it.village.genesis, vec![BoxSecret::of(&box_of(name))])
            .expect("opens")
    };
    receive(&mut open("li"), everything(&it.truth));
    let bytes = std::fs::read(&path).expect("it was closed and is whole");
    assert!(!bytes.windows(12).any(|window| window == b"good morning"));
    let li = open("li");
    let read = li.read().verdict(&said.id()).expect("reads").expect("held");
    assert_eq!(read.read_body(), Ok(message("早上好 good morning")));
    drop(li);
    let thief = open("a thief");
    let read = thief.read().verdict(&said.id()).expect("reads").expect("held");
    assert_eq!(read.read_body(), Err(Unreadable::NoKey));
}
