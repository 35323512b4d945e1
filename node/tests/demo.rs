//! The demo's neighbourhood, without its page being looked at: four real nodes that are cut in two
//! and come together again.

use std::collections::BTreeSet;

use node::{
    api::{Command, Reply},
    demo::{CHEN, Demo, LI, OFFICE, Town, ZHANG, state_of},
};

async fn texts(town: &Town, at: usize) -> BTreeSet<String> {
    let log = Command::Log { group: "all".to_owned(), last: 50, before: None };
    match town.ask(at, log).await.expect("the node runs") {
        Reply::Log { messages } => messages.into_iter().map(|row| row.text).collect(),
        other => panic!("not a log: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_drivers_claim_one_ride_during_a_cut_and_one_of_them_is_told() {
    let demo = Demo::start(Some(0)).await.expect("there is a place for a demo");
    let town = demo.town.clone();
    town.agreed().await.expect("all four meet");
    let ride = town.ask_for_a_ride().await.expect("all four hear of it");

    town.cut_in_two();
    town.apart().await.expect("no cable crosses");
    town.post(OFFICE, "left side").await.expect("the left half goes on");
    town.post(CHEN, "right side").await.expect("the right half goes on");
    town.claim(ZHANG, ride).await.expect("nobody has it on the left");
    town.claim(LI, ride).await.expect("nobody has it on the right");
    for driver in [ZHANG, LI] {
        let page = town.request(driver, ride).await.expect("it is known");
        assert_eq!(page.row.holder.as_deref(), Some(town.homes[driver].person));
    }
    assert!(!texts(&town, LI).await.contains("left side"), "nothing crosses a cut");
    assert!(!texts(&town, ZHANG).await.contains("right side"), "nothing crosses a cut");

    town.heal();
    let ending = town.ending(ride).await.expect("one holder everywhere, and the other is told");
    assert!([ZHANG, LI].contains(&ending.loser));
    assert_ne!(ending.holder, town.homes[ending.loser].person);
    assert_eq!(ending.notice.holder.as_ref(), Some(&ending.holder));
    for at in 0..town.homes.len() {
        let seen = texts(&town, at).await;
        assert!(seen.contains("left side") && seen.contains("right side"), "home {at}");
        assert!(!state_of(&town.status(at).await.expect("the node runs")).is_empty());
    }
    demo.stop().await;
}
