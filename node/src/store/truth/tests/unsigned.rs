//! What is saved before it is signed: power that goes meanwhile, and keys that go.

use std::fs;

use crdt::{envelope::Envelope, id::EnvelopeId, judge::Fate, keys::Check};

use super::{
    super::{Ticket, Truth},
    Strict,
    daybook::{Desk, holds},
    fate, snapshot,
    village::{Person, genesis},
};

impl Desk {
    /// Posts so many lines, whose rows and signatures wait.
    fn lay_many(&mut self, count: usize) -> Vec<EnvelopeId> {
        (0..count).map(|at| self.lay_and_finish(&format!("line {at}"))).collect()
    }

    fn lay_and_finish(&mut self, text: &str) -> EnvelopeId {
        let (said, ticket): (_, Ticket) = self.lay(text);
        self.truth.finish(ticket).expect("is safe, and answered");
        said
    }

    /// With the first of li's chain, which is signed at once, in the database.
    fn with_a_first() -> Self {
        let mut desk = Self::new();
        desk.post("first");
        desk.truth.flush().expect("commits");
        desk
    }
}

fn signatures_hold(truth: &Truth, ids: &[EnvelopeId]) -> bool {
    let envelopes = truth.read().envelopes(ids).expect("reads");
    let checks: Vec<Check> = envelopes.iter().map(|it| it.check(&genesis(1).id())).collect();
    checks.len() == ids.len() && Check::all(&checks, [7; 32]).iter().all(|good| *good)
}

#[test]
fn it_is_signed_after_a_power_cut_as_it_would_have_been() {
    let mut desk = Desk::with_a_first();
    let said = desk.lay_many(3);
    let there = desk.after_a_power_cut().open();
    desk.truth.give_rows().expect("writes");
    let read = |truth: &Truth| truth.read().envelopes(&said).expect("reads");
    assert_eq!(read(&there), read(&desk.truth), "the same signatures, whenever they are made");
    assert!(signatures_hold(&there, &said));
    assert_eq!(snapshot(&there), snapshot(&desk.truth));
}

#[test]
fn what_nobody_can_sign_is_laid_aside_and_counts_once_the_key_is_back() {
    let mut desk = Desk::with_a_first();
    let said = desk.lay_many(2);
    let found = desk.after_a_power_cut();
    let truth = found.open_as(&[Person::named("somebody").device]);
    assert_eq!(holds(&truth, &said), [false, false], "the home goes on without");
    assert_eq!(truth.read().integrity_check().expect("reads"), Vec::<String>::new());
    drop(truth);
    let aside = found.aside();
    assert_eq!(aside.len(), 1);
    drop(found.open_as(&[]));
    assert_eq!(found.aside(), aside, "and says so once");
    let mut truth = found.open();
    assert_eq!(holds(&truth, &said), [true, true]);
    assert!(found.aside().is_empty());
    assert!(signatures_hold(&truth, &said));
    truth.sync_with(Box::<Strict>::default());
    let next = desk.village.say(&mut truth, &desk.li, desk.join, "goes on");
    assert_eq!(next.header().prev, said.last().copied(), "and its author does not fork his chain");
}

#[test]
fn what_was_laid_aside_and_cannot_be_read_is_left_alone() {
    let mut desk = Desk::with_a_first();
    let said = desk.lay_many(2);
    let found = desk.after_a_power_cut();
    drop(found.open_as(&[]));
    let aside = found.aside();
    let bytes = fs::read(&aside[0]).expect("reads");
    fs::write(&aside[0], &bytes[..bytes.len() - 1]).expect("spoils the second");
    assert_eq!(holds(&found.open(), &said), [true, false]);
    assert_eq!(found.aside(), aside);
    assert_eq!(fs::read(&aside[0]).expect("reads"), bytes[..bytes.len() - 1]);
}

#[test]
fn what_is_laid_aside_by_two_waits_for_both() {
    let mut desk = Desk::with_a_first();
    let wang = Person::named("wang");
    let join = desk.village.welcome(&mut desk.truth, &wang);
    desk.truth.after_keys(std::slice::from_ref(&wang.device));
    let say = |desk: &mut Desk, text: &str| {
        desk.truth.begin().expect("begins");
        desk.truth.defer_rows(true);
        let said = desk.village.say(&mut desk.truth, &wang, join, text).id();
        let ticket = desk.truth.lay().expect("an envelope");
        desk.truth.finish(ticket).expect("is safe");
        said
    };
    say(&mut desk, "the first of his chain");
    desk.truth.flush().expect("commits");
    let ids = [say(&mut desk, "his"), desk.lay_and_finish("hers")];
    let found = desk.after_a_power_cut();
    drop(found.open_as(&[]));
    assert_eq!(holds(&found.open_as(std::slice::from_ref(&wang.device)), &ids), [true, false]);
    assert_eq!(found.aside().len(), 1, "hers is in it");
    assert_eq!(holds(&found.open(), &ids), [true, true]);
    assert!(found.aside().is_empty());
}

#[test]
fn before_a_key_goes_what_was_saved_is_signed_with_it() {
    let mut desk = Desk::with_a_first();
    let mut said = desk.lay_many(3);
    let (under_way, ticket) = desk.lay("under way");
    said.push(under_way);
    desk.truth.begin().expect("begins");
    desk.truth.before_keys(&[]).expect("signs");
    let found = desk.after_a_power_cut();
    assert_eq!(holds(&found.open_as(&[]), &said), [true; 4]);
    assert!(signatures_hold(&found.open_as(&[]), &said));
    assert!(found.aside().is_empty());
    desk.truth.finish(ticket).expect("long since");
    desk.truth.save().expect("nothing was begun but the keys");
    let (last, ticket) = desk.lay("in his name that the key file may lack");
    desk.truth.finish(ticket).expect("is safe");
    said.push(last);
    assert_eq!(holds(&desk.after_a_power_cut().open_as(&[]), &said), [true; 5], "signed at once");
    desk.truth.after_keys(&[Person::named("li").device]);
    said.extend(desk.lay_many(1));
    assert_eq!(holds(&desk.after_a_power_cut().open(), &said), [true; 6]);
    assert_eq!(desk.after_a_power_cut().open_as(&[]).read().last_row().expect("reads"), {
        let whole = desk.after_a_power_cut().open();
        whole.read().last_row().expect("reads") - 1
    });
}

#[test]
fn only_what_is_his_is_signed_whose_key_goes() {
    let mut desk = Desk::with_a_first();
    desk.lay_many(2);
    let before = desk.daybook();
    let wang = Person::named("wang").device;
    desk.truth.after_keys(std::slice::from_ref(&wang));
    desk.truth.before_keys(&[desk.li.device.clone()]).expect("he has written nothing");
    assert_eq!(desk.daybook(), before);
    desk.truth.after_keys(std::slice::from_ref(&wang));
    desk.truth.before_keys(&[wang]).expect("signs");
    assert_ne!(desk.daybook(), before);
}

#[test]
fn where_the_disk_does_not_take_the_signatures_the_key_stays() {
    let mut desk = Desk::with_a_first();
    desk.truth.sync_with(Strict::broken_behind(1));
    let said = desk.lay_many(1);
    desk.truth.begin().expect("begins");
    assert!(desk.truth.before_keys(&[]).is_err());
    assert_eq!(holds(&desk.after_a_power_cut().open_as(&[]), &said), [false]);
    assert_eq!(holds(&desk.after_a_power_cut().open(), &said), [true]);
    desk.truth.save().expect("there was nothing else");
    let last = desk.post("committed in the database");
    let ids = [said[0], last];
    assert_eq!(holds(&desk.after_a_power_cut().open_as(&[]), &ids), [true, true]);
    desk.truth.before_keys(&[]).expect("nothing is left to be signed");
}

#[test]
fn there_is_always_room_for_the_signatures() {
    let mut desk = Desk::with_a_first();
    let long = "水位上涨 the water is rising ".repeat(90);
    let mut said = Vec::new();
    loop {
        desk.truth.begin().expect("begins");
        let next = desk.say(&long);
        let Some(ticket) = desk.truth.lay() else { break };
        desk.truth.finish(ticket).expect("is safe");
        said.push(next);
    }
    assert!(said.len() > 50, "{}", said.len());
    desk.truth.before_keys(&[]).expect("there is room");
    let found = desk.after_a_power_cut().open_as(&[]);
    assert!(holds(&found, &said).iter().all(|there| *there));
}

#[test]
fn entries_of_two_authors_of_whom_one_has_another_key_come_to_the_same() {
    let mut desk = Desk::with_a_first();
    let wang = Person::named("wang");
    let join = desk.village.welcome(&mut desk.truth, &wang);
    let said = desk.lay_many(2);
    desk.truth.begin().expect("begins");
    // He goes on from what is passed over at first.
    let answer = desk.village.say(&mut desk.truth, &wang, join, "I have read it").id();
    desk.truth.save().expect("saves");
    desk.truth.begin().expect("begins");
    desk.truth.before_keys(&[]).expect("signs");
    let found = desk.after_a_power_cut().open_as(&[]);
    let ids = [said[0], said[1], answer];
    assert_eq!(holds(&found, &ids), [true; 3]);
    for id in &ids {
        assert_eq!(fate(&found, id).0, Fate::Accepted);
    }
    assert_eq!(
        found.fingerprint(&desk.village.scope()),
        desk.truth.fingerprint(&desk.village.scope())
    );
}

#[test]
fn a_daybook_of_an_earlier_release_is_read_without_a_key() {
    let mut desk = Desk::with_a_first();
    // As releases before wrote every entry, in a file of half the size.
    desk.truth.before_keys(&[]).expect("nobody's is signed later");
    let said = desk.lay_many(2);
    let found = desk.after_a_power_cut();
    found.write_daybook(&desk.daybook()[..512 * 1024]);
    assert_eq!(holds(&found.open_as(&[]), &said), [true; 2]);
    let mut truth = found.open();
    truth.sync_with(Box::<Strict>::default());
    let next = desk.village.say(&mut truth, &desk.li, desk.join, "goes on");
    assert_eq!(next.header().prev, said.last().copied());
}

#[test]
fn two_who_want_a_signature_at_once_get_the_same() {
    let mut desk = Desk::with_a_first();
    desk.truth.begin().expect("begins");
    desk.truth.defer_rows(true);
    let said = desk.village.say(&mut desk.truth, &desk.li, desk.join, "both want it");
    assert!(!said.is_signed());
    let signature = |it: &Envelope| *it.signature();
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| signature(&said));
        (signature(&said), other.join().expect("signs"))
    });
    assert_eq!(one, other);
    assert!(said.is_signed());
    desk.truth.defer_rows(false);
    desk.truth.save().expect("saves");
    assert!(signatures_hold(&desk.truth, &[said.id()]));
}
