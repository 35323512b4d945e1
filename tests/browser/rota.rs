//! Two drivers exchange their turns, each on the own phone.

use node::demo::{CHEN, ZHANG};

use crate::{
    town::{self, Town, turns},
    window::{Driver, Size},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_drive_in_turn_swap_once_both_have_said_so() {
    let town = Town::raise().await;
    let driver = Driver::start();
    let (hers, his) = (turns(&town.demo, CHEN).await, turns(&town.demo, ZHANG).await);
    let his_turn = *his.last().expect("the other week is his turn");
    assert!(hers.contains(&town.turn), "{hers:?}");

    let chen = driver.open(town.page(CHEN), Size::Phone, "zh-CN").await;
    chen.go("/rota").await;
    chen.tap(&format!("a[href='/rota/swap?mine={}']", town.turn.to_hex())).await;
    chen.tap(&format!("input[value='{}']", his_turn.to_hex())).await;
    chen.tap("main button.big").await;
    chen.sees("已经问了").await;
    town.demo.town.agreed().await.expect("he has heard of it");
    assert_eq!(turns(&town.demo, CHEN).await, hers, "nothing has changed hands yet");

    let zhang = driver.open(town.page(ZHANG), Size::Phone, "en").await;
    zhang.go("/rota").await;
    zhang.sees("Somebody would like to swap").await;
    zhang.picture("rota-swap").await;
    zhang.tap("form[action='/rota/swap'] button").await;
    // Only what he drives himself can be offered again.
    zhang.find(&format!("a[href='/rota/swap?mine={}']", town.turn.to_hex())).await;
    town.demo.town.agreed().await.expect("she has heard of it");
    let (hers, his) = (turns(&town.demo, CHEN).await, turns(&town.demo, ZHANG).await);
    assert!(his.contains(&town.turn), "he drives hers: {his:?}");
    assert!(hers.contains(&his_turn) && !hers.contains(&town.turn), "she drives his: {hers:?}");
    chen.shut().await;
    zhang.shut().await;
    town::stop(town).await;
}
