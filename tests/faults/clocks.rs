//! Clocks decide nothing: ten years off, jumping about, an hour off in summer, or none at all
//! (promise 19).

use crdt::time::ClaimedTime;
use node::api::{ActVerb, Command, Keep, PersonRow, Reply, RosterCommand};
use tests::world::{BEGIN, Who, World};

const TEN_YEARS_MS: u64 = 10 * 365 * 24 * 3_600 * 1_000;
const HOUR_MS: u64 = 3_600 * 1_000;

/// The clocks of four homes.
type Clocks = [ClaimedTime; 4];

/// What must not depend on them, of every home.
#[derive(Debug, PartialEq)]
struct Seen {
    holder: Option<String>,
    texts: Vec<String>,
    status: String,
    neighbours: Vec<String>,
}

/// The same life with other clocks, which stand differently in each of its three chapters.
fn life(chapters: [Clocks; 3]) -> Vec<Seen> {
    let (mut world, people) = World::court(0xC10C4, &["Chen", "Zhao", "Sun"]);
    let mut everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let (chen, zhao, sun) = (people[0], people[1], people[2]);
    set(&mut world, &everybody, chapters[0]);
    let ride = world.request(chen, "A ride");
    world.post(sun, "zeroth");
    world.settle();
    world.cut(&[zhao], &[sun, chen, world.office()]);
    world.post(zhao, "first");
    world.run_for(10_000);
    set(&mut world, &everybody, chapters[1]);
    // One side has seen the other's world: causes come before effects whatever clocks say.
    world.claim(zhao, ride);
    // And on the other side somebody comes, and somebody is removed.
    let wu = world.move_in("Wu");
    world.wire(wu, world.office());
    world.run_for(10_000);
    let remove = RosterCommand::Remove {
        person: "Sun".to_owned(),
        role: None,
        over: None,
        keep: Keep::All,
        anyway: true,
    };
    world.tell(world.office(), Command::Roster(remove));
    // Whoever was removed goes on knocking; nobody waits for him.
    everybody.push(wu);
    everybody.retain(|who| *who != sun);
    world.part();
    world.heal();
    world.lan(&everybody);
    world.settle();
    set(&mut world, &everybody, chapters[2]);
    world.post(chen, "second");
    world.settle();
    world.post(zhao, "third");
    world.settle();
    assert!(!world.try_act(wu, ride, ActVerb::Done), "it is not his");
    world.assert_same_sight(&everybody);
    everybody.into_iter().map(|who| seen(&mut world, who, ride)).collect()
}

fn set(world: &mut World, these: &[Who], clocks: Clocks) {
    for (who, clock) in these.iter().zip(clocks) {
        world.set_clock(*who, clock);
    }
}

fn seen(world: &mut World, who: Who, ride: crdt::id::RequestId) -> Seen {
    let Reply::People { people, .. } = world.tell(who, Command::everybody()) else {
        panic!("people are told")
    };
    let mut neighbours: Vec<String> = people.into_iter().map(|it: PersonRow| it.name).collect();
    neighbours.sort_unstable();
    Seen {
        holder: world.holder(who, ride),
        texts: world.texts(who),
        status: format!("{:?}", world.page(who, ride).row.status),
        neighbours,
    }
}

#[test]
fn ten_years_off_jumping_about_or_no_clock_at_all_changes_nothing_that_counts() {
    let usual = [BEGIN; 4];
    let right = life([usual; 3]);
    assert!(right.iter().all(|it| !it.neighbours.contains(&"Sun".to_owned())), "{right:?}");
    assert!(right.iter().all(|it| it.neighbours.contains(&"Wu".to_owned())), "{right:?}");
    assert_eq!(right[0].texts, ["zeroth", "first", "second", "third"]);
    let later = ClaimedTime(BEGIN.0 + TEN_YEARS_MS);
    let earlier = ClaimedTime(BEGIN.0 - TEN_YEARS_MS);
    let none = ClaimedTime(0);
    let never = ClaimedTime(u64::MAX / 2);
    let (summer, winter) = (ClaimedTime(BEGIN.0 + HOUR_MS), ClaimedTime(BEGIN.0 - HOUR_MS));
    for chapters in [
        [[later, earlier, none, BEGIN]; 3],
        [[BEGIN, none, later, earlier]; 3],
        [[none; 4]; 3],
        [[earlier, later, never, none]; 3],
        // Ten years forward and back while people act, and once no clock.
        [[later; 4], [earlier; 4], usual],
        [[earlier, later, BEGIN, none], [later, earlier, none, BEGIN], [none, BEGIN, later, later]],
        // The hour that is put forward, and the one that comes twice; not everybody's box does it.
        [usual, [summer, BEGIN, summer, BEGIN], usual],
        [usual, [winter, winter, BEGIN, winter], [summer, usual[1], winter, usual[3]]],
    ] {
        assert_eq!(life(chapters), right, "{chapters:?}");
    }
}
