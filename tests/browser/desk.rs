//! A day at the desk, and what becomes of what is private.

use node::demo::{CHEN, OFFICE, ZHANG};
use serde_json::json;

use crate::{
    town::Town,
    window::{Driver, Size, Window},
};

/// What somebody at the desk reads, in the order in which he comes to it.
struct DayWords {
    waiting: &'static str,
    registered: &'static str,
    visit: &'static str,
    empty: &'static str,
    figures: &'static str,
}

/// A large screen in Chinese, a phone in English.
const DAYS: [(Size, &str, DayWords); 2] = [
    (
        Size::Desktop,
        "zh-CN",
        DayWords {
            waiting: "待受理",
            registered: "受理了",
            visit: "记一次走访",
            empty: "这里还没有写",
            figures: "首次答复",
        },
    ),
    (
        Size::Phone,
        "en",
        DayWords {
            waiting: "Nobody has answered",
            registered: "registered it",
            visit: "Write down a visit",
            empty: "Please write something here",
            figures: "a first answer",
        },
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_takes_up_a_case_visits_writes_down_and_looks_at_its_figures() {
    for (size, language, words) in &DAYS {
        let town = Town::raise().await;
        let driver = Driver::start();
        let desk = driver.open(town.page(OFFICE), *size, language).await;
        a_day(&town, &desk, words).await;
        if *size == Size::Desktop {
            pictures(&town, &desk).await;
        }
        desk.shut().await;
        crate::town::stop(town).await;
    }
}

async fn a_day(town: &Town, desk: &Window, words: &DayWords) {
    let case = format!("/desk/cases/{}", town.ride.to_hex());
    desk.go("/").await;
    desk.sees(words.waiting).await;
    desk.go("/desk?list=unanswered").await;
    desk.sees("周四早上去医院").await;
    desk.go(&case).await;
    desk.tap("button[value=register]").await;
    desk.sees(words.registered).await;
    desk.tap_words(words.visit).await;
    desk.tap("button[value=visit]").await;
    desk.sees(words.empty).await;
    desk.types("#outcome", "老人在家，药还够三天").await;
    desk.tap("button[value=visit]").await;
    desk.sees("药还够三天").await;
    desk.go("/desk/figures").await;
    desk.sees(words.figures).await;
    desk.go("/desk/intake").await;
    desk.types("#title", "陪着去社区医院").await;
    desk.types("#name", "赵奶奶").await;
    desk.types("#phone", "139 0000 0000").await;
    desk.tap("form[action='/desk/intake'] button.big").await;
    desk.sees("陪着去社区医院").await;
    let slip = desk.text().await;
    // The code on it is drawn, and may have any three digits of the number in it.
    assert!(!slip.contains("0000 0000"), "a slip gives away a phone number:\n{slip}");
    desk.picture("slip").await;
}

/// How it looks, for whoever reads about it.
async fn pictures(town: &Town, desk: &Window) {
    let (case, reach) = (town.ride.to_hex(), town.alert.to_hex());
    for (path, name) in [
        ("/", "desk-home"),
        ("/desk?list=unanswered", "desk-queue"),
        (&*format!("/desk/cases/{case}"), "desk-case"),
        ("/desk/figures", "desk-figures"),
        ("/print/emergency", "emergency-sheet"),
        (&*format!("/reach/{reach}"), "desk-reach"),
    ] {
        desk.go(path).await;
        desk.picture(name).await;
    }
    desk.sees("今晚大风").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_details_are_opened_with_a_reason_and_the_family_sees_who_looked() {
    for (desks, others, language) in
        [(Size::Desktop, Size::Phone, "zh-CN"), (Size::Phone, Size::Desktop, "en")]
    {
        let town = Town::raise().await;
        opens_with_a_reason(&town, (desks, others), language).await;
        crate::town::stop(town).await;
    }
}

async fn opens_with_a_reason(town: &Town, (desks, others): (Size, Size), language: &str) {
    let driver = Driver::start();
    let path = format!("/requests/{}/private", town.ride.to_hex());
    let desk = driver.open(town.page(OFFICE), desks, language).await;
    let way = "return document.querySelector('main a[href$=\"/private\"]') !== null";
    desk.go(&format!("/requests/{}", town.ride.to_hex())).await;
    assert_eq!(desk.run(way, vec![]).await, json!(true), "the desk is shown the way");
    desk.go(&path).await;
    assert!(!desk.text().await.contains("138 0000"), "shown before anybody gave a reason");
    desk.tap("main form button.big").await;
    desk.find("[role=alert]").await;
    assert!(!desk.text().await.contains("138 0000"), "opened without a reason");
    desk.types("#reason", "约接送时间").await;
    desk.tap("main form button.big").await;
    desk.sees("138 0000 0000").await;

    // A driver who holds nothing finds no door to it.
    let driver_page = driver.open(town.page(ZHANG), others, language).await;
    driver_page.go(&format!("/requests/{}", town.ride.to_hex())).await;
    driver_page.sees("周四早上去医院").await;
    assert_eq!(driver_page.run(way, vec![]).await, json!(false), "a stranger is shown the way");
    driver_page.go(&path).await;
    assert!(!driver_page.text().await.contains("138 0000"), "a stranger reads a phone number");

    town.demo.town.agreed().await.expect("the family's home has heard of it");
    let family = driver.open(town.page(CHEN), others, language).await;
    family.go(&path).await;
    family.tap("main form button.big").await;
    family.sees("约接送时间").await;
}
