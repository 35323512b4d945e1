//! Each fate, reached through the store, and what makes it change.

use std::sync::Arc;

use crdt::{
    body::{Cut, KeyUse, SignedStatement, Statement},
    envelope::{Envelope, Kind, Malformed},
    id::{EnvelopeId, ScopeId},
    judge::Fate,
    time::Bucket,
};

use tracing::{Dispatch, dispatcher};

use super::{
    super::{Counts, Deps, Intent, Parcel, Truth, WriteError},
    fate, receive,
    village::{Forgery, NOW, Person, Village, ask, claim, everything, genesis, message, write},
};
use crate::logged::Logged;

fn said(fate: Fate, reason: &str) -> (Fate, String) {
    (fate, reason.to_owned())
}

/// A village with two neighbours, Zhang and Li, and their joins.
struct Street {
    village: Village,
    truth: Truth,
    zhang: Person,
    zhangs: EnvelopeId,
    li: Person,
    lis: EnvelopeId,
}

fn street() -> Street {
    let (village, mut truth) = Village::found();
    let (zhang, li) = (Person::named("zhang"), Person::named("li"));
    let zhangs = village.welcome(&mut truth, &zhang);
    let lis = village.welcome(&mut truth, &li);
    Street { village, truth, zhang, zhangs, li, lis }
}

impl Street {
    fn forge(&self) -> Forgery {
        Forgery::begin(&self.village, &self.zhang, self.zhangs)
    }

    /// Receives a forgery and says what became of it.
    fn fate_of(&mut self, forgery: &Forgery) -> (Fate, String) {
        let envelope = forgery.sign();
        let id = envelope.id();
        receive(&mut self.truth, [envelope]);
        fate(&self.truth, &id)
    }
}

#[test]
fn neighbours_talk_and_each_cites_what_he_has_seen() {
    let mut it = street();
    let first = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "停电了");
    let second = it.village.say(&mut it.truth, &it.li, it.lis, "here too");
    assert_eq!(second.header().deps, [first.id()]);
    assert_eq!((first.header().lamport, second.header().lamport), (1, 2));
    assert_eq!(first.header().bucket, Bucket(2_901));
    assert_eq!(fate(&it.truth, &second.id()), said(Fate::Accepted, "fine"));
    let heads = it.truth.read().heads(&it.village.scope(), Kind::MESSAGE, None).expect("reads");
    assert_eq!(heads, [second.id()]);
    let counts = it.truth.read().counts(Some(&it.village.scope())).expect("reads");
    assert_eq!(counts, Counts { held: 2, accepted: 2, ..Counts::default() });
    assert_eq!(it.truth.fingerprint(&it.village.scope()).count(), 2);
}

#[test]
fn what_is_forged_is_quarantined_and_what_stands_on_it_waits() {
    let mut it = street();
    let other = Person::named("stranger");
    let table: [(&str, Forgery, &str); 4] = [
        ("order", it.forge().with(|draft| draft.lamport = 5), "forged_lamport"),
        (
            "somebody else's chain",
            it.forge().with(|draft| {
                draft.tip = Some((1, it.lis));
                draft.lamport = 2;
            }),
            "broken_chain",
        ),
        (
            "another scope",
            it.forge().with(|draft| {
                draft.deps = vec![it.lis];
                draft.lamport = 9;
            }),
            "foreign_citation",
        ),
        ("a stranger", Forgery::begin(&it.village, &other, it.zhangs), "not_certified"),
    ];
    for (what, forgery, reason) in table {
        assert_eq!(it.fate_of(&forgery), said(Fate::Quarantined, reason), "{what}");
    }
    let forged = it.forge().with(|draft| draft.lamport = 5).sign();
    let on_top = it.forge().with(|draft| {
        draft.tip = Some((1, forged.id()));
        draft.lamport = 6;
        draft.kind = Kind::ACT;
        draft.body = ask("help").encode();
    });
    assert_eq!(it.fate_of(&on_top), said(Fate::Pending, "waits"));
}

#[test]
fn what_waits_is_judged_again_when_the_last_of_it_comes() {
    let mut it = street();
    let mut reader = Truth::open(None, &it.village.genesis, Vec::new()).expect("opens");
    receive(&mut reader, everything(&it.truth));
    let request =
        write(&mut it.truth, &it.zhang, ask("带奶奶去医院"), it.village.scope(), Some(it.zhangs));
    let taken = write(&mut it.truth, &it.li, claim(request.id()), it.village.scope(), Some(it.lis));
    let talk = it.village.say(&mut it.truth, &it.li, it.lis, "I am on my way");
    receive(&mut reader, [Envelope::clone(&talk), Envelope::clone(&taken)]);
    assert_eq!(fate(&reader, &taken.id()), said(Fate::Pending, "waits"));
    assert_eq!(fate(&reader, &talk.id()), said(Fate::Accepted, "fine"), "talk never waits");
    let before = reader.read().last_judged().expect("reads");
    receive(&mut reader, [Envelope::clone(&request)]);
    assert_eq!(fate(&reader, &taken.id()), said(Fate::Accepted, "fine"));
    let log: Vec<EnvelopeId> = reader
        .read()
        .judged_since(before, 10)
        .expect("reads")
        .iter()
        .map(|judged| judged.id)
        .collect();
    assert_eq!(log, [request.id(), taken.id()], "the log names what changed, once");
    let acts = reader.read().acts_of(&request.id()).expect("reads");
    assert_eq!(acts.len(), 2);
}

#[test]
fn an_unknown_grant_is_waited_for_wherever_it_stands() {
    let mut it = street();
    let wang = Person::named("wang");
    let mut reader = Truth::open(None, &it.village.genesis, Vec::new()).expect("opens");
    receive(&mut reader, everything(&it.truth));
    let join = it.village.welcome(&mut it.truth, &wang);
    let talk = it.village.say(&mut it.truth, &wang, join, "我是新来的");
    receive(&mut reader, [Envelope::clone(&talk)]);
    assert_eq!(fate(&reader, &talk.id()), said(Fate::Pending, "waits"));
    receive(&mut reader, everything(&it.truth));
    assert_eq!(fate(&reader, &talk.id()), said(Fate::Accepted, "fine"));
}

#[test]
fn a_removal_takes_away_what_stands_after_its_cut_and_nothing_else() {
    let mut it = street();
    let kept = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "one");
    let late = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "two");
    let others = it.village.say(&mut it.truth, &it.li, it.lis, "three");
    let cut =
        Cut { writer: it.zhang.device.writer(), scope: it.village.scope(), seq: 1, id: kept.id() };
    it.village.remove(&mut it.truth, &it.zhang, vec![cut]);
    assert_eq!(fate(&it.truth, &kept.id()), said(Fate::Accepted, "fine"));
    assert_eq!(fate(&it.truth, &late.id()), said(Fate::Quarantined, "cut"));
    assert_eq!(fate(&it.truth, &others.id()), said(Fate::Accepted, "fine"));
    let again = it.forge().with(|draft| {
        draft.tip = Some((2, late.id()));
        draft.lamport = 3;
    });
    assert_eq!(it.fate_of(&again), said(Fate::Quarantined, "cut"));
    let listed = it.truth.read().listed(Fate::Quarantined, 10).expect("reads");
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1].reason, "cut");
}

#[test]
fn what_a_later_release_wrote_is_carried_sealed() {
    let mut it = street();
    let newer = it.forge().with(|draft| draft.kind = Kind(200));
    assert_eq!(it.fate_of(&newer), said(Fate::Sealed, "newer"));
    let packed = it.forge().with(|draft| draft.body = vec![2, 2, 3]);
    assert_eq!(it.fate_of(&packed), said(Fate::Sealed, "newer"));
    let sealed = packed.sign();
    let held = it.truth.read().envelope(&sealed.id()).expect("reads").expect("is held");
    assert_eq!(held, sealed);
}

#[test]
fn poison_leaves_its_header_and_never_its_body() {
    let mut it = street();
    let poison = it.forge().with(|draft| draft.body = vec![0, 0xff]).sign();
    let counted = it.truth.fingerprint(&it.village.scope()).count();
    receive(&mut it.truth, [poison.clone()]);
    assert_eq!(fate(&it.truth, &poison.id()), said(Fate::Poison, "malformed"));
    assert_eq!(it.truth.fingerprint(&it.village.scope()).count(), counted + 1);
    let held = it.truth.read().envelope(&poison.id()).expect("reads").expect("is held");
    assert_eq!(held, poison.clone().without_body());
    assert_eq!(receive(&mut it.truth, [poison.clone()]), 0, "its body does not come back");
    let held = it.truth.read().envelope(&poison.id()).expect("reads").expect("is held");
    assert_eq!(held.body(), None);
    let mut next = Truth::open(None, &it.village.genesis, Vec::new()).expect("opens");
    receive(&mut next, everything(&it.truth));
    assert_eq!(fate(&next, &poison.id()).0, Fate::Poison, "and it is passed on as it is");
}

#[test]
fn poison_is_logged_once_with_its_reason() {
    let mut it = street();
    let poison = it.forge().with(|draft| draft.body = vec![0, 0xff]).sign();
    let logged = Arc::new(Logged::default());
    dispatcher::with_default(&Dispatch::new(logged.clone()), || {
        for _ in 0..2 {
            receive(&mut it.truth, [poison.clone()]);
        }
        it.village.say(&mut it.truth, &it.zhang, it.zhangs, "the node goes on");
    });
    let of_it = logged.about(&poison.id().to_string());
    assert!(matches!(&of_it[..], [line] if line.contains("malformed")), "{of_it:?}");
}

#[test]
fn a_change_that_the_gate_refuses_is_poison_for_good() {
    let mut it = street();
    let talk = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "as if it were a change");
    it.truth.gate_refused(&talk.id()).expect("marks");
    assert_eq!(fate(&it.truth, &talk.id()), said(Fate::Poison, "gate"));
    receive(&mut it.truth, [Envelope::clone(&talk)]);
    assert_eq!(fate(&it.truth, &talk.id()), said(Fate::Poison, "gate"));
    let after = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "the chain goes on");
    assert_eq!(fate(&it.truth, &after.id()), said(Fate::Accepted, "fine"));
    assert!(after.header().deps.is_empty(), "nobody cites it any more");
}

#[test]
fn a_body_that_somebody_withheld_may_still_come() {
    let mut it = street();
    let whole = it.forge().sign();
    receive(&mut it.truth, [whole.clone().without_body()]);
    assert_eq!(fate(&it.truth, &whole.id()).0, Fate::Poison);
    assert_eq!(it.truth.read().without_body(10).expect("reads").len(), 1);
    receive(&mut it.truth, [whole.clone()]);
    assert_eq!(fate(&it.truth, &whole.id()), said(Fate::Accepted, "fine"));
    let held = it.truth.read().envelope(&whole.id()).expect("reads").expect("is held");
    assert_eq!(held, whole);
    receive(&mut it.truth, [whole.clone().without_body()]);
    let held = it.truth.read().envelope(&whole.id()).expect("reads").expect("is held");
    assert_eq!(held.body(), whole.body(), "what is here stays");
}

#[test]
fn a_statement_whose_words_come_late_counts_like_any_other() {
    let (village, mut truth) = Village::found();
    let mut reader = Truth::open(None, &village.genesis, Vec::new()).expect("opens");
    let wang = Person::named("wang");
    let join = village.welcome(&mut truth, &wang);
    let talk = village.say(&mut truth, &wang, join, "hello");
    let bare = |envelope: Envelope| {
        if envelope.header().kind == Kind::STATEMENT { envelope.without_body() } else { envelope }
    };
    receive(&mut reader, everything(&truth).into_iter().map(bare));
    assert_ne!(fate(&reader, &talk.id()).0, Fate::Accepted, "nobody has said who wrote it");
    receive(&mut reader, everything(&truth));
    assert_eq!(fate(&reader, &join), said(Fate::Accepted, "fine"));
    assert_eq!(fate(&reader, &talk.id()), said(Fate::Accepted, "fine"));
}

#[test]
fn a_signature_that_is_not_the_writers_is_refused_and_costs_who_brought_it() {
    let mut it = street();
    let honest = it.forge().sign();
    let forged = forged(&honest);
    let other = it.forge().with(|draft| draft.body = message("fine").encode()).sign();
    let batch = vec![forged, other.clone()];
    let received = it.truth.receive(batch, [5; 32]).expect("receives");
    assert_eq!(received.refused, [(honest.id(), Malformed::BadSignature)]);
    assert_eq!(received.new.len(), 1);
    assert!(!it.truth.read().holds(&honest.id()).expect("reads"));
    let again = it.truth.receive(vec![other.clone(), other], [5; 32]).expect("receives");
    assert_eq!((again.new.len(), again.known), (0, 2));
}

/// The same envelope under another signature.
fn forged(honest: &Envelope) -> Envelope {
    let mut signature = *honest.signature();
    signature[7] ^= 1;
    let body = honest.body().map(<[u8]>::to_vec);
    Envelope::assemble(honest.header_bytes().to_vec(), signature, body)
        .expect("the bytes are in order")
}

#[test]
fn among_so_many_that_two_cores_check_them_the_forged_ones_are_found() {
    let mut it = street();
    let said = |n: usize| it.forge().with(|draft| draft.body = message(&n.to_string()).encode());
    let honest: Vec<Envelope> = (0..300).map(|n| said(n).sign()).collect();
    let lies = [0, 149, 150, 299];
    let told = |(n, one): (usize, &Envelope)| {
        if lies.contains(&n) { forged(one) } else { one.clone() }
    };
    let batch: Vec<_> = honest.iter().enumerate().map(told).collect();
    let received = it.truth.receive(batch, [5; 32]).expect("receives");
    let refused = lies.map(|n| (honest[n].id(), Malformed::BadSignature));
    assert_eq!((received.refused, received.new.len()), (refused.to_vec(), 296));
}

#[test]
fn what_was_checked_on_its_way_is_believed_and_the_rest_is_checked_here() {
    let mut it = street();
    let community = it.village.genesis.id();
    let said = |text: &str| it.forge().with(|draft| draft.body = message(text).encode()).sign();
    let (good, bad) = (said("good"), said("bad"));
    let checked = Parcel::from(vec![good.clone(), forged(&bad)]);
    let elsewhere = Parcel::from(vec![said("good here")]);
    Parcel::check(std::slice::from_ref(&checked), &community, [1; 32]);
    Parcel::check(std::slice::from_ref(&elsewhere), &genesis(9).id(), [1; 32]);
    // Again, with what is under way and what nobody has looked at: that changes nothing.
    let late = Parcel::from(vec![forged(&said("late"))]);
    Parcel::check(&[checked.clone(), late.clone()], &community, [2; 32]);
    let came = it.truth.receive(checked.clone(), [5; 32]).expect("receives");
    assert_eq!((came.new[0].id(), came.refused.len()), (good.id(), 1));
    let came = it.truth.receive(elsewhere, [5; 32]).expect("receives");
    assert_eq!((came.new.len(), came.refused.len()), (0, 1), "the helper's word is what counts");
    let came = it.truth.receive(late, [5; 32]).expect("receives");
    assert_eq!((came.new.len(), came.refused.len()), (0, 1));
    let came = it.truth.receive(checked, [5; 32]).expect("receives");
    assert_eq!((came.new.len(), came.known), (0, 0), "an opened parcel is empty");
}

#[test]
fn a_statement_with_a_forged_second_signature_is_poison() {
    let mut it = street();
    let roster = it.village.genesis.id().roster();
    let at = it.truth.position_of_next(&it.zhang.device.writer(), &roster, None).expect("reads");
    let subject = Person::named("thief").device.key();
    let person = it.zhang.paper.person();
    let certify = Statement::Certify { subject, person, key_use: KeyUse::Writer };
    let mut signed = SignedStatement::sign(certify, &at, &[&it.zhang.device]);
    signed.seconds[0].key = person.into();
    let forged = write(&mut it.truth, &it.zhang, crdt::body::Body::Statement(signed), roster, None);
    assert_eq!(fate(&it.truth, &forged.id()), said(Fate::Poison, "malformed"));
    assert_eq!(it.truth.roster().person_of(Person::named("thief").device.writer()), None);
}

#[test]
fn two_things_in_one_place_of_a_chain_are_both_doubted() {
    let mut it = street();
    let first = it.forge().with(|draft| draft.body = message("one").encode()).sign();
    let (next, lamport) = (Some((1, first.id())), 2);
    let act = |title: &str| {
        let body = ask(title).encode();
        it.forge()
            .with(|draft| {
                draft.tip = next;
                draft.lamport = lamport;
                draft.kind = Kind::ACT;
                draft.body = body;
            })
            .sign()
    };
    let (left, right) = (act("left"), act("right"));
    let talk = it
        .forge()
        .with(|draft| {
            draft.tip = Some((2, left.id()));
            draft.lamport = 3;
        })
        .sign();
    receive(&mut it.truth, [first.clone(), left.clone(), talk.clone()]);
    assert_eq!(fate(&it.truth, &left.id()), said(Fate::Accepted, "fine"));
    receive(&mut it.truth, [right.clone()]);
    assert_eq!(fate(&it.truth, &first.id()), said(Fate::Accepted, "fine"), "before the fork");
    assert_eq!(fate(&it.truth, &left.id()), said(Fate::Quarantined, "forked"));
    assert_eq!(fate(&it.truth, &right.id()), said(Fate::Quarantined, "forked"));
    let (shown, mark) = fate(&it.truth, &talk.id());
    assert_eq!(shown, Fate::Accepted, "talk is shown, with a mark");
    assert!(["fork", "losing_branch"].contains(&mark.as_str()), "{mark}");
}

#[test]
fn sixteen_heads_are_cited_and_more_must_be_joined_first() {
    let mut it = street();
    let scope = it.village.scope();
    let request = write(&mut it.truth, &it.zhang, ask("sandbags"), scope, Some(it.zhangs));
    let mut crowd = Vec::new();
    for name in 0..17 {
        let who = Person::named(&format!("volunteer {name}"));
        let join = it.village.welcome(&mut it.truth, &who);
        let claim = Forgery::begin(&it.village, &who, join).with(|draft| {
            draft.kind = Kind::ACT;
            draft.deps = vec![request.id()];
            draft.lamport = 2;
            draft.body = claim(request.id()).encode();
        });
        crowd.push(claim.sign());
    }
    receive(&mut it.truth, crowd.clone());
    let intent =
        |deps| Intent { body: claim(request.id()), scope, deps, auth: Some(it.lis), epoch: None };
    let refused = it.truth.write(intent(Deps::Subject), &it.li.device, NOW);
    let Err(WriteError::TooManyHeads(heads)) = refused else { panic!("{refused:?}") };
    assert_eq!(heads.len(), 17);
    let some = heads[..16].to_vec();
    it.truth.write(intent(Deps::These(some)), &it.li.device, NOW).expect("joins sixteen");
    let last = it.truth.write(intent(Deps::Subject), &it.li.device, NOW).expect("writes");
    assert_eq!(last.header().deps.len(), 2);
    let heads = it.truth.read().heads(&scope, Kind::ACT, Some(&request.id())).expect("reads");
    assert_eq!(heads, [last.id()]);
}

#[test]
fn messages_with_many_heads_cite_the_highest_sixteen() {
    let mut it = street();
    let mut crowd = Vec::new();
    for name in 0..20 {
        let who = Person::named(&format!("neighbour {name}"));
        let join = it.village.welcome(&mut it.truth, &who);
        crowd.push(Forgery::begin(&it.village, &who, join).sign());
    }
    receive(&mut it.truth, crowd);
    let talk = it.village.say(&mut it.truth, &it.li, it.lis, "so many");
    assert_eq!(talk.header().deps.len(), 16);
    let heads = it.truth.read().heads(&it.village.scope(), Kind::MESSAGE, None).expect("reads");
    assert_eq!(heads.len(), 5);
}

#[test]
fn nobody_can_write_on_ground_that_is_not_here() {
    let mut it = street();
    let scope = it.village.scope();
    let mut write = |deps, scope: ScopeId| {
        let intent = Intent { body: message("?"), scope, deps, auth: Some(it.lis), epoch: None };
        it.truth.write(intent, &it.li.device, NOW)
    };
    let nowhere = EnvelopeId::from_bytes([9; 32]);
    let missing = write(Deps::These(vec![nowhere]), scope);
    assert!(matches!(missing, Err(WriteError::NotHeld(id)) if id == nowhere), "{missing:?}");
    let foreign = write(Deps::These(vec![it.lis]), scope);
    assert!(matches!(foreign, Err(WriteError::ForeignCitation(_))), "{foreign:?}");
    let many = write(Deps::These(vec![nowhere; 17]), scope);
    assert!(matches!(many, Err(WriteError::TooManyCitations(17))), "{many:?}");
    assert_eq!(it.truth.read().tip(&it.li.device.writer(), &scope).expect("reads"), None);
}

#[test]
fn what_was_written_here_can_be_counted_and_shown_to_strangers() {
    let mut it = street();
    let row = it.truth.read().last_row().expect("reads");
    let mine = it.village.say(&mut it.truth, &it.li, it.lis, "one");
    let other = it.village.say(&mut it.truth, &it.zhang, it.zhangs, "two");
    let own = it.truth.read().own(&it.li.device.writer(), row).expect("reads");
    assert_eq!((own.count, own.last_row), (1, row + 1));
    assert_eq!(it.truth.read().last_row().expect("reads"), row + 2);
    let roster = it.village.genesis.id().roster();
    let chain = it.truth.read().first_of_chain(&it.li.device.writer(), &roster, 2);
    let seqs: Vec<u64> = chain.expect("reads").iter().map(|it| it.header().seq).collect();
    assert_eq!(seqs, [1, 2]);
    let tips = it.truth.read().tips(&it.li.device.writer()).expect("reads");
    assert!(tips.contains(&(it.village.scope(), 1, mine.id())));
    let items = it.truth.read().items(&it.village.scope(), Bucket(2_901)).expect("reads");
    let mut listed: Vec<EnvelopeId> = items.iter().map(|held| held.id).collect();
    listed.sort_unstable();
    let mut wanted = vec![mine.id(), other.id()];
    wanted.sort_unstable();
    assert_eq!(listed, wanted);
}
