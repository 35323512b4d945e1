//! What becomes of a vault's envelopes on a node, in whatever order they come: readable for whom they
//! were sealed to, carried by everybody else, gone for all once an erasure is there.

use std::collections::{BTreeMap, BTreeSet};

use crdt::{
    body::{Body, Details, Erasure, Unreadable, Vault, VaultClass, VaultName},
    envelope::{Envelope, Kind},
    id::{EnvelopeId, KeyId},
    judge::Fate,
    keys::Secret,
    secrets::BoxSecret,
};

use super::village::{NOW, Person, Village, ask, everything};
use crate::store::truth::{Deps, Intent, Truth};

/// A founder's request with a vault, handed on to Sun, opened, and forgotten.
struct Kept {
    village: Village,
    /// Everything but the erasure, as it was written.
    before: Vec<Envelope>,
    erasure: Envelope,
    key: EnvelopeId,
    share: EnvelopeId,
    details: EnvelopeId,
    opened: EnvelopeId,
    /// What Li writes on a chain of his own, so that it may come after the erasure.
    lis: [EnvelopeId; 3],
}

fn box_of(name: &str) -> Secret {
    Secret::from_seed(*blake3::hash(format!("box of {name}").as_bytes()).as_bytes())
}

impl Kept {
    fn begin() -> Self {
        let own = vec![BoxSecret::of(&box_of("founder"))];
        let mut truth = Truth::open(None, &super::village::genesis(1), own).expect("opens");
        let village = Village::found_in(&mut truth);
        let scope = village.scope();
        let li = Person::named("li");
        let granted = village.welcome(&mut truth, &li);
        let write = |truth: &mut Truth, body: Body, epoch| {
            let (deps, auth) = (Deps::Subject, Some(village.admin));
            let intent = Intent { body, scope, deps, auth, epoch };
            truth.write(intent, &village.founder.device, NOW).expect("writes").id()
        };
        let request = write(&mut truth, ask("a ride to the clinic"), None);
        let vault = VaultName { request, class: VaultClass::Contact };
        let readers: BTreeSet<KeyId> =
            ["founder", "li"].iter().map(|name| box_of(name).key()).collect();
        let (body, rest) = truth.keyring().new_vault(vault, &scope, &readers, [5; 32]);
        assert!(rest.is_empty());
        let key = write(&mut truth, Body::Key(body), None);
        let details = Details { phone: "138 0013 8000".into(), ..Details::default() };
        let details = write(&mut truth, Body::Vault(Vault::Details { vault, details }), Some(key));
        let mut shares = truth.keyring().share(&key, &[box_of("sun").key()], [6; 32]);
        let share = write(&mut truth, Body::Key(shares.remove(0)), None);
        let opened = Vault::Opened { vault, reason: "calls".into(), to: None };
        let opened = write(&mut truth, Body::Vault(opened), Some(key));
        let before = everything(&truth);
        let erasure = write(&mut truth, Body::Erasure(Erasure { vault }), None);
        let erasure = truth.read().envelope(&erasure).expect("reads").expect("held");
        let lis = [key; 3];
        let mut it = Self { village, before, erasure, key, share, details, opened, lis };
        it.let_li_write(&li, granted, vault);
        it
    }

    /// Li, who has not heard of the erasure, looks, hands the key on and changes the number.
    fn let_li_write(&mut self, li: &Person, auth: EnvelopeId, vault: VaultName) {
        let mut truth = self.node_of("li");
        receive(&mut truth, self.before.clone());
        let mut write = |body, epoch| {
            let (scope, deps, auth) = (self.village.scope(), Deps::Subject, Some(auth));
            let intent = Intent { body, scope, deps, auth, epoch };
            truth.write(intent, &li.device, NOW).expect("writes").id()
        };
        let details = Details { phone: "139".into(), ..Details::default() };
        let changed = write(Body::Vault(Vault::Details { vault, details }), Some(self.key));
        let looked = Vault::Opened { vault, reason: String::new(), to: None };
        let looked = write(Body::Vault(looked), Some(self.key));
        let mut shares = truth.keyring().share(&self.key, &[box_of("sun").key()], [7; 32]);
        let (scope, deps) = (self.village.scope(), Deps::Subject);
        let body = Body::Key(shares.remove(0));
        let intent = Intent { body, scope, deps, auth: Some(auth), epoch: None };
        let shared = truth.write(intent, &li.device, NOW).expect("writes").id();
        self.lis = [changed, looked, shared];
        let written = self.lis.map(|id| truth.read().envelope(&id).expect("reads").expect("held"));
        self.before.extend(written);
    }

    fn node_of(&self, name: &str) -> Truth {
        let own = vec![BoxSecret::of(&box_of(name))];
        Truth::open(None, &self.village.genesis, own).expect("opens in memory")
    }

    fn vaults(&self) -> Vec<EnvelopeId> {
        [&[self.key, self.share, self.details, self.opened], &self.lis[..]].concat()
    }

    fn whole(&self, id: EnvelopeId) -> Envelope {
        self.before.iter().find(|it| it.id() == id).expect("it was written").clone()
    }

    /// Nothing of the vault is left but headers, and nothing of it is asked for.
    fn is_gone(&self, truth: &Truth, when: &str) {
        for id in self.vaults() {
            let held = truth.read().verdict(&id).expect("reads").expect("its header stays");
            assert_eq!(held.read_body(), Err(Unreadable::Erased), "{when}");
            assert_eq!(held.fate, Fate::Sealed, "{when}: {}", held.reason);
            assert_eq!(truth.read().envelope(&id).expect("reads").expect("held").body(), None);
        }
        assert_eq!(truth.read().without_body(10).expect("reads"), [], "{when}");
        assert!(truth.keyring().secret(&self.key).is_none(), "{when}");
    }
}

fn receive(truth: &mut Truth, envelopes: Vec<Envelope>) {
    truth.receive(envelopes, [9; 32]).expect("memory takes it");
    while truth.go_on().expect("memory takes it") {}
}

fn fates(truth: &Truth) -> BTreeMap<EnvelopeId, Fate> {
    let all = truth.read().judged_since(0, usize::MAX).expect("reads");
    all.into_iter().map(|it| (it.id, it.fate)).collect()
}

#[test]
fn a_vault_is_read_by_whom_it_was_sealed_to_and_carried_by_everybody_else() {
    let it = Kept::begin();
    // (whose node, what becomes of the contents there)
    for (name, fate) in [
        ("founder", Fate::Accepted),
        ("li", Fate::Accepted),
        ("sun", Fate::Accepted),
        ("wu", Fate::Sealed),
    ] {
        let mut forwards = it.node_of(name);
        receive(&mut forwards, it.before.clone());
        let mut backwards = it.node_of(name);
        it.before.iter().rev().for_each(|one| receive(&mut backwards, vec![one.clone()]));
        for truth in [&forwards, &backwards] {
            let now = fates(truth);
            let contents = [now[&it.details], now[&it.opened]];
            assert_eq!(contents, [fate, fate], "{name}");
            assert_eq!([now[&it.key], now[&it.share]], [Fate::Accepted; 2], "{name}");
        }
    }
}

#[test]
fn after_an_erasure_nothing_of_a_vault_is_kept_wherever_the_erasure_came_in() {
    let it = Kept::begin();
    for name in ["founder", "li", "sun", "wu"] {
        for at in 0..=it.before.len() {
            for turned in [false, true] {
                let mut order = it.before.clone();
                order.insert(at, it.erasure.clone());
                if turned {
                    order.reverse();
                }
                let mut truth = it.node_of(name);
                order.into_iter().for_each(|one| receive(&mut truth, vec![one]));
                it.is_gone(&truth, &format!("{name}, the erasure in place {at}, turned {turned}"));
            }
        }
    }
}

#[test]
fn a_body_of_an_erased_vault_that_comes_late_is_not_kept() {
    let it = Kept::begin();
    for late in it.vaults() {
        for erased_first in [false, true] {
            let mut truth = it.node_of("li");
            let mut all = it.before.clone();
            let at = all.iter().position(|one| one.id() == late).expect("it was written");
            all[at] = all[at].clone().without_body();
            if erased_first {
                all.insert(0, it.erasure.clone());
            } else {
                all.push(it.erasure.clone());
            }
            all.into_iter().for_each(|one| receive(&mut truth, vec![one]));
            // A key that was withheld does not say of which vault it is: that one is asked for.
            if !erased_first && it.whole(late).header().kind == Kind::VAULT {
                assert_eq!(truth.read().without_body(10).expect("reads"), [], "asked for again");
            }
            receive(&mut truth, vec![it.whole(late)]);
            let kind = it.whole(late).header().kind;
            it.is_gone(&truth, &format!("{kind:?} late, erased first: {erased_first}"));
        }
    }
}

#[test]
fn an_erasure_that_nobody_may_write_takes_nothing_away() {
    let it = Kept::begin();
    let mut truth = it.node_of("li");
    receive(&mut truth, it.before.clone());
    let li = Person::named("li");
    let forged = {
        let body = it.erasure.body().expect("it has one").to_vec();
        let deps = it.erasure.header().deps.clone();
        super::village::Forgery::begin(&it.village, &li, it.village.admin)
            .with(|draft| (draft.kind, draft.body, draft.deps) = (Kind::ERASURE, body, deps))
            .sign()
    };
    receive(&mut truth, vec![forged.clone()]);
    let now = fates(&truth);
    assert_ne!(now[&forged.id()], Fate::Accepted);
    assert_eq!([now[&it.details], now[&it.opened]], [Fate::Accepted; 2]);
    assert!(truth.keyring().secret(&it.key).is_some());
}
