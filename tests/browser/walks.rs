//! The ways of those who have no script, and of those who have no mouse.

use fantoccini::key::Key;
use node::demo::{CHEN, ZHANG};
use serde_json::json;

use crate::{
    town::Town,
    window::{Driver, Size},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_one_reads_asks_writes_answers_and_confirms() {
    let town = Town::raise().await;
    let driver = Driver::start();
    let window = driver.open_without_script(town.page(CHEN), "zh-CN").await;
    window.go("/").await;
    window.tap_words("我要求助").await;
    // What is wrong is said beside the field, and what was typed stays.
    window.types("#details", "三楼，没有电梯").await;
    // Our script would have kept the draft by now.
    assert_eq!(window.run("return localStorage.length", vec![]).await, json!(0), "it has script");
    window.tap(".ask-form button.big").await;
    window.sees("这里还没有写").await;
    assert_eq!(window.find("#details").await.text().await.expect("a field"), "三楼，没有电梯");
    window.types("#title", "帮忙抬冰箱").await;
    window.tap(".ask-form button.big").await;
    window.sees("帮忙抬冰箱").await;
    window.types("#item", "手套").await;
    window.tap_words("添加").await;
    window.sees("手套").await;
    let path = window.path().await;
    window.go(&format!("/groups/{}", town.group)).await;
    window.sees("社区食堂").await;
    window.types("#text", "谢谢，明天见").await;
    window.tap(".write button.big").await;
    window.sees("谢谢，明天见").await;
    window.tap("a[href^='?reply=']").await;
    window.types("#text", "我也来帮忙").await;
    window.tap(".write button.big").await;
    window.sees("我也来帮忙").await;
    window.find("article.me .quote").await;
    // Another home, without script as well, takes what was asked and does it.
    town.demo.town.agreed().await.expect("all have heard of it");
    let helper = driver.open_without_script(town.page(ZHANG), "en").await;
    helper.go(&path).await;
    for verb in ["claim", "depart", "done"] {
        helper.tap(&format!("button[value={verb}]")).await;
    }
    helper.sees("Waiting for confirmation").await;
    town.demo.town.agreed().await.expect("all have heard of its end");
    window.go(&path).await;
    window.tap("button[value=confirm]").await;
    window.sees("已结案").await;
    window.go(&format!("/groups/{}", town.group)).await;
    window.tap_words("English").await;
    window.sees("Write to the group").await;
    // The browser itself remarks on the form that came back.
    let severe = window.complaints().await.into_iter().filter(|it| !it.contains("422"));
    assert_eq!(severe.collect::<Vec<_>>(), Vec::<String>::new());
    crate::town::stop(town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_keyboard_alone_one_asks_writes_searches_and_drives_and_always_sees_where_one_is()
{
    let town = Town::raise().await;
    let driver = Driver::start();
    let window = driver.open(town.page(CHEN), Size::Desktop, "en").await;
    let enter = || [char::from(Key::Enter)].into_iter();
    window.go("/").await;
    // The first stop leads past everything that stands on every page.
    window.tabs_to("a.skip").await;
    window.presses(enter()).await;
    window.tabs_to("a[href='/ask']").await;
    window.presses(enter()).await;
    window.sees("What do you need?").await;
    window.tabs_to("#title").await;
    window.presses("Somebody to hold the ladder".chars()).await;
    window.tabs_to("button.big").await;
    window.presses(enter()).await;
    window.sees("Somebody to hold the ladder").await;
    window.tabs_to("summary").await;
    window.presses(enter()).await;
    window.tabs_to("button[value=cancel]").await;
    window.presses(enter()).await;
    window.sees("Called off").await;
    window.go(&format!("/groups/{}", town.group)).await;
    window.tabs_to("#text").await;
    window.presses("See you at the ladder".chars()).await;
    window.tabs_to(".write button.big").await;
    window.presses(enter()).await;
    window.sees("See you at the ladder").await;
    window.go("/search").await;
    window.tabs_to("input[name=words]").await;
    window.presses("ladder".chars().chain(enter())).await;
    window.sees("See you at the").await;
    // A driver takes a ride to its end, and the family confirms it.
    let ride = format!("/requests/{}", town.ride.to_hex());
    let helper = driver.open(town.page(ZHANG), Size::Desktop, "en").await;
    helper.go(&ride).await;
    for (verb, then) in [("claim", "You hold this one"), ("depart", ""), ("done", "Waiting")] {
        helper.tabs_to(&format!("button[value={verb}]")).await;
        helper.presses(enter()).await;
        helper.sees(then).await;
    }
    helper.tabs_to(".language button").await;
    helper.presses(enter()).await;
    helper.sees("待确认").await;
    crate::town::stop(town).await;
}
