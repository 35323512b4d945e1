//! Many drivers, one ride: each side of a cut works on, and after it there is one holder.

use tests::world::{Who, World};

/// Two drivers claim the same ride while the court is cut in half.
///
/// Each half may go on working with its own answer; after the cut there is one driver, every home
/// names the same one, and the other has been told, once, with somewhere else to go.
#[test]
fn two_drivers_one_ride() {
    let (mut world, people) = World::court(0xF1EE7, &["Zhang", "Li"]);
    let (office, zhang, li) = (world.office(), people[0], people[1]);
    world.lan(&[office, zhang, li]);

    world.chapter("The office asks for two rides and everybody sees them");
    let ride = world.request(office, "Grandma Wang, dialysis, Tuesday 08:00");
    let other = world.request(office, "Grandpa Sun, eye clinic");
    world.settle();

    world.chapter("Building 3 loses its line; both drivers claim, neither can know");
    world.cut(&[zhang], &[li, office]);
    world.claim(zhang, ride);
    world.claim(li, ride);
    world.run_for(9 * 3_600_000);
    assert_eq!(world.holder(zhang, ride).as_deref(), Some("Zhang"));
    assert_eq!(world.holder(office, ride).as_deref(), Some("Li"));

    world.chapter("The line is mended");
    world.heal();
    world.settle();
    let everybody = world.everybody();
    let winner = world.agreed_holder(&everybody, ride);
    let loser = if winner == "Zhang" { li } else { zhang };
    let told = world.notices(loser);
    assert_eq!(told.len(), 1, "told once: {told:?}");
    assert_eq!((told[0].request, told[0].holder.as_deref()), (ride, Some(winner.as_str())));
    let next = told[0].next_open.as_ref().expect("there is another ride");
    assert_eq!(next.id, other);
    for who in everybody.iter().filter(|who| **who != loser) {
        assert_eq!(world.notices(*who), [], "{} has nothing to be told", world.name(*who));
    }

    world.chapter("He has read it; the next cut and heal tell him nothing again");
    world.read_notices(loser, &told);
    world.cut(&[zhang], &[li, office]);
    world.heal();
    world.settle();
    assert_eq!(world.notices(loser), []);
    world.assert_same_sight(&everybody);
}

/// Thirty-seven drivers race for seven rides in five parts of a town (promise 11).
#[test]
fn thirty_seven_drivers_race() {
    let names: Vec<String> = (1..=37).map(|n| format!("Driver {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mut world, drivers) = World::court(0x37, &names);
    let office = world.office();

    world.chapter("Seven rides are wanted");
    let rides: Vec<_> = (1..=7).map(|n| world.request(office, &format!("Ride {n}"))).collect();
    world.settle();

    world.chapter("Five parts lose one another; every driver claims one ride");
    let parts: Vec<Vec<Who>> = (0..5)
        .map(|part| drivers.iter().copied().filter(|who| who.0 % 5 == part).collect())
        .collect();
    for part in &parts {
        world.line(part);
    }
    world.settle();
    world.partition(&parts);
    world.cut(&[office], &drivers);
    let claims: Vec<(Who, usize)> =
        drivers.iter().map(|who| (*who, world.chance().below(rides.len()))).collect();
    let mut claimed = Vec::new();
    for (who, ride) in claims {
        // Whoever has heard of a neighbour's claim may be refused, or waits behind it.
        let verb = node::api::ActVerb::Claim;
        if world.try_act(who, rides[ride], verb) {
            claimed.push((who, rides[ride]));
        }
        world.run_for(5);
    }
    world.run_for(60_000);

    world.chapter("The town is whole again");
    world.heal();
    world.settle();
    let everybody = world.everybody();
    assert!(world.hold_the_same(&everybody));
    for ride in &rides {
        if !claimed.iter().any(|(_, of)| of == ride) {
            continue;
        }
        let winner = world.agreed_holder(&everybody, *ride);
        for (who, _) in claimed.iter().filter(|(_, of)| of == ride) {
            let told = world.notices(*who);
            let about = told.iter().filter(|notice| notice.request == *ride).count();
            let is_winner = world.name(*who) == winner;
            let standing = world.page(*who, *ride).my_standing;
            if is_winner {
                assert_eq!(about, 0, "{winner} holds it: {told:?}");
            } else {
                let name = world.name(*who).to_owned();
                assert!(about >= 1, "{name} was not told; stands as {standing:?}");
                assert_eq!(about, 1, "{name} was told more than once: {told:?}");
            }
        }
    }
    world.assert_same_sight(&everybody);
}
