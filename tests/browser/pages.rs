//! Every page, at both sizes and in both languages: nothing that axe complains about, at most 60 KiB,
//! nothing in the console.
//!
//! The list of addresses is held against the router's own source: whoever adds a route adds a line.

use std::collections::BTreeSet;

use node::demo::{CHEN, OFFICE};
use serde_json::json;

use crate::{
    axe,
    town::{self, Town},
    window::{Driver, Size, Window},
};

/// First load of a page, style and script included, in bytes.
const FIRST_LOAD_BYTES_MAX: u64 = 60 * 1024;

/// The router, as it is written.
const ROUTER: &str = include_str!("../../node/src/web.rs");

/// What answers a GET and is no page: a picture, a stream, style and script.
const NO_PAGES: [&str; 16] = [
    "/me/export.jsonl",
    "/requests/{request}/slip.pdf",
    "/print/building.pdf",
    "/print/emergency.pdf",
    "/hours/certificate/{number}/file.pdf",
    "/manifest.webmanifest",
    "/sw.js",
    "/trust/{name}",
    "/activities/{activity}/calendar.ics",
    "/hours/calendar.ics",
    "/hours/table.csv",
    "/news/{id}/photos/{number}",
    "/news/{id}/photos/{number}/whole.jpg",
    "/news/{id}/photos/{number}/file",
    "/live",
    "/assets/{name}",
];

/// Routes that only a box in no community yet shows; `/` is there, too.
const BEFORE: [&str; 4] = ["/", "/found", "/recover", "/knock"];

/// The one page that somebody outside sees.
const OUTSIDE: &str = "/pair";

/// One route of a home in a community, whose page it is looked at on, and an address of it.
fn inside(town: &Town) -> Vec<(&'static str, usize, String)> {
    let (group, message) = (&town.group, town.message.to_hex());
    let (ride, alert) = (town.ride.to_hex(), town.alert.to_hex());
    let mut all = vec![
        ("/", OFFICE, "/".into()),
        ("/", CHEN, "/".into()),
        ("/ask", CHEN, "/ask".into()),
        ("/ask", CHEN, "/ask?urgent=yes".into()),
        ("/groups", CHEN, "/groups".into()),
        ("/groups/new", CHEN, "/groups/new".into()),
        ("/groups/{group}", CHEN, format!("/groups/{group}")),
        (
            "/groups/{group}/messages/{message}",
            OFFICE,
            format!("/groups/{group}/messages/{message}"),
        ),
        ("/groups/{group}/messages/{message}", CHEN, format!("/groups/{group}/messages/{message}")),
        ("/groups/{group}/reports", OFFICE, format!("/groups/{group}/reports")),
        ("/groups/{group}/photo", CHEN, format!("/groups/{group}/photo")),
        ("/news/{id}/photos/{number}/whole", OFFICE, format!("/news/{alert}/photos/0/whole")),
        ("/news/{id}/photos/{number}/whole", CHEN, format!("/news/{alert}/photos/0/whole")),
        ("/groups/{group}/board", OFFICE, format!("/groups/{group}/board")),
        ("/requests", CHEN, "/requests?all=1".into()),
        ("/requests/{request}", CHEN, format!("/requests/{ride}")),
        ("/requests/{request}", OFFICE, format!("/requests/{ride}")),
        ("/requests/{request}/private", OFFICE, format!("/requests/{ride}/private")),
        ("/requests/{request}/private/erase", CHEN, format!("/requests/{ride}/private/erase")),
        ("/requests/{request}/facts/{field}", CHEN, format!("/requests/{ride}/facts/title")),
        ("/desk", OFFICE, "/desk".into()),
        ("/desk/figures", OFFICE, "/desk/figures?days=7".into()),
        ("/desk/cases/{request}", OFFICE, format!("/desk/cases/{ride}")),
        ("/desk/duty", OFFICE, "/desk/duty".into()),
        ("/hours/certify", OFFICE, "/hours/certify".into()),
        ("/desk/intake", OFFICE, "/desk/intake".into()),
        ("/news", CHEN, "/news".into()),
        ("/news/new", OFFICE, "/news/new?class=alert".into()),
        ("/news/{id}", OFFICE, format!("/news/{}", town.alert.to_hex())),
        ("/news/{id}", CHEN, format!("/news/{}", town.alert.to_hex())),
        ("/me", CHEN, "/me".into()),
        ("/waiting", CHEN, "/waiting".into()),
        ("/trust", CHEN, "/trust".into()),
        ("/me/paper", CHEN, "/me/paper".into()),
        ("/me/key", CHEN, "/me/key".into()),
        ("/me/key", OFFICE, "/me/key".into()),
        ("/me/leave", CHEN, "/me/leave".into()),
        ("/me/phones", CHEN, "/me/phones".into()),
    ];
    all.extend(on_paper_and_about_people(town));
    all.extend(together(town));
    all
}

/// The same of what is printed, of people and of the network.
fn on_paper_and_about_people(town: &Town) -> Vec<(&'static str, usize, String)> {
    let (ride, series, key) = (town.ride.to_hex(), town.series.to_hex(), &town.key);
    let (person, removal) = (town.removed.0.to_hex(), town.removed.1.to_hex());
    vec![
        ("/requests/{request}/slip", OFFICE, format!("/requests/{ride}/slip")),
        ("/doors", OFFICE, "/doors".into()),
        ("/inbox", OFFICE, "/inbox".into()),
        ("/print/building", OFFICE, "/print/building".into()),
        ("/print/emergency", CHEN, "/print/emergency".into()),
        ("/ask", CHEN, "/ask?kind=question".into()),
        ("/reach/{id}", OFFICE, format!("/reach/{}", town.alert.to_hex())),
        ("/rota", CHEN, "/rota".into()),
        ("/rota/swap", CHEN, format!("/rota/swap?mine={}", town.turn.to_hex())),
        ("/series/{series}", CHEN, format!("/series/{series}")),
        ("/search", CHEN, "/search?words=%E9%A3%9F%E5%A0%82".into()),
        ("/people", OFFICE, "/people".into()),
        ("/people/{person}", OFFICE, format!("/people/{person}")),
        ("/people/{person}/name", OFFICE, format!("/people/{person}/name")),
        ("/ask/photo", CHEN, "/ask/photo".into()),
        ("/requests/{request}/photo", CHEN, format!("/requests/{ride}/photo")),
        ("/people/{person}/remove", OFFICE, format!("/people/{person}/remove")),
        ("/people/{person}/rebind", OFFICE, format!("/people/{person}/rebind")),
        (
            "/people/{person}/devices/{key}/revoke",
            OFFICE,
            format!("/people/{person}/devices/{key}/revoke"),
        ),
        ("/trouble", OFFICE, "/trouble".into()),
        ("/roots", OFFICE, "/roots".into()),
        ("/forks", OFFICE, "/forks".into()),
        ("/places", CHEN, "/places".into()),
        ("/late/{removal}", OFFICE, format!("/late/{removal}")),
        ("/invite", OFFICE, "/invite".into()),
        ("/network", CHEN, "/network".into()),
        ("/network/homes/{peer}", CHEN, format!("/network/homes/{}", town.peer)),
        ("/approvals", OFFICE, "/approvals".into()),
    ]
}

/// The same of what a neighbourhood does together.
fn together(town: &Town) -> Vec<(&'static str, usize, String)> {
    let (vote, activity, ride) = (town.vote.to_hex(), town.activity.to_hex(), town.ride.to_hex());
    vec![
        ("/activities", CHEN, "/activities".into()),
        ("/hours", CHEN, "/hours".into()),
        ("/look/{request}", CHEN, format!("/look/{ride}")),
        ("/hours/sign/{activity}", CHEN, format!("/hours/sign/{activity}")),
        ("/hours/sheet/{activity}", OFFICE, format!("/hours/sheet/{activity}")),
        ("/hours/certificate/{number}", CHEN, format!("/hours/certificate/{}", town.certificate)),
        ("/activities/new", OFFICE, "/activities/new".into()),
        ("/activities/{activity}", CHEN, format!("/activities/{activity}")),
        ("/activities/{activity}", OFFICE, format!("/activities/{activity}")),
        ("/across", CHEN, "/across".into()),
        ("/directory", CHEN, "/directory".into()),
        ("/groups/{group}/team", CHEN, format!("/groups/{}/team", town.group)),
        ("/groups/{group}/team", OFFICE, format!("/groups/{}/team", town.group)),
        ("/skills", CHEN, "/skills".into()),
        ("/thanks", CHEN, format!("/thanks?request={ride}")),
        ("/votes", CHEN, "/votes".into()),
        ("/votes/new", OFFICE, "/votes/new".into()),
        ("/votes/{vote}", CHEN, format!("/votes/{vote}")),
        ("/votes/{vote}", OFFICE, format!("/votes/{vote}")),
        ("/votes/{vote}/print", CHEN, format!("/votes/{vote}/print")),
        ("/votes/{vote}/roll", OFFICE, format!("/votes/{vote}/roll")),
    ]
}

/// All routes of the router that answer a GET.
fn routes() -> BTreeSet<&'static str> {
    let pieces = ROUTER.split(".route(").skip(1);
    let routes = pieces
        .filter(|piece| piece.contains("get("))
        .map(|piece| piece.split('"').nth(1).expect("a route begins with its address"));
    let routes: BTreeSet<_> = routes.collect();
    assert!(routes.contains("/network"), "the router reads otherwise than this test thinks");
    routes
}

fn listed(town: &Town) -> BTreeSet<&'static str> {
    let inside = inside(town).into_iter().map(|(route, ..)| route);
    inside.chain(NO_PAGES).chain(BEFORE).chain([OUTSIDE]).collect()
}

/// Opens a page and says what is wrong with it.
async fn look(window: &Window, name: &str, path: &str) -> Vec<String> {
    window.go(path).await;
    let landed = window.path().await;
    let mut wrong = axe::violations(window).await;
    if landed != path {
        wrong.push(format!("led to {landed}"));
    }
    // A whole photo is as large as it is, on the page that was opened for it; and whatever happened in town
    // while the page was open was fetched after it had come.
    let bytes = window.run(
        "const entries = [...performance.getEntriesByType('navigation'), \
         ...performance.getEntriesByType('resource')]; \
         const here = location.href.split('#')[0]; \
         const later = (entry) => entry.initiatorType === 'fetch' && entry.name === here; \
         return entries.filter((entry) => !entry.name.endsWith('/whole.jpg') && !later(entry)).reduce((sum, entry) => sum + entry.encodedBodySize, 0)",
        vec![],
    );
    let bytes = bytes.await.as_u64().expect("a number of bytes");
    if bytes == 0 || bytes > FIRST_LOAD_BYTES_MAX {
        wrong.push(format!("{bytes} bytes"));
    }
    // Nothing that stays in place may leave no room to read: half a window is for what moves.
    let narrow = "const fixed = [...document.querySelectorAll('.strip, .ways')]; \
         return fixed.reduce((sum, it) => sum + it.getBoundingClientRect().height, 0) > innerHeight / 2";
    if window.run(narrow, vec![]).await == json!(true) {
        wrong.push("what stays in place takes more than half of the window".into());
    }
    let wide = "return document.documentElement.scrollWidth > innerWidth + 1";
    if window.run(wide, vec![]).await == json!(true) {
        wrong.push("wider than the window".into());
    }
    if window.run("return document.querySelector('main h1') === null", vec![]).await == json!(true)
    {
        wrong.push("no heading: not the page that was asked for".into());
    }
    wrong.extend(window.complaints().await);
    wrong.into_iter().map(|one| format!("{name} {path}: {one}")).collect()
}

/// Every page in one size and language.
pub async fn look_at_all(driver: &Driver, town: &Town, size: Size, language: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = format!("{size:?} {language}");
    for home in [OFFICE, CHEN] {
        let window = driver.open(town.page(home), size, language).await;
        for (_, _, path) in inside(town).into_iter().filter(|(_, of, _)| *of == home) {
            wrong.extend(look(&window, &name, &path).await);
        }
        window.shut().await;
    }
    let window = driver.open(&town.before, size, language).await;
    for path in BEFORE {
        wrong.extend(look(&window, &name, path).await);
    }
    window.shut().await;
    let window = driver.open(&town.outside, size, language).await;
    wrong.extend(look(&window, &name, OUTSIDE).await);
    window.shut().await;
    wrong
}

/// What somebody uses most, in large type on a phone: targets of 60 px, and still nothing sticks out.
async fn look_at_large(driver: &Driver, town: &Town) -> Vec<String> {
    let window = driver.open(town.page(CHEN), Size::Phone, "zh-CN").await;
    window.go("/me").await;
    window.tap("button[name=elder]").await;
    window.sees("普通字").await;
    let mut wrong = Vec::new();
    let ride = format!("/requests/{}", town.ride.to_hex());
    for path in ["/", "/ask", "/requests", "/news", "/network", ride.as_str()] {
        wrong.extend(look(&window, "large", path).await);
        let small = window.run(
            "return [...document.querySelectorAll('main button, main .button, main input')] \
             .filter((it) => it.offsetParent && !['radio', 'checkbox'].includes(it.type) && \
             it.getBoundingClientRect().height < 59.5).map((it) => it.outerHTML.slice(0, 90))",
            vec![],
        );
        let small = small.await.as_array().cloned().unwrap_or_default();
        wrong.extend(small.iter().map(|it| format!("large {path}: lower than 60 px: {it}")));
    }
    window.go("/").await;
    window.picture("large-type").await;
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_small_and_quiet_at_both_sizes_in_both_languages() {
    let town = Town::raise().await;
    let missing: Vec<_> = routes().difference(&listed(&town)).copied().collect();
    assert!(missing.is_empty(), "routes that nobody looks at: {missing:?}");
    let driver = Driver::start();
    let mut wrong = Vec::new();
    for size in Size::BOTH {
        let (en, zh) = tokio::join!(
            look_at_all(&driver, &town, size, "en"),
            look_at_all(&driver, &town, size, "zh-CN")
        );
        wrong.extend(en.into_iter().chain(zh));
    }
    wrong.extend(look_at_all(&driver, &town, Size::Enlarged, "zh-CN").await);
    wrong.extend(look_at_large(&driver, &town).await);
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
    town::stop(town).await;
}
