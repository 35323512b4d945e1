//! A day at the desk, and what becomes of what is private.

use node::demo::{CHEN, OFFICE, ZHANG};

use crate::{
    town::Town,
    window::{Driver, Size},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_takes_up_a_case_visits_writes_down_and_looks_at_its_figures() {
    let town = Town::raise().await;
    let driver = Driver::start();
    let desk = driver.open(town.page(OFFICE), Size::Desktop, "zh-CN").await;
    desk.go("/").await;
    desk.sees("待受理").await;
    desk.picture("desk-home").await;
    desk.go("/desk?list=unanswered").await;
    desk.sees("周四早上去医院").await;
    desk.picture("desk-queue").await;
    desk.go(&format!("/desk/cases/{}", town.ride.to_hex())).await;
    desk.tap("button[value=register]").await;
    desk.sees("受理了").await;
    desk.tap_words("记一次走访").await;
    desk.tap("button[value=visit]").await;
    desk.sees("这里还没有写").await;
    desk.types("#outcome", "老人在家，药还够三天").await;
    desk.tap("button[value=visit]").await;
    desk.sees("药还够三天").await;
    desk.picture("desk-case").await;
    desk.go("/desk/figures").await;
    desk.sees("首次答复").await;
    desk.picture("desk-figures").await;
    desk.go("/print/emergency").await;
    desk.picture("emergency-sheet").await;
    desk.go(&format!("/reach/{}", town.alert.to_hex())).await;
    desk.sees("今晚大风").await;
    desk.picture("desk-reach").await;
    desk.go("/desk/intake").await;
    desk.types("#title", "陪着去社区医院").await;
    desk.types("#name", "赵奶奶").await;
    desk.types("#phone", "139 0000 0000").await;
    desk.tap("form[action='/desk/intake'] button.big").await;
    desk.sees("陪着去社区医院").await;
    let slip = desk.text().await;
    assert!(!slip.contains("139"), "a slip gives away a phone number:\n{slip}");
    desk.picture("slip").await;
    crate::town::stop(town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_details_are_opened_with_a_reason_and_the_family_sees_who_looked() {
    let town = Town::raise().await;
    let driver = Driver::start();
    let path = format!("/requests/{}/private", town.ride.to_hex());
    let desk = driver.open(town.page(OFFICE), Size::Desktop, "zh-CN").await;
    desk.go(&path).await;
    assert!(!desk.text().await.contains("138 0000"), "shown before anybody gave a reason");
    desk.tap("main form button.big").await;
    desk.find("[role=alert]").await;
    assert!(!desk.text().await.contains("138 0000"), "opened without a reason");
    desk.types("#reason", "约接送时间").await;
    desk.tap("main form button.big").await;
    desk.sees("138 0000 0000").await;

    // A driver who holds nothing finds no door to it.
    let driver_page = driver.open(town.page(ZHANG), Size::Phone, "zh-CN").await;
    driver_page.go(&format!("/requests/{}", town.ride.to_hex())).await;
    driver_page.sees("周四早上去医院").await;
    assert!(!driver_page.text().await.contains("隐私"), "a stranger is shown the way");
    driver_page.go(&path).await;
    assert!(!driver_page.text().await.contains("138 0000"), "a stranger reads a phone number");

    town.demo.town.agreed().await.expect("the family's home has heard of it");
    let family = driver.open(town.page(CHEN), Size::Phone, "zh-CN").await;
    family.go(&path).await;
    family.tap("main form button.big").await;
    family.sees("约接送时间").await;
    crate::town::stop(town).await;
}
