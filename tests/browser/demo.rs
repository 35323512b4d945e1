//! The demo's page as a newcomer meets it: a click cuts, a click heals, and a story is told.

use node::demo::Demo;

use crate::{
    axe,
    window::{Driver, Size, Window},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_cuts_the_neighbourhood_in_two_heals_it_and_watches_two_drivers() {
    let demo = Demo::start(Some(0)).await.expect("there is a place for a demo");
    demo.town.agreed().await.expect("all four meet");
    let driver = Driver::start();
    let window = driver.open(&demo.page, Size::Desktop, "en").await;
    window.go("/").await;
    window.sees("Pull a cable and see what happens").await;
    // Nobody but the newcomer writes from here on.
    window.tap("#trickle").await;
    window.sees("Let messages come").await;
    window.sees("All four homes show the same").await;
    assert_eq!(axe::violations(&window).await, Vec::<String>::new());

    one_cable_is_cut_and_mended(&window).await;

    window.tap("#split").await;
    window.sees("Heal everything").await;
    window.types(".log.l0 input[name=text]", "water until six").await;
    window.tap(".log.l0 form button").await;
    window.sees("2 different versions").await;
    window.sees("not equal").await;
    window.tap("#split").await;
    window.sees("All four homes show the same").await;
    let shown = window.run(
        "return [...document.querySelectorAll('.log ol')].filter((it) => it.textContent.includes('water until six')).length",
        vec![],
    );
    assert_eq!(shown.await, serde_json::json!(4), "every home shows what one wrote");

    window.tap(".home.h1 .off").await;
    window.sees("Reconnect").await;
    window.tap(".home.h1 .off").await;
    window.sees("All four homes show the same").await;

    window.tap("#tell").await;
    for step in [
        "Granny Chen needs a ride",
        "Each half carries on",
        "Each half believes its own driver",
        "The homes compare",
        "is told, and need not go",
    ] {
        window.sees(step).await;
    }
    window.sees("All four homes show the same").await;
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.shut().await;
    let window = driver.open(&demo.page, Size::Phone, "zh-CN").await;
    window.go("/").await;
    window.sees("四家看到的完全一致").await;
    assert_eq!(axe::violations(&window).await, Vec::<String>::new());
    assert_eq!(window.complaints().await, Vec::<String>::new());
    window.shut().await;
    demo.stop().await;
}

/// A click on the mark of one link cuts it, the next one mends it.
async fn one_cable_is_cut_and_mended(window: &Window) {
    window.tap(".knot.live").await;
    window.find(".knot.cut").await;
    window.tap(".knot.cut").await;
    window.sees("All four homes show the same").await;
    let none_is_cut = "const done = arguments[arguments.length - 1];
        const look = () => document.querySelector('.knot.cut') ? setTimeout(look, 50) : done(true);
        look();";
    assert_eq!(window.run_and_wait(none_is_cut, vec![]).await, serde_json::json!(true));
}
