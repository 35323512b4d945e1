//! Two homes that never meet talk through the one between them.

use tests::world::World;

/// A and C are never linked; B, between them, goes down in the middle of it.
#[test]
fn the_one_between_carries_everything() {
    let mut world = World::on_disk(0xABC);
    let office = world.office();
    let a = world.move_in("A");
    let b = world.move_in("B");
    let c = world.move_in("C");
    world.lan(&[office, a, b, c]);
    world.settle();
    world.part();
    world.line(&[office, a, b, c]);
    world.settle();

    world.chapter("A writes while B is cut off from C");
    world.cut(&[b], &[c]);
    for n in 0..40 {
        world.post(a, &format!("from A, {n}"));
        world.run_for(3);
    }
    world.chapter("C has its line again; B's power fails in the middle of handing over");
    world.heal();
    world.run_for(2 * tests::world::RELINK_MS);
    world.crash(b);
    world.post(c, "from C");
    world.settle();
    world.crash(b);
    world.settle();

    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
    assert_eq!(world.texts(c).len(), 41);
    assert_eq!(world.texts(a), world.texts(c), "in the same order");
    assert_eq!(world.status(a).unsent, 0, "and A knows that somebody has it");
}

/// A crash loses nothing that was answered.
#[test]
fn what_was_said_to_be_saved_is_there_after_a_crash() {
    let mut world = World::on_disk(0xDEAD);
    let office = world.office();
    for n in 0..20 {
        world.post(office, &format!("line {n}"));
        if n % 7 == 0 {
            world.crash(office);
        }
    }
    world.crash(office);
    assert_eq!(world.texts(office).len(), 20);
}
