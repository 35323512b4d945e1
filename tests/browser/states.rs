//! States of pages that no address leads to (a refused form, a link just made, private details that
//! were opened), and every page as it looks at night.

use node::demo::{CHEN, OFFICE};
use serde_json::json;

use crate::{
    axe, pages,
    town::{self, Town},
    window::{Driver, Size, Window},
};

/// What somebody does on a page.
enum Step {
    Types(&'static str, &'static str),
    Taps(&'static str),
}

use Step::{Taps, Types};

/// A state: its name, whose page, where it begins, what is done, and what is there afterwards.
struct State {
    name: &'static str,
    home: usize,
    path: String,
    steps: Vec<Step>,
    then: &'static str,
}

/// What stands at a field that was refused.
const REFUSED: &str = "[aria-invalid=true]";

fn states(town: &Town) -> Vec<State> {
    let group = format!("/groups/{}", town.group);
    let private = format!("/requests/{}/private", town.ride.to_hex());
    let swap = format!("/rota/swap?mine={}", town.turn.to_hex());
    let state = |name, home, path: &str, steps, then| State {
        name,
        home,
        path: path.to_owned(),
        steps,
        then,
    };
    let sign = "form[action='/hours/sign'] input:not([type=hidden])";
    vec![
        state("nothing asked", CHEN, "/ask", vec![Taps(".ask-form button.big")], REFUSED),
        state("nobody chosen to swap with", CHEN, &swap, vec![Taps("main button.big")], REFUSED),
        state("an answer begun", CHEN, &group, vec![Taps("a[href^='?reply=']")], ".write .quote"),
        state("nothing taken down", OFFICE, "/desk/intake", vec![Taps("main button.big")], REFUSED),
        state(
            "a number that no activity has",
            CHEN,
            "/hours",
            vec![Types(sign, "zzz"), Taps("form[action='/hours/sign'] button")],
            REFUSED,
        ),
        state(
            "an invitation just made",
            OFFICE,
            "/invite",
            vec![Taps("form[action='/invite'] button.big")],
            "main svg[role=img]",
        ),
        state("a phone to be paired", CHEN, "/me/phones?another=yes", vec![], "svg.qr"),
        state(
            "private details opened",
            OFFICE,
            &private,
            vec![Types("#reason", "约时间"), Taps("main form button.big")],
            "main",
        ),
        state("nothing found", CHEN, "/search?words=zzzzzz", vec![], "main h1"),
        state("no such page", CHEN, "/nowhere", vec![], "main h1"),
    ]
}

async fn look(window: &Window, state: &State) -> Vec<String> {
    window.go(&state.path).await;
    for step in &state.steps {
        match step {
            Types(css, text) => window.types(css, text).await,
            Taps(css) => window.tap(css).await,
        }
    }
    window.find(state.then).await;
    let mut wrong = axe::violations(window).await;
    let wide = "return document.documentElement.scrollWidth > innerWidth + 1";
    if window.run(wide, vec![]).await == json!(true) {
        wrong.push("wider than the window".into());
    }
    wrong.into_iter().map(|one| format!("{}: {one}", state.name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_address_leads_to_is_accessible_too_at_both_sizes() {
    let town = Town::raise().await;
    let driver = Driver::start();
    let mut wrong = Vec::new();
    for (size, language) in [(Size::Phone, "zh-CN"), (Size::Desktop, "en")] {
        for home in [OFFICE, CHEN] {
            let window = driver.open(town.page(home), size, language).await;
            for state in states(&town).iter().filter(|it| it.home == home) {
                let found = look(&window, state).await;
                wrong.extend(found.into_iter().map(|it| format!("{size:?} {it}")));
            }
            window.shut().await;
        }
    }
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
    town::stop(town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_read_at_night() {
    let town = Town::raise().await;
    let driver = Driver::start_in_the_dark();
    let window = driver.open(town.page(CHEN), Size::Phone, "zh-CN").await;
    window.go("/").await;
    let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(window.run(dark, vec![]).await, json!(true), "the browser itself is not dark");
    window.shut().await;
    let wrong = pages::look_at_all(&driver, &town, Size::Phone, "zh-CN").await;
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
    town::stop(town).await;
}
