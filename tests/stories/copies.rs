//! Copied disks and boxes that were set back: two homes with one writer's key, which nobody meant.
//!
//! What both wrote stays readable everywhere, and neither goes on with the shared key once it has
//! heard of the other.

use node::{
    api::{Command, ErrorKind, Reply},
    passphrase::Passphrase,
};
use tests::world::{Who, World};

/// Office, Li and Chen, who have met; and a second box with Li's disk, which nobody has met.
fn court(seed: u64) -> (World, Who, Who, Who, Who) {
    let mut world = World::on_disk(seed);
    let office = world.office();
    let (li, chen) = (world.move_in("Li"), world.move_in("Chen"));
    world.lan(&[office, li, chen]);
    world.settle();
    world.post(li, "before");
    world.settle();
    let copy = world.copy_disk(li, "Li's copy");
    (world, office, li, chen, copy)
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[test]
fn two_boxes_of_a_copied_disk_write_and_meet() {
    for seed in [0xC0, 0xC1, 0xC2, 0xC3] {
        let (mut world, office, li, chen, copy) = court(seed);
        let (box_key, writer) = (world.home(li).key(), world.home(li).writer().key());

        world.chapter("both write with one key, and neither knows of the other");
        world.cut(&[li], &[office, chen]);
        world.post(li, "from the first");
        world.post(copy, "from the copy");
        world.chapter("both meet the office");
        world.heal();
        world.wire(office, copy);
        world.settle();
        world.chapter("both go on");
        world.post(li, "the first goes on");
        world.post(copy, "the copy goes on");
        world.post(chen, "I read you all");
        let everybody = world.everybody();
        let took = world.settle();
        assert!(took <= 10_000, "{took} ms");

        let expected = [
            "I read you all",
            "before",
            "from the copy",
            "from the first",
            "the copy goes on",
            "the first goes on",
        ];
        for who in &everybody {
            assert_eq!(sorted(world.texts(*who)), expected, "{}", world.name(*who));
        }
        world.assert_same_sight(&everybody);
        let keys = |world: &World, who| (world.home(who).key(), world.home(who).writer().key());
        let (first, second) = (keys(&world, li), keys(&world, copy));
        assert!(first.0 != second.0 && first.1 != second.1, "they share no key any more");
        for (a, b) in [first, second] {
            assert!(a != box_key && b != writer, "and nobody has the old ones");
        }
    }
}

/// The copy hears of the other before it has written anything: it makes fresh keys and no fork.
#[test]
fn whoever_hears_of_it_in_time_forks_nothing() {
    let (mut world, office, li, _, copy) = court(0xC8);
    world.post(li, "the first has gone on");
    world.settle();
    world.chapter("the copy, which is behind, meets the office before it writes");
    world.wire(office, copy);
    world.settle();
    world.post(copy, "and so do I");
    world.settle();
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
    assert_eq!(world.texts(office), ["before", "the first has gone on", "and so do I"]);
    assert_ne!(world.home(li).writer().key(), world.home(copy).writer().key());
    world.crash(copy);
    world.settle();
    world.post(copy, "also after a restart");
    world.settle();
    assert_eq!(world.texts(li).len(), 4);
}

/// One box whose disk was set back to an earlier state, as an image of a virtual machine.
#[test]
fn a_box_that_was_set_back_loses_nothing_that_others_have() {
    let (mut world, office, li, chen, earlier) = court(0xC9);
    world.post(li, "written before it was set back");
    let request = world.request(chen, "A ride to the clinic");
    world.settle();
    world.part();
    world.chapter("Li's box is set back; the one that went on is gone");
    world.wire(office, earlier);
    world.wire(office, chen);
    world.post(earlier, "written at once, before anybody could say a word");
    world.settle();
    world.claim(earlier, request);
    world.settle();
    let these = [office, chen, earlier];
    world.assert_same_sight(&these);
    assert_eq!(world.texts(chen).len(), 3);
    assert_eq!(world.agreed_holder(&these, request), "Li", "his fresh writer's claim counts");
}

/// With the sealed key shut no certificate can be made: that person reads until he unlocks it.
#[test]
fn a_shut_sealed_key_waits_for_its_owner() {
    let (mut world, office, li, _, copy) = court(0xCA);
    let words = Passphrase::typed("on duty tonight");
    world.tell(copy, Command::SetPassphrase { old: None, new: words.clone() });
    world.post(li, "the first has gone on");
    world.settle();
    world.wire(office, copy);
    world.settle();
    assert_eq!(world.texts(copy).len(), 2, "it reads");
    let post = Command::Post { group: "all".into(), text: "no".into(), reply_to: None };
    let refused = world.ask(copy, post).expect_err("the key is elsewhere too");
    assert_eq!(refused.kind, ErrorKind::Copied);
    let wrong = Passphrase::typed("not the words");
    let refused = world.ask(copy, Command::Unlock { passphrase: wrong, hours: 1 });
    assert_eq!(refused.expect_err("wrong").kind, ErrorKind::WrongPassphrase);
    world.tell(copy, Command::Unlock { passphrase: words, hours: 1 });
    world.settle();
    world.post(copy, "on duty");
    world.settle();
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
    assert_eq!(world.texts(office), ["before", "the first has gone on", "on duty"]);
}

/// Several people on one box: each writes in his own name, and both read everything.
#[test]
fn a_household_writes_in_its_own_names() {
    let mut world = World::seeded(0xCB);
    let (office, li) = (world.office(), world.move_in("Li"));
    world.wire(office, li);
    world.settle();
    let add = |name: &str, link| Command::ResidentAdd { name: name.into(), link };
    let refused = world.ask(li, add("Grandma", None)).expect_err("members invite nobody");
    assert_eq!(refused.kind, ErrorKind::NeedsInvitation);
    assert_eq!(refused.args["names"], "Office");
    let invite = Command::Invite { role: node::api::RoleWord::Member, group: None };
    let Reply::Invite { link } = world.tell(office, invite) else { panic!("an invitation") };
    world.settle();
    world.tell(li, add("Grandma", Some(link)));
    world.tell(office, add("Night shift", None));
    world.settle();
    let say = |person: &str, text: &str| Command::As {
        person: person.into(),
        command: Box::new(Command::Post { group: "all".into(), text: text.into(), reply_to: None }),
    };
    world.tell(li, say("Grandma", "the soup is ready"));
    world.tell(li, say("Li", "coming"));
    world.post(li, "still coming");
    world.tell(office, say("Night shift", "all quiet"));
    assert_eq!(world.ask(li, say("Nobody", "?")).expect_err("who?").kind, ErrorKind::NotHere);
    assert_eq!(
        world.ask(li, add("Grandma", None)).expect_err("she is here").kind,
        ErrorKind::NameTaken
    );
    world.settle();
    let log = Command::Log { group: "all".into(), last: 9, before: None };
    for who in [office, li] {
        let Reply::Log { messages } = world.tell(who, log.clone()) else { panic!("a log") };
        let said: Vec<(String, String)> =
            messages.into_iter().map(|it| (it.author, it.text)).collect();
        let expected = [
            ("Grandma", "the soup is ready"),
            ("Li", "coming"),
            ("Li", "still coming"),
            ("Night shift", "all quiet"),
        ];
        let expected: Vec<(String, String)> =
            expected.map(|(a, t)| (a.to_owned(), t.to_owned())).to_vec();
        let mut said = said;
        said.sort();
        assert_eq!(said, expected);
    }
    world.assert_same_sight(&[office, li]);
}
