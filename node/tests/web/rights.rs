//! Who may do what, on the page: why, giving, taking away, letting late things count.

use axum::http::StatusCode;
use crdt::id::{KeyId, PersonId, WriterId};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, id},
    roster::steward,
};

#[tokio::test]
async fn a_person_page_tells_the_chain_of_grants_as_sentences() {
    let pages = at_home(Fake::new());
    for (language, given, root, lost) in [
        ("en", "赵主任 gave it, as Administrator", "paper keys say so", "Taken away by 赵主任"),
        ("zh-CN", "赵主任 以“管理员”的身份给的", "社区的纸钥匙定的", "被 赵主任 收回"),
    ] {
        let mut browser = Browser::new(&pages, language);
        browser.get("/people").await.says(&format!("href=\"{}\"", steward()));
        browser.get(&steward()).await.says(given).says(root).says(lost);
    }
}

#[tokio::test]
async fn a_role_is_given_refused_with_what_was_chosen_kept_and_given_again_with_a_link() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let give = format!("{}/grant", steward());
    browser.get(&steward()).await;
    let place = id(60).to_hex();
    browser.submit(&give, &[("role", "member"), ("over", &place)]).await.says("Resident (1号院)");
    let page = browser.post(&give, &[("role", "admin"), ("over", &place)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Your role is not above")
        .says(r#"value="admin" selected"#)
        .says(&format!(r#"value="{place}" selected"#));
    let page = browser.post(&give, &[("role", "staff")]).await;
    page.says("was removed by 赵主任").says(r#"name="again""#);
    let page = browser.post(&give, &[("role", "staff"), ("again", "yes")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, ""));
    page.says("linli:join/back").says("<svg class=\"qr\"");
    assert_eq!(page.headers["cache-control"], "no-store");
    let page = browser.post(&give, &[("role", "emperor")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_removal_says_what_will_happen_first_and_what_still_counts_after() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let remove = format!("{}/remove", steward());
    browser
        .get(&remove)
        .await
        .says("compares with every home in reach")
        .says("cannot be taken back")
        .says("Building head (3号楼)")
        .says(r#"value="steward:3号楼""#);
    let page = browser.post(&remove, &[("keep", "until"), ("until", "yesterday")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Please give a day and a time").says(r#"value="yesterday""#).says("data-failed");
    let page = browser.post(&remove, &[("what", "member:all"), ("keep", "none")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("车队").says(r#"name="anyway""#).says(r#"value="none" checked"#);
    let page = browser
        .post(&remove, &[("what", ""), ("keep", "until"), ("until", "2026-11-22T18:00")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("Compared first: 1 of 2 homes").says("7 things that were written still count");
    browser.get(&steward()).await.says("no longer").never_says(r#"value="steward:"#);
}

#[tokio::test]
async fn whoever_lost_everything_is_bound_anew_by_the_number_on_his_new_box() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let rebind = format!("{}/rebind", steward());
    browser.get(&steward()).await.says(&rebind);
    browser
        .get(&rebind)
        .await
        .says("compares with every home in reach")
        .says("Building head (3号楼)")
        .says("Both happen together, or neither does")
        .says(r#"name="once""#);
    let page = browser.post(&rebind, &[("to", "Qian Fang"), ("number", "99999")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says(r#"value="99999""#).says(r#"value="Qian Fang""#).says("wrong-number");
    let page = browser
        .post(
            &rebind,
            &[("to", "Qian Fang"), ("number", "12345"), ("keep", "until"), ("until", "soon")],
        )
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Please give a day and a time");
    let page = browser.post(&rebind, &[("to", "Qian Fang"), ("number", "12345 67890")]).await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("Compared first").says("Given: Building head (3号楼)").says("Not yours to give");
}

#[tokio::test]
async fn a_stolen_phone_is_revoked_and_this_very_box_is_not_offered() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let revoke = |number| {
        let key = KeyId::from_bytes([number; 32]).to_hex();
        format!("{}/devices/{key}/revoke", steward())
    };
    browser.get(&steward()).await.says(&revoke(2)).never_says(&revoke(1));
    browser.get(&revoke(3)).await.says("封存钥匙").says("纸钥匙");
    browser.get(&revoke(2)).await.says("会发生什么").says("0202020202020202");
    let page = browser.post(&revoke(2), &[("keep", "all")]).await;
    page.says("好了").says("5 件仍然算数").says("能连上的 2 户");
    browser.get(&steward()).await.says("被 李梅 吊销").never_says(&revoke(2));
    assert_eq!(browser.get(&revoke(9)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn late_items_are_read_and_admitted_from_one_device_or_all() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let late = format!("/late/{}", id(81).to_hex());
    browser.get("/trouble").await.says("3 late items").says(&late).says("You may decide");
    browser
        .get(&late)
        .await
        .says("赵主任 removed 陈师傅")
        .says("钥匙在门卫")
        .says("Let all 3 count");
    let one = WriterId::from_bytes([1; 32]).to_hex();
    let admit = format!("{late}/admit");
    let page = browser.submit(&admit, &[("writer", &one)]).await;
    page.says("1 late item").says("the thief").never_says("钥匙在门卫");
    browser.submit(&admit, &[("writer", "")]).await.says("Nothing is late");
    let page = browser.post(&admit, &[("writer", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Nothing has come in behind that cut");
}

#[tokio::test]
async fn who_may_not_admit_is_told_who_may() {
    let mut fake = Fake::new();
    fake.roster.may_admit = false;
    let pages = at_home(fake);
    let page = Browser::new(&pages, "zh-CN").get(&format!("/late/{}", id(81).to_hex())).await;
    page.says("和移出的人同级").never_says("/admit");
}

#[tokio::test]
async fn what_does_not_count_stands_with_its_reason_and_counts() {
    let pages = at_home(Fake::new());
    for (language, waits, gate) in [
        ("en", "It waits for something", "did not fit into its document"),
        ("zh-CN", "还没到", "放不进"),
    ] {
        let mut browser = Browser::new(&pages, language);
        browser.get("/network").await.says("href=\"/trouble\"");
        browser.get("/trouble").await.says(waits).says(gate).says("<b>41</b>").says("5b5b5b5b5b5b");
    }
}

#[tokio::test]
async fn whoever_was_let_in_is_introduced_until_one_has_read_his_number() {
    for (language, mark, wrong, met) in [
        ("en", "introduced", "This is not the number of 张阿姨", "You have met this person."),
        ("zh-CN", "经介绍", "这不是张阿姨的号码", "您当面见过。"),
    ] {
        let pages = at_home(Fake::new());
        let mut browser = Browser::new(&pages, language);
        browser.get("/people").await.says(mark);
        let path = format!("/people/{}", PersonId::from_bytes([2; 32]).to_hex());
        browser.get(&path).await.says(mark).says(r#"name="number""#);
        let meet = format!("{path}/meet");
        let page = browser.post(&meet, &[("number", "22222 22222")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        page.says(wrong).says("22222 22222");
        let right = "11111 ".repeat(5);
        let page = browser.submit(&meet, &[("number", &right)]).await;
        page.says(met).never_says(r#"name="number""#);
        let mine = format!("/people/{}", PersonId::from_bytes([1; 32]).to_hex());
        let page = browser.get(&mine).await;
        page.says("12345 67890").says("<svg class=\"qr\"").never_says("/meet");
    }
}
