//! Telling the neighbourhood something without a photo, answering in the name of the office, and an alert
//! that stands on every page until it is read: by the forms, and as the other home sees it.

use axum::http::StatusCode;
use node::api::{Command, GroupKindWord, GroupTerms};

use crate::{
    actors::{Browser, Page},
    two::Two,
};

/// Fills the form in; the page that it leads to.
async fn tell(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    browser.get("/news/new").await;
    browser.upload("/news/new", fields, &[]).await
}

async fn told(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    let sent = tell(browser, fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    assert!(sent.location.starts_with("/news/"), "{}", sent.location);
    sent.location
}

async fn act(browser: &mut Browser, news: &str, fields: &[(&str, &str)]) -> Page {
    browser.get(news).await;
    browser.post(&format!("{news}/act"), fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_tells_without_a_photo_corrects_and_takes_back_and_every_home_reads_it_so() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    li.get("/news").await.says("发通知");
    wang.get("/news").await.never_says("发通知");
    li.get("/news/new").await.says(r#"value="alert""#).says("加照片或文件（可以不加）");
    wang.get("/news/new").await.never_says(r#"value="alert""#);
    let news = told(&mut li, &[("text", "周三停水"), ("until", "2030-05-01T18:00")]).await;
    two.heal().await;
    wang.get(&news).await.says("周三停水").says("有效至").never_says("收回").never_says("更正");
    let empty = act(&mut li, &news, &[("what", "withdraw"), ("reason", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.says(r#"id="wrong-reason""#);
    act(&mut li, &news, &[("what", "correct"), ("text", "周四停水")]).await;
    two.heal().await;
    wang.get(&news).await.says("周四停水").never_says("周三停水");
    // Somebody else posts the form that he was not offered.
    let refused = act(&mut wang, &news, &[("what", "withdraw"), ("reason", "不方便")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    act(&mut li, &news, &[("what", "withdraw"), ("reason", "修好了")]).await;
    two.heal().await;
    wang.get(&news).await.says("修好了").never_says("周四停水");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let two = Two::homes().await;
    let (mut li, _) = two.browsers();
    let table: [(&[(&str, &str)], &str); 5] = [
        (&[("text", " "), ("area", "3号楼")], "wrong-text"),
        (&[("text", "停水"), ("area", "月球")], "wrong-area"),
        (&[("text", "停水"), ("until", "明天")], "wrong-until"),
        (&[("text", "停水"), ("until", "2001-01-01T00:00")], "wrong-until"),
        (&[("text", "停水"), ("class", "addressed")], "wrong-area"),
    ];
    for (fields, beside) in table {
        let page = tell(&mut li, fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        page.says(&format!(r#"id="{beside}""#));
        for (_, typed) in fields {
            page.says(typed.trim());
        }
    }
    li.get("/news?all=1").await.never_says("停水");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_were_found_are_told_to_one_building_and_its_owner_closes_the_notice() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let building = Command::GroupNew {
        name: "3号楼".into(),
        kind: GroupKindWord::Open,
        vouches: 0,
        terms: GroupTerms::default(),
    };
    two.office.handle.ask(building).await.unwrap();
    two.heal().await;
    let join = Command::GroupJoin { group: "3号楼".into() };
    two.home.handle.ask(join).await.unwrap();
    two.heal().await;
    let keys = [("class", "addressed"), ("text", "捡到一串钥匙"), ("area", "3号楼")];
    let news = told(&mut li, &keys).await;
    two.heal().await;
    wang.get(&news).await.says("捡到一串钥匙").says("我家的");
    act(&mut wang, &news, &[("what", "mine")]).await;
    two.heal().await;
    li.get(&news).await.says("已了结").says("王强").never_says("value=\"mine\"");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_answers_a_question_with_a_window_and_saves_it_for_whoever_asks_next() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    wang.get("/ask").await;
    let asked = wang.post("/ask", &[("title", "老年证在哪里办"), ("kind", "question")]).await;
    assert!(asked.location.starts_with("/requests/"), "{} {}", asked.location, asked.html);
    two.heal().await;
    let case = asked.location.replace("/requests/", "/desk/cases/");
    li.get(&case).await.says("以居委会名义答复");
    let empty = li.post(&case, &[("what", "answer"), ("answer", ""), ("question", "老年证")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.says(r#"value="老年证""#);
    let answer = [
        ("what", "answer"),
        ("answer", "带身份证到一楼窗口"),
        ("until", "2030-12-31"),
        ("faq", "yes"),
    ];
    let sent = li.post(&case, &answer).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    li.get(&case).await.says("带身份证到一楼窗口");
    two.heal().await;
    // Whoever asked reads it where he asked, with its badge and its window.
    wang.get(&asked.location).await.says("带身份证到一楼窗口").says("官方").says("有效至 2031");
    // And a neighbour who asks the same is answered with nobody on duty.
    wang.get("/ask?kind=question").await;
    let again = wang.post("/ask", &[("title", "老年证在哪里办"), ("kind", "question")]).await;
    again.says("居委会以前答过").says("带身份证到一楼窗口");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_stands_on_every_page_until_it_is_read_and_is_then_gone() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let line = r#"class="button warn-line""#;
    wang.get("/groups").await.never_says(line);
    let notice = told(&mut li, &[("text", "周三停水")]).await;
    let alert = told(&mut li, &[("class", "alert"), ("text", "河水上涨，请上楼")]).await;
    let over = told(&mut li, &[("class", "alert"), ("text", "演习")]).await;
    two.heal().await;
    for page in ["/groups", "/network", "/me", "/ask"] {
        let page = wang.get(page).await;
        page.says(line).says("预警").says("河水上涨").says(&alert).says("演习");
        page.never_says(&notice);
    }
    // Whoever raised it knows of it.
    li.get("/groups").await.never_says(line);
    act(&mut li, &over, &[("what", "withdraw"), ("reason", "演习结束")]).await;
    two.heal().await;
    wang.get("/groups").await.says("河水上涨").never_says("演习");
    // On the page where it is read it is not announced above itself any more, nor anywhere after.
    wang.get(&alert).await.says("河水上涨").never_says(line);
    wang.get("/groups").await.never_says(line);
    two.stop().await;
}
