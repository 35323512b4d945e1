//! Two people on one box: what each has read and been told is each one's own, across a cut and after a
//! power cut. What nobody else on the box may do for them is in `node/tests/web/phones.rs`.

use node::api::{ActVerb, Command, Notice, Reply};
use tests::world::{Who, World};

const GRANDMA: &str = "Grandma";

fn by(person: &str, command: Command) -> Command {
    Command::As { person: person.into(), command: command.into() }
}

fn unread(world: &mut World, who: Who, person: &str) -> u64 {
    match world.tell(who, by(person, Command::Groups)) {
        Reply::Groups { groups } => groups[0].unread,
        other => panic!("groups, and heard {other:?}"),
    }
}

fn told(world: &mut World, who: Who, person: &str) -> Vec<Notice> {
    match world.tell(who, by(person, Command::Notices)) {
        Reply::Notices { notices } => notices,
        other => panic!("notices, and heard {other:?}"),
    }
}

/// Need: several people share a box, and each is told and reads for himself.
#[test]
fn what_one_of_a_household_has_read_the_other_has_not() {
    let mut world = World::on_disk(0x2EAD);
    let (office, li, chen) = (world.office(), world.move_in("Li"), world.move_in("Chen"));
    world.lan(&[office, li, chen]);
    world.settle();
    let role = node::api::RoleWord::Member;
    let Reply::Invite { link } = world.tell(office, Command::Invite { role, group: None }) else {
        panic!("an invitation")
    };
    world.settle();
    world.tell(li, Command::ResidentAdd { name: GRANDMA.into(), link: Some(link) });
    world.settle();

    world.chapter("Li reads what the office said; Grandma has not looked");
    world.post(office, "the water is off on Tuesday");
    world.post(office, "and on again on Wednesday");
    world.settle();
    let read = || Command::MarkRead { group: "all".into() };
    world.tell(li, by("Li", read()));
    assert_eq!((unread(&mut world, li, "Li"), unread(&mut world, li, GRANDMA)), (0, 2));

    world.chapter("Both say yes to Chen's ride; he calls it off on the other side of a cut");
    let ride =
        world.asks(chen, node::api::NewCase { title: "A ride".into(), ..Default::default() });
    world.settle();
    for person in ["Li", GRANDMA] {
        let claim = Command::Act { id: ride.0.to_hex(), verb: ActVerb::Claim };
        world.tell(li, by(person, claim));
    }
    world.settle();
    world.cut(&[li], &[office, chen]);
    world.tell(chen, Command::Act { id: ride.0.to_hex(), verb: ActVerb::Cancel });
    world.post(chen, "I do not need it any more");
    // What one of them writes is new to the other, and not to himself.
    let post = Command::Post { group: "all".into(), text: "soup?".into(), reply_to: None };
    world.tell(li, by("Li", post));
    assert_eq!((unread(&mut world, li, "Li"), unread(&mut world, li, GRANDMA)), (0, 3));
    world.heal();
    world.settle();
    assert_eq!((unread(&mut world, li, "Li"), unread(&mut world, li, GRANDMA)), (1, 4));

    world.chapter("Li puts away all that was told on this box: only his own goes");
    let (his, hers) = (told(&mut world, li, "Li"), told(&mut world, li, GRANDMA));
    assert_eq!((his.len(), hers.len()), (1, 1), "{his:?} {hers:?}");
    let ids = his.iter().chain(&hers).map(|notice| notice.id.clone()).collect();
    world.tell(li, by("Li", Command::NoticesSeen { ids }));
    assert_eq!((told(&mut world, li, "Li").len(), told(&mut world, li, GRANDMA).len()), (0, 1));

    world.chapter("The power goes and comes back");
    world.crash(li);
    assert_eq!((unread(&mut world, li, "Li"), unread(&mut world, li, GRANDMA)), (1, 4));
    assert_eq!((told(&mut world, li, "Li").len(), told(&mut world, li, GRANDMA).len()), (0, 1));
    world.tell(li, by(GRANDMA, read()));
    assert_eq!((unread(&mut world, li, "Li"), unread(&mut world, li, GRANDMA)), (1, 0));
}
